//! The practice's page: one sentence that balances, then what needs somebody, then what to do.

use maud::{Markup, html};
use shared::calendar;

use super::{Desk, Told, to_do, urgent};
use crate::{
    clock,
    page::{self, counted},
    session::SignedIn,
    store::{
        asks::Action,
        packs::PackLine,
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
        p class="fp-desk-balance" {
            (balance(&desk.balance, &desk.packs)) " Last looked " (page::time_now())
            span class="fp-desk-paper" { " on " (calendar::words(desk.facts.today)) } "."
        }
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
            counted(new as usize, "entry is", "entries are")
        ),
        Told::Answered(0, _) => {
            "Somebody had answered that already, and it stays as it was.".to_owned()
        }
        Told::Answered(new, known) => format!(
            "{} answered; {} been answered before.",
            counted(new as usize, "entry is", "entries are"),
            counted(known as usize, "had", "had")
        ),
        Told::Contradicts => {
            "That entry had been answered otherwise. Both answers are kept: decide between them \
             below."
                .to_owned()
        }
        Told::Undone => "The answer was taken back. The entry is to do again.".to_owned(),
        Told::Settled => "Decided.".to_owned(),
        Told::Gone => {
            "Somebody was quicker, so nothing was done. This is how it stands.".to_owned()
        }
        Told::UrgentAnswered => "Your answer is kept with the concern.".to_owned(),
        Told::WordsMissing => {
            "Nothing was kept yet: write what the practice does, in at most 2,000 characters."
                .to_owned()
        }
    };
    html! { p role="status" class="nhsuk-inset-text fp-desk-screen" { (words) } }
}

/// "Since Tue 3 Nov 2026, 42 entries: 30 filed, 5 already there, 2 sent back, 0 taken out, 5 to
/// do." The lists come newest first.
pub(super) fn balance(balance: &Balance, lists: &[PackLine]) -> String {
    let since = lists
        .last()
        .and_then(|first| first.cut_off.parse().ok())
        .map(|at| format!("Since {}, ", calendar::words(clock::london().to_datetime(at).date())));
    let since = since.unwrap_or_default();
    let Balance { packed, filed, already_there, refused, taken_back, outstanding } = balance;
    let entries = counted(*packed as usize, "entry", "entries");
    format!(
        "{since}{entries}: {filed} filed, {already_there} already there, {refused} sent back, \
         {taken_back} taken out, {outstanding} to do."
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
            a href={ (base) "/receipts" } { "Upload a receipt file" }
            a href={ (base) "/history" } { "Answers so far" }
        }
    }
}

/// What the next pack brings.
fn next(desk: &Desk) -> Markup {
    html! {
        section aria-labelledby="next" class="fp-desk-screen" {
            h2 id="next" { "Ready for the next list" }
            @if desk.ready == 0 {
                p { "No new entry waits for the next list." }
            } @else {
                p {
                    (counted(desk.ready, "new entry is", "new entries are")) " ready."
                    @if let Some(at) = desk.cut_off() {
                        " The next list is closed at " (at) " by itself." }
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
        section aria-labelledby="done" class="fp-desk-screen" {
            h2 id="done" { "Just done" }
            @if desk.done.is_empty() {
                p { "No entry has been answered yet." }
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
                p { (counted(desk.refused, "entry was", "entries were"))
                    " sent back to the link workers: "
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

/// What a list asked, in words: "New, on list 3".
pub(super) fn asked(action: Action, number: u32) -> String {
    let asked = match action {
        Action::Retract => "To take out",
        Action::Amend => "To put right",
        Action::New | Action::Reminder => "New",
    };
    format!("{asked}, on list {number}")
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

/// What a held entry waits for, as a practice may know it: the phone's words speak to the worker.
fn waits_for(reason: &str) -> &'static str {
    match reason {
        "nhs_number_missing" => "Waiting for the link worker: NHS number missing",
        "nhs_number_invalid" => "Waiting for the link worker: NHS number not valid",
        "test_number" => "Waiting for the link worker: NHS number is one for testing (999 …)",
        "real_number" => "This is a demonstration: NHS number is not one for testing (999 …)",
        "identity_incomplete" => {
            "Waiting for the link worker: family name or date of birth missing"
        }
        "identity_contested" => "Waiting for the link worker: details written in two ways at once",
        "practice_unknown" => "Waiting for the link worker: practice not known",
        "date_in_future" => "Waiting for the link worker: date is in the future",
        "date_before_birth" => "Waiting for the link worker: date is before the birth",
        "date_before_referral" => "Waiting for the link worker: date is before the referral",
        "answers_contested" => "Waiting for the link worker: accepted and declined at once",
        "corrections_contested" => "Waiting for the link worker: corrected in two ways at once",
        "author_role" => "Waiting for the link worker: recorded by somebody in another role",
        "another_episode_open" => "Waiting for the link worker: another referral is still open",
        "consent_withheld" => "The person agreed to share nothing with the practice",
        "likely_duplicate" => "Waiting for the service's lead: there may be two records",
        "nhs_number_shared" => "Waiting for the service's lead: two people have one NHS number",
        "sent_from_another_record" => "You have this referral from another record",
        "same_person_elsewhere" => "Another record of this person goes on",
        "moved_before_answer" => "Waiting for another practice's answer",
        "author_unconfirmed" => "Waiting for the service: author not on its team list",
        "unreadable" => "Waiting for the service: record cannot be read",
        _ => "Waiting for the service",
    }
}

fn held(desk: &Desk) -> Markup {
    html! {
        section aria-labelledby="held" class="fp-desk-screen" {
            h2 id="held" { "Held back" }
            @if desk.held.is_empty() {
                p { "Nothing is held back." }
            } @else {
                p { "There is nothing to enter for these yet." }
                table class="nhsuk-table fp-desk-table" {
                    caption class="nhsuk-u-visually-hidden" { "Held back" }
                    thead { tr {
                        th scope="col" { "NHS number" } th scope="col" { "Person" }
                        th scope="col" { "Date" } th scope="col" { "Author" }
                        th scope="col" { "What it waits for" }
                    } }
                    tbody { @for row in &desk.held { tr {
                        td class="fp-desk-number" { (page::nhs_number(&row.person.nhs_number)) }
                        td { (person(&row.person, "")) }
                        td { (page::date(&row.event_date)) }
                        td { @if let Some(author) = &row.author { (desk.name(author)) } }
                        td { @for reason in &row.reasons { (waits_for(&reason.name)) br; } }
                    } } }
                }
            }
        }
    }
}

fn packs(desk: &Desk) -> Markup {
    html! {
        section aria-labelledby="packs" class="fp-desk-screen" {
            h2 id="packs" { "Lists as files" }
            @if desk.packs.is_empty() {
                p { "No list has been closed yet." }
            } @else {
                table class="nhsuk-table" {
                    caption class="nhsuk-u-visually-hidden" { "Closed lists" }
                    thead { tr {
                        th scope="col" { "List" } th scope="col" { "Closed" }
                        th scope="col" { "New" } th scope="col" { "To put right" }
                        th scope="col" { "To take out" } th scope="col" { "Reminders" }
                        th scope="col" { "Held back then" }
                    } }
                    tbody { @for pack in &desk.packs { tr {
                        td { a href={
                            "/practice/" (desk.practice) "/packs/" (pack.number) ".zip"
                        } { "List " (pack.number) } }
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
