//! What every request passes through: same-origin check, headers, log line, limits of time, and a
//! net under panics.

use std::{any::Any, time::Instant};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY,
            STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};

use crate::{
    app::{App, REQUEST_TIME_MAX},
    error::Error,
};

/// What a page of the server may do: style itself, send its forms, and run the one script of the desks,
/// which asks nobody for anything.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Wraps the whole table of routes.
pub fn wrap(router: Router<App>, app: &App) -> Router<App> {
    router
        .layer(middleware::from_fn_with_state(app.clone(), refuse_other_origins))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_TIME_MAX))
        .layer(middleware::from_fn_with_state(app.clone(), add_headers))
        .layer(middleware::from_fn(write_log_line))
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    // The panic hook has logged where; what was in it may be somebody's data.
    Error::internal("a handler panicked").into_response()
}

/// Refuses what another site makes a browser send. A client that is no browser sends neither
/// header, and has no cookie that it was not given.
async fn refuse_other_origins(State(app): State<App>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || is_same_origin(request.headers(), &app.public_url) {
        next.run(request).await
    } else {
        Error::Forbidden.into_response()
    }
}

fn is_same_origin(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: &HeaderName| headers.get(name).map(HeaderValue::as_bytes);
    if let Some(site) = text(&HeaderName::from_static("sec-fetch-site")) {
        return site == b"same-origin" || site == b"none";
    }
    let Some(origin) = text(&ORIGIN) else { return true };
    if origin == public_url.as_bytes() {
        return true;
    }
    // Behind the address of the demonstration, or a proxy that keeps the name.
    let host = std::str::from_utf8(origin).ok().and_then(|origin| origin.split_once("://"));
    matches!((host, text(&HOST)), (Some((_, from)), Some(to)) if from.as_bytes() == to)
}

/// Adds what is missing; the client's own files bring their own.
async fn add_headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let mut fixed = vec![
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, PAGE_POLICY),
        // Not "no-referrer": a form would then be sent with the origin "null".
        (REFERRER_POLICY, "same-origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
    ];
    if app.is_https() {
        fixed.push((STRICT_TRANSPORT_SECURITY, "max-age=31536000"));
    }
    let headers = response.headers_mut();
    for (name, value) in fixed {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// One line for each request: the route's template, never the path, which may name a person's
/// record or hold a token.
async fn write_log_line(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    tracing::info!(
        method = method.as_str(),
        route = route.as_ref().map_or("none", MatchedPath::as_str),
        status = response.status().as_u16(),
        duration_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
        "request"
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_servers_own_pages_may_write() {
        let cases: [(&[(&str, &str)], bool); 9] = [
            (&[], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://fp.example")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("origin", "https://fp.example"), ("host", "inner:80")], true),
            (&[("origin", "http://127.0.0.1:8420"), ("host", "127.0.0.1:8420")], true),
            (&[("origin", "https://evil.example"), ("host", "fp.example")], false),
            (&[("origin", "null"), ("host", "fp.example")], false),
            (&[("origin", "https://fp.example.evil"), ("host", "fp.example")], false),
        ];
        for (headers, allowed) in cases {
            let map = headers.iter().map(|(name, value)| {
                (HeaderName::from_static(name), HeaderValue::from_static(value))
            });
            assert_eq!(
                is_same_origin(&map.collect(), "https://fp.example"),
                allowed,
                "{headers:?}"
            );
        }
    }
}
