//! The end of an episode of care.

use leptos::{ev::SubmitEvent, prelude::*};
use shared::{
    case::{
        Answer, Case, ContactDraft, DraftDecision, Fact,
        event::{ClosingReason, Consent, Decision, EpisodeClosed},
    },
    coding::{Hold, Preview},
    ids::EpisodeId,
};

use super::{Shown, episode::REFERRAL, signposting::without_word};
use crate::{
    components::{
        chips::RadioChips,
        disclose::{Disclose, focus, focus_within},
        entry::{Saving, WRONG, write_entries},
        field::FieldError,
        show::Show,
    },
    draw::view,
    engine::Engine,
    memo::{Live, Memo, memo},
    pages::contact,
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

/// What closing a referral says. That the person declines is their answer, which the practice is
/// told of, where they have not given one.
fn facts_of(
    episode: EpisodeId,
    reason: ClosingReason,
    answer: Answer,
    consent: Consent,
) -> Vec<Fact> {
    let declined = answers(reason, answer).then_some(Fact::Declined(Decision {
        episode,
        contact: None,
        consent,
    }));
    let closed = Fact::EpisodeClosed(EpisodeClosed { episode, reason });
    declined.into_iter().chain([closed]).collect()
}

/// Whether the reason is an answer that was not given before.
fn answers(reason: ClosingReason, answer: Answer) -> bool {
    reason == ClosingReason::Declined && answer == Answer::Open
}

/// The reason at a place of the list, as it is chosen.
fn reason_at(chosen: &str) -> Option<ClosingReason> {
    REASONS.get(chosen.parse::<usize>().ok()?).copied()
}

/// The referral that can be closed, and the answer to it.
type Open = Option<(EpisodeId, Answer)>;

/// Closes the referral that is open; nothing where none is.
#[component]
pub(super) fn CloseReferral(shown: Shown) -> impl IntoView {
    let open = shown.of(|case| {
        let episode = case.current_episode().filter(|episode| episode.closed.is_none())?;
        Some((episode.id, episode.answer()))
    });
    let is_open = Live::new(false);
    view! {
        <Show when=move || open.read().is_some()>
            <Disclose id="close" button=say!("Close this referral") is_open focus_on="close-reason">
                <CloseForm shown open is_open />
            </Disclose>
        </Show>
    }
}

#[component]
fn CloseForm(shown: Shown, open: Memo<Open>, is_open: Live<bool>) -> impl IntoView {
    let engine = Engine::here();
    let chosen = Live::new(String::new());
    let consent = Live::new(Consent::CodeOnly);
    let saving = Saving::new();
    let case = shown.case;
    let is_answer = move || {
        let reason = reason_at(&chosen.read());
        open.get().is_some_and(|(_, answer)| reason.is_some_and(|reason| answers(reason, answer)))
    };
    let drafts = engine.working_drafts();
    let drafts = memo(move || {
        drafts.with(|drafts| drafts.iter().filter(|draft| draft.case == case).count())
    });
    let still = shown.of(move |case| still_open(case, drafts.get()));
    let still_lines =
        move || still.get().into_iter().map(|open| view! { <li>{open}</li> }).collect::<Vec<_>>();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some((episode, answer)) = open.get_untracked() else { return };
        match reason_at(&chosen.get_untracked()) {
            None => {
                saving.problem.set(Some(say!("Choose why it ends").into()));
                focus_within(&event, WRONG);
            }
            Some(reason) => {
                let facts = facts_of(episode, reason, answer, consent.get_untracked());
                saving.run(write_entries(engine, case, String::new(), facts), move || {
                    is_open.set(false);
                    // The button that opened this went with it.
                    focus(REFERRAL.to_owned());
                });
            }
        }
    };
    view! {
        <form class="fp-ask" on:submit=submit novalidate>
            <Show when=move || !still.read().is_empty()>
                <p>"This is still open, and stays so:"</p>
                <ul>{still_lines}</ul>
            </Show>
            <WhyItEnds open chosen problem=*saving.problem />
            <Show when=is_answer>
                <TheirAnswer shown consent />
            </Show>
            <button class="nhsuk-button" type="submit" disabled=move || saving.busy.get()>
                "Close this referral"
            </button>
        </form>
    }
}

