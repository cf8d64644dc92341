//! From a cold start to a usable screen: the tab's turn, the passphrase, the vault, and who is signed
//! in. With a stored profile no request has to succeed.

use std::{rc::Rc, sync::Arc, time::Duration};

use futures_channel::oneshot;
use leptos::{
    ev,
    prelude::{set_timeout, window_event_listener},
    task::spawn_local,
};
use shared::{
    cbor,
    ids::DeviceId,
    limits,
    profile::Profile,
    sync::{Failure, Input},
};

use super::{
    arrival::{Arrival, arrival},
    core::Core,
    lease::Lease,
    listen, lock, network,
    shown::{SignIn, Stage},
    state::State,
    tabs,
};
use crate::{
    clock,
    vault::{
        Closed, Contents, Name, Vault, VaultError, Write, ask_to_persist, is_persisted, objection,
    },
};

/// Opens the app: up to the passphrase, which only the person has.
pub async fn start(core: Rc<Core>) {
    let (stage, losing) = (core.shown.stage, core.clone());
    let step_back = move || stage.set(Stage::OtherTab);
    tabs::take_turn(step_back, step_back, move || losing.stop()).await;
    core.shown.stage.set(Stage::Opening);
    let closed = match Closed::read(core.session).await {
        Ok(closed) => closed,
        Err(error) => return core.shown.stage.set(Stage::NoStorage(error)),
    };
    if closed.is_locked() {
        let waiting = closed.waiting();
        *core.closed.borrow_mut() = Some(closed);
        core.shown.stage.set(Stage::Locked { waiting });
    } else {
        core.arrive(closed).await;
    }
}

impl Core {
    /// Nobody has chosen a passphrase on this phone yet: finds out who is signed in, from the server
    /// unless an earlier version kept it. Asks again whenever the person wants to.
    async fn arrive(self: &Rc<Self>, closed: Closed) {
        let kept = closed.plain().find(|(name, _)| *name == Name::Profile);
        let record = match kept {
            Some((_, record)) => record,
            None => match fetch_profile().await {
                Ok((_, record)) => {
                    self.confirmed.set(true);
                    record
                }
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
            },
        };
        *self.closed.borrow_mut() = Some(closed);
        *self.arrived.borrow_mut() = Some(record);
        self.shown.stage.set(Stage::Choose);
    }

    /// Locks what is on this phone with a passphrase from now on, and opens it.
    ///
    /// # Errors
    /// In words, when it is no good passphrase, or the phone cannot keep it.
    pub async fn choose(self: &Rc<Self>, passphrase: String) -> Result<(), String> {
        if let Some(words) = objection(&passphrase) {
            return Err(words.into());
        }
        let found = (self.closed.take(), self.arrived.borrow().clone());
        let (Some(mut closed), Some(record)) = found else { return Ok(()) };
        painted().await;
        let lease = cbor::encode(&Lease::begun(clock::now()));
        let records = vec![(Name::Profile, record), (Name::Lease, lease)];
        match closed.set_up(&passphrase, records).await {
            Ok((vault, contents)) => self.open(vault, contents).await,
            Err(error) => {
                *self.closed.borrow_mut() = Some(closed);
                return Err(error.to_string());
            }
        }
        self.shown.persistence.set(ask_to_persist().await);
        Ok(())
    }

    /// Opens what is on this phone.
    ///
    /// # Errors
    /// In words, when this is not the passphrase, or it is too soon to try again.
    pub async fn unlock(self: &Rc<Self>, passphrase: String) -> Result<(), String> {
        let Some(mut closed) = self.closed.take() else { return Ok(()) };
        let outcome = self.try_to_unlock(&mut closed, &passphrase).await;
        match outcome {
            Ok((vault, contents)) => {
                self.open(vault, contents).await;
                self.shown.persistence.set(is_persisted().await);
                Ok(())
            }
            Err(words) => {
                *self.closed.borrow_mut() = Some(closed);
                Err(words)
            }
        }
    }

    async fn try_to_unlock(
        &self,
        closed: &mut Closed,
        passphrase: &str,
    ) -> Result<(Vault, Contents), String> {
        let now_ms = || clock::now().as_millisecond();
        let failed = |error: VaultError| error.to_string();
        if let Some(words) = wait_words(closed.wait_ms(now_ms()).await.map_err(failed)?) {
            return Err(words);
        }
        painted().await;
        if let Some(opened) = closed.unlock(passphrase, now_ms()).await.map_err(failed)? {
            return Ok(opened);
        }
        let wait = wait_words(closed.wait_ms(now_ms()).await.map_err(failed)?).unwrap_or_default();
        Err(format!("That is not the passphrase. Nothing is lost. {wait}").trim_end().to_owned())
    }

