//! A world from one seed: phones with their workers, a server, a network, disks and a clock, all
//! simulated, around the real state machines, the real documents and the real queries.
//!
//! Whatever goes wrong on the way, [`reference`] says what must be true, and [`end`] heals the
//! world and looks. The same settings give the same world, step by step.

mod agenda;
mod end;
mod fault;
pub mod many;
mod network;
mod office;
mod phone;
mod reference;
mod server;
pub mod shrink;
mod worker;

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
    panic::{AssertUnwindSafe, catch_unwind},
};

use ::server::store::StoreError;
use shared::{
    ids::{DeviceId, UserId},
    sync::{Effect, Failure, Input},
};

use self::{
    agenda::Agenda,
    network::Delivery,
    phone::Phone,
    reference::Reference,
    server::{Answer, Server},
};
use crate::Chance;
pub use fault::Fault;

/// The practice of everybody in every world: from the codes that are never given out.
const PRACTICE: &str = "A99001";
/// When every world begins: 2 November 2026, 08:00, in milliseconds of Unix time.
const BEGINS_MS: i64 = 1_793_606_400_000;
/// How long people work and things go wrong: long enough for backups to grow old, short enough for
/// ten thousand worlds.
const DAY_MS: i64 = 20 * 60 * 1_000;

/// What a world is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// How many phones there are.
    pub phones: usize,
    /// How often somebody writes something.
    pub acts: usize,
    /// Kinds of fault that do not happen.
    pub without: BTreeSet<Fault>,
}

impl Settings {
    /// The usual world of a seed: mostly a small team, now and then hundreds of phones.
    pub fn of_seed(seed: u64) -> Self {
        let mut chance = Chance::new(!seed);
        let crowd = chance.once_in(100);
        let phones = if crowd { 100 + chance.below(150) } else { 1 + chance.below(9) };
        let acts = if crowd { 300 } else { 10 + chance.below(70) };
        Self { seed, phones, acts, without: BTreeSet::new() }
    }
}

/// What must be true and was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation(pub String);

impl From<StoreError> for Violation {
    fn from(error: StoreError) -> Self {
        Self(format!("the database refused: {error}"))
    }
}

/// What became of a world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Things that happened.
    pub steps: u64,
    /// Requests that were served.
    pub exchanges: u64,
    /// Faults, by kind.
    pub faults: BTreeMap<Fault, u64>,
    /// A hash over everything that happened, in order.
    pub trace: u64,
    /// What must be true and was not.
    pub violation: Option<Violation>,
}

/// Lives through a world.
pub fn live(settings: &Settings) -> Outcome {
    let mut world = World::new(settings);
    let lived = catch_unwind(AssertUnwindSafe(|| world.live()));
    let violation = match lived {
        Ok(lived) => lived.err(),
        Err(panic) => {
            let words = panic.downcast_ref::<String>().cloned();
            let words = words.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
            Some(Violation(format!("panicked: {}", words.unwrap_or_default())))
        }
    };
    Outcome {
        steps: world.steps,
        exchanges: world.exchanges,
        faults: world.faults,
        trace: world.trace.finish(),
        violation,
    }
}

/// Something that is to happen. A phone's life says for which of its lives it is meant.
#[derive(Debug, Hash)]
enum Event {
    Act { phone: usize },
    Opened { phone: usize },
    Killed { phone: usize },
    Stored { phone: usize, life: u32 },
    Woken { phone: usize, life: u32, at_ms: i64 },
    Poked { phone: usize },
    Signal { phone: usize, there: bool },
    Full { phone: usize, full: bool },
    Updated { phone: usize },
    Enrolled { phone: usize },
    Arrives(Delivery),
    Served,
    Answered { phone: usize, life: u32, request: u64, answer: Answer },
    GaveUp { phone: usize, life: u32, request: u64 },
    ServerStarts,
    Office,
    Restored,
}

struct World {
    chance: Chance,
    without: BTreeSet<Fault>,
    /// Whether things may still go wrong.
    faulty: bool,
    acts: usize,
    agenda: Agenda<Event>,
    phones: Vec<Phone>,
    server: Server,
    /// Whether the server is kept down for its data to be put back.
    restoring: bool,
    reference: Reference,
    requests: u64,
    steps: u64,
    exchanges: u64,
    faults: BTreeMap<Fault, u64>,
    trace: DefaultHasher,
}

