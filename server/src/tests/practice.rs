//! A practice's morning, click by click, with several of its staff at once.

use axum::http::{StatusCode, header::LOCATION};
use shared::{
    case::{
        Event, Fact, Role,
        event::{PracticeOutcome, Retracted},
    },
    ids::{CaseId, EventId, UserId},
    intake::IncomingChange,
    ods::OdsCode,
    personal::Personal,
    snomed::ConceptId,
};

use super::{Answer, Server, team::post};
use crate::{
    clock, demo,
    pack::{self, Empty},
    projector, receipt,
    store::{
        StoreError, cases,
        people::{self, NewUser},
        receipts::Outcome,
        settlements::{self, Settled},
        snapshots,
        worklist::WorklistRow,
    },
    tell,
};

const ODS: &str = "A99001";

fn practice() -> OdsCode {
    OdsCode::parse(ODS).unwrap()
}

/// The invented service with one closed pack, and the cookies of two people of the practice.
async fn morning() -> (Server, String, String) {
    let server = Server::new();
    let store = server.store.clone();
    let seeded = tokio::task::spawn_blocking(move || {
        demo::seed(&store).unwrap();
        pack::close_next(&store, &practice(), Empty::Close).unwrap();
    });
    seeded.await.unwrap();
    let users: Vec<UserId> =
        server.store.read(|tx| people::users_named(tx, "Helen Okonkwo")).await.unwrap();
    let helen = server.sign_in(users[0]).await;
    let new = NewUser {
        name: "Sue Blythe".into(),
        role: Role::PracticeStaff,
        practice: Some(practice()),
        gp_username: None,
    };
    let sue = server.write(move |tx| people::add_user(tx, &new)).await;
    let sue = server.sign_in(sue).await;
    (server, helen, sue)
}

fn text(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::OK);
    String::from_utf8(answer.body.to_vec()).unwrap()
}

async fn outstanding(server: &Server) -> Vec<Settled> {
    server.store.read(|tx| settlements::outstanding(tx, &practice())).await.unwrap()
}

/// What a page of the row says that was drawn now, in its form.
async fn seen_now(server: &Server, row_id: &str) -> String {
    let row_id = row_id.to_owned();
    format!("seen={}", server.store.read(move |tx| receipt::seen(tx, &row_id)).await.unwrap())
}

async fn page(server: &Server, cookie: &str) -> String {
    text(&server.get("/practice/A99001", cookie).await)
}

fn told(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{:?}", answer.body);
    let there = answer.headers[LOCATION].to_str().unwrap().split_once("told=").unwrap().1;
    there.split_once('#').map_or(there, |(told, _)| told)
}

#[tokio::test]
async fn two_people_who_file_the_same_row_file_it_once_and_one_can_take_it_back() {
    let (server, helen, sue) = morning().await;
    let all = outstanding(&server).await;
    let row = all[0].row.row_id.clone();
    let press = format!("filed={row}%2F1");
    let first = post(&server, "/practice/A99001/answers", &helen, &press).await;
    let second = post(&server, "/practice/A99001/answers", &sue, &press).await;
    assert_eq!((told(&first), told(&second)), ("answered-1-0", "answered-0-1"));
    assert_eq!(server.count("receipt").await, 1);
    assert_eq!(outstanding(&server).await.len(), all.len() - 1);
    let balance = format!(
        "{} entries: 1 filed, 0 already there, 0 sent back, 0 taken out, {} to do.",
        all.len(),
        all.len() - 1
    );
    assert!(page(&server, &sue).await.contains(&balance));
    let undo = format!("/practice/A99001/rows/{row}/undo");
    let (seen, before) = (seen_now(&server, &row).await, page(&server, &helen).await);
    assert!(before.contains(&format!("name=\"seen\" value=\"{}\"", &seen["seen=".len()..])));
    assert_eq!(told(&post(&server, &undo, &sue, &seen).await), "undone");
    assert_eq!(told(&post(&server, &undo, &helen, &seen).await), "gone");
    assert_eq!(outstanding(&server).await.len(), all.len());
    // Who did what stays.
    let shown = server.get(&format!("/practice/A99001/rows/{row}"), &helen).await;
    let shown = String::from_utf8(shown.body.to_vec()).unwrap();
    assert!(shown.contains("Helen Okonkwo, ") && shown.contains("Sue Blythe, "), "{shown}");
}

