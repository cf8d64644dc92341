//! Tells each record what its practice was asked and what it answered, behind the back of whoever
//! closes packs and gives in receipts: the record's workers then see it, with or without a signal.

use std::time::Duration;

use rusqlite::Transaction;
use shared::{
    case::{
        Fact,
        event::{PracticeAnswered, PracticeOutcome},
    },
    ids::{CaseId, EventId},
    personal::Personal,
    snomed::ConceptId,
};

use crate::{
    background::Background,
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
    cases::record(tx, case, &mut document, Fact::PracticeAnswered(answered))
}

fn outcome_of(settled: &Settled) -> PracticeOutcome {
    match settled.outcome {
        None if settled.action == Action::Retract => PracticeOutcome::AskedToTakeBack,
        None => PracticeOutcome::Asked,
        Some(Outcome::Filed) => PracticeOutcome::Filed,
        // What was not in the record is out of it, as it was asked to be.
        Some(Outcome::AlreadyInRecord) if settled.action == Action::Retract => {
            PracticeOutcome::Filed
        }
        Some(Outcome::AlreadyInRecord) => PracticeOutcome::AlreadyInRecord,
        Some(Outcome::NotRegisteredHere) => PracticeOutcome::NotRegisteredHere,
        Some(Outcome::IdentityMismatch) => PracticeOutcome::IdentityMismatch,
        Some(Outcome::DuplicateOf) => PracticeOutcome::DuplicateOf,
        Some(Outcome::Rejected) => PracticeOutcome::Rejected,
    }
}
