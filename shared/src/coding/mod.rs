//! Which events are coded, with which code, on which date, and why the others are not.
//!
//! The rules, by the numbers under which the code names them:
//!
//! 1. Once per episode of care, dated the first interaction; no contact after it is coded.
//! 2. Only a link worker's own entry produces a code; one of a health and wellbeing coach or of a
//!    care coordinator never does.
//! 3. Accepted and declined exclude each other. Whoever leaves after accepting has not declined: that
//!    is why the episode was closed.
//! 4. Never coded: a welfare call, what was provided before the referral, mass booking and brief calls
//!    without a conversation about support, lists of vulnerable patients, support of volunteers, and
//!    administration.
//! 5. What is not coded is recorded all the same, and reported as activity and in case studies.
//! 6. Further codes are those that the service allows by name, with a check digit that is right.
//! 7. The strict reading is the default, and whatever is not coded says why.
//!
//! Source: Transformation Partners' link worker FAQ, relaying NHS England guidance.

mod duplicate;
mod kept_back;
mod preview;
mod reason;
#[cfg(test)]
mod tests;

pub use duplicate::{NHS_NUMBER_PREFIX, match_keys};
use jiff::civil::Date;
pub use kept_back::{NEEDS_KEPT_BACK, is_kept_back};
pub use preview::{Preview, preview};
pub use reason::{Exclusion, Hold};
use uuid::Uuid;

use crate::{
    case::{
        Answer, Case, Defect, Entry, Episode, Fact, Field, Role, belongs,
        event::{Consent, Contact, ContactOutcome, ContactPurpose},
    },
    few::{Few, FewOf},
    ids::{DeviceId, EpisodeId, EventId, UserId},
    ods::OdsCode,
    ordered,
    snomed::{AllowedCodes, ConceptId, REFERRAL_ACCEPTED, REFERRAL_DECLINED},
};

/// The namespace of row identifiers: fixed for ever, so that a rebuild gives the same ones.
const ROW_NAMESPACE: Uuid = Uuid::from_u128(0x6f0c_2f1e_93a4_4d0b_8a51_27f2_57d1_b60e);

/// What the rules need to know besides the case.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// Today, in London.
    pub today: Date,
    /// Whether this is a demonstration, where only test numbers are in order.
    pub demonstration: bool,
    /// The practices of the service.
    pub practices: &'a FewOf<OdsCode>,
    /// The team.
    pub authors: &'a Few<UserId, AuthorFacts>,
    /// The codes that the service allows.
    pub codes: &'a AllowedCodes,
    /// Whether another case looks like the same person.
    pub likely_duplicate: bool,
}

/// What is known of an author.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuthorFacts {
    /// The roles that they hold or held.
    pub roles: FewOf<Role>,
    /// The devices enrolled for them; `None` on a phone, which does not know.
    pub devices: Option<FewOf<DeviceId>>,
}

/// What the rules say of one case.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Coding {
    /// Entries for the practice.
    pub coded: Vec<CodedEntry>,
    /// Entries that wait for a person.
    pub held: Vec<HeldEntry>,
    /// Entries that are never coded: the activity report (rule 5).
    pub not_coded: Vec<NotCoded>,
}

/// One entry for the practice.
#[derive(Debug, Clone, PartialEq)]
pub struct CodedEntry {
    /// The episode.
    pub episode: EpisodeId,
    /// The code.
    pub concept: ConceptId,
    /// The event that it rests on.
    pub event: EventId,
    /// Its date.
    pub on: Date,
    /// Who recorded it.
    pub by: UserId,
    /// In which role.
    pub role: Role,
    /// What may be shared beside the code.
    pub consent: Consent,
    /// Whether the practice should consider hiding it from online access.
    pub hide_online_suggested: bool,
}

/// One entry that waits.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldEntry {
    /// The episode.
    pub episode: EpisodeId,
    /// The code that it would have; none while the answer itself is contested.
    pub concept: Option<ConceptId>,
    /// The event that it would rest on.
    pub event: EventId,
    /// Its date.
    pub on: Date,
    /// Who recorded it.
    pub by: UserId,
    /// Everything that has to be settled.
    pub reasons: Vec<Hold>,
}