#[tokio::test]
async fn whoever_answers_goes_on_at_the_next_entry_of_the_list_as_they_had_it() {
    let (server, helen, _) = morning().await;
    let path = "/practice/A99001/answers";
    for (by, query) in [("", ""), ("by=patient&", "?by=patient")] {
        let shown = text(&server.get(&format!("/practice/A99001{query}"), &helen).await);
        let listed = shown
            .match_indices("name=\"filed\" value=\"")
            .map(|(at, begin)| shown[at + begin.len()..].split('/').next().unwrap().to_owned());
        let rows: Vec<String> = listed.collect();
        assert!(rows.iter().all(|row| shown.contains(&format!("<tr id=\"{row}\""))), "{shown}");
        let press = format!("{by}filed={}%2F1", rows[1]);
        let filed = post(&server, path, &helen, &press).await;
        let next = format!("/practice/A99001?{by}told=answered-1-0#{}", rows[2]);
        assert_eq!(filed.headers[LOCATION], next);
        // The same on an entry's own page, and back to it where the answer is taken back.
        let base = format!("/practice/A99001/rows/{}", rows[2]);
        assert!(shown.contains(&format!("href=\"{base}{query}\"")), "{shown}");
        let page = text(&server.get(&format!("{base}{query}"), &helen).await);
        let back = format!("href=\"/practice/A99001{query}#{}\"", rows[2]);
        assert!(page.contains(&back), "{page}");
        let form = format!("{by}asked_in=1&outcome=filed&on_date=");
        let filed = post(&server, &base, &helen, &form).await;
        let next = format!("/practice/A99001?{by}told=answered-1-0#{}", rows[3]);
        assert_eq!(filed.headers[LOCATION], next);
        let form = format!("{by}{}", seen_now(&server, &rows[2]).await);
        let undone = post(&server, &format!("{base}/undo"), &helen, &form).await;
        let there = format!("/practice/A99001?{by}told=undone#{}", rows[2]);
        assert_eq!(undone.headers[LOCATION], there);
    }
}

#[tokio::test]
async fn an_entrys_page_names_the_person_and_its_title_does_not() {
    let (server, helen, _) = morning().await;
    let row = outstanding(&server).await.remove(0).row;
    let base = format!("/practice/A99001/rows/{}", row.row_id);
    let shown = text(&server.get(&base, &helen).await);
    let family_name = row.person.family_name.to_uppercase();
    assert!(shown.contains(&format!("<h1>{family_name}, {}</h1>", row.person.given_names)));
    assert!(shown.contains("<title>One entry - Fingerpost</title>"), "{shown}");
    assert!(shown.contains("New, on list 1"), "{shown}");
    // And who did what says of whom, and on which day it was.
    post(&server, &base, &helen, "asked_in=1&outcome=filed&on_date=").await;
    let history = text(&server.get("/practice/A99001/history", &helen).await);
    let answers = history.split("id=\"answers\"").nth(1).unwrap();
    assert!(answers.contains(&family_name), "{answers}");
    assert!(answers.contains(&crate::page::date(&row.event_date)), "{answers}");
    assert!(history.contains("Since ") && history.contains(" entries: 1 filed"), "{history}");
    let upload = text(&server.get("/practice/A99001/receipts", &helen).await);
    assert!(upload.contains("</span><span>Eastvale Primary Care Network</span>"), "{upload}");
}

#[tokio::test]
async fn what_is_held_back_says_to_the_practice_whom_it_waits_for() {
    let (server, helen, _) = morning().await;
    let shown = page(&server, &helen).await;
    let held = shown.split("id=\"held\"").nth(1).unwrap();
    assert!(held.contains("Waiting for the link worker: NHS number missing"), "{held}");
    assert!(!held.contains("Add it to the person"), "{held}");
}

#[tokio::test]
async fn who_takes_an_answer_back_takes_back_the_one_that_they_saw() {
    let (server, helen, sue) = morning().await;
    let row = outstanding(&server).await[0].row.row_id.clone();
    let base = format!("/practice/A99001/rows/{row}");
    let undo = format!("{base}/undo");
    post(&server, &base, &helen, "asked_in=1&outcome=filed&on_date=").await;
    let as_helen_saw_it = seen_now(&server, &row).await;
    assert_eq!(told(&post(&server, &undo, &sue, &as_helen_saw_it).await), "undone");
    post(&server, &base, &sue, "asked_in=1&outcome=identity_mismatch").await;
    for stale in [as_helen_saw_it.as_str(), ""] {
        let refused = post(&server, &undo, &helen, stale).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        let shown = String::from_utf8(refused.body.to_vec()).unwrap();
        assert!(shown.contains("Somebody has answered since"), "{shown}");
        assert!(shown.contains("Answer: Identity does not match"), "{shown}");
    }
    let settled = server.store.read(move |tx| settlements::find(tx, &row)).await.unwrap().unwrap();
    assert_eq!(settled.outcome, Some(Outcome::IdentityMismatch));
}

