//! The app: what stands around every screen, and which screen is at which path.

use leptos::prelude::*;
use shared::sync::SyncState;

use crate::{
    address::Address,
    components::{person_line::known_as, show::Show},
    draw::view,
    engine::{Engine, Stage},
    memo::{follow, follow_since, memo},
    pages::{
        activity::ActivityScreen,
        check::CheckAndSign,
        contact::{ContactEditor, NewContact},
        more::More,
        people::People,
        person::PersonScreen,
        refer::Refer,
        services::{Search, Services, Suggest},
        sign_in::Start,
        studies::Studies,
        sync_status::SyncStatus,
        today::Today,
        unlock::Cover,
        urgent::{Untold, Urgent, way_here},
        week::Week,
    },
    screen::Screen,
    update::UpdateBar,
    words,
};

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    let engine = Engine::provide();
    Address::provide();
    Search::provide();
    let stage = engine.stage();
    let is_covered = engine.is_covered();
    let is_ready = move || stage.with(|stage| *stage == Stage::Ready);
    view! {
        <Show when=is_ready fallback=Start>
            <Frame />
        </Show>
        <Show when=move || is_covered.get()>
            <Cover />
        </Show>
    }
}

/// What stands around every screen.
#[component]
fn Frame() -> impl IntoView {
    let (engine, address) = (Engine::here(), Address::here());
    let screen = address.screen();
    let name = move || screen.get().name();
    let rows = engine.rows();
    let who =
        memo(move || screen.get().about().and_then(|case| rows.with(|rows| known_as(rows, case))));
    follow(move || document().set_title(&said!("{screen} - Fingerpost", screen = name())));
    follow_since(move |earlier: Option<Screen>| {
        let now = screen.get();
        // Whoever hears the page rather than sees it starts at the new screen's beginning, after
        // the phone was unlocked too.
        if earlier != Some(now)
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
            <span class="fp-header__name" class:fp-header__who=move || who.read().is_some()>
                {move || who.get().unwrap_or_else(|| name().to_owned())}
            </span>
            <StateLink />
            <a
                href=move || way_here(screen.get())
                class="fp-header__urgent"
                aria-current=address.current("/urgent")
            >
                "Urgent"
            </a>
        </header>
        <Untold />
        <UpdateBar />
        <StorageBanner />
        <main id="maincontent" tabindex="-1" class="nhsuk-width-container nhsuk-main-wrapper">
            <Screens />
        </main>
        <BottomBar />
    }
}

/// The screen that the address is of.
#[component]
fn Screens() -> impl IntoView {
    let screen = Address::here().screen();
    let shown = move || match screen.get() {
        Screen::First => view! { <FirstScreen /> }.into_any(),
        Screen::Today => view! { <Today /> }.into_any(),
        Screen::People => view! { <People /> }.into_any(),
        Screen::Person(case) => view! { <PersonScreen case /> }.into_any(),
        Screen::NewContact(case) => view! { <NewContact case /> }.into_any(),
        Screen::Contact(contact) => view! { <ContactEditor contact /> }.into_any(),
        Screen::Check(contact) => view! { <CheckAndSign contact /> }.into_any(),
        Screen::Refer => view! { <Refer /> }.into_any(),
        Screen::Services => view! { <Services /> }.into_any(),
        Screen::Suggest => view! { <Suggest /> }.into_any(),
        Screen::Sync => view! { <SyncStatus /> }.into_any(),
        Screen::More => view! { <More /> }.into_any(),
        Screen::Activity => view! { <ActivityScreen /> }.into_any(),
        Screen::Studies => view! { <Studies /> }.into_any(),
        Screen::Week => view! { <Week /> }.into_any(),
        Screen::Urgent => view! { <Urgent /> }.into_any(),
        Screen::Unknown => view! { <NoSuchScreen /> }.into_any(),
    };
    view! { {shown} }
}

/// The bare address leads to Today, and leaves nothing behind for the platform's back.
#[component]
fn FirstScreen() -> impl IntoView {
    let address = Address::here();
    follow(move || address.go_instead("/today"));
}

/// Where everything is, in a few words; behind it, for whom and since when.
#[component]
fn StateLink() -> impl IntoView {
    let engine = Engine::here();
    let state = engine.state();
    let failing = engine.storage_failing();
    let said = move || match failing.get() {
        true => say!("Not saved").to_owned(),
        false => words::state(&state.read(), engine.now()),
    };
    let shape = move || match state.get() {
        _ if failing.get() => "fp-state fp-state--stuck",
        SyncState::SavedHere => "fp-state fp-state--here",
        SyncState::Waiting(_) => "fp-state fp-state--waiting",
        SyncState::Sent(_) => "fp-state fp-state--sent",
        SyncState::CannotSend(_) => "fp-state fp-state--stuck",
    };
    let current = Address::here().current("/sync");
    view! { <a href="/sync" class=shape aria-current=current>{said}</a> }
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
            <BarLink href="/today" name=say!("Today") icon="M4 6h16v14H4zM4 10h16M8 3v4M16 3v4" />
            <BarLink
                href="/people"
                also=UNDER_PEOPLE
                name=say!("People")
                icon="M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2 21c0-4 3-7 7-7s7 3 7 7M17 4a4 4 0 0 1 0 7\
                      M22 21c0-3-1-5-3-6"
            />
            <BarLink
                href="/services"
                name=say!("Services")
                icon="M12 2v20M6 5h11l3 3-3 3H6zM18 13H7l-3 3 3 3h11z"
            />
            <BarLink href="/more" name=say!("More") icon="M4 6h16M4 12h16M4 18h16" also=UNDER_MORE />
        </nav>
    }
}

/// Screens that are reached through People.
const UNDER_PEOPLE: &[&str] = &["/person"];
/// Screens that are reached through More.
const UNDER_MORE: &[&str] = &["/activity", "/studies", "/week", "/sync"];

#[component]
fn BarLink(
    href: &'static str,
    name: &'static str,
    icon: &'static str,
    /// Other addresses at which a person is under this button.
    #[prop(optional)]
    also: &'static [&'static str],
) -> impl IntoView {
    let address = Address::here();
    let current = move || {
        let mut under = [href].into_iter().chain(also.iter().copied());
        under.find_map(|href| address.current(href)())
    };
    view! {
        <a href=href class="fp-bar__link" aria-current=current>
            <svg class="fp-bar__icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
                <path d=icon />
            </svg>
            <span>{name}</span>
        </a>
    }
}

#[component]
fn NoSuchScreen() -> impl IntoView {
    view! {
        <h1 class="nhsuk-heading-l">"There is no such screen"</h1>
        <p>"The link may be from another version of Fingerpost."</p>
        <p><a href="/today">"Go to Today"</a></p>
    }
}
