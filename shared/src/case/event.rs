//! Events: what happened, as somebody recorded it, once; never edited afterwards.

use jiff::{Timestamp, civil::DateTime};

pub use stored::KINDS;

use super::picklist::Need;
use crate::{
    ids::{DeviceId, EpisodeId, EventId, UserId},
    personal::Personal,
    snomed::ConceptId,
};

/// One entry of a case, as it lies in the document.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its key in the document. Not repeated inside the stored value.
    pub id: EventId,
    /// The device whose change really holds it, read from the document's history.
    pub device: Option<DeviceId>,
    /// When it happened, by the clock on the wall in London.
    pub at: DateTime,
    /// When it was signed, by the clock of the device.
    pub recorded_at: Timestamp,
    /// Who signed it.
    pub by: UserId,
    /// In which role they signed it.
    pub role: Role,
    /// What happened.
    pub fact: Fact,
}

/// The role in which a person acts. Only link workers' own entries are ever coded (rule 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A social prescribing link worker.
    LinkWorker,
    /// A link worker who also leads the team.
    LeadLinkWorker,
    /// Works beside link workers, with codes of their own.
    HealthAndWellbeingCoach,
    /// Works beside link workers, with codes of their own.
    CareCoordinator,
    /// Enters the worklist into the practice's system.
    PracticeStaff,
    /// Keeps people, devices, practices and the directory; sees no clinical content.
    ServiceAdministrator,
    /// The service itself: what it takes in from a practice's referral file.
    Service,
}

impl Role {
    /// Whether this role's own entries may produce a code (rule 2).
    pub fn may_be_coded(self) -> bool {
        matches!(self, Self::LinkWorker | Self::LeadLinkWorker)
    }

    /// The role in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::LinkWorker => say!("Social prescribing link worker"),
            Self::LeadLinkWorker => say!("Lead link worker"),
            Self::HealthAndWellbeingCoach => say!("Health and wellbeing coach"),
            Self::CareCoordinator => say!("Care coordinator"),
            Self::PracticeStaff => say!("Practice staff"),
            Self::ServiceAdministrator => say!("Service administrator"),
            Self::Service => say!("The service"),
        }
    }
}

/// What happened. The stored name of each kind is its `kind`.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// Somebody asked the service to see the person: opens an episode of care.
    Referred(Referral),
    /// One interaction with the person, or an attempt at one.
    Contact(Contact),
    /// The person accepted the referral.
    Accepted(Decision),
    /// The person declined the referral.
    Declined(Decision),
    /// A need came to light.
    NeedNoted(NeedNoted),
    /// A goal, in the person's words.
    GoalSet(GoalSet),
    /// A local service was named to the person.
    Signposted(Signposted),
    /// How a signposting went.
    SignpostOutcome(SignpostOutcome),
    /// The four ONS wellbeing scales.
    OutcomeMeasured(OutcomeMeasured),
    /// The person talked of suicide, or is not safe.
    UrgentConcern(UrgentConcern),
    /// A named person took over an urgent concern.
    Handover(Handover),
    /// The episode of care ended.
    EpisodeClosed(EpisodeClosed),
    /// Who carries the case, for those who read its history.
    AssignedNote(AssignedNote),
    /// A correction: what the target should have said.
    Amended(Amended),
    /// The target is withdrawn.
    Retracted(Retracted),
    /// A person settled a field that two people had written at once.
    ConflictResolved(ConflictResolved),
    /// A clinician was told of an urgent concern, whether or not they took it over.
    Informed(Informed),
    /// The rest of the record of an urgent concern, written once there was time.
    UrgentRecord(UrgentRecord),
    /// What was looked at again after an urgent concern.
    UrgentReview(UrgentReview),
    /// Work that belongs to no person: stands in a worker's logbook.
    Activity(Activity),
    /// An account of what the service does, which names nobody: stands in a worker's logbook.
    CaseStudy(CaseStudy),
    /// What a worker found wrong or missing in the directory: stands in a worker's logbook.
    ServiceSuggested(ServiceSuggested),
    /// What a practice made of an entry that it was asked for; written by the service.
    PracticeAnswered(PracticeAnswered),
    /// A worker has read what a practice answered, and there is nothing to put right.
    AnswerSeen(AnswerSeen),
    /// Somebody looked for a service for a need, and found none.
    NothingFound(NothingFound),
}

