//! What the lead decides of work that was kept apart: it goes into the record, as it would have
//! gone had its author been allowed to write, or it is left where it is.

use rusqlite::Transaction;
use shared::{
    document::ChangeHash,
    ids::UserId,
    intake::IncomingChange,
    sync::{exchange::ParsedPush, wire::CasePush},
};

use crate::{
    store::{
        StoreError, cases,
        kept_apart::{self, Change, Named},
        people,
    },
    sync::push::{self, Treatment, Way},
};

/// What a lead decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It goes into the record.
    TakeIn,
    /// It stays where it is.
    LeaveAside,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// So many changes went in, and so many could not: what they follow is not here, or they do not
    /// fit. Those are still kept apart.
    TakenIn {
        /// Changes that went in.
        taken: u32,
        /// Changes that did not.
        left: u32,
    },
    /// So many changes were left aside.
    LeftAside(u32),
    /// More came, or somebody decided meanwhile: nothing was done.
    Stale,
    /// It is more than one request may bring: nothing was done.
    TooMuch,
}

/// Decides on changes as a page showed them.
///
/// # Errors
/// When the database refuses; nothing of it counts then.
pub fn decide(
    tx: &Transaction<'_>,
    named: Named,
    decision: Decision,
    (by, at): (UserId, i64),
    reason: &str,
) -> Result<Outcome, StoreError> {
    let Some(changes) = kept_apart::changes(tx, named)? else { return Ok(Outcome::Stale) };
    if decision == Decision::LeaveAside {
        for change in &changes {
            kept_apart::note(tx, named, (&change.hash, false), (by, at), reason)?;
        }
        return Ok(Outcome::LeftAside(named.changes));
    }
    let Some(taken) = append(tx, named, changes, (by, at))? else { return Ok(Outcome::TooMuch) };
    for hash in &taken {
        kept_apart::note(tx, named, (hash, true), (by, at), reason)?;
        kept_apart::forget(tx, named.case, hash)?;
    }
    let taken = u32::try_from(taken.len()).unwrap_or(u32::MAX);
    Ok(Outcome::TakenIn { taken, left: named.changes.saturating_sub(taken) })
}

/// Judges the changes as a push of their author's and appends those that fit. Gives their names;
/// nothing where they are more than a push may bring.
fn append(
    tx: &Transaction<'_>,
    named: Named,
    changes: Vec<Change>,
    (by, at): (UserId, i64),
) -> Result<Option<Vec<ChangeHash>>, StoreError> {
    let device = changes[0].device;
    let Some((author, _)) = people::writer_on(tx, device)? else { return Ok(Some(Vec::new())) };
    let parsed = changes.iter().filter_map(|change| IncomingChange::parse(&change.bytes).ok());
    let changes = in_order(parsed.collect());
    let changes = changes.iter().map(|change| change.bytes().to_vec().into()).collect();
    let push = CasePush { case: named.case, changes, seal: None };
    let Ok(pushes) = ParsedPush::all(&[push]) else { return Ok(None) };
    // Under the server's own device, so that the author's phones are sent what they may have lost.
    let logged_under = cases::server_author(tx)?.device;
    let way = Way { treatment: Treatment::TakenIn, logged_under };
    let judged = push::push_by(tx, &author, &way, at, pushes)?;
    let begins = judged.iter().any(|push| push.begins());
    if begins && !people::can_sign_in(tx, named.author)? {
        // Somebody who can read it has to have it.
        cases::grant(tx, named.case, by)?;
    }
    Ok(Some(judged.iter().flat_map(|push| push.taken().map(IncomingChange::hash)).collect()))
}

/// The changes, each after those of them that it follows.
fn in_order(mut waiting: Vec<IncomingChange>) -> Vec<IncomingChange> {
    let mut ordered: Vec<IncomingChange> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let open: Vec<ChangeHash> = waiting.iter().map(IncomingChange::hash).collect();
        let follows_none =
            |change: &IncomingChange| !change.dependencies().any(|hash| open.contains(&hash));
        let (next, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(follows_none);
        if next.is_empty() {
            // A hash cannot name what it is part of; were it to, nothing of it would be taken.
            return ordered;
        }
        ordered.extend(next);
        waiting = rest;
    }
    ordered
}
