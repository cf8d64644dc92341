//! The simulated server: the real judgements, queries and group commit over a database in memory,
//! with a process that can be killed.

use std::{collections::BTreeSet, fmt::Display};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rusqlite::Transaction;
use server::{
    projector,
    store::{
        StoreError,
        bare::{BareStore, Job, job},
        cases, column, log,
        people::{self, NewUser, SignedInDevice},
        snapshots,
    },
    sync::{pull, push},
    verify,
};
use shared::{
    case::Role,
    document::{ChangeHash, Document},
    ids::{CaseId, DeviceId, Epoch, UserId},
    intake::{self, BodyRefusal, IncomingChange},
    ods::OdsCode,
    sync::{
        Failure,
        exchange::{Durable, JudgedPush, ParsedPush},
        wire::{CaseReceipt, SyncRequest, SyncResponse, Verdict},
    },
};

use super::{
    Violation,
    reference::{Grants, Named, Reference},
};
use crate::Chance;

/// How a batch ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is committed and answered.
    Well,
    /// The disk refuses the commit.
    Refused,
    /// The process is killed before the commit.
    KilledBefore,
    /// The process is killed between the commit and the answers.
    KilledAfter,
}

/// A request that was let in, with its changes parsed.
struct Admitted {
    sender: SignedInDevice,
    request: SyncRequest,
    pushes: Vec<ParsedPush>,
}

/// A request on the server's side of the network.
pub struct Arrived {
    /// Its number.
    pub number: u64,
    /// Which phone waits for the answer.
    pub phone: usize,
    /// In which of its lives.
    pub life: u32,
    /// The session that it brings.
    pub token: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// What a request came to.
pub type Answer = Result<Vec<u8>, Failure>;

/// The server.
pub struct Server {
    store: BareStore,
    /// Whether the process runs.
    pub is_up: bool,
    /// What arrived and waits for the next batch.
    pub queue: Vec<Arrived>,
    backup: Option<(BareStore, Grants)>,
}

type Judged = (Vec<JudgedPush>, Durable);
type Pushed = tokio::sync::oneshot::Receiver<Result<Judged, StoreError>>;

impl Server {
    /// A new service with one practice and these workers.
    pub fn new(workers: &[UserId], chance: &mut Chance) -> Result<Self, StoreError> {
        let epoch = Epoch::from_random(chance.bytes());
        let seal_key: [u8; 32] = chance.bytes();
        let store = BareStore::new()?;
        let server = Self { store, is_up: true, queue: Vec::new(), backup: None };
        let workers = workers.to_vec();
        server.write(move |tx| {
            let practice = OdsCode::parse(super::PRACTICE).expect("the code is valid");
            people::put_practice(tx, &practice, "Moss Road Surgery")?;
            // What is random in a service has to come from the seed.
            log::begin_epoch(tx, epoch)?;
            tx.execute("UPDATE meta SET demonstration = 1, seal_key = ?1", [seal_key])?;
            for (number, user) in workers.iter().enumerate() {
                let (name, role) = (format!("Worker {number}"), Role::LinkWorker);
                let new = NewUser { name, role, practice: None, gp_username: None };
                people::put_user(tx, *user, &new)?;
            }
            Ok(())
        })?;
        Ok(server)
    }

    /// Signs somebody in on a new device.
    pub fn enrol(&self, user: UserId, device: DeviceId, now_ms: i64) -> Result<String, StoreError> {
        self.write(move |tx| {
            people::put_device(tx, user, device, now_ms)?;
            Ok(people::begin_session(tx, device, now_ms)?.reveal().to_owned())
        })
    }

    /// Revokes a device.
    pub fn revoke(&self, device: DeviceId, now_ms: i64) -> Result<(), StoreError> {
        self.write(move |tx| people::revoke_device(tx, device, now_ms))
    }

