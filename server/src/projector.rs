//! Brings the caches up to date with the log, behind the back of sync: snapshots, and the ledger
//! of what practices are to enter.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::civil::Date;
use rusqlite::{ErrorCode, Transaction};
use shared::{
    case::{Case, Defect},
    document::{ChangeHash, Document},
    ids::CaseId,
    sync::wire::Verdict,
};

use crate::{
    background::Background,
    clock,
    service::{FactsVersion, ServiceFacts},
    store::{
        Store, StoreError, ledger, misfits,
        snapshots::{self, Behind},
    },
};

/// Cases in one round: small, so that the one writer is never busy with caches for long.
const ROUND_CASES_MAX: usize = 32;
/// How often to look, which costs a few microseconds and sees what other programs wrote, too.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Commits that a round makes itself: one for what it kept, and one where it starts over.
const OWN_COMMITS_MAX: u64 = 2;
/// While phones write, a round is followed by a rest of so many times its length: the caches then
/// take a fifth of a processor, and still come closer with every round.
const RESTS_PER_ROUND: u32 = 4;
/// Cases that could not be read and are tried again by a command. More would mean that the
/// program is at fault, which trying does not mend.
const RETRIED_CASES_MAX: usize = 1_000;
/// After trouble with the database.
const REST_AFTER_TROUBLE: Duration = Duration::from_secs(5);

/// Brings the caches up to date and returns once they are. Says how many cases cannot be read.
///
/// # Errors
/// When the database refuses.
pub fn catch_up(store: &Store) -> Result<usize, StoreError> {
    let mut facts = None;
    while one_round(store, &mut facts)? > 0 {}
    // What failed before is tried once more, and then left alone, so that this ends.
    let again = store.read_now(|tx| snapshots::failed(tx, RETRIED_CASES_MAX))?;
    let mut unreadable = 0;
    for round in again.chunks(ROUND_CASES_MAX) {
        unreadable += project_round(store, &mut facts, round)?;
    }
    while one_round(store, &mut facts)? > 0 {}
    Ok(unreadable)
}

/// Projects what came in since, inside a transaction that goes on to rest on it. Says whether
/// everything is up to date: it is not when the service's facts or the day changed, which is too
/// much work for one transaction.
///
/// # Errors
/// When the database refuses.
pub fn catch_up_within(tx: &Transaction<'_>, today: Date) -> Result<bool, StoreError> {
    if snapshots::facts_changed(tx, today)? {
        return Ok(false);
    }
    let rest = snapshots::behind(tx, ROUND_CASES_MAX)?;
    let facts = ServiceFacts::load(tx)?;
    for behind in &rest {
        let prepared = prepare(tx, behind.case)?;
        keep(tx, behind, prepared, &facts)?;
    }
    Ok(snapshots::behind(tx, 1)?.is_empty())
}

/// Starts to bring the caches up to date, until it is dropped.
///
/// # Errors
/// When the operating system has no thread left.
pub fn start(store: Store) -> std::io::Result<Background> {
    let mut facts = None;
    Background::start("projector", Duration::ZERO, move || round_and_rest(&store, &mut facts))
}

/// One round, and how long to rest after it: long enough that phones, where there are any, have the
/// processor to themselves most of the time, and not at all where nobody waits.
fn round_and_rest(store: &Store, facts: &mut Option<KnownFacts>) -> Duration {
    let commits = store.commits();
    let (began, before) = (Instant::now(), *commits.borrow());
    match one_round(store, facts) {
        Ok(0) => LOOK_EVERY,
        Ok(_) if *commits.borrow() <= before + OWN_COMMITS_MAX => Duration::ZERO,
        Ok(_) => (began.elapsed() * RESTS_PER_ROUND).min(LOOK_EVERY),
        Err(error) => {
            tracing::error!(%error, "cases could not be projected");
            REST_AFTER_TROUBLE
        }
    }
}

fn one_round(store: &Store, facts: &mut Option<KnownFacts>) -> Result<usize, StoreError> {
    let today = clock::today();
    if store.read_now(|tx| snapshots::facts_changed(tx, today))? {
        store.write_now(move |tx| snapshots::start_over(tx, today))?;
    }
    let round = store.read_now(|tx| snapshots::behind(tx, ROUND_CASES_MAX))?;
    project_round(store, facts, &round)?;
    Ok(round.len())
}

/// The service's facts, kept from one round to the next: a large team takes longer to read than a
/// round of cases.
#[derive(Clone)]
struct KnownFacts {
    version: FactsVersion,
    facts: Arc<ServiceFacts>,
}

