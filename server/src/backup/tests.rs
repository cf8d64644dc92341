//! What a backup and a restore promise, on real files.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use rusqlite::Connection;
use shared::{case::Role, ids::Epoch};

use super::*;
use crate::{
    clock,
    store::people::{self, NewUser, Token},
    tests::Scratch,
};

const NOW: &str = "2026-11-23T10:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn add_practice(store: &Store, ods: &'static str) {
    let sql = "INSERT INTO practice (ods, name) VALUES (?1, 'a name')";
    store.write_now(move |tx| Ok::<_, StoreError>(tx.execute(sql, [ods]).map(drop)?)).unwrap();
}

fn practices(data: &Path) -> Vec<String> {
    let store = Store::open(data).unwrap();
    let read = store.read_now(|tx| {
        let mut statement = tx.prepare("SELECT ods FROM practice ORDER BY ods")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok::<_, StoreError>(rows.collect::<Result<_, _>>()?)
    });
    read.unwrap()
}

fn epoch(data: &Path) -> Epoch {
    Store::open(data).unwrap().read_now(log::head).unwrap().epoch
}

/// A service with one practice, and its backup. The service is stopped.
fn backed_up(scratch: &Scratch) -> (PathBuf, PathBuf) {
    let (data, file) = (scratch.path().join("data"), scratch.path().join("backup.db"));
    let store = Store::open(&data).unwrap();
    add_practice(&store, "A00001");
    backup(&data, &file).unwrap();
    (data, file)
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_backup_is_one_private_file_that_is_never_written_over() {
    let scratch = Scratch::new();
    let (data, file) = backed_up(&scratch);
    assert_eq!(names(scratch.path()), ["backup.db", "data"]);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let before = fs::read(&file).unwrap();
    assert!(matches!(backup(&data, &file), Err(BackupError::Exists(_))));
    assert_eq!(fs::read(&file).unwrap(), before);
    assert_eq!(names(scratch.path()), ["backup.db", "data"]);
}

#[test]
fn what_a_killed_backup_left_behind_stops_no_later_one_and_a_running_one_does() {
    let scratch = Scratch::new();
    let (data, _) = backed_up(&scratch);
    let partial = scratch.path().join("second.db.partial");
    fs::write(&partial, "left behind").unwrap();
    let running = Copy::begin(&partial).unwrap();
    let second = scratch.path().join("second.db");
    assert!(matches!(backup(&data, &second), Err(BackupError::UnderWay(_))));
    drop(running);
    fs::write(&partial, "left behind").unwrap();
    backup(&data, &second).unwrap();
    assert_eq!(names(scratch.path()), ["backup.db", "data", "second.db"]);
}

#[test]
fn a_restore_brings_the_backup_back_under_another_epoch_and_keeps_what_was_there() {
    let scratch = Scratch::new();
    let (data, file) = backed_up(&scratch);
    add_practice(&Store::open(&data).unwrap(), "A00002");
    let before = epoch(&data);
    let restored = restore(&file, &data, now()).unwrap();
    assert_eq!(practices(&data), ["A00001"]);
    assert_ne!(epoch(&data), before);
    let aside = restored.aside.unwrap();
    assert_eq!(aside, data.join("before-restore-20261123T100000Z"));
    assert_eq!(practices(&aside), ["A00001", "A00002"]);
    assert_eq!(epoch(&aside), before);

    // Which is also the way back.
    let again = restore(&Store::file(&aside), &data, now()).unwrap();
    assert_eq!(practices(&data), ["A00001", "A00002"]);
    assert_eq!(again.aside.unwrap(), data.join("before-restore-20261123T100000Z-2"));
}

#[test]
fn what_a_killed_server_had_not_tidied_up_is_kept_aside_with_it() {
    let scratch = Scratch::new();
    let (data, file) = backed_up(&scratch);
    let killed = scratch.path().join("killed");
    fs::create_dir(&killed).unwrap();
    let store = Store::open(&data).unwrap();
    add_practice(&store, "A00002");
    for ending in ["", "-wal"] {
        let name = format!("fingerpost.db{ending}");
        fs::copy(data.join(&name), killed.join(&name)).unwrap();
    }
    drop(store);
    assert!(fs::metadata(killed.join("fingerpost.db-wal")).unwrap().len() > 0);
    let aside = restore(&file, &killed, now()).unwrap().aside.unwrap();
    assert_eq!(practices(&killed), ["A00001"]);
    assert_eq!(practices(&aside), ["A00001", "A00002"]);
    // A backup of data that nobody closed, and a restore from it, have all of it too.
    restore(&Store::file(&aside), &killed, now()).unwrap();
    assert_eq!(practices(&killed), ["A00001", "A00002"]);
}

#[test]
fn data_in_use_is_not_replaced() {
    let scratch = Scratch::new();
    let (data, file) = backed_up(&scratch);
    let store = Store::open(&data).unwrap();
    let refused = restore(&file, &data, now());
    assert!(matches!(refused, Err(BackupError::Store(StoreError::InUse))), "{refused:?}");
    drop(store);
    restore(&file, &data, now()).unwrap();
}

#[test]
fn data_that_is_being_restored_is_not_opened() {
    let scratch = Scratch::new();
    let (data, file) = backed_up(&scratch);
    let lock = DirectoryLock::alone(&data).unwrap();
    assert!(matches!(Store::open(&data), Err(StoreError::BeingRestored)));
    drop(lock);
    // Cut off where the old data has lost what was not tidied up, and the new is not there yet.
    let whole = fs::read(Store::file(&data)).unwrap();
    fs::copy(&file, Store::restored_file(&data)).unwrap();
    assert!(matches!(Store::open(&data), Err(StoreError::HalfRestored)));
    assert_eq!(fs::read(Store::file(&data)).unwrap(), whole);
    restore(&file, &data, now()).unwrap();
    assert_eq!(practices(&data), ["A00001"]);
}

#[test]
fn what_is_no_backup_is_refused_and_nothing_is_touched() {
    let scratch = Scratch::new();
    let (data, file) = backed_up(&scratch);
    let before = fs::read(Store::file(&data)).unwrap();
    let path = |name: &str| scratch.path().join(name);
    let bytes = fs::read(&file).unwrap();
    fs::write(path("text"), "not a database at all, but long enough to look like one").unwrap();
    fs::write(path("empty"), "").unwrap();
    fs::write(path("half"), &bytes[..bytes.len() / 2]).unwrap();
    let other = Connection::open(path("other")).unwrap();
    other.execute_batch("CREATE TABLE meta (one); PRAGMA user_version = 1").unwrap();
    fs::write(path("newer"), &bytes).unwrap();
    Connection::open(path("newer")).unwrap().pragma_update(None, "user_version", 9_999).unwrap();
    let refused = |name: &str| restore(&path(name), &data, now()).unwrap_err();
    for name in ["text", "empty", "other"] {
        assert!(matches!(refused(name), BackupError::NotOurs(_)), "{name}: {}", refused(name));
    }
    assert!(matches!(refused("half"), BackupError::Damaged { .. }), "{}", refused("half"));
    assert!(matches!(refused("newer"), BackupError::Store(StoreError::Newer)));
    assert!(matches!(refused("nowhere"), BackupError::Unreadable { .. }));
    assert_eq!(fs::read(Store::file(&data)).unwrap(), before);
    assert_eq!(names(&data), ["fingerpost.db"]);
}

#[test]
fn a_backup_of_an_earlier_version_is_brought_up_to_date() {
    let scratch = Scratch::new();
    let (data, _) = backed_up(&scratch);
    let file = scratch.path().join("earlier.db");
    let earlier = Connection::open(&file).unwrap();
    earlier.execute_batch(include_str!("../store/schema/0001.sql")).unwrap();
    earlier
        .execute_batch(
            "INSERT INTO meta VALUES (1, x'00', 'Name', 0, '', 0, 1, 1, '', 0, x'00', x'00');
             INSERT INTO practice VALUES ('A00009', 'a name');
             PRAGMA user_version = 1",
        )
        .unwrap();
    drop(earlier);
    restore(&file, &data, now()).unwrap();
    assert_eq!(practices(&data), ["A00009"]);
}

#[test]
fn sessions_go_on_after_a_restore_and_links_that_may_have_been_used_do_not_work_twice() {
    let scratch = Scratch::new();
    let (data, file) = (scratch.path().join("data"), scratch.path().join("backup.db"));
    let store = Store::open(&data).unwrap();
    let (session, link): (Token, Token) = store
        .write_now(|tx| {
            let new = NewUser {
                name: "Amina".into(),
                role: Role::LinkWorker,
                practice: None,
                gp_username: None,
            };
            let user = people::add_user(tx, &new)?;
            let used = people::invite(tx, user, clock::now_ms(), 60_000)?;
            let (session, ..) = people::accept(tx, used.reveal(), clock::now_ms())?.unwrap();
            Ok::<_, StoreError>((session, people::invite(tx, user, clock::now_ms(), 60_000)?))
        })
        .unwrap();
    backup(&data, &file).unwrap();
    drop(store);
    restore(&file, &data, clock::now()).unwrap();
    let store = Store::open(&data).unwrap();
    let at = clock::now_ms();
    let signed_in = store.read_now(move |tx| people::signed_in(tx, session.reveal(), at)).unwrap();
    assert_eq!(signed_in.unwrap().name, "Amina");
    assert!(store.read_now(move |tx| people::invited(tx, link.reveal(), at)).unwrap().is_none());
}
