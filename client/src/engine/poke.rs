//! The server's pokes: "there is something for you", and nothing else.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;
use web_sys::EventSource;

const PATH: &str = "/api/poke";

/// The open line to the server. The browser opens it again by itself after a lost connection, but
/// not after an answer that was no event stream, as while the server restarts.
#[derive(Default)]
pub struct Poke {
    open: RefCell<Option<Open>>,
}

struct Open {
    source: EventSource,
    /// Kept for as long as the browser may call it.
    _told: Closure<dyn FnMut()>,
}

impl Poke {
    /// Opens the line unless it is open, and calls `told` whenever it opens or carries a poke.
    pub fn keep_open(&self, told: impl FnMut() + 'static) {
        let mut open = self.open.borrow_mut();
        if open.as_ref().is_some_and(|open| open.source.ready_state() != EventSource::CLOSED) {
            return;
        }
        let Ok(source) = EventSource::new(PATH) else { return };
        let told = Closure::<dyn FnMut()>::new(told);
        source.set_onopen(Some(told.as_ref().unchecked_ref()));
        source.set_onmessage(Some(told.as_ref().unchecked_ref()));
        *open = Some(Open { source, _told: told });
    }

    /// Closes the line.
    pub fn close(&self) {
        if let Some(open) = self.open.borrow_mut().take() {
            open.source.close();
        }
    }
}
