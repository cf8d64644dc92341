//! Writes the acts of a life into its document, as the phones of the team would.

use std::collections::BTreeMap;

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use shared::{
    case::{
        Event, Fact, Field, Role,
        event::{
            Amended, Consent, Contact, ContactMode, ContactOutcome, ContactPurpose, Decision,
            Minutes, Referral, ReferralSource, Retracted,
        },
    },
    document::{Author, Document, DocumentError, Writer},
    ids::{CaseId, EventId, UserId},
    intake::IncomingChange,
    personal::Personal,
};

use super::plan::{Act, Life, Step, WORKERS};
use crate::{Chance, must};

/// An answer as it stands in a record.
#[derive(Debug, Clone)]
pub struct Given {
    /// Its entry.
    pub id: EventId,
    /// Yes or no.
    pub yes: bool,
    /// Its day.
    pub on: Date,
    /// Who recorded it, from 0; the coach comes after the link workers.
    pub by: usize,
    /// What may be shared.
    pub consent: Consent,
    /// Whether it stands.
    pub stands: bool,
}

/// The documents of everybody who was referred.
pub struct Pens<'a> {
    authors: &'a [Author],
    practices: &'a [String],
    documents: BTreeMap<CaseId, Document>,
    /// What was answered, case by case, in the order in which it was written.
    pub given: BTreeMap<CaseId, Vec<Given>>,
}

impl<'a> Pens<'a> {
    /// The pens of a team: link workers, then the coach.
    pub fn new(authors: &'a [Author], practices: &'a [String]) -> Self {
        Self { authors, practices, documents: BTreeMap::new(), given: BTreeMap::new() }
    }

    /// Who carries a case.
    pub fn carrier(&self, life: &Life) -> UserId {
        self.authors[life.worker].user
    }

    /// Writes an act and returns the changes that come of it.
    pub fn write(&mut self, chance: &mut Chance, life: &Life, step: &Step) -> Vec<IncomingChange> {
        let bytes = match &step.act {
            Act::Refer => vec![self.refer(life, step)],
            Act::BothAnswers { other } => self.both(chance, life, step, *other),
            act => {
                let Some((by, fact)) = self.fact(life, act) else { return Vec::new() };
                match fact {
                    Wrote::Event(fact) => {
                        let event = self.event(chance, step.on, by, *fact);
                        self.note(life.case, step.on, by, &event);
                        vec![self.commit(life.case, by, |writer| writer.put_event(&event))]
                    }
                    Wrote::Field(field, value) => {
                        vec![self.commit(life.case, by, |writer| writer.put_field(field, &value))]
                    }
                }
            }
        };
        bytes.iter().map(|bytes| must(IncomingChange::parse(bytes), "a change is sound")).collect()
    }

    fn commit(
        &mut self,
        case: CaseId,
        by: usize,
        write: impl FnOnce(&mut Writer<'_, '_>) -> Result<(), DocumentError>,
    ) -> Vec<u8> {
        let author = self.authors[by];
        let document =
            self.documents.get_mut(&case).expect("whoever is written about was referred");
        must(document.commit(&author, 0, write), "an act can be written")
    }

    fn refer(&mut self, life: &Life, step: &Step) -> Vec<u8> {
        let (source, reason) = (ReferralSource::Gp, Personal::new("lonely".to_owned()));
        let fact = Fact::Referred(Referral { source, reason });
        let referral = Event { id: life.episode, ..self.event_of(step.on, life.worker, fact) };
        let practice = &self.practices[life.practice];
        let written = Document::create(life.case, &self.authors[life.worker], 0, |writer| {
            if !life.nhs_number.is_empty() {
                writer.put_field(Field::NhsNumber, &life.nhs_number)?;
            }
            writer.put_field(Field::FamilyName, &life.family_name)?;
            writer.put_field(Field::GivenNames, "Ann")?;
            writer.put_field(Field::BirthDate, &life.birth_date.to_string())?;
            writer.put_field(Field::PracticeOds, practice)?;
            writer.put_event(&referral)
        });
        let (document, bytes) = must(written, "a referral can be written");
        self.documents.insert(life.case, document);
        bytes
    }

    /// Yes and no at once: neither phone knew of the other's.
    fn both(
        &mut self,
        chance: &mut Chance,
        life: &Life,
        step: &Step,
        other: usize,
    ) -> Vec<Vec<u8>> {
        let decision =
            || Decision { episode: life.episode, contact: None, consent: Consent::CodeOnly };
        let yes = self.event(chance, step.on, life.worker, Fact::Accepted(decision()));
        let no = self.event(chance, step.on, other, Fact::Declined(decision()));
        self.note(life.case, step.on, life.worker, &yes);
        self.note(life.case, step.on, other, &no);
        let before = self.documents[&life.case].clone();
        let first = self.commit(life.case, life.worker, |writer| writer.put_event(&yes));
        let mut elsewhere = before;
        let written = elsewhere.commit(&self.authors[other], 0, |writer| writer.put_event(&no));
        let second = must(written, "an act can be written");
        let change = must(IncomingChange::parse(&second), "a change is sound");
        let document = self.documents.get_mut(&life.case).expect("it was just written to");
        must(document.apply(&[change]), "two phones' changes merge");
        vec![first, second]
    }

