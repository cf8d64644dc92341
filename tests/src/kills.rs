//! The kill loop: phones write and push without pause while the server is taken away with SIGKILL
//! at moments that nobody chose well, and started again. At the end everything that it ever
//! acknowledged must be there, once.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use shared::ids::CaseId;
use tokio::task::JoinSet;

use crate::chance::Chance;
use crate::ledger::{Comparison, Ledger};
use crate::must;
use crate::phone::{Exchange, Phone};
use crate::server::{Server, fingerpost, invite};
use crate::wait::poll;

/// Entries that go into one case before a phone begins another, as in a long episode of care.
const CASE_ENTRIES_MAX: u64 = 24;
/// Entries that a phone writes between two exchanges.
const BURST_ENTRIES_MAX: u64 = 6;
/// How long a phone waits after a failed exchange: the server is being started again.
const REST: Duration = Duration::from_millis(5);
/// Failures in a row after which a phone says that the server does not come back: ten minutes.
const FAILURES_MAX: u32 = 120_000;
/// How long phones may take to have the next changes acknowledged.
const PROGRESS_TIME_MAX: Duration = Duration::from_secs(60);
/// After the changes that were waited for, a kill comes within this time. A commit and its answers
/// take a few milliseconds, so it falls anywhere in them.
const MOMENT_US_MAX: u64 = 20_000;
/// One kill in so many comes while the server starts, which it does in some ten milliseconds.
const START_KILLS_ONE_IN: u64 = 8;
const START_US_MAX: u64 = 30_000;

/// What to do.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How often the server is killed.
    pub kills: u32,
    /// How many phones write.
    pub phones: u32,
    /// Changes that are acknowledged between two kills, at most.
    pub changes_between_max: u64,
    /// Chooses what is written and when the server is killed.
    pub seed: u64,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// How often the server was killed.
    pub kills: u32,
    /// Of these, while it was starting.
    pub kills_at_start: u32,
    /// Exchanges that came to nothing.
    pub failed_exchanges: u64,
    /// Changes that the phones wrote.
    pub written: u64,
    /// Changes that the server acknowledged.
    pub acknowledged: u64,
    /// Changes that it turned away.
    pub refused: u64,
    /// Acknowledged changes that are not in the file, or that their owners are not sent.
    pub lost: u64,
    /// Changes or entries that are there more than once.
    pub duplicated: u64,
    /// Whether `fingerpost verify` found no difference.
    pub verified: bool,
    /// How long it took, in seconds.
    pub seconds: f64,
}

impl Outcome {
    /// Whether all is as promised.
    pub fn is_good(&self) -> bool {
        let all_sent = self.written == self.acknowledged && self.refused == 0;
        all_sent && self.lost == 0 && self.duplicated == 0 && self.verified
    }
}

/// Carries the plan out in this data directory, which must be empty.
pub fn run(plan: &Plan, data: &Path) -> Outcome {
    let began = Instant::now();
    let mut server = Server::serve(data, &[]);
    let crowd = Crowd::start(plan, data, &server);
    let mut chance = Chance::new(plan.seed);
    let mut kills_at_start = 0;
    let mut kills = 0;
    while kills < plan.kills {
        crowd.wait_for_changes(1 + chance.below_u64(plan.changes_between_max));
        thread::sleep(Duration::from_micros(chance.below_u64(MOMENT_US_MAX)));
        server.kill();
        kills += 1;
        while kills < plan.kills && chance.below_u64(START_KILLS_ONE_IN) == 0 {
            server.start_and_kill(Duration::from_micros(chance.below_u64(START_US_MAX)));
            kills += 1;
            kills_at_start += 1;
        }
        server.start_again();
    }
    let (ledger, phones) = crowd.finish();
    let compared = compare(plan, data, &server, &ledger);
    let verified = fingerpost(&["verify", "--data", &data.display().to_string()]);
    Outcome {
        kills,
        kills_at_start,
        failed_exchanges: phones.iter().map(|worked| worked.failures).sum(),
        written: phones.iter().map(|worked| worked.written).sum(),
        acknowledged: ledger.acknowledged() as u64,
        refused: ledger.refused().len() as u64,
        lost: compared.lost.len() as u64,
        duplicated: compared.duplicated,
        verified: verified.status.success(),
        seconds: began.elapsed().as_secs_f64(),
    }
}

/// Looks at the file, and at what every owner is sent on a new device.
fn compare(plan: &Plan, data: &Path, server: &Server, ledger: &Ledger) -> Comparison {
    let mut compared = ledger.compare_with_file(&data.join("fingerpost.db"));
    let links: Vec<_> = (0..plan.phones).map(|phone| invite(data, &name(phone), None)).collect();
    let origin = server.origin();
    let sent = block_on(ledger.compare_with_first_syncs(&origin, &links));
    let sent = must(sent, "the server does not answer");
    compared.lost.extend(sent.lost);
    compared.duplicated += sent.duplicated;
    compared
}