#[tokio::test]
async fn a_batch_files_what_the_page_showed_and_nothing_that_came_since() {
    let (server, helen, sue) = morning().await;
    let all = outstanding(&server).await;
    let key = |one: &Settled| (one.row.snomed_code.clone(), one.row.event_date.clone());
    let count = |of: &Settled| all.iter().filter(|one| key(one) == key(of)).count();
    let one = all.iter().find(|one| count(one) > 1).expect("two entries of one code and day");
    let ((code, date), of_batch) = (key(one), count(one));
    let shown = page(&server, &helen).await;
    let button = |page: &str| {
        let begin = format!("value=\"{code}/{date}/");
        let at = page.find(&begin).unwrap() + "value=\"".len();
        page[at..].split('"').next().unwrap().to_owned()
    };
    // A colleague files one of them and takes that back: the page shows the same rows again.
    let seen = button(&shown);
    let press = |value: &str| format!("batch={}", value.replace('/', "%2F"));
    let path = "/practice/A99001/answers";
    let first = format!("filed={}%2F1", one.row.row_id);
    assert_eq!(told(&post(&server, path, &sue, &first).await), "answered-1-0");
    // With one of them gone it is another batch.
    assert_eq!(told(&post(&server, path, &helen, &press(&seen)).await), "gone");
    let undo = format!("/practice/A99001/rows/{}/undo", one.row.row_id);
    let answer = seen_now(&server, &one.row.row_id).await;
    assert_eq!(told(&post(&server, &undo, &sue, &answer).await), "undone");
    let done = post(&server, path, &helen, &press(&seen)).await;
    assert_eq!(told(&done), format!("answered-{of_batch}-0"));
    assert_eq!(outstanding(&server).await.len(), all.len() - of_batch);
}

#[tokio::test]
async fn two_different_answers_wait_until_somebody_decides() {
    let (server, helen, sue) = morning().await;
    let row = outstanding(&server).await[0].row.row_id.clone();
    let base = format!("/practice/A99001/rows/{row}");
    let missing = post(&server, &base, &helen, "asked_in=1&outcome=rejected").await;
    assert_eq!(missing.status, StatusCode::BAD_REQUEST);
    assert!(String::from_utf8(missing.body.to_vec()).unwrap().contains("Say why it is rejected."));
    let future = "asked_in=1&outcome=filed&on_date=2999-01-01";
    assert_eq!(post(&server, &base, &helen, future).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(server.count("receipt").await, 0);
    let filed = post(&server, &base, &helen, "asked_in=1&outcome=filed&on_date=").await;
    assert_eq!(told(&filed), "answered-1-0");
    let other = post(&server, &base, &sue, "asked_in=1&outcome=identity_mismatch").await;
    assert_eq!(told(&other), "contradicts");
    assert!(page(&server, &helen).await.contains("Answered twice, in two ways"));
    let settle = format!("{base}/settle");
    let as_seen =
        async |outcome: &str| format!("outcome={outcome}&{}", seen_now(&server, &row).await);
    let neither = as_seen("duplicate_of").await;
    assert_eq!(told(&post(&server, &settle, &sue, &neither).await), "gone");
    // A third answer came since, and whoever decided between two has not seen it.
    let stale = as_seen("identity_mismatch").await;
    let third = "asked_in=1&outcome=not_registered_here";
    assert_eq!(told(&post(&server, &base, &helen, third).await), "contradicts");
    let refused = post(&server, &settle, &sue, &stale).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let chosen = as_seen("filed").await;
    assert_eq!(told(&post(&server, &settle, &sue, &chosen).await), "settled");
    let undo = post(&server, &format!("{base}/undo"), &sue, &seen_now(&server, &row).await).await;
    assert_eq!(told(&undo), "undone");
    let answered = post(&server, &base, &sue, "asked_in=1&outcome=identity_mismatch").await;
    assert_eq!(told(&answered), "answered-1-0");
    let settled = server.store.read(move |tx| settlements::find(tx, &row)).await.unwrap().unwrap();
    assert_eq!(settled.outcome, Some(Outcome::IdentityMismatch));
    assert!(!settled.is_contested);
    assert!(page(&server, &helen).await.contains("1 sent back"));
}

#[tokio::test]
async fn another_practices_rows_are_not_there() {
    let (server, helen, _) = morning().await;
    let store = server.store.clone();
    let other = OdsCode::parse("A99002").unwrap();
    let of = other.clone();
    let closed = tokio::task::spawn_blocking(move || pack::close_next(&store, &of, Empty::Close));
    closed.await.unwrap().unwrap();
    let rows = server.store.read(move |tx| settlements::outstanding(tx, &other)).await.unwrap();
    let row = &rows[0].row;
    for base in ["/practice/A99001/rows", "/practice/A99002/rows"] {
        let path = format!("{base}/{}", row.row_id);
        assert_eq!(server.get(&path, &helen).await.status, StatusCode::NOT_FOUND, "{path}");
        for (end, form) in [("/undo", ""), ("/settle", "outcome=filed")] {
            let answer = post(&server, &format!("{path}{end}"), &helen, form).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}{end}");
        }
    }
    let press = format!("filed={}%2F1", row.row_id);
    assert_eq!(told(&post(&server, "/practice/A99001/answers", &helen, &press).await), "gone");
    assert_eq!(server.count("receipt").await, 0);
    // Nor does the search find them.
    let form = format!("nhs_number={}", row.person.nhs_number);
    let found = post(&server, "/practice/A99001/patient", &helen, &form).await;
    let found = String::from_utf8(found.body.to_vec()).unwrap();
    assert!(found.contains(": 0 entries.") && !found.contains(&row.person.given_names));
}

