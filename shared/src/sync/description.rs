//! What PROTOCOL.md says against what the code does: a table that is out of date fails here.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::date};
use minicbor::{Encode, bytes::ByteVec};

use super::{
    carried::{self, CarryKey},
    seal::SealKey,
    wire::{
        CasePush, CaseReceipt, CaseUpdate, Cursor, HandedOver, PROTOCOL, SyncRequest, SyncResponse,
        Unsent, Verdict,
    },
};
use crate::{
    case::{
        ContactDraft, DraftDecision, DraftSignpost, Event, Fact, Field, Role,
        event::{
            Activity, ActivityKind, Amended, AnswerSeen, AssignedNote, CaseStudy, ClosingReason,
            ConflictResolved, Consent, Contact, ContactMode, ContactOutcome, ContactPurpose,
            Decision, EpisodeClosed, GoalSet, Handover, Informed, KINDS, Minutes, NeedNoted,
            NothingFound, OutcomeMeasured, PracticeAnswered, PracticeOutcome, Referral,
            ReferralSource, Retracted, ReviewedWith, ServiceSuggested, SignpostOutcome, Signposted,
            UrgentAction, UrgentConcern, UrgentConsent, UrgentRecord, UrgentReview,
        },
        picklist::{NEEDS, Need},
    },
    cbor,
    directory::{Directory, Service},
    ids::{CaseId, DeviceId, Epoch, EventId, UserId},
    limits,
    ods::OdsCode,
    personal::Personal,
    profile::{NumberKind, Practice, Profile, ServiceNumber, TeamMember},
    snomed::REFERRAL_ACCEPTED,
    stored::{self, Stored, Tree},
};

const TEXT: &str = include_str!("PROTOCOL.md");

/// The rows of the first table under a heading, without its head.
fn table(heading: &str) -> Vec<Vec<&'static str>> {
    let lines = TEXT.lines().skip_while(|line| *line != heading).skip(1);
    let section = lines.take_while(|line| !line.starts_with('#'));
    let rows = section.skip_while(|line| !line.starts_with('|'));
    let rows = rows.take_while(|line| line.starts_with('|')).skip(2);
    let cells = |row: &'static str| row.trim_matches('|').split('|').map(str::trim).collect();
    let rows: Vec<_> = rows.map(cells).collect();
    assert!(!rows.is_empty(), "there is no table under “{heading}”");
    rows
}

/// The first column of a table.
fn names(heading: &str) -> Vec<&'static str> {
    table(heading).into_iter().map(|row| row[0]).collect()
}

/// What stands between backticks, in order.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn keys(value: &dyn Stored) -> BTreeSet<String> {
    match stored::tree(value) {
        Tree::Record(map) => map.into_iter().map(|(key, _)| key).collect(),
        other => panic!("not stored as a map: {other:?}"),
    }
}

fn user() -> UserId {
    UserId::from_random([1; 16])
}

fn id() -> EventId {
    EventId::new(1, 1)
}

