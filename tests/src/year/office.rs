//! A practice's staff: work through each pack's worklist, and answer in every way there is.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
};

use jiff::civil::Date;
use server::store::{asks::Action, receipts::Outcome};
use zip::ZipArchive;

use crate::{Chance, must};

/// A row of a worklist, as staff read it.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its identifier.
    pub row_id: String,
    /// The pack's identifier.
    pub pack_id: String,
    /// What is asked.
    pub action: Action,
    /// What changed, or why it is taken back.
    pub reason: String,
    /// The patient's number.
    pub nhs_number: String,
    /// The patient's name.
    pub family_name: String,
    /// The patient's birth date.
    pub birth_date: String,
    /// The episode.
    pub episode: String,
    /// The day of the entry.
    pub event_date: String,
    /// The code.
    pub snomed_code: String,
}

/// The rows of a pack.
pub fn worklist(zip: &[u8]) -> Vec<Row> {
    let mut archive = must(ZipArchive::new(Cursor::new(zip)), "a pack is a zip");
    let mut text = String::new();
    let mut file = must(archive.by_name("worklist.csv"), "a pack has a worklist");
    must(file.read_to_string(&mut text), "a worklist is text");
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.records().map(|record| {
        let record = must(record, "a worklist is a table");
        let field = |at: usize| record.get(at).unwrap_or_default().to_owned();
        Row {
            row_id: field(0),
            pack_id: field(1),
            action: Action::named(&field(2)).expect("an action has a known name"),
            reason: field(4),
            nhs_number: field(5),
            family_name: field(6),
            birth_date: field(8),
            episode: field(11),
            event_date: field(12),
            snomed_code: field(15),
        }
    });
    rows.collect()
}

/// An entry of a GP record, by episode and code.
pub type Entry = (String, String);

/// How an entry of a GP record reads: number, name, birth date and date.
pub type Reading = [String; 4];

impl Row {
    /// What is asked, also where this only reminds of it.
    fn asked(&self) -> Action {
        let reminded =
            self.reason.strip_prefix("Asked as ").and_then(|rest| rest.split('.').next());
        reminded
            .filter(|_| self.action == Action::Reminder)
            .and_then(Action::named)
            .unwrap_or(self.action)
    }

    fn entry(&self) -> Entry {
        (self.episode.clone(), self.snomed_code.clone())
    }

    fn reading(&self) -> Reading {
        [&self.nhs_number, &self.family_name, &self.birth_date, &self.event_date].map(Clone::clone)
    }

    /// Whether somebody who has only this row and the record finds the entry that is in it: by how
    /// the row reads, or by what its reason says of it.
    fn finds(&self, reading: &Reading) -> bool {
        let own = self.reading();
        let mut both = own.iter().zip(reading);
        both.all(|(own, there)| own == there || self.reason.contains(there.as_str()))
    }
}

/// What staff know of a patient: whether they are registered here.
pub trait Register {
    /// Whether the patient of an episode is registered at a practice in a week.
    fn is_registered(&self, practice: usize, episode: &str, week: usize) -> bool;
}

/// What is answered of a row.
#[derive(Debug, Clone)]
pub struct Line {
    /// The row.
    pub row: Row,
    /// The pack's number.
    pub number: u32,
    /// What became of it.
    pub outcome: Outcome,
    /// On which day, as a file says.
    pub day: Date,
    /// Why, or the other row, as a file says.
    pub detail: String,
}

/// How answers reach the service.
#[derive(Debug, Clone)]
pub enum Post {
    /// A receipt file.
    File(Vec<u8>, Vec<Line>),
    /// A click.
    Click(Line),
    /// A click that was a mistake, and is taken back.
    Slip(Line),
    /// What was answered is taken back, weeks later, by somebody who is not sure.
    Undo(Line),
}

/// One practice.
#[derive(Debug, Default)]
pub struct Office {
    practice: usize,
    /// What was decided last about each row, for whoever is reminded of just that.
    decided: BTreeMap<String, (Action, Reading, Outcome)>,
    /// The entries in the GP record.
    pub record: BTreeMap<Entry, Reading>,
    /// Entries that were made although they were there.
    pub made_twice: u32,
    /// Rows by which nobody could find the entry that they are about.
    pub misnamed: Vec<String>,
    /// What is on its way, with the week in which it arrives.
    pub posted: Vec<(usize, Post)>,
}

impl Office {
    /// The office of a practice.
    pub fn new(practice: usize) -> Self {
        Self { practice, ..Self::default() }
    }

    /// Works through a pack, and sends the answers off.
    pub fn work(
        &mut self,
        chance: &mut Chance,
        (number, zip): (u32, &[u8]),
        register: &impl Register,
        on_its_way: &mut BTreeMap<Entry, Reading>,
        (week, day): (usize, Date),
    ) {
        // Somebody is on holiday: what is not done comes again.
        if chance.once_in(12) {
            return;
        }
        let mut lines = Vec::new();
        for row in worklist(zip) {
            // And now and then a row is overlooked.
            if chance.once_in(25) {
                continue;
            }
            let is_here = register.is_registered(self.practice, &row.episode, week);
            let arrived = if is_here { on_its_way.remove(&row.entry()) } else { None };
            let has_arrived = arrived.is_some();
            self.record.extend(arrived.map(|reading| (row.entry(), reading)));
            let outcome = self.decide(chance, &row, is_here, has_arrived);
            let detail = self.detail(&row, outcome);
            lines.push(Line { row, number, outcome, day, detail });
        }
        self.send(chance, lines, week, day);
    }

