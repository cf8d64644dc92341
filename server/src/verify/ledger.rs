//! Whether the ledger is what the changes give.

use std::collections::BTreeMap;

use rusqlite::{Row, Transaction, types::ValueRef};
use sha2::{Digest, Sha256};
use shared::intake::IncomingChange;

use super::{Report, cases};
use crate::{
    service::ServiceFacts,
    store::{StoreError, column, ledger, settlements, snapshots},
};

/// What follows from packs and receipts, and not from cases.
const SETTLEMENT: &str = "settlement";

/// Rows of one table: the hash of each with how often it is there.
type Rows = BTreeMap<[u8; 32], i64>;

/// Empties the ledger of the copy, works it out again from the changes and compares.
pub(super) fn check(tx: &Transaction<'_>, report: &mut Report) -> Result<(), StoreError> {
    let before = read_all(tx)?;
    let settled_before = read(tx, SETTLEMENT)?;
    settlements::rebuild(tx)?;
    compare(SETTLEMENT, settled_before, &read(tx, SETTLEMENT)?, report);
    tx.pragma_update(None, "defer_foreign_keys", true)?;
    for table in ledger::TABLES.iter().rev() {
        tx.execute(&format!("DELETE FROM {table}"), [])?;
    }
    let facts = ServiceFacts::load(tx)?;
    let mut statement = tx.prepare("SELECT DISTINCT case_id FROM change ORDER BY case_id")?;
    for case in statement.query_map([], |row| column::case(row, 0))? {
        let case = case?;
        let stored = snapshots::stored_changes(tx, case, 0)?;
        let changes: Vec<_> =
            stored.iter().filter_map(|bytes| IncomingChange::parse(bytes).ok()).collect();
        let whole = changes.len() == stored.len();
        // What is damaged has been named already.
        if let Some(document) = cases::rebuilt(&changes).filter(|_| whole) {
            let (case, defects) = document.read(case);
            ledger::project(tx, &case, &defects, &facts)?;
        }
    }
    for (table, rows) in before {
        compare(table, rows, &read(tx, table)?, report);
    }
    Ok(())
}

/// Names a table whose rows are not those that the logs give.
fn compare(table: &str, mut rows: Rows, rebuilt: &Rows, report: &mut Report) {
    for (hash, count) in rebuilt {
        *rows.entry(*hash).or_default() -= count;
    }
    let lost: i64 = rows.values().filter(|count| **count > 0).sum();
    let gained: i64 = -rows.values().filter(|count| **count < 0).sum::<i64>();
    if lost + gained > 0 {
        report
            .differences
            .push(format!("table {table}: {lost} rows too many by the log, {gained} too few"));
    }
}

fn read_all(tx: &Transaction<'_>) -> Result<Vec<(&'static str, Rows)>, StoreError> {
    ledger::TABLES.iter().map(|table| Ok((*table, read(tx, table)?))).collect()
}

fn read(tx: &Transaction<'_>, table: &str) -> Result<Rows, StoreError> {
    let mut rows = Rows::new();
    let mut statement = tx.prepare(&format!("SELECT * FROM {table}"))?;
    let columns = statement.column_count();
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        *rows.entry(hash(row, columns)?).or_default() += 1;
    }
    Ok(rows)
}

fn hash(row: &Row<'_>, columns: usize) -> Result<[u8; 32], StoreError> {
    let mut hasher = Sha256::new();
    for column in 0..columns {
        let (kind, bytes): (u8, Vec<u8>) = match row.get_ref(column)? {
            ValueRef::Null => (0, Vec::new()),
            ValueRef::Integer(number) => (1, number.to_le_bytes().into()),
            ValueRef::Real(number) => (2, number.to_le_bytes().into()),
            ValueRef::Text(text) => (3, text.into()),
            ValueRef::Blob(blob) => (4, blob.into()),
        };
        hasher.update([kind]);
        hasher.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(&bytes);
    }
    Ok(hasher.finalize().into())
}
