//! The vault before it is opened: what lies in it is read, and says nothing.

use shared::cbor;

use super::{
    Contents, Keeper, Vault,
    crypto::Key,
    error::VaultError,
    keys::DataKey,
    lock::{DEVICE_KEY, Lock, Refusal},
    name::Name,
    passkey::{Passkey, Secret},
    seal,
    store::{Ready, Store},
};

/// How many entries wait to be sent: what a person loses who forgets this phone.
pub(super) const WAITING: &str = "waiting";

/// A vault that is locked, or has no lock yet.
pub struct Closed {
    store: Store,
    lock: Option<Lock>,
    waiting: u32,
    stored: Vec<(String, Vec<u8>)>,
}

impl Closed {
    /// Reads everything once. From here on an older opening may not write any more.
    ///
    /// # Errors
    /// When the browser does not let this page store anything.
    pub async fn read(opening: [u8; 8]) -> Result<Self, VaultError> {
        let (store, transaction) = Store::open(opening).await?;
        let device = transaction.value(DEVICE_KEY).await?;
        let stored = transaction.all().await?;
        transaction.complete().await?;
        let waiting = stored.iter().find(|(text, _)| text == WAITING);
        let waiting = waiting.and_then(|(_, stored)| cbor::decode(seal::read_plain(stored)?).ok());
        let lock = Lock::read(device, &stored);
        Ok(Self { store, lock, waiting: waiting.unwrap_or_default(), stored })
    }

    /// Whether a passphrase was chosen. Without what is needed beside it nothing opens, and nothing is
    /// overwritten either.
    pub fn is_locked(&self) -> bool {
        self.lock.is_some() || self.stored.iter().any(|(_, stored)| seal::is_sealed(stored))
    }

    /// How many entries wait to be sent.
    pub fn waiting(&self) -> u32 {
        self.waiting
    }

    /// The passkey that opens it as well, where one does.
    pub fn passkey(&self) -> Option<Passkey> {
        self.lock.as_ref()?.passkey().cloned()
    }

    /// What lies in it as it is: what was kept before anybody chose a passphrase.
    pub fn plain(&self) -> impl Iterator<Item = (Name, Vec<u8>)> + '_ {
        let named = self.stored.iter().filter_map(|(text, stored)| {
            Some((Name::parse(text)?, seal::read_plain(stored)?.to_vec()))
        });
        named.filter(|_| !self.is_locked())
    }

    /// Locks the vault with a passphrase from now on, and opens it. What lay in it as it was is
    /// sealed.
    ///
    /// # Errors
    /// When the browser cannot store it, or has no cryptography.
    pub async fn set_up(
        &mut self,
        passphrase: &str,
        more: Vec<(Name, Vec<u8>)>,
    ) -> Result<(Vault, Contents), VaultError> {
        let (lock, data_key) = Lock::make(passphrase).await?;
        let key = data_key.key().await?;
        let replaced = |name: &Name| more.iter().any(|(other, _)| other == name);
        let mut records: Vec<_> = self.plain().filter(|(name, _)| !replaced(name)).collect();
        records.extend(more);
        let mut writes = vec![Ready::Clear];
        writes.extend(lock.writes());
        for (name, record) in &records {
            let text = name.text();
            let bytes = seal::seal(&key, &text, record).await?;
            writes.push(Ready::Put(text, bytes));
        }
        self.store.write(&writes).await?;
        Ok((self.keeper(key, lock).begin(), Contents { records, unopened: 0 }))
    }

    /// Opens the vault with a passphrase.
    ///
    /// # Errors
    /// When it is not the passphrase, it is too soon to try again, the browser's storage fails, or
    /// it has no cryptography.
    pub async fn unlock(&mut self, passphrase: &str) -> Result<(Vault, Contents), Refusal> {
        let mut lock = self.lock.take().ok_or(VaultError::Lost)?;
        let tried = lock.try_passphrase(Some(&mut self.store), passphrase).await;
        self.lock = Some(lock.clone());
        Ok(self.open(&tried?, lock).await?)
    }

    /// Opens the vault with what its passkey gave.
    ///
    /// # Errors
    /// When it opens nothing.
    pub async fn unlock_with(&self, secret: &Secret) -> Result<(Vault, Contents), Refusal> {
        let lock = self.lock.clone().ok_or(VaultError::Lost)?;
        Ok(self.open(&lock.try_secret(secret).await?, lock).await?)
    }

    async fn open(&self, data_key: &DataKey, lock: Lock) -> Result<(Vault, Contents), VaultError> {
        let key = data_key.key().await?;
        let mut contents = Contents::default();
        for (text, stored) in &self.stored {
            let Some(name) = Name::parse(text) else { continue };
            match seal::open(&key, text, stored).await {
                Some(record) => contents.records.push((name, record)),
                None => contents.unopened += 1,
            }
        }
        Ok((self.keeper(key, lock).begin(), contents))
    }

    fn keeper(&self, key: Key, lock: Lock) -> Keeper {
        Keeper { store: self.store.clone(), key, lock }
    }

    /// Removes everything, the keys first among it: what is left of it anywhere opens no more.
    ///
    /// # Errors
    /// When the browser's storage fails; nothing is removed then.
    pub async fn forget(&mut self) -> Result<(), VaultError> {
        self.store.write(&[Ready::Clear]).await?;
        if let Some(mut lock) = self.lock.take() {
            lock.forget_passkey();
        }
        Ok(())
    }
}
