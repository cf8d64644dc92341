//! Where each row that was ever packed stands: what follows from the packs and the receipts.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use shared::{ids::CaseId, ods::OdsCode};

use super::{
    StoreError,
    asks::{Action, Ask},
    course::{self, Course},
    receipts::Outcome,
    telling,
    worklist::{self, COLUMNS, WorklistRow, columns},
};

/// A row that was packed, as the practice was told it last, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The entry as it was told.
    pub row: WorklistRow,
    /// The practice.
    pub practice: String,
    /// The pack that asked last.
    pub asked_in: u32,
    /// What it asked.
    pub action: Action,
    /// Why, for an amendment and for what is taken back.
    pub reason: String,
    /// The answer; none while there is none.
    pub outcome: Option<Outcome>,
    /// The day of the answer; empty where that was not said.
    pub on_date: String,
    /// Its reason, or the other row.
    pub detail: String,
    /// Whether another answer contradicts it and nobody has settled that.
    pub is_contested: bool,
}

/// Notes what a pack asks of a row: whatever was answered before, the practice is asked again. A
/// reminder asks nothing new.
///
/// # Errors
/// When the database refuses: another row may be out for the same fact.
pub fn note_ask(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    number: u32,
    ask: &Ask,
) -> Result<(), StoreError> {
    let row = &ask.row;
    if ask.action == Action::Reminder {
        let sql = "UPDATE settlement SET mentioned_in = ?2 WHERE row_id = ?1";
        tx.prepare_cached(sql)?.execute(params![row.row_id, number])?;
        return Ok(());
    }
    if !ask.replaces_row_id.is_empty() && ask.action != Action::New {
        // The entry went on with the patient, and so does who answers for it.
        let sql = "UPDATE settlement SET live = 0 WHERE row_id = ?1";
        tx.prepare_cached(sql)?.execute([&ask.replaces_row_id])?;
    }
    let sql = "INSERT INTO settlement (row_id, practice, case_id, episode, snomed_code, asked_in,
            mentioned_in, action, evidence_hash, hide_online, outcome, on_date, detail, receipt,
            contradiction, live, consent_scope)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9, '', '', '', NULL, NULL, 1, ?10)
         ON CONFLICT (row_id) DO UPDATE SET asked_in = excluded.asked_in,
            mentioned_in = excluded.mentioned_in, action = excluded.action,
            evidence_hash = excluded.evidence_hash, hide_online = excluded.hide_online,
            consent_scope = excluded.consent_scope,
            outcome = '', on_date = '', detail = '', receipt = NULL, live = 1";
    tx.prepare_cached(sql)?.execute(params![
        row.row_id,
        practice.as_str(),
        row.case,
        row.episode,
        row.snomed_code,
        number,
        ask.action.name(),
        row.evidence_hash,
        row.hide_online,
        row.consent_scope,
    ])?;
    telling::note(tx, &row.row_id)
}

/// Brings a row up to date with the receipts for what was asked of it last, and notes which row of its
/// fact is out.
///
/// # Errors
/// When the database refuses.
pub fn note_answers(tx: &Transaction<'_>, row_id: &str) -> Result<(), StoreError> {
    let course = Course::of(tx, row_id)?;
    let Some(asked) = course.last() else { return Ok(()) };
    let answer = asked.standing().answer;
    let contradiction = course.contested().and_then(|asked| asked.standing().contradiction);
    let outcome = answer.and_then(|answer| answer.said.outcome);
    let sql = "UPDATE settlement SET outcome = ?2, on_date = ?3, detail = ?4, receipt = ?5,
            contradiction = ?6
         WHERE row_id = ?1";
    tx.prepare_cached(sql)?.execute(params![
        row_id,
        outcome.map_or("", Outcome::name),
        answer.map_or("", |answer| answer.said.on_date.as_str()),
        answer.map_or("", |answer| answer.said.detail.as_str()),
        answer.map(|answer| answer.id),
        contradiction.map(|receipt| receipt.id),
    ])?;
    note_which_is_out(tx, row_id, course)?;
    telling::note(tx, row_id)
}

