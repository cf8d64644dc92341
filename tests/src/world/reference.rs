//! The reference: in plain collections, what must be true of a world whatever goes wrong in it.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    document::ChangeHash,
    ids::{CaseId, EventId, UserId},
};

/// A change of a case.
pub type Named = (CaseId, ChangeHash);

/// Who may see what, as it was decided.
pub type Grants = BTreeMap<CaseId, BTreeSet<UserId>>;

/// What must be true.
#[derive(Debug, Default)]
pub struct Reference {
    /// Every change that some phone showed as saved.
    saved: BTreeSet<Named>,
    /// Of those, what no phone and no server had any more at some moment.
    gone: BTreeSet<Named>,
    /// The entry that each change holds, where it holds one.
    entries: BTreeMap<Named, EventId>,
    /// Who may see what now.
    pub grants: Grants,
}

impl Reference {
    /// A phone made a change.
    pub fn made(&mut self, change: Named, entry: Option<EventId>) {
        if let Some(entry) = entry {
            self.entries.insert(change, entry);
        }
    }

    /// A phone showed these as saved.
    pub fn showed(&mut self, changes: impl IntoIterator<Item = Named>) {
        self.saved.extend(changes);
    }

    /// A store was lost; these are what is left anywhere.
    pub fn lost_a_store(&mut self, left: &BTreeSet<Named>) {
        self.gone.extend(self.saved.difference(left).copied());
    }

    /// What has to be with the server in the end.
    pub fn owed(&self) -> impl Iterator<Item = &Named> {
        self.saved.difference(&self.gone)
    }

    /// The entries that a case has, given the changes that make it.
    pub fn entries_of(&self, changes: impl Iterator<Item = Named>) -> BTreeSet<EventId> {
        changes.filter_map(|change| self.entries.get(&change).copied()).collect()
    }

    /// Whether this user may see this case.
    pub fn may_see(&self, user: UserId, case: CaseId) -> bool {
        self.grants.get(&case).is_some_and(|users| users.contains(&user))
    }
}