impl Fact {
    /// The episode that this entry names, where it names one. Entries without one belong to the
    /// episode that was open when they happened.
    pub fn episode(&self) -> Option<EpisodeId> {
        match self {
            Self::Contact(contact) => Some(contact.episode),
            Self::Accepted(decision) | Self::Declined(decision) => Some(decision.episode),
            Self::EpisodeClosed(closed) => Some(closed.episode),
            _ => None,
        }
    }
}

/// Who asked, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Referral {
    /// Who asked.
    pub source: ReferralSource,
    /// Why, in their words.
    pub reason: Personal<String>,
}

/// Who asked the service to see the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferralSource {
    /// A GP.
    Gp,
    /// Another professional.
    OtherProfessional,
    /// A voluntary or community organisation.
    Community,
    /// The person.
    Person,
}

impl ReferralSource {
    /// Every source, in the order of a form.
    pub const ALL: [Self; 4] = [Self::Gp, Self::OtherProfessional, Self::Community, Self::Person];

    /// The source in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Gp => say!("GP"),
            Self::OtherProfessional => say!("Another professional"),
            Self::Community => say!("Community organisation"),
            Self::Person => say!("The person themselves"),
        }
    }
}

/// One interaction, or an attempt at one.
#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    /// The episode of care that it belongs to.
    pub episode: EpisodeId,
    /// How they met.
    pub mode: ContactMode,
    /// Whether they met.
    pub outcome: ContactOutcome,
    /// What it was for: decides whether an acceptance in it can be coded (rule 4).
    pub purpose: ContactPurpose,
    /// Where, as the worker calls it.
    pub venue: String,
    /// What it took.
    pub minutes: Minutes,
    /// Needs that were touched.
    pub needs: Vec<Need>,
    /// What was said and done.
    pub note: Personal<String>,
    /// What is to happen next.
    pub next_step: Personal<String>,
    /// When.
    pub next_on: Option<jiff::civil::Date>,
}

impl Contact {
    /// Whether it takes the place of what was planned before. An attempt changes no plan, unless it
    /// makes one.
    pub fn says_what_is_next(&self) -> bool {
        let plans = self.next_on.is_some() || !self.next_step.reveal().is_empty();
        plans || self.outcome == ContactOutcome::Seen
    }
}

/// How a worker and a person met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactMode {
    /// In the same room.
    FaceToFace,
    /// By telephone.
    Telephone,
    /// By video.
    Video,
    /// At the person's home.
    HomeVisit,
    /// In a group.
    Group,
}

impl ContactMode {
    /// Every mode, in the order of a form.
    pub const ALL: [Self; 5] =
        [Self::FaceToFace, Self::Telephone, Self::Video, Self::HomeVisit, Self::Group];

    /// The mode in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::FaceToFace => say!("Face to face"),
            Self::Telephone => say!("Phone"),
            Self::Video => say!("Video"),
            Self::HomeVisit => say!("Home visit"),
            Self::Group => say!("Group"),
        }
    }
}

/// Whether they met. Attempts and missed appointments are recorded and never coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactOutcome {
    /// They met.
    Seen,
    /// The worker tried; nobody answered.
    NoAnswer,
    /// An appointment to which the person did not come.
    DidNotAttend,
}

impl ContactOutcome {
    /// Every outcome, in the order of a form.
    pub const ALL: [Self; 3] = [Self::Seen, Self::NoAnswer, Self::DidNotAttend];

    /// The outcome in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Seen => say!("Saw them"),
            Self::NoAnswer => say!("No answer"),
            Self::DidNotAttend => say!("Did not come"),
        }
    }
}

/// What a contact was for. All but the first are never coded, unless they turned into a real
/// conversation where the guidance allows that (rule 4, Transformation Partners' FAQ).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactPurpose {
    /// A conversation about what the person needs and what matters to them.
    Support,
    /// A brief call that did turn into a conversation about support.
    BriefCallWithConversation,
    /// A brief call or mass booking, with no real conversation about the vaccine or the support
    /// needed to attend.
    BriefCall,
    /// Ringing round to see how people are.
    WelfareCall,
    /// Collating lists of vulnerable patients.
    ListCollation,
    /// Supporting volunteers or marshalling.
    VolunteerSupport,
    /// Booking appointments and other administration.
    Administrative,
}

impl ContactPurpose {
    /// Every purpose, in the order of a form.
    pub const ALL: [Self; 7] = [
        Self::Support,
        Self::BriefCallWithConversation,
        Self::BriefCall,
        Self::WelfareCall,
        Self::ListCollation,
        Self::VolunteerSupport,
        Self::Administrative,
    ];

