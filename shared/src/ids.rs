//! Identifiers: one type per thing that is named, so that one cannot be passed for another.

use std::{fmt, str::FromStr};

use ulid::Ulid;
use uuid::Uuid;

use crate::written::Written;

/// An identifier that could not be read. The text is safe to show: identifiers are random.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not a valid {what}: copy it again from where it was shown")]
pub struct IdError {
    what: &'static str,
}

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes an identifier of 16 random bytes that the caller has drawn.
            pub fn from_random(bytes: [u8; 16]) -> Self {
                Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }

            /// Reads an identifier back from the 16 bytes of [`Self::as_bytes`].
            ///
            /// # Errors
            /// When there are not exactly 16 bytes.
            pub fn from_slice(bytes: &[u8]) -> Result<Self, IdError> {
                Uuid::from_slice(bytes).map(Self).map_err(|_| IdError { what: $what })
            }

            /// The 16 bytes that are stored and sent.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.parse().map(Self).map_err(|_| IdError { what: $what })
            }
        }

        impl Written for $name {
            fn read(text: &str) -> Option<Self> {
                text.parse().ok()
            }
        }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(self.as_bytes())?;
                Ok(())
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(
                d: &mut minicbor::Decoder<'b>,
                _: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                Self::from_slice(d.bytes()?)
                    .map_err(|_| minicbor::decode::Error::message(concat!("not a ", $what)))
            }
        }
    };
}

random_id!(
    /// One person's record in one service: the unit of access, assignment and erasure.
    CaseId, "case identifier"
);
random_id!(
    /// A person who signs in.
    UserId, "user identifier"
);
random_id!(
    /// A phone or browser that was enrolled for one user.
    DeviceId, "device identifier"
);
random_id!(
    /// One unbroken life of the server's change log; a restore from a backup starts another.
    Epoch, "epoch"
);

/// An event of a case: sorts by the time at which it was recorded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(Ulid);

/// An episode of care is named by the referral that opened it.
pub type EpisodeId = EventId;

impl EventId {
    /// The latest instant that an identifier can carry: 1 January 2200, in milliseconds of Unix
    /// time. Later ones are refused, so that a wrong clock cannot sort above everything for ever.
    pub const LATEST_MS: u64 = 7_258_118_400_000;

    /// Makes an identifier from the time in milliseconds and 80 random bits.
    pub fn new(unix_ms: u64, random: u128) -> Self {
        Self(Ulid::from_parts(unix_ms.min(Self::LATEST_MS), random))
    }

    /// When the identifier was made, in milliseconds of Unix time, by the clock of its device.
    pub fn unix_ms(&self) -> u64 {
        self.0.timestamp_ms()
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventId({})", self.0)
    }
}

impl FromStr for EventId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let error = IdError { what: "event identifier" };
        let ulid = Ulid::from_string(text).map_err(|_| error.clone())?;
        // One spelling each: the key in the document must be the canonical text.
        if ulid.timestamp_ms() > Self::LATEST_MS || ulid.to_string() != text {
            return Err(error);
        }
        Ok(Self(ulid))
    }
}

impl Written for EventId {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_survive_text_and_bytes() {
        let id = CaseId::from_random([7; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(CaseId::from_slice(id.as_bytes()), Ok(id));
        assert!(CaseId::from_slice(&[0; 15]).is_err());
    }

    #[test]
    fn event_identifiers_sort_by_time_and_have_one_spelling() {
        let early = EventId::new(1_000, u128::MAX >> 48);
        let late = EventId::new(1_001, 0);
        assert!(early < late);
        assert_eq!(late.to_string().parse(), Ok(late));
        assert!(late.to_string().to_lowercase().parse::<EventId>().is_err());
        assert!("7ZZZZZZZZZZZZZZZZZZZZZZZZZ".parse::<EventId>().is_err());
    }
}
