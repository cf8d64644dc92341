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

/// Stores any serde value as JSON text inside a record: for values whose shape is the case
/// document's, which is defined once, by serde.
pub mod json {
    use minicbor::{Decoder, Encoder};
    use serde::{Serialize, de::DeserializeOwned};

    /// Encodes the value as one text.
    ///
    /// # Errors
    /// When the value has no JSON form, or the writer fails.
    pub fn encode<C, T: Serialize, W: minicbor::encode::Write>(
        value: &T,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let text = serde_json::to_string(value)
            .map_err(|_| minicbor::encode::Error::message("the value has no JSON form"))?;
        e.str(&text)?;
        Ok(())
    }

    /// Decodes the value from one text.
    ///
    /// # Errors
    /// When the text is not this value.
    pub fn decode<'b, C, T: DeserializeOwned>(
        d: &mut Decoder<'b>,
        _: &mut C,
    ) -> Result<T, minicbor::decode::Error> {
        // Through the tree that values of documents come from: another reader would have the phone
        // fetch everything that reads a value twice.
        let tree: serde_json::Value = serde_json::from_str(d.str()?).map_err(refused)?;
        serde_json::from_value(tree).map_err(refused)
    }

    fn refused(_: serde_json::Error) -> minicbor::decode::Error {
        minicbor::decode::Error::message("not this JSON value")
    }
}
