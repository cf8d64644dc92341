//! Episodes in which the person is recorded to have accepted and to have declined: both stand until
//! somebody withdraws the one that is wrong.

use jiff::{Timestamp, civil::Date};
use maud::{Markup, html};
use rusqlite::Transaction;
use shared::{
    case::{Case, Episode, Fact, Field, Role, Status},
    ids::{CaseId, UserId},
};

use super::{Desk, caseload};
use crate::{
    page,
    store::{StoreError, cases, column, snapshots},
};

/// One episode with every answer that stands.
pub(super) struct Contested {
    name: String,
    practice: String,
    referred_on: Date,
    answers: Vec<Answered>,
    /// Who has the record, and so can withdraw one.
    holders: Vec<UserId>,
}

/// One answer: who recorded which, and when.
struct Answered {
    accepted: bool,
    on: Date,
    recorded_at: Timestamp,
    by: UserId,
    role: Role,
}

/// The contested episodes of records that go on, by day of referral.
pub(super) fn read(tx: &Transaction<'_>) -> Result<Vec<Contested>, StoreError> {
    let sql = "SELECT case_id FROM standing
         WHERE contested AND case_id NOT IN (SELECT case_id FROM set_aside)";
    let mut statement = tx.prepare_cached(sql)?;
    let found = statement.query_map([], |row| column::case(row, 0))?;
    let mut contested = Vec::new();
    for id in found.collect::<Result<Vec<CaseId>, _>>()? {
        let Some(case) = snapshots::as_projected(tx, id)? else { continue };
        let holders = cases::holders(tx, id)?;
        let episodes = case.episodes();
        let both = episodes.iter().filter(|episode| episode.status() == Status::Contested);
        contested.extend(both.map(|episode| Contested::of(&case, episode, &holders)));
    }
    contested
        .sort_by(|one, other| (one.referred_on, &one.name).cmp(&(other.referred_on, &other.name)));
    Ok(contested)
}

impl Contested {
    fn of(case: &Case, episode: &Episode<'_>, holders: &[UserId]) -> Self {
        let answers = episode.answers.iter().map(|entry| Answered {
            accepted: matches!(entry.current.fact, Fact::Accepted(_)),
            on: entry.on(),
            recorded_at: entry.original.recorded_at,
            by: entry.original.by,
            role: entry.original.role,
        });
        Self {
            name: case.person.full_name(),
            practice: case.person.shown(Field::PracticeOds).to_owned(),
            referred_on: episode.referral.on(),
            answers: answers.collect(),
            holders: holders.to_vec(),
        }
    }
}

pub(super) fn section(desk: &Desk) -> Markup {
    html! {
        section aria-labelledby="contested" {
            h2 id="contested" { "Accepted and declined" }
            @if desk.contested.is_empty() {
                p { "No referral is recorded as both accepted and declined." }
            } @else {
                p { "Nothing from these referrals goes to a practice until somebody who has the "
                    "record withdraws the answer that is wrong, on the phone." }
                table class="nhsuk-table fp-desk-table" {
                    caption class="nhsuk-u-visually-hidden" { "Accepted and declined" }
                    thead { tr {
                        th scope="col" { "Person" } th scope="col" { "Practice" }
                        th scope="col" { "Referred" } th scope="col" { "What was recorded" }
                        th scope="col" { "Who can settle it" }
                    } }
                    tbody { @for contested in &desk.contested { (line(desk, contested)) } }
                }
            }
        }
    }
}

fn line(desk: &Desk, contested: &Contested) -> Markup {
    html! { tr {
        td { (contested.name) }
        td { (desk.practice(&contested.practice)) }
        td { (page::date(&contested.referred_on.to_string())) }
        td { @for answer in &contested.answers { p {
            strong { @if answer.accepted { "Accepted" } @else { "Declined" } } ", "
            (page::date(&answer.on.to_string())) br;
            span class="fp-desk-quiet" {
                (desk.name(&answer.by)) ", " (answer.role.words()) ", recorded "
                (page::instant(&answer.recorded_at.to_string()))
            }
        } } }
        td { @if contested.holders.is_empty() { (caseload::nobody_has_it()) }
            @else { (desk.names(&contested.holders)) } }
    } }
}