#[tokio::test]
async fn a_patient_is_found_by_number_and_the_address_does_not_hold_it() {
    let (server, helen, _) = morning().await;
    let row = outstanding(&server).await.remove(0).row;
    let number = &row.person.nhs_number;
    let spaced = format!("{}+{}+{}", &number[..3], &number[3..6], &number[6..]);
    let found =
        post(&server, "/practice/A99001/patient", &helen, &format!("nhs_number={spaced}")).await;
    let found = String::from_utf8(found.body.to_vec()).unwrap();
    assert!(found.contains(": 1 entry.") && found.contains(&row.person.given_names), "{found}");
    let none = post(&server, "/practice/A99001/patient", &helen, "nhs_number=9990000019").await;
    assert!(String::from_utf8(none.body.to_vec()).unwrap().contains("not an NHS number"));
}

#[tokio::test]
async fn an_urgent_concern_stays_at_the_top_until_the_practice_has_answered() {
    let server = Server::new();
    let store = server.store.clone();
    tokio::task::spawn_blocking(move || demo::seed(&store).unwrap()).await.unwrap();
    let sql = "SELECT practice, lower(hex(case_id)), event FROM urgent_concern WHERE owner = ''";
    let read = move |row: &rusqlite::Row<'_>| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    };
    let (ods, case, event) = server.write(move |tx| Ok(tx.query_row(sql, [], read)?)).await;
    let staff = if ods == ODS { "Helen Okonkwo" } else { "Daniel Reyes" };
    let other = if ods == ODS { "Daniel Reyes" } else { "Helen Okonkwo" };
    let id = |name: &'static str| {
        let server = &server;
        async move {
            let found = server.store.read(move |tx| people::users_named(tx, name)).await;
            server.sign_in(found.unwrap()[0]).await
        }
    };
    let (cookie, stranger) = (id(staff).await, id(other).await);
    let path = format!("/practice/{ods}/urgent/{case}/{event}");
    let page = |cookie: String| {
        let (server, ods) = (&server, ods.clone());
        async move {
            let answer = server.get(&format!("/practice/{ods}"), &cookie).await;
            String::from_utf8(answer.body.to_vec()).unwrap()
        }
    };
    assert!(page(cookie.clone()).await.contains("1 concern needs an answer"));
    let refused = post(&server, &path, &stranger, "words=x").await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    assert_eq!(told(&post(&server, &path, &cookie, "words=+").await), "words");
    let words = "words=Dr+Patel+rings+her+at+two";
    assert_eq!(told(&post(&server, &path, &cookie, words).await), "urgent");
    let answered = page(cookie).await;
    assert!(answered.contains("Dr Patel rings her at two"), "{answered}");
    assert!(!answered.contains("needs an answer"));
}

/// The last answer in a row's record, its words, and how many wait for somebody.
async fn said_in_record(server: &Server, row: &WorklistRow) -> (PracticeOutcome, String, usize) {
    let (store, row) = (server.store.clone(), row.clone());
    let read = tokio::task::spawn_blocking(move || {
        tell::catch_up(&store).unwrap();
        let case = CaseId::from_slice(&row.case).unwrap();
        let document = store.read_now(|tx| snapshots::document(tx, case)).unwrap().unwrap();
        let (read, defects) = document.read(case);
        assert_eq!(defects, []);
        let code = ConceptId::parse(&row.snomed_code).unwrap();
        let answered = read.practice_answer(row.episode.parse().unwrap(), code).unwrap().1;
        (answered.outcome, answered.words.reveal().clone(), read.sent_back().len())
    });
    read.await.unwrap()
}

