//! What practices answered: a log to which rows are added, and how an answer follows from it.

use std::fmt;

use rusqlite::{Row, Transaction, params};
use shared::{ids::UserId, ods::OdsCode};

use super::{
    StoreError,
    asks::Action,
    column,
    worklist::{self, WorklistRow},
};

/// What a practice made of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It is in the record now; for a row to take back, it is out of it.
    Filed,
    /// It was in the record before; for a row to take back, it was not in it.
    AlreadyInRecord,
    /// The patient is not registered at this practice.
    NotRegisteredHere,
    /// Name, birth date, NHS number and sex do not belong to one patient.
    IdentityMismatch,
    /// It says the same as another row.
    DuplicateOf,
    /// The practice does not enter it, for a reason in words.
    Rejected,
}

impl Outcome {
    /// Every outcome, in the order of a form.
    pub const ALL: [Self; 6] = [
        Self::Filed,
        Self::AlreadyInRecord,
        Self::NotRegisteredHere,
        Self::IdentityMismatch,
        Self::DuplicateOf,
        Self::Rejected,
    ];

    /// Its name in files and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Filed => "filed",
            Self::AlreadyInRecord => "already_in_record",
            Self::NotRegisteredHere => "not_registered_here",
            Self::IdentityMismatch => "identity_mismatch",
            Self::DuplicateOf => "duplicate_of",
            Self::Rejected => "rejected",
        }
    }

    /// The outcome of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }

    /// In words, as the answer to what was asked: of an entry that is to be taken out, "filed" and
    /// "already in the record" would say the opposite of what they mean.
    pub fn words(self, asked: Action) -> &'static str {
        match (self, asked) {
            (Self::Filed, Action::Retract) => "Taken out",
            (Self::Filed, Action::Amend) => "Put right",
            (Self::Filed, _) => "Filed",
            (Self::AlreadyInRecord, Action::Retract) => "It was not in the record",
            (Self::AlreadyInRecord, Action::Amend) => "It read so already",
            (Self::AlreadyInRecord, _) => "Already in the record",
            (Self::NotRegisteredHere, _) => "Not registered here",
            (Self::IdentityMismatch, _) => "Identity does not match",
            (Self::DuplicateOf, _) => "Duplicate of another entry",
            (Self::Rejected, _) => "Rejected",
        }
    }

    /// Whether the practice does not have the entry by this row: it goes back to the worker.
    pub fn is_refusal(self) -> bool {
        !matches!(self, Self::Filed | Self::AlreadyInRecord)
    }

    /// Whether a later answer says no other than this one: what somebody filed is found in the record
    /// by whoever looks next. The other way round it may be in twice.
    fn agrees_with(self, later: Self) -> bool {
        self == later || (self == Self::Filed && later == Self::AlreadyInRecord)
    }
}

/// What a receipt does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Says what became of the row.
    Answer,
    /// Takes the answer back.
    Undo,
    /// Decides between two answers.
    Settle,
}

impl Kind {
    const NAMED: [(&'static str, Self); 3] =
        [("answer", Self::Answer), ("undo", Self::Undo), ("settle", Self::Settle)];

    fn name(self) -> &'static str {
        Self::NAMED.into_iter().find(|(_, kind)| *kind == self).map_or("answer", |(name, _)| name)
    }

    fn named(name: &str) -> Option<Self> {
        Self::NAMED.into_iter().find(|(own, _)| *own == name).map(|(_, kind)| kind)
    }
}

/// How a receipt came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A click on the practice's page.
    Page,
    /// A file that was uploaded there.
    File,
    /// A command.
    Command,
}

impl fmt::Display for Way {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Page => "page",
            Self::File => "file",
            Self::Command => "command",
        })
    }
}

/// What is said of one row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// What became of it; none where an answer is taken back.
    pub outcome: Option<Outcome>,
    /// On which day, as an ISO date; empty where that was not said.
    pub on_date: String,
    /// Who entered it, as the practice names them.
    pub filed_by: String,
    /// In which system.
    pub system: String,
    /// The reason, or the other row.
    pub detail: String,
}

