//! Where everything is: what is not sent, for whom, since when, and whether this phone keeps it.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use shared::sync::{Failure, SyncState};

use super::carry::carry_off;
use crate::{
    clock,
    components::{
        lines::{Line, Lines},
        notices::{HomeScreenFirst, LittleRoom},
        show::Show,
        shown,
        to_finish::FormsToFinish,
    },
    draw::view,
    engine::{CaseLine, Engine, goes_along},
    memo::memo,
    vault::Persistence,
    words,
};

/// The screen behind the state chip.
#[component]
pub fn SyncStatus() -> impl IntoView {
    view! {
        <h1 class="nhsuk-heading-l">"Sent and waiting"</h1>
        <Overall />
        <Unsent />
        <Unfinished />
        <Carry />
        <Notices />
        <Storage />
    }
}

#[component]
fn Overall() -> impl IntoView {
    let engine = Engine::here();
    let state = engine.state();
    let said = move || match *state.read() {
        SyncState::Sent(at) => {
            said!("Everything is sent. Last sent {when}", when = words::when(at, engine.now()))
        }
        ref state => words::state(state, engine.now()),
    };
    // Where there is nothing to send, or this version cannot, no button says that it would.
    let is_too_old = move || engine.failure().get() == Some(Failure::TooOld);
    let is_sent = move || matches!(*state.read(), SyncState::Sent(_));
    let press = move |_| match is_too_old() {
        true => engine.reload(),
        false => engine.send_now(),
    };
    let button = move || match is_too_old() {
        true => say!("Look for a new version"),
        false => say!("Send now"),
    };
    let remedy = move || match state.get() {
        SyncState::CannotSend(words) => Some(words),
        SyncState::SavedHere | SyncState::Waiting(_) | SyncState::Sent(_) => None,
    };
    let why_waiting = move || {
        let (online, failure) = (engine.online().get(), engine.failure().get());
        let waits = !matches!(state.get(), SyncState::Sent(_)) || !online || failure.is_some();
        waits.then(|| reason(online, failure)).flatten()
    };
    view! {
        <p class="nhsuk-heading-m" role="status">{said}</p>
        <p>{remedy}</p>
        <p>{why_waiting}</p>
        <Show when=move || !is_sent()>
            <button class="nhsuk-button" on:click=press>{button}</button>
        </Show>
    }
}

/// Why nothing moves, where that is no fault that a person can put right.
fn reason(online: bool, failure: Option<Failure>) -> Option<&'static str> {
    match failure {
        _ if !online => {
            Some(say!("There is no signal. Everything is sent by itself when there is."))
        }
        Some(Failure::Unreachable) => {
            Some(say!("Your service does not answer here. Fingerpost goes on trying by itself."))
        }
        Some(Failure::Server) => {
            Some(say!("Your service has trouble of its own. Fingerpost goes on trying by itself."))
        }
        Some(Failure::SignedOut | Failure::TakenOff | Failure::TooOld | Failure::NotUnderstood)
        | None => None,
    }
}

#[component]
fn Unsent() -> impl IntoView {
    let (rows, logbooks) = (Engine::here().rows(), Engine::here().logbooks());
    let unsent = memo(move || {
        let mut unsent = unsent_of(&logbooks.read());
        unsent.extend(unsent_of(&rows.read()));
        unsent
    });
    let lines = move || {
        let line = |line: Arc<CaseLine>| {
            // With its state: what was refused meanwhile does not wait any more.
            let key = format!("{} {}", line.case, state_words(&line));
            Line::new(key, move || unsent_line(&line))
        };
        unsent.get().into_iter().map(line).collect()
    };
    view! {
        <Show when=move || !unsent.read().is_empty()>
            <h2 class="nhsuk-heading-m">"Not sent yet"</h2>
            <ul class="fp-list">
                <Lines of=lines />
            </ul>
        </Show>
    }
}

fn unsent_of(lines: &[CaseLine]) -> Vec<Arc<CaseLine>> {
    let is_unsent =
        |line: &&CaseLine| matches!(line.state, SyncState::Waiting(_) | SyncState::CannotSend(_));
    lines.iter().filter(is_unsent).cloned().map(Arc::new).collect()
}

