//! What practices are told of cases that change, go, look alike or cannot be read.

use jiff::{Timestamp, ToSpan};
use rusqlite::Transaction;
use shared::{
    case::{
        Event, Fact, Field, Role,
        event::{
            Amended, ClosingReason, Consent, Decision, EpisodeClosed, Referral, ReferralSource,
            Retracted,
        },
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
    receipt::{self, Answer, Named, Refusal},
    store::{
        Store, StoreError,
        asks::{self, Action},
        cases,
        held::{self, HeldRow},
        packs::Counts,
        people::{self, NewUser},
        receipts::{Effect, Outcome, Said, Source, Way},
        settlements::{self, Settled},
        worklist,
    },
    verify,
};

/// A service with three practices and one link worker.
pub(super) struct Service {
    pub(super) store: Store,
    pub(super) author: Author,
    // Dropped after the store that lies in it.
    pub(super) scratch: Scratch,
}

/// One case, as its worker's phone has it.
#[derive(Clone)]
pub(super) struct Record {
    pub(super) case: CaseId,
    pub(super) document: Document,
    pub(super) episode: EventId,
}

pub(super) fn practice(ods: &str) -> OdsCode {
    OdsCode::parse(ods).unwrap()
}

fn new_id() -> EventId {
    let unix_ms = u64::try_from(clock::now_ms()).unwrap();
    EventId::new(unix_ms, u128::from_le_bytes(random::bytes()))
}

pub(super) fn referred() -> Fact {
    let (source, reason) = (ReferralSource::Gp, Personal::new("lonely".to_owned()));
    Fact::Referred(Referral { source, reason })
}

pub(super) fn names(held: &[HeldRow]) -> Vec<String> {
    held.iter().map(HeldRow::reason_names).collect()
}

impl Service {
    pub(super) fn new() -> Self {
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
        Self { store, author: author.unwrap(), scratch }
    }

    fn event(&self, days: i64, fact: Fact) -> Event {
        Event {
            id: new_id(),
            device: None,
            at: clock::today().saturating_sub(days.days()).at(10, 0, 0, 0),
            recorded_at: Timestamp::now(),
            by: self.author.user,
            role: Role::LinkWorker,
            fact,
        }
    }

    pub(super) fn append(&self, case: CaseId, bytes: &[u8]) {
        let (change, user) = (IncomingChange::parse(bytes).unwrap(), self.author.user);
        let append =
            move |tx: &Transaction<'_>| cases::append_server_changes(tx, case, &[change], &[user]);
        self.store.write_now(append).unwrap();
    }

    /// A person with a number of their own, referred.
    pub(super) fn refer(&self, number: u32, family_name: &str) -> Record {
        self.refer_ago(3, number, family_name)
    }

    /// The same, so many days ago.
    pub(super) fn refer_ago(&self, days: i64, number: u32, family_name: &str) -> Record {
        let case = CaseId::from_random(random::bytes());
        let referral = self.event(days, referred());
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

    /// The same entries in another record, of somebody with this number.
    pub(super) fn copy_of(&self, record: &Record, number: u32, ods: &str) -> Record {
        let case = CaseId::from_random(random::bytes());
        let read = record.document.read(record.case).0;
        let (document, bytes) = Document::create(case, &self.author, 0, |writer| {
            writer.put_field(Field::NhsNumber, &NhsNumber::invented(number).digits())?;
            writer.put_field(Field::FamilyName, "Copy")?;
            writer.put_field(Field::GivenNames, "Cat")?;
            writer.put_field(Field::BirthDate, "1970-01-01")?;
            writer.put_field(Field::PracticeOds, ods)?;
            read.entries.values().try_for_each(|entry| writer.put_event(&entry.original))
        })
        .unwrap();
        self.append(case, &bytes);
        Record { case, document, episode: record.episode }
    }

    pub(super) fn put(&self, record: &mut Record, fact: Fact) -> EventId {
        self.put_ago(3, record, fact)
    }

    pub(super) fn put_ago(&self, days: i64, record: &mut Record, fact: Fact) -> EventId {
        let event = self.event(days, fact);
        let written = record.document.commit(&self.author, 0, |writer| writer.put_event(&event));
        self.append(record.case, &written.unwrap());
        event.id
    }

    pub(super) fn correct(&self, record: &mut Record, field: Field, value: &str) {
        let put = |writer: &mut shared::document::Writer<'_, '_>| writer.put_field(field, value);
        let written = record.document.commit(&self.author, 0, put);
        self.append(record.case, &written.unwrap());
    }

    pub(super) fn accept(&self, record: &mut Record, consent: Consent) -> EventId {
        let decision = Decision { episode: record.episode, contact: None, consent };
        self.put(record, Fact::Accepted(decision))
    }

    pub(super) fn withdraw(&self, record: &mut Record, target: EventId) {
        let reason = Personal::new("another person".to_owned());
        self.put(record, Fact::Retracted(Retracted { target, reason }));
    }

    /// Corrects what an acceptance says of what may be shared: the last version of it.
    fn agree(
        &self,
        record: &mut Record,
        accepted: EventId,
        replaces: EventId,
        consent: Consent,
    ) -> EventId {
        let decision = Decision { episode: record.episode, contact: None, consent };
        let amended = Amended {
            target: accepted,
            replaces,
            corrected_at: clock::today().saturating_sub(3.days()).at(10, 0, 0, 0),
            corrected: Box::new(Fact::Accepted(decision)),
            reason: Personal::new("thought again".to_owned()),
        };
        self.put(record, Fact::Amended(amended))
    }

    /// How many rows of each action are in the next pack.
    pub(super) fn asks(&self, ods: &str) -> Counts {
        pack::close_next(&self.store, &practice(ods), Empty::Close).unwrap().line.rows
    }

    /// How many rows are NEW in the next pack.
    fn pack(&self, ods: &str) -> u32 {
        self.asks(ods).new
    }

    /// Answers what was asked last of the practice's only row, or of that of a person.
    pub(super) fn answer(&self, ods: &str, family_name: &str, outcome: Outcome) -> Effect {
        self.answer_to(ods, family_name, None, outcome)
    }

    /// Answers what one pack asked.
    pub(super) fn answer_to(
        &self,
        ods: &str,
        family_name: &str,
        number: Option<u32>,
        outcome: Outcome,
    ) -> Effect {
        let settled = self.settled(ods, family_name);
        let said = Said { detail: "why".to_owned(), ..Said::default() };
        let answer = Answer::new(outcome, said).unwrap();
        let source = Source { way: Way::Command, by: None, at: clock::now_ms() };
        let practice = practice(ods);
        let write = move |tx: &Transaction<'_>| {
            let named = Named { practice: &practice, row_id: &settled.row.row_id, number };
            receipt::answer(tx, named, &answer, &source, clock::today())
        };
        self.store.write_now(write).unwrap().unwrap()
    }

    pub(super) fn settled(&self, ods: &str, family_name: &str) -> Settled {
        let practice = practice(ods);
        let find = |tx: &Transaction<'_>| {
            let mut rows = settlements::outstanding(tx, &practice)?;
            rows.extend(settlements::answered(tx, &practice, 100)?);
            Ok::<_, StoreError>(rows)
        };
        let rows = self.store.read_now(find).unwrap();
        let found = rows.into_iter().find(|one| one.row.person.family_name == family_name);
        found.unwrap_or_else(|| panic!("{family_name} is not among the rows of {ods}"))
    }

    pub(super) fn balance(&self, ods: &str) -> [u32; 6] {
        let practice = practice(ods);
        let balance = self.store.read_now(|tx| settlements::balance(tx, &practice)).unwrap();
        let settlements::Balance { packed, filed, already_there, refused, taken_back, outstanding } =
            balance;
        assert_eq!(packed, filed + already_there + refused + taken_back + outstanding);
        [packed, filed, already_there, refused, taken_back, outstanding]
    }

    pub(super) fn ready(&self, ods: &str) -> usize {
        projector::catch_up(&self.store).unwrap();
        self.store.read_now(|tx| worklist::ready(tx, &practice(ods))).unwrap().len()
    }

    pub(super) fn held(&self, ods: Option<&str>) -> Vec<HeldRow> {
        projector::catch_up(&self.store).unwrap();
        let ods = ods.map(practice);
        self.store.read_now(|tx| held::held(tx, ods.as_ref())).unwrap()
    }

    pub(super) fn assert_sound(&self) {
        assert_eq!(verify::verify(&self.store).unwrap().differences, Vec::<String>::new());
    }
}

