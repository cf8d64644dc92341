//! How many people each worker has, against what a caseload of a year comes to.

use rusqlite::Row;
use shared::{case::Role, ids::UserId};

use super::{
    Question,
    chart::{Bar, Chart},
    spread::share,
    table::{Column, Report, Table, figure, words},
};
use crate::store::{StoreError, column};

/// What a caseload of a year comes to, at most.
const CASELOAD_TYPICAL_MAX: u32 = 250;
const MONTHS_OF_A_YEAR: u32 = 12;

const COLUMNS: &[Column] = &[
    words("worker", "Worker"),
    figure("carried_now", "Carried now"),
    figure("new_in_period", "New in the period"),
    figure("carried_in_period", "Carried in the period"),
    figure("share_of_250_a_year", "Against 250 in a year"),
];

/// How many people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Carried {
    now: u32,
    new: u32,
    in_period: u32,
}

pub(super) fn read(question: &Question<'_>) -> Result<Report, StoreError> {
    let workers = workers(question)?;
    let typical_max = typical_max(question);
    let row = |label: String, carried: Carried, against: String| {
        let Carried { now, new, in_period } = carried;
        vec![label, now.to_string(), new.to_string(), in_period.to_string(), against]
    };
    let worker_row = |(user, carried): &(UserId, Carried)| {
        row(question.name(*user), *carried, share(carried.in_period, typical_max))
    };
    let bar =
        |(user, carried): &(UserId, Carried)| Bar::of(&question.name(*user), carried.in_period);
    let table = Table {
        key: "caseload",
        caption: "Caseload of each worker, against 250 in a year",
        counted: format!(
            "Carried now: people whom the worker has today and whose referral is neither declined \
             nor closed. New: of the people whom the worker has today, those who were referred in \
             the period. Carried in the period: those with an episode that was open on some day of \
             it. Somebody with two workers counts with both, and once in the last row, which has \
             those whom nobody carries any more, too. 250 in a year is {typical_max} in {}. It \
             is the most that is usual in social prescribing.",
            months(question)
        ),
        columns: COLUMNS,
        rows: workers.iter().map(worker_row).collect(),
        total: Some(row("Everybody".to_owned(), everybody(question)?, String::new())),
        chart: Some(Chart {
            unit: "people carried in the period",
            bars: workers.iter().map(bar).collect(),
            mark: Some((typical_max, "250 in a year")),
        }),
        empty: "Nobody is on the team yet.",
    };
    Ok(Report { tables: vec![table], beside: None })
}

/// The period's part of what is usual in a year.
fn typical_max(question: &Question<'_>) -> u32 {
    let months = u32::try_from(question.period.months()).unwrap_or(MONTHS_OF_A_YEAR);
    CASELOAD_TYPICAL_MAX * months / MONTHS_OF_A_YEAR
}

fn months(question: &Question<'_>) -> String {
    match question.period.months() {
        1 => "one month".to_owned(),
        months => format!("{months} months"),
    }
}

/// People with an episode that was open on some day of the period, and whether they were referred
/// in it.
const IN_PERIOD: &str = "SELECT case_id, max(referred_on >= ?1) AS new FROM counted_episode
     WHERE referred_on <= ?2 AND (ended_on IS NULL OR ended_on >= ?1) GROUP BY case_id";
/// People whom somebody has, neither declined nor closed. A case that was not worked out yet has
/// only just come.
const NOW: &str = "SELECT access.case_id, user FROM access
     LEFT JOIN standing ON standing.case_id = access.case_id
     WHERE revoked_position IS NULL AND ifnull(carried, 1)
         AND access.case_id NOT IN (SELECT case_id FROM set_aside)";

/// Everybody who works with people, and whoever else has somebody.
fn workers(question: &Question<'_>) -> Result<Vec<(UserId, Carried)>, StoreError> {
    let sql = format!(
        "WITH seen AS ({IN_PERIOD}), now AS ({NOW})
         SELECT user.id, role, active,
             (SELECT count(*) FROM now WHERE now.user = user.id) AS carried,
             ifnull(sum(seen.new), 0), count(seen.case_id)
         FROM user
         LEFT JOIN access ON access.user = user.id AND revoked_position IS NULL
         LEFT JOIN seen ON seen.case_id = access.case_id
         GROUP BY user.id ORDER BY 6 DESC, name, user.id"
    );
    let mut statement = question.tx.prepare_cached(&sql)?;
    let read = |row: &Row<'_>| {
        let (role, active): (Role, bool) = (column::role(row, 1)?, row.get(2)?);
        let carried = Carried { now: row.get(3)?, new: row.get(4)?, in_period: row.get(5)? };
        let is_shown = carried.now + carried.in_period > 0 || active && role.may_be_coded();
        Ok(is_shown.then_some((column::user(row, 0)?, carried)))
    };
    let workers = statement.query_map(question.period.days(), read)?;
    Ok(workers.filter_map(Result::transpose).collect::<Result<_, _>>()?)
}

/// Each person once.
fn everybody(question: &Question<'_>) -> Result<Carried, StoreError> {
    let sql = format!(
        "WITH seen AS ({IN_PERIOD}), now AS ({NOW})
         SELECT (SELECT count(DISTINCT case_id) FROM now), ifnull(sum(new), 0), count(*) FROM seen"
    );
    let read =
        |row: &Row<'_>| Ok(Carried { now: row.get(0)?, new: row.get(1)?, in_period: row.get(2)? });
    Ok(question.tx.prepare_cached(&sql)?.query_row(question.period.days(), read)?)
}