/// One entry that is never coded.
#[derive(Debug, Clone, PartialEq)]
pub struct NotCoded {
    /// The event.
    pub event: EventId,
    /// Its date.
    pub on: Date,
    /// Who recorded it.
    pub by: UserId,
    /// What it took, in minutes of all kinds.
    pub minutes: u32,
    /// Why it is not coded.
    pub reason: Exclusion,
}

/// The identifier of a coded entry for its whole life: the same after a rebuild or a restore. The
/// ordinal is 0, since every code is given once per episode (rule 1).
pub fn row_id(practice: &OdsCode, episode: EpisodeId, concept: ConceptId, ordinal: u32) -> Uuid {
    let name = format!("{practice}|{episode}|{concept}|{ordinal}");
    Uuid::new_v5(&ROW_NAMESPACE, name.as_bytes())
}

/// Applies the rules to a case.
pub fn code(case: &Case, defects: &[Defect], context: &Context<'_>) -> Coding {
    let mut coding = Coding::default();
    let episodes = case.episodes();
    for (index, episode) in episodes.iter().enumerate() {
        let mut common = common_holds(case, defects, context);
        // Both wait: the one that came to light later may be the earlier one, and the other one's
        // code be in the practice's record already.
        let overlaps_another = episodes.iter().enumerate().any(|(other, one)| {
            let (first, second) = (index.min(other), index.max(other));
            first != second
                && is_answered(case, one)
                && overlaps(&episodes[first], &episodes[second])
        });
        if overlaps_another && is_answered(case, episode) {
            common.push(Hold::AnotherEpisodeOpen);
        }
        if episode.answer() == Answer::Contested {
            common.insert(0, Hold::AnswersContested);
        }
        let rules = Rules { case, episodes: &episodes, episode, context, common };
        rules.answers(&mut coding);
        rules.onward_referrals(&mut coding);
        rules.contacts(&mut coding);
    }
    coding
}

/// Whether an earlier episode was still open when this one began.
fn overlaps(earlier: &Episode<'_>, episode: &Episode<'_>) -> bool {
    earlier.ended_on().is_none_or(|ended| episode.referral.on() < ended)
}

/// Whether an episode has an answer that may be coded: one that never is stands in nobody's way.
fn is_answered(case: &Case, episode: &Episode<'_>) -> bool {
    let may_be_coded =
        |entry: &&Entry| entry.original.role.may_be_coded() && exclusion(case, entry).is_none();
    episode.answers.iter().any(may_be_coded)
}

/// What holds every code of a case.
fn common_holds(case: &Case, defects: &[Defect], context: &Context<'_>) -> Vec<Hold> {
    let person = &case.person;
    let mut holds = Vec::new();
    if defects.iter().any(Defect::holds_codes) {
        holds.push(Hold::Unreadable);
    }
    let contested: Vec<Field> = person.contested_identity().collect();
    let settled = |field| !contested.contains(&field);
    if settled(Field::NhsNumber) {
        match (person.nhs_number(), context.demonstration) {
            (Ok(None), _) => holds.push(Hold::NhsNumberMissing),
            (Err(_), _) => holds.push(Hold::NhsNumberInvalid),
            (Ok(Some(number)), false) if number.is_test_range() => holds.push(Hold::TestNumber),
            (Ok(Some(number)), true) if !number.is_test_range() => holds.push(Hold::RealNumber),
            (Ok(Some(_)), _) => {}
        }
    }
    let no_name = settled(Field::FamilyName) && person.shown(Field::FamilyName).trim().is_empty();
    if no_name || (settled(Field::BirthDate) && person.birth_date().is_none()) {
        holds.push(Hold::IdentityIncomplete);
    }
    let known = |practice| context.practices.contains(&practice);
    if settled(Field::PracticeOds) && !person.practice().is_some_and(known) {
        holds.push(Hold::PracticeUnknown);
    }
    if !contested.is_empty() {
        holds.push(Hold::IdentityContested(contested));
    }
    if context.likely_duplicate {
        holds.push(Hold::LikelyDuplicate);
    }
    holds
}

