//! What practices are told of records that look like one person's, before and after the lead decides.

use rusqlite::Transaction;
use shared::{
    case::{
        Fact, Field,
        event::{ClosingReason, Consent, Decision as Said, EpisodeClosed},
    },
    ids::UserId,
    nhs_number::NhsNumber,
};

use super::ledger::{Record, Service, counts, names, practice};
use crate::{
    clock, projector,
    store::{
        StoreError,
        asks::Action,
        cases,
        duplicates::{self, Decision, Outcome, Pair, Verdict},
        people::{self, NewUser},
        receipts::Outcome as Answer,
        settlements,
    },
};

fn pair(one: &Record, other: &Record) -> Pair {
    Pair::of(one.case, other.case).unwrap()
}

impl Service {
    /// A record of the person with this number, whose answer is recorded.
    fn record_of(&self, number: u32, family_name: &str) -> Record {
        // Each has a name of its own, so that a test can tell them apart.
        let mut record = self.refer(number, family_name);
        self.accept(&mut record, Consent::CodeOnly);
        record
    }

    fn add_worker(&self, name: &'static str, record: &Record) -> UserId {
        let case = record.case;
        let add = move |tx: &Transaction<'_>| {
            let role = shared::case::Role::LinkWorker;
            let new = NewUser { name: name.into(), role, practice: None, gp_username: None };
            let user = people::add_user(tx, &new)?;
            cases::grant(tx, case, user)?;
            Ok::<_, StoreError>(user)
        };
        self.store.write_now(add).unwrap()
    }

    fn holders(&self, record: &Record) -> Vec<UserId> {
        self.store.read_now(|tx| cases::holders(tx, record.case)).unwrap()
    }

    fn undecided(&self) -> Vec<Pair> {
        projector::catch_up(&self.store).unwrap();
        self.store.read_now(duplicates::undecided).unwrap()
    }

    fn decisions(&self, pair: Pair) -> Vec<Decision> {
        self.store.read_now(|tx| duplicates::decisions(tx, pair)).unwrap()
    }

    /// Decides as somebody who opened the page just now.
    fn decide(&self, pair: Pair, verdict: Verdict) -> Outcome {
        let seen = self.decisions(pair).last().map_or(0, |last| last.id);
        self.decide_having_seen(pair, seen, verdict)
    }

    fn decide_having_seen(&self, pair: Pair, seen: i64, verdict: Verdict) -> Outcome {
        projector::catch_up(&self.store).unwrap();
        let by = (self.author.user, clock::now_ms());
        let write = move |tx: &Transaction<'_>| {
            duplicates::decide(tx, pair, seen, verdict, by, "Rang both")
        };
        self.store.write_now::<_, StoreError>(write).unwrap()
    }
}

const NOTHING_MOVED: Outcome = Outcome::Kept { given: 0, taken: 0 };

#[test]
fn different_people_both_go_out_once_each_has_a_number_of_their_own() {
    let service = Service::new();
    let one = service.record_of(1, "Okafor");
    let mut other = service.record_of(1, "Bevan");
    assert_eq!(service.asks("A81001"), counts(0, 0, 0));
    assert_eq!(service.undecided(), [pair(&one, &other)]);
    let decided = service.decide(pair(&one, &other), Verdict::DifferentPeople);
    assert_eq!(decided, NOTHING_MOVED);
    assert_eq!(service.undecided(), Vec::new());
    assert_eq!(names(&service.held(None)), ["nhs_number_shared", "nhs_number_shared"]);
    assert_eq!(service.asks("A81001"), counts(0, 0, 0));
    service.correct(&mut other, Field::NhsNumber, &NhsNumber::invented(2).digits());
    assert_eq!((service.undecided(), service.held(None)), (Vec::new(), Vec::new()));
    assert_eq!(service.asks("A81001"), counts(2, 0, 0));
    // The decision does not let them have one number ever after.
    service.correct(&mut other, Field::NhsNumber, &NhsNumber::invented(1).digits());
    assert_eq!(service.asks("A81001"), counts(0, 0, 0));
    assert_eq!(names(&service.held(None)), ["nhs_number_shared"]);
    service.assert_sound();
}

#[test]
fn what_the_practice_had_before_stays_for_the_record_that_goes_on() {
    let service = Service::new();
    let one = service.record_of(1, "Okafor");
    service.asks("A81001");
    service.answer("A81001", "Okafor", Answer::Filed);
    let mut other = service.record_of(2, "Bevan");
    service.asks("A81001");
    // It is the entry of the first record that whoever looks finds.
    service.answer("A81001", "Bevan", Answer::AlreadyInRecord);
    service.correct(&mut other, Field::NhsNumber, &NhsNumber::invented(1).digits());
    service.decide(pair(&one, &other), Verdict::SamePerson(one.case));
    assert_eq!(service.asks("A81001"), counts(0, 0, 0));
    assert_eq!(service.balance("A81001"), [2, 1, 1, 0, 0, 0]);
    service.assert_sound();
}

