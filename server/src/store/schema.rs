//! The tables, brought from any earlier version to this one.

use rusqlite::{Connection, TransactionBehavior, params};
use shared::ids::{DeviceId, Epoch, UserId};

use super::{StoreError, settlements};
use crate::random;

/// One script per version, in order; a script that was released is never edited.
const MIGRATIONS: &[&str] = &[
    include_str!("schema/0001.sql"),
    include_str!("schema/0002.sql"),
    include_str!("schema/0003.sql"),
    include_str!("schema/0004.sql"),
    include_str!("schema/0005.sql"),
    include_str!("schema/0006.sql"),
    include_str!("schema/0007.sql"),
    include_str!("schema/0008.sql"),
    include_str!("schema/0009.sql"),
    include_str!("schema/0010.sql"),
    include_str!("schema/0011.sql"),
    include_str!("schema/0012.sql"),
    include_str!("schema/0013.sql"),
    include_str!("schema/0014.sql"),
    include_str!("schema/0015.sql"),
    include_str!("schema/0016.sql"),
];

/// The version of the tables that this program reads and writes.
pub(crate) const VERSION: usize = MIGRATIONS.len();

/// Brings the tables up to date. Every step is one transaction, so that a power cut leaves
/// either version.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: usize = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version > VERSION {
        return Err(StoreError::Newer);
    }
    if version == VERSION {
        // Nothing is written, so that data on a full disk can still be opened and read.
        return Ok(());
    }
    for script in &MIGRATIONS[version..] {
        tx.execute_batch(script)?;
    }
    if version == 0 {
        begin_service(&tx)?;
    } else {
        // What follows from the logs follows by this version's rules.
        settlements::rebuild(&tx)?;
    }
    tx.pragma_update(None, "user_version", VERSION)?;
    Ok(tx.commit()?)
}

/// A new service: its epoch, and the user and device under which the server itself writes.
fn begin_service(tx: &Connection) -> Result<(), StoreError> {
    let epoch = Epoch::from_random(random::bytes());
    let user = UserId::from_random(random::bytes());
    let device = DeviceId::from_random(random::bytes());
    let [seal_key, pack_key]: [[u8; 32]; 2] = [random::bytes(), random::bytes()];
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
        "INSERT INTO meta
            (one, epoch, service_name, demonstration, public_url, log_position, profile_version,
             projected_profile_version, projected_on, directory_version, service_user,
             service_device, seal_key, pack_key)
         VALUES (1, ?1, 'Social prescribing service', 0, '', 0, 1, 1, '', 0, ?2, ?3, ?4, ?5)",
        params![epoch.as_bytes(), user.as_bytes(), device.as_bytes(), seal_key, pack_key],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_of_an_earlier_version_keeps_its_packs_and_is_worked_out_again() {
        let mut connection = Connection::open_in_memory().unwrap();
        for script in &MIGRATIONS[..2] {
            connection.execute_batch(script).unwrap();
        }
        connection
            .execute_batch(
                "PRAGMA user_version = 2;
                 INSERT INTO practice VALUES ('A81001', 'Hill Street');
                 INSERT INTO pack VALUES ('A81001', 1, 'one', 'then', 1, 0, 'hash', x'50');
                 INSERT INTO pack_row VALUES ('row', x'01', 'e', 'c', 'A81001', 1, 'hash');
                 INSERT INTO case_log VALUES (x'01', 7, 7, 0);",
            )
            .unwrap();
        migrate(&mut connection).unwrap();
        migrate(&mut connection).unwrap();
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap();
        assert_eq!(count("SELECT count(*) FROM packed_row JOIN pack USING (practice, number)"), 1);
        assert_eq!(count("SELECT count(*) FROM settlement WHERE live AND outcome = ''"), 1);
        assert_eq!(count("SELECT projected_position FROM case_log"), 0);
        let twice =
            "INSERT INTO packed_row SELECT practice, 1, row_id, 'NEW', '', '', x'02', 'f', '',
             'c', '', '', '', 0, author, '', '', '', 0, '', '', '', '', '', 'hash'
             FROM packed_row";
        assert!(connection.execute(twice, []).is_err());
    }

    #[test]
    fn records_that_looked_alike_before_anybody_could_decide_still_do() {
        let mut connection = Connection::open_in_memory().unwrap();
        for script in &MIGRATIONS[..10] {
            connection.execute_batch(script).unwrap();
        }
        connection
            .execute_batch(
                "PRAGMA user_version = 10;
                 INSERT INTO user (id, name, role) VALUES (x'07', 'Gwen', 'lead_link_worker');
                 INSERT INTO match_key VALUES (x'aa', x'01'), (x'aa', x'02'), (x'bb', x'03');
                 INSERT INTO quarantine (case_id, hash, device, author, received_at, bytes)
                     VALUES (x'01', x'05', x'06', x'07', 8, x'09');",
            )
            .unwrap();
        let alike = "SELECT count(*) FROM likely_duplicate";
        let before: u32 = connection.query_row(alike, [], |row| row.get(0)).unwrap();
        migrate(&mut connection).unwrap();
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap();
        assert_eq!((before, count(alike)), (2, 2));
        assert_eq!(
            (count("SELECT count(*) FROM set_aside"), count("SELECT count(*) FROM quarantine")),
            (0, 1)
        );
        let decide = "INSERT INTO duplicate_decision (one, other, goes_on, by, at, reason)
             VALUES (?1, ?2, x'02', x'07', 9, 'why')";
        assert!(connection.execute(decide, params![[2u8], [1u8]]).is_err());
        connection.execute(decide, params![[1u8], [2u8]]).unwrap();
        assert_eq!((count(alike), count("SELECT count(*) FROM set_aside")), (0, 1));
    }

    #[test]
    fn a_service_of_before_or_after_the_urgent_numbers_learns_of_taken_off_phones_and_logbooks() {
        for version in [6, 7] {
            let mut connection = Connection::open_in_memory().unwrap();
            for script in &MIGRATIONS[..version] {
                connection.execute_batch(script).unwrap();
            }
            connection.pragma_update(None, "user_version", version).unwrap();
            connection
                .execute_batch(
                    "INSERT INTO user (id, name, role) VALUES (x'07', 'Bronwen', 'link_worker');
                     INSERT INTO device VALUES (x'01', x'07', 5, NULL), (x'02', x'07', 5, 9),
                         (x'03', x'07', 5, 5);
                     INSERT INTO standing VALUES (x'0a', 1, 0);
                     INSERT INTO case_log (case_id, latest_position, projected_position)
                         VALUES (x'0a', 7, 7);",
                )
                .unwrap();
            migrate(&mut connection).unwrap();
            let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, u32>(0));
            for (sql, expected) in [
                ("SELECT count(*) FROM device WHERE adopted AND id = x'03'", 1),
                ("SELECT count(*) FROM device WHERE adopted", 1),
                ("SELECT count(*) FROM standing WHERE carried AND NOT logbook", 1),
                ("SELECT projected_position FROM case_log", 0),
                ("SELECT count(*) FROM service_number", 0),
                ("SELECT count(*) FROM suggestion_decision", 0),
            ] {
                assert_eq!(count(sql), Ok(expected), "from version {version}: {sql}");
            }
        }
    }
}
