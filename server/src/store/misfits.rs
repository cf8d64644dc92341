//! Changes that a push could not know to be wrong, since it opens no document: they were stored, and
//! then did not fit their case's record. They are kept apart, and the case goes on without them.

use rusqlite::{OptionalExtension, Transaction, params};
use shared::{cbor, document::ChangeHash, ids::CaseId, sync::wire::Verdict};

use super::{
    StoreError, ledger,
    log::{self, Appender},
};

/// What the sender of this change is told, if it did not fit.
///
/// # Errors
/// When the database refuses.
pub fn verdict(
    tx: &Transaction<'_>,
    case: CaseId,
    hash: &ChangeHash,
) -> Result<Option<Verdict>, StoreError> {
    let sql = "SELECT verdict FROM quarantine
         WHERE case_id = ?1 AND hash = ?2 AND verdict <> ?3";
    let mut statement = tx.prepare_cached(sql)?;
    let key = params![case.as_bytes(), hash.0, number_of(Verdict::Quarantined)];
    let number = statement.query_row(key, |row| row.get::<_, u8>(0)).optional()?;
    Ok(number.map(verdict_of))
}

/// The verdict of this number in the protocol.
fn verdict_of(number: u8) -> Verdict {
    cbor::decode(&[number]).unwrap_or(Verdict::DoesNotFit)
}

/// The number of this verdict in the protocol.
pub fn number_of(verdict: Verdict) -> u8 {
    cbor::encode(&verdict)[0]
}

/// Takes changes out of the log, keeps them apart, and gives the case anew to everybody who has it,
/// so that a phone that could not read it gets the whole of what is left.
///
/// # Errors
/// When the database refuses.
pub fn keep_apart(
    tx: &Transaction<'_>,
    case: CaseId,
    misfits: &[(ChangeHash, Verdict)],
    now_ms: i64,
) -> Result<(), StoreError> {
    for (hash, verdict) in misfits {
        let sql = "INSERT OR REPLACE INTO quarantine
                (case_id, hash, device, author, received_at, bytes, verdict, position)
             SELECT case_id, hash, device, author, received_at, bytes, ?3, position
             FROM change WHERE case_id = ?1 AND hash = ?2";
        let key = params![case.as_bytes(), hash.0, number_of(*verdict)];
        tx.prepare_cached(sql)?.execute(key)?;
        let sql = "DELETE FROM change WHERE case_id = ?1 AND hash = ?2";
        tx.prepare_cached(sql)?.execute(params![case.as_bytes(), hash.0])?;
    }
    // It is of the case as it was.
    tx.prepare_cached("DELETE FROM snapshot WHERE case_id = ?1")?.execute([case.as_bytes()])?;
    ledger::forget(tx, case)?;
    log::count_again(tx, case)?;
    let mut appender = Appender::open(tx, now_ms)?;
    appender.give_again(case)?;
    appender.finish()
}
