//! The vault before it is opened: what lies in it is read, and says nothing.

use shared::cbor;

use super::{
    Contents, Keeper, Keys, OPENED_BY, Vault,
    crypto::{DeviceKey, Key},
    error::VaultError,
    indexed_db::{Connection, Transaction},
    keys::{Attempts, Wrapping},
    name::Name,
    seal,
};

/// Records that are not sealed, since they are needed before anything can be opened.
const WRAPPING: &str = "wrapping";
const DEVICE_KEY: &str = "device-key";
const ATTEMPTS: &str = "attempts";
/// How many entries wait to be sent: what a person loses who forgets this phone.
pub(super) const WAITING: &str = "waiting";

/// A vault that is locked, or has no lock yet.
pub struct Closed {
    connection: Connection,
    opening: Vec<u8>,
    keys: Option<Keys>,
    attempts: Attempts,
    waiting: u32,
    stored: Vec<(String, Vec<u8>)>,
}

impl Keys {
    /// Stores the wrapping with the key of this phone.
    pub(super) fn put(&self, transaction: &Transaction) -> Result<(), VaultError> {
        transaction.put_value(DEVICE_KEY, self.device.to_store())?;
        transaction.put(WRAPPING, &seal::plain(&cbor::encode(&self.wrapping)))
    }
}

impl Closed {
    /// Reads everything once. From here on an older opening may not write any more.
    ///
    /// # Errors
    /// When the browser does not let this page store anything.
    pub async fn read(opening: [u8; 8]) -> Result<Self, VaultError> {
        let connection = Connection::open().await?;
        let transaction = connection.write()?;
        // Every record begins with its version, whatever it holds.
        let opening = seal::plain(&opening);
        transaction.put(OPENED_BY, &opening)?;
        let device = DeviceKey::of(transaction.value(DEVICE_KEY).await?);
        let stored = transaction.all().await?;
        transaction.complete().await?;
        let plain = |name: &str| {
            let found = stored.iter().find(|(text, _)| text == name);
            found.and_then(|(_, stored)| seal::read_plain(stored))
        };
        let wrapping = plain(WRAPPING).and_then(|record| cbor::decode::<Wrapping>(record).ok());
        Ok(Self {
            keys: device.zip(wrapping).map(|(device, wrapping)| Keys { device, wrapping }),
            attempts: plain(ATTEMPTS)
                .and_then(|record| cbor::decode(record).ok())
                .unwrap_or_default(),
            waiting: plain(WAITING)
                .and_then(|record| cbor::decode(record).ok())
                .unwrap_or_default(),
            connection,
            opening,
            stored,
        })
    }

    /// Whether a passphrase was chosen. Without what is needed beside it nothing opens, and nothing is
    /// overwritten either.
    pub fn is_locked(&self) -> bool {
        self.keys.is_some() || self.stored.iter().any(|(_, stored)| seal::is_sealed(stored))
    }

    /// How many entries wait to be sent.
    pub fn waiting(&self) -> u32 {
        self.waiting
    }

    /// How long to wait before a passphrase is tried, in milliseconds.
    ///
    /// # Errors
    /// When the browser's storage fails.
    pub async fn wait_ms(&mut self, now_ms: i64) -> Result<i64, VaultError> {
        let seen = self.attempts.seen(now_ms);
        if seen != self.attempts {
            self.note(seen).await?;
        }
        Ok(seen.wait_ms(now_ms))
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
        let device = DeviceKey::make().await?;
        let (wrapping, key) = Wrapping::make(passphrase, &device).await?;
        let keys = Keys { device, wrapping };
        let replaced = |name: &Name| more.iter().any(|(other, _)| other == name);
        let mut records: Vec<_> = self.plain().filter(|(name, _)| !replaced(name)).collect();
        records.extend(more);
        let mut sealed = Vec::with_capacity(records.len());
        for (name, record) in &records {
            let text = name.text();
            let bytes = seal::seal(&key, &text, record).await?;
            sealed.push((text, bytes));
        }
        let transaction = self.transaction().await?;
        transaction.clear()?;
        transaction.put(OPENED_BY, &self.opening)?;
        keys.put(&transaction)?;
        for (name, bytes) in &sealed {
            transaction.put(name, bytes)?;
        }
        transaction.complete().await?;
        Ok((self.keeper(key, keys).begin(), Contents { records, unopened: 0 }))
    }

    /// Opens the vault; `None` where this is not the passphrase, which is noted on the disk before
    /// anybody is told.
    ///
    /// # Errors
    /// When the browser's storage fails, or it has no cryptography.
    pub async fn unlock(
        &mut self,
        passphrase: &str,
        now_ms: i64,
    ) -> Result<Option<(Vault, Contents)>, VaultError> {
        let Some(keys) = self.keys.clone() else { return Err(VaultError::Lost) };
        // Counted before it is tried, so that killing the app gains nothing.
        let before = self.attempts;
        self.note(before.failed(now_ms)).await?;
        let Some(key) = keys.wrapping.unwrap(passphrase, &keys.device).await? else {
            return Ok(None);
        };
        self.note(Attempts::default()).await?;
        let mut contents = Contents::default();
        for (text, stored) in &self.stored {
            let Some(name) = Name::parse(text) else { continue };
            match seal::open(&key, text, stored).await {
                Some(record) => contents.records.push((name, record)),
                None => contents.unopened += 1,
            }
        }
        Ok(Some((self.keeper(key, keys).begin(), contents)))
    }

    fn keeper(&self, key: Key, keys: Keys) -> Keeper {
        Keeper { connection: self.connection.clone(), opening: self.opening.clone(), key, keys }
    }

    /// Begins to write, unless another tab has opened the vault since. Platforms drop connections,
    /// mostly while the app is in the background: once more then.
    async fn transaction(&mut self) -> Result<Transaction, VaultError> {
        let transaction = match self.connection.write() {
            Err(VaultError::Unavailable) => {
                self.connection = Connection::open().await?;
                self.connection.write()?
            }
            begun => begun?,
        };
        if transaction.get(OPENED_BY).await?.as_deref() == Some(&self.opening) {
            Ok(transaction)
        } else {
            Err(VaultError::OpenElsewhere)
        }
    }

    async fn note(&mut self, attempts: Attempts) -> Result<(), VaultError> {
        let transaction = self.transaction().await?;
        transaction.put(ATTEMPTS, &seal::plain(&cbor::encode(&attempts)))?;
        transaction.complete().await?;
        self.attempts = attempts;
        Ok(())
    }

    /// Removes everything, the keys first among it: what is left of it anywhere opens no more.
    ///
    /// # Errors
    /// When the browser's storage fails; nothing is removed then.
    pub async fn forget(&mut self) -> Result<(), VaultError> {
        let transaction = self.transaction().await?;
        transaction.clear()?;
        transaction.complete().await
    }
}