#[test]
fn of_one_person_one_record_goes_out_and_what_was_sent_of_the_other_is_taken_back() {
    let service = Service::new();
    let other = service.record_of(1, "Bevan");
    assert_eq!(service.asks("A81001"), counts(1, 0, 0));
    service.answer("A81001", "Bevan", Answer::Filed);
    let mut one = service.record_of(1, "Okafor");
    let (pair, goes_on) = (pair(&one, &other), Verdict::SamePerson(one.case));
    assert_eq!(names(&service.held(None)), ["likely_duplicate"]);
    let worker = service.add_worker("Ben", &other);
    assert_eq!(service.decide(pair, goes_on), Outcome::Kept { given: 1, taken: 0 });
    assert!(service.holders(&one).contains(&worker));
    // The lead is told why nothing more comes of the other one; no practice waits for it.
    assert_eq!(names(&service.held(None)), ["same_person_elsewhere"]);
    assert_eq!(names(&service.held(Some("A81001"))), Vec::<String>::new());
    assert_eq!(service.asks("A81001"), counts(1, 0, 1));
    assert_eq!(service.asks("A81001"), counts(0, 0, 0));
    let settled = service.settled("A81001", "Bevan");
    assert_eq!(settled.action, Action::Retract);
    assert_eq!(settled.reason, "The person had two records, and the other one goes on.");
    service.answer("A81001", "Bevan", Answer::Filed);
    assert_eq!(service.balance("A81001"), [2, 0, 0, 0, 1, 1]);
    // What goes on is amended as ever; what was set aside is not.
    service.correct(&mut one, Field::FamilyName, "Okafor-Hale");
    let mut other = other;
    service.correct(&mut other, Field::FamilyName, "Bevan-Rees");
    assert_eq!(service.asks("A81001"), counts(0, 1, 0));
    service.assert_sound();
}

#[test]
fn what_was_sent_of_an_episode_that_was_over_stays_when_the_record_is_set_aside() {
    let service = Service::new();
    let mut other = service.refer_ago(40, 1, "Bevan");
    let (episode, consent) = (other.episode, Consent::CodeOnly);
    let decision = Said { episode, contact: None, consent };
    let accepted = service.put_ago(38, &mut other, Fact::Accepted(decision));
    assert_eq!(service.asks("A81001"), counts(1, 0, 0));
    service.answer("A81001", "Bevan", Answer::Filed);
    let reason = ClosingReason::Completed;
    service.put_ago(10, &mut other, Fact::EpisodeClosed(EpisodeClosed { episode, reason }));
    let one = service.record_of(1, "Okafor");
    service.decide(pair(&one, &other), Verdict::SamePerson(one.case));
    assert_eq!(service.asks("A81001"), counts(1, 0, 0));
    service.answer("A81001", "Okafor", Answer::Filed);
    assert_eq!(service.balance("A81001"), [2, 2, 0, 0, 0, 0]);
    // Unless it was wrong.
    service.withdraw(&mut other, accepted);
    assert_eq!(service.asks("A81001"), counts(0, 0, 1));
    assert_eq!(service.settled("A81001", "Bevan").reason, "The entry was withdrawn.");
    service.assert_sound();
}

#[test]
fn what_was_sent_of_the_other_record_stays_until_the_one_that_goes_on_answers_for_it() {
    for (consent, new) in [(Consent::CodeOnly, 1), (Consent::Withheld, 0)] {
        let service = Service::new();
        let other = service.record_of(1, "Bevan");
        assert_eq!(service.asks("A81001"), counts(1, 0, 0));
        service.answer("A81001", "Bevan", Answer::Filed);
        let mut one = service.refer(1, "Okafor");
        service.decide(pair(&one, &other), Verdict::SamePerson(one.case));
        assert_eq!(service.asks("A81001"), counts(0, 0, 0));
        service.accept(&mut one, consent);
        assert_eq!(service.asks("A81001"), counts(new, 0, 1));
        service.assert_sound();
    }
}

