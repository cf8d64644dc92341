//! The disk: one SQLite file, one thread that writes, a few connections that read.

mod alike;
pub mod asks;
pub mod bare;
pub mod caseloads;
pub mod cases;
pub mod column;
pub mod course;
pub mod directory;
mod directory_lock;
pub mod duplicates;
pub mod held;
pub mod kept_apart;
pub mod ledger;
pub mod log;
pub mod logbook;
pub mod misfits;
pub mod numbers;
pub mod packs;
pub mod people;
mod readers;
pub mod receipts;
pub mod reports;
pub(crate) mod room;
mod schema;
pub mod settlements;
pub mod snapshots;
pub mod suggestions;
pub mod telling;
pub mod unanswered;
pub mod urgent;
pub mod worklist;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rusqlite::{Connection, Transaction, config::DbConfig};
use shared::sync::exchange::Durable;
use tokio::sync::watch;

pub(crate) use self::{
    directory_lock::DirectoryLock,
    schema::{VERSION, migrate},
};
use self::{readers::Readers, writer::Writer};

/// The file inside the data directory.
const FILE: &str = "fingerpost.db";
/// A whole restored database that has not taken its place yet. While it is there, what lies at
/// [`FILE`] may be half of what it was.
const RESTORED_FILE: &str = "fingerpost.db.restored";
/// Statements that a connection keeps prepared: all that sync and the ledger use.
const STATEMENTS_KEPT: usize = 96;
/// Pages of the file that the writer keeps in memory, in kilobytes (negative, as SQLite wants it):
/// cases lie in random order, and reading their pages again for each change costs more than all else.
const WRITER_CACHE_KIB: i64 = -32 * 1024;
/// Pages of the log of writes before they are moved into the file: 16 MB. Pages that are written
/// again and again are moved once; a longer log would make somebody wait for the disk.
const CHECKPOINT_PAGES: u32 = 4_000;
/// How long a write waits for another program on the same file: a large import commits in parts
/// far shorter than this.
pub(crate) const BUSY_WAIT: Duration = Duration::from_secs(10);

/// Why the disk did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite refused.
    #[error("the database refused: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The data directory cannot be used.
    #[error("the data directory cannot be used: {0}")]
    Directory(#[from] std::io::Error),
    /// What is stored is not what was written.
    #[error("the data is damaged: {0}. Restore a backup, or have the disk looked at")]
    Damaged(String),
    /// The name of the data directory is no text.
    #[error("the data directory's name must be readable text")]
    Path,
    /// The file is from a later version of this program.
    #[error("the data was written by a newer version of Fingerpost: update the program")]
    Newer,
    /// The commit failed; nothing of the batch was kept.
    #[error("nothing was kept, since the commit failed: {0}")]
    NotCommitted(String),
    /// The disk takes no more; nothing of the batch was kept.
    #[error("nothing was kept, since the disk takes no more: make room on it")]
    NoRoom,
    /// The work panicked; nothing of it was kept.
    #[error("the work panicked")]
    Panicked,
    /// Somebody uses the data, who must not see it replaced.
    #[error("a server or another command is using this data: stop it first")]
    InUse,
    /// A restore is replacing the data.
    #[error("this data is being restored: wait until that is done")]
    BeingRestored,
    /// A restore was cut off while it replaced the data.
    #[error("a restore of this data was cut off: run `fingerpost restore` again")]
    HalfRestored,
    /// The store is being closed.
    #[error("the server is stopping")]
    Closed,
}

impl StoreError {
    /// Whether there is only no room for more: what is there can be read.
    pub fn is_lack_of_room(&self) -> bool {
        match self {
            Self::NoRoom => true,
            Self::Sqlite(error) => room::is_lacking(error),
            _ => false,
        }
    }
}

/// The disk. Clones share one writer.
#[derive(Clone)]
pub struct Store {
    writer: Arc<Writer>,
    readers: Arc<Readers>,
    directory: Arc<Path>,
    _lock: Arc<DirectoryLock>,
}

impl Store {
    /// Opens the data directory, creating and updating what is missing.
    ///
    /// # Errors
    /// When the directory or the file cannot be used, or is from a newer program.
    pub fn open(data: &Path) -> Result<Self, StoreError> {
        create_private(data)?;
        let lock = DirectoryLock::shared(data)?;
        if Self::restored_file(data).exists() {
            return Err(StoreError::HalfRestored);
        }
        let file = Self::file(data);
        let mut connection = Connection::open(&file)?;
        prepare(&connection)?;
        migrate(&mut connection)?;
        Ok(Self {
            writer: Arc::new(Writer::start(connection)?),
            readers: Arc::new(Readers::new(file)),
            directory: data.into(),
            _lock: Arc::new(lock),
        })
    }

    /// Whether this directory holds a service's data.
    pub fn exists(data: &Path) -> bool {
        Self::file(data).is_file()
    }

    /// The database file of a data directory.
    pub fn file(data: &Path) -> PathBuf {
        data.join(FILE)
    }

    /// Where a restored database waits to take its place.
    pub(crate) fn restored_file(data: &Path) -> PathBuf {
        data.join(RESTORED_FILE)
    }

    /// The data directory.
    pub fn directory(&self) -> &Path {
        &self.directory
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

    /// Copies one consistent state into another directory, while others read and write.
    ///
    /// # Errors
    /// When the directory is taken, or there is no room.
    pub fn copy_to(&self, directory: &Path) -> Result<(), StoreError> {
        create_private(directory)?;
        let connection = Connection::open(Self::file(&self.directory))?;
        connection.busy_timeout(BUSY_WAIT)?;
        let file = Self::file(directory);
        let file = file.to_str().ok_or(StoreError::Path)?;
        connection.execute("VACUUM INTO ?1", [file])?;
        Ok(())
    }

    /// What SQLite finds wrong with its own file, in at most so many lines.
    ///
    /// # Errors
    /// When the file cannot be read at all.
    pub fn damage(&self, lines_max: usize) -> Result<Vec<String>, StoreError> {
        self.read_now(|tx| {
            let mut statement = tx.prepare(&format!("PRAGMA integrity_check({lines_max})"))?;
            let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
            let lines: Vec<String> = lines.collect::<Result<_, _>>()?;
            let damage = lines.into_iter().filter(|line| line != "ok");
            Ok(damage.map(|line| format!("the database file: {line}")).collect())
        })
    }

    /// Rises with every commit of this process.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.writer.commits()
    }

    /// How many writes wait for their turn.
    #[cfg(test)]
    pub fn queued(&self) -> usize {
        self.writer.queued()
    }

    /// Finishes what was asked for, tidies the file and refuses further writes.
    pub fn close(&self) {
        self.writer.close();
    }
}

/// Only the account that runs the server may look into the data.
pub(crate) fn create_private(data: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(data)
}

/// Has a connection plan each statement once. SQLite would plan it anew for other values, which
/// for statements as short as these takes longer than running them.
fn keep_plans(connection: &Connection) -> Result<(), StoreError> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// What the connection that writes needs.
fn prepare(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(BUSY_WAIT)?;
    keep_plans(connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A commit that returned survives a power cut.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", WRITER_CACHE_KIB)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    // What undoes one job of a batch stays in memory: it would be a file for every few jobs.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(())
}
