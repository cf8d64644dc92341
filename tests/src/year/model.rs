//! What every practice must be asked and where every row must stand, worked out without the server:
//! plainly, from what was written into each record, with nothing of the server's queries or rules.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use server::store::{asks::Action, receipts::Outcome};
use shared::{case::event::Consent, ids::CaseId};

use super::{
    pen::Given,
    plan::{Act, Life, WORKERS},
};

/// Days without an answer until a pack reminds.
const REMIND_AFTER_DAYS: i32 = 14;

/// A row: a practice, a record, and yes or no.
pub type Key = (usize, CaseId, bool);

/// What an entry says, as somebody would type it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// Ten digits.
    pub nhs_number: String,
    /// The name.
    pub family_name: String,
    /// The birth date.
    pub birth_date: Date,
    /// The day of the answer.
    pub on: Date,
    /// Who recorded it.
    pub by: usize,
    /// Whether a summary may be kept beside it.
    pub with_summary: bool,
}

/// One row of a pack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// The row.
    pub key: Key,
    /// What is asked.
    pub action: Action,
    /// The row of another practice whose entry came here with the patient.
    pub came_from: Option<Key>,
    /// How it reads.
    pub evidence: Evidence,
}

/// Whether a record has an entry for a practice now.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Now {
    /// There is no answer.
    Nothing,
    /// Something has to be settled first; with the answer that it is about, unless that is in doubt.
    Held { yes: Option<bool>, is_withheld: bool },
    /// It has, and whether another record looks like the same person.
    Coded { yes: bool, practice: usize, evidence: Evidence, is_double: bool },
}

/// What is known of a person.
#[derive(Debug, Clone)]
struct Person {
    practice: usize,
    nhs_number: String,
    family_name: String,
    birth_date: Date,
}

/// What one pack asked of a row, and what came of it.
#[derive(Debug, Clone)]
struct Question {
    action: Action,
    evidence: Evidence,
    /// The row of another practice whose entry came here with the patient.
    came_from: Option<Key>,
    /// Which of all packs it was.
    order: usize,
    /// The answer, with its place among all answers.
    first: Option<(usize, Outcome)>,
    /// One that contradicts it, until somebody decides.
    other: Option<Outcome>,
    /// What files have answered, and on which day by their account.
    in_files: BTreeSet<(Outcome, Date)>,
}

impl Question {
    fn outcome(&self) -> Option<Outcome> {
        self.first.map(|(_, outcome)| outcome)
    }

    /// The place of the answer by which the practice has the entry.
    fn made_at(&self) -> Option<usize> {
        let (at, outcome) = self.first?;
        (self.action != Action::Retract && !outcome.is_refusal()).then_some(at)
    }
}

/// A row that was packed.
#[derive(Debug, Clone)]
struct Told {
    mentioned_on: Date,
    /// By the number of the pack.
    questions: BTreeMap<u32, Question>,
}

impl Told {
    fn last(&self) -> &Question {
        self.questions.values().next_back().expect("a row that was packed was asked for")
    }

    /// The first question that was answered in two ways.
    fn contested(&self) -> Option<&Question> {
        self.questions.values().find(|question| question.other.is_some())
    }

    fn asked_in(&self) -> u32 {
        self.questions.keys().next_back().copied().unwrap_or_default()
    }
}

/// Where a row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stands {
    /// What was asked last.
    pub action: Action,
    /// The pack that asked.
    pub asked_in: u32,
    /// The answer to it.
    pub outcome: Option<Outcome>,
    /// The first answer of the question that was answered in two ways; none where none was.
    pub contested: Option<Outcome>,
}

impl Stands {
    fn of(told: &Told) -> Self {
        let last = told.last();
        Self {
            action: last.action,
            asked_in: told.asked_in(),
            outcome: last.outcome(),
            contested: told.contested().and_then(Question::outcome),
        }
    }
}

/// Every record and every row.
#[derive(Debug, Default)]
pub struct Model {
    people: BTreeMap<CaseId, Person>,
    told: BTreeMap<Key, Told>,
    /// The rows of a record, so that a year of many people does not take a day.
    rows_of: BTreeMap<CaseId, BTreeSet<Key>>,
    by_number: BTreeMap<String, BTreeSet<CaseId>>,
    /// How many packs were closed.
    packs: usize,
    /// How many answers came.
    answers: usize,
}

