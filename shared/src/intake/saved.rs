//! What a saved document claims to be, read before automerge unpacks it: one document chunk, whose
//! columns are inflated here first, so that nothing inflates to more than the limits allow.

use std::io::Read;

use flate2::read::DeflateDecoder;

use super::{
    ACTOR_BYTES,
    columns::{
        Columns, Flaw, Kind, Reader,
        Rows::{AllFull, MayBeEmpty},
        Run, Value, boolean_rows, delta_rows, layout, number_rows, runs,
    },
    outline::{
        ACTION, HASH_BYTES, INSERT, KEY_ACTOR, KEY_COUNTER, KEY_TEXT, OBJECT_ACTOR, OBJECT_COUNTER,
        VALUE, VALUE_META, chunk, values,
    },
};
use crate::limits;

/// The type of a document chunk. Loose changes and bundles of them are no saved document of ours.
const CHUNK_DOCUMENT: u8 = 0;

/// The columns of the changes: who, the how-manieth of theirs, up to which operation, when, with
/// which message, after which changes, and the footers.
const CHANGE_ACTOR: u32 = 0x01;
const CHANGE_SEQUENCE: u32 = 0x03;
const CHANGE_LAST_OPERATION: u32 = 0x13;
const CHANGE_TIME: u32 = 0x23;
const CHANGE_MESSAGE: u32 = 0x35;
const CHANGE_DEPENDENCY_COUNT: u32 = 0x40;
const CHANGE_DEPENDENCY: u32 = 0x43;
const CHANGE_FOOTER_META: u32 = 0x56;
const CHANGE_FOOTER: u32 = 0x57;
const KNOWN_OF_CHANGES: [u32; 9] = [
    CHANGE_ACTOR,
    CHANGE_SEQUENCE,
    CHANGE_LAST_OPERATION,
    CHANGE_TIME,
    CHANGE_MESSAGE,
    CHANGE_DEPENDENCY_COUNT,
    CHANGE_DEPENDENCY,
    CHANGE_FOOTER_META,
    CHANGE_FOOTER,
];

/// The columns of operations that only a document has: the operation's own name, and what took its
/// place.
const NAME_ACTOR: u32 = 0x21;
const NAME_COUNTER: u32 = 0x23;
const SUCCESSOR_COUNT: u32 = 0x80;
const SUCCESSOR_ACTOR: u32 = 0x81;
const SUCCESSOR_COUNTER: u32 = 0x83;
const KNOWN_OF_OPERATIONS: [u32; 14] = [
    OBJECT_ACTOR,
    OBJECT_COUNTER,
    KEY_ACTOR,
    KEY_COUNTER,
    KEY_TEXT,
    NAME_ACTOR,
    NAME_COUNTER,
    INSERT,
    ACTION,
    VALUE_META,
    VALUE,
    SUCCESSOR_COUNT,
    SUCCESSOR_ACTOR,
    SUCCESSOR_COUNTER,
];

/// The last action that a document of ours holds: deletions are not kept as operations.
const ACTION_LAST: u64 = 4;

/// Checks that a saved document is within the limits: no longer than this, for one.
pub(crate) fn check(saved: &[u8], bytes_max: usize) -> Result<(), Flaw> {
    if saved.len() > bytes_max {
        return Err(Flaw::TooMany);
    }
    let mut reader = Reader(saved);
    let content = chunk(&mut reader, CHUNK_DOCUMENT).ok_or(Flaw::Damaged)?;
    if !reader.is_empty() {
        return Err(Flaw::Foreign);
    }
    let mut reader = Reader(content);
    let actors = reader.count(limits::DOCUMENT_ACTORS_MAX)?;
    for _ in 0..actors {
        if reader.unsigned()? != ACTOR_BYTES as u64 {
            return Err(Flaw::Foreign);
        }
        reader.take(ACTOR_BYTES as u64)?;
    }
    let heads = reader.count(limits::CHANGE_DEPENDENCIES_MAX)?;
    reader.take(HASH_BYTES * heads as u64)?;
    let changes = layout(&mut reader, &KNOWN_OF_CHANGES)?;
    let operations = layout(&mut reader, &KNOWN_OF_OPERATIONS)?;
    let mut room_bytes = limits::DOCUMENT_INFLATED_BYTES_MAX;
    let mut inflate = |data: &[u8]| inflate(data, &mut room_bytes);
    let changes = Columns::read(&mut reader, &changes, &mut inflate)?;
    let operations = Columns::read(&mut reader, &operations, &mut inflate)?;
    let actor_last = (actors as u64).saturating_sub(1);
    let present = check_operations(&operations, actor_last)?;
    let claimed = check_changes(&changes, actor_last)?;
    // For each operation that a change claims, automerge sets a place aside.
    if claimed > present { Err(Flaw::Damaged) } else { Ok(()) }
}

