//! Phones and a server in plain collections, driving the real state machines by hand.

use jiff::{Timestamp, civil::date};

use super::{
    exchange::{CaseFacts, CaseStore, Durable, Owner, ParsedPush, Sender, fill, judge},
    seal::{Seal, SealKey},
    wire::{CasePush, CaseUpdate, Cursor, PROTOCOL, SyncRequest, SyncResponse, Verdict},
    *,
};
use crate::{
    case::{
        Event, Fact, Field, Role, Standing,
        event::{
            Consent, Decision, GoalSet, Handover, Referral, ReferralSource, UrgentAction,
            UrgentConcern,
        },
    },
    cbor,
    document::{Author, ChangeHash},
    few::{Few, FewOf},
    ids::{CaseId, DeviceId, Epoch, EventId, UserId},
    intake,
    personal::Personal,
};

/// The server: one log, and who may see what.
struct Hub {
    epoch: Epoch,
    log: Vec<(CaseId, ChangeHash, Vec<u8>)>,
    granted: Few<(UserId, CaseId), u64>,
    removed: Few<UserId, Vec<CaseId>>,
    kept_apart: usize,
    /// The devices of a user, where there are several.
    devices: Few<UserId, FewOf<DeviceId>>,
    room_bytes: usize,
}

const KEY: SealKey = SealKey([7; 32]);

/// One case of the hub, as it is asked for while a push is judged.
struct HubCase {
    case: CaseId,
    user: UserId,
    known: FewOf<ChangeHash>,
    own: FewOf<DeviceId>,
}

impl CaseStore for HubCase {
    type Error = std::convert::Infallible;

    fn has(&mut self, hash: &ChangeHash) -> Result<bool, Self::Error> {
        Ok(self.known.contains(hash))
    }

    fn misfit(&mut self, _: &ChangeHash) -> Result<Option<Verdict>, Self::Error> {
        Ok(None)
    }

    fn owner(&mut self, device: DeviceId) -> Result<Owner, Self::Error> {
        Ok(if self.own.contains(&device) { Owner::Sender } else { Owner::Somebody })
    }

    fn knows(&mut self, seal: &Seal) -> Result<bool, Self::Error> {
        Ok(KEY.knows(self.case, self.user, seal))
    }
}

impl Hub {
    fn heads(&self, case: CaseId) -> Vec<ChangeHash> {
        let mut heads = Vec::new();
        for bytes in self.changes(case, 0) {
            let Ok(change) = intake::IncomingChange::parse(bytes) else { continue };
            let followed: Vec<ChangeHash> = change.dependencies().collect();
            heads.retain(|head| !followed.contains(head));
            heads.push(change.hash());
        }
        heads
    }

    fn new() -> Self {
        Self {
            epoch: Epoch::from_random([1; 16]),
            log: Vec::new(),
            granted: Few::new(),
            removed: Few::new(),
            kept_apart: 0,
            devices: Few::new(),
            room_bytes: usize::MAX,
        }
    }

    fn end(&self) -> u64 {
        self.log.len() as u64
    }

    fn grant(&mut self, user: UserId, case: CaseId) {
        // A grant takes a position of its own, as in the real log.
        self.log.push((case, ChangeHash([0; 32]), Vec::new()));
        self.granted.insert((user, case), self.end());
    }

    fn revoke(&mut self, user: UserId, case: CaseId) {
        self.granted.remove(&(user, case));
        self.removed.or_default(user).push(case);
    }

    fn changes(&self, case: CaseId, after: u64) -> impl Iterator<Item = &Vec<u8>> {
        let later = self.log.iter().skip(usize::try_from(after).unwrap());
        later.filter(move |(of, _, bytes)| *of == case && !bytes.is_empty()).map(|entry| &entry.2)
    }

