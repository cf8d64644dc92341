//! Who carries whom, as the lead decides: a colleague shares a record while they cover, takes it
//! over, or gives it up. A log of decisions; who has a record follows from the log of access.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Row, Transaction, params};
use shared::{
    case::{Fact, event::AssignedNote},
    ids::{CaseId, UserId},
};

use super::{StoreError, cases, column, log::Appender, snapshots};

/// What a lead decides of some records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignment {
    /// Somebody has them from now on, beside whoever has them already; `from` is whose caseload they
    /// were chosen from, none where nobody had them.
    Share {
        /// Whose caseload.
        from: Option<UserId>,
        /// Who has them as well.
        to: UserId,
    },
    /// Somebody has them from now on instead of somebody else.
    HandOver {
        /// Who gives them up.
        from: UserId,
        /// Who takes them over.
        to: UserId,
    },
    /// Somebody gives them up whom others share them with.
    TakeOff {
        /// Who gives them up.
        from: UserId,
    },
}

impl Assignment {
    /// Whose caseload the records were chosen from.
    pub fn from(self) -> Option<UserId> {
        match self {
            Self::Share { from, .. } => from,
            Self::HandOver { from, .. } | Self::TakeOff { from } => Some(from),
        }
    }

    /// Who has them afterwards.
    pub fn to(self) -> Option<UserId> {
        match self {
            Self::Share { to, .. } | Self::HandOver { to, .. } => Some(to),
            Self::TakeOff { .. } => None,
        }
    }

    fn stored_name(self) -> &'static str {
        match self {
            Self::Share { .. } => "share",
            Self::HandOver { .. } => "hand_over",
            Self::TakeOff { .. } => "take_off",
        }
    }
}

/// What came of a decision, in records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assigned {
    /// Those that it was done to.
    pub done: u32,
    /// Those that it was not: they are not on that caseload any more, or nobody else has them.
    pub left: u32,
}

/// One decision of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What was decided.
    pub assignment: Assignment,
    /// Of how many records.
    pub cases: u32,
    /// Who decided.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// The records of people that somebody has, or that nobody has, those first whose referral is open;
/// without those that a colleague has as well.
///
/// # Errors
/// When the database refuses.
pub fn carried_by(
    tx: &Transaction<'_>,
    user: Option<UserId>,
    without: Option<UserId>,
    cases_max: usize,
) -> Result<Vec<CaseId>, StoreError> {
    // A logbook is about nobody, and stays with whoever writes it.
    let whose = match user {
        Some(_) => {
            "SELECT access.case_id, ifnull(carried, 1) FROM access
             LEFT JOIN standing USING (case_id)
             WHERE user = ?1 AND revoked_position IS NULL AND NOT ifnull(logbook, 0)
                AND NOT EXISTS (SELECT 1 FROM access AS theirs WHERE theirs.user = ?3
                    AND theirs.case_id = access.case_id AND theirs.revoked_position IS NULL)"
        }
        None => {
            "SELECT case_log.case_id, ifnull(carried, 1) FROM case_log
             LEFT JOIN standing USING (case_id)
             WHERE ?1 IS NULL AND ?3 IS NULL AND NOT ifnull(logbook, 0) AND NOT EXISTS (SELECT 1 FROM access
                WHERE access.case_id = case_log.case_id AND revoked_position IS NULL)"
        }
    };
    let mut statement = tx.prepare_cached(&format!("{whose} ORDER BY 2 DESC, 1 LIMIT ?2"))?;
    let without = without.as_ref().map(UserId::as_bytes);
    let key = params![user.as_ref().map(UserId::as_bytes), cases_max, without];
    let cases = statement.query_map(key, |row| column::case(row, 0))?;
    Ok(cases.collect::<Result<_, _>>()?)
}

