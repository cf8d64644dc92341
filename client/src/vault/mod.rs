//! The vault: the one door to what is stored on this phone. Everything in it is sealed under a key
//! that a passphrase opens. A write is all or nothing, is on disk when it resolves, and is refused
//! once another tab has opened the vault.

mod closed;
mod crypto;
mod error;
mod indexed_db;
mod keys;
mod name;
mod persistence;
mod seal;

use std::future::Future;

pub use closed::Closed;
use crypto::{DeviceKey, Key};
pub use error::VaultError;
use futures_channel::{mpsc, oneshot};
use indexed_db::{Connection, Transaction};
use keys::Wrapping;
pub use keys::objection;
use leptos::task::spawn_local;
pub use name::Name;
pub use persistence::{Persistence, ask_to_persist, is_persisted, room_mb};
use shared::cbor;

/// The record that says which opening of the vault may write. It says nothing of anybody, so it is
/// not sealed.
const OPENED_BY: &str = "opened-by";

/// One write of a batch.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// Add or replace a record.
    Put(Name, Vec<u8>),
    /// Remove a record.
    Delete(Name),
    /// How many entries wait to be sent. Not sealed, since it is said before anything is opened.
    Waiting(u32),
    /// Remove everything, the keys included: the next opening finds nothing.
    Clear,
}

/// What the vault holds, opened. Records that cannot be opened are left where they are.
#[derive(Debug, Default)]
pub struct Contents {
    /// Every record that could be opened.
    pub records: Vec<(Name, Vec<u8>)>,
    /// How many could not.
    pub unopened: usize,
}

/// The door. Batches are written one after the other, in the order in which they were given.
#[derive(Clone)]
pub struct Vault {
    batches: mpsc::UnboundedSender<Batch>,
}

struct Batch {
    writes: Vec<Write>,
    outcome: oneshot::Sender<Result<(), VaultError>>,
}

/// The side behind the door, which owns the connection.
struct Keeper {
    connection: Connection,
    /// Random: names this opening, so that an older one finds out that it may not write any more.
    opening: Vec<u8>,
    key: Key,
    keys: Keys,
}

/// What opens the vault, together with a passphrase.
#[derive(Clone)]
struct Keys {
    device: DeviceKey,
    wrapping: Wrapping,
}

impl Vault {
    /// Writes a batch; its place in the order is taken before this returns.
    pub fn write(
        &self,
        writes: Vec<Write>,
    ) -> impl Future<Output = Result<(), VaultError>> + use<> {
        let (outcome, written) = oneshot::channel();
        // A keeper that has gone drops the sender, which reads as unavailable below.
        let _ = self.batches.unbounded_send(Batch { writes, outcome });
        async move { written.await.unwrap_or(Err(VaultError::Unavailable)) }
    }
}

impl Keeper {
    /// Begins to write what it is given.
    fn begin(self) -> Vault {
        let (batches, queue) = mpsc::unbounded();
        spawn_local(self.serve(queue));
        Vault { batches }
    }

    async fn serve(mut self, mut queue: mpsc::UnboundedReceiver<Batch>) {
        while let Ok(batch) = queue.recv().await {
            let outcome = self.write(batch.writes).await;
            // Whoever gave the batch may have stopped waiting.
            let _ = batch.outcome.send(outcome);
        }
    }

    async fn write(&mut self, writes: Vec<Write>) -> Result<(), VaultError> {
        // Sealed before the transaction begins: it would end by itself while waiting.
        let mut sealed = Vec::with_capacity(writes.len());
        for write in writes {
            sealed.push(match write {
                Write::Put(name, record) => {
                    let name = name.text();
                    let record = seal::seal(&self.key, &name, &record).await?;
                    Sealed::Put(name, record)
                }
                Write::Waiting(entries) => {
                    Sealed::Put(closed::WAITING.into(), seal::plain(&cbor::encode(&entries)))
                }
                Write::Delete(name) => Sealed::Delete(name.text()),
                Write::Clear => Sealed::Clear,
            });
        }
        match self.transact(&sealed).await {
            Err(VaultError::Unavailable) => {
                // Platforms drop connections, mostly while the app is in the background: once more.
                self.reopen().await?;
                self.transact(&sealed).await
            }
            outcome => outcome,
        }
    }

    async fn reopen(&mut self) -> Result<(), VaultError> {
        self.connection = Connection::open().await?;
        if self.connection.made_new {
            // What was there is gone. Mark the new store as ours, so that all can be stored again.
            let transaction = self.connection.write()?;
            transaction.put(OPENED_BY, &self.opening)?;
            self.keys.put(&transaction)?;
            transaction.complete().await?;
            return Err(VaultError::Lost);
        }
        Ok(())
    }

    async fn transact(&self, writes: &[Sealed]) -> Result<(), VaultError> {
        let transaction = self.connection.write()?;
        if let Err(error) = self.fill(&transaction, writes).await {
            // Left alone it would write the part that was put before the failure.
            transaction.abort();
            return Err(error);
        }
        transaction.complete().await
    }

    async fn fill(&self, transaction: &Transaction, writes: &[Sealed]) -> Result<(), VaultError> {
        if transaction.get(OPENED_BY).await?.as_deref() != Some(&self.opening) {
            return Err(VaultError::OpenElsewhere);
        }
        for write in writes {
            match write {
                Sealed::Put(name, record) => transaction.put(name, record)?,
                Sealed::Delete(name) => transaction.delete(name)?,
                Sealed::Clear => {
                    transaction.clear()?;
                    transaction.put(OPENED_BY, &self.opening)?;
                }
            }
        }
        Ok(())
    }
}

/// A write that is ready for the disk.
enum Sealed {
    Put(String, Vec<u8>),
    Delete(String),
    Clear,
}
