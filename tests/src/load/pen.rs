//! The pen of one invented phone: cases as a link worker writes them, as real changes.

use jiff::{Timestamp, civil::DateTime};
use shared::{
    case::{
        Event, Fact, Field, Role,
        event::{
            Consent, Contact, ContactMode, ContactOutcome, ContactPurpose, Decision, GoalSet,
            Minutes, NeedNoted, Referral, ReferralSource,
        },
        picklist::{NEEDS, Need},
    },
    document::{Author, Document, DocumentError, Writer},
    ids::{CaseId, EpisodeId, EventId},
    personal::Personal,
};

/// Monday 23 November 2026, 9 o'clock: the day on which all of it is written.
const BEGAN_MS: u64 = 1_795_424_400_000;
/// Words of a note. Two hundred characters: what fits on a phone's screen, and is typed on it.
const NOTE_WORDS: usize = 18;
/// Words of a reason, a goal or a next step.
const LINE_WORDS: usize = 9;

/// Invents the same people and words for the same seed.
pub struct Pen {
    author: Author,
    random: u64,
    ms: u64,
}

/// One case, as it was written.
pub struct Written {
    /// The case.
    pub case: CaseId,
    /// Its changes in order.
    pub changes: Vec<Vec<u8>>,
}

impl Pen {
    /// The pen of this phone.
    pub fn new(author: Author, seed: u64) -> Self {
        let mut pen = Self { author, random: seed ^ 0x9e37_79b9_7f4a_7c15, ms: BEGAN_MS };
        // The first draws of neighbouring seeds resemble each other.
        for _ in 0..8 {
            pen.draw();
        }
        pen
    }

    /// Writes a case of so many changes; its person has this NHS number.
    pub fn case(&mut self, nhs_number: &str, changes: usize) -> Written {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.draw().to_le_bytes());
        bytes[8..].copy_from_slice(&self.draw().to_le_bytes());
        let case = CaseId::from_random(bytes);
        let (mut document, first, episode) = self.begin(case, nhs_number);
        let mut written = Written { case, changes: vec![first] };
        for number in 1..changes {
            let at_ms = i64::try_from(self.ms).expect("the day is in this century");
            let change = document
                .commit(&self.author.clone(), at_ms, |writer| self.write(writer, episode, number));
            written.changes.push(change.expect("an invented entry can be written"));
        }
        written
    }

    fn begin(&mut self, case: CaseId, nhs_number: &str) -> (Document, Vec<u8>, EpisodeId) {
        let referral = Fact::Referred(Referral {
            source: ReferralSource::ALL[self.up_to(4)],
            reason: Personal::new(self.words(LINE_WORDS)),
        });
        let event = self.event(referral);
        let fields = [
            (Field::NhsNumber, nhs_number.to_owned()),
            (Field::FamilyName, name(&self.words(1))),
            (Field::GivenNames, name(&self.words(1))),
            (Field::BirthDate, format!("19{}-0{}-1{}", 30 + self.up_to(60), 1 + self.up_to(9), 3)),
            (Field::PracticeOds, "A99001".to_owned()),
            (Field::Phone, format!("01632 960{:03}", self.up_to(1_000))),
        ];
        let at_ms = i64::try_from(self.ms).expect("the day is in this century");
        let begun = Document::create(case, &self.author, at_ms, |writer| {
            fields.iter().try_for_each(|(field, value)| writer.put_field(*field, value))?;
            writer.put_event(&event)
        });
        let (document, change) = begun.expect("an invented case can be written");
        (document, change, event.id)
    }

    /// Half of what is written is contacts; between them lie what they brought to light.
    fn write(
        &mut self,
        writer: &mut Writer<'_, '_>,
        episode: EpisodeId,
        number: usize,
    ) -> Result<(), DocumentError> {
        let fact = match number % 12 {
            3 => Fact::Accepted(Decision { episode, contact: None, consent: Consent::CodeOnly }),
            4 | 11 => Fact::NeedNoted(NeedNoted { need: self.need() }),
            7 => Fact::GoalSet(GoalSet { words: Personal::new(self.words(LINE_WORDS)) }),
            8 => {
                let words = self.words(LINE_WORDS);
                return writer.put_field(Field::WhatMatters, &words);
            }
            _ => self.contact(episode),
        };
        let event = self.event(fact);
        writer.put_event(&event)
    }

    fn contact(&mut self, episode: EpisodeId) -> Fact {
        Fact::Contact(Contact {
            episode,
            mode: ContactMode::ALL[self.up_to(4)],
            outcome: ContactOutcome::Seen,
            purpose: ContactPurpose::Support,
            venue: ["Moss Road library", "Welcome centre", "Surgery, room 4"][self.up_to(3)].into(),
            minutes: Minutes { preparation: 10, session: 45, write_up: 15, research: 0 },
            needs: vec![self.need()],
            note: Personal::new(self.words(NOTE_WORDS)),
            next_step: Personal::new(self.words(LINE_WORDS)),
            next_on: Some(jiff::civil::date(2026, 12, 7)),
        })
    }

    fn need(&mut self) -> Need {
        Need::new(NEEDS[self.up_to(12)].code)
    }

    fn event(&mut self, fact: Fact) -> Event {
        // A quarter of an hour lies between two entries, more or less.
        self.ms += 600_000 + self.draw() % 600_000;
        let high = u128::from(self.draw()) << 64;
        let recorded_at = Timestamp::from_millisecond(i64::try_from(self.ms).unwrap_or_default());
        Event {
            id: EventId::new(self.ms, high | u128::from(self.draw())),
            device: None,
            at: DateTime::constant(2026, 11, 23, 10, 30, 0, 0),
            recorded_at: recorded_at.expect("the day is in this century"),
            by: self.author.user,
            role: Role::LinkWorker,
            fact,
        }
    }

    /// Invented words in the frequencies of a language, so that they compress as notes do.
    fn words(&mut self, count: usize) -> String {
        let mut text = String::new();
        for _ in 0..count {
            if !text.is_empty() {
                text.push(' ');
            }
            // The smaller of two draws: few words are frequent, most are rare.
            let rank =
                self.up_to(VOCABULARY).min(self.up_to(VOCABULARY)).min(self.up_to(VOCABULARY));
            push_word(&mut text, rank);
        }
        text
    }

    fn up_to(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).expect("bounds are small");
        usize::try_from(self.draw() % bound).expect("less than the bound")
    }

    /// SplitMix64: small, and good enough to invent people.
    fn draw(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Different words, about as many as somebody uses in a week of notes.
const VOCABULARY: usize = 3_000;
const SYLLABLES: [&str; 16] = [
    "the", "an", "to", "her", "ing", "so", "ma", "ter", "li", "on", "wa", "ker", "day", "be", "sh",
    "out",
];

/// The word of this rank: the frequent ones are short.
fn push_word(text: &mut String, mut rank: usize) {
    loop {
        text.push_str(SYLLABLES[rank % SYLLABLES.len()]);
        rank /= SYLLABLES.len();
        if rank == 0 {
            return;
        }
    }
}

fn name(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
