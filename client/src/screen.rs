//! Which screen an address is of.

use shared::ids::{CaseId, EventId};

/// The word of a path that asks for a new contact: what leads to one can then be a plain link.
const NEW: &str = "new";

/// A screen, with what its path says. Nothing where the path names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// The bare address.
    First,
    Today,
    People,
    Person(Option<CaseId>),
    /// A contact that has no name yet.
    NewContact(Option<CaseId>),
    Contact(Option<(CaseId, EventId)>),
    Check(Option<(CaseId, EventId)>),
    Refer,
    Services,
    /// A correction of a service, or a new one.
    Suggest,
    Sync,
    More,
    /// Work that belongs to no person.
    Activity,
    Studies,
    Week,
    Urgent,
    /// None of them.
    Unknown,
}

impl Screen {
    /// The screen at a path.
    pub fn at(path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let contact = |case: &str, draft: &str| Some((case.parse().ok()?, draft.parse().ok()?));
        match parts.as_slice() {
            [] => Self::First,
            ["today"] => Self::Today,
            ["people"] => Self::People,
            ["person", case] => Self::Person(case.parse().ok()),
            ["person", case, "contact", NEW] => Self::NewContact(case.parse().ok()),
            ["person", case, "contact", draft] => Self::Contact(contact(case, draft)),
            ["person", case, "contact", draft, "check"] => Self::Check(contact(case, draft)),
            ["refer"] => Self::Refer,
            ["services"] => Self::Services,
            ["services", "suggest"] => Self::Suggest,
            ["sync"] => Self::Sync,
            ["more"] => Self::More,
            ["activity"] => Self::Activity,
            ["studies"] => Self::Studies,
            ["week"] => Self::Week,
            ["urgent"] => Self::Urgent,
            _ => Self::Unknown,
        }
    }

    /// What the header calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::First | Self::Today => say!("Today"),
            Self::People => say!("People"),
            Self::Person(_) => say!("Person"),
            Self::NewContact(_) | Self::Contact(_) | Self::Check(_) => say!("Contact"),
            Self::Refer => say!("New referral"),
            Self::Services | Self::Suggest => say!("Services"),
            Self::Sync => say!("Sending"),
            Self::More => say!("More"),
            Self::Activity => say!("Activity"),
            Self::Studies => say!("Studies"),
            Self::Week => say!("Week"),
            Self::Urgent => say!("Urgent"),
            Self::Unknown => say!("Fingerpost"),
        }
    }

    /// The person that it is about, where there is one.
    pub fn about(self) -> Option<CaseId> {
        match self {
            Self::Person(case) | Self::NewContact(case) => case,
            Self::Contact(contact) | Self::Check(contact) => contact.map(|(case, _)| case),
            _ => None,
        }
    }

    /// Whether nothing on it is lost when the app is loaded again, as a new version of it asks.
    pub fn is_at_rest(self) -> bool {
        matches!(
            self,
            Self::First
                | Self::Today
                | Self::People
                | Self::Services
                | Self::Sync
                | Self::More
                | Self::Unknown
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_screen_has_a_path_and_a_name() {
        let case = CaseId::from_random([7; 16]);
        let draft = EventId::new(5, 5);
        let table = [
            ("/".to_owned(), Screen::First, "Today"),
            ("/today".to_owned(), Screen::Today, "Today"),
            ("/people/".to_owned(), Screen::People, "People"),
            (format!("/person/{case}"), Screen::Person(Some(case)), "Person"),
            (format!("/person/{case}/contact/new"), Screen::NewContact(Some(case)), "Contact"),
            (
                format!("/person/{case}/contact/{draft}"),
                Screen::Contact(Some((case, draft))),
                "Contact",
            ),
            (
                format!("/person/{case}/contact/{draft}/check"),
                Screen::Check(Some((case, draft))),
                "Contact",
            ),
            ("/refer".to_owned(), Screen::Refer, "New referral"),
            ("/services".to_owned(), Screen::Services, "Services"),
            ("/services/suggest".to_owned(), Screen::Suggest, "Services"),
            ("/sync".to_owned(), Screen::Sync, "Sending"),
            ("/more".to_owned(), Screen::More, "More"),
            ("/activity".to_owned(), Screen::Activity, "Activity"),
            ("/studies".to_owned(), Screen::Studies, "Studies"),
            ("/week".to_owned(), Screen::Week, "Week"),
            ("/urgent".to_owned(), Screen::Urgent, "Urgent"),
            ("/elsewhere".to_owned(), Screen::Unknown, "Fingerpost"),
            ("/today/elsewhere".to_owned(), Screen::Unknown, "Fingerpost"),
        ];
        for (path, screen, name) in table {
            assert_eq!(Screen::at(&path), screen, "{path}");
            assert_eq!(screen.name(), name, "{path}");
        }
    }

    #[test]
    fn a_screen_knows_whom_it_is_about() {
        let case = CaseId::from_random([7; 16]);
        for path in ["", "/contact/new", "/contact/00000000050000000000000005/check"] {
            assert_eq!(Screen::at(&format!("/person/{case}{path}")).about(), Some(case), "{path}");
        }
        assert_eq!(Screen::Today.about(), None);
    }

    #[test]
    fn a_path_that_names_nobody_still_has_its_screen() {
        assert_eq!(Screen::at("/person/nobody"), Screen::Person(None));
        assert_eq!(Screen::at("/person/nobody/contact/none/check"), Screen::Check(None));
    }

    #[test]
    fn a_new_version_is_offered_only_where_nothing_is_being_written() {
        assert!(
            ["/", "/today", "/sync", "/more"].into_iter().all(|at| Screen::at(at).is_at_rest())
        );
        let writing = ["/person/x", "/person/x/contact/y", "/person/x/contact/y/check", "/refer"];
        assert!(!writing.into_iter().any(|at| Screen::at(at).is_at_rest()));
    }
}
