//! What is known to hurt: bombs, counts that nobody checks, nesting, and another protocol's traps.

use std::io::Write;

use flate2::{
    Compression,
    write::{DeflateEncoder, GzEncoder},
};

use super::{
    Attack,
    chunk::{RawChange, chunk, document, run, signed, unsigned},
    golden,
};
use crate::doors::Door;

const MEGABYTE: usize = 1024 * 1024;
/// Far more than anything honest, and more than any machine has.
const HUGE: u64 = 1 << 60;
/// As much, with its sign.
const HUGE_SIGNED: i64 = 1 << 60;

pub(super) fn attacks() -> Vec<Attack> {
    let mut attacks = vec![
        refused(
            "gzip body that inflates to 64 MB",
            Door::Body,
            vec![gzip(64), gzip(4).repeat(200)],
        ),
        refused("deflated change", Door::Change, vec![chunk(2, &deflated(64 * MEGABYTE))]),
        refused(
            "deflated column in a change",
            Door::Change,
            vec![RawChange::honest().with(0x42 | 0x08, deflated(64 * MEGABYTE)).bytes()],
        ),
        refused(
            "document columns that inflate to 128 MB",
            Door::Document,
            vec![
                document(&[(0x01 | 0x08, deflated(128 * MEGABYTE))], &[]),
                document(&[], &[(0x42 | 0x08, deflated(128 * MEGABYTE))]),
                document(
                    &[],
                    &[0x01, 0x02, 0x11, 0x13, 0x15, 0x21]
                        .map(|column| (column | 0x08, deflated(32 * MEGABYTE))),
                ),
            ],
        ),
        refused("change that claims counts", Door::Change, claims()),
        refused("change with foreign parts", Door::Change, foreign()),
        Attack {
            must_be_refused: false,
            ..refused(
                "change of 100 bytes with as many operations as may be",
                Door::Change,
                vec![most_operations()],
            )
        },
        refused(
            "document of 200 bytes with as many operations as a large one",
            Door::Document,
            vec![
                document(&change_columns(500_000, 0), &operation_columns(500_000)),
                document(&change_columns(1, 0), &operation_columns(500_000)),
            ],
        ),
        refused("document that claims counts", Door::Document, document_claims()),
        refused(
            "bundle, and loose changes for a document",
            Door::Document,
            vec![
                chunk(3, &[0; 64]),
                golden("change-begins.bin"),
                [golden("document.bin"), golden("change-begins.bin")].concat(),
            ],
        ),
        refused(
            "deep JSON",
            Door::Services,
            vec![b"[".repeat(MEGABYTE), br#"{"contents":"#.repeat(100_000)],
        ),
        refused(
            "deep JSON in a document",
            Door::Reading,
            vec![[br#"{"events":"#.as_slice(), &b"[".repeat(MEGABYTE)].concat()],
        ),
        Attack {
            must_be_refused: false,
            ..refused(
                "quotes in a table",
                Door::Referrals,
                vec![
                    [b"family name,reason\n".as_slice(), &b"\"a\n".repeat(20_000)].concat(),
                    b"\"".repeat(100_000),
                    b",".repeat(100_000),
                ],
            )
        },
    ];
    for door in [Door::Request, Door::Records, Door::Change, Door::Document] {
        let to = |what: &str| format!("{what}, to the door for {door}");
        attacks.push(refused(&to("automerge sync message with a trap"), door, bloom_messages()));
        attacks.push(refused(&to("deep nesting"), door, nested()));
        attacks.push(refused(&to("length prefix of 1 GB"), door, prefixes()));
    }
    attacks
}

fn refused(kind: &str, door: Door, inputs: Vec<Vec<u8>>) -> Attack {
    Attack { kind: kind.to_owned(), door, must_be_refused: true, inputs }
}

fn gzip(megabytes: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; megabytes * MEGABYTE]).expect("writing to memory cannot fail");
    encoder.finish().expect("writing to memory cannot fail")
}

fn deflated(bytes: usize) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![1; bytes]).expect("writing to memory cannot fail");
    encoder.finish().expect("writing to memory cannot fail")
}

