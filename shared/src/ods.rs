//! ODS codes: how the NHS names an organisation, such as a GP practice (A81001).

use std::fmt;

use serde::{Deserialize, Serialize};

/// An ODS code: 3 to 8 capital letters and digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
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

impl TryFrom<String> for OdsCode {
    type Error = OdsCodeError;

    fn try_from(text: String) -> Result<Self, OdsCodeError> {
        Self::parse(&text)
    }
}

impl From<OdsCode> for String {
    fn from(code: OdsCode) -> Self {
        code.0
    }
}