/// Notes which of the rows of a fact is out: mostly there is this one alone.
fn note_which_is_out(tx: &Transaction<'_>, row_id: &str, course: Course) -> Result<(), StoreError> {
    let sql = "SELECT fact.row_id FROM settlement AS own
         JOIN settlement AS fact ON fact.case_id = own.case_id AND fact.episode = own.episode
            AND fact.snomed_code = own.snomed_code
         WHERE own.row_id = ?1 AND fact.row_id <> own.row_id";
    let mut statement = tx.prepare_cached(sql)?;
    let (mut rows, mut courses) = (vec![row_id.to_owned()], vec![course]);
    for other in statement.query_map([row_id], |row| row.get::<_, String>(0))? {
        let other = other?;
        courses.push(Course::of(tx, &other)?);
        rows.push(other);
    }
    let out = course::out_of(&courses);
    let sql = "UPDATE settlement SET live = ?2 WHERE row_id = ?1";
    let mut note = tx.prepare_cached(sql)?;
    // No two are out at any moment.
    for row in &rows {
        note.execute(params![row, false])?;
    }
    if let Some(out) = out {
        note.execute(params![rows[out], true])?;
    }
    Ok(())
}

/// Whether another practice sees to the entry of this row: another row is out for the same fact, or the
/// entry went on with the patient. Then this one's practice may not be making it too.
///
/// # Errors
/// When the database refuses.
pub fn is_out_elsewhere(
    tx: &Transaction<'_>,
    row_id: &str,
    course: &Course,
) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM settlement AS own
         JOIN settlement AS other ON other.case_id = own.case_id AND other.episode = own.episode
            AND other.snomed_code = own.snomed_code AND other.row_id <> own.row_id AND other.live
         WHERE own.row_id = ?1)";
    let is_out = || tx.prepare_cached(sql)?.query_row([row_id], |row| row.get(0));
    Ok(course.has_gone_on() || is_out()?)
}

/// Works every row out again from the logs.
///
/// # Errors
/// When the database refuses.
pub fn rebuild(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.execute("DELETE FROM settlement", [])?;
    let last = "SELECT max(number) FROM packed_row AS other
         WHERE other.practice = packed.practice AND other.row_id = packed.row_id";
    let sql = format!(
        "INSERT INTO settlement (row_id, practice, case_id, episode, snomed_code, asked_in,
            mentioned_in, action, evidence_hash, hide_online, outcome, on_date, detail, receipt,
            contradiction, live, consent_scope)
         SELECT row_id, practice, case_id, episode, snomed_code, number, ({last}), action,
            evidence_hash, hide_online, '', '', '', NULL, NULL, 0, consent_scope
         FROM packed_row AS packed
         WHERE action <> 'REMINDER' AND number = ({last} AND other.action <> 'REMINDER')"
    );
    tx.execute(&sql, [])?;
    let mut statement = tx.prepare("SELECT row_id FROM settlement")?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    for row_id in rows.collect::<Result<Vec<_>, _>>()? {
        note_answers(tx, &row_id)?;
    }
    Ok(())
}

fn query() -> String {
    let columns = columns("packed");
    format!(
        "SELECT {columns}, settlement.practice, asked_in, settlement.action, packed.reason,
            settlement.outcome, settlement.on_date, settlement.detail,
            settlement.contradiction IS NOT NULL
         FROM settlement
         JOIN packed_row AS packed ON packed.practice = settlement.practice
            AND packed.number = settlement.asked_in AND packed.row_id = settlement.row_id"
    )
}

fn read(row: &Row<'_>) -> Result<Settled, rusqlite::Error> {
    let (action, outcome): (String, String) = (row.get(COLUMNS + 2)?, row.get(COLUMNS + 4)?);
    Ok(Settled {
        row: worklist::read(row, 0)?,
        practice: row.get(COLUMNS)?,
        asked_in: row.get(COLUMNS + 1)?,
        action: Action::named(&action).ok_or(rusqlite::Error::InvalidQuery)?,
        reason: row.get(COLUMNS + 3)?,
        outcome: Outcome::named(&outcome),
        on_date: row.get(COLUMNS + 5)?,
        detail: row.get(COLUMNS + 6)?,
        is_contested: row.get(COLUMNS + 7)?,
    })
}

/// What a practice has been asked and has not answered, or answered twice in two ways: amendments
/// first, then by code, date and name.
///
/// # Errors
/// When the database refuses.
pub fn outstanding(tx: &Transaction<'_>, practice: &OdsCode) -> Result<Vec<Settled>, StoreError> {
    let sql = format!(
        "{} WHERE settlement.practice = ?1
            AND (settlement.outcome = '' OR settlement.contradiction IS NOT NULL)
         ORDER BY settlement.contradiction IS NULL, settlement.action = 'NEW',
            settlement.action = 'AMEND', packed.snomed_code, packed.event_date,
            packed.family_name, packed.given_names, packed.row_id",
        query()
    );
    let mut statement = tx.prepare_cached(&sql)?;
    Ok(statement.query_map([practice.as_str()], read)?.collect::<Result<_, _>>()?)
}

