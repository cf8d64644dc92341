//! The service's own telephone numbers for urgent concerns: read whole, and replaced whole.

use rusqlite::{Row, Transaction, params};
use shared::{profile::ServiceNumber, written::Written};

use super::{StoreError, log};

/// Every number, in the order of the service's file.
///
/// # Errors
/// When the database refuses.
pub fn list(tx: &Transaction<'_>) -> Result<Vec<ServiceNumber>, StoreError> {
    let sql =
        "SELECT name, phone, kind, practice, checked_on FROM service_number ORDER BY position";
    let read = |row: &Row<'_>| {
        let checked_on: String = row.get(4)?;
        let checked_on = Written::read(&checked_on).ok_or_else(|| {
            rusqlite::Error::InvalidColumnType(4, checked_on, rusqlite::types::Type::Text)
        })?;
        Ok(ServiceNumber {
            name: row.get(0)?,
            phone: row.get(1)?,
            kind: row.get(2)?,
            practice: row.get(3)?,
            checked_on,
        })
    };
    let mut statement = tx.prepare_cached(sql)?;
    Ok(statement.query_map([], read)?.collect::<Result<_, _>>()?)
}

/// Puts these numbers in the place of all that were there. Phones hear of it if anything changed.
///
/// # Errors
/// When the database refuses.
pub fn replace(tx: &Transaction<'_>, numbers: &[ServiceNumber]) -> Result<(), StoreError> {
    if list(tx)? == numbers {
        return Ok(());
    }
    tx.execute("DELETE FROM service_number", [])?;
    let sql = "INSERT INTO service_number (name, phone, kind, practice, checked_on)
         VALUES (?1, ?2, ?3, ?4, ?5)";
    for number in numbers {
        tx.prepare_cached(sql)?.execute(params![
            number.name,
            number.phone,
            number.kind,
            number.practice,
            number.checked_on.to_string(),
        ])?;
    }
    log::raise_profile_version(tx)
}
