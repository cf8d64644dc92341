//! A practice's worklist and packs, each read with the practice in the query.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use shared::{ids::UserId, ods::OdsCode};

use super::{StoreError, column};

/// Which entries of a practice are still to be packed: never packed anywhere, under any row.
const READY: &str = "coded_entry.practice = ?1
     AND NOT EXISTS (SELECT 1 FROM pack_row WHERE pack_row.case_id = coded_entry.case_id
        AND pack_row.episode = coded_entry.episode
        AND pack_row.snomed_code = coded_entry.snomed_code)";

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

/// One entry that waits for a person, for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRow {
    /// The code that it would have; empty while the answer itself is contested.
    pub snomed_code: String,
    /// Its date.
    pub event_date: String,
    /// Who signed it.
    pub author: UserId,
    /// Who the person is.
    pub person: PersonLine,
    /// Why it waits: a stable name.
    pub reason: String,
    /// Why it waits, in words.
    pub words: String,
}

/// An urgent concern that nobody is recorded to have taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrgentRow {
    /// Since when.
    pub event_date: String,
    /// Who recorded it.
    pub author: UserId,
    /// Who the person is.
    pub person: PersonLine,
}

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

fn person(row: &Row<'_>, first: usize) -> Result<PersonLine, rusqlite::Error> {
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
         FROM coded_entry WHERE {READY} AND case_id NOT IN (SELECT case_id FROM likely_duplicate)
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

/// What is held back for this practice: by its own reasons, as a likely duplicate, or because it
/// changed after it was packed. With no practice, what is held back in the whole service.
///
/// # Errors
/// When the database refuses.
pub fn held(tx: &Transaction<'_>, practice: Option<&OdsCode>) -> Result<Vec<HeldRow>, StoreError> {
    let duplicate = shared::coding::Hold::LikelyDuplicate;
    let sql = format!(
        "SELECT snomed_code, event_date, author, nhs_number, family_name, given_names,
            birth_date, reason, words FROM held_entry WHERE ?1 IS NULL OR practice = ?1
         UNION ALL
         SELECT snomed_code, event_date, author, nhs_number, family_name, given_names,
            birth_date, ?2, ?3 FROM coded_entry
         WHERE {} AND case_id IN (SELECT case_id FROM likely_duplicate)
         UNION ALL
         SELECT entry.snomed_code, entry.event_date, entry.author, entry.nhs_number,
            entry.family_name, entry.given_names, entry.birth_date, 'changed_after_packing', ?4
         FROM coded_entry AS entry
         JOIN pack_row ON pack_row.case_id = entry.case_id AND pack_row.episode = entry.episode
            AND pack_row.snomed_code = entry.snomed_code
         WHERE pack_row.evidence_hash <> entry.evidence_hash
            AND (?1 IS NULL OR pack_row.practice = ?1)
         ORDER BY 5, 6, 2, 8",
        READY.replace("coded_entry.practice = ?1", "(?1 IS NULL OR coded_entry.practice = ?1)")
    );
    let changed = "Something about this entry changed after it was in a pack. Compare it with the \
                   practice's record; until then nothing more is sent.";
    let read = |row: &Row<'_>| {
        Ok(HeldRow {
            snomed_code: row.get(0)?,
            event_date: row.get(1)?,
            author: column::user(row, 2)?,
            person: person(row, 3)?,
            reason: row.get(7)?,
            words: row.get(8)?,
        })
    };
    let mut statement = tx.prepare_cached(&sql)?;
    let practice = practice.map(OdsCode::as_str);
    let values = params![practice, duplicate.name(), duplicate.words(), changed];
    Ok(statement.query_map(values, read)?.collect::<Result<_, _>>()?)
}

/// The urgent concerns without an owner of this practice, or of the whole service, oldest first.
///
/// # Errors
/// When the database refuses.
pub fn urgent(
    tx: &Transaction<'_>,
    practice: Option<&OdsCode>,
) -> Result<Vec<UrgentRow>, StoreError> {
    let sql = "SELECT event_date, author, nhs_number, family_name, given_names, birth_date
         FROM urgent_concern WHERE ?1 IS NULL OR practice = ?1 ORDER BY event_date, event";
    let read = |row: &Row<'_>| {
        Ok(UrgentRow {
            event_date: row.get(0)?,
            author: column::user(row, 1)?,
            person: person(row, 2)?,
        })
    };
    let mut statement = tx.prepare_cached(sql)?;
    let practice = practice.map(OdsCode::as_str);
    Ok(statement.query_map([practice], read)?.collect::<Result<_, _>>()?)
}

/// The practice's packs, newest first.
///
/// # Errors
/// When the database refuses.
pub fn packs(tx: &Transaction<'_>, practice: &OdsCode) -> Result<Vec<PackLine>, StoreError> {
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
pub fn pack_bytes(
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
pub fn keep_pack(
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
         (row_id, case_id, episode, snomed_code, practice, number, evidence_hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    for row in rows {
        tx.prepare_cached(sql)?.execute(params![
            row.row_id,
            row.case,
            row.episode,
            row.snomed_code,
            practice.as_str(),
            line.number,
            row.evidence_hash
        ])?;
    }
    Ok(())
}
