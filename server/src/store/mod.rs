//! The disk: one SQLite file, one thread that writes, a few connections that read.

pub mod cases;
pub mod column;
pub mod ledger;
pub mod log;
pub mod people;
mod readers;
mod schema;
pub mod snapshots;
mod writer;

use std::{path::Path, sync::Arc, time::Duration};

use rusqlite::{Connection, Transaction};
use shared::sync::exchange::Durable;
use tokio::sync::watch;

use self::{readers::Readers, writer::Writer};

/// The file inside the data directory.
const FILE: &str = "fingerpost.db";
/// How long a write waits for another program on the same file: a large import commits in parts
/// far shorter than this.
const BUSY_WAIT: Duration = Duration::from_secs(10);

/// Why the disk did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite refused.
    #[error("the database refused: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The data directory cannot be used.
    #[error("the data directory cannot be used: {0}")]
    Directory(#[from] std::io::Error),
    /// The file is from a later version of this program.
    #[error("the data was written by a newer version of Fingerpost: update the program")]
    Newer,
    /// The commit failed; nothing of the batch was kept.
    #[error("nothing was kept, since the commit failed: {0}")]
    NotCommitted(String),
    /// The work panicked; nothing of it was kept.
    #[error("the work panicked")]
    Panicked,
    /// The store is being closed.
    #[error("the server is stopping")]
    Closed,
}

/// The disk. Clones share one writer.
#[derive(Clone)]
pub struct Store {
    writer: Arc<Writer>,
    readers: Arc<Readers>,
}

impl Store {
    /// Opens the data directory, creating and updating what is missing.
    ///
    /// # Errors
    /// When the directory or the file cannot be used, or is from a newer program.
    pub fn open(data: &Path) -> Result<Self, StoreError> {
        create_private(data)?;
        let file = data.join(FILE);
        let mut connection = Connection::open(&file)?;
        prepare(&connection)?;
        schema::migrate(&mut connection)?;
        Ok(Self {
            writer: Arc::new(Writer::start(connection)?),
            readers: Arc::new(Readers::new(file)),
        })
    }

    /// Writes: `work` runs in a transaction that it may share with other writers, in a savepoint
    /// of its own, and the result comes back after the commit.
    ///
    /// # Errors
    /// Whatever `work` fails with, which undoes only its own writes; or that nothing was
    /// committed.
    pub async fn write<T, E>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<(T, Durable), E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.writer.run(work).await
    }

    /// As [`Self::write`], for threads that may wait.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_now<T, E>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.writer.run_now(work).map(|(value, _)| value)
    }

    /// Reads one consistent state of the database.
    ///
    /// # Errors
    /// Whatever `work` fails with, or that the database refused.
    pub async fn read<T, E>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.readers.clone().run(work).await
    }

    /// As [`Self::read`], for threads that may wait.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_now<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.readers.run_now(work)
    }

    /// Rises with every commit of this process.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.writer.commits()
    }

    /// Finishes what was asked for, tidies the file and refuses further writes.
    pub fn close(&self) {
        self.writer.close();
    }
}

/// Only the account that runs the server may look into the data.
fn create_private(data: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(data)
}

/// What every connection needs.
fn prepare(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(BUSY_WAIT)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A commit that returned survives a power cut.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}
