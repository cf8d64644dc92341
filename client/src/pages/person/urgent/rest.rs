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
};

use super::forms::Form;
use crate::{
    components::{
        choices::Choices,
        date_field::DateField,
        disclose::focus_within,
        entry::WRONG,
        field::{TextArea, text_problem},
        kept::{self, Keeping, keep},
        show::Show,
    },
    draw::view,
    engine::Engine,
    memo::{Live, memo},
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
    /// What is wrong with each.
    problems: [Live<Option<String>>; 5],
}

impl Rest {
    fn new() -> Self {
        let text = || Live::new(String::new());
        Self {
            given: text(),
            told: text(),
            consent: Live::new(None),
            why: text(),
            check: Live::new(None),
            problems: [(); 5].map(|()| Live::new(None)),
        }
    }

    /// Every field, to be kept while it is not recorded.
    fn fields(self) -> Vec<kept::Field> {
        let consents = UrgentConsent::ALL.map(consent_name).to_vec();
        vec![
            self.given.into(),
            self.told.into(),
            kept::Field::one_of(self.consent, consents, |name| name),
            self.why.into(),
            kept::date(self.check),
        ]
    }

    fn needs_why(self) -> bool {
        self.consent.get().is_some_and(|name| name != consent_name(UrgentConsent::Agreed))
    }

    /// The record, unless something is to be put right first.
    fn record(self, target: EventId, today: Date) -> Option<UrgentRecord> {
        let text = |field: Live<String>| field.get_untracked().trim().to_owned();
        let (given, told, why) = (text(self.given), text(self.told), text(self.why));
        let consent = self.consent.get_untracked().and_then(consent_named);
        let check = self.check.get_untracked();
        let problems = rest_problems(&given, &told, consent, &why, check.filter(|on| *on < today));
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
            next_check: check,
        })
    }
}

/// What is wrong with what was given, told, agreed and why, and with a check on a day that is over.
fn rest_problems(
    given: &str,
    told: &str,
    consent: Option<UrgentConsent>,
    why: &str,
    past_check: Option<Date>,
) -> [Option<String>; 5] {
    let text = |text, missing| text_problem(text, missing, limits::PARAGRAPH_CHARACTERS_MAX);
    let needs_why = consent.is_some_and(|consent| consent != UrgentConsent::Agreed);
    [
        text(given, say!("Write what you gave them, or “nothing”")),
        text(told, say!("Write what you told them would happen")),
        consent.is_none().then(|| say!("Choose whether they agreed").to_owned()),
        needs_why.then(|| text(why, say!("Write why"))).flatten(),
        past_check.map(|_| say!("This day is over. Choose today or a later day").to_owned()),
    ]
}

/// The form of the rest of the record.
pub(super) fn form(form: Form, field: String) -> AnyView {
    let engine = Engine::here();
    let rest = Rest::new();
    let kept = keep(form.name.clone(), rest.fields());
    let (target, saving) = (form.target, form.saving);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(record) = rest.record(target, engine.today()) else {
            return focus_within(&event, WRONG);
        };
        form.record(engine, Fact::UrgentRecord(record), engine.wall_clock());
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
    let [given, told, agreed, why, check] = rest.problems;
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
                problem=check.into()
            />
            <p class="nhsuk-error-message" role="alert">{move || saving.problem.get()}</p>
            <button class="nhsuk-button" type="submit" disabled=move || saving.busy.get()>
                "Record this"
            </button>
            <Keeping kept />
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_was_told_against_their_will_or_unasked_needs_a_reason() {
        let problems = |consent, why| rest_problems("Helplines", "GP rings", consent, why, None);
        assert!(problems(Some(UrgentConsent::Agreed), "").iter().all(Option::is_none));
        assert!(problems(Some(UrgentConsent::Overridden), "")[3].is_some());
        assert!(problems(Some(UrgentConsent::NotAsked), "asleep").iter().all(Option::is_none));
        assert!(problems(None, "")[2].is_some());
        assert!(rest_problems("", "", None, "", None).iter().take(3).all(Option::is_some));
    }

    #[test]
    fn nobody_is_to_be_checked_on_on_a_day_that_is_over() {
        let over = Some(jiff::civil::date(2026, 11, 22));
        let problems =
            rest_problems("Helplines", "GP rings", Some(UrgentConsent::Agreed), "", over);
        assert!(problems[4].is_some());
    }
}
