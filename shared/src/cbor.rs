//! CBOR encoding of messages and stored records, and the field helpers that they share.

use minicbor::{Decode, Encode};

/// Bytes that are not the message or record that was expected. Carries no content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not a message of this version: reload the app, or update the client ({detail})")]
pub struct NotUnderstood {
    detail: String,
}

/// Encodes a value. Writing to memory cannot fail.
pub fn encode<T: Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("encoding into memory is infallible")
}

/// Decodes exactly one value.
///
/// # Errors
/// When the bytes are not one whole value of this type, or something follows it.
pub fn decode<T: for<'b> Decode<'b, ()>>(bytes: &[u8]) -> Result<T, NotUnderstood> {
    let mut decoder = minicbor::Decoder::new(bytes);
    let value = decoder.decode().map_err(|error| NotUnderstood { detail: error.to_string() })?;
    if decoder.position() != bytes.len() {
        return Err(NotUnderstood { detail: "something follows the message".into() });
    }
    Ok(value)
}

/// For `#[cbor(with = "cbor::json")]`: a value as JSON text, whose shape is the one that it has in
/// documents.
pub mod json {
    use minicbor::{Decoder, Encoder, decode::Error as Refused, encode::Error, encode::Write};

    use crate::stored::{self, Stored};

    /// Encodes the value as one text.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn encode<C, T: Stored, W: Write>(
        value: &T,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), Error<W::Error>> {
        e.str(&stored::text(value))?;
        Ok(())
    }

    /// Decodes the value from one text.
    ///
    /// # Errors
    /// When the text is not this value.
    pub fn decode<C, T: Stored>(d: &mut Decoder<'_>, _: &mut C) -> Result<T, Refused> {
        stored::parse(d.str()?).ok_or_else(|| Refused::message("not this JSON value"))
    }
}
