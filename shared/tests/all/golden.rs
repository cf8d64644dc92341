//! Golden bytes: what a version wrote stays readable for ever.
//!
//! `tests/golden/1` holds what version 1 wrote: changes, a saved document, the messages of a sync,
//! the records of a phone, a profile and a directory. [`version_1`] says what they mean. Two things
//! are checked: that today's program reads each file and finds that meaning, and that today's program
//! writes the same bytes for the same meaning.
//!
//! **When the second check fails**, the format changed. If no phone and no server in the world holds
//! bytes of the old format yet, write the files again: delete them and run
//!
//! ```text
//! GOLDEN_WRITE=1 cargo test -p shared --test all golden
//! ```
//!
//! which writes whatever is missing. In every other case, leave the files and what `version_1` says
//! they mean (a new field gets the value that old bytes are to be read as). Copy `version_1.rs` to
//! `version_2.rs`, let it write to `golden/2` and point [`written_today`] at it; the files of version
//! 1 stay, and so does the test that reads them.

use std::{collections::BTreeMap, fs, path::PathBuf};

use shared::{
    cbor,
    document::Document,
    intake::{self, IncomingChange},
};

use crate::version_1;

/// What today's program writes, by the name of the file.
fn written_today() -> (&'static str, BTreeMap<&'static str, Vec<u8>>) {
    ("1", version_1::written())
}

fn path(version: &str, name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(version).join(name)
}

fn golden(version: &str, name: &str) -> Vec<u8> {
    let path = path(version, name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn golden_todays_program_writes_the_bytes_that_it_always_wrote() {
    let (version, written) = written_today();
    let write = std::env::var_os("GOLDEN_WRITE").is_some();
    for (name, bytes) in written {
        if write && !path(version, name).exists() {
            fs::create_dir_all(path(version, "")).unwrap();
            fs::write(path(version, name), &bytes).unwrap();
        }
        // How a saved document is deflated is the compressor's business: its reading counts.
        if name != "document.bin" {
            let same = golden(version, name) == bytes;
            assert!(same, "{name} is written otherwise than before: see the top of golden.rs");
        }
    }
}

#[test]
fn golden_changes_of_version_1_make_the_case_that_they_made() {
    let names =
        ["change-begins.bin", "change-writes.bin", "change-elsewhere.bin", "change-joins.bin"];
    let changes: Vec<IncomingChange> =
        names.iter().map(|name| IncomingChange::parse(&golden("1", name)).unwrap()).collect();
    let mut document = Document::empty();
    document.apply(&changes).unwrap();
    assert_eq!(document.read(version_1::case_id()), version_1::case());
}

#[test]
fn golden_a_document_of_version_1_is_the_case_that_it_was() {
    let document = Document::load(&golden("1", "document.bin")).unwrap();
    assert_eq!(document.read(version_1::case_id()), version_1::case());
    assert_eq!(document.heads().len(), 1);
}

#[test]
fn golden_messages_and_records_of_version_1_say_what_they_said() {
    let request = intake::sync_request(&golden("1", "sync-request.bin"));
    assert_eq!(request.unwrap(), version_1::sync_request());
    let response = intake::sync_response(&golden("1", "sync-response.bin"));
    assert_eq!(response.unwrap(), version_1::sync_response());
    assert_eq!(cbor::decode(&golden("1", "case-record.bin")), Ok(version_1::case_record()));
    assert_eq!(cbor::decode(&golden("1", "meta-record.bin")), Ok(version_1::meta_record()));
    assert_eq!(cbor::decode(&golden("1", "profile.bin")), Ok(version_1::profile()));
    assert_eq!(cbor::decode(&golden("1", "directory.bin")), Ok(version_1::directory()));
}
