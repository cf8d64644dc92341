//! The forms of an urgent concern's tasks. What is typed in them is kept on the phone until it is
//! recorded.

use jiff::civil::{Date, DateTime, Time};
use leptos::{ev::SubmitEvent, prelude::*};
use shared::{
    calendar,
    case::{
        Event, Fact,
        event::{Handover, Informed, ReviewedWith, UrgentReview},
    },
    ids::{CaseId, EventId},
    limits,
    personal::Personal,
    written::Written,
};

use super::{rest, tasks::Kind};
use crate::{
    components::{
        date_field::DateField,
        disclose::{focus, focus_within},
        entry::{Saving, WRONG, event_of, write_events},
        field::{FieldError, TextArea, text_problem},
        kept::{Keeping, keep},
    },
    draw::view,
    engine::Engine,
    memo::{Live, memo},
    pages::person::Shown,
};

/// One form: what it is about, and where what it says goes.
#[derive(Clone)]
pub(super) struct Form {
    shown: Shown,
    pub(super) target: EventId,
    kind: Kind,
    /// As the vault names what is typed.
    pub(super) name: String,
    /// What takes the focus afterwards, by its id.
    back: String,
    pub(super) saving: Saving,
    is_open: Live<bool>,
}

impl Form {
    /// Records what the form says, and closes it.
    pub(super) fn record(&self, engine: Engine, fact: Fact, at: DateTime) {
        let (case, name, is_open) = (self.shown.case, self.name.clone(), self.is_open);
        let back = self.back.clone();
        let event = event_of(engine, fact).map(|event| Event { at, ..event });
        let save = write_events(engine, case, name, event.map(|event| vec![event]));
        self.saving.run(save, move || {
            // What was recorded may have taken the form off the screen.
            is_open.set(false);
            focus(back);
        });
    }
}

/// As the vault names what is typed in the form of a task.
pub(super) fn name_of(case: CaseId, target: EventId, kind: Kind) -> String {
    format!("{case}/{target}/{}", kind.number())
}

/// The form of a task.
pub(super) fn of(
    shown: Shown,
    target: EventId,
    on: Date,
    kind: Kind,
    field: String,
    back: String,
    is_open: Live<bool>,
) -> AnyView {
    let name = name_of(shown.case, target, kind);
    let form = Form { shown, target, kind, name, back, saving: Saving::new(), is_open };
    match kind {
        Kind::Record => rest::form(form, field),
        _ => words(form, on, field),
    }
}

/// What a form of one text asks.
fn asked(kind: Kind) -> (&'static str, &'static str, &'static str) {
    match kind {
        Kind::Informed => (
            say!("Who was told?"),
            say!("Their name and role, for example Dr Osei, duty GP"),
            say!("Record who was told"),
        ),
        Kind::Handover => (
            say!("Who has taken over?"),
            say!("Their name and role, for example Dr Osei, duty GP"),
            say!("Record who has taken over"),
        ),
        Kind::Review(ReviewedWith::Person) => (
            say!("How are they now?"),
            say!("In their own words where you can"),
            say!("Record this check"),
        ),
        Kind::Review(ReviewedWith::Supervisor) => {
            (say!("What came of the review?"), "", say!("Record this review"))
        }
        Kind::Review(ReviewedWith::Manager) | Kind::Record => (
            say!("What came of your check-in?"),
            say!("Colleagues on this person's record can read this. That it took place is enough"),
            say!("Record your check-in"),
        ),
    }
}

