//! A disk that takes no more: how that is recognised, and the little that helps.

use rusqlite::{Connection, Error, ErrorCode, ffi};

/// Whether something was not written because the disk is full, or a file may not grow.
pub(crate) fn is_lacking(error: &Error) -> bool {
    let Some(failure) = error.sqlite_error() else { return false };
    match failure.code {
        ErrorCode::DiskFull => true,
        // What a limit on the size of files, or on what an account may use, ends in.
        ErrorCode::SystemIoFailure => {
            matches!(failure.extended_code, ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_SHMSIZE)
        }
        _ => false,
    }
}

/// Moves what is in the write-ahead log into the database file, so that the log can be written from
/// its beginning again. SQLite does so by itself only after a commit that succeeded.
pub(super) fn find(connection: &Connection) {
    // Where it fails too, the next commit says so to whoever waits for it.
    let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
}