    fn answer(&mut self, phone: &Author, body: &[u8]) -> Vec<u8> {
        let request = intake::sync_request(body).unwrap();
        let sender = Sender { user: phone.user, may_begin_cases: true };
        let mut receipts = Vec::new();
        for push in ParsedPush::all(&request.push).unwrap() {
            let case = push.case();
            let exists = self.log.iter().any(|(of, ..)| *of == case);
            let may_write = self.granted.contains_key(&(phone.user, case));
            let facts = if exists {
                CaseFacts::Known { is_theirs: may_write, may_write }
            } else {
                CaseFacts::Unknown
            };
            let known: FewOf<ChangeHash> =
                self.log.iter().filter(|(of, ..)| *of == case).map(|(_, hash, _)| *hash).collect();
            let own = self.devices.get(&phone.user).cloned().unwrap_or([phone.device].into());
            let mut store = HubCase { case, user: phone.user, known, own };
            let judged = judge(&sender, facts, push, &mut store).unwrap();
            for change in judged.taken() {
                self.log.push((case, change.hash(), change.bytes().to_vec()));
            }
            self.kept_apart += judged.kept_apart().count();
            for user in judged.beginners() {
                self.granted.insert((user, case), self.end());
            }
            receipts.push(judged.receipt(&Durable::committed()));
        }
        let same = request.epoch == Some(self.epoch);
        let cursor = if same { request.cursor } else { Cursor::default() };
        let filled = fill(cursor, self.end(), self.room_bytes, self.pending(phone, cursor));
        let filled = filled.unwrap();
        cbor::encode(&SyncResponse {
            epoch: self.epoch,
            cursor: filled.cursor,
            receipts,
            cases: filled.cases,
            removed: self.removed.get(&phone.user).cloned().unwrap_or_default(),
            more: filled.more,
            server_unix_ms: 0,
            profile_version: 0,
            directory_version: 0,
        })
    }

    fn pending(
        &self,
        phone: &Author,
        cursor: Cursor,
    ) -> Vec<Result<(u64, CaseUpdate), std::convert::Infallible>> {
        let mut pending = Vec::new();
        for ((user, case), granted) in &self.granted {
            let latest = self.log.iter().rposition(|(of, ..)| of == case).unwrap() as u64 + 1;
            if *user == phone.user && latest.max(*granted) > cursor.done {
                let after = if *granted > cursor.base { 0 } else { cursor.base };
                let changes = self.changes(*case, after).map(|bytes| bytes.clone().into());
                let update = CaseUpdate {
                    case: *case,
                    snapshot: None,
                    changes: changes.collect(),
                    seal: Some(KEY.seal(*case, phone.user, self.heads(*case))),
                };
                pending.push((latest.max(*granted), update));
            }
        }
        pending.sort_by_key(|(latest, _)| *latest);
        pending.into_iter().map(Ok).collect()
    }
}

/// A phone: the replica, and a disk that can fail.
struct Phone {
    author: Author,
    replica: Replica,
    disk: Few<Key, Vec<u8>>,
    disk_is_full: bool,
    sent: Vec<Vec<u8>>,
    effects: Vec<Effect>,
}

fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

impl Phone {
    fn new(number: u8) -> Self {
        let author = Author {
            user: UserId::from_random([number; 16]),
            device: DeviceId::from_random([number + 100; 16]),
            session: [0; 8],
        };
        let replica = Replica::open(author, None, []);
        let (disk, sent, effects) = Default::default();
        Self { author, replica, disk, disk_is_full: false, sent, effects }
    }

    /// Killed, and opened again from its disk.
    fn killed(mut self) -> Self {
        self.author.session[0] += 1;
        let cases = self.disk.iter().filter_map(|(key, bytes)| match key {
            Key::Case(case) => Some((*case, bytes.clone())),
            Key::Meta => None,
        });
        let meta = self.disk.get(&Key::Meta).map(Vec::as_slice);
        self.replica = Replica::open(self.author, meta, cases);
        self.sent.clear();
        self.effects.clear();
        self
    }