    /// The purpose in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Support => say!("Support"),
            Self::BriefCallWithConversation => say!("Brief call that became a conversation"),
            Self::BriefCall => say!("Brief or booking call"),
            Self::WelfareCall => say!("Welfare call"),
            Self::ListCollation => say!("Putting a list together"),
            Self::VolunteerSupport => say!("Supporting volunteers"),
            Self::Administrative => say!("Administration"),
        }
    }
}

/// What a contact took, in minutes of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Minutes {
    /// Reading in advance.
    pub preparation: u16,
    /// With the person.
    pub session: u16,
    /// Writing up.
    pub write_up: u16,
    /// Researching organisations.
    pub research: u16,
}

/// The person's answer to the referral.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The episode that it decides.
    pub episode: EpisodeId,
    /// The contact in which it was said.
    pub contact: Option<EventId>,
    /// What the person agreed to share with their practice.
    pub consent: Consent,
}

/// What the person agreed to share with their practice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// The coded entry only.
    CodeOnly,
    /// The coded entry and a summary.
    CodeAndSummary,
    /// Nothing: the entry is held back.
    Withheld,
}

impl Consent {
    /// Every scope, in the order of a form.
    pub const ALL: [Self; 3] = [Self::CodeOnly, Self::CodeAndSummary, Self::Withheld];

    /// The scope in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::CodeOnly => say!("The code only"),
            Self::CodeAndSummary => say!("The code and an automatic summary"),
            Self::Withheld => say!("Nothing"),
        }
    }
}

/// A need that came to light.
#[derive(Debug, Clone, PartialEq)]
pub struct NeedNoted {
    /// Which need.
    pub need: Need,
}

/// A goal, in the person's words.
#[derive(Debug, Clone, PartialEq)]
pub struct GoalSet {
    /// The goal.
    pub words: Personal<String>,
}

/// A local service was named to the person. Name and telephone are copies of that day's entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Signposted {
    /// The contact in which it was named.
    pub contact: Option<EventId>,
    /// Its identifier in the directory.
    pub service: String,
    /// Its name on that day.
    pub name: String,
    /// Its telephone number on that day.
    pub phone: String,
    /// Whether the worker made the introduction.
    pub introduced: bool,
    /// The onward referral's code, where a service administrator has allowed one (rule 6).
    pub code: Option<ConceptId>,
}

/// How a signposting went.
#[derive(Debug, Clone, PartialEq)]
pub struct SignpostOutcome {
    /// The signposting.
    pub target: EventId,
    /// How it went.
    pub words: Personal<String>,
}

/// The ONS4 scales, each 0 to 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutcomeMeasured {
    /// How satisfied with life.
    pub satisfaction: u8,
    /// How worthwhile the things done.
    pub worthwhile: u8,
    /// How happy yesterday.
    pub happiness: u8,
    /// How anxious yesterday.
    pub anxiety: u8,
}

/// What the person said, and what was chosen. No scale of risk exists here, on purpose.
#[derive(Debug, Clone, PartialEq)]
pub struct UrgentConcern {
    /// In the person's words.
    pub words: Personal<String>,
    /// What the worker chose to do.
    pub action: UrgentAction,
}

/// What a worker does about an urgent concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrgentAction {
    /// Immediate danger: 999.
    ImmediateDanger,
    /// A clinician on the same day.
    SameDayClinician,
    /// A safeguarding referral.
    Safeguarding,
    /// Talked through; no urgent action.
    TalkedThrough,
}

/// A named person took over an urgent concern.
#[derive(Debug, Clone, PartialEq)]
pub struct Handover {
    /// The concern.
    pub target: EventId,
    /// Who took over, with their role.
    pub to: Personal<String>,
}

/// The episode of care ended.
#[derive(Debug, Clone, PartialEq)]
pub struct EpisodeClosed {
    /// The episode.
    pub episode: EpisodeId,
    /// Why. Leaving after accepting is one of these, not a decline (rule 3).
    pub reason: ClosingReason,
}

/// Why an episode of care ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClosingReason {
    /// What was planned is done.
    Completed,
    /// The person left after accepting.
    LeftAfterAccepting,
    /// The person declined the referral.
    Declined,
    /// The service could not reach the person.
    NotReached,
    /// The person moved to another service or area.
    MovedAway,
    /// The person died.
    Died,
}

impl ClosingReason {
    /// The reason in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Completed => say!("What was planned is done"),
            Self::LeftAfterAccepting => say!("Left after accepting"),
            Self::Declined => say!("Declined the referral"),
            Self::NotReached => say!("Could not be reached"),
            Self::MovedAway => say!("Moved away"),
            Self::Died => say!("Died"),
        }
    }
}

