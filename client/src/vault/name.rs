//! The names of what the vault holds. Names are not sealed, so they carry random identifiers only.

use shared::{
    ids::{CaseId, EventId},
    sync::Key,
};

/// The name of one record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// A record of the sync.
    Sync(Key),
    /// What the phone knows of its owner and the service.
    Profile,
    /// The directory of services.
    Directory,
    /// When the service was last heard from.
    Lease,
    /// What this phone shows the service beside its session.
    Secret,
    /// The working copy of a draft.
    Working(CaseId, EventId),
    /// What is typed in a form and not recorded yet: the form by identifiers of what it is about.
    Typed(String),
}

const PROFILE: &str = "profile";
const DIRECTORY: &str = "directory";
const LEASE: &str = "lease";
const SECRET: &str = "secret";
const WORKING_PREFIX: &str = "working/";
const TYPED_PREFIX: &str = "typed/";

impl Name {
    /// The name as it is stored.
    pub fn text(&self) -> String {
        match self {
            Self::Sync(key) => key.name(),
            Self::Profile => PROFILE.into(),
            Self::Directory => DIRECTORY.into(),
            Self::Lease => LEASE.into(),
            Self::Secret => SECRET.into(),
            Self::Working(case, draft) => format!("{WORKING_PREFIX}{case}/{draft}"),
            Self::Typed(form) => format!("{TYPED_PREFIX}{form}"),
        }
    }

    /// Reads a stored name back; `None` for one that this version does not know.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(case) = text.strip_prefix(Key::CASE_PREFIX) {
            return case.parse().ok().map(|case| Self::Sync(Key::Case(case)));
        }
        if let Some(working) = text.strip_prefix(WORKING_PREFIX) {
            let (case, draft) = working.split_once('/')?;
            return Some(Self::Working(case.parse().ok()?, draft.parse().ok()?));
        }
        if let Some(form) = text.strip_prefix(TYPED_PREFIX) {
            return Some(Self::Typed(form.to_owned()));
        }
        match text {
            PROFILE => Some(Self::Profile),
            DIRECTORY => Some(Self::Directory),
            LEASE => Some(Self::Lease),
            SECRET => Some(Self::Secret),
            _ => (text == Key::Meta.name()).then_some(Self::Sync(Key::Meta)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        let case = CaseId::from_random([7; 16]);
        let names = [
            Name::Sync(Key::Meta),
            Name::Sync(Key::Case(case)),
            Name::Profile,
            Name::Directory,
            Name::Lease,
            Name::Secret,
            Name::Working(case, EventId::new(1, 2)),
            Name::Typed(format!("{case}/0")),
        ];
        for name in names {
            assert_eq!(Name::parse(&name.text()), Some(name));
        }
        assert_eq!(Name::parse("from a later version"), None);
    }
}
