//! Numbers for when somebody is not safe. They are in the app itself, so they need no signal.

use leptos::prelude::*;

/// One number.
struct Number {
    name: &'static str,
    /// As people read it.
    shown: &'static str,
    /// As a phone dials or texts it.
    link: &'static str,
    when: &'static str,
}

/// As the organisations publish them, November 2026. A service's own numbers come with its settings.
const NUMBERS: [Number; 6] = [
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
        <h1 class="nhsuk-heading-l">"Urgent"</h1>
        <p><strong>"This app has not told anyone. You must phone."</strong></p>
        <p>"For a concern that a clinician must hear today, phone the person's GP practice first."</p>
        <ul class="fp-list">{numbers.collect_view()}</ul>
        <p class="nhsuk-hint">
            "As published in November 2026. Your service has not confirmed them yet: know your \
             practice's duty line and your local crisis team's number as well."
        </p>
    }
}
