//! Which records look like one person's, or share a referral: kept as pairs, both ways, and brought up
//! to date with each record. Whichever of two is worked out last finds the other, so that no order
//! of projection matters.

use rusqlite::{Error, Transaction};
use shared::ids::CaseId;

/// Forgets whom a record is like. That it was like them goes with it.
///
/// # Errors
/// When the database refuses.
pub fn forget(tx: &Transaction<'_>, case: CaseId) -> Result<(), Error> {
    let sql = "DELETE FROM alike WHERE case_id = ?1 OR other = ?1";
    tx.prepare_cached(sql)?.execute([case.as_bytes()])?;
    Ok(())
}

/// Finds whom a record is like, once its match keys and entries are there.
///
/// # Errors
/// When the database refuses.
pub fn find(tx: &Transaction<'_>, case: CaseId) -> Result<(), Error> {
    let sql = "INSERT INTO alike (case_id, other)
         SELECT ?1, other.case_id FROM match_key AS mine
         JOIN match_key AS other ON other.key_hash = mine.key_hash
         WHERE mine.case_id = ?1 AND other.case_id <> ?1
         UNION
         SELECT ?1, other.case_id FROM coded_entry AS mine
         JOIN coded_entry AS other ON other.row_id = mine.row_id
         WHERE mine.case_id = ?1 AND other.case_id <> ?1
         UNION
         SELECT ?1, packed.case_id FROM coded_entry AS mine
         JOIN settlement AS packed ON packed.row_id = mine.row_id
         WHERE mine.case_id = ?1 AND packed.case_id <> ?1
         UNION
         SELECT ?1, other.case_id FROM settlement AS packed
         JOIN coded_entry AS other ON other.row_id = packed.row_id
         WHERE packed.case_id = ?1 AND other.case_id <> ?1";
    if tx.prepare_cached(sql)?.execute([case.as_bytes()])? > 0 {
        let both_ways = "INSERT INTO alike (case_id, other)
             SELECT other, case_id FROM alike WHERE case_id = ?1";
        tx.prepare_cached(both_ways)?.execute([case.as_bytes()])?;
    }
    Ok(())
}
