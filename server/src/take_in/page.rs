//! `/team/unsent`: where a lead or an administrator gives in a file that somebody carried to them.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart, State},
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
    routing::get,
};
use maud::{Markup, html};
use shared::{
    limits,
    policy::{Action, Subject, may},
};

use super::{Report, TakeInError, take_in};
use crate::{
    app::App,
    error::Error,
    page,
    session::SignedIn,
    upload::{self, FORM_BYTES},
};

/// The routes of this room.
pub fn router() -> Router<App> {
    Router::new()
        .route("/team/unsent", get(ask).post(given))
        .layer(DefaultBodyLimit::max(limits::CARRIED_FILE_BYTES_MAX + FORM_BYTES))
}

fn check(signed_in: &SignedIn) -> Result<(), Error> {
    let may = |action| may(&signed_in.actor, action, &Subject::Service);
    if may(Action::ReadTeam) || may(Action::RunService) { Ok(()) } else { Err(Error::NotFound) }
}

async fn ask(signed_in: SignedIn) -> Result<Response, Error> {
    check(&signed_in)?;
    Ok(answer(&signed_in, StatusCode::OK, &html! {}))
}

async fn given(
    State(app): State<App>,
    signed_in: SignedIn,
    form: Multipart,
) -> Result<Response, Error> {
    check(&signed_in)?;
    let Some(file) = upload::file_of(form).await? else {
        return Ok(answer(&signed_in, StatusCode::BAD_REQUEST, &problem("Choose a file first.")));
    };
    let store = app.store.clone();
    let taken = tokio::task::spawn_blocking(move || take_in(&store, &file)).await;
    Ok(match taken.map_err(Error::internal)? {
        Ok(report) => answer(&signed_in, StatusCode::OK, &told(&report)),
        Err(TakeInError::Store(error)) => return Err(error.into()),
        Err(error) => answer(&signed_in, StatusCode::BAD_REQUEST, &problem(&error.to_string())),
    })
}

fn problem(words: &str) -> Markup {
    html! { div class="fp-desk-urgent" role="alert" { p { (words) } } }
}

fn told(report: &Report) -> Markup {
    html! {
        div role="status" {
            p class="fp-desk-balance" { (report.summary()) }
            ul { @for case in &report.cases { li { (case.line()) } } }
        }
    }
}

fn answer(signed_in: &SignedIn, status: StatusCode, said: &Markup) -> Response {
    let body = html! {
        (said)
        p {
            "A phone that cannot send puts what is unsent into a file. Its name begins with "
            strong { "fingerpost-unsent" } " and it can be read here alone. Giving it in twice does "
            "no harm, and what is in it stays on the phone until that can send again."
        }
        form method="post" enctype="multipart/form-data" {
            div class="nhsuk-form-group" {
                label class="nhsuk-label" for="file" { "The file" }
                input type="file" id="file" name="file" accept=".fpw" required;
            }
            button type="submit" class="nhsuk-button" { "Take it in" }
        }
        p { a href="/team" { "Back to the team" } }
    };
    let markup = page::page("Work that a phone could not send", signed_in, "", &body);
    (status, [(CACHE_CONTROL, "no-store")], markup).into_response()
}