fn name(phone: u32) -> String {
    format!("Worker {phone}")
}

/// Runs phones on this thread.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    must(runtime, "the operating system has no room for a runtime").block_on(work)
}

/// The phones, on a thread of their own.
struct Crowd {
    ledger: Arc<Mutex<Ledger>>,
    stop: Arc<AtomicBool>,
    thread: thread::JoinHandle<Vec<Worked>>,
}

/// What became of one phone.
struct Worked {
    written: u64,
    failures: u64,
}

impl Crowd {
    fn start(plan: &Plan, data: &Path, server: &Server) -> Self {
        let ledger = Arc::new(Mutex::new(Ledger::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let role = Some("link_worker");
        let links: Vec<_> =
            (0..plan.phones).map(|phone| invite(data, &name(phone), role)).collect();
        let (origin, seed) = (server.origin(), plan.seed);
        let (shared_ledger, stopped) = (Arc::clone(&ledger), Arc::clone(&stop));
        let phones = async move {
            let mut phones = Vec::new();
            for (number, link) in (1..).zip(links) {
                let chance = Chance::new(seed ^ (number << 32));
                let phone = Phone::sign_in(&origin, &link, chance.clone()).await;
                phones.push((number, must(phone, "a phone cannot sign in"), chance));
            }
            // The first kill may come once something is acknowledged: everybody is there by then.
            let mut set = JoinSet::new();
            for (number, phone, chance) in phones {
                let (ledger, stop) = (Arc::clone(&shared_ledger), Arc::clone(&stopped));
                set.spawn(work(number, phone, chance, ledger, stop));
            }
            set.join_all().await
        };
        let thread = thread::spawn(move || block_on(phones));
        Self { ledger, stop, thread }
    }

    fn acknowledged(&self) -> usize {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner).acknowledged()
    }

    #[track_caller]
    fn wait_for_changes(&self, changes: u64) {
        let before = self.acknowledged() as u64;
        let came = poll(PROGRESS_TIME_MAX, || {
            (self.thread.is_finished() || self.acknowledged() as u64 >= before + changes)
                .then_some(())
        });
        assert!(came.is_some() && !self.thread.is_finished(), "the phones get no further");
    }

    /// Has every phone send what it still holds, and gives what was acknowledged.
    fn finish(self) -> (Ledger, Vec<Worked>) {
        self.stop.store(true, Ordering::Relaxed);
        let worked = self.thread.join().expect("every phone goes on until all is sent");
        let ledger = Arc::into_inner(self.ledger).expect("the phones have gone");
        (ledger.into_inner().unwrap_or_else(PoisonError::into_inner), worked)
    }
}

/// Writes and pushes until it is stopped, then sends the rest.
async fn work(
    number: u64,
    mut phone: Phone,
    mut chance: Chance,
    ledger: Arc<Mutex<Ledger>>,
    stop: Arc<AtomicBool>,
) -> Worked {
    let mut case = phone.begin(&format!("Person of {number}"));
    let (mut entries, mut failures) = (0, 0);
    while !stop.load(Ordering::Relaxed) {
        for _ in 0..=chance.below_u64(BURST_ENTRIES_MAX) {
            case = write_one(number, &mut phone, case, &mut entries);
        }
        failures += exchange_once(&mut phone, &ledger).await;
    }
    // What a phone cannot get rid of is missing from the ledger, or lost by the server.
    phone.send_all(&ledger).await;
    Worked { written: phone.written(), failures }
}

fn write_one(number: u64, phone: &mut Phone, case: CaseId, entries: &mut u64) -> CaseId {
    *entries += 1;
    if entries.is_multiple_of(CASE_ENTRIES_MAX) {
        return phone.begin(&format!("Person {entries} of {number}"));
    }
    phone.note(case, &format!("Entry {entries} of phone {number}"));
    case
}

/// Speaks to the server until it has answered once. Gives the failures before that.
async fn exchange_once(phone: &mut Phone, ledger: &Mutex<Ledger>) -> u64 {
    for failures in 0..FAILURES_MAX {
        match phone.exchange(ledger).await {
            Exchange::Failed(_) => {
                tokio::time::sleep(REST).await;
                phone.try_again();
            }
            Exchange::Answered | Exchange::Idle => return failures.into(),
        }
    }
    panic!("the server does not come back: {:?}", phone.state());
}
