//! From a passphrase to the key of everything: Argon2id, bound to this phone, unwraps it. What is
//! stored for that is not secret, and is of no use on another phone.

use argon2::{Algorithm, Argon2, Params, Version};
use minicbor::{
    Decode, Encode,
    bytes::{ByteArray, ByteVec},
};
use shared::limits;

use super::{
    crypto::{DeviceKey, KEY_BYTES, Key},
    error::VaultError,
};
use crate::random;

/// The name under which the data key is sealed.
const WRAPPED_AS: &str = "data-key";
/// Memory that one guess takes at least, in KiB: 19 MiB, as OWASP has it for Argon2id.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over it, at least and at most.
const PASSES: std::ops::RangeInclusive<u32> = 2..=12;
/// How long unlocking takes on the phone where the passphrase was chosen, in milliseconds.
const UNLOCKING_MS: f64 = 500.0;

/// How the data key is wrapped.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
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

impl Wrapping {
    /// Draws a data key and wraps it.
    ///
    /// # Errors
    /// Where the browser has no cryptography.
    pub async fn make(passphrase: &str, device: &DeviceKey) -> Result<(Self, Key), VaultError> {
        let data_key: [u8; KEY_BYTES] = random::bytes();
        let mut wrapping = Self {
            salt: random::bytes::<16>().into(),
            memory_kib: MEMORY_KIB,
            passes: passes_of_half_a_second(),
            wrapped: ByteVec::from(Vec::new()),
        };
        let wrapped = wrapping.key(passphrase, device).await?.seal(WRAPPED_AS, &data_key).await?;
        wrapping.wrapped = wrapped.into();
        Ok((wrapping, Key::of(&data_key).await?))
    }

    /// The data key; `None` where this is not the passphrase.
    ///
    /// # Errors
    /// Where the browser has no cryptography.
    pub async fn unwrap(
        &self,
        passphrase: &str,
        device: &DeviceKey,
    ) -> Result<Option<Key>, VaultError> {
        let opened = self.key(passphrase, device).await?.open(WRAPPED_AS, &self.wrapped).await;
        match opened.and_then(|bytes| bytes.try_into().ok()) {
            Some(data_key) => Key::of(&data_key).await.map(Some),
            None => Ok(None),
        }
    }

    async fn key(&self, passphrase: &str, device: &DeviceKey) -> Result<Key, VaultError> {
        let stretched = stretch(passphrase, &*self.salt, self.memory_kib, self.passes);
        let stretched = stretched.ok_or(VaultError::Unavailable)?;
        Key::of(&device.bind(&stretched).await?).await
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
    (passphrase.chars().count() < limits::PASSPHRASE_CHARACTERS_MIN).then_some(
        "Choose at least 12 characters. Three or four words that do not belong together are good.",
    )
}

/// Wrong passphrases so far, since the last right one.
#[derive(Debug, Clone, Copy, PartialEq, Default, Encode, Decode)]
pub struct Attempts {
    /// How many.
    #[n(0)]
    pub failures: u32,
    /// When the last was made, in milliseconds of Unix time by this phone's clock.
    #[n(1)]
    pub last_ms: i64,
}

/// Wrong passphrases that cost no time: thumbs slip.
const FREE_FAILURES: u32 = 3;
/// The wait after the first that does; it doubles with each.
const WAIT_MS: i64 = 5_000;
const WAIT_MS_MAX: i64 = 15 * 60_000;

impl Attempts {
    /// One more that was wrong.
    pub fn failed(self, now_ms: i64) -> Self {
        Self { failures: self.failures.saturating_add(1), last_ms: now_ms }
    }

    /// The same by a clock that was turned back: the wait begins again, and does end.
    pub fn seen(self, now_ms: i64) -> Self {
        Self { last_ms: self.last_ms.min(now_ms), ..self }
    }

    /// How long to wait before the next, in milliseconds.
    pub fn wait_ms(self, now_ms: i64) -> i64 {
        let Some(doublings) = self.failures.checked_sub(FREE_FAILURES) else { return 0 };
        let whole = WAIT_MS.saturating_mul(1 << doublings.min(20)).min(WAIT_MS_MAX);
        let passed = now_ms.saturating_sub(self.last_ms).max(0);
        (whole - passed).max(0)
    }
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

    #[test]
    fn wrong_passphrases_slow_down_and_end_nothing() {
        let mut attempts = Attempts::default();
        for _ in 0..2 {
            attempts = attempts.failed(1_000);
            assert_eq!(attempts.wait_ms(1_000), 0);
        }
        attempts = attempts.failed(1_000);
        assert_eq!(attempts.wait_ms(1_000), 5_000);
        assert_eq!(attempts.wait_ms(4_000), 2_000);
        assert_eq!(attempts.wait_ms(6_000), 0);
        // A clock that was turned back takes the wait with it, and does not make it longer.
        let back = attempts.seen(-900_000);
        assert_eq!((back.wait_ms(-900_000), back.wait_ms(-895_000)), (5_000, 0));
        assert_eq!(attempts.seen(6_000), attempts);
        for _ in 0..1_000 {
            attempts = attempts.failed(1_000);
        }
        assert_eq!(attempts.wait_ms(1_000), 15 * 60_000);
    }
}
