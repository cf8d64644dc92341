//! Values that records hold as text; dates and times among them: 2026-11-23, 2026-11-23T14:05:00,
//! 2026-11-23T14:05:10.5Z.
//!
//! These have one spelling, read strictly. The calendar library's own reader takes every spelling
//! that there is and has a sentence for each mistake, which is a twentieth of the app that a phone
//! fetches.

use std::{fmt::Display, str::FromStr};

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::Offset,
};

use crate::stored::{Json, Stored, Tree};

/// A value that records hold as text, spelled as it is displayed.
pub trait Written: Display + Sized {
    /// Reads the text; none when it is no such value, or spelled otherwise.
    fn read(text: &str) -> Option<Self>;
}

impl Written for Date {
    fn read(text: &str) -> Option<Self> {
        let is_spelled_so = text.len() == 10 && text.get(4..5)? == "-" && text.get(7..8)? == "-";
        let date = || {
            let (year, month, day) = (text.get(..4)?, text.get(5..7)?, text.get(8..)?);
            Self::new(number(year)?, number(month)?, number(day)?).ok()
        };
        is_spelled_so.then(date).flatten()
    }
}

impl Written for Time {
    fn read(text: &str) -> Option<Self> {
        let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let mut parts = clock.split(':');
        let (hour, minute) = (two_digits(parts.next()?)?, two_digits(parts.next()?)?);
        let second = parts.next().map_or(Some(0), two_digits)?;
        let is_whole = parts.next().is_none() && (1..=9).contains(&fraction.len());
        let nanosecond = number(&format!("{fraction:0<9}"))?;
        is_whole.then(|| Self::new(hour, minute, second, nanosecond).ok()).flatten()
    }
}

impl Written for DateTime {
    fn read(text: &str) -> Option<Self> {
        let (date, time) = text.split_once('T')?;
        Some(Date::read(date)?.to_datetime(Time::read(time)?))
    }
}

impl Written for Timestamp {
    fn read(text: &str) -> Option<Self> {
        Offset::UTC.to_timestamp(DateTime::read(text.strip_suffix('Z')?)?).ok()
    }
}

fn two_digits(text: &str) -> Option<i8> {
    number(text).filter(|_| text.len() == 2)
}

/// Digits alone: no sign.
fn number<T: FromStr>(text: &str) -> Option<T> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

impl<T: Written> Stored for T {
    fn write(&self, json: &mut Json) {
        json.plain(self);
    }

    fn from_tree(value: &Tree) -> Option<Self> {
        T::read(value.as_str()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Written + FromStr + PartialEq>(texts: &[&str]) {
        for text in texts {
            let read = T::read(text);
            assert!(read.is_some() && read == text.parse().ok(), "{text}");
            assert_eq!(read.map(|value| value.to_string()).as_deref(), Some(*text));
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        check::<Date>(&["2026-11-23", "1956-02-29", "0001-01-01", "9999-12-31"]);
        check::<Time>(&["14:05:00", "00:00:00", "23:59:59.999999999", "14:05:10.5"]);
        check::<DateTime>(&["2026-11-23T14:05:00", "2026-11-23T14:05:10.000000001"]);
        check::<Timestamp>(&["2026-11-23T14:05:10.123Z", "1969-12-31T23:59:59Z"]);
        assert_eq!(Time::read("14:05"), Time::read("14:05:00"));
    }

    #[test]
    fn nothing_else_is_read() {
        let dates = ["", "2026-02-29", "2026-1-123", "2026/11/23", "+026-11-23", "2026-11-2é"];
        for text in dates {
            assert_eq!(Date::read(text), None, "{text}");
        }
        let times = ["", "14", "14:5", "24:00:00", "14:05:00:00", "14:05:00.", "14:05:-1"];
        for text in times {
            assert_eq!(Time::read(text), None, "{text}");
        }
        assert_eq!(DateTime::read("2026-11-23 14:05:00"), None);
        assert_eq!(Timestamp::read("2026-11-23T14:05:10+01:00"), None);
        assert_eq!(Timestamp::read("9999-12-31T23:59:59.999999999Z"), None);
    }
}
