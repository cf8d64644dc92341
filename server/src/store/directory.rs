//! The directory of services: kept one entry a row, read whole, since a phone keeps all of it.

use rusqlite::{OptionalExtension, Transaction, params};
use shared::{
    cbor,
    directory::{Directory, Service},
};

use super::{StoreError, log};

/// The whole directory with its version, by name.
///
/// # Errors
/// When the database refuses.
pub fn load(tx: &Transaction<'_>) -> Result<Directory, StoreError> {
    let mut statement = tx.prepare_cached("SELECT id, entry FROM service ORDER BY id")?;
    let rows =
        statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    let mut services: Vec<Service> = Vec::new();
    for row in rows {
        let (id, entry) = row?;
        match cbor::decode(&entry) {
            Ok(service) => services.push(service),
            // One damaged entry must not take the others from people.
            Err(_) => tracing::warn!(id, "an entry of the directory cannot be read"),
        }
    }
    services.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    Ok(Directory { version: log::head(tx)?.directory_version, services })
}

/// One entry; none where there is no such one, or it cannot be read.
///
/// # Errors
/// When the database refuses.
pub fn entry(tx: &Transaction<'_>, id: &str) -> Result<Option<Service>, StoreError> {
    let mut statement = tx.prepare_cached("SELECT entry FROM service WHERE id = ?1")?;
    let found = statement.query_row([id], |row| row.get::<_, Vec<u8>>(0)).optional()?;
    Ok(found.and_then(|entry| cbor::decode(&entry).ok()))
}

/// Adds entries or replaces those of the same identifier. Raises the version if anything changed,
/// so that phones fetch the directory.
///
/// # Errors
/// When the database refuses.
pub fn put(tx: &Transaction<'_>, services: &[Service]) -> Result<usize, StoreError> {
    let sql = "INSERT INTO service (id, entry) VALUES (?1, ?2)
         ON CONFLICT (id) DO UPDATE SET entry = excluded.entry
         WHERE entry <> excluded.entry";
    let mut changed = 0;
    for service in services {
        changed += tx.prepare_cached(sql)?.execute(params![service.id, cbor::encode(service)])?;
    }
    if changed > 0 {
        log::raise_directory_version(tx)?;
    }
    Ok(changed)
}