/// Changes of a hundred bytes that claim to be more than the machine can hold.
fn claims() -> Vec<Vec<u8>> {
    let honest = RawChange::honest;
    let many = honest()
        .with(0x15, run(HUGE_SIGNED, vec![1, b'a']))
        .with(0x34, unsigned(HUGE))
        .with(0x42, run(HUGE_SIGNED, unsigned(1)))
        .with(0x56, run(HUGE_SIGNED, unsigned(0)))
        .with(0x70, run(HUGE_SIGNED, unsigned(0)));
    let replaced = honest()
        .with(0x70, run(-1, unsigned(HUGE)))
        .with(0x71, run(HUGE_SIGNED, unsigned(0)))
        .with(0x73, run(HUGE_SIGNED, signed(0)));
    let changes = [
        many,
        replaced,
        honest().with(0x42, run(i64::MIN, Vec::new())),
        honest().with(0x42, [signed(0), unsigned(u64::MAX)].concat()),
        honest().with(0x15, [signed(-1), unsigned(1 << 30)].concat()),
        honest().with(0x34, [unsigned(HUGE), unsigned(HUGE), unsigned(u64::MAX)].concat()),
        honest().with(0x56, run(-1, unsigned(HUGE))),
        honest().with(0x13, run(1, signed(i64::MAX))),
        honest().with(0x02, run(1, unsigned(u64::MAX))),
        honest().with(0x01, run(1, unsigned(u64::from(u32::MAX)))),
        RawChange { first_operation: u64::from(u32::MAX), ..honest() },
        RawChange { first_operation: u64::MAX, ..honest() },
        RawChange { sequence: u64::MAX, ..honest() },
        RawChange { sequence: 2, first_operation: u64::from(u32::MAX) - 1, ..honest() },
        RawChange { dependencies: unsigned(HUGE), ..honest() },
        RawChange { message: unsigned(1 << 30), ..honest() },
        RawChange { others: unsigned(HUGE), ..honest() },
        RawChange { others: [unsigned(1), unsigned(1 << 30)].concat(), ..honest() },
    ];
    let mut bytes: Vec<Vec<u8>> = changes.iter().map(RawChange::bytes).collect();
    // A column longer than the change, and more columns than there are.
    let honest = honest().bytes();
    bytes.push(chunk(1, &[&honest[10..60], &unsigned(HUGE), &honest[60..]].concat()));
    bytes.push([&honest[..9], &unsigned(1 << 30), &honest[10..]].concat());
    bytes
}

/// Changes in the format, with what a record has no use for.
fn foreign() -> Vec<Vec<u8>> {
    let honest = RawChange::honest;
    let changes = [
        honest().with(0x42, run(-1, unsigned(5))),
        honest().with(0x42, run(-1, unsigned(7))),
        honest().with(0x42, run(-1, unsigned(99))),
        honest().with(0x94, unsigned(1)),
        honest().with(0xa5, vec![0x7f, 1, b'b']),
        honest().with(0xf2, vec![0x7f, 1]),
        honest().with(0x56, run(-1, unsigned(8))),
        honest().with(0x56, run(-1, unsigned(12))),
    ];
    changes.iter().map(RawChange::bytes).collect()
}

/// A change whose operations all set one field.
fn most_operations() -> Vec<u8> {
    let most = 64 * 1024;
    let change = RawChange::honest()
        .with(0x15, run(most, vec![1, b'a']))
        .with(0x34, unsigned(most.unsigned_abs()))
        .with(0x42, run(most, unsigned(1)))
        .with(0x56, run(most, unsigned(0)))
        .with(0x70, run(most, unsigned(0)));
    change.bytes()
}

