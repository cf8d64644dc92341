//! The packs that were closed, and the rows that were NEW in each.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use shared::ods::OdsCode;

use super::{StoreError, worklist::WorklistRow};

/// A closed pack, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackLine {
    /// Its number among the practice's packs.
    pub number: u32,
    /// Its identifier.
    pub pack_id: String,
    /// When it was closed.
    pub cut_off: String,
    /// How many rows were NEW in it.
    pub new_rows: u32,
    /// How many entries were held back then.
    pub held_rows: u32,
}

/// The practice's packs, newest first.
///
/// # Errors
/// When the database refuses.
pub fn list(tx: &Transaction<'_>, practice: &OdsCode) -> Result<Vec<PackLine>, StoreError> {
    let sql = "SELECT number, pack_id, cut_off, new_rows, held_rows FROM pack
         WHERE practice = ?1 ORDER BY number DESC";
    let read = |row: &Row<'_>| {
        Ok(PackLine {
            number: row.get(0)?,
            pack_id: row.get(1)?,
            cut_off: row.get(2)?,
            new_rows: row.get(3)?,
            held_rows: row.get(4)?,
        })
    };
    let mut statement = tx.prepare_cached(sql)?;
    Ok(statement.query_map([practice.as_str()], read)?.collect::<Result<_, _>>()?)
}

/// The bytes of a closed pack.
///
/// # Errors
/// When the database refuses.
pub fn bytes(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    number: u32,
) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT zip FROM pack WHERE practice = ?1 AND number = ?2";
    let mut statement = tx.prepare_cached(sql)?;
    Ok(statement.query_row(params![practice.as_str(), number], |row| row.get(0)).optional()?)
}

/// Keeps a closed pack and its NEW rows. The keys of the tables refuse a row that was packed
/// before, and a number that is taken.
///
/// # Errors
/// When the database refuses.
pub fn keep(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    line: &PackLine,
    rows: &[WorklistRow],
    (sha256, zip): (&str, &[u8]),
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO pack (practice, number, pack_id, cut_off, new_rows, held_rows, sha256, zip)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            practice.as_str(),
            line.number,
            line.pack_id,
            line.cut_off,
            line.new_rows,
            line.held_rows,
            sha256,
            zip
        ],
    )?;
    let sql = "INSERT INTO pack_row
         (row_id, case_id, episode, snomed_code, practice, number, evidence_hash, event_date,
            author, nhs_number, family_name, given_names, birth_date)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    for row in rows {
        tx.prepare_cached(sql)?.execute(params![
            row.row_id,
            row.case,
            row.episode,
            row.snomed_code,
            practice.as_str(),
            line.number,
            row.evidence_hash,
            row.event_date,
            row.author.as_bytes(),
            row.person.nhs_number,
            row.person.family_name,
            row.person.given_names,
            row.person.birth_date,
        ])?;
    }
    Ok(())
}
