//! The network between phones and the server: it loses, delays, doubles and reorders.

use std::hash::{Hash, Hasher};

use shared::{
    cbor,
    sync::{Failure, Input, wire::SyncRequest},
};

use super::{
    Event, Fault, Violation, World,
    server::{Answer, Arrived, Fate},
};

/// How long a phone waits for an answer.
const PATIENCE_MS: i64 = 30_000;
/// How long the server gathers what is then committed together.
const GATHER_MS: i64 = 4;

/// A request on its way.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    number: u64,
    phone: usize,
    life: u32,
    token: Option<String>,
    body: Vec<u8>,
}

/// All but the token, which the server draws from the operating system.
impl Hash for Delivery {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.number, self.phone, self.life, &self.body).hash(state);
    }
}

impl World {
    pub(super) fn send(&mut self, phone: usize, body: Vec<u8>) {
        self.requests += 1;
        let number = self.requests;
        let sender = &mut self.phones[phone];
        let (life, token) = (sender.life, sender.token.clone());
        let Some(app) = &mut sender.app else { return };
        app.request = Some(number);
        let body = if sender.is_old { of_an_earlier_version(&body) } else { body };
        let delivery = Delivery { number, phone, life, token, body };
        self.agenda.after(PATIENCE_MS, Event::GaveUp { phone, life, request: number });
        if !self.phones[phone].has_signal || self.strikes(Fault::RequestLost, 20) {
            return;
        }
        if self.strikes(Fault::RequestTwice, 20) {
            let wait = self.chance.ms(1, 2_000);
            self.agenda.after(wait, Event::Arrives(delivery.clone()));
        }
        let late = self.strikes(Fault::RequestLate, 20);
        let wait = if late { self.chance.ms(1_000, 90_000) } else { self.chance.ms(5, 400) };
        self.agenda.after(wait, Event::Arrives(delivery));
    }

    pub(super) fn arrive(&mut self, delivery: Delivery) {
        let Delivery { number, phone, life, token, body } = delivery;
        if !self.server.is_up {
            self.back(phone, life, number, Err(Failure::Unreachable));
            return;
        }
        if self.server.queue.is_empty() {
            self.agenda.after(GATHER_MS, Event::Served);
        }
        self.server.queue.push(Arrived { number, phone, life, token, body });
    }

    pub(super) fn serve(&mut self) -> Result<(), Violation> {
        if !self.server.is_up {
            return Ok(());
        }
        let fate = if self.strikes(Fault::ServerFull, 60) {
            Fate::Refused
        } else if self.strikes(Fault::ServerKilledBefore, 90) {
            Fate::KilledBefore
        } else if self.strikes(Fault::ServerKilledAfter, 90) {
            Fate::KilledAfter
        } else {
            Fate::Well
        };
        let now_ms = self.agenda.now_ms();
        let before = self.server.head()?;
        let answers = self.server.serve(now_ms, fate, &mut self.reference)?;
        self.exchanges += u64::try_from(answers.len()).unwrap_or(u64::MAX);
        for (arrived, answer) in answers {
            self.back(arrived.phone, arrived.life, arrived.number, answer);
        }
        if self.server.head()? != before {
            // Of those who have the case too, some are poked and some miss it.
            let other = self.chance.below(self.phones.len());
            let wait = self.chance.ms(1, 1_000);
            self.agenda.after(wait, Event::Poked { phone: other });
        }
        if matches!(fate, Fate::KilledBefore | Fate::KilledAfter) {
            self.server_dies();
        }
        Ok(())
    }

    pub(super) fn server_dies(&mut self) {
        self.server.is_up = false;
        self.server.queue.clear();
        let wait = self.chance.ms(100, 30_000);
        self.agenda.after(wait, Event::ServerStarts);
    }

    fn back(&mut self, phone: usize, life: u32, request: u64, answer: Answer) {
        if !self.strikes(Fault::AnswerLost, 20) {
            let wait = self.chance.ms(5, 400);
            self.agenda.after(wait, Event::Answered { phone, life, request, answer });
        }
    }

    /// The answer is heard only by the life that asked, and only while it still waits.
    pub(super) fn answered(&mut self, phone: usize, life: u32, request: u64, answer: Answer) {
        let asker = &mut self.phones[phone];
        let lost = answer.is_ok() && !asker.has_signal;
        let Some(app) = asker.app.as_mut().filter(|_| asker.life == life && !lost) else { return };
        if app.request != Some(request) {
            return;
        }
        app.request = None;
        if answer == Err(Failure::SignedOut) {
            let wait = self.chance.ms(1_000, 60_000);
            self.agenda.after(wait, Event::Enrolled { phone });
        }
        let input = match answer {
            Ok(body) => Input::Answered(body),
            Err(failure) => Input::Failed(failure),
        };
        self.tell(phone, input);
    }
}

/// The same request as an earlier version of the app would have put it.
fn of_an_earlier_version(body: &[u8]) -> Vec<u8> {
    match cbor::decode::<SyncRequest>(body) {
        Ok(request) => cbor::encode(&SyncRequest { protocol: 0, ..request }),
        Err(_) => body.to_vec(),
    }
}
