//! Requests to the server. What goes wrong is told apart only as far as the phone acts differently.

use std::{cell::Cell, rc::Rc};

use js_sys::{Array, ArrayBuffer, Function, Reflect, Uint8Array};
use leptos::prelude::set_timeout_with_handle;
use shared::{ids::DeviceId, sync::Failure};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Blob, Headers, RequestInit, RequestRedirect, Response, ResponseType,
};

use crate::random;

/// After this the phone takes the request for lost: a connection that still moves at all finishes
/// a push of the usual size in less.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(30);
/// Smaller bodies only grow.
const GZIP_FROM_BYTES: usize = 256;
/// Names the device that asks, so that the server refuses when another person's sign-in has taken
/// its place in this browser.
const DEVICE_HEADER: &str = "fingerpost-device";
/// Shows what lies in the vault: the browser keeps the session's cookie outside of it, and longer.
const SECRET_HEADER: &str = "fingerpost-secret";
const CBOR: &str = "application/cbor";

/// Who asks, beside the cookie of the session.
#[derive(Clone, Default)]
pub struct Asking {
    /// The device, where the phone knows it.
    pub device: Option<DeviceId>,
    /// What lies in the vault, once it is open and on the disk.
    pub secret: Option<String>,
}

/// Draws what a phone shows the service beside its session.
pub fn new_secret() -> String {
    let [high, low] = [(); 2].map(|()| u128::from_le_bytes(random::bytes()));
    format!("{high:032x}{low:032x}")
}

/// Posts what was written and how far this phone has read.
///
/// # Errors
/// Why it came to nothing.
pub async fn sync(asking: Asking, body: Vec<u8>) -> Result<Vec<u8>, Failure> {
    post("/api/sync", asking, body).await
}

/// Posts what was not sent by a device that was taken off the service.
///
/// # Errors
/// Why it came to nothing.
pub async fn hand_over(asking: Asking, body: Vec<u8>) -> Result<Vec<u8>, Failure> {
    post("/api/hand-over", asking, body).await
}

async fn post(path: &str, asking: Asking, body: Vec<u8>) -> Result<Vec<u8>, Failure> {
    let headers = headers(asking)?;
    set(&headers, "content-type", CBOR)?;
    let plain = Uint8Array::from(body.as_slice());
    let compressed = if body.len() < GZIP_FROM_BYTES { None } else { gzipped(&plain).await };
    if compressed.is_some() {
        set(&headers, "content-encoding", "gzip")?;
    }
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_headers(headers.as_ref());
    request.set_body(&compressed.unwrap_or(plain));
    // A hall's Wi-Fi likes to send everybody to its own sign-in page.
    request.set_redirect(RequestRedirect::Error);
    fetched(path, &request).await
}

/// Gets something of this server's.
///
/// # Errors
/// Why it came to nothing.
pub async fn get(path: &str, asking: Asking) -> Result<Vec<u8>, Failure> {
    let request = RequestInit::new();
    request.set_headers(headers(asking)?.as_ref());
    request.set_redirect(RequestRedirect::Error);
    fetched(path, &request).await
}

/// Ends the sign-in of this browser.
///
/// # Errors
/// Why it came to nothing.
pub async fn sign_out() -> Result<(), Failure> {
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_headers(headers(Asking::default())?.as_ref());
    // The server sends browsers on to its first page, which nobody is to see here.
    request.set_redirect(RequestRedirect::Manual);
    fetched("/sign-out", &request).await.map(drop)
}

fn headers(asking: Asking) -> Result<Headers, Failure> {
    let headers = Headers::new().map_err(|_| Failure::Unreachable)?;
    set(&headers, "accept", CBOR)?;
    if let Some(device) = asking.device {
        set(&headers, DEVICE_HEADER, &device.to_string())?;
    }
    if let Some(secret) = asking.secret {
        set(&headers, SECRET_HEADER, &secret)?;
    }
    Ok(headers)
}

fn set(headers: &Headers, name: &str, value: &str) -> Result<(), Failure> {
    headers.set(name, value).map_err(|_| Failure::Unreachable)
}

/// The body compressed by the browser; none where the browser cannot, which then sends more.
async fn gzipped(body: &Uint8Array) -> Option<Uint8Array> {
    let stream = Reflect::get(&js_sys::global(), &"CompressionStream".into()).ok()?;
    let stream =
        Reflect::construct(stream.dyn_ref::<Function>()?, &Array::of1(&"gzip".into())).ok()?;
    let blob = Blob::new_with_u8_array_sequence(&Array::of1(body)).ok()?;
    let compressed = blob.stream().pipe_through(stream.unchecked_ref());
    let read =
        Response::new_with_opt_readable_stream(Some(&compressed)).ok()?.array_buffer().ok()?;
    JsFuture::from(read).await.ok().map(|read| Uint8Array::new(&read))
}

async fn fetched(path: &str, request: &RequestInit) -> Result<Vec<u8>, Failure> {
    let window = web_sys::window().ok_or(Failure::Unreachable)?;
    let controller = AbortController::new().map_err(|_| Failure::Unreachable)?;
    request.set_signal(Some(&controller.signal()));
    let over = Rc::new(Cell::new(false));
    let is_over = over.clone();
    let abort = move || {
        if !is_over.get() {
            controller.abort();
        }
    };
    let timeout = set_timeout_with_handle(abort, TIMEOUT);
    let outcome = exchange(window.fetch_with_str_and_init(path, request)).await;
    over.set(true);
    if let Ok(timeout) = timeout {
        timeout.clear();
    }
    outcome
}

async fn exchange(fetching: js_sys::Promise) -> Result<Vec<u8>, Failure> {
    let answer = JsFuture::from(fetching).await.map_err(|_| Failure::Unreachable)?;
    let answer: Response = answer.unchecked_into();
    if answer.type_() == ResponseType::Opaqueredirect {
        return Ok(Vec::new());
    }
    judged(answer.status(), answer.headers().get("content-type").ok().flatten().as_deref())?;
    let body = answer.array_buffer().map_err(|_| Failure::Unreachable)?;
    let body = JsFuture::from(body).await.map_err(|_| Failure::Unreachable)?;
    Ok(Uint8Array::new(body.unchecked_ref::<ArrayBuffer>()).to_vec())
}

/// What a status means for the phone.
fn judged(status: u16, content_type: Option<&str>) -> Result<(), Failure> {
    match status {
        // A page is nobody's answer here: it is the hall's Wi-Fi speaking.
        200..=299 if content_type.is_some_and(|kind| kind.starts_with("text/html")) => {
            Err(Failure::Unreachable)
        }
        200..=299 => Ok(()),
        401 => Err(Failure::SignedOut),
        410 => Err(Failure::TakenOff),
        426 => Err(Failure::TooOld),
        408 | 429 | 500.. => Err(Failure::Server),
        _ => Err(Failure::NotUnderstood),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_what_the_phone_does_next() {
        assert_eq!(judged(200, Some("application/cbor")), Ok(()));
        assert_eq!(judged(204, None), Ok(()));
        assert_eq!(judged(200, Some("text/html; charset=utf-8")), Err(Failure::Unreachable));
        assert_eq!(judged(401, None), Err(Failure::SignedOut));
        assert_eq!(judged(410, None), Err(Failure::TakenOff));
        assert_eq!(judged(426, None), Err(Failure::TooOld));
        assert_eq!(judged(503, Some("text/html")), Err(Failure::Server));
        assert_eq!(judged(429, None), Err(Failure::Server));
        assert_eq!(judged(413, None), Err(Failure::NotUnderstood));
    }
}
