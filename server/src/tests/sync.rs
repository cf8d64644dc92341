//! What a phone may count on when it syncs.

use std::{io::Write, time::Instant};

use axum::{
    body::Body,
    http::{Request, StatusCode, header::CONTENT_ENCODING, header::COOKIE},
};
use flate2::{Compression, write::GzEncoder};
use minicbor::bytes::ByteVec;
use shared::{
    case::{Field, Role},
    cbor,
    document::Document,
    ids::{CaseId, Epoch},
    limits,
    sync::{
        SyncState,
        wire::{CasePush, Cursor, PROTOCOL, SyncRequest, SyncResponse, Verdict},
    },
};

use super::{Scratch, Server, phone::Phone};
use crate::{
    projector, random,
    store::{Store, cases},
};

async fn phone(server: &Server, name: &str) -> Phone {
    Phone::new(server, server.add_user(name, Role::LinkWorker).await).await
}

fn request(push: Vec<CasePush>) -> SyncRequest {
    SyncRequest {
        protocol: PROTOCOL,
        epoch: None,
        cursor: Cursor::default(),
        push,
        room_bytes: limits::ROOM_BYTES_DEFAULT,
        again: Vec::new(),
    }
}

async fn post(server: &Server, phone: &Phone, request: &SyncRequest) -> SyncResponse {
    let answer = server.post_sync(&phone.cookie, cbor::encode(request)).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
    cbor::decode(&answer.body).unwrap()
}

#[tokio::test]
async fn an_idle_sync_takes_one_exchange_of_under_300_bytes_each_way() {
    let server = Server::new();
    let mut phone = phone(&server, "Amina").await;
    for number in 0..50 {
        phone.begin(&format!("Person {number}"));
    }
    phone.sync(&server).await;
    phone.sizes.clear();
    phone.sync(&server).await;
    let [(sent, received)] = phone.sizes[..] else { panic!("{:?}", phone.sizes) };
    assert!(sent < 300 && received < 300, "{sent} bytes sent, {received} received");
}

#[tokio::test]
async fn what_one_writes_a_colleague_with_the_case_reads_and_answers() {
    let server = Server::new();
    let mut amina = phone(&server, "Amina").await;
    let mut ben = phone(&server, "Ben").await;
    let case = amina.begin("Okafor");
    amina.sync(&server).await;
    assert!(matches!(amina.replica.case_state(case), Some(SyncState::Sent(_))));
    let user = ben.author.user;
    server.write(move |tx| cases::grant(tx, case, user)).await;
    ben.sync(&server).await;
    assert_eq!(ben.read(case, Field::FamilyName).as_deref(), Some("Okafor"));
    ben.write(case, Field::Phone, "01632 960000");
    ben.sync(&server).await;
    amina.sync(&server).await;
    assert_eq!(amina.read(case, Field::Phone).as_deref(), Some("01632 960000"));
}

#[tokio::test]
async fn a_phone_is_not_sent_what_it_wrote_itself() {
    let server = Server::new();
    let mut phone = phone(&server, "Amina").await;
    let case = phone.begin("Okafor");
    phone.sync(&server).await;
    phone.write(case, Field::Phone, "01632 960000");
    phone.sync(&server).await;
    phone.sync(&server).await;
    assert!(phone.exchanges.iter().all(|(_, answer)| answer.cases.is_empty()));
}

#[tokio::test]
async fn a_case_that_was_begun_is_sent_whole_when_the_answer_was_lost_or_another_phone_asks() {
    let server = Server::new();
    let phone = phone(&server, "Amina").await;
    let case = CaseId::from_random(random::bytes());
    let (_, change) =
        Document::create(case, &phone.author, 0, |w| w.put_field(Field::FamilyName, "Okafor"))
            .unwrap();
    let begin =
        request(vec![CasePush { case, changes: vec![ByteVec::from(change.clone())], seal: None }]);
    let lost = post(&server, &phone, &begin).await;
    assert!(lost.cases.is_empty());
    let other = Phone::new(&server, phone.author.user).await;
    // The cursor is where it was before, since the phone never read the answer.
    for answer in
        [post(&server, &phone, &begin).await, post(&server, &other, &request(Vec::new())).await]
    {
        assert_eq!(answer.cases.len(), 1);
        assert_eq!(answer.cases[0].changes[0].as_slice(), change.as_slice());
    }
    // From the answer that was lost on, nothing of it would have been new.
    let after = SyncRequest { epoch: Some(lost.epoch), cursor: lost.cursor, ..request(Vec::new()) };
    assert!(post(&server, &phone, &after).await.cases.is_empty());
}

#[tokio::test]
async fn a_push_of_many_changes_is_taken_in_like_a_small_one() {
    let server = Server::new();
    let mut phone = phone(&server, "Amina").await;
    let case = phone.begin("Okafor");
    // Over what is parsed on the spot.
    for number in 0..200 {
        phone.write(case, Field::WhatMatters, &format!("{number} {}", "words ".repeat(60)));
    }
    phone.sync(&server).await;
    assert_eq!(server.count("change").await, 201);
    assert!(matches!(phone.replica.case_state(case), Some(SyncState::Sent(_))));
}