impl Model {
    /// Follows an act that arrived.
    pub fn note(&mut self, life: &Life, act: &Act) {
        if let Act::Refer = act {
            self.people.insert(
                life.case,
                Person {
                    practice: life.practice,
                    nhs_number: String::new(),
                    family_name: life.family_name.clone(),
                    birth_date: life.birth_date,
                },
            );
            self.number(life.case, &life.nhs_number);
        }
        if let Act::NhsNumber(number) = act {
            self.number(life.case, number);
        }
        let Some(person) = self.people.get_mut(&life.case) else { return };
        match act {
            Act::FamilyName(name) => person.family_name.clone_from(name),
            Act::BirthDate(date) => person.birth_date = *date,
            Act::Practice(practice) => person.practice = *practice,
            _ => {}
        }
    }

    fn number(&mut self, case: CaseId, number: &str) {
        let Some(person) = self.people.get_mut(&case) else { return };
        if let Some(cases) = self.by_number.get_mut(&person.nhs_number) {
            cases.remove(&case);
        }
        number.clone_into(&mut person.nhs_number);
        if !number.is_empty() {
            self.by_number.entry(number.to_owned()).or_default().insert(case);
        }
    }

    fn now(&self, case: CaseId, given: &[Given]) -> Now {
        let person = &self.people[&case];
        let standing = || given.iter().filter(|given| given.stands);
        let (yes, no) = (standing().any(|one| one.yes), standing().any(|one| !one.yes));
        if yes && no {
            return Now::Held { yes: None, is_withheld: false };
        }
        let mut answers: Vec<&Given> = standing().collect();
        answers.sort_by_key(|one| (one.on, one.id));
        let by_link_worker = answers.iter().find(|one| one.by < WORKERS);
        let Some(answer) = by_link_worker.or(answers.first()) else { return Now::Nothing };
        let is_withheld = standing().any(|one| one.consent == Consent::Withheld);
        if is_withheld || answer.by >= WORKERS || person.nhs_number.is_empty() {
            return Now::Held { yes: Some(answer.yes), is_withheld };
        }
        Now::Coded {
            yes: answer.yes,
            practice: person.practice,
            evidence: Evidence {
                nhs_number: person.nhs_number.clone(),
                family_name: person.family_name.clone(),
                birth_date: person.birth_date,
                on: answer.on,
                by: answer.by,
                with_summary: standing().all(|one| one.consent == Consent::CodeAndSummary),
            },
            is_double: self.by_number[&person.nhs_number].len() > 1,
        }
    }

    /// The packs in which another practice was asked about a row's entry, which went there with the
    /// patient.
    fn went_on_in(&self, key: &Key) -> Vec<usize> {
        let rows = self.rows_of.get(&key.1).into_iter().flatten();
        let questions = rows.flat_map(|row| self.told[row].questions.values());
        let about_this = questions.filter(|question| question.came_from == Some(*key));
        about_this.map(|question| question.order).collect()
    }

    /// Whether a row's entry went with the patient to another practice, which was asked about it since.
    pub fn has_gone_on(&self, key: &Key) -> bool {
        let last = self.told.get(key).map_or(0, |told| told.last().order);
        self.went_on_in(key).into_iter().any(|order| order > last)
    }

    /// What the practice's record holds by a row before a pack: whether it may be there, and how it
    /// reads by what the practice said it did.
    fn record(&self, key: &Key, before: usize) -> (bool, Option<Evidence>) {
        let nothing = (false, None);
        let went_on_in = self.went_on_in(key);
        let went_on_between =
            |from: usize, to: usize| went_on_in.iter().any(|order| from < *order && *order < to);
        let (mut holds, mut last) = (nothing.clone(), 0);
        let questions = self.told.get(key).into_iter().flat_map(|told| told.questions.values());
        for question in questions.filter(|question| question.order < before) {
            if went_on_between(last, question.order) {
                holds = nothing.clone();
            }
            last = question.order;
            if let Some(from) = question.came_from {
                holds = (true, self.record(&from, question.order).1);
            }
            holds = match (question.outcome(), question.action) {
                (None, _) => (true, holds.1),
                (Some(Outcome::NotRegisteredHere), _) if holds.1.is_none() => nothing.clone(),
                (Some(outcome), _) if outcome.is_refusal() => holds,
                (Some(_), Action::Retract) => nothing.clone(),
                (Some(_), _) => (true, Some(question.evidence.clone())),
            };
        }
        if went_on_between(last, before) { nothing } else { holds }
    }

    /// The row of a record's answer that is out: the practice has the entry, may be making it, or
    /// said two things. Of several it is the one that was asked for last.
    fn out(&self, case: CaseId, yes: bool) -> Option<Key> {
        let rows = self.rows_of.get(&case).into_iter().flatten().filter(|key| key.2 == yes);
        let is_live = |key: &&Key| {
            let is_contested = self.told[*key].contested().is_some() && !self.has_gone_on(key);
            is_contested || self.record(key, usize::MAX).0
        };
        rows.filter(is_live).max_by_key(|key| self.told[*key].last().order).copied()
    }