/// One event of every kind, with every field that may be left out.
fn every_fact() -> Vec<Fact> {
    let (target, episode, reason) = (id(), id(), String::new);
    let decision = || Decision { episode, contact: Some(id()), consent: Consent::CodeOnly };
    let goal = GoalSet { words: Personal::new(reason()) };
    let contact = Contact {
        episode,
        mode: ContactMode::Video,
        outcome: ContactOutcome::Seen,
        purpose: ContactPurpose::Support,
        venue: String::new(),
        minutes: Minutes::default(),
        needs: Vec::new(),
        note: Personal::new(reason()),
        next_step: Personal::new(reason()),
        next_on: None,
    };
    let signposted = Signposted {
        contact: Some(id()),
        service: String::new(),
        name: String::new(),
        phone: String::new(),
        introduced: true,
        code: Some(REFERRAL_ACCEPTED),
    };
    let scales = OutcomeMeasured { satisfaction: 0, worthwhile: 0, happiness: 0, anxiety: 0 };
    let amended = Amended {
        target,
        replaces: target,
        corrected_at: date(2026, 11, 3).at(14, 2, 0, 0),
        corrected: Box::new(Fact::GoalSet(goal.clone())),
        reason: Personal::new(reason()),
    };
    let action = UrgentAction::Safeguarding;
    vec![
        Fact::Referred(Referral { source: ReferralSource::Gp, reason: Personal::new(reason()) }),
        Fact::Contact(contact),
        Fact::Accepted(decision()),
        Fact::Declined(decision()),
        Fact::NeedNoted(NeedNoted { need: Need::new("debt") }),
        Fact::GoalSet(goal),
        Fact::Signposted(signposted),
        Fact::SignpostOutcome(SignpostOutcome { target, words: Personal::new(reason()) }),
        Fact::OutcomeMeasured(scales),
        Fact::UrgentConcern(UrgentConcern { words: Personal::new(reason()), action }),
        Fact::Handover(Handover { target, to: Personal::new(reason()) }),
        Fact::EpisodeClosed(EpisodeClosed { episode, reason: ClosingReason::Completed }),
        Fact::AssignedNote(AssignedNote { to: user() }),
        Fact::Amended(amended),
        Fact::Retracted(Retracted { target, reason: Personal::new(reason()) }),
        Fact::ConflictResolved(ConflictResolved { field: String::new() }),
        Fact::Informed(Informed { target, who: Personal::new(reason()) }),
        Fact::UrgentRecord(UrgentRecord {
            target,
            given: Personal::new(reason()),
            told: Personal::new(reason()),
            consent: UrgentConsent::Agreed,
            why: Personal::new(reason()),
            next_check: None,
        }),
        Fact::UrgentReview(UrgentReview {
            target,
            with: ReviewedWith::Person,
            words: Personal::new(reason()),
        }),
        Fact::Activity(Activity {
            what: ActivityKind::TeamMeeting,
            minutes: 0,
            words: Personal::new(reason()),
        }),
        Fact::CaseStudy(CaseStudy {
            title: Personal::new(reason()),
            words: Personal::new(reason()),
        }),
        Fact::ServiceSuggested(ServiceSuggested {
            service: Some(reason()),
            name: reason(),
            phone: reason(),
            address: reason(),
            postcode: reason(),
            url: reason(),
            email: reason(),
            fees: reason(),
            eligibility: reason(),
            words: reason(),
        }),
        Fact::PracticeAnswered(PracticeAnswered {
            episode,
            code: REFERRAL_ACCEPTED,
            practice: reason(),
            outcome: PracticeOutcome::Filed,
            on: Some(date(2026, 11, 3)),
            words: Personal::new(reason()),
        }),
        Fact::AnswerSeen(AnswerSeen { target }),
        Fact::NothingFound(NothingFound { need: Need::new("debt") }),
    ]
}

fn event(fact: Fact) -> Event {
    Event {
        id: id(),
        device: None,
        at: date(2026, 11, 3).at(14, 2, 0, 0),
        recorded_at: Timestamp::UNIX_EPOCH,
        by: user(),
        role: Role::LinkWorker,
        fact,
    }
}

#[test]
fn every_kind_of_event_is_described_with_exactly_its_fields() {
    let kinds = TEXT.lines().filter_map(|line| line.strip_prefix("#### "));
    assert_eq!(kinds.flat_map(quoted).collect::<Vec<_>>(), KINDS);
    let common: BTreeSet<&str> = names("### Events").into_iter().collect();
    for fact in every_fact() {
        let kind = fact.kind();
        let mut described: BTreeSet<&str> = names(&format!("#### `{kind}`")).into_iter().collect();
        described.extend(&common);
        let stored = keys(&event(fact));
        assert!(stored.iter().eq(described.iter()), "{kind}: {stored:?} {described:?}");
    }
    let minutes = keys(&Minutes::default());
    let contact = table("#### `contact`");
    let described = contact.iter().find(|row| row[0] == "minutes").map(|row| quoted(row[2]));
    assert_eq!(described.map(BTreeSet::from_iter), Some(minutes));
}

#[test]
fn every_choice_of_an_event_is_described() {
    let choices = |kind: &str, field: &str| {
        let rows = table(&format!("#### `{kind}`"));
        let row = rows.into_iter().find(|row| row[0] == field);
        row.map(|row| quoted(row[2])).unwrap_or_default()
    };
    assert_eq!(choices("referred", "source"), ReferralSource::NAMES);
    assert_eq!(choices("contact", "mode"), ContactMode::NAMES);
    assert_eq!(choices("contact", "outcome"), ContactOutcome::NAMES);
    assert_eq!(choices("contact", "purpose"), ContactPurpose::NAMES);
    assert_eq!(choices("accepted", "consent"), Consent::NAMES);
    assert_eq!(choices("urgent_concern", "action"), UrgentAction::NAMES);
    assert_eq!(choices("urgent_record", "consent"), UrgentConsent::NAMES);
    assert_eq!(choices("urgent_review", "with"), ReviewedWith::NAMES);
    assert_eq!(choices("activity", "what"), ActivityKind::NAMES);
    assert_eq!(choices("episode_closed", "reason"), ClosingReason::NAMES);
    assert_eq!(names("### Roles"), Role::NAMES);
    let needs = table("### Needs");
    let needs: Vec<_> = needs.into_iter().map(|row| (row[0], row[1])).collect();
    assert_eq!(needs, NEEDS.map(|choice| (choice.code, choice.label)));
}

