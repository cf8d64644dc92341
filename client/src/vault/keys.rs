//! From a passphrase or a passkey's secret to the key of everything: Argon2id of the one, or the other
//! as it is, bound to this phone, unwraps it. What is stored for that is not secret, and is of no use
//! on another phone.

use argon2::{Algorithm, Argon2, Params, Version};
use minicbor::{
    Encode,
    bytes::{ByteArray, ByteVec},
};
use shared::limits;

use super::{
    crypto::{DeviceKey, KEY_BYTES, Key},
    error::VaultError,
    passkey::{Passkey, Secret},
};
use crate::random;

/// The name under which the data key is sealed.
const WRAPPED_AS: &str = "data-key";
/// And the one under which a passkey's secret seals it.
const WRAPPED_BY_PASSKEY_AS: &str = "data-key-by-passkey";
/// Memory that one guess takes at least, in KiB: 19 MiB, as OWASP has it for Argon2id.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over it, at least and at most.
const PASSES: std::ops::RangeInclusive<u32> = 2..=12;
/// How long unlocking takes on the phone where the passphrase was chosen, in milliseconds.
const UNLOCKING_MS: f64 = 500.0;

/// How the data key is wrapped under a passphrase.
#[derive(Debug, Clone, PartialEq, Encode)]
pub struct Wrapping {
    #[n(0)]
    salt: ByteArray<16>,
    #[n(1)]
    memory_kib: u32,
    #[n(2)]
    passes: u32,
    #[n(3)]
    wrapped: ByteVec,
}

shared::decoded!(Wrapping { salt, memory_kib, passes, wrapped });

/// The key of everything, as bytes: only while it is wrapped or unwrapped.
pub struct DataKey([u8; KEY_BYTES]);

impl DataKey {
    /// Draws one.
    pub fn draw() -> Self {
        Self(random::bytes())
    }

    /// The key that seals and opens, whose bytes are the browser's alone.
    ///
    /// # Errors
    /// Where the browser has no cryptography.
    pub async fn key(&self) -> Result<Key, VaultError> {
        Key::of(&self.0).await
    }

    async fn wrapped(&self, key: &Key, name: &str) -> Result<ByteVec, VaultError> {
        Ok(key.seal(name, &self.0).await?.into())
    }

    async fn unwrapped(key: &Key, name: &str, wrapped: &[u8]) -> Option<Self> {
        key.open(name, wrapped).await?.try_into().ok().map(Self)
    }
}

impl Wrapping {
    /// Wraps the data key under a passphrase.
    ///
    /// # Errors
    /// Where the browser has no cryptography.
    pub async fn make(
        passphrase: &str,
        device: &DeviceKey,
        data_key: &DataKey,
    ) -> Result<Self, VaultError> {
        let mut wrapping = Self {
            salt: random::bytes::<16>().into(),
            memory_kib: MEMORY_KIB,
            passes: passes_of_half_a_second(),
            wrapped: ByteVec::from(Vec::new()),
        };
        let key = wrapping.key(passphrase, device).await?;
        wrapping.wrapped = data_key.wrapped(&key, WRAPPED_AS).await?;
        Ok(wrapping)
    }

    /// The data key; `None` where this is not the passphrase.
    ///
    /// # Errors
    /// Where the browser has no cryptography.
    pub async fn unwrap(
        &self,
        passphrase: &str,
        device: &DeviceKey,
    ) -> Result<Option<DataKey>, VaultError> {
        let key = self.key(passphrase, device).await?;
        Ok(DataKey::unwrapped(&key, WRAPPED_AS, &self.wrapped).await)
    }

    async fn key(&self, passphrase: &str, device: &DeviceKey) -> Result<Key, VaultError> {
        let stretched = stretch(passphrase, &*self.salt, self.memory_kib, self.passes);
        let stretched = stretched.ok_or(VaultError::Unavailable)?;
        Key::of(&device.bind(&stretched).await?).await
    }
}

