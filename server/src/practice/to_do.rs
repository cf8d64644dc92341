//! What a practice is asked and has not answered: what was answered twice, amendments, and new
//! entries by code and date or by patient, each filed with one press.

use std::collections::BTreeSet;

use axum::{
    Form,
    extract::{Path, State},
    response::Redirect,
};
use maud::{Markup, html};
use rusqlite::Transaction;
use sha2::{Digest, Sha256};
use shared::{case::Role, ods::OdsCode};

use super::{Desk, Fields, Told, field, own_practice, source, view::person};
use crate::{
    app::App,
    clock,
    error::Error,
    page::{self, counted},
    receipt::{self, Answer, Named},
    session::SignedIn,
    store::{
        StoreError,
        asks::Action,
        ledger::hex,
        receipts::{Effect, Outcome, Said, Source, Way},
        settlements::{self, Settled},
    },
};

/// The form whose buttons stand in the tables.
const FORM: &str = "answers";

/// How new entries are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Order {
    /// As they are added in batches.
    #[default]
    CodeAndDate,
    /// As they are added patient by patient.
    Patient,
}

impl Order {
    pub(super) fn of(query: Option<&str>) -> Self {
        match query.unwrap_or_default().split('&').any(|part| part == "by=patient") {
            true => Self::Patient,
            false => Self::CodeAndDate,
        }
    }

    /// As a form says it, so that whoever answers finds the list as it was.
    pub(super) fn of_form(fields: &[(String, String)]) -> Self {
        match field(fields, "by") {
            "patient" => Self::Patient,
            _ => Self::CodeAndDate,
        }
    }

    pub(super) fn hidden(self) -> Markup {
        html! { @if self == Self::Patient { input type="hidden" name="by" value="patient"; } }
    }

    /// As the begin of an address's query.
    pub(super) fn query(self) -> &'static str {
        match self {
            Self::CodeAndDate => "",
            Self::Patient => "by=patient&",
        }
    }

    /// As an address's whole query.
    pub(super) fn alone(self) -> &'static str {
        match self {
            Self::CodeAndDate => "",
            Self::Patient => "?by=patient",
        }
    }
}

/// What is to do without a decision, as the page lists it: what is to be put right, and new
/// entries.
fn listed(to_do: &[Settled], order: Order) -> (Vec<&Settled>, Vec<&Settled>) {
    let rows = to_do.iter().filter(|settled| !settled.is_contested);
    let (mut new, changes): (Vec<&Settled>, Vec<&Settled>) =
        rows.partition(|settled| settled.action == Action::New);
    if order == Order::Patient {
        new.sort_by_cached_key(|settled| {
            let person = &settled.row.person;
            let name = (person.family_name.to_lowercase(), person.given_names.to_lowercase());
            (name, person.nhs_number.clone(), settled.row.event_date.clone())
        });
    }
    (changes, new)
}

/// The place on the page where somebody goes on who answers these rows: the next one to do.
pub(super) fn next_place(to_do: &[Settled], order: Order, answered: &[&str]) -> String {
    let (changes, new) = listed(to_do, order);
    let rows = changes.iter().chain(&new).map(|settled| settled.row.row_id.as_str());
    let mut after = rows.skip_while(|row_id| !answered.contains(row_id));
    after.find(|row_id| !answered.contains(row_id)).unwrap_or("to-do").to_owned()
}

/// What is to do, amendments first.
pub(super) fn sections(desk: &Desk) -> Markup {
    let contested: Vec<&Settled> =
        desk.to_do.iter().filter(|settled| settled.is_contested).collect();
    let (changes, new) = listed(&desk.to_do, desk.order);
    html! {
        (decide(desk, &contested))
        // The buttons of the tables are this form's, so that paper shows the tables and not the form.
        form method="post" action={ "/practice/" (desk.practice) "/answers" } id=(FORM) {
            (desk.order.hidden())
        }
        (amendments(desk, &changes))
        (new_entries(desk, &new))
    }
}

