//! A copy of a whole database: under a temporary name until it is complete, checked and on disk.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{
    error::{At, BackupError},
    sync_directory,
};
use crate::store::{self, StoreError};

/// Only the account that keeps the data may read a copy of it.
const PRIVATE: u32 = 0o600;

/// How much a database holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Changes in the log.
    pub changes: u64,
    /// Cases that they belong to.
    pub cases: u64,
    /// When the last of them was received.
    pub latest: Option<Timestamp>,
}

impl Content {
    /// The content in words.
    pub fn words(&self) -> String {
        let Self { changes, cases, latest } = self;
        let latest = latest.map_or(String::new(), |at| {
            let at = at.strftime("%Y-%m-%d at %H:%M:%S UTC");
            format!(", the last of them received on {at}")
        });
        format!("{changes} changes of {cases} cases{latest}")
    }
}

/// Opens a database of this or an earlier version to read it, whoever writes it meanwhile.
pub(super) fn open(file: &Path) -> Result<Connection, BackupError> {
    let unreadable = |why: String| BackupError::Unreadable { file: file.to_owned(), why };
    // SQLite would only say that it cannot open it.
    File::open(file).map_err(|error| unreadable(error.to_string()))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || {
        let connection = Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(store::BUSY_WAIT)?;
        let version = version(&connection)?;
        let ours = "SELECT count(*) FROM sqlite_schema WHERE type = 'table'
             AND name IN ('meta', 'change', 'access_log', 'case_log')";
        let tables: u32 = connection.query_row(ours, [], |row| row.get(0))?;
        Ok::<_, rusqlite::Error>((connection, version, tables))
    };
    match open() {
        Ok((_, version, 4)) if version > store::VERSION => Err(StoreError::Newer.into()),
        Ok((connection, 1.., 4)) => Ok(connection),
        Ok(_) => Err(BackupError::NotOurs(file.to_owned())),
        Err(error) => Err(match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => BackupError::NotOurs(file.to_owned()),
            Some(ErrorCode::DatabaseCorrupt) => damaged(file, &error),
            _ => unreadable(error.to_string()),
        }),
    }
}

/// The version of a database's tables.
pub(super) fn version(connection: &Connection) -> Result<usize, rusqlite::Error> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn damaged(file: &Path, why: &dyn std::fmt::Display) -> BackupError {
    BackupError::Damaged { file: file.to_owned(), why: why.to_string() }
}

/// The empty beginning of a copy, which nobody else can write to. Removed with it unless it is
/// given a name.
pub(super) struct Copy {
    path: PathBuf,
    file: File,
    named: bool,
}

impl Copy {
    /// Takes the temporary name, whose earlier holder may have been killed.
    pub fn begin(path: &Path) -> Result<Self, BackupError> {
        let mut options = OpenOptions::new();
        // Emptied only once it is known that nobody else is filling it.
        let file = options.write(true).create(true).truncate(false).mode(PRIVATE);
        let file = file.open(path).at(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BackupError::UnderWay(path.to_owned())),
            Err(TryLockError::Error(error)) => return Err(error).at(path),
        }
        // Whoever held it may have finished between the two steps: then this is their whole copy,
        // under its new name.
        let mine = file.metadata().at(path)?.ino();
        if fs::metadata(path).map_or(true, |there| there.ino() != mine) {
            return Err(BackupError::UnderWay(path.to_owned()));
        }
        file.set_len(0).at(path)?;
        Ok(Self { path: path.to_owned(), file, named: false })
    }

    /// Copies one consistent state, and checks what has become of it.
    pub fn fill(self, source: &Connection) -> Result<Self, BackupError> {
        let original = PathBuf::from(source.path().unwrap_or_default());
        let path = self.path.to_str().ok_or(StoreError::Path)?;
        source.execute("VACUUM INTO ?1", [path]).map_err(|error| {
            match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseCorrupt) => damaged(&original, &error),
                _ => BackupError::Unwritable { file: self.path.clone(), why: error.to_string() },
            }
        })?;
        let check = "PRAGMA integrity_check(1)";
        let found = self.connection()?.query_row(check, [], |row| row.get::<_, String>(0));
        match found.map_err(StoreError::from)?.as_str() {
            "ok" => Ok(self),
            why => Err(damaged(&original, &why)),
        }
    }

    /// Changes the copy before it has a name.
    pub fn change<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, BackupError> {
        Ok(work(&mut self.connection()?)?)
    }

    /// How much it holds.
    pub fn content(&self) -> Result<Content, BackupError> {
        let sql = "SELECT count(*), count(DISTINCT case_id), max(received_at) FROM change";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let read = self.connection()?.query_row(sql, [], read);
        let (changes, cases, latest): (u64, u64, Option<i64>) = read.map_err(StoreError::from)?;
        let latest = latest.and_then(|ms| Timestamp::from_millisecond(ms).ok());
        Ok(Content { changes, cases, latest })
    }

    /// Makes it durable, and then gives it its name, which has to be in the same directory.
    pub fn name(mut self, name: &Path) -> Result<(), BackupError> {
        self.file.sync_all().at(&self.path)?;
        fs::rename(&self.path, name).at(name)?;
        self.named = true;
        sync_directory(name.parent().unwrap_or(Path::new("/")))
    }

    fn connection(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(Connection::open_with_flags(&self.path, flags)?)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        if !self.named {
            // What remains after all is emptied by the next copy of this name.
            let _ = fs::remove_file(&self.path);
        }
    }
}
