//! The engine: everything that screens may ask and do. It keeps the person's work on this phone,
//! sends it when there is a network, and says where it is.

mod arrival;
mod boot;
mod carry;
mod core;
mod error;
mod keys;
mod lease;
mod line;
mod listen;
mod lock;
mod logbook;
mod network;
mod pending;
mod poke;
mod shown;
mod state;
mod tabs;
mod taken_off;
mod timer;
mod typed;
mod week;
mod working;
mod write;

use std::{rc::Rc, sync::Arc};

pub use carry::{Carried, CarriedFile, STUDY, goes_along};
pub use error::{SaveError, SignError};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};
use leptos::prelude::*;
pub use line::{CaseLine, CaseView};
pub use logbook::Logged;
use shared::{
    case::ContactDraft,
    coding::{self, Coding, Preview},
    directory::Directory,
    document::DocumentError,
    ids::{CaseId, EventId},
    profile::Profile,
    sync::{Failure, Input, Notice, SyncState},
};
pub use shown::{SignIn, Stage};
pub use taken_off::TakenOff;
pub use week::Taken;
pub use working::{TypedField, WorkingDraft};
pub use write::Writing;

use self::{core::Core, shown::Shown};
use crate::{
    clock,
    memo::{Memo, memo},
    random,
    vault::{Persistence, VaultError, ask_to_persist, room_mb},
};

/// The engine, as screens hold it.
#[derive(Clone, Copy)]
pub struct Engine {
    core: StoredValue<Rc<Core>, LocalStorage>,
    shown: Shown,
}

/// What a screen reads of a case: nothing when it is not on this phone.
pub type CaseRead = Option<Result<Arc<CaseView>, DocumentError>>;

impl Engine {
    /// Starts the engine and provides it to every screen below.
    pub fn provide() -> Self {
        let core = Rc::new(Core::new());
        let engine = Self { shown: core.shown, core: StoredValue::new_local(core.clone()) };
        provide_context(engine);
        boot::spawn(core);
        engine
    }

    /// The engine of this app.
    ///
    /// # Panics
    /// Outside the app's view tree, which is a mistake of the program.
    pub fn here() -> Self {
        expect_context()
    }

    fn core(&self) -> Rc<Core> {
        self.core.get_value()
    }

    /// How far the app has come.
    pub fn stage(&self) -> Memo<Stage> {
        self.shown.stage.followed()
    }

    /// Who is signed in, and the service; none before that.
    pub fn profile(&self) -> Memo<Option<Arc<Profile>>> {
        self.shown.profile.followed()
    }

    /// The caseload, by next date and then name.
    pub fn rows(&self) -> Memo<Arc<Vec<CaseLine>>> {
        self.shown.rows.followed()
    }

    /// This person's logbooks, which are no part of the caseload.
    pub fn logbooks(&self) -> Memo<Arc<Vec<CaseLine>>> {
        self.shown.logbooks.followed()
    }

    /// Where everything on this phone is.
    pub fn state(&self) -> Memo<SyncState> {
        self.shown.state.followed()
    }

    /// Why the last request came to nothing, until one succeeds.
    pub fn failure(&self) -> Memo<Option<Failure>> {
        self.shown.failure.followed()
    }

    /// Whether the phone believes that it has a network.
    pub fn online(&self) -> Memo<bool> {
        self.shown.online.followed()
    }

    /// Whether the first sync has not brought everything yet.
    pub fn arriving(&self) -> Memo<bool> {
        self.shown.arriving.followed()
    }

    /// One case, read again whenever something is written in it.
    pub fn case(&self, case: CaseId) -> Memo<CaseRead> {
        let engine = *self;
        let revision = memo(move || {
            engine.shown.revisions.followed().with(|revisions| revisions.get(&case).copied())
        });
        let opened = memo(move || engine.shown.profile.followed().with(Option::is_some));
        memo(move || {
            // A memo runs only once it is read: tracking alone would never wake this one.
            let _ = (revision.get(), opened.get());
            engine.core().view(case)
        })
    }

    /// The directory of services.
    pub fn directory(&self) -> Memo<Arc<Directory>> {
        self.shown.directory.followed()
    }

    /// What the person should know about work that was taken elsewhere.
    pub fn notices(&self) -> Memo<Vec<Notice>> {
        self.shown.notices.followed()
    }

    /// The person has read the notices.
    pub fn put_notices_aside(&self) {
        self.core().drive(shared::sync::Replica::put_notices_aside, Vec::new());
    }

    /// How many records could not be read even after asking for them again.
    pub fn unreadable(&self) -> Memo<usize> {
        self.shown.unreadable.followed()
    }

    /// How many records on this phone are damaged, or under another key.
    pub fn unopened(&self) -> Memo<usize> {
        self.shown.unopened.followed()
    }

    /// Puts everything that the service lacks into files that only the service can open.
    ///
    /// # Errors
    /// In words, when there is nothing, or nothing to lock it with.
    pub async fn carry_off(&self) -> Result<Carried, String> {
        let carried = self.core().carry_off().await;
        if carried.is_ok() {
            self.shown.has_carried.set(true);
        }
        carried
    }

    /// Whether such a file was made since the app was opened.
    pub fn has_carried(&self) -> Memo<bool> {
        self.shown.has_carried.followed()
    }

    /// Removes everything from a phone that was taken off the service.
    pub async fn remove_everything(&self) {
        self.core().remove_everything(0).await;
    }

    /// Whether what was written last could not be stored.
    pub fn storage_failing(&self) -> Memo<bool> {
        let error = self.storage_error();
        memo(move || error.with(Option::is_some))
    }

    /// Why it could not be stored, in words that say what to do.
    pub fn storage_error(&self) -> Memo<Option<VaultError>> {
        self.shown.storage_error.followed()
    }

