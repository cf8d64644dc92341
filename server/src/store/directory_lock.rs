//! Who uses a data directory: any number of programs at once, or one restore and nobody else.

use std::{
    fs::{File, TryLockError},
    path::Path,
};

use super::StoreError;

/// A lock on a data directory, released with it, and by the operating system when the program ends
/// in whatever way. It lies on the directory itself, so that nothing has to be tidied up.
#[derive(Debug)]
pub(crate) struct DirectoryLock {
    _directory: File,
}

impl DirectoryLock {
    /// Beside any number of others, as the server and its commands use the data.
    ///
    /// # Errors
    /// While a restore replaces the data, or when the directory cannot be used.
    pub fn shared(data: &Path) -> Result<Self, StoreError> {
        let directory = File::open(data)?;
        match directory.try_lock_shared() {
            Ok(()) => Ok(Self { _directory: directory }),
            Err(TryLockError::WouldBlock) => Err(StoreError::BeingRestored),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// With nobody else.
    ///
    /// # Errors
    /// While anybody uses the data, or when the directory cannot be used.
    pub fn alone(data: &Path) -> Result<Self, StoreError> {
        let directory = File::open(data)?;
        match directory.try_lock() {
            Ok(()) => Ok(Self { _directory: directory }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}
