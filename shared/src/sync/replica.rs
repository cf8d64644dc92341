//! The phone's side of sync: a state machine that is told what happened and answers with what to
//! do. It holds every case as stored bytes and opens a document only to read or write it.

mod answer;
mod parts;

use jiff::{SignedDuration, Timestamp};
use minicbor::bytes::ByteVec;

use super::{
    record::{CaseRecord, Key, Meta, Write},
    seal::{Seal, covered},
    wire::{CasePush, PROTOCOL, SyncRequest},
};
use crate::{
    case::{Case, CaseRow, Defect},
    cbor,
    document::{Author, Document, DocumentError, Writer},
    few::{Few, FewOf},
    ids::{CaseId, DeviceId},
    intake::{self, IncomingChange},
    limits, ordered,
};

/// How long after a failure the phone tries again: quickly at first, since a door may have closed
/// for a moment.
const RETRY_MS: [i64; 4] = [1_000, 2_000, 4_000, 8_000];
/// After this many failures in a row (about ten minutes) the phone saves its battery.
const PATIENT_FAILURES: u32 = 75;
/// How often it tries then.
const RETRY_SLOWLY_MS: i64 = 60_000;
/// How often it asks without being told to, in case a poke was missed.
const IDLE_MS: i64 = 60_000;
/// How often it asks for a case again that it could not read, before it says so.
const AGAIN_TRIES_MAX: u8 = 3;

/// Names one transaction of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

/// What happened.
#[derive(Debug)]
pub enum Input {
    /// The transaction is on disk.
    Stored(Ticket),
    /// The transaction failed as a whole.
    NotStored(Ticket),
    /// The server answered.
    Answered(Vec<u8>),
    /// The request came to nothing.
    Failed(Failure),
    /// The server said that there is something.
    Poked,
    /// The network came or went, as far as the phone can tell.
    Network(bool),
    /// Time passed, or a person asked to send now.
    Tick,
}

/// Why a request came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Failure {
    /// No answer.
    Unreachable,
    /// The session is over: the person must sign in again.
    SignedOut,
    /// The service has taken this phone off.
    TakenOff,
    /// The server no longer speaks this version.
    TooOld,
    /// The server has trouble of its own.
    Server,
    /// The server's answer could not be understood.
    NotUnderstood,
}

impl Failure {
    /// What a person should do, where waiting does not help.
    pub fn remedy(self) -> Option<&'static str> {
        match self {
            Self::Unreachable | Self::Server => None,
            Self::SignedOut => Some(say!(
                "You are signed out. Ask your lead for a new sign-in link; nothing here is lost."
            )),
            Self::TakenOff => {
                Some(say!("This phone was taken off the service. Speak to your lead."))
            }
            Self::TooOld => Some(say!(
                "This app is too old to send. Nothing is lost: look for a new version under More, \
                 and it is sent."
            )),
            Self::NotUnderstood => {
                Some(say!("The server's answer could not be read. Update the app under More."))
            }
        }
    }
}

/// What to do.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// Write all of this in one transaction, durably, then say so.
    Store {
        /// To be given back.
        ticket: Ticket,
        /// All or nothing.
        writes: Vec<Write>,
    },
    /// Post this to `/api/sync`, then give the answer back.
    Send(Vec<u8>),
    /// Give a [`Input::Tick`] at this time, unless an earlier one is asked for.
    WakeAt(Timestamp),
    /// What is shown has changed.
    Show,
    /// Fetch the profile: it is newer on the server.
    FetchProfile(u64),
    /// Fetch the directory: it is newer on the server.
    FetchDirectory(u64),
}

/// One of the four honest states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyncState {
    /// On this phone; nothing was ever sent.
    SavedHere,
    /// So many entries wait for a network.
    Waiting(u32),
    /// Everything was with the server at this time.
    Sent(Timestamp),
    /// Something cannot be sent: why, and what to do.
    CannotSend(&'static str),
}

/// The changes of a request, by case.
type InFlight = Vec<(CaseId, Vec<IncomingChange>)>;

/// The phone's side of sync.
pub struct Replica {
    author: Author,
    meta: Meta,
    cases: Few<CaseId, CaseRecord>,
    /// Transactions under way, by what they write.
    storing: Few<Ticket, FewOf<Key>>,
    /// What is still to be written: with whatever is written next, or at the next occasion.
    unstored: FewOf<Key>,
    /// Whether the last transaction failed.
    storage_fails: bool,
    next_ticket: u64,
    /// The changes of the request that is under way.
    in_flight: Option<InFlight>,
    /// The cases that it asks for again.
    asked_again: Vec<CaseId>,
    online: bool,
    /// Whether to ask even if there is nothing to send.
    ask: bool,
    failures: u32,
    failure: Option<Failure>,
    not_before: Option<Timestamp>,
    /// Cases that could not be read, and how often they were asked for again.
    unreadable: Few<CaseId, u8>,
}

