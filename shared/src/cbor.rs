//! CBOR encoding of messages and stored records, and the field helpers that they share.

use minicbor::{Decode, Decoder, Encode, data::Type, decode::Error};

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
    let mut decoder = Decoder::new(bytes);
    let value = decoder.decode().map_err(|error| NotUnderstood { detail: place(&error) })?;
    if decoder.position() != bytes.len() {
        return Err(NotUnderstood { detail: "something follows the message".into() });
    }
    Ok(value)
}

/// Where it was not understood: the sentences for every way in which it can be so are never read.
fn place(error: &Error) -> String {
    error.position().map_or_else(|| "a field".to_owned(), |at| format!("byte {at}"))
}

/// Reads the fields of a record one after another, as [`crate::decoded`] lists them.
///
/// The derived reader of each type has all of this in itself, and after each field a way out with
/// everything before it to be dropped: kilobytes of the app that a phone fetches, each time. Here what
/// went wrong first is kept, and looked at once.
#[derive(Debug)]
pub struct Fields<'a, 'b> {
    decoder: &'a mut Decoder<'b>,
    /// How many there are still; none where the record ends with a mark.
    left: Option<u64>,
    wrong: Option<Error>,
}

impl<'a, 'b> Fields<'a, 'b> {
    /// Begins a record.
    ///
    /// # Errors
    /// When it is none.
    pub fn begin(decoder: &'a mut Decoder<'b>) -> Result<Self, Error> {
        let left = decoder.array()?;
        Ok(Self { decoder, left, wrong: None })
    }

    fn has_next(&mut self) -> Result<bool, Error> {
        match &mut self.left {
            Some(0) => Ok(false),
            Some(left) => {
                *left -= 1;
                Ok(true)
            }
            None => Ok(self.decoder.datatype()? != Type::Break),
        }
    }

    /// Whether there is a next field to be read.
    fn goes_on(&mut self) -> bool {
        let has_next = match self.wrong {
            None => self.has_next(),
            Some(_) => Ok(false),
        };
        has_next.unwrap_or_else(|error| {
            self.wrong = Some(error);
            false
        })
    }

    /// The next field; none once something is wrong.
    pub fn next<T>(
        &mut self,
        read: impl FnOnce(&mut Decoder<'b>) -> Result<T, Error>,
    ) -> Option<T> {
        if !self.goes_on() {
            self.wrong.get_or_insert_with(|| Error::message("a field is missing"));
            return None;
        }
        read(self.decoder).map_err(|error| self.wrong = Some(error)).ok()
    }

    /// The same; its default where an earlier version wrote no such field.
    pub fn later<T: Default>(
        &mut self,
        read: impl FnOnce(&mut Decoder<'b>) -> Result<T, Error>,
    ) -> Option<T> {
        if self.goes_on() {
            return read(self.decoder).map_err(|error| self.wrong = Some(error)).ok();
        }
        self.wrong.is_none().then(T::default)
    }

    /// Passes over what a later version added.
    ///
    /// # Errors
    /// What was wrong first.
    pub fn end(mut self) -> Result<(), Error> {
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        while self.has_next()? {
            self.decoder.skip()?;
        }
        if self.left.is_none() { self.decoder.skip() } else { Ok(()) }
    }
}

/// How a record is read: its fields in the order of their numbers, which follow each other from 0.
/// `json` marks those that are stored as JSON text, and `later` those that earlier versions did not
/// write: these are read as their default then.
#[macro_export]
macro_rules! decoded {
    ($record:ident { $($field:ident $(: $($how:ident)+)?),* $(,)? }) => {
        impl<'b, C> minicbor::Decode<'b, C> for $record {
            fn decode(
                decoder: &mut minicbor::Decoder<'b>,
                context: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                let mut fields = $crate::cbor::Fields::begin(decoder)?;
                $(let $field = $crate::decoded!(@ fields context $($($how)+)?);)*
                fields.end()?;
                Ok(Self { $($field: $field.expect("nothing was wrong")),* })
            }
        }
    };
    (@ $fields:ident $context:ident) => { $fields.next(|decoder| decoder.decode_with($context)) };
    (@ $fields:ident $context:ident json) => {
        $fields.next(|decoder| $crate::cbor::json::decode(decoder, $context))
    };
    (@ $fields:ident $context:ident later) => {
        $fields.later(|decoder| decoder.decode_with($context))
    };
    (@ $fields:ident $context:ident later json) => {
        $fields.later(|decoder| $crate::cbor::json::decode(decoder, $context))
    };
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
