//! Where a practice gives in a receipt file, and reads what became of each line.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart, Path, State},
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
    routing::get,
};
use maud::{Markup, html};
use shared::ods::OdsCode;

use super::{own_practice, source};
use crate::{
    app::App,
    error::Error,
    page,
    receipt::{self, FileRefusal, Report},
    service::ServiceFacts,
    session::SignedIn,
    store::receipts::Way,
    upload::{self, FORM_BYTES},
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/practice/{ods}/receipts", get(ask).post(given))
        .layer(DefaultBodyLimit::max(receipt::FILE_BYTES_MAX + FORM_BYTES))
}

async fn ask(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(ods): Path<String>,
) -> Result<Response, Error> {
    let practice = own_practice(&signed_in, &ods)?;
    let service = app.store.read(ServiceFacts::load).await?.name;
    Ok(draw(&practice, (&signed_in, &service), StatusCode::OK, &html! {}))
}

async fn given(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(ods): Path<String>,
    form: Multipart,
) -> Result<Response, Error> {
    let practice = own_practice(&signed_in, &ods)?;
    let service = app.store.read(ServiceFacts::load).await?.name;
    let reader = (&signed_in, service.as_str());
    let bad = |words: &str| {
        let said = html! { div class="fp-desk-urgent" role="alert" { p { (words) } } };
        draw(&practice, reader, StatusCode::BAD_REQUEST, &said)
    };
    let Some(file) = upload::file_of(form).await? else {
        return Ok(bad("Choose a file first."));
    };
    let (store, of, source) = (app.store.clone(), practice.clone(), source(&signed_in, Way::File));
    let taken =
        tokio::task::spawn_blocking(move || receipt::take_in(&store, Some(of), &file, source));
    match taken.await.map_err(Error::internal)? {
        Ok(report) => Ok(draw(&practice, reader, StatusCode::OK, &told(&report))),
        Err(FileRefusal::Store(error)) => Err(error.into()),
        Err(refusal) => Ok(bad(&refusal.to_string())),
    }
}

fn told(report: &Report) -> Markup {
    html! {
        div role="status" {
            p class="fp-desk-balance" { (report.summary()) }
            @if !report.lines.is_empty() {
                table class="nhsuk-table" {
                    caption class="nhsuk-table__caption" { "Lines that need somebody" }
                    thead { tr { th scope="col" { "Line" } th scope="col" { "Why" } } }
                    tbody { @for (line, words) in &report.lines { tr {
                        td { (line) } td { (words) }
                    } } }
                }
            }
            @if report.unlisted > 0 { p { "And " (report.unlisted) " more." } }
        }
    }
}

fn draw(
    practice: &OdsCode,
    (signed_in, service): (&SignedIn, &str),
    status: StatusCode,
    said: &Markup,
) -> Response {
    let body = html! {
        (said)
        p {
            "Fill in " strong { "receipt.csv" } " of a list and upload it here. Lines without an "
            "outcome are left for later, and uploading a file twice changes nothing."
        }
        form method="post" enctype="multipart/form-data" {
            div class="nhsuk-form-group" {
                label class="nhsuk-label" for="file" { "The file" }
                input type="file" id="file" name="file" accept=".csv,text/csv" required;
            }
            button type="submit" class="nhsuk-button" { "Upload" }
        }
        p { a href={ "/practice/" (practice) } { "Back to the list" } }
    };
    let markup = page::page("Receipt file", signed_in, service, &body);
    (status, [(CACHE_CONTROL, "no-store")], markup).into_response()
}
