//! What a summary tells, what it does not, and that it comes back from its text.

use jiff::{
    Timestamp,
    civil::{Date, date},
};
use shared::{
    case::{
        Case, Event, Field, Person, Register, Role,
        event::{
            Amended, ClosingReason, Consent, Decision, EpisodeClosed, GoalSet, Handover, Informed,
            Minutes, NeedNoted, Referral, ReferralSource, Retracted, SignpostOutcome, Signposted,
            UrgentAction, UrgentConcern, UrgentConsent, UrgentRecord,
        },
    },
    ids::{CaseId, EventId, UserId},
    personal::Personal,
};

use super::*;

/// What no practice may ever read.
pub const MARKER: &str = "zzmarkerzz";

const REFERRED: Date = date(2026, 10, 1);
const MET: Date = date(2026, 11, 3);
const LATER: Date = date(2026, 11, 17);

/// A case under construction.
pub struct Scene {
    events: Vec<Event>,
}

impl Scene {
    pub fn new() -> Self {
        let mut scene = Self { events: Vec::new() };
        let referral = Referral { source: ReferralSource::Gp, reason: marker() };
        scene.put(REFERRED, Fact::Referred(referral));
        scene
    }

    pub fn episode(&self) -> EventId {
        self.events[0].id
    }

    fn put(&mut self, on: Date, fact: Fact) -> EventId {
        let id = EventId::new(1_000 + self.events.len() as u64, 0);
        self.events.push(Event {
            id,
            device: None,
            at: on.at(10, 0, 0, 0),
            recorded_at: Timestamp::UNIX_EPOCH,
            by: UserId::from_random([1; 16]),
            role: Role::LinkWorker,
            fact,
        });
        id
    }

    fn contact(&mut self, on: Date, change: impl FnOnce(&mut Contact)) -> EventId {
        let mut contact = Contact {
            episode: self.episode(),
            mode: ContactMode::Telephone,
            outcome: ContactOutcome::Seen,
            purpose: ContactPurpose::Support,
            venue: MARKER.into(),
            minutes: Minutes::default(),
            needs: vec![Need::new("debt")],
            note: marker(),
            next_step: marker(),
            next_on: None,
        };
        change(&mut contact);
        self.put(on, Fact::Contact(contact))
    }

    fn signposted(&mut self, on: Date, name: &str, contact: Option<EventId>) -> EventId {
        self.put(
            on,
            Fact::Signposted(Signposted {
                contact,
                service: MARKER.into(),
                name: name.into(),
                phone: MARKER.into(),
                introduced: true,
                code: None,
            }),
        )
    }

    fn measured(&mut self, on: Date, satisfaction: u8) {
        let measured = OutcomeMeasured { satisfaction, worthwhile: 5, happiness: 6, anxiety: 7 };
        self.put(on, Fact::OutcomeMeasured(measured));
    }

    fn retracted(&mut self, target: EventId) {
        self.put(LATER, Fact::Retracted(Retracted { target, reason: marker() }));
    }

    pub fn case(&self) -> Case {
        let mut person = Person::default();
        for field in Field::ALL {
            person.set(field, Register::of([MARKER.to_owned()]));
        }
        let id = CaseId::from_random([9; 16]);
        Case::fold(id, person, self.events.clone(), Default::default(), &mut Vec::new())
    }

    pub fn summary(&self) -> Summary {
        Summary::of(&self.case(), self.episode())
    }
}

fn marker() -> Personal<String> {
    Personal::new(MARKER.to_owned())
}

