//! A phone that was taken off its service: it shows nothing more, hands over what is unsent, and then
//! removes everything. What cannot be handed over is never removed without the person's word.

use std::{rc::Rc, time::Duration};

use leptos::task::spawn_local;
use shared::{
    cbor, intake,
    sync::{
        Failure,
        wire::{CasePush, PROTOCOL, Unsent, Verdict},
    },
};

use super::{boot, core::Core, lock, network, shown::Stage};
use crate::vault::{Name, Write};

/// How long to wait before trying to hand over once more.
const RETRY: Duration = Duration::from_secs(5);
/// In this tab's session storage, until it was read: how many entries were handed over before the
/// page was loaded anew.
const HANDED_OVER: &str = "fingerpost-handed-over";

/// How far a phone has come that was taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenOff {
    /// It is handing over.
    HandingOver,
    /// The service cannot be reached: it tries again.
    Waiting {
        /// How many entries wait.
        entries: u32,
    },
    /// The service does not take the rest.
    Left {
        /// Entries that were handed over.
        handed: u32,
        /// Entries that were not.
        left: u32,
    },
    /// Everything is removed.
    Done {
        /// Entries that were handed over.
        handed: u32,
    },
    /// Everything that could be handed over was, and the browser does not remove what is here.
    NotRemoved,
}

impl Core {
    /// This phone was taken off the service.
    pub fn take_off(self: &Rc<Self>) {
        if !self.is_leaving.replace(true) {
            spawn_local(self.clone().leave());
        }
    }

    /// Whether the session that the server calls taken off is this phone's own, and not that of
    /// somebody who signed in beside it.
    pub async fn which_failure(&self) -> Failure {
        let asking = self.with_state(|state| state.asking());
        let Some(asking) = asking else { return Failure::SignedOut };
        network::get("/api/me", asking).await.err().unwrap_or(Failure::SignedOut)
    }

    async fn leave(self: Rc<Self>) {
        lock::save_what_is_typed().await;
        self.stage_leaving(TakenOff::HandingOver);
        self.poke.close();
        // From here on the next opening shows nothing either, with or without a signal.
        let marked = self.with_state(|state| {
            state.lease = state.lease.taken_off();
            state.vault.write(vec![Write::Put(Name::Lease, cbor::encode(&state.lease))])
        });
        if let Some(marked) = marked {
            let outcome = marked.await;
            self.working_written(outcome);
        }
        self.fold_all();
        while !self.stopped.get() {
            // What could not be folded into a record counts as well: it is not removed unasked.
            let left = || self.with_state(|state| state.waiting()).unwrap_or_default();
            match self.hand_over().await {
                Ok(handed) if left() <= handed => return self.remove_everything(handed).await,
                Ok(handed) => return self.stage_rest(handed, left() - handed),
                Err(Failure::Unreachable | Failure::Server) => {
                    self.stage_leaving(TakenOff::Waiting { entries: left() });
                    boot::wait(RETRY).await;
                }
                Err(_) if left() == 0 => return self.remove_everything(0).await,
                Err(_) => return self.stage_rest(0, left()),
            }
        }
    }

    fn stage_rest(&self, handed: u32, left: u32) {
        let in_records = self.with_state(|state| state.replica.unsent()).unwrap_or_default();
        // Where no file can be made of it, there is none to wait for.
        self.shown.has_carried.set(in_records <= handed);
        self.stage_leaving(TakenOff::Left { handed, left });
    }

    fn stage_leaving(&self, leaving: TakenOff) {
        if !self.stopped.get() {
            self.shown.stage.set(Stage::TakenOff(leaving));
        }
    }

    /// Hands over everything. What was handed over before is answered alike. Returns how many entries
    /// the server has now.
    async fn hand_over(&self) -> Result<u32, Failure> {
        let found = self
            .with_state(|state| (state.asking(), state.replica.unsent_parts()))
            .ok_or(Failure::SignedOut)?;
        let (asking, mut parts) = found;
        if parts.is_empty() {
            // With nothing to hand over the server still says whether this phone is meant.
            parts.push(Vec::<CasePush>::new());
        }
        let mut handed = 0;
        for push in parts {
            let body = cbor::encode(&Unsent { protocol: PROTOCOL, push });
            let answer = network::hand_over(asking.clone(), body).await?;
            let answer = intake::handed_over(&answer).map_err(|_| Failure::NotUnderstood)?;
            let verdicts = answer.receipts.iter().flat_map(|receipt| &receipt.verdicts);
            let is_there =
                |verdict: &&Verdict| matches!(verdict, Verdict::Stored | Verdict::Quarantined);
            handed += u32::try_from(verdicts.filter(is_there).count()).unwrap_or(u32::MAX);
        }
        Ok(handed)
    }

    /// Removes everything from this phone, the keys among it, and from memory.
    pub async fn remove_everything(self: &Rc<Self>, handed: u32) {
        let removing = self.with_state(|state| state.vault.write(vec![Write::Clear]));
        let Some(removing) = removing else { return };
        if removing.await.is_err() {
            return self.stage_leaving(TakenOff::NotRemoved);
        }
        self.stopped.set(true);
        if let Some(storage) = session_storage() {
            let _ = storage.set_item(HANDED_OVER, &handed.to_string());
        }
        boot::reload();
    }
}

/// What this tab has to say of everything that it has just removed: once.
pub fn just_removed() -> Option<u32> {
    let storage = session_storage()?;
    let handed = storage.get_item(HANDED_OVER).ok()??;
    let _ = storage.remove_item(HANDED_OVER);
    handed.parse().ok()
}

fn session_storage() -> Option<web_sys::Storage> {
    web_sys::window()?.session_storage().ok()?
}
