//! Drives the replica: gives it what happened, and does what it says.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use leptos::{prelude::*, task::spawn_local};
use shared::{
    cbor,
    sync::{Effect, Failure, Input, Replica, Ticket, Write as SyncWrite},
};

use super::{
    line::{self, CaseLine},
    network,
    poke::Poke,
    shown::{Shown, Stage},
    state::State,
    timer::Timer,
    typed::Typing,
};
use crate::{
    clock, random,
    vault::{Closed, Name, VaultError, Write},
};

/// How long after a failed write of a working copy the phone tries again.
const WORKING_RETRY: Duration = Duration::from_secs(3);

/// The engine behind the screens.
pub struct Core {
    pub shown: Shown,
    pub state: RefCell<Option<State>>,
    /// The vault until it is opened.
    pub closed: RefCell<Option<Closed>>,
    /// Who arrived on this phone, until they have chosen a passphrase.
    pub arrived: RefCell<Option<Vec<u8>>>,
    /// Random: this opening of the app.
    pub session: [u8; 8],
    pub poke: Poke,
    timer: Timer,
    /// Whether the server has confirmed, since the app was opened, who is signed in.
    pub confirmed: Cell<bool>,
    fetching_profile: Cell<bool>,
    fetching_directory: Cell<bool>,
    /// Another tab has taken over: nothing is written or sent any more.
    pub stopped: Cell<bool>,
    /// The service has taken this phone off: nothing is synced any more.
    pub is_leaving: Cell<bool>,
    /// It is about to lock.
    pub is_locking: Cell<bool>,
    /// Working copies that could not be stored are about to be stored again.
    retrying_working: Cell<bool>,
    pub typing: Typing,
}

impl Core {
    pub fn new() -> Self {
        Self {
            shown: Shown::new(),
            state: RefCell::new(None),
            closed: RefCell::new(None),
            arrived: RefCell::new(None),
            session: random::bytes(),
            poke: Poke::default(),
            timer: Timer::default(),
            confirmed: Cell::new(false),
            fetching_profile: Cell::new(false),
            fetching_directory: Cell::new(false),
            stopped: Cell::new(false),
            is_leaving: Cell::new(false),
            is_locking: Cell::new(false),
            retrying_working: Cell::new(false),
            typing: Typing::default(),
        }
    }

    /// Gives the replica what happened, and does what it says.
    pub fn handle(self: &Rc<Self>, input: Input) {
        self.drive(|replica| replica.handle(clock::now(), input), Vec::new());
    }

    /// Has the replica do something, with riders for its transaction, and does what it says.
    pub fn drive(
        self: &Rc<Self>,
        act: impl FnOnce(&mut Replica) -> Vec<Effect>,
        riders: Vec<Write>,
    ) {
        let mut effects = Vec::new();
        if let Some(state) = self.state.borrow_mut().as_mut() {
            effects = act(&mut state.replica);
            if let Some(ticket) = ticket_of(&effects) {
                state.pending.board(ticket, None, riders);
            }
        }
        self.perform(effects);
    }

    /// Does what the replica said.
    pub fn perform(self: &Rc<Self>, effects: Vec<Effect>) {
        if self.stopped.get() {
            return;
        }
        let mut has_changed = false;
        for effect in effects {
            match effect {
                Effect::Store { ticket, writes } => self.store(ticket, writes),
                Effect::Send(body) => spawn_local(self.clone().send(body)),
                Effect::WakeAt(at) => self.wake_at(at),
                Effect::Show => has_changed = true,
                Effect::FetchProfile(version) => {
                    spawn_local(self.clone().fetch_profile(version));
                }
                Effect::FetchDirectory(version) => {
                    spawn_local(self.clone().fetch_directory(version));
                }
            }
        }
        if has_changed {
            self.show();
        }
    }

    fn store(self: &Rc<Self>, ticket: Ticket, writes: Vec<SyncWrite>) {
        let begun = self.with_state(|state| state.begin(ticket, writes));
        let Some((cases, written)) = begun else { return };
        self.shown.revise(&cases);
        let core = self.clone();
        spawn_local(async move { core.written(ticket, written.await) });
    }