pub(super) fn counts(new: u32, amend: u32, retract: u32) -> Counts {
    Counts { new, amend, retract, reminder: 0 }
}

#[test]
fn whoever_is_referred_again_and_accepts_again_is_a_row_of_its_own() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    service.accept(&mut record, Consent::CodeOnly);
    assert_eq!(service.asks("A81001"), counts(1, 0, 0));
    let first = service.settled("A81001", "Okafor").row.row_id;
    service.answer("A81001", "Okafor", Outcome::Filed);
    let (episode, reason) = (record.episode, ClosingReason::Completed);
    service.put(&mut record, Fact::EpisodeClosed(EpisodeClosed { episode, reason }));
    let reason = Personal::new("alone again".to_owned());
    let again = Referral { source: ReferralSource::Person, reason };
    record.episode = service.put(&mut record, Fact::Referred(again));
    assert_eq!(service.asks("A81001"), counts(0, 0, 0));
    service.accept(&mut record, Consent::CodeOnly);
    assert_eq!(service.held(None), Vec::new());
    assert_eq!(service.asks("A81001"), counts(1, 0, 0));
    let rows = service.store.read_now(|tx| settlements::outstanding(tx, &practice("A81001")));
    let rows: Vec<String> = rows.unwrap().into_iter().map(|one| one.row.row_id).collect();
    assert!(rows.len() == 1 && rows[0] != first, "{rows:?}");
    assert_eq!(service.balance("A81001"), [2, 1, 0, 0, 0, 1]);
    service.assert_sound();
}

