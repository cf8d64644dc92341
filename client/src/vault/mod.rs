//! The vault: the one door to what is stored on this phone. Everything in it is sealed under a key
//! that a passphrase opens, or a passkey beside it. A write is all or nothing, is on disk when it resolves, and is refused
//! once another tab has opened the vault.

mod attempts;
mod closed;
mod crypto;
mod error;
mod indexed_db;
mod keys;
mod lock;
mod name;
mod passkey;
mod persistence;
mod seal;
mod store;

use std::future::Future;

pub use closed::Closed;
use crypto::Key;
pub use error::VaultError;
use futures_channel::{mpsc, oneshot};
use keys::DataKey;
pub use keys::objection;
use leptos::task::spawn_local;
use lock::Lock;
pub use lock::{Change, Refusal};
pub use name::Name;
pub use passkey::{Passkey, is_offered as is_passkey_offered};
pub use persistence::{Persistence, ask_to_persist, is_persisted, room_mb};
use shared::cbor;
use store::{Ready, Store};

/// Seals a file that is carried off this phone, behind a header that anybody can read.
///
/// # Errors
/// Where the browser has no cryptography.
pub async fn seal_file(
    key: &[u8; crypto::KEY_BYTES],
    header: &[u8],
    body: &[u8],
) -> Result<Vec<u8>, VaultError> {
    let sealed = Key::of(key).await?.seal_with(header, body).await?;
    Ok([header, &sealed].concat())
}

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

/// The door. What is asked of it is done one after the other, in the order in which it was asked.
#[derive(Clone)]
pub struct Vault {
    errands: mpsc::UnboundedSender<Errand>,
}

/// One thing that is asked of the keeper, and who waits for its outcome.
enum Errand {
    Write(Vec<Write>, Answer<Result<(), VaultError>>),
    Prove(String, Answer<Result<Proof, Refusal>>),
    Change(Proof, Change, Answer<Result<(), VaultError>>),
    RemovePasskey(Answer<Result<(), VaultError>>),
}

type Answer<T> = oneshot::Sender<T>;

/// Shown by whoever knows the passphrase: what changes the lock.
pub struct Proof(DataKey);

/// The side behind the door, which owns the store.
struct Keeper {
    store: Store,
    key: Key,
    lock: Lock,
}

impl Vault {
    /// Writes a batch; its place in the order is taken before this returns.
    pub fn write(
        &self,
        writes: Vec<Write>,
    ) -> impl Future<Output = Result<(), VaultError>> + use<> {
        let (answer, written) = oneshot::channel();
        self.ask(Errand::Write(writes, answer));
        async move { written.await.unwrap_or(Err(VaultError::Unavailable)) }
    }

    /// Tries a passphrase on the open vault, counted as it is on the locked one.
    ///
    /// # Errors
    /// When it is not the passphrase, it is too soon to try again, or the browser's storage fails.
    pub async fn prove(&self, passphrase: String) -> Result<Proof, Refusal> {
        let (answer, proved) = oneshot::channel();
        self.ask(Errand::Prove(passphrase, answer));
        proved.await.unwrap_or(Err(Refusal::Failed(VaultError::Unavailable)))
    }

    /// Changes the lock; what is sealed stays as it is.
    ///
    /// # Errors
    /// When the browser's storage fails; nothing is changed then.
    pub async fn change(&self, proof: Proof, change: Change) -> Result<(), VaultError> {
        let (answer, changed) = oneshot::channel();
        self.ask(Errand::Change(proof, change, answer));
        changed.await.unwrap_or(Err(VaultError::Unavailable))
    }

    /// From now on the passphrase alone opens it.
    ///
    /// # Errors
    /// When the browser's storage fails; the passkey stays then.
    pub async fn remove_passkey(&self) -> Result<(), VaultError> {
        let (answer, removed) = oneshot::channel();
        self.ask(Errand::RemovePasskey(answer));
        removed.await.unwrap_or(Err(VaultError::Unavailable))
    }

    fn ask(&self, errand: Errand) {
        // A keeper that has gone drops what waits for the answer, which then reads as unavailable.
        let _ = self.errands.unbounded_send(errand);
    }
}

impl Keeper {
    /// Begins to do what it is asked.
    fn begin(self) -> Vault {
        let (errands, queue) = mpsc::unbounded();
        spawn_local(self.serve(queue));
        Vault { errands }
    }

    async fn serve(mut self, mut queue: mpsc::UnboundedReceiver<Errand>) {
        while let Ok(errand) = queue.recv().await {
            // Whoever asked may have stopped waiting for the answer.
            match errand {
                Errand::Write(writes, answer) => {
                    let _ = answer.send(self.write(writes).await);
                }
                Errand::Prove(passphrase, answer) => {
                    let _ = answer.send(self.prove(&passphrase).await);
                }
                Errand::Change(proof, change, answer) => {
                    let changed = self.lock.change(&mut self.store, &proof.0, change).await;
                    let _ = answer.send(changed);
                }
                Errand::RemovePasskey(answer) => {
                    let _ = answer.send(self.lock.remove_passkey(&mut self.store).await);
                }
            }
        }
    }

    /// A disk that takes nothing keeps nobody out of a vault that is open: this page counts on without
    /// it, and no other opens then.
    async fn prove(&mut self, passphrase: &str) -> Result<Proof, Refusal> {
        let proved = self.lock.try_passphrase(Some(&mut self.store), passphrase).await;
        let proved = match proved {
            Err(Refusal::Failed(VaultError::Full | VaultError::Unavailable)) => {
                self.lock.try_passphrase(None, passphrase).await
            }
            proved => proved,
        };
        proved.map(Proof)
    }

    async fn write(&mut self, writes: Vec<Write>) -> Result<(), VaultError> {
        let is_last = writes.contains(&Write::Clear);
        // Where the store had to be made anew, what is sealed goes in with what opens it.
        let mut ready = if self.store.is_bare { self.lock.writes() } else { Vec::new() };
        // Sealed before the transaction begins: it would end by itself while waiting.
        for write in writes {
            ready.push(match write {
                Write::Put(name, record) => {
                    let name = name.text();
                    let record = seal::seal(&self.key, &name, &record).await?;
                    Ready::Put(name, record)
                }
                Write::Waiting(entries) => Ready::plain(closed::WAITING, &cbor::encode(&entries)),
                Write::Delete(name) => Ready::Delete(name.text()),
                Write::Clear => Ready::Clear,
            });
        }
        self.store.write(&ready).await?;
        self.store.is_bare = false;
        if is_last {
            self.lock.forget_passkey();
        }
        Ok(())
    }
}
