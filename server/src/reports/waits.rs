//! How long people wait from their referral until somebody contacts them, and until they meet.

use std::collections::BTreeMap;

use super::{
    Question,
    chart::{Bar, Chart},
    spread::{Spread, share},
    table::{Column, Report, Table, figure, words},
};
use crate::store::StoreError;

/// Days within which most services mean to make contact, and to have met.
const DAYS: [u32; 2] = [14, 28];

const COLUMNS: &[Column] = &[
    words("practice", "Practice"),
    figure("referrals", "Referrals"),
    figure("reached", "Reached"),
    figure("lower_quartile_days", "Lower quartile"),
    figure("median_days", "Median"),
    figure("upper_quartile_days", "Upper quartile"),
    figure("within_14_days", "Within 14 days"),
    figure("within_28_days", "Within 28 days"),
    figure("still_waiting", "Still waiting"),
    figure("ended_before", "Ended before"),
];

/// Days of waiting: of those who were reached, those who still wait, and those whose episode ended
/// before.
#[derive(Default)]
struct Waits {
    reached: Spread,
    waiting: Spread,
    ended: Spread,
}

impl Waits {
    fn join(&mut self, other: &Self) {
        self.reached.join(&other.reached);
        self.waiting.join(&other.waiting);
        self.ended.join(&other.ended);
    }

    /// Of those who were reached in so many days or have had as many to wait, how many were.
    fn share_within(&self, days: u32) -> String {
        let within = self.reached.within(..=days);
        let later = [&self.reached, &self.waiting, &self.ended].map(|all| all.within(days + 1..));
        share(within, within + later.iter().sum::<u32>())
    }

    fn row(&self, label: &str) -> Vec<String> {
        let [lower, median, upper] = self.reached.fields();
        let counts = [&self.reached, &self.waiting, &self.ended].map(Spread::count);
        vec![
            label.to_owned(),
            counts.iter().sum::<u32>().to_string(),
            counts[0].to_string(),
            lower,
            median,
            upper,
            self.share_within(DAYS[0]),
            self.share_within(DAYS[1]),
            counts[1].to_string(),
            counts[2].to_string(),
        ]
    }
}

pub(super) fn read(question: &Question<'_>) -> Result<Report, StoreError> {
    let counted = |until: &str| {
        format!(
            "Referrals of this period: calendar days from the referral until {until}. Within 14 \
             and 28 days are shares of those who were reached by then or have waited for longer. \
             Episodes that were closed or declined first are under “ended before”. What was done \
             before the referral does not count."
        )
    };
    let contact = "the first contact or attempt: a call without an answer counts";
    let met = "the first time that somebody met them, or spoke with them, for support";
    let first_contact = Table {
        key: "first_contact",
        caption: "Days from referral to the first contact or attempt",
        counted: counted(contact),
        ..table(question, "first_contact_on")?
    };
    let first_met = Table {
        key: "first_met",
        caption: "Days from referral to the first session",
        counted: counted(met),
        ..table(question, "first_met_on")?
    };
    Ok(Report { tables: vec![first_contact, first_met], beside: None })
}

/// A table of the wait until the day in this column; its name is the caller's.
fn table(question: &Question<'_>, until: &'static str) -> Result<Table, StoreError> {
    let (all, by_practice) = waits(question, until)?;
    let name = |ods: &str| {
        let known = question.facts.practices.iter().find(|(known, _)| known.as_str() == ods);
        known.map_or_else(|| "Not known".to_owned(), |(_, name)| name.clone())
    };
    // Codes that the service does not know share a row.
    let mut named: BTreeMap<String, Waits> = BTreeMap::new();
    for (ods, waits) in by_practice {
        named.entry(name(&ods)).or_default().join(&waits);
    }
    let bar = |(label, waits): (&String, &Waits)| {
        let [_, median, _] = waits.reached.quartiles()?;
        let (label, length) = (label.clone(), median.quarters());
        Some(Bar { label, length, number: median.to_string() })
    };
    Ok(Table {
        key: "",
        caption: "",
        counted: String::new(),
        columns: COLUMNS,
        rows: named.iter().map(|(practice, waits)| waits.row(practice)).collect(),
        total: Some(all.row("All practices")),
        chart: Some(Chart {
            unit: "median days",
            bars: named.iter().filter_map(bar).collect(),
            mark: None,
        }),
        empty: "Nobody was referred in this period.",
    })
}

/// The waits of everybody, and of each practice by its code.
fn waits(
    question: &Question<'_>,
    until: &'static str,
) -> Result<(Waits, BTreeMap<String, Waits>), StoreError> {
    // A referral in the future has waited for no day yet.
    let sql = format!(
        "SELECT practice, {until} IS NOT NULL, ended_on IS NOT NULL,
             max(0, CAST(julianday(coalesce({until}, ended_on, ?3)) - julianday(referred_on)
                 AS INTEGER)),
             count(*)
         FROM counted_episode WHERE referred_on BETWEEN ?1 AND ?2 GROUP BY 1, 2, 3, 4"
    );
    let [first, last] = question.period.days();
    let mut statement = question.tx.prepare_cached(&sql)?;
    let mut rows = statement.query([first, last, question.facts.today.to_string()])?;
    let (mut all, mut by_practice) = (Waits::default(), BTreeMap::<String, Waits>::new());
    while let Some(row) = rows.next()? {
        let (is_reached, is_ended): (bool, bool) = (row.get(1)?, row.get(2)?);
        for waits in [&mut all, by_practice.entry(row.get(0)?).or_default()] {
            let spread = match (is_reached, is_ended) {
                (true, _) => &mut waits.reached,
                (false, false) => &mut waits.waiting,
                (false, true) => &mut waits.ended,
            };
            spread.add(row.get(3)?, row.get(4)?);
        }
    }
    Ok((all, by_practice))
}
