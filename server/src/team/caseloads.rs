//! Who carries how many people.

use maud::{Markup, html};
use rusqlite::Transaction;
use shared::{case::Role, ids::UserId};

use super::{Desk, caseload};
use crate::{
    page::counted,
    store::{StoreError, column},
};

/// What a caseload of a year comes to, at most.
const CASELOAD_TYPICAL_MAX: u32 = 250;

/// Whom one worker carries.
pub(super) struct Caseload {
    user: UserId,
    /// People whose referral is neither declined nor closed.
    carried: u32,
    /// Of all their people, those whose answer is contested.
    contested: u32,
    /// People whose episodes are over, and whom they can still read.
    over: u32,
}

/// Everybody who works with people, and whoever else still has somebody.
pub(super) fn read(tx: &Transaction<'_>) -> Result<Vec<Caseload>, StoreError> {
    // A case that was not worked out yet is carried: it has only just come. A logbook is no case
    // of anybody's, and whoever has two records is one person.
    let sql = "SELECT user.id, role, active,
            ifnull(sum(access.case_id IS NOT NULL AND NOT ifnull(standing.logbook, 0)), 0),
            ifnull(sum(access.case_id IS NOT NULL AND ifnull(standing.carried, 1)), 0),
            ifnull(sum(standing.contested), 0)
         FROM user
         LEFT JOIN access ON access.user = user.id AND revoked_position IS NULL
            AND access.case_id NOT IN (SELECT case_id FROM set_aside)
         LEFT JOIN standing ON standing.case_id = access.case_id
         GROUP BY user.id ORDER BY 5 DESC, name, user.id";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        let (role, active): (Role, bool) = (column::role(row, 1)?, row.get(2)?);
        let (all, carried): (u32, u32) = (row.get(3)?, row.get(4)?);
        let user = column::user(row, 0)?;
        let caseload =
            Caseload { user, carried, contested: row.get(5)?, over: all.saturating_sub(carried) };
        Ok((all > 0 || active && role.may_be_coded(), caseload))
    })?;
    let rows: Vec<(bool, Caseload)> = rows.collect::<Result<_, _>>()?;
    Ok(rows.into_iter().filter(|(shown, _)| *shown).map(|(_, caseload)| caseload).collect())
}

pub(super) fn section(desk: &Desk) -> Markup {
    let carrying = desk.caseloads.iter().filter(|caseload| caseload.carried > 0).count();
    html! {
        section aria-labelledby="caseloads" {
            h2 id="caseloads" { "Caseloads" }
            @if desk.caseloads.is_empty() {
                p { "Nobody on the team works with people yet." }
            } @else {
                p { (counted(carrying, "person carries", "people carry")) " a caseload." }
                table class="nhsuk-table" {
                    caption class="nhsuk-u-visually-hidden" { "People carried by each worker" }
                    thead { tr {
                        th scope="col" { "Worker" } th scope="col" { "People carried" }
                        th scope="col" { "Contested" } th scope="col" { "Declined or closed" }
                    } }
                    tbody { @for caseload in &desk.caseloads { tr {
                        td { a href=(caseload::path(Some(caseload.user))) {
                            (desk.name(&caseload.user)) } }
                        td { (caseload.carried) " of " (CASELOAD_TYPICAL_MAX) }
                        td { (caseload.contested) } td { (caseload.over) }
                    } } }
                }
                p { "Open a worker's caseload to share it while somebody is away, or to hand it over. "
                    a href=(caseload::path(None)) { "People whom nobody has" } }
            }
        }
    }
}