#[test]
fn every_field_of_a_person_and_of_a_draft_is_described() {
    assert_eq!(names("### The person"), Field::ALL.map(Field::stored_name));
    let at = date(2026, 11, 3).at(14, 2, 0, 0);
    let draft = ContactDraft::new(user(), id(), at, String::new());
    let mut stored = keys(&draft);
    // Stored beside the others, as text that merges.
    assert!(stored.insert("note".to_owned()));
    assert!(stored.iter().eq(BTreeSet::from_iter(names("### Drafts")).iter()), "{stored:?}");
    let rows = table("### Drafts");
    let within = |field: &str| {
        let row = rows.iter().find(|row| row[0] == field).map(|row| row[2]);
        let (fields, _) = row.and_then(|row| row.split_once(';')).unwrap_or_default();
        BTreeSet::from_iter(quoted(fields))
    };
    let decision = DraftDecision { accepted: true, consent: Consent::Withheld };
    assert_eq!(within("decision"), keys(&decision));
    let (service, name, phone) = (String::new(), String::new(), String::new());
    let signpost = DraftSignpost { service, name, phone, introduced: true };
    assert_eq!(within("signposts"), keys(&signpost));
}

#[test]
fn every_message_is_described_place_by_place() {
    let case = CaseId::from_random([2; 16]);
    let bytes = || ByteVec::from(vec![1]);
    let seal = SealKey([5; 32]).seal(case, user(), Vec::new());
    let update = CaseUpdate {
        case,
        snapshot: Some(bytes()),
        changes: vec![bytes()],
        seal: Some(seal.clone()),
    };
    let push = CasePush { case, changes: vec![bytes()], seal: Some(seal.clone()) };
    let response = SyncResponse {
        epoch: Epoch::from_random([3; 16]),
        cursor: Cursor::default(),
        receipts: Vec::new(),
        cases: Vec::new(),
        removed: Vec::new(),
        more: false,
        server_unix_ms: 0,
        profile_version: 1,
        directory_version: 1,
    };
    let ods = OdsCode::parse("A81001").unwrap();
    let practice = Practice { ods, name: String::new() };
    let member = TeamMember { user: user(), name: String::new(), role: Role::LinkWorker };
    let profile = Profile {
        version: 1,
        service_name: String::new(),
        demonstration: true,
        user: user(),
        device: DeviceId::from_random([4; 16]),
        name: String::new(),
        role: Role::LinkWorker,
        practices: Vec::new(),
        team: Vec::new(),
        codes: Vec::new(),
        offline_hours: Some(72),
        carry_key: Some(CarryKey::of([6; 32])),
        numbers: Some(Vec::new()),
    };
    let number = ServiceNumber {
        name: String::new(),
        phone: String::new(),
        kind: String::new(),
        practice: String::new(),
        checked_on: date(2026, 11, 3),
    };
    check_places("SyncRequest", &first_request());
    check_places("Cursor", &Cursor::default());
    check_places("CasePush", &push);
    check_places("SyncResponse", &response);
    check_places("CaseReceipt", &CaseReceipt { case, verdicts: vec![Verdict::Stored] });
    check_places("CaseUpdate", &update);
    check_places("Unsent", &Unsent { protocol: PROTOCOL, push: Vec::new() });
    check_places("HandedOver", &HandedOver { receipts: Vec::new() });
    check_places("Seal", &seal);
    check_places("Profile", &profile);
    check_places("Practice", &practice);
    check_places("TeamMember", &member);
    check_places("ServiceNumber", &number);
    let kinds = table("### ServiceNumber").into_iter().find(|row| row[1] == "kind");
    let kinds = kinds.map(|row| quoted(row[3])).unwrap_or_default();
    assert_eq!(kinds, NumberKind::NAMES);
    check_places("Directory", &Directory::default());
    // What is null at the end is left out.
    let service = Service { last_modified: Some(Timestamp::UNIX_EPOCH), ..Service::default() };
    check_places("Service", &service);
}

/// The message has as many places as its table, which counts them from nought.
fn check_places(name: &str, message: &impl Encode<()>) {
    let encoded = cbor::encode(message);
    let places = minicbor::Decoder::new(&encoded).array().unwrap().unwrap();
    let described = names(&format!("### {name}"));
    let counted: Vec<String> = (0..places).map(|place| place.to_string()).collect();
    assert_eq!(described, counted, "{name}");
}