impl Replica {
    /// Opens what the store holds. Records that cannot be read are listed by case and asked for
    /// again; they stay in the store until something good replaces them.
    pub fn open(
        author: Author,
        meta: Option<&[u8]>,
        cases: impl IntoIterator<Item = (CaseId, Vec<u8>)>,
    ) -> Self {
        let mut replica = Self {
            author,
            meta: meta.and_then(|bytes| cbor::decode(bytes).ok()).unwrap_or_default(),
            cases: Few::new(),
            storing: Few::default(),
            unstored: FewOf::new(),
            storage_fails: false,
            next_ticket: 0,
            in_flight: None,
            asked_again: Vec::new(),
            online: true,
            ask: true,
            failures: 0,
            failure: None,
            not_before: None,
            unreadable: Few::default(),
        };
        if !replica.meta.devices.contains(&author.device) {
            replica.meta.devices.push(author.device);
            replica.unstored.insert(Key::Meta);
        }
        for (case, bytes) in cases {
            match cbor::decode(&bytes) {
                Ok(record) => replica.cases.insert(case, record),
                Err(_) => replica.unreadable.insert(case, 0),
            }
        }
        replica
    }

    /// The lines of the caseload, in no particular order.
    pub fn rows(&self) -> impl Iterator<Item = (CaseId, &CaseRow, SyncState)> {
        let here = self.cases.iter().filter(|(_, record)| !record.moved_away);
        here.map(|(case, record)| (*case, &record.row, state_of(record)))
    }

    /// Reads one case.
    pub fn case(&self, case: CaseId) -> Option<Result<(Case, Vec<Defect>), DocumentError>> {
        Some(self.document(case)?.map(|document| document.read(case)))
    }

    /// The document of one case.
    pub fn document(&self, case: CaseId) -> Option<Result<Document, DocumentError>> {
        let record = self.cases.get(&case).filter(|record| !record.moved_away)?;
        Some(Document::load_kept(&record.saved))
    }

    /// The state of one case.
    pub fn case_state(&self, case: CaseId) -> Option<SyncState> {
        self.cases.get(&case).map(state_of)
    }

    /// When the oldest of what waits in this case was written, by the clock of this phone.
    pub fn unsent_since(&self, case: CaseId) -> Option<Timestamp> {
        let record = self.cases.get(&case).filter(|record| record.unsent > 0)?;
        let document = Document::load_kept(&record.saved).ok()?;
        let waiting = to_send(&document, record, &self.meta);
        let oldest = waiting.iter().map(|change| change.parsed().timestamp()).min()?;
        Timestamp::from_second(oldest).ok()
    }

    /// How many changes the server has not acknowledged.
    pub fn unsent(&self) -> u32 {
        self.cases.values().map(|record| record.unsent).sum()
    }

    /// The state of everything on this phone.
    pub fn state(&self) -> SyncState {
        let refused = self.cases.values().find_map(|record| record.refused);
        let remedy = self.failure.and_then(Failure::remedy);
        let waiting = self.unsent();
        match (refused, remedy, self.meta.sent_at) {
            (Some(verdict), _, _) => SyncState::CannotSend(verdict.words()),
            (None, Some(remedy), _) => SyncState::CannotSend(remedy),
            (None, None, _) if waiting > 0 => SyncState::Waiting(waiting),
            (None, None, Some(at)) => SyncState::Sent(at),
            (None, None, None) => SyncState::SavedHere,
        }
    }

    /// How far this phone has read, and what the person should know.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Why the last request came to nothing, until one succeeds.
    pub fn failure(&self) -> Option<Failure> {
        self.failure
    }

    /// Whether the last write to the store failed, and nothing has been written since.
    pub fn storage_is_failing(&self) -> bool {
        self.storage_fails
    }

    /// Whether this transaction is still under way, or failed and is to be tried again.
    pub fn is_storing(&self, ticket: Ticket) -> bool {
        self.storing.contains_key(&ticket)
    }

    /// Whether anything is not on this phone's disk yet.
    pub fn is_storing_anything(&self) -> bool {
        !self.storing.is_empty() || !self.unstored.is_empty()
    }

    /// Cases that could not be read even after asking for them again.
    pub fn unreadable(&self) -> impl Iterator<Item = CaseId> {
        let given_up = self.unreadable.iter().filter(|(_, tries)| *tries >= AGAIN_TRIES_MAX);
        given_up.map(|(case, _)| *case)
    }

