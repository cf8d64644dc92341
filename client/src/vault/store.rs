//! What this opening of the app may write: the connection, made again where the platform dropped it,
//! and the mark that another tab puts in place of ours when it takes over.

use wasm_bindgen::JsValue;

use super::{
    error::VaultError,
    indexed_db::{Connection, Transaction},
    seal,
};

/// The record that says which opening of the vault may write. It says nothing of anybody, so it is
/// not sealed.
const OPENED_BY: &str = "opened-by";

/// The store, for as long as no other tab has opened it.
#[derive(Clone)]
pub struct Store {
    connection: Connection,
    /// Random: names this opening, so that an older one finds out that it may not write any more.
    opening: Vec<u8>,
    /// Everything was gone and the store was made anew, and nobody has put anything there since.
    pub is_bare: bool,
}

/// A write that is ready for the disk.
pub enum Ready {
    Put(String, Vec<u8>),
    /// A value of the browser's own, such as a key.
    PutValue(&'static str, JsValue),
    Delete(String),
    /// Removes everything but the mark of this opening.
    Clear,
}

impl Ready {
    /// A record that is not sealed.
    pub fn plain(name: &str, record: &[u8]) -> Self {
        Self::Put(name.into(), seal::plain(record))
    }
}

impl Store {
    /// Opens the store. From here on an older opening may not write any more. Begun is the
    /// transaction in which that happens, for reading what lies there.
    ///
    /// # Errors
    /// When the browser does not let this page store anything.
    pub async fn open(opening: [u8; 8]) -> Result<(Self, Transaction), VaultError> {
        // Every record begins with its version, whatever it holds.
        let opening = seal::plain(&opening);
        let store = Self { connection: Connection::open().await?, opening, is_bare: false };
        let transaction = store.connection.write()?;
        transaction.put(OPENED_BY, &store.opening)?;
        Ok((store, transaction))
    }

    /// Writes all of it or nothing, on disk when it resolves.
    ///
    /// # Errors
    /// When another tab has opened the vault since, when what was here is gone, or when the
    /// browser's storage fails.
    pub async fn write(&mut self, writes: &[Ready]) -> Result<(), VaultError> {
        match self.transact(writes).await {
            Err(VaultError::Unavailable) => {
                // Platforms drop connections, mostly while the app is in the background: once more.
                self.reopen().await?;
                self.transact(writes).await
            }
            outcome => outcome,
        }
    }

    async fn reopen(&mut self) -> Result<(), VaultError> {
        self.connection = Connection::open().await?;
        if self.connection.made_new {
            // What was there is gone. The new store is ours, so that all can be stored again.
            let transaction = self.connection.write()?;
            transaction.put(OPENED_BY, &self.opening)?;
            transaction.complete().await?;
            self.is_bare = true;
            return Err(VaultError::Lost);
        }
        Ok(())
    }

    async fn transact(&self, writes: &[Ready]) -> Result<(), VaultError> {
        let transaction = self.connection.write()?;
        if let Err(error) = self.fill(&transaction, writes).await {
            // Left alone it would write the part that was put before the failure.
            transaction.abort();
            return Err(error);
        }
        transaction.complete().await
    }

    async fn fill(&self, transaction: &Transaction, writes: &[Ready]) -> Result<(), VaultError> {
        if transaction.get(OPENED_BY).await?.as_deref() != Some(&self.opening) {
            return Err(VaultError::OpenElsewhere);
        }
        for write in writes {
            match write {
                Ready::Put(name, record) => transaction.put(name, record)?,
                Ready::PutValue(name, value) => transaction.put_value(name, value)?,
                Ready::Delete(name) => transaction.delete(name)?,
                Ready::Clear => {
                    transaction.clear()?;
                    transaction.put(OPENED_BY, &self.opening)?;
                }
            }
        }
        Ok(())
    }
}
