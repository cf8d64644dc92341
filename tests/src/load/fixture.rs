//! What the server finds when it starts: a service whose phones are enrolled and signed in. Written
//! into the file beforehand, since signing ten thousand people in is not what is measured.

use std::path::Path;

use rusqlite::{Transaction, params};
use server::{
    clock, random,
    store::{
        Store, StoreError,
        people::{self, NewUser},
    },
};
use sha2::{Digest, Sha256};
use shared::{
    case::Role,
    document::Author,
    ids::{DeviceId, UserId},
    ods::OdsCode,
};

use crate::must;

/// Sessions last longer than any run.
const SESSION_LIFE_MS: i64 = 24 * 60 * 60 * 1_000;

/// A phone that is signed in.
#[derive(Debug, Clone)]
pub struct Enrolled {
    /// Whose it is.
    pub author: Author,
    /// Its session's token.
    pub token: String,
}

/// Makes the data directory, and in it one person with one phone, so many times.
pub fn enrol(data: &Path, phones: usize) -> Vec<Enrolled> {
    let store = must(Store::open(data), "no data directory could be made");
    let enrolled = store.write_now(move |tx| {
        let practice = OdsCode::parse("A99001").expect("the code has the form of a code");
        people::put_practice(tx, &practice, "Moss Road Surgery")?;
        (0..phones).map(|number| enrol_one(tx, &format!("Link worker {number}"))).collect()
    });
    store.close();
    must::<Vec<Enrolled>, StoreError>(enrolled, "the phones could not be enrolled")
}

/// Enrols one more phone of somebody who has one.
pub fn enrol_another(data: &Path, user: UserId) -> Enrolled {
    let store = must(Store::open(data), "the data directory could not be opened");
    let enrolled = store.write_now(move |tx| sign_in(tx, user));
    store.close();
    must::<Enrolled, StoreError>(enrolled, "the phone could not be enrolled")
}

fn enrol_one(tx: &Transaction<'_>, name: &str) -> Result<Enrolled, StoreError> {
    let user = UserId::from_random(random::bytes());
    let role = Role::LinkWorker;
    people::put_user(
        tx,
        user,
        &NewUser { name: name.to_owned(), role, practice: None, gp_username: None },
    )?;
    sign_in(tx, user)
}

fn sign_in(tx: &Transaction<'_>, user: UserId) -> Result<Enrolled, StoreError> {
    let now_ms = clock::now_ms();
    let device = DeviceId::from_random(random::bytes());
    people::put_device(tx, user, device, now_ms)?;
    let token: String = random::bytes::<32>().iter().map(|byte| format!("{byte:02x}")).collect();
    let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    let sql = "INSERT INTO session (token_hash, device, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4)";
    let session = params![hash, device.as_bytes(), now_ms, now_ms + SESSION_LIFE_MS];
    tx.prepare_cached(sql)?.execute(session)?;
    Ok(Enrolled { author: Author { user, device, session: random::bytes() }, token })
}
