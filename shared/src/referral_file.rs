//! A practice's referrals, one row of its export at a time, each refusal with its reason.

use jiff::civil::Date;
use uuid::Uuid;

use crate::{calendar, limits, nhs_number::NhsNumber, ods::OdsCode, personal::Personal, text};

/// The namespace of fingerprints: fixed, so that a file taken in again adds nothing.
const FINGERPRINT_NAMESPACE: Uuid = Uuid::from_u128(0x8b1d_5a3c_0e57_4f0a_9d6e_61c2_19f4_77aa);
/// A name, in characters.
const NAME_CHARACTERS_MAX: usize = 100;
/// Nobody referred is older, in years.
const AGE_MAX: i16 = 130;

/// The columns of a file, by what they hold. Others are left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    count: usize,
    at: [Option<usize>; Column::ALL.len()],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    NhsNumber,
    FamilyName,
    GivenNames,
    BirthDate,
    Practice,
    Reason,
    Sex,
    Phone,
    ReferredOn,
    Reference,
}

impl Column {
    const ALL: [Self; 10] = [
        Self::NhsNumber,
        Self::FamilyName,
        Self::GivenNames,
        Self::BirthDate,
        Self::Practice,
        Self::Reason,
        Self::Sex,
        Self::Phone,
        Self::ReferredOn,
        Self::Reference,
    ];
    const REQUIRED: [Self; 4] =
        [Self::FamilyName, Self::GivenNames, Self::BirthDate, Self::Practice];

    /// The name in reports, and the names by which exports call it, without spaces and signs.
    fn names(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::NhsNumber => ("NHS number", &["nhsnumber", "nhsno", "nhs"]),
            Self::FamilyName => ("family name", &["familyname", "surname", "lastname"]),
            Self::GivenNames => (
                "given names",
                &["givennames", "givenname", "forename", "forenames", "firstname", "firstnames"],
            ),
            Self::BirthDate => ("date of birth", &["dateofbirth", "birthdate", "dob"]),
            Self::Practice => (
                "practice code",
                &[
                    "practicecode",
                    "practice",
                    "ods",
                    "odscode",
                    "gpods",
                    "practiceods",
                    "practiceodscode",
                    "gppractice",
                    "gppracticecode",
                ],
            ),
            Self::Reason => ("reason", &["reason", "referralreason", "reasonforreferral"]),
            Self::Sex => ("sex", &["sex", "gender"]),
            Self::Phone => {
                ("phone", &["phone", "telephone", "mobile", "phonenumber", "telephonenumber"])
            }
            Self::ReferredOn => {
                ("referral date", &["referraldate", "dateofreferral", "referredon", "datereferred"])
            }
            Self::Reference => (
                "reference",
                &["reference", "ref", "externalid", "externalref", "referralid", "referralref"],
            ),
        }
    }
}

/// A file whose first line does not name the columns that are needed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Columns that are not there.
    #[error("the first line does not name these columns: {}", .0.join(", "))]
    Missing(Vec<&'static str>),
    /// Two columns for one thing.
    #[error("two columns are called {0}: remove one")]
    Twice(&'static str),
}

/// What is wrong with one field of a row. Does not repeat what the field holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{column}: {reason}")]
pub struct RowProblem {
    /// The column, by its name in reports.
    pub column: &'static str,
    /// What is wrong, and what to do.
    pub reason: String,
}

/// One referral.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferralRow {
    /// The NHS number; it may be missing, and holds codes back then.
    pub nhs_number: Option<NhsNumber>,
    /// The family name.
    pub family_name: Personal<String>,
    /// The given names.
    pub given_names: Personal<String>,
    /// The date of birth.
    pub birth_date: Personal<Date>,
    /// Where the person is registered.
    pub practice: OdsCode,
    /// male, female, other, not known; empty where the file does not say.
    pub sex: &'static str,
    /// Where to ring.
    pub phone: Personal<String>,
    /// Why, in the referrer's words.
    pub reason: Personal<String>,
    /// When; none where the file does not say.
    pub referred_on: Option<Date>,
    /// What the practice's system calls the referral; empty where the file does not say.
    pub reference: Personal<String>,
}