    fn handle(&mut self, input: Input) {
        let effects = self.replica.handle(now(), input);
        self.perform(effects);
    }

    /// Writes to disk and says so, until there is nothing left but what the network has to do.
    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Store { ticket, writes } if !self.disk_is_full => {
                    for write in writes {
                        match write {
                            Write::Put(key, bytes) => self.disk.insert(key, bytes),
                            Write::Delete(key) => drop(self.disk.remove(&key)),
                        }
                    }
                    self.handle(Input::Stored(ticket));
                }
                Effect::Store { ticket, .. } => self.handle(Input::NotStored(ticket)),
                Effect::Send(body) => self.sent.push(body),
                other => self.effects.push(other),
            }
        }
    }

    /// Lets the phone talk to the server until it has nothing to say.
    fn sync(&mut self, hub: &mut Hub) -> usize {
        self.handle(Input::Poked);
        let mut exchanges = 0;
        while let Some(body) = self.sent.pop() {
            exchanges += 1;
            assert!(exchanges < 100, "the phone does not come to rest");
            let answer = hub.answer(&self.author, &body);
            self.handle(Input::Answered(answer));
        }
        exchanges
    }

    fn begin(&mut self, number: u8) -> CaseId {
        let case = CaseId::from_random([number; 16]);
        let referral =
            Referral { source: ReferralSource::Gp, reason: Personal::new("lonely".into()) };
        let referred = self.event(1, Fact::Referred(referral));
        let begun = self.replica.begin(now(), case, |writer| {
            writer.put_field(Field::FamilyName, "Okafor")?;
            writer.put_event(&referred)
        });
        self.perform(begun.unwrap().1);
        case
    }

    fn event(&self, number: u64, fact: Fact) -> Event {
        Event {
            id: EventId::new(number, 0),
            device: None,
            at: date(2026, 11, 3).at(10, 0, 0, 0),
            recorded_at: now(),
            by: self.author.user,
            role: Role::LinkWorker,
            fact,
        }
    }

    fn write(&mut self, case: CaseId, number: u64, fact: Fact) {
        let event = self.event(number, fact);
        let edited = self.replica.edit(now(), case, |writer| writer.put_event(&event));
        self.perform(edited.unwrap().1);
    }

    fn goal(&mut self, case: CaseId, number: u64) {
        self.write(case, number, Fact::GoalSet(GoalSet { words: Personal::new("walk".into()) }));
    }

    fn entries(&self, case: CaseId) -> usize {
        self.replica.case(case).unwrap().unwrap().0.entries.len()
    }
}

fn answer() -> Decision {
    Decision { episode: EventId::new(1, 0), contact: None, consent: Consent::CodeOnly }
}

#[test]
fn what_one_phone_writes_reaches_another_and_the_state_says_sent() {
    let (mut hub, mut first, mut second) = (Hub::new(), Phone::new(1), Phone::new(2));
    assert_eq!(first.replica.state(), SyncState::SavedHere);
    let case = first.begin(7);
    assert_eq!(first.replica.state(), SyncState::Waiting(1));
    first.sync(&mut hub);
    assert_eq!(first.replica.state(), SyncState::Sent(now()));
    hub.grant(second.author.user, case);
    second.sync(&mut hub);
    assert_eq!(second.entries(case), 1);
    second.goal(case, 2);
    second.sync(&mut hub);
    first.sync(&mut hub);
    assert_eq!(first.entries(case), 2);
}

#[test]
fn an_idle_phone_sends_and_gets_almost_nothing() {
    let (mut hub, mut phone) = (Hub::new(), Phone::new(1));
    phone.begin(7);
    phone.sync(&mut hub);
    phone.handle(Input::Poked);
    let body = phone.sent.pop().unwrap();
    let answer = hub.answer(&phone.author, &body);
    assert!(body.len() < 100 && answer.len() < 100, "{} and {}", body.len(), answer.len());
}

