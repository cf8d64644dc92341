//! Why a backup or a restore came to nothing, and what to do.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::store::StoreError;

/// Why a backup or a restore came to nothing, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A mistyped directory, most likely.
    #[error("There is no Fingerpost data in {}.", .0.display())]
    NoData(PathBuf),
    /// Nothing is ever written over.
    #[error("{} exists already: name another file, or move it away first.", .0.display())]
    Exists(PathBuf),
    /// Two at once would write into each other's file.
    #[error("Another backup is writing {} just now: wait for it.", .0.display())]
    UnderWay(PathBuf),
    /// A mistyped file, most likely.
    #[error("{} cannot be read ({why}): name a file that `fingerpost backup` wrote.", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What reading it failed with.
        why: String,
    },
    /// Some other database, or none at all.
    #[error("{} is not a Fingerpost backup: name a file that `fingerpost backup` wrote.", .0.display())]
    NotOurs(PathBuf),
    /// It, or the copy that was made of it, has faults.
    #[error("{} is damaged ({why}): use another backup, and look at the disk.", .file.display())]
    Damaged {
        /// The database.
        file: PathBuf,
        /// The first fault.
        why: String,
    },
    /// No room, or no permission.
    #[error("{} cannot be written ({why}): make room there, or see to its permissions.", .file.display())]
    Unwritable {
        /// The file or directory.
        file: PathBuf,
        /// What writing it failed with.
        why: String,
    },
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Says where an operation of the file system failed.
pub(super) trait At<T> {
    /// Names the file or directory.
    fn at(self, file: &Path) -> Result<T, BackupError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, file: &Path) -> Result<T, BackupError> {
        self.map_err(|error| BackupError::Unwritable {
            file: file.to_owned(),
            why: error.to_string(),
        })
    }
}
