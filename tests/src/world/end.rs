//! The end of a world: everything is healed, and then everything has to come to rest, agree, and
//! be there.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    document::Document,
    ids::{CaseId, UserId},
    sync::{Input, SyncState},
};

use super::{Event, Violation, World};

/// Within this time after the healing everything has come to rest.
const REST_WITHIN_MS: i64 = 20 * 60 * 1_000;
/// How often that is looked at.
const LOOK_EVERY_MS: i64 = 30_000;

impl World {
    pub(super) fn heal(&mut self) -> Result<(), Violation> {
        self.faulty = false;
        self.server.is_up = !self.restoring;
        for phone in 0..self.phones.len() {
            let healed = &mut self.phones[phone];
            (healed.is_old, healed.is_full, healed.has_signal) = (false, false, true);
            self.tell(phone, Input::Network(true));
            self.agenda.after(0, Event::Opened { phone });
        }
        let end_ms = self.agenda.now_ms() + REST_WITHIN_MS;
        while self.agenda.now_ms() < end_ms {
            self.run_until(self.agenda.now_ms() + LOOK_EVERY_MS)?;
            if self.unrest()?.is_none() {
                return self.check();
            }
        }
        let what = self.unrest()?.unwrap_or_default();
        Err(Violation(format!("the world does not come to rest: {what}")))
    }

    /// What is still to be done, if anything is.
    fn unrest(&self) -> Result<Option<String>, Violation> {
        let (epoch, end) = self.server.head()?;
        for (number, phone) in self.phones.iter().enumerate() {
            let Some(app) = &phone.app else { return Ok(Some(format!("phone {number} is off"))) };
            let state = app.replica.state();
            let meta = app.replica.meta();
            let read = meta.epoch == Some(epoch) && meta.cursor.base == end;
            if !app.is_settled() || !matches!(state, SyncState::Sent(_)) || !read {
                let cursor = meta.cursor.base;
                return Ok(Some(format!("phone {number} says {state:?}, read {cursor} of {end}")));
            }
        }
        Ok(None)
    }

    fn check(&mut self) -> Result<(), Violation> {
        self.check_owed()?;
        let access = self.server.access()?;
        let decided = self.reference.grants.iter();
        let decided: BTreeSet<(CaseId, UserId)> =
            decided.flat_map(|(case, users)| users.iter().map(|user| (*case, *user))).collect();
        if access != decided {
            return Err(Violation("who may see what is not what was decided".into()));
        }
        let differences = self.server.project(self.agenda.now_ms())?;
        if let Some(difference) = differences.first() {
            return Err(Violation(format!("rebuilt from the log: {difference}")));
        }
        self.check_cases(&access)
    }

    /// Everything that was ever shown as saved is with the server.
    fn check_owed(&self) -> Result<(), Violation> {
        let (log, kept_apart) = self.server.holds()?;
        let missing = self
            .reference
            .owed()
            .filter(|change| !log.contains(change) && !kept_apart.contains(change));
        let missing: Vec<_> = missing.collect();
        match missing.first() {
            None => Ok(()),
            Some((case, hash)) => {
                let count = missing.len();
                let first = format!("{hash:?} of case {case}");
                Err(Violation(format!("{count} changes were shown as saved and are lost: {first}")))
            }
        }
    }

    /// Every phone has exactly its user's cases, each as the log has it.
    fn check_cases(&self, access: &BTreeSet<(CaseId, UserId)>) -> Result<(), Violation> {
        let mut documents: BTreeMap<CaseId, Document> = BTreeMap::new();
        for (case, _) in access {
            let document = self.server.document(*case)?;
            let document = document.ok_or(Violation("a case cannot be read".into()))?;
            self.check_entries(*case, &document)?;
            documents.insert(*case, document);
        }
        for (number, phone) in self.phones.iter().enumerate() {
            let own = access.iter().filter(|(_, user)| *user == phone.user).map(|(case, _)| *case);
            let app = phone.app.as_ref().ok_or(Violation("a phone is off".into()))?;
            let here: BTreeSet<CaseId> = app.replica.rows().map(|(case, ..)| case).collect();
            if here != own.collect() {
                return Err(Violation(format!("phone {number} has other cases than its user's")));
            }
            for case in here {
                let same = app.replica.document(case).and_then(Result::ok).map(|own| own.heads())
                    == documents.get(&case).map(Document::heads);
                if !same {
                    return Err(Violation(format!("phone {number} differs from the server")));
                }
            }
        }
        Ok(())
    }

    /// The entries of a case are those of its changes, no more and no fewer.
    fn check_entries(&self, case: CaseId, document: &Document) -> Result<(), Violation> {
        let changes = document.changes_since(&[]);
        let expected =
            self.reference.entries_of(changes.iter().map(|change| (case, change.hash())));
        let (read, _) = document.read(case);
        let found: BTreeSet<_> = read.entries.keys().copied().collect();
        if found == expected {
            Ok(())
        } else {
            Err(Violation("the entries of a case are not those that were written".into()))
        }
    }
}
