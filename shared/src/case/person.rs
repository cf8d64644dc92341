//! Who the person is: registers that keep every value written at once, until a person settles them.

use jiff::{Timestamp, civil::Date};

use crate::{
    ids::{DeviceId, UserId},
    nhs_number::{NhsNumber, NhsNumberError},
    ods::OdsCode,
    ordered,
    personal::Personal,
    written::Written,
};

/// A field of the person, by its stored name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// `nhs_number`: ten digits, as text.
    NhsNumber,
    /// `family_name`.
    FamilyName,
    /// `given_names`.
    GivenNames,
    /// `birth_date`: ISO date.
    BirthDate,
    /// `sex`: as the practice's system matches on it.
    Sex,
    /// `practice_ods`: where the person is registered.
    PracticeOds,
    /// `phone`.
    Phone,
    /// `communication`: needs for communication (interpreter, hearing, large print).
    Communication,
    /// `what_matters`: in the person's own words.
    WhatMatters,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 9] = [
        Self::NhsNumber,
        Self::FamilyName,
        Self::GivenNames,
        Self::BirthDate,
        Self::Sex,
        Self::PracticeOds,
        Self::Phone,
        Self::Communication,
        Self::WhatMatters,
    ];

    /// The name under which the document keeps it.
    pub fn stored_name(self) -> &'static str {
        match self {
            Self::NhsNumber => "nhs_number",
            Self::FamilyName => "family_name",
            Self::GivenNames => "given_names",
            Self::BirthDate => "birth_date",
            Self::Sex => "sex",
            Self::PracticeOds => "practice_ods",
            Self::Phone => "phone",
            Self::Communication => "communication",
            Self::WhatMatters => "what_matters",
        }
    }

    /// What a person reads.
    pub fn words(self) -> &'static str {
        match self {
            Self::NhsNumber => say!("NHS number"),
            Self::FamilyName => say!("family name"),
            Self::GivenNames => say!("given names"),
            Self::BirthDate => say!("date of birth"),
            Self::Sex => say!("sex"),
            Self::PracticeOds => say!("practice"),
            Self::Phone => say!("phone"),
            Self::Communication => say!("how to talk with them"),
            Self::WhatMatters => say!("what matters to them"),
        }
    }

    /// Whether GP systems match on it, so that two values at once hold every code back.
    pub fn is_identity(self) -> bool {
        matches!(
            self,
            Self::NhsNumber
                | Self::FamilyName
                | Self::GivenNames
                | Self::BirthDate
                | Self::Sex
                | Self::PracticeOds
        )
    }
}

/// The words that GP systems match on, as a record keeps them and as a person reads them.
pub const SEXES: [(&str, &str); 4] = [
    ("female", say!("Female")),
    ("male", say!("Male")),
    ("other", say!("Other")),
    ("not known", say!("Not known")),
];

/// A sex as a person reads it; what is none of the words, as it was written.
pub fn sex_words(stored: &str) -> &str {
    SEXES.iter().find(|(own, _)| *own == stored).map_or(stored, |(_, words)| words)
}

/// Who wrote one of several values, where and when, as far as the document says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Side {
    /// Who.
    pub by: Option<UserId>,
    /// On which device.
    pub device: Option<DeviceId>,
    /// When, to the second.
    pub at: Option<Timestamp>,
}

/// One field: no value, one, or several that were written at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Register {
    values: Vec<(Personal<String>, Side)>,
}

impl Register {
    /// A register of every value that stands, in any order; equal ones count once.
    pub fn of(values: impl IntoIterator<Item = String>) -> Self {
        Self::written(values.into_iter().map(|value| (value, Side::default())).collect())
    }

    /// The same, with who wrote each of them.
    pub fn written(mut values: Vec<(String, Side)>) -> Self {
        values.retain(|(value, _)| !value.is_empty());
        ordered::sort(&mut values);
        values.dedup_by(|later, earlier| later.0 == earlier.0);
        // What two people wrote alike is one value like any other.
        if let [(_, side)] = values.as_mut_slice() {
            *side = Side::default();
        }
        let values = values.into_iter().map(|(value, side)| (Personal::new(value), side));
        Self { values: values.collect() }
    }

    /// The value, where there is exactly one.
    pub fn settled(&self) -> Option<&str> {
        match self.values.as_slice() {
            [(one, _)] => Some(one.reveal()),
            _ => None,
        }
    }

    /// A value to show: the settled one, or the first of several.
    pub fn shown(&self) -> &str {
        self.values.first().map_or("", |(value, _)| value.reveal())
    }

    /// All values, where people wrote different ones at once.
    pub fn contested(&self) -> Option<impl Iterator<Item = &str>> {
        let sides = self.sides()?;
        Some(sides.map(|(value, _)| value.reveal().as_str()))
    }

    /// The same, with who wrote each of them.
    pub fn sides(&self) -> Option<impl Iterator<Item = &(Personal<String>, Side)>> {
        (self.values.len() > 1).then(|| self.values.iter())
    }
}

/// Who the person is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    registers: [Register; Field::ALL.len()],
}

impl Person {
    /// Puts a register in place. For the reader of documents.
    pub fn set(&mut self, field: Field, register: Register) {
        self.registers[field as usize] = register;
    }

    /// The register of a field.
    pub fn register(&self, field: Field) -> &Register {
        &self.registers[field as usize]
    }

    /// The value to show of a field; empty where there is none.
    pub fn shown(&self, field: Field) -> &str {
        self.register(field).shown()
    }

    /// "Given Family", as it is shown.
    pub fn full_name(&self) -> String {
        let name = format!("{} {}", self.shown(Field::GivenNames), self.shown(Field::FamilyName));
        name.trim().to_owned()
    }

    /// The NHS number: none, a valid one, or why it is not valid.
    ///
    /// # Errors
    /// When something is written that is not a valid NHS number.
    pub fn nhs_number(&self) -> Result<Option<NhsNumber>, NhsNumberError> {
        match self.shown(Field::NhsNumber) {
            "" => Ok(None),
            text => NhsNumber::parse(text).map(Some),
        }
    }

    /// The date of birth, where it is one.
    pub fn birth_date(&self) -> Option<Date> {
        Date::read(self.shown(Field::BirthDate))
    }

    /// The practice, where it is one.
    pub fn practice(&self) -> Option<OdsCode> {
        OdsCode::parse(self.shown(Field::PracticeOds)).ok()
    }

    /// The fields of identity in which two values stand at once.
    pub fn contested_identity(&self) -> impl Iterator<Item = Field> {
        Field::ALL
            .into_iter()
            .filter(|field| field.is_identity() && self.register(*field).contested().is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::sex_words;

    #[test]
    fn a_sex_reads_in_words_and_what_is_none_of_them_as_it_was_written() {
        assert_eq!((sex_words("not known"), sex_words("f")), ("Not known", "f"));
    }
}
