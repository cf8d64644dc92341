//! The form of the rest of an urgent concern's record: what was given, said and agreed, and when
//! somebody checks on the person.

use jiff::civil::Date;
use leptos::{ev::SubmitEvent, prelude::*};
use shared::{
    calendar,
    case::{
        Fact,
        event::{UrgentConsent, UrgentRecord},
    },
    ids::EventId,
    limits,
    personal::Personal,
    written::Written,
};

use super::forms::Form;
use crate::{
    components::{
        choices::Choices,
        date_field::DateField,
        field::{TextArea, text_problem},
        show::Show,
    },
    draw::view,
    engine::Engine,
    memo::{Live, follow, memo},
};

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
    given: Live<String>,
    told: Live<String>,
    consent: Live<Option<&'static str>>,
    why: Live<String>,
    check: Live<Option<Date>>,
    /// What is wrong with each of the first four.
    problems: [Live<Option<String>>; 4],
}

impl Rest {
    fn begin(kept: &[String]) -> Self {
        let text = |at: usize| kept.get(at).cloned().unwrap_or_default();
        Self {
            given: Live::new(text(0)),
            told: Live::new(text(1)),
            consent: Live::new(consent_named(&text(2)).map(consent_name)),
            why: Live::new(text(3)),
            check: Live::new(Date::read(&text(4))),
            problems: [(); 4].map(|()| Live::new(None)),
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
        let text = |field: Live<String>| field.get_untracked().trim().to_owned();
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
    let text = |text, missing| text_problem(text, missing, limits::PARAGRAPH_CHARACTERS_MAX);
    let needs_why = consent.is_some_and(|consent| consent != UrgentConsent::Agreed);
    [
        text(given, say!("Write what you gave them, or “nothing”")),
        text(told, say!("Write what you told them would happen")),
        consent.is_none().then(|| say!("Choose whether they agreed").to_owned()),
        needs_why.then(|| text(why, say!("Write why"))).flatten(),
    ]
}

/// The form of the rest of the record.
pub(super) fn form(form: Form, field: String) -> AnyView {
    let engine = Engine::here();
    let rest = Rest::begin(&engine.typed(&form.name));
    let keep = form.name.clone();
    follow(move || engine.keep_typed(&keep, rest.typed()));
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
    let quick = vec![
        (say!("Tomorrow"), in_days(1)),
        (say!("In 2 days"), in_days(2)),
        (say!("In a week"), in_days(7)),
    ];
    let choose = Callback::new(move |chosen| rest.check.set(chosen));
    let [given, told, agreed, why] = rest.problems;
    view! {
        <form class="fp-ask" on:submit=submit novalidate>
            <TextArea
                id=format!("{field}-first")
                label=say!("What self-help and services did you give?")
                hint=say!("For example helplines, a safety plan, somebody to stay with them")
                value=rest.given
                problem=given
            />
            <TextArea
                id=format!("{field}-told")
                label=say!("What did you tell them would happen?")
                value=rest.told
                problem=told
            />
            <Choices
                id="urgent-consent"
                legend=say!("Did they agree to others being told?")
                options=options.to_vec()
                value=rest.consent
                problem=agreed
            />
            <Show when=move || rest.needs_why()>
                <TextArea
                    id="urgent-why"
                    label=say!("Why were others told all the same, or why could they not be asked?")
                    value=rest.why
                    problem=why
                />
            </Show>
            <DateField
                id="urgent-check"
                label=say!("When does somebody check on them?")
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
    use super::*;

    #[test]
    fn whoever_was_told_against_their_will_or_unasked_needs_a_reason() {
        let problems = |consent, why| rest_problems("Helplines", "GP rings", consent, why);
        assert!(problems(Some(UrgentConsent::Agreed), "").iter().all(Option::is_none));
        assert!(problems(Some(UrgentConsent::Overridden), "")[3].is_some());
        assert!(problems(Some(UrgentConsent::NotAsked), "asleep").iter().all(Option::is_none));
        assert!(problems(None, "")[2].is_some());
        assert!(rest_problems("", "", None, "").iter().take(3).all(Option::is_some));
    }
}
