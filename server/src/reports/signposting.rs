//! Which services people were told of, and needs for which nothing was named.

use rusqlite::Row;
use shared::case::picklist::Need;

use super::{
    Question,
    chart::{Bar, Chart},
    spread::share,
    table::{Column, Report, Table, figure, words},
};
use crate::store::StoreError;

const BY_SERVICE: &[Column] = &[
    words("service", "Service"),
    figure("times_named", "Times named"),
    figure("introduced", "With an introduction"),
    figure("followed_up", "How it went is recorded"),
    figure("not_followed_up", "Nothing recorded since"),
];
const BY_NEED: &[Column] = &[
    words("need", "Need"),
    figure("episodes", "Episodes"),
    figure("times_named", "Services named"),
    figure("introduced", "With an introduction"),
    figure("followed_up", "How it went is recorded"),
];
const UNMET: &[Column] = &[
    words("need", "Need"),
    figure("episodes", "Episodes"),
    figure("nothing_found", "Looked for, nothing found"),
    figure("nothing_named_and_over", "Nothing named, and the episode is over"),
    figure("nothing_named_so_far", "Nothing named so far"),
    figure("share_with_nothing", "Share with nothing named"),
];

pub(super) fn read(question: &Question<'_>) -> Result<Report, StoreError> {
    let needs = needs(question)?;
    Ok(Report { tables: vec![by_service(question)?, by_need(&needs), unmet(&needs)], beside: None })
}

fn by_service(question: &Question<'_>) -> Result<Table, StoreError> {
    // The name is that of the latest day: the directory may have corrected it meanwhile.
    let sql = "SELECT name, count(*), sum(introduced), sum(followed_up), max(event_date)
         FROM counted_signposting WHERE event_date BETWEEN ?1 AND ?2
         GROUP BY service, iif(service = '', name, '') ORDER BY 2 DESC, 1";
    let mut statement = question.tx.prepare_cached(sql)?;
    let read = |row: &Row<'_>| Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?]));
    let lines = statement.query_map(question.period.days(), read)?;
    let lines: Vec<(String, [u32; 3])> = lines.collect::<Result<_, _>>()?;
    let row = |label: &str, [named, introduced, followed_up]: [u32; 3]| {
        let mut row = vec![label.to_owned()];
        let counts = [named, introduced, followed_up, named.saturating_sub(followed_up)];
        row.extend(counts.map(|count| count.to_string()));
        row
    };
    let sum = |at: usize| lines.iter().map(|(_, counts)| counts[at]).sum();
    Ok(Table {
        key: "by_service",
        caption: "Signposting by service",
        counted: "Each time that a service of the directory was named to a person in this period, \
                  under its name on the latest of these days. How it went is in the worker's own \
                  words in the person's record, so here it only counts whether somebody recorded \
                  it."
        .to_owned(),
        columns: BY_SERVICE,
        rows: lines.iter().map(|(name, counts)| row(name, *counts)).collect(),
        total: Some(row("All services", [sum(0), sum(1), sum(2)])),
        chart: Some(Chart {
            unit: "times named",
            bars: lines.iter().map(|(name, [named, ..])| Bar::of(name, *named)).collect(),
            mark: None,
        }),
        empty: "No service was named in this period.",
    })
}

/// What became of a need, over the episodes in which it came to light.
struct NeedLine {
    need: Need,
    episodes: u32,
    /// Services named, of them with an introduction, and followed up.
    services: [u32; 3],
    /// Episodes in which nothing was named for it: over, and open.
    unmet_over: u32,
    unmet_so_far: u32,
    /// Episodes in which somebody looked for a service for it and found none.
    nothing_found: u32,
}

impl NeedLine {
    fn unmet(&self) -> u32 {
        self.unmet_over + self.unmet_so_far
    }
}

fn needs(question: &Question<'_>) -> Result<Vec<NeedLine>, StoreError> {
    let sql = "SELECT need, count(*), sum(services), sum(introduced), sum(followed_up),
             sum(services = 0 AND ended_on IS NOT NULL), sum(services = 0 AND ended_on IS NULL),
             sum(nothing_found > 0)
         FROM counted_need JOIN report_episode USING (case_id, episode)
         WHERE noted_on BETWEEN ?1 AND ?2 GROUP BY 1 ORDER BY 2 DESC, 1";
    let read = |row: &Row<'_>| {
        Ok(NeedLine {
            need: Need::new(row.get::<_, String>(0)?),
            episodes: row.get(1)?,
            services: [row.get(2)?, row.get(3)?, row.get(4)?],
            unmet_over: row.get(5)?,
            unmet_so_far: row.get(6)?,
            nothing_found: row.get(7)?,
        })
    };
    let mut statement = question.tx.prepare_cached(sql)?;
    let needs = statement.query_map(question.period.days(), read)?;
    Ok(needs.collect::<Result<_, _>>()?)
}

fn by_need(needs: &[NeedLine]) -> Table {
    let row = |line: &NeedLine| {
        let mut row = vec![line.need.label().to_owned(), line.episodes.to_string()];
        row.extend(line.services.map(|count| count.to_string()));
        row
    };
    Table {
        key: "by_need",
        caption: "Signposting by need",
        counted: "Needs that came to light in this period, once for each episode of care, and the \
                  services that were named for them at any time since. A service counts for each \
                  need of the contact in which it was named; where that contact has none, for \
                  every need that the episode had by then. So one service may count for several \
                  needs, and no sum is given."
            .to_owned(),
        columns: BY_NEED,
        rows: needs.iter().map(row).collect(),
        total: None,
        chart: Some(Chart {
            unit: "episodes in which the need came to light",
            bars: needs.iter().map(|line| Bar::of(line.need.label(), line.episodes)).collect(),
            mark: None,
        }),
        empty: "No need was noted in this period.",
    }
}

fn unmet(needs: &[NeedLine]) -> Table {
    let row = |line: &NeedLine| {
        vec![
            line.need.label().to_owned(),
            line.episodes.to_string(),
            line.nothing_found.to_string(),
            line.unmet_over.to_string(),
            line.unmet_so_far.to_string(),
            share(line.unmet(), line.episodes),
        ]
    };
    Table {
        key: "unmet",
        caption: "Unmet need",
        counted: "Of the same needs, those for which a worker recorded that they looked for a \
                  service and found none; and those for which no service was named in the episode, \
                  whether one was looked for or not."
            .to_owned(),
        columns: UNMET,
        rows: needs.iter().map(row).collect(),
        total: None,
        chart: Some(Chart {
            unit: "episodes in which nothing was named for the need",
            bars: needs.iter().map(|line| Bar::of(line.need.label(), line.unmet())).collect(),
            mark: None,
        }),
        empty: "No need was noted in this period.",
    }
}