/// Rows that a practice refused, the latest first.
///
/// # Errors
/// When the database refuses.
pub fn refused(
    tx: &Transaction<'_>,
    practice: Option<&OdsCode>,
) -> Result<Vec<Settled>, StoreError> {
    let sql = format!(
        "{} WHERE (?1 IS NULL OR settlement.practice = ?1)
            AND settlement.outcome NOT IN ('', 'filed', 'already_in_record')
         ORDER BY settlement.receipt DESC",
        query()
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map([practice.map(OdsCode::as_str)], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A row of a practice by its identifier.
///
/// # Errors
/// When the database refuses.
pub fn find(tx: &Transaction<'_>, row_id: &str) -> Result<Option<Settled>, StoreError> {
    let sql = format!("{} WHERE settlement.row_id = ?1", query());
    Ok(tx.prepare_cached(&sql)?.query_row([row_id], read).optional()?)
}

/// Every row of a practice about one patient, by an NHS number that it was told.
///
/// # Errors
/// When the database refuses.
pub fn of_patient(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    nhs_number: &str,
) -> Result<Vec<Settled>, StoreError> {
    let sql = format!(
        "{} WHERE settlement.row_id IN
            (SELECT row_id FROM packed_row WHERE practice = ?1 AND nhs_number = ?2)
         ORDER BY packed.event_date, packed.row_id",
        query()
    );
    let mut statement = tx.prepare_cached(&sql)?;
    Ok(statement
        .query_map(params![practice.as_str(), nhs_number], read)?
        .collect::<Result<_, _>>()?)
}

/// Every row that was ever packed of a case, by date.
///
/// # Errors
/// When the database refuses.
pub fn of_case(tx: &Transaction<'_>, case: CaseId) -> Result<Vec<Settled>, StoreError> {
    let sql = format!(
        "{} WHERE settlement.case_id = ?1 ORDER BY packed.event_date, packed.row_id",
        query()
    );
    let mut statement = tx.prepare_cached(&sql)?;
    Ok(statement.query_map([case.as_bytes()], read)?.collect::<Result<_, _>>()?)
}

/// The last rows of a practice that were answered, newest first.
///
/// # Errors
/// When the database refuses.
pub fn answered(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    count_max: usize,
) -> Result<Vec<Settled>, StoreError> {
    let sql = format!(
        "{} WHERE settlement.practice = ?1 AND settlement.outcome <> ''
         ORDER BY settlement.receipt DESC LIMIT ?2",
        query()
    );
    let mut statement = tx.prepare_cached(&sql)?;
    Ok(statement
        .query_map(params![practice.as_str(), count_max], read)?
        .collect::<Result<_, _>>()?)
}

/// Every row that was ever packed for a practice, once each, by where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Balance {
    /// Rows that were packed: always the sum of the others.
    pub packed: u32,
    /// Rows that are in the record by this list.
    pub filed: u32,
    /// Rows that were in the record before.
    pub already_there: u32,
    /// Rows that were sent back.
    pub refused: u32,
    /// Rows that were taken back out again.
    pub taken_back: u32,
    /// Rows that wait for the practice.
    pub outstanding: u32,
}

/// Counts a practice's rows.
///
/// # Errors
/// When the database refuses.
pub fn balance(tx: &Transaction<'_>, practice: &OdsCode) -> Result<Balance, StoreError> {
    let sql = "SELECT action, outcome, count(*) FROM settlement WHERE practice = ?1
         GROUP BY action, outcome";
    let mut statement = tx.prepare_cached(sql)?;
    let read = |row: &Row<'_>| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, u32>(2)?))
    };
    let packed = "SELECT count(DISTINCT row_id) FROM packed_row WHERE practice = ?1";
    let packed = tx.query_row(packed, [practice.as_str()], |row| row.get(0))?;
    let mut balance = Balance { packed, ..Balance::default() };
    for row in statement.query_map([practice.as_str()], read)? {
        let (action, outcome, count) = row?;
        let part = match (action.as_str(), Outcome::named(&outcome)) {
            (_, None) => &mut balance.outstanding,
            ("RETRACT", Some(Outcome::Filed | Outcome::AlreadyInRecord)) => &mut balance.taken_back,
            (_, Some(Outcome::Filed)) => &mut balance.filed,
            (_, Some(Outcome::AlreadyInRecord)) => &mut balance.already_there,
            (_, Some(_)) => &mut balance.refused,
        };
        *part += count;
    }
    Ok(balance)
}
