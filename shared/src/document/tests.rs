//! A case document from both ends: what is written is read back, merging has no order, and what
//! cannot be read takes nothing else with it.

use jiff::{Timestamp, civil::date};

use super::*;
use crate::{
    case::{
        Fact, Role,
        event::{Consent, Decision, GoalSet, OutcomeMeasured, Referral, ReferralSource},
    },
    ids::EpisodeId,
    personal::Personal,
};

fn author(number: u8) -> Author {
    Author {
        user: UserId::from_random([number; 16]),
        device: DeviceId::from_random([number + 100; 16]),
        session: [number; 8],
    }
}

fn case_id() -> CaseId {
    CaseId::from_random([9; 16])
}

fn event(author: &Author, number: u64, fact: Fact) -> Event {
    Event {
        id: EventId::new(number, 0),
        device: Some(author.device),
        at: date(2026, 11, 3).at(10, 30, 0, 0),
        recorded_at: Timestamp::from_second(1_790_000_000).unwrap(),
        by: author.user,
        role: Role::LinkWorker,
        fact,
    }
}

fn referral(author: &Author) -> Event {
    let referral =
        Referral { source: ReferralSource::Gp, reason: Personal::new("lonely since May".into()) };
    event(author, 1, Fact::Referred(referral))
}

fn begun() -> Document {
    let author = author(1);
    let write = |writer: &mut Writer<'_, '_>| {
        writer.put_field(Field::FamilyName, "Okafor")?;
        writer.put_event(&referral(&author))
    };
    Document::create(case_id(), &author, 0, write).unwrap().0
}

fn goal(author: &Author, number: u64, words: &str) -> Event {
    event(author, number, Fact::GoalSet(GoalSet { words: Personal::new(words.into()) }))
}

/// A second phone with the same document.
fn copy(document: &Document) -> Document {
    Document::load(&document.save()).unwrap()
}

#[test]
fn what_is_written_is_read_back_with_the_device_that_wrote_it() {
    let document = copy(&begun());
    let (case, defects) = document.read(case_id());
    assert_eq!(defects, []);
    assert_eq!(case.person.shown(Field::FamilyName), "Okafor");
    let expected = referral(&author(1));
    assert_eq!(case.entries[&expected.id].original, expected);
}

#[test]
fn every_change_names_its_device_and_the_first_of_a_session_its_author() {
    let mut document = begun();
    let other = author(2);
    document.commit(&other, 0, |writer| writer.put_event(&goal(&other, 2, "walk"))).unwrap();
    document.commit(&other, 0, |writer| writer.put_event(&goal(&other, 3, "swim"))).unwrap();
    let changes = document.changes_since(&[]);
    let authors: Vec<_> = changes.iter().map(|c| (c.author(), c.device())).collect();
    assert_eq!(
        authors,
        [
            (Some(author(1).user), author(1).device),
            (Some(author(2).user), author(2).device),
            (None, author(2).device)
        ]
    );
}

#[test]
fn an_entry_is_written_once() {
    let mut document = begun();
    let again = document.commit(&author(1), 0, |writer| writer.put_event(&referral(&author(1))));
    assert!(matches!(again, Err(DocumentError::Unwritable(_))));
    assert_eq!(document.changes_since(&[]).len(), 1, "a refused change leaves nothing behind");
}

#[test]
fn merging_is_the_same_in_any_order() {
    let base = begun();
    let mut changes = Vec::new();
    for number in 2..6 {
        let author = author(number);
        let mut phone = copy(&base);
        let bytes = phone
            .commit(&author, 0, |writer| {
                writer.put_event(&goal(&author, u64::from(number), "walk"))?;
                writer.put_field(Field::Phone, &format!("01632 96000{number}"))
            })
            .unwrap();
        changes.push(IncomingChange::parse(&bytes).unwrap());
    }
    let merged = |changes: &[IncomingChange]| {
        let mut document = copy(&base);
        document.apply(changes).unwrap();
        document.read(case_id())
    };
    let expected = merged(&changes);
    assert_eq!(expected.0.entries.len(), 5);
    assert_eq!(expected.0.person.register(Field::Phone).contested().unwrap().count(), 4);
    for _ in 0..changes.len() {
        changes.rotate_left(1);
        assert_eq!(merged(&changes), expected);
    }
    changes.reverse();
    assert_eq!(merged(&changes), expected);
}

