//! The forms of an urgent concern's tasks. What is typed in them is kept on the phone until it is
//! recorded.

use jiff::civil::{Date, DateTime, Time};
use leptos::{ev::SubmitEvent, prelude::*};
use shared::{
    calendar,
    case::{
        Fact,
        event::{Handover, Informed, ReviewedWith, UrgentConsent, UrgentRecord, UrgentReview},
    },
    ids::EventId,
    limits,
    personal::Personal,
    written::Written,
};

use super::tasks::Kind;
use crate::{
    components::{
        choices::Choices,
        date_field::DateField,
        disclose::focus,
        entry::{Saving, event_of},
        field::{FieldError, TextArea},
        show::Show,
    },
    engine::{Engine, SaveError},
    memo::memo,
    pages::person::Shown,
};

/// One form: what it is about, and where what it says goes.
#[derive(Clone)]
struct Form {
    shown: Shown,
    target: EventId,
    kind: Kind,
    /// As the vault names what is typed.
    name: String,
    /// What takes the focus afterwards, by its id.
    back: String,
    saving: Saving,
    is_open: RwSignal<bool>,
}

impl Form {
    /// Records what the form says, and closes it.
    fn record(&self, engine: Engine, fact: Fact, at: DateTime) {
        let (case, name, is_open) = (self.shown.case, self.name.clone(), self.is_open);
        let back = self.back.clone();
        let save = async move {
            let mut event = event_of(engine, fact).ok_or(SaveError::SignedOut)?;
            event.at = at;
            engine.edit_typed(case, name, move |writer| writer.put_event(&event)).await
        };
        self.saving.run(save, move || {
            // What was recorded may have taken the form off the screen.
            let _ = is_open.try_set(false);
            focus(back);
        });
    }
}

/// The form of a task.
pub(super) fn of(
    shown: Shown,
    target: EventId,
    on: Date,
    kind: Kind,
    field: String,
    back: String,
    is_open: RwSignal<bool>,
) -> AnyView {
    let name = format!("{}/{target}/{}", shown.case, kind.number());
    let form = Form { shown, target, kind, name, back, saving: Saving::new(), is_open };
    match kind {
        Kind::Record => rest(form, field),
        _ => words(form, on, field),
    }
}

fn is_too_long(text: &str, most: usize) -> Option<String> {
    (text.chars().count() > most).then(|| format!("Write at most {most} characters"))
}

/// What a form of one text asks.
fn asked(kind: Kind) -> (&'static str, &'static str, &'static str) {
    match kind {
        Kind::Informed => (
            "Who was told?",
            "Their name and role, for example Dr Osei, duty GP",
            "Record who was told",
        ),
        Kind::Handover => (
            "Who has taken over?",
            "Their name and role, for example Dr Osei, duty GP",
            "Record who has taken over",
        ),
        Kind::Review(ReviewedWith::Person) => {
            ("How are they now?", "In their own words where you can", "Record this check")
        }
        Kind::Review(ReviewedWith::Supervisor) => {
            ("What came of the review?", "", "Record this review")
        }
        Kind::Review(ReviewedWith::Manager) | Kind::Record => (
            "What came of your check-in?",
            "Colleagues on this person's record can read this. That it took place is enough",
            "Record your check-in",
        ),
    }
}

/// A form of one text; who was told has the time beside it.
fn words(form: Form, on: Date, field: String) -> AnyView {
    let engine = Engine::here();
    let kept = engine.typed(&form.name);
    let typed = RwSignal::new(kept.first().cloned().unwrap_or_default());
    let now = engine.wall_clock();
    let time = RwSignal::new(calendar::clock_words(now.time()));
    let day = RwSignal::new(Some(engine.today()));
    let time_problem = RwSignal::new(None);
    let keep = form.name.clone();
    Effect::new(move |_| engine.keep_typed(&keep, vec![typed.get()]));
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
        let (Ok(at), None) = (at, saving.problem.get_untracked()) else { return };
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
        </form>
    }
    .into_any()
}

