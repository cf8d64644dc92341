//! The clock: instants for the record, and the clock on the wall in London for people.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// London's rule, as POSIX writes it: British Summer Time from the last Sunday of March to the last
/// Sunday of October, changing at 01:00 universal time. Phones carry no time zone database for us.
const LONDON: &str = "GMT0BST,M3.5.0/1,M10.5.0";

/// Now.
pub fn now() -> Timestamp {
    instant(js_sys::Date::now())
}

/// An instant from the browser's milliseconds. A clock beyond the calendar reads as its edge.
fn instant(unix_ms: f64) -> Timestamp {
    // The cast saturates, and makes 0 of what is not a number.
    let unix_ms = unix_ms as i64;
    Timestamp::from_millisecond(unix_ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// What the clock on the wall in London shows, to the minute: nobody notes the seconds of a talk.
pub fn in_london(instant: Timestamp) -> DateTime {
    let london = TimeZone::posix(LONDON).unwrap_or(TimeZone::UTC);
    let wall = london.to_datetime(instant);
    wall.with().second(0).subsec_nanosecond(0).build().unwrap_or(wall)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wall_clock_follows_summer_time() {
        let shown = |text: &str| in_london(text.parse().expect("an instant")).to_string();
        assert_eq!(shown("2026-11-23T14:05:30Z"), "2026-11-23T14:05:00");
        assert_eq!(shown("2026-07-01T23:30:00Z"), "2026-07-02T00:30:00");
        assert_eq!(shown("2026-03-29T00:59:00Z"), "2026-03-29T00:59:00");
        assert_eq!(shown("2026-03-29T01:00:00Z"), "2026-03-29T02:00:00");
        assert_eq!(shown("2026-10-25T00:59:00Z"), "2026-10-25T01:59:00");
        assert_eq!(shown("2026-10-25T01:00:00Z"), "2026-10-25T01:00:00");
    }

    #[test]
    fn an_impossible_clock_does_not_stop_the_app() {
        assert_eq!(instant(f64::NAN), Timestamp::UNIX_EPOCH);
        assert_eq!(instant(f64::INFINITY), Timestamp::UNIX_EPOCH);
    }
}
