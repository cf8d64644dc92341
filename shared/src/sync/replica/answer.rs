//! What the phone does with an answer: receipts, cases that are new or gone, a server that was
//! restored.

use jiff::Timestamp;

use super::{Effect, Replica, count_unsent, is_own, record_of, to_send};
use crate::{
    document::{ChangeHash, Document, DocumentError},
    few::FewOf,
    ids::CaseId,
    intake::{self, IncomingChange},
    limits, ordered,
    personal::Personal,
    sync::{
        record::{CaseRecord, Key, Notice},
        wire::{CaseUpdate, SyncResponse, Verdict},
    },
};

impl Replica {
    pub(super) fn answered(
        &mut self,
        now: Timestamp,
        response: SyncResponse,
        effects: &mut Vec<Effect>,
    ) {
        let mut in_flight = self.in_flight.take().unwrap_or_default();
        let mut touched = FewOf::from_iter([Key::Meta]);
        if self.meta.epoch.is_some_and(|epoch| epoch != response.epoch) {
            self.meta.arrived = false;
            self.forget_what_the_server_has(&mut touched);
            // What was sent followed what is lost, so that its receipts say nothing of the whole.
            in_flight.clear();
        }
        self.failure = None;
        self.failures = 0;
        self.not_before = None;
        let mut early = false;
        for ((case, changes), receipt) in in_flight.iter().zip(&response.receipts) {
            if *case == receipt.case {
                early |= self.receipt(now, *case, changes, &receipt.verdicts);
                touched.insert(Key::Case(*case));
            }
        }
        for update in &response.cases {
            self.update(now, update);
            touched.insert(Key::Case(update.case));
        }
        // Only an answer counts as a try.
        let asked_again = std::mem::take(&mut self.asked_again);
        for (case, tries) in self.unreadable.iter_mut() {
            *tries += u8::from(asked_again.contains(case));
        }
        self.meta.epoch = Some(response.epoch);
        self.meta.cursor = response.cursor;
        if !response.more && !self.meta.arrived {
            self.note_arrived(&mut touched);
        }
        for case in &response.removed {
            self.remove(*case);
            touched.insert(Key::Case(*case));
        }
        self.ask = response.more;
        if self.cases.values().all(|record| record.unsent == 0) {
            self.meta.sent_at = Some(now);
        }
        if early {
            self.retry_later(now);
        }
        effects.push(self.store(touched));
        effects.push(Effect::Show);
        if response.profile_version != self.meta.profile_version {
            effects.push(Effect::FetchProfile(response.profile_version));
        }
        if response.directory_version != self.meta.directory_version {
            effects.push(Effect::FetchDirectory(response.directory_version));
        }
    }

    /// The server was restored from a backup: what it acknowledged before may be gone, so all of
    /// this phone's own changes count as unsent until the new log has been read.
    fn forget_what_the_server_has(&mut self, touched: &mut FewOf<Key>) {
        for (case, record) in self.cases.iter_mut() {
            let Ok(document) = Document::load_kept(&record.saved) else { continue };
            record.server_heads.clear();
            // What the earlier log refused, or had moved away, this one may take.
            record.refused = None;
            record.moved_away = false;
            record.unsent = count_unsent(&document, record, &self.meta);
            touched.insert(Key::Case(*case));
        }
    }

    /// The log has been read to its end: what it did not bring, a restored server has lost.
    fn note_arrived(&mut self, touched: &mut FewOf<Key>) {
        self.meta.arrived = true;
        for (case, record) in self.cases.iter_mut() {
            if !record.server_heads.is_empty() {
                continue;
            }
            let Ok(document) = Document::load_kept(&record.saved) else { continue };
            record.unsent = count_unsent(&document, record, &self.meta);
            touched.insert(Key::Case(*case));
        }
        // What it did not bring and cannot be given back is not this phone's any more.
        self.cases.retain(|_, record| !record.server_heads.is_empty() || record.unsent > 0);
    }

    /// Takes a receipt in. Returns whether something has to be sent again later.
    fn receipt(
        &mut self,
        now: Timestamp,
        case: CaseId,
        changes: &[IncomingChange],
        verdicts: &[Verdict],
    ) -> bool {
        let Some(record) = self.cases.get_mut(&case) else { return false };
        let mut early = false;
        let mut kept_apart = false;
        for (change, verdict) in changes.iter().zip(verdicts) {
            match verdict {
                Verdict::Stored => advance(&mut record.server_heads, change),
                Verdict::Quarantined => {
                    advance(&mut record.server_heads, change);
                    kept_apart = true;
                }
                Verdict::Early => early = true,
                refused => record.refused = Some(*refused),
            }
        }
        if kept_apart {
            record.moved_away = true;
            let name = Personal::new(record.row.known_as());
            self.meta.notices.push(Notice { case, name, verdict: Verdict::Quarantined });
            let surplus = self.meta.notices.len().saturating_sub(limits::NOTICES_MAX);
            self.meta.notices.drain(..surplus);
        }
        // What was written while the request was under way is still unsent.
        if let Ok(document) = Document::load_kept(&record.saved) {
            record.unsent = count_unsent(&document, record, &self.meta);
        }
        record.sent_at = Some(now);
        if record.moved_away && record.unsent == 0 {
            self.cases.remove(&case);
        }
        early
    }