#[test]
fn what_is_withdrawn_after_it_was_packed_is_taken_back_once() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    let accepted = service.accept(&mut record, Consent::CodeOnly);
    assert_eq!(service.asks("A81001"), counts(1, 0, 0));
    assert_eq!(service.answer("A81001", "Okafor", Outcome::Filed), Effect::Answers);
    assert_eq!(service.balance("A81001"), [1, 1, 0, 0, 0, 0]);
    let reason = Personal::new("another person".to_owned());
    service.put(&mut record, Fact::Retracted(Retracted { target: accepted, reason }));
    assert_eq!(service.asks("A81001"), counts(0, 0, 1));
    assert_eq!(service.asks("A81001"), counts(0, 0, 0));
    let settled = service.settled("A81001", "Okafor");
    assert_eq!((settled.action, settled.outcome), (Action::Retract, None));
    assert_eq!(settled.reason, "The entry was withdrawn.");
    assert_eq!(service.balance("A81001"), [1, 0, 0, 0, 0, 1]);
    service.answer("A81001", "Okafor", Outcome::Filed);
    assert_eq!(service.balance("A81001"), [1, 0, 0, 0, 1, 0]);
    assert_eq!(service.balance("B82002"), [0; 6]);
    // Recorded again it is the same row, which has been NEW once.
    service.accept(&mut record, Consent::CodeOnly);
    assert_eq!(service.asks("A81001"), counts(0, 1, 0));
    let reason = service.settled("A81001", "Okafor").reason;
    assert_eq!(reason, "It was taken back and stands again: make it as it reads here.");
    service.assert_sound();
}

#[test]
fn what_changed_after_it_was_packed_is_amended_with_what_changed() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    service.accept(&mut record, Consent::CodeOnly);
    assert_eq!(service.asks("A81001"), counts(1, 0, 0));
    service.answer("A81001", "Okafor", Outcome::Filed);
    service.correct(&mut record, Field::FamilyName, "Okafor-Hale");
    assert_eq!(service.asks("A81001"), counts(0, 1, 0));
    assert_eq!(service.asks("A81001"), counts(0, 0, 0));
    let settled = service.settled("A81001", "Okafor-Hale");
    assert_eq!(settled.reason, "Family name: Okafor is now Okafor-Hale.");
    assert_eq!((settled.action, settled.outcome), (Action::Amend, None));
    service.answer("A81001", "Okafor-Hale", Outcome::Filed);
    assert_eq!(service.balance("A81001"), [1, 1, 0, 0, 0, 0]);
    service.assert_sound();
}

