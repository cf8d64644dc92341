//! A phone without a screen: the real replica, a store that never fails, and real HTTP. Its clock
//! moves only when it is told to, so that nothing waits.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use shared::case::event::{Event, Fact, GoalSet, Role};
use shared::case::{Case, Field};
use shared::cbor;
use shared::document::{Author, DocumentError, Writer};
use shared::ids::{CaseId, EventId};
use shared::personal::Personal;
use shared::profile::Profile;
use shared::sync::{Effect, Failure, Input, Replica, SyncState, Ticket};

use crate::chance::Chance;
use crate::http::{Http, Unreachable};
use crate::ledger::Ledger;

/// Each entry is written this long after the one before.
const BETWEEN_ENTRIES: SignedDuration = SignedDuration::from_secs(1);
/// After this a phone asks again, whatever came before.
const PATIENCE: SignedDuration = SignedDuration::from_mins(2);

/// Exchanges within which a phone that writes nothing more has come to rest.
const EXCHANGES_MAX: u32 = 10_000;

/// Connections that a server may have closed behind a phone's back, by being started anew.
const CLOSED_CONNECTIONS_MAX: u32 = 3;

/// A phone on which somebody is signed in.
pub struct Phone {
    http: Http,
    author: Author,
    replica: Replica,
    chance: Chance,
    now: Timestamp,
    waiting: VecDeque<Effect>,
    written: u64,
    refusal: Option<Refusal>,
}

/// What the server answered instead of taking something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The status, such as 507.
    pub status: u16,
    /// What a person reads.
    pub words: String,
}

/// What became of the wish to speak to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    /// There was nothing to say.
    Idle,
    /// The server answered.
    Answered,
    /// It came to nothing. The phone keeps everything and tries again when it is asked to.
    Failed(Failure),
}

impl Phone {
    /// Signs in with a link that the server gave out.
    ///
    /// # Errors
    /// When the server does not answer, or does not accept the link.
    pub async fn sign_in(
        origin: &str,
        link: &str,
        mut chance: Chance,
    ) -> Result<Self, Unreachable> {
        let (http, profile) = signed_in(origin, link).await?;
        let author = Author { user: profile.user, device: profile.device, session: chance.bytes() };
        let replica = Replica::open(author, None, []);
        let now = Timestamp::constant(1_795_428_000, 0);
        let (waiting, written, refusal) = (VecDeque::new(), 0, None);
        Ok(Self { http, author, replica, chance, now, waiting, written, refusal })
    }

    /// Signs the same phone in anew, as its person does with a new link: it keeps what it holds,
    /// and is another device from then on.
    ///
    /// # Errors
    /// When the server does not answer, or does not accept the link.
    pub async fn sign_in_again(&mut self, origin: &str, link: &str) -> Result<(), Unreachable> {
        let (http, profile) = signed_in(origin, link).await?;
        let cases = self.replica.store_again().into_iter().find_map(|effect| match effect {
            Effect::Store { writes, .. } => Some(writes),
            _ => None,
        });
        let stored = Stored::of(cases.unwrap_or_default());
        self.author.device = profile.device;
        self.replica = Replica::open(self.author, stored.meta.as_deref(), stored.cases);
        self.http = http;
        self.waiting.clear();
        Ok(())
    }

    /// Adds a person to the caseload.
    pub fn begin(&mut self, family_name: &str) -> CaseId {
        let case = CaseId::from_random(self.chance.bytes());
        self.now += BETWEEN_ENTRIES;
        let write = |writer: &mut Writer<'_, '_>| writer.put_field(Field::FamilyName, family_name);
        let begun = self.replica.begin(self.now, case, write);
        self.saved(begun);
        case
    }

    /// Writes an entry with these words.
    pub fn note(&mut self, case: CaseId, words: &str) {
        self.now += BETWEEN_ENTRIES;
        let unix_ms = u64::try_from(self.now.as_millisecond()).expect("it is long after 1970");
        let event = Event {
            id: EventId::new(unix_ms, self.chance.bits()),
            device: None,
            at: TimeZone::UTC.to_datetime(self.now),
            recorded_at: self.now,
            by: self.author.user,
            role: Role::LinkWorker,
            fact: Fact::GoalSet(GoalSet { words: Personal::new(words.to_owned()) }),
        };
        let written = self.replica.edit(self.now, case, |writer| writer.put_event(&event));
        self.saved(written);
    }