/// A form of one text; who was told has the time beside it.
fn words(form: Form, on: Date, field: String) -> AnyView {
    let engine = Engine::here();
    let typed = Live::new(String::new());
    let kept = keep(form.name.clone(), vec![typed.into()]);
    let now = engine.wall_clock();
    let time = Live::new(calendar::clock_words(now.time()));
    let day = Live::new(Some(engine.today()));
    let time_problem = Live::new(None);
    let (kind, target, saving) = (form.kind, form.target, form.saving);
    let (label, hint, send) = asked(kind);
    let has_time = kind == Kind::Informed;
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let text = typed.get_untracked().trim().to_owned();
        let now = engine.wall_clock();
        let at = if has_time {
            told_at(day.get_untracked(), &time.get_untracked(), now)
        } else {
            Ok(now)
        };
        time_problem.set(at.as_ref().err().map(|words| (*words).to_owned()));
        saving.problem.set(refusal(kind, &text));
        let (Ok(at), None) = (at, saving.problem.get_untracked()) else {
            return focus_within(&event, WRONG);
        };
        form.record(engine, fact_of(kind, target, text), at);
    };
    let time_field = has_time.then(|| when_told(on, day, time, time_problem));
    view! {
        <form class="fp-ask" on:submit=submit novalidate>
            <TextArea
                id=format!("{field}-first")
                label
                hint
                value=typed
                problem=saving.problem
                rows=2
            />
            {time_field}
            <button class="nhsuk-button" type="submit" disabled=move || saving.busy.get()>
                {send}
            </button>
            <Keeping kept />
        </form>
    }
    .into_any()
}

fn refusal(kind: Kind, text: &str) -> Option<String> {
    let (missing, most) = match kind {
        Kind::Informed => (say!("Write who was told"), limits::LINE_CHARACTERS_MAX),
        Kind::Handover => (say!("Write who has taken over"), limits::LINE_CHARACTERS_MAX),
        _ => (say!("Write what came of it"), limits::PARAGRAPH_CHARACTERS_MAX),
    };
    text_problem(text, missing, most)
}

fn fact_of(kind: Kind, target: EventId, text: String) -> Fact {
    let words = Personal::new(text);
    match kind {
        Kind::Informed => Fact::Informed(Informed { target, who: words }),
        Kind::Handover | Kind::Record => Fact::Handover(Handover { target, to: words }),
        Kind::Review(with) => Fact::UrgentReview(UrgentReview { target, with, words }),
    }
}

/// When somebody was told: not in the future.
fn told_at(day: Option<Date>, time: &str, now: DateTime) -> Result<DateTime, &'static str> {
    let day = day.ok_or(say!("Choose the day"))?;
    let time = Time::read(time).ok_or(say!("Write the time, for example 14:05"))?;
    let at = day.to_datetime(time);
    if at > now { Err(say!("This time has not come yet")) } else { Ok(at) }
}

/// At what time somebody was told; the day is asked only for a concern of an earlier one.
fn when_told(
    on: Date,
    day: Live<Option<Date>>,
    time: Live<String>,
    problem: Live<Option<String>>,
) -> AnyView {
    let today = Engine::here().today();
    let choose = Callback::new(move |chosen| day.set(chosen));
    let day_field = (on < today).then(|| {
        view! {
            <DateField
                id="told-day"
                label=say!("On which day?")
                quick=vec![(say!("Today"), today), (say!("The day of the concern"), on)]
                value=memo(move || day.get())
                on_choose=choose
            />
        }
    });
    view! {
        {day_field}
        <div
            class="nhsuk-form-group"
            class:nhsuk-form-group--error=move || problem.read().is_some()
        >
            <label class="nhsuk-label nhsuk-label--s" for="told-time">"At what time?"</label>
            <FieldError id="told-time".to_owned() problem />
            <input
                class="nhsuk-input fp-date"
                id="told-time"
                type="time"
                aria-describedby="told-time-problem"
                bind:value=time
            />
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn nobody_was_told_at_a_time_that_has_not_come() {
        let day = date(2026, 11, 23);
        let now = day.at(14, 5, 0, 0);
        assert_eq!(told_at(Some(day), "14:05", now), Ok(now));
        assert!(told_at(Some(day), "14:06", now).is_err());
        assert!(told_at(Some(day), "", now).is_err());
        assert!(told_at(None, "14:05", now).is_err());
    }

    #[test]
    fn a_name_fits_a_line_and_a_review_a_paragraph() {
        let line = "x".repeat(limits::LINE_CHARACTERS_MAX + 1);
        assert!(refusal(Kind::Handover, &line).is_some());
        assert!(refusal(Kind::Review(ReviewedWith::Person), &line).is_none());
        assert!(refusal(Kind::Informed, "").is_some());
    }
}
