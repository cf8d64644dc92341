//! The stored form of events: every kind with its fields, and every name.

use super::{
    Activity, ActivityKind, Amended, AnswerSeen, AssignedNote, CaseStudy, ClosingReason,
    ConflictResolved, Consent, Contact, ContactMode, ContactOutcome, ContactPurpose, Decision,
    EpisodeClosed, Event, Fact, GoalSet, Handover, Informed, Minutes, NeedNoted, NothingFound,
    OutcomeMeasured, PracticeAnswered, PracticeOutcome, Referral, ReferralSource, Retracted,
    ReviewedWith, Role, ServiceSuggested, SignpostOutcome, Signposted, UrgentAction, UrgentConcern,
    UrgentConsent, UrgentRecord, UrgentReview,
};
use crate::{
    ids::EventId,
    stored::{self, Json, Stored, Tree, names, record},
};

record! {
    Referral { source, reason }
    Contact { episode, mode, outcome, purpose, venue, minutes, needs, note, next_step, next_on }
    Minutes { preparation, session, write_up, research }
    Decision { episode, contact: if_some, consent }
    NeedNoted { need }
    GoalSet { words }
    Signposted { contact: if_some, service, name, phone, introduced, code: if_some }
    SignpostOutcome { target, words }
    OutcomeMeasured { satisfaction, worthwhile, happiness, anxiety }
    UrgentConcern { words, action }
    Handover { target, to }
    EpisodeClosed { episode, reason }
    AssignedNote { to }
    Amended { target, replaces, corrected_at, corrected, reason }
    Retracted { target, reason }
    ConflictResolved { field }
    Informed { target, who }
    UrgentRecord { target, given, told, consent, why, next_check }
    UrgentReview { target, with, words }
    Activity { what, minutes, words }
    CaseStudy { title, words }
    ServiceSuggested {
        service: if_some, name, phone, address, postcode, url, email, fees, eligibility, words,
    }
    PracticeAnswered { episode, code, practice, outcome, on: if_some, words }
    AnswerSeen { target }
    NothingFound { need }
}

names! {
    Role {
        LinkWorker = "link_worker",
        LeadLinkWorker = "lead_link_worker",
        HealthAndWellbeingCoach = "health_and_wellbeing_coach",
        CareCoordinator = "care_coordinator",
        PracticeStaff = "practice_staff",
        ServiceAdministrator = "service_administrator",
        Service = "service",
    }
    ReferralSource {
        Gp = "gp",
        OtherProfessional = "other_professional",
        Community = "community",
        Person = "person",
    }
    ContactMode {
        FaceToFace = "face_to_face",
        Telephone = "telephone",
        Video = "video",
        HomeVisit = "home_visit",
        Group = "group",
    }
    ContactOutcome {
        Seen = "seen",
        NoAnswer = "no_answer",
        DidNotAttend = "did_not_attend",
    }
    ContactPurpose {
        Support = "support",
        BriefCallWithConversation = "brief_call_with_conversation",
        BriefCall = "brief_call",
        WelfareCall = "welfare_call",
        ListCollation = "list_collation",
        VolunteerSupport = "volunteer_support",
        Administrative = "administrative",
    }
    Consent {
        CodeOnly = "code_only",
        CodeAndSummary = "code_and_summary",
        Withheld = "withheld",
    }
    UrgentAction {
        ImmediateDanger = "immediate_danger",
        SameDayClinician = "same_day_clinician",
        Safeguarding = "safeguarding",
        TalkedThrough = "talked_through",
    }
    ClosingReason {
        Completed = "completed",
        LeftAfterAccepting = "left_after_accepting",
        Declined = "declined",
        NotReached = "not_reached",
        MovedAway = "moved_away",
        Died = "died",
    }
    UrgentConsent {
        Agreed = "agreed",
        Overridden = "overridden",
        NotAsked = "not_asked",
    }
    ReviewedWith {
        Person = "person",
        Supervisor = "supervisor",
        Manager = "manager",
    }
    PracticeOutcome {
        Asked = "asked",
        AskedToTakeBack = "asked_to_take_back",
        Filed = "filed",
        AlreadyInRecord = "already_in_record",
        NotRegisteredHere = "not_registered_here",
        IdentityMismatch = "identity_mismatch",
        DuplicateOf = "duplicate_of",
        Rejected = "rejected",
    }
    ActivityKind {
        TeamMeeting = "team_meeting",
        PracticePresentation = "practice_presentation",
        Shadowed = "shadowed",
        Relationships = "relationships",
        Training = "training",
        ServiceMapping = "service_mapping",
        VaccinationSupport = "vaccination_support",
        Administration = "administration",
    }
}

macro_rules! kinds {
    ($($variant:ident = $name:literal),+ $(,)?) => {
        /// The names of every kind that this version reads.
        pub const KINDS: [&str; 25] = [$($name),+];

        /// How to read each of them.
        const READERS: [fn(&Tree) -> Option<Fact>; KINDS.len()] =
            [$(|value| Stored::from_tree(value).map(Fact::$variant)),+];

        impl Fact {
            /// The stored name of the kind.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name),+ }
            }

            /// What it holds beside its kind.
            fn content(&self) -> &dyn Stored {
                match self { $(Self::$variant(content) => content),+ }
            }
        }
    };
}

