//! The door: bytes from outside are bounded here before anything parses them, and what comes out
//! carries the proof in its type.

use automerge::Change;
use minicbor::Decoder;

use crate::{
    cbor::{self, NotUnderstood},
    document::ChangeHash,
    ids::{DeviceId, UserId},
    limits,
    sync::wire::{CasePush, HandedOver, PROTOCOL, SyncRequest, SyncResponse, Unsent},
};

mod columns;
mod outline;
mod saved;

pub(crate) use columns::Flaw;
pub(crate) use saved::check as check_saved;

/// Where the checksum lies: the first four bytes of the hash.
const CHECKSUM_AT: std::ops::Range<usize> = 4..8;
/// Bytes of the device in an actor identifier; the session follows.
const DEVICE_BYTES: usize = 16;
/// Bytes of a whole actor identifier.
const ACTOR_BYTES: usize = DEVICE_BYTES + 8;

/// A change from outside that was bounded, parsed and verified against its own hash.
#[derive(Debug, Clone)]
pub struct IncomingChange {
    parsed: Change,
    author: Option<UserId>,
    device: DeviceId,
    operations: u64,
}

/// Why a change was turned away at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChangeRefusal {
    /// Longer than anything a person writes in one go.
    #[error("the change is over {} KB", limits::CHANGE_BYTES_MAX / 1024)]
    TooLong,
    /// Not an uncompressed change.
    #[error("this is not an uncompressed change")]
    NotAChange,
    /// The content does not parse, or does not match its checksum.
    #[error("the change is damaged")]
    Damaged,
    /// Too many dependencies.
    #[error("the change names over {} changes before it", limits::CHANGE_DEPENDENCIES_MAX)]
    TooManyDependencies,
    /// Too many operations, or numbers that only such a record would reach.
    #[error("the change does more than {} things", limits::CHANGE_OPERATIONS_MAX)]
    TooManyOperations,
    /// A counter, a table, a mark, or a part that nobody knows: a record has no use for it.
    #[error("the change holds what a case record has no use for")]
    Foreign,
    /// No author, or an actor that is not a device with a session.
    #[error("the change does not say who wrote it, on which device")]
    Unsigned,
}

impl IncomingChange {
    /// Takes a change in.
    ///
    /// # Errors
    /// Why it is turned away.
    pub fn parse(bytes: &[u8]) -> Result<Self, ChangeRefusal> {
        let outline = outline::outline(bytes)?;
        let parsed = Change::try_from(bytes).map_err(|_| ChangeRefusal::Damaged)?;
        // The parser computes the hash and leaves the comparison to its caller.
        if bytes[CHECKSUM_AT] != parsed.hash().0[..4] {
            return Err(ChangeRefusal::Damaged);
        }
        Self::of(parsed, outline.operations)
    }

    fn of(parsed: Change, operations: u64) -> Result<Self, ChangeRefusal> {
        let device = device_of(parsed.actor_id().to_bytes()).ok_or(ChangeRefusal::Unsigned)?;
        let author = match parsed.author() {
            Some(author) => {
                Some(UserId::from_slice(author.as_bytes()).map_err(|_| ChangeRefusal::Unsigned)?)
            }
            None if parsed.seq() == 1 => return Err(ChangeRefusal::Unsigned),
            None => None,
        };
        Ok(Self { parsed, author, device, operations })
    }

    /// The change's name.
    pub fn hash(&self) -> ChangeHash {
        ChangeHash(self.parsed.hash().0)
    }

    /// The changes that it follows directly.
    pub fn dependencies(&self) -> impl Iterator<Item = ChangeHash> {
        self.parsed.deps().iter().map(|hash| ChangeHash(hash.0))
    }

    /// Who wrote it. An actor says so in its first change only; whose device it is says the rest.
    pub fn author(&self) -> Option<UserId> {
        self.author
    }

    /// On which device.
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// How many operations it has: what it costs to apply, whatever its size.
    pub fn operations(&self) -> u64 {
        self.operations
    }

    /// What it counts for in a push, in bytes: its size, or its operations where those are more.
    pub fn weight_bytes(&self) -> usize {
        self.bytes().len().max(usize::try_from(self.operations).unwrap_or(usize::MAX))
    }

    /// The bytes to store and to send on.
    pub fn bytes(&self) -> &[u8] {
        self.parsed.raw_bytes()
    }

    pub(crate) fn parsed(&self) -> &Change {
        &self.parsed
    }
}