#[test]
fn nothing_is_sent_before_it_is_on_the_phones_own_disk() {
    let (mut hub, mut phone) = (Hub::new(), Phone::new(1));
    phone.sync(&mut hub);
    phone.disk_is_full = true;
    phone.begin(7);
    assert!(phone.replica.storage_is_failing());
    assert!(phone.sent.is_empty());
    phone.disk_is_full = false;
    phone.handle(Input::Tick);
    assert!(!phone.replica.storage_is_failing());
    assert_eq!(phone.sent.len(), 1);
}

#[test]
fn a_disk_that_fails_while_an_answer_is_stored_moves_no_cursor() {
    let (mut hub, mut first, mut second) = (Hub::new(), Phone::new(1), Phone::new(2));
    let case = first.begin(7);
    first.sync(&mut hub);
    hub.grant(second.author.user, case);
    second.disk_is_full = true;
    second.sync(&mut hub);
    second.disk_is_full = false;
    let mut second = second.killed();
    assert_eq!(second.replica.rows().count(), 0);
    second.sync(&mut hub);
    assert_eq!(second.entries(case), 1);
}

#[test]
fn a_lost_answer_is_asked_for_again_and_nothing_is_there_twice() {
    let (mut hub, mut phone) = (Hub::new(), Phone::new(1));
    let case = phone.begin(7);
    let body = phone.sent.pop().unwrap();
    hub.answer(&phone.author, &body);
    phone.handle(Input::Failed(Failure::Unreachable));
    assert_eq!(phone.replica.state(), SyncState::Waiting(1));
    phone.sync(&mut hub);
    assert_eq!(phone.replica.state(), SyncState::Sent(now()));
    assert_eq!(hub.changes(case, 0).count(), 1);
}

#[test]
fn a_clock_that_is_turned_back_while_a_phone_waits_does_not_make_it_wait_longer() {
    let mut phone = Phone::new(1);
    phone.begin(7);
    phone.handle(Input::Failed(Failure::Unreachable));
    let back = Timestamp::from_second(now().as_second() - 7 * 86_400).unwrap();
    let effects = phone.replica.handle(back, Input::Tick);
    assert!(matches!(effects.as_slice(), [Effect::Send(_)]), "{effects:?}");
}

#[test]
fn writing_what_is_there_already_is_no_error_and_no_change() {
    let (mut hub, mut phone) = (Hub::new(), Phone::new(1));
    let case = phone.begin(7);
    phone.sync(&mut hub);
    let draft = crate::case::ContactDraft::new(
        phone.author.user,
        EventId::new(1, 0),
        date(2026, 11, 3).at(10, 0, 0, 0),
        "Library".into(),
    );
    for _ in 0..2 {
        let put = phone.replica.edit(now(), case, |w| w.put_draft(EventId::new(5, 0), &draft));
        phone.perform(put.unwrap().1);
    }
    assert_eq!(phone.replica.state(), SyncState::Waiting(1));
    phone.sync(&mut hub);
    assert_eq!(hub.changes(case, 0).count(), 2);
}

#[test]
fn a_killed_phone_has_everything_that_it_showed_as_saved() {
    let (mut hub, mut phone) = (Hub::new(), Phone::new(1));
    let case = phone.begin(7);
    phone.goal(case, 2);
    let mut phone = phone.killed();
    assert_eq!(phone.entries(case), 2);
    assert_eq!(phone.replica.state(), SyncState::Waiting(2));
    phone.goal(case, 3);
    phone.sync(&mut hub);
    assert_eq!(hub.changes(case, 0).count(), 3);
}

