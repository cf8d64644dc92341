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
    policy::{Action, Subject, may},
};

use super::{Desk, Fields, Told, field, own_practice, view::person};
use crate::{
    app::App,
    clock,
    error::Error,
    page::{self, counted},
    session::SignedIn,
    store::{
        StoreError,
        urgent::{self, UrgentAnswer, UrgentRow},
    },
};

pub(super) fn section(desk: &Desk) -> Markup {
    let open = desk.urgent.iter().filter(|(_, row)| !row.has_owner()).count();
    let unanswered = desk.urgent.iter().filter(|(answers, _)| answers.is_empty()).count();
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
                @if unanswered > 0 {
                    p { (counted(unanswered, "concern needs", "concerns need"))
                        " an answer: who at the practice looks after it, and what they do." }
                }
                p { "What was said is not shown here: the link worker tells you." }
                table class="nhsuk-table fp-desk-table" {
                    caption class="nhsuk-u-visually-hidden" { "Urgent concerns" }
                    thead { tr {
                        th scope="col" { "NHS number" } th scope="col" { "Person" }
                        th scope="col" { "Since" } th scope="col" { "Recorded by" }
                        th scope="col" { "Who was told" } th scope="col" { "Who took it over" }
                        th scope="col" { "What the practice does" }
                    } }
                    tbody { @for (answers, row) in &desk.urgent { (line(desk, row, answers)) } }
                }
            }
        }
    }
}

fn line(desk: &Desk, row: &UrgentRow, answers: &[UrgentAnswer]) -> Markup {
    let id = format!("urgent-{}", row.event);
    html! { tr {
        td class="fp-desk-number" { (page::nhs_number(&row.person.nhs_number)) }
        td { (person(&row.person, "")) }
        td { (page::date(&row.event_date)) ", " (row.event_time) }
        td { (desk.name(&row.author)) }
        td { (page::told(row)) }
        td { @if row.has_owner() { (row.owner) } @else { strong { "Nobody yet" } } }
        td {
            @for answer in answers {
                p { (answer.words) br; span class="fp-desk-quiet" {
                    (desk.name(&answer.by)) ", " (page::instant(&answer.at.to_string())) } }
            }
            form method="post"
                action={ "/practice/" (desk.practice) "/urgent/" (row.case) "/" (row.event) } {
                label class="nhsuk-label" for=(id) {
                    @if answers.is_empty() { "Who looks after it, and what they do" }
                    @else { "Add to it" }
                }
                input class="nhsuk-input" type="text" id=(id) name="words" required
                    maxlength=(limits::PARAGRAPH_CHARACTERS_MAX) autocomplete="off";
                button type="submit" class="fp-desk-button" {
                    "Answer" span class="nhsuk-u-visually-hidden" {
                        " for " (page::nhs_number(&row.person.nhs_number)) }
                }
            }
        }
    } }
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
