//! A receipt file: each line answers one row, and each that cannot be taken says why. Nothing of a
//! file that is none is kept.

use jiff::civil::Date;
use rusqlite::{OptionalExtension, Transaction, params};
use sha2::{Digest, Sha256};
use shared::ods::OdsCode;

use super::{Answer, Named, Refusal, answer, cells};
use crate::{
    clock,
    import::table::{self, Line, Table, TableError},
    store::{
        Store, StoreError,
        ledger::hex,
        packs,
        receipts::{self, Effect, FileCounts, Said, Source},
    },
};

/// A receipt file, in bytes: as many rows as are allowed, each with a long reason.
pub const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Rows of one file: three years of a large practice.
const ROWS_MAX: usize = 20_000;
/// Lines of a report. Whoever has more wrong than that has one thing wrong.
const LINES_MAX: usize = 200;

/// Why nothing of a file was taken in.
#[derive(Debug, thiserror::Error)]
pub enum FileRefusal {
    /// Over the limit.
    #[error("Nothing was taken in: the file is over {} MB.", FILE_BYTES_MAX / 1_048_576)]
    TooLong,
    /// Too many rows.
    #[error("Nothing was taken in: the file has over 20,000 rows. Give it in in parts.")]
    TooManyRows,
    /// An archive or a workbook.
    #[error(
        "Nothing was taken in: this is a zip file or a spreadsheet's own file. Open receipt.csv, \
         save it as CSV and give that in."
    )]
    Workbook,
    /// No table at all.
    #[error("Nothing was taken in: {0}.")]
    NoTable(TableError),
    /// Its first line does not name the columns.
    #[error(
        "Nothing was taken in: the first line must name the columns row_id and outcome, as \
         receipt.csv does."
    )]
    NoColumns,
    /// Names of columns alone.
    #[error(
        "Nothing was taken in: there is no line below the names of the columns. Fill in \
         receipt.csv, save it as CSV and give that in."
    )]
    NoRows,
    /// No row of it is known.
    #[error(
        "Nothing was taken in: no line is about a row of this service. Is it another service's \
         file?"
    )]
    NothingKnown,
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for FileRefusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What became of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Its lines, counted.
    pub counts: FileCounts,
    /// Lines without an outcome, which are left for later.
    pub blank: u32,
    /// Lines that were not taken or that wait for a person, each with its number in the file and why.
    pub lines: Vec<(u64, String)>,
    /// How many more such lines there are.
    pub unlisted: usize,
}

impl Report {
    /// In one sentence.
    pub fn summary(&self) -> String {
        let FileCounts { taken, known, waiting, refused } = self.counts;
        format!(
            "{taken} answers taken in, {known} already answered, {waiting} that contradict an \
             answer, {refused} refused, {} left blank.",
            self.blank
        )
    }

    fn note(&mut self, line: u64, words: String) {
        match self.lines.len() < LINES_MAX {
            true => self.lines.push((line, words)),
            false => self.unlisted += 1,
        }
    }
}

/// Takes a file in, in one transaction. Without a practice it is the one whose row comes first.
///
/// # Errors
/// Why nothing of it was taken in.
pub fn take_in(
    store: &Store,
    practice: Option<OdsCode>,
    file: &[u8],
    source: Source,
) -> Result<Report, FileRefusal> {
    if file.len() > FILE_BYTES_MAX {
        return Err(FileRefusal::TooLong);
    }
    let table = table::read(file).map_err(|error| match error {
        TableError::Workbook => FileRefusal::Workbook,
        TableError::TooLong => FileRefusal::TooManyRows,
        other => FileRefusal::NoTable(other),
    })?;
    if table.lines.len() > ROWS_MAX {
        return Err(FileRefusal::TooManyRows);
    }
    let columns = Columns::of(&table).ok_or(FileRefusal::NoColumns)?;
    if table.lines.is_empty() {
        return Err(FileRefusal::NoRows);
    }
    let sha256 = hex(&Sha256::digest(file));
    store.write_now(move |tx| {
        let practice = match practice {
            Some(practice) => practice,
            None => first_practice(tx, &columns, &table)?.ok_or(FileRefusal::NothingKnown)?,
        };
        let today = clock::today();
        let mut report = Report::default();
        for line in &table.lines {
            take_line(tx, &practice, &columns, line, &source, today, &mut report)?;
        }
        receipts::note_file(tx, &practice, &sha256, &source, report.counts)?;
        Ok(report)
    })
}

/// Where each column is.
struct Columns {
    row_id: usize,
    pack_id: Option<usize>,
    outcome: usize,
    outcome_date: Option<usize>,
    filed_by: Option<usize>,
    system: Option<usize>,
    detail: Option<usize>,
    nhs_number: Option<usize>,
    snomed_code: Option<usize>,
    event_date: Option<usize>,
}

impl Columns {
    fn of(table: &Table) -> Option<Self> {
        let names: Vec<String> = table
            .header
            .iter()
            .map(|name| name.trim().to_ascii_lowercase().replace([' ', '-'], "_"))
            .collect();
        let place = |name: &str| names.iter().position(|own| own == name);
        Some(Self {
            row_id: place("row_id")?,
            pack_id: place("pack_id"),
            outcome: place("outcome")?,
            outcome_date: place("outcome_date"),
            filed_by: place("filed_by"),
            system: place("system"),
            detail: place("detail"),
            nhs_number: place("nhs_number"),
            snomed_code: place("snomed_code"),
            event_date: place("event_date"),
        })
    }
}

fn cell(line: &Line, place: Option<usize>) -> &str {
    place.and_then(|place| line.fields.get(place)).unwrap_or_default().trim()
}

