//! Being signed in: a value that a handler must hold, made only from a session that stands.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header::COOKIE, request::Parts},
};

use crate::{
    app::App,
    clock,
    error::Error,
    store::{
        StoreError,
        people::{self, SignedInDevice},
    },
};

/// The name of the cookie.
const COOKIE_NAME: &str = "fingerpost";
/// As long as the session itself: half a year, in seconds.
const COOKIE_LIFE_S: u32 = 180 * 24 * 60 * 60;
/// The device that the client believes to be: a request says so where it matters.
const DEVICE_HEADER: &str = "fingerpost-device";
/// The secret that lies sealed in the device's vault.
const SECRET_HEADER: &str = "fingerpost-secret";
/// A token's length. Anything longer is not one, and is not looked up.
const TOKEN_CHARACTERS: usize = 64;

/// Somebody who is signed in, on one of their devices: who may see the pages of their desk, and hear
/// that there is something new.
#[derive(Debug, Clone)]
pub struct SignedIn(pub SignedInDevice);

impl std::ops::Deref for SignedIn {
    type Target = SignedInDevice;

    fn deref(&self) -> &SignedInDevice {
        &self.0
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        match Session::of(parts, app)? {
            Session::Stands(device) => Ok(Self(device)),
            Session::TakenOff(_) => Err(Error::TakenOff),
        }
    }
}

/// A phone that is signed in, and open: who may read with it what phones read.
///
/// The browser keeps the cookie of a session beside the vault, and longer: a locked phone has it, and so
/// has one that was forgotten with no signal, or whose browser removed what it stored. So a phone that
/// has a lock shows a secret as well, which lies in its vault: without it the session says nothing here.
/// The first request that names its device shows it, which is the first sync, before any case is given
/// out. From then on it is asked for.
#[derive(Debug, Clone)]
pub struct OpenPhone(pub SignedInDevice);

impl FromRequestParts<App> for OpenPhone {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let SignedIn(device) = SignedIn::from_request_parts(parts, app).await?;
        let secret = parts.headers.get(SECRET_HEADER).and_then(|secret| secret.to_str().ok());
        let secret = secret.filter(|secret| is_token(secret));
        // Whoever signs in where somebody else's vault still is shows that one's secret, and asks
        // first who they are, naming no device: it does not become theirs.
        let names_itself = parts.headers.contains_key(DEVICE_HEADER);
        let is_shown = match secret {
            Some(secret) if device.has_secret() => device.is_secret(secret),
            Some(secret) if names_itself => {
                let (id, secret) = (device.device, secret.to_owned());
                app.store.write(move |tx| people::note_secret(tx, id, &secret)).await?.0
            }
            _ => !device.has_secret(),
        };
        if is_shown { Ok(Self(device)) } else { Err(Error::SignedOut) }
    }
}

/// Somebody whose device was taken off the service since they signed in on it. They may hand over
/// what they had not sent, and nothing else.
#[derive(Debug, Clone)]
pub struct TakenOff(pub SignedInDevice);

impl FromRequestParts<App> for TakenOff {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        // Whoever hands over removes everything afterwards: it has to be sure that it is meant.
        if !parts.headers.contains_key(DEVICE_HEADER) {
            return Err(Error::SignedOut);
        }
        match Session::of(parts, app)? {
            Session::TakenOff(device) => Ok(Self(device)),
            Session::Stands(_) => {
                Err(Error::Conflict("This device is signed in: it sends what it has.".into()))
            }
        }
    }
}

/// What a request's token says.
enum Session {
    Stands(SignedInDevice),
    TakenOff(SignedInDevice),
}

impl Session {
    fn of(parts: &Parts, app: &App) -> Result<Self, Error> {
        let token = token_of(&parts.headers).ok_or(Error::SignedOut)?;
        let now_ms = clock::now_ms();
        // One row by its key: less work than handing it to a thread that may wait.
        let found = app.store.read_now(|tx| match people::signed_in(tx, &token, now_ms)? {
            Some(device) => Ok(Some(Self::Stands(device))),
            None => Ok::<_, StoreError>(people::taken_off(tx, &token, now_ms)?.map(Self::TakenOff)),
        });
        let found = found?.ok_or(Error::SignedOut)?;
        let (Self::Stands(device) | Self::TakenOff(device)) = &found;
        // A tab that was opened for one person must not go on as another who signed in beside it.
        let expected = parts.headers.get(DEVICE_HEADER);
        if expected.is_some_and(|expected| *expected != *device.device.to_string()) {
            return Err(Error::SignedOut);
        }
        Ok(found)
    }
}

/// The token that a request brings, if it looks like one.
pub(crate) fn token_of(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == COOKIE_NAME && is_token(value))
        .map(|(_, value)| value.to_owned())
}

/// Whether a text has the form of a token.
pub(crate) fn is_token(text: &str) -> bool {
    text.len() == TOKEN_CHARACTERS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The `Set-Cookie` value that begins a session on a device.
pub(crate) fn cookie(token: &people::Token, https: bool) -> String {
    let secure = if https { "; Secure" } else { "" };
    let token = token.reveal();
    format!(
        "{COOKIE_NAME}={token}; Path=/; Max-Age={COOKIE_LIFE_S}; HttpOnly; SameSite=Strict{secure}"
    )
}

/// The `Set-Cookie` value that ends it.
pub(crate) fn no_cookie() -> String {
    format!("{COOKIE_NAME}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict")
}