#[test]
fn two_values_written_at_once_both_stand_until_one_is_chosen() {
    let mut first = begun();
    let mut second = copy(&first);
    let name = |name: &'static str| {
        move |writer: &mut Writer<'_, '_>| writer.put_field(Field::FamilyName, name)
    };
    first.commit(&author(1), 60_000, name("Okafor-Rees")).unwrap();
    second.commit(&author(2), 120_000, name("Okafor Rees")).unwrap();
    first.merge_saved(&second.save()).unwrap();
    let (case, _) = first.read(case_id());
    let contested: Vec<_> = case.person.register(Field::FamilyName).contested().unwrap().collect();
    assert_eq!(contested, ["Okafor Rees", "Okafor-Rees"]);
    let sides = case.person.register(Field::FamilyName).sides().unwrap();
    let sides: Vec<Side> = sides.map(|(_, side)| *side).collect();
    let side = |author: Author, seconds| Side {
        by: Some(author.user),
        device: Some(author.device),
        at: Timestamp::from_second(seconds).ok(),
    };
    assert_eq!(sides, [side(author(2), 120), side(author(1), 60)]);
    first.commit(&author(1), 0, name("Okafor-Rees")).unwrap();
    let (case, _) = first.read(case_id());
    assert_eq!(case.person.register(Field::FamilyName).settled(), Some("Okafor-Rees"));
}

#[test]
fn two_people_typing_in_one_draft_both_keep_their_words() {
    let mut first = begun();
    let mut draft = ContactDraft::new(
        author(1).user,
        EpisodeId::new(1, 0),
        date(2026, 11, 3).at(10, 0, 0, 0),
        "St Mark's".into(),
    );
    draft.note = Personal::new("Came with her sister.".into());
    let id = EventId::new(5, 0);
    first.commit(&author(1), 0, |writer| writer.put_draft(id, &draft)).unwrap();
    let mut second = copy(&first);
    let typed = |note: &str| ContactDraft { note: Personal::new(note.into()), ..draft.clone() };
    let longer = typed("Came with her sister. Wants to walk.");
    first.commit(&author(1), 0, |writer| writer.put_draft(id, &longer)).unwrap();
    let earlier = typed("Tired. Came with her sister.");
    second.commit(&author(2), 0, |writer| writer.put_draft(id, &earlier)).unwrap();
    first.merge_saved(&second.save()).unwrap();
    let (case, defects) = first.read(case_id());
    assert_eq!(defects, []);
    assert_eq!(case.drafts[&id].note.reveal(), "Tired. Came with her sister. Wants to walk.");
}

#[test]
fn saving_a_draft_again_writes_only_what_differs() {
    let mut document = begun();
    let draft = ContactDraft::new(
        author(1).user,
        EpisodeId::new(1, 0),
        date(2026, 11, 3).at(10, 0, 0, 0),
        "St Mark's".into(),
    );
    let id = EventId::new(5, 0);
    document.commit(&author(1), 0, |writer| writer.put_draft(id, &draft)).unwrap();
    let again = document.commit(&author(1), 0, |writer| writer.put_draft(id, &draft));
    assert_eq!(again, Err(DocumentError::NothingToWrite));
}