#[tokio::test]
async fn nobody_receives_a_byte_of_a_case_that_is_not_theirs() {
    let server = Server::new();
    let mut amina = phone(&server, "Amina").await;
    let ben = phone(&server, "Ben").await;
    let case = amina.begin("Okafor");
    amina.sync(&server).await;
    let before = post(&server, &ben, &request(Vec::new())).await;
    let asking = SyncRequest { again: vec![case], ..request(Vec::new()) };
    for answer in [before, post(&server, &ben, &asking).await] {
        assert!(answer.cases.is_empty() && answer.removed.is_empty());
        let bytes = cbor::encode(&answer);
        assert!(!bytes.windows(16).any(|window| window == case.as_bytes()));
    }
}

#[tokio::test]
async fn without_a_session_nothing_is_answered() {
    let server = Server::new();
    let answer = server.post_sync("fingerpost=", cbor::encode(&request(Vec::new()))).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(server.get("/api/me", "").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(server.get("/api/poke", "").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn work_on_a_case_that_was_taken_away_is_kept_apart_and_the_case_forgotten() {
    let server = Server::new();
    let mut phone = phone(&server, "Amina").await;
    let case = phone.begin("Okafor");
    phone.sync(&server).await;
    phone.write(case, Field::Phone, "01632 960000");
    let user = phone.author.user;
    server.write(move |tx| cases::revoke(tx, case, user)).await;
    phone.sync(&server).await;
    phone.sync(&server).await;
    assert_eq!(phone.cases(), 0);
    assert_eq!(phone.replica.meta().notices.len(), 1);
    assert_eq!((server.count("quarantine").await, server.count("change").await), (1, 1));
}

#[tokio::test]
async fn a_case_that_is_given_back_arrives_whole() {
    let server = Server::new();
    let mut phone = phone(&server, "Amina").await;
    let case = phone.begin("Okafor");
    phone.sync(&server).await;
    let user = phone.author.user;
    server.write(move |tx| cases::revoke(tx, case, user)).await;
    phone.sync(&server).await;
    assert_eq!(phone.cases(), 0);
    server.write(move |tx| cases::grant(tx, case, user)).await;
    phone.sync(&server).await;
    assert_eq!(phone.read(case, Field::FamilyName).as_deref(), Some("Okafor"));
}

#[tokio::test]
async fn after_a_restore_the_phone_sends_again_what_the_server_lost() {
    let server = Server::new();
    let mut phone = phone(&server, "Amina").await;
    let kept = phone.begin("Okafor");
    phone.sync(&server).await;
    let backup = Scratch::new();
    server.store.copy_to(backup.path()).unwrap();
    phone.write(kept, Field::Phone, "01632 960000");
    let lost = phone.begin("Patel");
    phone.sync(&server).await;
    assert!(phone.exchanges.len() > 1);

    let restored = Server::on(backup);
    let epoch = Epoch::from_random(random::bytes());
    restored
        .write(move |tx| Ok(tx.execute("UPDATE meta SET epoch = ?1", [epoch.as_bytes()])?))
        .await;
    // The new log is soon longer than the lost one, with other things at the same positions.
    let mut ben = self::phone(&restored, "Ben").await;
    let user = ben.author.user;
    restored.write(move |tx| cases::grant(tx, kept, user)).await;
    ben.sync(&restored).await;
    ben.write(kept, Field::Communication, "Hard of hearing");
    for number in 0..10 {
        ben.begin(&format!("Person {number}"));
    }
    ben.sync(&restored).await;

    phone.sync(&restored).await;
    assert_eq!(phone.read(kept, Field::Communication).as_deref(), Some("Hard of hearing"));
    let mut second = Phone::new(&restored, phone.author.user).await;
    second.sync(&restored).await;
    assert_eq!(second.read(kept, Field::Phone).as_deref(), Some("01632 960000"));
    assert_eq!(second.read(lost, Field::FamilyName).as_deref(), Some("Patel"));
}

#[tokio::test]
async fn a_first_sync_through_a_small_room_goes_on_where_it_was_cut_off() {
    let server = Server::new();
    let mut writing = phone(&server, "Amina").await;
    let long = "a person's own words, ".repeat(500);
    let mut all: Vec<CaseId> = Vec::new();
    for number in 0..20 {
        let case = writing.begin(&format!("Person {number}"));
        writing.write(case, Field::WhatMatters, &long);
        all.push(case);
    }
    writing.sync(&server).await;
    let reading = Phone::new(&server, writing.author.user).await;
    let small = SyncRequest { room_bytes: 1, ..request(Vec::new()) };
    let mut asked = small;
    let mut arrived = Vec::new();
    let mut exchanges = 0;
    loop {
        let answer = post(&server, &reading, &asked).await;
        exchanges += 1;
        arrived.extend(answer.cases.iter().map(|case| case.case));
        (asked.epoch, asked.cursor) = (Some(answer.epoch), answer.cursor);
        if exchanges == 3 {
            // Somebody writes meanwhile to a case that has been sent already.
            writing.write(arrived[0], Field::Phone, "01632 960000");
            writing.sync(&server).await;
        }
        if !answer.more {
            break;
        }
        assert!(exchanges < 50, "it does not end");
    }
    assert!(exchanges > 10, "{exchanges} exchanges");
    assert_eq!(arrived.iter().filter(|case| **case == arrived[0]).count(), 2);
    arrived.sort();
    arrived.dedup();
    all.sort();
    assert_eq!(arrived, all);
}

#[tokio::test]
async fn a_snapshot_stands_in_for_the_changes_before_it() {
    let server = Server::new();
    let mut phone = phone(&server, "Amina").await;
    let case = phone.begin("Okafor");
    phone.sync(&server).await;
    let store = server.store.clone();
    tokio::task::spawn_blocking(move || projector::catch_up(&store)).await.unwrap().unwrap();
    phone.write(case, Field::Phone, "01632 960000");
    phone.sync(&server).await;
    let mut second = Phone::new(&server, phone.author.user).await;
    second.sync(&server).await;
    let update = &second.exchanges[0].1.cases[0];
    assert!(update.snapshot.is_some());
    assert_eq!(update.changes.len(), 1);
    assert_eq!(second.read(case, Field::Phone).as_deref(), Some("01632 960000"));
}

#[tokio::test]
async fn pushing_twice_changes_nothing_and_a_case_begins_once() {
    let server = Server::new();
    let phone = phone(&server, "Amina").await;
    let case = CaseId::from_random(random::bytes());
    let begin = |name: &'static str| {
        let (_, change) =
            Document::create(case, &phone.author, 0, |w| w.put_field(Field::FamilyName, name))
                .unwrap();
        request(vec![CasePush { case, changes: vec![ByteVec::from(change)], seal: None }])
    };
    let first = begin("Okafor");
    let verdicts = async |request| post(&server, &phone, request).await.receipts[0].verdicts[0];
    assert_eq!(verdicts(&first).await, Verdict::Stored);
    assert_eq!(verdicts(&first).await, Verdict::Stored);
    assert_eq!(verdicts(&begin("Patel")).await, Verdict::SecondBeginning);
    assert_eq!(server.count("change").await, 1);
}

#[tokio::test]
async fn a_client_of_another_version_is_told_to_update() {
    let server = Server::new();
    let phone = phone(&server, "Amina").await;
    let later = SyncRequest { protocol: PROTOCOL + 1, ..request(Vec::new()) };
    let answer = server.post_sync(&phone.cookie, cbor::encode(&later)).await;
    assert_eq!(answer.status, StatusCode::UPGRADE_REQUIRED);
    // A version that this server has never heard of may have any shape after the number.
    let unknown = cbor::encode(&(PROTOCOL + 1, "what else it says"));
    let answer = server.post_sync(&phone.cookie, unknown).await;
    assert_eq!(answer.status, StatusCode::UPGRADE_REQUIRED);
    let answer = server.post_sync(&phone.cookie, b"nonsense".to_vec()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_it_is_inflated_or_parsed() {
    let server = Server::new();
    let phone = phone(&server, "Amina").await;
    let plain = vec![0; limits::SYNC_BODY_BYTES_MAX + 1];
    let answer = server.post_sync(&phone.cookie, plain).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);

    // Three gigabytes of nothing, in three megabytes.
    let mut member = GzEncoder::new(Vec::new(), Compression::best());
    member.write_all(&vec![0; 16 * 1024 * 1024]).unwrap();
    let bomb = member.finish().unwrap().repeat(200);
    assert!(bomb.len() < limits::SYNC_BODY_BYTES_MAX);
    let request = Request::post("/api/sync")
        .header(COOKIE, &phone.cookie)
        .header(CONTENT_ENCODING, "gzip")
        .body(Body::from(bomb));
    let began = Instant::now();
    let answer = server.send(request.unwrap()).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    // All of it would take far longer; the four megabytes that are looked at do not.
    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
}

#[tokio::test]
async fn what_another_program_writes_to_the_same_file_is_sent() {
    let server = Server::new();
    let mut phone = phone(&server, "Amina").await;
    let case = phone.begin("Okafor");
    phone.sync(&server).await;
    let mut ben = self::phone(&server, "Ben").await;
    let user = ben.author.user;
    let other = Store::open(server.directory()).unwrap();
    tokio::task::spawn_blocking(move || other.write_now(move |tx| cases::grant(tx, case, user)))
        .await
        .unwrap()
        .unwrap();
    ben.sync(&server).await;
    assert_eq!(ben.cases(), 1);
}
