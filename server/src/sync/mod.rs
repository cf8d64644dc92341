//! `POST /api/sync`: what a phone wrote goes in, what is new to it comes out, in one exchange.

pub mod pull;
pub mod push;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::HeaderMap,
    response::Response,
    routing::post,
};
use shared::{
    cbor,
    intake::{self, BodyRefusal},
    limits,
    sync::{
        exchange::ParsedPush,
        wire::{CasePush, CaseReceipt},
    },
};

use self::pull::{Pulled, Wanted};
use crate::{
    app::App, body, clock, error::Error, session::OpenPhone, store::people::SignedInDevice,
};

/// Bytes of changes that are parsed at once: far more than a day's work, and under a millisecond.
const PARSED_AT_ONCE_BYTES_MAX: usize = 64 * 1024;
/// What the smallest change costs at least, in bytes of content that cost as much.
const CHANGE_FRAME_BYTES: usize = 512;

/// The routes of this room.
pub fn router() -> Router<App> {
    Router::new()
        .route("/api/sync", post(sync))
        .layer(DefaultBodyLimit::max(limits::SYNC_BODY_BYTES_MAX))
}

async fn sync(
    State(app): State<App>,
    OpenPhone(sender): OpenPhone,
    headers: HeaderMap,
    sent: Bytes,
) -> Result<Response, Error> {
    let sent = body::inflated(&headers, sent, limits::SYNC_BODY_BYTES_MAX)?;
    let request = intake::sync_request(&sent).map_err(refused)?;
    drop(sent);
    let wanted = Wanted::of(&sender, &request);
    let (receipts, wanted) = take_in(&app, sender, request.push, wanted).await?;
    let pulled = pull_for(&app, wanted).await?;
    let response = pulled.answer(receipts, clock::now_ms());
    Ok(body::cbor(&headers, cbor::encode(&response)))
}

/// What a body that was turned away is answered with.
pub(crate) fn refused(refusal: BodyRefusal) -> Error {
    match refusal {
        BodyRefusal::TooLong | BodyRefusal::TooMany => Error::TooLarge,
        BodyRefusal::OtherVersion => Error::UpgradeRequired,
        BodyRefusal::NotUnderstood(_) => Error::BadRequest(refusal.to_string()),
    }
}

/// Takes the push in and gives the receipts, once everything is on disk.
async fn take_in(
    app: &App,
    sender: SignedInDevice,
    pushes: Vec<CasePush>,
    wanted: Wanted,
) -> Result<(Vec<CaseReceipt>, Wanted), Error> {
    if pushes.is_empty() {
        return Ok((Vec::new(), wanted));
    }
    let pushes = parsed(pushes).await?;
    let written = app.store.write(move |tx| push::push(tx, &sender, clock::now_ms(), pushes));
    let (judged, durable) = written.await?;
    let receipts = judged.iter().map(|push| push.receipt(&durable)).collect();
    Ok((receipts, wanted.after(&judged)))
}

/// Parses a push, which is most of the work and needs no store: at once where that is quick, so that
/// a day's work does not wait for a thread, and on a thread that may take its time where it is much.
async fn parsed(pushes: Vec<CasePush>) -> Result<Vec<ParsedPush>, Error> {
    let changes = pushes.iter().flat_map(|push| &push.changes);
    // The frame of a change costs time too, however short its content is.
    let bytes: usize = changes.map(|change| change.len() + CHANGE_FRAME_BYTES).sum();
    if bytes <= PARSED_AT_ONCE_BYTES_MAX {
        return ParsedPush::all(&pushes).map_err(refused);
    }
    let parsing = tokio::task::spawn_blocking(move || ParsedPush::all(&pushes));
    parsing.await.map_err(Error::internal)?.map_err(refused)
}

/// What is new to the phone: at once where that is little.
async fn pull_for(app: &App, wanted: Wanted) -> Result<Pulled, Error> {
    if let Some(pulled) = app.store.read_now(|tx| pull::pull_if_quick(tx, &wanted))? {
        return Ok(pulled);
    }
    Ok(app.store.read(move |tx| pull::pull(tx, &wanted)).await?)
}