impl Columns {
    /// Recognises the columns by the first line. Case, spaces and signs make no difference.
    ///
    /// # Errors
    /// When a column that is needed is missing, or one is there twice.
    pub fn recognise<S: AsRef<str>>(header: &[S]) -> Result<Self, HeaderError> {
        let plain = |name: &str| -> String {
            let letters = name.chars().filter(|c| c.is_alphanumeric());
            letters.flat_map(char::to_lowercase).collect()
        };
        let mut columns = Self { count: header.len(), at: Default::default() };
        for (index, name) in header.iter().enumerate() {
            let name = plain(name.as_ref());
            let known = |column: &Column| column.names().1.contains(&name.as_str());
            let Some(column) = Column::ALL.into_iter().find(known) else { continue };
            if columns.at[column as usize].replace(index).is_some() {
                return Err(HeaderError::Twice(column.names().0));
            }
        }
        let missing: Vec<&'static str> = Column::REQUIRED
            .into_iter()
            .filter(|column| columns.at[*column as usize].is_none())
            .map(|column| column.names().0)
            .collect();
        if missing.is_empty() { Ok(columns) } else { Err(HeaderError::Missing(missing)) }
    }

    /// Reads one row.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read<S: AsRef<str>>(
        &self,
        fields: &[S],
        today: Date,
        knows_practice: impl Fn(&OdsCode) -> bool,
    ) -> Result<ReferralRow, Vec<RowProblem>> {
        if fields.len() != self.count {
            let reason = format!(
                "has {} fields where the first line has {}: look for a comma or quote in a field",
                fields.len(),
                self.count
            );
            return Err(vec![RowProblem { column: "row", reason }]);
        }
        let mut row = RowReader { columns: self, fields, problems: Vec::new() };
        let nhs_number = row.field(Column::NhsNumber, 40).to_owned();
        let nhs_number = match nhs_number.as_str() {
            "" => None,
            text => row.check(Column::NhsNumber, NhsNumber::parse(text)),
        };
        let family_name = row.name(Column::FamilyName);
        let given_names = row.name(Column::GivenNames);
        let birth_date = row.birth_date(today);
        let practice = row.practice(knows_practice);
        let sex = row.sex();
        let phone = row.line(Column::Phone, limits::LINE_CHARACTERS_MAX).to_owned();
        let reason = row.field(Column::Reason, limits::PARAGRAPH_CHARACTERS_MAX).to_owned();
        let referred_on = row.referred_on(birth_date, today);
        let reference = row.line(Column::Reference, limits::LINE_CHARACTERS_MAX).to_owned();
        match (birth_date, practice) {
            (Some(birth_date), Some(practice)) if row.problems.is_empty() => Ok(ReferralRow {
                nhs_number,
                family_name: Personal::new(family_name),
                given_names: Personal::new(given_names),
                birth_date: Personal::new(birth_date),
                practice,
                sex,
                phone: Personal::new(phone),
                reason: Personal::new(reason),
                referred_on,
                reference: Personal::new(reference),
            }),
            _ => Err(row.problems),
        }
    }
}

/// Collects what is wrong while a row is read field by field.
struct RowReader<'a, S> {
    columns: &'a Columns,
    fields: &'a [S],
    problems: Vec<RowProblem>,
}

impl<'a, S: AsRef<str>> RowReader<'a, S> {
    fn refuse(&mut self, column: Column, reason: impl Into<String>) {
        self.problems.push(RowProblem { column: column.names().0, reason: reason.into() });
    }

    fn check<T, E: ToString>(&mut self, column: Column, read: Result<T, E>) -> Option<T> {
        read.map_err(|error| self.refuse(column, error.to_string())).ok()
    }

