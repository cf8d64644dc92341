//! What forms refuse, in words that say what to do: one place, so that a number or a date is read
//! alike wherever it is typed.

use jiff::civil::Date;
use shared::{
    calendar::{self, DateError},
    limits,
    nhs_number::NhsNumber,
};

use super::{error_summary::FormProblem, shown};

/// The problems so far, in the order of the form.
pub struct Checks {
    today: Date,
    problems: Vec<FormProblem>,
}

impl Checks {
    /// No problems yet.
    pub fn new(today: Date) -> Self {
        Self { today, problems: Vec::new() }
    }

    /// What was found.
    pub fn problems(self) -> Vec<FormProblem> {
        self.problems
    }

    /// Notes a problem of a field.
    pub fn refuse(&mut self, field: &'static str, words: impl Into<String>) {
        self.problems.push(FormProblem { field, words: words.into() });
    }

    /// Ten digits, or nothing where nothing was typed.
    pub fn nhs_number(&mut self, field: &'static str, typed: &str) -> String {
        match (typed.is_empty(), NhsNumber::parse(typed)) {
            (true, _) => String::new(),
            (false, Ok(number)) => number.digits(),
            (false, Err(error)) => {
                self.refuse(field, shown::capital(&error.to_string()));
                String::new()
            }
        }
    }

    /// A date of birth, whose century is never guessed.
    pub fn birth_date(&mut self, field: &'static str, name: &str, typed: &str) -> Option<Date> {
        self.past(field, name, typed, calendar::parse_birth_date)
    }

    /// A day that is not in the future.
    pub fn date(&mut self, field: &'static str, name: &str, typed: &str) -> Option<Date> {
        self.past(field, name, typed, calendar::parse)
    }

    fn past(
        &mut self,
        field: &'static str,
        name: &str,
        typed: &str,
        parse: fn(&str, Date) -> Result<Date, DateError>,
    ) -> Option<Date> {
        if typed.is_empty() {
            return None;
        }
        match parse(typed, self.today) {
            Ok(date) if date > self.today => {
                self.refuse(field, said!("{name} is in the future"));
                None
            }
            Ok(date) => Some(date),
            Err(error) => {
                self.refuse(field, format!("{name} {error}"));
                None
            }
        }
    }

    /// A line of text that fits.
    pub fn line(&mut self, field: &'static str, text: String) -> String {
        self.at_most(field, text, limits::LINE_CHARACTERS_MAX)
    }

    /// A paragraph that fits.
    pub fn paragraph(&mut self, field: &'static str, text: String) -> String {
        self.at_most(field, text, limits::PARAGRAPH_CHARACTERS_MAX)
    }

    fn at_most(&mut self, field: &'static str, text: String, most: usize) -> String {
        if text.chars().count() > most {
            self.refuse(field, said!("Write at most {most} characters here"));
        }
        text
    }
}

/// What is wrong with an NHS number as far as it is typed; nothing while nothing is.
pub fn nhs_number_problem(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let error = NhsNumber::parse(typed).err().filter(|_| !typed.is_empty())?;
    Some(shown::capital(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_cannot_be_read_says_why_at_its_field() {
        let mut checks = Checks::new(date(2026, 11, 23));
        assert_eq!(checks.nhs_number("number", "999 000 0018"), "9990000018");
        assert_eq!(checks.nhs_number("number", ""), "");
        assert_eq!(checks.birth_date("birth", "It", "3 11 56"), Some(date(1956, 11, 3)));
        assert_eq!(checks.birth_date("birth", "The date of birth", "3 11 24"), None);
        assert_eq!(checks.date("on", "The date", "24 11 2026"), None);
        let problems = checks.problems();
        assert_eq!(problems.iter().map(|p| p.field).collect::<Vec<_>>(), ["birth", "on"]);
        assert!(problems[0].words.starts_with("The date of birth has a year of two digits"));
        assert_eq!(problems[1].words, "The date is in the future");
    }

    #[test]
    fn a_number_is_refused_only_once_something_is_typed() {
        assert_eq!(nhs_number_problem(" "), None);
        assert_eq!(nhs_number_problem("999 000 0018"), None);
        assert!(nhs_number_problem("999 000 0019").is_some());
    }
}