fn refusal(kind: Kind, text: &str) -> Option<String> {
    let most = match kind {
        Kind::Informed | Kind::Handover => limits::LINE_CHARACTERS_MAX,
        _ => limits::PARAGRAPH_CHARACTERS_MAX,
    };
    if text.is_empty() {
        let missing = match kind {
            Kind::Informed => "Write who was told",
            Kind::Handover => "Write who has taken over",
            _ => "Write what came of it",
        };
        return Some(missing.to_owned());
    }
    is_too_long(text, most)
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
    let day = day.ok_or("Choose the day")?;
    let time = Time::read(time).ok_or("Write the time, for example 14:05")?;
    let at = day.to_datetime(time);
    if at > now { Err("This time has not come yet") } else { Ok(at) }
}

/// At what time somebody was told; the day is asked only for a concern of an earlier one.
fn when_told(
    on: Date,
    day: RwSignal<Option<Date>>,
    time: RwSignal<String>,
    problem: RwSignal<Option<String>>,
) -> AnyView {
    let today = Engine::here().today();
    let choose = Callback::new(move |chosen| day.set(chosen));
    let day_field = (on < today).then(|| {
        view! {
            <DateField
                id="told-day"
                label="On which day?"
                quick=vec![("Today", today), ("The day of the concern", on)]
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

/// As the choices of consent are named and kept.
fn consent_name(consent: UrgentConsent) -> &'static str {
    match consent {
        UrgentConsent::Agreed => "agreed",
        UrgentConsent::Overridden => "overridden",
        UrgentConsent::NotAsked => "not_asked",
    }
}

fn consent_named(name: &str) -> Option<UrgentConsent> {
    UrgentConsent::ALL.into_iter().find(|consent| consent_name(*consent) == name)
}

/// The rest of the record, as it is typed.
#[derive(Clone, Copy)]
struct Rest {
    given: RwSignal<String>,
    told: RwSignal<String>,
    consent: RwSignal<Option<&'static str>>,
    why: RwSignal<String>,
    check: RwSignal<Option<Date>>,
    /// What is wrong with each of the first four.
    problems: [RwSignal<Option<String>>; 4],
}

impl Rest {
    fn begin(kept: &[String]) -> Self {
        let text = |at: usize| kept.get(at).cloned().unwrap_or_default();
        Self {
            given: RwSignal::new(text(0)),
            told: RwSignal::new(text(1)),
            consent: RwSignal::new(consent_named(&text(2)).map(consent_name)),
            why: RwSignal::new(text(3)),
            check: RwSignal::new(Date::read(&text(4))),
            problems: [(); 4].map(|()| RwSignal::new(None)),
        }
    }

    fn typed(self) -> Vec<String> {
        let consent = self.consent.get().unwrap_or_default().to_owned();
        let check = self.check.get().map(|date| date.to_string()).unwrap_or_default();
        vec![self.given.get(), self.told.get(), consent, self.why.get(), check]
    }

    fn needs_why(self) -> bool {
        self.consent.get().is_some_and(|name| name != consent_name(UrgentConsent::Agreed))
    }

    /// The record, unless something is to be put right first.
    fn record(self, target: EventId) -> Option<UrgentRecord> {
        let text = |field: RwSignal<String>| field.get_untracked().trim().to_owned();
        let (given, told, why) = (text(self.given), text(self.told), text(self.why));
        let consent = self.consent.get_untracked().and_then(consent_named);
        let problems = rest_problems(&given, &told, consent, &why);
        for (signal, problem) in self.problems.into_iter().zip(&problems) {
            signal.set(problem.clone());
        }
        if problems.iter().any(Option::is_some) {
            return None;
        }
        let why = if consent == Some(UrgentConsent::Agreed) { String::new() } else { why };
        Some(UrgentRecord {
            target,
            given: Personal::new(given),
            told: Personal::new(told),
            consent: consent?,
            why: Personal::new(why),
            next_check: self.check.get_untracked(),
        })
    }
}

/// What is wrong with what was given, told, agreed and why.
fn rest_problems(
    given: &str,
    told: &str,
    consent: Option<UrgentConsent>,
    why: &str,
) -> [Option<String>; 4] {
    let text = |text: &str, missing: &str| match text.is_empty() {
        true => Some(missing.to_owned()),
        false => is_too_long(text, limits::PARAGRAPH_CHARACTERS_MAX),
    };
    let needs_why = consent.is_some_and(|consent| consent != UrgentConsent::Agreed);
    [
        text(given, "Write what you gave them, or “nothing”"),
        text(told, "Write what you told them would happen"),
        consent.is_none().then(|| "Choose whether they agreed".to_owned()),
        needs_why.then(|| text(why, "Write why")).flatten(),
    ]
}

/// The form of the rest of the record.
fn rest(form: Form, field: String) -> AnyView {
    let engine = Engine::here();
    let rest = Rest::begin(&engine.typed(&form.name));
    let keep = form.name.clone();
    Effect::new(move |_| engine.keep_typed(&keep, rest.typed()));
    let (target, saving) = (form.target, form.saving);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(record) = rest.record(target) {
            form.record(engine, Fact::UrgentRecord(record), engine.wall_clock());
        }
    };
    let options =
        UrgentConsent::ALL.map(|consent| (consent_name(consent), consent.words().to_owned()));
    let today = engine.today();
    let in_days = |days| calendar::days_after(today, days).unwrap_or(today);
    let quick =
        vec![("Tomorrow", in_days(1)), ("In 2 days", in_days(2)), ("In a week", in_days(7))];
    let choose = Callback::new(move |chosen| rest.check.set(chosen));
    let [given, told, agreed, why] = rest.problems;
    view! {
        <form class="fp-ask" on:submit=submit novalidate>
            <TextArea
                id=format!("{field}-first")
                label="What self-help and services did you give?"
                hint="For example helplines, a safety plan, somebody to stay with them"
                value=rest.given
                problem=given
            />
            <TextArea
                id=format!("{field}-told")
                label="What did you tell them would happen?"
                value=rest.told
                problem=told
            />
            <Choices
                id="urgent-consent"
                legend="Did they agree to others being told?"
                options=options.to_vec()
                value=rest.consent
                problem=agreed
            />
            <Show when=move || rest.needs_why()>
                <TextArea
                    id="urgent-why"
                    label="Why were others told all the same, or why could they not be asked?"
                    value=rest.why
                    problem=why
                />
            </Show>
            <DateField
                id="urgent-check"
                label="When does somebody check on them?"
                quick
                value=memo(move || rest.check.get())
                on_choose=choose
            />
            <p class="nhsuk-error-message" role="alert">{move || saving.problem.get()}</p>
            <button class="nhsuk-button" type="submit" disabled=move || saving.busy.get()>
                "Record this"
            </button>
        </form>
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
    fn whoever_was_told_against_their_will_or_unasked_needs_a_reason() {
        let problems = |consent, why| rest_problems("Helplines", "GP rings", consent, why);
        assert!(problems(Some(UrgentConsent::Agreed), "").iter().all(Option::is_none));
        assert!(problems(Some(UrgentConsent::Overridden), "")[3].is_some());
        assert!(problems(Some(UrgentConsent::NotAsked), "asleep").iter().all(Option::is_none));
        assert!(problems(None, "")[2].is_some());
        assert!(rest_problems("", "", None, "").iter().take(3).all(Option::is_some));
    }

    #[test]
    fn a_name_fits_a_line_and_a_review_a_paragraph() {
        let line = "x".repeat(limits::LINE_CHARACTERS_MAX + 1);
        assert!(refusal(Kind::Handover, &line).is_some());
        assert!(refusal(Kind::Review(ReviewedWith::Person), &line).is_none());
        assert!(refusal(Kind::Informed, "").is_some());
    }
}
