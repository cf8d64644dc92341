//! What happens to each person of the invented year, week by week, drawn from its seed.

use jiff::{ToSpan, civil::Date};
use shared::{
    case::event::Consent,
    ids::{CaseId, EventId},
    nhs_number::NhsNumber,
};

use crate::Chance;

/// Weeks of a year.
pub const WEEKS: usize = 52;
/// Practices of the network.
pub const PRACTICES: usize = 12;
/// Link workers, and one health and wellbeing coach after them.
pub const WORKERS: usize = 20;

/// Which answer an act is about, among those that the person gave.
pub type AnswerAt = usize;

/// Something that somebody writes into a person's record.
#[derive(Debug, Clone)]
pub enum Act {
    /// Asks the service to see the person.
    Refer,
    /// Meets the person.
    Contact,
    /// The person answers, to this member of the team.
    Answer { yes: bool, consent: Consent, by: usize },
    /// Two phones at once: one says yes, the other no.
    BothAnswers { other: usize },
    /// Withdraws an answer.
    Retract(AnswerAt),
    /// Sets the day of an answer right.
    AmendDate { answer: AnswerAt, on: Date },
    /// What the person shares is something else now.
    Share(AnswerAt, Consent),
    /// Puts something about the person right.
    FamilyName(String),
    /// As above.
    BirthDate(Date),
    /// As above.
    NhsNumber(String),
    /// The person's practice is another one.
    Practice(usize),
}

/// An act with when it happened, and the week in which the phone that holds it reaches a network.
#[derive(Debug, Clone)]
pub struct Step {
    /// The week in which it arrives, from 0.
    pub week: usize,
    /// When it happened.
    pub on: Date,
    /// What is written.
    pub act: Act,
}

/// One person's year.
#[derive(Debug, Clone)]
pub struct Life {
    /// The record.
    pub case: CaseId,
    /// The episode's referral.
    pub episode: EventId,
    /// As first recorded; empty where the number is not known yet.
    pub nhs_number: String,
    /// Told apart from everybody else's by its number.
    pub family_name: String,
    /// As first recorded.
    pub birth_date: Date,
    /// As first recorded, from 0.
    pub practice: usize,
    /// Whose caseload it is, from 0.
    pub worker: usize,
    /// The week from which the first practice no longer has the person; after the year for never.
    pub left_in_week: usize,
    /// In the order in which they arrive.
    pub steps: Vec<Step>,
}

/// The first day of the year: a Monday, so long ago that the last week is over.
pub fn begins_on(today: Date) -> Date {
    let monday = today.saturating_sub(i64::from(today.weekday().to_monday_zero_offset()).days());
    monday.saturating_sub((7 * i64::try_from(WEEKS).unwrap_or(52)).days())
}

/// The day after the last of a week.
pub fn end_of(begins_on: Date, week: usize) -> Date {
    begins_on.saturating_add((7 * (i64::try_from(week).unwrap_or(52) + 1)).days())
}

/// Draws everybody's year.
pub fn lives(chance: &mut Chance, people: usize, begins_on: Date) -> Vec<Life> {
    (0..people).map(|number| Draw::new(chance, number, people, begins_on).life()).collect()
}

struct Draw<'c> {
    chance: &'c mut Chance,
    number: usize,
    people: usize,
    begins_on: Date,
    steps: Vec<Step>,
}

impl<'c> Draw<'c> {
    fn new(chance: &'c mut Chance, number: usize, people: usize, begins_on: Date) -> Self {
        Self { chance, number, people, begins_on, steps: Vec::new() }
    }

    /// A day of this week, before it ends.
    fn day_of(&mut self, week: usize) -> Date {
        let back = i64::try_from(self.chance.below(7)).unwrap_or(0) + 1;
        end_of(self.begins_on, week).saturating_sub(back.days())
    }

    /// Writes an act that happens in this week, and arrives then or, from one phone in ten, weeks
    /// later. What is left of the year decides whether it arrives at all.
    fn put(&mut self, week: usize, act: Act) {
        let on = self.day_of(week);
        let late = if self.chance.once_in(10) { 1 + self.chance.below(5) } else { 0 };
        if week + late < WEEKS {
            self.steps.push(Step { week: week + late, on, act });
        }
    }

    /// Writes an act that happens and arrives in this week.
    fn put_at_once(&mut self, week: usize, act: Act) {
        let on = self.day_of(week);
        if week < WEEKS {
            self.steps.push(Step { week, on, act });
        }
    }