fn first_request() -> SyncRequest {
    SyncRequest {
        protocol: PROTOCOL,
        epoch: None,
        cursor: Cursor::default(),
        push: Vec::new(),
        room_bytes: limits::ROOM_BYTES_DEFAULT,
        again: Vec::new(),
    }
}

#[test]
fn the_example_is_the_first_request_of_a_client() {
    let example: Vec<String> =
        cbor::encode(&first_request()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(TEXT.contains(&format!("```text\n{}\n```", example.join(" "))), "{example:?}");
}

#[test]
fn the_header_of_a_file_of_unsent_work_is_described_byte_by_byte() {
    let bytes = table("## Files of unsent work").into_iter().map(|row| row[0]);
    let described: Vec<&str> = bytes.collect();
    let fixed = [carried::MAGIC.len(), 1, 16, 16];
    assert_eq!(fixed.iter().sum::<usize>(), carried::HEADER_BYTES);
    let lengths: Vec<String> = fixed.iter().map(ToString::to_string).collect();
    assert_eq!(described[..4], lengths);
    assert_eq!(described[4..], [carried::NONCE_BYTES.to_string().as_str(), "the rest"]);
    let magic = String::from_utf8_lossy(&carried::MAGIC).into_owned();
    assert!(TEXT.contains(&format!("the letters `{magic}`")));
    assert!(TEXT.contains(&format!("the version of the format, {}", carried::FORMAT)));
}

#[test]
fn every_verdict_has_its_number_and_says_whether_to_repeat_the_change() {
    let numbers = 0..=u8::MAX;
    let verdicts = numbers.map_while(|number| cbor::decode::<Verdict>(&[number]).ok());
    let expected: Vec<[String; 3]> = verdicts
        .enumerate()
        .map(|(number, verdict)| {
            let repeat = if verdict.is_permanent() { "final" } else { "again" };
            [number.to_string(), format!("{verdict:?}"), repeat.to_owned()]
        })
        .collect();
    let described: Vec<_> = table("### Verdicts")
        .into_iter()
        .map(|row| [row[0], row[1], row[2]].map(str::to_owned))
        .collect();
    assert_eq!(described, expected);
}

/// What bounds only what a phone keeps for itself.
const NOT_OF_THE_PROTOCOL: [&str; 4] =
    ["NOTICES_MAX", "OFFLINE_HOURS", "PASSPHRASE_CHARACTERS_MIN", "SEALS_KEPT_MAX"];

#[test]
fn every_limit_is_described_with_its_number() {
    macro_rules! numbers {
        ($($name:ident)*) => { [$((stringify!($name), u64::try_from(limits::$name).unwrap())),*] };
    }
    let numbers = numbers! {
        SYNC_BODY_BYTES_MAX PUSH_BYTES_TARGET ROOM_BYTES_DEFAULT ROOM_BYTES_MIN PUSH_CASES_MAX
        CASE_CHANGES_MAX AGAIN_CASES_MAX CHANGE_BYTES_MAX CHANGE_DEPENDENCIES_MAX SEAL_HEADS_MAX
        SEALED_BYTES_MAX CHANGE_OPERATIONS_MAX PUSH_OPERATIONS_MAX CHANGE_ACTORS_MAX KEY_BYTES_MAX
        CHANGE_MESSAGE_BYTES_MAX DOCUMENT_OPERATIONS_MAX DOCUMENT_CHANGES_MAX DOCUMENT_ACTORS_MAX
        DOCUMENT_INFLATED_BYTES_MAX DOCUMENT_BYTES_MAX DOCUMENT_DEPTH_MAX NOTE_CHARACTERS_MAX PARAGRAPH_CHARACTERS_MAX
        LINE_CHARACTERS_MAX MINUTES_MAX LIST_ENTRIES_MAX CARRIED_FILE_BYTES_MAX
    };
    let described: Vec<_> = table("## Limits")
        .into_iter()
        .map(|row| (row[0], row[1].parse::<u64>().unwrap()))
        .collect();
    assert_eq!(described, numbers);
    let named = include_str!("../limits.rs").lines().filter_map(|line| {
        let (name, _) = line.strip_prefix("pub const ")?.split_once(':')?;
        Some(name)
    });
    let missing: Vec<_> = named
        .filter(|name| !NOT_OF_THE_PROTOCOL.contains(name))
        .filter(|name| numbers.iter().all(|(described, _)| described != name))
        .collect();
    assert!(missing.is_empty(), "PROTOCOL.md does not say: {missing:?}");
}