fn decide(desk: &Desk, contested: &[&Settled]) -> Markup {
    html! {
        @if !contested.is_empty() {
            section aria-labelledby="decide" class="fp-desk-urgent" {
                h2 id="decide" { "Answered twice, in two ways" }
                p { "Look in the patient's record, then decide which answer is right." }
                ul { @for settled in contested { li {
                    (page::nhs_number(&settled.row.person.nhs_number)) ", "
                    (settled.row.person.family_name.to_uppercase()) ", "
                    (page::date(&settled.row.event_date)) ": "
                    a href={ "/practice/" (desk.practice) "/rows/" (settled.row.row_id) } {
                        "decide" span class="nhsuk-u-visually-hidden" { " for "
                            (page::nhs_number(&settled.row.person.nhs_number)) }
                    }
                } } }
            }
        }
    }
}

fn amendments(desk: &Desk, changes: &[&Settled]) -> Markup {
    html! {
        @if !changes.is_empty() {
            section aria-labelledby="amend" {
                h2 id="amend" { "To put right first" }
                table class="nhsuk-table fp-desk-table" {
                    caption class="nhsuk-u-visually-hidden" { "To put right first" }
                    thead { tr {
                        th scope="col" { "NHS number" } th scope="col" { "Person" }
                        th scope="col" { "Entry" } th scope="col" { "What to do" }
                        th scope="col" class="fp-desk-answer" { "Answer" }
                    } }
                    tbody { @for settled in changes { tr id=(settled.row.row_id) {
                        td class="fp-desk-number" { (number(settled)) }
                        td { (person(&settled.row.person, &settled.row.sex)) }
                        td { (page::date(&settled.row.event_date)) br;
                            (settled.row.snomed_term) " "
                            code class="fp-desk-code" { (settled.row.snomed_code) } }
                        td { strong { @if settled.action == Action::Retract { "Take it out." }
                                @else { "Put it right." } } " " (settled.reason) }
                        td class="fp-desk-answer" { (buttons(desk, settled)) }
                    } } }
                }
            }
        }
    }
}

fn new_entries(desk: &Desk, new: &[&Settled]) -> Markup {
    let base = format!("/practice/{}", desk.practice);
    html! {
        section aria-labelledby="to-do" {
            h2 id="to-do" { "To do" }
            @if new.is_empty() {
                p { (nothing_to_enter(desk)) " Last looked " (page::time_now()) "." }
            } @else {
                p class="fp-desk-screen" { "Listed "
                    @match desk.order {
                        Order::CodeAndDate => { strong { "by code and date" } ", or "
                            a href={ (base) "?by=patient#to-do" } { "by patient" } }
                        Order::Patient => { strong { "by patient" } ", or "
                            a href={ (base) "#to-do" } { "by code and date" } }
                    }
                    "." }
                @match desk.order {
                    Order::CodeAndDate => {
                        @for of_code in new.chunk_by(|one, other|
                            one.row.snomed_code == other.row.snomed_code) {
                            (code_table(desk, of_code))
                        }
                    }
                    Order::Patient => (patient_table(desk, new)),
                }
            }
        }
    }
}

/// "Nothing on the current list. 18 will be on the next, at 06:00."
fn nothing_to_enter(desk: &Desk) -> String {
    match (desk.ready, desk.cut_off()) {
        (0, _) => "Nothing to enter.".to_owned(),
        (ready, None) => format!("Nothing on the current list. {ready} will be on the next."),
        (ready, Some(at)) => {
            format!("Nothing on the current list. {ready} will be on the next, at {at}.")
        }
    }
}

/// Names the rows of a batch as they stand: a press of its button means no other ones, such as one
/// that came since, or that a colleague took back.
fn fingerprint<'a>(rows: impl IntoIterator<Item = &'a Settled>) -> String {
    let mut names: Vec<String> = rows
        .into_iter()
        .map(|settled| format!("{}/{}", settled.row.row_id, settled.asked_in))
        .collect();
    names.sort();
    let hash = hex(&Sha256::digest(names.join(" ").as_bytes()));
    hash[..16].to_owned()
}

