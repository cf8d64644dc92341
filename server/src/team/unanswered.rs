//! What practices have not answered, and what they sent back that nobody has put right.

use jiff::Timestamp;
use maud::{Markup, html};

use super::Desk;
use crate::{
    clock,
    page::{self, counted},
    store::{asks, unanswered::Unanswered},
};

const DAY_S: i64 = 24 * 60 * 60;

pub(super) fn section(desk: &Desk) -> Markup {
    let is_open = |one: &&Unanswered| one.rows > 0 || one.contradictions > 0;
    let open = desk.unanswered.iter().filter(is_open).count();
    html! {
        section aria-labelledby="unanswered" {
            h2 id="unanswered" { "What practices have to answer" }
            @if desk.unanswered.is_empty() {
                p { "No practice has been asked anything yet." }
            } @else {
                @if open == 0 { p { "Every row is answered." } }
                table class="nhsuk-table fp-desk-table" {
                    caption class="nhsuk-u-visually-hidden" { "What practices have to answer" }
                    thead { tr {
                        th scope="col" { "Practice" } th scope="col" { "Rows to answer" }
                        th scope="col" { "The oldest" }
                        th scope="col" { "Over " (asks::REMIND_AFTER_DAYS) " days" }
                        th scope="col" { "Answered in two ways" }
                        th scope="col" { "Sent back and not put right" }
                        th scope="col" { "Last answer" }
                    } }
                    tbody { @for one in &desk.unanswered { (line(desk, one)) } }
                }
            }
        }
    }
}

fn line(desk: &Desk, one: &Unanswered) -> Markup {
    let is_own = |practice: &str| practice == one.practice.as_str();
    let sent_back = desk.sent_back.iter().filter(|settled| is_own(&settled.practice)).count();
    html! { tr {
        th scope="row" { (one.name) }
        td { (one.rows) }
        td { @match &one.oldest { None => "None", Some(asked) => (age(asked)) } }
        td { @if one.overdue > 0 { strong { (one.overdue) ": phone them" } } @else { "0" } }
        td { (one.contradictions) }
        td { (sent_back) }
        td { @match one.last_receipt {
            None => "Never",
            Some(at) => (page::instant(&at.to_string())),
        } }
    } }
}

/// How long ago something was asked, in whole days.
fn age(asked: &str) -> String {
    let asked: Option<Timestamp> = asked.parse().ok();
    let days = asked.map_or(0, |at| (clock::now().as_second() - at.as_second()) / DAY_S);
    match usize::try_from(days).unwrap_or(0) {
        0 => "Today".to_owned(),
        days => counted(days, "day", "days"),
    }
}

pub(super) fn sent_back(desk: &Desk) -> Markup {
    html! {
        section aria-labelledby="sent-back" {
            h2 id="sent-back" { "Sent back by practices" }
            @if desk.sent_back.is_empty() {
                p { "Nothing that was sent back waits to be put right." }
            } @else {
                p { "Each goes out again by itself once the record is put right." }
                table class="nhsuk-table fp-desk-table" {
                    caption class="nhsuk-u-visually-hidden" { "Sent back by practices" }
                    thead { tr {
                        th scope="col" { "Person" } th scope="col" { "Practice" }
                        th scope="col" { "Entry" } th scope="col" { "What they say" }
                        th scope="col" { "Whose it is" }
                    } }
                    tbody { @for settled in &desk.sent_back { tr {
                        td { (settled.row.person.given_names) " " (settled.row.person.family_name) }
                        td { (desk.practice(&settled.practice)) }
                        td { (page::date(&settled.row.event_date)) br;
                            span class="fp-desk-quiet" { (settled.action.name()) ", "
                                (settled.row.snomed_term) } }
                        td { (settled.outcome.map_or("", |outcome| outcome.words(settled.action)))
                            @if !settled.detail.is_empty() { br; (settled.detail) } }
                        td { (desk.name(&settled.row.author)) }
                    } } }
                }
            }
        }
    }
}
