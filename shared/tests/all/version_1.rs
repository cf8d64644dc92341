//! What the golden bytes of version 1 mean, and today's writing of the same.

use std::collections::BTreeMap;

use jiff::{
    Timestamp,
    civil::{Date, DateTime, date},
};
use minicbor::bytes::ByteVec;
use shared::{
    case::{
        Case, CaseRow, ContactDraft, Defect, DraftDecision, DraftSignpost, Event, Fact, Field,
        Person, Register, Role, Side, Standing,
        event::{
            Amended, AssignedNote, ClosingReason, ConflictResolved, Consent, Contact, ContactMode,
            ContactOutcome, ContactPurpose, Decision, EpisodeClosed, GoalSet, Handover, Minutes,
            NeedNoted, OutcomeMeasured, Referral, ReferralSource, Retracted, SignpostOutcome,
            Signposted, UrgentAction, UrgentConcern,
        },
        picklist::Need,
    },
    cbor,
    directory::{Directory, Service, ServiceStatus},
    document::{Author, ChangeHash, Document},
    ids::{CaseId, DeviceId, Epoch, EventId, UserId},
    ods::OdsCode,
    personal::Personal,
    profile::{Practice, Profile, TeamMember},
    sync::{
        CaseRecord, Meta, Notice,
        seal::{Seal, SealKey},
        wire::{
            CasePush, CaseReceipt, CaseUpdate, Cursor, PROTOCOL, SyncRequest, SyncResponse, Verdict,
        },
    },
};

/// The first second of the story, in Unix time: 3 November 2026.
const START_S: i64 = 1_793_700_000;

pub fn case_id() -> CaseId {
    CaseId::from_random([9; 16])
}

fn amina() -> Author {
    author(1)
}

fn ben() -> Author {
    author(2)
}

fn author(number: u8) -> Author {
    Author {
        user: UserId::from_random([number; 16]),
        device: DeviceId::from_random([number + 100; 16]),
        session: [number; 8],
    }
}

fn id(number: u64) -> EventId {
    EventId::new(1_793_700_000_000 + number * 1_000, u128::from(number))
}

fn words(words: &str) -> Personal<String> {
    Personal::new(words.to_owned())
}

fn on() -> Date {
    date(2026, 11, 3)
}

fn at() -> DateTime {
    on().at(10, 30, 0, 0)
}

fn event(author: &Author, number: u64, fact: Fact) -> Event {
    Event {
        id: id(number),
        device: Some(author.device),
        at: at(),
        recorded_at: Timestamp::from_second(START_S).unwrap(),
        by: author.user,
        role: Role::LinkWorker,
        fact,
    }
}

/// One event of each kind, as the first phone wrote them.
fn events() -> Vec<Event> {
    let contact = Contact {
        episode: id(1),
        mode: ContactMode::FaceToFace,
        outcome: ContactOutcome::Seen,
        purpose: ContactPurpose::Support,
        venue: "Library".into(),
        minutes: Minutes { preparation: 5, session: 45, write_up: 10, research: 0 },
        needs: vec![Need::new("loneliness"), Need::new("income")],
        note: words("Misses the allotment since the move. Zażółć gęślą jaźń, 🌱."),
        next_step: words("Ring the walking group"),
        next_on: Some(date(2026, 11, 10)),
    };
    let corrected = Fact::Contact(Contact { note: words("Misses the garden."), ..contact.clone() });
    let decision =
        Decision { episode: id(1), contact: Some(id(2)), consent: Consent::CodeAndSummary };
    let facts = [
        Fact::Referred(Referral { source: ReferralSource::Gp, reason: words("lonely since May") }),
        Fact::Contact(contact),
        Fact::Accepted(decision.clone()),
        Fact::Declined(Decision { contact: None, consent: Consent::Withheld, ..decision }),
        Fact::NeedNoted(NeedNoted { need: Need::new("debt") }),
        Fact::GoalSet(GoalSet { words: words("to cook for a friend") }),
        Fact::Signposted(Signposted {
            contact: Some(id(2)),
            service: "ac148810-d857-441c-9679-408f346de14b".into(),
            name: "Walking group".into(),
            phone: "01632 960001".into(),
            introduced: true,
            code: None,
        }),
        Fact::SignpostOutcome(SignpostOutcome { target: id(7), words: words("went twice") }),
        Fact::OutcomeMeasured(OutcomeMeasured {
            satisfaction: 4,
            worthwhile: 5,
            happiness: 6,
            anxiety: 7,
        }),
        Fact::UrgentConcern(UrgentConcern {
            words: words("cannot go on"),
            action: UrgentAction::SameDayClinician,
        }),
        Fact::Handover(Handover { target: id(10), to: words("Dr Patel, duty doctor") }),
        Fact::EpisodeClosed(EpisodeClosed { episode: id(1), reason: ClosingReason::Completed }),
        Fact::AssignedNote(AssignedNote { to: ben().user }),
        Fact::Amended(Amended {
            target: id(2),
            replaces: id(2),
            corrected_at: at(),
            corrected: Box::new(corrected),
            reason: words("it was the garden"),
        }),
        Fact::Retracted(Retracted { target: id(4), reason: words("a slip of the finger") }),
        Fact::ConflictResolved(ConflictResolved { field: "phone".into() }),
    ];
    (1..).zip(facts).map(|(number, fact)| event(&amina(), number, fact)).collect()
}

