//! How the four ONS wellbeing scales changed, with small numbers kept back.

use rusqlite::Row;
use shared::ids::CaseId;

use super::{
    Question,
    chart::{Bar, Chart},
    spread::{NONE, share},
    suppress::{self, SHOWN_MIN, Shown},
    table::{Column, Report, Table, figure, words},
};
use crate::store::{StoreError, column};

/// The scales, each 0 to 10, and whether a higher number is better.
const SCALES: [(&str, bool); 4] = [
    ("Satisfied with life", true),
    ("Things done are worthwhile", true),
    ("Happy yesterday", true),
    ("Anxious (lower is better)", false),
];

const COLUMNS: &[Column] = &[
    words("scale", "Scale"),
    figure("people", "People"),
    figure("mean_first", "Mean at first"),
    figure("mean_latest", "Latest mean"),
    figure("mean_change", "Mean change"),
    figure("improved", "Improved"),
    figure("same", "The same"),
    figure("worse", "Worse"),
    figure("share_improved", "Share improved"),
];

/// One measurement.
struct Measured {
    case: CaseId,
    episode: String,
    on: String,
    scales: [i32; 4],
}

/// The first and the latest measurement of one person's episode.
type Pair = ([i32; 4], [i32; 4]);

pub(super) fn read(question: &Question<'_>) -> Result<Report, StoreError> {
    let [first_day, _] = question.period.days();
    let (pairs, once) = pairs(&measured(question)?, &first_day);
    Ok(Report { tables: vec![changes(&pairs, once)], beside: None })
}

/// Every measurement up to the end of the period, of each episode in order.
fn measured(question: &Question<'_>) -> Result<Vec<Measured>, StoreError> {
    let sql = "SELECT case_id, episode, event_date, satisfaction, worthwhile, happiness, anxiety
         FROM counted_wellbeing WHERE event_date <= ?1
         ORDER BY case_id, episode, event_date, event";
    let read = |row: &Row<'_>| {
        Ok(Measured {
            case: column::case(row, 0)?,
            episode: row.get(1)?,
            on: row.get(2)?,
            scales: [row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?],
        })
    };
    let [_, last] = question.period.days();
    let mut statement = question.tx.prepare_cached(sql)?;
    Ok(statement.query_map([last], read)?.collect::<Result<_, _>>()?)
}

/// Of each person the last episode with a measurement in the period: the first and the latest
/// measurement of it; and how many people have only one.
fn pairs(measured: &[Measured], first_day: &str) -> (Vec<Pair>, u32) {
    let (mut pairs, mut once) = (Vec::new(), 0);
    for person in measured.chunk_by(|one, next| one.case == next.case) {
        let mut episodes = person.chunk_by(|one, next| one.episode == next.episode);
        match episodes.rfind(|episode| is_in_period(episode, first_day)) {
            Some([first, .., latest]) => pairs.push((first.scales, latest.scales)),
            Some([_]) => once += 1,
            _ => {}
        }
    }
    (pairs, once)
}

fn is_in_period(episode: &[Measured], first_day: &str) -> bool {
    episode.last().is_some_and(|latest| latest.on.as_str() >= first_day)
}

/// How one scale changed.
struct Change {
    first: i32,
    latest: i32,
    /// People who improved, stayed the same and got worse.
    parts: [u32; 3],
}

impl Change {
    fn of(pairs: &[Pair], at: usize, higher_is_better: bool) -> Self {
        let mut change = Self { first: 0, latest: 0, parts: [0; 3] };
        for (first, latest) in pairs {
            change.first += first[at];
            change.latest += latest[at];
            let better =
                if higher_is_better { latest[at] - first[at] } else { first[at] - latest[at] };
            let part = match better {
                1.. => 0,
                0 => 1,
                _ => 2,
            };
            change.parts[part] += 1;
        }
        change
    }
}

fn changes(pairs: &[Pair], once: u32) -> Table {
    let people = u32::try_from(pairs.len()).unwrap_or(u32::MAX);
    let changes: Vec<Change> = (SCALES.iter().enumerate())
        .map(|(at, (_, higher_is_better))| Change::of(pairs, at, *higher_is_better))
        .collect();
    let shown: Vec<_> = changes.iter().map(|change| suppress::parts(change.parts)).collect();
    // The people are the same on every scale: a sum that is hidden on one is hidden on all.
    let sum = shown.iter().map(|(_, sum)| *sum).find(|sum| !matches!(sum, Shown::Number(_)));
    let sum = sum.unwrap_or(Shown::Number(people));
    let rows = SCALES.iter().zip(&changes).zip(&shown).map(|((scale, change), (parts, _))| {
        let mut row = vec![scale.0.to_owned(), sum.to_string()];
        row.extend(means(change, people));
        row.extend(parts.map(|part| part.to_string()));
        row.push(match (parts[0], sum) {
            (Shown::Number(improved), Shown::Number(of)) => share(improved, of),
            _ => Shown::Withheld.to_string(),
        });
        row
    });
    let bar = |((scale, _), (parts, _)): (&(&str, bool), &([Shown; 3], Shown))| match parts[0] {
        Shown::Number(improved) => Some(Bar::of(scale, improved)),
        _ => None,
    };
    Table {
        key: "wellbeing",
        caption: "Wellbeing on the four ONS scales, from first to latest",
        counted: format!(
            "People who were measured at least twice in one episode of care, the latest time in \
             this period: their first and their latest measurement in it, each person once. People \
             with one measurement, who are not in the table: {}. Numbers under {SHOWN_MIN} are not \
             shown, and neither is what they could be worked out from. The scales are the Office \
             for National Statistics', 0 to 10.",
            Shown::alone(once)
        ),
        columns: COLUMNS,
        rows: if pairs.is_empty() { Vec::new() } else { rows.collect() },
        total: None,
        chart: Some(Chart {
            unit: "people who improved, where the number is shown",
            bars: SCALES.iter().zip(&shown).filter_map(bar).collect(),
            mark: None,
        }),
        empty: "Nobody was measured twice in an episode of care by this period.",
    }
}

/// The mean at first, at the latest, and their difference; nothing of so few that it would tell of
/// one.
fn means(change: &Change, people: u32) -> [String; 3] {
    if people < SHOWN_MIN {
        return [Shown::Withheld; 3].map(|shown| shown.to_string());
    }
    let sign = match change.latest - change.first {
        1.. => "+",
        _ => "",
    };
    [
        mean(change.first, people),
        mean(change.latest, people),
        format!("{sign}{}", mean(change.latest - change.first, people)),
    ]
}

/// To one decimal, rounded half away from nought.
fn mean(sum: i32, people: u32) -> String {
    let (sum, people) = (i64::from(sum), i64::from(people));
    let Some(tenths) = (sum.abs() * 20 + people).checked_div(people * 2) else {
        return NONE.to_owned();
    };
    let sign = if sum < 0 && tenths > 0 { "-" } else { "" };
    format!("{sign}{}.{}", tenths / 10, tenths % 10)
}
