//! A client in JavaScript, written from PROTOCOL.md alone, against the program that ships.

use std::{path::Path, process::Command};

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};
use tests::{SOON, Scratch, Server, fingerpost, poll};

/// Runs the client to its end and gives what it saw.
fn stranger(link: &str, family_name: &str) -> Value {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/js/stranger.mjs");
    let output = Command::new("node").args([program, link, family_name]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&said).unwrap()
}

/// An identifier as the database holds it.
fn id(seen: &Value, name: &str) -> Vec<u8> {
    let digits = seen[name].as_str().unwrap().replace('-', "");
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..32).step_by(2).map(byte).collect()
}

/// What the server's ledger says of a contact: read by the server itself from the document.
fn activity(database: &Connection, case: &[u8], contact: &str) -> Option<(Vec<u8>, u32, String)> {
    let sql = "SELECT author, minutes, reason FROM activity WHERE case_id = ?1 AND event = ?2";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    database.query_row(sql, params![case, contact], read).optional().unwrap()
}

fn changes_of(database: &Connection, device: &[u8]) -> u32 {
    let sql = "SELECT count(*) FROM change WHERE device = ?1";
    database.query_row(sql, [device], |row| row.get(0)).unwrap()
}

fn says_no_difference(data: &Path) {
    let output = fingerpost(&["verify", "--data", &data.display().to_string()]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("no difference"), "{said}");
}

#[test]
fn a_client_written_from_the_protocols_description_joins_reads_writes_and_sends() {
    let scratch = Scratch::new("another_client");
    let data = scratch.path("data");
    let mut server = Server::demo(&data);
    let link = format!("{}{}", server.origin(), server.sign_in_path("Bronwen Adeyemi"));
    let seen = stranger(&link, "Moretti");

    assert_eq!(seen["name"], "Bronwen Adeyemi");
    assert_eq!((&seen["cases"], &seen["person"]), (&json!(21), &json!("Luca Moretti")), "{seen}");
    let events = seen["events"].as_u64().unwrap();
    assert!(events > 5, "{seen}");
    // The contact, the new case's beginning and its referral: stored, and stored again without harm.
    assert_eq!(seen["sent"], json!([0, 0, 0]));
    assert_eq!(seen["sentAgain"], json!([0]));
    assert_eq!(seen["sentAfterRestore"], json!([0, 0, 0]));
    assert_eq!(seen["idle"], json!([]));
    for bytes in seen["idleBytes"].as_array().unwrap() {
        assert!(bytes.as_u64().unwrap() <= 300, "an idle exchange takes {bytes} bytes one way");
    }
    assert_eq!(seen["eventsAnew"], events + 1);
    assert_eq!(seen["noteAnew"], "Written by another client.");
    assert_eq!(seen["minutesAnew"], 25);
    assert_eq!(seen["begunAnew"], json!(["Stranger"]));

    let database = Connection::open(data.join("fingerpost.db")).unwrap();
    let contact = seen["contact"].as_str().unwrap();
    let read = poll(SOON, || activity(&database, &id(&seen, "case"), contact));
    let expected = (id(&seen, "user"), 40, "ongoing_contact".to_owned());
    assert_eq!(read, Some(expected), "the server does not read what the client wrote");
    assert_eq!(changes_of(&database, &id(&seen, "device")), 3);
    drop(database);
    server.stop();
    says_no_difference(&data);
}