/// An episode with everything in it, each field that somebody writes filled with the marker.
pub fn told_at_length() -> Scene {
    let mut scene = Scene::new();
    let episode = scene.episode();
    scene.contact(date(2026, 10, 20), |contact| contact.outcome = ContactOutcome::NoAnswer);
    let met = scene.contact(MET, |contact| contact.needs.push(Need::new(MARKER)));
    let consent = Consent::CodeAndSummary;
    scene.put(MET, Fact::Accepted(Decision { episode, contact: Some(met), consent }));
    scene.put(MET, Fact::NeedNoted(NeedNoted { need: Need::new("loneliness") }));
    scene.put(MET, Fact::NeedNoted(NeedNoted { need: Need::new(MARKER) }));
    scene.put(MET, Fact::GoalSet(GoalSet { words: marker() }));
    let named = scene.signposted(MET, "Men’s Shed", Some(met));
    let outcome = SignpostOutcome { target: named, words: marker() };
    scene.put(LATER, Fact::SignpostOutcome(outcome));
    scene.measured(MET, 4);
    scene.measured(date(2026, 11, 10), 5);
    scene.measured(LATER, 7);
    urgent(&mut scene, date(2026, 11, 12));
    let home = scene.contact(LATER, |contact| contact.mode = ContactMode::HomeVisit);
    let corrected = scene.events.iter().find(|event| event.id == home).unwrap().fact.clone();
    let amended = Amended {
        target: home,
        replaces: home,
        corrected_at: LATER.at(11, 0, 0, 0),
        corrected: Box::new(corrected),
        reason: marker(),
    };
    scene.put(LATER, Fact::Amended(amended));
    let reason = ClosingReason::Completed;
    scene.put(LATER, Fact::EpisodeClosed(EpisodeClosed { episode, reason }));
    scene
}

fn urgent(scene: &mut Scene, on: Date) {
    let concern = UrgentConcern { words: marker(), action: UrgentAction::Safeguarding };
    let target = scene.put(on, Fact::UrgentConcern(concern));
    scene.put(on, Fact::Handover(Handover { target, to: marker() }));
    scene.put(on, Fact::Informed(Informed { target, who: marker() }));
    let record = UrgentRecord {
        target,
        given: marker(),
        told: marker(),
        consent: UrgentConsent::Overridden,
        why: marker(),
        next_check: None,
    };
    scene.put(on, Fact::UrgentRecord(record));
}

#[test]
fn a_summary_tells_the_course_of_an_episode_in_dates_counts_and_choices() {
    let summary = told_at_length().summary();
    let words = |on, words: &str| Some(On { on, words: words.to_owned() });
    assert_eq!(summary.referred, words(REFERRED, "GP"));
    assert_eq!(summary.answer, Some((true, MET)));
    assert_eq!((summary.seen, summary.no_answer, summary.did_not_attend), (2, 1, 0));
    assert_eq!(summary.met, Some((MET, LATER)));
    assert_eq!(summary.modes, ["Phone", "Home visit"]);
    assert_eq!(summary.needs, ["Loneliness", "Debt"]);
    let shed = Service { on: MET, name: "Men’s Shed".into(), introduced: true };
    assert_eq!(summary.services, [shed]);
    let measures: Vec<_> = summary.wellbeing.iter().map(|one| (one.on, one.satisfaction)).collect();
    assert_eq!(measures, [(MET, 4), (LATER, 7)]);
    assert_eq!(summary.closed, words(LATER, "What was planned is done"));
}

#[test]
fn a_summary_has_no_word_that_anybody_wrote_and_none_of_urgent_concerns() {
    let text = told_at_length().summary().to_text();
    for never in [MARKER, "rgent", "afeguarding", "andover"] {
        assert!(!text.contains(never), "{never}: {text}");
    }
}

