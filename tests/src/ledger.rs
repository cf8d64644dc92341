//! What the server acknowledged, kept outside of it, and the comparison with what it has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use minicbor::bytes::ByteVec;
use rusqlite::{Connection, OpenFlags};
use shared::case::Fact;
use shared::cbor;
use shared::document::{ChangeHash, Document};
use shared::ids::CaseId;
use shared::intake::IncomingChange;
use shared::limits;
use shared::sync::wire::{CaseUpdate, Cursor, PROTOCOL, SyncRequest, SyncResponse, Verdict};

use crate::http::Unreachable;
use crate::kills::block_on;
use crate::must;
use crate::phone::signed_in;

/// More answers than any first sync of these tests takes: more means that it does not end.
const ANSWERS_MAX: usize = 10_000;

/// One change of one case.
pub type ChangeName = (CaseId, ChangeHash);

/// What the server acknowledged.
#[derive(Debug, Default)]
pub struct Ledger {
    acknowledged: BTreeSet<ChangeName>,
    refused: Vec<(ChangeName, Verdict)>,
}

/// Where the server differs from the ledger.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Changes that were acknowledged and are not there.
    pub lost: BTreeSet<ChangeName>,
    /// Changes and entries that are there more than once.
    pub duplicated: u64,
}

impl Ledger {
    /// Notes what an answer acknowledges of a request.
    pub fn note(&mut self, request: &[u8], answer: &[u8]) {
        let request: SyncRequest = must(cbor::decode(request), "a phone sent no request");
        let answer: SyncResponse = must(cbor::decode(answer), "the server's answer is none");
        for (push, receipt) in request.push.iter().zip(&answer.receipts) {
            assert_eq!(push.case, receipt.case, "receipts come in the order of the push");
            for (change, verdict) in push.changes.iter().zip(&receipt.verdicts) {
                let name = (push.case, hash_of(change));
                match verdict {
                    Verdict::Stored => drop(self.acknowledged.insert(name)),
                    Verdict::Early => {}
                    refused => self.refused.push((name, *refused)),
                }
            }
        }
    }

    /// Changes that were acknowledged, each counted once.
    pub fn acknowledged(&self) -> usize {
        self.acknowledged.len()
    }

    /// Changes that the server turned away for good or kept apart.
    pub fn refused(&self) -> &[(ChangeName, Verdict)] {
        &self.refused
    }

    /// Compares with the database file itself, whether a server runs or not. The bytes of every
    /// change are hashed anew.
    pub fn compare_with_file(&self, database: &Path) -> Comparison {
        let mut found = BTreeMap::new();
        for_each_stored_change(database, |case, bytes| {
            *found.entry((case, hash_of(bytes))).or_insert(0_u64) += 1;
        });
        let duplicated = found.values().map(|count| count - 1).sum();
        let lost = self.acknowledged.iter().filter(|name| !found.contains_key(name));
        Comparison { lost: lost.copied().collect(), duplicated }
    }

    /// Compares with what the owners are sent on new devices, each with a link of their own: every
    /// acknowledged change is in a document, and no entry is there twice.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn compare_with_first_syncs(
        &self,
        origin: &str,
        links: &[String],
    ) -> Result<Comparison, Unreachable> {
        let mut lost = self.acknowledged.clone();
        let mut seen = BTreeSet::new();
        let mut duplicated = 0;
        for link in links {
            for update in first_sync(origin, link).await? {
                let document = document_of(&update);
                let named = |hash| (update.case, ChangeHash([hash; 32]));
                let of_case = self.acknowledged.range(named(0)..=named(0xff));
                for name in of_case.filter(|(_, hash)| document.has(hash)) {
                    lost.remove(name);
                }
                let words = words_of(&document, update.case);
                duplicated += words.into_iter().filter(|words| !seen.insert(words.clone())).count();
            }
        }
        Ok(Comparison { lost, duplicated: duplicated as u64 })
    }
}

/// Goes through the change log of a database file, whether a server runs on it or not.
#[track_caller]
pub fn for_each_stored_change(database: &Path, mut look: impl FnMut(CaseId, &[u8])) {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let file = must(Connection::open_with_flags(database, flags), "the file cannot be opened");
    let statement = file.prepare("SELECT case_id, bytes FROM change");
    let mut statement = must(statement, "there is no change log");
    let rows =
        statement.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?)));
    for row in must(rows, "the change log cannot be read") {
        let (case, bytes) = must(row, "the change log cannot be read");
        look(must(CaseId::from_slice(&case), "a change belongs to no case"), &bytes);
    }
}

/// The notes of all signed contacts that a new device of somebody is sent, each as often as it is
/// there.
#[track_caller]
pub fn signed_notes(origin: &str, link: &str) -> Vec<String> {
    let updates = must(block_on(first_sync(origin, link)), "the server sends no caseload");
    let notes = |update| {
        let (case, _) = document_of(update).read(update.case);
        let note = |fact: &Fact| match fact {
            Fact::Contact(contact) => Some(contact.note.reveal().clone()),
            _ => None,
        };
        let entries = case.entries.values().filter_map(|entry| note(&entry.current.fact));
        entries.collect::<Vec<_>>()
    };
    updates.iter().flat_map(notes).collect()
}

/// Everything that a new device is sent.
async fn first_sync(origin: &str, link: &str) -> Result<Vec<CaseUpdate>, Unreachable> {
    let (http, _) = signed_in(origin, link).await?;
    let mut updates = Vec::new();
    let mut request = SyncRequest {
        protocol: PROTOCOL,
        epoch: None,
        cursor: Cursor::default(),
        push: Vec::new(),
        room_bytes: limits::ROOM_BYTES_DEFAULT,
        again: Vec::new(),
    };
    for _ in 0..ANSWERS_MAX {
        let answer = http.post("/api/sync", cbor::encode(&request)).await?;
        let answer: SyncResponse =
            cbor::decode(&answer.body).map_err(|error| Unreachable(error.to_string()))?;
        updates.extend(answer.cases);
        (request.epoch, request.cursor) = (Some(answer.epoch), answer.cursor);
        if !answer.more {
            return Ok(updates);
        }
    }
    panic!("the first sync does not end");
}

fn document_of(update: &CaseUpdate) -> Document {
    let mut document = match &update.snapshot {
        Some(snapshot) => must(Document::load(snapshot), "a snapshot cannot be read"),
        None => Document::empty(),
    };
    let changes: Vec<_> = update.changes.iter().map(parsed).collect();
    must(document.apply(&changes), "changes cannot be applied");
    document
}

fn words_of(document: &Document, case: CaseId) -> Vec<String> {
    let (read, defects) = document.read(case);
    assert!(defects.is_empty(), "a case has defects: {defects:?}");
    let words = |fact: &Fact| match fact {
        Fact::GoalSet(goal) => Some(goal.words.reveal().clone()),
        _ => None,
    };
    read.entries.values().filter_map(|entry| words(&entry.current.fact)).collect()
}

fn parsed(change: &ByteVec) -> IncomingChange {
    must(IncomingChange::parse(change), "what the server sends is a change")
}

fn hash_of(change: &[u8]) -> ChangeHash {
    must(IncomingChange::parse(change), "what is stored or sent is a change").hash()
}