fn first_practice(
    tx: &Transaction<'_>,
    columns: &Columns,
    table: &Table,
) -> Result<Option<OdsCode>, StoreError> {
    let sql = "SELECT practice FROM settlement WHERE row_id = ?1";
    let mut statement = tx.prepare_cached(sql)?;
    for line in &table.lines {
        let Some(row_id) = cells::identifier(cell(line, Some(columns.row_id))) else { continue };
        let practice: Option<String> =
            statement.query_row([row_id], |row| row.get(0)).optional()?;
        if let Some(practice) = practice.and_then(|practice| OdsCode::parse(&practice).ok()) {
            return Ok(Some(practice));
        }
    }
    Ok(None)
}

fn take_line(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    columns: &Columns,
    line: &Line,
    source: &Source,
    today: Date,
    report: &mut Report,
) -> Result<(), StoreError> {
    if line.problem.is_none() && cell(line, Some(columns.outcome)).is_empty() {
        report.blank += 1;
        return Ok(());
    }
    let taken = match read_line(tx, practice, columns, line, today)? {
        Err(words) => Err(words),
        Ok((row_id, number, said)) => {
            let named = Named { practice, row_id: &row_id, number };
            answer(tx, named, &said, source, today)?.map_err(|refusal| refusal.to_string())
        }
    };
    match taken {
        Ok(Effect::Answers) => report.counts.taken += 1,
        Ok(Effect::Nothing) => report.counts.known += 1,
        Ok(Effect::SaidBefore) => {
            report.counts.known += 1;
            let words = "This answer was taken in before and has been taken back or decided \
                         against since, so it changes nothing. If it holds, answer on the \
                         practice's page.";
            report.note(line.number, words.to_owned());
        }
        Ok(Effect::Contradicts) => {
            report.counts.waiting += 1;
            let words = "This row was answered otherwise before. Decide on the practice's page.";
            report.note(line.number, words.to_owned());
        }
        Err(words) => {
            report.counts.refused += 1;
            report.note(line.number, words);
        }
    }
    Ok(())
}

type Read = (String, Option<u32>, Answer);

/// What a line says, or why it cannot be taken.
fn read_line(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    columns: &Columns,
    line: &Line,
    today: Date,
) -> Result<Result<Read, String>, StoreError> {
    if line.problem.is_some() {
        return Ok(Err(
            "The line holds a quotation mark that is not closed, or is too long.".into()
        ));
    }
    let Some(row_id) = cells::identifier(cell(line, Some(columns.row_id))) else {
        return Ok(Err("The row_id is not one: it must be as it was in the pack.".into()));
    };
    let Some(outcome) = cells::outcome(cell(line, Some(columns.outcome))) else {
        return Ok(Err("The outcome is none of those that README.txt lists.".into()));
    };
    let on_date = match cell(line, columns.outcome_date) {
        "" => String::new(),
        text => match cells::date(text, today) {
            Some(date) => date.to_string(),
            None => return Ok(Err("The outcome_date is no date: write it as 2026-11-03.".into())),
        },
    };
    let number = match cell(line, columns.pack_id) {
        "" => None,
        text => {
            let known = match cells::identifier(text) {
                Some(pack_id) => packs::number_of(tx, practice, &pack_id)?,
                None => None,
            };
            if known.is_none() {
                return Ok(Err("The pack_id is of no pack of this practice.".into()));
            }
            known
        }
    };
    if let Some(words) = edited(tx, practice, columns, line, (&row_id, number), today)? {
        return Ok(Err(words));
    }
    let text = |place| cell(line, place).to_owned();
    let said = Said {
        outcome: Some(outcome),
        on_date,
        filed_by: text(columns.filed_by),
        system: text(columns.system),
        detail: text(columns.detail),
    };
    Ok(Answer::new(outcome, said)
        .map(|answer| (row_id, number, answer))
        .map_err(|refusal: Refusal| refusal.to_string()))
}

/// Whether what names the patient and the entry is another row's: columns that were sorted apart
/// would file one patient's answer under another.
fn edited(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    columns: &Columns,
    line: &Line,
    (row_id, number): (&str, Option<u32>),
    today: Date,
) -> Result<Option<String>, StoreError> {
    // As the pack that is named told it, or the last one.
    let sql = "SELECT nhs_number, snomed_code, event_date FROM packed_row
         WHERE row_id = ?1 AND number <= ?2 AND practice = ?3 ORDER BY number DESC LIMIT 1";
    let key = params![row_id, number.unwrap_or(u32::MAX), practice.as_str()];
    let told: Option<(String, String, String)> = tx
        .prepare_cached(sql)?
        .query_row(key, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((nhs_number, snomed_code, event_date)) = told else { return Ok(None) };
    let is_other = |place, fits: &dyn Fn(&str) -> bool| {
        let cell = cell(line, place);
        !cell.is_empty() && !fits(cell)
    };
    let date_fits =
        |cell: &str| cells::date(cell, today).is_some_and(|date| date.to_string() == event_date);
    let wrong = if is_other(columns.nhs_number, &|cell| cells::is_number(cell, &nhs_number)) {
        "NHS number"
    } else if is_other(columns.snomed_code, &|cell| cells::is_number(cell, &snomed_code)) {
        "code"
    } else if is_other(columns.event_date, &date_fits) {
        "date of the entry"
    } else {
        return Ok(None);
    };
    Ok(Some(format!(
        "The {wrong} is not this row's. The columns may have been sorted apart: answer this row on \
         the practice's page."
    )))
}
