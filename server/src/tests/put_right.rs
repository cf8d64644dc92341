//! What practices are asked to put right: corrections and withdrawals, before and after a person moved,
//! named as the practice has the entry.

use jiff::ToSpan;
use rusqlite::Transaction;
use shared::{
    case::{Field, event::Consent},
    ids::EventId,
    nhs_number::NhsNumber,
};

use super::ledger::{Record, Service, counts, names, practice};
use crate::{
    clock, projector,
    receipt::{self, Answer, Named, Refusal},
    store::{
        StoreError, asks,
        duplicates::{self, Pair, Verdict},
        packs::Counts,
        receipts::{Effect, Outcome, Said, Source, Way},
        settlements, unanswered,
    },
};

/// A person whose acceptance a practice filed.
fn filed(service: &Service) -> (Record, EventId) {
    let mut record = service.refer(1, "Okafor");
    let accepted = service.accept(&mut record, Consent::CodeOnly);
    assert_eq!(service.asks("A81001"), counts(1, 0, 0));
    service.answer("A81001", "Okafor", Outcome::Filed);
    (record, accepted)
}

/// The same, moved to another practice.
fn moved_after_filing(service: &Service) -> (Record, EventId) {
    let (mut record, accepted) = filed(service);
    service.correct(&mut record, Field::PracticeOds, "B82002");
    (record, accepted)
}

/// What the next packs of the first practice and of the other one ask.
fn both(service: &Service) -> (Counts, Counts) {
    (service.asks("A81001"), service.asks("B82002"))
}

const ON_THE_PAGE: Source = Source { way: Way::Page, by: None, at: 0 };

fn undo(service: &Service, ods: &str) -> Result<(), Refusal> {
    let (of, row_id) = (practice(ods), service.settled(ods, "Okafor").row.row_id);
    let undo = service.store.write_now(move |tx| {
        let named = Named { practice: &of, row_id: &row_id, number: None };
        receipt::undo(tx, named, receipt::seen(tx, &row_id)?, &ON_THE_PAGE)
    });
    undo.unwrap()
}

fn settle(service: &Service, ods: &str, outcome: Outcome) -> Result<(), Refusal> {
    let (of, row_id) = (practice(ods), service.settled(ods, "Okafor").row.row_id);
    let settled = service.store.write_now(move |tx| {
        let named = Named { practice: &of, row_id: &row_id, number: None };
        receipt::settle(tx, named, (outcome, receipt::seen(tx, &row_id)?), &ON_THE_PAGE)
    });
    settled.unwrap()
}

#[test]
fn what_is_taken_back_is_named_as_the_practice_has_it() {
    let service = Service::new();
    let own = |number| NhsNumber::invented(number).digits();
    let (mut record, accepted) = filed(&service);
    // Filed for the wrong patient; the correction is not answered, or is refused.
    service.correct(&mut record, Field::NhsNumber, &own(2));
    assert_eq!(service.asks("A81001"), counts(0, 1, 0));
    service.correct(&mut record, Field::FamilyName, "Okafor-Hale");
    assert_eq!(service.asks("A81001"), counts(0, 1, 0));
    let reason = service.settled("A81001", "Okafor-Hale").reason;
    let number = format!("NHS number: {} is now {}.", own(1), own(2));
    let name = "Family name: Okafor is now Okafor-Hale.";
    assert_eq!(reason, format!("{number} {name} If it reads as pack 2 asked: {name}"));
    service.answer("A81001", "Okafor-Hale", Outcome::Rejected);
    service.withdraw(&mut record, accepted);
    assert_eq!(service.asks("A81001"), counts(0, 0, 1));
    let settled = service.settled("A81001", "Okafor");
    assert_eq!(settled.row.person.nhs_number, own(1));
    assert_eq!(
        settled.reason,
        format!("The entry was withdrawn. It may read as pack 2 asked: {number}")
    );
    // Whoever looks for the patient under either number finds the row.
    let find = |number: String| {
        let find = |tx: &Transaction<'_>| settlements::of_patient(tx, &practice("A81001"), &number);
        service.store.read_now(find).unwrap().len()
    };
    assert_eq!((find(own(1)), find(own(2)), find(own(3))), (1, 1, 0));
    service.assert_sound();
}