    /// Whether the browser promised to keep what is stored.
    pub fn persistence(&self) -> Memo<Persistence> {
        self.shown.persistence.followed()
    }

    /// Asks the browser for that promise.
    pub async fn ask_to_persist(&self) {
        self.shown.persistence.set(ask_to_persist().await);
    }

    /// How many megabytes more this phone takes, as of the last look; none where it does not say.
    pub fn room_mb(&self) -> Memo<Option<u32>> {
        self.shown.room_mb.followed()
    }

    /// Looks how much more this phone takes.
    pub async fn look_for_room(&self) {
        self.shown.room_mb.set(room_mb().await);
    }

    /// Whether the browser removed what was stored, since the app was opened.
    pub fn was_lost(&self) -> Memo<bool> {
        self.shown.was_lost.followed()
    }

    /// All unfinished contacts on this phone, latest first.
    pub fn working_drafts(&self) -> Memo<Arc<Vec<WorkingDraft>>> {
        self.shown.working_drafts.followed()
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        clock::now()
    }

    /// The clock on the wall in London, to the minute.
    pub fn wall_clock(&self) -> DateTime {
        clock::in_london(clock::now())
    }

    /// Today in London.
    pub fn today(&self) -> Date {
        self.wall_clock().date()
    }

    /// A new identifier for an event or a draft.
    pub fn new_event_id(&self) -> EventId {
        write::new_event_id()
    }

    /// A new identifier for a case.
    pub fn new_case_id(&self) -> CaseId {
        CaseId::from_random(random::bytes())
    }

    /// What this contact will lead to, by the coding rules.
    pub fn preview(&self, case: CaseId, working: &ContactDraft) -> Preview {
        let today = self.today();
        let said = self.core().coded(case, today, |view, role, context| {
            coding::preview(&view.case, &view.defects, working, role, context)
        });
        // Without a readable record nothing can be coded, and it says why.
        said.unwrap_or_else(|| Preview::Held(vec![coding::Hold::Unreadable]))
    }

    /// What of this case is coded, held back or not coded.
    pub fn coding(&self, case: CaseId) -> Option<Coding> {
        self.core().coded(case, self.today(), |view, _, context| {
            coding::code(&view.case, &view.defects, context)
        })
    }

    /// When the oldest of what waits in this case was written.
    pub fn unsent_since(&self, case: CaseId) -> Option<Timestamp> {
        self.core().with_state(|state| state.replica.unsent_since(case)).flatten()
    }

    /// Sends now, if there is a network.
    pub fn send_now(&self) {
        let core = self.core();
        core.handle(Input::Network(listen::is_online()));
        core.handle(Input::Poked);
    }

    /// Goes on in this tab rather than in the other one.
    pub async fn use_this_tab(&self) {
        tabs::use_this_tab().await;
    }

    /// Locks what is on this phone with a passphrase.
    ///
    /// # Errors
    /// In words, when it is no good passphrase, or the phone cannot keep it.
    pub async fn choose_passphrase(&self, passphrase: String) -> Result<(), String> {
        self.core().choose(passphrase).await
    }

    /// Opens what is on this phone.
    ///
    /// # Errors
    /// In words, when this is not the passphrase, or it is too soon to try again.
    pub async fn unlock(&self, passphrase: String) -> Result<(), String> {
        self.core().unlock(Some(passphrase)).await
    }

    /// Opens what is on this phone with its screen lock.
    ///
    /// # Errors
    /// In words, when the platform gives nothing that opens it.
    pub async fn unlock_with_passkey(&self) -> Result<(), String> {
        self.core().unlock(None).await
    }

    /// Whether this phone's screen lock opens it as well.
    pub fn has_passkey(&self) -> Memo<bool> {
        self.shown.has_passkey.followed()
    }

    /// Lets this phone's screen lock open it as well.
    ///
    /// # Errors
    /// In words, when this is not the passphrase, or the platform does not do it.
    pub async fn add_passkey(&self, passphrase: String) -> Result<(), String> {
        self.core().add_passkey(passphrase).await
    }

    /// From now on the passphrase alone opens it.
    ///
    /// # Errors
    /// In words, when the browser's storage fails.
    pub async fn remove_passkey(&self) -> Result<(), String> {
        self.core().remove_passkey().await
    }

    /// Changes the passphrase.
    ///
    /// # Errors
    /// In words, when the old one is not the passphrase, or the phone cannot keep the new one.
    pub async fn change_passphrase(&self, old: String, new: String) -> Result<(), String> {
        self.core().change_passphrase(old, new).await
    }

    /// Locks what is on this phone.
    pub async fn lock(&self) {
        lock::lock(self.core()).await;
    }

    /// Whether the screens are covered: locked, as far as that can be while the phone stores nothing.
    pub fn is_covered(&self) -> Memo<bool> {
        self.shown.covered.followed()
    }

    /// Lifts the cover.
    ///
    /// # Errors
    /// In words, when this is not the passphrase, or it is too soon to try again.
    pub async fn uncover(&self, passphrase: String) -> Result<(), String> {
        self.core().uncover(passphrase).await
    }

    /// Removes everything from this phone that is still locked.
    ///
    /// # Errors
    /// In words, when the browser's storage fails.
    pub async fn forget(&self) -> Result<(), String> {
        self.core().forget().await
    }

    /// Ends the sign-in on this phone and removes what is stored.
    ///
    /// # Errors
    /// In words, when that would lose something or cannot be done now.
    pub async fn sign_out(&self) -> Result<(), &'static str> {
        self.core().sign_out().await
    }

    /// Loads the app anew, to look for a sign-in again.
    pub fn reload(&self) {
        boot::reload();
    }
}