    fn saved(&mut self, written: Result<(Ticket, Vec<Effect>), DocumentError>) {
        let (_, effects) = written.expect("a small entry can always be written");
        self.waiting.extend(effects);
        self.written += 1;
    }

    /// How many changes were written on this phone.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// What this phone shows of its own work.
    pub fn state(&self) -> SyncState {
        self.replica.state()
    }

    /// One case, if it is here.
    pub fn case(&self, case: CaseId) -> Option<Case> {
        Some(self.replica.case(case)?.expect("what the replica holds can be read").0)
    }

    /// How many people are on the caseload.
    pub fn cases(&self) -> usize {
        self.replica.rows().count()
    }

    /// Speaks to the server once, if there is something to say. What it acknowledges is written
    /// into the ledger before the phone itself hears of it.
    pub async fn exchange(&mut self, ledger: &Mutex<Ledger>) -> Exchange {
        let Some(request) = self.next_request() else { return Exchange::Idle };
        let answer = self.http.post("/api/sync", request.clone()).await;
        let (input, exchange) = match answer {
            Ok(answer) if answer.status == 200 => {
                let mut ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
                ledger.note(&request, &answer.body);
                (Input::Answered(answer.body.to_vec()), Exchange::Answered)
            }
            other => {
                self.refusal = other.ok().map(|answer| Refusal {
                    status: answer.status,
                    words: String::from_utf8_lossy(&answer.body).into_owned(),
                });
                let failure = failure_of(self.refusal.as_ref().map(|refusal| refusal.status));
                (Input::Failed(failure), Exchange::Failed(failure))
            }
        };
        self.handle(input);
        exchange
    }

    /// What the server said to the last exchange that it answered and that came to nothing.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }

    /// Speaks to the server until there is nothing left to say, or it does not answer as it should.
    /// Gives what the phone shows then.
    pub async fn send_all(&mut self, ledger: &Mutex<Ledger>) -> SyncState {
        self.try_again();
        let mut closed_connections = 0..CLOSED_CONNECTIONS_MAX;
        for _ in 0..EXCHANGES_MAX {
            match self.exchange(ledger).await {
                Exchange::Answered => {}
                Exchange::Failed(Failure::Unreachable) if closed_connections.next().is_some() => {
                    self.try_again();
                }
                Exchange::Idle | Exchange::Failed(_) => return self.state(),
            }
        }
        panic!("the phone and the server do not come to rest: {:?}", self.state());
    }

    /// Has it try again at once, as when somebody presses "Send now" or a minute has passed.
    pub fn try_again(&mut self) {
        self.now += PATIENCE;
        self.handle(Input::Network(true));
        self.handle(Input::Tick);
    }

    fn handle(&mut self, input: Input) {
        let effects = self.replica.handle(self.now, input);
        self.waiting.extend(effects);
    }

    /// Does everything that comes before the next request.
    fn next_request(&mut self) -> Option<Vec<u8>> {
        while let Some(effect) = self.waiting.pop_front() {
            match effect {
                Effect::Store { ticket, .. } => self.handle(Input::Stored(ticket)),
                Effect::Send(body) => return Some(body),
                _ => {}
            }
        }
        None
    }
}

/// What a phone acts differently on, as the app tells it apart.
fn failure_of(status: Option<u16>) -> Failure {
    match status {
        None => Failure::Unreachable,
        Some(401) => Failure::SignedOut,
        Some(426) => Failure::TooOld,
        Some(429 | 500..) => Failure::Server,
        Some(_) => Failure::NotUnderstood,
    }
}

/// Signs in and learns as whom, on which device.
pub(crate) async fn signed_in(origin: &str, link: &str) -> Result<(Http, Profile), Unreachable> {
    let mut http = Http::new(origin);
    http.sign_in(link).await?;
    let answer = http.get("/api/me").await?;
    let profile = cbor::decode(&answer.body).map_err(|error| Unreachable(error.to_string()))?;
    Ok((http, profile))
}

/// What a phone's store holds.
struct Stored {
    meta: Option<Vec<u8>>,
    cases: Vec<(CaseId, Vec<u8>)>,
}

impl Stored {
    fn of(writes: Vec<shared::sync::Write>) -> Self {
        use shared::sync::{Key, Write};
        let mut stored = Self { meta: None, cases: Vec::new() };
        for write in writes {
            match write {
                Write::Put(Key::Meta, bytes) => stored.meta = Some(bytes),
                Write::Put(Key::Case(case), bytes) => stored.cases.push((case, bytes)),
                Write::Delete(_) => {}
            }
        }
        stored
    }
}