#[test]
fn what_is_to_read_as_the_practice_has_it_after_all_is_said_so() {
    let service = Service::new();
    let (mut record, _) = filed(&service);
    service.correct(&mut record, Field::FamilyName, "Okafor-Hale");
    service.asks("A81001");
    service.correct(&mut record, Field::FamilyName, "Okafor");
    assert_eq!(service.asks("A81001"), counts(0, 1, 0));
    assert_eq!(
        service.settled("A81001", "Okafor").reason,
        "Nothing is to be changed: it is to read as you have it. If it reads as pack 2 asked: \
         Family name: Okafor-Hale is now Okafor."
    );
    service.assert_sound();
}

#[test]
fn what_changes_after_a_move_is_put_right_at_the_practice_that_has_the_record_now() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    let accepted = service.accept(&mut record, Consent::CodeOnly);
    service.asks("A81001");
    service.correct(&mut record, Field::PracticeOds, "B82002");
    service.correct(&mut record, Field::BirthDate, "1951-03-02");
    // The old practice may be making it: until it has answered, nobody else is asked.
    assert_eq!(service.asks("B82002"), counts(0, 0, 0));
    service.answer("A81001", "Okafor", Outcome::Filed);
    let old = service.settled("A81001", "Okafor").row.row_id;
    assert_eq!(service.asks("B82002"), counts(0, 1, 0));
    assert_eq!(both(&service), (counts(0, 0, 0), counts(0, 0, 0)));
    let settled = service.settled("B82002", "Okafor");
    assert_ne!(settled.row.row_id, old);
    assert_eq!(
        settled.reason,
        "The entry came with the record from practice A81001. Birth date: 1901-03-02 is now \
         1951-03-02."
    );
    assert_eq!(service.balance("B82002"), [1, 0, 0, 0, 0, 1]);
    service.assert_sound();
    // Refused, it reads as the old practice made it; withdrawn, it is taken back where it is now.
    service.answer("B82002", "Okafor", Outcome::Rejected);
    service.withdraw(&mut record, accepted);
    assert_eq!(both(&service), (counts(0, 0, 0), counts(0, 0, 1)));
    let settled = service.settled("B82002", "Okafor");
    assert_eq!(settled.row.person.birth_date, "1901-03-02");
    service.answer("B82002", "Okafor", Outcome::Filed);
    // Recorded again it stands where it was taken back, and nowhere else.
    service.accept(&mut record, Consent::CodeOnly);
    assert_eq!(both(&service), (counts(0, 0, 0), counts(0, 1, 0)));
    let reason = service.settled("B82002", "Okafor").reason;
    assert_eq!(reason, "It was taken back and stands again: make it as it reads here.");
    service.answer("B82002", "Okafor", Outcome::Filed);
    // And back to the first practice, with another correction.
    service.correct(&mut record, Field::PracticeOds, "A81001");
    assert_eq!(service.asks("A81001"), counts(0, 0, 0));
    service.correct(&mut record, Field::GivenNames, "Anne");
    assert_eq!(both(&service), (counts(0, 1, 0), counts(0, 0, 0)));
    assert_eq!(service.settled("A81001", "Okafor").row.row_id, old);
    service.answer("A81001", "Okafor", Outcome::Filed);
    assert_eq!(both(&service), (counts(0, 0, 0), counts(0, 0, 0)));
    service.assert_sound();
}

#[test]
fn the_old_practice_may_contradict_itself_after_the_new_one_was_asked() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    service.accept(&mut record, Consent::CodeOnly);
    service.asks("A81001");
    service.answer("A81001", "Okafor", Outcome::NotRegisteredHere);
    service.correct(&mut record, Field::PracticeOds, "B82002");
    assert_eq!(service.asks("B82002"), counts(1, 0, 0));
    assert_eq!(service.answer("A81001", "Okafor", Outcome::Filed), Effect::Contradicts);
    assert_eq!(settle(&service, "A81001", Outcome::Filed), Err(Refusal::OutElsewhere));
    service.assert_sound();
}