struct Rules<'a> {
    case: &'a Case,
    episodes: &'a [Episode<'a>],
    episode: &'a Episode<'a>,
    context: &'a Context<'a>,
    common: Vec<Hold>,
}

impl Rules<'_> {
    /// The person's answer: once per episode, by a link worker, never both ways (rules 1 to 4).
    fn answers(&self, coding: &mut Coding) {
        let concept = match self.episode.answer() {
            Answer::Open => return,
            Answer::Contested => {
                let first = self.episode.answers[0];
                coding.held.push(self.held(first, None, self.common.clone()));
                return;
            }
            Answer::Accepted(_) => REFERRAL_ACCEPTED,
            Answer::Declined(_) => REFERRAL_DECLINED,
        };
        self.once(&self.episode.answers, concept, coding);
    }

    /// Onward referrals with a code that the service allows (rule 6), each once per episode.
    fn onward_referrals(&self, coding: &mut Coding) {
        let mut by_concept: Few<ConceptId, Vec<&Entry>> = Few::new();
        for entry in self.case.standing() {
            let Fact::Signposted(signposted) = &entry.current.fact else { continue };
            let Some(concept) = signposted.code else { continue };
            if belongs(entry, self.episodes) != Some(self.episode.id) {
                continue;
            }
            // The two of the referral itself are given by answers alone.
            let is_of_referral = [REFERRAL_ACCEPTED, REFERRAL_DECLINED].contains(&concept);
            if self.context.codes.contains(&concept) && !is_of_referral {
                by_concept.or_default(concept).push(entry);
            } else {
                coding.not_coded.push(not_coded(entry, Exclusion::CodeNotAllowed));
            }
        }
        for (concept, mut entries) in by_concept {
            ordered::sort_by_key(&mut entries, |entry| (entry.on(), entry.original.id));
            self.once(&entries, concept, coding);
        }
    }

    /// Codes the first of these that may be coded; the others are covered by it.
    fn once(&self, entries: &[&Entry], concept: ConceptId, coding: &mut Coding) {
        let (excluded, open): (Vec<_>, Vec<_>) =
            entries.iter().partition(|entry| exclusion(self.case, entry).is_some());
        coding.not_coded.extend(excluded.into_iter().map(|entry| {
            let reason = exclusion(self.case, entry).expect("it was put among the excluded");
            not_coded(entry, reason)
        }));
        let by_link_worker = |entry: &&&Entry| entry.original.role.may_be_coded();
        let Some(chosen) = open.iter().find(by_link_worker).or(open.first()) else { return };
        for other in open.iter().filter(|other| other.original.id != chosen.original.id) {
            let reason = if other.original.role.may_be_coded() {
                Exclusion::Covered(chosen.original.id)
            } else {
                Exclusion::NotALinkWorker
            };
            coding.not_coded.push(not_coded(other, reason));
        }
        let mut reasons = self.holds(chosen);
        reasons.extend(self.common.clone());
        if reasons.is_empty() {
            coding.coded.push(CodedEntry {
                episode: self.episode.id,
                concept,
                event: chosen.original.id,
                on: chosen.on(),
                by: chosen.original.by,
                role: chosen.original.role,
                consent: self.consent(),
                hide_online_suggested: is_kept_back(self.case, self.episodes, chosen),
            });
        } else {
            coding.held.push(self.held(chosen, Some(concept), reasons));
        }
    }

    /// Contacts are recorded and never coded (rules 1, 4 and 5).
    fn contacts(&self, coding: &mut Coding) {
        for entry in &self.episode.contacts {
            let Fact::Contact(contact) = &entry.current.fact else { continue };
            let reason = if entry.on() < self.episode.referral.on() {
                Exclusion::BeforeReferral
            } else {
                contact_exclusion(contact).unwrap_or(Exclusion::OngoingContact)
            };
            coding.not_coded.push(not_coded(entry, reason));
        }
    }

    /// What has to be settled before this entry can be coded.
    fn holds(&self, entry: &Entry) -> Vec<Hold> {
        let mut holds = Vec::new();
        let event = &entry.original;
        if !event.role.may_be_coded() {
            holds.push(Hold::AuthorRole(event.role));
        } else if !self.author_is_confirmed(entry) {
            holds.push(Hold::AuthorUnconfirmed);
        }
        if entry.contested {
            holds.push(Hold::CorrectionsContested);
        }
        if entry.on() > self.context.today {
            holds.push(Hold::DateInFuture);
        }
        if self.case.person.birth_date().is_some_and(|birth| entry.on() < birth) {
            holds.push(Hold::DateBeforeBirth);
        }
        if entry.on() < self.episode.referral.on() {
            holds.push(Hold::DateBeforeReferral);
        }
        if self.consent() == Consent::Withheld {
            holds.push(Hold::ConsentWithheld);
        }
        holds
    }

    fn author_is_confirmed(&self, entry: &Entry) -> bool {
        let event = &entry.original;
        let Some(author) = self.context.authors.get(&event.by) else { return false };
        let device_fits = match (&author.devices, event.device) {
            (Some(devices), Some(device)) => devices.contains(&device),
            (Some(_), None) => false,
            (None, _) => true,
        };
        author.roles.contains(&event.role) && device_fits
    }

    /// What every code of the episode may share: the least that any of its answers allows (rule 7).
    /// One that is never coded counts where there is no other.
    fn consent(&self) -> Consent {
        let least = |excluded_too: bool| {
            let answers = self.episode.answers.iter();
            let given = answers
                .filter(|entry| excluded_too || exclusion(self.case, entry).is_none())
                .filter_map(|entry| match &entry.current.fact {
                    Fact::Accepted(decision) | Fact::Declined(decision) => Some(decision.consent),
                    _ => None,
                });
            given.min_by_key(|consent| match consent {
                Consent::Withheld => 0,
                Consent::CodeOnly => 1,
                Consent::CodeAndSummary => 2,
            })
        };
        least(false).or_else(|| least(true)).unwrap_or(Consent::Withheld)
    }

    fn held(&self, entry: &Entry, concept: Option<ConceptId>, reasons: Vec<Hold>) -> HeldEntry {
        HeldEntry {
            episode: self.episode.id,
            concept,
            event: entry.original.id,
            on: entry.on(),
            by: entry.original.by,
            reasons,
        }
    }
}

