//! The change log: every position is one change, or one grant or withdrawal of access.

use rusqlite::{OptionalExtension, Transaction, params};
use shared::{
    document::ChangeHash,
    ids::{CaseId, DeviceId, Epoch, UserId},
    intake::IncomingChange,
    sync::seal::SealKey,
};

use super::StoreError;

/// What a sync answer says of the service as a whole.
#[derive(Debug, Clone, Copy)]
pub struct Head {
    /// The life of the log.
    pub epoch: Epoch,
    /// The last position.
    pub end: u64,
    /// Rises when the team, the practices or the rules changed.
    pub profile_version: u64,
    /// Rises when the directory of services changed.
    pub directory_version: u64,
}

/// Reads the head of the log.
///
/// # Errors
/// When the database refuses.
pub fn head(tx: &Transaction<'_>) -> Result<Head, StoreError> {
    let sql = "SELECT epoch, log_position, profile_version, directory_version FROM meta";
    let read = |row: &rusqlite::Row<'_>| {
        Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    };
    let (epoch, end, profile_version, directory_version) =
        tx.prepare_cached(sql)?.query_row([], read)?;
    let epoch = Epoch::from_slice(&epoch)
        .map_err(|_| StoreError::NotCommitted("the epoch is damaged".into()))?;
    Ok(Head { epoch, end, profile_version, directory_version })
}

/// The key of the seals on what this server gives out.
///
/// # Errors
/// When the database refuses.
pub fn seal_key(tx: &Transaction<'_>) -> Result<SealKey, StoreError> {
    let sql = "SELECT seal_key FROM meta";
    Ok(SealKey(tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?))
}

/// The changes of a case that nothing follows, out of their column.
pub fn heads(column: &[u8]) -> Vec<ChangeHash> {
    column.as_chunks().0.iter().map(|hash| ChangeHash(*hash)).collect()
}

/// Begins another life of the log, whose positions mean nothing to phones that read an earlier one:
/// each of them reads from the start, and sends again what this log lacks.
///
/// # Errors
/// When the database refuses.
pub fn begin_epoch(tx: &Transaction<'_>, epoch: Epoch) -> Result<(), StoreError> {
    tx.execute("UPDATE meta SET epoch = ?1", [epoch.as_bytes()])?;
    Ok(())
}

/// Notes that the team, the practices or the rules changed: phones then fetch their profile.
///
/// # Errors
/// When the database refuses.
pub fn raise_profile_version(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.execute("UPDATE meta SET profile_version = profile_version + 1", [])?;
    Ok(())
}

/// Notes that the directory changed: phones then fetch it.
///
/// # Errors
/// When the database refuses.
pub fn raise_directory_version(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.execute("UPDATE meta SET directory_version = directory_version + 1", [])?;
    Ok(())
}

/// Whether the log holds this change of this case.
///
/// # Errors
/// When the database refuses.
pub fn has_change(
    tx: &Transaction<'_>,
    case: CaseId,
    hash: &ChangeHash,
) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM change WHERE case_id = ?1 AND hash = ?2";
    let found = tx
        .prepare_cached(sql)?
        .query_row(params![case.as_bytes(), hash.0], |_| Ok(()))
        .optional()?;
    Ok(found.is_some())
}

/// Whether the log holds anything of this case.
///
/// # Errors
/// When the database refuses.
pub fn has_case(tx: &Transaction<'_>, case: CaseId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM case_log WHERE case_id = ?1";
    let found = tx.prepare_cached(sql)?.query_row([case.as_bytes()], |_| Ok(())).optional()?;
    Ok(found.is_some())
}

/// A change to be appended.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'c> {
    /// The change.
    pub change: &'c IncomingChange,
    /// The person whose it is.
    pub author: UserId,
    /// The device that sent it: the one that wrote it, or the same phone after it was signed in
    /// anew.
    pub device: DeviceId,
}

/// Gives out positions within one transaction. Without [`Appender::finish`] the next one would
/// give out the same positions again, which the tables refuse.
#[must_use = "positions count only once it is finished"]
pub struct Appender<'t> {
    tx: &'t Transaction<'t>,
    position: u64,
    at: i64,
}