/// One code, its rows by date: each date can be added, and answered, as one batch.
fn code_table(desk: &Desk, rows: &[&Settled]) -> Markup {
    let first = &rows[0].row;
    html! {
        table class="nhsuk-table fp-desk-table" {
            caption class="nhsuk-table__caption" {
                code class="fp-desk-code" data-copy { (first.snomed_code) } " " (first.snomed_term)
                " (" (counted(rows.len(), "entry", "entries")) ")"
            }
            thead { tr {
                th scope="col" { "Date" } th scope="col" { "NHS number" }
                th scope="col" { "Person" } th scope="col" { "Author" } th scope="col" { "Contact" }
                th scope="col" class="fp-desk-answer" { "Answer" }
            } }
            @for batch in rows.chunk_by(|one, other| one.row.event_date == other.row.event_date) {
                tbody { @for (index, settled) in batch.iter().enumerate() {
                    tr id=(settled.row.row_id) {
                    @if index == 0 { (batch_head(batch)) }
                    td class="fp-desk-number" { (number(settled)) }
                    td { (person(&settled.row.person, &settled.row.sex)) }
                    td { (author(desk, settled)) }
                    td { (contact(settled)) }
                    td class="fp-desk-answer" { (buttons(desk, settled)) }
                } } }
            }
        }
    }
}

fn batch_head(batch: &[&Settled]) -> Markup {
    let row = &batch[0].row;
    html! {
        th scope="rowgroup" rowspan=(batch.len()) {
            (page::date(&row.event_date))
            @if batch.len() > 1 {
                br;
                button type="submit" form=(FORM) class="fp-desk-link" name="batch"
                    value={ (row.snomed_code) "/" (row.event_date) "/"
                        (fingerprint(batch.iter().copied())) } {
                    "All " (batch.len()) " filed"
                }
            }
        }
    }
}

/// One patient after the other, whatever the code.
fn patient_table(desk: &Desk, rows: &[&Settled]) -> Markup {
    html! {
        table class="nhsuk-table fp-desk-table" {
            caption class="nhsuk-u-visually-hidden" { "To do, by patient" }
            thead { tr {
                th scope="col" { "Person" } th scope="col" { "NHS number" }
                th scope="col" { "Date" } th scope="col" { "Entry" } th scope="col" { "Author" }
                th scope="col" { "Contact" }
                th scope="col" class="fp-desk-answer" { "Answer" }
            } }
            tbody { @for settled in rows { tr id=(settled.row.row_id) {
                td { (person(&settled.row.person, &settled.row.sex)) }
                td class="fp-desk-number" { (number(settled)) }
                td { (page::date(&settled.row.event_date)) }
                td { (settled.row.snomed_term) " "
                    code class="fp-desk-code" data-copy { (settled.row.snomed_code) } }
                td { (author(desk, settled)) }
                td { (contact(settled)) }
                td class="fp-desk-answer" { (buttons(desk, settled)) }
            } } }
        }
    }
}

fn number(settled: &Settled) -> Markup {
    let digits = &settled.row.person.nhs_number;
    html! { span data-copy=(digits) { (page::nhs_number(digits)) } }
}

fn author(desk: &Desk, settled: &Settled) -> Markup {
    let row = &settled.row;
    let username = desk.facts.names.get(&row.author).and_then(|(_, username)| username.as_ref());
    let role = Role::named(&row.author_role).map_or("", Role::words);
    html! {
        (desk.name(&row.author)) br;
        span class="fp-desk-quiet" { (role) @if let Some(username) = username { ", " (username) } }
    }
}

fn contact(settled: &Settled) -> Markup {
    let row = &settled.row;
    html! {
        (row.contact_type)
        @if row.hide_online { br; "Consider hiding from online access." }
    }
}