/// One receipt of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its place in the log.
    pub id: i64,
    /// The row.
    pub row_id: String,
    /// The pack that asked.
    pub number: u32,
    /// What that pack asked.
    pub asked: Action,
    /// What it does.
    pub kind: Kind,
    /// What it says.
    pub said: Said,
    /// How it came: page, file or command.
    pub way: String,
    /// Who gave it; none for a command.
    pub by: Option<UserId>,
    /// When, in milliseconds of Unix time.
    pub at: i64,
}

/// Where the answers to one question lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing<'a> {
    /// The answer; none while there is none.
    pub answer: Option<&'a Receipt>,
    /// A later answer that contradicts it and that nobody has settled.
    pub contradiction: Option<&'a Receipt>,
}

impl<'a> Standing<'a> {
    /// Which answers these are.
    pub fn seen(&self) -> Seen {
        let id = |receipt: Option<&Receipt>| receipt.map(|receipt| receipt.id);
        Seen { answer: id(self.answer), contradiction: id(self.contradiction) }
    }

    /// Follows the receipts of one question, in the order of the log.
    pub fn of(receipts: &'a [Receipt]) -> Self {
        receipts.iter().fold(Self::default(), Self::then)
    }

    fn then(self, receipt: &'a Receipt) -> Self {
        match (receipt.kind, self.answer) {
            (Kind::Undo, _) => Self::default(),
            (Kind::Settle, _) | (Kind::Answer, None) => {
                Self { answer: Some(receipt), contradiction: None }
            }
            (Kind::Answer, Some(answer)) => match (answer.said.outcome, receipt.said.outcome) {
                (Some(before), Some(later)) if before.agrees_with(later) => self,
                _ => Self { contradiction: Some(receipt), ..self },
            },
        }
    }
}

/// The answers that somebody had before them who took one back or decided: those that came since
/// are not meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    answer: Option<i64>,
    contradiction: Option<i64>,
}

impl Seen {
    /// Out of the text of a form; what no page wrote is no answer.
    pub fn parse(text: &str) -> Self {
        let (answer, contradiction) = text.split_once('-').unwrap_or((text, ""));
        Self { answer: answer.parse().ok(), contradiction: contradiction.parse().ok() }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
        write!(formatter, "{}-{}", id(self.answer), id(self.contradiction))
    }
}

/// What an answer would change after these receipts, in the order of the log. What was said once is
/// known until somebody takes the answers back or decides between them.
pub fn effect_of(before: &[Receipt], outcome: Outcome) -> Effect {
    let since = before.iter().rev().take_while(|receipt| receipt.kind == Kind::Answer);
    let mut since = since.filter_map(|receipt| receipt.said.outcome);
    match Standing::of(before).answer.and_then(|answer| answer.said.outcome) {
        None => Effect::Answers,
        Some(first) if first.agrees_with(outcome) => Effect::Nothing,
        Some(_) if since.any(|said| said == outcome) => Effect::Nothing,
        Some(_) => Effect::Contradicts,
    }
}

/// What an answer changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It is the first.
    Answers,
    /// It says what holds, or what waits for a person.
    Nothing,
    /// It was said before, and does not hold any more: a file that comes in again brings nothing
    /// back.
    SaidBefore,
    /// It says something else than the first: a person decides.
    Contradicts,
}

/// What is read of a receipt and of the question that it answers.
const COLUMNS: &str = "receipt.id, receipt.row_id, receipt.number, kind, outcome, on_date,
     filed_by, system, detail, way, by, at, asked.action";
/// How many these are.
const RECEIPT_COLUMNS: usize = 13;
/// Where they come from.
const FROM: &str = "FROM receipt
     CROSS JOIN packed_row AS asked ON asked.practice = receipt.practice
        AND asked.number = receipt.number AND asked.row_id = receipt.row_id";

