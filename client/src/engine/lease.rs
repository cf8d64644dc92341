//! How long this phone may be read without its service: a lost phone, or one whose owner has left,
//! does not stay readable. What waits to be sent stays where it is, sealed.

use jiff::{SignedDuration, Timestamp};
use minicbor::Encode;
use shared::cbor;

/// How much later the service must have been heard before that is written down again.
const NOTED_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(10);

/// When the service was last heard from, and the latest time that this phone's clock has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode)]
pub struct Lease {
    #[n(0)]
    #[cbor(with = "cbor::json")]
    heard_at: Timestamp,
    #[n(1)]
    #[cbor(with = "cbor::json")]
    seen_at: Timestamp,
    /// Whether the service has taken this phone off: nothing is shown then.
    #[n(2)]
    taken_off: Option<bool>,
}

shared::decoded!(Lease { heard_at: json, seen_at: json, taken_off: later });

impl Lease {
    /// The service was heard from.
    pub fn begun(now: Timestamp) -> Self {
        Self { heard_at: now, seen_at: now, taken_off: None }
    }

    /// The lease as it is now: a clock that was turned back gives no time.
    pub fn seen(self, now: Timestamp) -> Self {
        Self { seen_at: self.seen_at.max(now), ..self }
    }

    /// The lease after the service was heard from, where that is worth writing down.
    pub fn heard(self, now: Timestamp) -> Option<Self> {
        // It begins anew by the clock as it is now: one that was ahead, and was put right since, would
        // otherwise take all the time by which it was ahead.
        let is_far = |at: Timestamp| now.duration_since(at).abs() >= NOTED_AGAIN_AFTER;
        (is_far(self.heard_at) || is_far(self.seen_at)).then_some(Self::begun(now))
    }

    /// The lease once the service has taken this phone off, until it is heard of again.
    pub fn taken_off(self) -> Self {
        Self { taken_off: Some(true), ..self }
    }

    /// Whether the service has taken this phone off.
    pub fn is_taken_off(self) -> bool {
        self.taken_off == Some(true)
    }

    /// Whether it has ended.
    pub fn has_ended(self, hours: u16) -> bool {
        self.seen_at.duration_since(self.heard_at) > SignedDuration::from_hours(hours.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + hours * 3_600).unwrap()
    }

    #[test]
    fn it_ends_after_its_hours_and_begins_again_when_the_service_is_heard() {
        let lease = Lease::begun(at(0));
        assert!(!lease.seen(at(72)).has_ended(72));
        assert!(lease.seen(at(73)).has_ended(72));
        let renewed = lease.seen(at(73)).heard(at(74)).unwrap();
        assert!(!renewed.seen(at(74)).has_ended(72));
        assert_eq!(renewed.heard(at(74)), None);
    }

    #[test]
    fn a_phone_that_was_taken_off_stays_so_until_its_service_takes_it_back() {
        let lease = Lease::begun(at(0)).taken_off().seen(at(1));
        let read: Lease = cbor::decode(&cbor::encode(&lease)).unwrap();
        assert!(read.is_taken_off());
        assert!(!read.heard(at(2)).unwrap().is_taken_off());
    }

    #[test]
    fn a_clock_that_is_turned_back_gives_no_time_and_takes_none() {
        let lease = Lease::begun(at(0)).seen(at(70));
        let back = lease.seen(at(-100));
        assert!(!back.has_ended(72));
        assert!(back.seen(at(73)).has_ended(72));
        assert!(!lease.heard(at(-100)).unwrap().has_ended(72));
    }

    #[test]
    fn a_clock_that_was_ahead_takes_no_time_once_the_service_is_heard() {
        let ahead = Lease::begun(at(0)).heard(at(720)).unwrap().seen(at(720));
        let right = ahead.heard(at(1)).unwrap();
        assert!(!right.seen(at(73)).has_ended(72));
        assert!(right.seen(at(74)).has_ended(72));
        // Seen ahead with no signal, and heard again before anything else was worth a note.
        let seen = Lease::begun(at(0)).seen(at(720));
        assert!(!seen.heard(at(0)).unwrap().seen(at(1)).has_ended(72));
    }
}