impl World {
    fn new(settings: &Settings) -> Self {
        let mut chance = Chance::new(settings.seed);
        // Some workers have two phones.
        let workers = settings.phones.div_ceil(2).max(settings.phones.saturating_sub(2));
        let users: Vec<UserId> =
            (0..workers).map(|_| UserId::from_random(chance.bytes())).collect();
        let server = Server::new(&users, &mut chance).expect("memory does not refuse");
        let phones = (0..settings.phones).map(|number| {
            let (user, device) = (users[number % workers], DeviceId::from_random(chance.bytes()));
            let token = server.enrol(user, device, BEGINS_MS).expect("memory does not refuse");
            Phone::new(user, device, token)
        });
        Self {
            phones: phones.collect(),
            chance,
            without: settings.without.clone(),
            faulty: true,
            acts: settings.acts,
            agenda: Agenda::from_instant(BEGINS_MS),
            server,
            restoring: false,
            reference: Reference::default(),
            requests: 0,
            steps: 0,
            exchanges: 0,
            faults: BTreeMap::new(),
            trace: DefaultHasher::new(),
        }
    }

    fn live(&mut self) -> Result<(), Violation> {
        self.plan();
        self.run_until(BEGINS_MS + DAY_MS)?;
        self.heal()
    }

    /// Puts the day on the agenda: who writes when, and what goes wrong.
    fn plan(&mut self) {
        let phones = self.phones.len();
        for phone in 0..phones {
            let wait = self.chance.ms(0, 60_000);
            self.agenda.after(wait, Event::Opened { phone });
            if self.strikes(Fault::ClockWrong, 4) {
                self.phones[phone].ahead_ms = self.chance.ms(-86_400_000, 86_400_000);
            }
            if self.strikes(Fault::OldClient, 8) {
                self.phones[phone].is_old = true;
                let wait = self.chance.ms(0, DAY_MS);
                self.agenda.after(wait, Event::Updated { phone });
            }
        }
        for _ in 0..self.acts {
            let (phone, wait) = (self.chance.below(phones), self.chance.ms(0, DAY_MS));
            self.agenda.after(wait, Event::Act { phone });
        }
        // A world without trouble is worth a look as well.
        let troubles = self.chance.below(phones * 2 + 6);
        for _ in 0..troubles {
            let wait = self.chance.ms(0, DAY_MS);
            let phone = self.chance.below(phones);
            let event = match self.chance.below(5) {
                0 if self.strikes(Fault::PhoneKilled, 1) => Event::Killed { phone },
                1 if self.strikes(Fault::NoSignal, 1) => Event::Signal { phone, there: false },
                2 if self.strikes(Fault::PhoneFull, 1) => Event::Full { phone, full: true },
                _ => Event::Office,
            };
            self.agenda.after(wait, event);
        }
    }

    /// Whether this kind of fault happens now: once in so many times.
    fn strikes(&mut self, fault: Fault, once_in: usize) -> bool {
        // Chance is asked in any case, so that a world without one kind is otherwise the same.
        let strikes = self.chance.once_in(once_in) && self.faulty && !self.without.contains(&fault);
        if strikes {
            *self.faults.entry(fault).or_default() += 1;
        }
        strikes
    }

    fn run_until(&mut self, until_ms: i64) -> Result<(), Violation> {
        while let Some(event) = self.agenda.next_until(until_ms) {
            self.steps += 1;
            (self.agenda.now_ms(), &event).hash(&mut self.trace);
            self.happen(event)?;
        }
        self.agenda.pass_to(until_ms);
        Ok(())
    }

    fn happen(&mut self, event: Event) -> Result<(), Violation> {
        match event {
            Event::Act { phone } => {
                let now_ms = self.agenda.now_ms();
                let effects = self.phones[phone].act(now_ms, &mut self.chance, &mut self.reference);
                self.perform(phone, effects);
            }
            Event::Opened { phone } => self.open(phone),
            Event::Killed { phone } => self.kill(phone)?,
            Event::Stored { phone, life } if self.phones[phone].life == life => {
                if let Some(input) = self.phones[phone].stored(&mut self.reference) {
                    self.tell(phone, input);
                }
            }
            Event::Woken { phone, life, at_ms } if self.phones[phone].life == life => {
                self.wake(phone, at_ms);
            }
            Event::Poked { phone } if self.phones[phone].has_signal => {
                self.tell(phone, Input::Poked);
            }
            Event::Signal { phone, there } => self.signal(phone, there),
            Event::Full { phone, full } => {
                self.phones[phone].is_full = full;
                if full {
                    let wait = self.chance.ms(1_000, 120_000);
                    self.agenda.after(wait, Event::Full { phone, full: false });
                }
            }
            Event::Updated { phone } => self.phones[phone].is_old = false,
            Event::Enrolled { phone } => self.enrol(phone)?,
            Event::Arrives(delivery) => self.arrive(delivery),
            Event::Served => self.serve()?,
            Event::Answered { phone, life, request, answer } => {
                self.answered(phone, life, request, answer);
            }
            Event::GaveUp { phone, life, request } => {
                self.answered(phone, life, request, Err(Failure::Unreachable));
            }
            Event::ServerStarts => self.server.is_up = !self.restoring,
            Event::Office => self.office()?,
            Event::Restored => self.restored()?,
            Event::Stored { .. } | Event::Woken { .. } | Event::Poked { .. } => {}
        }
        Ok(())
    }

