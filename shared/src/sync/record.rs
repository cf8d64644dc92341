//! What a phone keeps: one record per case, and one for how far it has read.

use jiff::Timestamp;
use minicbor::{Encode, bytes::ByteVec};

use super::{
    seal::Seal,
    wire::{Cursor, Verdict},
};
use crate::{
    case::CaseRow,
    cbor,
    document::ChangeHash,
    ids::{CaseId, DeviceId, Epoch},
};

/// The name of a stored record. Holds random identifiers only, since names are not sealed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// How far this phone has read.
    Meta,
    /// One case.
    Case(CaseId),
}

impl Key {
    /// What the names of all cases begin with.
    pub const CASE_PREFIX: &'static str = "case/";

    /// The name in the store.
    pub fn name(&self) -> String {
        match self {
            Self::Meta => "sync".into(),
            Self::Case(case) => format!("{}{case}", Self::CASE_PREFIX),
        }
    }
}

/// One write of a transaction.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// Replace or add a record.
    Put(Key, Vec<u8>),
    /// Remove a record.
    Delete(Key),
}

/// One case on the phone.
#[derive(Debug, Clone, PartialEq, Encode)]
pub struct CaseRecord {
    /// The document, as automerge saves it.
    #[n(0)]
    pub saved: ByteVec,
    /// The heads of what the server is known to hold.
    #[n(1)]
    pub server_heads: Vec<ChangeHash>,
    /// This phone's own changes that the server has not acknowledged.
    #[n(2)]
    pub unsent: u32,
    /// When the server last acknowledged something of this case.
    #[n(3)]
    #[cbor(with = "cbor::json")]
    pub sent_at: Option<Timestamp>,
    /// Why the server does not take what is unsent.
    #[n(4)]
    pub refused: Option<Verdict>,
    /// The case is no longer this phone's: sent first, then forgotten.
    #[n(5)]
    pub moved_away: bool,
    /// What the list shows.
    #[n(6)]
    #[cbor(with = "cbor::json")]
    pub row: CaseRow,
    /// The server's marks on what it gave out, the latest last: with them this phone can give a
    /// restored server back what others wrote. More than one only until that is done.
    #[n(7)]
    pub seals: Vec<Seal>,
}

crate::decoded!(CaseRecord {
    saved,
    server_heads,
    unsent,
    sent_at: json,
    refused: later,
    moved_away,
    row: json,
    seals,
});

/// How far this phone has read.
#[derive(Debug, Clone, PartialEq, Default, Encode)]
pub struct Meta {
    /// The life of the server's change log.
    #[n(0)]
    pub epoch: Option<Epoch>,
    /// The cursor.
    #[n(1)]
    pub cursor: Cursor,
    /// When everything was last known to be sent.
    #[n(2)]
    #[cbor(with = "cbor::json")]
    pub sent_at: Option<Timestamp>,
    /// Whether everything that was there at the first sync has arrived.
    #[n(3)]
    pub arrived: bool,
    /// The last known version of the profile.
    #[n(4)]
    pub profile_version: u64,
    /// The last known version of the directory.
    #[n(5)]
    pub directory_version: u64,
    /// What the person should know about work that was taken elsewhere, newest last.
    #[n(6)]
    pub notices: Vec<Notice>,
    /// The device identifiers that this phone has had, one for each time it was signed in: what
    /// it wrote under any of them is for it to send.
    #[n(7)]
    pub devices: Vec<DeviceId>,
}

crate::decoded!(Meta {
    epoch: later,
    cursor,
    sent_at: json,
    arrived,
    profile_version,
    directory_version,
    notices,
    devices,
});

/// Something that a person should know, until they put it aside.
#[derive(Debug, Clone, PartialEq, Encode)]
pub struct Notice {
    /// The case it is about.
    #[n(0)]
    pub case: CaseId,
    /// Whose case it was.
    #[n(1)]
    #[cbor(with = "cbor::json")]
    pub name: crate::personal::Personal<String>,
    /// What became of the work.
    #[n(2)]
    pub verdict: Verdict,
}

crate::decoded!(Notice { case, name: json, verdict });
