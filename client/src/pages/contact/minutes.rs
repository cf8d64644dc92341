//! What the contact took, in minutes of each kind.

use leptos::prelude::*;
use shared::case::event::Minutes;

use super::form::Form;
use crate::{
    draw::view,
    memo::{Live, follow, memo},
};

/// One kind of minutes.
#[derive(Clone, Copy)]
struct Kind {
    /// The identifier of the input. The first one is the group's, for links from its error.
    id: &'static str,
    label: &'static str,
    read: fn(&Minutes) -> u16,
    write: fn(&mut Minutes, u16),
}

/// How long most contacts take.
const USUAL: [u16; 4] = [15, 30, 45, 60];

/// The first kind has the quick choices.
const KINDS: [Kind; 4] = [
    Kind {
        id: "minutes",
        label: say!("With them"),
        read: |minutes| minutes.session,
        write: |minutes, value| minutes.session = value,
    },
    Kind {
        id: "minutes-preparation",
        label: say!("Preparation"),
        read: |minutes| minutes.preparation,
        write: |minutes, value| minutes.preparation = value,
    },
    Kind {
        id: "minutes-write-up",
        label: say!("Write-up"),
        read: |minutes| minutes.write_up,
        write: |minutes, value| minutes.write_up = value,
    },
    Kind {
        id: "minutes-research",
        label: say!("Research"),
        read: |minutes| minutes.research,
        write: |minutes, value| minutes.research = value,
    },
];

/// Reads a number of minutes; nothing typed is none. What is no number is no minutes.
fn read_minutes(typed: &str) -> Option<u16> {
    match typed.trim() {
        "" => Some(0),
        typed => typed.parse().ok(),
    }
}

/// None are left out, so that nothing is to be deleted before typing.
fn shown(minutes: u16) -> String {
    if minutes == 0 { String::new() } else { minutes.to_string() }
}

/// The minutes of every kind.
#[component]
pub fn MinutesFields(form: Form) -> impl IntoView {
    let fields = KINDS.map(|kind| view! { <MinutesField form kind /> });
    view! {
        <fieldset class="nhsuk-fieldset fp-field">
            <legend class="nhsuk-fieldset__legend fp-legend">"Minutes"</legend>
            <Usual form />
            <div class="fp-minutes">{fields.into_iter().collect::<Vec<_>>()}</div>
        </fieldset>
    }
}

/// The usual lengths, for the thumb.
#[component]
fn Usual(form: Form) -> impl IntoView {
    let session = form.read(|draft| draft.minutes.session);
    let chips = USUAL.map(|minutes| {
        view! {
            <button
                type="button"
                class="fp-chip-button"
                aria-pressed=move || (session.get() == minutes).to_string()
                on:click=move |_| form.write(|draft| draft.minutes.session = minutes)
            >
                {minutes.to_string()}
                <span class="nhsuk-u-visually-hidden">" minutes with them"</span>
            </button>
        }
    });
    view! {
        <div class="fp-chips" role="group" aria-label="Minutes with them">
            {chips.into_iter().collect::<Vec<_>>()}
        </div>
    }
}

#[component]
fn MinutesField(form: Form, kind: Kind) -> impl IntoView {
    let held = form.read(move |draft| (kind.read)(&draft.minutes));
    let typed = Live::new(shown(held.get_untracked()));
    // A quick choice writes past this field; what is being typed here stays as it is typed.
    follow(move || {
        let held = held.get();
        if typed.with_untracked(|typed| read_minutes(typed)) != Some(held) {
            typed.set(shown(held));
        }
    });
    let is_wrong = memo(move || typed.with(|typed| read_minutes(typed).is_none()));
    let set = move |now: String| {
        let minutes = read_minutes(&now);
        typed.set(now);
        // What cannot be read changes nothing, and says so.
        if let Some(minutes) = minutes {
            form.write(|draft| (kind.write)(&mut draft.minutes, minutes));
        }
    };
    let problem_id = format!("{}-problem", kind.id);
    view! {
        <div>
            <label class="nhsuk-label fp-minutes__label" for=kind.id>{kind.label}</label>
            <input
                class="nhsuk-input nhsuk-input--width-4"
                class:nhsuk-input--error=move || is_wrong.get()
                type="text"
                inputmode="numeric"
                autocomplete="off"
                id=kind.id
                name=kind.id
                aria-invalid=move || is_wrong.get().then_some("true")
                aria-describedby=problem_id.clone()
                prop:value=move || typed.get()
                on:input=move |event| set(event_target_value(&event))
            />
            <p class="nhsuk-error-message fp-after" id=problem_id>
                {move || is_wrong.get().then_some(say!("Write a whole number, as 45"))}
            </p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_whole_numbers_or_nothing() {
        assert_eq!(read_minutes(" 45 "), Some(45));
        assert_eq!(read_minutes(""), Some(0));
        assert_eq!(read_minutes("an hour"), None);
        assert_eq!(read_minutes("-5"), None);
        assert_eq!(read_minutes("70000"), None);
    }

    #[test]
    fn every_kind_writes_where_it_reads() {
        for kind in KINDS {
            let mut minutes = Minutes::default();
            (kind.write)(&mut minutes, 7);
            assert_eq!((kind.read)(&minutes), 7, "{}", kind.label);
        }
    }
}