impl<'t> Appender<'t> {
    /// Begins after the last position. What it writes is dated `now_ms`.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn open(tx: &'t Transaction<'t>, now_ms: i64) -> Result<Self, StoreError> {
        let sql = "SELECT log_position FROM meta";
        let position = tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        Ok(Self { tx, position, at: now_ms })
    }

    fn next(&mut self) -> u64 {
        self.position += 1;
        self.position
    }

    /// Appends changes of one case and moves it up for everybody who has it.
    ///
    /// # Errors
    /// When the database refuses, such as for a change that is there already.
    pub fn append<'c>(
        &mut self,
        case: CaseId,
        entries: impl IntoIterator<Item = Entry<'c>>,
    ) -> Result<(), StoreError> {
        let before = self.position;
        let mut heads = self.heads(case)?;
        let sql = "INSERT INTO change (position, case_id, hash, device, author, received_at, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let mut insert = self.tx.prepare_cached(sql)?;
        for Entry { change, author, device } in entries {
            let position = self.next();
            insert.execute(params![
                position,
                case.as_bytes(),
                change.hash().0,
                device.as_bytes(),
                author.as_bytes(),
                self.at,
                change.bytes(),
            ])?;
            let followed: Vec<ChangeHash> = change.dependencies().collect();
            heads.retain(|head| !followed.contains(head));
            heads.push(change.hash());
        }
        if self.position == before {
            return Ok(());
        }
        heads.sort();
        let heads: Vec<u8> = heads.iter().flat_map(|head| head.0).collect();
        let sql = "INSERT INTO case_log (case_id, latest_position, heads) VALUES (?1, ?2, ?3)
             ON CONFLICT (case_id) DO UPDATE
             SET latest_position = excluded.latest_position, heads = excluded.heads";
        self.tx.prepare_cached(sql)?.execute(params![case.as_bytes(), self.position, heads])?;
        let sql = "UPDATE access SET latest_position = ?2
             WHERE case_id = ?1 AND revoked_position IS NULL";
        self.tx.prepare_cached(sql)?.execute(params![case.as_bytes(), self.position])?;
        Ok(())
    }

    /// Gives a user the case, unless they have it. `device` began it, where one did.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn grant(
        &mut self,
        case: CaseId,
        user: UserId,
        device: Option<DeviceId>,
    ) -> Result<(), StoreError> {
        if self.stands(case, user)? {
            return Ok(());
        }
        let position = self.next();
        self.note_access(position, case, user, true, device)?;
        let sql = "INSERT INTO access (case_id, user, granted_position, latest_position)
             VALUES (?1, ?2, ?3, ?3)
             ON CONFLICT (case_id, user) DO UPDATE SET
                granted_position = excluded.granted_position,
                latest_position = excluded.latest_position,
                revoked_position = NULL";
        self.tx.prepare_cached(sql)?.execute(params![
            case.as_bytes(),
            user.as_bytes(),
            position
        ])?;
        Ok(())
    }

    /// Takes the case away from a user who has it.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn revoke(&mut self, case: CaseId, user: UserId) -> Result<(), StoreError> {
        if !self.stands(case, user)? {
            return Ok(());
        }
        let position = self.next();
        self.note_access(position, case, user, false, None)?;
        let sql = "UPDATE access SET revoked_position = ?3 WHERE case_id = ?1 AND user = ?2";
        self.tx.prepare_cached(sql)?.execute(params![
            case.as_bytes(),
            user.as_bytes(),
            position
        ])?;
        Ok(())
    }

    /// Makes the positions count.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn finish(self) -> Result<(), StoreError> {
        let sql = "UPDATE meta SET log_position = ?1";
        self.tx.prepare_cached(sql)?.execute([self.position])?;
        Ok(())
    }

    fn heads(&self, case: CaseId) -> Result<Vec<ChangeHash>, StoreError> {
        let sql = "SELECT heads FROM case_log WHERE case_id = ?1";
        let mut statement = self.tx.prepare_cached(sql)?;
        let found = statement.query_row([case.as_bytes()], |row| row.get::<_, Vec<u8>>(0));
        Ok(found.optional()?.map(|column| heads(&column)).unwrap_or_default())
    }

    fn stands(&self, case: CaseId, user: UserId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM access
             WHERE case_id = ?1 AND user = ?2 AND revoked_position IS NULL";
        let found = self
            .tx
            .prepare_cached(sql)?
            .query_row(params![case.as_bytes(), user.as_bytes()], |_| Ok(()))
            .optional()?;
        Ok(found.is_some())
    }

    fn note_access(
        &self,
        position: u64,
        case: CaseId,
        user: UserId,
        granted: bool,
        device: Option<DeviceId>,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO access_log (position, case_id, user, granted, device, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.tx.prepare_cached(sql)?.execute(params![
            position,
            case.as_bytes(),
            user.as_bytes(),
            granted,
            device.map(|device| *device.as_bytes()),
            self.at,
        ])?;
        Ok(())
    }
}
