//! What the writer promises: one commit for many, nothing said before it, nobody harmed by another.

use std::sync::mpsc;

use axum::http::StatusCode;
use minicbor::bytes::ByteVec;
use rusqlite::Transaction;
use shared::{
    case::{Field, Role},
    cbor,
    document::Document,
    ids::CaseId,
    limits,
    sync::wire::{CasePush, Cursor, PROTOCOL, SyncRequest},
};

use super::{Scratch, Server, phone::Phone};
use crate::{
    random,
    store::{Store, StoreError},
};

fn note(tx: &Transaction<'_>, ods: &str) -> Result<(), StoreError> {
    tx.execute("INSERT INTO practice (ods, name) VALUES (?1, 'a name')", [ods])?;
    Ok(())
}

fn noted(tx: &Transaction<'_>) -> Result<Vec<String>, StoreError> {
    let mut statement = tx.prepare("SELECT ods FROM practice ORDER BY ods")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Holds the writer up, so that what is asked for meanwhile falls into one batch.
fn hold(store: &Store) -> (mpsc::Sender<()>, tokio::task::JoinHandle<()>) {
    let (release, released) = mpsc::channel();
    let (began, begun) = mpsc::channel();
    let store = store.clone();
    let held = tokio::spawn(async move {
        let work = move |_: &Transaction<'_>| {
            began.send(()).unwrap();
            released.recv().unwrap();
            Ok::<_, StoreError>(())
        };
        store.write(work).await.unwrap();
    });
    tokio::task::block_in_place(|| begun.recv().unwrap());
    (release, held)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_at_once_shares_a_commit() {
    let server = Server::new();
    let commits = server.store.commits();
    let before = *commits.borrow();
    let (release, held) = hold(&server.store);
    let mut asked = Vec::new();
    for number in 0..20 {
        let store = server.store.clone();
        let work = move |tx: &Transaction<'_>| note(tx, &format!("A{number:05}"));
        let mut writing = Box::pin(async move { store.write(work).await.map(|_| ()) });
        // Polled once, it is in the queue.
        assert!(futures_util::poll!(&mut writing).is_pending());
        asked.push(writing);
    }
    release.send(()).unwrap();
    held.await.unwrap();
    for writing in asked {
        writing.await.unwrap();
    }
    assert_eq!(*commits.borrow() - before, 2, "one for the one that held, one for all others");
    assert_eq!(server.store.read(noted).await.unwrap().len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_fails_or_panics_undoes_only_itself() {
    let server = Server::new();
    let (release, held) = hold(&server.store);
    let store = &server.store;
    let mut good = Box::pin(store.write(|tx| note(tx, "A00001")));
    let mut fails = Box::pin(store.write(|tx| {
        note(tx, "A00002")?;
        note(tx, "A00002")
    }));
    let mut panics = Box::pin(store.write(|tx| -> Result<(), StoreError> {
        note(tx, "A00003")?;
        panic!("in the middle of it");
    }));
    let mut later = Box::pin(store.write(|tx| note(tx, "A00004")));
    assert!(futures_util::poll!(&mut good).is_pending());
    assert!(futures_util::poll!(&mut fails).is_pending());
    assert!(futures_util::poll!(&mut panics).is_pending());
    assert!(futures_util::poll!(&mut later).is_pending());
    release.send(()).unwrap();
    held.await.unwrap();
    assert!(good.await.is_ok());
    assert!(matches!(fails.await, Err(StoreError::Sqlite(_))));
    assert!(matches!(panics.await, Err(StoreError::Panicked)));
    assert!(later.await.is_ok());
    assert_eq!(store.read(noted).await.unwrap(), ["A00001", "A00004"]);
}

/// The body of a push that begins a case with this name.
fn beginning(phone: &Phone, family_name: &str) -> Vec<u8> {
    let case = CaseId::from_random(random::bytes());
    let (_, change) =
        Document::create(case, &phone.author, 0, |w| w.put_field(Field::FamilyName, family_name))
            .unwrap();
    cbor::encode(&SyncRequest {
        protocol: PROTOCOL,
        epoch: None,
        cursor: Cursor::default(),
        push: vec![CasePush { case, changes: vec![ByteVec::from(change)], seal: None }],
        room_bytes: limits::ROOM_BYTES_DEFAULT,
        again: Vec::new(),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_acknowledged_when_the_commit_fails() {
    let server = Server::new();
    let user = server.add_user("Amina", Role::LinkWorker).await;
    let phone = Phone::new(&server, user).await;
    let body = beginning(&phone, "Okafor");

    let (release, held) = hold(&server.store);
    // A reference to nothing, which SQLite looks at when it commits.
    let mut spoils = Box::pin(server.store.write(|tx| {
        tx.pragma_update(None, "defer_foreign_keys", true)?;
        let sql = "INSERT INTO user_role (user, role) VALUES (x'00', 'link_worker')";
        tx.execute(sql, [])?;
        Ok::<_, StoreError>(())
    }));
    assert!(futures_util::poll!(&mut spoils).is_pending());
    let mut pushing = Box::pin(server.post_sync(&phone.cookie, body.clone()));
    while server.store.queued() < 2 {
        assert!(futures_util::poll!(&mut pushing).is_pending());
        tokio::task::yield_now().await;
    }
    release.send(()).unwrap();
    held.await.unwrap();
    assert!(matches!(spoils.await, Err(StoreError::NotCommitted(_))));
    let answer = pushing.await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(server.count("change").await, 0);

    // The same push goes through once the trouble is over.
    assert_eq!(server.post_sync(&phone.cookie, body).await.status, StatusCode::OK);
    assert_eq!(server.count("change").await, 1);
}

#[tokio::test]
async fn what_there_is_no_room_for_is_refused_as_that_and_taken_once_there_is() {
    let server = Server::new();
    let phone = Phone::new(&server, server.add_user("Amina", Role::LinkWorker).await).await;
    let body = beginning(&phone, &"Okafor ".repeat(10_000));
    let pages =
        |count: u32| server.write(move |tx| Ok(tx.pragma_update(None, "max_page_count", count)?));
    // Fewer than there are means no more than there are.
    pages(1).await;
    let answer = server.post_sync(&phone.cookie, body.clone()).await;
    assert_eq!(answer.status, StatusCode::INSUFFICIENT_STORAGE);
    assert!(answer.body.starts_with(b"The server has no room"), "{:?}", answer.body);
    assert_eq!(server.get("/api/me", &phone.cookie).await.status, StatusCode::OK);
    pages(1_000_000).await;
    assert_eq!(server.post_sync(&phone.cookie, body).await.status, StatusCode::OK);
    assert_eq!(server.count("change").await, 1);
}

#[test]
fn data_of_a_newer_program_is_left_alone() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).unwrap();
    store
        .write_now(|tx| Ok::<_, StoreError>(tx.pragma_update(None, "user_version", 9_999)?))
        .unwrap();
    store.close();
    assert!(matches!(Store::open(scratch.path()), Err(StoreError::Newer)));
}

#[test]
fn a_closed_store_refuses_and_leaves_one_file() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).unwrap();
    store.write_now(|tx| note(tx, "A00001")).unwrap();
    store.close();
    assert!(matches!(store.write_now(|tx| note(tx, "A00002")), Err(StoreError::Closed)));
    drop(store);
    let names: Vec<_> = std::fs::read_dir(scratch.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "{names:?}");
    let store = Store::open(scratch.path()).unwrap();
    assert_eq!(store.read_now(noted).unwrap(), ["A00001"]);
}
