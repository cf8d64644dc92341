//! The course of one row: what packs asked of it, what was answered, and what the practice's record
//! holds by that.

use rusqlite::{Row, Transaction, params};

use super::{
    StoreError,
    asks::Action,
    receipts::{self, Outcome, Receipt, Said, Standing},
    worklist::{self, COLUMNS, WorklistRow, columns},
};

/// What one pack asked of a row, other than to remind.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The pack.
    pub number: u32,
    action: Action,
    /// The entry as the practice was told it.
    pub row: WorklistRow,
    /// The row whose place it takes; empty where there is none.
    replaces_row_id: String,
    /// Which of all packs it was, in the order in which they were closed.
    position: i64,
    receipts: Vec<Receipt>,
    /// Those that say nothing any more.
    overtaken: Vec<Receipt>,
}

impl Asked {
    /// Where its answers lead.
    pub fn standing(&self) -> Standing<'_> {
        Standing::of(&self.receipts)
    }

    fn outcome(&self) -> Option<Outcome> {
        self.standing().answer.and_then(|answer| answer.said.outcome)
    }

    /// Whether it is about an entry that came to this practice with the patient.
    fn takes_over(&self) -> bool {
        self.action != Action::New && !self.replaces_row_id.is_empty()
    }

    /// The answer by which the practice has the entry.
    fn done(&self) -> Option<&Receipt> {
        let answer = self.standing().answer?;
        let is_refusal = answer.said.outcome.is_none_or(Outcome::is_refusal);
        (self.action != Action::Retract && !is_refusal).then_some(answer)
    }
}

/// What the practice's record holds by a row, as far as anybody was told.
#[derive(Debug, Clone, Default)]
struct PracticeRecord {
    /// Whether the entry is in it, or may be being made.
    is_there: bool,
    /// How it reads, by what the practice said it did last.
    reading: Option<WorklistRow>,
    /// Whether the practice had it before this service asked.
    is_practices_own: bool,
    /// The question from which on nothing is certain.
    open_from: usize,
}

/// Everything that was asked of a row and answered, in the order of the packs.
#[derive(Debug, Clone)]
pub struct Course {
    asks: Vec<Asked>,
    /// Since which packs the entry has been another practice's, where it went with the patient.
    went_on_at: Vec<i64>,
    record: PracticeRecord,
}

impl Course {
    /// Follows a row.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn of(tx: &Transaction<'_>, row_id: &str) -> Result<Self, StoreError> {
        Self::before(tx, row_id, i64::MAX)
    }

    /// Follows a row up to a pack, by its place among all packs.
    fn before(tx: &Transaction<'_>, row_id: &str, position: i64) -> Result<Self, StoreError> {
        let columns = columns("packed");
        let sql = format!(
            "SELECT {columns}, packed.number, packed.action, packed.replaces_row_id, pack.position
             FROM packed_row AS packed
             JOIN pack ON pack.practice = packed.practice AND pack.number = packed.number
             WHERE packed.row_id = ?1 AND packed.action <> 'REMINDER' AND pack.position < ?2
             ORDER BY pack.position"
        );
        let read = |row: &Row<'_>| {
            let action: String = row.get(COLUMNS + 1)?;
            Ok(Asked {
                number: row.get(COLUMNS)?,
                action: Action::named(&action).ok_or(rusqlite::Error::InvalidQuery)?,
                row: worklist::read(row, 0)?,
                replaces_row_id: row.get(COLUMNS + 2)?,
                position: row.get(COLUMNS + 3)?,
                receipts: Vec::new(),
                overtaken: Vec::new(),
            })
        };
        let mut statement = tx.prepare_cached(&sql)?;
        let asks = statement.query_map(params![row_id, position], read)?;
        let mut asks: Vec<Asked> = asks.collect::<Result<_, _>>()?;
        for receipt in receipts::of_row(tx, row_id)? {
            if let Some(ask) = asks.iter_mut().find(|ask| ask.number == receipt.number) {
                ask.receipts.push(receipt);
            }
        }
        forget_what_was_overtaken(&mut asks);
        let went_on_at = went_on_at(tx, row_id, position)?;
        let record = record(tx, &asks, &went_on_at)?;
        Ok(Self { asks, went_on_at, record })
    }

    /// What was asked last; none where nothing was.
    pub fn last(&self) -> Option<&Asked> {
        self.asks.last()
    }

    /// The receipts of what a pack asked that still count, in the order of the log.
    pub fn receipts(&self, number: u32) -> &[Receipt] {
        let ask = self.asks.iter().find(|ask| ask.number == number);
        ask.map_or(&[], |ask| &ask.receipts)
    }

    /// Whether just this was said to what a pack asked, and says nothing any more.
    pub fn was_overtaken(&self, number: u32, said: &Said) -> bool {
        let ask = self.asks.iter().find(|ask| ask.number == number);
        ask.is_some_and(|ask| ask.overtaken.iter().any(|receipt| receipt.said == *said))
    }

    /// Where the answers to what a pack asked lead.
    pub fn standing(&self, number: u32) -> Standing<'_> {
        Standing::of(self.receipts(number))
    }

    /// What was answered in two ways, and nobody has decided.
    pub fn contested(&self) -> Option<&Asked> {
        self.asks.iter().find(|ask| ask.standing().contradiction.is_some())
    }

    /// Whether the entry went with the patient to another practice, which was asked about it since.
    pub fn has_gone_on(&self) -> bool {
        self.went_on_at.last() > self.last().map(|ask| &ask.position)
    }

    /// Whether no other row may go out for the same fact: the practice has the entry, may be making
    /// it, or said two things of it.
    fn is_live(&self) -> bool {
        self.record.is_there || (self.contested().is_some() && !self.has_gone_on())
    }

    /// Whether the practice has the entry by this row, or may be making it.
    pub(super) fn is_there(&self) -> bool {
        self.record.is_there
    }

    /// Whether the practice said that it had the entry before it was asked.
    pub(super) fn is_practices_own(&self) -> bool {
        self.record.is_practices_own
    }

    /// How the entry reads in the practice's record; none where the practice never said that it has
    /// it.
    pub(super) fn reading(&self) -> Option<&WorklistRow> {
        self.record.reading.as_ref()
    }

    /// How the practice knows the entry: as it has it, or else as it was asked for last without an
    /// answer, or at all.
    pub(super) fn known_as(&self) -> Option<&WorklistRow> {
        let unanswered = || self.unanswered().last().map(|ask| &ask.row);
        let reading = self.reading().or_else(unanswered);
        reading.or_else(|| self.last().map(|ask| &ask.row))
    }

    /// What the practice was asked since and did not answer: the entry may read like that already.
    pub(super) fn unanswered(&self) -> impl Iterator<Item = &Asked> {
        let open = self.asks.iter().skip(self.record.open_from);
        open.filter(|ask| ask.action != Action::Retract && ask.outcome().is_none())
    }
}

