//! The app: what stands around every screen, and which screen is at which path.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    components::{A, Redirect, Route, Router, Routes},
    hooks::use_location,
    path,
};
use shared::sync::SyncState;

use crate::{
    engine::{Engine, Stage},
    pages::{
        check::CheckAndSign, contact::ContactEditor, more::More, people::People,
        person::PersonScreen, refer::Refer, services::Services, sign_in::Start,
        sync_status::SyncStatus, today::Today, urgent::Urgent,
    },
    update::UpdateBar,
    words,
};

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    let engine = Engine::provide();
    let stage = engine.stage();
    let is_ready = Memo::new(move |_| stage.with(|stage| *stage == Stage::Ready));
    view! {
        <Router>
            <Show when=move || is_ready.get() fallback=Start>
                <Frame />
            </Show>
        </Router>
    }
}

/// What stands around every screen.
#[component]
fn Frame() -> impl IntoView {
    let path = use_location().pathname;
    let name = Memo::new(move |_| screen_name(&path.read()));
    Effect::new(move |_| document().set_title(&format!("{} - Fingerpost", name.get())));
    Effect::new(move |earlier: Option<String>| {
        let now = path.get();
        // Whoever hears the page rather than sees it starts at the new screen's beginning.
        if earlier.is_some_and(|earlier| earlier != now)
            && let Some(main) = document().get_element_by_id("maincontent")
        {
            let main: web_sys::HtmlElement = wasm_bindgen::JsCast::unchecked_into(main);
            // An element that cannot take the focus leaves it where it is.
            let _ = main.focus();
        }
        now
    });
    view! {
        <a class="nhsuk-skip-link" href="#maincontent">"Skip to main content"</a>
        <header class="fp-header">
            <span class="fp-header__name">{name}</span>
            <StateLink />
            <A href="/urgent" attr:class="fp-header__urgent">"Urgent"</A>
        </header>
        <UpdateBar />
        <StorageBanner />
        <main id="maincontent" tabindex="-1" class="nhsuk-width-container nhsuk-main-wrapper">
            <Screens />
        </main>
        <BottomBar />
    }
}

/// Which screen is at which path.
#[component]
fn Screens() -> impl IntoView {
    view! {
        <Routes fallback=NoSuchScreen>
            <Route path=path!("/") view=FirstScreen />
            <Route path=path!("/today") view=Today />
            <Route path=path!("/people") view=People />
            <Route path=path!("/person/:id") view=PersonScreen />
            <Route path=path!("/person/:id/contact/:draft") view=ContactEditor />
            <Route path=path!("/person/:id/contact/:draft/check") view=CheckAndSign />
            <Route path=path!("/refer") view=Refer />
            <Route path=path!("/services") view=Services />
            <Route path=path!("/sync") view=SyncStatus />
            <Route path=path!("/more") view=More />
            <Route path=path!("/urgent") view=Urgent />
        </Routes>
    }
}

/// The bare address leads to Today, and leaves nothing behind for the platform's back.
#[component]
fn FirstScreen() -> impl IntoView {
    let options = NavigateOptions { replace: true, ..NavigateOptions::default() };
    view! { <Redirect path="/today" options /> }
}

/// What the header calls the screen at a path.
fn screen_name(path: &str) -> &'static str {
    let mut parts = path.trim_matches('/').split('/');
    match (parts.next().unwrap_or_default(), parts.nth(1)) {
        ("" | "today", _) => "Today",
        ("people", _) => "People",
        ("person", None) => "Person",
        ("person", Some(_)) => "Contact",
        ("refer", _) => "New referral",
        ("services", _) => "Services",
        ("sync", _) => "Sending",
        ("urgent", _) => "Urgent",
        ("more", _) => "More",
        _ => "Fingerpost",
    }
}

/// Where everything is, in a few words; behind it, for whom and since when.
#[component]
fn StateLink() -> impl IntoView {
    let engine = Engine::here();
    let state = engine.state();
    let failing = engine.storage_failing();
    let said = move || match failing.get() {
        true => "Not saved".to_owned(),
        false => words::state(&state.read(), engine.now()),
    };
    let shape = move || match state.get() {
        _ if failing.get() => "fp-state fp-state--stuck",
        SyncState::SavedHere => "fp-state fp-state--here",
        SyncState::Waiting(_) => "fp-state fp-state--waiting",
        SyncState::Sent(_) => "fp-state fp-state--sent",
        SyncState::CannotSend(_) => "fp-state fp-state--stuck",
    };
    view! { <A href="/sync" attr:class=shape>{said}</A> }
}

/// Says that the phone does not keep what is written, for as long as that is so.
#[component]
fn StorageBanner() -> impl IntoView {
    let error = Engine::here().storage_error();
    view! {
        <div role="alert">
            {move || {
                let words = error.get()?.to_string();
                Some(view! { <p class="fp-banner"><strong>"Not saved. "</strong>{words}</p> })
            }}
        </div>
    }
}

#[component]
fn BottomBar() -> impl IntoView {
    view! {
        <nav class="fp-bar" aria-label="Screens">
            <BarLink href="/today" name="Today" icon="M4 6h16v14H4zM4 10h16M8 3v4M16 3v4" />
            <BarLink
                href="/people"
                name="People"
                icon="M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2 21c0-4 3-7 7-7s7 3 7 7M17 4a4 4 0 0 1 0 7\
                      M22 21c0-3-1-5-3-6"
            />
            <BarLink href="/services" name="Services" icon="M12 2v20M6 5h11l3 3-3 3H6zM18 13H7l-3 3 3 3h11z" />
            <BarLink href="/more" name="More" icon="M4 6h16M4 12h16M4 18h16" />
        </nav>
    }
}

#[component]
fn BarLink(href: &'static str, name: &'static str, icon: &'static str) -> impl IntoView {
    view! {
        <A href=href attr:class="fp-bar__link">
            <svg class="fp-bar__icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
                <path d=icon />
            </svg>
            <span>{name}</span>
        </A>
    }
}

#[component]
fn NoSuchScreen() -> impl IntoView {
    view! {
        <h1 class="nhsuk-heading-l">"There is no such screen"</h1>
        <p>"The link may be from another version of Fingerpost."</p>
        <p><A href="/today">"Go to Today"</A></p>
    }
}

#[cfg(test)]
mod tests {
    use super::screen_name;

    #[test]
    fn every_screen_has_a_name() {
        assert_eq!(screen_name("/"), "Today");
        assert_eq!(screen_name("/person/7f1d/"), "Person");
        assert_eq!(screen_name("/person/7f1d/contact/01J"), "Contact");
        assert_eq!(screen_name("/sync"), "Sending");
        assert_eq!(screen_name("/elsewhere"), "Fingerpost");
    }
}
