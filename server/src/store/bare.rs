//! The same database without threads and without a disk, for whoever decides the order of
//! everything themselves: the simulated world.

use rusqlite::{Connection, MAIN_DB, Transaction, backup::Backup};

use super::{StoreError, schema, writer};

/// A batch of work that is committed together.
pub use super::writer::{Job, Outcome, job};

/// Pages in one step of a copy: all of them, since nobody else waits.
const ALL_PAGES: std::ffi::c_int = -1;

/// The same database in memory.
pub struct BareStore {
    connection: Connection,
}

impl BareStore {
    /// An empty service.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn new() -> Result<Self, StoreError> {
        let mut connection = Connection::open_in_memory()?;
        connection.set_prepared_statement_cache_capacity(super::STATEMENTS_KEPT);
        connection.pragma_update(None, "foreign_keys", true)?;
        schema::migrate(&mut connection)?;
        Ok(Self { connection })
    }

    /// A copy of all that is committed, as a backup would have it.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn copy(&self) -> Result<Self, StoreError> {
        let mut connection = Connection::open_in_memory()?;
        connection.set_prepared_statement_cache_capacity(super::STATEMENTS_KEPT);
        {
            let backup =
                Backup::new_with_names(&self.connection, MAIN_DB, &mut connection, MAIN_DB)?;
            backup.step(ALL_PAGES)?;
        }
        connection.pragma_update(None, "foreign_keys", true)?;
        Ok(Self { connection })
    }

    /// Runs these jobs as one batch of the writer and gives every job its outcome.
    pub fn commit(&self, batch: Vec<Job>) {
        writer::commit_and_reply(&self.connection, batch, || {});
    }

    /// Has every commit fail from now on, as on a full disk, or succeed again.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn fail_commits(&mut self, fail: bool) -> Result<(), StoreError> {
        let hook = fail.then_some(|| true);
        self.connection.commit_hook(hook)?;
        Ok(())
    }

    /// Reads one consistent state.
    ///
    /// # Errors
    /// Whatever `work` fails with.
    pub fn read<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let tx = self.connection.unchecked_transaction()?;
        work(&tx)
    }
}