#[test]
fn an_answer_that_is_corrected_takes_one_entry_back_and_makes_the_other_in_its_place() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    let accepted = service.accept(&mut record, Consent::CodeOnly);
    service.asks("A81001");
    let old = service.settled("A81001", "Okafor").row;
    service.answer("A81001", "Okafor", Outcome::Filed);
    let reason = Personal::new("misheard".to_owned());
    service.put(&mut record, Fact::Retracted(Retracted { target: accepted, reason }));
    let decision = Decision { episode: record.episode, contact: None, consent: Consent::CodeOnly };
    service.put(&mut record, Fact::Declined(decision));
    projector::catch_up(&service.store).unwrap();
    let due = service.store.read_now(|tx| asks::due(tx, &practice("A81001"), clock::now()));
    let due = due.unwrap();
    assert_eq!(
        due.iter().map(|ask| ask.action).collect::<Vec<_>>(),
        [Action::Retract, Action::New]
    );
    assert_eq!(due[0].row.row_id, old.row_id);
    assert_eq!(due[0].reason, "The person's answer is recorded differently now.");
    assert_eq!(due[1].replaces_row_id, old.row_id);
    assert_eq!(due[1].row.snomed_code, "871711000000103");
    assert_eq!(service.asks("A81001"), counts(1, 0, 1));
    service.assert_sound();
}

#[test]
fn consent_that_is_withdrawn_takes_the_entry_back_and_what_is_only_in_doubt_does_not() {
    let mut service = Service::new();
    let mut record = service.refer(1, "Okafor");
    let accepted = service.accept(&mut record, Consent::CodeOnly);
    let mut doubtful = service.refer(2, "Bevan");
    service.accept(&mut doubtful, Consent::CodeOnly);
    assert_eq!(service.asks("A81001"), counts(2, 0, 0));
    // Two people write another name at once: nothing is asked until somebody has settled that.
    let mut on_the_other_phone = doubtful.clone();
    service.correct(&mut doubtful, Field::FamilyName, "Bevan-Rees");
    service.author.session = random::bytes();
    service.correct(&mut on_the_other_phone, Field::FamilyName, "Beavan");
    service.agree(&mut record, accepted, accepted, Consent::Withheld);
    assert_eq!(service.asks("A81001"), counts(0, 0, 1));
    let reason = service.settled("A81001", "Okafor").reason;
    assert_eq!(reason, "The person no longer agrees that it is shared.");
    service.assert_sound();
}

#[test]
fn a_second_answer_that_shares_nothing_takes_the_entry_back_too() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    service.accept(&mut record, Consent::CodeOnly);
    assert_eq!(service.asks("A81001"), counts(1, 0, 0));
    service.accept(&mut record, Consent::Withheld);
    assert_eq!(service.asks("A81001"), counts(0, 0, 1));
    let reason = service.settled("A81001", "Okafor").reason;
    assert_eq!(reason, "The person no longer agrees that it is shared.");
    service.assert_sound();
}

#[test]
fn what_a_person_agrees_to_share_later_is_told_as_well() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    let accepted = service.accept(&mut record, Consent::CodeAndSummary);
    assert_eq!(service.asks("A81001"), counts(1, 0, 0));
    service.answer("A81001", "Okafor", Outcome::Filed);
    let code_only = service.agree(&mut record, accepted, accepted, Consent::CodeOnly);
    assert_eq!(service.asks("A81001"), counts(0, 1, 0));
    assert_eq!(
        service.settled("A81001", "Okafor").reason,
        "The person no longer agrees to the summary: take it out of the record."
    );
    service.answer("A81001", "Okafor", Outcome::Filed);
    assert_eq!(service.asks("A81001"), counts(0, 0, 0));
    service.agree(&mut record, accepted, code_only, Consent::CodeAndSummary);
    assert_eq!(service.asks("A81001"), counts(0, 1, 0));
    let reason = service.settled("A81001", "Okafor").reason;
    assert_eq!(reason, "A summary may be kept now.");
    service.assert_sound();
}

#[test]
fn a_pack_that_did_not_say_what_may_be_shared_brings_nobody_an_amendment() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    service.accept(&mut record, Consent::CodeOnly);
    assert_eq!(service.asks("A81001"), counts(1, 0, 0));
    let forget = |tx: &Transaction<'_>| {
        tx.execute("UPDATE packed_row SET consent_scope = ''", [])?;
        settlements::rebuild(tx)
    };
    service.store.write_now(forget).unwrap();
    assert_eq!(service.asks("A81001"), counts(0, 0, 0));
}

