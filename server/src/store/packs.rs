//! The packs that were closed, with every row as the practice was told it.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use shared::{ids::UserId, ods::OdsCode};

use super::{
    StoreError,
    asks::{Action, Ask},
    column, settlements,
};

/// A closed pack, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackLine {
    /// Its number among the practice's packs.
    pub number: u32,
    /// Its identifier.
    pub pack_id: String,
    /// When it was closed.
    pub cut_off: String,
    /// How many rows of each action are in it.
    pub rows: Counts,
    /// How many entries were held back then.
    pub held_rows: u32,
    /// Who closed it; none for the daily cut-off and for a command.
    pub closed_by: Option<UserId>,
}

/// Rows of a pack by action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Entries to make.
    pub new: u32,
    /// Entries to put right.
    pub amend: u32,
    /// Entries to take back.
    pub retract: u32,
    /// Entries that nobody has answered.
    pub reminder: u32,
}

impl Counts {
    /// The rows of a pack, counted.
    pub fn of(asks: &[Ask]) -> Self {
        let count = |action| {
            let count = asks.iter().filter(|ask| ask.action == action).count();
            u32::try_from(count).unwrap_or(u32::MAX)
        };
        Self {
            new: count(Action::New),
            amend: count(Action::Amend),
            retract: count(Action::Retract),
            reminder: count(Action::Reminder),
        }
    }

    /// Rows that ask for something that no pack asked for before.
    pub fn asked(self) -> u32 {
        self.new + self.amend + self.retract
    }
}

/// An instant as packs carry it.
pub fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The practice's packs, newest first.
///
/// # Errors
/// When the database refuses.
pub fn list(tx: &Transaction<'_>, practice: &OdsCode) -> Result<Vec<PackLine>, StoreError> {
    let sql = "SELECT number, pack_id, cut_off, new_rows, amend_rows, retract_rows, reminder_rows,
            held_rows, closed_by
         FROM pack WHERE practice = ?1 ORDER BY number DESC";
    let mut statement = tx.prepare_cached(sql)?;
    Ok(statement.query_map([practice.as_str()], read_line)?.collect::<Result<_, _>>()?)
}

fn read_line(row: &Row<'_>) -> Result<PackLine, rusqlite::Error> {
    Ok(PackLine {
        number: row.get(0)?,
        pack_id: row.get(1)?,
        cut_off: row.get(2)?,
        rows: Counts {
            new: row.get(3)?,
            amend: row.get(4)?,
            retract: row.get(5)?,
            reminder: row.get(6)?,
        },
        held_rows: row.get(7)?,
        closed_by: column::user_if_any(row, 8)?,
    })
}

/// The last pack of a practice.
///
/// # Errors
/// When the database refuses.
pub fn last(tx: &Transaction<'_>, practice: &OdsCode) -> Result<Option<PackLine>, StoreError> {
    let sql = "SELECT number, pack_id, cut_off, new_rows, amend_rows, retract_rows, reminder_rows,
            held_rows, closed_by
         FROM pack WHERE practice = ?1 ORDER BY number DESC LIMIT 1";
    let mut statement = tx.prepare_cached(sql)?;
    Ok(statement.query_row([practice.as_str()], read_line).optional()?)
}

/// The number of a practice's pack by its identifier.
///
/// # Errors
/// When the database refuses.
pub fn number_of(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    pack_id: &str,
) -> Result<Option<u32>, StoreError> {
    let sql = "SELECT number FROM pack WHERE pack_id = ?1 AND practice = ?2";
    let mut statement = tx.prepare_cached(sql)?;
    Ok(statement.query_row(params![pack_id, practice.as_str()], |row| row.get(0)).optional()?)
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

/// Keeps a closed pack and its rows. The keys of the tables refuse a row that was NEW before, a fact
/// that is out with another row, and a number that is taken.
///
/// # Errors
/// When the database refuses.
pub fn keep(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    line: &PackLine,
    asks: &[(Ask, bool)],
    (sha256, zip): (&str, &[u8]),
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO pack (practice, number, pack_id, cut_off, new_rows, held_rows, sha256, zip,
            amend_rows, retract_rows, reminder_rows, closed_by, position)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,
            (SELECT ifnull(max(position), 0) + 1 FROM pack))",
        params![
            practice.as_str(),
            line.number,
            line.pack_id,
            line.cut_off,
            line.rows.new,
            line.held_rows,
            sha256,
            zip,
            line.rows.amend,
            line.rows.retract,
            line.rows.reminder,
            line.closed_by.as_ref().map(UserId::as_bytes),
        ],
    )?;
    for (ask, late) in asks {
        keep_row(tx, practice, line.number, ask, *late)?;
        settlements::note_ask(tx, practice, line.number, ask)?;
    }
    Ok(())
}

fn keep_row(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    number: u32,
    ask: &Ask,
    late: bool,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO packed_row (practice, number, row_id, action, reason, replaces_row_id,
            case_id, episode, event, snomed_code, snomed_term, event_date, recorded_at, late, author,
            author_role, contact_type, consent_scope, hide_online, nhs_number, family_name,
            given_names, birth_date, sex, evidence_hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
            ?19, ?20, ?21, ?22, ?23, ?24, ?25)";
    let row = &ask.row;
    tx.prepare_cached(sql)?.execute(params![
        practice.as_str(),
        number,
        row.row_id,
        ask.action.name(),
        ask.reason,
        ask.replaces_row_id,
        row.case,
        row.episode,
        row.event,
        row.snomed_code,
        row.snomed_term,
        row.event_date,
        row.recorded_at,
        late,
        row.author.as_bytes(),
        row.author_role,
        row.contact_type,
        row.consent_scope,
        row.hide_online,
        row.person.nhs_number,
        row.person.family_name,
        row.person.given_names,
        row.person.birth_date,
        row.sex,
        row.evidence_hash,
    ])?;
    Ok(())
}
