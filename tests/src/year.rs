//! A whole network's year: practices, workers, people and contacts from one seed, with phones that
//! come late, corrections, and receipts of every kind; and a plain model that says what must be so.

mod model;
mod office;
mod pen;
mod plan;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use rusqlite::Transaction;
use serde_json::{Value, json};
use server::{
    clock,
    pack::{self, Empty, PackError},
    receipt::{self, Answer, Named, Refusal},
    store::{
        Store, StoreError,
        asks::Action,
        cases,
        people::{self, NewUser},
        receipts::{Outcome, Said, Source, Way},
    },
};
use shared::{
    case::Role,
    coding::row_id,
    document::Author,
    ids::{CaseId, DeviceId, UserId},
    ods::OdsCode,
    snomed::{REFERRAL_ACCEPTED, REFERRAL_DECLINED},
};

use self::{
    model::{Asked, Evidence, Key, Model, Stands},
    office::{Entry, Line, Office, Post, Reading, Register},
    pen::Pens,
    plan::{Act, Life, PRACTICES, WEEKS, WORKERS},
};
use crate::{Chance, Scratch, must};

/// Differences that are told. More would tell the same again.
const TOLD_MAX: usize = 20;
/// Records written in one transaction.
const BATCH: usize = 200;

/// What a year is made from.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// How many people are referred.
    pub people: usize,
    /// Decides the order in which what arrives in one week is merged.
    pub merge_order: u64,
}

/// What came of a year.
#[derive(Debug, Default)]
pub struct Sum {
    /// Records with an answer that belongs in a GP record or waits for a person, and rows that were
    /// taken back.
    pub facts: usize,
    /// Rows by where they stand.
    pub filed: usize,
    /// As above.
    pub already_in_record: usize,
    /// As above.
    pub refused: usize,
    /// As above.
    pub outstanding: usize,
    /// Rows that were taken back.
    pub taken_back: usize,
    /// Records whose answer waits for a person.
    pub held: usize,
    /// Entries that some practice made twice, or that two practices have.
    pub twice: usize,
    /// Entries that reached nobody though nothing held them, and every row in which the server
    /// differs from the model.
    pub missing: usize,
    /// Packs that were closed.
    pub packs: usize,
    /// Contacts and other acts that arrived.
    pub acts: usize,
    /// What differs, in words, the first few.
    pub differences: Vec<String>,
    /// Every row of every pack, without what is drawn anew for each pack.
    pub rows: BTreeSet<String>,
}

impl Sum {
    /// The figures as one line of JSON.
    pub fn json(&self) -> Value {
        json!({
            "facts": self.facts, "filed": self.filed,
            "already_in_record": self.already_in_record, "refused": self.refused,
            "outstanding": self.outstanding, "taken_back": self.taken_back, "held": self.held,
            "twice": self.twice, "missing": self.missing, "packs": self.packs, "acts": self.acts,
        })
    }

    /// Whether every fact is filed once or accounted for.
    pub fn is_sound(&self) -> bool {
        self.twice == 0 && self.missing == 0
    }

    fn differs(&mut self, words: String) {
        self.missing += 1;
        if self.differences.len() < TOLD_MAX {
            self.differences.push(words);
        }
    }
}

/// Lives through a year.
pub fn live(settings: Settings) -> Sum {
    let scratch = Scratch::new(&format!("year-{}-{}", settings.seed, settings.merge_order));
    let store = must(Store::open(&scratch.path("data")), "a new store opens");
    let begins_on = plan::begins_on(clock::today());
    let mut chance = Chance::new(settings.seed);
    let lives = plan::lives(&mut chance, settings.people, begins_on);
    let authors = hire(&store, &mut chance);
    let practices: Vec<String> = practices().iter().map(ToString::to_string).collect();
    let mut year = Year {
        begins_on,
        lives: &lives,
        by_episode: lives.iter().map(|life| (life.episode.to_string(), life)).collect(),
        store: &store,
        pens: Pens::new(&authors, &practices),
        model: Model::default(),
        offices: (0..PRACTICES).map(Office::new).collect(),
        contested: Vec::new(),
        on_its_way: BTreeMap::new(),
        chance,
        order: Chance::new(settings.merge_order),
        sum: Sum::default(),
    };
    (0..WEEKS).for_each(|week| year.week(week));
    year.end();
    let sum = std::mem::take(&mut year.sum);
    drop(year);
    store.close();
    sum
}