#[test]
fn an_entry_that_was_filed_after_somebody_looked_for_it_is_asked_back_again() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    let accepted = service.accept(&mut record, Consent::CodeOnly);
    service.asks("A81001");
    service.withdraw(&mut record, accepted);
    assert_eq!(service.asks("A81001"), counts(0, 0, 1));
    assert_eq!(service.answer("A81001", "Okafor", Outcome::AlreadyInRecord), Effect::Answers);
    assert_eq!(service.balance("A81001"), [1, 0, 0, 0, 1, 0]);
    // A colleague had filed it from the first pack, and their list comes in now.
    assert_eq!(service.answer_to("A81001", "Okafor", Some(1), Outcome::Filed), Effect::Answers);
    assert_eq!(service.balance("A81001"), [1, 0, 0, 0, 0, 1]);
    assert_eq!(service.answer_to("A81001", "Okafor", Some(1), Outcome::Filed), Effect::Nothing);
    service.assert_sound();
}

#[test]
fn what_the_practice_had_before_is_not_all_taken_out() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    let accepted = service.accept(&mut record, Consent::CodeOnly);
    service.asks("A81001");
    service.answer("A81001", "Okafor", Outcome::AlreadyInRecord);
    service.withdraw(&mut record, accepted);
    assert_eq!(service.asks("A81001"), counts(0, 0, 1));
    assert_eq!(
        service.settled("A81001", "Okafor").reason,
        "The entry was withdrawn. It was answered that it was in the record before: leave in what \
         does not come from this list."
    );
    service.assert_sound();
}

#[test]
fn a_record_that_has_not_come_as_far_as_its_pack_withdrew_nothing() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    service.accept(&mut record, Consent::CodeOnly);
    service.asks("A81001");
    // As after a restore from before the answer, until the phone sends it again.
    let case = record.case;
    let forget = move |tx: &Transaction<'_>| {
        let first = "(SELECT min(position) FROM change WHERE case_id = ?1)";
        let sql = format!("DELETE FROM change WHERE case_id = ?1 AND position > {first}");
        tx.execute(&sql, [case.as_bytes()])?;
        tx.execute("DELETE FROM snapshot WHERE case_id = ?1", [case.as_bytes()])?;
        let sql = format!(
            "UPDATE case_log SET latest_position = {first}, projected_position = 0, heads = x''"
        );
        Ok::<_, StoreError>(tx.execute(&sql, [case.as_bytes()])?)
    };
    service.store.write_now(forget).unwrap();
    assert_eq!(service.asks("A81001"), counts(0, 0, 0));
}

#[test]
fn what_is_withdrawn_after_a_move_is_taken_back_where_the_record_is() {
    let service = Service::new();
    let (mut record, accepted) = moved_after_filing(&service);
    assert_eq!(service.asks("B82002"), counts(0, 0, 0));
    service.withdraw(&mut record, accepted);
    assert_eq!(both(&service), (counts(0, 0, 0), counts(0, 0, 1)));
    let settled = service.settled("B82002", "Okafor");
    assert_eq!(
        settled.reason,
        "The entry was withdrawn. The entry came with the record from practice A81001."
    );
    service.assert_sound();
    service.answer("B82002", "Okafor", Outcome::Filed);
    assert_eq!(both(&service), (counts(0, 0, 0), counts(0, 0, 0)));
    // The first practice has nothing to take back any more.
    assert_eq!(undo(&service, "A81001"), Err(Refusal::OutElsewhere));
    // Back there, and said once more, it is to be made.
    service.correct(&mut record, Field::PracticeOds, "A81001");
    service.accept(&mut record, Consent::CodeOnly);
    assert_eq!(both(&service), (counts(0, 1, 0), counts(0, 0, 0)));
    let reason = service.settled("A81001", "Okafor").reason;
    assert_eq!(reason, "It was taken back and stands again: make it as it reads here.");
    service.assert_sound();
}

