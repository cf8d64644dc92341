//! How work with the person goes on: a contact while a referral is open, a new referral once it is
//! over.

use jiff::civil::Date;
use leptos::{ev::SubmitEvent, prelude::*};
use shared::case::{Case, Event};

use super::{Shown, attempt::Attempts, episode::REFERRAL};
use crate::{
    components::{
        ask::form_of,
        disclose::{Disclose, focus},
        entry::{Saving, event_of, write_events},
        error_summary::{ErrorSummary, SUMMARY},
        kept::{Keeping, is_kept, keep},
        person_line::Choosing,
        show::Show,
        shown,
    },
    draw::view,
    engine::Engine,
    memo::Live,
    pages::refer::{Form, Why},
};

/// What is offered first.
#[component]
pub(super) fn Begin(shown: Shown) -> impl IntoView {
    let is_open = shown.of(|case| case.current_episode().is_some_and(|one| one.is_open()));
    view! {
        <Show when=move || is_open.get() fallback=move || view! { <AfterTheEnd shown /> }>
            <a href=Choosing::Contact.path(shown.case) class="nhsuk-button fp-button">
                "Add contact"
            </a>
            <Attempts shown />
        </Show>
    }
}

/// "3 Nov", the day of the referral that is over.
fn over_since(case: &Case, today: Date) -> Option<String> {
    Some(shown::day(case.current_episode()?.referral.on(), today))
}

/// Nothing is open: somebody may refer the person again, and a late note goes where it belongs.
#[component]
fn AfterTheEnd(shown: Shown) -> impl IntoView {
    let engine = Engine::here();
    let may_refer = shown.of(|case| case.may_be_referred_from().is_some());
    let late = shown.of(move |case| over_since(case, engine.today()));
    let is_open = Live::new(is_kept(&form_of(shown.case, AGAIN)));
    let late_contact = move || {
        let href = Choosing::Contact.path(shown.case);
        late.get().map(|day| {
            let words = said!("Add a contact to the referral of {day}, which is over");
            view! { <p class="fp-link-line"><a href=href>{words}</a></p> }
        })
    };
    view! {
        <Show when=move || may_refer.get()>
            <Disclose
                id=AGAIN
                button=say!("New referral for this person")
                is_open
                focus_on="source"
                class="nhsuk-button fp-button"
            >
                <AgainForm shown />
            </Disclose>
        </Show>
        {late_contact}
    }
}

/// The identifier of what the button opens.
const AGAIN: &str = "again";

/// Who asks this time, when and why. What is known of the person is known.
#[component]
fn AgainForm(shown: Shown) -> impl IntoView {
    let engine = Engine::here();
    let form = Form::new(engine.today());
    let name = form_of(shown.case, AGAIN);
    let kept = keep(name.clone(), form.fields());
    let problems = Live::new(Vec::new());
    let saving = Saving::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(Ok(view)) = shown.read.get_untracked() else { return };
        // A colleague's referral may have come in meanwhile: the screen shows it then.
        let Some(from) = view.case.may_be_referred_from() else { return };
        let found = form.check_again(engine.wall_clock(), view.case.person.birth_date(), from);
        problems.set(found.as_ref().err().cloned().unwrap_or_default());
        match found {
            Err(_) => focus(SUMMARY.to_owned()),
            Ok((at, fact)) => {
                let event = event_of(engine, fact).map(|event| vec![Event { at, ..event }]);
                let save = write_events(engine, shown.case, name.clone(), event);
                saving.run(save, || focus(REFERRAL.to_owned()));
            }
        }
    };
    view! {
        <form class="fp-ask" on:submit=submit novalidate>
            <ErrorSummary problems />
            <Why form problems />
            <p class="nhsuk-error-message" role="alert">{move || saving.problem.get()}</p>
            <button class="nhsuk-button" type="submit" disabled=move || saving.busy.get()>
                "Add this referral"
            </button>
            <Keeping kept />
        </form>
    }
}