fn practices() -> Vec<OdsCode> {
    let code = |number: usize| OdsCode::parse(&format!("A99{:03}", number + 1));
    (0..PRACTICES).map(|number| must(code(number), "a practice's code is one")).collect()
}

/// Link workers and a coach, under identifiers of the seed.
fn hire(store: &Store, chance: &mut Chance) -> Vec<Author> {
    let drawn: Vec<Author> = (0..=WORKERS)
        .map(|_| Author {
            user: UserId::from_random(chance.bytes()),
            device: DeviceId::from_random(chance.bytes()),
            session: chance.bytes(),
        })
        .collect();
    let authors = drawn.clone();
    let hired = store.write_now(move |tx| {
        tx.execute("UPDATE meta SET demonstration = 1, cut_off = ''", [])?;
        for practice in practices() {
            people::put_practice(tx, &practice, "A practice")?;
        }
        for (number, author) in drawn.iter().enumerate() {
            let role = pen::role(number);
            debug_assert!(matches!(role, Role::LinkWorker | Role::HealthAndWellbeingCoach));
            let name = format!("Worker {number}");
            let new = NewUser { name, role, practice: None, gp_username: None };
            people::put_user(tx, author.user, &new)?;
            people::put_device(tx, author.user, author.device, 0)?;
        }
        Ok::<_, StoreError>(())
    });
    must(hired, "a team can be hired");
    authors
}

struct Year<'a> {
    begins_on: Date,
    lives: &'a [Life],
    by_episode: BTreeMap<String, &'a Life>,
    store: &'a Store,
    pens: Pens<'a>,
    model: Model,
    offices: Vec<Office>,
    /// Rows that were answered in two ways, with the week in which somebody decides.
    contested: Vec<(usize, Key)>,
    /// Entries in the records of patients who left, which go with them to their next practice.
    on_its_way: BTreeMap<Entry, Reading>,
    chance: Chance,
    order: Chance,
    sum: Sum,
}

/// Somebody of a practice, by this way.
fn source(way: Way) -> Source {
    Source { way, by: None, at: 0 }
}

/// Where everybody is registered in truth.
struct Registered<'a>(&'a BTreeMap<String, &'a Life>);

impl Register for Registered<'_> {
    fn is_registered(&self, practice: usize, episode: &str, week: usize) -> bool {
        let Some(life) = self.0.get(episode) else { return false };
        let has_left = week >= life.left_in_week;
        (practice == life.practice) != has_left
    }
}

