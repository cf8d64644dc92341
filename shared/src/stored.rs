//! The stored form of values: JSON, which records hold as text and documents as a tree.
//!
//! Written by hand and not by serde: its derived code was a fifteenth of the app that a phone
//! fetches. What differs from type to type is kept to a call for each field.

mod tree;

use std::fmt::{Display, Write};

pub use self::tree::Tree;

/// A value as documents and records hold it.
pub trait Stored {
    /// Writes it as JSON.
    fn write(&self, json: &mut Json);

    /// Reads it; none when the value is no such thing. What is absent is read as null.
    fn from_tree(value: &Tree) -> Option<Self>
    where
        Self: Sized;
}

/// JSON that is being written, with the fields of records in the order of their types.
#[derive(Default)]
pub struct Json(String);

/// The JSON text of a value.
pub fn text(value: &dyn Stored) -> String {
    let mut json = Json::default();
    value.write(&mut json);
    json.0
}

/// The value as a tree, whose keys are in the order of the alphabet.
pub fn tree(value: &dyn Stored) -> Tree {
    Tree::read(&text(value)).expect("what was just written is JSON")
}

/// Reads a value from JSON text.
pub fn parse<T: Stored>(text: &str) -> Option<T> {
    T::from_tree(&Tree::read(text)?)
}

/// A field of a record; null when it is absent, or when the value is no record.
pub fn field<'a>(record: &'a Tree, name: &str) -> &'a Tree {
    static ABSENT: Tree = Tree::Null;
    record.get(name).unwrap_or(&ABSENT)
}

/// Which of the names this one is.
pub fn place(name: &str, names: &[&str]) -> Option<usize> {
    names.iter().position(|known| *known == name)
}

impl Json {
    /// Begins a record.
    pub fn open(&mut self) {
        self.0.push('{');
    }

    /// Ends a record.
    pub fn close(&mut self) {
        self.0.push('}');
    }

    /// One field of the record that was begun.
    pub fn put(&mut self, name: &str, value: &dyn Stored) {
        self.begin(name);
        value.write(self);
    }

    /// The same for a text in which nothing has to be escaped.
    pub fn put_plain(&mut self, name: &str, text: &str) {
        self.begin(name);
        self.plain(&text);
    }

    /// The same, left out where it would be written so.
    pub fn put_unless(&mut self, left_out: &str, name: &str, value: &dyn Stored) {
        let before = self.0.len();
        self.begin(name);
        let begun = self.0.len();
        value.write(self);
        if self.0[begun..] == *left_out {
            self.0.truncate(before);
        }
    }

    /// Every field of another record, as fields of the one that was begun.
    pub fn put_all(&mut self, record: &dyn Stored) {
        let record = text(record);
        self.separate();
        self.0.push_str(record.trim_start_matches('{'));
        self.0.pop();
    }

    /// A text in which nothing has to be escaped.
    pub fn plain(&mut self, text: &dyn Display) {
        self.show(&format_args!("\"{text}\""));
    }

    fn begin(&mut self, name: &str) {
        self.separate();
        self.plain(&name);
        self.0.push(':');
    }

    fn show(&mut self, text: &dyn Display) {
        write!(self.0, "{text}").expect("writing into memory is infallible");
    }

    /// A comma, unless what follows is the first.
    fn separate(&mut self) {
        if !self.0.ends_with(['{', '[']) {
            self.0.push(',');
        }
    }
}

impl Stored for String {
    fn write(&self, json: &mut Json) {
        tree::write_text(self, &mut json.0);
    }

    fn from_tree(value: &Tree) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl Stored for bool {
    fn write(&self, json: &mut Json) {
        json.show(self);
    }

    fn from_tree(value: &Tree) -> Option<Self> {
        value.as_bool()
    }
}

macro_rules! number {
    ($($type:ty)+) => {$(
        impl Stored for $type {
            fn write(&self, json: &mut Json) {
                json.show(self);
            }

            fn from_tree(value: &Tree) -> Option<Self> {
                value.as_number()?.try_into().ok()
            }
        }
    )+};
}

number!(u8 u16 u32);

impl<T: Stored> Stored for Option<T> {
    fn write(&self, json: &mut Json) {
        match self {
            Some(value) => value.write(json),
            None => json.0.push_str("null"),
        }
    }

    fn from_tree(value: &Tree) -> Option<Self> {
        if *value == Tree::Null { Some(None) } else { T::from_tree(value).map(Some) }
    }
}

impl<T: Stored> Stored for Vec<T> {
    fn write(&self, json: &mut Json) {
        json.0.push('[');
        for value in self {
            json.separate();
            value.write(json);
        }
        json.0.push(']');
    }

