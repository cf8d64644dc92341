//! SNOMED CT concept identifiers, and the codes that this service may give.

use std::fmt;

use crate::written::Written;

use crate::few::Few;

/// A concept identifier whose digits are in order. A valid one does not make a meaning: what may be
/// coded is in [`AllowedCodes`]. Text outside, since spreadsheets corrupt long numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConceptId(u64);

/// 871731000000106 | Referral to social prescribing service (procedure): the person accepts.
pub const REFERRAL_ACCEPTED: ConceptId = ConceptId(871_731_000_000_106);
/// 871711000000103 | Social prescribing declined (situation): the person declines.
pub const REFERRAL_DECLINED: ConceptId = ConceptId(871_711_000_000_103);
/// 871691000000100, "offered": nobody could confirm it, so it is not given.
const REFERRAL_OFFERED: ConceptId = ConceptId(871_691_000_000_100);

/// The codes that are always allowed, with their terms.
const BUILT_IN: [(ConceptId, &str); 2] = [
    (REFERRAL_ACCEPTED, "Referral to social prescribing service (procedure)"),
    (REFERRAL_DECLINED, "Social prescribing declined (situation)"),
];

/// Onward referrals that are known to be good. Others have to be confirmed first.
const CONFIRMED: [&str; 2] = ["390893007", "306238000"];

/// A term is a line of text, in characters.
const TERM_CHARACTERS_MAX: usize = 255;

/// Why a text is not a concept identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConceptIdError {
    /// Something other than digits, or a leading zero.
    #[error("a SNOMED CT code has digits only, and does not begin with 0: copy it as text")]
    Character,
    /// Not 6 to 18 digits.
    #[error("a SNOMED CT code has 6 to 18 digits: a spreadsheet may have cut it")]
    Length,
    /// Of a description or a relationship, not of a concept.
    #[error("this code names no concept: copy the concept identifier, not the description's")]
    Partition,
    /// The last digit does not fit the others.
    #[error("a digit of this code is wrong: copy it again from its source")]
    CheckDigit,
}

/// Why a code is not added to the service's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeRefused {
    /// Not a concept identifier.
    #[error(transparent)]
    Identifier(#[from] ConceptIdError),
    /// Allowed from the start.
    #[error("this code is allowed already")]
    BuiltIn,
    /// A valid code whose use nobody has confirmed.
    #[error("nobody has confirmed that this code may be used by link workers: ask for a review")]
    NotConfirmed,
    /// No term, or one that is too long.
    #[error("enter the code's term, of at most 255 characters")]
    Term,
}

impl ConceptId {
    /// Reads a concept identifier.
    ///
    /// # Errors
    /// When it has the wrong length, other characters, another partition than 00 or 10, or a wrong
    /// check digit (Verhoeff, over all digits).
    pub fn parse(text: &str) -> Result<Self, ConceptIdError> {
        let text = text.trim();
        if !text.bytes().all(|byte| byte.is_ascii_digit()) || text.starts_with('0') {
            return Err(ConceptIdError::Character);
        }
        if !(6..=18).contains(&text.len()) {
            return Err(ConceptIdError::Length);
        }
        if !verhoeff_holds(text) {
            return Err(ConceptIdError::CheckDigit);
        }
        if !matches!(&text[text.len() - 3..text.len() - 1], "00" | "10") {
            return Err(ConceptIdError::Partition);
        }
        text.parse().map(Self).map_err(|_| ConceptIdError::Length)
    }
}

/// The dihedral group of ten elements: `PRODUCT[a][b]`.
const PRODUCT: [[u8; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];

/// What becomes of a digit at one place further to the left.
const TURN: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/// Whether the last digit is the Verhoeff check of the others.
fn verhoeff_holds(digits: &str) -> bool {
    let sum = digits.bytes().rev().enumerate().fold(0_u8, |sum, (place, byte)| {
        let turned = (0..place % 8).fold(byte - b'0', |digit, _| TURN[usize::from(digit)]);
        PRODUCT[usize::from(sum)][usize::from(turned)]
    });
    sum == 0
}

impl fmt::Display for ConceptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Written for ConceptId {
    fn read(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }
}

/// The codes that this service may give: two built in, and what its administrator added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedCodes {
    added: Few<ConceptId, String>,
}

