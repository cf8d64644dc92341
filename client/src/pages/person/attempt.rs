//! Nobody answered, or they did not come: recorded in two taps, and taken back in one more.

use std::time::Duration;

use leptos::prelude::*;
use shared::{
    calendar,
    case::{
        ContactDraft, Fact,
        event::{ContactMode, ContactOutcome, Minutes, Retracted},
    },
    ids::EventId,
    personal::Personal,
};

use super::Shown;
use crate::{
    components::{
        disclose::focus,
        entry::{Saving, write_entry},
    },
    draw::view,
    engine::{Engine, SaveError, SignError},
    memo::Live,
    pages::contact,
};

/// How long it may be taken back here. It can be withdrawn among what happened for ever.
const UNDO: Duration = Duration::from_secs(10);

/// What takes the focus, by what is shown.
const RECORD: &str = "attempt-record";
const TAKE_BACK: &str = "attempt-undo";
const SAID: &str = "attempt-said";

/// An attempt that came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attempt {
    NoAnswer,
    DidNotCome,
}

impl Attempt {
    const ALL: [Self; 2] = [Self::NoAnswer, Self::DidNotCome];

    fn outcome(self) -> ContactOutcome {
        match self {
            Self::NoAnswer => ContactOutcome::NoAnswer,
            Self::DidNotCome => ContactOutcome::DidNotAttend,
        }
    }

    fn question(self) -> &'static str {
        match self {
            Self::NoAnswer => say!("Record that nobody answered, by phone, now?"),
            Self::DidNotCome => say!("Record that they did not come, face to face, now?"),
        }
    }

    /// Fills in a contact that has just begun.
    fn fill(self, draft: &mut ContactDraft) {
        draft.outcome = self.outcome();
        draft.minutes = Minutes::default();
        draft.mode = match self {
            Self::NoAnswer => ContactMode::Telephone,
            Self::DidNotCome => ContactMode::FaceToFace,
        };
        if self == Self::NoAnswer {
            // A call has no place.
            draft.venue = String::new();
        }
    }
}

/// How far it has come.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Nothing,
    Asked(Attempt),
    Recorded { contact: EventId, words: String, may_undo: bool },
    TakenBack,
}

/// Two quiet buttons, and below them what the one that was pressed asks.
#[component]
pub(super) fn Attempts(shown: Shown) -> impl IntoView {
    let step = Live::new(Step::Nothing);
    let saving = Saving::new();
    let buttons = Attempt::ALL.map(|attempt| {
        let is_asked = move || step.with(|step| *step == Step::Asked(attempt));
        let press = move |_| {
            saving.problem.set(None);
            if is_asked() {
                return step.set(Step::Nothing);
            }
            step.set(Step::Asked(attempt));
            focus(RECORD.to_owned());
        };
        view! {
            <button
                type="button"
                class="fp-chip-button"
                aria-expanded=move || is_asked().to_string()
                aria-controls=SAID
                on:click=press
            >
                {attempt.outcome().words()}
            </button>
        }
    });
    let said = move || match step.get() {
        Step::Nothing => ().into_any(),
        Step::Asked(attempt) => asked(shown, attempt, step, saving),
        Step::Recorded { contact, words, may_undo } => {
            recorded(shown, contact, words, may_undo, step, saving)
        }
        Step::TakenBack => {
            view! { <p>"Taken back. It stays below, marked as withdrawn."</p> }.into_any()
        }
    };
    view! {
        <div class="fp-attempts">
            <div class="fp-chips" role="group" aria-label="Without a contact">
                {buttons.into_iter().collect::<Vec<_>>()}
            </div>
            <div class="fp-attempts__said" id=SAID tabindex="-1" aria-live="polite">
                {said}
                <p class="nhsuk-error-message" role="alert">{move || saving.problem.get()}</p>
            </div>
        </div>
    }
}

