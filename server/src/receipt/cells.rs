//! What spreadsheets make of identifiers, numbers and dates, understood where it is certain.

use jiff::{ToSpan, civil::Date};
use shared::calendar;
use uuid::Uuid;

use crate::store::{asks::Action, receipts::Outcome};

/// A row's or a pack's identifier, whatever a spreadsheet put around it.
pub fn identifier(cell: &str) -> Option<String> {
    let bare = cell.trim_matches(|letter: char| letter.is_whitespace() || "='\"".contains(letter));
    Uuid::try_parse(bare).ok().map(|uuid| uuid.hyphenated().to_string())
}

/// An outcome, as its name or in the words that people use for it.
pub fn outcome(cell: &str) -> Option<Outcome> {
    let name = name_of(cell);
    let is_said_so = |outcome: &Outcome| {
        outcome.name() == name
            || Action::ALL.iter().any(|asked| name_of(outcome.words(*asked)) == name)
    };
    Outcome::ALL.into_iter().find(is_said_so).or(match name.as_str() {
        "done" | "entered" | "file" | "amended" | "taken_back" => Some(Outcome::Filed),
        "already_there" | "already" | "in_record" | "already_coded" => {
            Some(Outcome::AlreadyInRecord)
        }
        "not_registered" => Some(Outcome::NotRegisteredHere),
        "duplicate" | "duplicate_of_another_row" => Some(Outcome::DuplicateOf),
        "refused" | "reject" => Some(Outcome::Rejected),
        _ => None,
    })
}

/// The words of a cell as a name: in small letters, and whatever stands between them is one line.
fn name_of(cell: &str) -> String {
    let words = cell.split(|letter: char| !letter.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("_").to_ascii_lowercase()
}

/// Whether a cell holds these digits, or what a spreadsheet makes of a long number: spaces and
/// hyphens between them, leading zeros lost, a point and a zero at the end, or only its first digits
/// and how many there were (9.99E+09).
pub fn is_number(cell: &str, digits: &str) -> bool {
    let cell = cell.trim().trim_start_matches(['\'', '=']).trim_matches('"');
    let plain: String = cell.chars().filter(|letter| !" -\u{a0}".contains(*letter)).collect();
    let plain = plain.strip_suffix(".0").unwrap_or(&plain);
    let bare = |text: &str| text.trim_start_matches('0').to_owned();
    if !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return bare(plain) == bare(digits);
    }
    is_shortened(plain, digits)
}

/// Whether this is scientific notation of a number, rounded to as many digits as it shows.
fn is_shortened(text: &str, digits: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    let (Ok(exponent), Ok(number)) = (exponent.parse::<usize>(), digits.parse::<u128>()) else {
        return false;
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let shown = format!("{whole}{part}");
    let is_digits = !shown.is_empty() && shown.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 1 || !is_digits || part.len() > exponent || exponent > 30 {
        return false;
    }
    let unit = 10_u128.pow(u32::try_from(exponent - part.len()).unwrap_or(0));
    shown.parse::<u128>().is_ok_and(|shown| (shown * unit).abs_diff(number) * 2 <= unit)
}

/// The first and the last day that a spreadsheet's number is taken for: 2009 to 2064. Outside of it a
/// number is something else.
const SERIAL_DAYS: std::ops::RangeInclusive<i64> = 40_000..=60_000;

/// A date as offices write it, with the day first, or the days since 1900 that a spreadsheet shows
/// where a column lost its format.
pub fn date(cell: &str, today: Date) -> Option<Date> {
    let cell = cell.trim_matches(|letter: char| letter.is_whitespace() || "='\"".contains(letter));
    if let Ok(days) = cell.strip_suffix(".0").unwrap_or(cell).parse::<i64>()
        && SERIAL_DAYS.contains(&days)
    {
        return Some(jiff::civil::date(1899, 12, 30).saturating_add(days.days()));
    }
    calendar::parse(cell, today).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_makes_of_a_number_is_that_number_and_no_other() {
        for (cell, is_it) in [
            ("9990000018", true),
            ("999 000 0018", true),
            ("999-000-0018", true),
            ("9990000018.0", true),
            ("=\"9990000018\"", true),
            ("'9990000018", true),
            ("9.99E+09", true),
            ("9.990000018E+09", true),
            ("9.99E9", true),
            ("9990000026", false),
            ("9.98E+09", false),
            ("9.99E+08", false),
            ("9.99E+99", false),
            ("99.9E+08", false),
            ("", false),
            ("E+09", false),
            ("n/a", false),
        ] {
            assert_eq!(is_number(cell, "9990000018"), is_it, "{cell}");
        }
        assert!(is_number("8.71731E+14", "871731000000106"));
        assert!(!is_number("8.71711E+14", "871731000000106"));
        // Both codes begin alike: so few digits tell them not apart, and neither is wrong.
        assert!(is_number("8.717E+14", "871731000000106"));
        assert!(is_number("123", "0000000123"));
    }

    #[test]
    fn dates_are_read_with_the_day_first_and_nothing_is_guessed() {
        let day = Some(jiff::civil::date(2026, 11, 3));
        let today = jiff::civil::date(2026, 11, 26);
        for cell in [
            "2026-11-03",
            "03/11/2026",
            "3/11/26",
            "3.11.2026",
            "03-Nov-26",
            "3 November 2026",
            "2026-11-03 00:00:00",
            "2026-11-03T09:30",
            "03/11/2026 09:30",
            "46329",
            "46329.0",
        ] {
            assert_eq!(date(cell, today), day, "{cell}");
        }
        for cell in ["", "today", "31/11/2026", "11/2026", "13/13/2026", "3 N 2026", "462329"] {
            assert_eq!(date(cell, today), None, "{cell}");
        }
    }

    #[test]
    fn identifiers_and_outcomes_are_known_in_what_people_make_of_them() {
        let id = "6f0c2f1e-93a4-4d0b-8a51-27f257d1b60e";
        for cell in [id, &id.to_uppercase(), &format!(" '{id}"), &format!("=\"{id}\"")] {
            assert_eq!(identifier(cell).as_deref(), Some(id), "{cell}");
        }
        assert_eq!(identifier("6.1E+10"), None);
        for (cell, expected) in [
            ("filed", Some(Outcome::Filed)),
            (" Filed ", Some(Outcome::Filed)),
            ("Already in record", Some(Outcome::AlreadyInRecord)),
            ("not-registered-here", Some(Outcome::NotRegisteredHere)),
            ("Duplicate of", Some(Outcome::DuplicateOf)),
            ("Duplicate of another row", Some(Outcome::DuplicateOf)),
            ("Amended", Some(Outcome::Filed)),
            ("Taken back", Some(Outcome::Filed)),
            ("perhaps", None),
        ] {
            assert_eq!(outcome(cell), expected, "{cell}");
        }
        // What the page says is understood in a file, however it is spaced.
        for (own, asked) in Outcome::ALL.map(|own| Action::ALL.map(|asked| (own, asked))).concat() {
            let cell = own.words(asked).to_uppercase().replace(' ', "  ");
            assert_eq!(outcome(&cell), Some(own), "{cell}");
        }
    }
}
