//! What practices are told of cases that change, go, look alike or cannot be read.

use jiff::{Timestamp, ToSpan};
use rusqlite::Transaction;
use shared::{
    case::{
        Event, Fact, Field, Role,
        event::{Consent, Decision, Referral, ReferralSource, Retracted},
    },
    document::{Author, Document},
    ids::{CaseId, EventId},
    intake::IncomingChange,
    nhs_number::NhsNumber,
    ods::OdsCode,
    personal::Personal,
};

use super::Scratch;
use crate::{
    clock,
    pack::{self, Empty},
    projector, random,
    store::{
        Store, StoreError, cases,
        held::{self, HeldRow},
        people::{self, NewUser},
        worklist,
    },
    verify,
};

/// A service with three practices and one link worker.
struct Service {
    store: Store,
    author: Author,
    // Dropped after the store that lies in it.
    _scratch: Scratch,
}

/// One case, as its worker's phone has it.
#[derive(Clone)]
struct Record {
    case: CaseId,
    document: Document,
    episode: EventId,
}

fn practice(ods: &str) -> OdsCode {
    OdsCode::parse(ods).unwrap()
}

fn new_id() -> EventId {
    let unix_ms = u64::try_from(clock::now_ms()).unwrap();
    EventId::new(unix_ms, u128::from_le_bytes(random::bytes()))
}

fn names(held: &[HeldRow]) -> Vec<String> {
    held.iter().map(HeldRow::reason_names).collect()
}

impl Service {
    fn new() -> Self {
        let scratch = Scratch::new();
        let store = Store::open(scratch.path()).unwrap();
        let author = store.write_now(|tx| {
            tx.execute("UPDATE meta SET demonstration = 1", [])?;
            people::put_practice(tx, &practice("A81001"), "Hill Street")?;
            people::put_practice(tx, &practice("B82002"), "Mill Lane")?;
            people::put_practice(tx, &practice("C83003"), "Moss Road")?;
            let (name, role) = ("Amina".to_owned(), Role::LinkWorker);
            let new = NewUser { name, role, practice: None, gp_username: None };
            let user = people::add_user(tx, &new)?;
            let device = people::enrol_device(tx, user, clock::now_ms())?;
            Ok::<_, StoreError>(Author { user, device, session: random::bytes() })
        });
        Self { store, author: author.unwrap(), _scratch: scratch }
    }

    fn event(&self, fact: Fact) -> Event {
        Event {
            id: new_id(),
            device: None,
            at: clock::today().saturating_sub(3.days()).at(10, 0, 0, 0),
            recorded_at: Timestamp::now(),
            by: self.author.user,
            role: Role::LinkWorker,
            fact,
        }
    }

    fn append(&self, case: CaseId, bytes: &[u8]) {
        let (change, user) = (IncomingChange::parse(bytes).unwrap(), self.author.user);
        let append =
            move |tx: &Transaction<'_>| cases::append_server_changes(tx, case, &[change], &[user]);
        self.store.write_now(append).unwrap();
    }

    /// A person with a number of their own, referred.
    fn refer(&self, number: u32, family_name: &str) -> Record {
        let case = CaseId::from_random(random::bytes());
        let (source, reason) = (ReferralSource::Gp, Personal::new("lonely".to_owned()));
        let referral = self.event(Fact::Referred(Referral { source, reason }));
        let nhs_number = NhsNumber::invented(number).digits();
        let birth_date = format!("19{:02}-03-02", number % 100);
        let (document, bytes) = Document::create(case, &self.author, 0, |writer| {
            writer.put_field(Field::NhsNumber, &nhs_number)?;
            writer.put_field(Field::FamilyName, family_name)?;
            writer.put_field(Field::GivenNames, "Ann")?;
            writer.put_field(Field::BirthDate, &birth_date)?;
            writer.put_field(Field::PracticeOds, "A81001")?;
            writer.put_event(&referral)
        })
        .unwrap();
        self.append(case, &bytes);
        Record { case, document, episode: referral.id }
    }

    fn put(&self, record: &mut Record, fact: Fact) -> EventId {
        let event = self.event(fact);
        let written = record.document.commit(&self.author, 0, |writer| writer.put_event(&event));
        self.append(record.case, &written.unwrap());
        event.id
    }

    fn correct(&self, record: &mut Record, field: Field, value: &str) {
        let put = |writer: &mut shared::document::Writer<'_, '_>| writer.put_field(field, value);
        let written = record.document.commit(&self.author, 0, put);
        self.append(record.case, &written.unwrap());
    }

