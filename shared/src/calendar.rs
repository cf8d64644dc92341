//! Dates as people write and read them, always with the day first.

use jiff::{
    SignedDuration,
    civil::{Date, Time, Weekday},
};

/// The years in which a date of a record can lie.
const YEARS: std::ops::RangeInclusive<i16> = 1880..=2200;

const SECONDS_OF_A_DAY: i64 = 24 * 60 * 60;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Why a text is not a date. Does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Not a day, month and year in a known form.
    #[error("{}", say!("is not a date: write the day first, as 03/11/1956"))]
    Form,
    /// The second number is no month.
    #[error("{}", say!("has a month that does not exist: write the day first, as 03/11/1956"))]
    Month,
    /// No such day, as 31 February.
    #[error("{}", say!("is a day that the calendar does not have"))]
    NoSuchDay,
    /// Out of all range.
    #[error("{}", say!("has a year before 1880 or after 2200"))]
    Year,
    /// A birth date whose century nobody can tell.
    #[error("{}", say!(
        "has a year of two digits that fits two centuries: write all four, as 03/11/1924"
    ))]
    Century,
    /// A birth date with a time: midnight of summer time is the day before in universal time.
    #[error("{}", say!(
        "has a time of day, which may have moved it by a day: export the date alone"
    ))]
    TimeOfDay,
    /// The number of days that a spreadsheet keeps instead of a date.
    #[error("{}", say!(
        "is a spreadsheet's number for a date: format the column as a date and export again"
    ))]
    SpreadsheetNumber,
}

/// Reads a date in the forms that practices export: 03/11/1956, 3.11.56, 03-Nov-1956,
/// 3 November 1956, 1956-11-03, 19561103, each with or without a time after it. A year of two
/// digits is the latest one that is not after `today`'s.
///
/// # Errors
/// Why it is none of these, in words that say what to do.
pub fn parse(text: &str, today: Date) -> Result<Date, DateError> {
    read(text, |two_digits| Ok(latest_year(two_digits, today)))
}

/// Reads a date of birth, in the forms that [`parse`] takes. A wrong one makes a wrong identity, so
/// nothing is guessed: a year of two digits is taken only when it is later than `today`'s, and so
/// of the century before; and a time of day only when it is midnight.
///
/// # Errors
/// Why it is none of these, in words that say what to do.
pub fn parse_birth_date(text: &str, today: Date) -> Result<Date, DateError> {
    let text = text.trim();
    let time = text[day_part(text).len()..].trim_start_matches(['T', ' ']);
    if !(time.is_empty() || time.starts_with("00:00") || time.starts_with("0:00")) {
        return Err(DateError::TimeOfDay);
    }
    read(text, |two_digits| match i64::from(today.year()) % 100 {
        this_year if two_digits > this_year => Ok(latest_year(two_digits, today)),
        _ => Err(DateError::Century),
    })
}

fn read(
    text: &str,
    year_of_two_digits: impl Fn(i64) -> Result<i64, DateError>,
) -> Result<Date, DateError> {
    let text = text.trim();
    let parts: Vec<&str> = day_part(text)
        .split(|c: char| c.is_whitespace() || matches!(c, '/' | '-' | '.' | ','))
        .filter(|part| !part.is_empty())
        .collect();
    let (day, month, year) = match parts.as_slice() {
        [one] => return unbroken(one),
        [year, month, day] if year.len() == 4 && number(year).is_ok() => (*day, *month, *year),
        [day, month, year] => (*day, *month, *year),
        _ => return Err(DateError::Form),
    };
    let year = match year.len() {
        2 => year_of_two_digits(number(year)?)?,
        4 => number(year)?,
        _ => return Err(DateError::Form),
    };
    let day = ["st", "nd", "rd", "th"].iter().find_map(|end| day.strip_suffix(end)).unwrap_or(day);
    of(year, month_number(month)?, number(day)?)
}

