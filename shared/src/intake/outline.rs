//! What a change claims to be, read from its bytes before automerge unpacks them.
//!
//! Automerge loops over as many operations as a change claims, and a run-length encoded column can
//! claim any number in a few bytes. It also trusts numbers that it later turns into indices. Here
//! all of them are checked; only then is the change parsed.

use super::{
    ACTOR_BYTES, ChangeRefusal,
    columns::{
        Columns, Flaw, Kind, Reader,
        Rows::{AllFull, MayBeEmpty},
        Value, boolean_rows, delta_rows, layout, number_rows, runs,
    },
};
use crate::limits;

/// The first bytes of every automerge chunk.
pub(super) const CHUNK_MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// The type of an uncompressed change. A compressed one (2) is refused: nothing bounds what it
/// inflates to.
const CHUNK_CHANGE: u8 = 1;

/// Bytes of a change's hash.
pub(super) const HASH_BYTES: u64 = 32;
/// The most devices with their sessions that a hash list or an actor list is as long as.
const ACTOR_BYTES_U64: u64 = ACTOR_BYTES as u64;

/// The columns of operations that changes and documents share: the object and the key that an
/// operation is about, whether it inserts, what it does, and the value.
pub(super) const OBJECT_ACTOR: u32 = 0x01;
pub(super) const OBJECT_COUNTER: u32 = 0x02;
pub(super) const KEY_ACTOR: u32 = 0x11;
pub(super) const KEY_COUNTER: u32 = 0x13;
pub(super) const KEY_TEXT: u32 = 0x15;
pub(super) const INSERT: u32 = 0x34;
pub(super) const ACTION: u32 = 0x42;
pub(super) const VALUE_META: u32 = 0x56;
pub(super) const VALUE: u32 = 0x57;
/// What an operation of a change takes the place of.
const PREDECESSOR_COUNT: u32 = 0x70;
const PREDECESSOR_ACTOR: u32 = 0x71;
const PREDECESSOR_COUNTER: u32 = 0x73;

const KNOWN: [u32; 12] = [
    OBJECT_ACTOR,
    OBJECT_COUNTER,
    KEY_ACTOR,
    KEY_COUNTER,
    KEY_TEXT,
    INSERT,
    ACTION,
    VALUE_META,
    VALUE,
    PREDECESSOR_COUNT,
    PREDECESSOR_ACTOR,
    PREDECESSOR_COUNTER,
];

/// The last action that a record uses: make a map, set, make a list, delete, make a text. After it
/// come counters, tables and marks.
const ACTION_LAST: u64 = 4;
/// The kind of a value is in the low four bits of its description; the length in the others.
const VALUE_KIND_BITS: u32 = 4;
const VALUE_KIND_COUNTER: u64 = 8;
const VALUE_KIND_LAST: u64 = 9;

/// The footer that names the author: its kind, then the length of a user's identifier.
const AUTHOR_FOOTER: [u8; 2] = [1, 16];
const USER_BYTES: usize = 16;
/// The last second of the year 9999, in Unix time.
const TIME_MAX_S: i64 = 253_402_300_799;

/// What a change claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outline {
    /// How many operations it has.
    pub(super) operations: u64,
}

/// Reads what a change claims and checks that it is within the limits.
pub(super) fn outline(bytes: &[u8]) -> Result<Outline, ChangeRefusal> {
    if bytes.len() > limits::CHANGE_BYTES_MAX {
        return Err(ChangeRefusal::TooLong);
    }
    let mut reader = Reader(bytes);
    let content = chunk(&mut reader, CHUNK_CHANGE).ok_or(ChangeRefusal::NotAChange)?;
    if !reader.is_empty() {
        return Err(ChangeRefusal::Damaged);
    }
    let mut reader = Reader(content);
    dependencies(&mut reader)?;
    if reader.unsigned()? != ACTOR_BYTES_U64 {
        return Err(ChangeRefusal::Unsigned);
    }
    reader.take(ACTOR_BYTES_U64)?;
    let (sequence, first_operation) = (reader.unsigned()?, reader.unsigned()?);
    let time_s = reader.signed()?;
    if sequence == 0 || first_operation == 0 || !(0..=TIME_MAX_S).contains(&time_s) {
        return Err(ChangeRefusal::Damaged);
    }
    if sequence > limits::DOCUMENT_CHANGES_MAX {
        return Err(ChangeRefusal::TooManyOperations);
    }
    let message_bytes = reader.unsigned()?;
    if message_bytes > limits::CHANGE_MESSAGE_BYTES_MAX {
        return Err(ChangeRefusal::TooLong);
    }
    reader.take(message_bytes)?;
    let others = reader.count(limits::CHANGE_ACTORS_MAX)?;
    for _ in 0..others {
        if reader.unsigned()? != ACTOR_BYTES_U64 {
            return Err(ChangeRefusal::Unsigned);
        }
        reader.take(ACTOR_BYTES_U64)?;
    }
    let layout = layout(&mut reader, &KNOWN)?;
    let columns = Columns::read(&mut reader, &layout, |_| Err(Flaw::Foreign))?;
    footer(reader.0, sequence)?;
    operations(&columns, first_operation, others as u64)
}

