//! What there is once somebody is signed in: the vault, the replica over it, and what is being typed.

use std::{future::Future, sync::Arc};

use futures_channel::oneshot;
use shared::{
    document::{Author, DocumentError},
    few::{Few, FewOf},
    ids::{CaseId, EventId},
    profile::{CodingFacts, Profile},
    sync::{Key, Replica, SyncState, Ticket, Write as SyncWrite},
};

use super::{
    CaseRead,
    lease::Lease,
    line::CaseView,
    logbook::Logged,
    network::Asking,
    pending::Pending,
    working::{WorkingCopies, WorkingDraft},
};
use crate::vault::{Name, Vault, VaultError, Write};

/// Whoever waits until a change is on disk.
pub type Waiting = oneshot::Sender<Result<(), VaultError>>;

/// What there is once somebody is signed in and the vault is open.
pub struct State {
    pub vault: Vault,
    pub profile: Arc<Profile>,
    /// What the coding rules ask of the profile, worked out once.
    pub facts: CodingFacts,
    pub replica: Replica,
    pub pending: Pending<Ticket, Waiting>,
    pub working: WorkingCopies,
    /// Drafts that were signed or thrown away since the app was opened: never to be saved again.
    pub finished: FewOf<EventId>,
    /// When the service was last heard from.
    pub lease: Lease,
    /// What this phone shows the service beside its session.
    pub secret: Option<String>,
    /// What was read of this person's logbooks.
    pub logbooks: Few<CaseId, Vec<Logged>>,
    /// Drafts by this person that lie in records.
    drafts: Few<CaseId, Vec<EventId>>,
    /// The case that was read last, since several parts of a screen ask for the same one.
    read: Option<(CaseId, Arc<CaseView>)>,
}

impl State {
    /// Opens the replica over what the vault held.
    pub fn open(
        vault: Vault,
        profile: Arc<Profile>,
        session: [u8; 8],
        records: Vec<(Name, Vec<u8>)>,
        lease: Lease,
    ) -> Self {
        let author = Author { user: profile.user, device: profile.device, session };
        let mut meta = None;
        let mut cases = Vec::new();
        let mut working = WorkingCopies::default();
        let mut secret = None;
        for (name, record) in records {
            match name {
                Name::Sync(Key::Meta) => meta = Some(record),
                Name::Sync(Key::Case(case)) => cases.push((case, record)),
                Name::Working(case, draft) => working.take_in(case, draft, &record),
                Name::Typed(form) => working.take_in_typed(form, &record),
                Name::Secret => secret = String::from_utf8(record).ok(),
                Name::Profile | Name::Directory | Name::Lease => {}
            }
        }
        Self {
            vault,
            facts: profile.coding_facts(),
            profile,
            replica: Replica::open(author, meta.as_deref(), cases),
            pending: Pending::default(),
            working,
            finished: FewOf::new(),
            lease,
            secret,
            logbooks: Few::default(),
            drafts: Few::default(),
            read: None,
        }
    }

    /// Who asks when this phone asks something of the service.
    pub fn asking(&self) -> Asking {
        Asking { device: Some(self.profile.device), secret: self.secret.clone() }
    }

    /// Reads a case, or gives what was read before.
    pub fn view(&mut self, case: CaseId) -> CaseRead {
        if let Some((read, view)) = &self.read
            && *read == case
        {
            return Some(Ok(view.clone()));
        }
        let state = self.replica.case_state(case)?;
        Some(self.replica.case(case)?.map(|(read, defects)| {
            let view = Arc::new(CaseView { case: read, defects, state });
            self.read = Some((case, view.clone()));
            view
        }))
    }

    /// Forgets what was read of these cases, and looks for drafts in them.
    fn revise(&mut self, cases: &[CaseId]) {
        if self.read.as_ref().is_some_and(|(read, _)| cases.contains(read)) {
            self.read = None;
        }
        self.logbooks.retain(|case, _| !cases.contains(case));
        self.find_drafts(Some(cases));
    }

