//! ODS codes: how the NHS names an organisation, such as a GP practice (A81001).

use std::fmt;

use crate::written::Written;

/// An ODS code: 3 to 8 capital letters and digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OdsCode(String);

/// Why a text is not an ODS code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OdsCodeError {
    /// Not 3 to 8 characters.
    #[error("a practice code has 3 to 8 characters, such as A81001")]
    Length,
    /// Something other than letters and digits.
    #[error("a practice code has letters and digits only, such as A81001")]
    Character,
}

impl OdsCode {
    /// Reads a code; spaces around it are dropped and small letters made capital.
    ///
    /// # Errors
    /// When it has another length, or other characters.
    pub fn parse(text: &str) -> Result<Self, OdsCodeError> {
        let code = text.trim().to_ascii_uppercase();
        if !code.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Err(OdsCodeError::Character);
        }
        if !(3..=8).contains(&code.len()) {
            return Err(OdsCodeError::Length);
        }
        Ok(Self(code))
    }

    /// Whether it has the shape of a GP practice's code in England: a letter and five digits.
    /// Branches and other organisations have other shapes.
    pub fn is_practice_shape(&self) -> bool {
        let mut bytes = self.0.bytes();
        bytes.len() == 6
            && bytes.next().is_some_and(|byte| byte.is_ascii_uppercase())
            && bytes.all(|byte| byte.is_ascii_digit())
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OdsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Written for OdsCode {
    fn read(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        assert_eq!(OdsCode::parse(" a81001 ").unwrap().as_str(), "A81001");
        assert_eq!(OdsCode::parse("A8"), Err(OdsCodeError::Length));
        assert_eq!(OdsCode::parse("A81001001"), Err(OdsCodeError::Length));
        assert_eq!(OdsCode::parse("A81 001"), Err(OdsCodeError::Character));
        assert_eq!(OdsCode::parse("Á81001"), Err(OdsCodeError::Character));
    }

    #[test]
    fn only_a_letter_and_five_digits_look_like_a_practice() {
        let looks = |text| OdsCode::parse(text).unwrap().is_practice_shape();
        assert!(looks("y01234"));
        for text in ["ONEILL", "A8100", "A810012", "181001", "RX1"] {
            assert!(!looks(text), "{text}");
        }
    }
}
