//! The tables, brought from any earlier version to this one.

use rusqlite::{Connection, TransactionBehavior};
use shared::ids::{DeviceId, Epoch, UserId};

use super::StoreError;
use crate::random;

/// One script per version, in order; a script that was released is never edited.
const MIGRATIONS: &[&str] = &[
    include_str!("schema/0001.sql"),
    include_str!("schema/0002.sql"),
    include_str!("schema/0003.sql"),
];

/// Brings the tables up to date. Every step is one transaction, so that a power cut leaves
/// either version.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: usize = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version > MIGRATIONS.len() {
        return Err(StoreError::Newer);
    }
    for script in &MIGRATIONS[version..] {
        tx.execute_batch(script)?;
    }
    if version == 0 {
        begin_service(&tx)?;
    }
    tx.pragma_update(None, "user_version", MIGRATIONS.len())?;
    Ok(tx.commit()?)
}

/// A new service: its epoch, and the user and device under which the server itself writes.
fn begin_service(tx: &Connection) -> Result<(), StoreError> {
    let epoch = Epoch::from_random(random::bytes());
    let user = UserId::from_random(random::bytes());
    let device = DeviceId::from_random(random::bytes());
    tx.execute(
        "INSERT INTO user (id, name, role) VALUES (?1, 'The service', 'service')",
        [user.as_bytes()],
    )?;
    tx.execute("INSERT INTO user_role (user, role) VALUES (?1, 'service')", [user.as_bytes()])?;
    tx.execute(
        "INSERT INTO device (id, user, enrolled_at) VALUES (?1, ?2, 0)",
        [device.as_bytes(), user.as_bytes()],
    )?;
    tx.execute(
        "INSERT INTO meta VALUES
            (1, ?1, 'Social prescribing service', 0, '', 0, 1, 1, '', 0, ?2, ?3)",
        [epoch.as_bytes(), user.as_bytes(), device.as_bytes()],
    )?;
    Ok(())
}
