//! People, their devices, sessions and one-time invitations. Of a token only its hash is kept.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use sha2::{Digest, Sha256};
use shared::{
    case::Role,
    ids::{DeviceId, UserId},
    ods::OdsCode,
    policy::Actor,
};

use super::{StoreError, column, log};
use crate::random;

/// How long a device stays signed in, in milliseconds: half a year, then a new link is asked for.
const SESSION_LIFE_MS: i64 = 180 * 24 * 60 * 60 * 1_000;
/// Devices that one person may have enrolled and not revoked. Beyond it somebody has a problem
/// that a new link would hide.
const DEVICES_MAX: u32 = 50;

/// A secret of 32 random bytes, as 64 hexadecimal digits. Does not print itself.
pub struct Token(String);

impl Token {
    fn draw() -> Self {
        let bytes: [u8; 32] = random::bytes();
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The text, for the one place that shows or sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Somebody to be added to the team.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// The practice that they work for, where they are practice staff.
    pub practice: Option<OdsCode>,
    /// How the practice's system names them.
    pub gp_username: Option<String>,
}

/// A device that is signed in.
#[derive(Debug, Clone)]
pub struct SignedInDevice {
    /// Who, in which role.
    pub actor: Actor,
    /// The device.
    pub device: DeviceId,
    /// Their name.
    pub name: String,
    /// Of the secret that the device shows, once it has shown one.
    secret_hash: Option<[u8; 32]>,
}

impl SignedInDevice {
    /// Whether the device is to show a secret.
    pub fn has_secret(&self) -> bool {
        self.secret_hash.is_some()
    }

    /// Whether this is its secret. How long the comparison takes says something of a hash at most,
    /// from which no secret follows.
    pub fn is_secret(&self, secret: &str) -> bool {
        self.secret_hash == Some(hash(secret))
    }
}

/// Adds or renames a practice.
///
/// # Errors
/// When the database refuses.
pub fn put_practice(tx: &Transaction<'_>, ods: &OdsCode, name: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO practice (ods, name) VALUES (?1, ?2)
         ON CONFLICT (ods) DO UPDATE SET name = excluded.name";
    tx.execute(sql, params![ods.as_str(), name])?;
    log::raise_profile_version(tx)
}

/// Adds somebody to the team.
///
/// # Errors
/// When the database refuses.
pub fn add_user(tx: &Transaction<'_>, new: &NewUser) -> Result<UserId, StoreError> {
    let user = UserId::from_random(random::bytes());
    put_user(tx, user, new)?;
    Ok(user)
}

/// Adds somebody to the team under an identifier that is not taken.
///
/// # Errors
/// When the database refuses.
pub fn put_user(tx: &Transaction<'_>, user: UserId, new: &NewUser) -> Result<(), StoreError> {
    let role = new.role.stored_name();
    tx.execute(
        "INSERT INTO user (id, name, role, practice, gp_username) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            user.as_bytes(),
            new.name,
            role,
            new.practice.as_ref().map(OdsCode::as_str),
            new.gp_username
        ],
    )?;
    tx.execute(
        "INSERT INTO user_role (user, role) VALUES (?1, ?2)",
        params![user.as_bytes(), role],
    )?;
    log::raise_profile_version(tx)
}

/// Active people by name, as a command names them; the server's own user is not among them.
///
/// # Errors
/// When the database refuses.
pub fn users_named(tx: &Transaction<'_>, name: &str) -> Result<Vec<UserId>, StoreError> {
    let sql = "SELECT id FROM user WHERE name = ?1 COLLATE NOCASE AND active = 1
         AND role <> 'service'";
    let mut statement = tx.prepare(sql)?;
    let users = statement.query_map([name], |row| column::user(row, 0))?;
    Ok(users.collect::<Result<_, _>>()?)
}

/// Active people with name and role, in order of name: who may be given a sign-in link.
///
/// # Errors
/// When the database refuses.
pub fn team(tx: &Transaction<'_>) -> Result<Vec<(UserId, String, Role)>, StoreError> {
    let sql = "SELECT id, name, role FROM user WHERE active = 1 AND role <> 'service'
         ORDER BY name, id";
    let mut statement = tx.prepare_cached(sql)?;
    let read = |row: &Row<'_>| Ok((column::user(row, 0)?, row.get(1)?, column::role(row, 2)?));
    Ok(statement.query_map([], read)?.collect::<Result<_, _>>()?)
}

/// Whose a device is or was.
///
/// # Errors
/// When the database refuses.
pub fn owner_of(tx: &Transaction<'_>, device: DeviceId) -> Result<Option<UserId>, StoreError> {
    let mut statement = tx.prepare_cached("SELECT user FROM device WHERE id = ?1")?;
    Ok(statement.query_row([device.as_bytes()], |row| column::user(row, 0)).optional()?)
}

