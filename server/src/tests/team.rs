//! The lead's morning, click by click: what needs somebody, and what is decided.

use axum::{
    body::Body,
    http::{
        Request, StatusCode,
        header::{CONTENT_TYPE, COOKIE, LOCATION},
    },
};
use shared::{
    case::{Field, Role},
    cbor,
    ids::{CaseId, UserId},
    intake::IncomingChange,
    ods::OdsCode,
    sync::wire::{PROTOCOL, Unsent},
};

use super::{Answer, Server, phone::Phone};
use crate::{
    clock, demo,
    pack::{self, Empty},
    projector,
    receipt::{self, Answer as Filled, Named},
    service,
    store::{
        cases,
        duplicates::{self, Pair, Verdict},
        kept_apart::{self, Change, KeptApart, Why},
        people,
        receipts::{Outcome, Said, Source, Way},
        settlements, unanswered,
    },
    verify,
};

pub(super) async fn post(server: &Server, path: &str, cookie: &str, form: &str) -> Answer {
    let request = Request::post(path)
        .header(COOKIE, cookie)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    server.send(request.body(Body::from(form.to_owned())).unwrap()).await
}

/// Where a form led, and what is said there.
pub(super) fn told(answer: &Answer) -> (&str, &str) {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{:?}", answer.body);
    answer.headers[LOCATION].to_str().unwrap().split_once("?told=").unwrap()
}

pub(super) async fn text(server: &Server, path: &str, cookie: &str) -> String {
    let answer = server.get(path, cookie).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    String::from_utf8(answer.body.to_vec()).unwrap()
}

/// The part of a page under a heading.
pub(super) fn section<'a>(page: &'a str, id: &str) -> &'a str {
    let from = page.find(&format!("aria-labelledby=\"{id}\"")).unwrap_or_else(|| panic!("{id}"));
    let rest = &page[from..];
    &rest[..rest.find("</section>").unwrap()]
}

pub(super) async fn catch_up(server: &Server) {
    let store = server.store.clone();
    tokio::task::spawn_blocking(move || projector::catch_up(&store).unwrap()).await.unwrap();
}

pub(super) async fn lead(server: &Server, name: &str) -> String {
    let user = server.add_user(name, Role::LeadLinkWorker).await;
    server.sign_in(user).await
}

async fn named(server: &Server, name: &'static str) -> String {
    let users: Vec<UserId> =
        server.store.read(move |tx| people::users_named(tx, name)).await.unwrap();
    server.sign_in(users[0]).await
}

async fn invented() -> (Server, String) {
    let server = Server::new();
    let store = server.store.clone();
    tokio::task::spawn_blocking(move || demo::seed(&store).unwrap()).await.unwrap();
    let gwen = named(&server, "Gwen Pritchard").await;
    (server, gwen)
}

/// Two records of one person, begun on two workers' phones.
async fn two_records(server: &Server) -> (Phone, [CaseId; 2]) {
    let amina = server.add_user("Amina", Role::LinkWorker).await;
    let ben = server.add_user("Ben", Role::LinkWorker).await;
    let (mut first, mut second) = (Phone::new(server, amina).await, Phone::new(server, ben).await);
    let mut begun = Vec::new();
    for phone in [&mut first, &mut second] {
        let case = phone.begin("Okafor");
        phone.write(case, Field::GivenNames, "Ann");
        phone.write(case, Field::BirthDate, "1951-03-02");
        phone.write(case, Field::WhatMatters, "Walking to the allotment");
        phone.sync(server).await;
        begun.push(case);
    }
    catch_up(server).await;
    (second, [begun[0], begun[1]])
}

