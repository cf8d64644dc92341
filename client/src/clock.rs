//! The clock: instants for the record, and the clock on the wall in London for people.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::Offset,
};

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
    let offset = if is_summer(Offset::UTC.to_datetime(instant)) { SUMMER } else { Offset::UTC };
    let wall = offset.to_datetime(instant);
    wall.date().at(wall.hour(), wall.minute(), 0, 0)
}

const SUMMER: Offset = Offset::constant(1);

/// London's rule: British Summer Time from the last Sunday of March to the last Sunday of October,
/// changing at 01:00 universal time. Phones carry no time zone database for us, and the reader of
/// such rules is more than this one.
fn is_summer(universal: DateTime) -> bool {
    let change = |month| last_sunday(universal.year(), month).map(|day| day.at(1, 0, 0, 0));
    matches!((change(3), change(10)), (Some(from), Some(to)) if from <= universal && universal < to)
}

/// Of a month with 31 days.
fn last_sunday(year: i16, month: i8) -> Option<Date> {
    let last = Date::new(year, month, 31).ok()?;
    Date::new(year, month, 31 - last.weekday().to_sunday_zero_offset()).ok()
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
    fn it_changes_when_the_rule_as_posix_writes_it_does() {
        let london = jiff::tz::TimeZone::posix("GMT0BST,M3.5.0/1,M10.5.0").expect("a rule");
        let first: Timestamp = "2024-01-01T00:00:00Z".parse().expect("an instant");
        // Every quarter of an hour of thirty years.
        for quarter in 0..30 * 366 * 24 * 4 {
            let instant = first + jiff::SignedDuration::from_mins(15 * quarter);
            assert_eq!(in_london(instant), london.to_datetime(instant), "{instant}");
        }
    }

    #[test]
    fn an_impossible_clock_does_not_stop_the_app() {
        assert_eq!(instant(f64::NAN), Timestamp::UNIX_EPOCH);
        assert_eq!(instant(f64::INFINITY), Timestamp::UNIX_EPOCH);
    }
}
