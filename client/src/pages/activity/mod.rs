//! Activity that belongs to no person: noted in half a minute, and this month's list.

mod form;

use leptos::prelude::*;
use shared::case::{Fact, event::Activity};

use self::form::NewActivity;
use super::week::by_kind;
use crate::{
    components::{
        lines::{Line, Lines},
        show::Show,
        shown,
        time_table::{spent, time_table},
        withdraw::withdraw,
    },
    draw::view,
    engine::{Engine, Logged},
    memo::memo,
};

/// The screen.
#[component]
pub fn ActivityScreen() -> impl IntoView {
    view! {
        <NewActivity />
        <ThisMonth />
    }
}

#[component]
fn ThisMonth() -> impl IntoView {
    let engine = Engine::here();
    let logged = engine.logged();
    let today = engine.today();
    let is_now =
        move |on: jiff::civil::Date| (on.year(), on.month()) == (today.year(), today.month());
    let entries = memo(move || {
        let is_shown =
            |logged: &&Logged| activity_of(logged).is_some() && is_now(logged.entry.on());
        logged.read().iter().filter(is_shown).cloned().collect::<Vec<_>>()
    });
    let sums = move || {
        let sums = by_kind(&logged.read(), is_now);
        time_table(say!("Time this month, by kind").to_owned(), sums)
    };
    let lines = move || {
        let line = |logged: Logged| {
            Line::new(logged.entry.original.id, move || activity_line(&logged, today))
        };
        entries.get().into_iter().map(line).collect()
    };
    view! {
        <h2 class="nhsuk-heading-m">"This month"</h2>
        <Show
            when=move || !entries.read().is_empty()
            fallback=|| view! { <p>"Nothing yet. What you note above is listed here."</p> }
        >
            {sums}
            <ul class="fp-list">
                <Lines of=lines />
            </ul>
        </Show>
    }
}

fn activity_of(logged: &Logged) -> Option<&Activity> {
    match &logged.entry.current.fact {
        Fact::Activity(activity) => Some(activity),
        _ => None,
    }
}

fn activity_line(logged: &Logged, today: jiff::civil::Date) -> AnyView {
    let Some(activity) = activity_of(logged) else { return ().into_any() };
    let day = shown::capital(&shown::near_day(logged.entry.on(), today));
    let said = format!("{day}, {}", spent(activity.minutes.into()));
    let words = activity.words.reveal().clone();
    view! {
        <li>
            <strong>{activity.what.words()}</strong>
            <p class="nhsuk-hint">{said}</p>
            {(!words.is_empty()).then(|| view! { <p class="fp-text">{words}</p> })}
            {withdraw(logged)}
        </li>
    }
    .into_any()
}
