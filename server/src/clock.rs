//! The time now, and the day in London, where every date of the record is meant.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// The instant.
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// The instant in milliseconds of Unix time, as the store keeps it.
pub fn now_ms() -> i64 {
    now().as_millisecond()
}

/// The day in London at this instant.
pub fn date_in_london(at: Timestamp) -> Date {
    london().to_datetime(at).date()
}

/// Today in London.
pub fn today() -> Date {
    date_in_london(now())
}

/// London's time zone, from the copy inside the binary.
pub fn london() -> TimeZone {
    TimeZone::get("Europe/London").expect("the time zones are compiled in")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_summer_evening_is_tomorrow_in_london() {
        let at: Timestamp = "2026-07-01T23:30:00Z".parse().unwrap();
        assert_eq!(date_in_london(at).to_string(), "2026-07-02");
        let at: Timestamp = "2026-12-01T23:30:00Z".parse().unwrap();
        assert_eq!(date_in_london(at).to_string(), "2026-12-01");
    }
}
