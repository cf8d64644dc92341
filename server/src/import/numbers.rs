//! `fingerpost numbers set`: whom to phone about an urgent concern, from the service's own list.

use std::path::Path;

use jiff::civil::Date;
use shared::{
    calendar, limits,
    ods::OdsCode,
    profile::{NumberKind, ServiceNumber},
};

use super::table;
use crate::{
    commands::Failure,
    named_file::read_bounded,
    page::counted,
    service::ServiceFacts,
    store::{Store, numbers},
};

/// A file of numbers, in bytes: every number that is allowed, with the longest name.
const FILE_BYTES_MAX: usize = 1024 * 1024;
/// Numbers of one service: five for each of forty practices. A phone keeps and shows them all.
const NUMBERS_MAX: usize = 200;
/// Digits of a number: from a short code to the longest international one.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 3..=15;
/// The columns, in any order.
const COLUMNS: [&str; 5] = ["name", "kind", "phone", "practice_ods", "checked_on"];

/// Replaces the whole list by that of a file. If a line is refused nothing changes: a list from
/// which a duty line is missing would look like a whole one on a phone.
///
/// # Errors
/// In words for the person at the keyboard.
pub fn set_numbers(store: &Store, file: &Path, say: &mut dyn FnMut(&str)) -> Result<(), Failure> {
    let table = table::read(&read_bounded(file, FILE_BYTES_MAX)?)?;
    let places = places(&table.header)?;
    if table.lines.len() > NUMBERS_MAX {
        return Err(format!("The file has over {NUMBERS_MAX} numbers: leave some out.").into());
    }
    let facts = store.read_now(ServiceFacts::load)?;
    let (mut read, mut refused) = (Vec::new(), 0);
    for line in &table.lines {
        let cells = places.map(|place| line.fields.get(place).unwrap_or_default().trim());
        let outcome = match line.problem {
            Some(problem) => Err(vec![problem.to_owned()]),
            None => number_of(cells, &facts),
        };
        match outcome {
            Ok(number) => read.push(number),
            Err(problems) => {
                refused += 1;
                say(&format!("Refused line {}: {}", line.number, problems.join("; ")));
            }
        }
    }
    if refused > 0 {
        let lines = counted(refused, "line is", "lines are");
        return Err(format!(
            "{lines} refused, so nothing was changed. Put that right and set the file again."
        )
        .into());
    }
    let count = counted(read.len(), "number", "numbers");
    store.write_now(move |tx| numbers::replace(tx, &read))?;
    say(&format!("{count} set. Phones have them after their next sync."));
    Ok(())
}

/// Where each column is.
fn places(header: &csv::StringRecord) -> Result<[usize; 5], Failure> {
    let mut places = [0; 5];
    for (place, name) in places.iter_mut().zip(COLUMNS) {
        let found = header.iter().position(|own| own.trim().eq_ignore_ascii_case(name));
        *place = found.ok_or_else(|| {
            format!("There is no column {name}. The columns are {}.", COLUMNS.join(", "))
        })?;
    }
    Ok(places)
}

/// Reads one line, or says everything that is wrong with it, without repeating it.
fn number_of(cells: [&str; 5], facts: &ServiceFacts) -> Result<ServiceNumber, Vec<String>> {
    let [name, kind, phone, practice, checked_on] = cells;
    let mut problems = Vec::new();
    if name.is_empty() || name.chars().count() > limits::LINE_CHARACTERS_MAX {
        let most = limits::LINE_CHARACTERS_MAX;
        problems.push(format!("name: write who answers, in at most {most} characters"));
    }
    let known = NumberKind::named(kind);
    if known.is_none() {
        let kinds = NumberKind::ALL.map(NumberKind::stored_name).join(", ");
        problems.push(format!("kind: is none of {kinds}"));
    }
    if !is_phone(phone) {
        problems
            .push("phone: is not a telephone number: digits, spaces and a + before them".into());
    }
    problems.extend(practice_problem(practice, known, facts).map(str::to_owned));
    let date = calendar::parse(checked_on, facts.today).map_err(|error| error.to_string());
    let date = date.and_then(|date| not_later(date, facts.today));
    if let Err(problem) = &date {
        problems.push(format!("checked_on: {problem}"));
    }
    match date {
        Ok(checked_on) if problems.is_empty() => Ok(ServiceNumber {
            name: name.to_owned(),
            phone: phone.to_owned(),
            kind: kind.to_owned(),
            practice: practice.to_uppercase(),
            checked_on,
        }),
        _ => Err(problems),
    }
}

fn not_later(date: Date, today: Date) -> Result<Date, String> {
    (date <= today).then_some(date).ok_or_else(|| "is in the future".to_owned())
}

fn is_phone(phone: &str) -> bool {
    let allowed = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '+' | '-' | '(' | ')');
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    phone.chars().all(allowed) && PHONE_DIGITS.contains(&digits)
}

fn practice_problem(
    practice: &str,
    kind: Option<NumberKind>,
    facts: &ServiceFacts,
) -> Option<&'static str> {
    if practice.is_empty() {
        let needs = kind == Some(NumberKind::DutyLine);
        return needs.then_some("practice_ods: a duty line needs the code of its practice");
    }
    let known = OdsCode::parse(practice).is_ok_and(|ods| facts.practices.contains_key(&ods));
    (!known).then_some("practice_ods: is not a practice of this service")
}