#[component]
fn WhyItEnds(
    open: Memo<Open>,
    chosen: Live<String>,
    problem: Memo<Option<String>>,
) -> impl IntoView {
    let options = move || {
        let answer = open.get().map(|(_, answer)| answer);
        let reasons = REASONS.into_iter().enumerate();
        let reasons =
            reasons.filter(|(_, reason)| answer.is_some_and(|answer| fits(*reason, answer)));
        let options = reasons.map(|(at, reason)| {
            view! { <option value=at.to_string()>{reason.words()}</option> }
        });
        options.collect::<Vec<_>>()
    };
    view! {
        <div
            class="nhsuk-form-group"
            class:nhsuk-form-group--error=move || problem.read().is_some()
        >
            <label class="nhsuk-label nhsuk-label--s" for="close-reason">"Why does it end?"</label>
            <FieldError id="close-reason".to_owned() problem />
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
    }
}

/// What may go to the practice of an answer that closing records, and what will.
#[component]
fn TheirAnswer(shown: Shown, consent: Live<Consent>) -> impl IntoView {
    let engine = Engine::here();
    let preview = memo(move || {
        let decision = DraftDecision { accepted: false, consent: consent.get() };
        // The rules read an answer alike, whether or not a contact was recorded with it.
        match contact::begin(engine, shown.read.get()) {
            Ok(draft) => {
                let draft = ContactDraft { decision: Some(decision), ..draft };
                engine.preview(shown.case, &draft)
            }
            Err(_) => Preview::Held(vec![Hold::Unreadable]),
        }
    });
    let choose = Callback::new(move |chosen| consent.set(chosen));
    view! {
        <p>"This records their answer to the referral as well, today: declined."</p>
        <RadioChips
            id="consent"
            legend=say!("What may go to their practice")
            choices=Consent::ALL.map(|consent| (consent, consent.words())).to_vec()
            chosen=*consent
            on_choose=choose
        />
        <contact::CodingBox preview />
    }
}

#[cfg(test)]
mod tests {
    use shared::few::Few;

    use jiff::Timestamp;
    use shared::{
        case::{
            Event, Person, Role,
            event::{
                Referral, ReferralSource, SignpostOutcome, Signposted, UrgentAction, UrgentConcern,
            },
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
    fn closing_because_they_declined_records_that_answer_once() {
        let episode = EventId::new(1, 1);
        let (day, declined) = (jiff::civil::date(2026, 11, 3), ClosingReason::Declined);
        let consent = Consent::CodeAndSummary;
        let kinds = |reason, answer| {
            let facts = facts_of(episode, reason, answer, consent);
            facts.iter().map(Fact::kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds(declined, Answer::Open), ["declined", "episode_closed"]);
        assert_eq!(kinds(declined, Answer::Declined(day)), ["episode_closed"]);
        assert_eq!(kinds(ClosingReason::NotReached, Answer::Open), ["episode_closed"]);
        let case = case_of(vec![Fact::Referred(Referral {
            source: ReferralSource::Gp,
            reason: Personal::new(String::new()),
        })]);
        let events = case.entries.values().map(|entry| entry.original.clone());
        let facts = facts_of(episode, declined, Answer::Open, consent).into_iter().zip(2..);
        let signed = facts.map(|(fact, at)| Event {
            id: EventId::new(at, 1),
            fact,
            ..case.entries.values().next().expect("the referral").original.clone()
        });
        let after = Case::fold(
            case.id,
            Person::default(),
            events.chain(signed),
            Few::new(),
            &mut Vec::new(),
        );
        let episode = after.current_episode().expect("they were referred");
        assert_eq!((episode.answer(), episode.closed.is_some()), (Answer::Declined(day), true));
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