    fn written(self: &Rc<Self>, ticket: Ticket, outcome: Result<(), VaultError>) {
        self.note_storage(outcome);
        match outcome {
            Ok(()) => {
                let waiting = self.with_state(|state| state.pending.stored(&ticket));
                for waiting in waiting.unwrap_or_default() {
                    // Whoever waited may have left the screen.
                    let _ = waiting.send(Ok(()));
                }
                self.handle(Input::Stored(ticket));
            }
            Err(VaultError::OpenElsewhere) => self.stop(),
            Err(error) => {
                self.with_state(|state| state.pending.not_stored(&ticket));
                self.handle(Input::NotStored(ticket));
                if error == VaultError::Lost {
                    self.store_everything_again();
                }
            }
        }
    }

    /// Takes note of how the last write went.
    fn note_storage(&self, outcome: Result<(), VaultError>) {
        self.shown.storage_error.set(outcome.err());
        if outcome == Err(VaultError::Lost) {
            self.shown.was_lost.set(true);
        }
    }

    /// Takes note of how the write of a working copy went, and makes a failure good later.
    pub fn working_written(self: &Rc<Self>, outcome: Result<(), VaultError>) {
        self.note_storage(outcome);
        match outcome {
            Ok(()) => {}
            Err(VaultError::OpenElsewhere) => self.stop(),
            Err(VaultError::Lost) => self.store_everything_again(),
            Err(
                VaultError::Full
                | VaultError::Unavailable
                | VaultError::NoStorage
                | VaultError::NoCryptography,
            ) => {
                if !self.retrying_working.replace(true) {
                    let core = self.clone();
                    set_timeout(move || core.retry_working(), WORKING_RETRY);
                }
            }
        }
    }

    fn retry_working(self: &Rc<Self>) {
        self.retrying_working.set(false);
        let core = self.clone();
        let written = self.with_state(|state| state.vault.write(state.working.writes()));
        if let Some(written) = written {
            spawn_local(async move { core.working_written(written.await) });
        }
    }

    /// The browser removed everything, but it is all still here.
    pub fn store_everything_again(self: &Rc<Self>) {
        let directory = self.shown.directory.followed().get_untracked();
        let riders = self.with_state(|state| {
            let known = [
                Write::Put(Name::Profile, cbor::encode(state.profile.as_ref())),
                Write::Put(Name::Directory, cbor::encode(directory.as_ref())),
                Write::Put(Name::Lease, cbor::encode(&state.lease)),
            ];
            let secret = state.secret.as_ref().map(|secret| write_secret(secret));
            known.into_iter().chain(secret).chain(state.working.writes()).collect::<Vec<_>>()
        });
        self.drive(Replica::store_again, riders.unwrap_or_default());
    }

    /// Another tab has taken over.
    pub fn stop(&self) {
        self.stopped.set(true);
        self.poke.close();
        let waiting = self.with_state(|state| state.pending.give_up()).unwrap_or_default();
        for waiting in waiting {
            let _ = waiting.send(Err(VaultError::OpenElsewhere));
        }
        self.shown.stage.set(Stage::OtherTab);
    }

    async fn send(self: Rc<Self>, body: Vec<u8>) {
        if self.is_leaving.get() {
            return;
        }
        let outcome = match self.confirm().await {
            Ok(asking) => network::sync(asking, body).await,
            Err(failure) => Err(failure),
        };
        if outcome == Err(Failure::TakenOff) {
            return self.take_off();
        }
        if outcome == Err(Failure::SignedOut) {
            self.confirmed.set(false);
        }
        if let Ok(answer) = &outcome {
            self.listen_for_pokes();
            self.note_heard();
            self.fold_leaving(answer);
        }
        self.handle(match outcome {
            Ok(answer) => Input::Answered(answer),
            Err(failure) => Input::Failed(failure),
        });
    }

