//! A table out of a file as offices write them: any of three separators, with or without a byte
//! order mark, in UTF-8 or in what Windows used before it.

use std::borrow::Cow;

use csv::{ReaderBuilder, StringRecord, Trim};
use encoding_rs::WINDOWS_1252;

/// A referral file, in bytes: 100,000 rows of the longest kind that was seen.
pub const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Rows of one file.
pub const ROWS_MAX: usize = 100_000;

/// One row with its line in the file.
pub struct Line {
    /// The line on which it begins, from 1.
    pub number: u64,
    /// Its fields.
    pub fields: StringRecord,
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
    /// Quotes that do not end, and the like.
    #[error("the file cannot be read as CSV near line {0}: look for a quotation mark on its own")]
    Unreadable(u64),
}

/// Reads a table.
///
/// # Errors
/// Why it is none.
pub fn read(bytes: &[u8]) -> Result<Table, TableError> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(TableError::Workbook);
    }
    // The reader counts lines by their last character, one too few while that is still to come.
    let text = text_of(bytes).replace("\r\n", "\n");
    let first = text.lines().next().filter(|line| !line.trim().is_empty());
    let separator = separator_of(first.ok_or(TableError::Empty)?);
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let mut records = reader.records().map(|record| {
        record.map_err(|error| {
            TableError::Unreadable(error.position().map_or(0, csv::Position::line))
        })
    });
    let header = records.next().ok_or(TableError::Empty)??;
    let mut lines = Vec::new();
    for record in records {
        let fields = record?;
        if fields.iter().all(str::is_empty) {
            continue;
        }
        if lines.len() >= ROWS_MAX {
            return Err(TableError::TooLong);
        }
        let number = fields.position().map_or(0, csv::Position::line);
        lines.push(Line { number, fields });
    }
    Ok(Table { header, lines })
}

/// UTF-8 where it is, else what Windows used before: a name is decoded, never refused for its é.
fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
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