    fn accept(&self, record: &mut Record, consent: Consent) -> EventId {
        let decision = Decision { episode: record.episode, contact: None, consent };
        self.put(record, Fact::Accepted(decision))
    }

    /// How many rows are NEW in the next pack.
    fn pack(&self, ods: &str) -> u32 {
        pack::close_next(&self.store, &practice(ods), Empty::Close).unwrap().line.new_rows
    }

    fn ready(&self, ods: &str) -> usize {
        projector::catch_up(&self.store).unwrap();
        self.store.read_now(|tx| worklist::ready(tx, &practice(ods))).unwrap().len()
    }

    fn held(&self, ods: Option<&str>) -> Vec<HeldRow> {
        projector::catch_up(&self.store).unwrap();
        let ods = ods.map(practice);
        self.store.read_now(|tx| held::held(tx, ods.as_ref())).unwrap()
    }

    fn assert_sound(&self) {
        assert_eq!(verify::verify(&self.store).unwrap().differences, Vec::<String>::new());
    }
}

#[test]
fn what_is_withdrawn_after_it_was_packed_is_told_to_the_practice() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    let accepted = service.accept(&mut record, Consent::CodeOnly);
    assert_eq!((service.pack("A81001"), service.held(Some("A81001")).len()), (1, 0));
    let reason = Personal::new("another person".to_owned());
    service.put(&mut record, Fact::Retracted(Retracted { target: accepted, reason }));
    assert_eq!(service.pack("A81001"), 0);
    let held = service.held(Some("A81001"));
    assert_eq!(names(&held), ["withdrawn_after_packing"]);
    assert_eq!(held[0].person.family_name, "Okafor");
    assert_eq!(service.held(Some("B82002")), []);
    // Recorded again, it is not sent again: the row has been NEW once.
    service.accept(&mut record, Consent::CodeOnly);
    assert_eq!(service.pack("A81001"), 0);
    assert_eq!(service.held(Some("A81001")), []);
    service.assert_sound();
}

#[test]
fn what_changed_after_it_was_packed_is_told_under_the_name_that_the_practice_was_given() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    service.accept(&mut record, Consent::CodeOnly);
    assert_eq!(service.pack("A81001"), 1);
    service.correct(&mut record, Field::FamilyName, "Okafor-Hale");
    service.correct(&mut record, Field::PracticeOds, "B82002");
    assert_eq!((service.pack("A81001"), service.pack("B82002")), (0, 0));
    let held = service.held(Some("A81001"));
    assert_eq!(names(&held), ["changed_after_packing"]);
    assert_eq!(held[0].person.family_name, "Okafor");
    service.assert_sound();
}

#[test]
fn somebody_who_shares_nothing_is_not_named_to_the_practice() {
    let service = Service::new();
    let mut withheld = service.refer(1, "Okafor");
    service.accept(&mut withheld, Consent::Withheld);
    // And not because something else is to be settled as well.
    let mut contested = service.refer(2, "Bevan");
    service.accept(&mut contested, Consent::Withheld);
    let decision =
        Decision { episode: contested.episode, contact: None, consent: Consent::CodeOnly };
    service.put(&mut contested, Fact::Declined(decision));
    assert_eq!(service.ready("A81001"), 0);
    let held = service.held(Some("A81001"));
    assert_eq!(names(&held), ["consent_withheld", "consent_withheld"]);
    for row in &held {
        let person = &row.person;
        let said = [&person.family_name, &person.given_names, &person.birth_date, &row.event_date];
        assert!(said.iter().all(|text| text.is_empty()), "{row:?}");
        assert!(person.nhs_number.is_empty() && row.snomed_code.is_empty() && row.author.is_none());
    }
    // The lead has to settle it and sees who it is.
    let named = service.held(None);
    assert_eq!(named[0].person.family_name, "Bevan");
    assert_eq!(named[1].person.family_name, "Okafor");
}

#[test]
fn while_the_practice_is_in_doubt_none_is_told() {
    let mut service = Service::new();
    let mut record = service.refer(1, "Okafor");
    service.accept(&mut record, Consent::CodeOnly);
    let mut on_the_other_phone = record.clone();
    service.correct(&mut record, Field::PracticeOds, "B82002");
    service.author.session = random::bytes();
    service.correct(&mut on_the_other_phone, Field::PracticeOds, "C83003");
    for ods in ["A81001", "B82002", "C83003"] {
        assert_eq!((service.ready(ods), service.held(Some(ods))), (0, Vec::new()), "{ods}");
    }
    assert_eq!(names(&service.held(None)), ["identity_contested"]);
}

