//! What a link worker writes: real events, fields and drafts, chosen by chance.

use jiff::{Timestamp, civil::DateTime};
use shared::{
    case::{
        ContactDraft, Event, Fact, Field, Role,
        event::{
            Consent, Contact, ContactMode, ContactOutcome, ContactPurpose, Decision, GoalSet,
            Minutes, NeedNoted, Referral, ReferralSource,
        },
        picklist::Need,
    },
    document::{DocumentError, Writer},
    ids::{EventId, UserId},
    personal::Personal,
};

use crate::Chance;

/// Test numbers that are never given to anybody.
const NHS_NUMBERS: [&str; 6] =
    ["9990000018", "9990000026", "9990000034", "9990000042", "9990000050", "9990000069"];
const NAMES: [&str; 6] = ["Okafor", "Llŷr", "O’Brien", "Patel", "de Souza", "Nowak"];
const WORDS: [&str; 8] = ["walk", "choir", "bus pass", "damp", "daughter", "garden", "debt", "tea"];

/// The moment and the hand of an act.
#[derive(Debug, Clone, Copy)]
pub struct Hand {
    /// Who writes.
    pub by: UserId,
    /// When, by the clock of the phone.
    pub at: Timestamp,
}

type Write = dyn FnOnce(&mut Writer<'_, '_>) -> Result<(), DocumentError>;

/// One act, with the identifier of the entry that it makes.
pub struct Act {
    /// The entry that is signed, where one is.
    pub entry: Option<EventId>,
    write: Box<Write>,
}

impl Act {
    /// Writes it into a case.
    ///
    /// # Errors
    /// When the case cannot take it.
    pub fn write(self, writer: &mut Writer<'_, '_>) -> Result<(), DocumentError> {
        (self.write)(writer)
    }
}

impl Hand {
    /// Begins a case: who the person is, and the referral.
    pub fn begin(self, chance: &mut Chance) -> Act {
        let words = Personal::new(text(chance, 3));
        let referred = self
            .event(chance, Fact::Referred(Referral { source: ReferralSource::Gp, reason: words }));
        let fields = [
            (Field::FamilyName, *one(chance, &NAMES)),
            (Field::GivenNames, "Ada"),
            (Field::BirthDate, "1958-03-14"),
            (Field::NhsNumber, *one(chance, &NHS_NUMBERS)),
            (Field::PracticeOds, super::PRACTICE),
        ];
        let entry = Some(referred.id);
        let write = move |writer: &mut Writer<'_, '_>| {
            fields.iter().try_for_each(|(field, value)| writer.put_field(*field, value))?;
            writer.put_event(&referred)
        };
        Act { entry, write: Box::new(write) }
    }

    /// Goes on with a case whose episode this is.
    pub fn go_on(self, chance: &mut Chance, episode: EventId) -> Act {
        match chance.below(10) {
            0 => {
                let (field, value) =
                    (*one(chance, &[Field::Phone, Field::FamilyName]), text(chance, 1));
                let write = move |writer: &mut Writer<'_, '_>| writer.put_field(field, &value);
                Act { entry: None, write: Box::new(write) }
            }
            1..4 => self.draft(chance, episode),
            4 => self.sign(chance, Fact::Accepted(decision(episode))),
            5 => self.sign(chance, Fact::Declined(decision(episode))),
            6 => {
                let need = Need::new("loneliness");
                self.sign(chance, Fact::NeedNoted(NeedNoted { need }))
            }
            7 => {
                let words = Personal::new(text(chance, 4));
                self.sign(chance, Fact::GoalSet(GoalSet { words }))
            }
            _ => {
                let contact = contact(chance, episode);
                self.sign(chance, Fact::Contact(contact))
            }
        }
    }

    fn sign(self, chance: &mut Chance, fact: Fact) -> Act {
        let event = self.event(chance, fact);
        let entry = Some(event.id);
        let write = move |writer: &mut Writer<'_, '_>| {
            writer.remove_draft(draft_of(event.by))?;
            writer.put_event(&event)
        };
        Act { entry, write: Box::new(write) }
    }

    fn draft(self, chance: &mut Chance, episode: EventId) -> Act {
        let contact = contact(chance, episode);
        let draft = ContactDraft {
            by: self.by,
            episode,
            at: self.wall(),
            mode: contact.mode,
            outcome: contact.outcome,
            purpose: contact.purpose,
            venue: contact.venue,
            minutes: contact.minutes,
            needs: Vec::new(),
            goal: Personal::new(String::new()),
            next_step: Personal::new(String::new()),
            next_on: None,
            decision: None,
            signposts: Vec::new(),
            note: contact.note,
        };
        let write = move |writer: &mut Writer<'_, '_>| writer.put_draft(draft_of(draft.by), &draft);
        Act { entry: None, write: Box::new(write) }
    }

    fn event(self, chance: &mut Chance, fact: Fact) -> Event {
        let unix_ms = u64::try_from(self.at.as_millisecond()).unwrap_or(0);
        Event {
            id: EventId::new(unix_ms, chance.bits()),
            device: None,
            at: self.wall(),
            recorded_at: self.at,
            by: self.by,
            role: Role::LinkWorker,
            fact,
        }
    }

    fn wall(self) -> DateTime {
        jiff::tz::TimeZone::UTC.to_datetime(self.at)
    }
}

/// Each worker has one draft of a case open at a time.
fn draft_of(by: UserId) -> EventId {
    let mut bits = [0; 16];
    bits.copy_from_slice(by.as_bytes());
    EventId::new(1, u128::from_le_bytes(bits))
}

fn contact(chance: &mut Chance, episode: EventId) -> Contact {
    Contact {
        episode,
        mode: *one(chance, &ContactMode::ALL),
        outcome: *one(chance, &ContactOutcome::ALL),
        purpose: *one(chance, &ContactPurpose::ALL),
        venue: "Library".into(),
        minutes: Minutes { session: 45, ..Minutes::default() },
        needs: vec![Need::new("loneliness")],
        note: Personal::new(text(chance, 12)),
        next_step: Personal::new(text(chance, 2)),
        next_on: None,
    }
}

fn decision(episode: EventId) -> Decision {
    Decision { episode, contact: None, consent: Consent::CodeOnly }
}

fn one<'s, T>(chance: &mut Chance, several: &'s [T]) -> &'s T {
    chance.pick(several).expect("the lists above are not empty")
}

fn text(chance: &mut Chance, words_max: usize) -> String {
    let words: Vec<&str> = (0..=chance.below(words_max)).map(|_| *one(chance, &WORDS)).collect();
    words.join(" ")
}