/// The text without a time of day after it.
fn day_part(text: &str) -> &str {
    let begins_with_digit = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    let at = text.char_indices().find(|(at, c)| {
        let rest = &text[at + c.len_utf8()..];
        (*c == 'T' && begins_with_digit(rest))
            || (*c == ' ' && rest.get(1..3).is_some_and(|r| r.contains(':')))
    });
    at.map_or(text, |(at, _)| &text[..at])
}

/// 19561103, or a spreadsheet's number.
fn unbroken(text: &str) -> Result<Date, DateError> {
    number(text)?;
    match text.len() {
        8 => of(number(&text[..4])?, number(&text[4..6])?, number(&text[6..])?),
        4..=5 => Err(DateError::SpreadsheetNumber),
        _ => Err(DateError::Form),
    }
}

fn number(text: &str) -> Result<i64, DateError> {
    let is_number = !text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number {
        return Err(DateError::Form);
    }
    text.parse().map_err(|_| DateError::Form)
}

fn month_number(text: &str) -> Result<i64, DateError> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return number(text);
    }
    let text = text.to_ascii_lowercase();
    let is_named = |month: &&str| {
        text == **month || text == month[..3] || (text == "sept" && month.starts_with("sept"))
    };
    let at = MONTHS.iter().position(is_named).ok_or(DateError::Form)?;
    Ok(at as i64 + 1)
}

fn latest_year(two_digits: i64, today: Date) -> i64 {
    let this_year = i64::from(today.year());
    let year = this_year - this_year % 100 + two_digits;
    if year > this_year { year - 100 } else { year }
}

fn of(year: i64, month: i64, day: i64) -> Result<Date, DateError> {
    if !(1..=12).contains(&month) {
        return Err(DateError::Month);
    }
    let year = i16::try_from(year).ok().filter(|year| YEARS.contains(year));
    let year = year.ok_or(DateError::Year)?;
    let small = |value: i64| i8::try_from(value).map_err(|_| DateError::NoSuchDay);
    Date::new(year, small(month)?, small(day)?).map_err(|_| DateError::NoSuchDay)
}

/// "Tue 3 Nov 2026".
pub fn words(date: Date) -> String {
    let weekday = match date.weekday() {
        Weekday::Monday => say!("Mon"),
        Weekday::Tuesday => say!("Tue"),
        Weekday::Wednesday => say!("Wed"),
        Weekday::Thursday => say!("Thu"),
        Weekday::Friday => say!("Fri"),
        Weekday::Saturday => say!("Sat"),
        Weekday::Sunday => say!("Sun"),
    };
    format!("{weekday} {} {}", words_short(date), date.year())
}

/// "3 Nov".
pub fn words_short(date: Date) -> String {
    let month = match date.month() {
        1 => say!("Jan"),
        2 => say!("Feb"),
        3 => say!("Mar"),
        4 => say!("Apr"),
        5 => say!("May"),
        6 => say!("Jun"),
        7 => say!("Jul"),
        8 => say!("Aug"),
        9 => say!("Sep"),
        10 => say!("Oct"),
        11 => say!("Nov"),
        _ => say!("Dec"),
    };
    format!("{} {month}", date.day())
}

