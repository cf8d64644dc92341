//! Which rows' records are still to be told where they stand.

use rusqlite::{OptionalExtension, Transaction};

use super::StoreError;

/// Notes that a record is to be told.
///
/// # Errors
/// When the database refuses.
pub fn note(tx: &Transaction<'_>, row_id: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO to_tell (row_id) VALUES (?1) ON CONFLICT DO NOTHING";
    tx.prepare_cached(sql)?.execute([row_id])?;
    Ok(())
}

/// Whether any record is to be told.
///
/// # Errors
/// When the database refuses.
pub fn is_due(tx: &Transaction<'_>) -> Result<bool, StoreError> {
    let mut statement = tx.prepare_cached("SELECT 1 FROM to_tell LIMIT 1")?;
    Ok(statement.query_row([], |_| Ok(())).optional()?.is_some())
}

/// Takes the next rows off the list.
///
/// # Errors
/// When the database refuses.
pub fn take(tx: &Transaction<'_>, rows_max: usize) -> Result<Vec<String>, StoreError> {
    let sql = "DELETE FROM to_tell WHERE row_id IN
            (SELECT row_id FROM to_tell ORDER BY row_id LIMIT ?1)
         RETURNING row_id";
    let mut statement = tx.prepare_cached(sql)?;
    Ok(statement.query_map([rows_max], |row| row.get(0))?.collect::<Result<_, _>>()?)
}