#[test]
fn a_summary_comes_back_from_its_text() {
    for scene in [told_at_length(), Scene::new()] {
        let summary = scene.summary();
        let text = summary.to_text();
        assert_eq!(Summary::from_text(&text).as_ref(), Some(&summary), "{text}");
    }
    assert_eq!(Summary::from_text(r#"{"seen":2,"met":7,"later":[]}"#).unwrap().seen, 2);
    for not_one in ["", "[]", "null", "{"] {
        assert_eq!(Summary::from_text(not_one), None, "{not_one}");
    }
}

#[test]
fn what_was_withdrawn_counts_for_nothing() {
    let mut scene = Scene::new();
    let met = scene.contact(MET, |_| {});
    let named = scene.signposted(MET, "Men’s Shed", Some(met));
    assert_eq!(scene.summary().services.len(), 1);
    scene.retracted(named);
    assert_eq!((scene.summary().seen, scene.summary().services.len()), (1, 0));
    scene.retracted(met);
    assert_eq!((scene.summary().seen, scene.summary().needs.len()), (0, 0));
}

#[test]
fn both_answers_at_once_are_no_answer() {
    let mut scene = Scene::new();
    let episode = scene.episode();
    let decision = Decision { episode, contact: None, consent: Consent::CodeAndSummary };
    scene.put(MET, Fact::Accepted(decision.clone()));
    let declined = scene.put(MET, Fact::Declined(decision));
    assert_eq!(scene.summary().answer, None);
    scene.retracted(declined);
    assert_eq!(scene.summary().answer, Some((true, MET)));
}

#[test]
fn a_crisis_is_not_told_of_by_its_need_nor_by_the_services_that_were_named_for_it() {
    let mut scene = Scene::new();
    let crisis = scene.contact(MET, |contact| {
        contact.needs.extend([Need::new("crisis"), Need::new("relationships")]);
    });
    scene.signposted(MET, "Samaritans", Some(crisis));
    urgent(&mut scene, LATER);
    scene.signposted(LATER, "A refuge", None);
    let later = date(2026, 11, 20);
    let about_debt = scene.contact(later, |_| {});
    scene.signposted(later, "Men’s Shed", Some(about_debt));
    assert_eq!(scene.summary().needs, ["Debt"]);
    assert_eq!(names(&scene), ["Men’s Shed"]);
}

fn names(scene: &Scene) -> Vec<String> {
    scene.summary().services.into_iter().map(|one| one.name).collect()
}

#[test]
fn no_service_is_told_of_that_was_named_in_a_talk_about_who_is_at_home() {
    let refuge = "Women’s Aid Eastvale";
    let named = |scene: &mut Scene, on, needs: &[&str]| {
        let needs = needs.iter().map(|need| Need::new(*need)).collect();
        let contact = scene.contact(on, |contact| contact.needs = needs);
        scene.signposted(on, refuge, Some(contact));
    };
    let mut scene = Scene::new();
    named(&mut scene, MET, &["relationships"]);
    assert_eq!(names(&scene), [""; 0]);
    // A talk that says what it was about is told of; one that does not say may have been about that.
    scene.contact(MET, |_| {});
    named(&mut scene, LATER, &[]);
    scene.signposted(LATER, refuge, None);
    assert_eq!(names(&scene), [""; 0]);
    named(&mut scene, LATER, &["food"]);
    assert_eq!(names(&scene), [refuge]);
    // The need may stand by itself.
    for need in ["crisis", "relationships"] {
        let mut scene = Scene::new();
        scene.signposted(LATER, refuge, None);
        named(&mut scene, MET, &["food"]);
        assert_eq!(names(&scene), [refuge; 2]);
        let noted = scene.put(MET, Fact::NeedNoted(NeedNoted { need: Need::new(need) }));
        assert_eq!(names(&scene), [""; 0]);
        scene.retracted(noted);
        assert_eq!(names(&scene), [""; 0]);
    }
}

#[test]
fn work_about_a_person_without_them_is_no_contact() {
    let mut scene = Scene::new();
    scene.contact(MET, |contact| contact.purpose = ContactPurpose::Administrative);
    scene.contact(MET, |contact| contact.outcome = ContactOutcome::DidNotAttend);
    let summary = scene.summary();
    assert_eq!((summary.seen, summary.did_not_attend, summary.met), (0, 1, None));
}

#[test]
fn each_episode_has_its_own_summary_and_an_unknown_one_says_nothing() {
    let mut scene = told_at_length();
    let again = date(2026, 12, 1);
    let referral = Referral { source: ReferralSource::Person, reason: marker() };
    let second = scene.put(again, Fact::Referred(referral));
    scene.signposted(again, "Choir", None);
    let (first, case) = (scene.summary(), scene.case());
    let second = Summary::of(&case, second);
    assert_eq!((first.services.len(), first.seen), (1, 2));
    assert_eq!((second.services.len(), second.seen, second.answer), (1, 0, None));
    assert_eq!(Summary::of(&case, EventId::new(7, 7)), Summary::default());
}
