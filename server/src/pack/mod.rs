//! Packs: what a practice is to enter, closed at a cut-off and never changed.

pub mod about;
mod check;
mod csv;
pub mod fhir;
mod files;
mod manifest;
pub mod pdf;
mod readme;
pub mod summary;
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
use shared::{ids::UserId, ods::OdsCode};

use self::files::Content;
pub use self::{
    check::{PACK_BYTES_MAX, check},
    csv::{as_written, write as write_csv, write_figures},
    manifest::{PackKey, PublicKey},
};
use crate::{
    clock,
    commands::Failure,
    projector, random,
    service::ServiceFacts,
    store::{
        Store, StoreError, asks, held,
        ledger::hex,
        packs::{self, Counts, PackLine},
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
    /// A practice would be told what the backup says, which may be old.
    #[error(
        "a backup was restored, so no pack is closed until every phone has been in touch: the lead \
         says so on the team's desk"
    )]
    Restored,
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

/// What to do when there is nothing new to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Empty {
    /// Close a pack without a row: it proves that there was none, and the numbers go on.
    Close,
    /// Close none, whatever there is to remind of: a button that is pressed twice makes one pack.
    Refuse,
    /// Close none unless there is something to remind of: the daily cut-off.
    Remind,
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
    close_next_at(store, practice, empty, None, clock::now())
}

/// As [`close_next`], by somebody, at a time that a test may choose.
///
/// # Errors
/// As [`close_next`].
pub fn close_next_at(
    store: &Store,
    practice: &OdsCode,
    empty: Empty,
    closed_by: Option<UserId>,
    now: Timestamp,
) -> Result<Closed, PackError> {
    for _ in 0..TRIES_MAX {
        projector::catch_up(store)?;
        let practice = practice.clone();
        match store.write_now(move |tx| close_in(tx, &practice, empty, closed_by, now)) {
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
    closed_by: Option<UserId>,
    now: Timestamp,
) -> Result<Closed, PackError> {
    if !projector::catch_up_within(tx, clock::today())? {
        return Err(PackError::Behind);
    }
    let facts = ServiceFacts::load(tx)?;
    if !facts.practices.contains_key(practice) {
        return Err(PackError::UnknownPractice(practice.clone()));
    }
    if facts.restored_at.is_some() {
        return Err(PackError::Restored);
    }
    let asks = asks::due(tx, practice, now)?;
    let rows = Counts::of(&asks);
    let is_enough = match empty {
        Empty::Close => true,
        Empty::Refuse => rows.asked() > 0,
        Empty::Remind => !asks.is_empty(),
    };
    if !is_enough {
        return Err(PackError::Nothing);
    }
    let held = held::held(tx, Some(practice))?;
    let previous = packs::last(tx, practice)?;
    let previous = previous.as_ref();
    let is_late = |ask: &asks::Ask| previous.is_some_and(|pack| files::is_late(ask, pack));
    let asks: Vec<(asks::Ask, bool)> = asks
        .into_iter()
        .map(|ask| {
            let late = is_late(&ask);
            (ask, late)
        })
        .collect();
    let line = PackLine {
        number: previous.map_or(0, |previous| previous.number) + 1,
        pack_id: uuid::Builder::from_random_bytes(random::bytes()).into_uuid().to_string(),
        cut_off: packs::instant(now),
        rows,
        held_rows: u32::try_from(held.len()).unwrap_or(u32::MAX),
        closed_by,
    };
    let key = PackKey::load(tx)?;
    let content = Content {
        facts: &facts,
        practice,
        line: &line,
        previous,
        asks: &asks,
        held: &held,
        key: &key,
    };
    let zip = files::zip(&files::files(&content))
        .map_err(|error| PackError::Archive(error.to_string()))?;
    let sha256 = hex(&Sha256::digest(&zip));
    packs::keep(tx, practice, &line, &asks, (&sha256, &zip))?;
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
    let PackLine { rows, held_rows, .. } = closed.line;
    say(&format!(
        "{}: {} new, {} to amend, {} to take back, {} reminders, {held_rows} held back",
        path.display(),
        rows.new,
        rows.amend,
        rows.retract,
        rows.reminder,
    ));
    Ok(())
}
