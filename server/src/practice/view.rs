//! The practice's page: one sentence that balances, then what needs somebody, then what to do.

use maud::{Markup, html};
use shared::case::Role;

use super::Desk;
use crate::{
    page::{self, counted},
    session::SignedIn,
    store::{
        urgent::UrgentRow,
        worklist::{PersonLine, WorklistRow},
    },
};

pub(super) fn worklist(desk: &Desk, signed_in: &SignedIn) -> Markup {
    let practice = desk.facts.practices.get(&desk.practice);
    let title = practice.map_or_else(|| desk.practice.to_string(), Clone::clone);
    let body = html! {
        p class="fp-desk-balance" { (balance(desk)) }
        (urgent(desk))
        (to_do(desk))
        (held(desk))
        (packs(desk))
    };
    page::page(&title, signed_in, &desk.facts.name, &body)
}

/// "9 entries: 7 in packs, 2 to do. 3 are held back."
fn balance(desk: &Desk) -> String {
    let packed: usize = desk.packs.iter().map(|pack| pack.new_rows as usize).sum();
    let to_do = desk.ready.len();
    let held = counted(desk.held.len(), "is", "are");
    format!(
        "{}: {packed} in packs, {to_do} to do. {held} held back. Last looked {}.",
        counted(packed + to_do, "entry", "entries"),
        page::time_now()
    )
}

fn urgent(desk: &Desk) -> Markup {
    let open = desk.urgent.iter().filter(|row| !row.has_owner()).count();
    html! {
        @if !desk.urgent.is_empty() {
            section aria-labelledby="urgent" class="fp-desk-urgent" {
                h2 id="urgent" { "Urgent concerns" }
                @if open > 0 {
                    p { strong {
                        (counted(open, "concern", "concerns")) " that nobody is recorded to have "
                        "taken over. Ring the link worker today."
                    } }
                }
                p { "What was said is not shown here: the link worker tells you." }
                table class="nhsuk-table fp-desk-table" {
                    caption class="nhsuk-u-visually-hidden" { "Urgent concerns" }
                    thead { tr {
                        th scope="col" { "NHS number" } th scope="col" { "Person" }
                        th scope="col" { "Since" } th scope="col" { "Recorded by" }
                        th scope="col" { "Who was told" } th scope="col" { "Who took it over" }
                    } }
                    tbody { @for row in &desk.urgent { (urgent_row(desk, row)) } }
                }
            }
        }
    }
}

fn urgent_row(desk: &Desk, row: &UrgentRow) -> Markup {
    html! { tr {
        td class="fp-desk-number" { (page::nhs_number(&row.person.nhs_number)) }
        td { (person(&row.person, "")) }
        td { (page::date(&row.event_date)) ", " (row.event_time) }
        td { (author_name(desk, &row.author)) }
        td { (page::told(row)) }
        td { @if row.has_owner() { (row.owner) } @else { strong { "Nobody yet" } } }
    } }
}

fn author_name(desk: &Desk, author: &shared::ids::UserId) -> String {
    desk.facts.names.get(author).map(|(name, _)| name.clone()).unwrap_or_default()
}

fn to_do(desk: &Desk) -> Markup {
    html! {
        section aria-labelledby="to-do" {
            h2 id="to-do" { "To do" }
            @if desk.ready.is_empty() {
                p { "Nothing to enter. Last looked " (page::time_now()) "." }
            }
            // Rows come sorted by code and date.
            @for of_code in desk.ready.chunk_by(|one, other| one.snomed_code == other.snomed_code) {
                (code_table(desk, of_code))
            }
        }
    }
}

