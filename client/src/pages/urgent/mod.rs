//! When somebody is not safe: what to do now, whom to phone, and the record of it. All of it works
//! with no signal but a phone's own.

mod form;
mod numbers;
mod untold;

use leptos::prelude::*;
use shared::{case::event::UrgentAction, ids::CaseId};

use self::{
    form::{Form, NoPerson},
    numbers::{all, drawn},
};
pub use self::{
    numbers::{for_practice, numbers_line},
    untold::Untold,
};
use crate::{
    address::Address,
    components::{show::Show, shown},
    draw::view,
    engine::{CaseLine, Engine},
    memo::memo,
    screen::Screen,
};

/// What a worker may choose, in the order of harm.
const ACTIONS: [UrgentAction; 4] = [
    UrgentAction::ImmediateDanger,
    UrgentAction::SameDayClinician,
    UrgentAction::Safeguarding,
    UrgentAction::TalkedThrough,
];

/// The choice in words.
pub fn action_words(action: UrgentAction) -> &'static str {
    match action {
        UrgentAction::ImmediateDanger => say!("Immediate danger: 999"),
        UrgentAction::SameDayClinician => say!("A clinician must hear of it today"),
        UrgentAction::Safeguarding => say!("A safeguarding referral"),
        UrgentAction::TalkedThrough => say!("Talked through, no urgent action"),
    }
}

/// Where the header's button leads: it takes along whom the screen is about.
pub fn way_here(from: Screen) -> String {
    match from.about() {
        Some(case) => format!("/urgent?about={case}"),
        None => "/urgent".to_owned(),
    }
}

/// The screen behind the Urgent button.
#[component]
pub fn Urgent() -> impl IntoView {
    let engine = Engine::here();
    let address = Address::here();
    let rows = engine.rows();
    let about = memo(move || {
        let asked: CaseId = address.query("about")?.parse().ok()?;
        rows.with(|rows| rows.iter().any(|line| line.case == asked)).then_some(asked)
    });
    let practice = memo(move || {
        let line = about.get().and_then(|case| line_of(case, engine));
        line.map(|line| line.row.practice).unwrap_or_default()
    });
    let form = move || match about.get() {
        Some(case) => view! { <Form case practice=practice.get_untracked() /> }.into_any(),
        None => view! { <NoPerson /> }.into_any(),
    };
    let numbers = move || {
        engine
            .profile()
            .with(|profile| drawn(all(profile.as_deref(), &practice.read()), engine.today()))
    };
    view! {
        <h1 class="nhsuk-heading-l fp-title">"Urgent"</h1>
        {form}
        <Open />
        <h2 class="nhsuk-heading-m">"All numbers"</h2>
        {numbers}
    }
}

/// The line of one person of the caseload.
fn line_of(case: CaseId, engine: Engine) -> Option<CaseLine> {
    let rows = engine.rows();
    rows.with(|rows| rows.iter().find(|line| line.case == case).cloned())
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
        lines.collect::<Vec<_>>()
    };
    view! {
        <Show when=move || !open.read().is_empty()>
            <h2 class="nhsuk-heading-m">"Recorded, and nobody's yet"</h2>
            <ul class="fp-list">{lines}</ul>
        </Show>
    }
}

/// Where each open concern is, and whose.
fn open_of(rows: &[CaseLine]) -> Vec<(String, String)> {
    let open = rows.iter().filter(|line| line.row.urgent > 0);
    let open = open.map(|line| {
        let row = &line.row;
        let name = shown::list_name(row.family_name.reveal(), row.given_names.reveal());
        (format!("/person/{}#urgent", line.case), shown::with_birth(&name, row.birth_date))
    });
    open.collect()
}

#[cfg(test)]
mod tests {
    use shared::case::Standing;

    use super::*;
    use crate::components::person_line;

    #[test]
    fn only_concerns_that_nobody_has_taken_over_are_listed() {
        let mut urgent = person_line::line_of(1, Standing::Accepted);
        urgent.row.urgent = 1;
        let listed = open_of(&[urgent, person_line::line_of(2, Standing::Accepted)]);
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].1, "OKAFOR, Ada");
    }

    #[test]
    fn the_button_takes_along_whom_the_screen_is_about_and_nothing_else() {
        let case = CaseId::from_random([7; 16]);
        assert_eq!(way_here(Screen::NewContact(Some(case))), format!("/urgent?about={case}"));
        assert_eq!(way_here(Screen::Today), "/urgent");
        assert_eq!(way_here(Screen::Person(None)), "/urgent");
    }
}
