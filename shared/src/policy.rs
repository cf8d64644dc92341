//! Who may do what to what: one function, and one table that is printed by its test.

use crate::{case::Role, ids::UserId, ods::OdsCode};

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub user: UserId,
    /// In which role.
    pub role: Role,
    /// The practice that they work for, where they are practice staff.
    pub practice: Option<OdsCode>,
}

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Read a case on a phone.
    ReadCase,
    /// Write to a case.
    WriteCase,
    /// Begin a case: a new referral made in the field.
    BeginCase,
    /// Read a practice's worklist and packs.
    ReadWorklist,
    /// Read that somebody has an urgent concern, since when, and who was told. What was said is read
    /// in the case alone.
    ReadUrgent,
    /// Read the team's caseload, what is held back and what is kept apart.
    ReadTeam,
    /// Lay two records that look like one person's side by side, and decide whether they are.
    DecideDuplicates,
    /// Take what is kept apart into its record, or leave it aside.
    DecideKeptApart,
    /// Share a record with a colleague, hand it over, or take it off a caseload.
    AssignCases,
    /// Have packs closed again after a restore.
    LetPacksGoOn,
    /// Read the directory of services.
    ReadDirectory,
    /// Take services or referrals in, and close packs by command.
    RunService,
}

impl Action {
    /// Every action, in the order of the table.
    pub const ALL: [Self; 12] = [
        Self::ReadCase,
        Self::WriteCase,
        Self::BeginCase,
        Self::ReadWorklist,
        Self::ReadUrgent,
        Self::ReadTeam,
        Self::DecideDuplicates,
        Self::DecideKeptApart,
        Self::AssignCases,
        Self::LetPacksGoOn,
        Self::ReadDirectory,
        Self::RunService,
    ];
}

/// What it is done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A case, and whether it is on the actor's caseload.
    Case {
        /// Whether an assignment to the actor stands.
        assigned: bool,
    },
    /// A practice.
    Practice(OdsCode),
    /// The service as a whole.
    Service,
}

/// Whether the actor may do this. What is not named here is refused.
pub fn may(actor: &Actor, action: Action, subject: &Subject) -> bool {
    use Role::{
        CareCoordinator, HealthAndWellbeingCoach, LeadLinkWorker, LinkWorker, PracticeStaff,
        ServiceAdministrator,
    };
    let works_with_people = matches!(
        actor.role,
        LinkWorker | LeadLinkWorker | HealthAndWellbeingCoach | CareCoordinator
    );
    match (action, subject) {
        (Action::ReadCase | Action::WriteCase, Subject::Case { assigned }) => {
            works_with_people && *assigned
        }
        (Action::BeginCase, Subject::Service) => works_with_people,
        (Action::ReadWorklist | Action::ReadUrgent, Subject::Practice(practice)) => {
            actor.role == PracticeStaff && actor.practice.as_ref() == Some(practice)
        }
        (
            Action::ReadTeam
            | Action::ReadUrgent
            | Action::DecideDuplicates
            | Action::DecideKeptApart
            | Action::AssignCases
            | Action::LetPacksGoOn,
            Subject::Service,
        ) => actor.role == LeadLinkWorker,
        (Action::ReadDirectory, Subject::Service) => {
            works_with_people || actor.role == ServiceAdministrator
        }
        (Action::RunService, Subject::Service) => {
            matches!(actor.role, Role::Service | ServiceAdministrator)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [Role; 7] = [
        Role::LinkWorker,
        Role::LeadLinkWorker,
        Role::HealthAndWellbeingCoach,
        Role::CareCoordinator,
        Role::PracticeStaff,
        Role::ServiceAdministrator,
        Role::Service,
    ];

    fn subjects() -> [(&'static str, Subject); 5] {
        let practice = |ods| Subject::Practice(OdsCode::parse(ods).unwrap());
        [
            ("own case", Subject::Case { assigned: true }),
            ("other case", Subject::Case { assigned: false }),
            ("own practice", practice("A81001")),
            ("other practice", practice("B82002")),
            ("service", Subject::Service),
        ]
    }

    /// Each line: a role, and all that it may do.
    const TABLE: &str = "\
LinkWorker: ReadCase own case, WriteCase own case, BeginCase service, ReadDirectory service
LeadLinkWorker: ReadCase own case, WriteCase own case, BeginCase service, \
ReadUrgent service, ReadTeam service, DecideDuplicates service, DecideKeptApart service, \
AssignCases service, LetPacksGoOn service, ReadDirectory service
HealthAndWellbeingCoach: ReadCase own case, WriteCase own case, BeginCase service, \
ReadDirectory service
CareCoordinator: ReadCase own case, WriteCase own case, BeginCase service, ReadDirectory service
PracticeStaff: ReadWorklist own practice, ReadUrgent own practice
ServiceAdministrator: ReadDirectory service, RunService service
Service: RunService service
";

    #[test]
    fn who_may_do_what_is_exactly_this_table() {
        let mut printed = String::new();
        for role in ROLES {
            let actor = Actor {
                user: UserId::from_random([1; 16]),
                role,
                practice: Some(OdsCode::parse("A81001").unwrap()),
            };
            let mut allowed = Vec::new();
            for action in Action::ALL {
                for (name, subject) in subjects() {
                    if may(&actor, action, &subject) {
                        allowed.push(format!("{action:?} {name}"));
                    }
                }
            }
            printed.push_str(&format!("{role:?}: {}\n", allowed.join(", ")));
        }
        assert_eq!(printed, TABLE, "{printed}");
    }
}
