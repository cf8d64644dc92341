//! Records that look like one person's, and what the lead decided of each pair: a log of decisions,
//! of which the latest holds.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use shared::ids::{CaseId, UserId};

use super::{StoreError, cases, column, log::Appender};

/// Two records, whichever is named first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    one: CaseId,
    other: CaseId,
}

impl Pair {
    /// The pair of two records; none where they are the same one.
    pub fn of(first: CaseId, second: CaseId) -> Option<Self> {
        let (one, other) = (first.min(second), first.max(second));
        (one != other).then_some(Self { one, other })
    }

    /// Both records, always in the same order.
    pub fn both(self) -> [CaseId; 2] {
        [self.one, self.other]
    }

    /// The record beside this one; none where this is neither.
    pub fn beside(self, case: CaseId) -> Option<CaseId> {
        match case {
            one if one == self.one => Some(self.other),
            other if other == self.other => Some(self.one),
            _ => None,
        }
    }
}

/// What a lead decides of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Both records go on.
    DifferentPeople,
    /// This record goes on, and the other one is set aside.
    SamePerson(CaseId),
}

/// One decision of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Its place in the log.
    pub id: i64,
    /// The records.
    pub pair: Pair,
    /// What was decided.
    pub verdict: Verdict,
    /// Who decided.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// What came of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was kept. So many people were given the record that goes on, and so many gave back what
    /// the decision before this one had given them.
    Kept {
        /// Who was given it.
        given: u32,
        /// Who gave it back.
        taken: u32,
    },
    /// Somebody decided since the page was opened: nothing was done.
    Stale,
    /// Nothing is to be decided of these two, or it holds already: nothing was done.
    Gone,
    /// One of the two was set aside for a third record, which is the one to compare: nothing was
    /// done.
    SetAside,
    /// The other one's entry was sent, and this one has the same: it cannot be sent a second time,
    /// so that the other one has to go on. Nothing was done.
    SentFromOther,
}

/// The pairs that nobody has decided on, each once.
///
/// # Errors
/// When the database refuses.
pub fn undecided(tx: &Transaction<'_>) -> Result<Vec<Pair>, StoreError> {
    let sql = "SELECT one, other FROM undecided_pair WHERE one < other ORDER BY one, other";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| pair(row, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

const COLUMNS: &str = "SELECT one, other, id, goes_on, by, at, reason FROM";

fn pair(row: &Row<'_>, first: usize) -> Result<Pair, rusqlite::Error> {
    Ok(Pair { one: column::case(row, first)?, other: column::case(row, first + 1)? })
}

fn read(row: &Row<'_>) -> Result<Decision, rusqlite::Error> {
    let goes_on: Option<Vec<u8>> = row.get(3)?;
    Ok(Decision {
        id: row.get(2)?,
        pair: pair(row, 0)?,
        verdict: match goes_on {
            Some(_) => Verdict::SamePerson(column::case(row, 3)?),
            None => Verdict::DifferentPeople,
        },
        by: column::user(row, 4)?,
        at: Timestamp::from_millisecond(row.get(5)?).unwrap_or_default(),
        reason: row.get(6)?,
    })
}

/// What holds of each pair that was decided, the latest first.
///
/// # Errors
/// When the database refuses.
pub fn decided(tx: &Transaction<'_>, count_max: usize) -> Result<Vec<Decision>, StoreError> {
    let sql = format!("{COLUMNS} duplicate_verdict ORDER BY id DESC LIMIT ?1");
    let mut statement = tx.prepare_cached(&sql)?;
    Ok(statement.query_map([count_max], read)?.collect::<Result<_, _>>()?)
}

/// Every decision on a pair, in order.
///
/// # Errors
/// When the database refuses.
pub fn decisions(tx: &Transaction<'_>, pair: Pair) -> Result<Vec<Decision>, StoreError> {
    let sql = format!("{COLUMNS} duplicate_decision WHERE one = ?1 AND other = ?2 ORDER BY id");
    let mut statement = tx.prepare_cached(&sql)?;
    let key = params![pair.one.as_bytes(), pair.other.as_bytes()];
    Ok(statement.query_map(key, read)?.collect::<Result<_, _>>()?)
}

/// Whether the lead may lay these two side by side: they are alike, or were decided on before.
///
/// # Errors
/// When the database refuses.
pub fn may_compare(tx: &Transaction<'_>, pair: Pair) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM duplicate_decision WHERE one = ?1 AND other = ?2)
         OR EXISTS (SELECT 1 FROM alike WHERE case_id = ?1 AND other = ?2)
         OR EXISTS (SELECT 1 FROM undecided_pair WHERE one = ?1 AND other = ?2)";
    let key = params![pair.one.as_bytes(), pair.other.as_bytes()];
    Ok(tx.prepare_cached(sql)?.query_row(key, |row| row.get(0))?)
}

/// The record that goes on in the stead of this one; none where it was not set aside.
///
/// # Errors
/// When the database refuses.
pub fn goes_on_for(tx: &Transaction<'_>, case: CaseId) -> Result<Option<CaseId>, StoreError> {
    let mut statement = tx.prepare_cached("SELECT goes_on FROM stands_for WHERE case_id = ?1")?;
    let found = statement.query_row([case.as_bytes()], |row| column::case(row, 0));
    Ok(found.optional()?)
}

/// Decides on a pair, if `seen` is still the last decision on it (0 for none). Nothing is sent,
/// deleted or written to a record by it: what packs bring follows from the decisions that hold.
///
/// # Errors
/// When the database refuses.
pub fn decide(
    tx: &Transaction<'_>,
    pair: Pair,
    seen: i64,
    verdict: Verdict,
    (by, at): (UserId, i64),
    reason: &str,
) -> Result<Outcome, StoreError> {
    let last = decisions(tx, pair)?.pop();
    if last.as_ref().map_or(0, |last| last.id) != seen {
        return Ok(Outcome::Stale);
    }
    let stands = last.as_ref().is_some_and(|last| last.verdict == verdict);
    if stands || !may_compare(tx, pair)? {
        return Ok(Outcome::Gone);
    }
    if let Some(objection) = objection(tx, pair, verdict)? {
        return Ok(objection);
    }
    let goes_on = match verdict {
        Verdict::DifferentPeople => None,
        Verdict::SamePerson(goes_on) => Some(goes_on),
    };
    let sql = "INSERT INTO duplicate_decision (one, other, goes_on, by, at, reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    tx.prepare_cached(sql)?.execute(params![
        pair.one.as_bytes(),
        pair.other.as_bytes(),
        goes_on.as_ref().map(CaseId::as_bytes),
        by.as_bytes(),
        at,
        reason,
    ])?;
    let id = tx.last_insert_rowid();
    let mut appender = Appender::open(tx, at)?;
    let taken = match last {
        Some(last) => take_back(tx, &mut appender, &last)?,
        None => 0,
    };
    let given = match goes_on {
        Some(goes_on) => give(tx, &mut appender, (pair, goes_on), id)?,
        None => 0,
    };
    appender.finish()?;
    Ok(Outcome::Kept { given, taken })
}