    /// Whether another practice than this has the record's entry, or may be making it.
    pub fn is_live_elsewhere(&self, practice: usize, case: CaseId, yes: bool) -> bool {
        self.out(case, yes).is_some_and(|key| key.0 != practice)
    }

    /// What a practice must be asked on this day.
    pub fn due(
        &self,
        practice: usize,
        given: &BTreeMap<CaseId, Vec<Given>>,
        day: Date,
    ) -> BTreeSet<Asked> {
        let mut due = BTreeSet::new();
        for case in self.people.keys() {
            let none = Vec::new();
            let now = self.now(*case, given.get(case).unwrap_or(&none));
            for yes in [true, false] {
                let key = (practice, *case, yes);
                due.extend(self.ask(key, &now, day));
            }
        }
        due
    }

    fn ask(&self, key: Key, now: &Now, day: Date) -> Option<Asked> {
        let (practice, case, yes) = key;
        let told = self.told.get(&key);
        let asked = |action, evidence: &Evidence| {
            Some(Asked { key, action, came_from: None, evidence: evidence.clone() })
        };
        let reminder = || {
            let told = told?;
            let is_old = (day - told.mentioned_on).get_days() >= REMIND_AFTER_DAYS;
            if told.last().first.is_none() && is_old && !self.has_gone_on(&key) {
                asked(Action::Reminder, &told.last().evidence)
            } else {
                None
            }
        };
        let is_about_this = |of: bool| of == yes;
        match (now, told) {
            (Now::Coded { yes: of, practice: at, evidence, is_double }, told)
                if is_about_this(*of) =>
            {
                if *at != practice || *is_double {
                    return reminder();
                }
                match (self.out(case, yes).filter(|out| *out != key), told) {
                    (Some(out), _) => {
                        let other = &self.told[&out];
                        let is_settled =
                            other.last().first.is_some() && other.contested().is_none();
                        let reading = self.record(&out, usize::MAX).1;
                        if is_settled && reading.is_some_and(|reading| reading != *evidence) {
                            let (action, came_from) = (Action::Amend, Some(out));
                            Some(Asked { key, action, came_from, evidence: evidence.clone() })
                        } else {
                            reminder()
                        }
                    }
                    (None, None) => asked(Action::New, evidence),
                    (None, Some(told)) => {
                        let last = told.last();
                        let is_back = self.has_gone_on(&key);
                        let is_other = last.evidence != *evidence;
                        if last.action == Action::Retract || is_other || is_back {
                            asked(Action::Amend, evidence)
                        } else {
                            reminder()
                        }
                    }
                }
            }
            (now, _) => {
                let waits = match now {
                    Now::Held { yes: of, is_withheld } => {
                        !is_withheld && of.is_none_or(is_about_this)
                    }
                    _ => false,
                };
                let retraction = || {
                    let out = self.out(case, yes).filter(|_| !waits)?;
                    let last = self.told[&out].last();
                    let reading = self.record(&out, usize::MAX).1;
                    // It is taken out where the patient's record is.
                    let at = if reading.is_some() { self.people[&case].practice } else { out.0 };
                    // Who was asked already is asked no more, unless the patient is elsewhere.
                    let has_said_so = last.outcome() == Some(Outcome::NotRegisteredHere);
                    let is_asked = last.action == Action::Retract && !(has_said_so && at != out.0);
                    if is_asked || at != practice {
                        return None;
                    }
                    let unanswered =
                        || self.unanswered(&out).unwrap_or_else(|| last.evidence.clone());
                    let came_from = (out != key).then_some(out);
                    let evidence = reading.unwrap_or_else(unanswered);
                    Some(Asked { key, action: Action::Retract, came_from, evidence })
                };
                retraction().or_else(reminder)
            }
        }
    }

    /// What was asked last of a row without an answer, other than to take it out.
    fn unanswered(&self, key: &Key) -> Option<Evidence> {
        let mut questions = self.told[key].questions.values().rev();
        let open = questions
            .find(|question| question.action != Action::Retract && question.outcome().is_none());
        open.map(|question| question.evidence.clone())
    }

