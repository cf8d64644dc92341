//! Puts right what is known of a person: a missing NHS number, another practice, a new phone.

use std::future::ready;

use jiff::civil::Date;
use leptos::{ev::SubmitEvent, prelude::*};
use shared::{
    case::{Case, Field, SEXES},
    document::Writer,
    few::Few,
    ids::CaseId,
};

use super::Shown;
use crate::{
    components::{
        ask::{form_of, overtaken},
        checks::Checks,
        choices::Choices,
        disclose::{Disclose, focus},
        entry::Saving,
        error_summary::{ErrorSummary, FormProblem, SUMMARY, problem_of},
        field::{TextArea, TextField},
        kept::{self, Keeping, is_kept, keep},
        shown,
    },
    draw::view,
    engine::{Engine, Writing},
    memo::Live,
};

/// What was typed, by field.
type Typed = Few<Field, String>;

/// The fields of the form, in its order. What matters to the person has a place of its own.
const FIELDS: [Field; 8] = [
    Field::NhsNumber,
    Field::FamilyName,
    Field::GivenNames,
    Field::BirthDate,
    Field::Sex,
    Field::PracticeOds,
    Field::Phone,
    Field::Communication,
];

/// What stands in the record, as a person types it.
fn typed_of(case: &Case) -> Typed {
    let typed = |field| match (field, case.person.birth_date()) {
        (Field::BirthDate, Some(on)) => shown::date(on),
        (Field::NhsNumber, _) => shown::nhs_number(case.person.shown(field)),
        _ => case.person.shown(field).to_owned(),
    };
    Few::from_iter(FIELDS.into_iter().map(|field| (field, typed(field))))
}

/// The fields that were changed, as they are stored: what nobody touched is not written again, so
/// that it cannot undo what a colleague writes at the same time. What a colleague wrote in a field
/// meanwhile (`stands`) is not put aside unseen.
fn changed(
    before: &Typed,
    stands: &Typed,
    now: &Typed,
    today: Date,
    practice: impl Fn(&str) -> String,
) -> Result<Vec<(Field, String)>, Vec<FormProblem>> {
    let mut checks = Checks::new(today);
    let mut changed = Vec::new();
    for field in FIELDS {
        let in_field = |of: &Typed| of.get(&field).map_or_else(String::new, |of| of.trim().into());
        let (typed, before, stands) = (in_field(now), in_field(before), in_field(stands));
        if typed == before || typed == stands {
            continue;
        }
        let id = id_of(field);
        let words = match field {
            Field::PracticeOds => {
                overtaken(&practice(&before), &practice(&stands), &practice(&typed))
            }
            _ => overtaken(&before, &stands, &typed),
        };
        if let Some(words) = words {
            checks.refuse(id, words);
            continue;
        }
        let typed = typed.as_str();
        let stored = match field {
            Field::NhsNumber => checks.nhs_number(id, typed),
            Field::BirthDate => checks
                .birth_date(id, say!("The date of birth"), typed)
                .map(|on| on.to_string())
                .unwrap_or_default(),
            Field::Communication => checks.paragraph(id, typed.to_owned()),
            _ => checks.line(id, typed.to_owned()),
        };
        if field == Field::FamilyName && stored.is_empty() {
            checks.refuse(id, say!("Write the family name"));
        }
        changed.push((field, stored));
    }
    match checks.problems() {
        problems if problems.is_empty() => Ok(changed),
        problems => Err(problems),
    }
}

/// The sex that is stored so.
fn sex_named(stored: &str) -> Option<&'static str> {
    SEXES.into_iter().map(|(own, _)| own).find(|own| *own == stored)
}

/// The identifier of a field on the screen.
fn id_of(field: Field) -> &'static str {
    match field {
        Field::NhsNumber => FIRST,
        Field::FamilyName => "details-family",
        Field::GivenNames => "details-given",
        Field::BirthDate => "details-birth",
        Field::Sex => "details-sex",
        Field::PracticeOds => "details-practice",
        Field::Phone => "details-phone",
        Field::Communication => "details-communication",
        Field::WhatMatters => "details",
    }
}

/// The first field, which takes the focus.
pub(super) const FIRST: &str = "details-number";

/// The identifier of what the button opens.
const ID: &str = "details";

/// What is known of the person, behind a button that opens it to be put right.
#[component]
pub(super) fn Details(shown: Shown) -> impl IntoView {
    let is_open = shown.changing;
    if is_kept(&form_of(shown.case, ID)) {
        is_open.set(true);
    }
    view! {
        <Disclose
            id=ID
            button=say!("Change these details")
            is_open
            focus_on=FIRST
            class="fp-link-button"
        >
            <DetailsForm shown is_open />
        </Disclose>
    }
}

