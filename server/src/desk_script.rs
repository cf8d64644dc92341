//! The one script of the server's own pages, where a browser runs any.

use axum::{
    Router,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::IntoResponse,
    routing::get,
};

use crate::app::App;

/// Where it is.
pub const PATH: &str = "/desk.js";
const SCRIPT: &str = include_str!("../desk/desk.js");

/// The route of it.
pub fn router() -> Router<App> {
    Router::new().route(PATH, get(script))
}

async fn script() -> impl IntoResponse {
    let headers =
        [(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, "max-age=600")];
    (headers, SCRIPT)
}
