//! What a phone says that was taken off its service.

use leptos::{prelude::*, task::spawn_local};

use super::carry::carry_off;
use crate::{
    draw::view,
    engine::{Engine, TakenOff},
};

/// The screen.
#[component]
pub fn TakenOffScreen(
    /// How far it has come.
    leaving: TakenOff,
) -> impl IntoView {
    let body = match leaving {
        TakenOff::HandingOver => {
            view! { <p>"What you wrote and had not sent is being handed over to your lead."</p> }
                .into_any()
        }
        TakenOff::Waiting { entries } => waiting(entries),
        TakenOff::Left { handed, left } => rest(handed, left),
        TakenOff::Done { handed } => done(handed),
        TakenOff::NotRemoved => view! {
            <p>
                "The browser does not remove what Fingerpost kept here. Remove this site's data in \
                 the browser's settings, and tell your lead."
            </p>
        }
        .into_any(),
    };
    view! {
        <h1 class="nhsuk-heading-l">"This phone was taken off the service"</h1>
        <div role="status">{body}</div>
    }
}

fn waiting(entries: u32) -> AnyView {
    let words = match entries {
        0 => say!("Everything that was written here has been sent.").to_owned(),
        _ => counted!(
            entries,
            "{entries} entry has not been sent. It is kept here, locked, and handed over to your \
             lead as soon as your service can be reached.",
            "{entries} entries have not been sent. They are kept here, locked, and handed over to \
             your lead as soon as your service can be reached."
        ),
    };
    view! {
        <p>{words}</p>
        <p>"Then everything is removed from this phone. Keep this page open."</p>
        {(entries > 0).then(carry_off)}
    }
    .into_any()
}

fn rest(handed: u32, left: u32) -> AnyView {
    let engine = Engine::here();
    let has_carried = engine.has_carried();
    let remove = move |_| spawn_local(async move { engine.remove_everything().await });
    let handed = handed_words(handed);
    let words = counted!(
        left,
        "{handed} Your service did not take {left} entry. Carry that off first: without a file it \
         would be lost.",
        "{handed} Your service did not take {left} entries. Carry that off first: without a file \
         it would be lost."
    );
    view! {
        <p>{words}</p>
        {carry_off()}
        {move || {
            has_carried.get().then(|| view! {
                <button type="button" class="nhsuk-button nhsuk-button--warning" on:click=remove>
                    "Remove everything from this phone"
                </button>
            })
        }}
    }
    .into_any()
}

fn done(handed: u32) -> AnyView {
    view! {
        <p><strong>{handed_words(handed)}</strong></p>
        <p>"Everything that Fingerpost kept on this phone has been removed."</p>
        <p>
            "A new referral that was begun and not saved was not handed over: write it down again."
        </p>
        <p>
            "If you did not expect this, speak to your lead. To work on this phone again you need a \
             new sign-in link."
        </p>
    }
    .into_any()
}

fn handed_words(handed: u32) -> String {
    match handed {
        0 => say!("Nothing had to be handed over.").into(),
        _ => counted!(
            handed,
            "{handed} entry was handed over to your lead.",
            "{handed} entries were handed over to your lead."
        ),
    }
}