impl AllowedCodes {
    /// Adds an onward referral's code (rule 6): its check digit and the list of confirmed codes
    /// must both pass.
    ///
    /// # Errors
    /// Why it is not added.
    pub fn allow(&mut self, concept: &str, term: &str) -> Result<ConceptId, CodeRefused> {
        let concept = ConceptId::parse(concept)?;
        let term = term.trim();
        if BUILT_IN.iter().any(|(built_in, _)| *built_in == concept) {
            return Err(CodeRefused::BuiltIn);
        }
        if concept == REFERRAL_OFFERED || !CONFIRMED.contains(&concept.to_string().as_str()) {
            return Err(CodeRefused::NotConfirmed);
        }
        if term.is_empty() || term.chars().count() > TERM_CHARACTERS_MAX {
            return Err(CodeRefused::Term);
        }
        self.added.insert(concept, term.to_owned());
        Ok(concept)
    }

    /// The term of an allowed code.
    pub fn term(&self, concept: &ConceptId) -> Option<&str> {
        let built_in = BUILT_IN.iter().find(|(built_in, _)| built_in == concept);
        built_in.map(|(_, term)| *term).or_else(|| self.added.get(concept).map(String::as_str))
    }

    /// Whether the code may be given.
    pub fn contains(&self, concept: &ConceptId) -> bool {
        self.term(concept).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_in_use_are_valid_concepts() {
        for concept in [REFERRAL_ACCEPTED, REFERRAL_DECLINED, REFERRAL_OFFERED] {
            assert_eq!(ConceptId::parse(&concept.to_string()), Ok(concept));
        }
        assert!(CONFIRMED.iter().all(|text| ConceptId::parse(text).is_ok()));
    }

    #[test]
    fn every_wrong_digit_and_every_swap_of_neighbours_is_noticed() {
        for concept in [REFERRAL_ACCEPTED, REFERRAL_DECLINED] {
            let digits = concept.to_string().into_bytes();
            let refused = |digits: Vec<u8>| {
                ConceptId::parse(&String::from_utf8(digits).unwrap()) != Ok(concept)
            };
            for at in 0..digits.len() {
                for digit in b'0'..=b'9' {
                    let mut wrong = digits.clone();
                    wrong[at] = digit;
                    let is_error = ConceptId::parse(std::str::from_utf8(&wrong).unwrap()).is_err();
                    assert_eq!(is_error, wrong != digits);
                }
                let mut swapped = digits.clone();
                swapped.swap(at, (at + 1).min(digits.len() - 1));
                assert!(swapped == digits || refused(swapped));
            }
        }
    }

    #[test]
    fn what_is_no_concept_identifier_says_why() {
        let table = [
            ("8.71731E+14", ConceptIdError::Character),
            ("0871731000000106", ConceptIdError::Character),
            ("24700", ConceptIdError::Length),
            ("8717310000001060000", ConceptIdError::Length),
            ("871731000000000", ConceptIdError::CheckDigit),
            ("754786011", ConceptIdError::CheckDigit),
            ("680946014", ConceptIdError::Partition),
        ];
        for (text, expected) in table {
            assert_eq!(ConceptId::parse(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn only_confirmed_codes_are_added() {
        let mut codes = AllowedCodes::default();
        let activity = codes.allow("390893007", "Referral to physical activity programme").unwrap();
        assert_eq!(codes.term(&activity), Some("Referral to physical activity programme"));
        assert_eq!(codes.allow("871691000000100", "Offered"), Err(CodeRefused::NotConfirmed));
        assert_eq!(codes.allow("306238000", " "), Err(CodeRefused::Term));
        assert_eq!(codes.allow("871731000000106", "Referral"), Err(CodeRefused::BuiltIn));
        assert!(matches!(codes.allow("390893008", "x"), Err(CodeRefused::Identifier(_))));
        assert!(codes.contains(&REFERRAL_ACCEPTED));
    }
}