    /// Gives a case to somebody, and takes it from somebody else where one is named.
    pub fn assign(
        &self,
        reference: &mut Reference,
        case: CaseId,
        to: UserId,
        from: Option<UserId>,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            cases::grant(tx, case, to)?;
            from.map_or(Ok(()), |from| cases::revoke(tx, case, from))
        })?;
        let users = reference.grants.entry(case).or_default();
        users.insert(to);
        if let Some(from) = from {
            users.remove(&from);
        }
        Ok(())
    }

    /// Puts a copy aside.
    pub fn back_up(&mut self, grants: &Grants) -> Result<(), StoreError> {
        self.backup = Some((self.store.copy()?, grants.clone()));
        Ok(())
    }

    /// Goes back to the copy, if there is one.
    pub fn restore(
        &mut self,
        chance: &mut Chance,
        grants: &mut Grants,
    ) -> Result<bool, StoreError> {
        let Some((store, granted)) = &self.backup else { return Ok(false) };
        self.store = store.copy()?;
        *grants = granted.clone();
        let epoch = Epoch::from_random(chance.bytes());
        self.write(move |tx| log::begin_epoch(tx, epoch))?;
        self.queue.clear();
        Ok(true)
    }

    /// Serves what is in the queue as one batch, and gives what each request came to; nothing,
    /// where the process died first.
    pub fn serve(
        &mut self,
        now_ms: i64,
        fate: Fate,
        reference: &mut Reference,
    ) -> Result<Vec<(Arrived, Answer)>, Violation> {
        let batch: Vec<Arrived> = self.queue.drain(..).collect();
        let mut jobs: Vec<Job> = Vec::new();
        let mut serving = Vec::new();
        for arrived in batch {
            let admitted = self.admit(&arrived, now_ms)?;
            let admitted = admitted.map(|Admitted { sender, request, pushes }| {
                let for_push = sender.clone();
                let pushed = (!pushes.is_empty()).then(|| {
                    let (job, pushed) =
                        job(move |tx: &Transaction<'_>| push::push(tx, &for_push, now_ms, pushes));
                    jobs.push(job);
                    pushed
                });
                (sender, request, pushed)
            });
            serving.push((arrived, admitted));
        }
        if fate == Fate::KilledBefore {
            return Ok(Vec::new());
        }
        self.store.fail_commits(fate == Fate::Refused)?;
        self.store.commit(jobs);
        self.store.fail_commits(false)?;
        // All of a batch is in the database before the first of it is answered.
        let mut served = Vec::new();
        for (arrived, admitted) in serving {
            let pushed = admitted.and_then(|(sender, request, pushed)| {
                let judged = outcome(pushed).ok_or(Failure::Server)?;
                Ok((sender, request, judged))
            });
            let pushes =
                pushed.iter().flat_map(|(.., judged)| judged.iter().flat_map(|one| &one.0));
            for push in pushes.filter(|push| push.begins()) {
                reference.grants.entry(push.case()).or_default().extend(push.beginners());
            }
            served.push((arrived, pushed));
        }
        let mut answers = Vec::new();
        for (arrived, pushed) in served {
            let answer = match pushed {
                Ok((sender, request, judged)) => {
                    self.answer(now_ms, &sender, &request, judged, reference)?
                }
                Err(failure) => Err(failure),
            };
            answers.push((arrived, answer));
        }
        if fate == Fate::KilledAfter { Ok(Vec::new()) } else { Ok(answers) }
    }

    fn admit(
        &self,
        arrived: &Arrived,
        now_ms: i64,
    ) -> Result<Result<Admitted, Failure>, Violation> {
        let Some(token) = &arrived.token else { return Ok(Err(Failure::SignedOut)) };
        let sender = self.store.read(|tx| people::signed_in(tx, token, now_ms))?;
        let Some(sender) = sender else { return Ok(Err(Failure::SignedOut)) };
        let refused = |error: &dyn Display| {
            Violation(format!("the server refused a phone's request: {error}"))
        };
        let request = match intake::sync_request(&arrived.body) {
            Ok(request) => request,
            Err(BodyRefusal::OtherVersion) => return Ok(Err(Failure::TooOld)),
            Err(error) => return Err(refused(&error)),
        };
        let pushes = ParsedPush::all(&request.push).map_err(|refusal| refused(&refusal))?;
        Ok(Ok(Admitted { sender, request, pushes }))
    }

    fn answer(
        &self,
        now_ms: i64,
        sender: &SignedInDevice,
        request: &SyncRequest,
        pushed: Option<Judged>,
        reference: &Reference,
    ) -> Result<Answer, Violation> {
        let mut wanted = pull::Wanted::of(sender, request);
        let mut receipts: Vec<CaseReceipt> = Vec::new();
        if let Some((judged, durable)) = pushed {
            wanted = wanted.after(&judged);
            receipts.extend(judged.iter().map(|push| push.receipt(&durable)));
        }
        self.check_durable(request, &receipts)?;
        let pulled = self.store.read(|tx| pull::pull(tx, &wanted))?;
        let response = pulled.answer(receipts, now_ms);
        for update in &response.cases {
            if !reference.may_see(sender.actor.user, update.case) {
                return Err(Violation(format!("{} was sent a case of others", sender.actor.user)));
            }
        }
        Ok(Ok(shared::cbor::encode::<SyncResponse>(&response)))
    }

    /// What was acknowledged is in the database, after everything that it follows.
    fn check_durable(
        &self,
        request: &SyncRequest,
        receipts: &[CaseReceipt],
    ) -> Result<(), Violation> {
        let (epoch, _) = self.head()?;
        for (push, receipt) in request.push.iter().zip(receipts) {
            for (bytes, verdict) in push.changes.iter().zip(&receipt.verdicts) {
                let Ok(change) = IncomingChange::parse(bytes) else { continue };
                // A phone that does not know yet that the server was restored sends too little.
                let knows = request.epoch == Some(epoch);
                if knows
                    && verdict.is_permanent()
                    && !matches!(verdict, Verdict::Stored | Verdict::Quarantined)
                {
                    let (author, seal) = (change.author(), push.seal.is_some());
                    let words =
                        format!("{verdict:?} to a change that names {author:?}, seal: {seal}");
                    return Err(Violation(words));
                }
                let table = match verdict {
                    Verdict::Stored => "change",
                    Verdict::Quarantined => "quarantine",
                    _ => continue,
                };
                let place = |hash: &ChangeHash| self.place(table, push.case, hash);
                let Some(own) = place(&change.hash())? else {
                    return Err(Violation("a change was acknowledged and is not on disk".into()));
                };
                if *verdict == Verdict::Quarantined {
                    continue;
                }
                for dependency in change.dependencies() {
                    if place(&dependency)?.is_none_or(|position| position >= own) {
                        return Err(Violation("a change lies before one that it follows".into()));
                    }
                }
            }
        }
        Ok(())
    }

    fn place(
        &self,
        table: &str,
        case: CaseId,
        hash: &ChangeHash,
    ) -> Result<Option<u64>, StoreError> {
        let place = if table == "change" { "position" } else { "0" };
        let sql = format!("SELECT {place} FROM {table} WHERE case_id = ?1 AND hash = ?2");
        self.store.read(|tx| {
            let mut rows = tx.prepare_cached(&sql)?;
            let mut rows = rows.query(rusqlite::params![case.as_bytes(), hash.0])?;
            Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
        })
    }

    /// The life and the last position of the log.
    pub fn head(&self) -> Result<(Epoch, u64), StoreError> {
        self.store.read(|tx| log::head(tx).map(|head| (head.epoch, head.end)))
    }

    /// Every change that the log holds, and those that are kept apart for the lead.
    pub fn holds(&self) -> Result<(BTreeSet<Named>, BTreeSet<Named>), StoreError> {
        Ok((self.named("change")?, self.named("quarantine")?))
    }

    fn named(&self, table: &str) -> Result<BTreeSet<Named>, StoreError> {
        self.store.read(|tx| {
            let mut statement = tx.prepare(&format!("SELECT case_id, hash FROM {table}"))?;
            let rows = statement
                .query_map([], |row| Ok((column::case(row, 0)?, ChangeHash(row.get(1)?))))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Who may see which case, by the database.
    pub fn access(&self) -> Result<BTreeSet<(CaseId, UserId)>, StoreError> {
        self.store.read(|tx| {
            let sql = "SELECT case_id, user FROM access WHERE revoked_position IS NULL";
            let mut statement = tx.prepare(sql)?;
            let rows = statement
                .query_map([], |row| Ok((column::case(row, 0)?, column::user(row, 1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// A case as the log has it.
    pub fn document(&self, case: CaseId) -> Result<Option<Document>, StoreError> {
        self.store.read(|tx| snapshots::document(tx, case))
    }

    /// Brings the projections up to date, and says how they differ from the log.
    pub fn project(&self, now_ms: i64) -> Result<Vec<String>, StoreError> {
        let today = date(now_ms);
        self.write(move |tx| {
            if snapshots::facts_changed(tx, today)? {
                snapshots::start_over(tx, today)?;
            }
            while !projector::catch_up_within(tx, today)? {}
            Ok(())
        })?;
        self.store.read(verify::differences)
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (job, mut outcome) = job(work);
        self.store.commit(vec![job]);
        outcome.try_recv().map_err(|_| StoreError::Closed)?.map(|(value, _)| value)
    }
}

/// What became of a push, once its batch is over: nothing to tell where nothing was pushed, and
/// `None` where the batch failed.
fn outcome(pushed: Option<Pushed>) -> Option<Option<Judged>> {
    match pushed {
        Some(mut pushed) => pushed.try_recv().ok()?.ok().map(Some),
        None => Some(None),
    }
}

fn date(now_ms: i64) -> Date {
    let at = Timestamp::from_millisecond(now_ms).expect("worlds last for days");
    TimeZone::UTC.to_datetime(at).date()
}
