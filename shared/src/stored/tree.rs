//! Values as trees: what documents hold, and what JSON text is read into.
//!
//! A reader of our own, because the whole numbers, texts and lists of records need none of the tables
//! for fractions and none of the sentences for mistakes that a general one brings along: a
//! hundredth of the app that a phone fetches.

use crate::few::Few;

/// How deep a value may nest.
const DEPTH_MAX: usize = 128;

/// A value whose type is not known yet.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// Any other number: no record has one.
    OtherNumber,
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// Values by their names, in the order of the alphabet.
    Record(Few<String, Self>),
}

impl Tree {
    /// Reads JSON text; none when it is none.
    pub fn read(text: &str) -> Option<Self> {
        let mut reader = Reader { text, at: 0 };
        let tree = reader.value(0)?;
        reader.blank();
        (reader.at == text.len()).then_some(tree)
    }

    /// The value of a name, where this is a record that has one.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Record(fields) => fields.get_by(|own| own.as_str().cmp(name)),
            _ => None,
        }
    }

    /// The text that this is.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The yes or no that this is.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// The whole number that this is.
    pub fn as_number(&self) -> Option<i64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// The list that this is.
    pub fn as_list(&self) -> Option<&[Self]> {
        if let Self::List(values) = self { Some(values) } else { None }
    }
}

