//! What happened to each invented person, written as phones would write it.

use jiff::{ToSpan, civil::Date};
use shared::{
    case::{
        Fact, Field, Role,
        event::{
            ClosingReason, Consent, ContactOutcome, ContactPurpose, EpisodeClosed, GoalSet,
            Handover, OutcomeMeasured, SignpostOutcome, Signposted, UrgentAction, UrgentConcern,
        },
    },
    ids::CaseId,
    intake::IncomingChange,
    personal::Personal,
};

use super::{
    notes,
    scribe::{Scribe, parsed, put_all, recorded},
};

/// Where a person is on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Journey {
    /// Referred; nobody has rung yet.
    New,
    /// Rung twice without an answer.
    Tried,
    /// Met once; they want to think about it.
    Thinking,
    /// Accepted, with so many contacts.
    Accepted(u8),
    /// Declined.
    Declined,
    /// Accepted on one phone and declined on another, both offline.
    Contested,
    /// Accepted, came for a while, and done.
    Closed,
    /// Accepted and left after it.
    Left,
    /// Talked of suicide; nobody has taken over yet.
    Urgent,
    /// Talked of suicide; the duty GP took over.
    UrgentOwned,
    /// Accepted, and the NHS number is missing.
    NoNumber,
    /// A health and wellbeing coach recorded the acceptance.
    ByCoach,
    /// Said yes in a welfare call.
    WelfareCall,
    /// Accepted, and wants nothing shared.
    ConsentWithheld,
    /// Two phones corrected the family name at once.
    TwoNames,
}

/// How common each is among twenty people.
const TWENTY: [Journey; 20] = [
    Journey::New,
    Journey::Accepted(2),
    Journey::Thinking,
    Journey::Accepted(4),
    Journey::Declined,
    Journey::Tried,
    Journey::Accepted(1),
    Journey::Closed,
    Journey::New,
    Journey::Contested,
    Journey::Accepted(7),
    Journey::UrgentOwned,
    Journey::Left,
    Journey::Accepted(3),
    Journey::NoNumber,
    Journey::Thinking,
    Journey::Declined,
    Journey::Accepted(5),
    Journey::Accepted(1),
    Journey::Closed,
];

impl Journey {
    /// The journey of the person with this number.
    pub fn of(index: usize) -> Self {
        match index {
            21 => Self::ByCoach,
            23 => Self::WelfareCall,
            26 => Self::Urgent,
            33 => Self::ConsentWithheld,
            43 => Self::TwoNames,
            _ => TWENTY[index % TWENTY.len()],
        }
    }
}

