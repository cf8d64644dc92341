//! A phone: the replica with a store in memory, driven against the server until nothing is left.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use shared::{
    case::{Event, Field},
    cbor,
    document::Author,
    ids::{CaseId, UserId},
    profile::Profile,
    sync::{
        Effect, Failure, Input, Key, Replica, Write,
        wire::{SyncRequest, SyncResponse},
    },
};

use super::Server;
use crate::random;

/// Far more than any of these tests needs: more means that the two never come to rest.
const STEPS_MAX: usize = 1_000;

pub struct Phone {
    pub replica: Replica,
    pub cookie: String,
    pub author: Author,
    stored: BTreeMap<Key, Vec<u8>>,
    now: Timestamp,
    waiting: Vec<Effect>,
    /// Every exchange, as it was sent and answered.
    pub exchanges: Vec<(SyncRequest, SyncResponse)>,
    pub sizes: Vec<(usize, usize)>,
}

impl Phone {
    pub async fn new(server: &Server, user: UserId) -> Self {
        let cookie = server.sign_in(user).await;
        let profile = server.get("/api/me", &cookie).await;
        let profile: Profile = cbor::decode(&profile.body).unwrap();
        assert_eq!(profile.user, user);
        let author = Author { user, device: profile.device, session: random::bytes() };
        Self {
            replica: Replica::open(author, None, []),
            cookie,
            author,
            stored: BTreeMap::new(),
            now: "2026-11-23T10:00:00Z".parse().unwrap(),
            waiting: Vec::new(),
            exchanges: Vec::new(),
            sizes: Vec::new(),
        }
    }

    pub fn begin(&mut self, name: &str) -> CaseId {
        let case = CaseId::from_random(random::bytes());
        let begun = self.replica.begin(self.now, case, |w| w.put_field(Field::FamilyName, name));
        self.waiting.extend(begun.unwrap().1);
        case
    }

    /// Writes an entry into this case, or begins one with it.
    pub fn log(&mut self, case: Option<CaseId>, event: &Event) -> CaseId {
        let id = case.unwrap_or_else(|| CaseId::from_random(random::bytes()));
        let written = match case {
            Some(case) => self.replica.edit(self.now, case, |writer| writer.put_event(event)),
            None => self.replica.begin(self.now, id, |writer| writer.put_event(event)),
        };
        self.waiting.extend(written.unwrap().1);
        id
    }

    pub fn write(&mut self, case: CaseId, field: Field, value: &str) {
        let written = self.replica.edit(self.now, case, |w| w.put_field(field, value));
        self.waiting.extend(written.unwrap().1);
    }

    pub fn read(&self, case: CaseId, field: Field) -> Option<String> {
        let read = self.replica.case(case)?.unwrap().0;
        Some(read.person.shown(field).to_owned())
    }

    /// What lies on its disk.
    pub fn disk(&self) -> BTreeMap<Key, Vec<u8>> {
        self.stored.clone()
    }

    /// Killed, and opened from another state of its disk.
    pub fn open_from(&mut self, disk: BTreeMap<Key, Vec<u8>>) {
        self.author.session = random::bytes();
        let cases = disk.iter().filter_map(|(key, bytes)| match key {
            Key::Case(case) => Some((*case, bytes.clone())),
            Key::Meta => None,
        });
        let meta = disk.get(&Key::Meta).map(Vec::as_slice);
        self.replica = Replica::open(self.author, meta, cases);
        self.stored = disk;
        self.waiting.clear();
    }

    pub fn cases(&self) -> usize {
        self.replica.rows().count()
    }

    /// Asks the server and goes on until nothing is left to be done.
    pub async fn sync(&mut self, server: &Server) {
        self.now += SignedDuration::from_mins(2);
        let asked = self.replica.handle(self.now, Input::Tick);
        self.waiting.extend(asked);
        for _ in 0..STEPS_MAX {
            if self.waiting.is_empty() {
                return;
            }
            for effect in std::mem::take(&mut self.waiting) {
                let input = match effect {
                    Effect::Store { ticket, writes } => {
                        self.store(writes);
                        Input::Stored(ticket)
                    }
                    Effect::Send(body) => self.exchange(server, body).await,
                    _ => continue,
                };
                let effects = self.replica.handle(self.now, input);
                self.waiting.extend(effects);
            }
        }
        panic!("the phone and the server do not come to rest");
    }

    fn store(&mut self, writes: Vec<Write>) {
        for write in writes {
            match write {
                Write::Put(key, bytes) => drop(self.stored.insert(key, bytes)),
                Write::Delete(key) => drop(self.stored.remove(&key)),
            }
        }
    }

    async fn exchange(&mut self, server: &Server, body: Vec<u8>) -> Input {
        let answer = server.post_sync(&self.cookie, body.clone()).await;
        if answer.status != StatusCode::OK {
            return Input::Failed(Failure::Server);
        }
        let sent = cbor::decode(&body).unwrap();
        self.exchanges.push((sent, cbor::decode(&answer.body).unwrap()));
        self.sizes.push((body.len(), answer.body.len()));
        Input::Answered(answer.body.to_vec())
    }
}
