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
    cbor, limits,
    profile::Profile,
    sync::{Failure, Input},
};

use super::{
    arrival::{Arrival, arrival},
    core::{Core, write_secret},
    lease::Lease,
    listen, lock,
    network::{self, Asking},
    shown::{SignIn, Stage},
    state::State,
    tabs,
    taken_off::{TakenOff, just_removed},
};
use crate::{
    clock,
    vault::{Closed, Contents, Name, Vault, Write, ask_to_persist, is_persisted, objection},
};

/// What is needed before anything can be shown.
#[derive(Default)]
struct First {
    profile: Option<Profile>,
    lease: Option<Lease>,
    secret: Option<String>,
}

/// Opens the app: up to the passphrase, which only the person has.
pub async fn start(core: Rc<Core>) {
    let (stage, losing) = (core.shown.stage, core.clone());
    let step_back = move || stage.set(Stage::OtherTab);
    tabs::take_turn(step_back, step_back, move || losing.stop()).await;
    if let Some(handed) = just_removed() {
        return core.shown.stage.set(Stage::TakenOff(TakenOff::Done { handed }));
    }
    core.shown.stage.set(Stage::Opening);
    let closed = match Closed::read(core.session).await {
        Ok(closed) => closed,
        Err(error) => return core.shown.stage.set(Stage::NoStorage(error)),
    };
    if closed.is_locked() {
        let (waiting, has_passkey) = (closed.waiting(), closed.passkey().is_some());
        *core.closed.borrow_mut() = Some(closed);
        core.shown.has_passkey.set(has_passkey);
        core.shown.stage.set(Stage::Locked { waiting, has_passkey });
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
            None => match fetch_profile(None).await {
                Ok((_, record)) => {
                    self.confirmed.set(true);
                    record
                }
                Err(failure) => {
                    let found = match failure {
                        Failure::SignedOut => {
                            // A session that has outlived its vault is of no use here any more.
                            let _ = network::sign_out().await;
                            SignIn::Needed
                        }
                        Failure::TakenOff => SignIn::TakenOff,
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
        let secret = network::new_secret().into_bytes();
        let records = vec![(Name::Profile, record), (Name::Lease, lease), (Name::Secret, secret)];
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

    /// Opens what is on this phone, with its passphrase, or with its passkey where none is given.
    ///
    /// # Errors
    /// In words, when this is not the passphrase, it is too soon to try again, or the platform gives
    /// nothing that opens it.
    pub async fn unlock(self: &Rc<Self>, passphrase: Option<String>) -> Result<(), String> {
        let passkey = self.closed.borrow().as_ref().and_then(Closed::passkey);
        let secret = match passkey.filter(|_| passphrase.is_none()) {
            // At once: platforms answer only to a press of just now. Some never do, and meanwhile the
            // passphrase opens it as well.
            Some(passkey) => Some(passkey.ask().await.map_err(|error| error.to_string())?),
            None => None,
        };
        let Some(mut closed) = self.closed.take() else { return Ok(()) };
        let outcome = match (secret, passphrase) {
            (Some(secret), _) => closed.unlock_with(&secret).await,
            (None, passphrase) => {
                painted().await;
                closed.unlock(&passphrase.unwrap_or_default()).await
            }
        };
        match outcome {
            Ok((vault, contents)) => {
                self.open(vault, contents).await;
                self.shown.persistence.set(is_persisted().await);
                Ok(())
            }
            Err(refusal) => {
                *self.closed.borrow_mut() = Some(closed);
                Err(refusal.to_string())
            }
        }
    }

    /// Reads what was opened, and goes on to the screens, unless the service was not heard from for
    /// too long.
    async fn open(self: &Rc<Self>, vault: Vault, contents: Contents) {
        let First { profile, mut lease, secret } = self.first_of(&contents.records);
        let hours = profile.as_ref().and_then(|profile| profile.offline_hours);
        let hours = hours.unwrap_or(limits::OFFLINE_HOURS);
        let is_taken_off = lease.is_some_and(Lease::is_taken_off);
        let ended = is_taken_off || lease.is_none_or(|lease| lease.has_ended(hours));
        if let Some(lease) = lease.filter(|_| ended) {
            // An end that was seen stays one, also under a clock that is turned back. Where it cannot
            // be noted, nothing is shown now all the same.
            let _ = vault.write(vec![Write::Put(Name::Lease, cbor::encode(&lease))]).await;
        }
        self.shown.unopened.set(contents.unopened);
        let profile = match (profile, ended) {
            (Some(profile), false) => profile,
            (kept, _) => match fetch_profile(secret.clone()).await {
                Ok((now, _)) if kept.as_ref().is_none_or(|kept| kept.user == now.user) => {
                    // Whoever was taken off has signed in anew.
                    lease = lease.map(|lease| match lease.is_taken_off() {
                        true => Lease::begun(clock::now()),
                        false => lease,
                    });
                    kept.unwrap_or(now)
                }
                found => {
                    if let (Some(kept), Some(lease)) = (kept, lease) {
                        let (kept, records) = (Arc::new(kept), contents.records);
                        let state = State::open(vault, kept, self.session, records, lease);
                        *self.state.borrow_mut() = Some(state);
                    }
                    return self.open_unseen(hours, is_taken_off, found.err()).await;
                }
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
        let mut noted = vec![Write::Put(Name::Lease, cbor::encode(&lease)), state.note_waiting()];
        // A phone of an earlier version has none yet.
        let drawn = secret.is_none().then(network::new_secret);
        noted.extend(drawn.as_deref().map(write_secret));
        let noted = state.vault.write(noted);
        self.shown.profile.set(Some(state.profile.clone()));
        *self.state.borrow_mut() = Some(state);
        self.show();
        self.shown.stage.set(Stage::Ready);
        listen::to_the_window(self);
        lock::watch(self);
        let noted = noted.await;
        self.working_written(noted);
        if let (Some(drawn), Ok(())) = (drawn, noted) {
            // Shown once it is on the disk: whoever loses it has to sign in anew.
            self.with_state(|state| state.secret = Some(drawn));
        }
        self.shown.online.set(listen::is_online());
        self.handle(Input::Network(listen::is_online()));
    }

    /// What is unsent is open, so that it can be handed over or carried off, and nothing is shown.
    /// `failure` is why the service does not say who is signed in; none where it is somebody else.
    async fn open_unseen(
        self: &Rc<Self>,
        hours: u16,
        is_taken_off: bool,
        failure: Option<Failure>,
    ) {
        lock::watch(self);
        let is_own =
            failure == Some(Failure::TakenOff) && self.which_failure().await == Failure::TakenOff;
        if is_taken_off || is_own {
            return self.take_off();
        }
        // A signal does not help whoever is signed out.
        let is_signed_out = matches!(failure, None | Some(Failure::SignedOut | Failure::TakenOff));
        self.shown.stage.set(Stage::LeaseEnded { hours, is_signed_out });
    }

    /// Finds what is needed before anything can be shown. It is stored with the keys: what cannot be
    /// read is got from the service anew.
    fn first_of(&self, records: &[(Name, Vec<u8>)]) -> First {
        let mut first = First::default();
        for (name, record) in records {
            match name {
                Name::Profile => first.profile = cbor::decode(record).ok(),
                Name::Lease => {
                    let lease = cbor::decode(record).ok();
                    first.lease = lease.map(|lease: Lease| lease.seen(clock::now()));
                }
                Name::Secret => first.secret = String::from_utf8(record.clone()).ok(),
                Name::Directory => {
                    if let Ok(directory) = cbor::decode(record) {
                        self.shown.directory.set(Arc::new(directory));
                    }
                }
                Name::Sync(_) | Name::Working(..) | Name::Typed(_) => {}
            }
        }
        first
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
        // Without a signal the session stays, which opens nothing without what was removed. It ends
        // when the app is next opened with one.
        let _ = network::sign_out().await;
        reload();
        Ok(())
    }

    /// Who writes, once the server has confirmed that it is still the one signed in.
    ///
    /// # Errors
    /// When nobody is signed in any more, somebody else is, or the server cannot be asked.
    pub async fn confirm(self: &Rc<Self>) -> Result<Asking, Failure> {
        if !self.confirmed.get() {
            self.ask_who_is_signed_in().await?;
            self.confirmed.set(true);
        }
        self.with_state(|state| state.asking()).ok_or(Failure::SignedOut)
    }

    /// Asks the server who is signed in, and acts on a change.
    ///
    /// # Errors
    /// As [`Self::confirm`].
    pub async fn ask_who_is_signed_in(self: &Rc<Self>) -> Result<(), Failure> {
        let secret = self.with_state(|state| state.secret.clone()).flatten();
        let (profile, record) = match fetch_profile(secret).await {
            Err(Failure::TakenOff) => return Err(self.which_failure().await),
            found => found?,
        };
        if self.with_state(|state| state.profile.device != profile.device) == Some(true) {
            // The page is about to be loaded anew, or refused to somebody else.
            lock::save_what_is_typed().await;
        }
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
        let (vault, has_unsent_work) = found.ok_or(say!("Nobody is signed in."))?;
        if has_unsent_work {
            return Err(say!(
                "Something on this phone has not been sent, or is not finished. Send it, or finish \
                 it, before you sign out."
            ));
        }
        match network::sign_out().await {
            Ok(()) | Err(Failure::SignedOut) => {}
            Err(_) => {
                return Err(say!("The server could not be told. Sign out when there is a signal."));
            }
        }
        // Telling the server may have taken a while.
        if self.with_state(|state| state.has_unsent_work()) == Some(true) {
            return Err(say!(
                "You are signed out. Something was written meanwhile and is kept here: sign in \
                 again to send it."
            ));
        }
        vault.write(vec![Write::Clear]).await.map_err(|_| {
            say!(
                "You are signed out, but the browser did not remove what is stored. Remove this \
                 site's data in the browser's settings."
            )
        })?;
        reload();
        Ok(())
    }
}

/// Lets the browser paint what was just said, before half a second of hard work.
pub async fn painted() {
    wait(Duration::from_millis(30)).await;
}

/// Waits.
pub async fn wait(duration: Duration) {
    let (done, waited) = oneshot::channel::<()>();
    set_timeout(move || drop(done), duration);
    let _ = waited.await;
}

/// Loads the app anew.
pub fn reload() {
    if let Some(window) = web_sys::window() {
        // A page that does not reload stays as it is, and says so.
        let _ = window.location().reload();
    }
}

/// Who is signed in. The device is what is asked for, so none is named.
async fn fetch_profile(secret: Option<String>) -> Result<(Profile, Vec<u8>), Failure> {
    let record = network::get("/api/me", Asking { device: None, secret }).await?;
    let profile = cbor::decode(&record).map_err(|_| Failure::NotUnderstood)?;
    Ok((profile, record))
}

/// Opens the app without waiting for it.
pub fn spawn(core: Rc<Core>) {
    spawn_local(start(core));
}
