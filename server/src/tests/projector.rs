//! What the projector does with a case that it cannot read.

use axum::http::StatusCode;
use minicbor::bytes::ByteVec;
use sha2::{Digest, Sha256};
use shared::{
    case::{Field, Role},
    cbor,
    document::Document,
    ids::CaseId,
    limits,
    sync::wire::{CasePush, Cursor, PROTOCOL, SyncRequest, SyncResponse, Verdict},
};

use super::{Server, phone::Phone};
use crate::{projector, random, store::cases, verify};

#[tokio::test]
async fn one_case_that_cannot_be_read_holds_nobody_else_up() {
    let server = Server::new();
    let user = server.add_user("Amina", Role::LinkWorker).await;
    let mut phone = Phone::new(&server, user).await;
    let cases: Vec<_> = (0..5).map(|number| phone.begin(&format!("Person {number}"))).collect();
    phone.sync(&server).await;
    let damaged = cases[2];
    server
        .write(move |tx| {
            let sql = "UPDATE change SET bytes = x'00' WHERE case_id = ?1";
            Ok(tx.execute(sql, [damaged.as_bytes()])?)
        })
        .await;
    let catch_up = || {
        let store = server.store.clone();
        tokio::task::spawn_blocking(move || projector::catch_up(&store).unwrap())
    };
    assert_eq!(catch_up().await.unwrap(), 1);
    assert_eq!(server.count("snapshot").await, 4);
    // It ends a second time too, and a new fact of the service has all of them worked out again.
    assert_eq!(catch_up().await.unwrap(), 1);
    server.add_user("Ben", Role::LinkWorker).await;
    assert_eq!(catch_up().await.unwrap(), 1);
    let behind = "case_log WHERE projected_position < latest_position";
    assert_eq!(server.count(behind).await, 0);
}

/// The change with its operations numbered from one further on, and the right hash. The number lies
/// behind one dependency, the actor and the change's own number.
fn numbered_late(change: &[u8]) -> Vec<u8> {
    let mut late = change.to_vec();
    let content = if late[9] < 0x80 { 10 } else { 11 };
    late[content + 1 + 32 + 1 + 24 + 1] += 1;
    with_its_hash(late)
}

/// The change behind another one than it was written behind. Its one dependency lies at the beginning.
fn following(change: &[u8], before: &[u8]) -> Vec<u8> {
    let mut moved = change.to_vec();
    let content = if moved[9] < 0x80 { 10 } else { 11 };
    moved[content + 1..content + 1 + 32].copy_from_slice(&Sha256::digest(&before[8..]));
    with_its_hash(moved)
}

fn with_its_hash(mut change: Vec<u8>) -> Vec<u8> {
    let hash = Sha256::digest(&change[8..]);
    change[4..8].copy_from_slice(&hash[..4]);
    change
}

async fn differences(server: &Server) -> Vec<String> {
    let store = server.store.clone();
    let verified = tokio::task::spawn_blocking(move || verify::verify(&store).unwrap());
    verified.await.unwrap().differences
}

async fn push(server: &Server, phone: &Phone, case: CaseId, changes: &[Vec<u8>]) -> Vec<Verdict> {
    let changes = changes.iter().cloned().map(ByteVec::from).collect();
    let request = SyncRequest {
        protocol: PROTOCOL,
        epoch: None,
        cursor: Cursor::default(),
        push: vec![CasePush { case, changes, seal: None }],
        room_bytes: limits::ROOM_BYTES_DEFAULT,
        again: Vec::new(),
    };
    let answer = server.post_sync(&phone.cookie, cbor::encode(&request)).await;
    assert_eq!(answer.status, StatusCode::OK);
    let answer: SyncResponse = cbor::decode(&answer.body).unwrap();
    answer.receipts[0].verdicts.clone()
}

#[tokio::test]
async fn a_change_that_does_not_fit_is_set_aside_and_its_case_goes_on() {
    let server = Server::new();
    let user = server.add_user("Amina", Role::LinkWorker).await;
    let mut phone = Phone::new(&server, user).await;
    phone.begin("Okafor");
    phone.sync(&server).await;
    let case = CaseId::from_random(random::bytes());
    let (mut document, begins) = Document::create(case, &phone.author, 0, |_| Ok(())).unwrap();
    let mut write = |field, value| document.commit(&phone.author, 0, |w| w.put_field(field, value));
    let good = write(Field::Sex, "female").unwrap();
    let late = numbered_late(&write(Field::Phone, "01632 960000").unwrap());
    let follows = following(&write(Field::WhatMatters, "The garden").unwrap(), &late);
    let and_that = following(&write(Field::Communication, "Large print").unwrap(), &follows);
    // By its header it is a change like any other, and a push opens no document.
    let verdicts = push(&server, &phone, case, &[begins, good, late.clone()]).await;
    assert_eq!(verdicts, [Verdict::Stored; 3]);
    let colleague = server.add_user("Ben", Role::LinkWorker).await;
    server.write(move |tx| cases::grant(tx, case, colleague)).await;
    let mut other = Phone::new(&server, colleague).await;
    other.sync(&server).await;
    assert_eq!(other.cases(), 0);

    let store = server.store.clone();
    let caught_up = tokio::task::spawn_blocking(move || projector::catch_up(&store).unwrap());
    assert_eq!(caught_up.await.unwrap(), 0);
    assert_eq!((server.count("snapshot").await, server.count("change").await), (2, 3));
    assert_eq!(server.count("quarantine").await, 1);
    other.sync(&server).await;
    assert_eq!(other.read(case, Field::Sex).as_deref(), Some("female"));
    // Its sender is told, however often it is sent, and nothing of it is lost.
    assert_eq!(push(&server, &phone, case, &[late]).await, [Verdict::DoesNotFit]);
    assert_eq!(server.count("quarantine").await, 1);
    // So is whoever goes on from it, which would otherwise wait for ever.
    for changes in [&[follows.clone()][..], &[follows, and_that]] {
        let verdicts = push(&server, &phone, case, changes).await;
        assert!(verdicts.iter().all(|verdict| *verdict == Verdict::DoesNotFit), "{verdicts:?}");
    }
    assert_eq!(server.count("quarantine").await, 3);
    assert_eq!(differences(&server).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_case_of_which_nothing_fits_is_given_to_nobody() {
    let server = Server::new();
    let user = server.add_user("Amina", Role::LinkWorker).await;
    let mut phone = Phone::new(&server, user).await;
    let case = CaseId::from_random(random::bytes());
    let (_, mut begins) = Document::create(case, &phone.author, 0, |_| Ok(())).unwrap();
    // Numbered from two on, though nothing comes before it.
    let content = if begins[9] < 0x80 { 10 } else { 11 };
    begins[content + 1 + 1 + 24 + 1] += 1;
    let begins = with_its_hash(begins);
    assert_eq!(push(&server, &phone, case, std::slice::from_ref(&begins)).await, [Verdict::Stored]);
    let store = server.store.clone();
    let caught_up = tokio::task::spawn_blocking(move || projector::catch_up(&store).unwrap());
    assert_eq!(caught_up.await.unwrap(), 0);
    assert_eq!((server.count("change").await, server.count("quarantine").await), (0, 1));
    phone.sync(&server).await;
    assert_eq!(phone.cases(), 0);
    assert_eq!(push(&server, &phone, case, &[begins]).await, [Verdict::DoesNotFit]);
    assert_eq!(differences(&server).await, Vec::<String>::new());
}