kinds! {
    Referred = "referred",
    Contact = "contact",
    Accepted = "accepted",
    Declined = "declined",
    NeedNoted = "need_noted",
    GoalSet = "goal_set",
    Signposted = "signposted",
    SignpostOutcome = "signpost_outcome",
    OutcomeMeasured = "outcome_measured",
    UrgentConcern = "urgent_concern",
    Handover = "handover",
    EpisodeClosed = "episode_closed",
    AssignedNote = "assigned_note",
    Amended = "amended",
    Retracted = "retracted",
    ConflictResolved = "conflict_resolved",
    Informed = "informed",
    UrgentRecord = "urgent_record",
    UrgentReview = "urgent_review",
    Activity = "activity",
    CaseStudy = "case_study",
    ServiceSuggested = "service_suggested",
    PracticeAnswered = "practice_answered",
    AnswerSeen = "answer_seen",
    NothingFound = "nothing_found",
}

impl Stored for Fact {
    fn write(&self, json: &mut Json) {
        json.open();
        json.put_plain("kind", self.kind());
        json.put_all(self.content());
        json.close();
    }

    fn from_tree(value: &Tree) -> Option<Self> {
        let kind = stored::field(value, "kind").as_str()?;
        READERS[stored::place(kind, &KINDS)?](value)
    }
}

impl Stored for Box<Fact> {
    fn write(&self, json: &mut Json) {
        self.as_ref().write(json);
    }

    fn from_tree(value: &Tree) -> Option<Self> {
        Fact::from_tree(value).map(Self::new)
    }
}

/// The fields of the fact stand beside the event's own. The identifier is the key in the document,
/// and the device is known from its history.
impl Stored for Event {
    fn write(&self, json: &mut Json) {
        json.open();
        json.put("at", &self.at);
        json.put("recorded_at", &self.recorded_at);
        json.put("by", &self.by);
        json.put("role", &self.role);
        json.put_all(&self.fact);
        json.close();
    }

    fn from_tree(value: &Tree) -> Option<Self> {
        Some(Self {
            id: EventId::new(0, 0),
            device: None,
            at: Stored::from_tree(stored::field(value, "at"))?,
            recorded_at: Stored::from_tree(stored::field(value, "recorded_at"))?,
            by: Stored::from_tree(stored::field(value, "by"))?,
            role: Stored::from_tree(stored::field(value, "role"))?,
            fact: Stored::from_tree(value)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, civil::date};

    use super::*;
    use crate::{ids::UserId, personal::Personal};

    #[test]
    fn an_event_is_one_record_with_the_fields_of_its_fact() {
        let goal = Fact::GoalSet(GoalSet { words: Personal::new("to walk".to_owned()) });
        let amended = Amended {
            target: EventId::new(1, 1),
            replaces: EventId::new(1, 1),
            corrected_at: date(2026, 11, 3).at(14, 2, 0, 0),
            corrected: Box::new(goal),
            reason: Personal::default(),
        };
        let event = Event {
            id: EventId::new(0, 0),
            device: None,
            at: date(2026, 11, 3).at(14, 2, 0, 5),
            recorded_at: Timestamp::UNIX_EPOCH,
            by: UserId::from_random([1; 16]),
            role: Role::LinkWorker,
            fact: Fact::Amended(amended),
        };
        let written = r#"{"at":"2026-11-03T14:02:00.000000005",
            "recorded_at":"1970-01-01T00:00:00Z","by":"01010101-0101-4101-8101-010101010101",
            "role":"link_worker","kind":"amended","target":"00000000010000000000000001",
            "replaces":"00000000010000000000000001","corrected_at":"2026-11-03T14:02:00",
            "corrected":{"kind":"goal_set","words":"to walk"},"reason":""}"#;
        let written: String = written.lines().map(str::trim_start).collect();
        assert_eq!(stored::text(&event), written);
        assert_eq!(stored::parse(&written), Some(event));
    }

    #[test]
    fn a_fact_is_read_by_the_name_of_its_kind_only() {
        let read = stored::parse::<Fact>;
        assert!(read(r#"{"kind":"goal_set","words":"to walk"}"#).is_some());
        assert_eq!(read(r#"{"kind":"goal_sat","words":"to walk"}"#), None);
        assert_eq!(read(r#"{"kind":5,"words":"to walk"}"#), None);
        assert_eq!(read(r#"{"words":"to walk"}"#), None);
        assert_eq!(read(r#"["goal_set",["to walk"]]"#), None);
    }

    #[test]
    fn every_name_is_read_back() {
        for name in Role::NAMES {
            assert_eq!(Role::named(name).map(Role::stored_name), Some(*name));
        }
        assert_eq!(Role::named("Service"), None);
    }
}