/// Who carries the case from now on.
#[derive(Debug, Clone, PartialEq)]
pub struct AssignedNote {
    /// The worker.
    pub to: UserId,
}

/// A correction: what the target should have said.
#[derive(Debug, Clone, PartialEq)]
pub struct Amended {
    /// The entry that is corrected.
    pub target: EventId,
    /// The version that the author saw and corrects: the target itself, or an earlier amendment.
    /// Two amendments of one version are a conflict, which is shown.
    pub replaces: EventId,
    /// When it happened, corrected.
    pub corrected_at: DateTime,
    /// What happened, corrected. Of the same kind as the target.
    pub corrected: Box<Fact>,
    /// Why.
    pub reason: Personal<String>,
}

/// The target is withdrawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Retracted {
    /// The entry that is withdrawn.
    pub target: EventId,
    /// Why.
    pub reason: Personal<String>,
}

/// A person settled a field that two people had written at once.
#[derive(Debug, Clone, PartialEq)]
pub struct ConflictResolved {
    /// The field's stored name.
    pub field: String,
}

/// A clinician was told of an urgent concern. When is the event's own time; whoever took it over as
/// well is in a [`Handover`].
#[derive(Debug, Clone, PartialEq)]
pub struct Informed {
    /// The concern.
    pub target: EventId,
    /// Who was told, with their role.
    pub who: Personal<String>,
}

/// The rest of the record of an urgent concern.
#[derive(Debug, Clone, PartialEq)]
pub struct UrgentRecord {
    /// The concern.
    pub target: EventId,
    /// Self-help and services that were given.
    pub given: Personal<String>,
    /// What the person was told would happen.
    pub told: Personal<String>,
    /// Whether they agreed to others being told.
    pub consent: UrgentConsent,
    /// Why it was overridden, or not asked for; empty where they agreed.
    pub why: Personal<String>,
    /// When somebody looks at it next.
    pub next_check: Option<jiff::civil::Date>,
}

/// Whether a person agreed to others being told of an urgent concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrgentConsent {
    /// They agreed.
    Agreed,
    /// They did not, and safety came first.
    Overridden,
    /// They could not be asked.
    NotAsked,
}

impl UrgentConsent {
    /// Every answer, in the order of a form.
    pub const ALL: [Self; 3] = [Self::Agreed, Self::Overridden, Self::NotAsked];

    /// The answer in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Agreed => say!("They agreed"),
            Self::Overridden => say!("They did not agree, and safety came first"),
            Self::NotAsked => say!("They could not be asked"),
        }
    }
}

/// What was looked at again after an urgent concern.
#[derive(Debug, Clone, PartialEq)]
pub struct UrgentReview {
    /// The concern.
    pub target: EventId,
    /// By whom, or with whom.
    pub with: ReviewedWith,
    /// What came of it.
    pub words: Personal<String>,
}

/// With whom an urgent concern is looked at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewedWith {
    /// The person.
    Person,
    /// The worker's GP supervisor.
    Supervisor,
    /// The worker's manager: how the worker is.
    Manager,
}

impl ReviewedWith {
    /// Everyone, in the order of a form.
    pub const ALL: [Self; 3] = [Self::Person, Self::Supervisor, Self::Manager];

    /// Who it is, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Person => say!("Checked on the person"),
            Self::Supervisor => say!("Reviewed with my GP supervisor"),
            Self::Manager => say!("My own check-in with my manager"),
        }
    }
}

/// Work that belongs to no person. Never coded (rule 5).
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    /// What it was.
    pub what: ActivityKind,
    /// How long it took.
    pub minutes: u16,
    /// With whom and what for, naming no person who is supported.
    pub words: Personal<String>,
}

/// Work that belongs to no person, as employers ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivityKind {
    /// A multidisciplinary team meeting.
    TeamMeeting,
    /// Presenting the service to a practice.
    PracticePresentation,
    /// Being shadowed.
    Shadowed,
    /// Building relationships with organisations and practices.
    Relationships,
    /// Training and peer learning.
    Training,
    /// Finding out which services there are.
    ServiceMapping,
    /// Support of a vaccination programme.
    VaccinationSupport,
    /// Administration.
    Administration,
}

impl ActivityKind {
    /// Every kind, in the order of a form.
    pub const ALL: [Self; 8] = [
        Self::TeamMeeting,
        Self::PracticePresentation,
        Self::Relationships,
        Self::ServiceMapping,
        Self::Training,
        Self::Shadowed,
        Self::VaccinationSupport,
        Self::Administration,
    ];