#[test]
fn an_earlier_referral_that_comes_in_late_makes_no_second_entry() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    let accepted = service.accept(&mut record, Consent::CodeOnly);
    assert_eq!(service.asks("A81001"), counts(1, 0, 0));
    service.answer("A81001", "Okafor", Outcome::Filed);
    // Another phone had it two days before, and brings it now.
    let episode = service.put_ago(5, &mut record, referred());
    assert_eq!((service.asks("A81001"), service.held(None)), (counts(0, 0, 0), Vec::new()));
    service.correct(&mut record, Field::FamilyName, "Okafor-Hale");
    assert_eq!(service.asks("A81001"), counts(0, 1, 0));
    service.answer("A81001", "Okafor-Hale", Outcome::Filed);
    let decision = Decision { episode, contact: None, consent: Consent::CodeOnly };
    service.put_ago(4, &mut record, Fact::Accepted(decision));
    assert_eq!(service.asks("A81001"), counts(0, 0, 0));
    assert_eq!(names(&service.held(None)), ["another_episode_open", "another_episode_open"]);
    service.withdraw(&mut record, accepted);
    assert_eq!(service.asks("A81001"), counts(1, 0, 1));
    service.assert_sound();
}

#[test]
fn whoever_moved_is_entered_at_the_new_practice_once_the_old_one_has_answered() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    service.accept(&mut record, Consent::CodeOnly);
    let mut filed = service.refer(2, "Bevan");
    service.accept(&mut filed, Consent::CodeOnly);
    assert_eq!(service.pack("A81001"), 2);
    service.answer("A81001", "Bevan", Outcome::Filed);
    for moved in [&mut record, &mut filed] {
        service.correct(moved, Field::PracticeOds, "B82002");
    }
    // One is in the record that moved with the patient; the other may be being entered.
    assert_eq!(
        (service.asks("A81001"), service.asks("B82002")),
        (counts(0, 0, 0), counts(0, 0, 0))
    );
    assert_eq!(names(&service.held(Some("B82002"))), ["moved_before_answer"]);
    service.answer("A81001", "Okafor", Outcome::NotRegisteredHere);
    let old = service.settled("A81001", "Okafor").row.row_id;
    assert_eq!(service.asks("B82002"), counts(1, 0, 0));
    let new = service.settled("B82002", "Okafor").row.row_id;
    assert_ne!(old, new);
    assert_eq!((service.held(None), service.asks("A81001")), (Vec::new(), counts(0, 0, 0)));
    // The old practice cannot take its answer back: the entry is out at the new one.
    let (ods, id) = (practice("A81001"), old.clone());
    let undone = service.store.write_now(move |tx| {
        let source = Source { way: Way::Page, by: None, at: 0 };
        let named = Named { practice: &ods, row_id: &id, number: None };
        receipt::undo(tx, named, receipt::seen(tx, &id)?, &source)
    });
    assert_eq!(undone.unwrap(), Err(Refusal::OutElsewhere));
    // Moved back, it is out at the new practice and not asked for again at the old one.
    service.correct(&mut record, Field::PracticeOds, "A81001");
    assert_eq!(service.asks("A81001"), counts(0, 0, 0));
    service.assert_sound();
}

#[test]
fn a_refused_row_waits_for_the_worker_and_goes_out_again_once_it_is_put_right() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    service.accept(&mut record, Consent::CodeOnly);
    service.asks("A81001");
    service.answer("A81001", "Okafor", Outcome::IdentityMismatch);
    assert_eq!(service.balance("A81001"), [1, 0, 0, 1, 0, 0]);
    assert_eq!(service.asks("A81001"), counts(0, 0, 0));
    service.correct(&mut record, Field::BirthDate, "1951-03-02");
    assert_eq!(service.asks("A81001"), counts(0, 1, 0));
    assert_eq!(
        service.settled("A81001", "Okafor").reason,
        "Make it as it reads here: it was sent back before. Birth date: 1901-03-02 is now \
         1951-03-02."
    );
    assert_eq!(service.balance("A81001"), [1, 0, 0, 0, 0, 1]);
    service.assert_sound();
}

