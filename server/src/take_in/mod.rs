//! Files of unsent work, taken in: what a phone that could not send gave to somebody to carry here.
//! Each change is judged as in a push from the person whose phone it was.

pub(crate) mod kept_apart;
pub mod page;
mod report;

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use rusqlite::Transaction;
use shared::{
    intake::{self, BodyRefusal},
    limits,
    sync::{
        carried::{CarriedBy, CarryKey, NotCarried, Split},
        exchange::{Durable, JudgedPush, ParsedPush},
    },
};

pub use self::report::Report;
use crate::{
    clock,
    store::{Store, StoreError, cases, log, people},
    sync::push::{self, Treatment, Way},
};

/// Why a file was not taken in. Nothing of it was kept then, save where the disk failed half-way:
/// taking it in again does the rest.
#[derive(Debug, thiserror::Error)]
pub enum TakeInError {
    /// Over the limit.
    #[error("The file is over {} MB: no phone makes one.", limits::CARRIED_FILE_BYTES_MAX / 1_048_576)]
    TooLong,
    /// No such file.
    #[error("Nothing was taken in: {0}.")]
    NotCarried(#[from] NotCarried),
    /// Another service's, or bent.
    #[error(
        "Nothing was taken in: the file is damaged, or it is for another service. Ask for it once \
         more from the phone that made it."
    )]
    NotOpened,
    /// Its content is no work, or too much.
    #[error("Nothing was taken in: {0}.")]
    NotUnderstood(#[from] BodyRefusal),
    /// This service does not know whose it is.
    #[error(
        "Nothing was taken in: this service does not know whose phone it was. After a restore, add \
         the person again, have them sign in on the phone, and take in the file that it makes then."
    )]
    NobodyKnown,
    /// The disk.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes a file in. Changes that are here already make no difference.
///
/// # Errors
/// Why it was not taken in, in words for whoever has the file.
pub fn take_in(store: &Store, file: &[u8]) -> Result<Report, TakeInError> {
    if file.len() > limits::CARRIED_FILE_BYTES_MAX {
        return Err(TakeInError::TooLong);
    }
    let (by, split) = CarriedBy::split(file)?;
    let key = store.read_now(log::seal_key)?.carry_key(&by);
    let body = opened(&key, &split).ok_or(TakeInError::NotOpened)?;
    let unsent = match intake::unsent(&body, limits::CARRIED_FILE_BYTES_MAX) {
        Err(BodyRefusal::OtherVersion) => return Err(NotCarried::Newer.into()),
        read => read?,
    };
    // Each is what one request may hold; what is over that is refused before anything is kept.
    let pushes = unsent.push.chunks(1).map(ParsedPush::all);
    let pushes = pushes.collect::<Result<Vec<_>, _>>()?;
    let mut report = Report::default();
    for push in pushes {
        let judged = store.write_now(move |tx| take_one(tx, by, push))?;
        // The commit has returned.
        let durable = Durable::committed();
        judged.iter().for_each(|push| report.add(push, &push.receipt(&durable)));
    }
    Ok(report)
}

fn opened(key: &CarryKey, split: &Split<'_>) -> Option<Vec<u8>> {
    let cipher = Aes256Gcm::new(key.reveal().into());
    let sealed = Payload { msg: split.encrypted, aad: split.header };
    cipher.decrypt(split.nonce.into(), sealed).ok()
}

fn take_one(
    tx: &Transaction<'_>,
    by: CarriedBy,
    push: Vec<ParsedPush>,
) -> Result<Vec<JudgedPush>, TakeInError> {
    let now_ms = clock::now_ms();
    let mut found = people::writer_on(tx, by.device)?;
    if found.is_none() {
        // Enrolled after the backup from which this data was restored: the key says for whom.
        people::adopt_device(tx, by.user, by.device, now_ms)?;
        found = people::writer_on(tx, by.device)?;
    }
    let found = found.filter(|(writer, _)| writer.actor.user == by.user);
    let (writer, is_kept_apart) = found.ok_or(TakeInError::NobodyKnown)?;
    // Under the server's own device, so that the phone is sent what it may have lost since.
    let treatment = if is_kept_apart { Treatment::KeptApart } else { Treatment::AsAllowed };
    let way = Way { treatment, logged_under: cases::server_author(tx)?.device };
    Ok(push::push_by(tx, &writer, &way, now_ms, push)?)
}

/// A file as a phone makes it.
#[cfg(test)]
pub fn sealed(key: &CarryKey, by: &CarriedBy, body: &[u8]) -> Vec<u8> {
    let (header, nonce) = (by.header(), [7; 12]);
    let cipher = Aes256Gcm::new(key.reveal().into());
    let plain = Payload { msg: body, aad: &header };
    let encrypted = cipher.encrypt((&nonce).into(), plain).expect("memory takes it");
    [header, nonce.to_vec(), encrypted].concat()
}