fn unsent_line(line: &CaseLine) -> AnyView {
    let engine = Engine::here();
    let name = shown::with_birth(&line.row.known_as(), line.row.birth_date);
    let href = match line.row.logbook {
        Some(_) => "/activity".to_owned(),
        None => format!("/person/{}", line.case),
    };
    let since = engine
        .unsent_since(line.case)
        .map(|since| said!("Oldest written {when}.", when = words::when(since, engine.now())));
    let said = state_words(line);
    view! {
        <li>
            <a href=href>{name}</a>
            <p class="nhsuk-hint">{said}" "{since}</p>
        </li>
    }
}

fn state_words(line: &CaseLine) -> String {
    match line.state {
        SyncState::CannotSend(remedy) => said!("Cannot send: {remedy}"),
        ref state => format!("{}.", words::state(state, clock::now())),
    }
}

#[component]
fn Unfinished() -> impl IntoView {
    let drafts = Engine::here().working_drafts();
    let forms = Engine::here().typed_forms();
    let count = move || drafts.with(|drafts| drafts.len());
    let said = move || {
        counted!(
            count = count(),
            "{count} contact is not finished.",
            "{count} contacts are not finished."
        )
    };
    view! {
        <Show when=move || count() != 0 || !forms.read().is_empty()>
            <h2 class="nhsuk-heading-m">"Not finished"</h2>
            <Show when=move || count() != 0>
                <p>{said}" "<a href="/today">"Finish them on Today"</a></p>
            </Show>
            <ul class="fp-list"><FormsToFinish may_throw_away=true /></ul>
        </Show>
    }
}

/// The way out where sending fails for long.
#[component]
fn Carry() -> impl IntoView {
    let engine = Engine::here();
    let (state, failing) = (engine.state(), engine.storage_failing());
    let (drafts, forms) = (engine.working_drafts(), engine.typed_forms());
    let is_stuck = move || failing.get() || matches!(state.get(), SyncState::CannotSend(_));
    let has_unsent = move || {
        let is_unsent = matches!(state.get(), SyncState::Waiting(_)) || is_stuck();
        is_unsent || !drafts.read().is_empty() || forms.read().iter().any(|form| goes_along(form))
    };
    let heading = move || match is_stuck() {
        true => say!("Carry it to your service"),
        false => say!("If this phone cannot send for long"),
    };
    view! {
        <Show when=has_unsent>
            <h2 class="nhsuk-heading-m">{heading}</h2>
            {carry_off()}
        </Show>
    }
}

#[component]
fn Notices() -> impl IntoView {
    let engine = Engine::here();
    let notices = engine.notices();
    let lines = move || {
        let lines = notices.get().into_iter().rev().map(|notice| {
            view! {
                <li>
                    <strong>{notice.name.into_inner()}</strong>
                    <p>{notice.verdict.words()}</p>
                </li>
            }
        });
        lines.collect::<Vec<_>>()
    };
    view! {
        <Show when=move || !notices.read().is_empty()>
            <h2 class="nhsuk-heading-m">"What you should know"</h2>
            <ul class="fp-list">{lines}</ul>
            <button
                class="nhsuk-button nhsuk-button--secondary"
                on:click=move |_| engine.put_notices_aside()
            >
                "I have read this"
            </button>
        </Show>
    }
}

#[component]
fn Storage() -> impl IntoView {
    let engine = Engine::here();
    let persistence = engine.persistence();
    let was_lost = engine.was_lost();
    let ask = move |_| spawn_local(async move { engine.ask_to_persist().await });
    let unreadable = move || match engine.unreadable().get() {
        0 => None,
        count => Some(counted!(
            count,
            "{count} record on this phone cannot be read. Tell your service administrator.",
            "{count} records on this phone cannot be read. Tell your service administrator."
        )),
    };
    let unopened = move || match engine.unopened().get() {
        0 => None,
        count => Some(counted!(
            count,
            "{count} record on this phone is damaged and cannot be opened. It is left where it is. \
             Tell your service administrator.",
            "{count} records on this phone are damaged and cannot be opened. They are left where \
             they are. Tell your service administrator."
        )),
    };
    view! {
        <h2 class="nhsuk-heading-m">"This phone's storage"</h2>
        <LittleRoom />
        <HomeScreenFirst />
        <p>{unreadable}</p>
        <p>{unopened}</p>
        <Show when=move || was_lost.get()>
            <p>
                "The browser removed what Fingerpost had stored here while it was open. All of it \
                 was stored again."
            </p>
        </Show>
        <p>{move || persistence.get().words()}</p>
        <Show when=move || persistence.get() == Persistence::NotPromised>
            <button class="nhsuk-button nhsuk-button--secondary" on:click=ask>
                "Ask the browser to keep it"
            </button>
        </Show>
    }
}