impl KnownFacts {
    /// The facts as they stand in this transaction, read again only where they changed.
    fn in_force(known: Option<&Self>, tx: &Transaction<'_>) -> Result<Self, StoreError> {
        let version = FactsVersion::read(tx)?;
        match known {
            Some(known) if known.version == version => Ok(known.clone()),
            _ => Ok(Self { version, facts: Arc::new(ServiceFacts::load(tx)?) }),
        }
    }
}

/// What was made of a case outside the writer, so that phones do not wait for it.
enum Prepared {
    Read { case: Box<Case>, defects: Vec<Defect>, saved: Vec<u8> },
    Misfits(Vec<(ChangeHash, Verdict)>),
    Unreadable,
}

/// Projects these cases. Says how many could not be read.
fn project_round(
    store: &Store,
    facts: &mut Option<KnownFacts>,
    round: &[Behind],
) -> Result<usize, StoreError> {
    if round.is_empty() {
        return Ok(0);
    }
    let prepare_all = |tx: &Transaction<'_>| {
        let known = KnownFacts::in_force(facts.as_ref(), tx)?;
        let each = round.iter().map(|behind| Ok((*behind, prepare(tx, behind.case)?)));
        Ok::<_, StoreError>((known, each.collect::<Result<Vec<_>, StoreError>>()?))
    };
    let (known, prepared) = store.read_now(prepare_all)?;
    *facts = Some(known.clone());
    store.write_now(move |tx| {
        // They may have changed in between, and the ledger rests on those that hold now.
        let known = KnownFacts::in_force(Some(&known), tx)?;
        let mut unreadable = 0;
        for (behind, prepared) in prepared {
            if !keep(tx, &behind, prepared, &known.facts)? {
                tracing::warn!(case = %behind.case, "this case could not be projected");
                unreadable += 1;
            }
        }
        Ok(unreadable)
    })
}

/// Reads a case. Whatever an odd document does to the reader stays here.
fn prepare(tx: &Transaction<'_>, case: CaseId) -> Result<Prepared, StoreError> {
    let read = || {
        let Some(document) = snapshots::document(tx, case)? else {
            let misfits = snapshots::misfits(tx, case)?;
            return Ok((!misfits.is_empty()).then_some(Prepared::Misfits(misfits)));
        };
        let (read, defects) = Document::read(&document, case);
        let saved = document.save_to_send().ok();
        Ok(saved.map(|saved| Prepared::Read { case: Box::new(read), defects, saved }))
    };
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(outcome) => outcome.map(|prepared| prepared.unwrap_or(Prepared::Unreadable)),
        Err(_) => Ok(Prepared::Unreadable),
    }
}

/// Keeps what was prepared. Says whether the case could be projected.
fn keep(
    tx: &Transaction<'_>,
    behind: &Behind,
    prepared: Prepared,
    facts: &ServiceFacts,
) -> Result<bool, StoreError> {
    if let Prepared::Misfits(misfits) = prepared {
        let case = behind.case;
        tracing::warn!(%case, changes = misfits.len(), "changes that do not fit were set aside");
        // What is left of the case waits for the next round.
        misfits::keep_apart(tx, case, &misfits, clock::now_ms())?;
        return Ok(true);
    }
    let note = |failed| snapshots::note_projected(tx, behind.case, behind.latest, failed);
    let Prepared::Read { case, defects, saved } = prepared else {
        note(true)?;
        return Ok(false);
    };
    if !snapshots::keep(tx, behind.case, behind.latest, &saved)? {
        // Another program on the same file was quicker.
        note(false)?;
        return Ok(true);
    }
    tx.execute_batch("SAVEPOINT projection")?;
    let projected = catch_unwind(AssertUnwindSafe(|| ledger::project(tx, &case, &defects, facts)));
    let failed = match projected {
        Ok(Ok(())) => false,
        // What the tables refuse is the case's fault, not the disk's: it stops nobody else.
        Ok(Err(rusqlite::Error::SqliteFailure(cause, _)))
            if cause.code == ErrorCode::ConstraintViolation =>
        {
            tx.execute_batch("ROLLBACK TO projection")?;
            true
        }
        Ok(Err(error)) => return Err(error.into()),
        Err(_) => {
            tx.execute_batch("ROLLBACK TO projection")?;
            true
        }
    };
    tx.execute_batch("RELEASE projection")?;
    note(failed)?;
    Ok(!failed)
}
