//! Receipts: what a practice answers to the rows of its packs. A click on the page, a file that is
//! uploaded and a file of the command line come through here alike.

mod cells;
mod file;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use rusqlite::{OptionalExtension, Transaction, params};
use shared::{
    limits::{LINE_CHARACTERS_MAX, PARAGRAPH_CHARACTERS_MAX},
    ods::OdsCode,
};

pub use self::file::{FILE_BYTES_MAX, FileRefusal, Report, take_in};
use crate::store::{
    StoreError,
    course::{Asked, Course},
    receipts::{self, Effect, Kind, Outcome, Said, Seen, Source, Standing, Way},
    settlements,
};

/// Receipts for one question, answers and what takes them back alike: nobody changes their mind so
/// often, and each one is followed whenever another comes.
const RECEIPTS_PER_QUESTION_MAX: usize = 200;

/// Why an answer is not taken. Words for whoever gave it; they hold no personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No row of this service.
    #[error("No pack of this service has this row_id.")]
    UnknownRow,
    /// Another practice's.
    #[error("This row is another practice's. Give it in on that practice's page.")]
    OtherPractice,
    /// A pack that did not ask for it.
    #[error("That pack did not ask for this row: look at its pack_id.")]
    NotAsked,
    /// There is no such day, or it cannot be.
    #[error("{0} is not a day on which this can have been done.")]
    BadDate(String),
    /// No reason.
    #[error("Say why it was rejected, in the column detail.")]
    ReasonMissing,
    /// No other row.
    #[error("Give the row_id of the other row, in the column detail.")]
    OtherRowMissing,
    /// The other row is this one.
    #[error("The row_id in the column detail is this row's own: give the other row's.")]
    OtherRowItself,
    /// The other row is nobody's, or another practice's.
    #[error("The row_id in the column detail is of no row of this practice.")]
    OtherRowUnknown,
    /// Too long.
    #[error("{0} is too long: at most {1} characters.")]
    TooLong(&'static str, usize),
    /// Somebody, or something, goes round in circles.
    #[error("This row was answered too often to be answered here: tell the service what holds.")]
    TooOften,
    /// There is nothing to take back.
    #[error("There is no answer to take back.")]
    NothingToUndo,
    /// What is taken back or decided is not what was seen.
    #[error("Somebody has answered since this page was opened, so nothing was done.")]
    AnsweredSince,
    /// Two answers stand.
    #[error("There are two answers: decide between them.")]
    Contested,
    /// Another practice was asked since.
    #[error(
        "Another practice was asked to make this entry since then, so the answer stands. Tell the \
         service if it is wrong."
    )]
    OutElsewhere,
    /// There is nothing to decide between.
    #[error("There are no two answers to decide between: somebody may have decided already.")]
    NothingToSettle,
}

/// An answer that can be one: what it says is complete and in bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    outcome: Outcome,
    said: Said,
}

impl Answer {
    /// Checks what is said.
    ///
    /// # Errors
    /// What is missing or over a limit.
    pub fn new(outcome: Outcome, said: Said) -> Result<Self, Refusal> {
        let bounds = [
            ("filed_by", &said.filed_by, LINE_CHARACTERS_MAX),
            ("system", &said.system, LINE_CHARACTERS_MAX),
            ("detail", &said.detail, PARAGRAPH_CHARACTERS_MAX),
        ];
        for (name, text, most) in bounds {
            if text.chars().count() > most {
                return Err(Refusal::TooLong(name, most));
            }
        }
        match outcome {
            Outcome::Rejected if said.detail.is_empty() => Err(Refusal::ReasonMissing),
            Outcome::DuplicateOf if said.detail.is_empty() => Err(Refusal::OtherRowMissing),
            _ => Ok(Self { outcome, said: Said { outcome: Some(outcome), ..said } }),
        }
    }
}

/// A row as a practice names it: by its identifier, and by the pack that asked where that is said.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// The practice that answers.
    pub practice: &'a OdsCode,
    /// The row.
    pub row_id: &'a str,
    /// The pack; none for what was asked last.
    pub number: Option<u32>,
}

