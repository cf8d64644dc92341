//! The server's mark on what it has given out, by which it knows its own words again after it was
//! restored from a backup.
//!
//! A phone may send its own changes only. When a restored server lacks a colleague's change, and
//! the colleague's phone is lost, the only copy lies with somebody who may not send it, and
//! whatever was written on top of it could never be sent either. So the server marks each case
//! that it gives out: the mark covers the case, the reader and the heads, and through their hashes
//! the whole history before them. A change under such a mark was in the log once, with its author
//! checked, whoever brings it back.

use hmac::{Hmac, KeyInit, Mac};
use minicbor::{Encode, bytes::ByteArray};
use sha2::Sha256;

use super::carried::{CarriedBy, CarryKey};
use crate::{
    document::ChangeHash,
    few::FewOf,
    ids::{CaseId, UserId},
    intake::IncomingChange,
    ordered,
};

/// What a carry key is made from, beside whom it is for. With that it is longer than the shortest
/// input of a mark and not as long as any, so that no mark says anything about a key.
const CARRY_LABEL: &[u8] = b"fingerpost unsent work";

/// Bytes of a mark: enough that guessing one takes for ever.
const MARK_BYTES: usize = 16;

/// The key of a service, in its database and nowhere else.
#[derive(Clone, Copy)]
pub struct SealKey(pub [u8; 32]);

/// A mark, and what it covers beside the case and the reader.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct Seal {
    /// The changes that nothing followed in the log, in order of their hashes.
    #[n(0)]
    pub heads: Vec<ChangeHash>,
    /// The first half of an HMAC-SHA-256.
    #[n(1)]
    pub mark: ByteArray<MARK_BYTES>,
}

crate::decoded!(Seal { heads, mark });

impl SealKey {
    /// Marks a state of a case for one reader.
    pub fn seal(&self, case: CaseId, reader: UserId, mut heads: Vec<ChangeHash>) -> Seal {
        ordered::sort(&mut heads);
        let whole = self.keyed(case, reader, &heads).finalize().into_bytes();
        let mut mark = [0; MARK_BYTES];
        mark.copy_from_slice(&whole[..MARK_BYTES]);
        Seal { heads, mark: mark.into() }
    }

    /// Whether this service gave this reader this state of this case.
    pub fn knows(&self, case: CaseId, reader: UserId, seal: &Seal) -> bool {
        self.keyed(case, reader, &seal.heads).verify_truncated_left(&*seal.mark).is_ok()
    }

    /// The key of what this device carries off for this person. It needs no keeping, and a service
    /// that was restored from a backup gives the same.
    pub fn carry_key(&self, by: &CarriedBy) -> CarryKey {
        let mut mac = self.begun();
        mac.update(CARRY_LABEL);
        mac.update(by.user.as_bytes());
        mac.update(by.device.as_bytes());
        CarryKey::of(mac.finalize().into_bytes().into())
    }

    fn begun(&self) -> Hmac<Sha256> {
        Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length")
    }

    fn keyed(&self, case: CaseId, reader: UserId, heads: &[ChangeHash]) -> Hmac<Sha256> {
        let mut mac = self.begun();
        // Every part but the last has a fixed length, so no two inputs run together alike.
        mac.update(case.as_bytes());
        mac.update(reader.as_bytes());
        heads.iter().for_each(|head| mac.update(&head.0));
        mac
    }
}

/// Those of the changes that are heads of the seal or lie before them. The changes come each after
/// those that it follows.
pub fn covered(seal: &Seal, changes: &[IncomingChange]) -> FewOf<ChangeHash> {
    let mut wanted = FewOf::from_iter(seal.heads.iter().copied());
    let mut covered = FewOf::new();
    for change in changes.iter().rev() {
        if wanted.contains(&change.hash()) {
            wanted.extend(change.dependencies());
            covered.insert(change.hash());
        }
    }
    covered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carry_key_is_of_one_person_device_and_service_alone() {
        let by = |user, device| CarriedBy {
            user: UserId::from_random([user; 16]),
            device: crate::ids::DeviceId::from_random([device; 16]),
        };
        let key = SealKey([1; 32]);
        assert_eq!(key.carry_key(&by(1, 2)), key.carry_key(&by(1, 2)));
        let others = [key.carry_key(&by(2, 2)), key.carry_key(&by(1, 1))];
        assert!(!others.contains(&key.carry_key(&by(1, 2))));
        assert_ne!(SealKey([2; 32]).carry_key(&by(1, 2)), key.carry_key(&by(1, 2)));
        // The heads of a mark are 32 bytes each, and what comes before them is 32.
        assert_ne!((CARRY_LABEL.len() + 32) % 32, 0);
    }

    #[test]
    fn a_mark_holds_for_its_own_case_reader_heads_and_service_alone() {
        let case = |number| CaseId::from_random([number; 16]);
        let user = |number| UserId::from_random([number; 16]);
        let heads = |number| vec![ChangeHash([number; 32]), ChangeHash([9; 32])];
        let key = SealKey([1; 32]);
        let seal = key.seal(case(1), user(1), heads(1));
        assert!(key.knows(case(1), user(1), &seal));
        assert!(!key.knows(case(2), user(1), &seal));
        assert!(!key.knows(case(1), user(2), &seal));
        assert!(!SealKey([2; 32]).knows(case(1), user(1), &seal));
        let other_heads = Seal { heads: heads(2), ..seal.clone() };
        assert!(!key.knows(case(1), user(1), &other_heads));
        let mut other_mark = seal;
        other_mark.mark[0] ^= 1;
        assert!(!key.knows(case(1), user(1), &other_mark));
    }
}