    /// A field without the space around it; empty where the file has no such column.
    fn field(&mut self, column: Column, characters_max: usize) -> &'a str {
        let Some(index) = self.columns.at[column as usize] else { return "" };
        let text = self.fields[index].as_ref().trim();
        let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        if text.chars().count() > characters_max {
            self.refuse(column, format!("is over {characters_max} characters: shorten it"));
        } else if text.contains(is_control) {
            self.refuse(column, "holds characters that cannot be shown: remove them");
        }
        text
    }

    /// A field that is one line: a quote that was never closed runs into the next.
    fn line(&mut self, column: Column, characters_max: usize) -> &'a str {
        let text = self.field(column, characters_max);
        if text.contains(['\n', '\r']) {
            self.refuse(column, "has more than one line: look for a quote that is not closed");
        }
        text
    }

    fn name(&mut self, column: Column) -> String {
        let name = self.line(column, NAME_CHARACTERS_MAX);
        if name.is_empty() {
            self.refuse(column, "is missing");
        }
        name.to_owned()
    }

    fn birth_date(&mut self, today: Date) -> Option<Date> {
        let text = self.field(Column::BirthDate, NAME_CHARACTERS_MAX);
        if text.is_empty() {
            self.refuse(Column::BirthDate, "is missing");
            return None;
        }
        let birth = self.check(Column::BirthDate, calendar::parse_birth_date(text, today))?;
        if birth > today {
            self.refuse(Column::BirthDate, "is in the future");
            return None;
        }
        if calendar::age_years(birth, today) > AGE_MAX {
            self.refuse(Column::BirthDate, "is over 130 years ago");
            return None;
        }
        Some(birth)
    }

    fn practice(&mut self, knows: impl Fn(&OdsCode) -> bool) -> Option<OdsCode> {
        let text = self.field(Column::Practice, NAME_CHARACTERS_MAX);
        if text.is_empty() {
            self.refuse(Column::Practice, "is missing");
            return None;
        }
        let practice = self.check(Column::Practice, OdsCode::parse(text))?;
        if !knows(&practice) {
            // Where columns have slipped, a surname passes for a code: it must not reach a report.
            let named = if practice.is_practice_shape() { practice.as_str() } else { "this" };
            self.refuse(Column::Practice, format!("{named} is not a practice of this service"));
        }
        Some(practice)
    }

    fn sex(&mut self) -> &'static str {
        match self.field(Column::Sex, NAME_CHARACTERS_MAX).to_lowercase().as_str() {
            "" => "",
            "m" | "male" | "1" => "male",
            "f" | "female" | "2" => "female",
            "o" | "other" | "i" | "indeterminate" | "9" | "not specified" => "other",
            "u" | "unknown" | "not known" | "0" | "x" => "not known",
            _ => {
                self.refuse(Column::Sex, "is not one of male, female, other, not known");
                ""
            }
        }
    }

    fn referred_on(&mut self, birth: Option<Date>, today: Date) -> Option<Date> {
        let text = self.field(Column::ReferredOn, NAME_CHARACTERS_MAX);
        if text.is_empty() {
            return None;
        }
        let on = self.check(Column::ReferredOn, calendar::parse(text, today))?;
        if on > today {
            self.refuse(Column::ReferredOn, "is in the future");
        } else if birth.is_some_and(|birth| on < birth) {
            self.refuse(Column::ReferredOn, "is before the date of birth");
        }
        Some(on)
    }
}

