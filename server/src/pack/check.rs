//! `fingerpost verify-pack`: whether a pack is whole, and whose it is. Needs no data of a service.

use std::{
    collections::BTreeSet,
    io::{Cursor, Read},
};

use serde_json::Value;
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::manifest::{FORMAT, PublicKey};
use crate::store::ledger::hex;

/// A pack, in bytes: far over the largest that a network's first export makes.
pub const PACK_BYTES_MAX: usize = 512 * 1024 * 1024;
/// One file of it, once inflated: what is over this is no pack's.
const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// All files of it, once inflated.
const FILES_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// Files of a pack: one for each person's summary, and some more.
const FILES_MAX: usize = 200_000;
/// A manifest, in bytes.
const MANIFEST_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What is wrong with a pack.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPack {
    /// No zip, or a damaged one.
    #[error("This is not a pack: it is no zip file, or a damaged one.")]
    NotAZip,
    /// Two programs may read two different things in it.
    #[error(
        "This is no pack as the service made it: one program would read other files in it than the \
         next. Do not work from it; ask the service for it again."
    )]
    Ambiguous,
    /// More than any pack holds.
    #[error("This is not a pack: it holds more than any pack does.")]
    TooMuch,
    /// No manifest that can be read.
    #[error("This is not a pack of this format: it has no manifest.json that can be read.")]
    NoManifest,
    /// Signed by nobody, or not with the key that it was checked with.
    #[error(
        "The signature is not by this key: the pack was changed, or it is another service's. Do not \
         work from it; ask the service for it again."
    )]
    NotSigned,
    /// A file is missing, changed or one too many.
    #[error(
        "{0} is not as it was signed. Do not work from this pack; ask the service for it again."
    )]
    Changed(String),
}

/// What a pack that is in order says of itself.
#[derive(Debug, PartialEq, Eq)]
pub struct Checked {
    /// The manifest's description of the pack.
    pub pack: Value,
    /// The key that signed it.
    pub key: PublicKey,
}

impl Checked {
    /// In words.
    pub fn summary(&self, was_key_given: bool) -> String {
        let text = |name: &str| self.pack[name].as_str().unwrap_or_default().to_owned();
        let by = match was_key_given {
            true => "It is signed by the key that you named.".to_owned(),
            false => format!(
                "It is signed by the key {}. Compare that with the key that the service gave you.",
                self.key
            ),
        };
        format!(
            "Pack {} for {} of {}, closed {}: every file is as it was signed. {by}",
            self.pack["number"],
            text("practice_ods"),
            text("service"),
            text("cut_off"),
        )
    }
}

/// Checks a pack: with the key that the service gave out, or with the one that the pack names.
///
/// # Errors
/// What is wrong with it.
pub fn check(zip: &[u8], key: Option<PublicKey>) -> Result<Checked, BadPack> {
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(|_| BadPack::NotAZip)?;
    if archive.len() > FILES_MAX {
        return Err(BadPack::TooMuch);
    }
    // Of two files of one name this reads the last, and another program may read the first.
    archive.validate_header_consistency().map_err(|_| BadPack::Ambiguous)?;
    let manifest = read(&mut archive, "manifest.json", MANIFEST_BYTES_MAX)?;
    let manifest = manifest.ok_or(BadPack::NoManifest)?;
    let manifest: Value = serde_json::from_slice(&manifest).map_err(|_| BadPack::NoManifest)?;
    let pack = &manifest["pack"];
    if pack["format"] != FORMAT {
        return Err(BadPack::NoManifest);
    }
    let named = manifest["public_key"].as_str().and_then(PublicKey::parse);
    let key = key.or(named).ok_or(BadPack::NotSigned)?;
    if !key.has_signed(pack, manifest["signature"].as_str().unwrap_or_default()) {
        return Err(BadPack::NotSigned);
    }
    let mut listed = BTreeSet::from(["manifest.json".to_owned()]);
    let mut room = FILES_BYTES_MAX;
    for file in pack["files"].as_array().ok_or(BadPack::NoManifest)? {
        let name = file["name"].as_str().unwrap_or_default().to_owned();
        let bytes = read(&mut archive, &name, FILE_BYTES_MAX.min(room))?;
        let bytes = bytes.ok_or_else(|| BadPack::Changed(name.clone()))?;
        room = room.saturating_sub(bytes.len() as u64);
        if file["sha256"] != hex(&Sha256::digest(&bytes)) {
            return Err(BadPack::Changed(name));
        }
        listed.insert(name);
    }
    for name in archive.file_names() {
        let name = name.map_err(|_| BadPack::NotAZip)?;
        if !listed.contains(&*name) {
            return Err(BadPack::Changed(name.chars().take(100).collect()));
        }
    }
    Ok(Checked { pack: pack.clone(), key })
}

/// A file of the archive, unless there is none of that name.
fn read(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    name: &str,
    bytes_max: u64,
) -> Result<Option<Vec<u8>>, BadPack> {
    let file = match archive.by_name(name) {
        Ok(file) => file,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(_) => return Err(BadPack::NotAZip),
    };
    let mut bytes = Vec::new();
    // One byte more than allowed tells too much from just enough.
    file.take(bytes_max + 1).read_to_end(&mut bytes).map_err(|_| BadPack::NotAZip)?;
    if bytes.len() as u64 > bytes_max { Err(BadPack::TooMuch) } else { Ok(Some(bytes)) }
}
