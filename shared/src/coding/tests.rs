//! Each numbered rule of the field from both sides: what it codes, and what it does not.

use jiff::{
    Timestamp,
    civil::{Date, date},
};

use super::*;
use crate::{
    case::{
        ContactDraft, Register,
        event::{
            Amended, ClosingReason, ContactMode, Decision, EpisodeClosed, Minutes, NeedNoted,
            Referral, ReferralSource, Retracted, Signposted, UrgentAction, UrgentConcern,
        },
        picklist::Need,
    },
    ids::CaseId,
    personal::Personal,
};

const TODAY: Date = date(2026, 11, 23);
const REFERRED: Date = date(2026, 10, 1);
const MET: Date = date(2026, 11, 3);

fn link_worker() -> UserId {
    UserId::from_random([1; 16])
}

fn colleague() -> UserId {
    UserId::from_random([2; 16])
}

fn coach() -> UserId {
    UserId::from_random([3; 16])
}

/// A case under construction: events in the order in which they are recorded.
struct Scene {
    person: Person,
    events: Vec<Event>,
    defects: Vec<Defect>,
    demonstration: bool,
    likely_duplicate: bool,
    codes: AllowedCodes,
}

use crate::case::{Event, Person};

impl Scene {
    /// A person with everything in order, referred on [`REFERRED`].
    fn new() -> Self {
        let mut scene = Self {
            person: Person::default(),
            events: Vec::new(),
            defects: Vec::new(),
            demonstration: true,
            likely_duplicate: false,
            codes: AllowedCodes::default(),
        };
        scene.field(Field::NhsNumber, "9990000018");
        scene.field(Field::FamilyName, "Okafor");
        scene.field(Field::GivenNames, "Ada");
        scene.field(Field::BirthDate, "1956-03-02");
        scene.field(Field::PracticeOds, "A81001");
        scene.referred(REFERRED);
        scene
    }

    fn field(&mut self, field: Field, value: &str) {
        self.fields(field, &[value]);
    }

    fn fields(&mut self, field: Field, values: &[&str]) {
        self.person.set(field, Register::of(values.iter().map(|value| (*value).to_owned())));
    }

    fn event(&mut self, by: UserId, role: Role, on: Date, fact: Fact) -> EventId {
        let id = EventId::new(1_000 + self.events.len() as u64, 0);
        self.events.push(Event {
            id,
            device: None,
            at: on.at(10, 0, 0, 0),
            recorded_at: Timestamp::UNIX_EPOCH,
            by,
            role,
            fact,
        });
        id
    }

    fn by_link_worker(&mut self, on: Date, fact: Fact) -> EventId {
        self.event(link_worker(), Role::LinkWorker, on, fact)
    }

    fn referred(&mut self, on: Date) -> EventId {
        let referral =
            Referral { source: ReferralSource::Gp, reason: Personal::new("lonely".into()) };
        self.by_link_worker(on, Fact::Referred(referral))
    }

    fn episode(&self) -> EventId {
        self.events[0].id
    }

    fn contact(&mut self, on: Date, purpose: ContactPurpose, outcome: ContactOutcome) -> EventId {
        let contact = Contact {
            episode: self.episode(),
            mode: ContactMode::Telephone,
            outcome,
            purpose,
            venue: String::new(),
            minutes: Minutes { session: 45, write_up: 10, ..Minutes::default() },
            needs: Vec::new(),
            note: Personal::default(),
            next_step: Personal::default(),
            next_on: None,
        };
        self.by_link_worker(on, Fact::Contact(contact))
    }

    fn decision(&self, contact: Option<EventId>) -> Decision {
        Decision { episode: self.episode(), contact, consent: Consent::CodeOnly }
    }

    fn accepted(&mut self, on: Date) -> EventId {
        let decision = self.decision(None);
        self.by_link_worker(on, Fact::Accepted(decision))
    }

