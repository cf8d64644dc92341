//! What logbooks say, worked out from them: activity, case studies, and suggestions for the
//! directory.

use rusqlite::{Error, Row, Transaction, params};
use shared::{
    case::{Case, Entry, Fact},
    ids::UserId,
    stored,
};

use super::{StoreError, column};

/// Case studies that a report shows: a year of a team that writes one a week.
const STUDIES_MAX: u32 = 60;

/// Writes what stands in a case that is a logbook; of any other case nothing.
///
/// # Errors
/// When the database refuses.
pub(super) fn project(tx: &Transaction<'_>, case: &Case) -> Result<(), Error> {
    if case.logbook().is_none() {
        return Ok(());
    }
    case.standing().try_for_each(|entry| put(tx, case, entry))
}

fn put(tx: &Transaction<'_>, case: &Case, entry: &Entry) -> Result<(), Error> {
    let (id, by) = (case.id.as_bytes(), entry.original.by.as_bytes());
    let (event, on) = (entry.original.id.to_string(), entry.on().to_string());
    match &entry.current.fact {
        Fact::Activity(activity) => {
            let sql =
                "INSERT INTO logged_activity (case_id, event, event_date, author, kind, minutes)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let kind = activity.what.words();
            tx.prepare_cached(sql)?.execute(params![id, event, on, by, kind, activity.minutes])?;
        }
        Fact::CaseStudy(study) => {
            let sql = "INSERT INTO case_study (case_id, event, event_date, author, title, words)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let (title, words) = (study.title.reveal(), study.words.reveal());
            tx.prepare_cached(sql)?.execute(params![id, event, on, by, title, words])?;
        }
        Fact::ServiceSuggested(suggested) => {
            let sql = "INSERT INTO suggestion (case_id, event, event_date, author, suggested)
                 VALUES (?1, ?2, ?3, ?4, ?5)";
            let suggested = stored::text(suggested);
            tx.prepare_cached(sql)?.execute(params![id, event, on, by, suggested])?;
        }
        _ => {}
    }
    Ok(())
}

/// Work without a person of one worker in one month, of one kind.
pub struct LoggedLine {
    /// As 2026-11.
    pub month: String,
    /// Whose.
    pub author: UserId,
    /// In words.
    pub kind: String,
    /// How many entries.
    pub entries: u32,
    /// How long together.
    pub minutes: u32,
}

/// What happened from the first of these days to the last: the latest month first.
///
/// # Errors
/// When the database refuses.
pub fn activity(tx: &Transaction<'_>, days: &[String; 2]) -> Result<Vec<LoggedLine>, StoreError> {
    let sql = "SELECT substr(event_date, 1, 7), author, kind, count(*), sum(minutes)
         FROM logged_activity WHERE event_date BETWEEN ?1 AND ?2
         GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2, 3";
    let read = |row: &Row<'_>| {
        Ok(LoggedLine {
            month: row.get(0)?,
            author: column::user(row, 1)?,
            kind: row.get(2)?,
            entries: row.get(3)?,
            minutes: row.get(4)?,
        })
    };
    let [first, last] = days;
    let mut statement = tx.prepare_cached(sql)?;
    Ok(statement.query_map(params![first, last], read)?.collect::<Result<_, _>>()?)
}

/// One case study.
pub struct StudyLine {
    /// The day.
    pub event_date: String,
    /// Who wrote it.
    pub author: UserId,
    /// What it is about.
    pub title: String,
    /// The account.
    pub words: String,
}

/// The latest case studies from the first of these days to the last.
///
/// # Errors
/// When the database refuses.
pub fn studies(tx: &Transaction<'_>, days: &[String; 2]) -> Result<Vec<StudyLine>, StoreError> {
    let sql = "SELECT event_date, author, title, words FROM case_study
         WHERE event_date BETWEEN ?1 AND ?2 ORDER BY event_date DESC, event DESC LIMIT ?3";
    let read = |row: &Row<'_>| {
        Ok(StudyLine {
            event_date: row.get(0)?,
            author: column::user(row, 1)?,
            title: row.get(2)?,
            words: row.get(3)?,
        })
    };
    let mut statement = tx.prepare_cached(sql)?;
    let [first, last] = days;
    let studies = statement.query_map(params![first, last, STUDIES_MAX], read)?;
    Ok(studies.collect::<Result<_, _>>()?)
}
