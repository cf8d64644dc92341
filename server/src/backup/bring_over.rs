//! What practices were told and answered since a backup, brought over from the data that it replaces:
//! a practice never gets a number, or an entry as new, a second time.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction, params_from_iter, types::Value};

use super::{checked, error::BackupError};
use crate::{
    page::counted,
    store::{self, StoreError, settlements},
};

/// What became of the packs and receipts of the data that was there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BroughtOver {
    /// There was no data, or it is another service's.
    NoneThere,
    /// So many came over.
    All {
        /// Packs that were closed since the backup.
        packs: usize,
        /// Receipts that came since: answers, and what takes them back.
        receipts: usize,
    },
    /// None did, for this reason.
    Refused(String),
}

impl BroughtOver {
    /// What a person reads; nothing where there is nothing to know.
    pub fn words(&self) -> String {
        match self {
            Self::NoneThere | Self::All { packs: 0, receipts: 0 } => String::new(),
            Self::All { packs, receipts } => format!(
                "\nBrought over what came after it was made: {} and {}.",
                counted(*packs, "pack", "packs"),
                counted(*receipts, "receipt", "receipts")
            ),
            Self::Refused(why) => format!(
                "\nPacks that were closed after it was made could not be brought over ({why}): their \
                 numbers and entries would come a second time. Compare each practice's last pack \
                 with its list of packs before you close another."
            ),
        }
    }
}

/// The logs of what practices answered. The first column of each, `id`, is a row's place in it.
const RECEIPTS: [&str; 2] = ["receipt", "receipt_file"];

/// Brings packs and receipts from the data at `old` that the copy does not have. What cannot be read
/// there stops no restore: a backup is there for the day on which the data is lost.
pub(super) fn bring_over(tx: &Transaction<'_>, old: &Path) -> Result<BroughtOver, StoreError> {
    if !old.exists() {
        return Ok(BroughtOver::NoneThere);
    }
    match checked::open(old).map_err(Failed::from).and_then(|old| read(tx, &old)) {
        Ok(Some(lacking)) => lacking.put_whole(tx),
        Ok(None) => Ok(BroughtOver::NoneThere),
        Err(Failed::There(why)) => Ok(BroughtOver::Refused(why)),
        Err(Failed::Here(error)) => Err(error),
    }
}

/// Where it failed: in what was there, or in the copy.
enum Failed {
    There(String),
    Here(StoreError),
}

impl From<BackupError> for Failed {
    fn from(error: BackupError) -> Self {
        Self::There(error.to_string())
    }
}

/// Rows that the copy lacks.
#[derive(Default)]
struct Lacking {
    packs: Vec<Vec<Value>>,
    packed_rows: Vec<Vec<Value>>,
    receipts: [Vec<Vec<Value>>; 2],
    practices: Vec<Vec<Value>>,
}

