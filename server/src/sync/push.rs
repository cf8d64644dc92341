//! What a phone wrote: judged against the store in the transaction that keeps it.

use rusqlite::{OptionalExtension, Transaction, params};
use shared::{
    document::ChangeHash,
    ids::CaseId,
    policy::{Action, Actor, Subject, may},
    sync::{
        exchange::{CaseFacts, JudgedPush, ParsedPush, Sender, judge},
        wire::CasePush,
    },
};

use crate::store::{
    StoreError,
    log::{self, Appender, Entry},
    people::{self, SignedInDevice},
};

/// Parses what was pushed: most of the work, and none of it needs the store, so it is not done on
/// the one thread that writes for everybody.
pub fn parsed(pushes: &[CasePush]) -> Vec<ParsedPush> {
    pushes.iter().map(ParsedPush::of).collect()
}

/// Judges each change and writes what is taken or kept apart. The receipts can be made once the
/// transaction is on disk.
///
/// # Errors
/// When the database refuses; then nothing of the push counts.
pub fn push(
    tx: &Transaction<'_>,
    sender: &SignedInDevice,
    now_ms: i64,
    pushes: Vec<ParsedPush>,
) -> Result<Vec<JudgedPush>, StoreError> {
    let (actor, device) = (&sender.actor, sender.device);
    let sender = Sender {
        user: actor.user,
        devices: people::devices_ever(tx, actor.user)?,
        may_begin_cases: may(actor, Action::BeginCase, &Subject::Service),
    };
    let mut appender = Appender::open(tx, now_ms)?;
    let mut all = Vec::with_capacity(pushes.len());
    for push in pushes {
        let case = push.case();
        let facts = case_facts(tx, actor, case)?;
        let judged = judge_with_log(tx, &sender, facts, push)?;
        let entry = |change| Entry { change, author: actor.user, device };
        appender.append(case, judged.taken().map(entry))?;
        if judged.begins() {
            appender.grant(case, actor.user, Some(device))?;
        }
        for change in judged.kept_apart() {
            keep_apart(tx, case, entry(change), now_ms)?;
        }
        all.push(judged);
    }
    appender.finish()?;
    Ok(all)
}

fn judge_with_log(
    tx: &Transaction<'_>,
    sender: &Sender,
    facts: CaseFacts,
    push: ParsedPush,
) -> Result<JudgedPush, StoreError> {
    let mut trouble = None;
    let case = push.case();
    let is_known = |hash: &ChangeHash| match facts {
        // Nothing is known of a case that the log does not have.
        CaseFacts::Unknown => false,
        CaseFacts::Known { .. } => log::has_change(tx, case, hash).unwrap_or_else(|error| {
            trouble = Some(error);
            false
        }),
    };
    let judged = judge(sender, facts, push, is_known);
    // A judgement on wrong facts is thrown away with the transaction.
    trouble.map_or(Ok(judged), Err)
}

/// What the store says of this case and this sender: the decision rests on the query.
fn case_facts(tx: &Transaction<'_>, actor: &Actor, case: CaseId) -> Result<CaseFacts, StoreError> {
    let sql = "SELECT access.case_id IS NOT NULL FROM case_log
         LEFT JOIN access ON access.case_id = case_log.case_id AND access.user = ?2
            AND access.revoked_position IS NULL
         WHERE case_log.case_id = ?1";
    let assigned: Option<bool> = tx
        .prepare_cached(sql)?
        .query_row(params![case.as_bytes(), actor.user.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(match assigned {
        None => CaseFacts::Unknown,
        Some(assigned) => CaseFacts::Known {
            may_write: may(actor, Action::WriteCase, &Subject::Case { assigned }),
        },
    })
}

fn keep_apart(
    tx: &Transaction<'_>,
    case: CaseId,
    entry: Entry<'_>,
    now_ms: i64,
) -> Result<(), StoreError> {
    let sql = "INSERT OR IGNORE INTO quarantine
         (case_id, hash, device, author, received_at, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    tx.prepare_cached(sql)?.execute(params![
        case.as_bytes(),
        entry.change.hash().0,
        entry.device.as_bytes(),
        entry.author.as_bytes(),
        now_ms,
        entry.change.bytes(),
    ])?;
    Ok(())
}
