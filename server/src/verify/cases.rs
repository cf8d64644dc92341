//! Whether every change is what its hash says, and every case what its changes say.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Row, Transaction, params};
use shared::{
    document::{ChangeHash, Document},
    ids::CaseId,
    intake::IncomingChange,
};

use super::{LINES_MAX, Report};
use crate::store::{StoreError, column, log, snapshots};

/// Goes through the cases one by one, so that memory does not grow with their number.
pub(super) fn check(tx: &Transaction<'_>, report: &mut Report) -> Result<(), StoreError> {
    let mut lines = Vec::new();
    let mut statement = tx.prepare("SELECT DISTINCT case_id FROM change ORDER BY case_id")?;
    for case in statement.query_map([], |row| column::case(row, 0))? {
        let case = case?;
        report.cases += 1;
        report.changes += check_case(tx, case, &mut lines)?;
        lines.truncate(LINES_MAX);
    }
    report.differences.append(&mut lines);
    check_case_log(tx, report)
}

/// A row of the change log.
struct Stored {
    position: u64,
    hash: Vec<u8>,
    bytes: Vec<u8>,
}

/// Checks one case. Says how many changes it has.
fn check_case(
    tx: &Transaction<'_>,
    case: CaseId,
    lines: &mut Vec<String>,
) -> Result<u64, StoreError> {
    let sql = "SELECT position, hash, bytes FROM change WHERE case_id = ?1 ORDER BY position";
    let mut statement = tx.prepare_cached(sql)?;
    let read =
        |row: &Row<'_>| Ok(Stored { position: row.get(0)?, hash: row.get(1)?, bytes: row.get(2)? });
    let stored: Vec<Stored> =
        statement.query_map(params![case.as_bytes()], read)?.collect::<Result<_, _>>()?;
    let mut known: BTreeSet<ChangeHash> = BTreeSet::new();
    let mut changes = Vec::with_capacity(stored.len());
    for Stored { position, hash, bytes } in &stored {
        let place = format!("change at position {position} of case {case}");
        let parsed = IncomingChange::parse(bytes).ok();
        let Some(change) = parsed.filter(|change| change.hash().0.as_slice() == hash) else {
            lines.push(format!("{place}: the stored bytes do not match its hash"));
            continue;
        };
        if !change.dependencies().all(|dependency| known.contains(&dependency)) {
            lines.push(format!("{place}: a change that it follows is not before it"));
        }
        known.insert(change.hash());
        changes.push(change);
    }
    let whole = changes.len() == stored.len();
    match rebuilt(&changes) {
        Some(document) => {
            check_snapshot(tx, case, &document, lines)?;
            check_heads(tx, case, &document, lines)?;
        }
        // A damaged change has been named already.
        None if whole => lines.push(format!("case {case}: its changes do not make a document")),
        None => {}
    }
    Ok(u64::try_from(stored.len()).unwrap_or(u64::MAX))
}

/// The document that the changes make, if all of them fit in.
pub(super) fn rebuilt(changes: &[IncomingChange]) -> Option<Document> {
    let mut document = Document::empty();
    document.apply(changes).ok()?;
    changes.iter().all(|change| document.has(&change.hash())).then_some(document)
}

fn check_snapshot(
    tx: &Transaction<'_>,
    case: CaseId,
    rebuilt: &Document,
    lines: &mut Vec<String>,
) -> Result<(), StoreError> {
    let line = match snapshots::snapshot(tx, case)? {
        None => format!("case {case}: there is no snapshot of it"),
        Some((_, saved)) => match Document::load(&saved) {
            Ok(saved) if saved.heads() == rebuilt.heads() => return Ok(()),
            Ok(_) => format!("case {case}: its snapshot differs from its changes"),
            Err(_) => format!("case {case}: its snapshot cannot be read"),
        },
    };
    lines.push(line);
    Ok(())
}

/// The heads under the seals; a case that was last written by an earlier program has none.
fn check_heads(
    tx: &Transaction<'_>,
    case: CaseId,
    rebuilt: &Document,
    lines: &mut Vec<String>,
) -> Result<(), StoreError> {
    let sql = "SELECT heads FROM case_log WHERE case_id = ?1 AND heads <> x''";
    let mut statement = tx.prepare_cached(sql)?;
    let column =
        statement.query_row([case.as_bytes()], |row| row.get::<_, Vec<u8>>(0)).optional()?;
    if column.is_some_and(|column| log::heads(&column) != rebuilt.heads()) {
        lines.push(format!("case {case}: its heads differ from its changes"));
    }
    Ok(())
}

fn check_case_log(tx: &Transaction<'_>, report: &mut Report) -> Result<(), StoreError> {
    let sql = "SELECT case_id FROM case_log LEFT JOIN
            (SELECT case_id AS of_case, max(position) AS latest FROM change GROUP BY case_id)
            ON of_case = case_id
         WHERE ifnull(latest, 0) <> latest_position
         UNION SELECT case_id FROM change WHERE case_id NOT IN (SELECT case_id FROM case_log)
         LIMIT ?1";
    let mut statement = tx.prepare(sql)?;
    for case in statement.query_map([LINES_MAX], |row| column::case(row, 0))? {
        let case = case?;
        report.differences.push(format!("case {case}: its latest position differs from the log"));
    }
    Ok(())
}
