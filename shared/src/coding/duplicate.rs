//! Who may be the same person in two cases: the same NHS number, or the same name and birth date.

use crate::{
    case::{Field, Person},
    few::FewOf,
    text,
};

/// How the key of an NHS number begins.
pub const NHS_NUMBER_PREFIX: &str = "nhs|";

/// What two cases of one person would have in common. Personal data: to be hashed before it is
/// kept beside anything.
pub fn match_keys(person: &Person) -> FewOf<String> {
    let mut keys = FewOf::new();
    if let Ok(Some(number)) = person.nhs_number() {
        keys.insert(format!("{NHS_NUMBER_PREFIX}{}", number.digits()));
    }
    let family = text::folded(person.shown(Field::FamilyName));
    let given = text::folded(person.shown(Field::GivenNames));
    // The first given name only: a middle name is often left out.
    let first = given.split_whitespace().next().unwrap_or("");
    if let Some(birth) = person.birth_date()
        && !family.trim().is_empty()
        && !first.is_empty()
    {
        keys.insert(format!("name|{}|{first}|{birth}", family.trim()));
    }
    keys
}
