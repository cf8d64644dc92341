//! The messages of `POST /api/sync`, as CBOR arrays.

use minicbor::{Decode, Decoder, Encode, Encoder, bytes::ByteVec, decode, encode};

use crate::{
    document::{ChangeHash, DocumentError},
    ids::{CaseId, Epoch},
    intake::ChangeRefusal,
    sync::seal::Seal,
};

/// The version of the messages. A server answers 426 to one that it does not speak.
pub const PROTOCOL: u16 = 1;

/// What a phone sends: what it wrote, and how far it has read.
#[derive(Debug, Clone, PartialEq, Encode)]
pub struct SyncRequest {
    /// [`PROTOCOL`].
    #[n(0)]
    pub protocol: u16,
    /// The life of the change log that the cursor belongs to; none at first.
    #[n(1)]
    pub epoch: Option<Epoch>,
    /// How far the phone has read.
    #[n(2)]
    pub cursor: Cursor,
    /// What it wrote.
    #[n(3)]
    pub push: Vec<CasePush>,
    /// The most bytes of cases that it takes in the answer.
    #[n(4)]
    pub room_bytes: u32,
    /// Cases that it wants whole, since it could not read what it had.
    #[n(5)]
    pub again: Vec<CaseId>,
}

crate::decoded!(SyncRequest { protocol, epoch: later, cursor, push, room_bytes, again });

/// How far a phone has read: everything up to `base`, and of what came after, the cases whose
/// latest change is not beyond `done`. Only the server interprets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Encode)]
pub struct Cursor {
    /// Every change up to here was sent.
    #[n(0)]
    pub base: u64,
    /// Cases whose latest change is up to here were sent, whole.
    #[n(1)]
    pub done: u64,
}

crate::decoded!(Cursor { base, done });

/// Changes of one case, each after those that it depends on.
#[derive(Debug, Clone, PartialEq, Encode)]
pub struct CasePush {
    /// The case.
    #[n(0)]
    pub case: CaseId,
    /// Raw, uncompressed changes.
    #[n(1)]
    pub changes: Vec<ByteVec>,
    /// With changes of others, that a restored server lost: the seal that they are under.
    #[n(2)]
    pub seal: Option<Seal>,
}

crate::decoded!(CasePush { case, changes, seal: later });

/// What the server answers.
#[derive(Debug, Clone, PartialEq, Encode)]
pub struct SyncResponse {
    /// The life of the change log. Another one than the phone's means that the server was
    /// restored, and that the phone sends again what the server lacks.
    #[n(0)]
    pub epoch: Epoch,
    /// To be sent next time, once everything in this answer is stored.
    #[n(1)]
    pub cursor: Cursor,
    /// What became of each change, case by case in the order of the push.
    #[n(2)]
    pub receipts: Vec<CaseReceipt>,
    /// What is new to the phone.
    #[n(3)]
    pub cases: Vec<CaseUpdate>,
    /// Cases that are no longer this phone's.
    #[n(4)]
    pub removed: Vec<CaseId>,
    /// Whether there was more than the room allowed.
    #[n(5)]
    pub more: bool,
    /// The server's clock, in milliseconds of Unix time.
    #[n(6)]
    pub server_unix_ms: i64,
    /// Rises when the team, the practices or the rules of the service changed (`GET /api/me`).
    #[n(7)]
    pub profile_version: u64,
    /// Rises when the directory of services changed (`GET /api/directory`).
    #[n(8)]
    pub directory_version: u64,
}

crate::decoded!(SyncResponse {
    epoch,
    cursor,
    receipts,
    cases,
    removed,
    more,
    server_unix_ms,
    profile_version,
    directory_version,
});

/// What became of the changes of one case.
#[derive(Debug, Clone, PartialEq, Encode)]
pub struct CaseReceipt {
    /// The case.
    #[n(0)]
    pub case: CaseId,
    /// One for each change that was pushed, in that order.
    #[n(1)]
    pub verdicts: Vec<Verdict>,
}

crate::decoded!(CaseReceipt { case, verdicts });

/// What became of one change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Verdict {
    /// It is on the server's disk.
    #[n(0)]
    Stored,
    /// The sender may no longer write to this case: kept apart for the lead.
    #[n(1)]
    Quarantined,
    /// A change that it follows is not there yet: send that one first, or wait for its author.
    #[n(2)]
    Early,
    /// Somebody else's change, under no seal: only its author's phone may send it.
    #[n(3)]
    NotYours,
    /// Not a change that could be taken in.
    #[n(4)]
    Damaged,
    /// Over a limit.
    #[n(5)]
    TooLarge,
    /// The case exists, and this would begin it a second time.
    #[n(6)]
    SecondBeginning,
    /// The sender's role may not begin a case.
    #[n(7)]
    NotAllowed,
    /// It was stored, and then turned out not to fit the case's record: kept apart since.
    #[n(8)]
    DoesNotFit,
}

