//! One entry of a practice: what was asked, what was answered by whom, and every answer that it
//! takes.

use axum::{
    Form,
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use maud::{Markup, html};
use rusqlite::Transaction;
use shared::{calendar, limits, ods::OdsCode};

use super::{
    Fields, Told, field, own_practice, shown, source,
    to_do::{self, Order},
    view,
};
use crate::{
    app::App,
    clock,
    error::Error,
    page,
    receipt::{self, Answer, Named, Refusal},
    service::ServiceFacts,
    session::SignedIn,
    store::{
        StoreError,
        course::Course,
        receipts::{self, Effect, Kind, Outcome, Receipt, Said, Seen, Way},
        settlements::{self, Settled},
    },
};

/// Everything on the page, read in one transaction.
struct Row {
    facts: ServiceFacts,
    practice: OdsCode,
    /// How the list is ordered to which this page leads back.
    order: Order,
    settled: Settled,
    course: Course,
    receipts: Vec<Receipt>,
}

impl Row {
    /// The row, if it is this practice's.
    fn read(
        tx: &Transaction<'_>,
        (practice, row_id): (OdsCode, &str),
        order: Order,
    ) -> Result<Option<Self>, StoreError> {
        let settled = settlements::find(tx, row_id)?;
        let Some(settled) = settled.filter(|settled| settled.practice == practice.as_str()) else {
            return Ok(None);
        };
        let (course, receipts) = (Course::of(tx, row_id)?, receipts::of_row(tx, row_id)?);
        let facts = ServiceFacts::load(tx)?;
        Ok(Some(Self { facts, practice, order, settled, course, receipts }))
    }

    fn base(&self) -> String {
        format!("/practice/{}/rows/{}", self.practice, self.settled.row.row_id)
    }
}

pub(super) async fn page(
    State(app): State<App>,
    signed_in: SignedIn,
    Path((ods, row_id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let practice = own_practice(&signed_in, &ods)?;
    let order = Order::of(query.as_deref());
    let row = app.store.read(move |tx| Row::read(tx, (practice, &row_id), order)).await?;
    Ok(shown(draw(&row.ok_or(Error::NotFound)?, &signed_in, None)))
}

pub(super) async fn answered(
    State(app): State<App>,
    signed_in: SignedIn,
    Path((ods, row_id)): Path<(String, String)>,
    Form(fields): Fields,
) -> Result<Response, Error> {
    let practice = own_practice(&signed_in, &ods)?;
    let (source, order) = (source(&signed_in, Way::Page), Order::of_form(&fields));
    let (of, id) = (practice.clone(), row_id.clone());
    let write = move |tx: &Transaction<'_>| {
        let answer = match read_form(&fields) {
            Ok(answer) => answer,
            Err(words) => return Ok(Err(words)),
        };
        let number = field(&fields, "asked_in").parse().ok();
        let named = Named { practice: &of, row_id: &id, number };
        let place = to_do::next_place(&settlements::outstanding(tx, &of)?, order, &[&id]);
        let taken = receipt::answer(tx, named, &answer, &source, clock::today())?;
        let taken = taken.map_err(|refusal| refusal.to_string());
        Ok::<_, StoreError>(taken.map(|effect| (effect, place)))
    };
    let (told, place) = match app.store.write(write).await?.0 {
        Ok((Effect::Answers, place)) => (Told::Answered(1, 0), place),
        Ok((Effect::Nothing | Effect::SaidBefore, place)) => (Told::Answered(0, 1), place),
        Ok((Effect::Contradicts, place)) => (Told::Contradicts, place),
        Err(words) => {
            let of = practice.clone();
            let row = app.store.read(move |tx| Row::read(tx, (of, &row_id), order)).await?;
            let markup = draw(&row.ok_or(Error::NotFound)?, &signed_in, Some(&words));
            return Ok((StatusCode::BAD_REQUEST, shown(markup)).into_response());
        }
    };
    Ok(told.there_at(&practice, order, &place).into_response())
}

/// What the form says, or what is missing.
fn read_form(fields: &[(String, String)]) -> Result<Answer, String> {
    let outcome = Outcome::named(field(fields, "outcome")).ok_or("Choose what you did.")?;
    let on_date = match field(fields, "on_date") {
        "" => String::new(),
        text => calendar::parse(text, clock::today())
            .map_err(|_| "Write the day as 2026-11-03 or 3/11/2026.")?
            .to_string(),
    };
    let text = |name| field(fields, name).to_owned();
    let said = Said {
        outcome: Some(outcome),
        on_date,
        filed_by: text("filed_by"),
        system: text("system"),
        detail: text("detail"),
    };
    Answer::new(outcome, said).map_err(|refusal| match refusal {
        Refusal::ReasonMissing => "Say why it is rejected.".to_owned(),
        Refusal::OtherRowMissing => "Say which other entry it is the same as.".to_owned(),
        other => other.to_string(),
    })
}

pub(super) async fn undone(
    State(app): State<App>,
    signed_in: SignedIn,
    Path((ods, row_id)): Path<(String, String)>,
    Form(fields): Fields,
) -> Result<Response, Error> {
    let practice = own_practice(&signed_in, &ods)?;
    let (of, id, source) = (practice.clone(), row_id.clone(), source(&signed_in, Way::Page));
    let (seen, order) = (Seen::parse(field(&fields, "seen")), Order::of_form(&fields));
    let write = move |tx: &Transaction<'_>| {
        receipt::undo(tx, Named { practice: &of, row_id: &id, number: None }, seen, &source)
    };
    let done = app.store.write(write).await?.0;
    let done = done.map(|()| Told::Undone);
    came_of(&app, &signed_in, (practice, &row_id), order, done).await
}

/// Where somebody goes on who took an answer back or decided. Who meant other answers than there
/// are now is shown these.
async fn came_of(
    app: &App,
    signed_in: &SignedIn,
    (practice, row_id): (OdsCode, &str),
    order: Order,
    done: Result<Told, Refusal>,
) -> Result<Response, Error> {
    match done {
        Ok(told) => Ok(told.there_at(&practice, order, row_id).into_response()),
        Err(Refusal::UnknownRow | Refusal::OtherPractice) => Err(Error::NotFound),
        Err(refusal @ Refusal::OutElsewhere) => Err(Error::Conflict(refusal.to_string())),
        Err(refusal @ Refusal::AnsweredSince) => {
            let (of, id) = (practice, row_id.to_owned());
            let row = app.store.read(move |tx| Row::read(tx, (of, &id), order)).await?;
            let words = format!("{refusal} This is how it stands now.");
            let markup = draw(&row.ok_or(Error::NotFound)?, signed_in, Some(&words));
            Ok((StatusCode::CONFLICT, shown(markup)).into_response())
        }
        Err(_) => Ok(Told::Gone.there_at(&practice, order, row_id).into_response()),
    }
}

pub(super) async fn settled(
    State(app): State<App>,
    signed_in: SignedIn,
    Path((ods, row_id)): Path<(String, String)>,
    Form(fields): Fields,
) -> Result<Response, Error> {
    let practice = own_practice(&signed_in, &ods)?;
    let (of, id, source) = (practice.clone(), row_id.clone(), source(&signed_in, Way::Page));
    let chosen = Outcome::named(field(&fields, "outcome"));
    let chosen = chosen.ok_or_else(|| Error::BadRequest("Choose one of the answers.".into()))?;
    let chosen = (chosen, Seen::parse(field(&fields, "seen")));
    let write = move |tx: &Transaction<'_>| {
        receipt::settle(tx, Named { practice: &of, row_id: &id, number: None }, chosen, &source)
    };
    let done = app.store.write(write).await?.0;
    let (done, order) = (done.map(|()| Told::Settled), Order::of_form(&fields));
    came_of(&app, &signed_in, (practice, &row_id), order, done).await
}