    /// Looks for this person's drafts in records: in these cases, or in all.
    pub fn find_drafts(&mut self, cases: Option<&[CaseId]>) {
        let asked = |case: &CaseId| cases.is_none_or(|cases| cases.contains(case));
        self.drafts.retain(|case, _| !asked(case));
        let rows = self.replica.rows().filter(|(case, row, _)| row.drafts > 0 && asked(case));
        let with_drafts: Vec<CaseId> = rows.map(|(case, _, _)| case).collect();
        for case in with_drafts {
            let Some(Ok((read, _))) = self.replica.case(case) else { continue };
            let own = read.drafts.iter().filter(|(_, draft)| draft.by == self.profile.user);
            self.drafts.insert(case, own.map(|(draft, _)| *draft).collect());
        }
    }

    /// What another person's sign-in must not touch: anything the server does not have.
    pub fn has_unsent_work(&self) -> bool {
        // A case that has moved away is on no list, and what is unsent in it counts all the same.
        let is_refused = |state| matches!(state, SyncState::CannotSend(_));
        self.waiting() > 0 || self.replica.rows().any(|(_, _, state)| is_refused(state))
    }

    /// Begins a transaction of the replica's, with its riders. Returns the cases that it touches.
    pub fn begin(
        &mut self,
        ticket: Ticket,
        writes: Vec<SyncWrite>,
    ) -> (Vec<CaseId>, impl Future<Output = Result<(), VaultError>> + use<>) {
        let cases: Vec<CaseId> = writes.iter().filter_map(case_of).collect();
        self.revise(&cases);
        let mut batch: Vec<Write> = writes.into_iter().map(named).collect();
        let riders = self.pending.begin(ticket);
        batch.extend(riders.into_iter().map(|rider| self.working.up_to_date(rider)));
        batch.push(self.note_waiting());
        (cases, self.vault.write(batch))
    }

    /// Whether what is typed in a contact can still be kept.
    ///
    /// # Errors
    /// When it is finished, or the person's record has left this phone, so that it would go nowhere.
    pub fn may_save(&self, case: CaseId, draft: EventId) -> Result<(), DocumentError> {
        if self.finished.contains(&draft) {
            return Err(DocumentError::Unwritable(say!("the contact is signed already")));
        }
        // A copy of a record that cannot be read for now waits until it can.
        let is_here = self.replica.case_state(case).is_some();
        match is_here || self.working.get(case, draft).is_some() {
            true => Ok(()),
            false => Err(DocumentError::Unreadable),
        }
    }

    /// How much a person loses who forgets this phone now.
    pub fn waiting(&self) -> u32 {
        let working = u32::try_from(self.working.count()).unwrap_or(u32::MAX);
        self.replica.unsent().saturating_add(working)
    }

    /// Notes that where it can be read while the vault is locked.
    pub fn note_waiting(&self) -> Write {
        Write::Waiting(self.waiting())
    }

    /// Every contact on this phone that is not finished.
    pub fn unfinished(&self) -> Vec<WorkingDraft> {
        let drafts = self.drafts.iter();
        let in_records = drafts.flat_map(|(case, ids)| ids.iter().map(|draft| (*case, *draft)));
        self.working.list(in_records.filter(|(_, draft)| !self.finished.contains(draft)))
    }
}

fn case_of(write: &SyncWrite) -> Option<CaseId> {
    match write {
        SyncWrite::Put(Key::Case(case), _) | SyncWrite::Delete(Key::Case(case)) => Some(*case),
        SyncWrite::Put(Key::Meta, _) | SyncWrite::Delete(Key::Meta) => None,
    }
}

fn named(write: SyncWrite) -> Write {
    match write {
        SyncWrite::Put(key, record) => Write::Put(Name::Sync(key), record),
        SyncWrite::Delete(key) => Write::Delete(Name::Sync(key)),
    }
}
