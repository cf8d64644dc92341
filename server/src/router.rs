//! The table of contents: every room of the server with its routes.

use axum::{Router, routing::get};

use crate::{
    app::App, assets, desk_script, directory, edge, error::Error, hand_over, join, me, poke,
    practice, reports, sync, take_in, team,
};

/// Every route, behind what every request passes through.
pub fn router(app: App) -> Router {
    let rooms = Router::new()
        // The phone's screens, and what they talk to.
        .merge(assets::router())
        .merge(sync::router())
        .merge(hand_over::router())
        .merge(poke::router())
        .merge(me::router())
        // Signing in and out.
        .merge(join::router())
        // The desks.
        .merge(desk_script::router())
        .merge(practice::router())
        .merge(team::router())
        .merge(reports::router())
        .merge(take_in::page::router())
        .merge(directory::router())
        // For whoever keeps the server running.
        .route("/health", get(health))
        .fallback(|| async { Error::NotFound });
    edge::wrap(rooms, &app).with_state(app)
}

async fn health() -> &'static str {
    "ok"
}