/// "14:05".
pub fn clock_words(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// The day so many days later, or earlier where they are below zero; none beyond the calendar.
pub fn days_after(date: Date, days: i64) -> Option<Date> {
    date.checked_add(SignedDuration::from_secs(days.checked_mul(SECONDS_OF_A_DAY)?)).ok()
}

/// How many days it is from one day to another; below zero where the other is earlier.
pub fn days_until(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_secs() / SECONDS_OF_A_DAY
}

/// The age in whole years on a day; below zero before the birth.
pub fn age_years(birth: Date, on: Date) -> i16 {
    let before = (on.month(), on.day()) < (birth.month(), birth.day());
    on.year() - birth.year() - i16::from(before)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 23);

    #[test]
    fn dates_are_read_as_practices_export_them() {
        let birth = date(1956, 11, 3);
        let forms = [
            "03/11/1956",
            "3/11/56",
            "03-11-1956",
            "03.11.1956",
            "3 Nov 1956",
            "03-Nov-1956",
            "3 November 1956",
            "3rd November 1956",
            "1956-11-03",
            "1956/11/03",
            "19561103",
            "1956-11-03T00:00:00",
            "1956-11-03T00:00:00Z",
            "03/11/1956 00:00",
            "3 Nov 1956 10:30:00",
            " 03-NOV-56 ",
        ];
        for form in forms {
            assert_eq!(parse(form, TODAY), Ok(birth), "{form}");
        }
        assert_eq!(parse("1 Sept 2026", TODAY), Ok(date(2026, 9, 1)));
    }

    #[test]
    fn a_year_of_two_digits_is_never_in_the_future() {
        assert_eq!(parse("1/1/26", TODAY), Ok(date(2026, 1, 1)));
        assert_eq!(parse("1/1/27", TODAY), Ok(date(1927, 1, 1)));
    }

    #[test]
    fn a_birth_date_is_not_guessed() {
        let birth = date(1956, 11, 3);
        let sure = ["3/11/56", "03/11/1956 00:00", "1956-11-03T00:00:00", "1956-11-03 0:00"];
        for text in sure {
            assert_eq!(parse_birth_date(text, TODAY), Ok(birth), "{text}");
        }
        // A hundred and two years old, or two.
        assert_eq!(parse_birth_date("3/11/24", TODAY), Err(DateError::Century));
        assert_eq!(parse_birth_date("3/11/26", TODAY), Err(DateError::Century));
        assert_eq!(parse_birth_date("3/11/27", TODAY), Ok(date(1927, 11, 3)));
        assert_eq!(parse_birth_date("3/11/1924", TODAY), Ok(date(1924, 11, 3)));
        // Midnight of 3 August in summer time, as universal time has it.
        let moved = "1956-08-02T23:00:00Z";
        assert_eq!(parse_birth_date(moved, TODAY), Err(DateError::TimeOfDay));
    }

    #[test]
    fn what_is_no_date_says_why() {
        let table = [
            ("11/23/1956", DateError::Month),
            ("31/02/1956", DateError::NoSuchDay),
            ("03/11/1756", DateError::Year),
            ("20762", DateError::SpreadsheetNumber),
            ("about 1950", DateError::Form),
            ("", DateError::Form),
            ("3/11", DateError::Form),
            ("03/11/956", DateError::Form),
            ("3xyz Nov 1956", DateError::Form),
            ("Nov 3 1956", DateError::Form),
            ("-3/11/1956/2", DateError::Form),
            ("٣/١١/١٩٥٦", DateError::Form),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text, TODAY), Err(expected), "{text}");
        }
    }

    #[test]
    fn dates_and_ages_in_words() {
        assert_eq!(words(date(2026, 11, 3)), "Tue 3 Nov 2026");
        assert_eq!(words_short(date(2026, 11, 3)), "3 Nov");
        assert_eq!(clock_words(Time::constant(9, 5, 59, 0)), "09:05");
        assert_eq!(age_years(date(1956, 11, 24), TODAY), 69);
        assert_eq!(age_years(date(1956, 11, 23), TODAY), 70);
    }

    #[test]
    fn days_are_counted_both_ways() {
        assert_eq!(days_after(TODAY, 7), Some(date(2026, 11, 30)));
        assert_eq!(days_after(date(2026, 3, 1), -1), Some(date(2026, 2, 28)));
        assert_eq!(days_after(TODAY, i64::MAX), None);
        assert_eq!(days_after(Date::MAX, 1), None);
        assert_eq!(days_until(TODAY, date(2026, 11, 24)), 1);
        assert_eq!(days_until(TODAY, date(2025, 11, 23)), -365);
    }
}
