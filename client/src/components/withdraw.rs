//! Takes an entry of the logbook back that was made by mistake.

use leptos::prelude::*;
use shared::case::{Fact, event::Retracted};

use super::ask::Ask;
use crate::{draw::view, engine::Logged};

/// The button under an entry, and the question that it opens.
pub fn withdraw(logged: &Logged) -> AnyView {
    let target = logged.entry.original.id;
    let becomes = move |reason| Fact::Retracted(Retracted { target, reason });
    view! {
        <Ask
            case=logged.case
            id=format!("withdraw-{target}")
            button=say!("Withdraw this")
            label=say!("Why is it withdrawn?")
            hint=say!("For example: entered twice")
            send=say!("Withdraw it")
            missing=say!("Write why it is withdrawn")
            becomes
        />
    }
    .into_any()
}
