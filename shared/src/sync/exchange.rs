//! The server's side of a push: what is taken, what is kept apart, what is refused, and the
//! receipts, which exist only once the batch is on disk.

use std::collections::BTreeSet;

use super::wire::{CasePush, CaseReceipt, CaseUpdate, Cursor, Verdict};
use crate::{
    document::ChangeHash,
    ids::{CaseId, DeviceId, UserId},
    intake::{ChangeRefusal, IncomingChange},
};

/// Who sends, as the session says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The person.
    pub user: UserId,
    /// Every device that was ever enrolled for them. A phone that was signed in anew has another
    /// identifier than before, and may still hold what it wrote under the first.
    pub devices: BTreeSet<DeviceId>,
    /// Whether their role may begin a case.
    pub may_begin_cases: bool,
}

/// What the store says of a case, read in the transaction that will write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseFacts {
    /// Nobody has sent it before.
    Unknown,
    /// It is there.
    Known {
        /// Whether the sender may write to it.
        may_write: bool,
    },
}

/// The store's word that a batch is on disk. Whoever makes one says that a commit has returned.
#[derive(Debug)]
pub struct Durable(());

impl Durable {
    /// To be called after the commit returned, and nowhere else.
    pub fn committed() -> Self {
        Self(())
    }
}

/// A push of one case whose changes have passed the door, or were turned away there: what of the
/// work needs no store, so that it is done before anybody waits for one.
#[derive(Debug)]
pub struct ParsedPush {
    case: CaseId,
    changes: Vec<Result<IncomingChange, ChangeRefusal>>,
}

impl ParsedPush {
    /// Takes each change in, or notes why it is turned away.
    pub fn of(push: &CasePush) -> Self {
        let changes = push.changes.iter().map(|bytes| IncomingChange::parse(bytes)).collect();
        Self { case: push.case, changes }
    }

    /// The case.
    pub fn case(&self) -> CaseId {
        self.case
    }
}

/// A push of one case with a decision on each change.
#[derive(Debug)]
pub struct JudgedPush {
    case: CaseId,
    begins: bool,
    changes: Vec<Judged>,
}

#[derive(Debug)]
enum Judged {
    Take(IncomingChange),
    KeepApart(IncomingChange),
    Answer(Verdict),
}

/// Decides on each change of a push. `is_known` says whether this case holds a change already.
pub fn judge(
    sender: &Sender,
    facts: CaseFacts,
    push: ParsedPush,
    mut is_known: impl FnMut(&ChangeHash) -> bool,
) -> JudgedPush {
    let mut judged = JudgedPush {
        case: push.case,
        begins: false,
        changes: Vec::with_capacity(push.changes.len()),
    };
    let mut taken = BTreeSet::new();
    for change in push.changes {
        let change = match change {
            Ok(change) => change,
            Err(refusal) => {
                judged.changes.push(Judged::Answer(refusal.into()));
                continue;
            }
        };
        let hash = change.hash();
        let decided = if taken.contains(&hash) || is_known(&hash) {
            Judged::Answer(Verdict::Stored)
        } else if !is_senders_own(sender, &change) {
            Judged::Answer(Verdict::NotYours)
        } else if facts == (CaseFacts::Known { may_write: false }) {
            Judged::KeepApart(change)
        } else if change.dependencies().next().is_none() {
            let begins = facts == CaseFacts::Unknown && !judged.begins;
            match (begins, sender.may_begin_cases) {
                (true, true) => {
                    judged.begins = true;
                    Judged::Take(change)
                }
                (true, false) => Judged::Answer(Verdict::NotAllowed),
                (false, _) => Judged::Answer(Verdict::SecondBeginning),
            }
        } else if change.dependencies().all(|hash| taken.contains(&hash) || is_known(&hash)) {
            Judged::Take(change)
        } else {
            Judged::Answer(Verdict::Early)
        };
        if matches!(decided, Judged::Take(_)) {
            taken.insert(hash);
        }
        judged.changes.push(decided);
    }
    judged
}

/// The device is one of the sender's, and where the change names an author, it is the sender.
fn is_senders_own(sender: &Sender, change: &IncomingChange) -> bool {
    sender.devices.contains(&change.device())
        && change.author().is_none_or(|author| author == sender.user)
}

impl JudgedPush {
    /// The case.
    pub fn case(&self) -> CaseId {
        self.case
    }

    /// Whether the push begins the case.
    pub fn begins(&self) -> bool {
        self.begins
    }

    /// The changes to append to the log, in order.
    pub fn taken(&self) -> impl Iterator<Item = &IncomingChange> {
        self.changes.iter().filter_map(|judged| match judged {
            Judged::Take(change) => Some(change),
            _ => None,
        })
    }

    /// The changes to keep apart for the lead.
    pub fn kept_apart(&self) -> impl Iterator<Item = &IncomingChange> {
        self.changes.iter().filter_map(|judged| match judged {
            Judged::KeepApart(change) => Some(change),
            _ => None,
        })
    }

    /// The receipt, once everything taken or kept apart is on disk.
    pub fn receipt(&self, _: &Durable) -> CaseReceipt {
        let verdict = |judged: &Judged| match judged {
            Judged::Take(_) => Verdict::Stored,
            Judged::KeepApart(_) => Verdict::Quarantined,
            Judged::Answer(verdict) => *verdict,
        };
        CaseReceipt { case: self.case, verdicts: self.changes.iter().map(verdict).collect() }
    }
}

/// What fits into one answer: cases by their latest change, each whole, and the cursor after them.
#[derive(Debug, PartialEq)]
pub struct Filled {
    /// What is sent.
    pub cases: Vec<CaseUpdate>,
    /// The cursor after it.
    pub cursor: Cursor,
    /// Whether something was left for the next answer.
    pub more: bool,
}

/// Fills the room. `pending` gives the cases that changed since `cursor.done`, by the position of
/// their latest change, each with everything since `cursor.base`; `end` is the last position of
/// the log when they were read. The first case is sent whatever its size, so that every answer
/// moves on.
///
/// # Errors
/// Whatever reading a case failed with; the cursor does not move then.
pub fn fill<E>(
    cursor: Cursor,
    end: u64,
    room_bytes: usize,
    pending: impl IntoIterator<Item = Result<(u64, CaseUpdate), E>>,
) -> Result<Filled, E> {
    let mut filled = Filled { cases: Vec::new(), cursor, more: false };
    let mut used_bytes = 0;
    for case in pending {
        let (latest, update) = case?;
        used_bytes += update.size_bytes();
        if used_bytes > room_bytes && !filled.cases.is_empty() {
            filled.more = true;
            return Ok(filled);
        }
        filled.cursor.done = latest;
        filled.cases.push(update);
    }
    filled.cursor = Cursor { base: end, done: end };
    Ok(filled)
}
