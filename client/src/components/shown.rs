//! How names, dates and numbers of a record read on a screen.

use jiff::civil::Date;
use leptos::prelude::*;
use shared::{calendar, case::Person, nhs_number::NhsNumber, text};

use crate::draw::view;

/// "Tue 3 Nov", with the year when it is another one than today's.
pub fn day(date: Date, today: Date) -> String {
    let words = calendar::words(date);
    if date.year() != today.year() {
        return words;
    }
    words.rsplit_once(' ').map_or(words.clone(), |(day, _)| day.to_owned())
}

/// The same, where "today" and "tomorrow" say more than a date.
pub fn near_day(date: Date, today: Date) -> String {
    match calendar::days_until(today, date) {
        -1 => say!("yesterday").into(),
        0 => say!("today").into(),
        1 => say!("tomorrow").into(),
        _ => day(date, today),
    }
}

/// "3 Nov 2026".
pub fn date(date: Date) -> String {
    format!("{} {}", calendar::words_short(date), date.year())
}

/// "70 years, born 3 Nov 1956", or what is missing.
pub fn age(birth: Option<Date>, today: Date) -> String {
    let Some(birth) = birth else { return say!("Date of birth not known").into() };
    match (calendar::age_years(birth, today), date(birth)) {
        (years @ 0.., date) => {
            counted!(years, "{years} year, born {date}", "{years} years, born {date}")
        }
        (_, date) => said!("Born {date}: this date is in the future"),
    }
}

/// "OKAFOR, Ada": as lists show a name, so that the family name is found at a glance.
pub fn list_name(family: &str, given: &str) -> String {
    let family: String = family.chars().map(text::upper).collect();
    match (family.is_empty(), given.is_empty()) {
        (false, false) => format!("{family}, {given}"),
        (false, true) => family,
        (true, false) => given.to_owned(),
        (true, true) => say!("No name yet").into(),
    }
}

/// A name with what tells two people apart who bear it.
pub fn with_birth(name: &str, birth: Option<Date>) -> String {
    match birth {
        Some(birth) => said!("{name}, born {date}", date = date(birth)),
        None => name.to_owned(),
    }
}

/// The name of a person's own screen.
pub fn full_name(person: &Person) -> String {
    let name = person.full_name();
    if name.is_empty() { say!("No name yet").into() } else { name }
}

/// An NHS number as 3-3-4 digits; what is no such number, as it was written.
pub fn nhs_number(written: &str) -> String {
    NhsNumber::parse(written).map_or_else(|_| written.to_owned(), |number| number.spaced())
}

/// What a phone dials, from a number as people write it: 0161 496 0000, +44 (0)161 496 0000. None
/// where that is no one number.
pub fn dialled(phone: &str) -> Option<String> {
    let phone = phone.trim();
    // Only beside a country's number is it left out.
    let is_abroad = phone.starts_with('+') || phone.starts_with("00");
    let main = if is_abroad { phone.replace("(0)", "") } else { phone.to_owned() };
    let is_number =
        |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '.' | '+' | '\u{a0}');
    if !main.chars().all(is_number) {
        return None;
    }
    let digits: String = main.chars().filter(char::is_ascii_digit).collect();
    let plus = if main.starts_with('+') { "+" } else { "" };
    (3..=15).contains(&digits.len()).then(|| format!("tel:{plus}{digits}"))
}

/// A number to press; what is no one number, as it was written.
pub fn phone(written: String, class: &'static str) -> AnyView {
    match dialled(&written) {
        Some(href) => view! { <a class=class href=href>{written}</a> }.into_any(),
        None => written.into_any(),
    }
}

/// The same words with a capital first.
pub fn capital(words: &str) -> String {
    let mut rest = words.chars();
    rest.next()
        .map_or_else(String::new, |first| std::iter::once(text::upper(first)).chain(rest).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 11, 23);

    #[test]
    fn dates_read_as_short_as_they_can() {
        assert_eq!(day(Date::constant(2026, 11, 3), TODAY), "Tue 3 Nov");
        assert_eq!(day(Date::constant(2025, 11, 3), TODAY), "Mon 3 Nov 2025");
        assert_eq!(near_day(Date::constant(2026, 11, 22), TODAY), "yesterday");
        assert_eq!(near_day(TODAY, TODAY), "today");
        assert_eq!(near_day(Date::constant(2026, 11, 24), TODAY), "tomorrow");
        assert_eq!(near_day(Date::constant(2026, 12, 23), TODAY), "Wed 23 Dec");
        assert_eq!(age(Some(Date::constant(1956, 11, 3)), TODAY), "70 years, born 3 Nov 1956");
        assert_eq!(age(None, TODAY), "Date of birth not known");
    }

    #[test]
    fn names_and_numbers_read_as_on_a_letter() {
        assert_eq!(list_name("Okafor", "Ada"), "OKAFOR, Ada");
        assert_eq!(list_name("ŵyn", "Siân"), "ŴYN, Siân");
        assert_eq!(list_name("", ""), "No name yet");
        let born = Some(Date::constant(1956, 11, 3));
        assert_eq!(with_birth("Ada Okafor", born), "Ada Okafor, born 3 Nov 1956");
        assert_eq!(with_birth("Ada Okafor", None), "Ada Okafor");
        assert_eq!(nhs_number("9990000018"), "999 000 0018");
        assert_eq!(nhs_number("about 999"), "about 999");
        assert_eq!(capital("how to talk"), "How to talk");
    }

    #[test]
    fn only_a_number_is_dialled() {
        assert_eq!(dialled("0161 496 0000").as_deref(), Some("tel:01614960000"));
        assert_eq!(dialled("+44 (0)161 496-0000").as_deref(), Some("tel:+441614960000"));
        assert_eq!(dialled("+44 (20) 7946-0018").as_deref(), Some("tel:+442079460018"));
        assert_eq!(dialled("(0)161 496 0000").as_deref(), Some("tel:01614960000"));
        assert_eq!(dialled("Ask at reception"), None);
        assert_eq!(dialled("0161 496 0000 or 0161 496 0001"), None);
        assert_eq!(dialled(""), None);
    }
}