/// How the data key is wrapped a second time, where the phone has a passkey for it.
#[derive(Debug, Clone, PartialEq, Encode)]
pub struct PasskeyWrapping {
    /// What gives the secret that unwraps it.
    #[n(0)]
    pub passkey: Passkey,
    #[n(1)]
    wrapped: ByteVec,
}

shared::decoded!(PasskeyWrapping { passkey, wrapped });

impl PasskeyWrapping {
    /// Wraps the data key under a passkey's secret, bound to this phone as a passphrase is: the
    /// platform may carry the passkey to another one.
    ///
    /// # Errors
    /// Where the browser has no cryptography.
    pub async fn make(
        passkey: Passkey,
        secret: &Secret,
        device: &DeviceKey,
        data_key: &DataKey,
    ) -> Result<Self, VaultError> {
        let key = Key::of(&device.bind(secret).await?).await?;
        let wrapped = data_key.wrapped(&key, WRAPPED_BY_PASSKEY_AS).await?;
        Ok(Self { passkey, wrapped })
    }

    /// The data key; `None` where this is not the secret.
    ///
    /// # Errors
    /// Where the browser has no cryptography.
    pub async fn unwrap(
        &self,
        secret: &Secret,
        device: &DeviceKey,
    ) -> Result<Option<DataKey>, VaultError> {
        let key = Key::of(&device.bind(secret).await?).await?;
        Ok(DataKey::unwrapped(&key, WRAPPED_BY_PASSKEY_AS, &self.wrapped).await)
    }
}

/// Argon2id. `None` where the numbers, which lie unsealed on the disk, are none that it takes.
fn stretch(passphrase: &str, salt: &[u8], memory_kib: u32, passes: u32) -> Option<[u8; KEY_BYTES]> {
    let params = Params::new(memory_kib, passes, 1, Some(KEY_BYTES)).ok()?;
    let mut stretched = [0; KEY_BYTES];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(passphrase.as_bytes(), salt, &mut stretched).ok()?;
    Some(stretched)
}

/// How many passes take about half a second here.
fn passes_of_half_a_second() -> u32 {
    let began = js_sys::Date::now();
    // Any words take as long as the person's own.
    let _ = stretch("calibration", &[0; 16], MEMORY_KIB, 1);
    passes_for(js_sys::Date::now() - began)
}

fn passes_for(one_pass_ms: f64) -> u32 {
    // The cast saturates.
    let passes = (UNLOCKING_MS / one_pass_ms.max(1.0)) as u32;
    passes.clamp(*PASSES.start(), *PASSES.end())
}

/// Why a passphrase cannot be chosen.
pub fn objection(passphrase: &str) -> Option<&'static str> {
    (passphrase.chars().count() < limits::PASSPHRASE_CHARACTERS_MIN).then_some(say!(
        "Choose at least 12 characters. Three or four words that do not belong together are good."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_passphrase_gives_the_same_key_and_another_gives_another() {
        let stretched = |words| stretch(words, &[7; 16], 64, 2).unwrap();
        assert_eq!(stretched("gate walnut thursday"), stretched("gate walnut thursday"));
        assert_ne!(stretched("gate walnut thursday"), stretched("gate walnut Thursday"));
        assert_eq!(stretch("gate walnut thursday", &[7; 16], 0, 0), None);
    }

    #[test]
    fn a_quick_phone_works_harder_and_a_slow_one_never_less_than_the_least() {
        assert_eq!(passes_for(0.0), 12);
        assert_eq!(passes_for(100.0), 5);
        assert_eq!(passes_for(5_000.0), 2);
        assert_eq!(passes_for(f64::NAN), 12);
    }

    #[test]
    fn short_passphrases_are_objected_to() {
        assert!(objection("walnut").is_some());
        assert!(objection("ŵyr-ŵyr-ŵyr").is_some());
        assert_eq!(objection("gate walnut thursday"), None);
    }
}