fn draw(row: &Row, signed_in: &SignedIn, problem: Option<&str>) -> Markup {
    let entry = &row.settled.row;
    let standing = receipt::standing(&row.course);
    let body = html! {
        @if let Some(words) = problem {
            div class="fp-desk-urgent" role="alert" { p { (words) } }
        }
        p { a href={ "/practice/" (row.practice) (row.order.alone()) "#" (entry.row_id) } {
            "Back to the list" } }
        p { @if !entry.person.birth_date.is_empty() { "Born "
                (page::birth_date(&entry.person.birth_date)) ", " }
            @if !entry.sex.is_empty() { (entry.sex) ", " }
            "NHS number " span data-copy=(entry.person.nhs_number) {
                (page::nhs_number(&entry.person.nhs_number)) } }
        p { strong { (view::asked(row.settled.action, row.settled.asked_in)) } ". "
            (row.settled.reason) }
        p { code class="fp-desk-code" data-copy { (entry.snomed_code) } " " (entry.snomed_term) ", "
            (page::date(&entry.event_date)) ", by " (row.facts.name(&entry.author)) }
        p { "Answer: " (view::answer(&row.settled)) }
        @if let (Some(first), Some(second)) = (standing.answer, standing.contradiction) {
            (decision(row, first, second))
        } @else if standing.answer.is_some() {
            form method="post" action={ (row.base()) "/undo" } {
                (row.order.hidden())
                input type="hidden" name="seen" value=(standing.seen());
                button type="submit" class="nhsuk-button nhsuk-button--secondary" {
                    "Take the answer back"
                }
            }
        } @else {
            (answer_form(row, signed_in))
        }
        (history(row))
    };
    // A browser keeps the titles of pages for whoever looks next: the name is on the page alone.
    let person = &entry.person;
    let heading = match person.family_name.is_empty() && person.given_names.is_empty() {
        true => "One entry".to_owned(),
        false => format!("{}, {}", person.family_name.to_uppercase(), person.given_names),
    };
    page::about_somebody("One entry", &heading, signed_in, &row.facts.name, &body)
}

