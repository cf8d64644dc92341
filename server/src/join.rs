//! Signing in with a one-time link, and signing out.

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header::SET_COOKIE},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use shared::{case::Role, ods::OdsCode};

use crate::{app::App, assets, clock, error::Error, session, store::people};

/// The routes of this room.
pub fn router() -> Router<App> {
    Router::new().route("/join/{token}", get(page).post(accept)).route("/sign-out", post(sign_out))
}

/// Shows one button and changes nothing: programs that look at links ahead of people do not use
/// the invitation up.
async fn page(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Error> {
    let stands = session::is_token(&token)
        && app.store.read(move |tx| people::invited(tx, &token, clock::now_ms())).await?.is_some();
    let words = if stands {
        "<h1>Sign in on this device</h1>\
         <p>The link works once. Use it on the device that you will work with.</p>\
         <form method=\"post\">\
         <button class=\"nhsuk-button\" type=\"submit\">Sign in</button></form>"
    } else {
        "<h1>This link has been used, or is out of date</h1>\
         <p>Ask your service for a new one. If you are signed in already, \
         <a href=\"/\">go on</a>.</p>"
    };
    Ok(Html(document(words)).into_response())
}

fn document(words: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en-GB\" class=\"fp-desk\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Sign in - Fingerpost</title>\
         <link rel=\"icon\" href=\"/icons/icon.svg\" type=\"image/svg+xml\"><link rel=\"stylesheet\" href=\"{}\"></head>\
         <body><div class=\"nhsuk-width-container\"><main class=\"nhsuk-main-wrapper\">{words}\
         </main></div></body></html>",
        assets::DESK_STYLE_PATH
    )
}

async fn accept(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Error> {
    let gone = || {
        let words = "This link has been used, or is out of date. Ask your service for a new one.";
        Error::Conflict(words.into())
    };
    if !session::is_token(&token) {
        return Err(gone());
    }
    let accepted = app.store.write(move |tx| people::accept(tx, &token, clock::now_ms()));
    let (accepted, _) = accepted.await?;
    let (session, role, practice) = accepted.ok_or_else(gone)?;
    let cookie = HeaderValue::try_from(session::cookie(&session, app.is_https()))
        .map_err(Error::internal)?;
    let there = Redirect::to(&first_page(role, practice.as_ref()));
    Ok(([(SET_COOKIE, cookie)], there).into_response())
}

/// Where each role's work is.
fn first_page(role: Role, practice: Option<&OdsCode>) -> String {
    match (role, practice) {
        (Role::PracticeStaff, Some(practice)) => format!("/practice/{practice}"),
        (Role::ServiceAdministrator, _) => "/directory".into(),
        _ => "/".into(),
    }
}

async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Result<Response, Error> {
    if let Some(token) = session::token_of(&headers) {
        app.store.write(move |tx| people::end_session(tx, &token)).await?;
    }
    let cookie = HeaderValue::try_from(session::no_cookie()).map_err(Error::internal)?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to("/")).into_response())
}