    fn life(mut self) -> Life {
        let worker = self.chance.below(WORKERS);
        let practice = self.chance.below(PRACTICES);
        let first = self.chance.below(WEEKS - 6);
        self.put_at_once(first, Act::Refer);
        let contacts = 4 + self.chance.below(17);
        for _ in 0..contacts {
            let after = 1 + self.chance.below(14);
            self.put(first + after, Act::Contact);
        }
        let answered = first + 1 + self.chance.below(2);
        self.answers(answered, worker);
        let nhs_number = self.number_of(first);
        let left_in_week = self.moves(first, practice);
        self.corrections(first);
        let Self { mut steps, chance, number, .. } = self;
        // The referral first; whatever arrives in one week is written in the order of its days.
        steps.sort_by_key(|step| (step.week, !matches!(step.act, Act::Refer), step.on));
        let birth_date = jiff::civil::date(1930, 1, 1)
            .saturating_add(i64::try_from(chance.below(25_000)).unwrap_or(0).days());
        let referred_ms = u64::try_from(number).unwrap_or(0) + 1;
        Life {
            case: CaseId::from_random(chance.bytes()),
            episode: EventId::new(referred_ms, chance.bits()),
            nhs_number,
            family_name: format!("Person{number}"),
            birth_date,
            practice,
            worker,
            left_in_week,
            steps,
        }
    }

    /// What the person says, and what becomes of that.
    fn answers(&mut self, week: usize, worker: usize) {
        let consent = match self.chance.below(20) {
            0 => Consent::Withheld,
            1..8 => Consent::CodeAndSummary,
            _ => Consent::CodeOnly,
        };
        let colleague = (worker + 1 + self.chance.below(WORKERS - 1)) % WORKERS;
        let answer = |yes, by| Act::Answer { yes, consent, by };
        match self.chance.below(100) {
            0..10 => {}
            10..25 => self.put(week, answer(false, worker)),
            25..28 => {
                self.put_at_once(week, Act::BothAnswers { other: colleague });
                if !self.chance.once_in(5) {
                    let after = 2 + self.chance.below(5);
                    let which = self.chance.below(2);
                    self.put_at_once(week + after, Act::Retract(which));
                }
            }
            28..31 => self.put(week, answer(true, WORKERS)),
            31..35 => {
                // A colleague's phone brings an earlier yes, weeks later.
                self.put_at_once(week + 1, answer(true, worker));
                let on = self.day_of(week);
                let late = 2 + self.chance.below(8);
                if week + late < WEEKS {
                    let act = answer(true, colleague);
                    self.steps.push(Step { week: week + late, on, act });
                }
            }
            _ => {
                self.put_at_once(week, answer(true, worker));
                self.second_thoughts(week, worker, consent);
            }
        }
    }

    /// What is put right about an answer that was given at once.
    fn second_thoughts(&mut self, week: usize, worker: usize, consent: Consent) {
        let after = 1 + self.chance.below(10);
        match self.chance.below(40) {
            0 => {
                self.put_at_once(week + after, Act::Retract(0));
                let again = Act::Answer { yes: true, consent, by: worker };
                self.put_at_once(week + after + 3, again);
            }
            1 => {
                self.put_at_once(week + after, Act::Retract(0));
                let no = Act::Answer { yes: false, consent, by: worker };
                self.put_at_once(week + after, no);
            }
            2 => self.put_at_once(week + after, Act::Retract(0)),
            3 => self.put_at_once(week + after, Act::Share(0, Consent::Withheld)),
            4 => {
                let on = end_of(self.begins_on, week);
                self.put_at_once(week + after, Act::AmendDate { answer: 0, on });
            }
            5 => {
                let other = match consent {
                    Consent::CodeAndSummary => Consent::CodeOnly,
                    Consent::CodeOnly | Consent::Withheld => Consent::CodeAndSummary,
                };
                self.put_at_once(week + after, Act::Share(0, other));
            }
            _ => {}
        }
    }

    /// The person's number: mostly their own, sometimes not known at first, or another person's.
    fn number_of(&mut self, first: usize) -> String {
        let own = |number: usize| NhsNumber::invented(u32::try_from(number).unwrap_or(0)).digits();
        let after = 1 + self.chance.below(12);
        let (first_number, is_corrected) = match self.chance.below(50) {
            0 => (String::new(), true),
            1 => (own((self.number + 1) % self.people), true),
            _ => (own(self.number), false),
        };
        if is_corrected && !self.chance.once_in(3) {
            self.put_at_once(first + after, Act::NhsNumber(own(self.number)));
        }
        first_number
    }

    /// Returns the week in which the person leaves their first practice.
    fn moves(&mut self, first: usize, practice: usize) -> usize {
        if !self.chance.once_in(30) {
            return WEEKS + 1;
        }
        let other = (practice + 1 + self.chance.below(PRACTICES - 1)) % PRACTICES;
        let week = first + 2 + self.chance.below(10);
        self.put_at_once(week, Act::Practice(other));
        week.saturating_sub(self.chance.below(4))
    }

    fn corrections(&mut self, first: usize) {
        if self.chance.once_in(30) {
            let week = first + 1 + self.chance.below(15);
            self.put_at_once(week, Act::FamilyName(format!("Person{}-Hale", self.number)));
        }
        if self.chance.once_in(40) {
            let week = first + 1 + self.chance.below(15);
            let birth = jiff::civil::date(1931, 1, 1)
                .saturating_add(i64::try_from(self.chance.below(20_000)).unwrap_or(0).days());
            self.put_at_once(week, Act::BirthDate(birth));
        }
    }
}
