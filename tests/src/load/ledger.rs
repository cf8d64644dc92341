//! What was acknowledged, kept outside the server and compared with its file.

use std::{collections::BTreeMap, path::Path};

use server::store::Store;
use sha2::{Digest, Sha256};
use shared::ids::CaseId;

use crate::ledger::for_each_stored_change;

/// Where the content begins that a change's hash is of: after the magic and the checksum.
const HASHED_FROM: usize = 8;

/// A change's name, worked out here and not taken from the server.
type Hash = [u8; 32];

/// Every change that was sent, and whether the server said that it is stored.
#[derive(Debug, Default)]
pub struct Ledger {
    sent: BTreeMap<(CaseId, Hash), bool>,
}

/// What the file shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Changes that were acknowledged and are not there, whole.
    pub lost: usize,
    /// Changes that are there more than once, or were never sent.
    pub duplicated: usize,
}

impl Ledger {
    /// Notes a change that was sent.
    pub fn note(&mut self, case: CaseId, change: &[u8], acknowledged: bool) {
        self.sent.insert((case, hash(change)), acknowledged);
    }

    /// How many were acknowledged.
    pub fn acknowledged(&self) -> usize {
        self.sent.values().filter(|acknowledged| **acknowledged).count()
    }

    /// Reads the file of a server that has stopped.
    #[track_caller]
    pub fn compare(mut self, data: &Path) -> Found {
        let mut duplicated = 0;
        for_each_stored_change(&Store::file(data), |case, change| {
            if self.sent.remove(&(case, hash(change))).is_none() {
                duplicated += 1;
            }
        });
        Found { lost: self.acknowledged(), duplicated }
    }
}

fn hash(change: &[u8]) -> Hash {
    Sha256::digest(change.get(HASHED_FROM..).unwrap_or_default()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::{Connection, params};

    #[test]
    fn a_change_that_is_missing_or_there_twice_is_counted() {
        let scratch = crate::Scratch::new("load-ledger");
        let data = scratch.path("data");
        std::fs::create_dir_all(&data).unwrap();
        let file = Connection::open(Store::file(&data)).unwrap();
        file.execute("CREATE TABLE change (case_id, bytes)", []).unwrap();
        let case = CaseId::from_random([7; 16]);
        let mut ledger = Ledger::default();
        for (change, acknowledged) in [("    then one", true), ("    then two", true)] {
            ledger.note(case, change.as_bytes(), acknowledged);
        }
        ledger.note(case, b"    then three", false);
        for change in ["    then one", "    then one"] {
            let row = params![case.as_bytes(), change.as_bytes()];
            file.execute("INSERT INTO change VALUES (?1, ?2)", row).unwrap();
        }
        assert_eq!(ledger.compare(&data), Found { lost: 1, duplicated: 1 });
    }
}