    /// Merges what the server sent. A case that cannot be read is asked for again, whole; it holds
    /// nobody else up, and what the phone has of it stays.
    fn update(&mut self, now: Timestamp, update: &CaseUpdate) {
        let case = update.case;
        match self.merged(update) {
            Ok(mut record) => {
                // Both sides hold the same now, whoever wrote it.
                record.sent_at = Some(now);
                self.cases.insert(case, record);
                self.unreadable.remove(&case);
            }
            Err(_) => {
                self.unreadable.or_default(case);
            }
        }
    }

    fn merged(&self, update: &CaseUpdate) -> Result<CaseRecord, DocumentError> {
        let before = self.cases.get(&update.case);
        let mut document = match before {
            Some(record) => Document::load_kept(&record.saved)?,
            None => Document::empty(),
        };
        let changes: Vec<IncomingChange> = update
            .changes
            .iter()
            .map(|bytes| IncomingChange::parse(bytes).map_err(|_| DocumentError::Unreadable))
            .collect::<Result<_, _>>()?;
        // A whole case says what the server holds by itself: it may have set something aside since.
        let begins = |change: &IncomingChange| change.dependencies().next().is_none();
        let is_whole = update.snapshot.is_some() || changes.iter().any(begins);
        let known = before.filter(|_| !is_whole);
        let mut heads = known.map(|record| record.server_heads.clone()).unwrap_or_default();
        if let Some(snapshot) = &update.snapshot {
            heads.extend(document.merge_saved(snapshot)?);
        }
        document.apply(&changes)?;
        // A change whose predecessors are missing waits unseen inside automerge: ask again.
        if changes.iter().any(|change| !document.has(&change.hash())) {
            return Err(DocumentError::Unreadable);
        }
        // What would not be readable tomorrow does not take the place of what is today.
        let saved =
            if changes.is_empty() { document.keep() } else { document.keep_and_verify()? };
        for change in &changes {
            advance(&mut heads, change);
        }
        ordered::sort(&mut heads);
        heads.dedup();
        if document.changes_since(&heads).is_empty() {
            heads = document.heads();
        }
        let mut record = record_of(update.case, &document, saved, before);
        record.server_heads = heads;
        let waiting = to_send(&document, &record, &self.meta);
        // A seal is needed until the server has everything that is under it again.
        if waiting.iter().all(|change| is_own(change, &self.meta.devices)) {
            let latest = record.seals.pop();
            record.seals = update.seal.clone().or(latest).into_iter().collect();
        } else if let Some(seal) = &update.seal {
            record.seals.truncate(limits::SEALS_KEPT_MAX - 1);
            record.seals.push(seal.clone());
        }
        record.unsent = u32::try_from(waiting.len()).unwrap_or(u32::MAX);
        Ok(record)
    }

    /// The cases that may leave this phone with this answer. What is unfinished in them goes into their
    /// records before the answer is taken in, so that it is sent with whatever else is unsent.
    pub fn leaving(&self, answer: &[u8]) -> Vec<CaseId> {
        // What cannot be understood takes nothing away.
        let Ok(response) = intake::sync_response(answer) else { return Vec::new() };
        let is_anew = self.meta.epoch.is_some_and(|epoch| epoch != response.epoch);
        let is_read = !response.more && (is_anew || !self.meta.arrived);
        let is_kept_apart = |case: &CaseId| {
            let mut receipts = response.receipts.iter().filter(|receipt| receipt.case == *case);
            receipts.any(|receipt| receipt.verdicts.contains(&Verdict::Quarantined))
        };
        let leaves = |case: &CaseId, record: &CaseRecord| {
            record.moved_away
                || response.removed.contains(case)
                || is_kept_apart(case)
                || (is_read && (is_anew || record.server_heads.is_empty()))
        };
        let cases = self.cases.iter().filter(|(case, record)| leaves(case, record));
        cases.map(|(case, _)| *case).collect()
    }

    /// The case is no longer this phone's: at once if all was sent, else after sending it.
    fn remove(&mut self, case: CaseId) {
        match self.cases.get_mut(&case) {
            // What a restored server lacks of it is not known yet. It says so again.
            Some(record) if record.server_heads.is_empty() && !self.meta.arrived => {}
            Some(record) if record.unsent > 0 => record.moved_away = true,
            _ => drop(self.cases.remove(&case)),
        }
        self.unreadable.remove(&case);
    }
}

/// Adds a change to what the server holds: it follows, and so replaces, its dependencies.
fn advance(heads: &mut Vec<ChangeHash>, change: &IncomingChange) {
    let dependencies = FewOf::from_iter(change.dependencies());
    heads.retain(|head| !dependencies.contains(head) && *head != change.hash());
    heads.push(change.hash());
}
