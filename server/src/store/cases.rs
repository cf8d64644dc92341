//! Cases that the server itself writes or hands over: referrals taken in, the invented service.

use rusqlite::Transaction;
use shared::{
    document::Author,
    ids::{CaseId, DeviceId, UserId},
    intake::IncomingChange,
};

use super::{
    StoreError,
    log::{self, Appender},
};
use crate::random;

/// Appends changes that this server made or vouches for, and gives the case to these users.
/// Changes that the log holds already make no difference.
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
            new.push(change);
        }
    }
    let mut appender = Appender::open(tx)?;
    appender.append(case, new)?;
    for user in assign_to {
        appender.grant(case, *user, None)?;
    }
    appender.finish()
}

/// Gives a user the case, unless they have it.
///
/// # Errors
/// When the database refuses.
pub fn grant(tx: &Transaction<'_>, case: CaseId, user: UserId) -> Result<(), StoreError> {
    let mut appender = Appender::open(tx)?;
    appender.grant(case, user, None)?;
    appender.finish()
}

/// Takes the case away from a user who has it.
///
/// # Errors
/// When the database refuses.
pub fn revoke(tx: &Transaction<'_>, case: CaseId, user: UserId) -> Result<(), StoreError> {
    let mut appender = Appender::open(tx)?;
    appender.revoke(case, user)?;
    appender.finish()
}

/// The author under which the server writes, with a session of its own.
///
/// # Errors
/// When the database refuses.
pub fn server_author(tx: &Transaction<'_>) -> Result<Author, StoreError> {
    let sql = "SELECT service_user, service_device FROM meta";
    let (user, device) = tx.query_row(sql, [], |row| {
        Ok((super::column::user(row, 0)?, super::column::device(row, 1)?))
    })?;
    let device: DeviceId = device;
    Ok(Author { user, device, session: random::bytes() })
}