#[test]
fn what_is_put_right_before_anybody_answered_says_that_it_may_still_have_to_be_made() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    service.accept(&mut record, Consent::CodeOnly);
    service.asks("A81001");
    service.correct(&mut record, Field::FamilyName, "Okafor-Hale");
    assert_eq!(service.asks("A81001"), counts(0, 1, 0));
    assert_eq!(
        service.settled("A81001", "Okafor-Hale").reason,
        "If you have not made it yet, make it as it reads here. If you have, put it right: Family \
         name: Okafor is now Okafor-Hale."
    );
    service.assert_sound();
}

#[test]
fn an_amendment_that_is_refused_leaves_the_entry_where_it_was() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    let accepted = service.accept(&mut record, Consent::CodeOnly);
    service.asks("A81001");
    service.answer("A81001", "Okafor", Outcome::Filed);
    service.correct(&mut record, Field::BirthDate, "1951-03-02");
    assert_eq!(service.asks("A81001"), counts(0, 1, 0));
    service.answer("A81001", "Okafor", Outcome::Rejected);
    // It can still be taken back.
    let reason = Personal::new("another person".to_owned());
    service.put(&mut record, Fact::Retracted(Retracted { target: accepted, reason }));
    assert_eq!(service.asks("A81001"), counts(0, 0, 1));
    // Where it could not be found it was not taken out.
    service.answer("A81001", "Okafor", Outcome::NotRegisteredHere);
    assert_eq!(service.balance("A81001"), [1, 0, 0, 1, 0, 0]);
    service.assert_sound();
}

#[test]
fn while_two_answers_contradict_each_other_nobody_else_is_asked() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    service.accept(&mut record, Consent::CodeOnly);
    service.asks("A81001");
    service.answer("A81001", "Okafor", Outcome::NotRegisteredHere);
    assert_eq!(service.answer("A81001", "Okafor", Outcome::Filed), Effect::Contradicts);
    service.correct(&mut record, Field::PracticeOds, "B82002");
    assert_eq!(service.asks("B82002"), counts(0, 0, 0));
    assert_eq!(names(&service.held(Some("B82002"))), ["moved_before_answer"]);
    service.assert_sound();
}

#[test]
fn rows_that_nobody_answers_come_again_as_reminders_and_are_never_new_again() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    service.accept(&mut record, Consent::CodeOnly);
    assert_eq!(service.pack("A81001"), 1);
    let later = clock::now() + (asks::REMIND_AFTER_DAYS * 24).hours();
    let close = |empty, now| {
        let closed = pack::close_next_at(&service.store, &practice("A81001"), empty, None, now);
        closed.map(|closed| closed.line.rows)
    };
    assert!(close(Empty::Remind, clock::now()).is_err());
    assert_eq!(close(Empty::Remind, later).unwrap(), Counts { reminder: 1, ..counts(0, 0, 0) });
    // It was mentioned just now.
    assert!(close(Empty::Remind, later).is_err());
    // A reminder asks for what was asked before: one answer is enough.
    service.answer("A81001", "Okafor", Outcome::AlreadyInRecord);
    assert_eq!(service.balance("A81001"), [1, 0, 1, 0, 0, 0]);
    service.assert_sound();
}

#[test]
fn the_database_itself_refuses_a_second_row_for_a_fact_that_is_out() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    service.accept(&mut record, Consent::CodeOnly);
    service.pack("A81001");
    let twice = "INSERT INTO settlement SELECT 'another', 'B82002', case_id, episode, snomed_code,
         asked_in, mentioned_in, action, evidence_hash, hide_online, outcome, on_date, detail,
         receipt, contradiction, live, consent_scope FROM settlement";
    let kept = service.store.write_now(|tx| Ok::<_, StoreError>(tx.execute(twice, [])?));
    assert!(kept.is_err());
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
    service.copy_of(&record, 7, "A81001");
    let mut later = service.refer(3, "Bevan");
    service.accept(&mut later, Consent::CodeOnly);
    assert_eq!(service.pack("A81001"), 1);
    let held = service.held(Some("A81001"));
    assert_eq!(names(&held), ["likely_duplicate"]);
    assert_eq!(held[0].person.family_name, "Copy");
    // Not even once the first one is withdrawn: the row has been NEW.
    let reason = Personal::new("mistake".to_owned());
    service.put(&mut record, Fact::Retracted(Retracted { target: accepted, reason }));
    assert_eq!(service.asks("A81001"), counts(0, 0, 1));
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
