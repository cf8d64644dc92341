//! A practice's worklist, read with the practice in the query.

use rusqlite::{Row, Transaction};
use shared::{ids::UserId, ods::OdsCode};

use super::{StoreError, column};

/// Entries in no pack: whatever their row was called then, as after a move to another practice.
pub(super) const UNPACKED: &str = "NOT EXISTS (SELECT 1 FROM pack_row
     WHERE pack_row.case_id = entry.case_id AND pack_row.episode = entry.episode
        AND pack_row.snomed_code = entry.snomed_code)";
/// Entries of a case that looks like another one, or whose row went out for another one.
pub(super) const DUPLICATE: &str = "(entry.case_id IN (SELECT case_id FROM likely_duplicate)
     OR entry.row_id IN (SELECT row_id FROM pack_row))";
/// Entries of a case that cannot be read any more: what is known of it may be out of date.
pub(super) const UNREADABLE: &str = "entry.case_id IN (SELECT case_id FROM case_log WHERE failed)";

/// One entry for a person to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorklistRow {
    /// Its identifier for life.
    pub row_id: String,
    /// The case, as stored.
    pub case: Vec<u8>,
    /// The episode of care.
    pub episode: String,
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

/// The entries that are ready for this practice and in no pack, by code, date and name.
///
/// # Errors
/// When the database refuses.
pub fn ready(tx: &Transaction<'_>, practice: &OdsCode) -> Result<Vec<WorklistRow>, StoreError> {
    let sql = format!(
        "SELECT row_id, case_id, episode, snomed_code, snomed_term, event_date, recorded_at,
            author, author_role, contact_type, consent_scope, hide_online,
            nhs_number, family_name, given_names, birth_date, sex, evidence_hash
         FROM coded_entry AS entry
         WHERE practice = ?1 AND {UNPACKED} AND NOT {DUPLICATE} AND NOT {UNREADABLE}
         ORDER BY snomed_code, event_date, family_name, given_names, row_id"
    );
    let read = |row: &Row<'_>| {
        Ok(WorklistRow {
            row_id: row.get(0)?,
            case: row.get(1)?,
            episode: row.get(2)?,
            snomed_code: row.get(3)?,
            snomed_term: row.get(4)?,
            event_date: row.get(5)?,
            recorded_at: row.get(6)?,
            author: column::user(row, 7)?,
            author_role: row.get(8)?,
            contact_type: row.get(9)?,
            consent_scope: row.get(10)?,
            hide_online: row.get(11)?,
            person: person(row, 12)?,
            sex: row.get(16)?,
            evidence_hash: row.get(17)?,
        })
    };
    let mut statement = tx.prepare_cached(&sql)?;
    Ok(statement.query_map([practice.as_str()], read)?.collect::<Result<_, _>>()?)
}
