//! Packs: what a practice is to enter, closed at a cut-off and never changed.

mod csv;
mod files;
#[cfg(test)]
mod tests;

use std::path::Path;

use jiff::Timestamp;
use rusqlite::Transaction;
use sha2::{Digest, Sha256};
use shared::ods::OdsCode;

pub use self::csv::write as write_csv;
use self::files::Content;
use crate::{
    clock,
    commands::Failure,
    projector, random,
    service::ServiceFacts,
    store::{
        Store, StoreError,
        ledger::hex,
        worklist::{self, PackLine},
    },
};

/// Why a pack was not closed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// Not a practice of this service.
    #[error("{0} is not a practice of this service: check the code")]
    UnknownPractice(OdsCode),
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
pub fn close_next(store: &Store, practice: &OdsCode) -> Result<Closed, PackError> {
    projector::catch_up(store)?;
    let (practice, now) = (practice.clone(), clock::now());
    store.write_now(move |tx| close_in(tx, &practice, now))
}

/// Closes the next pack in one transaction: rows, number, bytes, all or nothing.
fn close_in(tx: &Transaction<'_>, practice: &OdsCode, now: Timestamp) -> Result<Closed, PackError> {
    let facts = ServiceFacts::load(tx)?;
    if !facts.practices.contains_key(practice) {
        return Err(PackError::UnknownPractice(practice.clone()));
    }
    let rows = worklist::ready(tx, practice)?;
    let held = worklist::held(tx, Some(practice))?;
    let previous = worklist::packs(tx, practice)?.into_iter().next();
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let line = PackLine {
        number: previous.as_ref().map_or(0, |previous| previous.number) + 1,
        pack_id: uuid::Builder::from_random_bytes(random::bytes()).into_uuid().to_string(),
        cut_off: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        new_rows: count(rows.len()),
        held_rows: count(held.len()),
    };
    let cut_off_day = previous.as_ref().map(|previous| {
        let at: Result<Timestamp, _> = previous.cut_off.parse();
        at.map_or_else(|_| String::new(), |at| clock::date_in_london(at).to_string())
    });
    let previous = previous
        .as_ref()
        .zip(cut_off_day.as_deref())
        .map(|(previous, day)| (previous.pack_id.as_str(), day));
    let content =
        Content { facts: &facts, practice, line: &line, previous, rows: &rows, held: &held };
    let zip = files::zip(&files::files(&content))
        .map_err(|error| PackError::Archive(error.to_string()))?;
    let sha256 = hex(&Sha256::digest(&zip));
    worklist::keep_pack(tx, practice, &line, &rows, (&sha256, &zip))?;
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
    std::fs::create_dir_all(out)
        .map_err(|error| format!("{} cannot be written to: {error}", out.display()))?;
    let closed = close_next(store, practice)?;
    let path = out.join(file_name(practice, closed.line.number));
    let unfinished = path.with_extension("part");
    std::fs::write(&unfinished, &closed.zip)
        .and_then(|()| std::fs::rename(&unfinished, &path))
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