    fn declined(&mut self, on: Date) -> EventId {
        let decision = self.decision(None);
        self.by_link_worker(on, Fact::Declined(decision))
    }

    fn accepted_in(&mut self, purpose: ContactPurpose) -> EventId {
        let contact = self.contact(MET, purpose, ContactOutcome::Seen);
        let decision = self.decision(Some(contact));
        self.by_link_worker(MET, Fact::Accepted(decision))
    }

    fn closed(&mut self, on: Date, reason: ClosingReason) {
        let episode = self.episode();
        self.by_link_worker(on, Fact::EpisodeClosed(EpisodeClosed { episode, reason }));
    }

    fn retracted(&mut self, target: EventId) {
        let reason = Personal::new("entered on the wrong person".into());
        self.by_link_worker(TODAY, Fact::Retracted(Retracted { target, reason }));
    }

    fn case(&self) -> (Case, Vec<Defect>) {
        let mut defects = self.defects.clone();
        let id = CaseId::from_random([9; 16]);
        let events = self.events.clone();
        let case = Case::fold(id, self.person.clone(), events, Default::default(), &mut defects);
        (case, defects)
    }

    fn with_context<T>(&self, read: impl FnOnce(&Context<'_>) -> T) -> T {
        let facts = |role| AuthorFacts { roles: [role].into(), devices: None };
        read(&Context {
            today: TODAY,
            demonstration: self.demonstration,
            practices: &[OdsCode::parse("A81001").unwrap()].into(),
            authors: &[
                (link_worker(), facts(Role::LinkWorker)),
                (colleague(), facts(Role::LinkWorker)),
                (coach(), facts(Role::HealthAndWellbeingCoach)),
            ]
            .into(),
            codes: &self.codes,
            likely_duplicate: self.likely_duplicate,
        })
    }

    fn code(&self) -> Coding {
        let (case, defects) = self.case();
        self.with_context(|context| code(&case, &defects, context))
    }

    fn check_coded(&self, expected: &[(ConceptId, Date)]) -> Coding {
        let coding = self.code();
        let coded: Vec<_> = coding.coded.iter().map(|entry| (entry.concept, entry.on)).collect();
        assert_eq!(coded, expected, "held: {:?}", coding.held);
        coding
    }

    fn check_held(&self, expected: &[Hold]) {
        let coding = self.check_coded(&[]);
        let held: Vec<_> = coding.held.iter().flat_map(|entry| entry.reasons.clone()).collect();
        assert_eq!(held, expected);
        assert!(held.iter().all(|hold| hold.words().ends_with('.')));
    }

    fn check_not_coded(&self, event: EventId, expected: Exclusion) {
        let coding = self.code();
        assert!(coding.coded.iter().all(|entry| entry.event != event));
        let reason = coding.not_coded.iter().find(|entry| entry.event == event);
        assert_eq!(reason.map(|entry| entry.reason), Some(expected));
    }
}

#[test]
fn rule_1_an_acceptance_is_coded_once_and_ongoing_contacts_never() {
    let mut scene = Scene::new();
    scene.accepted_in(ContactPurpose::Support);
    let later = scene.contact(date(2026, 11, 10), ContactPurpose::Support, ContactOutcome::Seen);
    scene.check_coded(&[(REFERRAL_ACCEPTED, MET)]);
    scene.check_not_coded(later, Exclusion::OngoingContact);
}

#[test]
fn rule_1_the_second_record_of_one_acceptance_is_covered_by_the_earlier_date() {
    let mut scene = Scene::new();
    let later = scene.accepted(date(2026, 11, 5));
    let decision = scene.decision(None);
    let first = scene.event(colleague(), Role::LinkWorker, MET, Fact::Accepted(decision));
    let coding = scene.check_coded(&[(REFERRAL_ACCEPTED, MET)]);
    assert_eq!(coding.coded[0].by, colleague());
    scene.check_not_coded(later, Exclusion::Covered(first));
}

#[test]
fn rule_1_on_one_day_the_earlier_identifier_is_the_one_that_counts() {
    let mut scene = Scene::new();
    let first = scene.accepted(MET);
    let second = scene.accepted(MET);
    assert_eq!(scene.check_coded(&[(REFERRAL_ACCEPTED, MET)]).coded[0].event, first);
    scene.check_not_coded(second, Exclusion::Covered(first));
}

#[test]
fn rule_1_a_new_episode_after_closing_is_coded_again() {
    let mut scene = Scene::new();
    scene.accepted(date(2026, 10, 5));
    scene.closed(date(2026, 10, 20), ClosingReason::Completed);
    let episode = scene.referred(date(2026, 10, 25));
    let decision = Decision { episode, contact: None, consent: Consent::CodeOnly };
    scene.by_link_worker(MET, Fact::Accepted(decision));
    scene.check_coded(&[(REFERRAL_ACCEPTED, date(2026, 10, 5)), (REFERRAL_ACCEPTED, MET)]);
}

#[test]
fn rule_1_of_two_referrals_at_once_neither_is_coded_until_one_answer_is_withdrawn() {
    let mut scene = Scene::new();
    scene.accepted(MET);
    // Recorded later, whichever of the two was made first.
    for on in [date(2026, 9, 28), date(2026, 10, 2)] {
        let mut scene = Scene { events: scene.events.clone(), ..Scene::new() };
        let episode = scene.referred(on);
        let decision = Decision { episode, contact: None, consent: Consent::CodeOnly };
        let other = scene.by_link_worker(date(2026, 11, 5), Fact::Accepted(decision));
        scene.check_held(&[Hold::AnotherEpisodeOpen, Hold::AnotherEpisodeOpen]);
        scene.retracted(other);
        scene.check_coded(&[(REFERRAL_ACCEPTED, MET)]);
    }
}

#[test]
fn rule_1_a_referral_without_an_answer_that_may_be_coded_stands_in_nobodys_way() {
    let mut scene = Scene::new();
    let episode = scene.referred(date(2026, 10, 2));
    let decision = Decision { episode, contact: None, consent: Consent::CodeOnly };
    scene.by_link_worker(MET, Fact::Accepted(decision));
    scene.check_coded(&[(REFERRAL_ACCEPTED, MET)]);
    // An answer in a welfare call is never coded, nor is a coach's.
    scene.accepted_in(ContactPurpose::WelfareCall);
    let theirs = scene.decision(None);
    scene.event(coach(), Role::HealthAndWellbeingCoach, MET, Fact::Declined(theirs));
    scene.check_coded(&[(REFERRAL_ACCEPTED, MET)]);
}

#[test]
fn rule_2_a_lead_link_workers_own_entry_is_coded() {
    let mut scene = Scene::new();
    let decision = scene.decision(None);
    scene.event(link_worker(), Role::LeadLinkWorker, MET, Fact::Accepted(decision));
    // The lead is on the team list as a link worker only.
    scene.check_held(&[Hold::AuthorUnconfirmed]);
    let mut scene = Scene::new();
    scene.accepted(MET);
    scene.check_coded(&[(REFERRAL_ACCEPTED, MET)]);
}

#[test]
fn rule_2_an_entry_by_a_coach_or_care_coordinator_is_held_and_never_coded() {
    for role in [Role::HealthAndWellbeingCoach, Role::CareCoordinator, Role::Service] {
        let mut scene = Scene::new();
        let decision = scene.decision(None);
        scene.event(coach(), role, MET, Fact::Accepted(decision));
        scene.check_held(&[Hold::AuthorRole(role)]);
    }
}

#[test]
fn rule_2_a_link_workers_entry_beside_a_coachs_is_the_one_that_is_coded() {
    let mut scene = Scene::new();
    let decision = scene.decision(None);
    let earlier = date(2026, 10, 30);
    let theirs =
        scene.event(coach(), Role::HealthAndWellbeingCoach, earlier, Fact::Accepted(decision));
    scene.accepted(MET);
    scene.check_coded(&[(REFERRAL_ACCEPTED, MET)]);
    scene.check_not_coded(theirs, Exclusion::NotALinkWorker);
}

#[test]
fn rule_2_a_role_that_the_team_list_does_not_confirm_is_held() {
    let mut scene = Scene::new();
    let decision = scene.decision(None);
    scene.event(coach(), Role::LinkWorker, MET, Fact::Accepted(decision));
    scene.check_held(&[Hold::AuthorUnconfirmed]);
}

#[test]
fn rule_3_a_decline_is_coded_as_declined() {
    let mut scene = Scene::new();
    scene.declined(MET);
    scene.check_coded(&[(REFERRAL_DECLINED, MET)]);
}

#[test]
fn rule_3_accepted_and_declined_together_hold_both_until_one_is_withdrawn() {
    let mut scene = Scene::new();
    scene.accepted(MET);
    let declined = scene.declined(MET);
    scene.check_held(&[Hold::AnswersContested]);
    assert_eq!(scene.case().0.episodes()[0].status(), crate::case::Status::Contested);
    scene.retracted(declined);
    scene.check_coded(&[(REFERRAL_ACCEPTED, MET)]);
}

#[test]
fn rule_3_leaving_after_accepting_is_a_closing_reason_and_not_a_decline() {
    let mut scene = Scene::new();
    scene.accepted(MET);
    scene.closed(date(2026, 11, 20), ClosingReason::LeftAfterAccepting);
    scene.check_coded(&[(REFERRAL_ACCEPTED, MET)]);
}

#[test]
fn rule_4_an_acceptance_in_an_excluded_kind_of_contact_is_never_coded() {
    let table = [
        (ContactPurpose::WelfareCall, Exclusion::WelfareCall),
        (ContactPurpose::BriefCall, Exclusion::BriefCall),
        (ContactPurpose::ListCollation, Exclusion::ListCollation),
        (ContactPurpose::VolunteerSupport, Exclusion::VolunteerSupport),
        (ContactPurpose::Administrative, Exclusion::Administrative),
    ];
    for (purpose, exclusion) in table {
        let mut scene = Scene::new();
        let accepted = scene.accepted_in(purpose);
        scene.check_coded(&[]);
        scene.check_not_coded(accepted, exclusion);
    }
}

#[test]
fn rule_4_a_brief_call_that_became_a_conversation_can_hold_an_acceptance() {
    for purpose in [ContactPurpose::Support, ContactPurpose::BriefCallWithConversation] {
        let mut scene = Scene::new();
        scene.accepted_in(purpose);
        scene.check_coded(&[(REFERRAL_ACCEPTED, MET)]);
    }
}

#[test]
fn rule_4_an_excluded_acceptance_gives_way_to_a_real_one_later() {
    let mut scene = Scene::new();
    scene.accepted_in(ContactPurpose::WelfareCall);
    scene.accepted(date(2026, 11, 9));
    scene.check_coded(&[(REFERRAL_ACCEPTED, date(2026, 11, 9))]);
}

#[test]
fn rule_4_activity_before_the_referral_is_never_coded_and_an_answer_then_is_held() {
    let before = date(2026, 9, 30);
    let mut scene = Scene::new();
    let contact = scene.contact(before, ContactPurpose::Support, ContactOutcome::Seen);
    scene.check_not_coded(contact, Exclusion::BeforeReferral);
    scene.accepted(before);
    scene.check_held(&[Hold::DateBeforeReferral]);
    let mut scene = Scene::new();
    scene.accepted(REFERRED);
    scene.check_coded(&[(REFERRAL_ACCEPTED, REFERRED)]);
}

#[test]
fn rule_4_a_missed_appointment_or_no_answer_is_never_coded() {
    for outcome in [ContactOutcome::NoAnswer, ContactOutcome::DidNotAttend] {
        let mut scene = Scene::new();
        let contact = scene.contact(MET, ContactPurpose::Support, outcome);
        scene.check_not_coded(contact, Exclusion::NotSeen);
    }
}

#[test]
fn rule_5_what_is_not_coded_is_still_recorded_with_its_time() {
    let mut scene = Scene::new();
    let call = scene.contact(MET, ContactPurpose::WelfareCall, ContactOutcome::Seen);
    let coding = scene.check_coded(&[]);
    let activity = coding.not_coded.iter().find(|entry| entry.event == call).unwrap();
    assert_eq!((activity.minutes, activity.by, activity.on), (55, link_worker(), MET));
    // What is coded is not counted as uncoded activity a second time.
    let accepted = scene.accepted(MET);
    assert!(scene.code().not_coded.iter().all(|entry| entry.event != accepted));
}

#[test]
fn rule_6_an_onward_referral_is_coded_only_when_the_administrator_allowed_its_code() {
    let mut scene = Scene::new();
    scene.accepted(MET);
    let mut other = AllowedCodes::default();
    other.allow("390893007", "Referral to physical activity programme").unwrap();
    let concept = ConceptId::parse("390893007").unwrap();
    let signposted = Signposted {
        contact: None,
        service: "walks".into(),
        name: "Health walks".into(),
        phone: String::new(),
        introduced: true,
        code: Some(concept),
    };
    let event = scene.by_link_worker(MET, Fact::Signposted(signposted));
    scene.check_coded(&[(REFERRAL_ACCEPTED, MET)]);
    scene.check_not_coded(event, Exclusion::CodeNotAllowed);
    scene.codes = other;
    scene.check_coded(&[(REFERRAL_ACCEPTED, MET), (concept, MET)]);
    // Whether the person accepted decides over this one, too.
    scene.declined(MET);
    scene.check_held(&[Hold::AnswersContested, Hold::AnswersContested]);
}

#[test]
fn rule_7_the_least_that_any_answer_of_an_episode_allows_is_shared() {
    use Consent::{CodeAndSummary, CodeOnly, Withheld};
    let answered = |answers: &[Consent]| {
        let mut scene = Scene::new();
        for consent in answers {
            let decision = Decision { consent: *consent, ..scene.decision(None) };
            scene.by_link_worker(MET, Fact::Accepted(decision));
        }
        scene
    };
    for (answers, shared) in [
        ([CodeAndSummary, CodeAndSummary], CodeAndSummary),
        ([CodeAndSummary, CodeOnly], CodeOnly),
        ([CodeOnly, CodeAndSummary], CodeOnly),
    ] {
        let coding = answered(&answers).check_coded(&[(REFERRAL_ACCEPTED, MET)]);
        assert_eq!(coding.coded[0].consent, shared);
    }
    answered(&[CodeOnly, Withheld]).check_held(&[Hold::ConsentWithheld]);
    // What was withheld in a call that is never coded, before they met, was about that call.
    let mut scene = answered(&[CodeOnly]);
    let call = scene.contact(REFERRED, ContactPurpose::WelfareCall, ContactOutcome::Seen);
    let decision = Decision { consent: Withheld, ..scene.decision(Some(call)) };
    scene.by_link_worker(REFERRED, Fact::Accepted(decision));
    scene.check_coded(&[(REFERRAL_ACCEPTED, MET)]);
}

#[test]
fn rule_7_the_phone_gives_the_reason_in_words_before_signing() {
    let mut scene = Scene::new();
    let mut draft =
        ContactDraft::new(link_worker(), scene.episode(), MET.at(10, 0, 0, 0), String::new());
    let said = |scene: &Scene, draft: &ContactDraft| {
        let (case, defects) = scene.case();
        let role = Role::LinkWorker;
        scene.with_context(|context| preview(&case, &defects, draft, role, context).words())
    };
    assert_eq!(
        said(&scene, &draft).1,
        ["A contact is not coded. Only the first yes or no to a referral is, once."]
    );
    draft.decision =
        Some(crate::case::DraftDecision { accepted: true, consent: Consent::CodeOnly });
    assert_eq!(
        said(&scene, &draft).0,
        "This will be coded: Referral to social prescribing service, Tue 3 Nov 2026."
    );
    draft.purpose = ContactPurpose::WelfareCall;
    assert_eq!(said(&scene, &draft).1, ["A welfare call is never coded."]);
    draft.purpose = ContactPurpose::Support;
    scene.declined(MET);
    assert_eq!(said(&scene, &draft).1, [Hold::AnswersContested.words()]);
    // What cannot be signed leads to nothing yet, which is no reason of the rules.
    draft.next_on = Some(date(2026, 11, 2));
    let (words, reasons) = said(&scene, &draft);
    assert!(words.starts_with("Something is to be put right"), "{words}");
    assert!(reasons.is_empty());
}

#[test]
fn an_entry_waits_until_the_persons_identity_is_in_order() {
    let table: [(Field, &[&str], Hold); 8] = [
        (Field::NhsNumber, &[""], Hold::NhsNumberMissing),
        (Field::NhsNumber, &["9990000019"], Hold::NhsNumberInvalid),
        (Field::NhsNumber, &["9434765919"], Hold::RealNumber),
        (
            Field::NhsNumber,
            &["9990000018", "9990000026"],
            Hold::IdentityContested(vec![Field::NhsNumber]),
        ),
        (Field::FamilyName, &[""], Hold::IdentityIncomplete),
        (Field::BirthDate, &["about 1950"], Hold::IdentityIncomplete),
        (Field::PracticeOds, &["B82002"], Hold::PracticeUnknown),
        (
            Field::FamilyName,
            &["Okafor", "Okafor-Rees"],
            Hold::IdentityContested(vec![Field::FamilyName]),
        ),
    ];
    for (field, values, hold) in table {
        let mut scene = Scene::new();
        scene.accepted(MET);
        scene.check_coded(&[(REFERRAL_ACCEPTED, MET)]);
        scene.fields(field, values);
        scene.check_held(&[hold]);
    }
}

#[test]
fn a_test_number_is_held_in_a_live_service() {
    let mut scene = Scene::new();
    scene.accepted(MET);
    scene.demonstration = false;
    scene.check_held(&[Hold::TestNumber]);
    scene.field(Field::NhsNumber, "943 476 5919");
    scene.check_coded(&[(REFERRAL_ACCEPTED, MET)]);
}

#[test]
fn an_entry_waits_while_its_date_cannot_be_right() {
    let mut scene = Scene::new();
    scene.accepted(date(2026, 11, 24));
    scene.check_held(&[Hold::DateInFuture]);
    let mut scene = Scene::new();
    scene.field(Field::BirthDate, "2026-11-04");
    scene.accepted(MET);
    scene.check_held(&[Hold::DateBeforeBirth]);
}

#[test]
fn an_entry_waits_for_consent_for_likely_duplicates_and_for_what_cannot_be_read() {
    let mut scene = Scene::new();
    let decision = Decision { consent: Consent::Withheld, ..scene.decision(None) };
    scene.by_link_worker(MET, Fact::Accepted(decision));
    scene.check_held(&[Hold::ConsentWithheld]);
    let mut scene = Scene::new();
    scene.accepted(MET);
    scene.likely_duplicate = true;
    scene.check_held(&[Hold::LikelyDuplicate]);
    let mut scene = Scene::new();
    scene.accepted(MET);
    scene.defects = vec![Defect::UnknownKind(scene.episode())];
    scene.check_coded(&[(REFERRAL_ACCEPTED, MET)]);
    scene.defects = vec![Defect::Unreadable(EventId::new(77, 0))];
    scene.check_held(&[Hold::Unreadable]);
}

#[test]
fn a_correction_moves_the_date_and_two_at_once_hold_it() {
    let mut scene = Scene::new();
    let accepted = scene.accepted(MET);
    let corrected = date(2026, 11, 2);
    let amend = |scene: &mut Scene, on: Date| {
        let decision = scene.decision(None);
        let amended = Amended {
            target: accepted,
            replaces: accepted,
            corrected_at: on.at(9, 0, 0, 0),
            corrected: Box::new(Fact::Accepted(decision)),
            reason: Personal::new("wrong day".into()),
        };
        scene.by_link_worker(TODAY, Fact::Amended(amended))
    };
    amend(&mut scene, corrected);
    scene.check_coded(&[(REFERRAL_ACCEPTED, corrected)]);
    let other = amend(&mut scene, date(2026, 11, 1));
    scene.check_held(&[Hold::CorrectionsContested]);
    scene.retracted(other);
    scene.check_coded(&[(REFERRAL_ACCEPTED, corrected)]);
}

#[test]
fn a_talk_of_what_is_kept_back_suggests_hiding_the_entry_online() {
    let mut scene = Scene::new();
    scene.accepted(MET);
    assert!(!scene.code().coded[0].hide_online_suggested);
    let concern = UrgentConcern {
        words: Personal::new("in their words".into()),
        action: UrgentAction::SameDayClinician,
    };
    scene.by_link_worker(MET, Fact::UrgentConcern(concern));
    assert!(scene.code().coded[0].hide_online_suggested);

    for need in NEEDS_KEPT_BACK {
        let mut scene = Scene::new();
        scene.accepted_in(ContactPurpose::Support);
        if let Fact::Contact(contact) = &mut scene.events[1].fact {
            contact.needs = vec![Need::new(need)];
        }
        assert!(scene.code().coded[0].hide_online_suggested);

        // Without a contact, what the episode brought to light counts; another one does not.
        let mut scene = Scene::new();
        scene.accepted(MET);
        scene.closed(date(2026, 11, 10), ClosingReason::Completed);
        let noted = NeedNoted { need: Need::new(need) };
        scene.by_link_worker(date(2026, 11, 9), Fact::NeedNoted(noted));
        let episode = scene.referred(date(2026, 11, 12));
        let decision = Decision { episode, contact: None, consent: Consent::CodeOnly };
        scene.by_link_worker(date(2026, 11, 15), Fact::Accepted(decision));
        let hide = scene.code().coded.into_iter().map(|entry| entry.hide_online_suggested);
        assert_eq!(hide.collect::<Vec<_>>(), [true, false]);
    }
}

#[test]
fn the_order_in_which_events_are_read_makes_no_difference() {
    let mut scene = Scene::new();
    scene.accepted_in(ContactPurpose::Support);
    scene.accepted(MET);
    let declined = scene.declined(MET);
    scene.retracted(declined);
    scene.contact(date(2026, 11, 10), ContactPurpose::Support, ContactOutcome::Seen);
    let expected = scene.code();
    for turn in 0..scene.events.len() {
        let mut turned = Scene::new();
        turned.events = scene.events.clone();
        turned.events.rotate_left(turn);
        assert_eq!(turned.code(), expected);
    }
}

#[test]
fn a_row_keeps_its_identifier_through_rebuilds_and_other_rows_have_others() {
    let practice = OdsCode::parse("A81001").unwrap();
    let episode = EventId::new(1_000, 0);
    let id = row_id(&practice, episode, REFERRAL_ACCEPTED, 0);
    assert_eq!(id, row_id(&practice, episode, REFERRAL_ACCEPTED, 0));
    // Written down once: this value must never change.
    assert_eq!(id.to_string(), "c0d231d1-a166-5ac2-b95a-0f2b81afced9");
    assert_ne!(id, row_id(&practice, episode, REFERRAL_DECLINED, 0));
    assert_ne!(id, row_id(&practice, EventId::new(1_001, 0), REFERRAL_ACCEPTED, 0));
}