#[test]
fn of_two_records_that_were_both_set_aside_one_entry_stays() {
    let service = Service::new();
    let mut sent = [service.record_of(1, "Okafor"), service.record_of(2, "Bevan")];
    assert_eq!(service.asks("A81001"), counts(2, 0, 0));
    let goes_on = service.refer(3, "Abdi");
    for record in &mut sent {
        let name = record.document.read(record.case).0.person.shown(Field::FamilyName).to_owned();
        service.answer("A81001", &name, Answer::Filed);
        service.correct(record, Field::NhsNumber, &NhsNumber::invented(3).digits());
        service.decide(pair(record, &goes_on), Verdict::SamePerson(goes_on.case));
    }
    assert_eq!(service.asks("A81001"), counts(0, 0, 1));
    assert_eq!(service.asks("A81001"), counts(0, 0, 0));
    service.assert_sound();
}

#[test]
fn nothing_is_taken_back_that_was_never_sent() {
    let service = Service::new();
    let (one, other) = (service.record_of(1, "Okafor"), service.record_of(1, "Bevan"));
    service.decide(pair(&one, &other), Verdict::SamePerson(one.case));
    assert_eq!(service.asks("A81001"), counts(1, 0, 0));
    assert_eq!(service.settled("A81001", "Okafor").action, Action::New);
    service.assert_sound();
}

#[test]
fn a_decision_that_is_changed_sends_the_other_one_again_and_takes_back_what_it_gave() {
    let service = Service::new();
    let other = service.record_of(1, "Bevan");
    service.asks("A81001");
    service.answer("A81001", "Bevan", Answer::Filed);
    let mut one = service.record_of(1, "Okafor");
    let worker = service.add_worker("Ben", &other);
    let pair = pair(&one, &other);
    service.decide(pair, Verdict::SamePerson(one.case));
    assert_eq!(service.asks("A81001"), counts(1, 0, 1));
    service.answer("A81001", "Bevan", Answer::Filed);
    let changed = service.decide(pair, Verdict::DifferentPeople);
    assert_eq!(changed, Outcome::Kept { given: 0, taken: 1 });
    assert!(!service.holders(&one).contains(&worker) && service.holders(&other).contains(&worker));
    service.correct(&mut one, Field::NhsNumber, &NhsNumber::invented(2).digits());
    assert_eq!(service.asks("A81001"), counts(0, 2, 0));
    let reason = service.settled("A81001", "Bevan").reason;
    assert_eq!(reason, "It was taken back and stands again: make it as it reads here.");
    // And the other way round: the first record is set aside now.
    let swapped = service.decide(pair, Verdict::SamePerson(other.case));
    assert!(matches!(swapped, Outcome::Kept { .. }), "{swapped:?}");
    assert_eq!(service.asks("A81001"), counts(0, 0, 1));
    assert_eq!(service.settled("A81001", "Okafor").action, Action::Retract);
    assert_eq!(service.decisions(pair).len(), 3);
    service.assert_sound();
}

#[test]
fn three_records_of_one_person_take_two_decisions() {
    let service = Service::new();
    let records = ["Okafor", "Bevan", "Abdi"].map(|name| service.record_of(1, name));
    let [one, two, three] = &records;
    assert_eq!(service.undecided().len(), 3);
    service.decide(pair(one, two), Verdict::SamePerson(one.case));
    // The third is like the second, which the first stands for.
    assert_eq!(service.undecided(), [pair(one, three)]);
    assert_eq!(service.asks("A81001"), counts(0, 0, 0));
    let barred = service.decide(pair(two, three), Verdict::SamePerson(three.case));
    assert_eq!(barred, Outcome::SetAside);
    service.decide(pair(one, three), Verdict::SamePerson(three.case));
    assert_eq!(service.undecided(), []);
    assert_eq!(service.asks("A81001"), counts(1, 0, 0));
    assert_eq!(service.settled("A81001", "Abdi").action, Action::New);
    let stands_for = |record: &Record| {
        service.store.read_now(|tx| duplicates::goes_on_for(tx, record.case)).unwrap()
    };
    assert_eq!([one, two, three].map(stands_for), [Some(three.case), Some(three.case), None]);
    // No ring: what was set aside cannot go on for the record that it was set aside for.
    let ring = service.decide(pair(two, three), Verdict::SamePerson(two.case));
    assert_eq!(ring, Outcome::SetAside);
    service.assert_sound();
}

#[test]
fn whoever_gives_one_record_back_gives_back_what_was_given_on_the_strength_of_it() {
    let service = Service::new();
    let [one, two, three] = ["Okafor", "Bevan", "Abdi"].map(|name| service.record_of(1, name));
    let worker = service.add_worker("Ben", &two);
    service.decide(pair(&one, &two), Verdict::SamePerson(one.case));
    let given = service.decide(pair(&one, &three), Verdict::SamePerson(three.case));
    assert_eq!(given, Outcome::Kept { given: 1, taken: 0 });
    assert!([&one, &two, &three].iter().all(|record| service.holders(record).contains(&worker)));
    let changed = service.decide(pair(&one, &two), Verdict::DifferentPeople);
    assert_eq!(changed, Outcome::Kept { given: 0, taken: 1 });
    let has = [&one, &two, &three].map(|record| service.holders(record).contains(&worker));
    assert_eq!(has, [false, true, false]);
    service.assert_sound();
}