#[component]
fn DetailsForm(shown: Shown, is_open: Live<bool>) -> impl IntoView {
    let engine = Engine::here();
    let stands = shown.of(typed_of);
    let begun = stands.get_untracked();
    let inputs = begun.iter().map(|(field, typed)| (*field, Live::new(typed.clone())));
    let inputs = Few::from_iter(inputs);
    let value = |field| inputs.get(&field).copied().unwrap_or_else(|| Live::new(String::new()));
    let practice = Live::new(begun.get(&Field::PracticeOds).cloned());
    let sex = Live::new(begun.get(&Field::Sex).and_then(|held| sex_named(held)));
    let form = form_of(shown.case, ID);
    let fields = FIELDS.map(|field| match field {
        Field::PracticeOds => {
            kept::Field::of(practice, Option::unwrap_or_default, |ods| Some(ods.to_owned()))
        }
        Field::Sex => kept::Field::of(sex, |sex| sex.unwrap_or_default().to_owned(), sex_named),
        _ => value(field).into(),
    });
    let kept = keep(form.clone(), fields.into());
    let problems = Live::new(Vec::new());
    let saving = Saving::new();
    let case = shown.case;
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = |texts: Vec<String>| FIELDS.into_iter().zip(texts).collect();
        let (before, now): (Typed, Typed) = (typed(kept.before()), typed(kept.now()));
        let stands = stands.get_untracked();
        let found =
            changed(&before, &stands, &now, engine.today(), |ods| practice_name(engine, ods));
        problems.set(found.as_ref().err().cloned().unwrap_or_default());
        let stands =
            FIELDS.into_iter().map(|field| stands.get(&field).cloned().unwrap_or_default());
        kept.catch_up(stands.collect());
        match found {
            Err(_) => focus(SUMMARY.to_owned()),
            Ok(fields) => {
                saving.run(write(engine, case, form.clone(), fields), move || is_open.set(false));
            }
        }
    };
    view! {
        <form class="fp-ask" on:submit=submit novalidate>
            <ErrorSummary problems />
            <Names
                number=value(Field::NhsNumber)
                family=value(Field::FamilyName)
                given=value(Field::GivenNames)
                birth=value(Field::BirthDate)
                sex
                problems
            />
            <Reach
                practice
                phone=value(Field::Phone)
                communication=value(Field::Communication)
                problems
            />
            <p class="nhsuk-error-message" role="alert">{move || saving.problem.get()}</p>
            <button class="nhsuk-button" type="submit" disabled=move || saving.busy.get()>
                "Save these details"
            </button>
            <Keeping kept />
        </form>
    }
}

fn practice_name(engine: Engine, ods: &str) -> String {
    engine.profile().with_untracked(|profile| {
        profile.as_ref().map_or_else(String::new, |own| own.practice_name(ods).to_owned())
    })
}

fn write(engine: Engine, case: CaseId, form: String, fields: Vec<(Field, String)>) -> Writing {
    if fields.is_empty() {
        engine.keep_typed(&form, Vec::new());
        return Box::pin(ready(Ok(())));
    }
    let write = move |writer: &mut Writer<'_, '_>| {
        fields.iter().try_for_each(|(field, value)| writer.put_field(*field, value))
    };
    engine.edit_typed(case, form, write)
}

type Problems = Live<Vec<FormProblem>>;

#[component]
fn Names(
    number: Live<String>,
    family: Live<String>,
    given: Live<String>,
    birth: Live<String>,
    sex: Live<Option<&'static str>>,
    problems: Problems,
) -> impl IntoView {
    let problem = move |field| problem_of(problems, id_of(field));
    let sexes = SEXES.map(|(stored, words)| (stored, words.to_owned())).to_vec();
    view! {
        <TextField
            id=id_of(Field::NhsNumber)
            label=say!("NHS number")
            hint=say!("10 digits, for example 999 000 0018")
            keyboard="numeric"
            width="nhsuk-input--width-10"
            value=number
            problem=problem(Field::NhsNumber)
        />
        <TextField
            id=id_of(Field::FamilyName)
            label=say!("Family name")
            is_name=true
            value=family
            problem=problem(Field::FamilyName)
        />
        <TextField
            id=id_of(Field::GivenNames)
            label=say!("Given names")
            is_name=true
            value=given
            problem=problem(Field::GivenNames)
        />
        <TextField
            id=id_of(Field::BirthDate)
            label=say!("Date of birth")
            hint=say!("For example, 3 11 1956")
            width="nhsuk-input--width-10"
            value=birth
            problem=problem(Field::BirthDate)
        />
        <Choices
            id=id_of(Field::Sex)
            legend=say!("Sex")
            options=sexes
            value=sex
            problem=problem(Field::Sex)
        />
    }
}

