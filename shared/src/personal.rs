//! A wrapper for personal data: it does not print itself.

use std::fmt;

use crate::stored::{Json, Stored, Tree};

/// Personal data. `Debug` shows nothing of it, and there is no `Display`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Personal<T>(T);

impl<T> Personal<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for the one place that shows or stores it.
    pub fn reveal(&self) -> &T {
        &self.0
    }

    /// Unwraps the value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: Stored> Stored for Personal<T> {
    fn write(&self, json: &mut Json) {
        self.0.write(json);
    }

    fn from_tree(value: &Tree) -> Option<Self> {
        T::from_tree(value).map(Self)
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Personal(..)")
    }
}
