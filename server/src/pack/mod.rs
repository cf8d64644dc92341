//! Packs: what a practice is to enter, closed at a cut-off and never changed.

mod csv;
mod files;
#[cfg(test)]
mod tests;

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};

use jiff::Timestamp;
use rusqlite::Transaction;
use sha2::{Digest, Sha256};
use shared::ods::OdsCode;

pub use self::csv::{as_written, write as write_csv};
use self::files::Content;
use crate::{
    clock,
    commands::Failure,
    projector, random,
    service::ServiceFacts,
    store::{
        Store, StoreError, held,
        ledger::hex,
        packs::{self, PackLine},
        worklist,
    },
};

/// How often a pack waits for the projection to catch up, which it is only ever a moment behind.
const TRIES_MAX: usize = 20;

/// Why a pack was not closed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// Not a practice of this service.
    #[error("{0} is not a practice of this service: check the code")]
    UnknownPractice(OdsCode),
    /// There is no entry to put in, and an empty pack was not wanted.
    #[error("there is nothing to enter, so no pack was closed")]
    Nothing,
    /// Records keep coming in faster than they are worked out.
    #[error("records are still being worked out: try again in a minute")]
    Behind,
    /// The archive could not be made.
    #[error("the pack could not be put together: {0}")]
    Archive(String),
    /// The database refused; nothing was closed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for PackError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What to do when there is nothing to enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Empty {
    /// Close a pack without a NEW row: it proves that there was none, and the numbers go on.
    Close,
    /// Close none: a button that is pressed twice makes one pack.
    Refuse,
}

/// A pack that was just closed.
#[derive(Debug)]
pub struct Closed {
    /// Its number, identifier and counts.
    pub line: PackLine,
    /// Its bytes.
    pub zip: Vec<u8>,
}

/// Closes the practice's next pack, from everything that the log holds now.
///
/// # Errors
/// When the practice is unknown or the database refuses; nothing is closed then.
pub fn close_next(store: &Store, practice: &OdsCode, empty: Empty) -> Result<Closed, PackError> {
    for _ in 0..TRIES_MAX {
        projector::catch_up(store)?;
        let practice = practice.clone();
        match store.write_now(move |tx| close_in(tx, &practice, empty, clock::now())) {
            Err(PackError::Behind) => {}
            outcome => return outcome,
        }
    }
    Err(PackError::Behind)
}

/// Closes the next pack in one transaction: rows, number, bytes, all or nothing. What came in
/// since the projection caught up is in it, so that nothing withdrawn goes out.
fn close_in(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    empty: Empty,
    now: Timestamp,
) -> Result<Closed, PackError> {
    if !projector::catch_up_within(tx, clock::today())? {
        return Err(PackError::Behind);
    }
    let facts = ServiceFacts::load(tx)?;
    if !facts.practices.contains_key(practice) {
        return Err(PackError::UnknownPractice(practice.clone()));
    }
    let rows = worklist::ready(tx, practice)?;
    if rows.is_empty() && empty == Empty::Refuse {
        return Err(PackError::Nothing);
    }
    let held = held::held(tx, Some(practice))?;
    let previous = packs::list(tx, practice)?.into_iter().next();
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let line = PackLine {
        number: previous.as_ref().map_or(0, |previous| previous.number) + 1,
        pack_id: uuid::Builder::from_random_bytes(random::bytes()).into_uuid().to_string(),
        cut_off: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        new_rows: count(rows.len()),
        held_rows: count(held.len()),
    };
    let previous = previous.as_ref();
    let content =
        Content { facts: &facts, practice, line: &line, previous, rows: &rows, held: &held };
    let zip = files::zip(&files::files(&content))
        .map_err(|error| PackError::Archive(error.to_string()))?;
    let sha256 = hex(&Sha256::digest(&zip));
    packs::keep(tx, practice, &line, &rows, (&sha256, &zip))?;
    Ok(Closed { line, zip })
}

/// The name of a pack's file.
pub fn file_name(practice: &OdsCode, number: u32) -> String {
    format!("fingerpost-{practice}-{number:04}.zip")
}

/// Closes the practice's next pack and writes it to a directory.
///
/// # Errors
/// In words for the person at the keyboard.
pub fn close(
    store: &Store,
    practice: &OdsCode,
    out: &Path,
    say: &mut dyn FnMut(&str),
) -> Result<(), Failure> {
    // The file is opened before anything is closed: a wrong directory costs no pack.
    let unfinished = out.join(format!("fingerpost-{practice}.{}.part", std::process::id()));
    let mut file = fs::create_dir_all(out)
        .and_then(|()| File::create(&unfinished))
        .map_err(|error| format!("{} cannot be written to: {error}", out.display()))?;
    let closed = close_next(store, practice, Empty::Close).inspect_err(|_| {
        let _ = fs::remove_file(&unfinished);
    })?;
    let path = out.join(file_name(practice, closed.line.number));
    file.write_all(&closed.zip)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&unfinished, &path))
        .map_err(|error| {
            format!(
                "Pack {} is closed and kept, but {} could not be written ({error}). Download it \
                 from the practice's page.",
                closed.line.number,
                path.display()
            )
        })?;
    say(&format!(
        "{}: {} entries to make, {} held back",
        path.display(),
        closed.line.new_rows,
        closed.line.held_rows
    ));
    Ok(())
}
