//! Needs and goals.

use jiff::civil::Date;
use leptos::prelude::*;
use shared::{
    case::{Case, Fact, event::GoalSet},
    ids::EventId,
    personal::Personal,
};

use super::Shown;
use crate::{
    components::{ask::Ask, entry::write_entry, show::Show, shown},
    draw::view,
    engine::Engine,
};

/// Every need that was touched, once.
fn needs_of(case: &Case) -> Vec<String> {
    let mut labels = Vec::new();
    for entry in case.standing() {
        let needs = match &entry.current.fact {
            Fact::Contact(contact) => contact.needs.as_slice(),
            Fact::NeedNoted(noted) => std::slice::from_ref(&noted.need),
            _ => &[],
        };
        for need in needs {
            let label = need.label().to_owned();
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
    }
    labels
}

/// What the person needs.
#[component]
pub(super) fn Needs(shown: Shown) -> impl IntoView {
    let needs = shown.of(needs_of);
    let lines = move || {
        needs
            .get()
            .into_iter()
            .map(|need| view! { <li class="fp-need">{need}</li> })
            .collect::<Vec<_>>()
    };
    view! {
        <h2 class="nhsuk-heading-m">"Needs"</h2>
        <Show
            when=move || !needs.read().is_empty()
            fallback=|| view! { <p>"None noted yet. Needs come here from contacts."</p> }
        >
            <ul class="fp-needs">{lines}</ul>
        </Show>
    }
}

/// One goal, with the day on which it was set.
type Goal = (EventId, Date, Personal<String>);

fn goals_of(case: &Case) -> Vec<Goal> {
    let goals = case.standing().filter_map(|entry| match &entry.current.fact {
        Fact::GoalSet(goal) => Some((entry.original.id, entry.on(), goal.words.clone())),
        _ => None,
    });
    goals.collect()
}

/// What the person wants to reach.
#[component]
pub(super) fn Goals(shown: Shown) -> impl IntoView {
    let engine = Engine::here();
    let goals = shown.of(goals_of);
    let case = shown.case;
    let save = move |words: String| {
        write_entry(engine, case, Fact::GoalSet(GoalSet { words: Personal::new(words) }))
    };
    let lines = move || {
        let lines = goals.get().into_iter().map(|(_, on, words)| {
            view! {
                <li>
                    <span class="fp-text">{words.into_inner()}</span>
                    <span class="fp-quiet">"Set " {shown::day(on, engine.today())}</span>
                </li>
            }
        });
        lines.collect::<Vec<_>>()
    };
    view! {
        <h2 class="nhsuk-heading-m">"Goals"</h2>
        <Show
            when=move || !goals.read().is_empty()
            fallback=|| view! { <p>"None set yet."</p> }
        >
            <ul class="fp-list fp-lines">{lines}</ul>
        </Show>
        <Ask
            id="goal"
            button=say!("Add a goal")
            label=say!("What do they want to reach?")
            hint=say!("In their own words")
            send=say!("Add this goal")
            missing=say!("Write what they want to reach")
            save
        />
    }
}
