//! How often a passphrase was wrong, and how long that makes the next one wait.
//!
//! The wait is one by this phone's clock, which whoever holds the phone can put forward: with no signal
//! that looks like time that has passed. A clock that only counts would begin anew with each opening of
//! the app. So the wait slows down hands; what slows down guessing is what one passphrase takes to try,
//! and that the key of it never leaves this phone.

use minicbor::Encode;

/// Wrong passphrases so far, since the last right one.
#[derive(Debug, Clone, Copy, PartialEq, Default, Encode)]
pub struct Attempts {
    /// How many.
    #[n(0)]
    pub failures: u32,
    /// When the last was made, in milliseconds of Unix time by this phone's clock.
    #[n(1)]
    pub last_ms: i64,
}

shared::decoded!(Attempts { failures, last_ms });

/// Wrong passphrases that cost no time: thumbs slip.
const FREE_FAILURES: u32 = 3;
/// The wait after the first that does; it doubles with each.
const WAIT_MS: i64 = 5_000;
const WAIT_MS_MAX: i64 = 15 * 60_000;

impl Attempts {
    /// One more that was wrong.
    pub fn failed(self, now_ms: i64) -> Self {
        Self { failures: self.failures.saturating_add(1), last_ms: now_ms }
    }

    /// The same by a clock that was turned back: the wait begins again, and does end.
    pub fn seen(self, now_ms: i64) -> Self {
        Self { last_ms: self.last_ms.min(now_ms), ..self }
    }

    /// How long to wait before the next, in milliseconds.
    pub fn wait_ms(self, now_ms: i64) -> i64 {
        let Some(doublings) = self.failures.checked_sub(FREE_FAILURES) else { return 0 };
        let whole = WAIT_MS.saturating_mul(1 << doublings.min(20)).min(WAIT_MS_MAX);
        let passed = now_ms.saturating_sub(self.last_ms).max(0);
        (whole - passed).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_passphrases_slow_down_and_end_nothing() {
        let mut attempts = Attempts::default();
        for _ in 0..2 {
            attempts = attempts.failed(1_000);
            assert_eq!(attempts.wait_ms(1_000), 0);
        }
        attempts = attempts.failed(1_000);
        assert_eq!(attempts.wait_ms(1_000), 5_000);
        assert_eq!(attempts.wait_ms(4_000), 2_000);
        assert_eq!(attempts.wait_ms(6_000), 0);
        // A clock that was turned back takes the wait with it, and does not make it longer.
        let back = attempts.seen(-900_000);
        assert_eq!((back.wait_ms(-900_000), back.wait_ms(-895_000)), (5_000, 0));
        assert_eq!(attempts.seen(6_000), attempts);
        for _ in 0..1_000 {
            attempts = attempts.failed(1_000);
        }
        assert_eq!(attempts.wait_ms(1_000), 15 * 60_000);
    }
}
