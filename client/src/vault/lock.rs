//! The lock of the vault: what lies unsealed for opening it, and the ways to open and to change it.
//! A passphrase always does; a passkey may as well.

use shared::cbor;
use wasm_bindgen::JsValue;

use super::{
    attempts::Attempts,
    crypto::DeviceKey,
    error::VaultError,
    keys::{DataKey, PasskeyWrapping, Wrapping},
    passkey::{Passkey, PasskeyError, Secret},
    seal,
    store::{Ready, Store},
};
use crate::clock;

/// Records that are not sealed, since they are needed before anything can be opened.
const WRAPPING: &str = "wrapping";
const PASSKEY: &str = "passkey";
pub const DEVICE_KEY: &str = "device-key";
const ATTEMPTS: &str = "attempts";

/// What opens the vault, together with a passphrase or a passkey's secret.
#[derive(Clone)]
pub struct Lock {
    device: DeviceKey,
    wrapping: Wrapping,
    passkey: Option<PasskeyWrapping>,
    attempts: Attempts,
}

/// Why the lock did not open, or was not changed, in words for the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is not the passphrase.
    #[error("{}{}", say!("That is not the passphrase. Nothing is lost."), wait_words(*.wait_ms))]
    Wrong {
        /// How long to wait before the next, in milliseconds.
        wait_ms: i64,
    },
    /// Too many were wrong; this one was not tried.
    #[error("{}{}", say!("That is too soon."), wait_words(*.wait_ms))]
    TooSoon {
        /// How long to wait, in milliseconds.
        wait_ms: i64,
    },
    /// The passkey is of another phone's vault, or of an earlier one of this phone's.
    #[error("{}", say!("This phone's screen lock does not open it any more. Use the passphrase."))]
    OtherPasskey,
    /// The passkey gave nothing.
    #[error(transparent)]
    NotGiven(#[from] PasskeyError),
    /// The browser failed.
    #[error(transparent)]
    Failed(#[from] VaultError),
}

/// A change of the lock, for which the data key is needed.
pub enum Change {
    /// Another passphrase opens it from now on, and the old one no more.
    Passphrase(String),
    /// A passkey opens it as well.
    Passkey(Passkey, Secret),
}

impl Lock {
    /// A lock that nobody has closed before.
    ///
    /// # Errors
    /// Where the browser has no cryptography.
    pub async fn make(passphrase: &str) -> Result<(Self, DataKey), VaultError> {
        let (device, data_key) = (DeviceKey::make().await?, DataKey::draw());
        let wrapping = Wrapping::make(passphrase, &device, &data_key).await?;
        let attempts = Attempts::default();
        Ok((Self { device, wrapping, passkey: None, attempts }, data_key))
    }

    /// The lock among what is stored; `None` where there is none, or a part of it is missing.
    pub fn read(device: JsValue, stored: &[(String, Vec<u8>)]) -> Option<Self> {
        let plain = |name: &str| {
            let found = stored.iter().find(|(text, _)| text == name);
            found.and_then(|(_, stored)| seal::read_plain(stored))
        };
        Some(Self {
            device: DeviceKey::of(device)?,
            wrapping: cbor::decode(plain(WRAPPING)?).ok()?,
            passkey: plain(PASSKEY).and_then(|record| cbor::decode(record).ok()),
            attempts: plain(ATTEMPTS)
                .and_then(|record| cbor::decode(record).ok())
                .unwrap_or_default(),
        })
    }

    /// What stores it.
    pub fn writes(&self) -> Vec<Ready> {
        let mut writes = vec![
            Ready::PutValue(DEVICE_KEY, self.device.to_store().clone()),
            Ready::plain(WRAPPING, &cbor::encode(&self.wrapping)),
            Ready::plain(ATTEMPTS, &cbor::encode(&self.attempts)),
        ];
        writes.extend(self.passkey.as_ref().map(put_passkey));
        writes
    }

    /// The passkey that opens it, if one does.
    pub fn passkey(&self) -> Option<&Passkey> {
        self.passkey.as_ref().map(|wrapping| &wrapping.passkey)
    }

    /// Tries a passphrase. That it was wrong is on the disk before anybody is told; without a store it
    /// is counted in memory.
    ///
    /// # Errors
    /// When it is not the passphrase, it is too soon, or the browser's storage fails.
    pub async fn try_passphrase(
        &mut self,
        mut store: Option<&mut Store>,
        passphrase: &str,
    ) -> Result<DataKey, Refusal> {
        let now_ms = clock::now().as_millisecond();
        let seen = self.attempts.seen(now_ms);
        if seen != self.attempts {
            self.note(store.as_deref_mut(), seen).await?;
        }
        let wait_ms = seen.wait_ms(now_ms);
        if wait_ms > 0 {
            return Err(Refusal::TooSoon { wait_ms });
        }
        // Counted before it is tried, so that killing the app gains nothing.
        let failed = seen.failed(now_ms);
        self.note(store.as_deref_mut(), failed).await?;
        match self.wrapping.unwrap(passphrase, &self.device).await? {
            Some(data_key) => {
                self.note(store, Attempts::default()).await?;
                Ok(data_key)
            }
            None => {
                let wait_ms = failed.wait_ms(clock::now().as_millisecond());
                Err(Refusal::Wrong { wait_ms })
            }
        }
    }

    /// Tries a passkey's secret. It cannot be guessed, so nothing is counted.
    ///
    /// # Errors
    /// When it opens nothing, or the browser has no cryptography.
    pub async fn try_secret(&self, secret: &Secret) -> Result<DataKey, Refusal> {
        let wrapping = self.passkey.as_ref().ok_or(Refusal::OtherPasskey)?;
        wrapping.unwrap(secret, &self.device).await?.ok_or(Refusal::OtherPasskey)
    }

    /// Changes it in one transaction; what is sealed stays as it is.
    ///
    /// # Errors
    /// When the browser's storage fails; nothing is changed then.
    pub async fn change(
        &mut self,
        store: &mut Store,
        data_key: &DataKey,
        change: Change,
    ) -> Result<(), VaultError> {
        match change {
            Change::Passphrase(passphrase) => {
                let wrapping = Wrapping::make(&passphrase, &self.device, data_key).await?;
                store.write(&[Ready::plain(WRAPPING, &cbor::encode(&wrapping))]).await?;
                self.wrapping = wrapping;
            }
            Change::Passkey(passkey, secret) => {
                let device = &self.device;
                let wrapping = PasskeyWrapping::make(passkey, &secret, device, data_key).await?;
                store.write(&[put_passkey(&wrapping)]).await?;
                self.forget_passkey();
                self.passkey = Some(wrapping);
            }
        }
        Ok(())
    }

    /// From now on no passkey opens it.
    ///
    /// # Errors
    /// When the browser's storage fails; it stays then.
    pub async fn remove_passkey(&mut self, store: &mut Store) -> Result<(), VaultError> {
        store.write(&[Ready::Delete(PASSKEY.into())]).await?;
        self.forget_passkey();
        Ok(())
    }

    /// The platform may forget the passkey: nothing is left that it opens.
    pub fn forget_passkey(&mut self) {
        if let Some(wrapping) = self.passkey.take() {
            wrapping.passkey.forget();
        }
    }

    async fn note(
        &mut self,
        store: Option<&mut Store>,
        attempts: Attempts,
    ) -> Result<(), VaultError> {
        if let Some(store) = store {
            store.write(&[Ready::plain(ATTEMPTS, &cbor::encode(&attempts))]).await?;
        }
        self.attempts = attempts;
        Ok(())
    }
}

fn put_passkey(wrapping: &PasskeyWrapping) -> Ready {
    Ready::plain(PASSKEY, &cbor::encode(wrapping))
}

/// How long to wait before the next passphrase, in words; none when there is no need to.
fn wait_words(wait_ms: i64) -> String {
    match wait_ms / 1_000 {
        _ if wait_ms == 0 => String::new(),
        seconds if seconds < 100 => counted!(
            seconds = seconds + 1,
            " Try again in {seconds} second.",
            " Try again in {seconds} seconds."
        ),
        seconds => counted!(
            minutes = seconds / 60 + 1,
            " Try again in {minutes} minute.",
            " Try again in {minutes} minutes."
        ),
    }
}
