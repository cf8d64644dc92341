//! Whether every position of the log is there, once.

use rusqlite::Transaction;

use super::{LINES_MAX, Report};
use crate::store::{StoreError, log};

/// Goes through the positions in order.
pub(super) fn check(tx: &Transaction<'_>, report: &mut Report) -> Result<(), StoreError> {
    let end = log::head(tx)?.end;
    let sql = "SELECT position FROM change UNION ALL SELECT position FROM access_log
         UNION ALL SELECT position FROM quarantine WHERE position IS NOT NULL
         ORDER BY position";
    let mut statement = tx.prepare(sql)?;
    let positions = statement.query_map([], |row| row.get::<_, u64>(0))?;
    let mut last = 0;
    let mut lines = Vec::new();
    for position in positions {
        let position = position?;
        if position == last {
            lines.push(format!("position {position}: given out twice"));
        } else if position > last + 1 {
            lines.push(missing(last + 1, position - 1));
        }
        last = position;
    }
    if last < end {
        lines.push(missing(last + 1, end));
    } else if last > end {
        lines.push(format!("position {last}: beyond the end of the log, which is {end}"));
    }
    lines.truncate(LINES_MAX);
    report.differences.append(&mut lines);
    Ok(())
}

fn missing(from: u64, to: u64) -> String {
    match from == to {
        true => format!("position {from}: missing from the log"),
        false => format!("positions {from} to {to}: missing from the log"),
    }
}
