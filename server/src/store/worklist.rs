//! One entry for a person at a practice to make: as the record says it now, or as a pack said it.

use rusqlite::{Row, Transaction, params};
use shared::{ids::UserId, ods::OdsCode};

use super::{StoreError, column};

/// One entry for a person to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorklistRow {
    /// Its identifier for life.
    pub row_id: String,
    /// The case, as stored.
    pub case: Vec<u8>,
    /// The episode of care.
    pub episode: String,
    /// The entry of the record that it rests on.
    pub event: String,
    /// The code.
    pub snomed_code: String,
    /// Its meaning.
    pub snomed_term: String,
    /// Its date.
    pub event_date: String,
    /// When it was signed.
    pub recorded_at: String,
    /// Who signed it.
    pub author: UserId,
    /// In which role.
    pub author_role: String,
    /// How they met.
    pub contact_type: String,
    /// What the person agreed to share.
    pub consent_scope: String,
    /// Whether to consider hiding it from online access.
    pub hide_online: bool,
    /// Who the person is.
    pub person: PersonLine,
    /// The person's sex, as the practice's system matches on it; empty where it is not recorded.
    pub sex: String,
    /// Names what a person would type.
    pub evidence_hash: String,
}

/// Who a person is, for a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonLine {
    /// Ten digits, or what was written instead.
    pub nhs_number: String,
    /// Family name.
    pub family_name: String,
    /// Given names.
    pub given_names: String,
    /// ISO date, or what was written instead.
    pub birth_date: String,
}

/// Who the person is, out of four columns.
pub(super) fn person(row: &Row<'_>, first: usize) -> Result<PersonLine, rusqlite::Error> {
    Ok(PersonLine {
        nhs_number: row.get(first)?,
        family_name: row.get(first + 1)?,
        given_names: row.get(first + 2)?,
        birth_date: row.get(first + 3)?,
    })
}

/// The names of a row's columns, alike in what the record says and in what packs said.
const NAMES: [&str; COLUMNS] = [
    "row_id",
    "case_id",
    "episode",
    "event",
    "snomed_code",
    "snomed_term",
    "event_date",
    "recorded_at",
    "author",
    "author_role",
    "contact_type",
    "consent_scope",
    "hide_online",
    "nhs_number",
    "family_name",
    "given_names",
    "birth_date",
    "sex",
    "evidence_hash",
];
/// How many they are: what a query asks for besides comes after them.
pub(super) const COLUMNS: usize = 19;

/// The columns of a row, of this table of a query.
pub(super) fn columns(table: &str) -> String {
    NAMES.map(|name| format!("{table}.{name}")).join(", ")
}

/// A row out of [`columns`], beginning at the first.
pub(super) fn read(row: &Row<'_>, first: usize) -> Result<WorklistRow, rusqlite::Error> {
    Ok(WorklistRow {
        row_id: row.get(first)?,
        case: row.get(first + 1)?,
        episode: row.get(first + 2)?,
        event: row.get(first + 3)?,
        snomed_code: row.get(first + 4)?,
        snomed_term: row.get(first + 5)?,
        event_date: row.get(first + 6)?,
        recorded_at: row.get(first + 7)?,
        author: column::user(row, first + 8)?,
        author_role: row.get(first + 9)?,
        contact_type: row.get(first + 10)?,
        consent_scope: row.get(first + 11)?,
        hide_online: row.get(first + 12)?,
        person: person(row, first + 13)?,
        sex: row.get(first + 17)?,
        evidence_hash: row.get(first + 18)?,
    })
}

/// An entry as the record says it now, with what the practice may be told beside the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// The entry.
    pub row: WorklistRow,
    /// The row whose place it takes; empty where there is none.
    pub replaces_row_id: String,
    /// What the practice may be told beside the code; empty where nothing may be.
    pub summary: String,
}

/// Entries that their practice was never told of, and that no other practice may be making: as
/// after a move, until the one that was asked before has answered.
pub(super) const UNASKED: &str = "NOT EXISTS (SELECT 1 FROM settlement
        WHERE settlement.row_id = entry.row_id)
     AND NOT EXISTS (SELECT 1 FROM settlement AS other
        WHERE other.case_id = entry.case_id AND other.episode = entry.episode
            AND other.snomed_code = entry.snomed_code AND other.live)";
