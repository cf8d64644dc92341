//! The change log: every position is one change, or one grant or withdrawal of access.

use rusqlite::{OptionalExtension, Transaction, params};
use shared::{
    document::ChangeHash,
    ids::{CaseId, DeviceId, Epoch, UserId},
    intake::IncomingChange,
    sync::seal::SealKey,
};

use super::{StoreError, column};

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
    let epoch = Epoch::from_slice(&epoch).map_err(|_| StoreError::Damaged("the epoch".into()))?;
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

/// Works out anew where a case ends, after changes were taken out of the log. Its caches are to be
/// made again.
///
/// # Errors
/// When the database refuses, or a stored change is damaged.
pub fn count_again(tx: &Transaction<'_>, case: CaseId) -> Result<(), StoreError> {
    let sql = "SELECT position, bytes FROM change WHERE case_id = ?1 ORDER BY position";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([case.as_bytes()], |row| {
        Ok((row.get::<_, u64>(0)?, row.get::<_, Vec<u8>>(1)?))
    })?;
    let (mut latest, mut heads) = (0, Vec::new());
    for row in rows {
        let (position, bytes) = row?;
        let change = IncomingChange::parse(&bytes)
            .map_err(|refusal| StoreError::Damaged(format!("a change: {refusal}")))?;
        follow(&mut heads, &change);
        latest = position;
    }
    let sql =
        "UPDATE case_log SET latest_position = ?2, heads = ?3, projected_position = 0, failed = 0
         WHERE case_id = ?1";
    tx.prepare_cached(sql)?.execute(params![case.as_bytes(), latest, column_of(heads)])?;
    Ok(())
}

/// Adds a change to the heads: what it follows is one no more.
fn follow(heads: &mut Vec<ChangeHash>, change: &IncomingChange) {
    let followed: Vec<ChangeHash> = change.dependencies().collect();
    heads.retain(|head| !followed.contains(head));
    heads.push(change.hash());
}

fn column_of(mut heads: Vec<ChangeHash>) -> Vec<u8> {
    heads.sort();
    heads.iter().flat_map(|head| head.0).collect()
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
            follow(&mut heads, change);
        }
        if self.position == before {
            return Ok(());
        }
        let sql = "INSERT INTO case_log (case_id, latest_position, heads) VALUES (?1, ?2, ?3)
             ON CONFLICT (case_id) DO UPDATE
             SET latest_position = excluded.latest_position, heads = excluded.heads";
        self.tx.prepare_cached(sql)?.execute(params![
            case.as_bytes(),
            self.position,
            column_of(heads)
        ])?;
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

    /// Gives the case anew to everybody who has it: they get the whole of it once more.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn give_again(&mut self, case: CaseId) -> Result<(), StoreError> {
        let sql = "SELECT user FROM access WHERE case_id = ?1 AND revoked_position IS NULL";
        let mut statement = self.tx.prepare_cached(sql)?;
        let users = statement.query_map([case.as_bytes()], |row| column::user(row, 0))?;
        for user in users.collect::<Result<Vec<UserId>, _>>()? {
            let position = self.next();
            self.note_access(position, case, user, true, None)?;
            let sql = "UPDATE access SET granted_position = ?3, latest_position = ?3
                 WHERE case_id = ?1 AND user = ?2";
            let key = params![case.as_bytes(), user.as_bytes(), position];
            self.tx.prepare_cached(sql)?.execute(key)?;
        }
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
