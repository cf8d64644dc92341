//! Inputs that somebody hostile would send: what is known to hurt such programs, and everything that
//! is nearly right.

use std::{fs, path::PathBuf};

use crate::doors::Door;

mod chunk;
mod known;

/// Inputs of one kind, for one door.
#[derive(Debug)]
pub struct Attack {
    /// What they do, as a name.
    pub kind: String,
    /// Where they are brought in.
    pub door: Door,
    /// Whether each of them must be refused. What differs by a bit may happen to be right.
    pub must_be_refused: bool,
    /// The inputs.
    pub inputs: Vec<Vec<u8>>,
}

/// Every attack.
pub fn attacks() -> Vec<Attack> {
    let mut attacks = known::attacks();
    for (door, name) in GOLDEN {
        let golden = golden(name);
        let what = name.trim_end_matches(".bin");
        attacks.push(Attack {
            kind: format!("{what} truncated"),
            door,
            must_be_refused: true,
            inputs: (0..golden.len()).map(|bytes| golden[..bytes].to_vec()).collect(),
        });
        attacks.push(Attack {
            kind: format!("{what} with one bit flipped"),
            door,
            must_be_refused: false,
            inputs: (0..golden.len() * 8).map(|bit| flipped(&golden, bit)).collect(),
        });
    }
    attacks
}

/// The golden bytes of version 1, by the door at which they come in.
pub const GOLDEN: [(Door, &str); 11] = [
    (Door::Change, "change-begins.bin"),
    (Door::Change, "change-writes.bin"),
    (Door::Change, "change-elsewhere.bin"),
    (Door::Change, "change-joins.bin"),
    (Door::Document, "document.bin"),
    (Door::Request, "sync-request.bin"),
    (Door::Records, "sync-response.bin"),
    (Door::Records, "case-record.bin"),
    (Door::Records, "meta-record.bin"),
    (Door::Records, "profile.bin"),
    (Door::Records, "directory.bin"),
];

/// The golden bytes of this name.
///
/// # Panics
/// When they are not there.
pub fn golden(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/tests/golden/1");
    let path = folder.join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    flipped[bit / 8] ^= 1 << (bit % 8);
    flipped
}