/// The columns of one change that follows this many others and ends with this operation.
fn change_columns(last: i64, links: u64) -> Vec<(u32, Vec<u8>)> {
    let link = match i64::try_from(links) {
        Ok(0) | Err(_) => Vec::new(),
        Ok(links) => run(links, signed(0)),
    };
    vec![
        (0x01, run(-1, unsigned(0))),
        (0x03, run(-1, signed(1))),
        (0x13, run(-1, signed(last))),
        (0x23, run(-1, signed(0))),
        (0x40, run(-1, unsigned(links))),
        (0x43, link),
        (0x56, run(-1, unsigned(0))),
    ]
}

/// The columns of so many operations that all set one field.
fn operation_columns(count: i64) -> Vec<(u32, Vec<u8>)> {
    vec![
        (0x15, run(count, vec![1, b'a'])),
        (0x21, run(count, unsigned(0))),
        (0x23, run(count, signed(1))),
        (0x34, unsigned(count.unsigned_abs())),
        (0x42, run(count, unsigned(1))),
        (0x56, run(count, unsigned(0))),
        (0x80, run(count, unsigned(0))),
    ]
}

/// Documents of a hundred bytes that claim more than the machine can hold.
fn document_claims() -> Vec<Vec<u8>> {
    vec![
        document(&change_columns(i64::from(u32::MAX), 0), &operation_columns(1)),
        document(&change_columns(400_000, 0), &operation_columns(1)),
        document(&change_columns(1, 1 << 40), &operation_columns(1)),
        document(&change_columns(1, 1), &operation_columns(1)),
        document(&change_columns(HUGE_SIGNED, 0), &operation_columns(HUGE_SIGNED)),
        document(&[(0x01, run(HUGE_SIGNED, unsigned(0)))], &[]),
        document(&[(0x01, run(100_000, unsigned(0))), (0x40, run(100_000, unsigned(5)))], &[]),
        document(&[], &[(0x42, run(500_000, unsigned(1)))]),
    ]
}

/// Messages of automerge's own sync protocol: Bloom filters with no bits for an entry, and with four
/// thousand million probes. They made its parser divide by zero, and loop.
fn bloom_messages() -> Vec<Vec<u8>> {
    let message = |entries: u64, bits: u64, probes: u64, filter: &[u8]| {
        let bloom = [&unsigned(entries), &unsigned(bits), &unsigned(probes), filter].concat();
        // The type, no heads, no needs, one filter after no heads, no changes.
        [&[0x42, 0, 0, 1, 0], unsigned(bloom.len() as u64).as_slice(), &bloom, &[0]].concat()
    };
    let most = u64::from(u32::MAX);
    vec![
        message(1, 0, 7, &[]),
        message(10, 10, most, &[0xff; 13]),
        message(most, 0, most, &[]),
        message(most, most, most, &[]),
    ]
}

fn nested() -> Vec<Vec<u8>> {
    // Arrays, arrays without a length, maps, tags, texts without a length.
    [0x81, 0x9f, 0xa1, 0xbf, 0xc1, 0x7f, 0x5f].map(|byte| vec![byte; MEGABYTE]).into()
}

/// A gigabyte is announced wherever a golden message announces a length.
fn prefixes() -> Vec<Vec<u8>> {
    let mut bytes = Vec::new();
    let messages =
        ["sync-request.bin", "sync-response.bin", "case-record.bin", "directory.bin"].map(golden);
    for major in [0x40, 0x60, 0x80, 0xa0_u8] {
        let four = [&[major | 0x1a], (1_u32 << 30).to_be_bytes().as_slice()].concat();
        let eight = [&[major | 0x1b], (1_u64 << 40).to_be_bytes().as_slice()].concat();
        for announced in [four, eight] {
            bytes.push(announced.clone());
            for message in &messages {
                let at_heads =
                    (0..message.len().min(200)).filter(|at| (0x40..0xc0).contains(&message[*at]));
                for at in at_heads {
                    bytes.push([&message[..at], &announced, &message[at + 1..]].concat());
                }
            }
        }
    }
    bytes
}