    /// Begins a case.
    ///
    /// # Errors
    /// When a value cannot be stored; nothing has changed then.
    pub fn begin(
        &mut self,
        now: Timestamp,
        case: CaseId,
        write: impl FnOnce(&mut Writer<'_, '_>) -> Result<(), DocumentError>,
    ) -> Result<(Ticket, Vec<Effect>), DocumentError> {
        let unix_ms = now.as_millisecond();
        let (document, _) = Document::create(case, &self.author, unix_ms, write)?;
        let mut record = record_of(case, &document, document.keep(), None);
        record.unsent = count_unsent(&document, &record, &self.meta);
        self.cases.insert(case, record);
        Ok(self.edited(now, case))
    }

    /// Writes one change to a case.
    ///
    /// # Errors
    /// When the case is not here, or the change cannot be written; nothing has changed then.
    pub fn edit(
        &mut self,
        now: Timestamp,
        case: CaseId,
        write: impl FnOnce(&mut Writer<'_, '_>) -> Result<(), DocumentError>,
    ) -> Result<(Ticket, Vec<Effect>), DocumentError> {
        let record = self.cases.get_mut(&case).ok_or(DocumentError::Unreadable)?;
        let mut document = Document::load_kept(&record.saved)?;
        match document.commit(&self.author, now.as_millisecond(), write) {
            // What is there already is as good as written: stored again, it answers the same.
            Ok(_) | Err(DocumentError::NothingToWrite) => {}
            Err(error) => return Err(error),
        }
        // What is added to a case that has moved away goes with it, and does not bring it back.
        let moved_away = record.moved_away;
        *record = record_of(case, &document, document.keep(), Some(record));
        record.moved_away = moved_away;
        record.unsent = count_unsent(&document, record, &self.meta);
        Ok(self.edited(now, case))
    }

    fn edited(&mut self, now: Timestamp, case: CaseId) -> (Ticket, Vec<Effect>) {
        let store = self.store([Key::Case(case)].into());
        let ticket = Ticket(self.next_ticket - 1);
        let mut effects = vec![store, Effect::Show];
        self.go_on(now, &mut effects);
        (ticket, effects)
    }

    /// The person has read the notices.
    pub fn put_notices_aside(&mut self) -> Vec<Effect> {
        self.meta.notices.clear();
        vec![self.store(FewOf::from_iter([Key::Meta])), Effect::Show]
    }

    /// Stores everything again: the store lost what it held.
    pub fn store_again(&mut self) -> Vec<Effect> {
        let cases = self.cases.keys().copied().map(Key::Case);
        vec![self.store(FewOf::from_iter(cases.chain([Key::Meta])))]
    }

    /// Notes that a fetched profile or directory was stored by its owner.
    pub fn fetched(&mut self, profile: Option<u64>, directory: Option<u64>) -> Vec<Effect> {
        self.meta.profile_version = profile.unwrap_or(self.meta.profile_version);
        self.meta.directory_version = directory.unwrap_or(self.meta.directory_version);
        vec![self.store([Key::Meta].into())]
    }

    /// Takes note of what happened and says what to do.
    pub fn handle(&mut self, now: Timestamp, input: Input) -> Vec<Effect> {
        let mut effects = Vec::new();
        // A failed write is not repeated at once: the store has just said that it cannot.
        let may_store = !matches!(input, Input::NotStored(_));
        match input {
            Input::Stored(ticket) => {
                self.storing.remove(&ticket);
                self.storage_fails = false;
            }
            Input::NotStored(ticket) => {
                self.unstored.extend(self.storing.remove(&ticket).unwrap_or_default());
                self.storage_fails = true;
                effects.push(Effect::Show);
            }
            Input::Answered(body) => match intake::sync_response(&body) {
                Ok(response) => self.answered(now, response, &mut effects),
                Err(_) => self.failed(now, Failure::NotUnderstood, &mut effects),
            },
            Input::Failed(failure) => self.failed(now, failure, &mut effects),
            Input::Poked => {
                self.ask = true;
                self.not_before = None;
            }
            Input::Network(online) => {
                self.ask |= online && !self.online;
                self.online = online;
                if online {
                    self.not_before = None;
                }
            }
            Input::Tick => self.ask |= self.is_due(now),
        }
        if may_store && !self.unstored.is_empty() {
            effects.push(self.store(FewOf::new()));
        }
        self.go_on(now, &mut effects);
        effects
    }

