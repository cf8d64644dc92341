//! A phone's screen lock that makes passkeys, as the browser's own stand-in for one.

use serde_json::{Value, json};

use crate::Browser;

/// A screen lock of a browser, for as long as that is open: it answers at once, without a finger.
#[derive(Debug)]
pub struct ScreenLock {
    id: Value,
}

impl ScreenLock {
    /// Gives a browser one; with secrets (the PRF extension) or, as on an older phone, without.
    #[track_caller]
    pub fn give(phone: &Browser, has_secrets: bool) -> Self {
        phone.devtools("WebAuthn.enable", &json!({}));
        let options = json!({
            "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal",
            "hasResidentKey": true, "hasUserVerification": true, "isUserVerified": true,
            "hasPrf": has_secrets,
        });
        let made =
            phone.devtools("WebAuthn.addVirtualAuthenticator", &json!({ "options": options }));
        Self { id: made["authenticatorId"].clone() }
    }

    /// Whether the next finger is its owner's.
    #[track_caller]
    pub fn know_finger(&self, phone: &Browser, known: bool) {
        let told = json!({ "authenticatorId": self.id, "isUserVerified": known });
        phone.devtools("WebAuthn.setUserVerified", &told);
    }

    /// The passkeys in it.
    #[track_caller]
    pub fn passkeys(&self, phone: &Browser) -> Vec<Value> {
        let found =
            phone.devtools("WebAuthn.getCredentials", &json!({ "authenticatorId": self.id }));
        found["credentials"].as_array().cloned().unwrap_or_default()
    }
}
