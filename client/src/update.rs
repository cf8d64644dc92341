//! A new version of the app: it waits on this phone until the person agrees, and asks only while
//! nothing is being written and nothing is in memory alone.

use leptos::{ev, prelude::*};
use web_sys::Event;

use crate::{address::Address, components::show::Show, draw::view, engine::Engine, memo::Live};

/// The two words that this app and `start.js` say to each other.
const WAITING: &str = "update-waiting";
const AGREED: &str = "update-agreed";

/// A quiet line that offers the new version.
#[component]
pub fn UpdateBar() -> impl IntoView {
    let waiting = Live::new(is_waiting());
    let heard = window_event_listener(ev::Custom::<Event>::new(WAITING), move |_| {
        waiting.set(true);
    });
    on_cleanup(move || heard.remove());
    let screen = Address::here().screen();
    let failing = Engine::here().storage_failing();
    let offered = move || waiting.get() && screen.get().is_at_rest() && !failing.get();
    let agree = move |_| {
        if let Ok(event) = Event::new(AGREED) {
            // Only a listener that refuses makes this false, and none does.
            let _ = window().dispatch_event(&event);
        }
    };
    view! {
        <Show when=offered>
            <div class="fp-update" role="status">
                <p>"A new version is ready."</p>
                <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" on:click=agree>
                    "Update"
                </button>
            </div>
        </Show>
    }
}

/// `start.js` leaves a mark, since it may have found the new version before this line was drawn.
fn is_waiting() -> bool {
    let root = document().document_element();
    root.is_some_and(|root| root.get_attribute("data-update").as_deref() == Some("waiting"))
}
