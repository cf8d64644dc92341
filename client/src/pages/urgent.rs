//! Numbers for when somebody is not safe. They are in the app itself, so they need no signal.

use leptos::prelude::*;

use crate::{
    components::{show::Show, shown},
    engine::{CaseLine, Engine},
    memo::memo,
};

/// One number.
struct Number {
    name: &'static str,
    /// As people read it.
    shown: &'static str,
    /// As a phone dials or texts it.
    link: &'static str,
    when: &'static str,
}

/// When the list below was put together. A service's own numbers, each with the day on which the
/// service checked it, come with its settings.
const LISTED_IN: &str = "November 2026";

/// In the order in which they are tried.
const NUMBERS: [Number; 7] = [
    Number {
        name: "Immediate danger",
        shown: "999",
        link: "tel:999",
        when: "Somebody may come to harm now.",
    },
    Number {
        name: "NHS urgent mental health help",
        shown: "111, then option 2",
        link: "tel:111",
        when: "At any time of day.",
    },
    Number {
        name: "Samaritans",
        shown: "116 123",
        link: "tel:116123",
        when: "Somebody to talk with, at any time of day.",
    },
    Number {
        name: "National Suicide Prevention Helpline UK",
        shown: "0800 689 5652",
        link: "tel:08006895652",
        when: "For anybody with thoughts of suicide. Not open at all hours.",
    },
    Number {
        name: "Papyrus HOPELINE247",
        shown: "0800 068 4141",
        link: "tel:08000684141",
        when: "For people under 35, and whoever worries about one.",
    },
    Number {
        name: "CALM",
        shown: "0800 58 58 58",
        link: "tel:0800585858",
        when: "5pm to midnight.",
    },
    Number {
        name: "Shout, by text",
        shown: "Text SHOUT to 85258",
        link: "sms:85258",
        when: "At any time of day.",
    },
];

/// The screen behind the Urgent button.
#[component]
pub fn Urgent() -> impl IntoView {
    let numbers = NUMBERS.iter().map(|number| {
        view! {
            <li>
                <strong>{number.name}</strong>
                <br />
                <a class="fp-call" href=number.link>{number.shown}</a>
                <p class="nhsuk-hint">{number.when}</p>
            </li>
        }
    });
    view! {
        <h1 class="nhsuk-heading-l fp-title">"Urgent"</h1>
        <div class="fp-urgent">
            <p><strong>"This app has not told anyone. You must phone."</strong></p>
            <p>
                "For a concern that a clinician must hear today, phone the person's GP practice \
                 first."
            </p>
        </div>
        <Open />
        <h2 class="nhsuk-heading-m">"Numbers"</h2>
        <p class="fp-quiet">
            "Listed in " {LISTED_IN}
            ". Your service has not confirmed them yet: know your practice's duty line and your \
             local crisis team's number as well."
        </p>
        <ul class="fp-list">{numbers.collect_view()}</ul>
        <h2 class="nhsuk-heading-m">"Then record it"</h2>
        <p>"What they said, in their words, and what you did. It is sent before anything else."</p>
        <a href="/people?for=urgent" class="nhsuk-button nhsuk-button--secondary fp-button">
            "Choose the person"
        </a>
    }
}

/// Concerns that are recorded and nobody's yet.
#[component]
fn Open() -> impl IntoView {
    let rows = Engine::here().rows();
    let open = memo(move || rows.with(|rows| open_of(rows)));
    let lines = move || {
        let lines = open.get().into_iter().map(|(href, name)| {
            view! { <li><a href=href>{name}</a></li> }
        });
        lines.collect_view()
    };
    view! {
        <Show when=move || !open.read().is_empty()>
            <h2 class="nhsuk-heading-m">"Recorded, and nobody's yet"</h2>
            <ul class="fp-list">{move || lines()}</ul>
        </Show>
    }
}

/// Where each open concern is, and whose.
fn open_of(rows: &[CaseLine]) -> Vec<(String, String)> {
    let open = rows.iter().filter(|line| line.row.urgent > 0);
    let open = open.map(|line| {
        let row = &line.row;
        let name = shown::list_name(row.family_name.reveal(), row.given_names.reveal());
        (format!("/person/{}#urgent", line.case), name)
    });
    open.collect()
}

#[cfg(test)]
mod tests {
    use shared::case::Standing;

    use super::*;
    use crate::components::person_line::line_of;

    #[test]
    fn every_number_dials_what_it_shows() {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        for number in &NUMBERS {
            let (shown, dialled) = (digits(number.shown), digits(number.link));
            // "111, then option 2" dials 111 alone.
            assert!(!dialled.is_empty() && shown.starts_with(&dialled), "{}", number.name);
        }
    }

    #[test]
    fn only_concerns_that_nobody_has_taken_over_are_listed() {
        let mut urgent = line_of(1, Standing::Accepted);
        urgent.row.urgent = 1;
        let listed = open_of(&[urgent, line_of(2, Standing::Accepted)]);
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].1, "OKAFOR, Ada");
    }
}
