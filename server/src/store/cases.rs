//! Cases that the server itself writes or hands over: referrals taken in, the invented service.

use jiff::Timestamp;
use rusqlite::Transaction;
use shared::{
    case::{Event, Fact, Role},
    document::{Author, Document},
    ids::{CaseId, EventId, UserId},
    intake::IncomingChange,
};

use super::{
    StoreError, column,
    log::{self, Appender, Entry},
    people,
};
use crate::{clock, random};

/// Appends changes that this server made or vouches for, and gives the case to these users.
/// Changes that the log holds already make no difference. Their devices have to be enrolled.
///
/// # Errors
/// When the database refuses.
pub fn append_server_changes(
    tx: &Transaction<'_>,
    case: CaseId,
    changes: &[IncomingChange],
    assign_to: &[UserId],
) -> Result<(), StoreError> {
    let mut new = Vec::with_capacity(changes.len());
    for change in changes {
        if !log::has_change(tx, case, &change.hash())? {
            // The server vouches only for devices that it knows.
            let author = people::owner_of(tx, change.device())?
                .ok_or(rusqlite::Error::QueryReturnedNoRows)?;
            new.push(Entry { change, author, device: change.device() });
        }
    }
    let mut appender = Appender::open(tx, clock::now_ms())?;
    appender.append(case, new)?;
    for user in assign_to {
        appender.grant(case, *user, None)?;
    }
    appender.finish()
}

/// Writes an event of the service itself into a record, of which `document` is what the log has now.
///
/// # Errors
/// When the database refuses.
pub fn record(
    tx: &Transaction<'_>,
    case: CaseId,
    document: &mut Document,
    fact: Fact,
) -> Result<(), StoreError> {
    let author = server_author(tx)?;
    let now = clock::now();
    let event = Event {
        id: new_event_id(now),
        device: None,
        at: clock::london().to_datetime(now),
        recorded_at: now,
        by: author.user,
        role: Role::Service,
        fact,
    };
    let written = document.commit(&author, now.as_millisecond(), |writer| writer.put_event(&event));
    let change = written.ok().and_then(|bytes| IncomingChange::parse(&bytes).ok());
    match change {
        Some(change) => append_server_changes(tx, case, &[change], &[]),
        None => Ok(()),
    }
}

/// An id for an event that the service writes.
pub fn new_event_id(now: Timestamp) -> EventId {
    let unix_ms = u64::try_from(now.as_millisecond()).unwrap_or_default();
    EventId::new(unix_ms, u128::from_le_bytes(random::bytes()))
}

/// Who has the case now.
///
/// # Errors
/// When the database refuses.
pub fn holders(tx: &Transaction<'_>, case: CaseId) -> Result<Vec<UserId>, StoreError> {
    let sql = "SELECT user FROM access WHERE case_id = ?1 AND revoked_position IS NULL
         ORDER BY user";
    let mut statement = tx.prepare_cached(sql)?;
    let users = statement.query_map([case.as_bytes()], |row| column::user(row, 0))?;
    Ok(users.collect::<Result<_, _>>()?)
}

/// Gives a user the case, unless they have it.
///
/// # Errors
/// When the database refuses.
pub fn grant(tx: &Transaction<'_>, case: CaseId, user: UserId) -> Result<(), StoreError> {
    let mut appender = Appender::open(tx, clock::now_ms())?;
    appender.grant(case, user, None)?;
    appender.finish()
}

/// Takes the case away from a user who has it.
///
/// # Errors
/// When the database refuses.
pub fn revoke(tx: &Transaction<'_>, case: CaseId, user: UserId) -> Result<(), StoreError> {
    let mut appender = Appender::open(tx, clock::now_ms())?;
    appender.revoke(case, user)?;
    appender.finish()
}

/// The author under which the server writes, with a session of its own.
///
/// # Errors
/// When the database refuses.
pub fn server_author(tx: &Transaction<'_>) -> Result<Author, StoreError> {
    let sql = "SELECT service_user, service_device FROM meta";
    let (user, device) =
        tx.query_row(sql, [], |row| Ok((column::user(row, 0)?, column::device(row, 1)?)))?;
    Ok(Author { user, device, session: random::bytes() })
}