/// One press for what is usual, a page for the rest.
fn buttons(desk: &Desk, settled: &Settled) -> Markup {
    let row = &settled.row;
    let of = html! { span class="nhsuk-u-visually-hidden" {
    " for " (page::nhs_number(&row.person.nhs_number)) } };
    html! {
        button type="submit" form=(FORM) class="fp-desk-button" name="filed"
            value={ (row.row_id) "/" (settled.asked_in) } {
            (Outcome::Filed.words(settled.action)) (of)
        }
        " "
        a class="fp-desk-other" href={
            "/practice/" (desk.practice) "/rows/" (row.row_id) (desk.order.alone()) } {
            "Other" (of)
        }
    }
}

/// A press of one of the page's buttons: a row, or all rows of a code and a date.
pub(super) async fn answered(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(ods): Path<String>,
    Form(fields): Fields,
) -> Result<Redirect, Error> {
    let practice = own_practice(&signed_in, &ods)?;
    let source = source(&signed_in, Way::Page);
    let filed_by = signed_in.name.clone();
    let (of, order) = (practice.clone(), Order::of_form(&fields));
    let write = move |tx: &Transaction<'_>| {
        let pressed = pressed(tx, &of, &fields)?;
        let rows: Vec<&str> = pressed.iter().map(|(row_id, _)| row_id.as_str()).collect();
        let place = next_place(&settlements::outstanding(tx, &of)?, order, &rows);
        let told = file_pressed(tx, &of, &pressed, &filed_by, &source)?;
        Ok::<_, StoreError>((told, place))
    };
    let ((told, place), _) = app.store.write(write).await?;
    Ok(told.there_at(&practice, order, &place))
}

/// The rows whose button was pressed, each with the list that asks for it.
fn pressed(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    fields: &[(String, String)],
) -> Result<Vec<(String, u32)>, StoreError> {
    let one = field(fields, "filed").split_once('/');
    let batch = field(fields, "batch").split('/').collect::<Vec<_>>();
    match (one, &batch[..]) {
        (Some((row_id, asked_in)), _) => match asked_in.parse() {
            Ok(asked_in) => Ok(vec![(row_id.to_owned(), asked_in)]),
            Err(_) => Ok(Vec::new()),
        },
        (None, [code, date, seen]) => batch_rows(tx, practice, (code, date), seen),
        (None, _) => Ok(Vec::new()),
    }
}

fn file_pressed(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    pressed: &[(String, u32)],
    filed_by: &str,
    source: &Source,
) -> Result<Told, StoreError> {
    let today = clock::today();
    let said = Said {
        outcome: Some(Outcome::Filed),
        on_date: today.to_string(),
        filed_by: filed_by.to_owned(),
        system: String::new(),
        detail: String::new(),
    };
    let Ok(answer) = Answer::new(Outcome::Filed, said) else { return Ok(Told::Nothing) };
    let (mut new, mut known, mut told) = (0, 0, BTreeSet::new());
    for (row_id, asked_in) in pressed {
        let named = Named { practice, row_id, number: Some(*asked_in) };
        match receipt::answer(tx, named, &answer, source, today)? {
            Ok(Effect::Answers) => new += 1,
            Ok(Effect::Nothing | Effect::SaidBefore) => known += 1,
            Ok(Effect::Contradicts) => drop(told.insert("contradicts")),
            Err(_) => drop(told.insert("gone")),
        }
    }
    Ok(match (told.contains("contradicts"), told.contains("gone")) {
        (true, _) => Told::Contradicts,
        (_, true) if new == 0 => Told::Gone,
        _ if pressed.is_empty() => Told::Gone,
        _ => Told::Answered(new, known),
    })
}

/// The rows of a batch, unless they are others than the page showed.
fn batch_rows(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    (code, date): (&str, &str),
    seen: &str,
) -> Result<Vec<(String, u32)>, StoreError> {
    let mut rows = settlements::outstanding(tx, practice)?;
    rows.retain(|settled| {
        settled.action == Action::New
            && !settled.is_contested
            && settled.row.snomed_code == code
            && settled.row.event_date == date
    });
    if fingerprint(&rows) != seen {
        return Ok(Vec::new());
    }
    Ok(rows.into_iter().map(|settled| (settled.row.row_id, settled.asked_in)).collect())
}