#[test]
fn a_long_case_is_sent_in_parts_that_the_server_takes() {
    let (mut hub, mut phone) = (Hub::new(), Phone::new(1));
    phone.handle(Input::Network(false));
    let case = phone.begin(7);
    for number in 2..12 {
        let words = Personal::new("a long goal ".repeat(8_000));
        phone.write(case, number, Fact::GoalSet(GoalSet { words }));
    }
    phone.handle(Input::Network(true));
    let body = phone.sent.pop().unwrap();
    assert!(body.len() < 2 * crate::limits::PUSH_BYTES_TARGET, "{} bytes", body.len());
    let answer = hub.answer(&phone.author, &body);
    phone.handle(Input::Answered(answer));
    phone.sync(&mut hub);
    assert_eq!(hub.changes(case, 0).count(), 11);
    assert_eq!(phone.replica.state(), SyncState::Sent(now()));
}

#[test]
fn an_urgent_concern_is_sent_before_anything_else_even_if_it_was_taken_over_offline() {
    let (mut hub, mut phone) = (Hub::new(), Phone::new(1));
    phone.handle(Input::Network(false));
    // By their identifiers the urgent ones would come last.
    let [plain, owned, open] = [1, 8, 9].map(|number| phone.begin(number));
    let words = || Personal::new("No point in waking up".into());
    let action = UrgentAction::SameDayClinician;
    let concern = || Fact::UrgentConcern(UrgentConcern { words: words(), action });
    let target = EventId::new(2, 0);
    phone.write(owned, 2, concern());
    phone.write(owned, 3, Fact::Handover(Handover { target, to: words() }));
    phone.write(open, 2, concern());
    phone.goal(plain, 2);
    phone.handle(Input::Network(true));
    let body = phone.sent.pop().unwrap();
    let request = intake::sync_request(&body).unwrap();
    let order: Vec<CaseId> = request.push.iter().map(|push| push.case).collect();
    assert_eq!(order, [open, owned, plain]);
    let answer = hub.answer(&phone.author, &body);
    phone.handle(Input::Answered(answer));
    assert_eq!(phone.replica.state(), SyncState::Sent(now()));
}

#[test]
fn what_is_written_while_a_request_is_under_way_is_sent_after_it() {
    let (mut hub, mut phone) = (Hub::new(), Phone::new(1));
    let case = phone.begin(7);
    let body = phone.sent.pop().unwrap();
    phone.goal(case, 2);
    let answer = hub.answer(&phone.author, &body);
    phone.handle(Input::Answered(answer));
    assert_eq!(phone.replica.state(), SyncState::Waiting(1));
    phone.sync(&mut hub);
    assert_eq!(phone.replica.state(), SyncState::Sent(now()));
}

#[test]
fn a_first_sync_in_small_pieces_loses_nothing_even_when_cases_change_meanwhile() {
    let (mut hub, mut first, mut second) = (Hub::new(), Phone::new(1), Phone::new(2));
    let cases: Vec<CaseId> = (10..20).map(|number| first.begin(number)).collect();
    first.sync(&mut hub);
    cases.iter().for_each(|case| hub.grant(second.author.user, *case));
    hub.room_bytes = 1;
    second.handle(Input::Poked);
    for number in 2..6 {
        let body = second.sent.pop().unwrap();
        let answer = hub.answer(&second.author, &body);
        second.handle(Input::Answered(answer));
        // A case that was sent already, and one that was not.
        first.goal(cases[0], number);
        first.goal(cases[9], number);
        first.sync(&mut hub);
    }
    assert!(!second.replica.meta().arrived);
    let mut second = second.killed();
    assert!(second.replica.rows().count() >= 4, "usable from the first case that arrives");
    second.sync(&mut hub);
    assert!(second.replica.meta().arrived);
    let entries: Vec<usize> = cases.iter().map(|case| second.entries(*case)).collect();
    assert_eq!(entries, [5, 1, 1, 1, 1, 1, 1, 1, 1, 5]);
}