impl Named<'_> {
    /// The pack that asked for this row, whose receipts this is about: a reminder asks for what an
    /// earlier one asked for.
    fn asked_in(&self, tx: &Transaction<'_>) -> Result<Result<u32, Refusal>, StoreError> {
        let sql = "SELECT practice FROM settlement WHERE row_id = ?1";
        let owner: Option<String> =
            tx.prepare_cached(sql)?.query_row([self.row_id], |row| row.get(0)).optional()?;
        match owner {
            None => return Ok(Err(Refusal::UnknownRow)),
            Some(owner) if owner != self.practice.as_str() => {
                return Ok(Err(Refusal::OtherPractice));
            }
            Some(_) => {}
        }
        let sql = "SELECT max(number) FROM packed_row
             WHERE row_id = ?1 AND practice = ?2 AND action <> 'REMINDER' AND number <= ?3";
        let key = params![self.row_id, self.practice.as_str(), self.number.unwrap_or(u32::MAX)];
        let asked: Option<u32> = tx.prepare_cached(sql)?.query_row(key, |row| row.get(0))?;
        Ok(asked.ok_or(Refusal::NotAsked))
    }
}

/// Takes an answer in. One that says what is known changes nothing; one that contradicts what was
/// answered before waits for a person.
///
/// # Errors
/// When the database refuses.
pub fn answer(
    tx: &Transaction<'_>,
    named: Named<'_>,
    Answer { outcome, said }: &Answer,
    source: &Source,
    today: Date,
) -> Result<Result<Effect, Refusal>, StoreError> {
    let number = match named.asked_in(tx)? {
        Ok(number) => number,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let is_possible = || is_possible(tx, named.row_id, number, said, today);
    if !said.on_date.is_empty() && !is_possible()? {
        return Ok(Err(Refusal::BadDate(said.on_date.clone())));
    }
    if *outcome == Outcome::DuplicateOf
        && let Err(refusal) = names_other_row(tx, named, said, source)?
    {
        return Ok(Err(refusal));
    }
    let course = Course::of(tx, named.row_id)?;
    let effect = receipts::effect_of(course.receipts(number), *outcome);
    if effect == Effect::Nothing {
        return Ok(Ok(effect));
    }
    // A list that comes in again says nothing new of what was taken back, decided or asked again
    // since.
    let was_said = || course.receipts(number).iter().any(|receipt| receipt.said == *said);
    if source.way != Way::Page && (was_said() || course.was_overtaken(number, said)) {
        return Ok(Ok(Effect::SaidBefore));
    }
    if course.receipts(number).len() >= RECEIPTS_PER_QUESTION_MAX {
        return Ok(Err(Refusal::TooOften));
    }
    let key = (named.row_id, number);
    receipts::append(tx, named.practice, key, (Kind::Answer, said), source)?;
    settlements::note_answers(tx, named.row_id)?;
    Ok(Ok(effect))
}

/// Whether a duplicate names the row that it is one of. People on the page may say it in words.
fn names_other_row(
    tx: &Transaction<'_>,
    named: Named<'_>,
    said: &Said,
    source: &Source,
) -> Result<Result<(), Refusal>, StoreError> {
    let Some(other) = cells::identifier(&said.detail) else {
        let is_in_words = source.way == Way::Page;
        return Ok(if is_in_words { Ok(()) } else { Err(Refusal::OtherRowMissing) });
    };
    if other == named.row_id {
        return Ok(Err(Refusal::OtherRowItself));
    }
    let sql = "SELECT EXISTS (SELECT 1 FROM settlement WHERE row_id = ?1 AND practice = ?2)";
    let key = params![other, named.practice.as_str()];
    let is_known: bool = tx.prepare_cached(sql)?.query_row(key, |row| row.get(0))?;
    Ok(if is_known { Ok(()) } else { Err(Refusal::OtherRowUnknown) })
}

/// Nothing is filed in the future, nor before what it says happened; what a practice coded by itself
/// may be older.
fn is_possible(
    tx: &Transaction<'_>,
    row_id: &str,
    number: u32,
    said: &Said,
    today: Date,
) -> Result<bool, StoreError> {
    let Ok(on) = said.on_date.parse::<Date>() else { return Ok(false) };
    if said.outcome == Some(Outcome::AlreadyInRecord) {
        return Ok(on <= today);
    }
    let sql = "SELECT event_date FROM packed_row WHERE row_id = ?1 AND number = ?2";
    let happened: String =
        tx.prepare_cached(sql)?.query_row(params![row_id, number], |row| row.get(0))?;
    Ok(on <= today && happened.parse().is_ok_and(|happened: Date| on >= happened))
}

/// The answers that whoever looks at a row sees: those between which a person decides, or else
/// those to what was asked last.
pub fn standing(course: &Course) -> Standing<'_> {
    course.contested().or(course.last()).map(Asked::standing).unwrap_or_default()
}

