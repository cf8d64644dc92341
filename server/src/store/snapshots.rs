//! The caches of the log: saved documents, and how far each case was projected.

use jiff::civil::Date;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use shared::{
    case::Case,
    document::{ChangeHash, Document},
    ids::CaseId,
    intake::IncomingChange,
    sync::wire::Verdict,
};

use super::{StoreError, column};

/// A case whose caches lag behind the log.
#[derive(Debug, Clone, Copy)]
pub struct Behind {
    /// The case.
    pub case: CaseId,
    /// Its last position.
    pub latest: u64,
}

/// The next cases whose caches lag behind the log, those first that have waited longest.
///
/// # Errors
/// When the database refuses.
pub fn behind(tx: &Transaction<'_>, cases_max: usize) -> Result<Vec<Behind>, StoreError> {
    list(
        tx,
        "SELECT case_id, latest_position FROM case_log
         WHERE projected_position < latest_position ORDER BY latest_position LIMIT ?1",
        cases_max,
    )
}

/// Cases that were given up.
///
/// # Errors
/// When the database refuses.
pub fn failed(tx: &Transaction<'_>, cases_max: usize) -> Result<Vec<Behind>, StoreError> {
    list(tx, "SELECT case_id, latest_position FROM case_log WHERE failed LIMIT ?1", cases_max)
}

fn list(tx: &Transaction<'_>, sql: &str, cases_max: usize) -> Result<Vec<Behind>, StoreError> {
    let mut statement = tx.prepare_cached(sql)?;
    let read = |row: &Row<'_>| Ok(Behind { case: column::case(row, 0)?, latest: row.get(1)? });
    Ok(statement.query_map([cases_max], read)?.collect::<Result<_, _>>()?)
}

/// Whether the service's facts changed since the ledger was worked out, or the day did.
///
/// # Errors
/// When the database refuses.
pub fn facts_changed(tx: &Transaction<'_>, today: Date) -> Result<bool, StoreError> {
    let sql = "SELECT projected_profile_version < profile_version OR projected_on <> ?1 FROM meta";
    Ok(tx.prepare_cached(sql)?.query_row([today.to_string()], |row| row.get(0))?)
}

/// Has every case worked out again.
///
/// # Errors
/// When the database refuses.
pub fn start_over(tx: &Transaction<'_>, today: Date) -> Result<(), StoreError> {
    tx.execute("UPDATE case_log SET projected_position = 0", [])?;
    let sql = "UPDATE meta SET projected_profile_version = profile_version, projected_on = ?1";
    tx.execute(sql, [today.to_string()])?;
    Ok(())
}

/// The changes of a case after a position, as they are stored.
///
/// # Errors
/// When the database refuses.
pub fn stored_changes(
    tx: &Transaction<'_>,
    case: CaseId,
    after: u64,
) -> Result<Vec<Vec<u8>>, StoreError> {
    // The plus keeps SQLite on the index by case: a case is small, the log is not.
    let sql = "SELECT bytes FROM change WHERE case_id = ?1 AND +position > ?2 ORDER BY position";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![case.as_bytes(), after], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The saved document of a case with the position up to which it holds everything.
///
/// # Errors
/// When the database refuses.
pub fn snapshot(tx: &Transaction<'_>, case: CaseId) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
    let sql = "SELECT upto_position, bytes FROM snapshot WHERE case_id = ?1";
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    Ok(tx.prepare_cached(sql)?.query_row([case.as_bytes()], read).optional()?)
}

/// A case as it was projected last, which is what the ledger says of it; none where that cannot be
/// read.
///
/// # Errors
/// When the database refuses.
pub fn as_projected(tx: &Transaction<'_>, case: CaseId) -> Result<Option<Case>, StoreError> {
    let kept = snapshot(tx, case)?;
    let document = kept.and_then(|(_, saved)| Document::load(&saved).ok());
    Ok(document.map(|document| document.read(case).0))
}

/// The document of a case as the log has it now; `None` when the log holds nothing of it, or when
/// what it holds cannot be read.
///
/// # Errors
/// When the database refuses.
pub fn document(tx: &Transaction<'_>, case: CaseId) -> Result<Option<Document>, StoreError> {
    // A snapshot is a cache: one that cannot be read is made anew from the log.
    let kept = snapshot(tx, case)?
        .and_then(|(upto, saved)| Document::load(&saved).ok().map(|document| (upto, document)));
    let (after, mut document) = kept.unwrap_or_else(|| (0, Document::empty()));
    let stored = stored_changes(tx, case, after)?;
    let empty = after == 0 && stored.is_empty();
    Ok((!empty && apply(&mut document, &stored)).then_some(document))
}

/// Changes that are looked for in one go: whoever sends thousands that do not fit waits for the next
/// rounds, and nobody else does.
const MISFITS_AT_ONCE: usize = 32;

/// The first changes of a case that do not fit its document, each with what their sender is told.
/// None where something else is wrong, such as bytes that the disk has damaged.
///
/// # Errors
/// When the database refuses.
pub fn misfits(
    tx: &Transaction<'_>,
    case: CaseId,
) -> Result<Vec<(ChangeHash, Verdict)>, StoreError> {
    let Some(changes) = parsed(&stored_changes(tx, case, 0)?) else { return Ok(Vec::new()) };
    let misfits = Document::empty().misfits(&changes, MISFITS_AT_ONCE);
    Ok(misfits.iter().map(|(hash, why)| (*hash, why.into())).collect())
}

fn parsed(stored: &[Vec<u8>]) -> Option<Vec<IncomingChange>> {
    stored.iter().map(|bytes| IncomingChange::parse(bytes).ok()).collect()
}

/// Applies stored changes. Says whether all of them are in.
pub fn apply(document: &mut Document, stored: &[Vec<u8>]) -> bool {
    let Some(changes) = parsed(stored) else { return false };
    document.apply(&changes).is_ok() && changes.iter().all(|change| document.has(&change.hash()))
}

/// Keeps a snapshot, unless a later one is there already. Says whether it was kept.
///
/// # Errors
/// When the database refuses.
pub fn keep(
    tx: &Transaction<'_>,
    case: CaseId,
    upto: u64,
    saved: &[u8],
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO snapshot (case_id, upto_position, bytes) VALUES (?1, ?2, ?3)
         ON CONFLICT (case_id) DO UPDATE
         SET upto_position = excluded.upto_position, bytes = excluded.bytes
         WHERE excluded.upto_position >= snapshot.upto_position";
    let kept = tx.prepare_cached(sql)?.execute(params![case.as_bytes(), upto, saved])?;
    Ok(kept > 0)
}

/// Notes how far a case was projected, and whether that failed.
///
/// # Errors
/// When the database refuses.
pub fn note_projected(
    tx: &Transaction<'_>,
    case: CaseId,
    upto: u64,
    failed: bool,
) -> Result<(), StoreError> {
    let sql = "UPDATE case_log SET projected_position = ?2, failed = ?3
         WHERE case_id = ?1 AND projected_position <= ?2";
    tx.prepare_cached(sql)?.execute(params![case.as_bytes(), upto, failed])?;
    Ok(())
}