#[test]
fn after_a_restore_the_phone_sends_again_what_the_server_lost() {
    let (mut hub, mut phone) = (Hub::new(), Phone::new(1));
    let case = phone.begin(7);
    phone.sync(&mut hub);
    let backup = hub.log.len();
    phone.goal(case, 2);
    let other = phone.begin(8);
    phone.sync(&mut hub);
    hub.log.truncate(backup);
    hub.granted.remove(&(phone.author.user, other));
    hub.epoch = Epoch::from_random([2; 16]);
    phone.sync(&mut hub);
    assert_eq!(hub.changes(case, 0).count(), 2);
    assert_eq!(hub.changes(other, 0).count(), 1);
    assert_eq!(phone.replica.state(), SyncState::Sent(now()));
}

#[test]
fn a_phone_that_was_signed_in_anew_still_sends_what_it_wrote_before() {
    let (mut hub, mut phone) = (Hub::new(), Phone::new(1));
    let case = phone.begin(7);
    let earlier = phone.author.device;
    phone.author.device = DeviceId::from_random([55; 16]);
    hub.devices.insert(phone.author.user, [earlier, phone.author.device].into());
    let mut phone = phone.killed();
    phone.goal(case, 2);
    assert_eq!(phone.replica.state(), SyncState::Waiting(2));
    phone.sync(&mut hub);
    assert_eq!(hub.changes(case, 0).count(), 2);
    assert_eq!(phone.replica.state(), SyncState::Sent(now()));
}

#[test]
fn a_moved_case_is_sent_first_kept_for_the_lead_and_then_forgotten() {
    let (mut hub, mut phone) = (Hub::new(), Phone::new(1));
    let case = phone.begin(7);
    phone.sync(&mut hub);
    hub.revoke(phone.author.user, case);
    phone.goal(case, 2);
    phone.sync(&mut hub);
    assert_eq!(hub.kept_apart, 1);
    assert!(phone.replica.case(case).is_none());
    assert!(!phone.disk.contains_key(&Key::Case(case)), "nothing of it is left on the phone");
    assert_eq!(phone.replica.meta().notices[0].verdict, Verdict::Quarantined);
}

#[test]
fn what_is_unfinished_in_a_case_that_leaves_is_folded_in_first_and_kept_for_the_lead() {
    let (mut hub, mut phone) = (Hub::new(), Phone::new(1));
    let (case, other) = (phone.begin(7), phone.begin(8));
    phone.sync(&mut hub);
    let ask = |phone: &mut Phone, hub: &mut Hub| {
        phone.handle(Input::Poked);
        let body = phone.sent.pop().unwrap();
        hub.answer(&phone.author, &body)
    };
    let answer = ask(&mut phone, &mut hub);
    assert_eq!(phone.replica.leaving(&answer), []);
    phone.handle(Input::Answered(answer));

    hub.revoke(phone.author.user, case);
    let answer = ask(&mut phone, &mut hub);
    assert_eq!(phone.replica.leaving(&answer), [case]);
    phone.goal(case, 2);
    phone.handle(Input::Answered(answer));
    // It is off the list; what is typed in it still goes the same way, and does not bring it back.
    assert!(phone.replica.case(case).is_none());
    let body = phone.sent.pop().unwrap();
    let answer = hub.answer(&phone.author, &body);
    assert_eq!(phone.replica.leaving(&answer), [case]);
    phone.goal(case, 3);
    assert!(phone.replica.case(case).is_none());
    phone.handle(Input::Answered(answer));
    phone.sync(&mut hub);
    assert_eq!(hub.kept_apart, 2);
    assert!(!phone.disk.contains_key(&Key::Case(case)), "nothing of it is left on the phone");

    // A restored server may not bring a case back that was here.
    hub.epoch = Epoch::from_random([2; 16]);
    let answer = ask(&mut phone, &mut hub);
    assert_eq!(phone.replica.leaving(&answer), [other]);
    assert_eq!(phone.replica.leaving(b"\xff"), []);
}

