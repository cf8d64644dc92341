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
use crate::{projector, random};

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
    let hash = Sha256::digest(&late[8..]);
    late[4..8].copy_from_slice(&hash[..4]);
    late
}

#[tokio::test]
async fn a_change_that_fits_no_document_fails_its_own_case_and_no_other() {
    let server = Server::new();
    let user = server.add_user("Amina", Role::LinkWorker).await;
    let mut phone = Phone::new(&server, user).await;
    phone.begin("Okafor");
    phone.sync(&server).await;
    let case = CaseId::from_random(random::bytes());
    let (mut document, begins) = Document::create(case, &phone.author, 0, |_| Ok(())).unwrap();
    let follows = document.commit(&phone.author, 0, |w| w.put_field(Field::Sex, "female"));
    let late = numbered_late(&follows.unwrap());
    let push =
        vec![CasePush { case, changes: vec![begins.into(), ByteVec::from(late)], seal: None }];
    let request = SyncRequest {
        protocol: PROTOCOL,
        epoch: None,
        cursor: Cursor::default(),
        push,
        room_bytes: limits::ROOM_BYTES_DEFAULT,
        again: Vec::new(),
    };
    let answer = server.post_sync(&phone.cookie, cbor::encode(&request)).await;
    assert_eq!(answer.status, StatusCode::OK);
    let answer: SyncResponse = cbor::decode(&answer.body).unwrap();
    // By its header it is a change like any other, and a push opens no document.
    assert_eq!(answer.receipts[0].verdicts, [Verdict::Stored, Verdict::Stored]);
    let store = server.store.clone();
    let caught_up = tokio::task::spawn_blocking(move || projector::catch_up(&store).unwrap());
    assert_eq!(caught_up.await.unwrap(), 1);
    assert_eq!((server.count("snapshot").await, server.count("change").await), (1, 3));
}
