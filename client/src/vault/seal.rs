//! What lies between a record and the disk.

use super::{crypto::Key, error::VaultError};

/// The version in front of a record that lies as it is: before anybody chose a passphrase.
const PLAIN: u8 = 0;
/// The version in front of a record under AES-256-GCM.
const SEALED: u8 = 1;

/// Seals a record under its name.
pub async fn seal(key: &Key, name: &str, record: &[u8]) -> Result<Vec<u8>, VaultError> {
    let mut sealed = vec![SEALED];
    sealed.extend(key.seal(name, record).await?);
    Ok(sealed)
}

/// Opens what was sealed under this name; `None` where it was sealed otherwise, or is damaged.
pub async fn open(key: &Key, name: &str, stored: &[u8]) -> Option<Vec<u8>> {
    match stored.split_first() {
        Some((&SEALED, sealed)) => key.open(name, sealed).await,
        _ => None,
    }
}

/// Whether this is a sealed record.
pub fn is_sealed(stored: &[u8]) -> bool {
    stored.first() == Some(&SEALED)
}

/// A record that lies as it is.
pub fn plain(record: &[u8]) -> Vec<u8> {
    [&[PLAIN], record].concat()
}

/// Reads a record that lies as it is.
pub fn read_plain(stored: &[u8]) -> Option<&[u8]> {
    stored.split_first().filter(|(version, _)| **version == PLAIN).map(|(_, record)| record)
}