#[tokio::test]
async fn two_records_are_laid_side_by_side_without_a_word_of_what_was_said() {
    let server = Server::new();
    let gwen = lead(&server, "Gwen").await;
    let (_, [one, other]) = two_records(&server).await;
    let page = text(&server, "/team", &gwen).await;
    assert!(page.contains("1 pair of records looks like one person."), "{page}");
    let [first, second] = Pair::of(one, other).unwrap().both();
    let path = format!("/team/duplicates/{first}/{second}");
    assert!(section(&page, "duplicates").contains(&path));
    let page = text(&server, &path, &gwen).await;
    for words in ["Okafor", "Amina", "Ben", "Alike", "2 Mar 1951", "Nobody has decided"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("allotment"));
    assert_eq!(page.matches("<table").count(), page.matches("<caption").count());
    assert_eq!(page.matches("<th ").count(), page.matches("<th scope=").count(),);
    // Whichever is named first.
    let other_way = format!("/team/duplicates/{second}/{first}");
    assert_eq!(server.get(&other_way, &gwen).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_decision_needs_a_reason_is_told_and_can_be_changed() {
    let server = Server::new();
    let gwen = lead(&server, "Gwen").await;
    let (mut ben, [one, other]) = two_records(&server).await;
    let [first, second] = Pair::of(one, other).unwrap().both();
    let path = format!("/team/duplicates/{first}/{second}");
    let without = post(&server, &path, &gwen, "seen=0&decision=different&reason=+").await;
    assert_eq!(told(&without), (path.as_str(), "reason"));
    let long = format!("seen=0&decision=different&reason={}", "a".repeat(2_001));
    assert_eq!(told(&post(&server, &path, &gwen, &long).await).1, "reason");
    assert_eq!(server.count("duplicate_decision").await, 0);
    let neither = post(&server, &path, &gwen, "seen=0&decision=both&reason=x").await;
    assert_eq!(neither.status, StatusCode::BAD_REQUEST);
    // The first worker's record goes on, so the second is given it.
    let same = format!("seen=0&decision={one}&reason=Ben+rang+her");
    assert_eq!(told(&post(&server, &path, &gwen, &same).await), ("/team", "same-1"));
    ben.sync(&server).await;
    assert_eq!((ben.cases(), ben.read(one, Field::FamilyName)), (2, Some("Okafor".to_owned())));
    let page = text(&server, "/team?told=same-1", &gwen).await;
    assert!(page.contains("1 person more can open it"), "{page}");
    assert!(page.contains("No two records wait to be compared."));
    let page = text(&server, &path, &gwen).await;
    assert!(page.contains("Ben rang her") && page.contains("Decided: the same person."), "{page}");
    let seen =
        server.store.read(move |tx| duplicates::decisions(tx, Pair::of(one, other).unwrap()));
    let seen = seen.await.unwrap()[0].id;
    let differ = format!("seen={seen}&decision=different&reason=Twins");
    assert_eq!(told(&post(&server, &path, &gwen, &differ).await), ("/team", "different-1"));
    ben.sync(&server).await;
    assert_eq!((ben.cases(), ben.read(one, Field::FamilyName)), (1, None));
    let page = text(&server, &path, &gwen).await;
    assert!(page.contains("Ben rang her") && page.contains("Twins"), "{page}");
}

#[tokio::test]
async fn of_two_leads_who_decide_at_once_the_second_is_told_and_changes_nothing() {
    let server = Server::new();
    let (gwen, rhys) = (lead(&server, "Gwen").await, lead(&server, "Rhys").await);
    let (_, [one, other]) = two_records(&server).await;
    let path = format!("/team/duplicates/{one}/{other}");
    let first = post(&server, &path, &gwen, "seen=0&decision=different&reason=Twins").await;
    assert_eq!(told(&first).1, "different-0");
    let same = format!("seen=0&decision={one}&reason=Rang+her");
    let second = post(&server, &path, &rhys, &same).await;
    let (back, words) = told(&second);
    assert_eq!(words, "stale");
    assert!(text(&server, &format!("{back}?told=stale"), &rhys).await.contains("nothing was done"));
    assert_eq!(server.count("duplicate_decision").await, 1);
    let decided = server.store.read(|tx| duplicates::decided(tx, 10)).await.unwrap();
    assert_eq!(decided[0].verdict, Verdict::DifferentPeople);
}

#[tokio::test]
async fn nobody_but_a_lead_compares_or_decides_and_no_lead_records_that_are_not_alike() {
    let server = Server::new();
    let gwen = lead(&server, "Gwen").await;
    let (mut phone, [one, other]) = two_records(&server).await;
    let unlike = phone.begin("Bevan");
    phone.sync(&server).await;
    catch_up(&server).await;
    let path = format!("/team/duplicates/{one}/{other}");
    let apart = format!("/team/kept-apart/{one}/{}", phone.author.user);
    let roles = [Role::LinkWorker, Role::CareCoordinator, Role::ServiceAdministrator];
    for role in roles {
        let user = server.add_user("Sam", role).await;
        let cookie = server.sign_in(user).await;
        assert_eq!(server.get(&path, &cookie).await.status, StatusCode::NOT_FOUND, "{role:?}");
        for path in [&path, &apart] {
            let form = "seen=0&decision=different&reason=x";
            let answer = post(&server, path, &cookie, form).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{role:?} {path}");
        }
    }
    for path in [
        format!("/team/duplicates/{one}/{unlike}"),
        format!("/team/duplicates/{one}/{one}"),
        "/team/duplicates/x/y".to_owned(),
    ] {
        assert_eq!(server.get(&path, &gwen).await.status, StatusCode::NOT_FOUND, "{path}");
        let form = "seen=0&decision=different&reason=x";
        assert_eq!(post(&server, &path, &gwen, form).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(server.count("duplicate_decision").await, 0);
}

async fn kept_apart(server: &Server) -> Vec<KeptApart> {
    server.store.read(kept_apart::list).await.unwrap()
}

/// The form of a page that was opened just now.
fn form(kept: &KeptApart, decision: &str) -> (String, String) {
    let named = kept.named;
    let fields = format!(
        "changes={}&upto={}&decided_at={}&decision={decision}&reason=Written+before+she+moved",
        named.changes, named.upto, named.decided_at
    );
    (format!("/team/kept-apart/{}/{}", named.case, named.author), fields)
}

#[tokio::test]
async fn work_of_somebody_who_lost_a_record_is_taken_in_once_and_reaches_whoever_has_it() {
    let server = Server::new();
    let (gwen, rhys) = (lead(&server, "Gwen").await, lead(&server, "Rhys").await);
    let amina = server.add_user("Amina", Role::LinkWorker).await;
    let ben = server.add_user("Ben", Role::LinkWorker).await;
    let (mut old, mut new) = (Phone::new(&server, amina).await, Phone::new(&server, ben).await);
    let case = old.begin("Okafor");
    old.sync(&server).await;
    old.write(case, Field::Phone, "01632 960000");
    old.write(case, Field::Communication, "Large print");
    server
        .write(move |tx| {
            cases::revoke(tx, case, amina)?;
            cases::grant(tx, case, ben)
        })
        .await;
    old.sync(&server).await;
    catch_up(&server).await;
    let list = kept_apart(&server).await;
    assert_eq!((list.len(), list[0].named.changes, list[0].why), (1, 2, Why::NoLongerAllowed));
    let page = text(&server, "/team", &gwen).await;
    assert!(page.contains("2 changes are kept apart."), "{page}");
    let shown = section(&page, "kept-apart");
    assert!(shown.contains("Okafor") && shown.contains("Amina") && !shown.contains("960000"));
    let (path, leave) = form(&list[0], "leave");
    let bare = leave.replace("Written+before+she+moved", "");
    assert_eq!(told(&post(&server, &path, &gwen, &bare).await).1, "reason");
    assert_eq!(told(&post(&server, &path, &gwen, &leave).await), ("/team", "left-2"));
    let page = text(&server, "/team", &gwen).await;
    assert!(section(&page, "kept-apart").contains("Left aside: Written before she moved"));
    assert!(!page.contains("changes are kept apart."));
    // A page from before that decision changes nothing; one from after it does.
    let (_, stale) = form(&list[0], "take");
    assert_eq!(told(&post(&server, &path, &rhys, &stale).await).1, "stale");
    let list = kept_apart(&server).await;
    let (_, take) = form(&list[0], "take");
    assert_eq!(told(&post(&server, &path, &rhys, &take).await), ("/team", "taken-2-0"));
    assert_eq!(told(&post(&server, &path, &gwen, &take).await).1, "stale");
    assert_eq!((server.count("quarantine").await, server.count("change").await), (0, 3));
    new.sync(&server).await;
    assert_eq!(new.read(case, Field::Phone).as_deref(), Some("01632 960000"));
    assert_eq!(server.count("kept_apart_decision").await, 4);
    let store = server.store.clone();
    let found = tokio::task::spawn_blocking(move || verify::verify(&store).unwrap()).await.unwrap();
    assert_eq!(found.differences, Vec::<String>::new());
}

#[tokio::test]
async fn a_record_begun_on_a_phone_that_was_taken_off_is_taken_in_and_somebody_has_it() {
    let server = Server::new();
    let gwen = server.add_user("Gwen", Role::LeadLinkWorker).await;
    let cookie = server.sign_in(gwen).await;
    let amina = server.add_user("Amina", Role::LinkWorker).await;
    let mut phone = Phone::new(&server, amina).await;
    let known = phone.begin("Okafor");
    phone.sync(&server).await;
    let begun = phone.begin("Ncube");
    phone.write(begun, Field::GivenNames, "Rose");
    let push = phone.replica.unsent_parts().concat();
    let body = cbor::encode(&Unsent { protocol: PROTOCOL, push });
    let device = phone.author.device;
    server.write(move |tx| people::revoke_device(tx, device, clock::now_ms())).await;
    let request = Request::post("/api/hand-over")
        .header(COOKIE, &phone.cookie)
        .header("fingerpost-device", device.to_string());
    let answer = server.send(request.body(body.into()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK);
    let list = kept_apart(&server).await;
    assert_eq!((list.len(), list[0].named.case, list[0].why), (1, begun, Why::TakenOff));
    assert_ne!(begun, known);
    let page = text(&server, "/team", &cookie).await;
    assert!(section(&page, "kept-apart").contains("A record that is not here"), "{page}");
    let (path, take) = form(&list[0], "take");
    assert_eq!(told(&post(&server, &path, &cookie, &take).await).1, "taken-2-0");
    // She can sign in nowhere, so that the lead has it, too.
    let holders = server.store.read(move |tx| cases::holders(tx, begun)).await.unwrap();
    assert!(holders.contains(&gwen) && holders.contains(&amina));
    let mut again = Phone::new(&server, amina).await;
    again.sync(&server).await;
    assert_eq!(again.read(begun, Field::GivenNames).as_deref(), Some("Rose"));
}

#[tokio::test]
async fn what_follows_a_change_that_is_not_here_stays_kept_apart() {
    let server = Server::new();
    let gwen = lead(&server, "Gwen").await;
    let amina = server.add_user("Amina", Role::LinkWorker).await;
    let mut phone = Phone::new(&server, amina).await;
    let case = phone.begin("Okafor");
    phone.sync(&server).await;
    phone.write(case, Field::Phone, "01632 960000");
    phone.write(case, Field::Communication, "Large print");
    server.write(move |tx| cases::revoke(tx, case, amina)).await;
    phone.sync(&server).await;
    // The first of the two was lost on the way.
    let named = kept_apart(&server).await[0].named;
    assert_eq!(named.changes, 2);
    let all = server.store.read(move |tx| kept_apart::changes(tx, named)).await.unwrap().unwrap();
    let follows = |one: &Change, other: &Change| {
        let change = IncomingChange::parse(&one.bytes).unwrap();
        change.dependencies().any(|hash| hash == other.hash)
    };
    let lost = if follows(&all[0], &all[1]) { &all[1] } else { &all[0] };
    let lost = lost.hash.0;
    server.write(move |tx| Ok(tx.execute("DELETE FROM quarantine WHERE hash = ?1", [lost])?)).await;
    let list = kept_apart(&server).await;
    let (path, take) = form(&list[0], "take");
    assert_eq!(told(&post(&server, &path, &gwen, &take).await).1, "taken-0-1");
    assert_eq!(server.count("quarantine").await, 1);
    assert_eq!(server.count("kept_apart_decision").await, 0);
}

#[tokio::test]
async fn the_lead_sees_who_has_not_answered_what_was_sent_back_and_what_is_contested() {
    let (server, gwen) = invented().await;
    let practice = OdsCode::parse("A99001").unwrap();
    let (store, of) = (server.store.clone(), practice.clone());
    let long_ago = clock::now() - jiff::SignedDuration::from_hours(20 * 24);
    let closed = tokio::task::spawn_blocking(move || {
        pack::close_next_at(&store, &of, Empty::Close, None, long_ago).unwrap()
    });
    let rows = closed.await.unwrap().line.rows.new;
    let page = text(&server, "/team", &gwen).await;
    assert!(page.contains(&format!("{rows} rows have had no answer for two weeks.")), "{page}");
    let shown = section(&page, "unanswered");
    assert!(shown.contains("20 days") && shown.contains(&format!("{rows}: phone them")), "{shown}");
    assert!(section(&page, "sent-back").contains("Nothing that was sent back waits"));
    let refuse = move |tx: &rusqlite::Transaction<'_>| {
        let row = settlements::outstanding(tx, &practice)?.remove(0).row;
        let text = String::new;
        let said = Said {
            outcome: Some(Outcome::Rejected),
            on_date: text(),
            filed_by: text(),
            system: text(),
            detail: "No such patient".into(),
        };
        let answer = Filled::new(Outcome::Rejected, said).unwrap();
        let named = Named { practice: &practice, row_id: &row.row_id, number: None };
        let source = Source { way: Way::Command, by: None, at: clock::now_ms() };
        receipt::answer(tx, named, &answer, &source, clock::today())?.unwrap();
        Ok(row)
    };
    let row = server.write(refuse).await;
    let page = text(&server, "/team", &gwen).await;
    assert!(page.contains("1 row was sent back."), "{page}");
    let shown = section(&page, "sent-back");
    assert!(shown.contains("No such patient") && shown.contains(&row.person.given_names));
    let by_practice = server.store.read(|tx| unanswered::by_practice(tx, clock::now()));
    let by_practice = by_practice.await.unwrap();
    assert_eq!((by_practice.len(), by_practice[0].rows), (1, rows - 1));
    assert!(by_practice[0].last_receipt.is_some());
    let shown = section(&page, "contested");
    assert!(shown.contains("Accepted") && shown.contains("Declined"), "{shown}");
    let held = section(&page, "held");
    for words in ["Put the person&#39;s details right", "Have a link worker record it"] {
        assert!(held.contains(words) || held.contains(&words.replace("&#39;", "'")), "{held}");
    }
    assert!(!held.contains("Both “accepted” and “declined”"));
    for said in ["waking up", "allotments together", "Walked round", "final notice"] {
        assert!(!page.contains(said), "{said}");
    }
}

#[tokio::test]
async fn a_practices_answer_to_a_concern_is_shown_to_the_lead() {
    let (server, gwen) = invented().await;
    let page = text(&server, "/team", &gwen).await;
    assert!(section(&page, "urgent").contains("No answer yet"));
    let answer = "INSERT INTO urgent_answer (case_id, event, practice, by, at, words)
         SELECT case_id, event, practice, (SELECT id FROM user WHERE name = 'Helen Okonkwo'), 1,
            'Dr Patel rings at two' FROM urgent_concern";
    server.write(move |tx| Ok(tx.execute(answer, [])?)).await;
    let page = text(&server, "/team", &gwen).await;
    let shown = section(&page, "urgent");
    assert!(shown.contains("Dr Patel rings at two") && !shown.contains("No answer yet"), "{shown}");
}

#[tokio::test]
async fn a_service_without_trouble_says_so_in_each_section() {
    let server = Server::new();
    let gwen = lead(&server, "Gwen").await;
    let page = text(&server, "/team", &gwen).await;
    for words in [
        "Nothing needs you today.",
        "Each urgent concern has an owner",
        "No referral is recorded as both accepted and declined.",
        "No two records wait to be compared.",
        "Nothing that was sent back waits",
        "No practice has been asked anything yet.",
        "Nothing that somebody could settle is held back.",
        "No work is kept apart.",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(page.contains("href=\"/reports\""));
}

#[tokio::test]
async fn after_a_restore_the_lead_says_when_packs_are_closed_again() {
    let (server, gwen) = invented().await;
    let restored = |tx: &rusqlite::Transaction<'_>| service::set_restored(tx, Some(clock::now()));
    server.write(restored).await;
    let said = "No pack is closed: a backup was restored";
    assert!(text(&server, "/team", &gwen).await.contains(said));
    let worker = server.add_user("Amina", Role::LinkWorker).await;
    let amina = server.sign_in(worker).await;
    let refused = post(&server, "/team/packs-go-on", &amina, "").await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let staff = named(&server, "Helen Okonkwo").await;
    let page = text(&server, "/practice/A99001", &staff).await;
    assert!(
        page.contains("until it has heard from every phone") && !page.contains("Close the next")
    );
    let closed = post(&server, "/practice/A99001/packs", &staff, "").await;
    assert_eq!(closed.status, StatusCode::CONFLICT);
    let told = post(&server, "/team/packs-go-on", &gwen, "").await;
    assert_eq!(told.status, StatusCode::SEE_OTHER);
    assert!(!text(&server, "/team", &gwen).await.contains(said));
    let closed = post(&server, "/practice/A99001/packs", &staff, "").await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER);
}