#[test]
fn one_refused_case_does_not_hold_up_another() {
    let (mut hub, mut phone, mut other) = (Hub::new(), Phone::new(1), Phone::new(2));
    // The same name was begun on another phone: impossible by chance, so refused.
    other.begin(7);
    other.sync(&mut hub);
    hub.grant(phone.author.user, CaseId::from_random([7; 16]));
    phone.handle(Input::Network(false));
    let refused = phone.begin(7);
    let fine = phone.begin(8);
    phone.handle(Input::Network(true));
    phone.sync(&mut hub);
    assert!(matches!(phone.replica.case_state(refused), Some(SyncState::CannotSend(_))));
    assert_eq!(phone.replica.case_state(fine), Some(SyncState::Sent(now())));
    assert!(matches!(phone.replica.state(), SyncState::CannotSend(_)));
}

#[test]
fn an_unreadable_case_is_asked_for_again_and_holds_nobody_up() {
    let (mut hub, mut first, mut second) = (Hub::new(), Phone::new(1), Phone::new(2));
    let (bad, good) = (first.begin(7), first.begin(8));
    first.sync(&mut hub);
    hub.grant(second.author.user, bad);
    hub.grant(second.author.user, good);
    let at = hub.log.iter().position(|(case, ..)| *case == bad).unwrap();
    let whole = hub.log[at].2.clone();
    hub.log[at].2[40] ^= 1;
    second.sync(&mut hub);
    assert_eq!(second.entries(good), 1);
    assert!(second.replica.case(bad).is_none());
    second.handle(Input::Poked);
    let request = intake::sync_request(&second.sent.pop().unwrap()).unwrap();
    assert_eq!(request.again, [bad]);
    hub.log[at].2 = whole;
}

#[test]
fn acceptances_on_two_phones_offline_are_one_answer_and_accept_with_decline_is_contested() {
    let (mut hub, mut first, mut second) = (Hub::new(), Phone::new(1), Phone::new(2));
    let (agreed, contested) = (first.begin(7), first.begin(8));
    first.sync(&mut hub);
    hub.grant(second.author.user, agreed);
    hub.grant(second.author.user, contested);
    second.sync(&mut hub);
    first.write(agreed, 10, Fact::Accepted(answer()));
    second.write(agreed, 11, Fact::Accepted(answer()));
    first.write(contested, 10, Fact::Accepted(answer()));
    second.write(contested, 11, Fact::Declined(answer()));
    first.sync(&mut hub);
    second.sync(&mut hub);
    first.sync(&mut hub);
    for phone in [&first, &second] {
        let standing = |case| phone.replica.rows().find(|row| row.0 == case).unwrap().1.standing;
        assert_eq!(standing(agreed), Standing::Accepted);
        assert_eq!(standing(contested), Standing::Contested);
    }
}

#[test]
fn what_a_restored_server_and_its_authors_phone_have_lost_comes_back_from_a_colleague() {
    let (mut hub, mut ada, mut ben) = (Hub::new(), Phone::new(1), Phone::new(2));
    let case = ada.begin(1);
    ada.sync(&mut hub);
    hub.grant(ben.author.user, case);
    let backup = (hub.log.clone(), hub.granted.clone());
    ada.goal(case, 2);
    ada.sync(&mut hub);
    ben.sync(&mut hub);
    // Ada's phone falls into the canal; the server is put back to the backup.
    drop(ada);
    (hub.log, hub.granted) = backup;
    hub.epoch = Epoch::from_random([2; 16]);
    ben.goal(case, 3);
    for _ in 0..3 {
        ben.sync(&mut hub);
    }
    assert!(matches!(ben.replica.state(), SyncState::Sent(_)));
    let mut cleo = Phone::new(3);
    hub.grant(cleo.author.user, case);
    cleo.sync(&mut hub);
    assert_eq!(cleo.entries(case), 3);
}

