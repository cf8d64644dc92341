//! What screens show: signals that the core sets and screens read.

use std::{collections::BTreeMap, sync::Arc};

use leptos::prelude::*;
use shared::{
    directory::Directory,
    ids::CaseId,
    profile::Profile,
    sync::{Failure, Notice, SyncState},
};

use super::{line::CaseLine, working::WorkingDraft};
use crate::vault::{Persistence, VaultError};

/// How far the app has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// Reading what is stored.
    Opening,
    /// Somebody is signed in, and what is stored is here.
    Ready,
    /// Nobody is signed in on this phone.
    SignIn(SignIn),
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
    /// The server could not be asked.
    Unreachable,
    /// The server's answer could not be read, or this version is too old.
    NotUnderstood,
}

/// The signals.
#[derive(Clone, Copy)]
pub struct Shown {
    pub stage: RwSignal<Stage>,
    pub profile: RwSignal<Option<Arc<Profile>>>,
    pub rows: RwSignal<Arc<Vec<CaseLine>>>,
    pub state: RwSignal<SyncState>,
    pub failure: RwSignal<Option<Failure>>,
    pub arriving: RwSignal<bool>,
    pub directory: RwSignal<Arc<Directory>>,
    pub notices: RwSignal<Vec<Notice>>,
    pub unreadable: RwSignal<usize>,
    pub storage_error: RwSignal<Option<VaultError>>,
    pub persistence: RwSignal<Persistence>,
    pub working_drafts: RwSignal<Arc<Vec<WorkingDraft>>>,
    pub online: RwSignal<bool>,
    /// How often each case was written since the app was opened.
    pub revisions: RwSignal<BTreeMap<CaseId, u64>>,
}

impl Shown {
    pub fn new() -> Self {
        Self {
            stage: RwSignal::new(Stage::Opening),
            profile: RwSignal::new(None),
            rows: RwSignal::new(Arc::default()),
            state: RwSignal::new(SyncState::SavedHere),
            failure: RwSignal::new(None),
            arriving: RwSignal::new(true),
            directory: RwSignal::new(Arc::default()),
            notices: RwSignal::new(Vec::new()),
            unreadable: RwSignal::new(0),
            storage_error: RwSignal::new(None),
            persistence: RwSignal::new(Persistence::Unknown),
            working_drafts: RwSignal::new(Arc::default()),
            online: RwSignal::new(true),
            revisions: RwSignal::new(BTreeMap::new()),
        }
    }

    /// Something was written in these cases.
    pub fn revise(&self, cases: &[CaseId]) {
        if !cases.is_empty() {
            self.revisions.update(|revisions| {
                for case in cases {
                    *revisions.entry(*case).or_default() += 1;
                }
            });
        }
    }
}

/// Sets a signal only when that makes a difference, so that nothing on the screen is made anew for
/// nothing.
pub fn show<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|shown| *shown != value) {
        signal.set(value);
    }
}
