//! From a cold start to a usable screen: the tab's turn, the vault, and who is signed in. With a
//! stored profile no request has to succeed.

use std::{rc::Rc, sync::Arc};

use leptos::{ev, prelude::window_event_listener, task::spawn_local};
use shared::{
    cbor,
    ids::DeviceId,
    profile::Profile,
    sync::{Failure, Input},
};

use super::{
    arrival::{Arrival, arrival},
    core::Core,
    listen, network,
    shown::{SignIn, Stage},
    state::State,
    tabs,
};
use crate::{
    random,
    vault::{Name, Vault, Write, ask_to_persist, is_persisted},
};

/// Opens the app.
pub async fn start(core: Rc<Core>) {
    let (stage, losing) = (core.shown.stage, core.clone());
    let step_back = move || stage.set(Stage::OtherTab);
    tabs::take_turn(step_back, step_back, move || losing.stop()).await;
    core.shown.stage.set(Stage::Opening);
    let session = random::bytes();
    let (vault, contents) = match Vault::open(session).await {
        Ok(opened) => opened,
        Err(error) => return core.shown.stage.set(Stage::NoStorage(error)),
    };
    let mut profile = None;
    for (name, record) in &contents.records {
        match name {
            Name::Profile => profile = cbor::decode::<Profile>(record).ok(),
            Name::Directory => {
                if let Ok(directory) = cbor::decode(record) {
                    core.shown.directory.set(Arc::new(directory));
                }
            }
            Name::Sync(_) | Name::Working(..) => {}
        }
    }
    match profile {
        Some(profile) => {
            let state = State::open(vault, Arc::new(profile), session, contents.records);
            core.open(state);
            core.shown.persistence.set(is_persisted().await);
        }
        None => core.first_sign_in(vault, session, contents.records).await,
    }
}

impl Core {
    /// Somebody is signed in: from here on the app works.
    fn open(self: &Rc<Self>, mut state: State) {
        state.find_drafts(None);
        self.shown.profile.set(Some(state.profile.clone()));
        *self.state.borrow_mut() = Some(state);
        self.show();
        self.shown.stage.set(Stage::Ready);
        listen::to_the_window(self);
        self.shown.online.set(listen::is_online());
        self.handle(Input::Network(listen::is_online()));
    }

    /// Nobody was signed in on this phone: asks the server, again whenever the person wants to.
    async fn first_sign_in(
        self: &Rc<Self>,
        vault: Vault,
        session: [u8; 8],
        records: Vec<(Name, Vec<u8>)>,
    ) {
        let (profile, record) = match fetch_profile().await {
            Ok(fetched) => fetched,
            Err(failure) => {
                let found = match failure {
                    Failure::SignedOut => SignIn::Needed,
                    Failure::Unreachable | Failure::Server => SignIn::Unreachable,
                    Failure::TooOld | Failure::NotUnderstood => SignIn::NotUnderstood,
                };
                // The sign-in may have been made long ago, with only the signal missing now.
                let _ = window_event_listener(ev::online, |_| reload());
                return self.shown.stage.set(Stage::SignIn(found));
            }
        };
        if let Err(error) = vault.write(vec![Write::Put(Name::Profile, record)]).await {
            return self.shown.stage.set(Stage::NoStorage(error));
        }
        self.confirmed.set(true);
        self.open(State::open(vault, Arc::new(profile), session, records));
        self.shown.persistence.set(ask_to_persist().await);
    }

    /// The device that writes, once the server has confirmed that it is still the one signed in.
    ///
    /// # Errors
    /// When nobody is signed in any more, somebody else is, or the server cannot be asked.
    pub async fn confirm(self: &Rc<Self>) -> Result<DeviceId, Failure> {
        if !self.confirmed.get() {
            self.ask_who_is_signed_in().await?;
            self.confirmed.set(true);
        }
        self.with_state(|state| state.profile.device).ok_or(Failure::SignedOut)
    }

    /// Asks the server who is signed in, and acts on a change.
    ///
    /// # Errors
    /// As [`Self::confirm`].
    pub async fn ask_who_is_signed_in(self: &Rc<Self>) -> Result<(), Failure> {
        let (profile, record) = fetch_profile().await?;
        let rider = Write::Put(Name::Profile, record);
        let decided = self
            .with_state(|state| arrival(Some(&state.profile), &profile, state.has_unsent_work()));
        match decided.ok_or(Failure::SignedOut)? {
            Arrival::GoOn => {
                let profile = Arc::new(profile);
                let version = profile.version;
                self.with_state(|state| {
                    state.facts = profile.coding_facts();
                    state.profile = profile.clone();
                });
                self.shown.profile.set(Some(profile));
                self.drive(|replica| replica.fetched(Some(version), None), vec![rider]);
                Ok(())
            }
            // What was written under the earlier sign-in goes with it: the phone's to send still.
            Arrival::GoOnAnew => self.begin_again(vec![rider]).await,
            Arrival::StartAfresh => self.begin_again(vec![Write::Clear, rider]).await,
            Arrival::Refuse => {
                let before = self.with_state(|state| state.profile.name.clone());
                let before = before.unwrap_or_default();
                self.shown.stage.set(Stage::OthersWork { before, now: profile.name });
                Err(Failure::SignedOut)
            }
        }
    }

    /// Stores this and loads the app anew, so that nothing of the old sign-in stays in memory.
    async fn begin_again(&self, writes: Vec<Write>) -> Result<(), Failure> {
        let written = self.with_state(|state| state.vault.write(writes));
        let written = written.ok_or(Failure::SignedOut)?.await;
        if written.is_ok() {
            self.stopped.set(true);
            reload();
        }
        // Nothing is sent under the old name, whether or not the page goes away.
        Err(Failure::SignedOut)
    }

    /// Ends the sign-in on this phone and removes what is stored.
    ///
    /// # Errors
    /// In words, when something has not been sent yet, or the server cannot be told.
    pub async fn sign_out(self: &Rc<Self>) -> Result<(), &'static str> {
        let found = self.with_state(|state| (state.vault.clone(), state.has_unsent_work()));
        let (vault, has_unsent_work) = found.ok_or("Nobody is signed in.")?;
        if has_unsent_work {
            return Err("Something on this phone has not been sent, or is not finished. Send it, \
                        or finish it, before you sign out.");
        }
        match network::sign_out().await {
            Ok(()) | Err(Failure::SignedOut) => {}
            Err(_) => return Err("The server could not be told. Sign out when there is a signal."),
        }
        vault.write(vec![Write::Clear]).await.map_err(|_| {
            "You are signed out, but the browser did not remove what is stored. Remove this \
             site's data in the browser's settings."
        })?;
        reload();
        Ok(())
    }
}

/// Loads the app anew.
pub fn reload() {
    if let Some(window) = web_sys::window() {
        // A page that does not reload stays as it is, and says so.
        let _ = window.location().reload();
    }
}

async fn fetch_profile() -> Result<(Profile, Vec<u8>), Failure> {
    let record = network::get("/api/me", None).await?;
    let profile = cbor::decode(&record).map_err(|_| Failure::NotUnderstood)?;
    Ok((profile, record))
}

/// Opens the app without waiting for it.
pub fn spawn(core: Rc<Core>) {
    spawn_local(start(core));
}