/// Does to each of these records what was decided, and tells the record who has it from now on.
///
/// # Errors
/// When the database refuses.
pub fn assign(
    tx: &Transaction<'_>,
    chosen: &BTreeSet<CaseId>,
    assignment: Assignment,
    (by, at): (UserId, i64),
    reason: &str,
) -> Result<Assigned, StoreError> {
    let mut done = Vec::new();
    for case in chosen {
        if is_as_chosen(tx, *case, assignment)? {
            done.push(*case);
        }
    }
    let count = |cases: usize| u32::try_from(cases).unwrap_or(u32::MAX);
    let assigned = Assigned { done: count(done.len()), left: count(chosen.len() - done.len()) };
    if done.is_empty() {
        return Ok(assigned);
    }
    note(tx, &done, assignment, (by, at), reason)?;
    if let Some(to) = assignment.to() {
        for case in &done {
            // A record that cannot be read is given all the same: whoever has it can write to it.
            if let Some(mut document) = snapshots::document(tx, *case)? {
                let fact = Fact::AssignedNote(AssignedNote { to });
                cases::record(tx, *case, &mut document, fact)?;
            }
        }
    }
    let mut appender = Appender::open(tx, at)?;
    for case in &done {
        match assignment {
            Assignment::Share { to, .. } => appender.grant(*case, to, None)?,
            Assignment::HandOver { from, to } => {
                appender.grant(*case, to, None)?;
                appender.revoke(*case, from)?;
            }
            Assignment::TakeOff { from } => appender.revoke(*case, from)?,
        }
    }
    appender.finish()?;
    Ok(assigned)
}

/// Whether this can be done to a record as things stand: it is where it was chosen from, and
/// afterwards somebody has it.
fn is_as_chosen(
    tx: &Transaction<'_>,
    case: CaseId,
    assignment: Assignment,
) -> Result<bool, StoreError> {
    let holders = cases::holders(tx, case)?;
    let is_logbook = "SELECT 1 FROM standing WHERE case_id = ?1 AND logbook";
    if tx.prepare_cached(is_logbook)?.exists([case.as_bytes()])? {
        return Ok(false);
    }
    let is_there = match assignment.from() {
        Some(from) => holders.contains(&from),
        None => holders.is_empty() && snapshots::snapshot(tx, case)?.is_some(),
    };
    Ok(is_there
        && match assignment {
            Assignment::Share { to, .. } => !holders.contains(&to),
            Assignment::HandOver { from, to } => from != to,
            Assignment::TakeOff { .. } => holders.len() > 1,
        })
}

fn note(
    tx: &Transaction<'_>,
    done: &[CaseId],
    assignment: Assignment,
    (by, at): (UserId, i64),
    reason: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO caseload_decision (kind, from_user, to_user, by, at, reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    tx.prepare_cached(sql)?.execute(params![
        assignment.stored_name(),
        assignment.from().as_ref().map(UserId::as_bytes),
        assignment.to().as_ref().map(UserId::as_bytes),
        by.as_bytes(),
        at,
        reason,
    ])?;
    let id = tx.last_insert_rowid();
    let sql = "INSERT INTO caseload_decision_case (decision, case_id) VALUES (?1, ?2)";
    let mut statement = tx.prepare_cached(sql)?;
    for case in done {
        statement.execute(params![id, case.as_bytes()])?;
    }
    Ok(())
}

/// What was decided of somebody's caseload, or of records that nobody had, the latest first.
///
/// # Errors
/// When the database refuses.
pub fn decisions(
    tx: &Transaction<'_>,
    user: Option<UserId>,
    count_max: usize,
) -> Result<Vec<Decision>, StoreError> {
    let sql = "SELECT kind, from_user, to_user, by, at, reason,
            (SELECT count(*) FROM caseload_decision_case WHERE decision = caseload_decision.id)
         FROM caseload_decision WHERE from_user IS ?1 OR to_user = ?1 ORDER BY id DESC LIMIT ?2";
    let mut statement = tx.prepare_cached(sql)?;
    let key = params![user.as_ref().map(UserId::as_bytes), count_max];
    let decisions = statement.query_map(key, read)?;
    Ok(decisions.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> Result<Decision, rusqlite::Error> {
    let kind: String = row.get(0)?;
    let from = column::user_if_any(row, 1)?;
    let assignment = match (kind.as_str(), from) {
        ("hand_over", Some(from)) => Assignment::HandOver { from, to: column::user(row, 2)? },
        ("take_off", Some(from)) => Assignment::TakeOff { from },
        _ => Assignment::Share { from, to: column::user(row, 2)? },
    };
    Ok(Decision {
        assignment,
        cases: row.get(6)?,
        by: column::user(row, 3)?,
        at: Timestamp::from_millisecond(row.get(4)?).unwrap_or_default(),
        reason: row.get(5)?,
    })
}