#[test]
fn what_a_newer_client_wrote_is_listed_kept_and_carried() {
    let mut document = begun();
    let newer = EventId::new(7, 0);
    document
        .commit(&author(2), 0, |writer| {
            let events = writer.part("events")?;
            let tree = Tree::read(r#"{"kind": "transport_arranged", "with": ["taxi"]}"#).unwrap();
            writer.put_tree(&events, &newer.to_string(), &tree)?;
            let broken = Tree::read(r#"{"kind": "accepted", "episode": 7}"#).unwrap();
            writer.put_tree(&events, &EventId::new(8, 0).to_string(), &broken)?;
            writer.put_tree(&events, "not an identifier", &tree)
        })
        .unwrap();
    let (case, defects) = document.read(case_id());
    assert_eq!(case.entries.len(), 1, "the rest is read all the same");
    let expected =
        [Defect::UnknownKind(newer), Defect::Unreadable(EventId::new(8, 0)), Defect::Key];
    assert_eq!(defects, expected);
    assert!(copy(&document).save() == document.save(), "nothing is dropped on the way");
}

const NOUGHT: OutcomeMeasured =
    OutcomeMeasured { satisfaction: 0, worthwhile: 0, happiness: 0, anxiety: 0 };

#[test]
fn what_a_client_in_javascript_makes_of_numbers_and_texts_is_read_as_what_it_means() {
    let author = author(1);
    let mut document = begun();
    let written = event(&author, 2, Fact::OutcomeMeasured(NOUGHT));
    let write = |writer: &mut Writer<'_, '_>| {
        writer.put_event(&written)?;
        let scales = writer.part("events")?;
        let (_, scales) = writer.0.get(&scales, written.id.to_string()).unwrap().unwrap();
        writer.put_scalar(&scales, "anxiety", ScalarValue::F64(-0.0))?;
        writer.put_scalar(&scales, "happiness", ScalarValue::F64(7.0))?;
        let person = writer.part("person")?;
        let name = writer.0.put_object(&person, "given_names", ObjType::Text).unwrap();
        writer.0.splice_text(&name, 0, 0, "Ada").unwrap();
        Ok(())
    };
    document.commit(&author, 0, write).unwrap();
    let (case, defects) = document.read(case_id());
    assert_eq!(defects, []);
    assert_eq!(case.person.shown(Field::GivenNames), "Ada");
    let expected = OutcomeMeasured { happiness: 7, ..NOUGHT };
    assert_eq!(case.entries[&written.id].original.fact, Fact::OutcomeMeasured(expected));
    for number in [0.5, f64::NAN, f64::INFINITY, 1e300] {
        assert_eq!(scalar_tree(&ScalarValue::F64(number)), None);
    }
}

#[test]
fn a_document_of_another_case_or_format_says_so() {
    let document = begun();
    let (_, defects) = document.read(CaseId::from_random([8; 16]));
    assert_eq!(defects, [Defect::WrongCase]);
    let (case, defects) = Document::empty().read(case_id());
    assert!(case.entries.is_empty());
    assert!(defects.contains(&Defect::Part("events")));
}

#[test]
fn a_change_that_is_compressed_cut_short_or_flipped_is_turned_away() {
    let mut document = begun();
    let author = author(1);
    let long = "a long note, so that automerge would compress it ".repeat(40);
    let bytes =
        document.commit(&author, 0, |writer| writer.put_event(&goal(&author, 3, &long))).unwrap();
    assert_eq!(IncomingChange::parse(&bytes).err(), None);
    for end in 0..bytes.len() {
        assert!(IncomingChange::parse(&bytes[..end]).is_err(), "cut at {end}");
    }
    for at in 0..bytes.len().min(400) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x40;
        assert!(IncomingChange::parse(&flipped).is_err(), "flipped at {at}");
    }
    let mut compressed = IncomingChange::parse(&bytes).unwrap().parsed().clone();
    let compressed = compressed.bytes().into_owned();
    assert_ne!(compressed, bytes, "automerge compresses a change of this length");
    assert_eq!(IncomingChange::parse(&compressed).err(), Some(intake::ChangeRefusal::NotAChange));
}

#[test]
fn a_case_of_sixty_contacts_stays_small() {
    let mut document = begun();
    let author = author(1);
    for number in 0..60 {
        let decision = Decision {
            episode: EpisodeId::new(1, 0),
            contact: Some(EventId::new(10 + number, 0)),
            consent: Consent::CodeOnly,
        };
        let words = format!("Walked to the library together, contact {number}. Wants to go again.");
        let write = |writer: &mut Writer<'_, '_>| {
            writer.put_event(&event(&author, 1_000 + number, Fact::Accepted(decision)))?;
            writer.put_event(&goal(&author, 2_000 + number, &words))
        };
        document.commit(&author, 0, write).unwrap();
    }
    assert!(document.save().len() < 64 * 1024, "{} bytes", document.save().len());
}
