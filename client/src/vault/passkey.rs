//! A passkey of this phone's: what the platform keeps behind its own screen lock, and the secret that
//! it gives for it (WebAuthn's PRF extension).
//!
//! Nobody verifies what the passkey signs, and nothing here is sent to anybody, so it works without a
//! signal. The signature proves nothing that this phone needs to know: what opens the vault is the
//! secret, and whoever gives another one opens nothing. So the challenge is random only because the
//! platform asks for one.

use js_sys::{Array, ArrayBuffer, JSON, Object, Promise, Reflect, Uint8Array};
use leptos::task::spawn_local;
use minicbor::{
    Encode,
    bytes::{ByteArray, ByteVec},
};
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::JsFuture;
use web_sys::DomException;

use super::crypto::KEY_BYTES;
use crate::random;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "credentials"], catch)]
    fn create(options: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_namespace = ["navigator", "credentials"], catch)]
    fn get(options: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(
        js_namespace = PublicKeyCredential,
        js_name = isUserVerifyingPlatformAuthenticatorAvailable,
        catch
    )]
    fn has_screen_lock() -> Result<Promise, JsValue>;

    #[wasm_bindgen(
        js_namespace = PublicKeyCredential,
        js_name = signalUnknownCredential,
        catch
    )]
    fn signal_unknown(credential: &JsValue) -> Result<Promise, JsValue>;

    type Credential;

    #[wasm_bindgen(method, getter)]
    fn id(this: &Credential) -> String;

    #[wasm_bindgen(method, getter, js_name = rawId)]
    fn raw_id(this: &Credential) -> ArrayBuffer;

    #[wasm_bindgen(method, js_name = getClientExtensionResults)]
    fn extension_results(this: &Credential) -> JsValue;
}

/// What a new passkey is to be. It names nobody: the platform shows it in its list of passkeys, and
/// may carry it to the person's other devices, where it opens nothing.
const NEW: &str = concat!(
    r#"{"publicKey":{"rp":{"name":"Fingerpost"},"user":{"name":""#,
    say!("Fingerpost on this phone"),
    r#"","displayName":""#,
    say!("Fingerpost on this phone"),
    r#""},"pubKeyCredParams":[{"type":"public-key","alg":-7},{"type":"public-key","alg":-257}],"#,
    r#""authenticatorSelection":{"authenticatorAttachment":"platform","residentKey":"preferred","#,
    r#""userVerification":"required"},"extensions":{"prf":{"eval":{}}}}}"#,
);
/// What is asked of one that is there.
const KNOWN: &str =
    r#"{"publicKey":{"userVerification":"required","extensions":{"prf":{"eval":{}}}}}"#;

/// How a passkey of this phone's is asked for. None of it is secret.
#[derive(Debug, Clone, PartialEq, Encode)]
pub struct Passkey {
    /// Its identifier, as bytes and as the platform writes it.
    #[n(0)]
    credential: ByteVec,
    #[n(1)]
    id: String,
    #[n(2)]
    salt: ByteArray<32>,
}

shared::decoded!(Passkey { credential, id, salt });

/// What the platform gives for a passkey, always the same for the same salt.
pub type Secret = [u8; KEY_BYTES];

/// Why a passkey gave no secret, in words for the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    /// The person or the platform broke off.
    #[error("{}", say!("The screen lock was not used. Try again, or use the passphrase."))]
    BrokenOff,
    /// It has no secrets to give.
    #[error(
        "{}", say!(
            "This phone's screen lock cannot open Fingerpost: its browser or its password manager \
             is too old for that. Go on with the passphrase."
        )
    )]
    Unfit,
}

/// Whether this phone has a screen lock that makes passkeys.
pub async fn is_offered() -> bool {
    let Ok(answer) = has_screen_lock() else { return false };
    JsFuture::from(answer).await.is_ok_and(|answer| answer.is_truthy())
}

