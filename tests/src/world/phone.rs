//! A simulated phone: the real replica, a disk in memory, and an app that can be killed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;
use shared::{
    cbor,
    document::{Author, ChangeHash, Document},
    ids::{CaseId, DeviceId, EventId, UserId},
    sync::{CaseRecord, Effect, Input, Key, Replica, Ticket, Write},
};

use super::{
    reference::{Named, Reference},
    worker::{Act, Hand},
};
use crate::Chance;

/// A phone and what lies on its disk.
pub struct Phone {
    /// Whose it is.
    pub user: UserId,
    /// As which device it is signed in.
    pub device: DeviceId,
    /// Its session, unless that was lost with everything else.
    pub token: Option<String>,
    /// How far its clock is ahead, in milliseconds.
    pub ahead_ms: i64,
    /// Whether it has a signal.
    pub has_signal: bool,
    /// Whether it runs an earlier version of the app.
    pub is_old: bool,
    /// Whether its disk is full.
    pub is_full: bool,
    /// Rises whenever the app ends: what was meant for an earlier life is not for this one.
    pub life: u32,
    /// The app, while it runs.
    pub app: Option<App>,
    disk: BTreeMap<Key, Vec<u8>>,
}

/// The app, while it runs.
pub struct App {
    /// The real thing.
    pub replica: Replica,
    /// The number of the request under way.
    pub request: Option<u64>,
    /// When it asked to be woken, in milliseconds of the world's clock.
    pub wake_at_ms: Option<i64>,
    storing: VecDeque<Storing>,
    unshown: BTreeMap<CaseId, BTreeSet<ChangeHash>>,
}

/// A transaction under way, and what the phone shows as saved once it is on disk.
struct Storing {
    ticket: Ticket,
    writes: Vec<Write>,
    shows: Vec<Named>,
}

impl Phone {
    /// A new phone of somebody who is signed in.
    pub fn new(user: UserId, device: DeviceId, token: String) -> Self {
        Self {
            user,
            device,
            token: Some(token),
            ahead_ms: 0,
            has_signal: true,
            is_old: false,
            is_full: false,
            life: 0,
            app: None,
            disk: BTreeMap::new(),
        }
    }

    /// The time by its own clock.
    pub fn clock(&self, now_ms: i64) -> Timestamp {
        Timestamp::from_millisecond(now_ms + self.ahead_ms).expect("worlds last for days")
    }

    /// Opens the app on what the disk holds.
    pub fn open(&mut self, chance: &mut Chance) {
        let author = Author { user: self.user, device: self.device, session: chance.bytes() };
        let meta = self.disk.get(&Key::Meta).map(Vec::as_slice);
        let cases = self.disk.iter().filter_map(|(key, bytes)| match key {
            Key::Case(case) => Some((*case, bytes.clone())),
            Key::Meta => None,
        });
        self.app = Some(App {
            replica: Replica::open(author, meta, cases),
            request: None,
            wake_at_ms: None,
            storing: VecDeque::new(),
            unshown: BTreeMap::new(),
        });
    }

    /// Kills the app. Of the writes under way the first few may have reached the disk: the store
    /// keeps their order, and each is there whole or not at all.
    pub fn kill(&mut self, chance: &mut Chance) {
        self.life += 1;
        let Some(app) = self.app.take() else { return };
        let reached = chance.below(app.storing.len() + 1);
        for storing in app.storing.into_iter().take(reached) {
            write(&mut self.disk, storing.writes);
        }
    }

    /// The platform throws the store away, with the session.
    pub fn evict(&mut self) {
        self.disk.clear();
        self.token = None;
    }

    /// Tears one stored record in half. Says whether there was one.
    pub fn tear(&mut self, chance: &mut Chance) -> bool {
        let keys: Vec<Key> =
            self.disk.keys().filter(|key| matches!(key, Key::Case(_))).cloned().collect();
        let torn = chance.pick(&keys).and_then(|key| self.disk.get_mut(key));
        torn.map(|bytes| bytes.truncate(bytes.len() / 2)).is_some()
    }

