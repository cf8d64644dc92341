//! Tells each record what its practice was asked and what it answered, behind the back of whoever
//! closes packs and gives in receipts: the record's workers then see it, with or without a signal.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Transaction;
use shared::{
    case::{
        Event, Fact, Role,
        event::{PracticeAnswered, PracticeOutcome},
    },
    ids::{CaseId, EventId},
    intake::IncomingChange,
    personal::Personal,
    snomed::ConceptId,
};

use crate::{
    background::Background,
    clock, random,
    store::{
        Store, StoreError,
        asks::Action,
        cases,
        course::Course,
        receipts::Outcome,
        settlements::{self, Settled},
        snapshots, telling,
    },
};

/// Records in one transaction: small, so that phones do not wait for it.
const ROUND_ROWS_MAX: usize = 16;
/// How often to look, which costs a few microseconds.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Between rounds, so that phones have the one writer to themselves most of the time.
const REST: Duration = Duration::from_millis(50);

/// Starts to tell records what is to be told, until it is dropped.
///
/// # Errors
/// When the operating system has no thread left.
pub fn start(store: Store) -> std::io::Result<Background> {
    Background::start("teller", LOOK_EVERY, move || match one_round(&store) {
        Ok(0) => LOOK_EVERY,
        Ok(_) => REST,
        Err(error) => {
            tracing::error!(%error, "records could not be told what practices answered");
            LOOK_EVERY
        }
    })
}

/// Tells everything that is to be told.
///
/// # Errors
/// When the database refuses.
pub fn catch_up(store: &Store) -> Result<(), StoreError> {
    while one_round(store)? > 0 {}
    Ok(())
}

/// Returns how many rows were looked at.
fn one_round(store: &Store) -> Result<usize, StoreError> {
    if !store.read_now(telling::is_due)? {
        return Ok(0);
    }
    store.write_now(|tx| {
        let rows = telling::take(tx, ROUND_ROWS_MAX)?;
        for row_id in &rows {
            // What came of it at another practice since is what counts.
            if let Some(settled) = settlements::find(tx, row_id)?
                && !settlements::is_out_elsewhere(tx, row_id, &Course::of(tx, row_id)?)?
            {
                tell(tx, &settled)?;
            }
        }
        Ok(rows.len())
    })
}

fn tell(tx: &Transaction<'_>, settled: &Settled) -> Result<(), StoreError> {
    let Ok(case) = CaseId::from_slice(&settled.row.case) else { return Ok(()) };
    let (Ok(episode), Ok(code)) =
        (settled.row.episode.parse::<EventId>(), ConceptId::parse(&settled.row.snomed_code))
    else {
        return Ok(());
    };
    // A record that cannot be read is told to the lead elsewhere.
    let Some(mut document) = snapshots::document(tx, case)? else { return Ok(()) };
    let answered = PracticeAnswered {
        episode,
        code,
        practice: settled.practice.clone(),
        outcome: outcome_of(settled),
        on: settled.on_date.parse().ok(),
        words: Personal::new(settled.detail.clone()),
    };
    let (read, _) = document.read(case);
    if read.practice_answer(episode, code).is_some_and(|(_, before)| *before == answered) {
        return Ok(());
    }
    let author = cases::server_author(tx)?;
    let now = clock::now();
    let event = Event {
        id: event_id(now),
        device: None,
        at: clock::london().to_datetime(now),
        recorded_at: now,
        by: author.user,
        role: Role::Service,
        fact: Fact::PracticeAnswered(answered),
    };
    let written = document.commit(&author, now.as_millisecond(), |writer| writer.put_event(&event));
    let change = written.ok().and_then(|bytes| IncomingChange::parse(&bytes).ok());
    match change {
        Some(change) => cases::append_server_changes(tx, case, &[change], &[]),
        None => Ok(()),
    }
}

fn event_id(now: Timestamp) -> EventId {
    let unix_ms = u64::try_from(now.as_millisecond()).unwrap_or(0);
    EventId::new(unix_ms, u128::from_le_bytes(random::bytes()))
}

fn outcome_of(settled: &Settled) -> PracticeOutcome {
    match settled.outcome {
        None if settled.action == Action::Retract => PracticeOutcome::AskedToTakeBack,
        None => PracticeOutcome::Asked,
        Some(Outcome::Filed) => PracticeOutcome::Filed,
        Some(Outcome::AlreadyInRecord) => PracticeOutcome::AlreadyInRecord,
        Some(Outcome::NotRegisteredHere) => PracticeOutcome::NotRegisteredHere,
        Some(Outcome::IdentityMismatch) => PracticeOutcome::IdentityMismatch,
        Some(Outcome::DuplicateOf) => PracticeOutcome::DuplicateOf,
        Some(Outcome::Rejected) => PracticeOutcome::Rejected,
    }
}
