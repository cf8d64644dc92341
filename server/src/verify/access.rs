//! Whether everybody may see what the log of access says, and nothing else.

use std::collections::BTreeMap;

use rusqlite::Transaction;
use shared::ids::{CaseId, UserId};

use super::{LINES_MAX, Report};
use crate::store::{StoreError, column};

/// The positions at which access was granted and withdrawn last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Standing {
    granted: u64,
    revoked: Option<u64>,
}

/// Replays the log of access.
pub(super) fn check(tx: &Transaction<'_>, report: &mut Report) -> Result<(), StoreError> {
    let mut replayed: BTreeMap<(CaseId, UserId), Standing> = BTreeMap::new();
    let sql = "SELECT case_id, user, position, granted FROM access_log ORDER BY position";
    let mut statement = tx.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        Ok((column::case(row, 0)?, column::user(row, 1)?, row.get(2)?, row.get::<_, bool>(3)?))
    })?;
    for row in rows {
        let (case, user, position, granted) = row?;
        let standing = replayed.entry((case, user)).or_default();
        if granted {
            *standing = Standing { granted: position, revoked: None };
        } else {
            standing.revoked = Some(position);
        }
    }
    let sql = "SELECT case_id, user, granted_position, revoked_position FROM access";
    let mut statement = tx.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        let standing = Standing { granted: row.get(2)?, revoked: row.get(3)? };
        Ok(((column::case(row, 0)?, column::user(row, 1)?), standing))
    })?;
    let mut lines = Vec::new();
    for row in rows {
        let (key, standing) = row?;
        if replayed.remove(&key) != Some(standing) {
            lines.push(key);
        }
    }
    lines.extend(replayed.into_keys());
    let words = |(case, user): (CaseId, UserId)| {
        format!("access of user {user} to case {case}: differs from the log")
    };
    report.differences.extend(lines.into_iter().take(LINES_MAX).map(words));
    Ok(())
}
