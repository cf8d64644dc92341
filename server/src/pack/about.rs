//! What the files of a pack say of the pack that they are in.

use shared::ods::OdsCode;

use crate::service::ServiceFacts;

/// A pack that is being put together.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The service.
    pub facts: &'a ServiceFacts,
    /// Whose it is.
    pub practice: &'a OdsCode,
    /// Its number among the practice's packs.
    pub number: u32,
    /// Its identifier, a UUID.
    pub pack_id: &'a str,
    /// When it was closed: an instant, as RFC 3339 writes it.
    pub cut_off: &'a str,
}

impl About<'_> {
    /// The practice's name, or its code where it has none.
    pub fn practice_name(&self) -> &str {
        self.facts.practices.get(self.practice).map_or(self.practice.as_str(), String::as_str)
    }
}

#[cfg(test)]
pub(super) mod invented {
    //! A service, a practice and people who do not exist.

    use shared::{ids::UserId, nhs_number::NhsNumber, ods::OdsCode};

    use super::About;
    use crate::{
        service::ServiceFacts,
        store::{
            asks::{Action, Ask},
            bare::BareStore,
            worklist::{PersonLine, WorklistRow},
        },
    };

    pub const PACK_ID: &str = "0b1f4b5e-6a53-4d7c-9a44-2f1d3c5b7a90";

    pub fn author() -> UserId {
        UserId::from_random([1; 16])
    }

    pub fn practice() -> OdsCode {
        OdsCode::parse("A99001").unwrap()
    }

    pub fn facts() -> ServiceFacts {
        let mut facts = BareStore::new().unwrap().read(ServiceFacts::load).unwrap();
        facts.name = "Riverside social prescribing".into();
        facts.practices.insert(practice(), "Riverside Surgery".into());
        facts.names.insert(author(), ("Amina Yusuf".into(), Some("yusufa".into())));
        facts
    }

    pub fn about<'a>(facts: &'a ServiceFacts, practice: &'a OdsCode) -> About<'a> {
        About { facts, practice, number: 3, pack_id: PACK_ID, cut_off: "2026-11-26T18:00:00Z" }
    }

    /// What a practice is asked, with nothing to say beside the code.
    pub fn ask(row: WorklistRow, action: Action) -> Ask {
        let (reason, replaces_row_id, summary) = Default::default();
        Ask { action, reason, replaces_row_id, row, summary }
    }

    /// The row of another person for each number.
    pub fn row(number: u32) -> WorklistRow {
        WorklistRow {
            row_id: uuid::Uuid::from_u128(number.into()).to_string(),
            case: number.to_be_bytes().to_vec(),
            episode: format!("episode {number}"),
            event: format!("event {number}"),
            snomed_code: "871731000000106".into(),
            snomed_term: "Referral to social prescribing service (procedure)".into(),
            event_date: "2026-11-03".into(),
            recorded_at: "2026-11-03T10:15:00Z".into(),
            author: author(),
            author_role: "link_worker".into(),
            contact_type: "Phone".into(),
            consent_scope: "code_and_summary".into(),
            hide_online: false,
            person: PersonLine {
                nhs_number: NhsNumber::invented(number).digits(),
                family_name: "Llewellyn-Pugh".into(),
                given_names: "Siân".into(),
                birth_date: "1990-09-27".into(),
            },
            sex: "female".into(),
            evidence_hash: "00".into(),
        }
    }
}