#[test]
fn a_withdrawal_that_no_practice_could_follow_is_the_leads_to_see() {
    let service = Service::new();
    let (mut record, accepted) = filed(&service);
    service.withdraw(&mut record, accepted);
    service.asks("A81001");
    service.answer("A81001", "Okafor", Outcome::NotRegisteredHere);
    let sent_back = service.store.read_now(unanswered::sent_back).unwrap();
    assert_eq!(sent_back.len(), 1);
    service.assert_sound();
}

#[test]
fn a_correction_that_is_refused_before_the_entry_was_answered_loses_nothing() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    service.accept(&mut record, Consent::CodeOnly);
    service.asks("A81001");
    service.correct(&mut record, Field::FamilyName, "Okafor-Hale");
    assert_eq!(service.asks("A81001"), counts(0, 1, 0));
    // Who has not the patient has not the entry, unless they say so.
    service.answer("A81001", "Okafor-Hale", Outcome::NotRegisteredHere);
    service.correct(&mut record, Field::PracticeOds, "B82002");
    assert_eq!(service.asks("B82002"), counts(1, 0, 0));
    service.assert_sound();
    // Who refuses the correction may have made the entry: the lead is told that nobody knows.
    let mut other = service.refer(2, "Bevan");
    service.accept(&mut other, Consent::CodeOnly);
    service.asks("A81001");
    service.correct(&mut other, Field::FamilyName, "Bevan-Rees");
    service.asks("A81001");
    service.answer("A81001", "Bevan-Rees", Outcome::IdentityMismatch);
    service.correct(&mut other, Field::PracticeOds, "B82002");
    assert_eq!(service.asks("B82002"), counts(0, 0, 0));
    assert_eq!(names(&service.held(None)), ["moved_before_answer"]);
    service.assert_sound();
}

#[test]
fn an_earlier_answer_that_is_contradicted_waits_for_a_person_too() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    service.accept(&mut record, Consent::CodeOnly);
    service.asks("A81001");
    service.answer("A81001", "Okafor", Outcome::IdentityMismatch);
    service.correct(&mut record, Field::BirthDate, "1951-03-02");
    service.asks("A81001");
    service.answer("A81001", "Okafor", Outcome::NotRegisteredHere);
    let late = service.answer_to("A81001", "Okafor", Some(1), Outcome::Filed);
    assert_eq!(late, Effect::Contradicts);
    service.correct(&mut record, Field::PracticeOds, "B82002");
    assert_eq!(service.asks("B82002"), counts(0, 0, 0));
    assert!(service.settled("A81001", "Okafor").is_contested);
    assert_eq!(names(&service.held(None)), ["moved_before_answer"]);
    service.assert_sound();
    assert_eq!(settle(&service, "A81001", Outcome::Filed), Ok(()));
    // It was made, and the correction is for whoever has the record now.
    assert_eq!(service.asks("B82002"), counts(0, 1, 0));
    service.assert_sound();
}

#[test]
fn an_answer_that_somebody_decided_for_is_overtaken_whole() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    let accepted = service.accept(&mut record, Consent::CodeOnly);
    service.asks("A81001");
    service.withdraw(&mut record, accepted);
    service.asks("A81001");
    service.answer("A81001", "Okafor", Outcome::AlreadyInRecord);
    let rejected = service.answer("A81001", "Okafor", Outcome::Rejected);
    assert_eq!(rejected, Effect::Contradicts);
    assert_eq!(settle(&service, "A81001", Outcome::AlreadyInRecord), Ok(()));
    service.answer_to("A81001", "Okafor", Some(1), Outcome::Filed);
    assert_eq!(service.balance("A81001"), [1, 0, 0, 0, 0, 1]);
    service.assert_sound();
}

#[test]
fn a_correction_that_is_held_after_a_move_is_shown() {
    let service = Service::new();
    let (mut record, _) = moved_after_filing(&service);
    let mut other = service.refer(2, "Bevan");
    service.accept(&mut other, Consent::CodeOnly);
    service.correct(&mut record, Field::NhsNumber, &NhsNumber::invented(2).digits());
    assert_eq!(service.asks("B82002"), counts(0, 0, 0));
    assert_eq!(names(&service.held(Some("B82002"))), ["likely_duplicate"]);
    service.assert_sound();
}