    fn from_tree(value: &Tree) -> Option<Self> {
        let mut read = Self::new();
        for value in value.as_list()? {
            read.push(T::from_tree(value)?);
        }
        Some(read)
    }
}

/// The stored form of records: their fields, in the order in which JSON text has them.
///
/// An [`Option`] is read as none where it is absent, and with `name: if_some` left out where it is
/// none. A number with `name: or_zero` is nought where it is absent, and left out where it is
/// nought. Every other field must be there, unless `name: elsewhere` keeps it out of the record.
/// What has no name here is set aside.
macro_rules! record {
    ($($type:ident { $($field:ident $(: $mark:ident)?),+ $(,)? })+) => {$(
        impl $crate::stored::Stored for $type {
            fn write(&self, json: &mut $crate::stored::Json) {
                json.open();
                $($crate::stored::record!(@write json self $field $($mark)?);)+
                json.close();
            }

            fn from_tree(value: &$crate::stored::Tree) -> Option<Self> {
                $(let $field = $crate::stored::record!(@read value $field $($mark)?);)+
                // One way out, and not one after each field with everything before it to be dropped.
                let is_whole = $($field.is_some())&&+;
                is_whole.then(|| Self { $($field: $field.expect("it was just read")),+ })
            }
        }
    )+};
    (@write $json:ident $self:ident $field:ident) => {
        $json.put(stringify!($field), &$self.$field)
    };
    (@write $json:ident $self:ident $field:ident if_some) => {
        $json.put_unless("null", stringify!($field), &$self.$field)
    };
    (@write $json:ident $self:ident $field:ident or_zero) => {
        $json.put_unless("0", stringify!($field), &$self.$field)
    };
    (@write $json:ident $self:ident $field:ident elsewhere) => {};
    (@read $value:ident $field:ident) => {
        $crate::stored::Stored::from_tree($crate::stored::field($value, stringify!($field)))
    };
    (@read $value:ident $field:ident if_some) => {
        $crate::stored::record!(@read $value $field)
    };
    (@read $value:ident $field:ident or_zero) => {
        match $value.get(stringify!($field)) {
            Some(value) => $crate::stored::Stored::from_tree(value),
            None => Some(0),
        }
    };
    (@read $value:ident $field:ident elsewhere) => { Some(Default::default()) };
}

/// The stored form of enumerations without data: the name of each variant.
macro_rules! names {
    ($($type:ident { $($variant:ident = $name:literal),+ $(,)? })+) => {$(
        impl $type {
            /// The stored names of all variants.
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// The name that it is stored by.
            pub fn stored_name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The variant that is stored by this name.
            pub fn named(name: &str) -> Option<Self> {
                let place = $crate::stored::place(name, Self::NAMES)?;
                Some([$(Self::$variant),+][place])
            }
        }

        impl $crate::stored::Stored for $type {
            fn write(&self, json: &mut $crate::stored::Json) {
                json.plain(&self.stored_name());
            }

            fn from_tree(value: &$crate::stored::Tree) -> Option<Self> {
                Self::named(value.as_str()?)
            }
        }
    )+};
}

pub(crate) use {names, record};

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    struct Sample {
        words: String,
        on: Option<Date>,
        by: Option<String>,
        count: u32,
        aside: bool,
    }

    record! {
        Sample { words, on, by: if_some, count: or_zero, aside: elsewhere }
    }

    fn tree_of(value: &Value) -> Tree {
        Tree::read(&value.to_string()).expect("it is JSON")
    }

    fn sample() -> Sample {
        Sample { words: String::new(), on: None, by: None, count: 0, aside: false }
    }

    #[test]
    fn a_record_is_written_in_the_order_of_its_fields_without_what_may_be_left_out() {
        assert_eq!(text(&sample()), r#"{"words":"","on":null}"#);
        let (words, by) = ("\"a\\\n\u{1} é".to_owned(), Some("0".to_owned()));
        let full = Sample { words, on: Some(date(2026, 11, 3)), by, count: 10, aside: true };
        let written = r#"{"words":"\"a\\\n\u0001 é","on":"2026-11-03","by":"0","count":10}"#;
        assert_eq!(text(&full), written);
        assert_eq!(parse(written), Some(Sample { aside: false, ..full }));
    }

    #[test]
    fn a_record_is_read_whatever_else_it_holds_and_not_without_its_fields() {
        let read = |value: Value| parse::<Sample>(&value.to_string());
        assert_eq!(read(json!({"words": "", "other": [{}]})), Some(sample()));
        assert_eq!(read(json!({"words": "", "by": null, "count": 0})), Some(sample()));
        for refused in [
            json!(null),
            json!([""]),
            json!({}),
            json!({"words": null}),
            json!({"words": 1}),
            json!({"words": "", "on": ""}),
            json!({"words": "", "on": "2026-11-3"}),
            json!({"words": "", "by": 1}),
            json!({"words": "", "count": null}),
            json!({"words": "", "count": "1"}),
        ] {
            assert_eq!(read(refused.clone()), None, "{refused}");
        }
    }

    #[test]
    fn a_number_is_whole_and_within_its_range() {
        assert_eq!(u8::from_tree(&tree_of(&json!(255))), Some(255));
        assert_eq!(u16::from_tree(&tree_of(&json!(65_535))), Some(65_535));
        assert_eq!(u32::from_tree(&tree_of(&json!(u32::MAX))), Some(u32::MAX));
        for refused in [json!(256), json!(-1), json!(1.0), json!("1"), json!(true), json!(null)] {
            assert_eq!(u8::from_tree(&tree_of(&refused)), None, "{refused}");
        }
    }

    #[test]
    fn a_list_is_read_whole_or_not_at_all() {
        assert_eq!(text(&vec![true, false]), "[true,false]");
        assert_eq!(parse("[true,false]"), Some(vec![true, false]));
        assert_eq!(parse::<Vec<bool>>("[true,1]"), None);
        assert_eq!(parse::<Vec<bool>>("[true"), None);
    }
}