fn draft(note: &str) -> ContactDraft {
    ContactDraft {
        goal: words("to walk to the shop"),
        next_step: words("Call on Friday"),
        next_on: Some(date(2026, 11, 13)),
        decision: Some(DraftDecision { accepted: true, consent: Consent::CodeOnly }),
        signposts: vec![DraftSignpost {
            service: "ac148810-d857-441c-9679-408f346de14b".into(),
            name: "Walking group".into(),
            phone: "01632 960001".into(),
            introduced: false,
        }],
        needs: vec![Need::new("housing")],
        note: words(note),
        ..ContactDraft::new(amina().user, id(1), at(), "Hall".into())
    }
}

/// What the documents say: the person, with a telephone number that two phones wrote at once, every
/// event, and a draft that both worked on.
pub fn case() -> (Case, Vec<Defect>) {
    let mut person = Person::default();
    person.set(Field::NhsNumber, Register::of(["9990000018".to_owned()]));
    person.set(Field::FamilyName, Register::of(["Okafor".to_owned()]));
    let side = |author: Author, seconds| Side {
        by: Some(author.user),
        device: Some(author.device),
        at: Timestamp::from_second(START_S + seconds).ok(),
    };
    let phones = vec![
        ("01632 960002".to_owned(), side(amina(), 60)),
        ("01632 960003".to_owned(), side(ben(), 70)),
    ];
    person.set(Field::Phone, Register::written(phones));
    let drafts = [(id(20), draft("Talked of the old garden, and of the new one."))].into();
    let mut defects = Vec::new();
    let case = Case::fold(case_id(), person, events(), drafts, &mut defects);
    (case, defects)
}

/// Four changes: the beginning, then two phones at once, then one that follows both.
fn changes() -> ([Vec<u8>; 4], Document) {
    let (mut first, begins) = Document::create(case_id(), &amina(), START_S * 1_000, |writer| {
        writer.put_field(Field::NhsNumber, "9990000018")?;
        writer.put_field(Field::FamilyName, "Okafor")?;
        writer.put_field(Field::Phone, "01632 960000")?;
        writer.put_draft(id(20), &draft("Talked of the garden."))
    })
    .unwrap();
    let mut second = Document::load(&first.save()).unwrap();
    let writes = first.commit(&amina(), START_S * 1_000 + 60_000, |writer| {
        events().iter().try_for_each(|event| writer.put_event(event))?;
        writer.put_field(Field::Phone, "01632 960002")?;
        writer.put_draft(id(20), &draft("Talked of the old garden."))
    });
    let elsewhere = second.commit(&ben(), START_S * 1_000 + 70_000, |writer| {
        writer.put_field(Field::Phone, "01632 960003")?;
        writer.put_draft(id(21), &draft("A draft that is thrown away"))
    });
    first.merge_saved(&second.save()).unwrap();
    let joins = first.commit(&amina(), START_S * 1_000 + 80_000, |writer| {
        writer.remove_draft(id(21))?;
        writer.put_draft(id(20), &draft("Talked of the old garden, and of the new one."))
    });
    ([begins, writes.unwrap(), elsewhere.unwrap(), joins.unwrap()], first)
}

fn epoch() -> Epoch {
    Epoch::from_random([5; 16])
}

fn seal() -> Seal {
    let heads = vec![ChangeHash([1; 32]), ChangeHash([2; 32])];
    SealKey([3; 32]).seal(case_id(), UserId::from_random([1; 16]), heads)
}

pub fn sync_request() -> SyncRequest {
    let changes = changes().0.map(ByteVec::from).into();
    SyncRequest {
        protocol: PROTOCOL,
        epoch: Some(epoch()),
        cursor: Cursor { base: 70_000, done: 70_123 },
        push: vec![CasePush { case: case_id(), changes, seal: Some(seal()) }],
        room_bytes: 1_048_576,
        again: vec![CaseId::from_random([8; 16])],
    }
}

