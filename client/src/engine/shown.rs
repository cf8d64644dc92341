//! What screens show: what the core tells and screens read.

use std::sync::Arc;

use shared::{
    directory::Directory,
    few::Few,
    ids::CaseId,
    profile::Profile,
    sync::{Failure, Notice, SyncState},
};

use super::{line::CaseLine, taken_off::TakenOff, working::WorkingDraft};
use crate::{
    memo::Told,
    vault::{Persistence, VaultError},
};

/// How far the app has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// Reading what is stored.
    Opening,
    /// Somebody is signed in, and what is stored is here.
    Ready,
    /// Nobody is signed in on this phone.
    SignIn(SignIn),
    /// Somebody has just signed in, and chooses a passphrase.
    Choose,
    /// What is on this phone waits for its passphrase.
    Locked {
        /// How many entries wait to be sent.
        waiting: u32,
        /// Whether this phone's screen lock opens it as well.
        has_passkey: bool,
    },
    /// The service was not heard from for so long that nothing is shown.
    LeaseEnded {
        /// After so many hours.
        hours: u16,
        /// The service was heard from now, and knows no sign-in of this phone.
        is_signed_out: bool,
    },
    /// The service has taken this phone off.
    TakenOff(TakenOff),
    /// Another tab is at work.
    OtherTab,
    /// This browser window cannot store anything.
    NoStorage(VaultError),
    /// Somebody else signed in, and this person's work has not been sent.
    OthersWork {
        /// Whose work it is.
        before: String,
        /// Who signed in.
        now: String,
    },
}

/// What the phone found out about a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignIn {
    /// The server knows no sign-in of this browser.
    Needed,
    /// The server has taken this phone off.
    TakenOff,
    /// The server could not be asked.
    Unreachable,
    /// The server's answer could not be read, or this version is too old.
    NotUnderstood,
}

/// What is told.
#[derive(Clone, Copy)]
pub struct Shown {
    pub stage: Told<Stage>,
    pub profile: Told<Option<Arc<Profile>>>,
    pub rows: Told<Arc<Vec<CaseLine>>>,
    pub logbooks: Told<Arc<Vec<CaseLine>>>,
    pub state: Told<SyncState>,
    pub failure: Told<Option<Failure>>,
    pub arriving: Told<bool>,
    pub directory: Told<Arc<Directory>>,
    pub notices: Told<Vec<Notice>>,
    pub unreadable: Told<usize>,
    pub unopened: Told<usize>,
    pub has_carried: Told<bool>,
    pub storage_error: Told<Option<VaultError>>,
    pub persistence: Told<Persistence>,
    /// Whether this phone's screen lock opens the vault as well as the passphrase.
    pub has_passkey: Told<bool>,
    /// How many megabytes more this phone takes, where it says so.
    pub room_mb: Told<Option<u32>>,
    /// Whether the browser removed what was stored, since the app was opened.
    pub was_lost: Told<bool>,
    /// Whether the screens are covered, since what was written last could not be stored.
    pub covered: Told<bool>,
    pub working_drafts: Told<Arc<Vec<WorkingDraft>>>,
    /// Forms in which words are typed, by their names.
    pub typed_forms: Told<Vec<String>>,
    pub online: Told<bool>,
    /// How often each case was written since the app was opened.
    pub revisions: Told<Few<CaseId, u64>>,
}

impl Shown {
    pub fn new() -> Self {
        Self {
            stage: Told::new(Stage::Opening),
            profile: Told::new(None),
            rows: Told::new(Arc::default()),
            logbooks: Told::new(Arc::default()),
            state: Told::new(SyncState::SavedHere),
            failure: Told::new(None),
            arriving: Told::new(true),
            directory: Told::new(Arc::default()),
            notices: Told::new(Vec::new()),
            unreadable: Told::new(0),
            unopened: Told::new(0),
            has_carried: Told::new(false),
            storage_error: Told::new(None),
            persistence: Told::new(Persistence::Unknown),
            has_passkey: Told::new(false),
            room_mb: Told::new(None),
            was_lost: Told::new(false),
            covered: Told::new(false),
            working_drafts: Told::new(Arc::default()),
            typed_forms: Told::new(Vec::new()),
            online: Told::new(true),
            revisions: Told::new(Few::default()),
        }
    }

    /// Something was written in these cases.
    pub fn revise(&self, cases: &[CaseId]) {
        if !cases.is_empty() {
            let mut revisions = self.revisions.followed().get_untracked();
            for case in cases {
                *revisions.or_default(*case) += 1;
            }
            self.revisions.set(revisions);
        }
    }
}