impl Year<'_> {
    fn week(&mut self, week: usize) {
        self.arrive(week);
        self.leave(week);
        self.answers(week);
        self.decide(week);
        let day = plan::end_of(self.begins_on, week);
        for practice in 0..PRACTICES {
            self.close(practice, week, day);
        }
    }

    /// What phones bring in this week, record by record in the order of the merge.
    fn arrive(&mut self, week: usize) {
        let mut batch = Vec::new();
        for life in self.lives {
            let steps: Vec<_> = life.steps.iter().filter(|step| step.week == week).collect();
            let mut changes = Vec::new();
            for step in steps {
                changes.extend(self.pens.write(&mut self.chance, life, step));
                self.model.note(life, &step.act);
                self.sum.acts += 1;
                // What two phones wrote at once arrives in either order.
                if matches!(step.act, Act::BothAnswers { .. }) && self.order.once_in(2) {
                    let last = changes.len() - 1;
                    changes.swap(last - 1, last);
                }
            }
            if !changes.is_empty() {
                batch.push((life.case, self.pens.carrier(life), changes));
            }
        }
        for at in (1..batch.len()).rev() {
            let other = self.order.below(at + 1);
            batch.swap(at, other);
        }
        while !batch.is_empty() {
            let part: Vec<_> = batch.drain(..batch.len().min(BATCH)).collect();
            let written = self.store.write_now(move |tx| {
                part.iter().try_for_each(|(case, carrier, changes)| {
                    cases::append_server_changes(tx, *case, changes, &[*carrier])
                })
            });
            must(written, "what arrives is kept");
        }
    }

    /// Patients who leave their practice take their records along.
    fn leave(&mut self, week: usize) {
        for life in self.lives.iter().filter(|life| life.left_in_week == week) {
            for code in [REFERRAL_ACCEPTED, REFERRAL_DECLINED] {
                let entry = (life.episode.to_string(), code.to_string());
                if let Some(reading) = self.offices[life.practice].record.remove(&entry) {
                    self.on_its_way.insert(entry, reading);
                }
            }
        }
    }

    /// What practices sent off and arrives in this week.
    fn answers(&mut self, week: usize) {
        for practice in 0..PRACTICES {
            let posted = std::mem::take(&mut self.offices[practice].posted);
            let (now, later): (Vec<_>, Vec<_>) =
                posted.into_iter().partition(|(due, _)| *due <= week);
            self.offices[practice].posted = later;
            for (_, post) in now {
                self.take(practice, week, post);
            }
        }
    }

    fn take(&mut self, practice: usize, week: usize, post: Post) {
        let ods = practices()[practice].clone();
        match post {
            Post::File(file, lines) => {
                let way = if self.chance.once_in(2) { Way::File } else { Way::Command };
                let of = (way == Way::File).then_some(ods);
                let report = must(
                    receipt::take_in(self.store, of, &file, source(way)),
                    "a receipt file is taken in",
                );
                if report.counts.refused > 0 {
                    self.sum.differs(format!("lines were refused: {:?}", report.lines));
                }
                lines.iter().for_each(|line| self.follow(practice, week, line, Some(line.day)));
            }
            Post::Click(line) => {
                self.click(&ods, &line);
                self.follow(practice, week, &line, None);
            }
            Post::Slip(line) => {
                let wrong = Line { outcome: Outcome::Rejected, ..line };
                let key = self.key(practice, &wrong);
                let stands = key.and_then(|key| self.model.row(&key));
                // What another pack asked meanwhile would be taken back instead.
                let is_open = stands.is_some_and(|stands| {
                    let is_asked = stands.outcome.is_none() && stands.asked_in == wrong.number;
                    is_asked && stands.contested.is_none()
                });
                if !is_open || key.is_some_and(|key| self.is_out_elsewhere(&key)) {
                    return;
                }
                self.click(&ods, &wrong);
                if let Err(refusal) = self.undo(&ods, &wrong) {
                    self.sum.differs(format!("an answer could not be taken back: {refusal}"));
                }
            }
            Post::Undo(line) => {
                let Some(key) = self.key(practice, &line) else { return };
                let stands = self.model.row(&key);
                let is_answered = stands
                    .is_some_and(|stands| stands.outcome.is_some() && stands.contested.is_none());
                if !is_answered {
                    return;
                }
                let expected =
                    if self.is_out_elsewhere(&key) { Err(Refusal::OutElsewhere) } else { Ok(()) };
                let undone = self.undo(&ods, &line);
                if undone.is_ok() {
                    self.model.undone(&key);
                }
                if undone != expected {
                    self.sum.differs(format!("taken back: {undone:?}, not {expected:?}"));
                }
            }
        }
    }

    fn undo(&self, ods: &OdsCode, line: &Line) -> Result<(), Refusal> {
        let (ods, row_id) = (ods.clone(), line.row.row_id.clone());
        let undone = self.store.write_now(move |tx: &Transaction<'_>| {
            let named = Named { practice: &ods, row_id: &row_id, number: None };
            receipt::undo(tx, named, receipt::seen(tx, &row_id)?, &source(Way::Page))
        });
        must(undone, "the store takes an answer back")
    }

    /// Whether what a practice said of a row cannot be taken back, since another one sees to the entry.
    fn is_out_elsewhere(&self, key: &Key) -> bool {
        self.model.has_gone_on(key) || self.model.is_live_elsewhere(key.0, key.1, key.2)
    }

    fn click(&self, ods: &OdsCode, line: &Line) {
        let (ods, line) = (ods.clone(), line.clone());
        let said = Said { detail: "why".to_owned(), ..Said::default() };
        let answer = must(Answer::new(line.outcome, said), "an answer is complete");
        let written = self.store.write_now(move |tx: &Transaction<'_>| {
            let named =
                Named { practice: &ods, row_id: &line.row.row_id, number: Some(line.number) };
            receipt::answer(tx, named, &answer, &source(Way::Page), clock::today())
        });
        let _ = must(must(written, "a click is kept"), "a click is taken");
    }

    fn key(&self, practice: usize, line: &Line) -> Option<Key> {
        let life = self.by_episode.get(&line.row.episode)?;
        let yes = line.row.snomed_code == REFERRAL_ACCEPTED.to_string();
        Some((practice, life.case, yes))
    }

    fn follow(&mut self, practice: usize, week: usize, line: &Line, in_file: Option<Date>) {
        let Some(key) = self.key(practice, line) else { return };
        self.model.answered(&key, line.number, line.outcome, in_file);
        if self.model.row(&key).is_some_and(|stands| stands.contested.is_some()) {
            self.contested.push((week + 2, key));
        }
    }

    /// Somebody looks into the record: the first answer was right.
    fn decide(&mut self, week: usize) {
        let contested = std::mem::take(&mut self.contested);
        for (due, key) in contested {
            if due > week {
                self.contested.push((due, key));
                continue;
            }
            let contested = self.model.row(&key).and_then(|stands| stands.contested);
            let Some(outcome) = contested else { continue };
            let (ods, id) = (practices()[key.0].clone(), self.row_id(&key));
            let settled = self.store.write_now(move |tx: &Transaction<'_>| {
                let named = Named { practice: &ods, row_id: &id, number: None };
                let chosen = (outcome, receipt::seen(tx, &id)?);
                receipt::settle(tx, named, chosen, &source(Way::Page))
            });
            match must(settled, "a decision is kept") {
                Ok(()) => self.model.settled(&key),
                Err(Refusal::OutElsewhere) if self.model.is_live_elsewhere(key.0, key.1, key.2) => {
                }
                Err(refusal) => self.sum.differs(format!("a decision was refused: {refusal}")),
            }
        }
    }

    fn row_id(&self, (practice, case, yes): &Key) -> String {
        let life = self.lives.iter().find(|life| life.case == *case);
        let life = life.expect("every row is of somebody");
        let code = if *yes { REFERRAL_ACCEPTED } else { REFERRAL_DECLINED };
        row_id(&practices()[*practice], life.episode, code, 0).to_string()
    }

    /// Closes a practice's pack, compares it with what the model asks, and has it worked through.
    fn close(&mut self, practice: usize, week: usize, day: Date) {
        let expected = self.model.due(practice, &self.pens.given, day);
        let at = TimeZone::UTC.to_timestamp(day.at(3, 0, 0, 0)).unwrap_or(Timestamp::UNIX_EPOCH);
        let ods = &practices()[practice];
        let closed = match pack::close_next_at(self.store, ods, Empty::Remind, None, at) {
            Ok(closed) => closed,
            Err(PackError::Nothing) if expected.is_empty() => return,
            Err(error) => {
                let count = expected.len();
                return self.sum.differs(format!("{ods}, week {week}: {error}, not {count} rows"));
            }
        };
        self.sum.packs += 1;
        let number = closed.line.number;
        self.compare(practice, week, &expected, &closed.zip);
        self.model.packed(number, &expected, day);
        let register = Registered(&self.by_episode);
        let office = &mut self.offices[practice];
        let done_on = day.saturating_add(1.days()).min(clock::today());
        let when = (week + 1, done_on);
        let zip = (number, closed.zip.as_slice());
        office.work(&mut self.chance, zip, &register, &mut self.on_its_way, when);
        for words in std::mem::take(&mut office.misnamed) {
            self.sum.differs(words);
        }
    }

    fn compare(&mut self, practice: usize, week: usize, expected: &BTreeSet<Asked>, zip: &[u8]) {
        let line = |row: &office::Row| {
            let action = row.action.name();
            format!(
                "{practice} {week} {action} {} {} {} {} {} {}",
                row.row_id,
                row.nhs_number,
                row.family_name,
                row.birth_date,
                row.event_date,
                row.snomed_code
            )
        };
        let packed: BTreeSet<String> = office::worklist(zip).iter().map(line).collect();
        let ids: BTreeMap<CaseId, &Life> =
            self.lives.iter().map(|life| (life.case, life)).collect();
        let expected: BTreeSet<String> = expected
            .iter()
            .map(|Asked { key, action, evidence, .. }| {
                let code = if key.2 { REFERRAL_ACCEPTED } else { REFERRAL_DECLINED };
                let id = row_id(&practices()[practice], ids[&key.1].episode, code, 0);
                let Evidence { nhs_number, family_name, birth_date, on, .. } = evidence;
                let action = action.name();
                format!(
                    "{practice} {week} {action} {id} {nhs_number} {family_name} {birth_date} {on} \
                     {code}"
                )
            })
            .collect();
        for lost in expected.difference(&packed) {
            self.sum.differs(format!("not packed: {lost}"));
        }
        for surplus in packed.difference(&expected) {
            self.sum.differs(format!("packed: {surplus}"));
        }
        self.sum.rows.extend(packed);
    }

    /// Compares every row with the model, and every GP record with every other.
    fn end(&mut self) {
        let read = |tx: &Transaction<'_>| {
            let sql = "SELECT row_id, action, outcome, contradiction IS NOT NULL FROM settlement";
            let mut statement = tx.prepare(sql)?;
            let rows = statement
                .query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?))))?;
            Ok::<_, StoreError>(rows.collect::<Result<BTreeMap<String, _>, _>>()?)
        };
        let mut rows: BTreeMap<String, (String, String, bool)> =
            must(self.store.read_now(read), "the rows can be read");
        let ids: BTreeMap<CaseId, &Life> =
            self.lives.iter().map(|life| (life.case, life)).collect();
        for (key, stands) in self.model.rows() {
            let code = if key.2 { REFERRAL_ACCEPTED } else { REFERRAL_DECLINED };
            let id = row_id(&practices()[key.0], ids[&key.1].episode, code, 0).to_string();
            let Stands { action, outcome, contested, .. } = stands;
            let name = outcome.map_or("", Outcome::name);
            let expected = (action.name().to_owned(), name.to_owned(), contested.is_some());
            let found = rows.remove(&id);
            if found.as_ref() != Some(&expected) {
                self.sum.differs(format!("row {id}: {found:?}, not {expected:?}"));
            }
            self.count(action, outcome);
            self.compare_record(&key, ids[&key.1]);
        }
        for id in rows.keys() {
            self.sum.differs(format!("row {id} should not be"));
        }
        self.sum.held = self.model.held(&self.pens.given);
        for case in self.model.unaccounted(&self.pens.given) {
            self.sum.differs(format!("the entry of {case} reached nobody"));
        }
        let Sum { filed, already_in_record, refused, outstanding, taken_back, held, .. } = self.sum;
        self.sum.facts = filed + already_in_record + refused + outstanding + taken_back + held;
        self.sum.twice = self.twice();
    }

    /// What a practice said it has must be in its record, or on its way with the patient, as it was
    /// asked for last.
    fn compare_record(&mut self, key: &Key, life: &Life) {
        let Some(Evidence { nhs_number, family_name, birth_date, on, .. }) =
            self.model.must_read(key)
        else {
            return;
        };
        let code = if key.2 { REFERRAL_ACCEPTED } else { REFERRAL_DECLINED };
        let entry = (life.episode.to_string(), code.to_string());
        let expected = [nhs_number, family_name, birth_date.to_string(), on.to_string()];
        let mut places = self.offices.iter().map(|office| &office.record);
        let found = places.find_map(|record| record.get(&entry)).or(self.on_its_way.get(&entry));
        if found != Some(&expected) {
            let words = format!("a GP record has {found:?}, and said that it has {expected:?}");
            self.sum.differs(words);
        }
    }

    fn count(&mut self, action: Action, outcome: Option<Outcome>) {
        let count = match (action, outcome) {
            (_, None) => &mut self.sum.outstanding,
            (Action::Retract, Some(Outcome::Filed | Outcome::AlreadyInRecord)) => {
                &mut self.sum.taken_back
            }
            (_, Some(Outcome::Filed)) => &mut self.sum.filed,
            (_, Some(Outcome::AlreadyInRecord)) => &mut self.sum.already_in_record,
            (_, Some(_)) => &mut self.sum.refused,
        };
        *count += 1;
    }

    /// Entries that were made although they were there, or that two GP records have.
    fn twice(&self) -> usize {
        let mut seen = BTreeSet::new();
        let made: u32 = self.offices.iter().map(|office| office.made_twice).sum();
        let again = self.offices.iter().flat_map(|office| office.record.keys());
        let again = again.chain(self.on_its_way.keys());
        let shared = again.filter(|entry| !seen.insert((*entry).clone())).count();
        usize::try_from(made).unwrap_or(usize::MAX) + shared
    }
}
