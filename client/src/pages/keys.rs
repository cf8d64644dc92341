//! What opens this phone, on the More screen: its own screen lock beside the passphrase, and another
//! passphrase.

use leptos::prelude::*;

use crate::{
    components::{
        confirm::Confirm,
        disclose::Disclose,
        passphrase::{Passphrase, PassphraseForm},
        show::Show,
    },
    draw::view,
    engine::Engine,
    memo::Live,
    vault::{is_passkey_offered, objection},
};

/// The ways to open this phone.
#[component]
pub fn Keys() -> impl IntoView {
    let has_passkey = Engine::here().has_passkey();
    let is_offered = Live::new(false);
    leptos::task::spawn_local(async move {
        let offered = is_passkey_offered().await;
        // The screen may have gone meanwhile.
        is_offered.set(offered);
    });
    view! {
        <Show
            when=move || has_passkey.get()
            fallback=move || {
                view! {
                    <Show when=move || is_offered.get()>
                        <AddPasskey />
                    </Show>
                }
            }
        >
            <RemovePasskey />
        </Show>
        <ChangePassphrase />
    }
}

/// The screen lock does not open it yet.
#[component]
fn AddPasskey() -> impl IntoView {
    let engine = Engine::here();
    let is_open = Live::new(false);
    let add = move |typed: Vec<String>| async move {
        engine.add_passkey(typed.concat()).await.map_err(|words| (0, words))
    };
    const FIELDS: &[Passphrase] = &[Passphrase {
        id: "passkey-passphrase",
        label: say!("Your passphrase"),
        hint: say!(
            "Typed once, so that nobody else sets this up on a phone that was left open. Your \
             phone then asks for your face, your finger or its code."
        ),
        autocomplete: "current-password",
    }];
    view! {
        <Disclose
            id="passkey"
            button=say!("Unlock with your face, finger or screen lock")
            is_open
            focus_on="passkey-passphrase"
        >
            <PassphraseForm
                fields=FIELDS
                button=say!("Use this phone\u{2019}s screen lock")
                at_work=say!("Waiting for your phone\u{2026}")
                send=add
            />
        </Disclose>
    }
}

/// The screen lock opens it.
#[component]
fn RemovePasskey() -> impl IntoView {
    let engine = Engine::here();
    view! {
        <p role="status">
            "This phone\u{2019}s screen lock unlocks Fingerpost. Your passphrase does so too."
        </p>
        <Confirm
            id="remove-passkey"
            button=say!("Stop unlocking with the screen lock")
            confirm=say!("Use the passphrase only")
            keep=say!("Keep both")
            act=move || async move { engine.remove_passkey().await }
        >
            <p>
                <strong>"Unlock with the passphrase only?"</strong>
                " Your phone may go on listing a passkey named Fingerpost. It opens nothing then, and \
                 you can remove it in your phone\u{2019}s settings."
            </p>
        </Confirm>
    }
}

#[component]
fn ChangePassphrase() -> impl IntoView {
    let engine = Engine::here();
    let is_open = Live::new(false);
    let is_changed = Live::new(false);
    const FIELDS: &[Passphrase] = &[
        Passphrase {
            id: "old-passphrase",
            label: say!("Passphrase until now"),
            hint: "",
            autocomplete: "current-password",
        },
        Passphrase {
            id: "new-passphrase",
            label: say!("New passphrase"),
            hint: say!(
                "At least 12 characters. Three or four words that do not belong together are good."
            ),
            autocomplete: "new-password",
        },
    ];
    let change = move |typed: Vec<String>| async move {
        let Ok([old, new]) = <[String; 2]>::try_from(typed) else { return Ok(()) };
        // Before the old one is tried, which counts.
        if let Some(words) = objection(&new) {
            return Err((1, words.into()));
        }
        engine.change_passphrase(old, new).await.map_err(|words| (0, words))?;
        is_changed.set(true);
        is_open.set(false);
        Ok(())
    };
    view! {
        <Disclose
            id="change"
            button=say!("Change the passphrase")
            is_open
            focus_on="old-passphrase"
        >
            <PassphraseForm
                fields=FIELDS
                button=say!("Lock this phone with the new one")
                at_work=say!("Changing\u{2026}")
                send=change
            />
        </Disclose>
        <p role="status">
            {move || match is_changed.get() && !is_open.get() {
                true => say!("The passphrase is changed. The old one opens nothing any more."),
                false => "",
            }}
        </p>
    }
}
