//! A table out of a file as offices write them: any of three separators, with or without a byte
//! order mark, in UTF-8 or in what Windows used before it.

use std::borrow::Cow;

use csv::{ReaderBuilder, StringRecord, Trim};
use encoding_rs::{UTF_16LE, WINDOWS_1252};

use crate::pack::as_written;

/// A referral file, in bytes: 100,000 rows of the longest kind that was seen.
pub const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Rows of one file.
pub const ROWS_MAX: usize = 100_000;

/// Lines of one row, since a reason may have paragraphs.
const ROW_LINES_MAX: usize = 60;
/// A row, in bytes: a reason of the most characters, each of the longest kind, is under 10,000.
const ROW_BYTES_MAX: usize = 32 * 1024;

/// One row with its line in the file.
pub struct Line {
    /// The line on which it begins, from 1.
    pub number: u64,
    /// Its fields.
    pub fields: StringRecord,
    /// What is wrong with the row as such.
    pub problem: Option<&'static str>,
}

/// A table: its first row, and the others.
pub struct Table {
    /// The first row.
    pub header: StringRecord,
    /// The other rows, without empty ones.
    pub lines: Vec<Line>,
}

/// Why a file is no table.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Too many rows.
    #[error("the file has over {ROWS_MAX} rows: import it in parts")]
    TooLong,
    /// A workbook, not a table.
    #[error("this is a spreadsheet's own file: save it as CSV and import that")]
    Workbook,
    /// Neither text of today nor of older programs.
    #[error("this is no text file: save it as CSV, in UTF-8")]
    Binary,
    /// The names of the columns cannot be told apart.
    #[error("the first line holds a quotation mark that is not closed: remove it")]
    Header,
}

/// Reads a table.
///
/// # Errors
/// Why it is none.
pub fn read(bytes: &[u8]) -> Result<Table, TableError> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(TableError::Workbook);
    }
    let text = with_plain_line_ends(&text_of(bytes));
    if text.contains('\0') {
        return Err(TableError::Binary);
    }
    let before: Vec<&str> = text.split_inclusive('\n').take_while(|line| is_blank(line)).collect();
    let rest = &text[before.iter().map(|line| line.len()).sum()..];
    let separator = separator_of(rest.lines().next().ok_or(TableError::Empty)?);
    let mut rows = Rows { rest, number: 1 + before.len() as u64, separator };
    let header = rows.next().filter(|header| header.problem.is_none());
    let header = header.ok_or(TableError::Header)?.fields;
    let mut lines = Vec::new();
    for line in rows {
        if line.fields.iter().all(str::is_empty) {
            continue;
        }
        if lines.len() >= ROWS_MAX {
            return Err(TableError::TooLong);
        }
        lines.push(line);
    }
    Ok(Table { header, lines })
}

/// Every end of a line as one sign: Windows writes two, a Macintosh of old the other one alone, and
/// a program that takes the ends of Windows for text writes three.
fn with_plain_line_ends(text: &str) -> String {
    text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace('\r', "\n")
}

/// Whether a spreadsheet wrote this line for a row without anything in it.
fn is_blank(line: &str) -> bool {
    line.chars().all(|letter| letter.is_whitespace() || ",;".contains(letter))
}

/// The rows of a text, one by one. A quotation mark that is never closed spoils its own line and
/// not the rest of the file.
struct Rows<'a> {
    rest: &'a str,
    /// The line at which `rest` begins.
    number: u64,
    separator: u8,
}

impl Iterator for Rows<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        if self.rest.is_empty() {
            return None;
        }
        let number = self.number;
        let whole = whole_row(self.rest, self.separator);
        let row = whole.unwrap_or_else(|| self.rest.split('\n').next().unwrap_or_default());
        self.rest = &self.rest[row.len()..];
        self.rest = self.rest.strip_prefix('\n').unwrap_or(self.rest);
        self.number += 1 + row.bytes().filter(|byte| *byte == b'\n').count() as u64;
        let fields = match whole {
            Some(row) => fields(row, self.separator),
            None => row.split(char::from(self.separator)).map(str::trim).collect(),
        };
        let problem = match whole {
            None => Some("row: holds a quotation mark that is not closed: remove it"),
            Some(row) if row.len() > ROW_BYTES_MAX => Some("row: is too long for a referral"),
            Some(_) => None,
        };
        Some(Line { number, fields, problem })
    }
}

/// The first row of a text, over as many lines as its quotes take; none where they are not in
/// order: a quote closes before a separator or the end of a line, and within a few lines.
fn whole_row(text: &str, separator: u8) -> Option<&str> {
    let bytes = text.as_bytes();
    let (mut at, mut lines) = (0, 1);
    loop {
        // Here a field begins.
        if bytes.get(at) == Some(&b'"') {
            at += 1;
            loop {
                match (bytes.get(at)?, bytes.get(at + 1)) {
                    (b'"', Some(b'"')) => at += 2,
                    (b'"', _) => break,
                    (b'\n', _) if lines == ROW_LINES_MAX => return None,
                    (byte, _) => {
                        lines += usize::from(*byte == b'\n');
                        at += 1;
                    }
                }
            }
            // Spaces after the closing quote are harmless.
            at += 1 + bytes[at + 1..].iter().take_while(|byte| **byte == b' ').count();
            if bytes.get(at).is_some_and(|byte| *byte != separator && *byte != b'\n') {
                return None;
            }
        }
        let to_end = bytes[at..].iter().position(|byte| *byte == separator || *byte == b'\n');
        at += to_end.unwrap_or(bytes.len() - at);
        if bytes.get(at) == Some(&separator) {
            at += 1;
        } else {
            return Some(&text[..at]);
        }
    }
}

/// The fields of a row whose quotes are in order.
fn fields(row: &str, separator: u8) -> StringRecord {
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .trim(Trim::All)
        .from_reader(row.as_bytes());
    let record = reader.records().next().and_then(Result::ok).unwrap_or_default();
    record.iter().map(as_written).collect()
}

/// UTF-8 where it is, UTF-16 where it says so, else what Windows used before: a name is decoded,
/// never refused for its é.
fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        // The mark at the front chooses between the two orders of bytes.
        return UTF_16LE.decode(bytes).0;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode(bytes).0,
    }
}

/// The separator that the first line has most of.
fn separator_of(line: &str) -> u8 {
    let count = |separator: &u8| line.bytes().filter(|byte| byte == separator).count();
    // On equal counts the last one wins: the comma.
    *b"\t;,".iter().max_by_key(|separator| count(separator)).expect("there are three")
}