#[test]
fn two_cases_of_one_person_wait_until_they_are_told_apart() {
    let service = Service::new();
    let mut one = service.refer(1, "Okafor");
    service.accept(&mut one, Consent::CodeOnly);
    assert_eq!(service.ready("A81001"), 1);
    let mut other = service.refer(2, "Bevan");
    service.accept(&mut other, Consent::CodeOnly);
    service.correct(&mut other, Field::NhsNumber, &NhsNumber::invented(1).digits());
    assert_eq!(service.ready("A81001"), 0);
    assert_eq!(names(&service.held(Some("A81001"))), ["likely_duplicate", "likely_duplicate"]);
    service.correct(&mut other, Field::NhsNumber, &NhsNumber::invented(2).digits());
    assert_eq!((service.ready("A81001"), service.held(None)), (2, Vec::new()));
    service.assert_sound();
}

#[test]
fn a_copied_case_stops_nobody_and_nothing_of_it_goes_out() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    let accepted = service.accept(&mut record, Consent::CodeOnly);
    assert_eq!(service.pack("A81001"), 1);
    // The same referral under another case, for somebody else.
    let copied = CaseId::from_random(random::bytes());
    let read = record.document.read(record.case).0;
    let number = NhsNumber::invented(7).digits();
    let (_, bytes) = Document::create(copied, &service.author, 0, |writer| {
        writer.put_field(Field::NhsNumber, &number)?;
        writer.put_field(Field::FamilyName, "Copy")?;
        writer.put_field(Field::GivenNames, "Cat")?;
        writer.put_field(Field::BirthDate, "1970-01-01")?;
        writer.put_field(Field::PracticeOds, "A81001")?;
        writer.put_event(&read.entries[&record.episode].original)?;
        writer.put_event(&read.entries[&accepted].original)
    })
    .unwrap();
    service.append(copied, &bytes);
    let mut later = service.refer(3, "Bevan");
    service.accept(&mut later, Consent::CodeOnly);
    assert_eq!(service.pack("A81001"), 1);
    let held = service.held(Some("A81001"));
    assert_eq!(names(&held), ["likely_duplicate"]);
    assert_eq!(held[0].person.family_name, "Copy");
    // Not even once the first one is withdrawn: the row has been NEW.
    let reason = Personal::new("mistake".to_owned());
    service.put(&mut record, Fact::Retracted(Retracted { target: accepted, reason }));
    assert_eq!(service.pack("A81001"), 0);
    service.assert_sound();
}

#[test]
fn what_was_known_of_a_case_that_cannot_be_read_any_more_does_not_go_out() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    service.accept(&mut record, Consent::CodeOnly);
    assert_eq!(service.ready("A81001"), 1);
    service.correct(&mut record, Field::Phone, "01632 960100");
    let damaged = record.case;
    let damage = move |tx: &Transaction<'_>| {
        tx.execute("DELETE FROM snapshot", [])?;
        let sql = "UPDATE change SET bytes = x'00' WHERE case_id = ?1";
        Ok::<_, StoreError>(tx.execute(sql, [damaged.as_bytes()])?)
    };
    service.store.write_now(damage).unwrap();
    assert_eq!(service.pack("A81001"), 0);
    assert_eq!(names(&service.held(Some("A81001"))), ["unreadable"]);
}

#[test]
fn a_case_that_the_tables_refuse_holds_nobody_else_up() {
    let service = Service::new();
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON coded_entry
         WHEN new.family_name = 'Okafor' BEGIN SELECT RAISE(ABORT, 'no'); END";
    service.store.write_now(|tx| Ok::<_, StoreError>(tx.execute(refuse, [])?)).unwrap();
    for (number, name) in [(1, "Abdi"), (2, "Okafor"), (3, "Bevan")] {
        let mut record = service.refer(number, name);
        service.accept(&mut record, Consent::CodeOnly);
    }
    assert_eq!(service.pack("A81001"), 2);
}

#[test]
fn what_comes_in_while_a_pack_is_being_closed_counts() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    let accepted = service.accept(&mut record, Consent::CodeOnly);
    assert_eq!(service.ready("A81001"), 1);
    // Withdrawn in the log and not projected yet, as if it came after the last round.
    let reason = Personal::new("mistake".to_owned());
    service.put(&mut record, Fact::Retracted(Retracted { target: accepted, reason }));
    let ready = service.store.write_now(|tx| {
        assert!(projector::catch_up_within(tx, clock::today())?);
        worklist::ready(tx, &practice("A81001"))
    });
    assert_eq!(ready.unwrap(), []);
}
