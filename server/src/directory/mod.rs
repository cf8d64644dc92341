//! The service administrator's desk: what workers suggest for the directory.

mod view;

use axum::{
    Form, Router,
    extract::{DefaultBodyLimit, Path, RawQuery, State},
    http::header::CACHE_CONTROL,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use rusqlite::Transaction;
use shared::{
    limits,
    policy::{Action, Subject, may},
};

use crate::{
    app::App,
    clock,
    error::Error,
    service::ServiceFacts,
    session::SignedIn,
    store::{
        StoreError,
        suggestions::{self, Decided, Outcome, Suggestion, Verdict},
    },
};

/// A form of this page: a mark and a paragraph, each character of it escaped.
const FORM_BYTES_MAX: usize = 12 * limits::PARAGRAPH_CHARACTERS_MAX + 1_024;

/// The routes of this room.
pub fn router() -> Router<App> {
    Router::new()
        .route("/directory", get(page))
        .route("/directory/{case}/{event}/accept", post(accept))
        .route("/directory/{case}/{event}/set-aside", post(set_aside))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
}

/// To anybody else there is no such page.
fn check(signed_in: &SignedIn) -> Result<(), Error> {
    if may(&signed_in.actor, Action::RunService, &Subject::Service) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// Everything on the page, read in one transaction.
struct Desk {
    facts: ServiceFacts,
    waiting: Vec<Suggestion>,
    decided: Vec<Decided>,
}

impl Desk {
    fn read(tx: &Transaction<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            facts: ServiceFacts::load(tx)?,
            waiting: suggestions::waiting(tx)?,
            decided: suggestions::decided(tx)?,
        })
    }
}

async fn page(
    State(app): State<App>,
    signed_in: SignedIn,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    check(&signed_in)?;
    let desk = app.store.read(Desk::read).await?;
    let said = Said::of(query.as_deref().unwrap_or_default());
    let markup = view::page(&desk, said, &signed_in);
    Ok(([(CACHE_CONTROL, "no-store")], markup).into_response())
}

/// What came of the last form, where the page alone does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Nothing,
    Changed,
    Gone,
    Standing,
    ReasonMissing,
}

impl Said {
    const NAMED: [(&'static str, Self); 4] = [
        ("said=changed", Self::Changed),
        ("said=gone", Self::Gone),
        ("said=decided", Self::Standing),
        ("said=reason", Self::ReasonMissing),
    ];

    fn of(query: &str) -> Self {
        let named = Self::NAMED.into_iter().find(|(name, _)| *name == query);
        named.map_or(Self::Nothing, |(_, said)| said)
    }

    /// Where the page says it.
    fn there(self) -> Redirect {
        let named = Self::NAMED.into_iter().find(|(_, said)| *said == self);
        match named {
            Some((query, _)) => Redirect::to(&format!("/directory?{query}")),
            None => Redirect::to("/directory"),
        }
    }
}

type Fields = Form<Vec<(String, String)>>;

fn field<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
}

async fn accept(
    State(app): State<App>,
    signed_in: SignedIn,
    Path((case, event)): Path<(String, String)>,
    Form(fields): Fields,
) -> Result<Redirect, Error> {
    decide(app, signed_in, (case, event), fields, Verdict::Accept).await
}

async fn set_aside(
    State(app): State<App>,
    signed_in: SignedIn,
    Path((case, event)): Path<(String, String)>,
    Form(fields): Fields,
) -> Result<Redirect, Error> {
    check(&signed_in)?;
    let reason = field(&fields, "reason").trim().to_owned();
    if reason.is_empty() || reason.chars().count() > limits::PARAGRAPH_CHARACTERS_MAX {
        return Ok(Said::ReasonMissing.there());
    }
    decide(app, signed_in, (case, event), fields, Verdict::SetAside(reason)).await
}

async fn decide(
    app: App,
    signed_in: SignedIn,
    (case, event): (String, String),
    fields: Vec<(String, String)>,
    verdict: Verdict,
) -> Result<Redirect, Error> {
    check(&signed_in)?;
    let named = suggestions::named(&case, &event).ok_or(Error::NotFound)?;
    let seen = field(&fields, "seen").to_owned();
    let (by, now) = (signed_in.actor.user, clock::now());
    let decide =
        move |tx: &Transaction<'_>| suggestions::decide(tx, named, &seen, by, now, &verdict);
    let (outcome, _) = app.store.write(decide).await?;
    let said = match outcome {
        Outcome::Kept => Said::Nothing,
        Outcome::Standing => Said::Standing,
        Outcome::Changed => Said::Changed,
        Outcome::Gone => Said::Gone,
    };
    Ok(said.there())
}
