//! A new referral: who the person is, who asked and why.

mod form;

use leptos::{ev::SubmitEvent, prelude::*};
use shared::{
    case::{Event, Field, SEXES, event::ReferralSource},
    document::Writer,
    ids::CaseId,
};

pub use self::form::Form;
use self::form::{Ready, alike};
use crate::{
    address::Address,
    components::{
        checks::nhs_number_problem,
        choices::Choices,
        disclose::focus,
        entry::{Saving, event_of, signed_out},
        error_summary::{ErrorSummary, FormProblem, SUMMARY, problem_of},
        field::{TextArea, TextField},
        kept::{Keeping, keep},
        show::Show,
        shown,
    },
    draw::view,
    engine::{CaseLine, Engine, Writing},
    memo::{Live, memo},
};

/// The id of the warning about somebody who may be here already.
const ALIKE: &str = "alike";

/// As the vault names what is typed.
const FORM: &str = "refer";

/// The screen of a new referral.
#[component]
pub fn Refer() -> impl IntoView {
    let engine = Engine::here();
    let form = Form::new(engine.today());
    let kept = keep(FORM.to_owned(), form.fields());
    let problems = Live::new(Vec::new());
    let found = Live::new(Vec::<CaseLine>::new());
    let saving = Saving::new();
    let address = Address::here();
    let save = move |ready: Ready| {
        let case = engine.new_case_id();
        saving.run(begin(engine, case, ready), move || address.go(&format!("/person/{case}")));
    };
    let try_save = move |anyway: bool| {
        found.set(Vec::new());
        match form.check(engine.wall_clock()) {
            Err(refused) => {
                problems.set(refused);
                focus(SUMMARY.to_owned());
            }
            Ok(ready) => {
                problems.set(Vec::new());
                let like = engine.rows().with_untracked(|rows| alike(rows, &ready.fields));
                if anyway || like.is_empty() {
                    save(ready);
                } else {
                    found.set(like);
                    focus(ALIKE.to_owned());
                }
            }
        }
    };
    let add_anyway = Callback::new(move |()| try_save(true));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        try_save(false);
    };
    view! {
        <ErrorSummary problems />
        <h1 class="nhsuk-heading-l">"New referral"</h1>
        <form on:submit=submit novalidate>
            <Who form problems />
            <Reach form problems />
            <Why form problems />
            <Alike found add_anyway />
            <p class="nhsuk-error-message" role="alert">{move || saving.problem.get()}</p>
            <button
                class="nhsuk-button fp-button"
                type="submit"
                disabled=move || saving.busy.get()
            >
                "Add this person"
            </button>
            <Keeping kept />
        </form>
    }
}

/// Begins the case: what is known of the person, and the referral, in one change.
fn begin(engine: Engine, case: CaseId, ready: Ready) -> Writing {
    let Some(event) = event_of(engine, ready.fact) else { return signed_out() };
    let event = Event { at: ready.at, ..event };
    let fields = ready.fields;
    let write = move |writer: &mut Writer<'_, '_>| {
        fields.iter().try_for_each(|(field, value)| writer.put_field(*field, value))?;
        writer.put_event(&event)
    };
    engine.begin(case, FORM.to_owned(), write)
}

type Problems = Live<Vec<FormProblem>>;

