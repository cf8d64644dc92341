//! Urgent concerns, for the practice and for the lead: each list is read with its reader in the
//! query, and neither says what the person said.

use jiff::{Timestamp, ToSpan, civil::Date};
use rusqlite::{Row, Transaction, params};
use shared::{
    ids::{CaseId, UserId},
    ods::OdsCode,
};

use super::{
    StoreError, column,
    worklist::{PersonLine, person},
};

/// How long a practice sees that somebody took a concern over, in days: whoever was away reads it
/// on coming back.
const TAKEN_OVER_DAYS: i64 = 7;

/// An urgent concern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrgentRow {
    /// The case.
    pub case: CaseId,
    /// The entry of the record.
    pub event: String,
    /// Since when: the day, as it is stored.
    pub event_date: String,
    /// And by the clock.
    pub event_time: String,
    /// Who recorded it.
    pub author: UserId,
    /// The person's practice; empty where it is not known.
    pub practice: String,
    /// Who the person is.
    pub person: PersonLine,
    /// Who was told; empty for nobody.
    pub informed: String,
    /// When, as it is stored; empty for nobody.
    pub informed_at: String,
    /// Who took it over; empty for nobody.
    pub owner: String,
    /// By when somebody is to check on the person; empty where no check is due.
    pub check_on: String,
}

impl UrgentRow {
    /// Whether a named person took it over.
    pub fn has_owner(&self) -> bool {
        !self.owner.is_empty()
    }

    /// Whether its own day went by without a named person who took it over.
    pub fn is_past_its_day(&self, today: Date) -> bool {
        // Days are stored so that they sort as text.
        !self.has_owner() && self.event_date < today.to_string()
    }

    /// Whether somebody was to check on the person, and nobody is recorded to have.
    pub fn is_check_missed(&self, today: Date) -> bool {
        !self.check_on.is_empty() && self.check_on < today.to_string()
    }
}

const COLUMNS: &str = "SELECT event_date, event_time, author, practice, nhs_number, family_name,
     given_names, birth_date, informed, informed_at, owner, check_on, case_id, event
     FROM urgent_concern";

fn read(row: &Row<'_>) -> Result<UrgentRow, rusqlite::Error> {
    Ok(UrgentRow {
        case: column::case(row, 12)?,
        event: row.get(13)?,
        event_date: row.get(0)?,
        event_time: row.get(1)?,
        author: column::user(row, 2)?,
        practice: row.get(3)?,
        person: person(row, 4)?,
        informed: row.get(8)?,
        informed_at: row.get(9)?,
        owner: row.get(10)?,
        check_on: row.get(11)?,
    })
}

/// The concerns of this practice's own people: those without an owner first, the oldest first, and
/// those of the last days that somebody took over, since a phone may bring both at once.
///
/// # Errors
/// When the database refuses.
pub fn of_practice(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    today: Date,
) -> Result<Vec<UrgentRow>, StoreError> {
    let since = today.saturating_sub(TAKEN_OVER_DAYS.days()).to_string();
    let sql = format!(
        "{COLUMNS} WHERE practice = ?1 AND (owner = '' OR event_date >= ?2)
         ORDER BY owner <> '', event_date, event_time, event"
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map([practice.as_str(), since.as_str()], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Every concern of the service that somebody has to look after: those without an owner, and those
/// where nobody checked on the person by the day that was set.
///
/// # Errors
/// When the database refuses.
pub fn of_service(tx: &Transaction<'_>, today: Date) -> Result<Vec<UrgentRow>, StoreError> {
    let sql = format!(
        "{COLUMNS} WHERE owner = '' OR (check_on <> '' AND check_on < ?1)
         ORDER BY owner <> '', event_date, event_time, event"
    );
    let mut statement = tx.prepare_cached(&sql)?;
    Ok(statement.query_map([today.to_string()], read)?.collect::<Result<_, _>>()?)
}

/// Concerns of the last days that somebody took over and that their practice has not answered, as
/// long as it is asked to.
///
/// # Errors
/// When the database refuses.
pub fn taken_over_unanswered(
    tx: &Transaction<'_>,
    today: Date,
) -> Result<Vec<UrgentRow>, StoreError> {
    let since = today.saturating_sub(TAKEN_OVER_DAYS.days()).to_string();
    let sql = format!(
        "{COLUMNS} WHERE owner <> '' AND practice <> '' AND event_date >= ?1
            AND NOT (check_on <> '' AND check_on < ?2)
            AND NOT EXISTS (SELECT 1 FROM urgent_answer AS answer
                WHERE answer.case_id = urgent_concern.case_id AND answer.event = urgent_concern.event)
         ORDER BY event_date, event_time, event"
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map([since, today.to_string()], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What somebody at a practice wrote about a concern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrgentAnswer {
    /// What the practice does.
    pub words: String,
    /// Who wrote it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// What a concern's practice answered, in order.
///
/// # Errors
/// When the database refuses.
pub fn answers(tx: &Transaction<'_>, row: &UrgentRow) -> Result<Vec<UrgentAnswer>, StoreError> {
    let sql = "SELECT words, by, at FROM urgent_answer
         WHERE case_id = ?1 AND event = ?2 AND practice = ?3 ORDER BY id";
    let read = |row: &Row<'_>| {
        Ok(UrgentAnswer {
            words: row.get(0)?,
            by: column::user(row, 1)?,
            at: Timestamp::from_millisecond(row.get(2)?).unwrap_or_default(),
        })
    };
    let mut statement = tx.prepare_cached(sql)?;
    let key = params![row.case.as_bytes(), row.event, row.practice];
    Ok(statement.query_map(key, read)?.collect::<Result<_, _>>()?)
}

/// Keeps what a practice answers about a concern. Says whether it is one of its people's.
///
/// # Errors
/// When the database refuses.
pub fn answer(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    (case, event): (CaseId, &str),
    (by, at): (UserId, i64),
    words: &str,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO urgent_answer (case_id, event, practice, by, at, words)
         SELECT case_id, event, practice, ?4, ?5, ?6 FROM urgent_concern
         WHERE case_id = ?1 AND event = ?2 AND practice = ?3";
    let key = params![case.as_bytes(), event, practice.as_str(), by.as_bytes(), at, words];
    Ok(tx.prepare_cached(sql)?.execute(key)? > 0)
}