#[test]
fn two_copies_of_a_record_that_was_never_sent_close_a_pack() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    service.accept(&mut record, Consent::CodeOnly);
    let copied = service.copy_of(&record, 7, "A81001").case;
    projector::catch_up(&service.store).unwrap();
    let (pair, by) = (Pair::of(record.case, copied).unwrap(), service.author.user);
    let decided = service.store.write_now(move |tx| {
        let verdict = Verdict::DifferentPeople;
        duplicates::decide(tx, pair, 0, verdict, (by, clock::now_ms()), "Rang both")
    });
    decided.unwrap();
    assert_eq!(service.asks("A81001"), counts(1, 0, 0));
    assert_eq!(names(&service.held(None)), ["sent_from_another_record"]);
    service.assert_sound();
}

#[test]
fn there_and_back_many_times_is_followed_in_one_go() {
    let service = Service::new();
    let (mut record, _) = moved_after_filing(&service);
    for turn in 0..24 {
        let (here, there) = if turn % 2 == 0 { ("B82002", "A81001") } else { ("A81001", "B82002") };
        service.correct(&mut record, Field::GivenNames, &format!("Ann {turn}"));
        assert_eq!((turn, service.asks(here)), (turn, counts(0, 1, 0)));
        service.answer(here, "Okafor", Outcome::Filed);
        service.correct(&mut record, Field::PracticeOds, there);
        assert_eq!((turn, service.asks(there)), (turn, counts(0, 0, 0)));
    }
    service.assert_sound();
}

#[test]
fn what_stands_again_before_it_was_taken_back_says_how_the_practice_has_it() {
    let service = Service::new();
    let (mut record, accepted) = filed(&service);
    service.withdraw(&mut record, accepted);
    service.asks("A81001");
    let [one, two] = [1, 2].map(|number| NhsNumber::invented(number).digits());
    service.correct(&mut record, Field::NhsNumber, &two);
    service.accept(&mut record, Consent::CodeOnly);
    assert_eq!(service.asks("A81001"), counts(0, 1, 0));
    assert_eq!(
        service.settled("A81001", "Okafor").reason,
        format!(
            "It was to be taken back and stands again. If it is not in the record, make it as it \
             reads here. If it is, put it right: NHS number: {one} is now {two}."
        )
    );
    service.assert_sound();
}

#[test]
fn what_the_old_practice_could_not_take_back_the_new_one_is_asked_for() {
    let service = Service::new();
    let (mut record, accepted) = filed(&service);
    service.withdraw(&mut record, accepted);
    assert_eq!(service.asks("A81001"), counts(0, 0, 1));
    service.answer("A81001", "Okafor", Outcome::NotRegisteredHere);
    service.correct(&mut record, Field::PracticeOds, "B82002");
    assert_eq!(both(&service), (counts(0, 0, 0), counts(0, 0, 1)));
    assert_eq!(both(&service), (counts(0, 0, 0), counts(0, 0, 0)));
    service.assert_sound();
}

#[test]
fn a_row_that_went_on_unanswered_is_not_reminded_of_and_is_made_again_where_it_is_back() {
    let service = Service::new();
    let (mut record, accepted) = filed(&service);
    service.correct(&mut record, Field::GivenNames, "Anne");
    assert_eq!(service.asks("A81001"), counts(0, 1, 0));
    service.correct(&mut record, Field::PracticeOds, "B82002");
    service.withdraw(&mut record, accepted);
    assert_eq!(service.asks("B82002"), counts(0, 0, 1));
    service.answer("B82002", "Okafor", Outcome::Filed);
    let later = clock::now() + (asks::REMIND_AFTER_DAYS * 24).hours();
    let due = service.store.read_now(|tx| asks::due(tx, &practice("A81001"), later));
    assert_eq!(due.unwrap(), []);
    service.correct(&mut record, Field::PracticeOds, "A81001");
    service.accept(&mut record, Consent::CodeOnly);
    assert_eq!(both(&service), (counts(0, 1, 0), counts(0, 0, 0)));
    let reason = service.settled("A81001", "Okafor").reason;
    assert_eq!(reason, "It was taken back and stands again: make it as it reads here.");
    service.assert_sound();
}

