//! What sessions take, by kind of time, against what is usual.

use std::{collections::BTreeMap, ops::RangeInclusive};

use shared::ids::UserId;

use super::{
    Question,
    chart::{Bar, Chart},
    spread::{Spread, share},
    table::{Column, Report, Table, figure, words},
};
use crate::store::{StoreError, column, reports::FIRST};

/// Minutes of a first session: 45 to an hour.
const FIRST_USUAL: RangeInclusive<u32> = 45..=60;
/// Minutes of a session after it.
const FOLLOW_UP_USUAL: RangeInclusive<u32> = 0..=30;
/// The kinds of time, in the order of the columns that are read.
const KINDS: [&str; 4] = ["Preparation", "Session", "Write-up", "Research"];
/// The session's place among them.
const SESSION: usize = 1;

const SESSIONS: &[Column] = &[
    words("worker", "Worker"),
    figure("sessions", "Sessions"),
    figure("lower_quartile", "Lower quartile"),
    figure("median", "Median"),
    figure("upper_quartile", "Upper quartile"),
    figure("shorter", "Shorter"),
    figure("as_usual", "In the usual range"),
    figure("longer", "Longer"),
    figure("share_as_usual", "Share in the usual range"),
];
const BY_KIND: &[Column] = &[
    words("kind_of_time", "Kind of time"),
    figure("lower_quartile", "Lower quartile"),
    figure("median", "Median"),
    figure("upper_quartile", "Upper quartile"),
    figure("minutes", "Minutes in all"),
    figure("share_of_minutes", "Share"),
];
const BY_WORKER: &[Column] = &[
    words("worker", "Worker"),
    words("kind_of_time", "Kind of time"),
    figure("sessions", "Sessions"),
    figure("lower_quartile", "Lower quartile"),
    figure("median", "Median"),
    figure("upper_quartile", "Upper quartile"),
    figure("minutes", "Minutes in all"),
];

/// Minutes of each kind.
type Kinds = [Spread; KINDS.len()];

/// What sessions took: of each worker, and of everybody.
#[derive(Default)]
struct Time {
    by_worker: BTreeMap<UserId, Sessions>,
    all: Sessions,
}

#[derive(Default)]
struct Sessions {
    first: Spread,
    follow_up: Spread,
    both: Kinds,
}

impl Sessions {
    fn add(&mut self, is_first: bool, minutes: [u32; KINDS.len()]) {
        let sessions = if is_first { &mut self.first } else { &mut self.follow_up };
        sessions.add(minutes[SESSION], 1);
        for (spread, minutes) in self.both.iter_mut().zip(minutes) {
            spread.add(minutes, 1);
        }
    }
}

pub(super) fn read(question: &Question<'_>) -> Result<Report, StoreError> {
    let time = Time::read(question)?;
    let tables = vec![
        time.first(question),
        time.follow_up(question),
        time.by_kind(),
        time.by_kind_and_worker(question),
    ];
    Ok(Report { tables, beside: None })
}

impl Time {
    fn read(question: &Question<'_>) -> Result<Self, StoreError> {
        let sql = "SELECT author, session_kind, preparation, session, write_up, research
             FROM report_contact WHERE event_date BETWEEN ?1 AND ?2 AND session_kind <> ''";
        let mut statement = question.tx.prepare_cached(sql)?;
        let mut rows = statement.query(question.period.days())?;
        let mut time = Self::default();
        while let Some(row) = rows.next()? {
            let is_first = row.get_ref(1)?.as_str().is_ok_and(|kind| kind == FIRST);
            let minutes = [row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?];
            time.by_worker.entry(column::user(row, 0)?).or_default().add(is_first, minutes);
            time.all.add(is_first, minutes);
        }
        Ok(time)
    }

    /// The workers by name, with what their sessions took.
    fn workers(&self, question: &Question<'_>) -> Vec<(String, &Sessions)> {
        let named = self.by_worker.iter().map(|(user, sessions)| (question.name(*user), sessions));
        let mut workers: Vec<_> = named.collect();
        workers.sort_by(|(one, _), (other, _)| one.cmp(other));
        workers
    }

    fn first(&self, question: &Question<'_>) -> Table {
        let counted = "The first time in an episode of care that somebody met the person for \
                       support, where it happened in this period: minutes of the session alone, as \
                       the worker recorded them. The usual range, in social prescribing, is \
                       45 minutes to an hour.";
        Table {
            key: "first_sessions",
            caption: "First sessions, against 45 to 60 minutes",
            counted: counted.to_owned(),
            ..self.sessions(question, |sessions| &sessions.first, FIRST_USUAL)
        }
    }

