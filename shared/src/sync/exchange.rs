//! The server's side of a push: what is taken, what is kept apart, what is refused, and the
//! receipts, which exist only once the batch is on disk.

use minicbor::bytes::ByteVec;

use super::{
    seal::{Seal, covered},
    wire::{CasePush, CaseReceipt, CaseUpdate, Cursor, Verdict},
};
use crate::{
    document::ChangeHash,
    few::{Few, FewOf},
    ids::{CaseId, DeviceId, UserId},
    intake::{BodyRefusal, ChangeRefusal, IncomingChange},
    limits,
};

/// Who sends, as the session says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The person.
    pub user: UserId,
    /// Whether their role may begin a case.
    pub may_begin_cases: bool,
}

/// Whose a device is. A phone that was signed in anew has another identifier than before, and may
/// still hold what it wrote under the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The device is or was one of the sender's.
    Sender,
    /// The device is or was somebody else's.
    Somebody,
    /// No such device: it was enrolled after the backup from which the server was restored.
    Nobody,
}

/// What the store says about one case, asked while a push is judged.
pub trait CaseStore {
    /// Why it cannot say.
    type Error;

    /// Whether the log of this case holds a change.
    ///
    /// # Errors
    /// When the store cannot say.
    fn has(&mut self, hash: &ChangeHash) -> Result<bool, Self::Error>;

    /// What the sender of a change is told that was taken out of the log again.
    ///
    /// # Errors
    /// When the store cannot say.
    fn misfit(&mut self, hash: &ChangeHash) -> Result<Option<Verdict>, Self::Error>;

    /// Whose a device is.
    ///
    /// # Errors
    /// When the store cannot say.
    fn owner(&mut self, device: DeviceId) -> Result<Owner, Self::Error>;

    /// Whether the server gave the sender this case with this seal.
    ///
    /// # Errors
    /// When the store cannot say.
    fn knows(&mut self, seal: &Seal) -> Result<bool, Self::Error>;
}

/// What the store says of a case, read in the transaction that will write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseFacts {
    /// Nobody has sent it before.
    Unknown,
    /// It is there.
    Known {
        /// Whether the sender has it.
        is_theirs: bool,
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
    seal: Option<Seal>,
    changes: Vec<Result<IncomingChange, ChangeRefusal>>,
}

impl ParsedPush {
    /// Takes each change of a request in, or notes why it is turned away.
    ///
    /// # Errors
    /// When all together do more than one request may.
    pub fn all(pushes: &[CasePush]) -> Result<Vec<Self>, BodyRefusal> {
        let mut operations = 0;
        let mut parse = |bytes: &ByteVec| {
            let parsed = IncomingChange::parse(bytes);
            operations += parsed.as_ref().map_or(0, IncomingChange::operations);
            if operations > limits::PUSH_OPERATIONS_MAX {
                Err(BodyRefusal::TooMany)
            } else {
                Ok(parsed)
            }
        };
        let mut parse_one = |push: &CasePush| {
            let changes = push.changes.iter().map(&mut parse).collect::<Result<_, _>>()?;
            Ok(Self { case: push.case, seal: push.seal.clone(), changes })
        };
        pushes.iter().map(&mut parse_one).collect()
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
    is_elsewhere: bool,
    beginners: FewOf<UserId>,
    adopted: Few<DeviceId, UserId>,
    changes: Vec<Judged>,
}

#[derive(Debug)]
enum Judged {
    Take(IncomingChange),
    KeepApart(IncomingChange, Verdict),
    Answer(Verdict),
}

/// Decides on each change of a push.
///
/// # Errors
/// When the store cannot say what the decision rests on.
pub fn judge<S: CaseStore>(
    sender: &Sender,
    facts: CaseFacts,
    push: ParsedPush,
    store: &mut S,
) -> Result<JudgedPush, S::Error> {
    let ParsedPush { case, seal, changes: parsed } = push;
    let vouched = vouched(seal.as_ref(), &parsed, store)?;
    let mut judge = Judge {
        sender,
        facts,
        store,
        vouched,
        taken: FewOf::new(),
        aside: FewOf::new(),
        beginners: FewOf::new(),
        adopted: Few::new(),
    };
    let mut changes = Vec::with_capacity(parsed.len());
    for change in parsed {
        changes.push(match change {
            Ok(change) => judge.change(change)?,
            Err(refusal) => Judged::Answer(refusal.into()),
        });
    }
    let Judge { beginners, adopted, .. } = judge;
    let is_elsewhere = matches!(facts, CaseFacts::Known { is_theirs: false, .. });
    Ok(JudgedPush { case, is_elsewhere, beginners, adopted, changes })
}

/// The changes that the server's own seal says were in its log once.
fn vouched<S: CaseStore>(
    seal: Option<&Seal>,
    parsed: &[Result<IncomingChange, ChangeRefusal>],
    store: &mut S,
) -> Result<FewOf<ChangeHash>, S::Error> {
    let Some(seal) = seal else { return Ok(FewOf::new()) };
    if !store.knows(seal)? {
        return Ok(FewOf::new());
    }
    let whole: Vec<IncomingChange> = parsed.iter().flatten().cloned().collect();
    Ok(covered(seal, &whole))
}

struct Judge<'a, S> {
    sender: &'a Sender,
    facts: CaseFacts,
    store: &'a mut S,
    vouched: FewOf<ChangeHash>,
    taken: FewOf<ChangeHash>,
    aside: FewOf<ChangeHash>,
    beginners: FewOf<UserId>,
    adopted: Few<DeviceId, UserId>,
}