impl ReferralRow {
    /// Names the referral by its content, so that the same row taken in again is known. The
    /// reference is left out: some systems give a new one with every export. Personal data can be
    /// guessed from it by trying, so it is stored and erased with the case.
    pub fn fingerprint(&self) -> Uuid {
        // Line ends and runs of spaces change between two exports of the same words.
        let plain =
            |text: &str| text::folded(text).split_whitespace().collect::<Vec<_>>().join(" ");
        let parts = [
            self.nhs_number.map(|number| number.digits()).unwrap_or_default(),
            plain(self.family_name.reveal()),
            plain(self.given_names.reveal()),
            self.birth_date.reveal().to_string(),
            self.practice.to_string(),
            self.referred_on.map(|on| on.to_string()).unwrap_or_default(),
            plain(self.reason.reveal()),
        ];
        Uuid::new_v5(&FINGERPRINT_NAMESPACE, parts.join("\u{1f}").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 23);
    const HEADER: [&str; 10] = [
        "NHS Number",
        "Surname",
        "Forename(s)",
        "D.O.B.",
        "Practice Code",
        "Reason for referral",
        "Gender",
        "Mobile",
        "Referral_Date",
        "External ID",
    ];
    const ROW: [&str; 10] = [
        "999 000 0018",
        "O'Neill",
        "Siân",
        "03/11/1956",
        "a81001",
        "=lonely",
        "F",
        "01632 960001",
        "1 Nov 2026",
        "R-17",
    ];

    fn read(row: &[&str]) -> Result<ReferralRow, Vec<RowProblem>> {
        let columns = Columns::recognise(&HEADER).unwrap();
        columns.read(row, TODAY, |practice| practice.as_str() == "A81001")
    }

    fn check_refused(column: usize, value: &str, expected: &str) {
        let mut row = ROW;
        row[column] = value;
        let problems = read(&row).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].to_string().contains(expected), "{}", problems[0]);
    }

    #[test]
    fn a_row_is_read_as_practices_write_it() {
        let row = read(&ROW).unwrap();
        assert_eq!(row.nhs_number, Some(NhsNumber::invented(0)));
        assert_eq!(*row.birth_date.reveal(), date(1956, 11, 3));
        assert_eq!((row.practice.as_str(), row.sex), ("A81001", "female"));
        assert_eq!(row.reason.reveal(), "=lonely");
        assert_eq!(row.referred_on, Some(date(2026, 11, 1)));
        assert_eq!(row.reference.reveal(), "R-17");
    }

    #[test]
    fn a_missing_nhs_number_is_taken_and_a_wrong_one_refused() {
        let mut row = ROW;
        row[0] = "";
        assert_eq!(read(&row).unwrap().nhs_number, None);
        check_refused(0, "999 000 0019", "NHS number: this is not a valid NHS number");
        check_refused(0, "9.99E+09", "digits only");
    }

    #[test]
    fn what_is_wrong_with_a_field_is_said_without_repeating_it() {
        check_refused(1, " ", "family name: is missing");
        check_refused(2, &"x".repeat(101), "over 100 characters");
        check_refused(3, "11/23/1956", "a month that does not exist");
        check_refused(3, "24/11/2026", "in the future");
        check_refused(3, "01/01/1890", "over 130 years");
        check_refused(4, "B82002", "B82002 is not a practice of this service");
        check_refused(5, "a\0b", "cannot be shown");
        check_refused(6, "yes", "male, female");
        check_refused(8, "24/11/2026", "referral date: is in the future");
        check_refused(8, "02/11/1956", "referral date: is before the date of birth");
        check_refused(1, "O'Neill\nSmith", "more than one line");
        check_refused(3, "3/11/24", "fits two centuries");
        check_refused(4, "ONEILL", "practice code: this is not a practice of this service");
    }

    #[test]
    fn all_that_is_wrong_with_a_row_is_said_at_once() {
        let problems = read(&["1", "", "", "x", "?", "", "", "", "", ""]).unwrap_err();
        let columns: Vec<_> = problems.iter().map(|problem| problem.column).collect();
        assert_eq!(
            columns,
            ["NHS number", "family name", "given names", "date of birth", "practice code"]
        );
        assert_eq!(read(&["only", "two"]).unwrap_err()[0].column, "row");
    }

    #[test]
    fn a_header_without_what_is_needed_says_so() {
        assert_eq!(
            Columns::recognise(&["Name", "DOB"]),
            Err(HeaderError::Missing(vec!["family name", "given names", "practice code"]))
        );
        assert_eq!(
            Columns::recognise(&["surname", "Last Name"]),
            Err(HeaderError::Twice("family name"))
        );
    }

    #[test]
    fn the_same_referral_has_the_same_fingerprint_however_it_is_spelled() {
        let mut first = ROW;
        first[5] = "=lonely\nsince May";
        let first = read(&first).unwrap().fingerprint();
        let mut row = ROW;
        row[0] = "9990000018";
        row[3] = "1956-11-03";
        row[1] = "O’NEILL";
        row[5] = "=lonely\r\nsince  May";
        row[9] = "R-18";
        assert_eq!(read(&row).unwrap().fingerprint(), first);
        row[5] = "in debt";
        assert_ne!(read(&row).unwrap().fingerprint(), first);
    }
}
