//! What can go wrong in a world, each kind by its name.

use std::{fmt, str::FromStr};

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// A kind of fault.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fault {
            $($(#[$doc])* $name,)*
        }

        impl Fault {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name, as it is given to `--without`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

faults! {
    /// A request never arrives.
    RequestLost = "request-lost",
    /// A request is served, and its answer never arrives.
    AnswerLost = "answer-lost",
    /// A request arrives long after the phone gave up on it, and behind later ones.
    RequestLate = "request-late",
    /// A request arrives twice.
    RequestTwice = "request-twice",
    /// A phone has no signal for a while.
    NoSignal = "no-signal",
    /// A phone's app is killed, perhaps in the middle of a write.
    PhoneKilled = "phone-killed",
    /// A phone has no room for what it wants to store.
    PhoneFull = "phone-full",
    /// The platform throws away all that a phone had stored.
    StoreEvicted = "store-evicted",
    /// One stored record of a phone is torn.
    RecordTorn = "record-torn",
    /// A phone's clock is wrong.
    ClockWrong = "clock-wrong",
    /// A phone runs an earlier version of the app.
    OldClient = "old-client",
    /// The server is killed before a commit.
    ServerKilledBefore = "server-killed-before",
    /// The server is killed between a commit and its answers.
    ServerKilledAfter = "server-killed-after",
    /// The server's disk refuses a commit.
    ServerFull = "server-full",
    /// The server is put back to an old backup.
    Restored = "restored",
    /// A case is moved to another worker.
    CaseMoved = "case-moved",
    /// A device is revoked.
    DeviceRevoked = "device-revoked",
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|fault| fault.name() == text);
        found.copied().ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|fault| fault.name()).collect();
            format!("there is no fault {text}; there are {}", names.join(", "))
        })
    }
}
