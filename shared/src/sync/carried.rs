//! Files of unsent work: what a phone that cannot send gives to somebody to carry to the service.
//!
//! A file is sealed under a key that the service gave to this device beforehand, and can work out
//! again from its own secret. Whoever finds the file learns nothing from it; whoever bends it makes
//! it useless. The sealing itself is done by whoever has the cipher: the browser, and the server.

use std::fmt;

use jiff::civil::Date;
use minicbor::{Decode, Encode, bytes::ByteArray};

use crate::ids::{DeviceId, UserId};

/// What every file begins with.
pub const MAGIC: [u8; 8] = *b"fpunsent";
/// The version of the format, which follows.
pub const FORMAT: u8 = 1;
/// Bytes before the sealed part: all of them are covered by its seal.
pub const HEADER_BYTES: usize = 41;
/// Bytes that are drawn anew for each file, between the header and what is encrypted.
pub const NONCE_BYTES: usize = 12;

/// The key of what one device carries off. Does not print itself.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct CarryKey(#[n(0)] ByteArray<32>);

impl CarryKey {
    /// The key of these bytes.
    pub fn of(bytes: [u8; 32]) -> Self {
        Self(bytes.into())
    }

    /// The bytes, for the one place that seals or opens a file.
    pub fn reveal(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for CarryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CarryKey(...)")
    }
}

/// Who carried the work off, and from which device: random identifiers, which say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CarriedBy {
    /// The person.
    pub user: UserId,
    /// The device.
    pub device: DeviceId,
}

/// Why bytes are no file of unsent work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotCarried {
    /// It begins otherwise, or ends too soon.
    #[error("this is not a file of unsent work from Fingerpost: look for one that ends in .fpw")]
    Foreign,
    /// A later version of the app wrote it.
    #[error("this file was written by a newer version of Fingerpost: update the server first")]
    Newer,
}

impl CarriedBy {
    /// What stands in front of the sealed part.
    pub fn header(&self) -> Vec<u8> {
        let parts = [&MAGIC[..], &[FORMAT], self.user.as_bytes(), self.device.as_bytes()];
        parts.concat()
    }

    /// Splits a file into who carried it, its header, its nonce and what is encrypted.
    ///
    /// # Errors
    /// When it is no such file, or of a later version.
    pub fn split(file: &[u8]) -> Result<(Self, Split<'_>), NotCarried> {
        let (header, rest) = file.split_at_checked(HEADER_BYTES).ok_or(NotCarried::Foreign)?;
        let (nonce, encrypted) =
            rest.split_first_chunk::<NONCE_BYTES>().ok_or(NotCarried::Foreign)?;
        let (magic, rest) = header.split_at(MAGIC.len());
        if magic != MAGIC {
            return Err(NotCarried::Foreign);
        }
        if rest[0] != FORMAT {
            return Err(NotCarried::Newer);
        }
        let (user, device) = rest[1..].split_at(16);
        let by = Self {
            user: UserId::from_slice(user).map_err(|_| NotCarried::Foreign)?,
            device: DeviceId::from_slice(device).map_err(|_| NotCarried::Foreign)?,
        };
        Ok((by, Split { header, nonce, encrypted }))
    }
}

/// The parts of a file.
#[derive(Debug, Clone, Copy)]
pub struct Split<'f> {
    /// What the seal covers beside the content.
    pub header: &'f [u8],
    /// What was drawn for this file.
    pub nonce: &'f [u8; NONCE_BYTES],
    /// The content under AES-256-GCM, with its tag of 16 bytes at the end.
    pub encrypted: &'f [u8],
}

/// The name of a file: it says when, and nothing about anybody.
pub fn file_name(on: Date) -> String {
    format!("fingerpost-unsent-{on}.fpw")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn by() -> CarriedBy {
        let user = UserId::from_random([1; 16]);
        CarriedBy { user, device: DeviceId::from_random([2; 16]) }
    }

    #[test]
    fn a_file_comes_apart_as_it_was_put_together() {
        let file = [by().header(), vec![3; NONCE_BYTES], vec![4; 20]].concat();
        let (found, split) = CarriedBy::split(&file).unwrap();
        assert_eq!(found, by());
        assert_eq!((split.header.len(), split.header), (HEADER_BYTES, &*by().header()));
        assert_eq!((split.nonce, split.encrypted), (&[3; NONCE_BYTES], &[4; 20][..]));
    }

    #[test]
    fn what_is_no_file_of_unsent_work_is_told_from_one_of_a_later_version() {
        let mut file = [by().header(), vec![3; NONCE_BYTES]].concat();
        assert_eq!(CarriedBy::split(&file[..52]).err(), Some(NotCarried::Foreign));
        file[MAGIC.len()] += 1;
        assert_eq!(CarriedBy::split(&file).err(), Some(NotCarried::Newer));
        file[0] += 1;
        assert_eq!(CarriedBy::split(&file).err(), Some(NotCarried::Foreign));
    }

    #[test]
    fn its_name_says_when_and_its_key_says_nothing() {
        assert_eq!(file_name(date(2026, 11, 3)), "fingerpost-unsent-2026-11-03.fpw");
        assert_eq!(format!("{:?}", CarryKey::of([7; 32])), "CarryKey(...)");
    }
}