    /// Reads what was opened, and goes on to the screens, unless the service was not heard from for
    /// too long.
    async fn open(self: &Rc<Self>, vault: Vault, contents: Contents) {
        let (mut profile, mut lease) = (None, None);
        for (name, record) in &contents.records {
            match name {
                Name::Profile => profile = cbor::decode::<Profile>(record).ok(),
                Name::Lease => lease = cbor::decode::<Lease>(record).ok(),
                Name::Directory => {
                    if let Ok(directory) = cbor::decode(record) {
                        self.shown.directory.set(Arc::new(directory));
                    }
                }
                Name::Sync(_) | Name::Working(..) | Name::Typed(_) => {}
            }
        }
        let hours = profile.as_ref().and_then(|profile: &Profile| profile.offline_hours);
        let hours = hours.unwrap_or(limits::OFFLINE_HOURS);
        // Both are stored with the keys. What cannot be read is got from the service anew.
        let lease = lease.map(|lease: Lease| lease.seen(clock::now()));
        let ended = lease.is_none_or(|lease| lease.has_ended(hours));
        if let Some(lease) = lease.filter(|_| ended) {
            // An end that was seen stays one, also under a clock that is turned back. Where it cannot
            // be noted, nothing is shown now all the same.
            let _ = vault.write(vec![Write::Put(Name::Lease, cbor::encode(&lease))]).await;
        }
        let profile = match (profile, ended) {
            (Some(profile), false) => profile,
            (kept, _) => match fetch_profile().await {
                Ok((now, _)) if kept.as_ref().is_none_or(|kept| kept.user == now.user) => {
                    kept.unwrap_or(now)
                }
                _ => return self.shown.stage.set(Stage::LeaseEnded { hours }),
            },
        };
        if self.stopped.get() {
            return;
        }
        let lease = lease.unwrap_or_else(|| Lease::begun(clock::now()));
        let mut state =
            State::open(vault, Arc::new(profile), self.session, contents.records, lease);
        state.find_drafts(None);
        // The time that was seen is kept, so that a clock that is turned back gives no time.
        let noted = vec![Write::Put(Name::Lease, cbor::encode(&lease)), state.waiting()];
        let noted = state.vault.write(noted);
        self.shown.profile.set(Some(state.profile.clone()));
        *self.state.borrow_mut() = Some(state);
        self.show();
        self.shown.stage.set(Stage::Ready);
        listen::to_the_window(self);
        lock::watch(self);
        self.working_written(noted.await);
        self.shown.online.set(listen::is_online());
        self.handle(Input::Network(listen::is_online()));
    }

    /// Removes everything from this phone, whatever waits in it, and tells the server if it can.
    ///
    /// # Errors
    /// In words, when the browser's storage fails.
    pub async fn forget(&self) -> Result<(), String> {
        let Some(mut closed) = self.closed.take() else { return Ok(()) };
        let forgotten = closed.forget().await;
        *self.closed.borrow_mut() = Some(closed);
        forgotten.map_err(|error| error.to_string())?;
        // Without a signal the session stays, of which this phone has only a cookie.
        let _ = network::sign_out().await;
        reload();
        Ok(())
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
            // Whoever signs in next chooses a passphrase of their own.
            Arrival::StartAfresh => self.begin_again(vec![Write::Clear]).await,
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
        // Telling the server may have taken a while.
        if self.with_state(|state| state.has_unsent_work()) == Some(true) {
            return Err(
                "You are signed out. Something was written meanwhile and is kept here: sign \
                        in again to send it.",
            );
        }
        vault.write(vec![Write::Clear]).await.map_err(|_| {
            "You are signed out, but the browser did not remove what is stored. Remove this \
             site's data in the browser's settings."
        })?;
        reload();
        Ok(())
    }
}

/// How long to wait before the next passphrase, in words; none when there is no need to.
fn wait_words(wait_ms: i64) -> Option<String> {
    match wait_ms / 1_000 {
        _ if wait_ms == 0 => None,
        seconds if seconds < 100 => Some(format!("Try again in {} seconds.", seconds + 1)),
        seconds => Some(format!("Try again in {} minutes.", seconds / 60 + 1)),
    }
}

/// Lets the browser paint what was just said, before half a second of hard work.
pub async fn painted() {
    let (done, wait) = oneshot::channel();
    set_timeout(
        move || {
            let _ = done.send(());
        },
        Duration::from_millis(30),
    );
    let _ = wait.await;
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
