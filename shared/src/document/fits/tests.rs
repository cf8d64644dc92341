//! Changes that no honest writer makes, each with the right hash.

use automerge::{ActorId, ExpandedChange};

use super::*;
use crate::{
    case::{ContactDraft, Field},
    document::{Author, Document},
    ids::{CaseId, DeviceId, EpisodeId, EventId, UserId},
    intake::IncomingChange,
    personal::Personal,
};

fn author() -> Author {
    Author {
        user: UserId::from_random([1; 16]),
        device: DeviceId::from_random([2; 16]),
        session: [3; 8],
    }
}

fn draft(note: &str) -> ContactDraft {
    let at = jiff::civil::date(2026, 11, 3).at(10, 30, 0, 0);
    let new = ContactDraft::new(author().user, EpisodeId::new(1, 0), at, "Hall".into());
    ContactDraft { note: Personal::new(note.into()), ..new }
}

/// A document, and a change that follows: a register is replaced, and words are typed and removed.
fn ground() -> (Document, Change) {
    let draft_id = EventId::new(5, 0);
    let (document, _) = Document::create(CaseId::from_random([9; 16]), &author(), 0, |writer| {
        writer.put_field(Field::Phone, "01632 960000")?;
        writer.put_draft(draft_id, &draft("walk"))
    })
    .unwrap();
    let mut next = document.clone();
    let bytes = next.commit(&author(), 0, |writer| {
        writer.put_field(Field::Phone, "01632 960001")?;
        writer.put_draft(draft_id, &draft("wandered"))
    });
    (document, Change::try_from(bytes.unwrap().as_slice()).unwrap())
}

fn nobody(counter: u64) -> OpId {
    OpId(counter, ActorId::from([0; 24].as_slice()))
}

/// The first operation for which this holds.
fn first(change: &mut ExpandedChange, is: impl Fn(&Op) -> bool) -> &mut Op {
    change.operations.iter_mut().find(|operation| is(operation)).unwrap()
}

/// A change that does not fit is refused by the check itself, before automerge sees it, and the
/// document stays as it was.
#[track_caller]
fn check(what: &str, bend: impl FnOnce(&mut ExpandedChange)) {
    let (mut document, honest) = ground();
    let mut bent = honest.decode();
    bend(&mut bent);
    let bent = Change::from(bent);
    let parsed = IncomingChange::parse(bent.raw_bytes()).unwrap();
    assert!(Past::of(&document.0).check(&bent).is_none(), "{what} was let in");
    let heads = document.heads();
    assert_eq!(document.apply(&[parsed]), Err(DocumentError::Unreadable), "{what}");
    assert_eq!(document.heads(), heads, "{what} left something behind");
    document.apply(&[IncomingChange::parse(honest.raw_bytes()).unwrap()]).unwrap();
}

#[test]
fn a_change_that_refers_to_what_is_not_there_is_refused() {
    check("an object that is not there", |change| {
        change.operations[0].obj = ObjectId::Id(nobody(3));
    });
    check("an object that is a value", |change| {
        change.operations[0].obj = ObjectId::Id(OpId(1, change.actor_id.clone()));
    });
    check("an element that is not there", |change| {
        first(change, |operation| operation.insert).key = Key::Seq(ElementId::Id(nobody(3)));
    });
    check("an element of another object", |change| {
        let elsewhere = OpId(2, change.actor_id.clone());
        first(change, |operation| operation.insert).key = Key::Seq(ElementId::Id(elsewhere));
    });
    check("a value that is not there", |change| {
        first(change, |operation| !operation.pred.is_empty()).pred = vec![nobody(3)].into();
    });
    check("a value of another field", |change| {
        let elsewhere = vec![OpId(1, change.actor_id.clone())].into();
        first(change, |operation| matches!(operation.key, Key::Map(_))).pred = elsewhere;
    });
}

#[test]
fn a_change_that_puts_things_where_they_do_not_belong_is_refused() {
    check("a name in a text", |change| {
        let operation = first(change, |operation| operation.insert);
        (operation.key, operation.insert) = (Key::Map("note".into()), false);
    });
    check("an element in a map", |change| {
        let operation = first(change, |operation| matches!(operation.key, Key::Map(_)));
        (operation.key, operation.insert) = (Key::head(), true);
        operation.pred = Vec::new().into();
    });
    check("a number in a text", |change| {
        let operation = first(change, |operation| operation.insert);
        operation.action = OpType::Put(ScalarValue::Int(1));
    });
    check("a deletion of nothing", |change| {
        first(change, |operation| operation.action == OpType::Delete).pred = Vec::new().into();
    });
}

