//! Everything that a practice was asked about one patient. Asked for with a form that is posted,
//! since an address may not hold a number.

use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use maud::{Markup, html};
use shared::{nhs_number::NhsNumber, ods::OdsCode};

use super::{Fields, field, own_practice, shown, view};
use crate::{
    app::App,
    error::Error,
    page::{self, counted},
    service::ServiceFacts,
    session::SignedIn,
    store::{
        StoreError,
        settlements::{self, Settled},
    },
};

pub(super) async fn page(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(ods): Path<String>,
    Form(fields): Fields,
) -> Result<Response, Error> {
    let practice = own_practice(&signed_in, &ods)?;
    let asked = field(&fields, "nhs_number").to_owned();
    let number = NhsNumber::parse(&asked).ok();
    let of = practice.clone();
    let read = move |tx: &rusqlite::Transaction<'_>| {
        let rows = match &number {
            Some(number) => settlements::of_patient(tx, &of, &number.digits())?,
            None => Vec::new(),
        };
        Ok::<_, StoreError>((ServiceFacts::load(tx)?, number, rows))
    };
    let (facts, number, rows) = app.store.read(read).await?;
    let body = html! {
        p { a href={ "/practice/" (practice) } { "Back to the list" } }
        @match &number {
            None => p role="alert" {
                "That is not an NHS number: it has ten digits, and the last one must fit the others."
            },
            Some(number) => (found(&practice, number, &rows)),
        }
    };
    Ok(shown(page::with_script("One patient", &signed_in, &facts.name, &body)))
}

fn found(practice: &OdsCode, number: &NhsNumber, rows: &[Settled]) -> Markup {
    html! {
        p class="fp-desk-balance" {
            (number.spaced()) ": " (counted(rows.len(), "entry", "entries")) "."
        }
        @if rows.is_empty() {
            p { "No list of this practice had an entry for this number." }
        } @else {
            table class="nhsuk-table fp-desk-table" {
                caption class="nhsuk-u-visually-hidden" { "Entries for this patient" }
                thead { tr {
                    th scope="col" { "Person" } th scope="col" { "Date" } th scope="col" { "Entry" }
                    th scope="col" { "Asked" } th scope="col" { "Answer" }
                } }
                tbody { @for settled in rows { tr {
                    td { (view::person(&settled.row.person, &settled.row.sex)) }
                    td { a href={ "/practice/" (practice) "/rows/" (settled.row.row_id) } {
                        (page::date(&settled.row.event_date)) } }
                    td { (settled.row.snomed_term) " "
                        code class="fp-desk-code" { (settled.row.snomed_code) } }
                    td { (view::asked(settled.action, settled.asked_in)) }
                    td { (view::answer(settled)) }
                } } }
            }
        }
    }
}