/// Entries of a case that looks like another one, where nobody has decided whether it is.
pub(super) const DUPLICATE: &str = "entry.case_id IN (SELECT case_id FROM likely_duplicate)";
/// Entries of a case that has one NHS number with another one, though they are different people.
pub(super) const SHARES_NUMBER: &str = "entry.case_id IN (SELECT case_id FROM shared_nhs_number)";
/// Entries whose row went out for another case, or goes out for one: it never does a second time.
pub(super) const SENT_ELSEWHERE: &str = "(EXISTS (SELECT 1 FROM settlement AS other
        WHERE other.row_id = entry.row_id AND other.case_id <> entry.case_id)
     OR EXISTS (SELECT 1 FROM standing_entry AS twin
        WHERE twin.row_id = entry.row_id AND twin.case_id < entry.case_id)
        AND NOT EXISTS (SELECT 1 FROM settlement AS own
            WHERE own.row_id = entry.row_id AND own.case_id = entry.case_id))";
/// Entries of a case that cannot be read any more: what is known of it may be out of date.
pub(super) const UNREADABLE: &str = "entry.case_id IN (SELECT case_id FROM case_log WHERE failed)";

/// Entries of which nothing has to be settled first.
pub(super) fn is_settled() -> String {
    format!("NOT {DUPLICATE} AND NOT {SHARES_NUMBER} AND NOT {UNREADABLE} AND NOT {SENT_ELSEWHERE}")
}

/// Entries of which their practice was not told just how they read, or which are not out there: few,
/// after the first pack. Everything that is to be asked is among them.
pub(super) struct Open(String);

impl Open {
    /// Those of a practice, or of all.
    pub fn of(tx: &Transaction<'_>, practice: Option<&OdsCode>) -> Result<Self, StoreError> {
        let whose = if practice.is_some() { "entry.practice = ?1" } else { "?1 IS NULL" };
        let sql = format!(
            "SELECT json_group_array(DISTINCT entry.row_id) FROM coded_entry AS entry
             WHERE {whose} AND NOT EXISTS (SELECT 1 FROM settlement AS own
                WHERE own.row_id = entry.row_id AND own.case_id = entry.case_id
                    AND own.evidence_hash = entry.evidence_hash
                    AND own.hide_online >= entry.hide_online
                    AND own.consent_scope IN ('', entry.consent_scope)
                    AND own.action <> 'RETRACT' AND own.live)"
        );
        let mut statement = tx.prepare_cached(&sql)?;
        Ok(Self(statement.query_row([practice.map(OdsCode::as_str)], |row| row.get(0))?))
    }

    /// Their rows as a JSON array, for [`OPEN_ENTRIES`].
    pub fn rows(&self) -> &str {
        &self.0
    }
}

/// The tables of a query about open entries, whose rows are its second value.
pub(super) const OPEN_ENTRIES: &str = "json_each(?2) AS open
     CROSS JOIN standing_entry AS entry ON entry.row_id = open.value";

/// The entries that are ready for this practice and in no pack, by code, date and name.
///
/// # Errors
/// When the database refuses.
pub fn ready(tx: &Transaction<'_>, practice: &OdsCode) -> Result<Vec<Ready>, StoreError> {
    ready_among(tx, practice, &Open::of(tx, Some(practice))?)
}

/// As [`ready`], of a practice whose open entries are known.
pub(super) fn ready_among(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    open: &Open,
) -> Result<Vec<Ready>, StoreError> {
    let (columns, is_settled) = (columns("entry"), is_settled());
    // The other answer of the episode, or the same one at the practice of before.
    let sql = format!(
        "SELECT {columns}, entry.summary,
            ifnull((SELECT old.row_id FROM settlement AS old
                WHERE old.case_id = entry.case_id AND old.episode = entry.episode
                    AND old.row_id <> entry.row_id
                    AND (old.snomed_code = entry.snomed_code
                        OR old.snomed_code IN ('871731000000106', '871711000000103')
                            AND entry.snomed_code IN ('871731000000106', '871711000000103'))
                ORDER BY old.asked_in DESC, old.row_id LIMIT 1), '')
         FROM {OPEN_ENTRIES}
         WHERE entry.practice = ?1 AND {UNASKED} AND {is_settled}
         ORDER BY entry.snomed_code, entry.event_date, entry.family_name, entry.given_names,
            entry.row_id"
    );
    let read = |row: &Row<'_>| {
        Ok(Ready {
            row: read(row, 0)?,
            summary: row.get(COLUMNS)?,
            replaces_row_id: row.get(COLUMNS + 1)?,
        })
    };
    let mut statement = tx.prepare_cached(&sql)?;
    let values = params![practice.as_str(), open.rows()];
    Ok(statement.query_map(values, read)?.collect::<Result<_, _>>()?)
}