/// Why an answer is never coded: by the contact in which it was given.
fn exclusion(case: &Case, entry: &Entry) -> Option<Exclusion> {
    match &source_contact(case, entry)?.current.fact {
        Fact::Contact(contact) => contact_exclusion(contact),
        _ => None,
    }
}

/// The contact in which something was said, where the record names it.
fn source_contact<'a>(case: &'a Case, entry: &Entry) -> Option<&'a Entry> {
    let id = match &entry.current.fact {
        Fact::Accepted(decision) | Fact::Declined(decision) => decision.contact?,
        Fact::Signposted(signposted) => signposted.contact?,
        _ => return None,
    };
    case.entries.get(&id)
}

/// Why nothing that was said in this contact is coded.
fn contact_exclusion(contact: &Contact) -> Option<Exclusion> {
    if contact.outcome != ContactOutcome::Seen {
        return Some(Exclusion::NotSeen);
    }
    match contact.purpose {
        ContactPurpose::Support | ContactPurpose::BriefCallWithConversation => None,
        ContactPurpose::BriefCall => Some(Exclusion::BriefCall),
        ContactPurpose::WelfareCall => Some(Exclusion::WelfareCall),
        ContactPurpose::ListCollation => Some(Exclusion::ListCollation),
        ContactPurpose::VolunteerSupport => Some(Exclusion::VolunteerSupport),
        ContactPurpose::Administrative => Some(Exclusion::Administrative),
    }
}

fn not_coded(entry: &Entry, reason: Exclusion) -> NotCoded {
    let minutes = match &entry.current.fact {
        Fact::Contact(contact) => {
            let minutes = contact.minutes;
            [minutes.preparation, minutes.session, minutes.write_up, minutes.research]
                .into_iter()
                .map(u32::from)
                .sum()
        }
        _ => 0,
    };
    NotCoded { event: entry.original.id, on: entry.on(), by: entry.original.by, minutes, reason }
}