/// Reads what the copy lacks; none where the data is another service's.
fn read(tx: &Transaction<'_>, old: &Connection) -> Result<Option<Lacking>, Failed> {
    let there = |error: rusqlite::Error| Failed::There(error.to_string());
    let here = |error: rusqlite::Error| Failed::Here(error.into());
    let version = checked::version(old).map_err(there)?;
    if version != store::VERSION {
        let why = "it was last opened by another version of the program";
        return Err(Failed::There(why.to_owned()));
    }
    let service = "SELECT service_user FROM meta";
    let theirs: Vec<u8> = old.query_row(service, [], |row| row.get(0)).map_err(there)?;
    let ours: Vec<u8> = tx.query_row(service, [], |row| row.get(0)).map_err(here)?;
    if theirs != ours {
        return Ok(None);
    }
    let mut lacking = Lacking::default();
    // Both have this version's tables, so their columns are alike; the first three of a pack are its
    // practice, number and identifier.
    let known = "SELECT pack_id FROM pack WHERE practice = ?1 AND number = ?2";
    let mut known = tx.prepare(known).map_err(here)?;
    for pack in rows(old, "SELECT * FROM pack ORDER BY position", &[]).map_err(there)? {
        let key = &pack[..2];
        let found = known.query_row(params_from_iter(key), |row| row.get::<_, Value>(0));
        match found.optional().map_err(here)? {
            None => {
                let sql = "SELECT * FROM packed_row WHERE practice = ?1 AND number = ?2";
                lacking.packed_rows.extend(rows(old, sql, key).map_err(there)?);
                let sql = "SELECT * FROM practice WHERE ods = ?1";
                lacking.practices.extend(rows(old, sql, &key[..1]).map_err(there)?);
                lacking.packs.push(pack);
            }
            Some(pack_id) if pack_id == pack[2] => {}
            Some(_) => {
                let why = "the two have different packs under one number";
                return Err(Failed::There(why.to_owned()));
            }
        }
    }
    for (table, lacks) in RECEIPTS.into_iter().zip(&mut lacking.receipts) {
        let last = format!("SELECT ifnull(max(id), 0) FROM {table}");
        let last: Value = tx.query_row(&last, [], |row| row.get(0)).map_err(here)?;
        let known = format!("SELECT * FROM {table} WHERE id <= ?1 ORDER BY id");
        let ours = rows(tx, &known, std::slice::from_ref(&last)).map_err(here)?;
        // A backup that is later than the data knows more.
        let theirs = rows(old, &known, std::slice::from_ref(&last)).map_err(there)?;
        if !ours.starts_with(&theirs) {
            let why = "the two have different receipts under one number";
            return Err(Failed::There(why.to_owned()));
        }
        let sql = format!("SELECT * FROM {table} WHERE id > ?1 ORDER BY id");
        *lacks = rows(old, &sql, &[last]).map_err(there)?;
    }
    Ok(Some(lacking))
}

fn rows(from: &Connection, sql: &str, key: &[Value]) -> Result<Vec<Vec<Value>>, rusqlite::Error> {
    let mut statement = from.prepare(sql)?;
    let columns = statement.column_count();
    let rows = statement.query_map(params_from_iter(key), |row| {
        (0..columns).map(|column| row.get(column)).collect::<Result<Vec<Value>, _>>()
    })?;
    rows.collect()
}

impl Lacking {
    /// Puts in all of it, or, where the copy refuses some of it, nothing.
    fn put_whole(self, tx: &Transaction<'_>) -> Result<BroughtOver, StoreError> {
        tx.execute_batch("SAVEPOINT bring_over")?;
        let put = self.put(tx).unwrap_or_else(|error| BroughtOver::Refused(error.to_string()));
        if matches!(put, BroughtOver::Refused(_)) {
            tx.execute_batch("ROLLBACK TO bring_over")?;
        }
        tx.execute_batch("RELEASE bring_over")?;
        Ok(put)
    }

    fn put(self, tx: &Transaction<'_>) -> Result<BroughtOver, StoreError> {
        let Self { packs, packed_rows, receipts, practices } = self;
        let count = packs.len();
        put(tx, "OR IGNORE INTO practice", &practices)?;
        put(tx, "INTO pack", &at_the_end(tx, packs)?)?;
        put(tx, "INTO packed_row", &packed_rows)?;
        for (table, rows) in RECEIPTS.into_iter().zip(&receipts) {
            put(tx, &format!("INTO {table}"), rows)?;
        }
        settlements::rebuild(tx)?;
        Ok(BroughtOver::All { packs: count, receipts: receipts[0].len() })
    }
}

/// The packs in their order, after those that the copy has: the last column says which one of all packs
/// each is.
fn at_the_end(
    tx: &Transaction<'_>,
    mut packs: Vec<Vec<Value>>,
) -> Result<Vec<Vec<Value>>, StoreError> {
    let sql = "SELECT ifnull(max(position), 0) FROM pack";
    let last: i64 = tx.query_row(sql, [], |row| row.get(0))?;
    for (pack, position) in packs.iter_mut().zip(last + 1..) {
        if let Some(place) = pack.last_mut() {
            *place = Value::Integer(position);
        }
    }
    Ok(packs)
}

fn put(tx: &Transaction<'_>, into: &str, rows: &[Vec<Value>]) -> Result<(), StoreError> {
    for row in rows {
        let places = vec!["?"; row.len()].join(", ");
        let sql = format!("INSERT {into} VALUES ({places})");
        tx.prepare_cached(&sql)?.execute(params_from_iter(row))?;
    }
    Ok(())
}