#[test]
fn a_change_that_numbers_itself_as_no_writer_does_is_refused() {
    check("operations that start late", |change| {
        change.start_op = change.start_op.checked_add(100_000).unwrap();
    });
    check("operations that start early", |change| {
        change.start_op = (change.start_op.get() - 1).try_into().unwrap();
    });
    check("a third change after the first", |change| change.seq = 3);
    check("an actor's second change without a first", |change| {
        change.actor_id = ActorId::from([8; 24].as_slice());
    });
    check("a change that follows what is not there", |change| {
        change.deps = vec![ChangeHash([7; 32])];
    });
}

#[test]
fn a_change_that_automerge_would_spell_otherwise_is_refused() {
    let (mut document, honest) = ground();
    // An actor is named that nothing refers to: a document does not keep it.
    let bytes = honest.raw_bytes();
    let content = &bytes[if bytes[9] < 0x80 { 10 } else { 11 }..];
    let other = [&[1, 24], [9; 24].as_slice()].concat();
    assert_eq!(content[OTHERS_AT], 0, "here the change says how many other actors it names");
    let content = [&content[..OTHERS_AT], &other, &content[OTHERS_AT + 1..]].concat();
    let length = [(content.len() % 128) as u8 | 0x80, (content.len() / 128) as u8];
    assert!((128..16_384).contains(&content.len()), "its length takes two bytes");
    let mut spelled = [&bytes[..4], &[0, 0, 0, 0, 1], &length, &content].concat();
    let hash = Change::try_from(spelled.as_slice()).unwrap().hash();
    spelled[4..8].copy_from_slice(&hash.0[..4]);
    let spelled = IncomingChange::parse(&spelled).unwrap();
    assert_eq!(document.apply(&[spelled]), Err(DocumentError::Unreadable));
}

/// After one dependency, the actor, and four numbers of one byte: the change's number, its first
/// operation, its time, and the length of its message.
const OTHERS_AT: usize = 1 + 32 + 1 + 24 + 4;

/// Somebody else, on a phone of their own.
fn other_author() -> Author {
    Author {
        user: UserId::from_random([4; 16]),
        device: DeviceId::from_random([5; 16]),
        session: [6; 8],
    }
}

#[test]
fn two_people_who_take_turns_fit_in_one_go() {
    let case = CaseId::from_random([9; 16]);
    let (mut document, first) = Document::create(case, &author(), 0, |_| Ok(())).unwrap();
    let mut changes = vec![first];
    for (number, author) in
        [other_author(), other_author(), other_author(), author(), author(), other_author()]
            .iter()
            .enumerate()
    {
        let value = format!("01632 96000{number}");
        let change = document.commit(author, 0, |writer| writer.put_field(Field::Phone, &value));
        changes.push(change.unwrap());
    }
    let parsed: Vec<_> =
        changes.iter().map(|bytes| IncomingChange::parse(bytes).unwrap()).collect();
    let mut read = Document::empty();
    assert_eq!(read.apply(&parsed), Ok(()));
    assert_eq!(read.heads(), document.heads());
}

#[test]
fn whoever_forgets_what_they_wrote_last_does_not_fit() {
    let (document, honest) = ground();
    let mut ahead = document.clone();
    ahead.apply(&[IncomingChange::parse(honest.raw_bytes()).unwrap()]).unwrap();
    // The next change by its sequence number, beside the last one: its operations have the same names.
    let mut bent = honest.decode();
    bent.seq += 1;
    let bent = Change::from(bent);
    let heads = ahead.heads();
    let parsed = IncomingChange::parse(bent.raw_bytes()).unwrap();
    assert_eq!(ahead.apply(&[parsed]), Err(DocumentError::Unreadable));
    assert_eq!(ahead.heads(), heads);
}

#[test]
fn what_a_change_refers_to_must_lie_in_its_own_past() {
    let (document, _) = ground();
    let mut theirs = document.clone();
    let event = EventId::new(7, 0);
    let victim = theirs
        .commit(&other_author(), 0, |writer| writer.put_draft(event, &draft("later")))
        .unwrap();
    let victim = IncomingChange::parse(&victim).unwrap();
    // Somebody who guesses the name of an object that a colleague has not sent yet writes into it.
    let mut guessing = document.clone();
    let honest =
        guessing.commit(&author(), 0, |writer| writer.put_field(Field::Sex, "male")).unwrap();
    let mut bent = Change::try_from(honest.as_slice()).unwrap().decode();
    let operation = &mut bent.operations[0];
    let made = victim.parsed().start_op().get();
    operation.obj = ObjectId::Id(OpId(made, victim.parsed().actor_id().clone()));
    let guess = IncomingChange::parse(Change::from(bent).raw_bytes()).unwrap();
    let mut before = document.clone();
    assert_eq!(before.apply(std::slice::from_ref(&guess)), Err(DocumentError::Unreadable));
    let mut after = document;
    after.apply(&[victim]).unwrap();
    assert_eq!(after.apply(&[guess]), Err(DocumentError::Unreadable));
}