/// Work that reaches the server outside of a sync: in a file, or handed over by a device that was
/// taken off the service.
#[derive(Debug, Clone, PartialEq, Encode)]
pub struct Unsent {
    /// [`PROTOCOL`].
    #[n(0)]
    pub protocol: u16,
    /// What was written. A case with much comes in several pushes, each after what it follows.
    #[n(1)]
    pub push: Vec<CasePush>,
}

crate::decoded!(Unsent { protocol, push });

/// What the server answers to work that was handed over.
#[derive(Debug, Clone, PartialEq, Encode)]
pub struct HandedOver {
    /// What became of each change, push by push.
    #[n(0)]
    pub receipts: Vec<CaseReceipt>,
}

crate::decoded!(HandedOver { receipts });

impl Verdict {
    /// Whether sending the same change again later may end differently.
    pub fn is_permanent(self) -> bool {
        self != Self::Early
    }

    /// What a person reads when the change was not stored.
    pub fn words(self) -> &'static str {
        match self {
            Self::Stored => say!("Sent."),
            Self::Quarantined => {
                say!(
                    "This person is no longer on your caseload. What you wrote is kept for your \
                     lead to place."
                )
            }
            Self::Early => say!("Waiting for something that was written before it."),
            Self::NotYours => say!("This was written on another phone, which has to send it."),
            Self::Damaged => {
                say!(
                    "The server could not read it. It is kept on this phone: ask your \
                     administrator."
                )
            }
            Self::TooLarge => {
                say!(
                    "It is larger than the server takes. It is kept on this phone: ask your \
                     administrator."
                )
            }
            Self::SecondBeginning => {
                say!(
                    "The server has another record under this name. It is kept on this phone: ask \
                     your administrator."
                )
            }
            Self::NotAllowed => {
                say!(
                    "Your role may not add people. It is kept on this phone: ask your \
                     administrator."
                )
            }
            Self::DoesNotFit => {
                say!(
                    "It does not fit this person's record. It is kept on this phone and on the \
                     server: ask your administrator."
                )
            }
        }
    }
}

impl From<&DocumentError> for Verdict {
    fn from(error: &DocumentError) -> Self {
        match error {
            DocumentError::TooLarge => Self::TooLarge,
            _ => Self::DoesNotFit,
        }
    }
}

impl From<ChangeRefusal> for Verdict {
    fn from(refusal: ChangeRefusal) -> Self {
        match refusal {
            ChangeRefusal::TooLong
            | ChangeRefusal::TooManyDependencies
            | ChangeRefusal::TooManyOperations => Self::TooLarge,
            ChangeRefusal::NotAChange | ChangeRefusal::Damaged | ChangeRefusal::Foreign => {
                Self::Damaged
            }
            ChangeRefusal::Unsigned => Self::NotYours,
        }
    }
}

/// What is new in one case.
#[derive(Debug, Clone, PartialEq, Encode)]
pub struct CaseUpdate {
    /// The case.
    #[n(0)]
    pub case: CaseId,
    /// A saved document, where the case is new to the phone and the server has one.
    #[n(1)]
    pub snapshot: Option<ByteVec>,
    /// Raw changes that come after it, or after what the phone has.
    #[n(2)]
    pub changes: Vec<ByteVec>,
    /// The server's mark on the case as it is with this update.
    #[n(3)]
    pub seal: Option<Seal>,
}

crate::decoded!(CaseUpdate { case, snapshot: later, changes, seal: later });

impl CaseUpdate {
    /// What it takes of the room, in bytes: its content and a little for the frame.
    pub fn size_bytes(&self) -> usize {
        let changes: usize = self.changes.iter().map(|change| change.len() + 4).sum();
        let seal = self.seal.as_ref().map_or(0, |seal| 32 + 34 * seal.heads.len());
        32 + seal + self.snapshot.as_ref().map_or(0, |snapshot| snapshot.len()) + changes
    }
}

impl<C> Encode<C> for ChangeHash {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.0)?;
        Ok(())
    }
}

impl<'b, C> Decode<'b, C> for ChangeHash {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        d.bytes()?
            .try_into()
            .map(ChangeHash)
            .map_err(|_| decode::Error::message("a change's hash has 32 bytes"))
    }
}
