//! NHS numbers: ten digits, the last a check over the others. Re-issued at times, so never a key.

use std::fmt;

/// A valid NHS number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NhsNumber(u64);

/// Why a text is not an NHS number. Does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NhsNumberError {
    /// Not ten digits.
    #[error("{}", said!(
        "an NHS number has 10 digits, and this has {count}: look for one missing or too many",
        count = .0
    ))]
    Length(usize),
    /// Something other than digits, spaces and hyphens.
    #[error("{}", say!("an NHS number has digits only: remove what is not a digit"))]
    Character,
    /// The last digit does not fit the others.
    #[error("{}", say!(
        "this is not a valid NHS number: check each digit against a letter or the record"
    ))]
    CheckDigit,
}

/// The first number of the range that is for testing only.
const TEST_RANGE_BEGINS: u64 = 9_990_000_000;

impl NhsNumber {
    /// Reads a number as people write it: 943 476 5919, 943-476-5919 or 9434765919.
    ///
    /// # Errors
    /// When it is not ten digits, or its check digit (modulus 11, NHS Data Dictionary) is wrong.
    pub fn parse(text: &str) -> Result<Self, NhsNumberError> {
        let is_gap = |c: char| c.is_whitespace() || matches!(c, '-' | '\u{2010}' | '\u{2011}');
        let mut digits = Vec::with_capacity(10);
        for c in text.chars().filter(|c| !is_gap(*c)) {
            digits.push(c.to_digit(10).ok_or(NhsNumberError::Character)?);
        }
        let Some((check, body)) = digits.split_last().filter(|_| digits.len() == 10) else {
            return Err(NhsNumberError::Length(digits.len()));
        };
        if check_digit(body) != Some(*check) || digits.iter().all(|digit| *digit == 0) {
            return Err(NhsNumberError::CheckDigit);
        }
        Ok(Self(digits.iter().fold(0, |number, digit| number * 10 + u64::from(*digit))))
    }

    /// The `index`th valid number of the test range, for invented people: 999 000 0018 is 0.
    pub fn invented(index: u32) -> Self {
        let body = TEST_RANGE_BEGINS / 10..;
        let numbers = body.filter_map(|body| {
            let digits: Vec<u32> =
                body.to_string().chars().filter_map(|c| c.to_digit(10)).collect();
            check_digit(&digits).map(|check| Self(body * 10 + u64::from(check)))
        });
        numbers
            .take_while(|number| number.0 < TEST_RANGE_BEGINS + 10_000_000)
            .nth(index as usize)
            .expect("demonstrations and tests use fewer people than the range has numbers")
    }

    /// The ten digits, as they are stored and sent.
    pub fn digits(&self) -> String {
        format!("{:010}", self.0)
    }

    /// The number as it is shown: 3-3-4 digits.
    pub fn spaced(&self) -> String {
        let digits = self.digits();
        format!("{} {} {}", &digits[..3], &digits[3..6], &digits[6..])
    }

    /// Whether it lies in 999 000 0000 to 999 999 9999, which is for testing only.
    pub fn is_test_range(&self) -> bool {
        self.0 >= TEST_RANGE_BEGINS
    }
}

/// The check digit of nine digits; none where it would be 10.
fn check_digit(body: &[u32]) -> Option<u32> {
    let sum: u32 = body.iter().zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        check => Some(check),
    }
}

impl fmt::Debug for NhsNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NhsNumber(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_numbers_are_valid_as_people_write_them() {
        for text in ["9434765919", "943 476 5919", "943-476-5919", " 943\u{a0}476 5919 "] {
            assert_eq!(NhsNumber::parse(text).unwrap().spaced(), "943 476 5919");
        }
        let test = ["0018", "0026", "0034", "0042", "0050", "0069"];
        for (index, last) in test.iter().enumerate() {
            let number = NhsNumber::parse(&format!("999000{last}")).unwrap();
            assert!(number.is_test_range());
            assert_eq!(number, NhsNumber::invented(index as u32));
        }
        assert!(!NhsNumber::parse("9434765919").unwrap().is_test_range());
    }

    #[test]
    fn numbers_that_are_published_as_valid_and_are_not_are_refused() {
        for text in ["9111111124", "9222222228", "9876544321", "0000000000"] {
            assert_eq!(NhsNumber::parse(text), Err(NhsNumberError::CheckDigit), "{text}");
        }
    }

    #[test]
    fn every_single_wrong_digit_is_noticed() {
        let digits = "9434765919";
        for at in 0..10 {
            for digit in "0123456789".chars() {
                let mut wrong: Vec<char> = digits.chars().collect();
                wrong[at] = digit;
                let wrong: String = wrong.into_iter().collect();
                assert_eq!(NhsNumber::parse(&wrong).is_ok(), wrong == digits, "{wrong}");
            }
        }
    }

    #[test]
    fn other_text_is_refused_with_what_to_do() {
        assert_eq!(NhsNumber::parse(""), Err(NhsNumberError::Length(0)));
        assert_eq!(NhsNumber::parse("94347659190"), Err(NhsNumberError::Length(11)));
        assert_eq!(NhsNumber::parse("9.43477E+09"), Err(NhsNumberError::Character));
        assert_eq!(NhsNumber::parse("٩٤٣٤٧٦٥٩١٩"), Err(NhsNumberError::Character));
    }

    #[test]
    fn a_number_does_not_print_itself() {
        assert_eq!(format!("{:?}", NhsNumber::invented(0)), "NhsNumber(..)");
    }
}
