//! What each practice is to enter, worked out from the cases.

use rusqlite::{Error, Transaction};
use shared::case::{Case, Defect};

use crate::service::ServiceFacts;

/// Brings the ledger up to date with one case.
///
/// # Errors
/// When the database refuses.
pub fn project(
    _tx: &Transaction<'_>,
    _case: &Case,
    _defects: &[Defect],
    _facts: &ServiceFacts,
) -> Result<(), Error> {
    Ok(())
}