/// Writes a text as JSON does.
pub(super) fn write_text(text: &str, json: &mut String) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            '\0'..='\u{1f}' => {
                json.push_str("\\u00");
                for half in [u32::from(c) >> 4, u32::from(c) & 15] {
                    json.extend(char::from_digit(half, 16));
                }
            }
            _ => json.push(c),
        }
    }
    json.push('"');
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Whether this comes next, which is passed then.
    fn takes(&mut self, words: &str) -> bool {
        let is_next = self.text.get(self.at..).is_some_and(|rest| rest.starts_with(words));
        self.at += if is_next { words.len() } else { 0 };
        is_next
    }

    fn passes(&mut self, is_passed: impl Fn(u8) -> bool) -> usize {
        let from = self.at;
        while self.peek().is_some_and(&is_passed) {
            self.at += 1;
        }
        self.at - from
    }

    fn blank(&mut self) {
        self.passes(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t'));
    }

    /// The same after blanks.
    fn takes_mark(&mut self, mark: &str) -> bool {
        self.blank();
        self.takes(mark)
    }

    fn value(&mut self, depth: usize) -> Option<Tree> {
        self.blank();
        match self.peek()? {
            _ if depth > DEPTH_MAX => None,
            b'"' => self.string().map(Tree::Text),
            b'[' => self.list(depth),
            b'{' => self.record(depth),
            b'-' | b'0'..=b'9' => self.number(),
            _ if self.takes("null") => Some(Tree::Null),
            _ if self.takes("true") => Some(Tree::Bool(true)),
            _ if self.takes("false") => Some(Tree::Bool(false)),
            _ => None,
        }
    }

    fn list(&mut self, depth: usize) -> Option<Tree> {
        let mut values = Vec::new();
        self.at += 1;
        if self.takes_mark("]") {
            return Some(Tree::List(values));
        }
        loop {
            values.push(self.value(depth + 1)?);
            if self.takes_mark("]") {
                return Some(Tree::List(values));
            }
            self.takes(",").then_some(())?;
        }
    }

    fn record(&mut self, depth: usize) -> Option<Tree> {
        let mut fields = Few::new();
        self.at += 1;
        if self.takes_mark("}") {
            return Some(Tree::Record(fields));
        }
        loop {
            self.blank();
            let name = self.string()?;
            self.takes_mark(":").then_some(())?;
            fields.insert(name, self.value(depth + 1)?);
            if self.takes_mark("}") {
                return Some(Tree::Record(fields));
            }
            self.takes(",").then_some(())?;
        }
    }

    fn number(&mut self) -> Option<Tree> {
        let from = self.at;
        let is_below = self.takes("-");
        let begins_with_nought = self.peek() == Some(b'0');
        let digits = self.digits()?;
        if begins_with_nought && digits > 1 {
            return None;
        }
        let whole = self.at;
        if self.takes(".") {
            self.digits()?;
        }
        if self.takes("e") || self.takes("E") {
            let _ = self.takes("+") || self.takes("-");
            self.digits()?;
        }
        // A nought below nought is a fraction's.
        let is_whole = self.at == whole && !(is_below && begins_with_nought);
        let number = if is_whole { self.text.get(from..whole)?.parse().ok() } else { None };
        Some(number.map_or(Tree::OtherNumber, Tree::Number))
    }

    fn digits(&mut self) -> Option<usize> {
        Some(self.passes(|byte| byte.is_ascii_digit())).filter(|count| *count > 0)
    }

    fn string(&mut self) -> Option<String> {
        let mut read = String::new();
        self.takes("\"").then_some(())?;
        loop {
            let from = self.at;
            self.passes(|byte| byte >= b' ' && byte != b'"' && byte != b'\\');
            read.push_str(self.text.get(from..self.at)?);
            if self.takes("\"") {
                return Some(read);
            }
            self.takes("\\").then_some(())?;
            let escape = self.peek()?;
            self.at += 1;
            read.push(match escape {
                b'"' | b'\\' | b'/' => char::from(escape),
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'u' => self.escaped()?,
                _ => return None,
            });
        }
    }

    /// The character of `\u` and four digits, or of two such halves.
    fn escaped(&mut self) -> Option<char> {
        let high = self.four_digits()?;
        if !(0xd800..0xdc00).contains(&high) {
            return char::from_u32(high);
        }
        let low =
            if self.takes("\\u") { self.four_digits()?.checked_sub(0xdc00)? } else { return None };
        char::from_u32(0x10000 + ((high - 0xd800) << 10) + low).filter(|_| low < 0x400)
    }

    fn four_digits(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        // Without this a sign would be read as well.
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
        u32::from_str_radix(digits, 16).ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// As another reader reads it.
    fn of(value: &Value) -> Tree {
        match value {
            Value::Null => Tree::Null,
            Value::Bool(value) => Tree::Bool(*value),
            Value::Number(number) => number.as_i64().map_or(Tree::OtherNumber, Tree::Number),
            Value::String(text) => Tree::Text(text.clone()),
            Value::Array(values) => Tree::List(values.iter().map(of).collect()),
            Value::Object(fields) => {
                Tree::Record(fields.iter().map(|(name, value)| (name.clone(), of(value))).collect())
            }
        }
    }

    #[test]
    fn it_reads_and_refuses_what_another_reader_does() {
        let whole =
            r#" {"b": [1, -20, 0, 1.5, -0.25e+10, 1E3, true, false, null, [], {}], "a": "x"}"#;
        let strings =
            [r#""\"\\\/\n\r\t\b\f\u0041\u00e9\ud83c\udf31 é🌱""#, r#""\ud83c""#, r#""\udf31""#];
        let more = [
            r#"{"a":1,"a":2}"#,
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "01",
            "-",
            "1.",
            ".5",
            "1e",
            "+1",
            "nul",
            "nulll",
            "[1,]",
            "[,1]",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "\"a",
            "\"\n\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u+123\"",
            "",
            " ",
            "1 2",
            "\u{a0}1",
            "[1 2]",
            "{\"a\":1 \"b\":2}",
            "\"\\ud83c\\u0041\"",
            "\"\\ud83cx\"",
            "-0",
            "{} x",
        ];
        let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        let mut texts: Vec<String> = strings.into_iter().chain(more).map(str::to_owned).collect();
        texts.extend([whole.to_owned(), deep(100), deep(200)]);
        // Every text that begins like the whole one, and every one that lacks a character of it.
        texts.extend((0..whole.len()).map(|at| whole[..at].to_owned()));
        texts.extend((0..whole.len()).map(|at| whole[..at].to_owned() + &whole[at + 1..]));
        for text in texts {
            let other: Option<Value> = serde_json::from_str(&text).ok();
            assert_eq!(Tree::read(&text), other.as_ref().map(of), "{text}");
        }
    }

    #[test]
    fn it_writes_texts_as_another_writer_does() {
        let text: String = ('\0'..='\u{ff}').chain(['\u{2028}', '🌱']).collect();
        let mut written = String::new();
        write_text(&text, &mut written);
        assert_eq!(written, serde_json::to_string(&text).unwrap());
        assert_eq!(Tree::read(&written), Some(Tree::Text(text)));
    }
}