#[test]
fn a_colleagues_change_under_no_seal_or_anothers_is_refused() {
    let (mut hub, mut ada, ben) = (Hub::new(), Phone::new(1), Phone::new(2));
    let case = ada.begin(1);
    ada.sync(&mut hub);
    let begun = hub.changes(case, 0).next().cloned().unwrap();
    hub.log.clear();
    hub.granted = Few::new();
    let heads = vec![intake::IncomingChange::parse(&begun).unwrap().hash()];
    let forged = Seal { heads: heads.clone(), mark: [0; 16].into() };
    let anothers = KEY.seal(case, ada.author.user, heads.clone());
    for (seal, taken) in [
        (None, Verdict::NotYours),
        (Some(forged), Verdict::NotYours),
        (Some(anothers), Verdict::NotYours),
        (Some(KEY.seal(case, ben.author.user, heads)), Verdict::Stored),
    ] {
        let push = CasePush { case, changes: vec![begun.clone().into()], seal };
        let request = SyncRequest {
            protocol: PROTOCOL,
            epoch: None,
            cursor: Cursor::default(),
            push: vec![push],
            room_bytes: 1_000_000,
            again: Vec::new(),
        };
        let answer = hub.answer(&ben.author, &cbor::encode(&request));
        let answer: SyncResponse = cbor::decode(&answer).unwrap();
        assert_eq!(answer.receipts[0].verdicts, [taken]);
    }
}
#[test]
fn what_a_restored_server_lost_of_a_colleague_comes_back_although_it_fills_several_pushes() {
    let (mut hub, mut ada, mut ben) = (Hub::new(), Phone::new(1), Phone::new(2));
    let case = ada.begin(1);
    ada.sync(&mut hub);
    hub.grant(ben.author.user, case);
    let backup = (hub.log.clone(), hub.granted.clone());
    for number in 2..8 {
        let words = Personal::new("walk ".repeat(16_000));
        ada.write(case, number, Fact::GoalSet(GoalSet { words }));
    }
    for _ in 0..5 {
        ada.sync(&mut hub);
        ben.sync(&mut hub);
    }
    assert_eq!(ben.entries(case), 7);
    drop(ada);
    (hub.log, hub.granted) = backup;
    hub.epoch = Epoch::from_random([2; 16]);
    for _ in 0..9 {
        ben.sync(&mut hub);
    }
    assert!(matches!(ben.replica.state(), SyncState::Sent(_)), "{:?}", ben.replica.state());
}

#[test]
fn what_is_unsent_comes_in_parts_that_together_are_all_of_it() {
    let (mut hub, mut phone) = (Hub::new(), Phone::new(1));
    phone.begin(9);
    phone.sync(&mut hub);
    phone.handle(Input::Network(false));
    let long = phone.begin(7);
    for number in 2..12 {
        let words = Personal::new("a long goal ".repeat(8_000));
        phone.write(long, number, Fact::GoalSet(GoalSet { words }));
    }
    let short = phone.begin(8);
    let parts = phone.replica.unsent_parts();
    assert!(parts.len() > 2, "{} parts", parts.len());
    let count = |case| {
        let of_case = parts.iter().flatten().filter(|push| push.case == case);
        of_case.map(|push| push.changes.len()).sum::<usize>()
    };
    assert_eq!((count(long), count(short)), (11, 1));
    assert_eq!(parts.iter().flatten().count(), count(short) + parts.len());
    // Each is a request by itself, in an order in which everything is taken.
    for push in parts {
        let request = SyncRequest {
            protocol: PROTOCOL,
            epoch: None,
            cursor: Cursor::default(),
            push,
            room_bytes: 1_000_000,
            again: Vec::new(),
        };
        let answer: SyncResponse =
            cbor::decode(&hub.answer(&phone.author, &cbor::encode(&request))).unwrap();
        let verdicts = answer.receipts.iter().flat_map(|receipt| &receipt.verdicts);
        assert!(verdicts.into_iter().all(|verdict| *verdict == Verdict::Stored));
    }
    phone.handle(Input::Network(true));
    phone.sync(&mut hub);
    assert_eq!(hub.changes(long, 0).count(), 11);
    assert!(phone.replica.unsent_parts().is_empty());
}