/// One code, its rows by date: each date can be added as one batch.
fn code_table(desk: &Desk, rows: &[WorklistRow]) -> Markup {
    let first = &rows[0];
    html! {
        table class="nhsuk-table fp-desk-table" {
            caption class="nhsuk-table__caption" {
                code class="fp-desk-code" { (first.snomed_code) } " " (first.snomed_term)
                " (" (counted(rows.len(), "entry", "entries")) ")"
            }
            thead { tr {
                th scope="col" { "Date" } th scope="col" { "NHS number" }
                th scope="col" { "Person" } th scope="col" { "Author" } th scope="col" { "Notes" }
            } }
            @for batch in rows.chunk_by(|one, other| one.event_date == other.event_date) {
                tbody { @for (index, row) in batch.iter().enumerate() { tr {
                    @if index == 0 {
                        th scope="rowgroup" rowspan=(batch.len()) { (page::date(&row.event_date)) }
                    }
                    (cells(desk, row))
                } } }
            }
        }
    }
}

fn cells(desk: &Desk, row: &WorklistRow) -> Markup {
    html! {
        td class="fp-desk-number" { (page::nhs_number(&row.person.nhs_number)) }
        td { (person(&row.person, &row.sex)) }
        td { (author_name(desk, &row.author)) br; span class="fp-desk-quiet" {
            (role_words(&row.author_role)) } }
        td {
            @if !row.contact_type.is_empty() { (row.contact_type) "." }
            @if row.hide_online { " Consider hiding from online access." }
        }
    }
}

fn role_words(stored: &str) -> &str {
    Role::named(stored).map_or(stored, |role| role.words())
}

fn person(person: &PersonLine, sex: &str) -> Markup {
    if person.family_name.is_empty() && person.given_names.is_empty() {
        return html! { span class="fp-desk-quiet" { "No name" } };
    }
    html! {
        strong { (person.family_name.to_uppercase()) ", " (person.given_names) } br;
        span class="fp-desk-quiet" {
            "born " (page::birth_date(&person.birth_date))
            @if !sex.is_empty() { ", " (sex) }
        }
    }
}

fn held(desk: &Desk) -> Markup {
    html! {
        section aria-labelledby="held" {
            h2 id="held" { "Held back" }
            @if desk.held.is_empty() {
                p { "Nothing is held back." }
            } @else {
                p { "These wait for the service. There is nothing to enter yet." }
                table class="nhsuk-table fp-desk-table" {
                    caption class="nhsuk-u-visually-hidden" { "Held back" }
                    thead { tr {
                        th scope="col" { "NHS number" } th scope="col" { "Person" }
                        th scope="col" { "Date" } th scope="col" { "Author" }
                        th scope="col" { "Why, and what settles it" }
                    } }
                    tbody { @for row in &desk.held { tr {
                        td class="fp-desk-number" { (page::nhs_number(&row.person.nhs_number)) }
                        td { (person(&row.person, "")) }
                        td { (page::date(&row.event_date)) }
                        td { @if let Some(author) = &row.author { (author_name(desk, author)) } }
                        td { @for reason in &row.reasons { (reason.words) br; } }
                    } } }
                }
            }
        }
    }
}

fn packs(desk: &Desk) -> Markup {
    html! {
        section aria-labelledby="packs" {
            h2 id="packs" { "Packs" }
            @if !desk.ready.is_empty() {
                form method="post" action={ "/practice/" (desk.practice) "/packs" } {
                    button class="nhsuk-button nhsuk-button--secondary" type="submit" {
                        "Close the next pack"
                    }
                }
                p class="fp-desk-quiet" {
                    "A pack takes what is to do now, as a file, and never changes afterwards."
                }
            }
            @if desk.packs.is_empty() {
                p { "No pack has been closed yet." }
            } @else {
                table class="nhsuk-table" {
                    caption class="nhsuk-u-visually-hidden" { "Closed packs" }
                    thead { tr {
                        th scope="col" { "Pack" } th scope="col" { "Closed" }
                        th scope="col" { "New entries" } th scope="col" { "Held back then" }
                    } }
                    tbody { @for pack in &desk.packs { tr {
                        td { a href={
                            "/practice/" (desk.practice) "/packs/" (pack.number) ".zip"
                        } { "Pack " (pack.number) } }
                        td { (page::instant(&pack.cut_off)) }
                        td { (pack.new_rows) }
                        td { (pack.held_rows) }
                    } } }
                }
            }
        }
    }
}