impl Passkey {
    /// Has the platform make one, which asks the person for their face, finger or code.
    ///
    /// # Errors
    /// When the person broke off, or the platform makes none that gives secrets.
    pub async fn make() -> Result<(Self, Secret), PasskeyError> {
        let salt: [u8; 32] = random::bytes();
        let options = options(NEW, &salt);
        put(&options, &["publicKey", "user", "id"], &bytes(&random::bytes::<16>()));
        let made = answered(create(&options)).await?;
        let passkey = Self {
            credential: Uint8Array::new(&made.raw_id()).to_vec().into(),
            id: made.id(),
            salt: salt.into(),
        };
        if let Some(secret) = secret_of(&made) {
            return Ok((passkey, secret));
        }
        // Some platforms give secrets only once the passkey is there.
        let enabled = at(&made.extension_results(), &["prf", "enabled"]);
        let asked = match enabled.is_truthy() {
            true => passkey.ask().await,
            false => Err(PasskeyError::Unfit),
        };
        if asked.is_err() {
            passkey.forget();
        }
        Ok((passkey, asked?))
    }

    /// Asks for its secret, for which the person shows their face or finger, or types their code.
    ///
    /// # Errors
    /// When the person broke off, or the passkey is there no more.
    pub async fn ask(&self) -> Result<Secret, PasskeyError> {
        let options = options(KNOWN, &*self.salt);
        let allowed = Object::new();
        put(&allowed, &["type"], &"public-key".into());
        put(&allowed, &["id"], &bytes(&self.credential));
        put(&options, &["publicKey", "allowCredentials"], &Array::of1(&allowed));
        secret_of(&answered(get(&options)).await?).ok_or(PasskeyError::Unfit)
    }

    /// Tells the platform that it is of no use any more, so that it may take it out of its list. No
    /// page can remove it itself.
    pub fn forget(&self) {
        let host = web_sys::window().and_then(|window| window.location().hostname().ok());
        let unknown = Object::new();
        put(&unknown, &["rpId"], &host.unwrap_or_default().into());
        put(&unknown, &["credentialId"], &self.id.as_str().into());
        if let Ok(told) = signal_unknown(&unknown) {
            // Nothing hangs on the answer.
            spawn_local(async move { drop(JsFuture::from(told).await) });
        }
    }
}

/// Options for the platform, with their challenge and salt.
fn options(text: &str, salt: &[u8]) -> JsValue {
    let options = JSON::parse(text).expect("the options are well-formed");
    put(&options, &["publicKey", "challenge"], &bytes(&random::bytes::<32>()));
    put(&options, &["publicKey", "extensions", "prf", "eval", "first"], &bytes(salt));
    options
}

async fn answered(asked: Result<Promise, JsValue>) -> Result<Credential, PasskeyError> {
    let asked = asked.map_err(|_| PasskeyError::Unfit)?;
    let answer = JsFuture::from(asked).await.map_err(|error| {
        // Also when the passkey is gone: pages are not told which.
        match error.dyn_ref::<DomException>().map(DomException::name).as_deref() {
            Some("NotAllowedError" | "AbortError") => PasskeyError::BrokenOff,
            _ => PasskeyError::Unfit,
        }
    })?;
    Ok(answer.unchecked_into())
}

fn secret_of(credential: &Credential) -> Option<Secret> {
    let first = at(&credential.extension_results(), &["prf", "results", "first"]);
    let secret = Uint8Array::new(first.dyn_ref::<ArrayBuffer>()?).to_vec();
    secret.try_into().ok()
}

fn bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

/// What lies along a path; undefined where the path ends early.
fn at(object: &JsValue, path: &[&str]) -> JsValue {
    path.iter().fold(object.clone(), |object, name| {
        Reflect::get(&object, &(*name).into()).unwrap_or(JsValue::UNDEFINED)
    })
}

fn put(object: &JsValue, path: &[&str], value: &JsValue) {
    let Some((last, way)) = path.split_last() else { return };
    // Setting a property of a fresh object cannot fail.
    let _ = Reflect::set(&at(object, way), &(*last).into(), value);
}
