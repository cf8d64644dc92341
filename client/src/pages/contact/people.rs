//! What the person answered, and what they need.

use jiff::civil::Date;
use leptos::prelude::*;
use shared::{
    calendar,
    case::{
        Answer, ContactDraft, DraftDecision, Episode, Fact,
        event::Consent,
        picklist::{NEEDS, Need},
    },
    personal::Personal,
};

use super::{form::Form, text::ParagraphField};
use crate::{
    components::{
        chips::{CheckboxChips, RadioChips},
        show::Show,
    },
    draw::view,
    engine::{CaseRead, Engine},
    memo::memo,
};

/// What the record says of the contact's referral, before the contact.
#[derive(Debug, Clone, PartialEq)]
pub struct Before {
    pub answer: Answer,
    /// What the person agreed to share with the practice, where they answered.
    pub agreed: Option<Consent>,
    /// When the person was referred, and since when that is over.
    pub over: Option<(Date, Date)>,
    /// Whether an answer can be recorded: there is none, and the referral is not closed.
    pub may_answer: bool,
}

/// What the record says of the draft's referral; nothing of one that cannot be read.
pub fn before(read: &CaseRead, draft: &ContactDraft) -> Before {
    let episodes = match read {
        Some(Ok(view)) => view.case.episodes(),
        Some(Err(_)) | None => Vec::new(),
    };
    let own = episodes.iter().find(|episode| episode.id == draft.episode);
    let answer = own.map_or(Answer::Open, Episode::answer);
    let over = own.and_then(|episode| Some((episode.referral.on(), episode.ended_on()?)));
    let agreed = own.and_then(|episode| match &episode.answers.first()?.current.fact {
        Fact::Accepted(decision) | Fact::Declined(decision) => Some(decision.consent),
        _ => None,
    });
    Before { answer, agreed, over, may_answer: answer == Answer::Open && over.is_none() }
}

/// What was answered, in words; nothing while there is no answer.
fn answered(answer: Answer) -> Option<String> {
    match answer {
        Answer::Open => None,
        Answer::Accepted(on) => {
            Some(said!("They accepted the referral on {day}.", day = calendar::words(on)))
        }
        Answer::Declined(on) => {
            Some(said!("They declined the referral on {day}.", day = calendar::words(on)))
        }
        Answer::Contested => Some(
            say!(
                "Both “accepted” and “declined” are recorded. Withdraw the wrong one on the person."
            )
            .into(),
        ),
    }
}

/// The decision after an answer was chosen. The code alone is what an answer to a practice's
/// referral leads to; more, or nothing, is for the person to say.
fn decided(before: Option<DraftDecision>, answer: Option<bool>) -> Option<DraftDecision> {
    let consent = before.map_or(Consent::CodeOnly, |before| before.consent);
    answer.map(|accepted| DraftDecision { accepted, consent })
}

/// What a person can answer, in the order of the form.
const ANSWERS: [(Option<bool>, &str); 3] = [
    (None, say!("No decision yet")),
    (Some(true), say!("Accepted")),
    (Some(false), say!("Declined")),
];

/// The person's answer to the referral, while there is none.
#[component]
pub fn Decided(form: Form) -> impl IntoView {
    let read = Engine::here().case(form.case);
    let draft = form.read(Clone::clone);
    let before = memo(move || read.with(|read| draft.with(|d| before(read, d))));
    let answer = form.read(|draft| draft.decision.map(|decision| decision.accepted));
    let choose = Callback::new(move |answer| {
        form.write(|draft| draft.decision = decided(draft.decision, answer));
    });
    // An answer that is written here already can be taken back, whatever came in meanwhile.
    let asks = memo(move || before.read().may_answer || answer.get().is_some());
    view! {
        {move || answered(before.read().answer).map(|words| view! { <p class="fp-field">{words}</p> })}
        <Show when=move || asks.get()>
            <RadioChips
                id="decision"
                legend=say!("Their answer to the referral")
                choices=ANSWERS.to_vec()
                chosen=answer
                on_choose=choose
            />
        </Show>
        <Show when=move || answer.get().is_some()>
            <Consented form />
        </Show>
    }
}

