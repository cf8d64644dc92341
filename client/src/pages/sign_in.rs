//! What stands before the first screen: signing in, the passphrase, and the few reasons why this tab
//! cannot work.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

use super::{
    taken_off::TakenOffScreen,
    unlock::{Choose, LeaseEnded, Unlock},
};
use crate::{
    components::notices::HomeScreenFirst,
    draw::view,
    engine::{Engine, SignIn, Stage},
    memo::Live,
    vault::VaultError,
};

/// How the one-time links of the server begin.
const LINK_PATH: &str = "/join/";

/// The screen of every stage but the last.
#[component]
pub fn Start() -> impl IntoView {
    let stage = Engine::here().stage();
    view! {
        <main id="maincontent" class="nhsuk-width-container nhsuk-main-wrapper">
            {move || match stage.get() {
                Stage::Opening | Stage::Ready => ().into_any(),
                Stage::SignIn(found) => view! { <SignInScreen found /> }.into_any(),
                Stage::Choose => view! { <Choose /> }.into_any(),
                Stage::Locked { waiting, has_passkey } => {
                    view! { <Unlock waiting has_passkey /> }.into_any()
                }
                Stage::LeaseEnded { hours, is_signed_out } => {
                    view! { <LeaseEnded hours is_signed_out /> }.into_any()
                }
                Stage::TakenOff(leaving) => view! { <TakenOffScreen leaving /> }.into_any(),
                Stage::OtherTab => view! { <OtherTab /> }.into_any(),
                Stage::NoStorage(error) => view! { <NoStorage error /> }.into_any(),
                Stage::OthersWork { before, now } => {
                    view! { <OthersWork before now /> }.into_any()
                }
            }}
        </main>
    }
}

#[component]
fn SignInScreen(found: SignIn) -> impl IntoView {
    let (heading, words) = match found {
        SignIn::Needed => (
            say!("Sign in"),
            say!(
                "Open the one-time link that your service sent you, on this phone. You sign in \
                 once, and Fingerpost then works without a signal."
            ),
        ),
        SignIn::TakenOff => (
            say!("This phone was taken off the service"),
            say!(
                "Fingerpost keeps nothing here. If you did not expect this, speak to your lead. To \
                 work on this phone again, open a new sign-in link from your service."
            ),
        ),
        SignIn::Unreachable => (
            say!("Fingerpost needs a signal once"),
            say!(
                "To sign in, this phone has to reach your service. It goes on by itself as soon as \
                 there is a signal; after that it works without one."
            ),
        ),
        SignIn::NotUnderstood => (
            say!("This version of Fingerpost is too old"),
            say!(
                "Close this page and open it again to get the new version. If that does not help, \
                 tell your service administrator."
            ),
        ),
    };
    view! {
        <h1 class="nhsuk-heading-l">{heading}</h1>
        <p>{words}</p>
        {match found {
            SignIn::Needed | SignIn::TakenOff => view! { <HomeScreenFirst /> <LinkForm /> }.into_any(),
            SignIn::Unreachable | SignIn::NotUnderstood => view! { <TryAgain /> }.into_any(),
        }}
    }
}

