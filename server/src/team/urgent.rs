//! Urgent concerns that somebody has to look after, with what the practice said that it does.

use jiff::civil::Date;
use maud::{Markup, html};
use rusqlite::Transaction;

use super::Desk;
use crate::{
    page,
    store::{
        StoreError,
        urgent::{self, UrgentAnswer, UrgentRow},
    },
};

/// A concern with what its practice answered.
pub(super) struct Concern {
    row: UrgentRow,
    answers: Vec<UrgentAnswer>,
}

impl Concern {
    pub(super) fn is_open(&self) -> bool {
        !self.row.has_owner()
    }

    /// Whether a practice is asked what it does, and has not said.
    pub(super) fn is_unanswered(&self) -> bool {
        !self.row.practice.is_empty() && self.answers.is_empty()
    }
}

/// Concerns without an owner, past their day or past their check, and then those that a practice
/// has only to answer.
pub(super) fn read(tx: &Transaction<'_>, today: Date) -> Result<Vec<Concern>, StoreError> {
    let mut rows = urgent::of_service(tx, today)?;
    rows.extend(urgent::taken_over_unanswered(tx, today)?);
    rows.into_iter().map(|row| Ok(Concern { answers: urgent::answers(tx, &row)?, row })).collect()
}

pub(super) fn section(desk: &Desk) -> Markup {
    if desk.urgent.is_empty() {
        return html! {
            section aria-labelledby="urgent" {
                h2 id="urgent" { "Urgent concerns" }
                p { "Each urgent concern has an owner and an answer from its practice." }
            }
        };
    }
    html! {
        section aria-labelledby="urgent" class="fp-desk-urgent" {
            h2 id="urgent" { "Urgent concerns to look after" }
            p {
                "Make sure that a named person takes over, and that whoever recorded it has a "
                "check-in of their own. What was said is in the person's record alone."
            }
            table class="nhsuk-table fp-desk-table" {
                caption class="nhsuk-u-visually-hidden" { "Urgent concerns to look after" }
                thead { tr {
                    th scope="col" { "Person" } th scope="col" { "Practice" }
                    th scope="col" { "Since" } th scope="col" { "Recorded by" }
                    th scope="col" { "Who was told" } th scope="col" { "What is missing" }
                    th scope="col" { "What the practice does" }
                } }
                tbody { @for concern in &desk.urgent { (line(desk, concern)) } }
            }
        }
    }
}

fn line(desk: &Desk, concern: &Concern) -> Markup {
    let row = &concern.row;
    html! { tr {
        td { (row.person.given_names) " " (row.person.family_name) }
        td { (desk.practice(&row.practice)) }
        td { (page::date(&row.event_date)) ", " (row.event_time) }
        td { (desk.name(&row.author)) }
        td { (page::told(row)) }
        td { (missing(row, desk.facts.today)) }
        td {
            @for answer in &concern.answers {
                p { (answer.words) br; span class="fp-desk-quiet" {
                    (desk.name(&answer.by)) ", " (page::instant(&answer.at.to_string())) } }
            }
            @if concern.is_unanswered() { strong { "No answer yet" } ": phone the practice." }
            @if row.practice.is_empty() { "No practice is known." }
        }
    } }
}

fn missing(row: &UrgentRow, today: Date) -> Markup {
    html! {
        @if row.is_past_its_day(today) {
            strong { "Past its day" } ": nobody is recorded to have taken it over."
        } @else if !row.has_owner() {
            "Nobody is recorded to have taken it over."
        }
        @if row.is_check_missed(today) {
            @if !row.has_owner() { br; }
            strong { "Past its day" } ": somebody was to check on them by "
            (page::date(&row.check_on)) "."
        } @else if row.has_owner() {
            (row.owner) " took it over."
        }
    }
}