#[test]
fn whoever_is_like_a_record_that_was_set_aside_still_waits() {
    let service = Service::new();
    let one = service.record_of(1, "Okafor");
    let mut two = service.record_of(1, "Bevan");
    service.decide(pair(&one, &two), Verdict::SamePerson(one.case));
    // The second's number was another person's all along, who has a record, too.
    service.correct(&mut two, Field::NhsNumber, &NhsNumber::invented(3).digits());
    let three = service.record_of(3, "Abdi");
    assert_eq!(service.undecided(), [pair(&one, &three)]);
    service.decide(pair(&one, &three), Verdict::DifferentPeople);
    assert_eq!(service.asks("A81001"), counts(2, 0, 0));
    service.assert_sound();
}

#[test]
fn whoever_decides_second_is_told_and_changes_nothing() {
    let service = Service::new();
    let (one, mut other) = (service.record_of(1, "Okafor"), service.record_of(1, "Bevan"));
    let pair = pair(&one, &other);
    service.decide_having_seen(pair, 0, Verdict::DifferentPeople);
    let stale = service.decide_having_seen(pair, 0, Verdict::SamePerson(one.case));
    assert_eq!(stale, Outcome::Stale);
    assert_eq!(service.decide(pair, Verdict::DifferentPeople), Outcome::Gone);
    assert_eq!(service.decisions(pair).len(), 1);
    service.correct(&mut other, Field::NhsNumber, &NhsNumber::invented(2).digits());
    assert_eq!(service.asks("A81001"), counts(2, 0, 0));
}

#[test]
fn records_that_are_not_alike_are_not_laid_side_by_side() {
    let service = Service::new();
    let (one, other) = (service.record_of(1, "Okafor"), service.record_of(2, "Bevan"));
    let pair = pair(&one, &other);
    assert_eq!(service.decide(pair, Verdict::SamePerson(one.case)), Outcome::Gone);
    assert!(!service.store.read_now(|tx| duplicates::may_compare(tx, pair)).unwrap());
    assert_eq!(service.asks("A81001"), counts(2, 0, 0));
}

#[test]
fn the_copy_of_a_referral_that_was_sent_never_goes_out_a_second_time() {
    let service = Service::new();
    let record = service.record_of(1, "Okafor");
    assert_eq!(service.asks("A81001"), counts(1, 0, 0));
    let copy = service.copy_of(&record, 7, "A81001");
    assert_eq!(names(&service.held(None)), ["likely_duplicate"]);
    // The row is the first one's, which therefore cannot be the one that is set aside.
    let other_way = service.decide(pair(&record, &copy), Verdict::SamePerson(copy.case));
    assert_eq!(other_way, Outcome::SentFromOther);
    service.decide(pair(&record, &copy), Verdict::DifferentPeople);
    assert_eq!(names(&service.held(None)), ["sent_from_another_record"]);
    assert_eq!(service.asks("A81001"), counts(0, 0, 0));
    service.decide(pair(&record, &copy), Verdict::SamePerson(record.case));
    assert_eq!(names(&service.held(None)), ["same_person_elsewhere"]);
    assert_eq!(service.asks("A81001"), counts(0, 0, 0));
    let rows = service.store.read_now(|tx| settlements::outstanding(tx, &practice("A81001")));
    assert_eq!(rows.unwrap().len(), 1);
    service.assert_sound();
}

#[test]
fn what_is_decided_before_a_record_is_worked_out_again_holds_afterwards() {
    let service = Service::new();
    let (one, other) = (service.record_of(1, "Okafor"), service.record_of(1, "Bevan"));
    service.decide(pair(&one, &other), Verdict::SamePerson(one.case));
    for case in [other.case, one.case] {
        let forget = move |tx: &Transaction<'_>| {
            crate::store::ledger::forget(tx, case)?;
            let sql = "UPDATE case_log SET projected_position = 0 WHERE case_id = ?1";
            Ok::<_, StoreError>(tx.execute(sql, [case.as_bytes()])?)
        };
        service.store.write_now(forget).unwrap();
        assert_eq!(service.undecided(), []);
    }
    assert_eq!(service.asks("A81001"), counts(1, 0, 0));
    service.assert_sound();
}
