//! What workers suggest for the directory, and what the service administrator made of it.

use jiff::{Timestamp, civil::Date};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use sha2::{Digest, Sha256};
use shared::{
    case::event::ServiceSuggested,
    cbor,
    directory::Service,
    ids::{CaseId, EventId, UserId},
    limits, stored,
};
use uuid::Uuid;

use super::{StoreError, column, directory, ledger::hex};
use crate::random;

/// Decisions that a page shows: more than anybody looks back.
const DECIDED_MAX: u32 = 50;

/// A suggestion that waits.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// The logbook that it is in.
    pub case: CaseId,
    /// The entry.
    pub event: EventId,
    /// The day on which it was made.
    pub on: Date,
    /// Who made it.
    pub author: UserId,
    /// What it says.
    pub suggested: ServiceSuggested,
    /// The entry that it corrects, as it stands; none for a new one, and where there is no such entry
    /// any more.
    pub now: Option<Service>,
    stored: String,
}

impl Suggestion {
    /// The entry as it would be.
    pub fn outcome(&self, now: Timestamp) -> Service {
        let before = self.now.clone().unwrap_or_default();
        before.corrected(&self.suggested, self.on, now)
    }

    /// Why it cannot be accepted, whoever wants to. Texts that no form of ours would have let through
    /// are not to reach every phone.
    pub fn objection(&self) -> Option<&'static str> {
        let then = self.outcome(Timestamp::UNIX_EPOCH);
        let texts = [&then.name, &then.phone, &then.address, &then.postcode, &then.url];
        let texts = texts.into_iter().chain([&then.email, &then.fees, &then.eligibility]);
        let is_long = |text: &String| text.chars().count() > limits::PARAGRAPH_CHARACTERS_MAX;
        if then.name.is_empty() {
            return Some("It has no name, so it cannot be accepted.");
        }
        texts.into_iter().any(is_long).then_some("It is too long, so it cannot be accepted.")
    }

    /// A mark on everything that its reader decides on: another one means that something changed.
    pub fn seen(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(self.stored.as_bytes());
        hasher.update(self.now.as_ref().map(cbor::encode).unwrap_or_default());
        hex(&hasher.finalize())
    }
}

/// What was decided on a suggestion.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The name of the service, as it was suggested.
    pub name: String,
    /// Who suggested it.
    pub author: UserId,
    /// Who decided.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// Why it was set aside; none where it was accepted.
    pub set_aside: Option<String>,
}

/// What an administrator decides.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// The directory is to read so.
    Accept,
    /// It is not, and why.
    SetAside(String),
}

/// What came of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was kept.
    Kept,
    /// Somebody had decided already: that stands.
    Standing,
    /// The suggestion, or the entry, is another one than was seen: nothing was done.
    Changed,
    /// There is no such suggestion, or it was withdrawn: nothing was done.
    Gone,
}

/// The suggestions that nobody decided on yet, the oldest first.
///
/// # Errors
/// When the database refuses.
pub fn waiting(tx: &Transaction<'_>) -> Result<Vec<Suggestion>, StoreError> {
    let sql = "SELECT case_id, event, event_date, author, suggested FROM suggestion
         WHERE NOT EXISTS (SELECT 1 FROM suggestion_decision AS decision
            WHERE decision.case_id = suggestion.case_id AND decision.event = suggestion.event)
         ORDER BY event, case_id";
    let mut statement = tx.prepare_cached(sql)?;
    let rows: Vec<Stored> = statement.query_map([], read)?.collect::<Result<_, _>>()?;
    let read = rows.into_iter().filter_map(|row| suggestion(tx, row).transpose());
    read.collect()
}

/// The latest decisions, the latest first.
///
/// # Errors
/// When the database refuses.
pub fn decided(tx: &Transaction<'_>) -> Result<Vec<Decided>, StoreError> {
    let sql = "SELECT suggested, author, decided_by, at, accepted, reason FROM suggestion_decision
         ORDER BY at DESC, event LIMIT ?1";
    let mut statement = tx.prepare_cached(sql)?;
    let read = |row: &Row<'_>| {
        let suggested: Option<ServiceSuggested> = stored::parse(&row.get::<_, String>(0)?);
        let (accepted, reason): (bool, String) = (row.get(4)?, row.get(5)?);
        Ok(Decided {
            name: suggested.map(|suggested| suggested.name).unwrap_or_default(),
            author: column::user(row, 1)?,
            by: column::user(row, 2)?,
            at: Timestamp::from_millisecond(row.get(3)?).unwrap_or(Timestamp::UNIX_EPOCH),
            set_aside: (!accepted).then_some(reason),
        })
    };
    Ok(statement.query_map([DECIDED_MAX], read)?.collect::<Result<_, _>>()?)
}

