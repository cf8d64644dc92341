//! Bodies of requests and responses: bounded before and after inflation, compressed when it pays.

use std::io::{Read, Write};

use axum::{
    body::Bytes,
    http::{
        HeaderMap, HeaderValue,
        header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, VARY},
    },
    response::{IntoResponse, Response},
};
use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};

use crate::error::Error;

/// Below this, a compressed body saves no packet.
const COMPRESS_FROM_BYTES: usize = 1_024;

/// What a body is once inflated: at most this many bytes. Limits of axum bound what arrives, not
/// what it inflates to.
///
/// # Errors
/// When it is longer, damaged, or encoded in another way.
pub fn inflated(headers: &HeaderMap, sent: Bytes, bytes_max: usize) -> Result<Bytes, Error> {
    match headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        None | Some(b"identity") if sent.len() > bytes_max => Err(Error::TooLarge),
        None | Some(b"identity") => Ok(sent),
        Some(b"gzip") => inflate(&sent, bytes_max).map(Bytes::from),
        Some(_) => Err(Error::BadRequest("The server takes gzip or plain bodies only.".into())),
    }
}

fn inflate(sent: &[u8], bytes_max: usize) -> Result<Vec<u8>, Error> {
    let mut inflated = Vec::new();
    // One byte more than allowed tells too much from just enough.
    let bound = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    let read = MultiGzDecoder::new(sent).take(bound).read_to_end(&mut inflated);
    if inflated.len() > bytes_max {
        return Err(Error::TooLarge);
    }
    match read {
        Ok(_) => Ok(inflated),
        Err(_) => Err(Error::BadRequest("The body is not valid gzip.".into())),
    }
}

/// A CBOR body, compressed when the client takes it and it pays. `dense_bytes` of it are
/// compressed already, as saved documents are.
pub fn cbor(asked: &HeaderMap, body: Vec<u8>, dense_bytes: usize) -> Response {
    let sparse_bytes = body.len().saturating_sub(dense_bytes);
    let pays = sparse_bytes >= COMPRESS_FROM_BYTES && sparse_bytes >= dense_bytes;
    let mut response = if pays && takes_gzip(asked) {
        let mut response = gzip(&body).into_response();
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        response
    } else {
        body.into_response()
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/cbor"));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    response
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 2), Compression::fast());
    encoder.write_all(body).expect("writing to memory cannot fail");
    encoder.finish().expect("writing to memory cannot fail")
}

fn takes_gzip(asked: &HeaderMap) -> bool {
    asked
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|word| {
            let (name, weight) = word.split_once(';').unwrap_or((word, ""));
            let refused = matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
            name.trim().eq_ignore_ascii_case("gzip") && !refused
        })
}