    /// The kind in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::TeamMeeting => say!("Team meeting"),
            Self::PracticePresentation => say!("Presenting to a practice"),
            Self::Shadowed => say!("Being shadowed"),
            Self::Relationships => say!("Building relationships"),
            Self::Training => say!("Training and peer learning"),
            Self::ServiceMapping => say!("Mapping services"),
            Self::VaccinationSupport => say!("Vaccination support"),
            Self::Administration => say!("Administration"),
        }
    }
}

/// An account of what the service does. It names nobody.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseStudy {
    /// What it is about.
    pub title: Personal<String>,
    /// The account.
    pub words: Personal<String>,
}

/// What a worker found wrong or missing in the directory, as the entry should read. It waits for the
/// service administrator.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceSuggested {
    /// The entry that it corrects, by its identifier in the directory; none for a new one.
    pub service: Option<String>,
    /// Its name.
    pub name: String,
    /// Its telephone number.
    pub phone: String,
    /// Where it is.
    pub address: String,
    /// Its postcode.
    pub postcode: String,
    /// Its page.
    pub url: String,
    /// Its email address.
    pub email: String,
    /// What it costs.
    pub fees: String,
    /// Whom it is for.
    pub eligibility: String,
    /// How the worker knows, and what else should change.
    pub words: String,
}

/// What a practice made of a coded entry that it was asked for. The service writes it into the record,
/// so that it reaches whoever can put it right.
#[derive(Debug, Clone, PartialEq)]
pub struct PracticeAnswered {
    /// The episode.
    pub episode: EpisodeId,
    /// The code.
    pub code: ConceptId,
    /// The practice's ODS code.
    pub practice: String,
    /// What it made of it.
    pub outcome: PracticeOutcome,
    /// On which day; none where it did not say.
    pub on: Option<jiff::civil::Date>,
    /// Why, in the practice's words; empty where it did not say.
    pub words: Personal<String>,
}

/// What a practice made of a coded entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PracticeOutcome {
    /// It was asked, and has not answered.
    Asked,
    /// It was asked to take the entry back, and has not answered.
    AskedToTakeBack,
    /// It did as it was asked.
    Filed,
    /// The entry was in the record before.
    AlreadyInRecord,
    /// The patient is not registered there.
    NotRegisteredHere,
    /// Name, birth date, NHS number and sex are not one patient's.
    IdentityMismatch,
    /// It says the same as another entry.
    DuplicateOf,
    /// It does not enter it, for another reason.
    Rejected,
}

impl PracticeOutcome {
    /// Whether somebody of the service has to look at it.
    pub fn is_sent_back(self) -> bool {
        matches!(
            self,
            Self::NotRegisteredHere | Self::IdentityMismatch | Self::DuplicateOf | Self::Rejected
        )
    }

    /// The outcome in words, after "for the practice: ".
    pub fn words(self) -> &'static str {
        match self {
            Self::Asked => say!("on the practice's list"),
            Self::AskedToTakeBack => say!("the practice is asked to take it back"),
            Self::Filed => say!("the practice has done it"),
            Self::AlreadyInRecord => say!("it was in the GP record already"),
            Self::NotRegisteredHere => say!("sent back: not registered at that practice"),
            Self::IdentityMismatch => say!("sent back: the details are not one patient's"),
            Self::DuplicateOf => say!("sent back: the same as another entry"),
            Self::Rejected => say!("sent back by the practice"),
        }
    }

    /// What to do about it; empty where there is nothing to do.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::NotRegisteredHere => {
                say!(
                    "Ask the person which practice they are with, and correct it in their details."
                )
            }
            Self::IdentityMismatch => {
                say!(
                    "Check name, birth date, sex and NHS number with the person, and correct them."
                )
            }
            Self::DuplicateOf => say!("Tell your lead if this person has two records."),
            Self::Rejected => say!("Read why. Correct or withdraw the entry if it is wrong."),
            Self::Asked | Self::AskedToTakeBack | Self::Filed | Self::AlreadyInRecord => "",
        }
    }
}

/// That somebody looked for a service for a need and found none: what a commissioner is to hear of.
#[derive(Debug, Clone, PartialEq)]
pub struct NothingFound {
    /// The need.
    pub need: Need,
}

/// That somebody has read what a practice answered.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerSeen {
    /// The answer.
    pub target: EventId,
}

mod stored;