/// Why a decision cannot be made as things stand.
fn objection(
    tx: &Transaction<'_>,
    pair: Pair,
    verdict: Verdict,
) -> Result<Option<Outcome>, StoreError> {
    let Verdict::SamePerson(goes_on) = verdict else { return Ok(None) };
    let Some(other) = pair.beside(goes_on) else { return Ok(Some(Outcome::Gone)) };
    // Each record is set aside for one other at most, so that no ring of them sets all aside.
    let sql = "SELECT EXISTS (SELECT 1 FROM set_aside
         WHERE case_id IN (?1, ?2) AND goes_on NOT IN (?1, ?2))";
    let key = params![goes_on.as_bytes(), other.as_bytes()];
    if tx.prepare_cached(sql)?.query_row(key, |row| row.get(0))? {
        return Ok(Some(Outcome::SetAside));
    }
    let sql = "SELECT EXISTS (SELECT 1 FROM settlement
         JOIN coded_entry AS entry ON entry.row_id = settlement.row_id
         WHERE settlement.case_id = ?2 AND entry.case_id = ?1)";
    let is_sent: bool = tx.prepare_cached(sql)?.query_row(key, |row| row.get(0))?;
    Ok(is_sent.then_some(Outcome::SentFromOther))
}

/// Gives the record that goes on to everybody who has the other one. Says to how many.
fn give(
    tx: &Transaction<'_>,
    appender: &mut Appender<'_>,
    (pair, goes_on): (Pair, CaseId),
    decision: i64,
) -> Result<u32, StoreError> {
    let Some(other) = pair.beside(goes_on) else { return Ok(0) };
    let have_it = cases::holders(tx, goes_on)?;
    let mut given = 0;
    for user in cases::holders(tx, other)?.into_iter().filter(|user| !have_it.contains(user)) {
        appender.grant(goes_on, user, None)?;
        let sql = "INSERT INTO duplicate_grant (decision, user) VALUES (?1, ?2)";
        tx.prepare_cached(sql)?.execute(params![decision, user.as_bytes()])?;
        given += 1;
    }
    Ok(given)
}

/// Takes what a decision gave from whoever still has it: it was another person's. What a later one
/// gave them on the strength of that, since the record had been set aside in its turn, they give back
/// as well. Says how many people gave something back.
fn take_back(
    tx: &Transaction<'_>,
    appender: &mut Appender<'_>,
    last: &Decision,
) -> Result<u32, StoreError> {
    let Verdict::SamePerson(goes_on) = last.verdict else { return Ok(0) };
    let all = given_by(tx, last.id, goes_on)?;
    let (mut users, mut case) = (all.clone(), goes_on);
    while !users.is_empty() {
        for user in &users {
            appender.revoke(case, *user)?;
        }
        let sql = "SELECT id, goes_on FROM duplicate_verdict
             WHERE ?1 IN (one, other) AND goes_on <> ?1";
        let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, column::case(row, 1)?));
        let mut statement = tx.prepare_cached(sql)?;
        let next = statement.query_row([case.as_bytes()], read).optional()?;
        let Some((decision, next)) = next else { break };
        let given = given_by(tx, decision, next)?;
        users.retain(|user| given.contains(user));
        case = next;
    }
    Ok(u32::try_from(all.len()).unwrap_or(u32::MAX))
}

/// Who was given a record by a decision and still has it.
fn given_by(tx: &Transaction<'_>, decision: i64, case: CaseId) -> Result<Vec<UserId>, StoreError> {
    let sql = "SELECT access.user FROM duplicate_grant
         JOIN access ON access.user = duplicate_grant.user AND access.case_id = ?2
         WHERE decision = ?1 AND revoked_position IS NULL ORDER BY access.user";
    let mut statement = tx.prepare_cached(sql)?;
    let users =
        statement.query_map(params![decision, case.as_bytes()], |row| column::user(row, 0))?;
    Ok(users.collect::<Result<_, _>>()?)
}
