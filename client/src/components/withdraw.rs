//! Takes an entry of the logbook back that was made by mistake.

use leptos::prelude::*;
use shared::{
    case::{Fact, event::Retracted},
    personal::Personal,
};

use super::{ask::Ask, entry::write_entry};
use crate::{
    draw::view,
    engine::{Engine, Logged},
};

/// The button under an entry, and the question that it opens.
pub fn withdraw(logged: &Logged) -> AnyView {
    let engine = Engine::here();
    let (case, target) = (logged.case, logged.entry.original.id);
    let save = move |reason: String| {
        let retracted = Retracted { target, reason: Personal::new(reason) };
        write_entry(engine, case, Fact::Retracted(retracted))
    };
    view! {
        <Ask
            id=format!("withdraw-{target}")
            button=say!("Withdraw this")
            label=say!("Why is it withdrawn?")
            hint=say!("For example: entered twice")
            send=say!("Withdraw it")
            missing=say!("Write why it is withdrawn")
            save
        />
    }
    .into_any()
}