/// Of several rows for one fact, the place of the one that is out: the one that was asked for last
/// of those that a practice has or may be making.
pub(super) fn out_of(courses: &[Course]) -> Option<usize> {
    let live = courses.iter().enumerate().filter(|(_, course)| course.is_live());
    let asked_at = |course: &Course| course.last().map(|ask| ask.position);
    live.max_by_key(|(_, course)| asked_at(course)).map(|(at, _)| at)
}

/// The packs before this one, by their places, in which another practice was asked about the entry,
/// since it went there with the patient.
fn went_on_at(tx: &Transaction<'_>, row_id: &str, before: i64) -> Result<Vec<i64>, StoreError> {
    let sql = "SELECT pack.position FROM packed_row AS packed
         JOIN pack ON pack.practice = packed.practice AND pack.number = packed.number
         WHERE packed.replaces_row_id = ?1 AND packed.replaces_row_id <> ''
            AND packed.action IN ('AMEND', 'RETRACT') AND pack.position < ?2
         ORDER BY pack.position";
    let mut statement = tx.prepare_cached(sql)?;
    Ok(statement.query_map(params![row_id, before], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// That an entry was not in the record says nothing any more once somebody says later that it was
/// made: they are asked again to take it out. So does that it was taken out, if it was made after.
/// Whatever led to that answer goes with it. Between two answers a person decides first.
fn forget_what_was_overtaken(asks: &mut [Asked]) {
    for at in 1..asks.len() {
        let (before, rest) = asks.split_at_mut(at);
        let made = before.iter().filter_map(Asked::done).max_by_key(|receipt| receipt.id);
        let Some(made) = made.filter(|_| rest[0].action == Action::Retract) else { continue };
        let Asked { receipts, overtaken, .. } = &mut rest[0];
        let later = receipts.partition_point(|receipt| receipt.id < made.id);
        let Standing { answer: Some(answer), contradiction: None } =
            Standing::of(&receipts[..later])
        else {
            continue;
        };
        let (said, made) = (&answer.said, &made.said);
        let is_overtaken = match said.outcome {
            Some(Outcome::AlreadyInRecord) => true,
            Some(Outcome::Filed) => !said.on_date.is_empty() && said.on_date < made.on_date,
            _ => false,
        };
        if is_overtaken {
            overtaken.extend(receipts.drain(..later));
        }
    }
}

/// Follows the questions one by one: one that was refused leaves the record as it was, unless the
/// practice never said that it has the entry, and has not the patient either.
fn record(
    tx: &Transaction<'_>,
    asks: &[Asked],
    went_on_at: &[i64],
) -> Result<PracticeRecord, StoreError> {
    let mut record = PracticeRecord::default();
    let mut gone = went_on_at.iter().peekable();
    // What was before an entry came is in the record that it came with.
    let begin = asks.iter().rposition(Asked::takes_over).unwrap_or(0);
    for (at, ask) in asks.iter().enumerate().skip(begin) {
        if gone.next_if(|position| **position < ask.position).is_some() {
            while gone.next_if(|position| **position < ask.position).is_some() {}
            record = PracticeRecord { open_from: at, ..PracticeRecord::default() };
        }
        if ask.takes_over() {
            let before = Course::before(tx, &ask.replaces_row_id, ask.position)?.record;
            let own = |row: WorklistRow| WorklistRow { row_id: ask.row.row_id.clone(), ..row };
            let reading = before.reading.map(own);
            record = PracticeRecord { is_there: true, reading, open_from: at, ..before };
        }
        match ask.outcome() {
            None => record.is_there = true,
            Some(Outcome::NotRegisteredHere) if record.reading.is_none() => {
                record = PracticeRecord { open_from: at + 1, ..PracticeRecord::default() };
            }
            Some(outcome) if outcome.is_refusal() => {}
            Some(_) if ask.action == Action::Retract => {
                record = PracticeRecord { open_from: at + 1, ..PracticeRecord::default() };
            }
            Some(outcome) => {
                let was_before = ask.action == Action::New && outcome == Outcome::AlreadyInRecord;
                record = PracticeRecord {
                    is_there: true,
                    reading: Some(ask.row.clone()),
                    is_practices_own: was_before || record.is_practices_own,
                    open_from: at + 1,
                };
            }
        }
    }
    if gone.next().is_some() {
        record = PracticeRecord { open_from: asks.len(), ..PracticeRecord::default() };
    }
    Ok(record)
}