    /// Writes these records and whatever could not be written before, as they are now.
    fn store(&mut self, mut keys: FewOf<Key>) -> Effect {
        keys.extend(std::mem::take(&mut self.unstored));
        // How far this phone has read is true only of cases that are on disk: with it goes whatever
        // is under way, which may still fail.
        if keys.contains(&Key::Meta) {
            self.storing.iter().for_each(|(_, under_way)| keys.extend(under_way.iter().cloned()));
        }
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        let writes = keys
            .iter()
            .map(|key| match key {
                Key::Meta => Write::Put(key.clone(), cbor::encode(&self.meta)),
                Key::Case(case) => match self.cases.get(case) {
                    Some(record) => Write::Put(key.clone(), cbor::encode(record)),
                    None => Write::Delete(key.clone()),
                },
            })
            .collect();
        self.storing.insert(ticket, keys);
        Effect::Store { ticket, writes }
    }

    /// Sends, if there is a reason to and nothing speaks against it; else says when to look again.
    fn go_on(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        // What is not yet on this phone's own disk is not sent: after a crash the server would
        // hold something that its author does not.
        if self.storing.is_empty() && !self.unstored.is_empty() {
            effects.push(Effect::WakeAt(after(now, RETRY_MS[0])));
        }
        let settled = self.storing.is_empty() && self.unstored.is_empty();
        if self.in_flight.is_some() || !settled || !self.online {
            return;
        }
        let sendable = self.cases.values().any(is_sendable);
        let due = self.is_due(now);
        if due && (sendable || self.ask) {
            effects.push(self.send());
        } else if let Some(at) = self.not_before
            && !due
        {
            effects.push(Effect::WakeAt(at));
        } else {
            effects.push(Effect::WakeAt(after(now, IDLE_MS)));
        }
    }

    /// Whether the wait after a failure is over. None is longer than the longest: what is further
    /// ahead was noted before the phone's clock was turned back.
    fn is_due(&self, now: Timestamp) -> bool {
        let longest = after(now, RETRY_SLOWLY_MS + i64::from(u8::MAX));
        self.not_before.is_none_or(|at| now >= at || at > longest)
    }

    /// What is sent next: whole cases while there is room, and of a long one its first changes.
    fn gather(&self) -> (Vec<CasePush>, InFlight) {
        let (mut push, mut in_flight) = (Vec::new(), InFlight::new());
        let mut used_bytes = 0;
        let mut order: Vec<_> =
            self.cases.iter().filter(|(_, record)| is_sendable(record)).collect();
        // An urgent concern is sent before anything else: one that is nobody's first, then those
        // that were taken over before there was a network.
        ordered::sort_by_key(&mut order, |(case, record)| {
            (record.row.urgent == 0, record.row.concerns == 0, *case)
        });
        for (case, record) in order {
            if used_bytes >= limits::PUSH_BYTES_TARGET || push.len() >= limits::PUSH_CASES_MAX {
                break;
            }
            let Ok(document) = Document::load_kept(&record.saved) else { continue };
            let mut changes = to_send(&document, record, &self.meta);
            let seal = under_one_seal(&mut changes, record, &self.meta);
            let foreign = seal.is_some();
            if foreign && used_bytes > 0 {
                // What goes under a seal goes together, since the seal is on the last of it.
                continue;
            }
            // One change goes whatever its size; the rest of a long case follows in later pushes.
            let fits = |change: &&IncomingChange| {
                let fits = foreign || used_bytes == 0 || used_bytes < limits::PUSH_BYTES_TARGET;
                used_bytes += change.weight_bytes();
                fits
            };
            let fitting = changes.iter().take(limits::CASE_CHANGES_MAX).take_while(fits).count();
            changes.truncate(fitting);
            let bytes = changes.iter().map(|change| ByteVec::from(change.bytes().to_vec()));
            push.push(CasePush { case: *case, changes: bytes.collect(), seal });
            in_flight.push((*case, changes));
        }
        (push, in_flight)
    }

    fn send(&mut self) -> Effect {
        let (push, in_flight) = self.gather();
        self.in_flight = Some(in_flight);
        self.ask = false;
        let again = self.unreadable.iter().filter(|(_, tries)| *tries < AGAIN_TRIES_MAX);
        let again: Vec<CaseId> =
            again.take(limits::AGAIN_CASES_MAX).map(|(case, _)| *case).collect();
        self.asked_again.clone_from(&again);
        Effect::Send(cbor::encode(&SyncRequest {
            protocol: PROTOCOL,
            epoch: self.meta.epoch,
            cursor: self.meta.cursor,
            push,
            room_bytes: limits::ROOM_BYTES_DEFAULT,
            again,
        }))
    }

