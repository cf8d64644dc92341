//! `fingerpost backup` and `fingerpost restore`: the whole service in one file, and back.
//!
//! A restored server begins another epoch: every phone then reads from the start and sends again
//! what the backup lacks. So what any phone holds is there again once it has been in touch. What
//! only the server knew is as it was when the backup was made:
//!
//! * Sessions and devices are those of the backup, so that phones go on. Whoever signed in on a
//!   device after it signs in again, with a new link, and loses nothing by it. A device that was
//!   revoked after it is active again, and has to be revoked again.
//! * Sign-in links that were open then work no longer, since they may have been used since.
//! * Cases moved or taken away since are where they were. Changes to the team, the practices and the
//!   directory since are not known any more, nor is what the lead decided.
//! * Packs closed and answers given since are brought over from the data that is replaced, where it
//!   can be read: no number and no new entry comes twice. Where that data is lost, they are not known
//!   any more.
//! * No pack is closed until the lead says on the team's desk that every phone has been in touch:
//!   until then records are as old as the backup.
//!
//! The data that a restore replaces is never deleted. It is moved into a dated directory inside the
//! data directory, which is a whole data directory itself: `verify` and `pack` can be asked of it.

mod bring_over;
mod checked;
mod error;
mod replace;
#[cfg(test)]
mod tests;

use std::{
    fs::{self, File},
    path::{Path, PathBuf, absolute},
};

use jiff::Timestamp;
use rusqlite::params;
use shared::ids::Epoch;

pub use self::{bring_over::BroughtOver, checked::Content, error::BackupError};
use self::{checked::Copy, error::At, replace::replace};
use crate::{
    random, service,
    store::{self, DirectoryLock, Store, StoreError, log},
};

/// What a copy is called until it is whole.
const PARTIAL: &str = "partial";

/// A backup that was written.
#[derive(Debug)]
pub struct Backup {
    /// Where it is.
    pub file: PathBuf,
    /// What it holds.
    pub content: Content,
}

impl Backup {
    /// What a person reads.
    pub fn summary(&self) -> String {
        format!("{} holds {}.", self.file.display(), self.content.words())
    }
}

/// Writes one consistent state of the data into a new file, while a server reads and writes. The
/// file has its name only once it is whole, checked and on disk.
///
/// # Errors
/// When there is no data, the file exists, or it cannot be written.
pub fn backup(data: &Path, file: &Path) -> Result<Backup, BackupError> {
    if !Store::exists(data) {
        return Err(BackupError::NoData(data.to_owned()));
    }
    let _lock = DirectoryLock::shared(data)?;
    let file = absolute(file).at(file)?;
    let mut partial = file.clone().into_os_string();
    partial.push(".");
    partial.push(PARTIAL);
    let copy = Copy::begin(Path::new(&partial))?;
    // Looked for while the temporary name is held: nobody else can be about to take this one.
    if fs::symlink_metadata(&file).is_ok() {
        return Err(BackupError::Exists(file));
    }
    let source = checked::open(&Store::file(data))?;
    let copy = copy.fill(&source)?;
    let content = copy.content()?;
    copy.name(&file)?;
    Ok(Backup { file, content })
}

/// A restore that is done.
#[derive(Debug)]
pub struct Restored {
    /// What the data holds now.
    pub content: Content,
    /// Where the data is that was there before.
    pub aside: Option<PathBuf>,
    /// What came over from it.
    pub brought_over: BroughtOver,
}

impl Restored {
    /// What a person reads.
    pub fn summary(&self) -> String {
        let aside = self.aside.as_ref().map_or(String::new(), |aside| {
            format!("\nThe data that was there before is in {}.", aside.display())
        });
        let brought_over = self.brought_over.words();
        format!(
            "Restored {}.{aside}{brought_over}\n\
             Start the server: phones send again what the backup lacks. Whoever signed in on a \
             device after it was made needs a new link.\n\
             No pack is closed for now: once every phone has been in touch, the lead says so on the \
             team's desk.\n\
             Devices revoked and people moved after it was made are as they were then, and so is \
             what the lead decided: see to them again.",
            self.content.words()
        )
    }
}

/// Puts a backup in the place of the data, and moves what was there aside.
///
/// # Errors
/// When the file is no backup of this or an earlier version, the data is in use, or the disk
/// refuses. The data is then as it was, or says when it is opened that the restore was cut off.
pub fn restore(file: &Path, data: &Path, now: Timestamp) -> Result<Restored, BackupError> {
    // Before anything is created, so that a mistyped name leaves nothing behind.
    let source = checked::open(file)?;
    let data = absolute(data).at(data)?;
    store::create_private(&data).at(&data)?;
    let _lock = DirectoryLock::alone(&data)?;
    let partial = Store::file(&data).with_added_extension(PARTIAL);
    let copy = Copy::begin(&partial)?.fill(&source)?;
    drop(source);
    // One that was cut off had brought over what lies at the usual name already.
    let half_done = Store::restored_file(&data);
    let old = if half_done.exists() { half_done } else { Store::file(&data) };
    let brought_over = copy.change(|connection| begin_again(connection, &old, now))?;
    let content = copy.content()?;
    copy.name(&Store::restored_file(&data))?;
    let aside = replace(&data, now)?;
    Ok(Restored { content, aside, brought_over })
}

/// Makes a copy the beginning of another life of the log, in the tables of this version, with what
/// practices were told and answered by the data that was there before.
fn begin_again(
    connection: &mut rusqlite::Connection,
    old: &Path,
    now: Timestamp,
) -> Result<BroughtOver, StoreError> {
    store::migrate(connection)?;
    let tx = connection.transaction()?;
    log::begin_epoch(&tx, Epoch::from_random(random::bytes()))?;
    // A link that was used after the backup would work a second time.
    let sql = "UPDATE invite SET expires_at = ?1 WHERE used_at IS NULL AND expires_at > ?1";
    tx.execute(sql, params![now.as_millisecond()])?;
    service::set_restored(&tx, Some(now))?;
    let brought_over = bring_over::bring_over(&tx, old)?;
    tx.commit()?;
    Ok(brought_over)
}

/// Makes the names of a directory durable: a file that was synced can still lose its name.
fn sync_directory(directory: &Path) -> Result<(), BackupError> {
    File::open(directory).and_then(|directory| directory.sync_all()).at(directory)
}
