//! "You are at the library": where contacts begin, and how to say otherwise.

use leptos::{ev::SubmitEvent, prelude::*};
use shared::limits;

use crate::{
    components::{
        disclose::Disclose,
        field::{TextField, text_problem},
    },
    draw::view,
    engine::Engine,
    memo::{Live, memo},
    pages::here,
};

const CHANGE: &str = say!("Change");

/// Where the worker is.
#[component]
pub fn Here() -> impl IntoView {
    let rows = Engine::here().rows();
    let said = Live::new(here::said());
    let place = memo(move || said.get().or_else(|| rows.with(|rows| here::now(rows))));
    let is_open = Live::new(false);
    let choose = Callback::new(move |place: String| {
        here::say(place.clone());
        said.set(Some(place));
        is_open.set(false);
    });
    let words = move || match place.get().filter(|place| !place.is_empty()) {
        Some(place) => said!("You are at {place}"),
        None => say!("Where are you today?").to_owned(),
    };
    view! {
        <section class="fp-here" aria-label="Where you are">
            <p>{words}</p>
            <Disclose
                id="here"
                button=CHANGE
                is_open
                focus_on="place"
                class="fp-link-button"
            >
                <Places choose />
            </Disclose>
        </section>
    }
}

/// Places that are known, and a line for any other one.
#[component]
fn Places(choose: Callback<String>) -> impl IntoView {
    let rows = Engine::here().rows();
    let typed = Live::new(String::new());
    let problem = Live::new(None);
    let chips = move || {
        let places = rows.with(|rows| here::places(rows)).into_iter().map(|place| {
            let own = place.clone();
            view! {
                <button
                    type="button"
                    class="fp-chip-button"
                    on:click=move |_| choose.run(own.clone())
                >
                    {place}
                </button>
            }
        });
        places.collect::<Vec<_>>()
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let place = typed.get_untracked().trim().to_owned();
        problem.set(refusal(&place));
        if problem.get_untracked().is_none() {
            choose.run(place);
        }
    };
    view! {
        <form class="fp-ask" on:submit=submit novalidate>
            <div class="fp-chips" role="group" aria-label="Places you were at before">{chips}</div>
            <TextField
                id="place"
                label=say!("Another place")
                hint=say!("Contacts begin here until you change it or close the app")
                value=typed
                problem
            />
            <button class="nhsuk-button nhsuk-button--secondary" type="submit">
                "I am here"
            </button>
        </form>
    }
}

fn refusal(place: &str) -> Option<String> {
    text_problem(place, say!("Write where you are"), limits::LINE_CHARACTERS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_a_name_that_fits_a_line() {
        assert!(refusal("").is_some());
        assert!(refusal("Church hall").is_none());
        assert!(refusal(&"x".repeat(limits::LINE_CHARACTERS_MAX + 1)).is_some());
    }
}
