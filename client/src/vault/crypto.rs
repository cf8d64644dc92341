//! The browser's cryptography as futures: AES-256-GCM for what is stored, and an HMAC under a key that
//! never leaves this phone's browser.

use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, SubtleCrypto};

use super::error::VaultError;
use crate::random;

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;
/// Bytes that are drawn anew for each sealing, as AES-GCM wants them.
const NONCE_BYTES: usize = 12;

/// A key that seals and opens. Its bytes are the browser's alone.
#[derive(Clone)]
pub struct Key(CryptoKey);

impl Key {
    /// The key of these bytes.
    ///
    /// # Errors
    /// Where the browser has no cryptography.
    pub async fn of(bytes: &[u8; KEY_BYTES]) -> Result<Self, VaultError> {
        let usages = names(&["encrypt", "decrypt"]);
        let bytes = Uint8Array::from(bytes.as_slice());
        let imported = subtle()?
            .import_key_with_str("raw", &bytes, "AES-GCM", false, &usages)
            .map_err(none)?;
        Ok(Self(settled(imported).await?.unchecked_into()))
    }

    /// Seals a record under its name: what was sealed under another name does not open.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub async fn seal(&self, name: &str, record: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.seal_with(name.as_bytes(), record).await
    }

    /// As [`Self::seal`], with whatever is to be covered beside the record.
    ///
    /// # Errors
    /// As [`Self::seal`].
    pub async fn seal_with(&self, beside: &[u8], record: &[u8]) -> Result<Vec<u8>, VaultError> {
        let nonce: [u8; NONCE_BYTES] = random::bytes();
        let how = gcm(beside, &nonce);
        let sealed = subtle()?.encrypt_with_object_and_u8_array(&how, &self.0, record);
        let sealed = settled(sealed.map_err(none)?).await?;
        let mut bytes = nonce.to_vec();
        bytes.extend(Uint8Array::new(&sealed).to_vec());
        Ok(bytes)
    }

    /// Opens what was sealed under this name. `None` where it was sealed under another name or
    /// another key, or is damaged.
    pub async fn open(&self, name: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES)?;
        let how = gcm(name.as_bytes(), nonce);
        let opened = subtle().ok()?.decrypt_with_object_and_u8_array(&how, &self.0, sealed).ok()?;
        Some(Uint8Array::new(&JsFuture::from(opened).await.ok()?).to_vec())
    }
}

/// A key that the browser keeps and gives nobody, this program included: it can only be used on the
/// phone on which it was made.
#[derive(Clone)]
pub struct DeviceKey(CryptoKey);

impl DeviceKey {
    /// Makes one.
    ///
    /// # Errors
    /// Where the browser has no cryptography.
    pub async fn make() -> Result<Self, VaultError> {
        let how = Object::new();
        set(&how, "name", &"HMAC".into());
        set(&how, "hash", &"SHA-256".into());
        let made = subtle()?.generate_key_with_object(&how, false, &names(&["sign"]));
        Ok(Self(settled(made.map_err(none)?).await?.unchecked_into()))
    }

    /// The key out of its record.
    pub fn of(stored: JsValue) -> Option<Self> {
        stored.dyn_into().ok().map(Self)
    }

    /// What the browser stores; the bytes stay its own.
    pub fn to_store(&self) -> &JsValue {
        &self.0
    }

    /// Mixes a secret with this phone.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub async fn bind(&self, secret: &[u8; KEY_BYTES]) -> Result<[u8; KEY_BYTES], VaultError> {
        let bound = subtle()?.sign_with_str_and_u8_array("HMAC", &self.0, secret).map_err(none)?;
        let bound = Uint8Array::new(&settled(bound).await?).to_vec();
        bound.try_into().map_err(|_| VaultError::NoCryptography)
    }
}

/// `crypto.subtle`, which browsers give to pages that came over https, and to this machine's own.
fn subtle() -> Result<SubtleCrypto, VaultError> {
    let crypto = web_sys::window().and_then(|window| window.crypto().ok());
    let subtle = crypto.map(|crypto| crypto.subtle()).filter(|subtle| !subtle.is_undefined());
    subtle.ok_or(VaultError::NoCryptography)
}

fn gcm(beside: &[u8], nonce: &[u8]) -> Object {
    let how = Object::new();
    set(&how, "name", &"AES-GCM".into());
    set(&how, "iv", &Uint8Array::from(nonce));
    set(&how, "additionalData", &Uint8Array::from(beside));
    how
}

fn set(object: &Object, name: &str, value: &JsValue) {
    // Setting a property of a fresh object cannot fail.
    let _ = Reflect::set(object, &name.into(), value);
}

fn names(usages: &[&str]) -> Array {
    usages.iter().map(|usage| JsValue::from(*usage)).collect()
}

async fn settled(promise: Promise) -> Result<JsValue, VaultError> {
    JsFuture::from(promise).await.map_err(none)
}

fn none(_: JsValue) -> VaultError {
    VaultError::NoCryptography
}