fn read(row: &Row<'_>) -> Result<Receipt, rusqlite::Error> {
    let (kind, outcome): (String, String) = (row.get(3)?, row.get(4)?);
    let asked: String = row.get(12)?;
    Ok(Receipt {
        id: row.get(0)?,
        row_id: row.get(1)?,
        number: row.get(2)?,
        asked: Action::named(&asked).ok_or(rusqlite::Error::InvalidQuery)?,
        kind: Kind::named(&kind).ok_or(rusqlite::Error::InvalidQuery)?,
        said: Said {
            outcome: Outcome::named(&outcome),
            on_date: row.get(5)?,
            filed_by: row.get(6)?,
            system: row.get(7)?,
            detail: row.get(8)?,
        },
        way: row.get(9)?,
        by: column::user_if_any(row, 10)?,
        at: row.get(11)?,
    })
}

/// Every receipt of a row, in order.
///
/// # Errors
/// When the database refuses.
pub fn of_row(tx: &Transaction<'_>, row_id: &str) -> Result<Vec<Receipt>, StoreError> {
    let sql = format!("SELECT {COLUMNS} {FROM} WHERE receipt.row_id = ?1 ORDER BY receipt.id");
    let mut statement = tx.prepare_cached(&sql)?;
    Ok(statement.query_map([row_id], read)?.collect::<Result<_, _>>()?)
}

/// The last receipts of a practice, newest first, each with the entry as it was asked for.
///
/// # Errors
/// When the database refuses.
pub fn latest(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    count_max: usize,
) -> Result<Vec<(Receipt, WorklistRow)>, StoreError> {
    let entry = worklist::columns("asked");
    let sql = format!(
        "SELECT {COLUMNS}, {entry} {FROM} WHERE receipt.practice = ?1
         ORDER BY receipt.id DESC LIMIT ?2"
    );
    let read = |row: &Row<'_>| Ok((read(row)?, worklist::read(row, RECEIPT_COLUMNS)?));
    let mut statement = tx.prepare_cached(&sql)?;
    Ok(statement
        .query_map(params![practice.as_str(), count_max], read)?
        .collect::<Result<_, _>>()?)
}

/// Who says something, how and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// How it comes.
    pub way: Way,
    /// Who gives it; none for a command.
    pub by: Option<UserId>,
    /// When, in milliseconds of Unix time.
    pub at: i64,
}

/// Adds a receipt to the log.
///
/// # Errors
/// When the database refuses.
pub fn append(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    (row_id, number): (&str, u32),
    (kind, said): (Kind, &Said),
    source: &Source,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO receipt (practice, row_id, number, kind, outcome, on_date, filed_by,
            system, detail, way, by, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    tx.prepare_cached(sql)?.execute(params![
        practice.as_str(),
        row_id,
        number,
        kind.name(),
        said.outcome.map_or("", Outcome::name),
        said.on_date,
        said.filed_by,
        said.system,
        said.detail,
        source.way.to_string(),
        source.by.as_ref().map(UserId::as_bytes),
        source.at,
    ])?;
    Ok(())
}

/// What became of the lines of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileCounts {
    /// Lines that answered something.
    pub taken: u32,
    /// Lines that said what was known.
    pub known: u32,
    /// Lines that contradict an answer: a person decides.
    pub waiting: u32,
    /// Lines that were refused.
    pub refused: u32,
}

/// A file of receipts that was given in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// Who gave it in; none for a command.
    pub by: Option<UserId>,
    /// When, in milliseconds of Unix time.
    pub at: i64,
    /// What became of its lines.
    pub counts: FileCounts,
}

/// Notes that a file was given in.
///
/// # Errors
/// When the database refuses.
pub fn note_file(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    sha256: &str,
    source: &Source,
    counts: FileCounts,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO receipt_file (practice, sha256, way, by, at, taken, known, waiting,
            refused)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    tx.execute(
        sql,
        params![
            practice.as_str(),
            sha256,
            source.way.to_string(),
            source.by.as_ref().map(UserId::as_bytes),
            source.at,
            counts.taken,
            counts.known,
            counts.waiting,
            counts.refused,
        ],
    )?;
    Ok(())
}