fn inflate(data: &[u8], room_bytes: &mut usize) -> Result<Vec<u8>, Flaw> {
    let mut inflated = Vec::new();
    // One byte more than there is room for tells too much from just enough.
    let bound = (*room_bytes as u64).saturating_add(1);
    let read = DeflateDecoder::new(data).take(bound).read_to_end(&mut inflated);
    *room_bytes = room_bytes.checked_sub(inflated.len()).ok_or(Flaw::TooMany)?;
    read.map(|_| inflated).map_err(|_| Flaw::Damaged)
}

/// How many operations the columns hold: those that are listed, and deletions, which are seen only
/// where they took another's place.
fn check_operations(columns: &Columns<'_>, actor_last: u64) -> Result<u64, Flaw> {
    // What an operation sets or names takes a byte at least, so that a small document cannot claim to
    // be a large one.
    let max = limits::DOCUMENT_OPERATIONS_MAX.min(columns.bytes());
    let rows = runs(columns.get(ACTION), Kind::Unsigned, max, |run| match run.value {
        Value::Unsigned(action) if action <= ACTION_LAST => Ok(()),
        Value::Null => Err(Flaw::Damaged),
        _ => Err(Flaw::Foreign),
    })?;
    let counter_max = limits::DOCUMENT_OPERATIONS_MAX;
    let subject_rows = [
        number_rows(columns.get(OBJECT_ACTOR), MayBeEmpty, rows, actor_last)?,
        number_rows(columns.get(OBJECT_COUNTER), MayBeEmpty, rows, counter_max)?,
        number_rows(columns.get(KEY_ACTOR), MayBeEmpty, rows, actor_last)?,
        delta_rows(columns.get(KEY_COUNTER), MayBeEmpty, rows, counter_max)?,
        runs(columns.get(KEY_TEXT), Kind::Text(limits::KEY_BYTES_MAX), rows, |_| Ok(()))?,
    ];
    let (successors, counted) = group(columns.get(SUCCESSOR_COUNT), rows, counter_max)?;
    let whole = subject_rows.iter().all(|found| [0, rows].contains(found))
        && number_rows(columns.get(NAME_ACTOR), AllFull, rows, actor_last)? == rows
        && delta_rows(columns.get(NAME_COUNTER), AllFull, rows, counter_max)? == rows
        && boolean_rows(columns.get(INSERT), rows)? == rows
        && values(columns, rows)? == rows
        && counted == rows
        && number_rows(columns.get(SUCCESSOR_ACTOR), AllFull, successors, actor_last)?
            == successors
        && delta_rows(columns.get(SUCCESSOR_COUNTER), AllFull, successors, counter_max)?
            == successors;
    if whole { Ok(rows + successors) } else { Err(Flaw::Damaged) }
}