/// Whether there is such a user.
///
/// # Errors
/// When the database refuses.
pub fn exists(tx: &Transaction<'_>, user: UserId) -> Result<bool, StoreError> {
    let mut statement = tx.prepare_cached("SELECT 1 FROM user WHERE id = ?1")?;
    Ok(statement.query_row([user.as_bytes()], |_| Ok(())).optional()?.is_some())
}

/// Enrols a device for a user.
///
/// # Errors
/// When the database refuses.
pub fn enrol_device(
    tx: &Transaction<'_>,
    user: UserId,
    now_ms: i64,
) -> Result<DeviceId, StoreError> {
    let device = DeviceId::from_random(random::bytes());
    put_device(tx, user, device, now_ms)?;
    Ok(device)
}

/// Enrols a device for a user under an identifier that is not taken.
///
/// # Errors
/// When the database refuses.
pub fn put_device(
    tx: &Transaction<'_>,
    user: UserId,
    device: DeviceId,
    now_ms: i64,
) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT INTO device (id, user, enrolled_at) VALUES (?1, ?2, ?3)")?
        .execute(params![device.as_bytes(), user.as_bytes(), now_ms])?;
    Ok(())
}

/// Notes whose a device was that was enrolled after the backup from which this data was restored.
/// It cannot sign in. A user whom the backup does not know either has no devices.
///
/// # Errors
/// When the database refuses.
pub fn adopt_device(
    tx: &Transaction<'_>,
    user: UserId,
    device: DeviceId,
    now_ms: i64,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO device (id, user, enrolled_at, revoked_at, adopted)
         SELECT ?1, id, ?3, ?3, 1 FROM user WHERE id = ?2";
    tx.prepare_cached(sql)?.execute(params![device.as_bytes(), user.as_bytes(), now_ms])?;
    Ok(())
}

/// Draws a one-time invitation.
///
/// # Errors
/// When the database refuses.
pub fn invite(
    tx: &Transaction<'_>,
    user: UserId,
    now_ms: i64,
    life_ms: i64,
) -> Result<Token, StoreError> {
    let token = Token::draw();
    tx.execute("DELETE FROM invite WHERE expires_at < ?1", [now_ms])?;
    tx.execute(
        "INSERT INTO invite (token_hash, user, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
        params![hash(token.reveal()), user.as_bytes(), now_ms, now_ms.saturating_add(life_ms)],
    )?;
    Ok(token)
}

/// Whom an invitation is for, while it can still be used.
///
/// # Errors
/// When the database refuses.
pub fn invited(
    tx: &Transaction<'_>,
    token: &str,
    now_ms: i64,
) -> Result<Option<(UserId, Role, Option<OdsCode>)>, StoreError> {
    let sql = "SELECT user.id, user.role, user.practice FROM invite
         JOIN user ON user.id = invite.user
         WHERE invite.token_hash = ?1 AND invite.used_at IS NULL AND invite.expires_at > ?2
            AND user.active = 1";
    let read = |row: &Row<'_>| {
        Ok((column::user(row, 0)?, column::role(row, 1)?, column::practice(row, 2)?))
    };
    Ok(tx.query_row(sql, params![hash(token), now_ms], read).optional()?)
}

/// Uses an invitation up: enrols a new device and begins its session.
///
/// # Errors
/// When the database refuses.
pub fn accept(
    tx: &Transaction<'_>,
    token: &str,
    now_ms: i64,
) -> Result<Option<(Token, Role, Option<OdsCode>)>, StoreError> {
    let Some((user, role, practice)) = invited(tx, token, now_ms)? else { return Ok(None) };
    let sql = "SELECT count(*) FROM device WHERE user = ?1 AND revoked_at IS NULL";
    let devices: u32 = tx.query_row(sql, [user.as_bytes()], |row| row.get(0))?;
    if devices >= DEVICES_MAX {
        return Ok(None);
    }
    tx.execute(
        "UPDATE invite SET used_at = ?2 WHERE token_hash = ?1",
        params![hash(token), now_ms],
    )?;
    let device = enrol_device(tx, user, now_ms)?;
    Ok(Some((begin_session(tx, device, now_ms)?, role, practice)))
}

/// Begins a session of a device.
///
/// # Errors
/// When the database refuses.
pub fn begin_session(
    tx: &Transaction<'_>,
    device: DeviceId,
    now_ms: i64,
) -> Result<Token, StoreError> {
    let token = Token::draw();
    tx.execute("DELETE FROM session WHERE expires_at < ?1", [now_ms])?;
    let expires_at = now_ms.saturating_add(SESSION_LIFE_MS);
    tx.execute(
        "INSERT INTO session (token_hash, device, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
        params![hash(token.reveal()), device.as_bytes(), now_ms, expires_at],
    )?;
    Ok(token)
}