    fn decide(
        &mut self,
        chance: &mut Chance,
        row: &Row,
        is_here: bool,
        has_arrived: bool,
    ) -> Outcome {
        let asked = row.asked();
        let before = self.decided.get(&row.row_id);
        let before = before.filter(|(action, reading, _)| {
            row.action == Action::Reminder && (*action, reading) == (asked, &row.reading())
        });
        let before = before.map(|(.., outcome)| *outcome);
        let there = self.record.get(&row.entry());
        let is_there = there.is_some();
        let is_change = before.is_none() && matches!(asked, Action::Amend | Action::Retract);
        if is_change && there.is_some_and(|there| !row.finds(there)) {
            self.misnamed.push(format!("{row:?} is about {there:?}"));
        }
        let outcome = match asked {
            _ if let Some(before) = before => before,
            _ if !is_here => Outcome::NotRegisteredHere,
            Action::Retract if is_there => Outcome::Filed,
            Action::Retract => Outcome::AlreadyInRecord,
            Action::Amend if is_there && chance.once_in(12) => Outcome::Rejected,
            Action::Amend if is_there => Outcome::Filed,
            // It came with the patient.
            Action::New if has_arrived => Outcome::AlreadyInRecord,
            _ => match chance.below(200) {
                0..8 => Outcome::AlreadyInRecord,
                8..11 => Outcome::IdentityMismatch,
                11 => Outcome::Rejected,
                12 if self.other_row(row).is_some() => Outcome::DuplicateOf,
                _ => Outcome::Filed,
            },
        };
        let is_done = matches!(outcome, Outcome::Filed | Outcome::AlreadyInRecord);
        if is_done && before.is_none() {
            if is_there && asked == Action::New && outcome == Outcome::Filed {
                self.made_twice += 1;
            }
            match asked {
                Action::Retract => drop(self.record.remove(&row.entry())),
                _ => drop(self.record.insert(row.entry(), row.reading())),
            }
        }
        self.decided.insert(row.row_id.clone(), (asked, row.reading(), outcome));
        outcome
    }

    /// The other row that it is the same as, or some reason.
    fn detail(&self, row: &Row, outcome: Outcome) -> String {
        let other = self.other_row(row).filter(|_| outcome == Outcome::DuplicateOf);
        other.map_or_else(|| "why".to_owned(), Clone::clone)
    }

    fn other_row(&self, row: &Row) -> Option<&String> {
        self.decided.keys().find(|row_id| **row_id != row.row_id)
    }

    fn send(&mut self, chance: &mut Chance, lines: Vec<Line>, week: usize, day: Date) {
        let (mut clicked, mut filled) = (Vec::new(), Vec::new());
        for line in lines {
            match chance.below(20) {
                0 => clicked.push(Post::Click(line)),
                1 if chance.once_in(5) => clicked.push(Post::Slip(line)),
                _ => filled.push(line),
            }
        }
        self.posted.extend(clicked.into_iter().map(|post| (week, post)));
        if filled.is_empty() || chance.once_in(12) {
            return;
        }
        let late = if chance.once_in(6) { 1 + chance.below(4) } else { 0 };
        if chance.once_in(8) {
            let line = filled[chance.below(filled.len())].clone();
            self.posted.push((week + late + 1 + chance.below(8), Post::Undo(line)));
        }
        let file = file(chance, &filled, day);
        self.posted.push((week + late, Post::File(file.clone(), filled.clone())));
        if chance.once_in(10) {
            self.posted.push((week + late + chance.below(3), Post::File(file, filled.clone())));
        }
        if chance.once_in(15) {
            // Somebody fills the file in once more, from another list.
            let mut other = filled;
            other.truncate(1);
            (other[0].outcome, other[0].detail) = (Outcome::Rejected, "why".to_owned());
            let file = self::file(chance, &other, day);
            self.posted.push((week + late + 1, Post::File(file, other)));
        }
    }
}

/// A receipt file, as one program or another writes it.
fn file(chance: &mut Chance, lines: &[Line], day: Date) -> Vec<u8> {
    let kind = chance.below(5);
    let separator = match kind {
        0 => ';',
        1 => '\t',
        _ => ',',
    };
    let date = match kind {
        0 | 2 => day.strftime("%d/%m/%Y").to_string(),
        _ => day.to_string(),
    };
    let join = |cells: [&str; 8]| cells.join(&separator.to_string()) + "\r\n";
    let mut text = join([
        "row_id",
        "pack_id",
        "nhs_number",
        "outcome",
        "outcome_date",
        "filed_by",
        "system",
        "detail",
    ]);
    for Line { row, outcome, detail, .. } in lines {
        let shortened = match row.nhs_number.split_at_checked(1) {
            Some((first, rest)) if kind == 2 => format!("{first}.{}E+09", &rest[..3]),
            _ => row.nhs_number.clone(),
        };
        let words =
            if *outcome == Outcome::Filed { outcome.words(row.asked()) } else { outcome.name() };
        let cells =
            [&row.row_id, &row.pack_id, &shortened, words, &date, "S. Blythe", "EMIS Web", detail];
        text += &join(cells.map(|cell| cell));
    }
    match kind {
        1 => {
            [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
        }
        _ => text.into_bytes(),
    }
}
