//! What a phone knows of its owner and the service: the answer of `GET /api/me`, kept for offline.

use jiff::civil::Date;
use minicbor::Encode;

use crate::{
    case::Role,
    cbor,
    coding::AuthorFacts,
    few::{Few, FewOf},
    ids::{DeviceId, UserId},
    ods::OdsCode,
    snomed::AllowedCodes,
    stored::names,
    sync::carried::CarryKey,
};

/// What a phone knows of its owner and the service.
#[derive(Debug, Clone, PartialEq, Encode)]
pub struct Profile {
    /// Rises with every change of what follows.
    #[n(0)]
    pub version: u64,
    /// The service's name.
    #[n(1)]
    pub service_name: String,
    /// Whether this is a demonstration, with invented people.
    #[n(2)]
    pub demonstration: bool,
    /// Who is signed in.
    #[n(3)]
    pub user: UserId,
    /// On which device.
    #[n(4)]
    pub device: DeviceId,
    /// Their name.
    #[n(5)]
    pub name: String,
    /// Their role.
    #[n(6)]
    #[cbor(with = "cbor::json")]
    pub role: Role,
    /// The practices of the service.
    #[n(7)]
    pub practices: Vec<Practice>,
    /// The team: who wrote what they read.
    #[n(8)]
    pub team: Vec<TeamMember>,
    /// Codes that the administrator allows beside the two built in: identifier and term.
    #[n(9)]
    pub codes: Vec<(String, String)>,
    /// Hours that a phone may be read without hearing from the service.
    #[n(10)]
    pub offline_hours: Option<u16>,
    /// What this device seals a file of unsent work under, so that only the service can open it.
    #[n(11)]
    pub carry_key: Option<CarryKey>,
    /// Whom to phone about an urgent concern, as the service last checked; none from a server that
    /// keeps no such list.
    #[n(12)]
    pub numbers: Option<Vec<ServiceNumber>>,
}

crate::decoded!(Profile {
    version,
    service_name,
    demonstration,
    user,
    device,
    name,
    role: json,
    practices,
    team,
    codes,
    offline_hours: later,
    carry_key: later,
    numbers: later,
});

/// A GP practice of the service.
#[derive(Debug, Clone, PartialEq, Encode)]
pub struct Practice {
    /// Its ODS code.
    #[n(0)]
    #[cbor(with = "cbor::json")]
    pub ods: OdsCode,
    /// Its name.
    #[n(1)]
    pub name: String,
}

crate::decoded!(Practice { ods: json, name });

/// A telephone number that the service keeps for urgent concerns.
#[derive(Debug, Clone, PartialEq, Encode)]
pub struct ServiceNumber {
    /// Who answers.
    #[n(0)]
    pub name: String,
    /// The number, as people read it.
    #[n(1)]
    pub phone: String,
    /// What it is for: the stored name of a [`NumberKind`]. One that this version does not know is
    /// still somebody to phone.
    #[n(2)]
    pub kind: String,
    /// The practice that it belongs to; empty for the whole service's.
    #[n(3)]
    pub practice: String,
    /// When somebody of the service last made sure that it is right.
    #[n(4)]
    #[cbor(with = "cbor::json")]
    pub checked_on: Date,
}

crate::decoded!(ServiceNumber { name, phone, kind, practice, checked_on: json });

/// What a service's number is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberKind {
    /// A practice's duty line.
    DutyLine,
    /// The mental health crisis team.
    CrisisTeam,
    /// The single point of access.
    AccessPoint,
    /// A safeguarding lead.
    Safeguarding,
    /// The link worker's GP supervisor.
    Supervisor,
    /// The link worker's manager.
    Manager,
}

names! {
    NumberKind {
        DutyLine = "duty_line",
        CrisisTeam = "crisis_team",
        AccessPoint = "single_point_of_access",
        Safeguarding = "safeguarding",
        Supervisor = "supervisor",
        Manager = "manager",
    }
}

impl NumberKind {
    /// Every kind, in the order in which a clinician is looked for.
    pub const ALL: [Self; 6] = [
        Self::DutyLine,
        Self::CrisisTeam,
        Self::AccessPoint,
        Self::Safeguarding,
        Self::Supervisor,
        Self::Manager,
    ];

    /// The kind in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::DutyLine => say!("Practice duty line"),
            Self::CrisisTeam => say!("Mental health crisis team"),
            Self::AccessPoint => say!("Single point of access"),
            Self::Safeguarding => say!("Safeguarding lead"),
            Self::Supervisor => say!("GP supervisor"),
            Self::Manager => say!("Manager"),
        }
    }
}

/// Somebody of the team.
#[derive(Debug, Clone, PartialEq, Encode)]
pub struct TeamMember {
    /// Who.
    #[n(0)]
    pub user: UserId,
    /// Their name.
    #[n(1)]
    pub name: String,
    /// Their role.
    #[n(2)]
    #[cbor(with = "cbor::json")]
    pub role: Role,
}

crate::decoded!(TeamMember { user, name, role: json });

impl Profile {
    /// The name of somebody on the team; a plain word for anybody else.
    pub fn name_of(&self, user: UserId) -> &str {
        let member = self.team.iter().find(|member| member.user == user);
        member.map_or(say!("Somebody no longer on the team"), |member| &member.name)
    }

    /// The name of a practice, or its code.
    pub fn practice_name<'a>(&'a self, ods: &'a str) -> &'a str {
        let practice = self.practices.iter().find(|practice| practice.ods.to_string() == ods);
        practice.map_or(ods, |practice| &practice.name)
    }

    /// What the coding rules need to know of the service, as far as a phone knows it.
    pub fn coding_facts(&self) -> CodingFacts {
        let mut codes = AllowedCodes::default();
        for (concept, term) in &self.codes {
            // The server checked them when the administrator entered them.
            let _ = codes.allow(concept, term);
        }
        let author = |member: &TeamMember| {
            (member.user, AuthorFacts { roles: FewOf::from_iter([member.role]), devices: None })
        };
        CodingFacts {
            practices: FewOf::from_iter(self.practices.iter().map(|practice| practice.ods.clone())),
            authors: Few::from_iter(self.team.iter().map(author)),
            codes,
        }
    }
}

/// What [`crate::coding::Context`] borrows from.
#[derive(Debug, Clone)]
pub struct CodingFacts {
    /// The practices of the service.
    pub practices: FewOf<OdsCode>,
    /// The team.
    pub authors: Few<UserId, AuthorFacts>,
    /// The codes that the service allows.
    pub codes: AllowedCodes,
}

impl CodingFacts {
    /// The context of one case on one day.
    pub fn context(
        &self,
        today: Date,
        demonstration: bool,
        likely_duplicate: bool,
    ) -> crate::coding::Context<'_> {
        crate::coding::Context {
            today,
            demonstration,
            practices: &self.practices,
            authors: &self.authors,
            codes: &self.codes,
            likely_duplicate,
        }
    }
}
