//! What lists and screens show of a case.

use jiff::civil::Date;
use shared::{
    case::{Case, CaseRow, Defect, Field, Person, Register, Standing},
    coding::match_keys,
    ids::CaseId,
    ordered,
    sync::SyncState,
    text,
};

/// One line of the caseload.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseLine {
    /// Which case.
    pub case: CaseId,
    /// What the list shows of it.
    pub row: CaseRow,
    /// Where what was written in it is.
    pub state: SyncState,
}

/// One case, read.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseView {
    /// The case.
    pub case: Case,
    /// What could not be read in it.
    pub defects: Vec<Defect>,
    /// Where what was written in it is.
    pub state: SyncState,
}

/// Sorts a caseload: by the next date, people without one last; then by name.
pub fn sort(lines: &mut [CaseLine]) {
    ordered::sort_by_cached_key(lines, |line| {
        let row = &line.row;
        let is_over = matches!(row.standing, Standing::Closed | Standing::Declined);
        let next = row.next_on.unwrap_or(Date::MAX);
        let name = format!("{}, {}", row.family_name.reveal(), row.given_names.reveal());
        (is_over, next, text::folded(&name), row.birth_date, line.case)
    });
}

/// Whether another case on this phone looks like the same person.
pub fn has_likely_duplicate(lines: &[CaseLine], case: &Case) -> bool {
    let own = match_keys(&case.person);
    let birth_date = case.person.birth_date();
    let number = digits(case.person.shown(Field::NhsNumber));
    lines
        .iter()
        .filter(|line| line.case != case.id)
        // Whoever shares neither is somebody else: this spares folding every name.
        .filter(|line| {
            (birth_date.is_some() && line.row.birth_date == birth_date)
                || (!number.is_empty() && digits(line.row.nhs_number.reveal()) == number)
        })
        .any(|line| !match_keys(&person_of(&line.row)).is_disjoint(&own))
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// As much of the person as a line shows.
fn person_of(row: &CaseRow) -> Person {
    let mut person = Person::default();
    let mut set = |field, value: String| person.set(field, Register::of([value]));
    set(Field::FamilyName, row.family_name.reveal().clone());
    set(Field::GivenNames, row.given_names.reveal().clone());
    set(Field::NhsNumber, row.nhs_number.reveal().clone());
    if let Some(birth_date) = row.birth_date {
        set(Field::BirthDate, birth_date.to_string());
    }
    person
}

#[cfg(test)]
mod tests {
    use shared::few::Few;

    use jiff::civil::date;

    use super::*;

    fn case(number: u8, family: &str, given: &str, birth: &str, nhs: &str) -> Case {
        let mut person = Person::default();
        let mut set = |field, value: &str| person.set(field, Register::of([value.to_owned()]));
        set(Field::FamilyName, family);
        set(Field::GivenNames, given);
        set(Field::BirthDate, birth);
        set(Field::NhsNumber, nhs);
        let id = CaseId::from_random([number; 16]);
        Case::fold(id, person, [], Few::new(), &mut Vec::new())
    }

    fn line(case: &Case) -> CaseLine {
        CaseLine { case: case.id, row: CaseRow::of(case), state: SyncState::SavedHere }
    }

    #[test]
    fn people_are_sorted_by_what_comes_next_and_then_by_name() {
        let mut lines = [
            line(&case(1, "Öztürk", "Ayşe", "1950-01-01", "")),
            line(&case(2, "adams", "Zoe", "1950-01-01", "")),
            line(&case(3, "Young", "Amy", "1950-01-01", "")),
        ];
        lines[2].row.next_on = Some(date(2026, 11, 24));
        sort(&mut lines);
        let names: Vec<_> = lines.iter().map(|line| line.row.family_name.reveal()).collect();
        assert_eq!(names, ["Young", "adams", "Öztürk"]);
    }

    #[test]
    fn a_likely_duplicate_shares_the_number_or_the_name_and_birth_date() {
        let own = case(1, "Patel", "Asha", "1950-01-01", "9990000018");
        let check = |other: Case| has_likely_duplicate(&[line(&own), line(&other)], &own);
        assert!(check(case(2, "Smith", "Jo", "1961-02-03", "999 000 0018")));
        assert!(check(case(3, "PATEL", "Asha Maria", "1950-01-01", "")));
        assert!(!check(case(4, "Patel", "Asha", "1950-01-02", "9990000026")));
        assert!(!check(case(5, "Patel", "Nila", "1950-01-01", "")));
    }
}
