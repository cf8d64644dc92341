//! "This app has not told anyone. You must phone.": in view on every screen for as long as a concern
//! on this phone is nobody's, and on the Urgent screen always.

use leptos::prelude::*;

use crate::{
    address::Address, draw::view, engine::CaseLine, engine::Engine, memo::memo, screen::Screen,
};

const UNTOLD: &str = say!("This app has not told anyone. You must phone.");

/// The line below the header. It names nobody: whoever sits beside the worker may read it.
#[component]
pub fn Untold() -> impl IntoView {
    let rows = Engine::here().rows();
    let screen = Address::here().screen();
    let way = memo(move || rows.with(|rows| way_of(screen.get(), rows)));
    let line = move || match way.get() {
        Some(way) if way.is_empty() => view! { <strong>{UNTOLD}</strong> }.into_any(),
        Some(way) => view! { <a href=way>{UNTOLD}</a> }.into_any(),
        None => ().into_any(),
    };
    view! {
        // It is there before it says anything, so that whoever hears the page hears of it.
        <div role="status" class:fp-untold=move || way.read().is_some()>{line}</div>
    }
}

/// Where the line leads; nowhere on the screen that has the numbers, and none where there is no
/// line.
fn way_of(screen: Screen, rows: &[CaseLine]) -> Option<String> {
    if screen == Screen::Urgent {
        return Some(String::new());
    }
    let is_open = |line: &&CaseLine| line.row.urgent > 0;
    let about = screen.about();
    let mut open = rows.iter().filter(is_open);
    // Who looks at the person has the concern before them, and wants the numbers.
    if let (Screen::Person(_), Some(case)) = (screen, about)
        && open.clone().any(|line| line.case == case)
    {
        return Some(format!("/urgent?about={case}"));
    }
    let first = open.next()?;
    match open.next() {
        None => Some(format!("/person/{}#urgent", first.case)),
        Some(_) => Some("/urgent".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use shared::case::Standing;

    use super::*;
    use crate::components::person_line::line_of;

    #[test]
    fn the_line_leads_to_the_concern_that_is_nobodys() {
        let urgent = |number| {
            let mut line = line_of(number, Standing::Accepted);
            line.row.urgent = 1;
            line
        };
        let (one, other, plain) = (urgent(1), urgent(2), line_of(3, Standing::Accepted));
        let case = one.case;
        let way = |screen, rows: &[CaseLine]| way_of(screen, rows);
        assert_eq!(way(Screen::Today, &[plain.clone()]), None);
        assert_eq!(way(Screen::Urgent, &[plain.clone()]).as_deref(), Some(""));
        let there = format!("/person/{case}#urgent");
        assert_eq!(way(Screen::Today, &[plain.clone(), one.clone()]), Some(there.clone()));
        let others = Screen::Person(Some(plain.case));
        assert_eq!(way(others, &[plain, one.clone()]), Some(there));
        let both = [one, other];
        assert_eq!(way(Screen::Today, &both).as_deref(), Some("/urgent"));
        let own = Screen::Person(Some(case));
        assert_eq!(way(own, &both), Some(format!("/urgent?about={case}")));
    }
}
