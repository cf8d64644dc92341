//! `POST /api/hand-over`: the last that a device says which was taken off the service. What it brings
//! is kept apart for the lead; nothing is given out.

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::HeaderMap,
    response::Response,
    routing::post,
};
use shared::{
    cbor, intake, limits,
    sync::{exchange::ParsedPush, wire::HandedOver},
};

use crate::{
    app::App,
    body, clock,
    error::Error,
    session::TakenOff,
    sync::{
        push::{self, Treatment, Way},
        refused,
    },
};

/// The routes of this room.
pub fn router() -> Router<App> {
    Router::new()
        .route("/api/hand-over", post(hand_over))
        .layer(DefaultBodyLimit::max(limits::SYNC_BODY_BYTES_MAX))
}

async fn hand_over(
    State(app): State<App>,
    TakenOff(sender): TakenOff,
    headers: HeaderMap,
    sent: Bytes,
) -> Result<Response, Error> {
    let sent = body::inflated(&headers, sent, limits::SYNC_BODY_BYTES_MAX)?;
    let unsent = intake::unsent(&sent, limits::SYNC_BODY_BYTES_MAX).map_err(refused)?;
    let parsing = tokio::task::spawn_blocking(move || ParsedPush::all(&unsent.push));
    let pushes = parsing.await.map_err(Error::internal)?.map_err(refused)?;
    let way = Way { treatment: Treatment::KeptApart, logged_under: sender.device };
    let written =
        app.store.write(move |tx| push::push_by(tx, &sender, &way, clock::now_ms(), pushes));
    let (judged, durable) = written.await?;
    let receipts = judged.iter().map(|push| push.receipt(&durable)).collect();
    Ok(body::cbor(&headers, cbor::encode(&HandedOver { receipts })))
}
