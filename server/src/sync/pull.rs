//! What is new to a phone: read by a query that knows who may see it, without opening a document.

use std::collections::BTreeSet;

use minicbor::bytes::ByteVec;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use shared::{
    document::ChangeHash,
    ids::{CaseId, DeviceId, Epoch, UserId},
    limits,
    policy::{Action, Subject, may},
    sync::{
        exchange::{self, Filled, JudgedPush},
        seal::{Seal, SealKey},
        wire::{CaseReceipt, CaseUpdate, Cursor, SyncRequest, SyncResponse},
    },
};

use crate::store::{
    StoreError, column,
    log::{self, Head},
    people::SignedInDevice,
};

/// Room left for what frames the cases, so that a full answer is still one that a phone takes.
const FRAME_BYTES: usize = 256 * 1024;

/// Changed cases up to which an answer is made at once, without another thread: a day's work of one
/// worker and of the colleagues who share their cases.
const QUICK_CASES_MAX: usize = 32;

/// The cases that this user may see and that changed.
const PENDING: &str =
    "SELECT access.case_id, granted_position, access.latest_position, heads FROM access
     LEFT JOIN case_log ON case_log.case_id = access.case_id
     WHERE user = ?1 AND access.latest_position > ?2 AND revoked_position IS NULL
     ORDER BY access.latest_position";

/// What a phone asks for.
pub struct Wanted {
    user: UserId,
    device: DeviceId,
    may_read: bool,
    epoch: Option<Epoch>,
    cursor: Cursor,
    room_bytes: usize,
    again: Vec<CaseId>,
    begun: BTreeSet<CaseId>,
    elsewhere: BTreeSet<CaseId>,
}

impl Wanted {
    /// What this request of this device asks for.
    pub fn of(signed_in: &SignedInDevice, request: &SyncRequest) -> Self {
        let room_bytes = request.room_bytes.max(limits::ROOM_BYTES_MIN) as usize;
        let subject = Subject::Case { assigned: true };
        Self {
            user: signed_in.actor.user,
            device: signed_in.device,
            may_read: may(&signed_in.actor, Action::ReadCase, &subject),
            epoch: request.epoch,
            cursor: request.cursor,
            room_bytes: room_bytes.min(limits::SYNC_BODY_BYTES_MAX - FRAME_BYTES),
            again: request.again.clone(),
            begun: BTreeSet::new(),
            elsewhere: BTreeSet::new(),
        }
    }

    /// Notes what became of the push of the same request: a case that it began is the phone's own
    /// already, though it is new to the person in the log; one that is not the sender's is named
    /// again as gone, since after a restore no log tells when it went.
    pub fn after(mut self, judged: &[JudgedPush]) -> Self {
        let begun = judged.iter().filter(|push| push.begins()).map(JudgedPush::case);
        self.begun.extend(begun);
        let elsewhere = judged.iter().filter(|push| push.is_elsewhere()).map(JudgedPush::case);
        self.elsewhere.extend(elsewhere);
        self
    }
}

/// What a phone gets.
pub struct Pulled {
    head: Head,
    filled: Filled,
    removed: Vec<CaseId>,
}

impl Pulled {
    /// The answer, with the receipts of what was pushed.
    pub fn answer(self, receipts: Vec<CaseReceipt>, now_ms: i64) -> SyncResponse {
        SyncResponse {
            epoch: self.head.epoch,
            cursor: self.filled.cursor,
            receipts,
            cases: self.filled.cases,
            removed: self.removed,
            more: self.filled.more,
            server_unix_ms: now_ms,
            profile_version: self.head.profile_version,
            directory_version: self.head.directory_version,
        }
    }
}

