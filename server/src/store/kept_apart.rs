//! Changes that are kept apart, by case and author, and what the lead decided of them: a log of
//! decisions, of which the latest of a change holds.

use jiff::Timestamp;
use rusqlite::{Row, Transaction, params};
use shared::{
    document::ChangeHash,
    ids::{CaseId, DeviceId, UserId},
    sync::wire::Verdict,
};

use super::{StoreError, column, misfits::number_of};

/// Why changes are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Whoever wrote them could no longer write to the case.
    NoLongerAllowed,
    /// They are from a phone that was taken off the service.
    TakenOff,
    /// They do not fit the record that they were written for.
    DoesNotFit,
}

/// Changes of one case by one author that are kept apart for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptApart {
    /// What a decision names.
    pub named: Named,
    /// Why.
    pub why: Why,
    /// When the first of them came.
    pub since: Timestamp,
    /// Who left them aside, when and why; none while nobody has decided.
    pub left_aside: Option<LeftAside>,
}

/// A decision to leave changes where they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftAside {
    /// Who decided.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// Changes as a page shows them. Others that come later, or that somebody decides on meanwhile, are
/// not meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// The case.
    pub case: CaseId,
    /// Who wrote them.
    pub author: UserId,
    /// How many they are.
    pub changes: u32,
    /// When the last of them came, in milliseconds of Unix time.
    pub upto: i64,
    /// When somebody decided on them last, in milliseconds of Unix time; 0 for never.
    pub decided_at: i64,
}

/// One change that is kept apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its name.
    pub hash: ChangeHash,
    /// The phone that sent it.
    pub device: DeviceId,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

const FROM: &str = "FROM quarantine AS kept
     LEFT JOIN kept_apart_decision AS last ON last.case_id = kept.case_id
        AND last.hash = kept.hash AND last.id = (SELECT max(id) FROM kept_apart_decision AS any
            WHERE any.case_id = kept.case_id AND any.hash = kept.hash)";

/// Everything that is kept apart, the oldest first: what nobody has decided on, then what was left
/// aside.
///
/// # Errors
/// When the database refuses.
pub fn list(tx: &Transaction<'_>) -> Result<Vec<KeptApart>, StoreError> {
    let sql = format!(
        "SELECT kept.case_id, kept.author, count(*), max(received_at), ifnull(last.at, 0),
            min(received_at), verdict = ?1,
            max(device.revoked_at IS NOT NULL AND NOT device.adopted), last.by, last.reason
         {FROM}
         LEFT JOIN device ON device.id = kept.device
         GROUP BY kept.case_id, kept.author, verdict = ?1, ifnull(last.at, 0)
         ORDER BY last.at IS NOT NULL, min(received_at), kept.case_id, kept.author"
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map([number_of(Verdict::Quarantined)], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> Result<KeptApart, rusqlite::Error> {
    let instant = |column| {
        Ok::<_, rusqlite::Error>(Timestamp::from_millisecond(row.get(column)?).unwrap_or_default())
    };
    let (fits, taken_off): (bool, Option<bool>) = (row.get(6)?, row.get(7)?);
    let named = Named {
        case: column::case(row, 0)?,
        author: column::user(row, 1)?,
        changes: row.get(2)?,
        upto: row.get(3)?,
        decided_at: row.get(4)?,
    };
    let left_aside = match named.decided_at {
        0 => None,
        _ => {
            let (by, at) = (column::user(row, 8)?, instant(4)?);
            Some(LeftAside { by, at, reason: row.get(9)? })
        }
    };
    let why = match (fits, taken_off) {
        (false, _) => Why::DoesNotFit,
        (true, Some(true)) => Why::TakenOff,
        (true, _) => Why::NoLongerAllowed,
    };
    Ok(KeptApart { named, why, since: instant(5)?, left_aside })
}

/// The changes that are named; none where others came or somebody decided meanwhile.
///
/// # Errors
/// When the database refuses.
pub fn changes(tx: &Transaction<'_>, named: Named) -> Result<Option<Vec<Change>>, StoreError> {
    let sql = format!(
        "SELECT kept.hash, kept.device, kept.bytes {FROM}
         WHERE kept.case_id = ?1 AND kept.author = ?2 AND verdict = ?3 AND received_at <= ?4
            AND ifnull(last.at, 0) = ?5
         ORDER BY received_at, kept.hash"
    );
    let Named { case, author, changes, upto, decided_at } = named;
    let fits = number_of(Verdict::Quarantined);
    let key = params![case.as_bytes(), author.as_bytes(), fits, upto, decided_at];
    let read = |row: &Row<'_>| {
        Ok(Change {
            hash: ChangeHash(row.get(0)?),
            device: column::device(row, 1)?,
            bytes: row.get(2)?,
        })
    };
    let mut statement = tx.prepare_cached(&sql)?;
    let found: Vec<Change> = statement.query_map(key, read)?.collect::<Result<_, _>>()?;
    let is_whole = !found.is_empty() && u32::try_from(found.len()) == Ok(changes);
    Ok(is_whole.then_some(found))
}

/// Keeps a decision on a change.
///
/// # Errors
/// When the database refuses.
pub fn note(
    tx: &Transaction<'_>,
    named: Named,
    (hash, taken_in): (&ChangeHash, bool),
    (by, at): (UserId, i64),
    reason: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO kept_apart_decision (case_id, hash, author, taken_in, by, at, reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    tx.prepare_cached(sql)?.execute(params![
        named.case.as_bytes(),
        hash.0,
        named.author.as_bytes(),
        taken_in,
        by.as_bytes(),
        at,
        reason,
    ])?;
    Ok(())
}

/// Drops the second copy of a change that is in the log.
///
/// # Errors
/// When the database refuses.
pub fn forget(tx: &Transaction<'_>, case: CaseId, hash: &ChangeHash) -> Result<(), StoreError> {
    let sql = "DELETE FROM quarantine WHERE case_id = ?1 AND hash = ?2
         AND EXISTS (SELECT 1 FROM change WHERE case_id = ?1 AND hash = ?2)";
    tx.prepare_cached(sql)?.execute(params![case.as_bytes(), hash.0])?;
    Ok(())
}