/// The second tap.
fn asked(shown: Shown, attempt: Attempt, step: Live<Step>, saving: Saving) -> AnyView {
    let engine = Engine::here();
    let record = move |_| {
        let draft = match contact::begin(engine, shown.read.get_untracked()) {
            Ok(draft) => draft,
            Err(closed) => {
                let (what, next) = closed.words();
                return saving.problem.set(Some(format!("{what}. {next}")));
            }
        };
        saving.run(sign(engine, shown, attempt, draft, step, saving.problem), || {});
    };
    let leave = move |_| {
        step.set(Step::Nothing);
        focus(SAID.to_owned());
    };
    view! {
        <p>{attempt.question()}</p>
        <button
            type="button"
            class="nhsuk-button nhsuk-button--secondary"
            id=RECORD
            disabled=move || saving.busy.get()
            on:click=record
        >
            "Record it"
        </button>
        <button type="button" class="fp-link-button" on:click=leave>"Do not record it"</button>
    }
    .into_any()
}

/// Signs it as every contact is signed; as a draft it was never kept.
async fn sign(
    engine: Engine,
    shown: Shown,
    attempt: Attempt,
    mut draft: ContactDraft,
    step: Live<Step>,
    problem: Live<Option<String>>,
) -> Result<(), SaveError> {
    attempt.fill(&mut draft);
    let time = calendar::clock_words(draft.at.time());
    let contact = match engine.sign(shown.case, engine.new_event_id(), draft).await {
        Ok(contact) => contact,
        Err(SignError::NotSaved(error)) => return Err(error),
        Err(SignError::Problems(problems)) => {
            let words = problems.into_iter().map(|problem| problem.words).next();
            problem.set(words);
            return Ok(());
        }
    };
    let what = attempt.outcome().words().to_ascii_lowercase();
    let words = said!("Recorded at {time}: {what}.");
    // The screen may have gone meanwhile.
    step.set(Step::Recorded { contact, words, may_undo: true });
    focus(TAKE_BACK.to_owned());
    set_timeout(move || too_late(step, contact), UNDO);
    Ok(())
}

/// It can no longer be taken back here; another one that was recorded since still can.
fn too_late(step: Live<Step>, of: EventId) {
    if let Some(Step::Recorded { contact, words, .. }) = step.try_get_untracked()
        && contact == of
    {
        step.set(Step::Recorded { contact, words, may_undo: false });
    }
}

fn recorded(
    shown: Shown,
    contact: EventId,
    words: String,
    may_undo: bool,
    step: Live<Step>,
    saving: Saving,
) -> AnyView {
    let engine = Engine::here();
    let undo = move |_| {
        let reason = Personal::new(say!("Recorded by mistake").to_owned());
        let retracted = Retracted { target: contact, reason };
        let save = write_entry(engine, shown.case, Fact::Retracted(retracted));
        saving.run(save, move || {
            step.set(Step::TakenBack);
            focus(SAID.to_owned());
        });
    };
    let undo = may_undo.then(|| {
        view! {
            <button
                type="button"
                class="fp-link-button"
                id=TAKE_BACK
                disabled=move || saving.busy.get()
                on:click=undo
            >
                "Undo"
            </button>
        }
    });
    view! { <p class="fp-attempts__done">{words} " Saved on this phone. " {undo}</p> }.into_any()
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, civil::date};
    use shared::{case::Role, ids::UserId};

    use super::*;

    #[test]
    fn an_attempt_is_a_contact_that_can_be_signed_and_took_no_time_with_them() {
        for (attempt, mode, venue) in [
            (Attempt::NoAnswer, ContactMode::Telephone, ""),
            (Attempt::DidNotCome, ContactMode::FaceToFace, "Church hall"),
        ] {
            let at = date(2026, 11, 23).at(14, 5, 0, 0);
            let by = UserId::from_random([1; 16]);
            let mut draft = ContactDraft::new(by, EventId::new(5, 5), at, "Church hall".into());
            attempt.fill(&mut draft);
            let id = || EventId::new(7, 7);
            let signed =
                draft.sign(Role::LinkWorker, at.date(), Timestamp::UNIX_EPOCH, id).unwrap();
            let [event] = signed.as_slice() else { panic!("one entry: {signed:?}") };
            let Fact::Contact(contact) = &event.fact else { panic!("a contact: {event:?}") };
            assert_eq!((contact.mode, contact.outcome), (mode, attempt.outcome()));
            assert_eq!((contact.minutes, contact.venue.as_str()), (Minutes::default(), venue));
        }
    }
}