    fn failed(&mut self, now: Timestamp, failure: Failure, effects: &mut Vec<Effect>) {
        self.in_flight = None;
        self.failure = Some(failure);
        self.retry_later(now);
        effects.push(Effect::Show);
    }

    fn retry_later(&mut self, now: Timestamp) {
        let quick = RETRY_MS[(self.failures as usize).min(RETRY_MS.len() - 1)];
        let wait_ms = if self.failures < PATIENT_FAILURES { quick } else { RETRY_SLOWLY_MS };
        self.failures = self.failures.saturating_add(1);
        // Phones that lost the same network do not all come back in the same instant.
        let own_ms = i64::from(self.author.device.as_bytes()[0]);
        self.not_before = Some(after(now, wait_ms + own_ms));
        self.ask = true;
    }
}

fn after(now: Timestamp, wait_ms: i64) -> Timestamp {
    now.saturating_add(SignedDuration::from_millis(wait_ms)).unwrap_or(Timestamp::MAX)
}

fn is_sendable(record: &CaseRecord) -> bool {
    record.unsent > 0 && record.refused.is_none()
}

fn state_of(record: &CaseRecord) -> SyncState {
    match (record.refused, record.unsent, record.sent_at) {
        (Some(verdict), _, _) => SyncState::CannotSend(verdict.words()),
        (None, 0, Some(at)) => SyncState::Sent(at),
        (None, 0, None) => SyncState::SavedHere,
        (None, waiting, _) => SyncState::Waiting(waiting),
    }
}

/// What this phone has to send of a case: its own changes, and whatever of others' a restored
/// server has lost, as far as the server's seal vouches for it.
fn to_send(document: &Document, record: &CaseRecord, meta: &Meta) -> Vec<IncomingChange> {
    let mut changes = document.changes_since(&record.server_heads);
    if changes.iter().all(|change| is_own(change, &meta.devices)) {
        return changes;
    }
    // Until the log has been read to its end, what the server lacks is not known.
    let is_read = meta.arrived || !record.server_heads.is_empty();
    let seals = record.seals.iter().filter(|_| is_read);
    let vouched = FewOf::from_iter(seals.flat_map(|seal| covered(seal, &changes)));
    // More than one request holds cannot go together. It stays here, and what is own waits for it.
    let bytes: usize = changes.iter().map(|change| change.bytes().len()).sum();
    let operations: u64 = changes.iter().map(IncomingChange::operations).sum();
    let together = bytes <= limits::SEALED_BYTES_MAX
        && operations <= limits::PUSH_OPERATIONS_MAX
        && changes.len() <= limits::CASE_CHANGES_MAX;
    changes.retain(|change| {
        is_own(change, &meta.devices) || (together && vouched.contains(&change.hash()))
    });
    changes
}

/// Leaves of others' changes those under the first seal that is of use, and gives that seal: a push
/// of a case has one. What is under another follows, and so does what is own and waits for it.
fn under_one_seal(
    changes: &mut Vec<IncomingChange>,
    record: &CaseRecord,
    meta: &Meta,
) -> Option<Seal> {
    let is_foreign = |change: &IncomingChange| !is_own(change, &meta.devices);
    if !changes.iter().any(is_foreign) {
        return None;
    }
    let mut covers = record.seals.iter().map(|seal| (seal, covered(seal, changes)));
    let (seal, vouched) = covers.find(|(_, vouched)| {
        changes.iter().any(|change| is_foreign(change) && vouched.contains(&change.hash()))
    })?;
    let seal = seal.clone();
    changes.retain(|change| !is_foreign(change) || vouched.contains(&change.hash()));
    Some(seal)
}

fn is_own(change: &IncomingChange, devices: &[DeviceId]) -> bool {
    devices.contains(&change.device())
}

fn count_unsent(document: &Document, record: &CaseRecord, meta: &Meta) -> u32 {
    u32::try_from(to_send(document, record, meta).len()).unwrap_or(u32::MAX)
}

/// The record of a document as it is now; of the record before it, what the server is known to
/// hold and has said. What is unsent is still to be counted.
fn record_of(
    case: CaseId,
    document: &Document,
    saved: Vec<u8>,
    before: Option<&CaseRecord>,
) -> CaseRecord {
    CaseRecord {
        saved: saved.into(),
        unsent: 0,
        server_heads: before.map(|before| before.server_heads.clone()).unwrap_or_default(),
        sent_at: before.and_then(|before| before.sent_at),
        refused: before.and_then(|before| before.refused),
        moved_away: false,
        row: CaseRow::of(&document.read(case).0),
        seals: before.map(|before| before.seals.clone()).unwrap_or_default(),
    }
}