/// For a link that arrived where it cannot be pressed.
#[component]
pub fn LinkForm() -> impl IntoView {
    let typed = Live::new(String::new());
    let problem = Live::new(None::<&'static str>);
    let go = move |event: SubmitEvent| {
        event.prevent_default();
        let Ok(origin) = location().origin() else { return };
        match path_of(&typed.read(), &origin) {
            Ok(path) => {
                problem.set(None);
                // The server's own page asks once more, so that no program uses the link up.
                let _ = location().assign(&path);
            }
            Err(words) => problem.set(Some(words)),
        }
    };
    view! {
        <form on:submit=go novalidate>
            <div class="nhsuk-form-group" class:nhsuk-form-group--error=move || problem.get().is_some()>
                <label class="nhsuk-label" for="link">"Or paste the link here"</label>
                <span class="nhsuk-error-message" id="link-problem" role="alert">
                    {move || problem.get()}
                </span>
                <input
                    class="nhsuk-input"
                    class:nhsuk-input--error=move || problem.get().is_some()
                    id="link"
                    name="link"
                    type="url"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    aria-describedby="link-problem"
                    bind:value=typed
                />
            </div>
            <button class="nhsuk-button" type="submit">"Go on"</button>
        </form>
    }
}

#[component]
fn TryAgain() -> impl IntoView {
    let engine = Engine::here();
    view! {
        <button class="nhsuk-button" on:click=move |_| engine.reload()>"Try again"</button>
    }
}

#[component]
fn OtherTab() -> impl IntoView {
    let engine = Engine::here();
    let taking = Live::new(false);
    let take = move |_| {
        taking.set(true);
        spawn_local(async move { engine.use_this_tab().await });
    };
    view! {
        <h1 class="nhsuk-heading-l">"Fingerpost is open in another tab"</h1>
        <p>"Only one tab works at a time, so that nothing is written twice. Go on there, or:"</p>
        <button class="nhsuk-button" on:click=take disabled=move || taking.get()>
            "Use it here"
        </button>
    }
}

#[component]
fn NoStorage(error: VaultError) -> impl IntoView {
    // Nothing is open yet that could go on trying.
    let words = match error {
        VaultError::Unavailable => say!(
            "The browser's storage does not answer. Private windows often have none: use an \
             ordinary one. Otherwise close Fingerpost and open it again, or restart the phone."
        )
        .to_owned(),
        VaultError::Full => say!(
            "This phone's storage is full. What you saved is still here. Make room by deleting \
             photos or apps, then try again."
        )
        .to_owned(),
        error => error.to_string(),
    };
    view! {
        <h1 class="nhsuk-heading-l">"Fingerpost cannot store anything here"</h1>
        <p>{words}</p>
        <TryAgain />
    }
}

#[component]
fn OthersWork(before: String, now: String) -> impl IntoView {
    view! {
        <h1 class="nhsuk-heading-l">"This phone holds unsent work of somebody else"</h1>
        <p>
            {said!(
                "{before} used this phone, and something that they wrote has not been sent. It \
                 stays here and is not shown to {now}.",
            )}
        </p>
        <p>
            {said!(
                "What to do: {before} signs in on this phone once more, with a new link, sends it \
                 and signs out. Then {now} can sign in with a new link. Or {now} uses another \
                 phone.",
            )}
        </p>
        <TryAgain />
    }
}

/// The path of a link that was pasted, on this server.
fn path_of(typed: &str, origin: &str) -> Result<String, &'static str> {
    let typed = typed.trim();
    let token = match typed.split_once(LINK_PATH) {
        Some((server, token)) if server == origin || server.is_empty() => token,
        Some(_) => {
            return Err(say!(
                "This link belongs to another address. Open it in the browser's address bar \
                 instead."
            ));
        }
        None => typed,
    };
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(say!(
            "This is not a sign-in link. Copy the whole link, from https to its end."
        ));
    }
    Ok(format!("{LINK_PATH}{token}"))
}

#[cfg(test)]
mod tests {
    use super::path_of;

    #[test]
    fn only_a_link_of_this_server_is_followed() {
        let check = |typed| path_of(typed, "https://hub.example").map_err(drop);
        assert_eq!(check(" https://hub.example/join/ab12\n"), Ok("/join/ab12".into()));
        assert_eq!(check("/join/ab12"), Ok("/join/ab12".into()));
        assert_eq!(check("ab12"), Ok("/join/ab12".into()));
        assert_eq!(check("https://elsewhere.example/join/ab12"), Err(()));
        assert_eq!(check("https://hub.example/join/../team"), Err(()));
        assert_eq!(check("https://hub.example/"), Err(()));
        assert_eq!(check(""), Err(()));
    }
}