/// The files of receipts that were given in, newest first.
///
/// # Errors
/// When the database refuses.
pub fn files(tx: &Transaction<'_>, practice: &OdsCode) -> Result<Vec<FileLine>, StoreError> {
    let sql = "SELECT by, at, taken, known, waiting, refused FROM receipt_file
         WHERE practice = ?1 ORDER BY id DESC";
    let read = |row: &Row<'_>| {
        Ok(FileLine {
            by: column::user_if_any(row, 0)?,
            at: row.get(1)?,
            counts: FileCounts {
                taken: row.get(2)?,
                known: row.get(3)?,
                waiting: row.get(4)?,
                refused: row.get(5)?,
            },
        })
    };
    let mut statement = tx.prepare_cached(sql)?;
    Ok(statement.query_map([practice.as_str()], read)?.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt(id: i64, kind: Kind, outcome: Option<Outcome>) -> Receipt {
        let said = Said { outcome, ..Said::default() };
        let (row_id, way) = ("row".to_owned(), "page".to_owned());
        let asked = Action::New;
        Receipt { id, row_id, number: 1, asked, kind, said, way, by: None, at: id }
    }

    #[test]
    fn the_first_answer_stands_and_what_contradicts_it_waits_for_a_person() {
        use Outcome::{AlreadyInRecord, Filed, IdentityMismatch, Rejected};
        let answer = |id, outcome| receipt(id, Kind::Answer, Some(outcome));
        let undo = |id| receipt(id, Kind::Undo, None);
        let settle = |id, outcome| receipt(id, Kind::Settle, Some(outcome));
        // Receipts, which of them is the answer, and which contradicts it.
        let cases: [(&[Receipt], Option<i64>, Option<i64>); 8] = [
            (&[], None, None),
            (&[answer(1, Filed), answer(2, Filed)], Some(1), None),
            (&[answer(1, Filed), answer(2, AlreadyInRecord)], Some(1), None),
            (&[answer(1, AlreadyInRecord), answer(2, Filed)], Some(1), Some(2)),
            (&[answer(1, Filed), answer(2, Rejected)], Some(1), Some(2)),
            (&[answer(1, Filed), answer(2, Rejected), settle(3, Rejected)], Some(3), None),
            (&[answer(1, Filed), undo(2)], None, None),
            (&[answer(1, Filed), undo(2), answer(3, IdentityMismatch)], Some(3), None),
        ];
        for (receipts, answer, contradiction) in cases {
            let standing = Standing::of(receipts);
            let id = |receipt: Option<&Receipt>| receipt.map(|receipt| receipt.id);
            assert_eq!(id(standing.answer), answer, "{receipts:?}");
            assert_eq!(id(standing.contradiction), contradiction, "{receipts:?}");
        }
    }

    #[test]
    fn an_answer_that_comes_again_changes_nothing() {
        let filed = [receipt(1, Kind::Answer, Some(Outcome::Filed))];
        assert_eq!(effect_of(&[], Outcome::Filed), Effect::Answers);
        assert_eq!(effect_of(&filed, Outcome::Filed), Effect::Nothing);
        assert_eq!(effect_of(&filed, Outcome::Rejected), Effect::Contradicts);
        let rejected = receipt(2, Kind::Answer, Some(Outcome::Rejected));
        let duplicate = receipt(3, Kind::Answer, Some(Outcome::DuplicateOf));
        let all = [filed[0].clone(), rejected, duplicate];
        assert_eq!(effect_of(&all, Outcome::Rejected), Effect::Nothing);
        let undone = [&all[..], &[receipt(4, Kind::Undo, None)]].concat();
        assert_eq!(effect_of(&undone, Outcome::Rejected), Effect::Answers);
    }

    #[test]
    fn every_outcome_has_a_name_of_its_own() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::named(outcome.name()), Some(outcome));
        }
    }
}