pub fn sync_response() -> SyncResponse {
    let [begins, writes, ..] = changes().0;
    let verdicts = vec![
        Verdict::Stored,
        Verdict::Quarantined,
        Verdict::Early,
        Verdict::NotYours,
        Verdict::Damaged,
        Verdict::TooLarge,
        Verdict::SecondBeginning,
        Verdict::NotAllowed,
    ];
    SyncResponse {
        epoch: epoch(),
        cursor: Cursor { base: 70_000, done: 70_200 },
        receipts: vec![CaseReceipt { case: case_id(), verdicts }],
        cases: vec![CaseUpdate {
            case: case_id(),
            snapshot: Some(ByteVec::from(begins)),
            changes: vec![ByteVec::from(writes)],
            seal: Some(seal()),
        }],
        removed: vec![CaseId::from_random([7; 16])],
        more: true,
        server_unix_ms: START_S * 1_000,
        profile_version: 3,
        directory_version: 300,
    }
}

pub fn case_record() -> CaseRecord {
    CaseRecord {
        saved: ByteVec::from(changes().0[0].clone()),
        server_heads: vec![ChangeHash([1; 32]), ChangeHash([2; 32])],
        unsent: 2,
        sent_at: Some(Timestamp::from_second(START_S).unwrap()),
        refused: Some(Verdict::TooLarge),
        moved_away: false,
        row: CaseRow {
            family_name: words("Okafor"),
            given_names: words("Grace"),
            birth_date: Some(date(1948, 2, 29)),
            nhs_number: words("9990000018"),
            practice: "A99001".into(),
            standing: Standing::Accepted,
            next_step: words("Ring the walking group"),
            next_on: Some(date(2026, 11, 10)),
            last_seen_on: Some(on()),
            venue: "Library".into(),
            drafts: 1,
            urgent: 0,
            contested_fields: 0,
            last_contact_on: None,
            logbook: None,
            concerns: 0,
            urgent_since: None,
            check_on: None,
            sent_back: 0,
        },
        seals: vec![seal()],
    }
}

pub fn meta_record() -> Meta {
    let name = words("Grace Okafor");
    Meta {
        epoch: Some(epoch()),
        cursor: Cursor { base: 70_000, done: 70_200 },
        sent_at: Some(Timestamp::from_second(START_S).unwrap()),
        arrived: true,
        profile_version: 3,
        directory_version: 300,
        notices: vec![Notice { case: case_id(), name, verdict: Verdict::Quarantined }],
        devices: vec![amina().device, ben().device],
    }
}

pub fn profile() -> Profile {
    let ods = OdsCode::parse("A99001").unwrap();
    let member = |author: Author, name: &str, role| TeamMember {
        user: author.user,
        name: name.to_owned(),
        role,
    };
    Profile {
        version: 3,
        service_name: "Ashdown Social Prescribing".into(),
        demonstration: true,
        user: amina().user,
        device: amina().device,
        name: "Amina Yusuf".into(),
        role: Role::LinkWorker,
        practices: vec![Practice { ods, name: "Ashdown Surgery".into() }],
        team: vec![
            member(amina(), "Amina Yusuf", Role::LinkWorker),
            member(ben(), "Ben Hughes", Role::LeadLinkWorker),
        ],
        codes: vec![("871731000000106".into(), "Referral to social prescribing service".into())],
        offline_hours: None,
        carry_key: None,
        numbers: None,
    }
}

pub fn directory() -> Directory {
    let walking = Service {
        id: "ac148810-d857-441c-9679-408f346de14b".into(),
        name: "Walking group".into(),
        description: "Gentle walks on Tuesdays".into(),
        organisation: "Ashdown Ramblers".into(),
        url: "https://walks.example".into(),
        email: "walks@example.org".into(),
        phone: "01632 960001".into(),
        address: "Town hall, Ashdown".into(),
        postcode: "ZZ99 3WZ".into(),
        fees: "Free".into(),
        alert: "Bring a coat".into(),
        minimum_age: Some(18),
        maximum_age: None,
        status: ServiceStatus::TemporarilyClosed,
        assured_on: Some(on()),
        keywords: vec!["walking".into(), "outdoors".into()],
        eligibility: "Adults".into(),
        last_modified: Some(Timestamp::from_second(START_S).unwrap()),
    };
    Directory { version: 300, services: vec![walking, Service::default()] }
}

/// Today's writing of all of it, by the name of the file.
pub fn written() -> BTreeMap<&'static str, Vec<u8>> {
    let ([begins, writes, elsewhere, joins], document) = changes();
    [
        ("change-begins.bin", begins),
        ("change-writes.bin", writes),
        ("change-elsewhere.bin", elsewhere),
        ("change-joins.bin", joins),
        ("document.bin", document.save()),
        ("sync-request.bin", cbor::encode(&sync_request())),
        ("sync-response.bin", cbor::encode(&sync_response())),
        ("case-record.bin", cbor::encode(&case_record())),
        ("meta-record.bin", cbor::encode(&meta_record())),
        ("profile.bin", cbor::encode(&profile())),
        ("directory.bin", cbor::encode(&directory())),
    ]
    .into()
}