impl Scribe<'_> {
    /// Writes everything that happened, and gives the changes.
    pub fn write(mut self, case: CaseId, journey: Journey) -> Vec<IncomingChange> {
        let weeks = 2 + i64::try_from(self.index % 9).unwrap_or_default();
        let referred = match journey {
            Journey::New => self.days_ago(1 + i64::try_from(self.index % 8).unwrap_or_default()),
            _ => self.days_ago(7 * weeks + 10),
        };
        self.begin(case, referred, journey);
        let first = referred.saturating_add(6.days());
        match journey {
            Journey::New => {}
            Journey::Tried => self.attempts(first),
            Journey::Thinking => self.contact(first, ContactPurpose::Support, &[]),
            Journey::Declined => self.answered(first, false, Consent::CodeOnly),
            Journey::Accepted(contacts) => self.accepted(first, contacts),
            Journey::NoNumber => self.accepted(first, 2),
            Journey::Closed => self.closed(first, 6, ClosingReason::Completed),
            Journey::Left => self.closed(first, 2, ClosingReason::LeftAfterAccepting),
            Journey::Contested => self.contested(first),
            Journey::Urgent => self.urgent(first, false),
            Journey::UrgentOwned => self.urgent(first, true),
            Journey::ByCoach => self.accepted_by_coach(first),
            Journey::WelfareCall => self.welfare_call(first),
            Journey::ConsentWithheld => self.answered(first, true, Consent::Withheld),
            Journey::TwoNames => self.two_names(first),
        }
        self.changes
    }

    fn contact(&mut self, on: Date, purpose: ContactPurpose, beside: &[Fact]) {
        let mut facts = vec![self.contact_fact(on, purpose, ContactOutcome::Seen)];
        facts.extend_from_slice(beside);
        self.sign(self.pen(), Role::LinkWorker, on, facts);
    }

    fn attempts(&mut self, first: Date) {
        for (days, outcome) in [(0, ContactOutcome::NoAnswer), (5, ContactOutcome::DidNotAttend)] {
            let on = first.saturating_add(i64::from(days).days());
            let fact = self.contact_fact(on, ContactPurpose::Support, outcome);
            self.sign(self.pen(), Role::LinkWorker, on, vec![fact]);
        }
    }

    fn answered(&mut self, on: Date, accepted: bool, consent: Consent) {
        self.answered_in(on, ContactPurpose::Support, accepted, consent);
    }

    /// A contact and the answer given in it, signed together.
    fn answered_in(&mut self, on: Date, purpose: ContactPurpose, accepted: bool, consent: Consent) {
        let author = self.pen();
        let fact = self.contact_fact(on, purpose, ContactOutcome::Seen);
        let contact = self.event(author, Role::LinkWorker, on, fact);
        let answer = self.decision(accepted, Some(contact.id), consent);
        let answer = self.event(author, Role::LinkWorker, on, answer);
        let bytes = put_all(&mut self.document, author, on, &[contact, answer]);
        self.changes.push(parsed(&bytes));
    }

    fn accepted(&mut self, first: Date, contacts: u8) {
        self.answered(first, true, Consent::CodeAndSummary);
        // The four questions are asked of every other person.
        let is_measured = self.index.is_multiple_of(2);
        if is_measured {
            self.sign(self.pen(), Role::LinkWorker, first, vec![self.wellbeing(false)]);
        }
        for number in 1..i64::from(contacts) {
            let on = first.saturating_add((number * 9).days());
            if on < self.today {
                self.contact(on, ContactPurpose::Support, &[]);
                if number == 1 {
                    self.signposted(on);
                    if is_measured {
                        self.sign(self.pen(), Role::LinkWorker, on, vec![self.wellbeing(true)]);
                    }
                }
            }
        }
    }

    /// A goal and a service for it, and from every other person how that went.
    fn signposted(&mut self, on: Date) {
        let author = self.pen();
        let goal = notes::pick(&notes::GOALS, self.index).to_owned();
        let goal = Fact::GoalSet(GoalSet { words: Personal::new(goal) });
        let (service, name, phone) = notes::SERVICES[self.index % notes::SERVICES.len()];
        let signposted = Fact::Signposted(Signposted {
            contact: None,
            service: service.into(),
            name: name.into(),
            phone: phone.into(),
            introduced: self.index.is_multiple_of(2),
            code: None,
        });
        let mut events: Vec<_> =
            [goal, signposted].map(|fact| self.event(author, Role::LinkWorker, on, fact)).into();
        if self.index.is_multiple_of(2) {
            let words = Personal::new(notes::WENT.into());
            let went = Fact::SignpostOutcome(SignpostOutcome { target: events[1].id, words });
            events.push(self.event(author, Role::LinkWorker, on, went));
        }
        let bytes = put_all(&mut self.document, author, on, &events);
        self.changes.push(parsed(&bytes));
    }

    /// The four ONS scales at first, or later: mostly better then, for some as it was, for some worse.
    fn wellbeing(&self, later: bool) -> Fact {
        let turn = |most: usize| u8::try_from(self.index % most).unwrap_or_default();
        let (up, down) = match (later, turn(5)) {
            (false, _) | (_, 0) => (0, 0),
            (_, 1) => (0, 1),
            _ => (2, 0),
        };
        Fact::OutcomeMeasured(OutcomeMeasured {
            satisfaction: 3 + turn(3) + up - down,
            worthwhile: 4 + turn(2) + up - down,
            happiness: 3 + turn(4) + up - down,
            anxiety: 6 + turn(3) + down - up,
        })
    }

    fn closed(&mut self, first: Date, contacts: u8, reason: ClosingReason) {
        self.accepted(first, contacts);
        let on = self.days_ago(2);
        let closed = Fact::EpisodeClosed(EpisodeClosed { episode: self.episode, reason });
        self.sign(self.pen(), Role::LinkWorker, on, vec![closed]);
    }

    /// Two workers met the person in one week, both without a network.
    fn contested(&mut self, first: Date) {
        let mut other_phone = self.document.clone();
        self.answered(first, true, Consent::CodeOnly);
        let (other, on) = (self.other_pen(), first.saturating_add(2.days()));
        let declined = self.decision(false, None, Consent::CodeOnly);
        let declined = self.event(other, Role::LinkWorker, on, declined);
        let bytes = put_all(&mut other_phone, other, on, &[declined]);
        self.changes.push(parsed(&bytes));
    }

    fn urgent(&mut self, first: Date, owned: bool) {
        self.accepted(first, 2);
        let on = if owned { first.saturating_add(9.days()) } else { self.today };
        let author = self.pen();
        let concern = Fact::UrgentConcern(UrgentConcern {
            words: Personal::new(notes::URGENT.into()),
            action: UrgentAction::SameDayClinician,
        });
        let concern = self.event(author, Role::LinkWorker, on, concern);
        let mut events = vec![concern];
        if owned {
            let handover = Fact::Handover(Handover {
                target: events[0].id,
                to: Personal::new("Dr Priya Raman, duty GP".into()),
            });
            events.push(self.event(author, Role::LinkWorker, on, handover));
        }
        let bytes = put_all(&mut self.document, author, on, &events);
        self.changes.push(parsed(&bytes));
    }

    fn accepted_by_coach(&mut self, on: Date) {
        let accepted = self.decision(true, None, Consent::CodeOnly);
        let coach = self.coach();
        self.sign(coach, Role::HealthAndWellbeingCoach, on, vec![accepted]);
    }

    fn welfare_call(&mut self, on: Date) {
        self.answered_in(on, ContactPurpose::WelfareCall, true, Consent::CodeOnly);
    }

    fn two_names(&mut self, first: Date) {
        self.accepted(first, 2);
        let mut other_phone = self.document.clone();
        let (one, other, on) = (self.pen(), self.other_pen(), self.days_ago(3));
        let double = format!("{}-Hale", self.person.family_name);
        let spaced = format!("{} Hale", self.person.family_name);
        for (document, author, name) in
            [(&mut self.document, one, &double), (&mut other_phone, other, &spaced)]
        {
            let written = document.commit(author, recorded(on).as_millisecond(), |writer| {
                writer.put_field(Field::FamilyName, name)
            });
            self.changes.push(parsed(&written.expect("an invented name can be written")));
        }
    }
}
