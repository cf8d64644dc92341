//! Picklists: versioned, and a value that was retired, or that is not known here yet, is kept.

use crate::stored::{Json, Stored, Tree};

/// The version of the lists below. It rises when a choice is added or retired.
pub const VERSION: u16 = 1;

/// A kind of need, by its stored code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need(String);

impl Stored for Need {
    fn write(&self, json: &mut Json) {
        self.0.write(json);
    }

    fn from_tree(value: &Tree) -> Option<Self> {
        String::from_tree(value).map(Self)
    }
}

/// One choice of a picklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// What is stored.
    pub code: &'static str,
    /// What is shown.
    pub label: &'static str,
    /// Whether new entries may still choose it.
    pub retired: bool,
}

const fn choice(code: &'static str, label: &'static str) -> Choice {
    Choice { code, label, retired: false }
}

/// The needs that link workers look at, in the order of a form.
pub const NEEDS: [Choice; 13] = [
    choice("loneliness", say!("Loneliness")),
    choice("income", say!("Household income")),
    choice("debt", say!("Debt")),
    choice("housing", say!("Housing")),
    choice("relationships", say!("Relationships at home")),
    choice("physical_activity", say!("Physical activity")),
    choice("work_learning", say!("Work and learning")),
    choice("caring", say!("Caring")),
    choice("transport", say!("Transport")),
    choice("digital", say!("Digital access")),
    choice("wellbeing", say!("Mental wellbeing")),
    choice("food", say!("Food")),
    choice("crisis", say!("Crisis")),
];

impl Need {
    /// A need by its code. Codes that this version does not know are kept as they are.
    pub fn new(code: impl Into<String>) -> Self {
        Self(code.into())
    }

    /// The stored code.
    pub fn code(&self) -> &str {
        &self.0
    }

    /// What is shown: the label, or the code itself where this version does not know it.
    pub fn label(&self) -> &str {
        NEEDS.iter().find(|choice| choice.code == self.0).map_or(&self.0, |choice| choice.label)
    }
}