/// Keeps a decision, once: whoever decides second finds the first. Accepting changes the directory in
/// the same transaction.
///
/// # Errors
/// When the database refuses.
pub fn decide(
    tx: &Transaction<'_>,
    (case, event): (CaseId, EventId),
    seen: &str,
    by: UserId,
    now: Timestamp,
    verdict: &Verdict,
) -> Result<Outcome, StoreError> {
    let key = params![case.as_bytes(), event.to_string()];
    let sql = "SELECT 1 FROM suggestion_decision WHERE case_id = ?1 AND event = ?2";
    if tx.prepare_cached(sql)?.query_row(key, |_| Ok(())).optional()?.is_some() {
        return Ok(Outcome::Standing);
    }
    let sql = "SELECT case_id, event, event_date, author, suggested FROM suggestion
         WHERE case_id = ?1 AND event = ?2";
    let stored = tx.prepare_cached(sql)?.query_row(key, read).optional()?;
    let found = stored.map(|stored| suggestion(tx, stored)).transpose()?.flatten();
    let Some(found) = found else { return Ok(Outcome::Gone) };
    let is_barred = matches!(verdict, Verdict::Accept) && found.objection().is_some();
    if found.seen() != seen || is_barred {
        return Ok(Outcome::Changed);
    }
    let (service, reason) = match verdict {
        Verdict::SetAside(reason) => (String::new(), reason.as_str()),
        Verdict::Accept => {
            let mut entry = found.outcome(now);
            if entry.id.is_empty() {
                entry.id = new_id();
            }
            directory::put(tx, std::slice::from_ref(&entry))?;
            (entry.id, "")
        }
    };
    let sql = "INSERT INTO suggestion_decision
         (case_id, event, decided_by, at, accepted, reason, service, suggested, author)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    tx.prepare_cached(sql)?.execute(params![
        case.as_bytes(),
        event.to_string(),
        by.as_bytes(),
        now.as_millisecond(),
        matches!(verdict, Verdict::Accept),
        reason,
        service,
        found.stored,
        found.author.as_bytes(),
    ])?;
    Ok(Outcome::Kept)
}

/// A row of the table.
struct Stored {
    case: CaseId,
    event: String,
    on: String,
    author: UserId,
    suggested: String,
}

fn read(row: &Row<'_>) -> Result<Stored, rusqlite::Error> {
    Ok(Stored {
        case: column::case(row, 0)?,
        event: row.get(1)?,
        on: row.get(2)?,
        author: column::user(row, 3)?,
        suggested: row.get(4)?,
    })
}

/// The suggestion of a row, beside what stands; none where the row cannot be read, which the
/// projection does not write.
fn suggestion(tx: &Transaction<'_>, row: Stored) -> Result<Option<Suggestion>, StoreError> {
    let read = || {
        let suggested: ServiceSuggested = stored::parse(&row.suggested)?;
        Some((row.event.parse().ok()?, row.on.parse().ok()?, suggested))
    };
    let Some((event, on, suggested)) = read() else { return Ok(None) };
    let now = match &suggested.service {
        Some(service) => directory::entry(tx, service)?,
        None => None,
    };
    let Stored { case, author, suggested: stored, .. } = row;
    Ok(Some(Suggestion { case, event, on, author, suggested, now, stored }))
}

/// The identifier of an entry that no feed has: a UUID, as in feeds.
fn new_id() -> String {
    uuid::Builder::from_random_bytes(random::bytes()).into_uuid().to_string()
}

/// Reads the two parts of an address that name a suggestion.
pub fn named(case: &str, event: &str) -> Option<(CaseId, EventId)> {
    Uuid::try_parse(case).ok()?;
    Some((case.parse().ok()?, event.parse().ok()?))
}