    /// What an act writes, and who writes it; nothing where it is about an answer that never came.
    fn fact(&self, life: &Life, act: &Act) -> Option<(usize, Wrote)> {
        let worker = life.worker;
        let answer =
            |at: usize| self.given.get(&life.case).and_then(|given| given.get(at)).cloned();
        let decision = |consent| Decision { episode: life.episode, contact: None, consent };
        let of = |yes, consent| match yes {
            true => Fact::Accepted(decision(consent)),
            false => Fact::Declined(decision(consent)),
        };
        let amended = |given: &Given, on: Date, consent| {
            Fact::Amended(Amended {
                target: given.id,
                replaces: given.id,
                corrected_at: noon(on),
                corrected: Box::new(of(given.yes, consent)),
                reason: Personal::new("put right".to_owned()),
            })
        };
        let event = |by, fact| (by, Wrote::Event(Box::new(fact)));
        let field = |field, value: &str| (worker, Wrote::Field(field, value.to_owned()));
        Some(match act {
            Act::Refer | Act::BothAnswers { .. } => return None,
            Act::Contact => event(worker, Fact::Contact(contact(life.episode))),
            Act::Answer { yes, consent, by } => event(*by, of(*yes, *consent)),
            Act::Retract(at) => {
                let target = answer(*at)?.id;
                let reason = Personal::new("mistaken".to_owned());
                event(worker, Fact::Retracted(Retracted { target, reason }))
            }
            Act::AmendDate { answer: at, on } => {
                let given = answer(*at)?;
                event(worker, amended(&given, *on, given.consent))
            }
            Act::Share(at, consent) => {
                let given = answer(*at)?;
                event(worker, amended(&given, given.on, *consent))
            }
            Act::FamilyName(name) => field(Field::FamilyName, name),
            Act::BirthDate(date) => field(Field::BirthDate, &date.to_string()),
            Act::NhsNumber(number) => field(Field::NhsNumber, number),
            Act::Practice(practice) => field(Field::PracticeOds, &self.practices[*practice]),
        })
    }

    /// Keeps what an entry makes of the answers.
    fn note(&mut self, case: CaseId, on: Date, by: usize, event: &Event) {
        let given = self.given.entry(case).or_default();
        match &event.fact {
            Fact::Accepted(decision) | Fact::Declined(decision) => given.push(Given {
                id: event.id,
                yes: matches!(event.fact, Fact::Accepted(_)),
                on,
                by,
                consent: decision.consent,
                stands: true,
            }),
            Fact::Retracted(retracted) => {
                let of = given.iter_mut().filter(|given| given.id == retracted.target);
                of.for_each(|given| given.stands = false);
            }
            Fact::Amended(amended) => {
                for given in given.iter_mut().filter(|given| given.id == amended.target) {
                    given.on = amended.corrected_at.date();
                    if let Fact::Accepted(decision) | Fact::Declined(decision) = &*amended.corrected
                    {
                        given.consent = decision.consent;
                    }
                }
            }
            _ => {}
        }
    }

    fn event(&self, chance: &mut Chance, on: Date, by: usize, fact: Fact) -> Event {
        let days = i64::from((on - jiff::civil::date(1970, 1, 1)).get_days());
        let unix_ms = u64::try_from(days).unwrap_or(0) * 86_400_000 + chance.below_u64(86_400_000);
        Event { id: EventId::new(unix_ms, chance.bits()), ..self.event_of(on, by, fact) }
    }

    fn event_of(&self, on: Date, by: usize, fact: Fact) -> Event {
        Event {
            id: EventId::new(0, 0),
            device: None,
            at: noon(on),
            recorded_at: TimeZone::UTC.to_timestamp(noon(on)).unwrap_or(Timestamp::UNIX_EPOCH),
            by: self.authors[by].user,
            role: role(by),
            fact,
        }
    }
}

enum Wrote {
    Event(Box<Fact>),
    Field(Field, String),
}

/// The coach comes after the link workers.
pub fn role(by: usize) -> Role {
    if by < WORKERS { Role::LinkWorker } else { Role::HealthAndWellbeingCoach }
}

fn noon(on: Date) -> DateTime {
    on.at(12, 0, 0, 0)
}

fn contact(episode: EventId) -> Contact {
    Contact {
        episode,
        mode: ContactMode::FaceToFace,
        outcome: ContactOutcome::Seen,
        purpose: ContactPurpose::Support,
        venue: "Church hall".to_owned(),
        minutes: Minutes { session: 45, ..Minutes::default() },
        needs: Vec::new(),
        note: Personal::new("We talked.".to_owned()),
        next_step: Personal::default(),
        next_on: None,
    }
}
