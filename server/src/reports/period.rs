//! The months that a report is about, as its address names them.

use jiff::{ToSpan, civil::Date};

use crate::error::Error;

/// Months of a report that nobody gave a period: a year, which a caseload is counted in.
const MONTHS_BY_DEFAULT: i32 = 12;
/// More is a mistyped year, and no service compares itself over longer.
pub(super) const MONTHS_MAX: i32 = 60;

/// Whole months, the first and the last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    /// The first day of the first month.
    first: Date,
    /// The last day of the last month.
    last: Date,
}

impl Period {
    /// The period of an address such as `?from=2026-01&to=2026-11`: what is not given is the last
    /// twelve months, this one included.
    ///
    /// # Errors
    /// When a month cannot be read, or they are out of order or too far apart.
    pub(super) fn of(query: Option<&str>, today: Date) -> Result<Self, Error> {
        let this_month = today.first_of_month();
        let last = given(query, "to")?.unwrap_or(this_month);
        let before = last.saturating_sub((MONTHS_BY_DEFAULT - 1).months());
        let first = given(query, "from")?.unwrap_or(before);
        let period = Self { first, last: last.last_of_month() };
        if first > last || period.months() > MONTHS_MAX {
            return Err(Error::BadRequest(format!(
                "The first month comes before the last one, and a report has at most {MONTHS_MAX} \
                 months. Go back and choose others."
            )));
        }
        Ok(period)
    }

    /// The first day and the last, as the store writes them.
    pub(super) fn days(&self) -> [String; 2] {
        [self.first.to_string(), self.last.to_string()]
    }

    /// How many months it has.
    pub(super) fn months(&self) -> i32 {
        let months = |date: Date| i32::from(date.year()) * 12 + i32::from(date.month());
        months(self.last) - months(self.first) + 1
    }

    /// The first month, such as 2026-01.
    pub(super) fn from(&self) -> String {
        month(self.first)
    }

    /// The last month.
    pub(super) fn to(&self) -> String {
        month(self.last)
    }

    /// As an address carries it.
    pub(super) fn query(&self) -> String {
        format!("from={}&to={}", self.from(), self.to())
    }

    /// "December 2025 to November 2026".
    pub(super) fn words(&self) -> String {
        match (words(self.first), words(self.last)) {
            (first, last) if first == last => first,
            (first, last) => format!("{first} to {last}"),
        }
    }
}

fn month(date: Date) -> String {
    date.strftime("%Y-%m").to_string()
}

fn words(date: Date) -> String {
    date.strftime("%B %Y").to_string()
}

/// The first day of the month under this name; none where the address does not say, or the field of
/// the form was left empty.
fn given(query: Option<&str>, name: &str) -> Result<Option<Date>, Error> {
    let mut parts = query.unwrap_or_default().split('&');
    let value = parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    let Some(value) = value.filter(|value| !value.is_empty()) else { return Ok(None) };
    let digits = value.len() == "2026-01".len();
    let date = digits.then(|| format!("{value}-01").parse().ok()).flatten();
    let words = "Write each month as a year and a month, such as 2026-01. Go back and try again.";
    date.map(Some).ok_or_else(|| Error::BadRequest(words.to_owned()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn read(query: &str) -> Result<String, String> {
        let period = Period::of(Some(query), date(2026, 11, 26));
        period.map(|period| period.query()).map_err(|error| error.to_string())
    }

    #[test]
    fn without_a_period_it_is_the_last_twelve_months() {
        let period = Period::of(None, date(2026, 11, 26)).unwrap();
        assert_eq!(period.days(), ["2025-12-01", "2026-11-30"]);
        assert_eq!(
            (period.months(), period.words()),
            (12, "December 2025 to November 2026".into())
        );
        assert_eq!(read("from=&to="), Ok("from=2025-12&to=2026-11".to_owned()));
        assert_eq!(read("to=2024-02"), Ok("from=2023-03&to=2024-02".to_owned()));
    }

    #[test]
    fn a_month_may_stand_alone_and_has_all_its_days() {
        let period = Period::of(Some("from=2024-02&to=2024-02"), date(2026, 11, 26)).unwrap();
        assert_eq!(period.days(), ["2024-02-01", "2024-02-29"]);
        assert_eq!((period.months(), period.words()), (1, "February 2024".into()));
    }

    #[test]
    fn what_is_no_period_is_refused_with_what_to_do() {
        for query in [
            "from=2026-13&to=2026-11",
            "from=now",
            "to=2026-1",
            "to=2026-01-01",
            "from=%27",
            "from=2026-12&to=2026-11",
            "from=2021-11&to=2026-11",
            "from=0001-01",
        ] {
            assert!(read(query).is_err_and(|words| words.contains("Go back")), "{query}");
        }
        assert!(read("from=2021-12&to=2026-11").is_ok());
    }
}