/// Who holds this session, unless it is over, the device revoked or the person gone.
///
/// # Errors
/// When the database refuses.
pub fn signed_in(
    tx: &Transaction<'_>,
    token: &str,
    now_ms: i64,
) -> Result<Option<SignedInDevice>, StoreError> {
    let sql = "SELECT device.id, user.id, user.role, user.practice, user.name, device.secret_hash
         FROM session
         JOIN device ON device.id = session.device
         JOIN user ON user.id = device.user
         WHERE session.token_hash = ?1 AND session.expires_at > ?2
            AND device.revoked_at IS NULL AND user.active = 1";
    let key = params![hash(token), now_ms];
    Ok(tx.prepare_cached(sql)?.query_row(key, read_device).optional()?)
}

/// Who held this session until the device was taken off the service, or they left it.
///
/// # Errors
/// When the database refuses.
pub fn taken_off(
    tx: &Transaction<'_>,
    token: &str,
    now_ms: i64,
) -> Result<Option<SignedInDevice>, StoreError> {
    let sql = "SELECT device.id, user.id, user.role, user.practice, user.name, device.secret_hash
         FROM session
         JOIN device ON device.id = session.device
         JOIN user ON user.id = device.user
         WHERE session.token_hash = ?1 AND session.expires_at > ?2
            AND (device.revoked_at IS NOT NULL OR user.active = 0)";
    let key = params![hash(token), now_ms];
    Ok(tx.prepare_cached(sql)?.query_row(key, read_device).optional()?)
}

/// Who writes on a device, with nobody signed in, and whether it was taken off the service.
///
/// # Errors
/// When the database refuses.
pub fn writer_on(
    tx: &Transaction<'_>,
    device: DeviceId,
) -> Result<Option<(SignedInDevice, bool)>, StoreError> {
    let sql = "SELECT device.id, user.id, user.role, user.practice, user.name, device.secret_hash,
            (device.revoked_at IS NOT NULL AND NOT device.adopted) OR user.active = 0
         FROM device JOIN user ON user.id = device.user WHERE device.id = ?1";
    let read = |row: &Row<'_>| Ok((read_device(row)?, row.get(6)?));
    Ok(tx.prepare_cached(sql)?.query_row([device.as_bytes()], read).optional()?)
}

fn read_device(row: &Row<'_>) -> Result<SignedInDevice, rusqlite::Error> {
    let actor = Actor {
        user: column::user(row, 1)?,
        role: column::role(row, 2)?,
        practice: column::practice(row, 3)?,
    };
    Ok(SignedInDevice {
        actor,
        device: column::device(row, 0)?,
        name: row.get(4)?,
        secret_hash: row.get(5)?,
    })
}

/// Notes the secret that a device shows for the first time. Returns whether it is the device's: another
/// request may have been quicker with another one.
///
/// # Errors
/// When the database refuses.
pub fn note_secret(
    tx: &Transaction<'_>,
    device: DeviceId,
    secret: &str,
) -> Result<bool, StoreError> {
    let sql = "UPDATE device SET secret_hash = coalesce(secret_hash, ?2) WHERE id = ?1
         RETURNING secret_hash = ?2";
    let key = params![device.as_bytes(), hash(secret)];
    Ok(tx.prepare_cached(sql)?.query_row(key, |row| row.get(0))?)
}

/// The devices of somebody that can sign in, each with when it was enrolled, the latest first.
///
/// # Errors
/// When the database refuses.
pub fn devices_of(tx: &Transaction<'_>, user: UserId) -> Result<Vec<(DeviceId, i64)>, StoreError> {
    let sql = "SELECT id, enrolled_at FROM device WHERE user = ?1 AND revoked_at IS NULL
         ORDER BY enrolled_at DESC, id";
    let mut statement = tx.prepare(sql)?;
    let read = |row: &Row<'_>| Ok((column::device(row, 0)?, row.get(1)?));
    Ok(statement.query_map([user.as_bytes()], read)?.collect::<Result<_, _>>()?)
}

/// Whether somebody of the team has a device that can sign in.
///
/// # Errors
/// When the database refuses.
pub fn can_sign_in(tx: &Transaction<'_>, user: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM device JOIN user ON user.id = device.user
         WHERE user.id = ?1 AND user.active = 1 AND device.revoked_at IS NULL)";
    Ok(tx.prepare_cached(sql)?.query_row([user.as_bytes()], |row| row.get(0))?)
}

/// Ends a session.
///
/// # Errors
/// When the database refuses.
pub fn end_session(tx: &Transaction<'_>, token: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM session WHERE token_hash = ?1", [hash(token)])?;
    Ok(())
}

/// Takes a device off the service: it is refused from then on. Its session is kept, by which it alone
/// is told, and hands over what it had not sent.
///
/// # Errors
/// When the database refuses.
pub fn revoke_device(
    tx: &Transaction<'_>,
    device: DeviceId,
    now_ms: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE device SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL",
        params![device.as_bytes(), now_ms],
    )?;
    Ok(())
}
