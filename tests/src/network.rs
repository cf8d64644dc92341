//! An invented network, written straight into a store: many people who accepted, each with a practice
//! and some contacts, as their phones would have sent them.

use jiff::{Timestamp, ToSpan, civil::DateTime, tz::TimeZone};
use server::{
    clock,
    store::{
        Store, StoreError, cases,
        people::{self, NewUser},
    },
};
use shared::{
    case::{
        Event, Fact, Field, Role,
        event::{
            Consent, Contact, ContactMode, ContactOutcome, ContactPurpose, Decision, Minutes,
            Referral, ReferralSource,
        },
    },
    document::{Author, Document},
    ids::{CaseId, DeviceId, EventId, UserId},
    intake::IncomingChange,
    nhs_number::NhsNumber,
    ods::OdsCode,
    personal::Personal,
};

use crate::{Chance, must};

/// Records in one transaction.
const BATCH: usize = 500;

/// A network with one link worker, which grows.
#[derive(Debug)]
pub struct Network {
    practices: Vec<OdsCode>,
    author: Author,
    chance: Chance,
    people: u32,
}

impl Network {
    /// Founds a network with so many practices in an empty store.
    pub fn found(store: &Store, practices: usize) -> Self {
        let mut chance = Chance::new(1);
        let code = |number: usize| must(OdsCode::parse(&format!("A99{number:03}")), "a code");
        let practices: Vec<OdsCode> = (1..=practices).map(code).collect();
        let author = Author {
            user: UserId::from_random(chance.bytes()),
            device: DeviceId::from_random(chance.bytes()),
            session: chance.bytes(),
        };
        let named = practices.clone();
        let founded = store.write_now(move |tx| {
            tx.execute("UPDATE meta SET demonstration = 1, cut_off = ''", [])?;
            for practice in &named {
                people::put_practice(tx, practice, "A practice")?;
            }
            let (name, role) = ("Amina Yusuf".to_owned(), Role::LinkWorker);
            let new = NewUser { name, role, practice: None, gp_username: None };
            people::put_user(tx, author.user, &new)?;
            people::put_device(tx, author.user, author.device, 0)
        });
        must(founded, "a network can be founded");
        Self { practices, author, chance, people: 0 }
    }

    /// The practices.
    pub fn practices(&self) -> &[OdsCode] {
        &self.practices
    }

    /// Refers so many people, each of whom accepted and had so many contacts, to one practice after
    /// the other. Two in five share a summary.
    pub fn refer(&mut self, store: &Store, people: usize, contacts: usize) {
        let mut left = people;
        while left > 0 {
            let count = left.min(BATCH);
            let batch: Vec<_> = (0..count).map(|_| self.person(contacts)).collect();
            let user = self.author.user;
            let written = store.write_now(move |tx| {
                batch.iter().try_for_each(|(case, change)| {
                    cases::append_server_changes(tx, *case, std::slice::from_ref(change), &[user])
                })
            });
            must::<(), StoreError>(written, "people can be referred");
            left -= count;
        }
    }

    fn person(&mut self, contacts: usize) -> (CaseId, IncomingChange) {
        let number = self.people;
        self.people += 1;
        let case = CaseId::from_random(self.chance.bytes());
        let practice = self.practices[number as usize % self.practices.len()].clone();
        let consent = if number % 5 < 2 { Consent::CodeAndSummary } else { Consent::CodeOnly };
        let days_ago = 10 + i64::from(number % 300);
        let referred = clock::today().saturating_sub(days_ago.days()).at(9, 0, 0, 0);
        let (source, reason) = (ReferralSource::Gp, Personal::new("lonely".to_owned()));
        let referral = self.event(referred, Fact::Referred(Referral { source, reason }));
        let decision = Decision { episode: referral.id, contact: None, consent };
        let accepted = self.event(referred.saturating_add(1.hour()), Fact::Accepted(decision));
        let contacts: Vec<Event> = (0..contacts)
            .map(|at| {
                let at = referred.saturating_add(i64::try_from(at).unwrap_or(0).hours());
                self.event(at, Fact::Contact(contact(referral.id)))
            })
            .collect();
        let birth_date =
            jiff::civil::date(1930, 1, 1).saturating_add(i64::from(number % 25_000).days());
        let written = Document::create(case, &self.author, 0, |writer| {
            writer.put_field(Field::NhsNumber, &NhsNumber::invented(number).digits())?;
            writer.put_field(Field::FamilyName, &format!("Person{number}"))?;
            writer.put_field(Field::GivenNames, "Ann")?;
            writer.put_field(Field::BirthDate, &birth_date.to_string())?;
            writer.put_field(Field::PracticeOds, practice.as_str())?;
            [referral, accepted]
                .iter()
                .chain(&contacts)
                .try_for_each(|event| writer.put_event(event))
        });
        let (_, bytes) = must(written, "a record can be written");
        (case, must(IncomingChange::parse(&bytes), "a change is sound"))
    }

    fn event(&mut self, at: DateTime, fact: Fact) -> Event {
        let recorded_at = TimeZone::UTC.to_timestamp(at).unwrap_or(Timestamp::UNIX_EPOCH);
        let unix_ms = u64::try_from(recorded_at.as_millisecond()).unwrap_or(0);
        Event {
            id: EventId::new(unix_ms, self.chance.bits()),
            device: None,
            at,
            recorded_at,
            by: self.author.user,
            role: Role::LinkWorker,
            fact,
        }
    }
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
        note: Personal::new("We talked about the allotment and the bus.".to_owned()),
        next_step: Personal::default(),
        next_on: None,
    }
}