/// Who the person is.
#[component]
fn Who(form: Form, problems: Problems) -> impl IntoView {
    let problem = move |field| problem_of(problems, field);
    // Said as soon as the field is left, while the letter is still in hand.
    let left = Live::new(None);
    let asked = problem("nhs-number");
    let number_problem = memo(move || left.get().or_else(|| asked.get()));
    let leave = Callback::new(move |typed: String| left.set(nhs_number_problem(&typed)));
    let sexes = || SEXES.map(|(stored, words)| (stored, words.to_owned())).to_vec();
    view! {
        <TextField
            id="nhs-number"
            label=say!("NHS number (if you know it)")
            hint=say!("10 digits, for example 999 000 0018")
            keyboard="numeric"
            width="nhsuk-input--width-10"
            value=form.nhs_number
            problem=number_problem
            on_leave=leave
        />
        <TextField
            id="family-name"
            label=say!("Family name")
            is_name=true
            value=form.family_name
            problem=problem("family-name")
        />
        <TextField
            id="given-names"
            label=say!("Given names")
            is_name=true
            value=form.given_names
            problem=problem("given-names")
        />
        <TextField
            id="birth-date"
            label=say!("Date of birth")
            hint=say!("For example, 3 11 1956")
            width="nhsuk-input--width-10"
            value=form.birth_date
            problem=problem("birth-date")
        />
        <Choices
            id="sex"
            legend=say!("Sex")
            options=sexes()
            value=form.sex
            problem=problem("sex")
        />
    }
}

/// Where the person is registered, and how to reach and talk with them.
#[component]
fn Reach(form: Form, problems: Problems) -> impl IntoView {
    let problem = move |field| problem_of(problems, field);
    let practices = Engine::here().profile().with_untracked(|profile| {
        let practices = profile.iter().flat_map(|profile| profile.practices.iter());
        practices.map(|practice| (practice.ods.to_string(), practice.name.clone())).collect()
    });
    view! {
        <Choices
            id="practice"
            legend=shown::capital(Field::PracticeOds.words())
            options=practices
            value=form.practice
            problem=problem("practice")
        />
        <TextField
            id="phone"
            label=say!("Phone")
            keyboard="tel"
            width="nhsuk-input--width-20"
            value=form.phone
            problem=problem("phone")
        />
        <TextArea
            id="communication"
            label=say!("How to talk with them")
            hint=say!("For example, an interpreter, hearing, large print")
            rows=2
            value=form.communication
            problem=problem("communication")
        />
    }
}

/// Who asked, when and why.
#[component]
pub fn Why(form: Form, problems: Problems) -> impl IntoView {
    let problem = move |field| problem_of(problems, field);
    let sources = || ReferralSource::ALL.map(|source| (source, source.words().to_owned())).to_vec();
    view! {
        <Choices
            id="source"
            legend=say!("Who referred them?")
            options=sources()
            value=form.source
            problem=problem("source")
        />
        <TextArea
            id="reason"
            label=say!("Why?")
            hint=say!("In the words of whoever referred them")
            value=form.reason
            problem=problem("reason")
        />
        <TextField
            id="referred-on"
            label=say!("Date of the referral")
            hint=say!("For example, 20 11 2026")
            width="nhsuk-input--width-10"
            value=form.referred_on
            problem=problem("referred-on")
        />
    }
}

/// Who on this phone may be the same person.
#[component]
fn Alike(found: Live<Vec<CaseLine>>, add_anyway: Callback<()>) -> impl IntoView {
    let engine = Engine::here();
    let links = move || {
        let links = found.get().into_iter().map(|line| {
            let row = &line.row;
            let name = shown::list_name(row.family_name.reveal(), row.given_names.reveal());
            view! {
                <li>
                    <a href=format!("/person/{}", line.case)>{name}</a>
                    <span class="fp-quiet">{shown::age(row.birth_date, engine.today())}</span>
                </li>
            }
        });
        links.collect::<Vec<_>>()
    };
    view! {
        <Show when=move || !found.read().is_empty()>
            <section class="fp-settle" id=ALIKE tabindex="-1" aria-labelledby="alike-heading">
                <h2 class="nhsuk-heading-m" id="alike-heading">
                    "Somebody like this is already on your phone"
                </h2>
                <p>
                    "Open them to see whether it is the same person: you can add a new referral \
                     there. Two records of one person hold codes back."
                </p>
                <ul class="fp-list fp-lines">{links}</ul>
                <button
                    type="button"
                    class="nhsuk-button nhsuk-button--secondary fp-button"
                    on:click=move |_| add_anyway.run(())
                >
                    "Add anyway"
                </button>
            </section>
        </Show>
    }
}