/// Reads what is new to a phone where that is little, as it is for nearly every request: then it
/// takes less time than handing it to a thread that may wait. `None` where it may be much.
///
/// # Errors
/// When the database refuses.
pub fn pull_if_quick(tx: &Transaction<'_>, wanted: &Wanted) -> Result<Option<Pulled>, StoreError> {
    if !wanted.again.is_empty() {
        return Ok(None);
    }
    let head = log::head(tx)?;
    let cursor = cursor(wanted, &head);
    let mut statement = tx.prepare_cached(PENDING)?;
    let rows = statement.query_map(params![wanted.user.as_bytes(), cursor.done], read_pending)?;
    let few: Vec<Pending> = rows.take(QUICK_CASES_MAX + 1).collect::<Result<_, _>>()?;
    let is_whole = |pending: &Pending| since(wanted, pending, cursor).is_none();
    if few.len() > QUICK_CASES_MAX || few.iter().any(is_whole) {
        return Ok(None);
    }
    answered(tx, wanted, head, few.into_iter().map(Ok)).map(Some)
}

/// Reads what is new to a phone.
///
/// # Errors
/// When the database refuses.
pub fn pull(tx: &Transaction<'_>, wanted: &Wanted) -> Result<Pulled, StoreError> {
    let head = log::head(tx)?;
    let done = cursor(wanted, &head).done;
    let mut statement = tx.prepare_cached(PENDING)?;
    let rows = statement.query_map(params![wanted.user.as_bytes(), done], read_pending)?;
    answered(tx, wanted, head, rows)
}

/// A case that this user may see and that changed.
struct Pending {
    case: CaseId,
    granted: u64,
    latest: u64,
    heads: Vec<ChangeHash>,
}

/// The answer, given the cases that changed.
fn answered(
    tx: &Transaction<'_>,
    wanted: &Wanted,
    head: Head,
    pending: impl Iterator<Item = Result<Pending, rusqlite::Error>>,
) -> Result<Pulled, StoreError> {
    let cursor = cursor(wanted, &head);
    let mut pulled = Pulled {
        head,
        filled: Filled { cases: Vec::new(), cursor, more: false },
        removed: removed(tx, wanted, cursor)?,
    };
    if !wanted.may_read {
        return Ok(pulled);
    }
    let key = log::seal_key(tx)?;
    let (mut again, used_bytes) = asked_again(tx, wanted, &key)?;
    let room_bytes = wanted.room_bytes.saturating_sub(used_bytes);
    let updates = pending.filter_map(|pending| {
        let update = pending.map_err(StoreError::from).and_then(|pending| {
            let update = update(tx, wanted, &pending, cursor)?;
            let seal = seal_of(&key, wanted, &pending);
            Ok(update.map(|update| (pending.latest, CaseUpdate { seal, ..update })))
        });
        update.transpose()
    });
    pulled.filled = exchange::fill(cursor, head.end, room_bytes, updates)?;
    pulled.filled.cases.append(&mut again);
    Ok(pulled)
}

/// After a restore the phone's cursor speaks of another log: it starts again. So it does when the
/// cursor is beyond this log, as when somebody put an old file back by hand.
fn cursor(wanted: &Wanted, head: &Head) -> Cursor {
    let Cursor { base, done } = wanted.cursor;
    let fits = wanted.epoch == Some(head.epoch) && base <= done && done <= head.end;
    if fits { wanted.cursor } else { Cursor::default() }
}

fn read_pending(row: &Row<'_>) -> Result<Pending, rusqlite::Error> {
    let heads: Option<Vec<u8>> = row.get(3)?;
    Ok(Pending {
        case: column::case(row, 0)?,
        granted: row.get(1)?,
        latest: row.get(2)?,
        heads: log::heads(&heads.unwrap_or_default()),
    })
}

/// The mark on what is given out, by which this server knows it again after a restore.
fn seal_of(key: &SealKey, wanted: &Wanted, pending: &Pending) -> Option<Seal> {
    let sealable = (1..=limits::SEAL_HEADS_MAX).contains(&pending.heads.len());
    sealable.then(|| key.seal(pending.case, wanted.user, pending.heads.clone()))
}

fn read_change(row: &Row<'_>) -> Result<ByteVec, rusqlite::Error> {
    row.get::<_, Vec<u8>>(0).map(ByteVec::from)
}

/// The position up to which the phone has this case; `None` where it has nothing of it.
fn since(wanted: &Wanted, pending: &Pending, cursor: Cursor) -> Option<u64> {
    match pending.granted > cursor.base {
        false => Some(cursor.base),
        // Whoever began it holds everything up to there; a colleague may have been quick.
        true => wanted.begun.contains(&pending.case).then_some(pending.granted),
    }
}

