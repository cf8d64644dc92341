//! A correction of a service, or a new one, as the directory should have it.

use leptos::{ev::SubmitEvent, prelude::*};
use shared::{calendar, case::Fact};

use super::form::{Form, Texts, WORDS};
use crate::{
    address::Address,
    components::{
        disclose::focus,
        entry::Saving,
        error_summary::{ErrorSummary, FormProblem, SUMMARY, problem_of},
        field::{TextArea, TextField},
        kept::{Keeping, keep},
    },
    draw::view,
    engine::Engine,
    memo::Live,
};

/// The screen that corrects the service which its address names, or adds one.
#[component]
pub fn Suggest() -> impl IntoView {
    let (engine, address) = (Engine::here(), Address::here());
    let named = untrack(move || address.query("service"));
    let corrected = named.as_deref().and_then(|id| {
        engine.directory().with_untracked(|directory| directory.service(id).cloned())
    });
    if named.is_some() && corrected.is_none() {
        return view! {
            <h1 class="nhsuk-heading-l">"This service is not in the directory any more"</h1>
            <p><a href="/services">"Go to Services"</a></p>
        }
        .into_any();
    }
    let form = Form::new(&corrected.as_ref().map(Texts::of).unwrap_or_default());
    let typed_in = format!("suggest/{}", named.unwrap_or_default());
    let kept = keep(
        typed_in.clone(),
        form.fields.into_iter().chain([form.words]).map(Into::into).collect(),
    );
    let problems = Live::new(Vec::new());
    let saving = Saving::new();
    let (heading, send) = match &corrected {
        Some(service) => {
            (said!("Correct {name}", name = service.name), say!("Save this correction"))
        }
        None => (say!("Add a service").to_owned(), say!("Save this service")),
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        match form.check(corrected.as_ref(), engine.today()) {
            Err(refused) => {
                problems.set(refused);
                focus(SUMMARY.to_owned());
            }
            Ok(suggested) => {
                problems.set(Vec::new());
                let (typed_in, at) = (typed_in.clone(), engine.wall_clock());
                let fact = Fact::ServiceSuggested(suggested);
                let save = engine.log(typed_in, at, fact);
                saving.run(save, move || {
                    let time = calendar::clock_words(engine.wall_clock().time());
                    // The platform's back leads to where the person was before the form.
                    address.go_instead(&format!("/services?saved={time}"));
                });
            }
        }
    };
    view! {
        <ErrorSummary problems />
        <h1 class="nhsuk-heading-l">{heading}</h1>
        <p>
            "Nothing changes in the directory until your service administrator has looked at it. \
             Write about the service only, nothing about a person."
        </p>
        <form on:submit=submit novalidate>
            <Fields form problems />
            <p class="nhsuk-error-message" role="alert">{move || saving.problem.get()}</p>
            <button
                class="nhsuk-button fp-button"
                type="submit"
                disabled=move || saving.busy.get()
            >
                {send}
            </button>
            <Keeping kept />
        </form>
    }
    .into_any()
}

#[component]
fn Fields(form: Form, problems: Live<Vec<FormProblem>>) -> impl IntoView {
    let [name, phone, address, postcode, url, email, fees, eligibility] = form.fields;
    let of = move |field| problem_of(problems, field);
    let short = "nhsuk-input--width-10";
    view! {
        <TextField id="name" label=say!("Name") is_name=true value=name problem=of("name") />
        <TextField id="phone" label=say!("Phone") keyboard="tel" value=phone problem=of("phone") />
        <TextArea id="address" label=say!("Address") rows=2 value=address problem=of("address") />
        <TextField
            id="postcode"
            label=say!("Postcode")
            width=short
            value=postcode
            problem=of("postcode")
        />
        <TextField id="url" label=say!("Website") keyboard="url" value=url problem=of("url") />
        <TextField
            id="email"
            label=say!("Email")
            keyboard="email"
            value=email
            problem=of("email")
        />
        <TextArea
            id="fees"
            label=say!("Cost")
            hint=say!("For example, free, or £3 each time")
            rows=2
            value=fees
            problem=of("fees")
        />
        <TextArea
            id="eligibility"
            label=say!("Who it is for")
            rows=2
            value=eligibility
            problem=of("eligibility")
        />
        <TextArea
            id=WORDS
            label=say!("How do you know, and what else?")
            hint=say!("For example, I rang them today. They have moved to Mondays.")
            value=form.words
            problem=of(WORDS)
        />
    }
}