    /// Follows a pack that was closed.
    pub fn packed(&mut self, number: u32, rows: &BTreeSet<Asked>, day: Date) {
        self.packs += 1;
        for Asked { key, action, came_from, evidence } in rows {
            let told = self.told.entry(*key);
            let told =
                told.or_insert_with(|| Told { mentioned_on: day, questions: BTreeMap::new() });
            told.mentioned_on = day;
            if *action != Action::Reminder {
                let question = Question {
                    action: *action,
                    evidence: evidence.clone(),
                    came_from: *came_from,
                    order: self.packs,
                    first: None,
                    other: None,
                    in_files: BTreeSet::new(),
                };
                told.questions.insert(number, question);
                self.rows_of.entry(key.1).or_default().insert(*key);
            }
        }
    }

    /// Follows an answer to what a pack asked, or reminded of, with its day where a file says it.
    pub fn answered(&mut self, key: &Key, number: u32, outcome: Outcome, in_file: Option<Date>) {
        self.answers += 1;
        let Some(told) = self.told.get_mut(key) else { return };
        let Some((asked, question)) = told.questions.range_mut(..=number).next_back() else {
            return;
        };
        // A file that comes in again brings nothing back.
        if in_file.is_some_and(|day| question.in_files.contains(&(outcome, day))) {
            return;
        }
        let before = (question.first, question.other);
        match question.outcome() {
            None => question.first = Some((self.answers, outcome)),
            Some(first) if first == outcome => {}
            Some(Outcome::Filed) if outcome == Outcome::AlreadyInRecord => {}
            Some(_) => question.other = Some(outcome),
        }
        if (question.first, question.other) != before {
            question.in_files.extend(in_file.map(|day| (outcome, day)));
        }
        // Who looked and did not find it is asked again, once somebody says that it was made.
        let asked = *asked;
        if question.made_at() == Some(self.answers) {
            for later in told.questions.range_mut(asked + 1..).map(|(_, later)| later) {
                if later.action == Action::Retract
                    && later.outcome() == Some(Outcome::AlreadyInRecord)
                    && later.other.is_none()
                {
                    (later.first, later.other) = (None, None);
                }
            }
        }
    }

    /// Follows a decision for the first answer.
    pub fn settled(&mut self, key: &Key) {
        let questions = self.told.get_mut(key).map(|told| told.questions.values_mut());
        let contested = questions.into_iter().flatten().find(|question| question.other.is_some());
        contested.into_iter().for_each(|question| question.other = None);
    }

    /// Follows an answer that is taken back.
    pub fn undone(&mut self, key: &Key) {
        let told = self.told.get_mut(key);
        if let Some(question) = told.and_then(|told| told.questions.values_mut().next_back()) {
            question.first = None;
        }
    }

    /// How the practice's record must read by a row that it said it has; none where it did not say so,
    /// or said two things, or the entry went on to another practice, whose row says it.
    pub fn must_read(&self, key: &Key) -> Option<Evidence> {
        let told = self.told.get(key)?;
        let last = told.last();
        let is_said = told.contested().is_none() && last.made_at().is_some();
        let is_out = self.out(key.1, key.2) == Some(*key);
        (is_said && is_out).then(|| last.evidence.clone())
    }

    /// Where a row stands.
    pub fn row(&self, key: &Key) -> Option<Stands> {
        self.told.get(key).map(Stands::of)
    }

    /// Where every row stands.
    pub fn rows(&self) -> BTreeMap<Key, Stands> {
        self.told.iter().map(|(key, told)| (*key, Stands::of(told))).collect()
    }

    /// How many records have an answer that waits for a person.
    pub fn held(&self, given: &BTreeMap<CaseId, Vec<Given>>) -> usize {
        let is_held = |case: &&CaseId| match self.now(**case, given.get(*case).map_or(&[], |g| g)) {
            Now::Held { .. } => true,
            Now::Coded { yes, practice, is_double, .. } => {
                let told = self.told.contains_key(&(practice, **case, yes));
                !told && (is_double || self.is_live_elsewhere(practice, **case, yes))
            }
            Now::Nothing => false,
        };
        self.people.keys().filter(is_held).count()
    }

    /// Records whose entry stands and reached no practice, though nothing holds it.
    pub fn unaccounted(&self, given: &BTreeMap<CaseId, Vec<Given>>) -> Vec<CaseId> {
        let is_lost = |case: &&CaseId| match self.now(**case, given.get(*case).map_or(&[], |g| g)) {
            Now::Coded { yes, practice, is_double, .. } => {
                let told = self.told.contains_key(&(practice, **case, yes));
                !told && !is_double && !self.is_live_elsewhere(practice, **case, yes)
            }
            _ => false,
        };
        self.people.keys().filter(is_lost).copied().collect()
    }
}
