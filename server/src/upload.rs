//! A file that a page of the server sends.

use axum::{
    extract::{Multipart, multipart::MultipartError},
    http::StatusCode,
};

use crate::error::Error;

/// Room for what a form puts around its file.
pub const FORM_BYTES: usize = 16 * 1024;

/// The file in a form, unless nothing was chosen.
///
/// # Errors
/// When it is over the limit of its route, or the form is damaged.
pub async fn file_of(mut form: Multipart) -> Result<Option<Vec<u8>>, Error> {
    let bad = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
        _ => Error::BadRequest("The form did not arrive whole. Send it once more.".into()),
    };
    while let Some(field) = form.next_field().await.map_err(bad)? {
        if field.name() == Some("file") {
            let bytes = field.bytes().await.map_err(bad)?;
            return Ok((!bytes.is_empty()).then(|| bytes.to_vec()));
        }
    }
    Ok(None)
}