/// The content of a chunk of this type, if that is what comes next.
pub(super) fn chunk<'b>(reader: &mut Reader<'b>, chunk_type: u8) -> Option<&'b [u8]> {
    let head = reader.take(9).ok()?;
    let is_right = head[..4] == CHUNK_MAGIC && head[8] == chunk_type;
    let bytes = reader.unsigned().ok()?;
    is_right.then(|| reader.take(bytes).ok())?
}

fn dependencies(reader: &mut Reader<'_>) -> Result<(), ChangeRefusal> {
    let count = reader.count(limits::CHANGE_DEPENDENCIES_MAX);
    let count = count.map_err(|flaw| match flaw {
        Flaw::TooMany => ChangeRefusal::TooManyDependencies,
        other => other.into(),
    })?;
    let mut last: Option<&[u8]> = None;
    for _ in 0..count {
        let hash = reader.take(HASH_BYTES)?;
        if last.is_some_and(|last| last >= hash) {
            return Err(ChangeRefusal::Damaged);
        }
        last = Some(hash);
    }
    Ok(())
}

/// An actor's first change names the author, and no other says anything: automerge insists.
fn footer(footer: &[u8], sequence: u64) -> Result<(), ChangeRefusal> {
    let names_author =
        footer.len() == AUTHOR_FOOTER.len() + USER_BYTES && footer.starts_with(&AUTHOR_FOOTER);
    match (sequence, footer) {
        (1, _) if names_author => Ok(()),
        (2.., []) => Ok(()),
        _ => Err(ChangeRefusal::Unsigned),
    }
}

fn operations(columns: &Columns<'_>, first: u64, others: u64) -> Result<Outline, ChangeRefusal> {
    let max = limits::CHANGE_OPERATIONS_MAX;
    let rows = runs(columns.get(ACTION), Kind::Unsigned, max, |run| match run.value {
        Value::Unsigned(action) if action <= ACTION_LAST => Ok(()),
        Value::Null => Err(Flaw::Damaged),
        _ => Err(Flaw::Foreign),
    })?;
    if rows == 0 {
        return Err(ChangeRefusal::NotAChange);
    }
    // Whatever the operations refer to came before the last of them.
    let last = first.saturating_add(rows - 1);
    if last > limits::DOCUMENT_OPERATIONS_MAX {
        return Err(ChangeRefusal::TooManyOperations);
    }
    let subject_rows = [
        number_rows(columns.get(OBJECT_ACTOR), MayBeEmpty, rows, others)?,
        number_rows(columns.get(OBJECT_COUNTER), MayBeEmpty, rows, last)?,
        number_rows(columns.get(KEY_ACTOR), MayBeEmpty, rows, others)?,
        delta_rows(columns.get(KEY_COUNTER), MayBeEmpty, rows, last)?,
        runs(columns.get(KEY_TEXT), Kind::Text(limits::KEY_BYTES_MAX), rows, |_| Ok(()))?,
    ];
    let whole = subject_rows.iter().all(|found| [0, rows].contains(found))
        && boolean_rows(columns.get(INSERT), rows)? == rows
        && values(columns, rows)? == rows;
    let mut replaced: u64 = 0;
    let counted = runs(columns.get(PREDECESSOR_COUNT), Kind::Unsigned, rows, |run| {
        let Value::Unsigned(each) = run.value else { return Err(Flaw::Damaged) };
        let sum = each.checked_mul(run.count).and_then(|more| replaced.checked_add(more));
        replaced = sum.filter(|sum| *sum <= max).ok_or(Flaw::TooMany)?;
        Ok(())
    })?;
    let whole = whole
        && counted == rows
        && number_rows(columns.get(PREDECESSOR_ACTOR), AllFull, replaced, others)? == replaced
        && delta_rows(columns.get(PREDECESSOR_COUNTER), AllFull, replaced, last)? == replaced;
    if whole { Ok(Outline { operations: rows }) } else { Err(ChangeRefusal::Damaged) }
}

/// How many values there are. Their bytes must be as many as their descriptions say.
pub(super) fn values(columns: &Columns<'_>, rows_max: u64) -> Result<u64, Flaw> {
    let mut bytes: u64 = 0;
    let rows = runs(columns.get(VALUE_META), Kind::Unsigned, rows_max, |run| {
        let Value::Unsigned(meta) = run.value else { return Err(Flaw::Damaged) };
        let kind = meta & ((1 << VALUE_KIND_BITS) - 1);
        if kind == VALUE_KIND_COUNTER || kind > VALUE_KIND_LAST {
            return Err(Flaw::Foreign);
        }
        let more = (meta >> VALUE_KIND_BITS).checked_mul(run.count);
        bytes = more.and_then(|more| bytes.checked_add(more)).ok_or(Flaw::Damaged)?;
        Ok(())
    })?;
    if bytes == columns.get(VALUE).len() as u64 { Ok(rows) } else { Err(Flaw::Damaged) }
}
