//! The one thread that writes: it takes what many phones sent at once and commits it together,
//! since waiting for the disk is what a commit costs.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, PoisonError},
    thread::JoinHandle,
};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use shared::sync::exchange::Durable;
use tokio::sync::{mpsc, oneshot, watch};

use super::{StoreError, room};

/// Jobs that wait for their turn. Senders beyond it wait, which slows their phones down.
const QUEUE_JOBS_MAX: usize = 256;
/// Jobs in one commit. More would gain nothing: the disk's part is below a hundredth by then.
const BATCH_JOBS_MAX: usize = 256;

/// Runs in a transaction, and leaves what is to be done once its fate is known.
pub type Job = Box<dyn FnOnce(&Transaction<'_>) -> Ran + Send>;
/// Told `None` after the commit, or why there was none.
type Reply = Box<dyn FnOnce(Option<&rusqlite::Error>) + Send>;

/// Where the result of a job arrives.
pub type Outcome<T, E> = oneshot::Receiver<Result<(T, Durable), E>>;

/// Work that ran, in a transaction whose fate is still open.
pub struct Ran {
    keep: bool,
    reply: Reply,
}

enum Message {
    Run(Job),
    Close,
}

pub(super) struct Writer {
    queue: mpsc::Sender<Message>,
    commits: watch::Receiver<u64>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub fn start(connection: Connection) -> Result<Self, StoreError> {
        let (queue, jobs) = mpsc::channel(QUEUE_JOBS_MAX);
        let (commits, committed) = watch::channel(0);
        let thread = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || write_until_closed(&connection, jobs, &commits))?;
        Ok(Self { queue, commits: committed, thread: Mutex::new(Some(thread)) })
    }

    pub fn commits(&self) -> watch::Receiver<u64> {
        self.commits.clone()
    }

    #[cfg(test)]
    pub fn queued(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    pub async fn run<T, E>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<(T, Durable), E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (job, outcome) = job(work);
        self.queue.send(Message::Run(job)).await.map_err(|_| StoreError::Closed)?;
        outcome.await.unwrap_or_else(|_| Err(given_up().into()))
    }

    pub fn run_now<T, E>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<(T, Durable), E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (job, outcome) = job(work);
        self.queue.blocking_send(Message::Run(job)).map_err(|_| StoreError::Closed)?;
        outcome.blocking_recv().unwrap_or_else(|_| Err(given_up().into()))
    }

    pub fn close(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(thread) = thread else { return };
        // The queue may be full: the thread is emptying it, so trying again ends.
        let mut message = Message::Close;
        while let Err(mpsc::error::TrySendError::Full(back)) = self.queue.try_send(message) {
            message = back;
            std::thread::yield_now();
        }
        let _ = thread.join();
    }
}

/// Without this, tests and commands would leave a thread behind that holds the file.
impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

/// What a job is told that never ran, since its batch failed before its turn.
fn given_up() -> StoreError {
    StoreError::NotCommitted("an earlier part of the batch failed".into())
}

/// Wraps work so that it cannot take the thread down, and so that its result leaves only once the
/// fate of its transaction is known.
pub fn job<T, E>(
    work: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
) -> (Job, Outcome<T, E>)
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (send, outcome) = oneshot::channel();
    let job: Job = Box::new(move |tx| {
        // What panicked is rolled back and its captured state dropped, so nothing half-done is
        // seen again.
        let ran = catch_unwind(AssertUnwindSafe(|| work(tx)));
        let ran = ran.unwrap_or_else(|_| Err(StoreError::Panicked.into()));
        let keep = ran.is_ok();
        let reply: Reply = Box::new(move |not_committed| {
            let outcome = match (ran, not_committed) {
                (Ok(value), None) => Ok((value, Durable::committed())),
                (Ok(_), Some(why)) if room::is_lacking(why) => Err(StoreError::NoRoom.into()),
                (Ok(_), Some(why)) => Err(StoreError::NotCommitted(why.to_string()).into()),
                (Err(error), _) => Err(error),
            };
            // Whoever asked may have gone: the write stands all the same.
            let _ = send.send(outcome);
        });
        Ran { keep, reply }
    });
    (job, outcome)
}

fn write_until_closed(
    connection: &Connection,
    mut jobs: mpsc::Receiver<Message>,
    commits: &watch::Sender<u64>,
) {
    let mut open = true;
    while open {
        let Some(Message::Run(first)) = jobs.blocking_recv() else { break };
        let mut batch = vec![first];
        while batch.len() < BATCH_JOBS_MAX {
            match jobs.try_recv() {
                Ok(Message::Run(job)) => batch.push(job),
                Ok(Message::Close) => {
                    open = false;
                    break;
                }
                Err(_) => break,
            }
        }
        commit_and_reply(connection, batch, || commits.send_modify(|count| *count += 1));
    }
    // Leaves one file behind where nobody else has it open; otherwise the next start does it.
    let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
}

/// Commits a batch, counts it with `committed`, and only then tells whoever waits.
pub(super) fn commit_and_reply(connection: &Connection, batch: Vec<Job>, committed: impl FnOnce()) {
    let (replies, outcome) = commit_together(connection, batch);
    let failure = outcome.err();
    if failure.is_none() {
        committed();
    }
    for reply in replies {
        reply(failure.as_ref());
    }
    if failure.as_ref().is_some_and(room::is_lacking) {
        room::find(connection);
    }
}

/// One transaction for all: each job in a savepoint, so that one that fails undoes only itself.
fn commit_together(
    connection: &Connection,
    batch: Vec<Job>,
) -> (Vec<Reply>, Result<(), rusqlite::Error>) {
    let mut replies = Vec::with_capacity(batch.len());
    let begun = Transaction::new_unchecked(connection, TransactionBehavior::Immediate);
    let tx = match begun {
        Ok(tx) => tx,
        Err(error) => {
            // The jobs are dropped, which tells whoever waits that nothing happened.
            return (replies, Err(error));
        }
    };
    for job in batch {
        if let Err(error) = run_in_savepoint(&tx, job, &mut replies) {
            return (replies, Err(error));
        }
    }
    (replies, tx.commit())
}

fn run_in_savepoint(
    tx: &Transaction<'_>,
    job: Job,
    replies: &mut Vec<Reply>,
) -> Result<(), rusqlite::Error> {
    tx.prepare_cached("SAVEPOINT job")?.execute([])?;
    let ran = job(tx);
    replies.push(ran.reply);
    // A full disk rolls the whole transaction back by itself; then the savepoint is gone, this
    // fails, and nobody in the batch is told that their work was kept.
    if !ran.keep {
        tx.prepare_cached("ROLLBACK TO job")?.execute([])?;
    }
    tx.prepare_cached("RELEASE job")?.execute([])?;
    Ok(())
}
