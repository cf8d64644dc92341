//! Needs and goals.

use jiff::civil::Date;
use leptos::prelude::*;
use shared::{
    case::{
        Case, Fact,
        event::{GoalSet, NothingFound},
        picklist::Need,
    },
    ids::EventId,
    personal::Personal,
};

use super::Shown;
use crate::{
    components::{
        ask::Ask,
        disclose::Disclose,
        entry::{Saving, write_entry},
        show::Show,
        shown,
    },
    draw::view,
    engine::Engine,
    memo::{Live, Memo, memo},
};

/// Every need that was touched, once.
fn needs_of(case: &Case) -> Vec<Need> {
    let mut all = Vec::new();
    for entry in case.standing() {
        let needs = match &entry.current.fact {
            Fact::Contact(contact) => contact.needs.as_slice(),
            Fact::NeedNoted(noted) => std::slice::from_ref(&noted.need),
            _ => &[],
        };
        for need in needs {
            if !all.contains(need) {
                all.push(need.clone());
            }
        }
    }
    all
}

/// Needs for which somebody looked and found nothing.
fn nothing_found_for(case: &Case) -> Vec<Need> {
    let found = case.standing().filter_map(|entry| match &entry.current.fact {
        Fact::NothingFound(nothing) => Some(nothing.need.clone()),
        _ => None,
    });
    found.collect()
}

/// What the person needs.
#[component]
pub(super) fn Needs(shown: Shown) -> impl IntoView {
    let needs = shown.of(needs_of);
    let nothing_found = shown.of(nothing_found_for);
    let lines = move || {
        let nothing_found = nothing_found.get();
        let line = |need: Need| {
            let is_unmet = nothing_found.contains(&need);
            let label = need.label().to_owned();
            let label = if is_unmet { said!("{label}: nothing found") } else { label };
            view! { <li class="nhsuk-tag nhsuk-tag--grey fp-need">{label}</li> }
        };
        needs.get().into_iter().map(line).collect::<Vec<_>>()
    };
    view! {
        <h2 class="nhsuk-heading-m">"Needs"</h2>
        <Show
            when=move || !needs.read().is_empty()
            fallback=|| view! { <p>"None noted yet. Needs come here from contacts."</p> }
        >
            <ul class="fp-needs">{lines}</ul>
            <NothingFoundFor shown needs nothing_found />
        </Show>
    }
}

/// The first of the needs, which takes the focus.
const FIRST_NEED: &str = "nothing-found-0";

/// Says that a service was looked for and none was found: one press for a need.
#[component]
fn NothingFoundFor(
    shown: Shown,
    needs: Memo<Vec<Need>>,
    nothing_found: Memo<Vec<Need>>,
) -> impl IntoView {
    let engine = Engine::here();
    let case = shown.case;
    let (is_open, saving) = (Live::new(false), Saving::new());
    let open_needs = memo(move || {
        let nothing_found = nothing_found.get();
        let mut needs = needs.get();
        needs.retain(|need| !nothing_found.contains(need));
        needs
    });
    let buttons = move || {
        let button = |(at, need): (usize, Need)| {
            let label = need.label().to_owned();
            let press = move |_| {
                let fact = Fact::NothingFound(NothingFound { need: need.clone() });
                saving.run(write_entry(engine, case, fact), move || is_open.set(false));
            };
            view! {
                <button
                    type="button"
                    class="fp-chip-button"
                    id=format!("nothing-found-{at}")
                    disabled=move || saving.busy.get()
                    on:click=press
                >
                    {label}
                </button>
            }
        };
        open_needs.get().into_iter().enumerate().map(button).collect::<Vec<_>>()
    };
    let buttons = StoredValue::new(buttons);
    view! {
        <Show when=move || !open_needs.read().is_empty()>
            <Disclose
                id="nothing-found"
                button=say!("Looked for a service, and found none")
                is_open
                focus_on=FIRST_NEED
                class="fp-link-button"
            >
                <p>"For which need? It counts in your service's report of unmet need."</p>
                <div class="fp-chips">{move || buttons.with_value(|buttons| buttons())}</div>
            </Disclose>
            <p class="nhsuk-error-message" role="alert">{move || saving.problem.get()}</p>
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
            case=shown.case
            id="goal"
            button=say!("Add a goal")
            label=say!("What do they want to reach?")
            hint=say!("In their own words")
            send=say!("Add this goal")
            missing=say!("Write what they want to reach")
            class="fp-link-button"
            becomes=|words| Fact::GoalSet(GoalSet { words })
        />
    }
}
