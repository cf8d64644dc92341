//! The practice's page: one sentence that balances, then what needs somebody, then what to do.

use maud::{Markup, html};

use super::{Desk, Told, to_do, urgent};
use crate::{
    page::{self, counted},
    session::SignedIn,
    store::{
        receipts::Seen,
        settlements::{Balance, Settled},
        worklist::PersonLine,
    },
};

pub(super) fn worklist(desk: &Desk, told: Told, signed_in: &SignedIn) -> Markup {
    let practice = desk.facts.practices.get(&desk.practice);
    let title = practice.map_or_else(|| desk.practice.to_string(), Clone::clone);
    let body = html! {
        (banner(told))
        p class="fp-desk-balance" { (balance(&desk.balance)) " Last looked " (page::time_now()) "." }
        (ways(desk))
        (urgent::section(desk))
        (to_do::sections(desk))
        (next(desk))
        (just_done(desk))
        (held(desk))
        (packs(desk))
    };
    page::with_script(&title, signed_in, &desk.facts.name, &body)
}

fn banner(told: Told) -> Markup {
    let words = match told {
        Told::Nothing => return html! {},
        Told::Answered(new, 0) => format!(
            "{} answered. To take one back, look under Just done.",
            counted(new as usize, "row is", "rows are")
        ),
        Told::Answered(0, _) => {
            "Somebody had answered that already, and it stays as it was.".to_owned()
        }
        Told::Answered(new, known) => format!(
            "{} answered; {} been answered before.",
            counted(new as usize, "row is", "rows are"),
            counted(known as usize, "had", "had")
        ),
        Told::Contradicts => {
            "That row had been answered otherwise. Both answers are kept: decide between them below."
                .to_owned()
        }
        Told::Undone => "The answer was taken back. The row is to do again.".to_owned(),
        Told::Settled => "Decided.".to_owned(),
        Told::Gone => "Somebody was quicker, so nothing was done. This is how it stands.".to_owned(),
        Told::UrgentAnswered => "Your answer is kept with the concern.".to_owned(),
        Told::WordsMissing => {
            "Nothing was kept yet: write what the practice does, in at most 2,000 characters."
                .to_owned()
        }
    };
    html! { p role="status" class="nhsuk-inset-text" { (words) } }
}

/// "42 entries: 30 filed, 5 already there, 2 sent back, 0 taken back, 5 to do."
pub(super) fn balance(balance: &Balance) -> String {
    let Balance { packed, filed, already_there, refused, taken_back, outstanding } = balance;
    let entries = counted(*packed as usize, "entry", "entries");
    format!(
        "{entries}: {filed} filed, {already_there} already there, {refused} sent back, \
         {taken_back} taken back, {outstanding} to do."
    )
}

/// The ways off this page, and the search.
fn ways(desk: &Desk) -> Markup {
    let base = format!("/practice/{}", desk.practice);
    html! {
        nav aria-label="This practice" class="fp-desk-ways" {
            form method="post" action={ (base) "/patient" } class="fp-desk-search" {
                label class="nhsuk-label" for="nhs-number" { "NHS number" }
                input class="nhsuk-input nhsuk-input--width-10" id="nhs-number" name="nhs_number"
                    inputmode="numeric" autocomplete="off" maxlength="20";
                button type="submit" class="fp-desk-button" { "Find" }
            }
            a href={ (base) "/receipts" } { "Give in a receipt file" }
            a href={ (base) "/history" } { "Packs and answers so far" }
        }
    }
}

/// What the next pack brings.
fn next(desk: &Desk) -> Markup {
    let cut_off = desk.facts.cut_off.filter(|_| desk.facts.restored_at.is_none());
    let at = cut_off.map(|at| at.strftime("%H:%M").to_string());
    html! {
        section aria-labelledby="next" {
            h2 id="next" { "Ready for the next list" }
            @if desk.ready == 0 {
                p { "No new entry waits for the next list." }
            } @else {
                p {
                    (counted(desk.ready, "new entry is", "new entries are")) " ready."
                    @if let Some(at) = at { " The next list is closed at " (at) " by itself." }
                }
            }
            @if desk.facts.restored_at.is_some() {
                p {
                    "The service was restored from a backup. No list is closed until it has heard "
                    "from every phone."
                }
            } @else {
                form method="post" action={ "/practice/" (desk.practice) "/packs" } {
                    button class="nhsuk-button nhsuk-button--secondary" type="submit" {
                        "Close the next list now"
                    }
                }
            }
            p class="fp-desk-quiet" {
                "A list takes what is new, changed or withdrawn by then. It never changes afterwards."
            }
        }
    }
}

