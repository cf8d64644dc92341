//! Activity that is not coded, activity without a person, and case studies (rule 5).

use maud::{Markup, html};
use rusqlite::Row;
use shared::ids::UserId;

use super::{
    Question,
    chart::{Bar, Chart},
    table::{Column, Report, Table, figure, words},
};
use crate::{
    page,
    store::{
        StoreError, column,
        logbook::{self, LoggedLine, StudyLine},
    },
};

const BY_REASON: &[Column] = &[
    words("why_it_is_not_coded", "Why it is not coded"),
    figure("entries", "Entries"),
    figure("minutes", "Minutes"),
];
const NOT_CODED: &[Column] = &[
    words("month", "Month"),
    words("worker", "Worker"),
    words("why_it_is_not_coded", "Why it is not coded"),
    figure("entries", "Entries"),
    figure("minutes", "Minutes"),
];
const WITHOUT_PERSON: &[Column] = &[
    words("month", "Month"),
    words("worker", "Worker"),
    words("activity", "Activity"),
    figure("entries", "Entries"),
    figure("minutes", "Minutes"),
];

/// Activity of one person in one month for one reason.
struct Line {
    month: String,
    author: UserId,
    reason: String,
    entries: u32,
    minutes: u32,
}

pub(super) fn read(question: &Question<'_>) -> Result<Report, StoreError> {
    let days = question.period.days();
    let logged = logbook::activity(question.tx, &days)?;
    let studies = logbook::studies(question.tx, &days)?;
    Ok(Report {
        tables: vec![
            by_reason(question)?,
            not_coded(question, &lines(question)?),
            without_person(question, &logged),
        ],
        beside: Some(case_studies(question, &studies)),
    })
}

fn lines(question: &Question<'_>) -> Result<Vec<Line>, StoreError> {
    let sql = "SELECT substr(event_date, 1, 7), author, words, count(*), sum(minutes)
         FROM activity WHERE event_date BETWEEN ?1 AND ?2
         GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2, 3";
    let read = |row: &Row<'_>| {
        Ok(Line {
            month: row.get(0)?,
            author: column::user(row, 1)?,
            reason: row.get(2)?,
            entries: row.get(3)?,
            minutes: row.get(4)?,
        })
    };
    let mut statement = question.tx.prepare_cached(sql)?;
    let lines = statement.query_map(question.period.days(), read)?;
    Ok(lines.collect::<Result<_, _>>()?)
}

fn by_reason(question: &Question<'_>) -> Result<Table, StoreError> {
    let sql = "SELECT words, count(*), sum(minutes) FROM activity
         WHERE event_date BETWEEN ?1 AND ?2 GROUP BY 1 ORDER BY 2 DESC, 1";
    let mut statement = question.tx.prepare_cached(sql)?;
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let lines = statement.query_map(question.period.days(), read)?;
    let lines: Vec<(String, u32, u32)> = lines.collect::<Result<_, _>>()?;
    let bars = lines.iter().map(|(reason, entries, _)| Bar::of(reason, *entries)).collect();
    let sums = (lines.iter().map(|line| line.1).sum(), lines.iter().map(|line| line.2).sum());
    Ok(Table {
        key: "by_reason",
        caption: "Activity that is not coded, by reason",
        counted: "Every entry of a person's record that the guidance on coding keeps out of the \
                  practice's, with all its minutes: preparation, session, write-up and \
                  research. The first yes or no to a referral is coded, so it is not among them. \
                  Entries that were withdrawn do not count."
            .to_owned(),
        columns: BY_REASON,
        rows: lines
            .into_iter()
            .map(|(reason, n, minutes)| with(vec![reason], n, minutes))
            .collect(),
        total: Some(with(vec!["All reasons".to_owned()], sums.0, sums.1)),
        chart: Some(Chart { unit: "entries", bars, mark: None }),
        empty: "Nothing of that kind was recorded in this period.",
    })
}

fn not_coded(question: &Question<'_>, lines: &[Line]) -> Table {
    let row = |line: &Line| {
        let worker = question.name(line.author);
        with(vec![line.month.clone(), worker, line.reason.clone()], line.entries, line.minutes)
    };
    Table {
        key: "not_coded",
        caption: "Activity that is not coded, by month and worker",
        counted: "The same entries, by the month in which they happened and by who recorded them."
            .to_owned(),
        columns: NOT_CODED,
        rows: lines.iter().map(row).collect(),
        total: None,
        chart: None,
        empty: "Nothing of that kind was recorded in this period.",
    }
}

fn without_person(question: &Question<'_>, logged: &[LoggedLine]) -> Table {
    let row = |line: &LoggedLine| {
        let worker = question.name(line.author);
        with(vec![line.month.clone(), worker, line.kind.clone()], line.entries, line.minutes)
    };
    Table {
        key: "without_person",
        caption: "Activity without a person",
        counted: "What workers noted on the phone, under More, that belongs to nobody's record: \
                  meetings, relationships, training and the like. It is never coded."
            .to_owned(),
        columns: WITHOUT_PERSON,
        rows: logged.iter().map(row).collect(),
        total: None,
        chart: None,
        empty: "Nobody noted any in this period. It is noted on the phone, under More.",
    }
}

fn with(mut fields: Vec<String>, entries: u32, minutes: u32) -> Vec<String> {
    fields.extend([entries.to_string(), minutes.to_string()]);
    fields
}

fn case_studies(question: &Question<'_>, studies: &[StudyLine]) -> Markup {
    html! {
        section aria-labelledby="studies" class="fp-desk-report" {
            h2 id="studies" { "Case studies" }
            p {
                "Accounts of what the service does, which name nobody, as workers wrote them. They \
                 are on this page and not in the file."
            }
            @if studies.is_empty() {
                p { "Nobody wrote one in this period. They are written on the phone, under More." }
            }
            @for study in studies {
                article class="fp-desk-study" {
                    h3 { (study.title) }
                    p class="fp-desk-quiet" {
                        (question.name(study.author)) ", " (page::date(&study.event_date))
                    }
                    p class="fp-desk-text" { (study.words) }
                }
            }
        }
    }
}