/// What the phone lacks of one case; nothing when all that is new is what it wrote itself.
fn update(
    tx: &Transaction<'_>,
    wanted: &Wanted,
    pending: &Pending,
    cursor: Cursor,
) -> Result<Option<CaseUpdate>, StoreError> {
    let Some(after) = since(wanted, pending, cursor) else {
        let whole = whole(tx, pending.case)?;
        return Ok((whole.snapshot.is_some() || !whole.changes.is_empty()).then_some(whole));
    };
    if pending.latest <= after {
        return Ok(None);
    }
    let sql = "SELECT bytes FROM change
         WHERE case_id = ?1 AND +position > ?2 AND device <> ?3 ORDER BY position";
    let mut statement = tx.prepare_cached(sql)?;
    let key = params![pending.case.as_bytes(), after, wanted.device.as_bytes()];
    let changes = statement.query_map(key, read_change)?;
    let changes: Vec<ByteVec> = changes.collect::<Result<_, _>>()?;
    let update = CaseUpdate { case: pending.case, snapshot: None, changes, seal: None };
    Ok((!update.changes.is_empty()).then_some(update))
}

/// A whole case: the saved document and what came after it, or every change.
fn whole(tx: &Transaction<'_>, case: CaseId) -> Result<CaseUpdate, StoreError> {
    let sql = "SELECT upto_position, bytes FROM snapshot WHERE case_id = ?1";
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let saved: Option<(u64, Vec<u8>)> =
        tx.prepare_cached(sql)?.query_row([case.as_bytes()], read).optional()?;
    let (upto, snapshot) = match saved {
        Some((upto, bytes)) => (upto, Some(ByteVec::from(bytes))),
        None => (0, None),
    };
    // The plus keeps SQLite on the index by case: a case is small, the log is not.
    let sql = "SELECT bytes FROM change WHERE case_id = ?1 AND +position > ?2 ORDER BY position";
    let mut statement = tx.prepare_cached(sql)?;
    let changes = statement.query_map(params![case.as_bytes(), upto], read_change)?;
    Ok(CaseUpdate { case, snapshot, changes: changes.collect::<Result<_, _>>()?, seal: None })
}

/// Cases that the phone could not read and asks for again, as far as they are its user's.
fn asked_again(
    tx: &Transaction<'_>,
    wanted: &Wanted,
    key: &SealKey,
) -> Result<(Vec<CaseUpdate>, usize), StoreError> {
    let sql = "SELECT access.case_id, granted_position, access.latest_position, heads FROM access
         LEFT JOIN case_log ON case_log.case_id = access.case_id
         WHERE access.case_id = ?1 AND user = ?2 AND revoked_position IS NULL";
    let mut updates = Vec::new();
    let mut used_bytes = 0;
    for case in &wanted.again {
        let asked = params![case.as_bytes(), wanted.user.as_bytes()];
        let found = tx.prepare_cached(sql)?.query_row(asked, read_pending).optional()?;
        let Some(pending) = found else { continue };
        let update = CaseUpdate { seal: seal_of(key, wanted, &pending), ..whole(tx, *case)? };
        used_bytes += update.size_bytes();
        if used_bytes > wanted.room_bytes && !updates.is_empty() {
            // The phone asks for the rest once more.
            break;
        }
        updates.push(update);
    }
    Ok((updates, used_bytes))
}

/// Cases that the user lost since. A phone that has read nothing has nothing to forget.
fn removed(
    tx: &Transaction<'_>,
    wanted: &Wanted,
    cursor: Cursor,
) -> Result<Vec<CaseId>, StoreError> {
    let mut removed = wanted.elsewhere.clone();
    if wanted.epoch.is_none() {
        return Ok(removed.into_iter().collect());
    }
    let sql = "SELECT case_id FROM access WHERE user = ?1 AND revoked_position > ?2";
    let mut statement = tx.prepare_cached(sql)?;
    let key = params![wanted.user.as_bytes(), cursor.base];
    let rows = statement.query_map(key, |row| column::case(row, 0))?;
    for case in rows {
        removed.insert(case?);
    }
    Ok(removed.into_iter().collect())
}
