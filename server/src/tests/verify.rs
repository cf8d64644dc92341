//! What `fingerpost verify` finds.

use rusqlite::params;
use shared::{
    case::{Field, Role},
    ids::CaseId,
};

use super::{Server, phone::Phone};
use crate::{
    projector,
    store::StoreError,
    verify::{Report, verify},
};

async fn with_cases() -> (Server, Vec<CaseId>) {
    let server = Server::new();
    let user = server.add_user("Amina", Role::LinkWorker).await;
    let mut phone = Phone::new(&server, user).await;
    let mut cases = Vec::new();
    for number in 0..3 {
        let case = phone.begin(&format!("Person {number}"));
        phone.write(case, Field::Phone, "01632 960000");
        cases.push(case);
    }
    phone.sync(&server).await;
    let store = server.store.clone();
    tokio::task::spawn_blocking(move || projector::catch_up(&store)).await.unwrap().unwrap();
    (server, cases)
}

async fn verified(server: &Server) -> Report {
    let store = server.store.clone();
    tokio::task::spawn_blocking(move || verify(&store)).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_sound_service_has_no_difference_and_no_copy_is_left() {
    let (server, _) = with_cases().await;
    let report = verified(&server).await;
    assert_eq!(report.summary(), "Read 6 changes and rebuilt 3 cases: no difference.");
    assert!(!server.directory().join("verify-scratch").exists());
}

#[tokio::test]
async fn one_flipped_byte_is_named() {
    let (server, cases) = with_cases().await;
    let case = cases[1];
    // The magic, the checksum, the type, the head and the content.
    for offset in [0, 5, 8, 20, 60] {
        let flip = move |tx: &rusqlite::Transaction<'_>| -> Result<u64, StoreError> {
            let sql = "SELECT position, bytes FROM change WHERE case_id = ?1
                 ORDER BY position LIMIT 1";
            let (position, mut bytes): (u64, Vec<u8>) =
                tx.query_row(sql, [case.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
            bytes[offset] ^= 1;
            let sql = "UPDATE change SET bytes = ?2 WHERE position = ?1";
            tx.execute(sql, params![position, bytes])?;
            Ok(position)
        };
        let position = server.write(flip).await;
        let found = verified(&server).await.differences;
        let expected = format!(
            "change at position {position} of case {case}: \
             the stored bytes do not match its hash"
        );
        assert!(found.contains(&expected), "byte {offset}: {found:?}");
        server.write(flip).await;
    }
    assert!(verified(&server).await.differences.is_empty());
}

#[tokio::test]
async fn a_lost_change_an_altered_snapshot_and_a_stolen_access_are_named() {
    let (server, cases) = with_cases().await;
    let case = cases[0];
    let other = cases[1];
    server
        .write(move |tx| {
            tx.execute("DELETE FROM change WHERE position = 2", [])?;
            tx.execute(
                "UPDATE access SET granted_position = 1 WHERE case_id = ?1",
                [other.as_bytes()],
            )?;
            let sql = "UPDATE snapshot SET bytes =
                 (SELECT bytes FROM snapshot WHERE case_id = ?2) WHERE case_id = ?1";
            tx.execute(sql, [case.as_bytes(), other.as_bytes()])?;
            Ok(())
        })
        .await;
    let found = verified(&server).await.differences.join("\n");
    assert!(found.contains("position 2: missing from the log"), "{found}");
    assert!(found.contains(&format!("to case {other}: differs from the log")), "{found}");
    assert!(found.contains(&format!("case {case}: its snapshot differs")), "{found}");
}

#[tokio::test]
async fn a_sound_change_in_the_place_of_another_is_named() {
    let (server, _) = with_cases().await;
    server
        .write(move |tx| {
            let sql = "UPDATE change SET bytes = (SELECT bytes FROM change WHERE position = 2)
                 WHERE position = 1";
            Ok(tx.execute(sql, [])?)
        })
        .await;
    let found = verified(&server).await.differences;
    let named = |line: &String| {
        line.starts_with("change at position 1 of case ") && line.ends_with("match its hash")
    };
    assert!(found.iter().any(named), "{found:?}");
}

#[tokio::test]
async fn a_row_of_the_ledger_that_the_log_does_not_give_is_named() {
    let (server, cases) = with_cases().await;
    let case = cases[0];
    server
        .write(move |tx| {
            let sql = "INSERT INTO match_key (key_hash, case_id) VALUES (x'00', ?1)";
            Ok(tx.execute(sql, [case.as_bytes()])?)
        })
        .await;
    let found = verified(&server).await.differences;
    assert_eq!(found, ["table match_key: 1 rows too many by the log, 0 too few"]);
}
