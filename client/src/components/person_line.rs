//! One person in a list.

use leptos::prelude::*;
use leptos_router::components::A;
use shared::{case::Standing, sync::SyncState};

use super::shown;
use crate::{
    engine::{CaseLine, Engine},
    words,
};

/// One person: who, where they stand, what comes next, and whether something is not sent.
#[component]
pub fn PersonLine(line: CaseLine) -> impl IntoView {
    let engine = Engine::here();
    let today = engine.today();
    let row = &line.row;
    let name = shown::list_name(row.family_name.reveal(), row.given_names.reveal());
    let unsent = match &line.state {
        // What came from elsewhere, and what is sent, needs nobody.
        SyncState::SavedHere | SyncState::Sent(_) => None,
        state => Some(words::state(state, engine.now())),
    };
    view! {
        <li class="fp-person">
            <A href=format!("/person/{}", line.case) attr:class="fp-person__link">{name}</A>
            <span class="fp-person__who">{shown::age(row.birth_date, today)}</span>
            <span class="fp-person__tags">
                <StandingTag standing=row.standing />
                {(row.urgent > 0)
                    .then(|| view! { <strong class="nhsuk-tag nhsuk-tag--red">"Urgent"</strong> })}
            </span>
            <span>{next_words(&line, today)}</span>
            <span class="fp-person__quiet">{seen_words(&line, today)}</span>
            {unsent.map(|said| view! { <span class="fp-person__unsent">{said}</span> })}
        </li>
    }
}

/// Where a person stands, as a tag: its words say it, its colour helps to find it.
#[component]
pub fn StandingTag(standing: Standing) -> impl IntoView {
    let colour = match standing {
        Standing::FirstContactDue | Standing::AnswerDue => "nhsuk-tag nhsuk-tag--yellow",
        Standing::Accepted => "nhsuk-tag nhsuk-tag--green",
        Standing::Contested => "nhsuk-tag nhsuk-tag--orange",
        Standing::NoReferral | Standing::Declined | Standing::Closed => "nhsuk-tag nhsuk-tag--grey",
    };
    view! { <strong class=colour>{standing.words()}</strong> }
}

/// "Next: Tue 1 Dec, walk to library"; nothing once the case is over.
pub fn next_words(line: &CaseLine, today: jiff::civil::Date) -> Option<String> {
    if !is_open(line) {
        return None;
    }
    let step = line.row.next_step.reveal();
    match (line.row.next_on, step.is_empty()) {
        (Some(on), false) => Some(format!("Next: {}, {step}", shown::day(on, today))),
        (Some(on), true) => Some(format!("Next: {}", shown::day(on, today))),
        (None, false) => Some(format!("Next: {step}")),
        (None, true) => None,
    }
}

fn seen_words(line: &CaseLine, today: jiff::civil::Date) -> String {
    match (line.row.last_seen_on, line.row.venue.is_empty()) {
        (Some(on), false) => format!("Last seen {}, {}", shown::day(on, today), line.row.venue),
        (Some(on), true) => format!("Last seen {}", shown::day(on, today)),
        (None, _) => "Not seen yet".into(),
    }
}

/// Whether what was planned should have happened by now, and the case is still open.
pub fn is_overdue(line: &CaseLine, today: jiff::civil::Date) -> bool {
    is_open(line) && line.row.next_on.is_some_and(|on| on < today)
}

/// Whether anything is still to be done in this case.
pub fn is_open(line: &CaseLine) -> bool {
    !matches!(line.row.standing, Standing::Closed | Standing::Declined | Standing::NoReferral)
}
