//! What practices owe an answer, and what they sent back that nobody has put right, for the lead.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Row, Transaction, params};
use shared::ods::OdsCode;

use super::{
    StoreError, asks, column, packs,
    receipts::Outcome,
    settlements::{self, Settled},
};

/// Where one practice stands with what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// The practice.
    pub practice: OdsCode,
    /// Its name.
    pub name: String,
    /// Rows without an answer.
    pub rows: u32,
    /// Of these, those that were asked so long ago that packs remind of them.
    pub overdue: u32,
    /// When the oldest of them was asked, as it is stored; none where every row is answered.
    pub oldest: Option<String>,
    /// Rows that were answered twice in two ways.
    pub contradictions: u32,
    /// When an answer came last; none where there never was one.
    pub last_receipt: Option<Timestamp>,
}

/// Every practice that was asked or answered something, the longest wait first.
///
/// # Errors
/// When the database refuses.
pub fn by_practice(tx: &Transaction<'_>, now: Timestamp) -> Result<Vec<Unanswered>, StoreError> {
    let sql = "SELECT practice.ods, practice.name,
            ifnull(sum(outcome = ''), 0), ifnull(sum(outcome = '' AND asked.cut_off <= ?1), 0),
            min(iif(outcome = '', asked.cut_off, NULL)) AS oldest, count(contradiction),
            (SELECT max(at) FROM receipt WHERE receipt.practice = practice.ods)
         FROM practice
         JOIN settlement ON settlement.practice = practice.ods
         JOIN pack AS asked ON asked.practice = settlement.practice
            AND asked.number = settlement.asked_in
         GROUP BY practice.ods ORDER BY oldest IS NULL, oldest, practice.name";
    let since = now.as_second() - asks::REMIND_AFTER_DAYS * 24 * 60 * 60;
    let since = packs::instant(Timestamp::from_second(since).unwrap_or(Timestamp::MIN));
    let read = |row: &Row<'_>| {
        let at: Option<i64> = row.get(6)?;
        Ok(Unanswered {
            practice: column::practice(row, 0)?.ok_or(rusqlite::Error::InvalidQuery)?,
            name: row.get(1)?,
            rows: row.get(2)?,
            overdue: row.get(3)?,
            oldest: row.get(4)?,
            contradictions: row.get(5)?,
            last_receipt: at.and_then(|at| Timestamp::from_millisecond(at).ok()),
        })
    };
    let mut statement = tx.prepare_cached(sql)?;
    Ok(statement.query_map(params![since], read)?.collect::<Result<_, _>>()?)
}

/// Rows that were sent back and read now as they did then, and those that a practice could not take
/// back: the latest answer first.
///
/// # Errors
/// When the database refuses.
pub fn sent_back(tx: &Transaction<'_>) -> Result<Vec<Settled>, StoreError> {
    let sql = "SELECT settlement.row_id FROM settlement
         JOIN standing_entry AS entry ON entry.row_id = settlement.row_id
            AND entry.case_id = settlement.case_id
            AND entry.evidence_hash = settlement.evidence_hash";
    let mut statement = tx.prepare_cached(sql)?;
    let alike = statement.query_map([], |row| row.get::<_, String>(0))?;
    let alike: BTreeSet<String> = alike.collect::<Result<_, _>>()?;
    let waits = |settled: &Settled| match settled.action {
        // Between two answers the practice decides first.
        _ if settled.is_contested => false,
        asks::Action::Retract => !matches!(settled.outcome, Some(Outcome::DuplicateOf)),
        _ => alike.contains(&settled.row.row_id),
    };
    Ok(settlements::refused(tx, None)?.into_iter().filter(waits).collect())
}
