//! The end of an episode of care.

use leptos::{ev::SubmitEvent, prelude::*};
use shared::case::{
    Answer, Case, Fact,
    event::{ClosingReason, EpisodeClosed},
};

use super::{Shown, signposting::without_word};
use crate::{
    components::{
        disclose::Disclose,
        entry::{Saving, write_entry},
        field::FieldError,
        show::Show,
    },
    draw::view,
    engine::Engine,
    memo::{Live, memo},
};

/// Every reason, in the order of the form.
const REASONS: [ClosingReason; 6] = [
    ClosingReason::Completed,
    ClosingReason::LeftAfterAccepting,
    ClosingReason::Declined,
    ClosingReason::NotReached,
    ClosingReason::MovedAway,
    ClosingReason::Died,
];

/// The reasons that fit the answer so far.
fn fits(reason: ClosingReason, answer: Answer) -> bool {
    match reason {
        ClosingReason::LeftAfterAccepting => {
            matches!(answer, Answer::Accepted(_) | Answer::Contested)
        }
        // Leaving after accepting is no decline (rule 3).
        ClosingReason::Declined => !matches!(answer, Answer::Accepted(_)),
        _ => true,
    }
}

/// What is still open for the person, which closing does not end.
fn still_open(case: &Case, drafts: usize) -> Vec<String> {
    let contested =
        case.current_episode().is_some_and(|episode| episode.answer() == Answer::Contested);
    let mut open = Vec::new();
    if drafts > 0 {
        open.push(counted!(
            drafts,
            "{drafts} contact that is not signed",
            "{drafts} contacts that are not signed"
        ));
    }
    let concerns = case.urgent_without_owner().count();
    if concerns > 0 {
        open.push(counted!(
            concerns,
            "{concerns} urgent concern that nobody has taken over",
            "{concerns} urgent concerns that nobody has taken over"
        ));
    }
    let services = without_word(case);
    if services > 0 {
        open.push(counted!(
            services,
            "{services} service without a word on how it went",
            "{services} services without a word on how they went"
        ));
    }
    if contested {
        open.push(say!("two answers to the referral, of which one is to be withdrawn").to_owned());
    }
    open
}

/// Closes the referral that is open; nothing where none is.
#[component]
pub(super) fn CloseReferral(shown: Shown) -> impl IntoView {
    let engine = Engine::here();
    let open = shown.of(|case| {
        let episode = case.current_episode().filter(|episode| episode.closed.is_none())?;
        let answer = episode.answer();
        let reasons = (0..REASONS.len()).filter(|at| fits(REASONS[*at], answer));
        Some((episode.id, reasons.collect::<Vec<_>>()))
    });
    let is_open = Live::new(false);
    let chosen = Live::new(String::new());
    let saving = Saving::new();
    let case = shown.case;
    let drafts = engine.working_drafts();
    let drafts = memo(move || {
        drafts.with(|drafts| drafts.iter().filter(|draft| draft.case == case).count())
    });
    let still = shown.of(move |case| still_open(case, drafts.get()));
    let still_lines =
        move || still.get().into_iter().map(|open| view! { <li>{open}</li> }).collect::<Vec<_>>();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let reason = chosen.get_untracked().parse::<usize>().ok();
        let reason = reason.and_then(|at| REASONS.get(at).copied());
        let Some((episode, _)) = open.get_untracked() else { return };
        match reason {
            None => saving.problem.set(Some(say!("Choose why it ends").into())),
            Some(reason) => {
                let closed = EpisodeClosed { episode, reason };
                let save = write_entry(engine, case, Fact::EpisodeClosed(closed));
                saving.run(save, move || is_open.set(false));
            }
        }
    };
    let reasons = move || open.get().map(|(_, reasons)| reasons).unwrap_or_default();
    let options = move || {
        let options = reasons().into_iter().map(|at| {
            view! { <option value=at.to_string()>{REASONS[at].words()}</option> }
        });
        options.collect::<Vec<_>>()
    };
    view! {
        <Show when=move || open.read().is_some()>
            <Disclose id="close" button=say!("Close this referral") is_open focus_on="close-reason">
                <form class="fp-ask" on:submit=submit novalidate>
                    <Show when=move || !still.read().is_empty()>
                        <p>"This is still open, and stays so:"</p>
                        <ul>{still_lines}</ul>
                    </Show>
                    <div
                        class="nhsuk-form-group"
                        class:nhsuk-form-group--error=move || saving.problem.read().is_some()
                    >
                        <label class="nhsuk-label nhsuk-label--s" for="close-reason">
                            "Why does it end?"
                        </label>
                        <FieldError id="close-reason".to_owned() problem=saving.problem />
                        <select
                            class="nhsuk-select"
                            id="close-reason"
                            aria-describedby="close-reason-problem"
                            bind:value=chosen
                        >
                            <option value="">"Choose a reason"</option>
                            {options}
                        </select>
                    </div>
                    <button class="nhsuk-button" type="submit" disabled=move || saving.busy.get()>
                        "Close this referral"
                    </button>
                </form>
            </Disclose>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use shared::few::Few;

    use jiff::Timestamp;
    use shared::{
        case::{
            Event, Person, Role,
            event::{SignpostOutcome, Signposted, UrgentAction, UrgentConcern},
        },
        ids::{CaseId, EventId, UserId},
        personal::Personal,
    };

    use super::*;

    fn case_of(facts: Vec<Fact>) -> Case {
        let events = facts.into_iter().zip(1..).map(|(fact, at)| Event {
            id: EventId::new(at, 1),
            device: None,
            at: jiff::civil::date(2026, 11, 3).at(14, 0, 0, 0),
            recorded_at: Timestamp::UNIX_EPOCH,
            by: UserId::from_random([1; 16]),
            role: Role::LinkWorker,
            fact,
        });
        let id = CaseId::from_random([2; 16]);
        Case::fold(id, Person::default(), events, Few::new(), &mut Vec::new())
    }

    #[test]
    fn closing_says_what_stays_open() {
        let named = Fact::Signposted(Signposted {
            contact: None,
            service: "1".into(),
            name: "Allotment".into(),
            phone: String::new(),
            introduced: false,
            code: None,
        });
        let words = Personal::new("I cannot go on".to_owned());
        let urgent = UrgentConcern { words, action: UrgentAction::SameDayClinician };
        let mut facts = vec![named, Fact::UrgentConcern(urgent)];
        assert_eq!(
            still_open(&case_of(facts.clone()), 2),
            [
                "2 contacts that are not signed",
                "1 urgent concern that nobody has taken over",
                "1 service without a word on how it went",
            ]
        );
        facts.pop();
        let words = Personal::new("Went twice".to_owned());
        let went = SignpostOutcome { target: EventId::new(1, 1), words };
        facts.push(Fact::SignpostOutcome(went));
        assert_eq!(still_open(&case_of(facts), 0), Vec::<String>::new());
    }

    #[test]
    fn leaving_after_accepting_is_offered_only_after_accepting() {
        let day = jiff::civil::date(2026, 11, 3);
        assert!(fits(ClosingReason::LeftAfterAccepting, Answer::Accepted(day)));
        assert!(!fits(ClosingReason::Declined, Answer::Accepted(day)));
        assert!(!fits(ClosingReason::LeftAfterAccepting, Answer::Open));
        assert!(REASONS.iter().all(|reason| fits(*reason, Answer::Contested)));
    }
}