    /// The service was heard from.
    fn note_heard(self: &Rc<Self>) {
        let noted = self.with_state(|state| {
            state.lease = state.lease.heard(clock::now())?;
            let lease = Write::Put(Name::Lease, cbor::encode(&state.lease));
            Some(state.vault.write(vec![lease]))
        });
        if let Some(noted) = noted.flatten() {
            let core = self.clone();
            spawn_local(async move { core.working_written(noted.await) });
        }
    }

    /// Whether something is in memory that could not be stored.
    pub fn storage_fails(&self) -> bool {
        self.shown.storage_error.followed().with_untracked(Option::is_some)
    }

    fn listen_for_pokes(self: &Rc<Self>) {
        let core = self.clone();
        // The browser calls from outside, never while the core is at work.
        self.poke.keep_open(move || core.handle(Input::Poked));
    }

    async fn fetch_profile(self: Rc<Self>, version: u64) {
        if self.fetching_profile.replace(true) {
            return;
        }
        // A failure is made good by the next answer, which names the version again.
        if self.ask_who_is_signed_in().await.is_ok() {
            self.drive(|replica| replica.fetched(Some(version), None), Vec::new());
        }
        self.fetching_profile.set(false);
    }

    async fn fetch_directory(self: Rc<Self>, version: u64) {
        if self.fetching_directory.replace(true) {
            return;
        }
        let asking = self.with_state(|state| state.asking()).unwrap_or_default();
        if let Ok(record) = network::get("/api/directory", asking).await
            && let Ok(directory) = cbor::decode(&record)
        {
            self.shown.directory.set(Arc::new(directory));
            let rider = Write::Put(Name::Directory, record);
            self.drive(|replica| replica.fetched(None, Some(version)), vec![rider]);
        }
        self.fetching_directory.set(false);
    }

    fn wake_at(self: &Rc<Self>, at: jiff::Timestamp) {
        let core = self.clone();
        self.timer.wake_at(clock::now(), at, move || {
            core.timer.fired();
            core.handle(Input::Tick);
        });
    }

    /// Brings the signals up to date.
    pub fn show(&self) {
        let found = self.with_state(|state| {
            let replica = &state.replica;
            let lines = replica.rows().map(|(case, row, state)| {
                let row = row.clone();
                CaseLine { case, row, state }
            });
            // A logbook is about nobody: it is no line of the caseload, wherever that is looked at.
            let (logbooks, mut lines): (Vec<CaseLine>, Vec<CaseLine>) =
                lines.partition(|line| line.row.logbook.is_some());
            line::sort(&mut lines);
            let unreadable = replica.unreadable().count();
            (
                (lines, logbooks),
                replica.state(),
                replica.failure(),
                replica.meta().clone(),
                unreadable,
            )
        });
        // Outside the state's borrow: whoever is told may ask for more.
        let Some((lines, state, failure, meta, unreadable)) = found else { return };
        let (lines, logbooks) = lines;
        self.shown.rows.set(Arc::new(lines));
        self.shown.logbooks.set(Arc::new(logbooks));
        self.shown.state.set(state);
        self.shown.failure.set(failure);
        self.shown.arriving.set(!meta.arrived);
        self.shown.notices.set(meta.notices);
        self.shown.unreadable.set(unreadable);
        self.show_drafts();
    }

    /// Brings the lists of unfinished contacts and forms up to date.
    pub fn show_drafts(&self) {
        let found = self.with_state(|state| (state.unfinished(), state.working.forms()));
        if let Some((drafts, forms)) = found {
            self.shown.working_drafts.set(Arc::new(drafts));
            self.shown.typed_forms.set(forms);
        }
    }

    /// Does something with the state, if there is one.
    pub fn with_state<T>(&self, act: impl FnOnce(&mut State) -> T) -> Option<T> {
        self.state.borrow_mut().as_mut().map(act)
    }
}

/// Stores what this phone shows the service.
pub fn write_secret(secret: &str) -> Write {
    Write::Put(Name::Secret, secret.as_bytes().to_vec())
}

/// The transaction that the replica asks for, if any.
pub fn ticket_of(effects: &[Effect]) -> Option<Ticket> {
    effects.iter().find_map(|effect| match effect {
        Effect::Store { ticket, .. } => Some(*ticket),
        _ => None,
    })
}
