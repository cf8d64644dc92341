//! The passphrase: choosing it on a new phone, and unlocking with it, or with the phone's own screen
//! lock, ever after, with or without a signal.

use leptos::{prelude::*, task::spawn_local};

use super::{carry::carry_off, sign_in::LinkForm};
use crate::{
    components::{
        confirm::Confirm,
        notices::HomeScreenFirst,
        passphrase::{Passphrase, PassphraseForm},
    },
    draw::view,
    engine::Engine,
    memo::Live,
};

const NEW: Passphrase = Passphrase {
    id: "passphrase",
    label: say!("Passphrase"),
    hint: say!("At least 12 characters. Three or four words that do not belong together are good."),
    autocomplete: "new-password",
};
const KNOWN: Passphrase = Passphrase {
    id: "passphrase",
    label: say!("Passphrase"),
    hint: say!("Works without a signal."),
    autocomplete: "current-password",
};

/// A screen below the cover may ask for the passphrase as well.
const COVERED: Passphrase = Passphrase { id: "passphrase-again", ..KNOWN };

/// Whoever has just signed in chooses what locks this phone.
#[component]
pub fn Choose() -> impl IntoView {
    let engine = Engine::here();
    let choose = move |typed: Vec<String>| async move {
        engine.choose_passphrase(typed.concat()).await.map_err(|words| (0, words))
    };
    view! {
        <h1 class="nhsuk-heading-l">"Choose a passphrase for this phone"</h1>
        <HomeScreenFirst />
        <p>
            "It locks everything that Fingerpost keeps here. You type it to open the app, also where \
             there is no signal."
        </p>
        <p>
            "Nobody can look it up. If you forget it, you need a new sign-in link, and what this \
             phone had not sent is lost."
        </p>
        <PassphraseForm
            fields=&[NEW]
            button=say!("Lock this phone with it")
            at_work=say!("Locking\u{2026}")
            send=choose
        />
    }
}

/// What is on this phone waits for its passphrase.
#[component]
pub fn Unlock(
    /// How many entries wait to be sent.
    waiting: u32,
    /// Whether the phone's screen lock opens it as well.
    has_passkey: bool,
) -> impl IntoView {
    let engine = Engine::here();
    let unlock = move |typed: Vec<String>| async move {
        engine.unlock(typed.concat()).await.map_err(|words| (0, words))
    };
    // One primary action: the quicker way, where there is one.
    let class = if has_passkey { "nhsuk-button nhsuk-button--secondary" } else { "nhsuk-button" };
    view! {
        <h1 class="nhsuk-heading-l">"Unlock Fingerpost"</h1>
        {has_passkey.then(|| view! { <ScreenLock /> })}
        <PassphraseForm
            fields=&[KNOWN]
            button=say!("Unlock")
            at_work=say!("Unlocking\u{2026}")
            class
            send=unlock
        />
        <Forget waiting />
    }
}

/// Over the screens, while what was written last is in this page alone and cannot be locked away.
#[component]
pub fn Cover() -> impl IntoView {
    let engine = Engine::here();
    let error = engine.storage_error();
    let lift = move |typed: Vec<String>| async move {
        engine.uncover(typed.concat()).await.map_err(|words| (0, words))
    };
    view! {
        <main class="fp-cover nhsuk-width-container nhsuk-main-wrapper">
            <h1 class="nhsuk-heading-l">"Covered, and not locked yet"</h1>
            <p>
                "What was written last is in this page alone. Keep it open: as soon as the phone has \
                 stored it, it locks."
            </p>
            <p>{move || error.get().map(|error| error.to_string())}</p>
            <PassphraseForm
                fields=&[COVERED]
                button=say!("Go on")
                at_work=say!("Unlocking\u{2026}")
                send=lift
            />
        </main>
    }
}

/// The service was not heard from for too long.
#[component]
pub fn LeaseEnded(
    /// After so many hours.
    hours: u16,
    /// Whether it was heard from now, and knows no sign-in of this phone.
    is_signed_out: bool,
) -> impl IntoView {
    let engine = Engine::here();
    if is_signed_out {
        return view! {
            <h1 class="nhsuk-heading-l">"This phone is signed out"</h1>
            <p>
                "It shows nothing until you have signed in again. What you wrote is kept here, \
                 locked, and is sent then. Ask your lead for a new sign-in link, and open it on this \
                 phone."
            </p>
            <LinkForm />
            <h2 class="nhsuk-heading-m">"If you get no link"</h2>
            {carry_off()}
        }
        .into_any();
    }
    view! {
        <h1 class="nhsuk-heading-l">"This phone needs a signal"</h1>
        <p>
            {counted!(
                hours,
                "It has not reached your service for {hours} hour, so it shows nothing until it \
                 has. What you wrote is kept here, locked, and is sent then.",
                "It has not reached your service for {hours} hours, so it shows nothing until it \
                 has. What you wrote is kept here, locked, and is sent then."
            )}
        </p>
        <button class="nhsuk-button" on:click=move |_| engine.reload()>"Try again"</button>
        <h2 class="nhsuk-heading-m">"If it stays without a signal"</h2>
        {carry_off()}
    }
    .into_any()
}

/// Opening with the phone's own screen lock, where it was set up.
#[component]
fn ScreenLock() -> impl IntoView {
    let engine = Engine::here();
    let problem = Live::new(String::new());
    let is_working = Live::new(false);
    let unlock = move |_| {
        if is_working.get_untracked() {
            return;
        }
        is_working.set(true);
        problem.set(String::new());
        spawn_local(async move {
            // Where it went well, the screen has gone, and its signals with it; or the passphrase is
            // being tried at the same time.
            if let Err(words) = engine.unlock_with_passkey().await {
                problem.set(words);
            }
            is_working.set(false);
        });
    };
    view! {
        <p class="nhsuk-error-message" role="alert">{move || problem.get()}</p>
        <button type="button" class="nhsuk-button" on:click=unlock>
            {move || match is_working.get() {
                true => say!("Unlocking\u{2026}"),
                false => say!("Unlock with this phone\u{2019}s screen lock"),
            }}
        </button>
    }
}

/// Giving the phone up, also where there is no signal.
#[component]
fn Forget(waiting: u32) -> impl IntoView {
    let engine = Engine::here();
    let lost = match waiting {
        0 => say!("Everything that was written here has been sent.").to_owned(),
        _ => counted!(
            waiting,
            "{waiting} entry has not been sent, and would be lost.",
            "{waiting} entries have not been sent, and would be lost."
        ),
    };
    view! {
        <Confirm
            id="forget"
            button=say!("Forget this phone")
            class="fp-link-button"
            confirm=say!("Forget it and remove everything")
            keep=say!("Keep it")
            act=move || async move { engine.forget().await }
        >
            <h2 class="nhsuk-heading-m">"Forget this phone?"</h2>
            <p>
                "This removes everything that Fingerpost keeps here, and works without a signal. "
                <strong>{lost.clone()}</strong>
                " To come back you need a new sign-in link."
            </p>
        </Confirm>
    }
}
