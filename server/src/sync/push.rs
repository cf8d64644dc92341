//! What a phone wrote: judged against the store in the transaction that keeps it.

use rusqlite::{OptionalExtension, Transaction, params};
use shared::{
    document::ChangeHash,
    ids::{CaseId, DeviceId},
    policy::{Action, Actor, Subject, may},
    sync::{
        exchange::{CaseFacts, CaseStore, JudgedPush, Owner, ParsedPush, Sender, judge},
        seal::Seal,
        wire::Verdict,
    },
};

use crate::store::{
    StoreError,
    log::{self, Appender, Entry},
    misfits,
    people::{self, SignedInDevice},
};

/// Whose word decides whether changes go into a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// What their sender may do.
    AsAllowed,
    /// Nothing of it goes in: its device was taken off the service.
    KeptApart,
    /// A lead has decided that it goes in, if it fits.
    TakenIn,
}

/// By which way changes come in.
#[derive(Debug, Clone, Copy)]
pub struct Way {
    /// Whose word decides whether they go into a case.
    pub treatment: Treatment,
    /// The device that the log names as the sender. What a device sent is not given back to it.
    pub logged_under: DeviceId,
}

/// Judges each change of a sync and writes what is taken or kept apart. The receipts can be made once
/// the transaction is on disk.
///
/// # Errors
/// When the database refuses; then nothing of the push counts.
pub fn push(
    tx: &Transaction<'_>,
    sender: &SignedInDevice,
    now_ms: i64,
    pushes: Vec<ParsedPush>,
) -> Result<Vec<JudgedPush>, StoreError> {
    let way = Way { treatment: Treatment::AsAllowed, logged_under: sender.device };
    push_by(tx, sender, &way, now_ms, pushes)
}

/// As [`push`], by any way.
///
/// # Errors
/// As [`push`].
pub fn push_by(
    tx: &Transaction<'_>,
    sender: &SignedInDevice,
    way: &Way,
    now_ms: i64,
    pushes: Vec<ParsedPush>,
) -> Result<Vec<JudgedPush>, StoreError> {
    let (actor, device) = (&sender.actor, sender.device);
    let judging = Sender {
        user: actor.user,
        may_begin_cases: may(actor, Action::BeginCase, &Subject::Service),
    };
    let mut appender = Appender::open(tx, now_ms)?;
    let mut all = Vec::with_capacity(pushes.len());
    for push in pushes {
        let case = push.case();
        let facts = match (way.treatment, case_facts(tx, actor, case)?) {
            (Treatment::KeptApart, _) => CaseFacts::Known { is_theirs: false, may_write: false },
            (Treatment::TakenIn, CaseFacts::Known { .. }) => {
                CaseFacts::Known { is_theirs: true, may_write: true }
            }
            (_, facts) => facts,
        };
        let mut log = CaseLog { tx, case, is_new: facts == CaseFacts::Unknown, sender };
        let judged = judge(&judging, facts, push, &mut log)?;
        for (device, owner) in judged.adopted() {
            people::adopt_device(tx, owner, device, now_ms)?;
        }
        let entry = |change, device| Entry { change, author: actor.user, device };
        appender.append(case, judged.taken().map(|change| entry(change, way.logged_under)))?;
        for user in judged.beginners() {
            if people::exists(tx, user)? {
                appender.grant(case, user, Some(way.logged_under))?;
            }
        }
        for (change, verdict) in judged.kept_apart() {
            keep_apart(tx, case, entry(change, device), verdict, now_ms)?;
        }
        all.push(judged);
    }
    appender.finish()?;
    Ok(all)
}

/// The log of one case as its judge asks for it.
struct CaseLog<'a> {
    tx: &'a Transaction<'a>,
    case: CaseId,
    /// Nothing is known of a case that the log does not have.
    is_new: bool,
    sender: &'a SignedInDevice,
}

impl CaseStore for CaseLog<'_> {
    type Error = StoreError;

    fn has(&mut self, hash: &ChangeHash) -> Result<bool, StoreError> {
        Ok(!self.is_new && log::has_change(self.tx, self.case, hash)?)
    }

    fn misfit(&mut self, hash: &ChangeHash) -> Result<Option<Verdict>, StoreError> {
        if self.is_new { Ok(None) } else { misfits::verdict(self.tx, self.case, hash) }
    }

    fn owner(&mut self, device: DeviceId) -> Result<Owner, StoreError> {
        if device == self.sender.device {
            return Ok(Owner::Sender);
        }
        Ok(match people::owner_of(self.tx, device)? {
            Some(user) if user == self.sender.actor.user => Owner::Sender,
            Some(_) => Owner::Somebody,
            None => Owner::Nobody,
        })
    }

    fn knows(&mut self, seal: &Seal) -> Result<bool, StoreError> {
        Ok(log::seal_key(self.tx)?.knows(self.case, self.sender.actor.user, seal))
    }
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
            is_theirs: assigned,
            may_write: may(actor, Action::WriteCase, &Subject::Case { assigned }),
        },
    })
}

fn keep_apart(
    tx: &Transaction<'_>,
    case: CaseId,
    entry: Entry<'_>,
    verdict: Verdict,
    now_ms: i64,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO quarantine
            (case_id, hash, device, author, received_at, bytes, verdict)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (case_id, hash) DO UPDATE SET verdict = excluded.verdict";
    tx.prepare_cached(sql)?.execute(params![
        case.as_bytes(),
        entry.change.hash().0,
        entry.device.as_bytes(),
        entry.author.as_bytes(),
        now_ms,
        entry.change.bytes(),
        misfits::number_of(verdict),
    ])?;
    Ok(())
}
