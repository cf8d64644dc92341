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
}

/// One row of a pack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// The row.
    pub key: Key,
    /// What is asked.
    pub action: Action,
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

/// What came of what one pack asked of a row.
#[derive(Debug, Clone, Default)]
struct Answers {
    action: Option<Action>,
    first: Option<Outcome>,
    other: Option<Outcome>,
}

/// A row that was packed.
#[derive(Debug, Clone)]
struct Told {
    action: Action,
    evidence: Evidence,
    asked_in: u32,
    mentioned_on: Date,
    answers: BTreeMap<u32, Answers>,
}

impl Told {
    fn answer(&self) -> &Answers {
        &self.answers[&self.asked_in]
    }

    /// Whether the practice has it, or may be making it.
    fn is_live(&self) -> bool {
        if self.answer().other.is_some() {
            return true;
        }
        // The last question that was not refused decides: made, or taken out.
        let refused =
            |answers: &&Answers| answers.first.is_some_and(|outcome| outcome.is_refusal());
        let last = self.answers.values().rfind(|answers| !refused(answers));
        last.is_some_and(|answers| {
            answers.first.is_none() || answers.action != Some(Action::Retract)
        })
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
    /// Whether another answer contradicts it.
    pub is_contested: bool,
}

impl Stands {
    fn of(told: &Told) -> Self {
        Self {
            action: told.action,
            asked_in: told.asked_in,
            outcome: told.answer().first,
            is_contested: told.answer().other.is_some(),
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
        let is_withheld = answer.consent == Consent::Withheld;
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
            },
            is_double: self.by_number[&person.nhs_number].len() > 1,
        }
    }

    /// Whether another practice than this has the record's entry, or may be making it.
    fn is_live_elsewhere(&self, practice: usize, case: CaseId, yes: bool) -> bool {
        let rows = self.rows_of.get(&case).into_iter().flatten();
        let mut other = rows.filter(|key| key.0 != practice && key.2 == yes);
        other.any(|key| self.told[key].is_live())
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
        let asked =
            |action, evidence: &Evidence| Some(Asked { key, action, evidence: evidence.clone() });
        let reminder = || {
            let told = told?;
            let is_old = (day - told.mentioned_on).get_days() >= REMIND_AFTER_DAYS;
            if told.answer().first.is_none() && is_old {
                asked(Action::Reminder, &told.evidence)
            } else {
                None
            }
        };
        let is_about_this = |of: bool| of == yes;
        match (now, told) {
            (Now::Coded { yes: of, practice: at, evidence, is_double }, told)
                if is_about_this(*of) =>
            {
                if *at != practice || *is_double || self.is_live_elsewhere(practice, case, yes) {
                    return reminder();
                }
                match told {
                    None => asked(Action::New, evidence),
                    Some(told) if told.action == Action::Retract || told.evidence != *evidence => {
                        asked(Action::Amend, evidence)
                    }
                    Some(_) => reminder(),
                }
            }
            (_, None) => None,
            (_, Some(told)) => {
                let waits = match now {
                    Now::Held { yes: of, is_withheld } => {
                        !is_withheld && of.is_none_or(is_about_this)
                    }
                    _ => false,
                };
                if told.is_live() && told.action != Action::Retract && !waits {
                    asked(Action::Retract, &told.evidence)
                } else {
                    reminder()
                }
            }
        }
    }

    /// Follows a pack that was closed.
    pub fn packed(&mut self, number: u32, rows: &BTreeSet<Asked>, day: Date) {
        for Asked { key, action, evidence } in rows {
            if *action == Action::Reminder {
                let told = self.told.get_mut(key).expect("what is reminded of was asked");
                told.mentioned_on = day;
                continue;
            }
            let mut answers =
                self.told.get(key).map(|told| told.answers.clone()).unwrap_or_default();
            answers.insert(number, Answers { action: Some(*action), ..Answers::default() });
            let told = Told {
                action: *action,
                evidence: evidence.clone(),
                asked_in: number,
                mentioned_on: day,
                answers,
            };
            self.told.insert(*key, told);
            self.rows_of.entry(key.1).or_default().insert(*key);
        }
    }

    /// Follows an answer to what a pack asked, or reminded of.
    pub fn answered(&mut self, key: &Key, number: u32, outcome: Outcome) {
        let Some(told) = self.told.get_mut(key) else { return };
        let Some((_, answers)) = told.answers.range_mut(..=number).next_back() else { return };
        match answers.first {
            None => answers.first = Some(outcome),
            Some(first) if first == outcome => {}
            Some(Outcome::Filed) if outcome == Outcome::AlreadyInRecord => {}
            Some(_) => answers.other = Some(outcome),
        }
    }

    /// Follows a decision for the first answer.
    pub fn settled(&mut self, key: &Key) {
        if let Some(told) = self.told.get_mut(key)
            && let Some(answers) = told.answers.get_mut(&told.asked_in)
        {
            answers.other = None;
        }
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
