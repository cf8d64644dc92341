//! The practice's desk: what to enter, what is held back, and the packs.

mod view;

use axum::{
    Router,
    extract::{Path, State},
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use maud::Markup;
use rusqlite::Transaction;
use shared::{
    ods::OdsCode,
    policy::{Action, Actor, Subject, may},
};

use crate::{
    app::App,
    error::Error,
    pack::{self, PackError},
    service::ServiceFacts,
    session::SignedIn,
    store::{
        StoreError,
        held::{self, HeldRow},
        packs::{self, PackLine},
        urgent::{self, UrgentRow},
        worklist::{self, WorklistRow},
    },
};

/// The routes of this room.
pub fn router() -> Router<App> {
    Router::new()
        .route("/practice/{ods}", get(worklist_page))
        .route("/practice/{ods}/packs", post(close_pack))
        .route("/practice/{ods}/packs/{number}", get(download))
}

/// Everything on a practice's page, read in one transaction.
struct Desk {
    facts: ServiceFacts,
    practice: OdsCode,
    ready: Vec<WorklistRow>,
    held: Vec<HeldRow>,
    urgent: Vec<UrgentRow>,
    packs: Vec<PackLine>,
}

impl Desk {
    fn read(tx: &Transaction<'_>, practice: OdsCode, reader: &Actor) -> Result<Self, StoreError> {
        let facts = ServiceFacts::load(tx)?;
        let subject = Subject::Practice(practice.clone());
        let urgent = match may(reader, Action::ReadUrgent, &subject) {
            true => urgent::of_practice(tx, &practice, facts.today)?,
            false => Vec::new(),
        };
        Ok(Self {
            facts,
            ready: worklist::ready(tx, &practice)?,
            held: held::held(tx, Some(&practice))?,
            urgent,
            packs: packs::list(tx, &practice)?,
            practice,
        })
    }
}

/// The practice in the address, for somebody who works there. To anybody else there is no such
/// page, whether or not there is such a practice.
fn own_practice(signed_in: &SignedIn, ods: &str) -> Result<OdsCode, Error> {
    let practice = OdsCode::parse(ods).map_err(|_| Error::NotFound)?;
    let subject = Subject::Practice(practice.clone());
    if may(&signed_in.actor, Action::ReadWorklist, &subject) {
        Ok(practice)
    } else {
        Err(Error::NotFound)
    }
}

async fn worklist_page(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(ods): Path<String>,
) -> Result<([(axum::http::HeaderName, &'static str); 1], Markup), Error> {
    let practice = own_practice(&signed_in, &ods)?;
    let reader = signed_in.actor.clone();
    let desk = app.store.read(move |tx| Desk::read(tx, practice, &reader)).await?;
    Ok(([(CACHE_CONTROL, "no-store")], view::worklist(&desk, &signed_in)))
}

async fn close_pack(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(ods): Path<String>,
) -> Result<Redirect, Error> {
    let practice = own_practice(&signed_in, &ods)?;
    let there = format!("/practice/{practice}#packs");
    let closed = tokio::task::spawn_blocking(move || {
        pack::close_next(&app.store, &practice, pack::Empty::Refuse)
    });
    match closed.await.map_err(Error::internal)? {
        Ok(_) | Err(PackError::Nothing) => Ok(Redirect::to(&there)),
        Err(PackError::UnknownPractice(_)) => Err(Error::NotFound),
        Err(error @ PackError::Behind) => Err(Error::Conflict(error.to_string())),
        Err(PackError::Store(error)) => Err(error.into()),
        Err(error) => Err(Error::internal(error)),
    }
}

async fn download(
    State(app): State<App>,
    signed_in: SignedIn,
    Path((ods, number)): Path<(String, String)>,
) -> Result<Response, Error> {
    let practice = own_practice(&signed_in, &ods)?;
    let number = number.strip_suffix(".zip").unwrap_or(&number);
    let number: u32 = number.parse().map_err(|_| Error::NotFound)?;
    let name = pack::file_name(&practice, number);
    let bytes = app.store.read(move |tx| packs::bytes(tx, &practice, number));
    let bytes = bytes.await?.ok_or(Error::NotFound)?;
    let headers = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}
