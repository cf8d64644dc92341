//! One of the four honest states, in words and with a shape of its own, never by colour alone.

use leptos::prelude::*;
use shared::sync::SyncState;

use crate::{draw::view, engine::Engine, words};

/// Where something is.
#[component]
pub fn StateChip(state: SyncState) -> impl IntoView {
    let said = said(&state, Engine::here().now());
    view! { <span class=shape(&state)>{said}</span> }
}

/// The state in words; what cannot be sent says why, and what to do.
fn said(state: &SyncState, now: jiff::Timestamp) -> String {
    match state {
        SyncState::CannotSend(remedy) => format!("{}: {remedy}", words::state(state, now)),
        state => words::state(state, now),
    }
}

/// The class that draws the shape.
fn shape(state: &SyncState) -> &'static str {
    match state {
        SyncState::SavedHere => "fp-state fp-state--here",
        SyncState::Waiting(_) => "fp-state fp-state--waiting",
        SyncState::Sent(_) => "fp-state fp-state--sent",
        SyncState::CannotSend(_) => "fp-state fp-state--stuck",
    }
}

#[cfg(test)]
mod tests {
    use shared::few::FewOf;

    use jiff::Timestamp;

    use super::*;

    #[test]
    fn every_state_has_words_and_a_shape_of_its_own() {
        let now = Timestamp::UNIX_EPOCH;
        let states = [
            SyncState::SavedHere,
            SyncState::Waiting(3),
            SyncState::Sent(now),
            SyncState::CannotSend("Ask your lead."),
        ];
        let shapes: FewOf<&str> = states.iter().map(shape).collect();
        assert_eq!(shapes.len(), states.len());
        assert_eq!(said(&states[3], now), "Cannot send: Ask your lead.");
    }
}