impl<S: CaseStore> Judge<'_, S> {
    fn change(&mut self, change: IncomingChange) -> Result<Judged, S::Error> {
        let hash = change.hash();
        if self.taken.contains(&hash) || self.store.has(&hash)? {
            return Ok(Judged::Answer(Verdict::Stored));
        }
        if let Some(verdict) = self.store.misfit(&hash)? {
            return Ok(Judged::Answer(verdict));
        }
        if !self.may_send(&change)? {
            return Ok(Judged::Answer(Verdict::NotYours));
        }
        if matches!(self.facts, CaseFacts::Known { may_write: false, .. }) {
            return Ok(Judged::KeepApart(change, Verdict::Quarantined));
        }
        if change.dependencies().next().is_none() {
            if let Err(verdict) = self.begin(&change) {
                return Ok(Judged::Answer(verdict));
            }
        } else if let Some(verdict) = self.objection_to_past(&change)? {
            if verdict == Verdict::Early {
                return Ok(Judged::Answer(verdict));
            }
            self.aside.insert(hash);
            return Ok(Judged::KeepApart(change, verdict));
        }
        self.taken.insert(hash);
        Ok(Judged::Take(change))
    }

    /// The device is one of the sender's, and where the change names an author, it is the sender;
    /// or the server itself has vouched for the change.
    fn may_send(&mut self, change: &IncomingChange) -> Result<bool, S::Error> {
        let device = change.device();
        let is_adopted = self.adopted.get(&device) == Some(&self.sender.user);
        let owner = if is_adopted { Owner::Sender } else { self.store.owner(device)? };
        let author = change.author();
        if self.vouched.contains(&change.hash()) {
            if let (Owner::Nobody, Some(author)) = (owner, author) {
                self.adopted.insert(device, author);
            }
            return Ok(true);
        }
        Ok(match owner {
            Owner::Sender => author.is_none_or(|author| author == self.sender.user),
            Owner::Somebody => false,
            // Only the first change of a device in a case names its author, so whoever writes under
            // a device that the server has forgotten has to bring that one.
            Owner::Nobody if author == Some(self.sender.user) => {
                self.adopted.insert(device, self.sender.user);
                true
            }
            Owner::Nobody => false,
        })
    }

    fn begin(&mut self, change: &IncomingChange) -> Result<(), Verdict> {
        if self.facts != CaseFacts::Unknown || !self.beginners.is_empty() {
            return Err(Verdict::SecondBeginning);
        }
        if !self.sender.may_begin_cases {
            return Err(Verdict::NotAllowed);
        }
        // Whoever brings a colleague's case back had been given it.
        self.beginners.insert(self.sender.user);
        self.beginners.extend(change.author());
        Ok(())
    }

    /// Why a change cannot be taken whose past is not whole: something that it follows is not there
    /// yet, or was set aside, and then it never will be.
    fn objection_to_past(&mut self, change: &IncomingChange) -> Result<Option<Verdict>, S::Error> {
        let mut is_early = false;
        for hash in change.dependencies() {
            if self.taken.contains(&hash) || self.store.has(&hash)? {
                continue;
            }
            if self.aside.contains(&hash) || self.store.misfit(&hash)?.is_some() {
                return Ok(Some(Verdict::DoesNotFit));
            }
            is_early = true;
        }
        Ok(is_early.then_some(Verdict::Early))
    }
}

impl JudgedPush {
    /// The case.
    pub fn case(&self) -> CaseId {
        self.case
    }

    /// Whether the sender does not have this case: whatever of it is on their phone is to go.
    pub fn is_elsewhere(&self) -> bool {
        self.is_elsewhere
    }

    /// Whether the push begins the case.
    pub fn begins(&self) -> bool {
        !self.beginners.is_empty()
    }

    /// Whose the case is to be, where the push begins it.
    pub fn beginners(&self) -> impl Iterator<Item = UserId> {
        self.beginners.iter().copied()
    }

    /// Devices that the server did not know, with whom to enrol them for.
    pub fn adopted(&self) -> impl Iterator<Item = (DeviceId, UserId)> {
        self.adopted.iter().map(|(device, user)| (*device, *user))
    }

    /// The changes to append to the log, in order.
    pub fn taken(&self) -> impl Iterator<Item = &IncomingChange> {
        self.changes.iter().filter_map(|judged| match judged {
            Judged::Take(change) => Some(change),
            _ => None,
        })
    }

    /// The changes to keep apart, each with what its sender is told.
    pub fn kept_apart(&self) -> impl Iterator<Item = (&IncomingChange, Verdict)> {
        self.changes.iter().filter_map(|judged| match judged {
            Judged::KeepApart(change, verdict) => Some((change, *verdict)),
            _ => None,
        })
    }

    /// The receipt, once everything taken or kept apart is on disk.
    pub fn receipt(&self, _: &Durable) -> CaseReceipt {
        let verdict = |judged: &Judged| match judged {
            Judged::Take(_) => Verdict::Stored,
            Judged::KeepApart(_, verdict) | Judged::Answer(verdict) => *verdict,
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
