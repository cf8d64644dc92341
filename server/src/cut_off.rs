//! The daily cut-off: closes each practice's next pack by itself, once a day.

use std::time::Duration;

use jiff::civil::{Date, DateTime, Time};
use rusqlite::Transaction;
use shared::ods::OdsCode;

use crate::{
    background::Background,
    clock,
    pack::{self, Empty, PackError},
    service::ServiceFacts,
    store::{Store, StoreError},
};

/// How often to look at the clock.
const LOOK_EVERY: Duration = Duration::from_secs(20);

/// Starts to look at the clock, until it is dropped.
///
/// # Errors
/// When the operating system has no thread left.
pub fn start(store: Store) -> std::io::Result<Background> {
    Background::start("cut-off", LOOK_EVERY, move || {
        let now = clock::london().to_datetime(clock::now());
        if let Err(error) = close_if_due(&store, now) {
            tracing::error!(%error, "packs could not be closed at the daily cut-off");
        }
        LOOK_EVERY
    })
}

/// Closes what is due at this time in London. A server that was down at the cut-off makes up for it;
/// one that was killed half-way goes on, and closes no pack twice, since what was packed is not due.
fn close_if_due(store: &Store, now: DateTime) -> Result<(), PackError> {
    let Some(practices) = store.read_now(|tx| due(tx, now))? else { return Ok(()) };
    for practice in &practices {
        match pack::close_next(store, practice, Empty::Remind) {
            Ok(closed) => tracing::info!(%practice, number = closed.line.number, "closed a pack"),
            Err(PackError::Nothing) => {}
            Err(error) => return Err(error),
        }
    }
    store.write_now(move |tx| note_done(tx, now.date()))?;
    Ok(())
}

/// The practices whose packs are to be closed; none where it is not time. A service's first cut-off
/// is on its second day.
fn due(tx: &Transaction<'_>, now: DateTime) -> Result<Option<Vec<OdsCode>>, StoreError> {
    let facts = ServiceFacts::load(tx)?;
    let done_on: String = tx.query_row("SELECT cut_off_on FROM meta", [], |row| row.get(0))?;
    if facts.restored_at.is_some() {
        return Ok(None);
    }
    let practices = || facts.practices.keys().cloned().collect();
    match done_on.parse() {
        Ok(done_on) if is_due(facts.cut_off, done_on, now) => Ok(Some(practices())),
        Ok(_) => Ok(None),
        Err(_) => Ok(Some(Vec::new())),
    }
}

fn is_due(cut_off: Option<Time>, done_on: Date, now: DateTime) -> bool {
    cut_off.is_some_and(|at| done_on < now.date() && now.time() >= at)
}

fn note_done(tx: &Transaction<'_>, on: Date) -> Result<(), StoreError> {
    tx.execute("UPDATE meta SET cut_off_on = ?1", [on.to_string()])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{demo, store::packs, tests::Scratch};

    #[test]
    fn packs_are_closed_once_a_day_and_made_up_for_after_a_night_off() {
        let scratch = Scratch::new();
        let store = Store::open(scratch.path()).unwrap();
        demo::seed(&store).unwrap();
        let practice = OdsCode::parse("A99001").unwrap();
        let packs = || store.read_now(|tx| packs::list(tx, &practice)).unwrap().len();
        // The day on which a service begins, and the next one before and after six.
        for (day, hour, expected) in [(3, 14, 0), (4, 5, 0), (4, 6, 1), (4, 18, 1), (7, 12, 1)] {
            close_if_due(&store, date(2027, 11, day).at(hour, 0, 0, 0)).unwrap();
            assert_eq!(packs(), expected, "on day {day} at {hour}");
        }
        // With nothing new and nothing to remind of, no pack was closed; and none is on a day off.
        store.write_now(|tx| crate::service::set_cut_off(tx, None)).unwrap();
        close_if_due(&store, date(2027, 11, 9).at(12, 0, 0, 0)).unwrap();
        assert_eq!(packs(), 1);
    }
}
