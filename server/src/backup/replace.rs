//! Puts a restored database in its place, so that at no moment, were the power cut, anything is
//! lost or half of one database is taken for a whole one.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use super::{
    error::{At, BackupError},
    sync_directory,
};
use crate::store::Store;

/// What belongs to a database that was not closed: without them it lacks what was written last,
/// and beside another database they would be taken for its own.
const UNCLOSED: [&str; 2] = ["-wal", "-journal"];
/// Shared memory of whoever has it open, which means nothing once nobody has.
const MEMORY: &str = "-shm";
/// Restores within one second that find a name for what they move aside.
const NAMES_MAX: u32 = 100;

/// Puts the restored database in its place. Returns where the data is now that was there before.
///
/// The order makes it safe. What is there gets its second name first; from then on the restored
/// file alone says that the first name means nothing, and the store refuses to open it. Run again,
/// it goes on from anywhere.
pub(super) fn replace(data: &Path, now: Timestamp) -> Result<Option<PathBuf>, BackupError> {
    let file = Store::file(data);
    let aside = if file.exists() { Some(keep_aside(data, now)?) } else { None };
    for ending in UNCLOSED.into_iter().chain([MEMORY]) {
        let companion = with(&file, ending);
        match fs::remove_file(&companion) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error).at(&companion),
            _ => {}
        }
    }
    sync_directory(data)?;
    fs::rename(Store::restored_file(data), &file).at(&file)?;
    sync_directory(data)?;
    Ok(aside)
}

/// Gives everything that is there a second name, in a directory that is a data directory itself.
fn keep_aside(data: &Path, now: Timestamp) -> Result<PathBuf, BackupError> {
    let file = Store::file(data);
    let aside = new_directory(data, now)?;
    let second = Store::file(&aside);
    fs::hard_link(&file, &second).at(&second)?;
    for ending in UNCLOSED {
        let (from, to) = (with(&file, ending), with(&second, ending));
        match fs::hard_link(&from, &to) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error).at(&to),
            _ => {}
        }
    }
    sync_directory(&aside)?;
    sync_directory(data)?;
    Ok(aside)
}

fn new_directory(data: &Path, now: Timestamp) -> Result<PathBuf, BackupError> {
    let name = data.join(format!("before-restore-{}", now.strftime("%Y%m%dT%H%M%SZ")));
    let mut builder = fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    for number in 1..=NAMES_MAX {
        let path = match number {
            1 => name.clone(),
            more => with(&name, &format!("-{more}")),
        };
        match builder.create(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            created => return created.at(&path).map(|()| path),
        }
    }
    Err(BackupError::Exists(name))
}

fn with(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