impl From<Flaw> for ChangeRefusal {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::Damaged => Self::Damaged,
            Flaw::TooMany => Self::TooManyOperations,
            Flaw::Foreign => Self::Foreign,
        }
    }
}

/// A change out of a document that this program holds.
pub(crate) fn own_change(change: Change) -> Option<IncomingChange> {
    let operations = change.len() as u64;
    IncomingChange::of(change, operations).ok()
}

/// The device named by an actor identifier.
pub(crate) fn device_of(actor: &[u8]) -> Option<DeviceId> {
    (actor.len() == ACTOR_BYTES).then(|| DeviceId::from_slice(&actor[..DEVICE_BYTES]).ok())?
}

/// A body that was turned away.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyRefusal {
    /// Over the limit.
    #[error("the message is over {} MB: send it in parts", limits::SYNC_BODY_BYTES_MAX / 1_048_576)]
    TooLong,
    /// More entries than the limit allows.
    #[error("the message has too many entries: send it in parts")]
    TooMany,
    /// Of another version of the protocol.
    #[error("the message is of another version of the protocol: update the app, or the server")]
    OtherVersion,
    /// Not this message.
    #[error(transparent)]
    NotUnderstood(#[from] NotUnderstood),
}

/// Takes a sync request in. The changes inside are still to be parsed, each on its own.
///
/// # Errors
/// When the body is too long, has too many entries, is of another version, or is not a request.
pub fn sync_request(body: &[u8]) -> Result<SyncRequest, BodyRefusal> {
    check_version(body)?;
    let request: SyncRequest = bounded(body, limits::SYNC_BODY_BYTES_MAX)?;
    if has_too_many(&request.push) || request.again.len() > limits::AGAIN_CASES_MAX {
        return Err(BodyRefusal::TooMany);
    }
    Ok(request)
}

/// Takes work in that comes in a file or is handed over, of at most so many bytes.
///
/// # Errors
/// As [`sync_request`].
pub fn unsent(body: &[u8], bytes_max: usize) -> Result<Unsent, BodyRefusal> {
    check_version(body)?;
    let unsent: Unsent = bounded(body, bytes_max)?;
    if has_too_many(&unsent.push) { Err(BodyRefusal::TooMany) } else { Ok(unsent) }
}

/// The version comes first, so that it can be read from a message of any later version.
fn check_version(body: &[u8]) -> Result<(), BodyRefusal> {
    let mut peek = Decoder::new(body);
    let version = peek.array().and_then(|_| peek.u16());
    match version {
        Ok(version) if version != PROTOCOL => Err(BodyRefusal::OtherVersion),
        _ => Ok(()),
    }
}

/// Takes the answer to a handing over in.
///
/// # Errors
/// As [`sync_response`].
pub fn handed_over(body: &[u8]) -> Result<HandedOver, BodyRefusal> {
    bounded(body, limits::SYNC_BODY_BYTES_MAX)
}

fn has_too_many(pushes: &[CasePush]) -> bool {
    pushes.len() > limits::PUSH_CASES_MAX
        || pushes.iter().any(|push| push.changes.len() > limits::CASE_CHANGES_MAX)
        || pushes.iter().any(has_too_many_heads)
}

fn has_too_many_heads(push: &CasePush) -> bool {
    push.seal.as_ref().is_some_and(|seal| seal.heads.len() > limits::SEAL_HEADS_MAX)
}

/// Takes a sync response in.
///
/// # Errors
/// When the body is too long, or is not a response.
pub fn sync_response(body: &[u8]) -> Result<SyncResponse, BodyRefusal> {
    bounded(body, limits::SYNC_BODY_BYTES_MAX)
}

fn bounded<T: for<'b> minicbor::Decode<'b, ()>>(
    body: &[u8],
    bytes_max: usize,
) -> Result<T, BodyRefusal> {
    if body.len() > bytes_max {
        return Err(BodyRefusal::TooLong);
    }
    Ok(cbor::decode(body)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_another_version_is_told_from_nonsense_whatever_its_shape() {
        let later = cbor::encode(&(PROTOCOL + 1, "whatever it says"));
        assert_eq!(sync_request(&later), Err(BodyRefusal::OtherVersion));
        assert_eq!(unsent(&later, later.len()), Err(BodyRefusal::OtherVersion));
        let nonsense = cbor::encode(&(PROTOCOL, "whatever it says"));
        assert!(matches!(sync_request(&nonsense), Err(BodyRefusal::NotUnderstood(_))));
    }
}
