//! Contacts per episode of care, against what is usual, and where the episodes stand.

use rusqlite::Row;
use shared::case::event::{ContactMode, ContactOutcome};

use super::{
    Question,
    chart::{Bar, Chart},
    spread::{Spread, share},
    table::{Column, Report, Table, figure, words},
};
use crate::store::StoreError;

/// How many contacts an episode usually has over three months.
const USUAL: std::ops::RangeInclusive<u32> = 6..=12;

const AGAINST: &[Column] = &[
    words("contacts", "Contacts in three months"),
    figure("episodes", "Episodes"),
    figure("share", "Share"),
    figure("still_running", "Still in their three months"),
];
const STANDING: &[Column] = &[words("standing", "Where it stands"), figure("episodes", "Episodes")];
const MODES: &[Column] = &[
    words("mode", "How"),
    figure("met", "Met"),
    figure("no_answer", "No answer"),
    figure("did_not_come", "Did not come"),
];

/// How many contacts accepted episodes had: those whose three months are over, and the others.
#[derive(Default)]
struct Contacts {
    over: Spread,
    running: Spread,
}

pub(super) fn read(question: &Question<'_>) -> Result<Report, StoreError> {
    let contacts = Contacts::read(question)?;
    let tables =
        vec![against(&contacts), distribution(&contacts), standing(question)?, modes(question)?];
    Ok(Report { tables, beside: None })
}

impl Contacts {
    fn read(question: &Question<'_>) -> Result<Self, StoreError> {
        let sql = "SELECT met_in_three_months, ended_on IS NOT NULL OR three_months_on <= ?3,
                count(*)
             FROM counted_episode
             WHERE referred_on BETWEEN ?1 AND ?2 AND accepted_on IS NOT NULL GROUP BY 1, 2";
        let mut statement = question.tx.prepare_cached(sql)?;
        let [first, last] = question.period.days();
        let mut rows = statement.query([first, last, question.facts.today.to_string()])?;
        let mut contacts = Self::default();
        while let Some(row) = rows.next()? {
            let is_over: bool = row.get(1)?;
            let spread = if is_over { &mut contacts.over } else { &mut contacts.running };
            spread.add(row.get(0)?, row.get(2)?);
        }
        Ok(contacts)
    }

    fn row(&self, label: &str, range: impl std::ops::RangeBounds<u32> + Clone) -> Vec<String> {
        let over = self.over.within(range.clone());
        vec![
            label.to_owned(),
            over.to_string(),
            share(over, self.over.count()),
            self.running.within(range).to_string(),
        ]
    }

    fn is_empty(&self) -> bool {
        self.over.count() + self.running.count() == 0
    }
}

fn against(contacts: &Contacts) -> Table {
    let [lower, median, upper] = contacts.over.fields();
    let rows = match contacts.is_empty() {
        true => Vec::new(),
        false => vec![
            contacts.row("Fewer than 6", ..*USUAL.start()),
            contacts.row("6 to 12", USUAL),
            contacts.row("More than 12", USUAL.end() + 1..),
        ],
    };
    Table {
        key: "against_usual",
        caption: "Contacts per episode, against 6 to 12 over three months",
        counted: format!(
            "Episodes that people were referred into in this period and accepted. A contact counts \
             where they met or spoke about support within three months of the first time; \
             attempts, welfare calls, booking calls and administration do not. Shares are of the \
             episodes whose three months are over, or that ended before. Their median is {median} \
             contacts, the quartiles {lower} and {upper}. 6 to 12 contacts over three months is \
             what is usual in social prescribing."
        ),
        columns: AGAINST,
        rows,
        total: Some(contacts.row("All", ..)),
        chart: Some(Chart {
            unit: "episodes whose three months are over",
            bars: vec![
                Bar::of("Fewer than 6", contacts.over.within(..*USUAL.start())),
                Bar::of("6 to 12", contacts.over.within(USUAL)),
                Bar::of("More than 12", contacts.over.within(USUAL.end() + 1..)),
            ],
            mark: None,
        }),
        empty: "Nobody was referred in this period and accepted.",
    }
}

/// One row for each number, up to the one beyond what is usual.
fn distribution(contacts: &Contacts) -> Table {
    let beyond = USUAL.end() + 1;
    let mut rows = Vec::new();
    if !contacts.is_empty() {
        rows.extend((0..beyond).map(|number| contacts.row(&number.to_string(), number..=number)));
        rows.push(contacts.row("13 or more", beyond..));
    }
    Table {
        key: "distribution",
        caption: "How many contacts the episodes had",
        counted: "The same episodes, by their number of contacts.".to_owned(),
        columns: AGAINST,
        rows,
        total: None,
        chart: None,
        empty: "Nobody was referred in this period and accepted.",
    }
}

fn standing(question: &Question<'_>) -> Result<Table, StoreError> {
    let sql = "SELECT standing, count(*) FROM counted_episode
         WHERE referred_on BETWEEN ?1 AND ?2 GROUP BY 1 ORDER BY 2 DESC, 1";
    let mut statement = question.tx.prepare_cached(sql)?;
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let lines = statement.query_map(question.period.days(), read)?;
    let lines: Vec<(String, u32)> = lines.collect::<Result<_, _>>()?;
    let all: u32 = lines.iter().map(|(_, episodes)| episodes).sum();
    Ok(Table {
        key: "standing",
        caption: "Where the episodes stand now",
        counted:
            "Every episode that somebody was referred into in this period, accepted or not, as \
                  it stands today. A person with two referrals has two episodes."
                .to_owned(),
        columns: STANDING,
        chart: Some(Chart {
            unit: "episodes",
            bars: lines.iter().map(|(standing, episodes)| Bar::of(standing, *episodes)).collect(),
            mark: None,
        }),
        rows: lines.into_iter().map(|(standing, n)| vec![standing, n.to_string()]).collect(),
        total: Some(vec!["All".to_owned(), all.to_string()]),
        empty: "Nobody was referred in this period.",
    })
}

fn modes(question: &Question<'_>) -> Result<Table, StoreError> {
    let sql = "SELECT mode, sum(outcome = ?3), sum(outcome = ?4), sum(outcome = ?5)
         FROM report_contact WHERE event_date BETWEEN ?1 AND ?2 GROUP BY 1";
    let [first, last] = question.period.days();
    let [seen, no_answer, did_not_attend] = ContactOutcome::ALL.map(ContactOutcome::words);
    let mut statement = question.tx.prepare_cached(sql)?;
    let asked = [&first, &last, seen, no_answer, did_not_attend];
    let read = |row: &Row<'_>| Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?]));
    let lines: Vec<(String, [u32; 3])> =
        statement.query_map(asked, read)?.collect::<Result<_, _>>()?;
    let of = |mode: ContactMode| lines.iter().find(|(words, _)| words == mode.words());
    let row = |label: &str, counts: [u32; 3]| {
        let mut row = vec![label.to_owned()];
        row.extend(counts.map(|count| count.to_string()));
        row
    };
    let sum = |at: usize| lines.iter().map(|(_, counts)| counts[at]).sum();
    Ok(Table {
        key: "modes",
        caption: "Contacts and attempts by how they were made",
        counted: "Every contact and attempt that happened in this period, whatever it was for and \
                  whenever the person was referred. What was done before the referral is under \
                  activity that is not coded."
            .to_owned(),
        columns: MODES,
        rows: ContactMode::ALL
            .into_iter()
            .filter_map(of)
            .map(|(mode, counts)| row(mode, *counts))
            .collect(),
        total: Some(row("All", [sum(0), sum(1), sum(2)])),
        chart: None,
        empty: "There was no contact in this period.",
    })
}