fn just_done(desk: &Desk) -> Markup {
    html! {
        section aria-labelledby="done" {
            h2 id="done" { "Just done" }
            @if desk.done.is_empty() {
                p { "No row has been answered yet." }
            } @else {
                table class="nhsuk-table fp-desk-table" {
                    caption class="nhsuk-u-visually-hidden" { "Just done" }
                    thead { tr {
                        th scope="col" { "NHS number" } th scope="col" { "Person" }
                        th scope="col" { "Entry" } th scope="col" { "Answer" }
                        th scope="col" { "Take back" }
                    } }
                    tbody { @for (seen, settled) in &desk.done {
                        (done_row(desk, *seen, settled)) } }
                }
            }
            @if desk.refused > 0 {
                p { (counted(desk.refused, "row was", "rows were")) " sent back to the link workers: "
                    a href={ "/practice/" (desk.practice) "/history#sent-back" } { "see which" } "." }
            }
        }
    }
}

fn done_row(desk: &Desk, seen: Seen, settled: &Settled) -> Markup {
    let row = &settled.row;
    let base = format!("/practice/{}/rows/{}", desk.practice, row.row_id);
    html! { tr {
        td class="fp-desk-number" { (page::nhs_number(&row.person.nhs_number)) }
        td { (person(&row.person, &row.sex)) }
        td { a href={ (base) (desk.order.alone()) } { (page::date(&row.event_date)) } br;
            span class="fp-desk-quiet" { (row.snomed_term) } }
        td { (answer(settled)) }
        td {
            form method="post" action={ (base) "/undo" } {
                (desk.order.hidden())
                input type="hidden" name="seen" value=(seen);
                button type="submit" class="fp-desk-link" {
                    "Undo" span class="nhsuk-u-visually-hidden" {
                        " for " (page::nhs_number(&row.person.nhs_number)) }
                }
            }
        }
    } }
}

/// The answer of a row in words.
pub(super) fn answer(settled: &Settled) -> Markup {
    html! {
        @match settled.outcome {
            None => "To do",
            Some(outcome) => {
                (outcome.words(settled.action))
                @if !settled.on_date.is_empty() { ", " (page::date(&settled.on_date)) }
                @if !settled.detail.is_empty() { br; span class="fp-desk-quiet" { (settled.detail) } }
            }
        }
    }
}

pub(super) fn person(person: &PersonLine, sex: &str) -> Markup {
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
                        td { @if let Some(author) = &row.author { (desk.name(author)) } }
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
            h2 id="packs" { "Lists as files" }
            @if desk.packs.is_empty() {
                p { "No list has been closed yet." }
            } @else {
                table class="nhsuk-table" {
                    caption class="nhsuk-u-visually-hidden" { "Closed lists" }
                    thead { tr {
                        th scope="col" { "List" } th scope="col" { "Closed" }
                        th scope="col" { "New" } th scope="col" { "To amend" }
                        th scope="col" { "To take back" } th scope="col" { "Reminders" }
                        th scope="col" { "Held back then" }
                    } }
                    tbody { @for pack in &desk.packs { tr {
                        td { a href={
                            "/practice/" (desk.practice) "/packs/" (pack.number) ".zip"
                        } { "Pack " (pack.number) } }
                        td { (page::instant(&pack.cut_off))
                            @if let Some(by) = &pack.closed_by { br;
                                span class="fp-desk-quiet" { "by " (desk.name(by)) } } }
                        td { (pack.rows.new) } td { (pack.rows.amend) } td { (pack.rows.retract) }
                        td { (pack.rows.reminder) } td { (pack.held_rows) }
                    } } }
                }
            }
        }
    }
}
