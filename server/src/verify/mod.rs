//! `fingerpost verify`: rebuilds everything from the change log, in a copy, and says what differs.

mod access;
mod cases;
mod ledger;
mod positions;

use std::{fs, path::PathBuf};

use rusqlite::{Connection, Transaction};

use crate::{
    projector,
    store::{Store, StoreError},
};

/// The directory inside the data directory that holds the copy while it is looked at.
const SCRATCH: &str = "verify-scratch";
/// Lines on one kind of damage. Beyond it, more lines would tell nothing new.
const LINES_MAX: usize = 100;

/// What was found.
#[derive(Debug, Default)]
pub struct Report {
    /// One line for each thing that differs. Names identifiers only.
    pub differences: Vec<String>,
    /// Changes read.
    pub changes: u64,
    /// Cases rebuilt.
    pub cases: u64,
}

impl Report {
    /// One line with counts.
    pub fn summary(&self) -> String {
        let Self { differences, changes, cases } = self;
        let found = match differences.len() {
            0 => "no difference".to_owned(),
            1 => "1 difference".to_owned(),
            more => format!("{more} differences"),
        };
        format!("Read {changes} changes and rebuilt {cases} cases: {found}.")
    }
}

/// Rebuilds everything from the change log and says what differs. Works on a copy, so that a
/// server on the same data goes on meanwhile, and nothing of it is altered.
///
/// # Errors
/// When the database cannot be read at all, or there is no room for the copy.
pub fn verify(store: &Store) -> Result<Report, StoreError> {
    let mut report = Report { differences: store.damage(LINES_MAX)?, ..Report::default() };
    let scratch = Scratch::copy(store)?;
    // What the server has not caught up with yet is no difference.
    let copy = Store::open(&scratch.directory)?;
    projector::catch_up(&copy)?;
    copy.close();
    drop(copy);
    let mut connection = Connection::open(Store::file(&scratch.directory))?;
    let tx = connection.transaction()?;
    compare(&tx, &mut report)?;
    tx.rollback()?;
    Ok(report)
}

/// What differs from the change log in a database whose caches are up to date. Empties and rebuilds
/// them on the way: the transaction is to be thrown away.
///
/// # Errors
/// When the database refuses.
pub fn differences(tx: &Transaction<'_>) -> Result<Vec<String>, StoreError> {
    let mut report = Report::default();
    compare(tx, &mut report)?;
    Ok(report.differences)
}

fn compare(tx: &Transaction<'_>, report: &mut Report) -> Result<(), StoreError> {
    positions::check(tx, report)?;
    access::check(tx, report)?;
    cases::check(tx, report)?;
    ledger::check(tx, report)
}

/// A copy that is removed again, whatever happens.
struct Scratch {
    directory: PathBuf,
}

impl Scratch {
    fn copy(store: &Store) -> Result<Self, StoreError> {
        let scratch = Self { directory: store.directory().join(SCRATCH) };
        // A verification that was killed may have left one behind.
        scratch.remove();
        store.copy_to(&scratch.directory)?;
        Ok(scratch)
    }

    fn remove(&self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.remove();
    }
}
