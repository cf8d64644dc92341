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
use minicbor::Decoder;
use shared::{
    cbor,
    intake::{self, BodyRefusal},
    limits,
    sync::wire::{CasePush, CaseReceipt, PROTOCOL, SyncRequest},
};

use crate::{
    app::App, body, clock, error::Error, session::SignedIn, store::people::SignedInDevice,
};

/// The routes of this room.
pub fn router() -> Router<App> {
    Router::new()
        .route("/api/sync", post(sync))
        .layer(DefaultBodyLimit::max(limits::SYNC_BODY_BYTES_MAX))
}

async fn sync(
    State(app): State<App>,
    SignedIn(sender): SignedIn,
    headers: HeaderMap,
    sent: Bytes,
) -> Result<Response, Error> {
    let sent = body::inflated(&headers, sent, limits::SYNC_BODY_BYTES_MAX)?;
    let request = understood(&sent)?;
    drop(sent);
    let wanted = pull::Wanted::of(&sender, &request);
    let receipts = take_in(&app, sender, request.push).await?;
    let pulled = app.store.read(move |tx| pull::pull(tx, &wanted)).await?;
    let dense_bytes = pulled.dense_bytes();
    let response = pulled.answer(receipts, clock::now_ms());
    Ok(body::cbor(&headers, cbor::encode(&response), dense_bytes))
}

/// The request, if this server speaks its version.
///
/// # Errors
/// What to tell the phone where it does not, or where the bytes are no request.
pub fn understood(body: &[u8]) -> Result<SyncRequest, Error> {
    // The version comes first, so that it can be read from a message of any later version.
    let mut peek = Decoder::new(body);
    let version = peek.array().and_then(|_| peek.u16());
    if version.is_ok_and(|version| version != PROTOCOL) {
        return Err(Error::UpgradeRequired);
    }
    intake::sync_request(body).map_err(|refusal| match refusal {
        BodyRefusal::TooLong | BodyRefusal::TooMany => Error::TooLarge,
        BodyRefusal::NotUnderstood(_) => Error::BadRequest(refusal.to_string()),
    })
}

/// Takes the push in and gives the receipts, once everything is on disk.
async fn take_in(
    app: &App,
    sender: SignedInDevice,
    pushes: Vec<CasePush>,
) -> Result<Vec<CaseReceipt>, Error> {
    if pushes.is_empty() {
        return Ok(Vec::new());
    }
    let written = app.store.write(move |tx| push::push(tx, &sender, clock::now_ms(), &pushes));
    let (judged, durable) = written.await?;
    Ok(judged.iter().map(|push| push.receipt(&durable)).collect())
}