/// How many operations the changes claim to have made.
fn check_changes(columns: &Columns<'_>, actor_last: u64) -> Result<u64, Flaw> {
    let max = limits::DOCUMENT_CHANGES_MAX;
    let rows = number_rows(columns.get(CHANGE_ACTOR), AllFull, max, actor_last)?;
    let links_max = limits::DOCUMENT_OPERATIONS_MAX;
    let (links, counted) = group(columns.get(CHANGE_DEPENDENCY_COUNT), rows, links_max)?;
    let message = Kind::Text(limits::CHANGE_MESSAGE_BYTES_MAX);
    let whole = counted == rows
        && delta_rows(columns.get(CHANGE_SEQUENCE), AllFull, rows, max)? == rows
        && runs(columns.get(CHANGE_TIME), Kind::Signed, rows, full)? == rows
        && [0, rows].contains(&runs(columns.get(CHANGE_MESSAGE), message, rows, |_| Ok(()))?)
        && footers(columns, rows)? == rows;
    if !whole {
        return Err(Flaw::Damaged);
    }
    let lasts =
        unpacked(columns.get(CHANGE_LAST_OPERATION), rows, limits::DOCUMENT_OPERATIONS_MAX)?;
    let before = unpacked(columns.get(CHANGE_DEPENDENCY), links, rows)?;
    if lasts.len() as u64 != rows || before.len() as u64 != links {
        return Err(Flaw::Damaged);
    }
    claimed(columns.get(CHANGE_DEPENDENCY_COUNT), &lasts, &before)
}

/// A run that is not of empty rows.
fn full(run: Run) -> Result<(), Flaw> {
    if matches!(run.value, Value::Null) { Err(Flaw::Damaged) } else { Ok(()) }
}

/// A change's operations follow those of the changes before it.
fn claimed(counts: &[u8], lasts: &[u64], before: &[u64]) -> Result<u64, Flaw> {
    let mut claimed: u64 = 0;
    let mut links = before.iter();
    let mut at = 0;
    runs(counts, Kind::Unsigned, lasts.len() as u64, |run| {
        let Value::Unsigned(each) = run.value else { return Err(Flaw::Damaged) };
        for _ in 0..run.count {
            let mut start = 0;
            for _ in 0..each {
                let link = links.next().and_then(|link| usize::try_from(*link).ok());
                // Each change lies after those that it follows.
                let link = link.filter(|link| *link < at).ok_or(Flaw::Damaged)?;
                start = lasts[link].max(start);
            }
            let own = lasts[at].checked_sub(start).ok_or(Flaw::Damaged)?;
            claimed = claimed.saturating_add(own);
            at += 1;
        }
        Ok(())
    })?;
    Ok(claimed)
}

/// The sum of a column of counts, and its rows.
fn group(column: &[u8], rows_max: u64, sum_max: u64) -> Result<(u64, u64), Flaw> {
    let mut sum: u64 = 0;
    let rows = runs(column, Kind::Unsigned, rows_max, |run| {
        let Value::Unsigned(each) = run.value else { return Err(Flaw::Damaged) };
        let more = each.checked_mul(run.count).and_then(|more| sum.checked_add(more));
        sum = more.filter(|sum| *sum <= sum_max).ok_or(Flaw::TooMany)?;
        Ok(())
    })?;
    Ok((sum, rows))
}

/// The footers of the changes, whose descriptions are like those of values.
fn footers(columns: &Columns<'_>, rows_max: u64) -> Result<u64, Flaw> {
    debug_assert_eq!((CHANGE_FOOTER_META, CHANGE_FOOTER), (VALUE_META, VALUE));
    values(columns, rows_max)
}

/// The numbers of a column of differences. Its rows were counted, or are bounded here.
fn unpacked(column: &[u8], rows_max: u64, value_max: u64) -> Result<Vec<u64>, Flaw> {
    let mut numbers = Vec::new();
    let mut sum: i64 = 0;
    delta_rows(column, AllFull, rows_max, value_max)?;
    runs(column, Kind::Signed, rows_max, |run| {
        let Value::Signed(step) = run.value else { return Err(Flaw::Damaged) };
        for _ in 0..run.count {
            sum += step;
            numbers.push(u64::try_from(sum).map_err(|_| Flaw::Damaged)?);
        }
        Ok(())
    })?;
    Ok(numbers)
}