/// Which answers whoever looks at a row now sees.
///
/// # Errors
/// When the database refuses.
pub fn seen(tx: &Transaction<'_>, row_id: &str) -> Result<Seen, StoreError> {
    Ok(standing(&Course::of(tx, row_id)?).seen())
}

/// Takes back the answer to what was asked last of a row, which is one of those that were seen.
///
/// # Errors
/// When the database refuses.
pub fn undo(
    tx: &Transaction<'_>,
    named: Named<'_>,
    seen: Seen,
    source: &Source,
) -> Result<Result<(), Refusal>, StoreError> {
    let number = match named.asked_in(tx)? {
        Ok(number) => number,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let course = Course::of(tx, named.row_id)?;
    if course.standing(number).answer.is_none() {
        return Ok(Err(Refusal::NothingToUndo));
    }
    if standing(&course).seen() != seen {
        return Ok(Err(Refusal::AnsweredSince));
    }
    if course.contested().is_some() {
        return Ok(Err(Refusal::Contested));
    }
    if settlements::is_out_elsewhere(tx, named.row_id, &course)? {
        return Ok(Err(Refusal::OutElsewhere));
    }
    let nothing = Said::default();
    let key = (named.row_id, number);
    receipts::append(tx, named.practice, key, (Kind::Undo, &nothing), source)?;
    settlements::note_answers(tx, named.row_id)?;
    Ok(Ok(()))
}

/// Decides between the two answers that were seen, to what was asked of a row at any time: the one
/// with this outcome stands.
///
/// # Errors
/// When the database refuses.
pub fn settle(
    tx: &Transaction<'_>,
    named: Named<'_>,
    (outcome, seen): (Outcome, Seen),
    source: &Source,
) -> Result<Result<(), Refusal>, StoreError> {
    if let Err(refusal) = named.asked_in(tx)? {
        return Ok(Err(refusal));
    }
    let course = Course::of(tx, named.row_id)?;
    let Some(asked) = course.contested() else { return Ok(Err(Refusal::NothingToSettle)) };
    let Standing { answer: Some(first), contradiction: Some(second) } = asked.standing() else {
        return Ok(Err(Refusal::NothingToSettle));
    };
    if asked.standing().seen() != seen {
        return Ok(Err(Refusal::AnsweredSince));
    }
    let chosen = [first, second].into_iter().find(|one| one.said.outcome == Some(outcome));
    let Some(chosen) = chosen else { return Ok(Err(Refusal::NothingToSettle)) };
    let is_elsewhere = settlements::is_out_elsewhere(tx, named.row_id, &course)?;
    let stands_already = first.said.outcome == Some(outcome);
    if !outcome.is_refusal() && is_elsewhere && !stands_already {
        return Ok(Err(Refusal::OutElsewhere));
    }
    let key = (named.row_id, asked.number);
    receipts::append(tx, named.practice, key, (Kind::Settle, &chosen.said), source)?;
    settlements::note_answers(tx, named.row_id)?;
    Ok(Ok(()))
}
