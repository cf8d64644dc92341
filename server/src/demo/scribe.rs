//! The hand that writes invented cases, with the pens of invented phones.

use jiff::{Timestamp, ToSpan, civil::Date};
use shared::{
    case::{
        Event, Fact, Field, Role,
        event::{
            Consent, Contact, ContactMode, ContactOutcome, ContactPurpose, Decision, Minutes,
            Referral, ReferralSource,
        },
        picklist::{NEEDS, Need},
    },
    document::{Author, Document},
    ids::{CaseId, EpisodeId, EventId, UserId},
    intake::IncomingChange,
    nhs_number::NhsNumber,
    personal::Personal,
};

use super::{journey::Journey, notes, people::Invented};
use crate::{clock, random};

/// What sessions take in turn, in minutes.
const SESSION_MINUTES: [u16; 5] = [45, 30, 60, 50, 25];

/// Writes one case.
pub(super) struct Scribe<'a> {
    pub(super) pens: &'a [Author],
    pub(super) index: usize,
    pub(super) person: &'a Invented,
    pub(super) today: Date,
    pub(super) document: Document,
    pub(super) changes: Vec<IncomingChange>,
    /// Drawn for the referral first, since everything names it.
    pub(super) episode: EpisodeId,
    pub(super) last_ms: u64,
}

impl<'a> Scribe<'a> {
    /// A scribe for one person.
    pub(super) fn new(pens: &'a [Author], index: usize, person: &'a Invented, today: Date) -> Self {
        Self {
            pens,
            index,
            person,
            today,
            document: Document::empty(),
            changes: Vec::new(),
            episode: EventId::new(0, 0),
            last_ms: 0,
        }
    }

    /// Who carries the case: one of the three link workers.
    pub(super) fn assigned(&self) -> UserId {
        self.pen().user
    }

    pub(super) fn pen(&self) -> &'a Author {
        &self.pens[self.index % 3]
    }

    pub(super) fn other_pen(&self) -> &'a Author {
        &self.pens[(self.index + 1) % 3]
    }

    pub(super) fn coach(&self) -> &'a Author {
        &self.pens[4]
    }

    pub(super) fn days_ago(&self, days: i64) -> Date {
        self.today.saturating_sub(days.days())
    }

    /// A new identifier, later than the one before, on that day.
    pub(super) fn next_id(&mut self, on: Date) -> EventId {
        let at_ms = u64::try_from(recorded(on).as_millisecond()).unwrap_or_default();
        self.last_ms = at_ms.max(self.last_ms + 1);
        EventId::new(self.last_ms, u128::from_le_bytes(random::bytes()))
    }

    pub(super) fn event(&mut self, author: &Author, role: Role, on: Date, fact: Fact) -> Event {
        Event {
            id: self.next_id(on),
            device: None,
            at: on.at(10, 30, 0, 0),
            recorded_at: recorded(on),
            by: author.user,
            role,
            fact,
        }
    }

    pub(super) fn begin(&mut self, case: CaseId, on: Date, journey: Journey) {
        let referral = Fact::Referred(Referral {
            source: ReferralSource::ALL[self.index % 4],
            reason: Personal::new(notes::pick(&notes::REASONS, self.index).into()),
        });
        let author = self.pen();
        let event = self.event(author, Role::LinkWorker, on, referral);
        self.episode = event.id;
        let index = u32::try_from(self.index).unwrap_or_default();
        let number = match journey {
            Journey::NoNumber => String::new(),
            _ => NhsNumber::invented(index).digits(),
        };
        let phone = format!("01632 960{:03}", 100 + self.index);
        let practice = super::PRACTICES[self.index % 2].0;
        let fields = [
            (Field::NhsNumber, number.as_str()),
            (Field::FamilyName, self.person.family_name),
            (Field::GivenNames, self.person.given_names),
            (Field::BirthDate, self.person.birth_date),
            (Field::Sex, self.person.sex),
            (Field::PracticeOds, practice),
            (Field::Phone, &phone),
            (Field::Communication, self.person.communication),
        ];
        let written = Document::create(case, author, recorded(on).as_millisecond(), |writer| {
            for (field, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
                writer.put_field(*field, value)?;
            }
            writer.put_event(&event)
        });
        let (document, bytes) = written.expect("invented people can be written");
        self.document = document;
        self.changes.push(parsed(&bytes));
    }

    pub(super) fn sign(&mut self, author: &Author, role: Role, on: Date, facts: Vec<Fact>) {
        let events: Vec<Event> =
            facts.into_iter().map(|fact| self.event(author, role, on, fact)).collect();
        let bytes = put_all(&mut self.document, author, on, &events);
        self.changes.push(parsed(&bytes));
    }

    pub(super) fn contact_fact(
        &self,
        on: Date,
        purpose: ContactPurpose,
        outcome: ContactOutcome,
    ) -> Fact {
        let turn = self.index + usize::try_from(on.day()).unwrap_or_default();
        let seen = outcome == ContactOutcome::Seen;
        let next_on = seen.then(|| self.next_date(on));
        Fact::Contact(Contact {
            episode: self.episode,
            mode: ContactMode::ALL[turn % 4],
            outcome,
            purpose,
            venue: notes::pick(&notes::VENUES, self.index).into(),
            minutes: Minutes {
                preparation: 10,
                session: if seen { SESSION_MINUTES[turn % SESSION_MINUTES.len()] } else { 0 },
                write_up: if seen { 15 } else { 5 },
                research: u16::try_from(turn % 3 * 10).unwrap_or_default(),
            },
            needs: if seen {
                // The last choice is a crisis, which is no everyday need.
                let everyday = &NEEDS[..NEEDS.len() - 1];
                let need = |turn: usize| Need::new(everyday[turn % everyday.len()].code);
                vec![need(self.index), need(self.index * 3 + 5)]
            } else {
                Vec::new()
            },
            note: Personal::new(if seen {
                notes::pick(&notes::NOTES, turn).into()
            } else {
                String::new()
            }),
            next_step: Personal::new(if seen {
                notes::pick(&notes::NEXT_STEPS, turn).into()
            } else {
                String::new()
            }),
            next_on,
        })
    }

    /// Two weeks later; of the last contact a day around now, so that lists have something due.
    pub(super) fn next_date(&self, on: Date) -> Date {
        let in_two_weeks = on.saturating_add(14.days());
        let around = i64::try_from(self.index % 12).unwrap_or_default() - 3;
        in_two_weeks.max(self.today.saturating_add(around.days()))
    }

    pub(super) fn decision(
        &self,
        accepted: bool,
        contact: Option<EventId>,
        consent: Consent,
    ) -> Fact {
        let decision = Decision { episode: self.episode, contact, consent };
        if accepted { Fact::Accepted(decision) } else { Fact::Declined(decision) }
    }
}

/// Late on the day, by London's clocks.
pub(super) fn recorded(on: Date) -> Timestamp {
    let at = clock::london().to_timestamp(on.at(16, 5, 0, 0));
    at.expect("the afternoon exists on every day")
}

pub(super) fn put_all(
    document: &mut Document,
    author: &Author,
    on: Date,
    events: &[Event],
) -> Vec<u8> {
    let written = document.commit(author, recorded(on).as_millisecond(), |writer| {
        events.iter().try_for_each(|event| writer.put_event(event))
    });
    written.expect("invented events can be written")
}

pub(super) fn parsed(bytes: &[u8]) -> IncomingChange {
    IncomingChange::parse(bytes).expect("what was just written can be read")
}
