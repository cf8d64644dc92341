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
/// A new phone's first answer is a megabyte of documents: at this level it takes the processor some
/// milliseconds, as gzip does at its own, and is a tenth smaller.
const ZSTD_LEVEL: i32 = 5;
/// For browsers that do not take zstd.
const GZIP_LEVEL: Compression = Compression::new(3);

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

/// A CBOR body, compressed when the client takes it and it pays.
pub fn cbor(asked: &HeaderMap, body: Vec<u8>) -> Response {
    let mut response = if body.len() < COMPRESS_FROM_BYTES {
        body.into_response()
    } else if takes(asked, "zstd") {
        encoded("zstd", zstd(&body))
    } else if takes(asked, "gzip") {
        encoded("gzip", gzip(&body))
    } else {
        body.into_response()
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/cbor"));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    response
}

fn encoded(encoding: &'static str, body: Vec<u8>) -> Response {
    ([(CONTENT_ENCODING, HeaderValue::from_static(encoding))], body).into_response()
}

fn zstd(body: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(body, ZSTD_LEVEL).expect("memory takes what is written to it")
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 2), GZIP_LEVEL);
    encoder.write_all(body).expect("memory takes what is written to it");
    encoder.finish().expect("memory takes what is written to it")
}

fn takes(asked: &HeaderMap, encoding: &str) -> bool {
    asked
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|word| {
            let (name, weight) = word.split_once(';').unwrap_or((word, ""));
            let refused = matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
            name.trim().eq_ignore_ascii_case(encoding) && !refused
        })
}