    fn open(&mut self, phone: usize) {
        if self.phones[phone].app.is_none() {
            self.phones[phone].open(&mut self.chance);
            let there = self.phones[phone].has_signal;
            self.tell(phone, Input::Network(there));
        }
    }

    /// The app dies, and sometimes more than that.
    fn kill(&mut self, phone: usize) -> Result<(), Violation> {
        self.phones[phone].kill(&mut self.chance);
        let evicted = self.strikes(Fault::StoreEvicted, 6);
        if evicted {
            self.phones[phone].evict();
        }
        let torn = self.strikes(Fault::RecordTorn, 6) && self.phones[phone].tear(&mut self.chance);
        if evicted || torn {
            self.note_lost_store()?;
        }
        let wait = self.chance.ms(0, 120_000);
        self.agenda.after(wait, Event::Opened { phone });
        Ok(())
    }

    fn note_lost_store(&mut self) -> Result<(), Violation> {
        let (mut left, kept_apart) = self.server.holds()?;
        left.extend(kept_apart);
        self.phones.iter().for_each(|phone| left.extend(phone.holds()));
        self.reference.lost_a_store(&left);
        Ok(())
    }

    fn wake(&mut self, phone: usize, at_ms: i64) {
        let Some(app) = &mut self.phones[phone].app else { return };
        if app.wake_at_ms == Some(at_ms) {
            app.wake_at_ms = None;
            self.tell(phone, Input::Tick);
        }
    }

    fn signal(&mut self, phone: usize, there: bool) {
        self.phones[phone].has_signal = there;
        if !there {
            let wait = self.chance.ms(1_000, 300_000);
            self.agenda.after(wait, Event::Signal { phone, there: true });
        }
        // A phone does not always notice.
        if there || self.chance.once_in(2) {
            self.tell(phone, Input::Network(there));
        }
    }

    /// Tells a phone what happened, and does what it then asks for.
    fn tell(&mut self, phone: usize, input: Input) {
        let now = self.phones[phone].clock(self.agenda.now_ms());
        let Some(app) = &mut self.phones[phone].app else { return };
        let effects = app.replica.handle(now, input);
        self.perform(phone, effects);
    }

    fn perform(&mut self, phone: usize, effects: Vec<Effect>) {
        for effect in effects {
            let life = self.phones[phone].life;
            match effect {
                Effect::Store { ticket, writes } => {
                    self.phones[phone].store(ticket, writes);
                    let wait = self.chance.ms(1, 40);
                    self.agenda.after(wait, Event::Stored { phone, life });
                }
                Effect::Send(body) => self.send(phone, body),
                Effect::WakeAt(at) => self.wake_at(phone, at.as_millisecond()),
                Effect::FetchProfile(version) => self.fetched(phone, Some(version), None),
                Effect::FetchDirectory(version) => self.fetched(phone, None, Some(version)),
                Effect::Show => {}
            }
        }
    }

    /// An earlier call stands.
    fn wake_at(&mut self, phone: usize, clock_ms: i64) {
        let at_ms = (clock_ms - self.phones[phone].ahead_ms).max(self.agenda.now_ms());
        let life = self.phones[phone].life;
        let Some(app) = &mut self.phones[phone].app else { return };
        if app.wake_at_ms.is_none_or(|earlier| at_ms < earlier) {
            app.wake_at_ms = Some(at_ms);
            let wait = at_ms - self.agenda.now_ms();
            self.agenda.after(wait, Event::Woken { phone, life, at_ms });
        }
    }

    fn fetched(&mut self, phone: usize, profile: Option<u64>, directory: Option<u64>) {
        let Some(app) = &mut self.phones[phone].app else { return };
        let effects = app.replica.fetched(profile, directory);
        self.perform(phone, effects);
    }
}