#[test]
fn a_correction_that_goes_out_meanwhile_settles_no_contradiction() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    service.accept(&mut record, Consent::CodeOnly);
    service.asks("A81001");
    service.answer("A81001", "Okafor", Outcome::IdentityMismatch);
    service.answer("A81001", "Okafor", Outcome::Filed);
    service.correct(&mut record, Field::BirthDate, "1951-03-02");
    assert_eq!(service.asks("A81001"), counts(0, 1, 0));
    assert!(service.settled("A81001", "Okafor").is_contested);
    service.assert_sound();
}

#[test]
fn the_answer_that_stands_can_be_confirmed_after_the_entry_went_on() {
    let service = Service::new();
    let (mut record, _) = moved_after_filing(&service);
    service.correct(&mut record, Field::BirthDate, "1951-03-02");
    assert_eq!(service.asks("B82002"), counts(0, 1, 0));
    let contradicts = service.answer("A81001", "Okafor", Outcome::Rejected);
    assert_eq!(contradicts, Effect::Contradicts);
    assert_eq!(settle(&service, "A81001", Outcome::Filed), Ok(()));
    assert!(!service.settled("A81001", "Okafor").is_contested);
    service.assert_sound();
}

#[test]
fn a_list_that_comes_in_again_closes_nothing_that_was_asked_again() {
    let service = Service::new();
    let mut record = service.refer(1, "Okafor");
    let accepted = service.accept(&mut record, Consent::CodeOnly);
    service.asks("A81001");
    service.withdraw(&mut record, accepted);
    service.asks("A81001");
    let not_there = || service.answer("A81001", "Okafor", Outcome::AlreadyInRecord);
    assert_eq!(not_there(), Effect::Answers);
    service.answer_to("A81001", "Okafor", Some(1), Outcome::Filed);
    assert_eq!(not_there(), Effect::SaidBefore);
    assert_eq!(service.balance("A81001"), [1, 0, 0, 0, 0, 1]);
    service.assert_sound();
    // Whoever looks again says so on the page.
    let (of, row_id) = (practice("A81001"), service.settled("A81001", "Okafor").row.row_id);
    let answered = service.store.write_now(move |tx| {
        let said = Said { detail: "why".to_owned(), ..Said::default() };
        let answer = Answer::new(Outcome::AlreadyInRecord, said).unwrap();
        let named = Named { practice: &of, row_id: &row_id, number: None };
        receipt::answer(tx, named, &answer, &ON_THE_PAGE, clock::today())
    });
    assert_eq!(answered.unwrap(), Ok(Effect::Answers));
    assert_eq!(service.balance("A81001"), [1, 0, 0, 0, 1, 0]);
    service.assert_sound();
}

#[test]
fn a_copy_at_the_new_practice_keeps_its_row_and_every_pack_closes() {
    let service = Service::new();
    let (mut record, accepted) = filed(&service);
    let copied = service.copy_of(&record, 1, "B82002").case;
    service.correct(&mut record, Field::PracticeOds, "B82002");
    service.withdraw(&mut record, accepted);
    projector::catch_up(&service.store).unwrap();
    let (pair, by) = (Pair::of(record.case, copied).unwrap(), service.author.user);
    let decided = service.store.write_now(move |tx| {
        let verdict = Verdict::SamePerson(copied);
        duplicates::decide(tx, pair, 0, verdict, (by, clock::now_ms()), "Rang both")
    });
    decided.unwrap();
    // What the first practice made is its own to take out; the copy's entry is the new one's.
    assert_eq!(both(&service), (counts(0, 0, 1), counts(1, 0, 0)));
    service.assert_sound();
}