    /// The worker writes something: into a new case, or into one that is there.
    pub fn act(
        &mut self,
        now_ms: i64,
        chance: &mut Chance,
        reference: &mut Reference,
    ) -> Vec<Effect> {
        let hand = Hand { by: self.user, at: self.clock(now_ms) };
        let Some(app) = &mut self.app else { return Vec::new() };
        let cases: Vec<CaseId> = app.replica.rows().map(|(case, ..)| case).collect();
        let chosen = chance.pick(&cases).copied().filter(|_| !chance.once_in(6));
        let (case, entry, written) = match chosen {
            None => {
                let (case, act) = (CaseId::from_random(chance.bytes()), hand.begin(chance));
                let entry = act.entry;
                (case, entry, app.replica.begin(hand.at, case, |writer| act.write(writer)))
            }
            Some(case) => {
                let act: Act = hand.go_on(chance, app.episode(case));
                let entry = act.entry;
                (case, entry, app.replica.edit(hand.at, case, |writer| act.write(writer)))
            }
        };
        // A case that could not be read is not written to; the app says so.
        let Ok((_, effects)) = written else { return Vec::new() };
        let heads = effects.iter().find_map(|effect| heads_in(effect, case)).unwrap_or_default();
        if let [hash] = heads[..] {
            let known = app.unshown.entry(case).or_default();
            if known.insert(hash) {
                reference.made((case, hash), entry);
            }
        }
        effects
    }

    /// A transaction begins.
    pub fn store(&mut self, ticket: Ticket, writes: Vec<Write>) {
        let Some(app) = &mut self.app else { return };
        let mut shows = Vec::new();
        for write in &writes {
            if let Write::Put(Key::Case(case), _) = write {
                let unshown = app.unshown.get(case).into_iter().flatten();
                shows.extend(unshown.map(|hash| (*case, *hash)));
            }
        }
        app.storing.push_back(Storing { ticket, writes, shows });
    }

    /// The oldest transaction ends, well or not.
    pub fn stored(&mut self, reference: &mut Reference) -> Option<Input> {
        let app = self.app.as_mut()?;
        let Storing { ticket, writes, shows } = app.storing.pop_front()?;
        if self.is_full {
            return Some(Input::NotStored(ticket));
        }
        write(&mut self.disk, writes);
        for (case, hash) in &shows {
            app.unshown.entry(*case).or_default().remove(hash);
        }
        reference.showed(shows);
        Some(Input::Stored(ticket))
    }

    /// Every change that the disk holds, or will hold once what is being written is there. What the
    /// app has forgotten already is only waiting to be deleted.
    pub fn holds(&self) -> BTreeSet<Named> {
        let mut records: BTreeMap<&Key, &[u8]> =
            self.disk.iter().map(|(key, bytes)| (key, bytes.as_slice())).collect();
        let storing = self.app.iter().flat_map(|app| &app.storing);
        for write in storing.flat_map(|storing| &storing.writes) {
            match write {
                Write::Put(key, bytes) => drop(records.insert(key, bytes)),
                Write::Delete(key) => drop(records.remove(key)),
            }
        }
        let mut held = BTreeSet::new();
        for (key, bytes) in records {
            let (Key::Case(case), Some(document)) = (key, document_of(bytes)) else { continue };
            let forgotten = |app: &App| app.replica.case_state(*case).is_none();
            if self.app.as_ref().is_some_and(forgotten) {
                continue;
            }
            held.extend(document.changes_since(&[]).iter().map(|change| (*case, change.hash())));
        }
        held
    }
}

impl App {
    /// The episode that entries of this case belong to: the first referral's.
    fn episode(&self, case: CaseId) -> EventId {
        let read = self.replica.case(case).and_then(Result::ok);
        let first = read.and_then(|(case, _)| case.entries.into_values().next());
        first.map_or(EventId::new(0, 0), |entry| entry.original.id)
    }

    /// Whether nothing is being written.
    pub fn is_settled(&self) -> bool {
        self.storing.is_empty() && self.request.is_none()
    }
}

fn write(disk: &mut BTreeMap<Key, Vec<u8>>, writes: Vec<Write>) {
    for write in writes {
        match write {
            Write::Put(key, bytes) => drop(disk.insert(key, bytes)),
            Write::Delete(key) => drop(disk.remove(&key)),
        }
    }
}

fn heads_in(effect: &Effect, case: CaseId) -> Option<Vec<ChangeHash>> {
    let Effect::Store { writes, .. } = effect else { return None };
    writes.iter().find_map(|write| match write {
        Write::Put(Key::Case(of), bytes) if *of == case => Some(document_of(bytes)?.heads()),
        _ => None,
    })
}

fn document_of(record: &[u8]) -> Option<Document> {
    let record: CaseRecord = cbor::decode(record).ok()?;
    Document::load(&record.saved).ok()
}
