//! What is held back in the whole service, by what cures it and who can.

use std::collections::BTreeMap;

use jiff::civil::Date;
use maud::{Markup, html};
use rusqlite::Transaction;
use shared::{coding::Hold, ids::UserId};

use super::{Desk, caseload};
use crate::{
    page::{self, counted},
    store::{
        StoreError, cases,
        held::{self, HeldRow},
    },
};

/// What cures an entry, in the order of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cure {
    /// The lead compares two records.
    Compare,
    /// Whoever has the record puts right what was recorded.
    Entry,
    /// Whoever has the record puts right who the person is.
    Person,
    /// A link worker records what somebody else did.
    LinkWorker,
    /// The service administrator looks after the team list, or a damaged record.
    Administrator,
    /// A practice answers.
    Practice,
    /// Nothing has to be cured.
    Nothing,
}

impl Cure {
    /// What cures an entry with these reasons: the first of several. Where the person shares
    /// nothing, or the record was set aside, no cure would send it.
    fn of(row: &HeldRow) -> Self {
        let cures: Vec<Self> = row.reasons.iter().map(|reason| Self::named(&reason.name)).collect();
        match cures.contains(&Self::Nothing) {
            true => Self::Nothing,
            false => cures.into_iter().min().unwrap_or(Self::Nothing),
        }
    }

    fn named(reason: &str) -> Self {
        match reason {
            "likely_duplicate" => Self::Compare,
            "corrections_contested"
            | "date_in_future"
            | "date_before_birth"
            | "date_before_referral"
            | "another_episode_open"
            | held::SENT_FROM_ELSEWHERE => Self::Entry,
            "nhs_number_missing"
            | "nhs_number_invalid"
            | "test_number"
            | "real_number"
            | "identity_incomplete"
            | "identity_contested"
            | "practice_unknown"
            | held::SHARED_NUMBER => Self::Person,
            "author_role" => Self::LinkWorker,
            held::MOVED => Self::Practice,
            "consent_withheld" | held::SET_ASIDE => Self::Nothing,
            // Not confirmed, not readable, or a reason that came later than this page.
            _ => Self::Administrator,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Compare => "Compare two records",
            Self::Entry => "Put the entry right, on the phone",
            Self::Person => "Put the person's details right, on the phone",
            Self::LinkWorker => "Have a link worker record it",
            Self::Administrator => "Ask the service administrator",
            Self::Practice => "Wait for another practice to answer",
            Self::Nothing => "Nothing to do: it stays here",
        }
    }
}

/// Entries with one cure, by practice and date.
pub(super) struct Group {
    cure: Cure,
    /// Each with who has the record.
    rows: Vec<(HeldRow, Vec<UserId>)>,
}

/// What is held back. An answer that is contested has a list of its own.
pub(super) fn read(tx: &Transaction<'_>) -> Result<Vec<Group>, StoreError> {
    let mut groups: BTreeMap<Cure, Vec<(HeldRow, Vec<UserId>)>> = BTreeMap::new();
    for mut row in held::held(tx, None)? {
        row.reasons.retain(|reason| reason.name != Hold::AnswersContested.name());
        if row.reasons.is_empty() {
            continue;
        }
        let holders = row.case.map(|case| cases::holders(tx, case)).transpose()?;
        groups.entry(Cure::of(&row)).or_default().push((row, holders.unwrap_or_default()));
    }
    let mut groups: Vec<Group> =
        groups.into_iter().map(|(cure, rows)| Group { cure, rows }).collect();
    for group in &mut groups {
        group.rows.sort_by_cached_key(|(row, _)| (row.practice.clone(), row.event_date.clone()));
    }
    Ok(groups)
}

/// How many entries wait for somebody.
pub(super) fn waiting(groups: &[Group]) -> usize {
    let waits = groups.iter().filter(|group| group.cure != Cure::Nothing);
    waits.map(|group| group.rows.len()).sum()
}

pub(super) fn section(desk: &Desk) -> Markup {
    html! {
        section aria-labelledby="held" {
            h2 id="held" { "Held back, and what settles it" }
            @if waiting(&desk.held) == 0 {
                p { "Nothing that somebody could settle is held back." }
            }
            @for group in &desk.held { (group_table(desk, group)) }
        }
    }
}

fn group_table(desk: &Desk, group: &Group) -> Markup {
    html! {
        table class="nhsuk-table fp-desk-table" {
            caption class="nhsuk-table__caption" {
                (group.cure.words()) " (" (counted(group.rows.len(), "entry", "entries")) ": "
                (by_practice(desk, group)) ")"
            }
            thead { tr {
                th scope="col" { "Person" } th scope="col" { "Practice" }
                th scope="col" { "Since" } th scope="col" { "Recorded by" }
                th scope="col" { "Why" } th scope="col" { "Who can settle it" }
            } }
            tbody { @for (row, holders) in &group.rows { tr {
                td { (row.person.given_names) " " (row.person.family_name) }
                td { (desk.practice(&row.practice)) }
                td { (since(&row.event_date, desk.facts.today)) }
                td { @if let Some(author) = &row.author { (desk.name(author)) } }
                td { @for reason in &row.reasons { (reason.words) br; } }
                td { (who(desk, group.cure, holders)) }
            } } }
        }
    }
}

/// "Hill Street 3, Mill Lane 1".
fn by_practice(desk: &Desk, group: &Group) -> String {
    let parts = group.rows.chunk_by(|(one, _), (other, _)| one.practice == other.practice);
    let parts = parts.map(|rows| match rows[0].0.practice.as_str() {
        "" => format!("practice not known {}", rows.len()),
        ods => format!("{} {}", desk.practice(ods), rows.len()),
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// The day of an entry, and how long ago it is.
fn since(event_date: &str, today: Date) -> Markup {
    let days = event_date.parse().ok().and_then(|on: Date| today.since(on).ok());
    let days = days.map_or(0, |span| span.get_days());
    html! {
        (page::date(event_date))
        @if days > 0 { br; span class="fp-desk-quiet" {
            (counted(days.unsigned_abs() as usize, "day", "days")) " ago" } }
    }
}

fn who(desk: &Desk, cure: Cure, holders: &[UserId]) -> Markup {
    html! {
        @match cure {
            Cure::Compare => a href="#duplicates" { "You" },
            Cure::Administrator if desk.administrators.is_empty() => "The service administrator",
            Cure::Administrator => (desk.names(&desk.administrators)),
            Cure::Practice => "The practice that was asked before",
            Cure::Nothing => "Nobody has to",
            _ if holders.is_empty() => (caseload::nobody_has_it()),
            _ => (desk.names(holders)),
        }
    }
}
