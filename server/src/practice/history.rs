//! What a practice answered so far: what was sent back, the files that were uploaded, and who did
//! what.

use axum::{
    extract::{Path, State},
    response::Response,
};
use jiff::Timestamp;
use maud::{Markup, html};
use rusqlite::Transaction;
use shared::{ids::UserId, ods::OdsCode};

use super::{own_practice, shown, view};
use crate::{
    app::App,
    error::Error,
    page,
    service::ServiceFacts,
    session::SignedIn,
    store::{
        StoreError,
        packs::{self, PackLine},
        receipts::{self, FileLine, Kind, Receipt},
        settlements::{self, Balance, Settled},
        worklist::WorklistRow,
    },
};

/// Answers that are listed. Older ones are found by patient.
const RECEIPTS_MAX: usize = 500;

struct History {
    facts: ServiceFacts,
    practice: OdsCode,
    balance: Balance,
    refused: Vec<Settled>,
    files: Vec<FileLine>,
    receipts: Vec<(Receipt, WorklistRow)>,
    lists: Vec<PackLine>,
}

impl History {
    fn read(tx: &Transaction<'_>, practice: OdsCode) -> Result<Self, StoreError> {
        Ok(Self {
            facts: ServiceFacts::load(tx)?,
            balance: settlements::balance(tx, &practice)?,
            refused: settlements::refused(tx, Some(&practice))?,
            files: receipts::files(tx, &practice)?,
            receipts: receipts::latest(tx, &practice, RECEIPTS_MAX)?,
            lists: packs::list(tx, &practice)?,
            practice,
        })
    }

    fn by(&self, by: Option<&UserId>) -> &str {
        by.map_or("The service", |by| self.facts.name(by))
    }
}

pub(super) async fn page(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(ods): Path<String>,
) -> Result<Response, Error> {
    let practice = own_practice(&signed_in, &ods)?;
    let history = app.store.read(move |tx| History::read(tx, practice)).await?;
    let body = html! {
        p { a href={ "/practice/" (history.practice) } { "Back to the list" } }
        p class="fp-desk-balance" { (view::balance(&history.balance, &history.lists)) }
        (sent_back(&history))
        (files(&history))
        (answers(&history))
    };
    Ok(shown(page::with_script("Answers so far", &signed_in, &history.facts.name, &body)))
}

fn sent_back(history: &History) -> Markup {
    html! {
        section aria-labelledby="sent-back" {
            h2 id="sent-back" { "Sent back to the link workers" }
            @if history.refused.is_empty() {
                p { "Nothing was sent back." }
            } @else {
                table class="nhsuk-table fp-desk-table" {
                    caption class="nhsuk-u-visually-hidden" { "Sent back to the link workers" }
                    thead { tr {
                        th scope="col" { "NHS number" } th scope="col" { "Person" }
                        th scope="col" { "Entry" } th scope="col" { "Answer" }
                    } }
                    tbody { @for settled in &history.refused { tr {
                        td class="fp-desk-number" {
                            (page::nhs_number(&settled.row.person.nhs_number)) }
                        td { (view::person(&settled.row.person, &settled.row.sex)) }
                        td { a href={
                            "/practice/" (history.practice) "/rows/" (settled.row.row_id) } {
                            (page::date(&settled.row.event_date)) } " " (settled.row.snomed_term) }
                        td { (view::answer(settled)) }
                    } } }
                }
            }
        }
    }
}

fn files(history: &History) -> Markup {
    html! {
        section aria-labelledby="files" {
            h2 id="files" { "Receipt files" }
            @if history.files.is_empty() {
                p { "No receipt file was uploaded." }
            } @else {
                table class="nhsuk-table" {
                    caption class="nhsuk-u-visually-hidden" { "Receipt files" }
                    thead { tr {
                        th scope="col" { "Uploaded" } th scope="col" { "By" }
                        th scope="col" { "Taken in" } th scope="col" { "Already answered" }
                        th scope="col" { "Contradicting" } th scope="col" { "Refused" }
                    } }
                    tbody { @for file in &history.files { tr {
                        td { (at(file.at)) } td { (history.by(file.by.as_ref())) }
                        td { (file.counts.taken) } td { (file.counts.known) }
                        td { (file.counts.waiting) } td { (file.counts.refused) }
                    } } }
                }
            }
        }
    }
}

fn answers(history: &History) -> Markup {
    html! {
        section aria-labelledby="answers" {
            h2 id="answers" { "Who did what" }
            @if history.receipts.is_empty() {
                p { "Nobody has answered anything yet." }
            } @else {
                table class="nhsuk-table" {
                    caption class="nhsuk-u-visually-hidden" { "Who did what" }
                    thead { tr {
                        th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "What" }
                        th scope="col" { "How" } th scope="col" { "Person" }
                        th scope="col" { "Entry" }
                    } }
                    tbody { @for (receipt, row) in &history.receipts { tr {
                        td { (at(receipt.at)) } td { (history.by(receipt.by.as_ref())) }
                        td { (what(receipt)) } td { (receipt.way) }
                        td { (view::person(&row.person, &row.sex)) }
                        td { a href={
                            "/practice/" (history.practice) "/rows/" (receipt.row_id) } {
                            (page::date(&row.event_date)) } br;
                            span class="fp-desk-quiet" { (row.snomed_term) } }
                    } } }
                }
            }
        }
    }
}

fn at(unix_ms: i64) -> String {
    page::instant(&Timestamp::from_millisecond(unix_ms).unwrap_or_default().to_string())
}

fn what(receipt: &Receipt) -> String {
    match (receipt.kind, receipt.said.outcome) {
        (Kind::Undo, _) | (_, None) => "Took the answer back".to_owned(),
        (Kind::Answer, Some(outcome)) => outcome.words(receipt.asked).to_owned(),
        (Kind::Settle, Some(outcome)) => format!("Decided: {}", outcome.words(receipt.asked)),
    }
}