/// Into which referral the contact goes, where that one is over.
#[component]
pub fn Over(form: Form) -> impl IntoView {
    let read = Engine::here().case(form.case);
    let draft = form.read(Clone::clone);
    let over = memo(move || read.with(|read| draft.with(|draft| before(read, draft).over)));
    let words = move || {
        over.get().map(|(referred, ended)| {
            said!(
                "This goes into the referral of {referred}, which ended on {ended}.",
                referred = calendar::words(referred),
                ended = calendar::words(ended)
            )
        })
    };
    view! { <p>{words}</p> }
}

#[component]
fn Consented(form: Form) -> impl IntoView {
    let consent =
        form.read(|draft| draft.decision.map_or(Consent::CodeOnly, |decision| decision.consent));
    let choose = Callback::new(move |consent| {
        form.write(|draft| {
            if let Some(decision) = &mut draft.decision {
                decision.consent = consent;
            }
        });
    });
    view! {
        <RadioChips
            id="consent"
            legend=say!("What may go to their practice")
            choices=Consent::ALL.map(|consent| (consent, consent.words())).to_vec()
            chosen=consent
            on_choose=choose
        />
    }
}

/// The needs that can be chosen: the list's, and whatever a newer version chose already.
fn choices(chosen: &[Need]) -> Vec<(Need, String)> {
    let is_chosen = |code: &str| chosen.iter().any(|need| need.code() == code);
    let listed = NEEDS
        .iter()
        .filter(|choice| !choice.retired || is_chosen(choice.code))
        .map(|choice| Need::new(choice.code));
    let unknown =
        chosen.iter().filter(|need| NEEDS.iter().all(|choice| choice.code != need.code()));
    let all = listed.chain(unknown.cloned());
    all.map(|need| (need.clone(), need.label().to_owned())).collect()
}

/// The needs that were touched.
#[component]
pub fn Needs(form: Form) -> impl IntoView {
    let chosen = form.read(|draft| draft.needs.clone());
    let toggle = Callback::new(move |(need, is_chosen): (Need, bool)| {
        form.write(|draft| {
            draft.needs.retain(|chosen| *chosen != need);
            if is_chosen {
                draft.needs.push(need);
            }
        });
    });
    view! {
        <CheckboxChips
            id="needs"
            legend=say!("Needs")
            choices=choices(&chosen.get_untracked())
            chosen
            on_toggle=toggle
        />
    }
}

/// A goal that was set.
#[component]
pub fn Goal(form: Form) -> impl IntoView {
    let goal = form.read(|draft| draft.goal.reveal().clone());
    let set = Callback::new(move |goal| form.write(|draft| draft.goal = Personal::new(goal)));
    view! {
        <ParagraphField
            id="goal"
            label=say!("A goal, in their words")
            rows=2
            value=goal
            on_input=set
        />
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_alone_goes_to_the_practice_unless_something_else_is_chosen() {
        let first = decided(None, Some(true)).expect("it is decided");
        assert_eq!((first.accepted, first.consent), (true, Consent::CodeOnly));
        let chosen = DraftDecision { consent: Consent::Withheld, ..first };
        let other = decided(Some(chosen), Some(false)).expect("it is decided");
        assert_eq!((other.accepted, other.consent), (false, Consent::Withheld));
        assert_eq!(decided(Some(other), None), None);
    }

    #[test]
    fn a_need_of_a_newer_version_is_kept() {
        let choices = choices(&[Need::new("debt"), Need::new("from_later")]);
        assert_eq!(choices.len(), NEEDS.len() + 1);
        assert_eq!(choices.last().map(|(_, label)| label.as_str()), Some("from_later"));
    }
}
