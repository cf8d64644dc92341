//! Urgent concerns of a practice's own people, at the top of its page until the practice has said
//! what it does.

use axum::{
    Form,
    extract::{Path, State},
    response::Redirect,
};
use maud::{Markup, html};
use rusqlite::Transaction;
use shared::{
    limits,
    ods::OdsCode,
    policy::{Action, Subject, may},
    profile::{NumberKind, ServiceNumber},
};

use super::{Concern, Desk, Fields, Told, field, own_practice, view::person};
use crate::{
    app::App,
    clock,
    error::Error,
    page::{self, counted},
    session::SignedIn,
    store::{StoreError, urgent},
};

pub(super) fn section(desk: &Desk) -> Markup {
    let count = |is: fn(&Concern) -> bool| desk.urgent.iter().filter(|one| is(one)).count();
    let open = count(|concern| !concern.row.has_owner());
    let unanswered = count(|concern| concern.answers.is_empty());
    let (seen_to, to_do): (Vec<&Concern>, Vec<&Concern>) =
        desk.urgent.iter().partition(|concern| concern.is_seen_to());
    html! {
        @if !desk.urgent.is_empty() {
            section aria-labelledby="urgent" class="fp-desk-urgent" {
                h2 id="urgent" { "Urgent concerns" }
                @if open > 0 {
                    p { strong {
                        (counted(open, "concern", "concerns")) " that nobody is recorded to have "
                        "taken over. Phone the link worker today."
                    } " " (whom_to_phone(desk)) }
                }
                @if unanswered > 0 {
                    p { (counted(unanswered, "concern needs", "concerns need"))
                        " an answer: who at the practice looks after it, and what they do." }
                }
                @if !to_do.is_empty() {
                    p { "What was said is not shown here: the link worker tells you." }
                    table class="nhsuk-table fp-desk-table" {
                        caption class="nhsuk-u-visually-hidden" { "Urgent concerns" }
                        thead { tr {
                            th scope="col" { "NHS number" } th scope="col" { "Person" }
                            th scope="col" { "Since" } th scope="col" { "Recorded by" }
                            th scope="col" { "Who was told" } th scope="col" { "Who took it over" }
                            th scope="col" { "What the practice does" }
                        } }
                        tbody { @for concern in to_do { (line(desk, concern)) } }
                    }
                }
                @for concern in seen_to { (folded(desk, concern)) }
            }
        }
    }
}

/// The service's own numbers, where it holds any for this practice.
fn whom_to_phone(desk: &Desk) -> Markup {
    html! {
        @if desk.numbers.is_empty() {
            "The service keeps no number of its own here: whoever at the practice works with the "
            "link workers has theirs."
        } @else {
            "If you do not reach them: "
            @for (index, number) in desk.numbers.iter().enumerate() {
                @if index > 0 { "; " }
                (number.name) ", " span class="fp-desk-number" { (number.phone) }
            }
            "."
        }
    }
}

/// Of the service's numbers those of people who answer for a link worker of this practice.
pub(super) fn numbers(all: Vec<ServiceNumber>, practice: &OdsCode) -> Vec<ServiceNumber> {
    let answers_for_workers = |number: &ServiceNumber| {
        let kind = NumberKind::named(&number.kind);
        matches!(kind, Some(NumberKind::Supervisor | NumberKind::Manager))
            && (number.practice.is_empty() || number.practice == practice.as_str())
    };
    all.into_iter().filter(answers_for_workers).collect()
}

fn line(desk: &Desk, concern: &Concern) -> Markup {
    let row = &concern.row;
    html! { tr {
        td class="fp-desk-number" { (page::nhs_number(&row.person.nhs_number)) }
        td { (person(&row.person, &concern.sex)) }
        td { (page::date(&row.event_date)) ", " (row.event_time) }
        td { (desk.name(&row.author)) }
        td { (page::told(row)) }
        td { @if row.has_owner() { (row.owner) } @else { strong { "Nobody yet" } } }
        td { (answers(desk, concern)) (form(desk, concern)) }
    } }
}

/// A concern that somebody took over and that the practice has answered, in one line.
fn folded(desk: &Desk, concern: &Concern) -> Markup {
    let row = &concern.row;
    html! {
        details class="fp-desk-folded" {
            summary {
                (row.person.family_name.to_uppercase()) ", " (row.person.given_names) ", "
                (page::nhs_number(&row.person.nhs_number)) ": taken over by " (row.owner)
                ", and answered"
            }
            p { "Since " (page::date(&row.event_date)) ", " (row.event_time) ", recorded by "
                (desk.name(&row.author)) ". Told: " (page::told(row)) "." }
            (answers(desk, concern))
            (form(desk, concern))
        }
    }
}

fn answers(desk: &Desk, concern: &Concern) -> Markup {
    html! { @for answer in &concern.answers {
        p { (answer.words) br; span class="fp-desk-quiet" {
            (desk.name(&answer.by)) ", " (page::instant(&answer.at.to_string())) } }
    } }
}

fn form(desk: &Desk, concern: &Concern) -> Markup {
    let row = &concern.row;
    let id = format!("urgent-{}", row.event);
    html! {
        form method="post"
            action={ "/practice/" (desk.practice) "/urgent/" (row.case) "/" (row.event) } {
            label class="nhsuk-label" for=(id) {
                @if concern.answers.is_empty() { "Who looks after it, and what they do" }
                @else { "Add to it" }
            }
            textarea class="nhsuk-textarea" id=(id) name="words" rows="2" required
                maxlength=(limits::PARAGRAPH_CHARACTERS_MAX) autocomplete="off" {}
            button type="submit" class="fp-desk-button" {
                "Answer" span class="nhsuk-u-visually-hidden" {
                    " for " (page::nhs_number(&row.person.nhs_number)) }
            }
        }
    }
}

/// What the practice does about a concern. Answers are added and never changed.
pub(super) async fn answered(
    State(app): State<App>,
    signed_in: SignedIn,
    Path((ods, case, event)): Path<(String, String, String)>,
    Form(fields): Fields,
) -> Result<Redirect, Error> {
    let practice = own_practice(&signed_in, &ods)?;
    let subject = Subject::Practice(practice.clone());
    if !may(&signed_in.actor, Action::ReadUrgent, &subject) {
        return Err(Error::NotFound);
    }
    let words = field(&fields, "words").to_owned();
    if words.is_empty() || words.chars().count() > limits::PARAGRAPH_CHARACTERS_MAX {
        return Ok(Told::WordsMissing.there(&practice));
    }
    let case = case.parse().map_err(|_| Error::NotFound)?;
    let (by, of) = (signed_in.actor.user, practice.clone());
    let write = move |tx: &Transaction<'_>| {
        urgent::answer(tx, &of, (case, &event), (by, clock::now_ms()), &words)
    };
    let (is_there, _) = app.store.write::<bool, StoreError>(write).await?;
    if is_there { Ok(Told::UrgentAnswered.there(&practice)) } else { Err(Error::NotFound) }
}
