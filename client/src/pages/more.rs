//! Everything else: who is signed in, the desks of a lead, the version, and signing out.

use leptos::{prelude::*, task::spawn_local};
use shared::case::Role;

use super::keys::Keys;
use crate::{
    components::{confirm::Confirm, show::Show},
    draw::view,
    engine::Engine,
};

/// The screen behind the last button of the bottom bar.
#[component]
pub fn More() -> impl IntoView {
    let profile = Engine::here().profile();
    let who = move || {
        profile.get().map(|profile| {
            view! {
                <p>
                    <strong>{profile.name.clone()}</strong>
                    <br />
                    {profile.role.words()}
                    <br />
                    {profile.service_name.clone()}
                </p>
            }
        })
    };
    let is_demonstration = move || {
        profile.with(|profile| profile.as_ref().is_some_and(|profile| profile.demonstration))
    };
    let is_lead = move || {
        profile.with(|profile| {
            profile.as_ref().is_some_and(|profile| profile.role == Role::LeadLinkWorker)
        })
    };
    view! {
        <h1 class="nhsuk-heading-l">"More"</h1>
        {who}
        <Show when=is_demonstration>
            <p>"This is a demonstration. All people in it are invented."</p>
        </Show>
        <ul class="fp-list">
            <li><a href="/activity">"Activity without a person"</a></li>
            <li><a href="/studies">"Case studies"</a></li>
            <li><a href="/week">"My week"</a></li>
            <li><a href="/sync">"Sent and waiting, and this phone's storage"</a></li>
            <li><a href="/urgent">"Urgent numbers"</a></li>
            <Show when=is_lead>
                // A page of the server's, not a screen of this app.
                <li><a href="/team" rel="external">"The team's desk (needs a signal)"</a></li>
            </Show>
        </ul>
        <Lock />
        <Keys />
        <About />
        <SignOut />
    }
}

#[component]
fn Lock() -> impl IntoView {
    let engine = Engine::here();
    view! {
        <button
            class="nhsuk-button"
            on:click=move |_| spawn_local(async move { engine.lock().await })
        >
            "Lock now"
        </button>
        <p class="nhsuk-hint">
            "It locks by itself after 10 minutes without a touch, or 5 minutes out of sight."
        </p>
    }
}

#[component]
fn About() -> impl IntoView {
    let engine = Engine::here();
    view! {
        <h2 class="nhsuk-heading-m">"About Fingerpost"</h2>
        <p>
            "Version " {env!("CARGO_PKG_VERSION")}
            ". Everything that you write is saved on this phone first, and sent when there is a \
             signal."
        </p>
        // Loading the app again is what makes the browser look.
        <button
            class="nhsuk-button nhsuk-button--secondary"
            on:click=move |_| engine.reload()
        >
            "Look for a new version"
        </button>
    }
}

#[component]
fn SignOut() -> impl IntoView {
    let engine = Engine::here();
    view! {
        <h2 class="nhsuk-heading-m">"Sign out"</h2>
        <p>
            "Signing out removes everything from this phone. To come back you need a new link from \
             your service."
        </p>
        <Confirm
            id="sign-out"
            button=say!("Sign out")
            confirm=say!("Sign out and remove everything")
            keep=say!("Stay signed in")
            act=move || async move { engine.sign_out().await.map_err(ToOwned::to_owned) }
        >
            <p><strong>"Sign out of this phone?"</strong></p>
        </Confirm>
    }
}