fn decision(row: &Row, first: &Receipt, second: &Receipt) -> Markup {
    html! {
        form method="post" action={ (row.base()) "/settle" } {
            (row.order.hidden())
            input type="hidden" name="seen" value=(receipt::standing(&row.course).seen());
            fieldset class="nhsuk-fieldset" {
                legend class="nhsuk-fieldset__legend" { "Which answer is right?" }
                @for receipt in [first, second] {
                    @if let Some(outcome) = receipt.said.outcome {
                        p { button type="submit" class="nhsuk-button nhsuk-button--secondary"
                            name="outcome" value=(outcome.name()) { (outcome.words(receipt.asked)) }
                            " " span class="fp-desk-quiet" { (said_by(row, receipt)) } }
                    }
                }
            }
        }
    }
}

fn answer_form(row: &Row, signed_in: &SignedIn) -> Markup {
    html! {
        form method="post" action=(row.base()) {
            (row.order.hidden())
            input type="hidden" name="asked_in" value=(row.settled.asked_in);
            fieldset class="nhsuk-fieldset" {
                legend class="nhsuk-fieldset__legend" { "What did you do?" }
                @for outcome in Outcome::ALL {
                    div class="fp-desk-choice" {
                        input type="radio" name="outcome" id=(outcome.name())
                            value=(outcome.name()) required;
                        label for=(outcome.name()) {
                            (outcome.words(row.settled.action)) }
                    }
                }
            }
            div class="nhsuk-form-group" {
                label class="nhsuk-label" for="on_date" { "On which day" }
                input class="nhsuk-input nhsuk-input--width-10" type="date" id="on_date"
                    name="on_date" value=(clock::today()) max=(clock::today());
            }
            (line("filed_by", "By whom", &signed_in.name))
            (line("system", "In which system", ""))
            div class="nhsuk-form-group" {
                label class="nhsuk-label" for="detail" { "Why, or which other entry" }
                textarea class="nhsuk-textarea" id="detail" name="detail" rows="2"
                    maxlength=(limits::PARAGRAPH_CHARACTERS_MAX) autocomplete="off" {}
            }
            p class="fp-desk-quiet" {
                "A refusal goes back to the link worker. Say nothing here that they may not read."
            }
            button type="submit" class="nhsuk-button" { "Save the answer" }
        }
    }
}

fn line(name: &str, label: &str, value: &str) -> Markup {
    html! {
        div class="nhsuk-form-group" {
            label class="nhsuk-label" for=(name) { (label) }
            input class="nhsuk-input nhsuk-input--width-20" type="text" id=(name) name=(name)
                value=(value) maxlength=(limits::LINE_CHARACTERS_MAX) autocomplete="off";
        }
    }
}

fn history(row: &Row) -> Markup {
    html! {
        section aria-labelledby="history" {
            h2 id="history" { "Who did what" }
            @if row.receipts.is_empty() {
                p { "Nobody has answered it yet." }
            }
            ul { @for receipt in &row.receipts { li {
                @match (receipt.kind, receipt.said.outcome) {
                    (Kind::Undo, _) | (_, None) => "Answer taken back",
                    (Kind::Answer, Some(outcome)) => (outcome.words(receipt.asked)),
                    (Kind::Settle, Some(outcome)) => { "Decided: " (outcome.words(receipt.asked)) }
                }
                ", for list " (receipt.number) ". "
                span class="fp-desk-quiet" { (said_by(row, receipt)) }
            } } }
        }
    }
}

/// Who said it, when and how.
fn said_by(row: &Row, receipt: &Receipt) -> String {
    let by = receipt.by.as_ref().map_or("The service", |by| row.facts.name(by));
    let at = Timestamp::from_millisecond(receipt.at).unwrap_or_default();
    let filed_by = match receipt.said.filed_by.as_str() {
        "" => String::new(),
        named => format!(", entered by {named}"),
    };
    format!("{by}, {}, by {}{filed_by}", page::instant(&at.to_string()), receipt.way)
}