/// A withdrawn entry that its practice filed is taken out, or was not there at all.
#[tokio::test]
async fn what_is_to_be_taken_out_is_answered_in_words_that_say_what_was_done() {
    let (server, helen, _) = morning().await;
    let row = outstanding(&server).await.remove(0).row;
    let base = format!("/practice/A99001/rows/{}", row.row_id);
    let filed = post(&server, &base, &helen, "asked_in=1&outcome=filed&on_date=").await;
    assert_eq!(told(&filed), "answered-1-0");
    let (case, event) = (row.case.clone(), row.event.clone());
    let withdraw = move |tx: &rusqlite::Transaction<'_>| withdraw(tx, &case, &event);
    server.write(withdraw).await;
    let store = server.store.clone();
    let closed = tokio::task::spawn_blocking(move || {
        projector::catch_up(&store).unwrap();
        pack::close_next(&store, &practice(), Empty::Close).unwrap()
    });
    assert_eq!(closed.await.unwrap().line.rows.retract, 1);
    let shown = text(&server.get(&base, &helen).await);
    assert!(shown.contains("To take out, on list 2"), "{shown}");
    for words in ["Taken out", "It was not in the record"] {
        assert!(shown.contains(&format!("{words}</label>")), "{shown}");
    }
    assert!(!shown.contains("Already in the record"), "{shown}");
    assert!(page(&server, &helen).await.contains(">Taken out<"));
    let form = "asked_in=2&outcome=already_in_record";
    assert_eq!(told(&post(&server, &base, &helen, form).await), "answered-1-0");
    let shown = text(&server.get(&base, &helen).await);
    assert!(shown.contains("Answer: It was not in the record"), "{shown}");
    // What was answered to the other question keeps its words.
    assert!(shown.contains("Filed, for list 1"), "{shown}");
    let (outcome, _, open) = said_in_record(&server, &row).await;
    assert_eq!((outcome.words(), open), ("the practice has done it", 0));
}

/// What the worker's phone writes when an entry is withdrawn.
fn withdraw(tx: &rusqlite::Transaction<'_>, case: &[u8], event: &str) -> Result<(), StoreError> {
    let case = CaseId::from_slice(case).unwrap();
    let mut document = snapshots::document(tx, case)?.unwrap();
    let author = cases::server_author(tx)?;
    let (target, reason) = (event.parse().unwrap(), Personal::new("mistake".to_owned()));
    let event = Event {
        id: EventId::new(u64::try_from(clock::now_ms()).unwrap(), 1),
        device: None,
        at: clock::london().to_datetime(clock::now()),
        recorded_at: clock::now(),
        by: author.user,
        role: Role::LinkWorker,
        fact: Fact::Retracted(Retracted { target, reason }),
    };
    let bytes = document.commit(&author, 0, |writer| writer.put_event(&event)).unwrap();
    let change = IncomingChange::parse(&bytes).unwrap();
    cases::append_server_changes(tx, case, &[change], &[])
}

#[tokio::test]
async fn what_a_practice_sends_back_stands_in_the_record_until_it_is_put_right() {
    let (server, helen, _) = morning().await;
    let row = outstanding(&server).await.remove(0).row;
    let (outcome, _, open) = said_in_record(&server, &row).await;
    assert_eq!((outcome, open), (PracticeOutcome::Asked, 0));
    let base = format!("/practice/A99001/rows/{}", row.row_id);
    let form = "asked_in=1&outcome=identity_mismatch&detail=Another+birth+date";
    assert_eq!(told(&post(&server, &base, &helen, form).await), "answered-1-0");
    let changes = server.count("change").await;
    let (outcome, words, open) = said_in_record(&server, &row).await;
    assert_eq!((outcome, open), (PracticeOutcome::IdentityMismatch, 1));
    assert_eq!(words, "Another birth date");
    assert_eq!(server.count("change").await, changes + 1);
    // Taken back, it is only asked again; and nothing is told twice.
    let (undo, seen) = (format!("{base}/undo"), seen_now(&server, &row.row_id).await);
    assert_eq!(told(&post(&server, &undo, &helen, &seen).await), "undone");
    let (outcome, _, open) = said_in_record(&server, &row).await;
    assert_eq!((outcome, open), (PracticeOutcome::Asked, 0));
    said_in_record(&server, &row).await;
    assert_eq!(server.count("change").await, changes + 2);
}
