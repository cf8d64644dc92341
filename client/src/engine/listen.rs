//! What the browser's window tells: the network came or went, the app came to the front.

use std::rc::Rc;

use leptos::{ev, prelude::*};
use shared::sync::Input;

use super::core::Core;

/// Listens for as long as the page lives.
pub fn to_the_window(core: &Rc<Core>) {
    for is_online in [true, false] {
        let core = core.clone();
        let heard = move |_| {
            core.shown.online.set(is_online);
            core.handle(Input::Network(is_online));
        };
        let _ = match is_online {
            true => window_event_listener(ev::online, heard),
            false => window_event_listener(ev::offline, heard),
        };
    }
    let core = core.clone();
    let _ = window_event_listener(ev::visibilitychange, move |_| {
        if document().visibility_state() == web_sys::VisibilityState::Visible {
            // Timers stand still in the background, so look at once.
            core.handle(Input::Network(is_online()));
            core.handle(Input::Tick);
        } else {
            core.write_typed_now();
        }
    });
}

/// Whether the phone believes that it has a network. It may be wrong when it says yes.
pub fn is_online() -> bool {
    web_sys::window().is_none_or(|window| window.navigator().on_line())
}