#[component]
fn Reach(
    practice: Live<Option<String>>,
    phone: Live<String>,
    communication: Live<String>,
    problems: Problems,
) -> impl IntoView {
    let problem = move |field| problem_of(problems, id_of(field));
    let practices = Engine::here().profile().with_untracked(|profile| {
        let practices = profile.iter().flat_map(|profile| profile.practices.iter());
        practices.map(|practice| (practice.ods.to_string(), practice.name.clone())).collect()
    });
    view! {
        <Choices
            id=id_of(Field::PracticeOds)
            legend=shown::capital(Field::PracticeOds.words())
            options=practices
            value=practice
            problem=problem(Field::PracticeOds)
        />
        <TextField
            id=id_of(Field::Phone)
            label=say!("Phone")
            keyboard="tel"
            width="nhsuk-input--width-20"
            value=phone
            problem=problem(Field::Phone)
        />
        <TextArea
            id=id_of(Field::Communication)
            label=say!("How to talk with them")
            hint=say!("For example, an interpreter, hearing, large print")
            rows=2
            value=communication
            problem=problem(Field::Communication)
        />
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 11, 23);

    fn typed(number: &str, birth: &str) -> Typed {
        let typed = |field| match field {
            Field::NhsNumber => number.to_owned(),
            Field::BirthDate => birth.to_owned(),
            Field::FamilyName => "Okafor".to_owned(),
            _ => String::new(),
        };
        FIELDS.into_iter().map(|field| (field, typed(field))).collect()
    }

    fn named(ods: &str) -> String {
        format!("practice {ods}")
    }

    #[test]
    fn only_what_was_changed_is_written() {
        let before = typed("", "3 Nov 1956");
        let changed = |now| changed(&before, &before, now, TODAY, named);
        assert_eq!(changed(&before), Ok(Vec::new()));
        let now = typed("999 000 0018", "3 Nov 1956");
        let number = (Field::NhsNumber, "9990000018".to_owned());
        assert_eq!(changed(&now), Ok(vec![number]));
        let mut with_sex = before.clone();
        with_sex.insert(Field::Sex, "female".into());
        let sex = (Field::Sex, "female".to_owned());
        assert_eq!(changed(&with_sex), Ok(vec![sex]));
        let without_birth = (Field::BirthDate, String::new());
        assert_eq!(changed(&typed("", "")), Ok(vec![without_birth]));
    }

    #[test]
    fn what_a_colleague_wrote_meanwhile_is_shown_before_it_is_put_aside() {
        let before = typed("", "3 Nov 1956");
        let stands = typed("999 000 0026", "4 Nov 1956");
        // Nobody touched the date of birth: the colleague's stays.
        let now = typed("999 000 0018", "3 Nov 1956");
        let problems = changed(&before, &stands, &now, TODAY, named).expect_err("it was not seen");
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].field, "details-number");
        assert!(problems[0].words.contains("“999 000 0026”"), "{problems:?}");
        let (mut theirs, mut own) = (before.clone(), before.clone());
        theirs.insert(Field::PracticeOds, "A99002".into());
        own.insert(Field::PracticeOds, "A99003".into());
        let problems = changed(&before, &theirs, &own, TODAY, named).expect_err("it was not seen");
        assert!(problems[0].words.contains("“practice A99002”"), "{problems:?}");
        // Once it was seen, what is right is the person's to say.
        let mut now = now;
        now.insert(Field::BirthDate, "4 Nov 1956".into());
        let number = (Field::NhsNumber, "9990000018".to_owned());
        assert_eq!(changed(&stands, &stands, &now, TODAY, named), Ok(vec![number]));
    }

    #[test]
    fn what_cannot_be_read_is_refused_at_its_field() {
        let before = typed("", "");
        let mut now = typed("999 000 0019", "31 2 1956");
        now.insert(Field::FamilyName, " ".into());
        let problems =
            changed(&before, &before, &now, TODAY, named).expect_err("none of it can be read");
        let fields: Vec<_> = problems.iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["details-number", "details-family", "details-birth"]);
    }
}