    fn follow_up(&self, question: &Question<'_>) -> Table {
        let counted = "Every later time in the episode that they met for support. The usual range \
                       is up to 30 minutes.";
        Table {
            key: "follow_ups",
            caption: "Follow-ups, against 30 minutes",
            counted: counted.to_owned(),
            ..self.sessions(question, |sessions| &sessions.follow_up, FOLLOW_UP_USUAL)
        }
    }

    /// A table of sessions of one sort; its name is the caller's.
    fn sessions(
        &self,
        question: &Question<'_>,
        of: impl Fn(&Sessions) -> &Spread,
        usual: RangeInclusive<u32>,
    ) -> Table {
        let workers: Vec<(String, &Spread)> = self
            .workers(question)
            .into_iter()
            .map(|(name, sessions)| (name, of(sessions)))
            .filter(|(_, spread)| spread.count() > 0)
            .collect();
        let bar = |(name, spread): &(String, &Spread)| {
            let [_, median, _] = spread.quartiles()?;
            let (label, length) = (name.clone(), median.quarters());
            Some(Bar { label, length, number: median.to_string() })
        };
        let most = usual.end() * 4;
        Table {
            key: "",
            caption: "",
            counted: String::new(),
            columns: SESSIONS,
            rows: workers.iter().map(|(name, spread)| against(name, spread, &usual)).collect(),
            total: Some(against("Everybody", of(&self.all), &usual)),
            chart: Some(Chart {
                unit: "median minutes of a session",
                bars: workers.iter().filter_map(bar).collect(),
                mark: Some((most, if usual.contains(&30) { "30" } else { "60" })),
            }),
            empty: "There was no such session in this period.",
        }
    }

    fn by_kind(&self) -> Table {
        let spreads = KINDS.iter().zip(&self.all.both);
        let all: u64 = self.all.both.iter().map(Spread::sum).sum();
        let in_all = |sum: u64| u32::try_from(sum).unwrap_or(u32::MAX);
        let row = |(kind, spread): (&&str, &Spread)| {
            let [lower, median, upper] = spread.fields();
            let share = share(in_all(spread.sum()), in_all(all));
            vec![(*kind).to_owned(), lower, median, upper, spread.sum().to_string(), share]
        };
        let none = self.all.both[SESSION].count() == 0;
        Table {
            key: "by_kind",
            caption: "What a session takes, by kind of time",
            counted:
                "First sessions and follow-ups together, of everybody: what each of them took \
                      in minutes of each kind. What somebody left empty counts as none."
                    .to_owned(),
            columns: BY_KIND,
            chart: Some(Chart {
                unit: "minutes in all",
                bars: spreads.clone().map(|(kind, s)| Bar::of(kind, in_all(s.sum()))).collect(),
                mark: None,
            }),
            rows: if none { Vec::new() } else { spreads.map(row).collect() },
            total: None,
            empty: "There was no session in this period.",
        }
    }

    fn by_kind_and_worker(&self, question: &Question<'_>) -> Table {
        let mut rows = Vec::new();
        for (name, sessions) in self.workers(question) {
            for (kind, spread) in KINDS.iter().zip(&sessions.both) {
                let [lower, median, upper] = spread.fields();
                let (count, sum) = (spread.count().to_string(), spread.sum().to_string());
                rows.push(vec![name.clone(), (*kind).into(), count, lower, median, upper, sum]);
            }
        }
        Table {
            key: "by_kind_and_worker",
            caption: "What a session takes, by kind of time and worker",
            counted: "The same sessions, by who recorded them.".to_owned(),
            columns: BY_WORKER,
            rows,
            total: None,
            chart: None,
            empty: "There was no session in this period.",
        }
    }
}

fn against(label: &str, spread: &Spread, usual: &RangeInclusive<u32>) -> Vec<String> {
    let [lower, median, upper] = spread.fields();
    let as_usual = spread.within(usual.clone());
    vec![
        label.to_owned(),
        spread.count().to_string(),
        lower,
        median,
        upper,
        spread.within(..*usual.start()).to_string(),
        as_usual.to_string(),
        spread.within(usual.end() + 1..).to_string(),
        share(as_usual, spread.count()),
    ]
}
