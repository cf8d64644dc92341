//! What a document says, that it says the same each time, and how big it is.

use super::{layout::Block, *};
use crate::{
    pack::{
        about::invented::{about, ask, facts, practice, row},
        summary::tests::{MARKER, told_at_length},
    },
    store::asks::Action,
};

/// A document is copied into a file of thousands, and kept for ever.
const BYTES_MAX: usize = 25_000;

/// What is asked for these people, each with everything in their summary.
fn asks(rows: impl IntoIterator<Item = WorklistRow>) -> Vec<Ask> {
    let summary = told_at_length().summary().to_text();
    let told = |row| Ask { summary: summary.clone(), ..ask(row, Action::New) };
    rows.into_iter().map(told).collect()
}

fn said(blocks: &[Block]) -> String {
    let line = |block: &Block| match block {
        Block::Field(label, value) => format!("{label} {value}"),
        other => other.text().to_owned(),
    };
    blocks.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_document_says_who_it_is_and_what_happened_and_nothing_that_anybody_wrote() {
    let (facts, practice, asks) = (facts(), practice(), asks([row(1)]));
    let about = about(&facts, &practice);
    let said = said(&message::blocks(&about, &people(&asks)[0]));
    for line in [
        "Name: LLEWELLYN-PUGH, Siân",
        "NHS number: 999 000 0026",
        "Date of birth: 27 Sep 1990",
        "Practice: Riverside Surgery (A99001)",
        "Referred: 1 Oct 2026, by: GP",
        "The person's answer: accepted on 3 Nov 2026",
        "Seen: twice, from 3 Nov 2026 to 17 Nov 2026",
        "How: Phone, Home visit",
        "Tried, no answer: once",
        "Loneliness, Debt",
        "3 Nov 2026: Men’s Shed (introduced by the link worker)",
        "17 Nov 2026: life satisfaction 7, worthwhile 5, happiness 6, anxiety 7",
        "Closed: 17 Nov 2026: What was planned is done",
        "Name and role: Amina Yusuf, Social prescribing link worker",
        "User name at practice: yusufa",
    ] {
        assert!(said.lines().any(|one| one == line), "{line}\nis not in\n{said}");
    }
    for never in [MARKER, "rgent", "risis", "afeguarding", "DEMONSTRATION"] {
        assert!(!said.contains(never), "{never}: {said}");
    }
}

#[test]
fn a_heading_with_nothing_to_say_is_left_out_and_a_demonstration_says_so() {
    let (mut facts, practice, mut ask) = (facts(), practice(), ask(row(1), Action::New));
    facts.demonstration = true;
    ask.summary = Summary::default().to_text();
    let about = about(&facts, &practice);
    let said = said(&message::blocks(&about, &people([&ask])[0]));
    for absent in ["Attendance", "Needs discussed", "Outcomes", "Plan and closing"] {
        assert!(!said.contains(absent), "{absent}: {said}");
    }
    assert!(said.contains("DEMONSTRATION"), "{said}");
}

#[test]
fn the_same_rows_give_the_same_small_documents() {
    let (facts, practice) = (facts(), practice());
    let about = about(&facts, &practice);
    let mut rows: Vec<WorklistRow> = (0..6).map(row).collect();
    let names = ["Ada", "Siân", "Gwyneth ŵŷ", "Zoë Łucja", "Ніна", "Ngọc"];
    for (row, given_names) in rows.iter_mut().zip(names) {
        row.person.given_names = given_names.into();
    }
    let asks = asks(rows);
    let people = people(&asks);
    let (documents, again) = (Documents::new(&about, &people), Documents::new(&about, &people));
    for at in 0..people.len() {
        let bytes = documents.person(at);
        assert!(bytes == again.person(at), "{at}");
        assert!(bytes.len() <= BYTES_MAX, "{at}: {} bytes", bytes.len());
        assert!(bytes.starts_with(b"%PDF-1.7") && bytes.ends_with(b"%%EOF"));
    }
    assert!(documents.combined() == again.combined());
}

#[test]
fn everybody_who_agreed_is_there_once_by_name() {
    let mut rows = [1, 2, 3, 4, 5].map(row);
    rows[0].person.family_name = "Zephaniah".into();
    rows[1].consent_scope = "code_only".into();
    // An onward referral of the same episode.
    rows[3].case = rows[2].case.clone();
    rows[3].episode = rows[2].episode.clone();
    let mut asks = asks(rows);
    asks[4].summary = String::new();
    let people = people(&asks);
    let names: Vec<String> = people.iter().map(PersonSummary::file_name).collect();
    assert_eq!(names, [2, 0].map(|at: usize| format!("{}.pdf", asks[at].row.row_id)));
    assert_eq!(people[0].rows().count(), 2);
}

#[test]
fn the_document_of_all_is_smaller_than_theirs_together_and_of_nobody_there_is_none() {
    let (facts, practice, asks) = (facts(), practice(), asks((0..20).map(row)));
    let about = about(&facts, &practice);
    let people = people(&asks);
    let documents = Documents::new(&about, &people);
    let alone: usize = (0..people.len()).map(|at| documents.person(at).len()).sum();
    let together = documents.combined().unwrap().len();
    assert!(together < alone / 2, "{together} is not under half of {alone}");
    assert!(Documents::new(&about, &[]).combined().is_none());
}
