//! `manifest.json`: what a pack holds, by the hash of each file, signed with the service's key.

use std::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use rusqlite::Transaction;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::files::{Content, File};
use crate::store::{StoreError, ledger::hex};

/// What a pack's manifest says it is.
pub const FORMAT: &str = "fingerpost-pack/2";

/// The key that signs packs. Does not print itself.
pub struct PackKey(SigningKey);

impl PackKey {
    /// The service's key.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn load(tx: &Transaction<'_>) -> Result<Self, StoreError> {
        let seed = tx.query_row("SELECT pack_key FROM meta", [], |row| row.get(0))?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// The half that anybody may have, to check signatures with.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }
}

/// The half of the key that checks signatures. Shown as 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = unhex(text.trim())?.try_into().ok()?;
        VerifyingKey::from_bytes(&bytes).ok().map(Self)
    }

    /// Whether the signature, in hexadecimal digits, is this key's over the value.
    pub fn has_signed(&self, value: &Value, signature: &str) -> bool {
        let bytes = unhex(signature).and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
        let Some(bytes) = bytes else { return false };
        let signature = Signature::from_bytes(&bytes);
        self.0.verify_strict(signed_bytes(value).as_bytes(), &signature).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex(self.0.as_bytes()))
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    let digits = (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16));
    digits.collect::<Result<_, _>>().ok()
}

/// What is signed: the value as JSON with keys in order and no spaces, which any language writes.
fn signed_bytes(value: &Value) -> String {
    // Objects of this JSON library are sorted by key.
    value.to_string()
}

/// The manifest of a pack and its other files.
pub fn text(content: &Content<'_>, files: &[File]) -> String {
    let files: Vec<_> = files
        .iter()
        .map(|file| {
            json!({
                "name": file.name,
                "bytes": file.bytes.len(),
                "sha256": hex(&Sha256::digest(&file.bytes)),
            })
        })
        .collect();
    let line = content.line;
    let pack = json!({
        "format": FORMAT,
        "pack_id": line.pack_id,
        "service": content.facts.name,
        "demonstration": content.facts.demonstration,
        "practice_ods": content.practice.as_str(),
        "practice_name": content.facts.practices.get(content.practice),
        "number": line.number,
        "previous_pack_id": content.previous.map(|previous| &previous.pack_id),
        "cut_off": line.cut_off,
        "snomed_edition_date": content.facts.snomed_edition_date.map(|date| date.to_string()),
        "rows": {
            "NEW": line.rows.new, "AMEND": line.rows.amend, "RETRACT": line.rows.retract,
            "REMINDER": line.rows.reminder, "held_back": line.held_rows,
        },
        "files": files,
    });
    let signature = content.key.0.sign(signed_bytes(&pack).as_bytes());
    let manifest = json!({
        "pack": pack,
        "public_key": content.key.public().to_string(),
        "signature": hex(&signature.to_bytes()),
    });
    let mut text = serde_json::to_string_pretty(&manifest).expect("a manifest is plain JSON");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_over_every_word_and_of_one_key() {
        let key = PackKey(SigningKey::from_bytes(&[7; 32]));
        let value = json!({ "number": 1, "b": [1, "é"], "a": null });
        let signature = hex(&key.0.sign(signed_bytes(&value).as_bytes()).to_bytes());
        assert!(key.public().has_signed(&value, &signature));
        assert!(!key.public().has_signed(&json!({ "number": 2 }), &signature));
        let other = PackKey(SigningKey::from_bytes(&[8; 32])).public();
        assert!(!other.has_signed(&value, &signature));
        for damaged in ["", "zz", "é", &signature[2..], &signature.replace('a', "b")] {
            assert!(!key.public().has_signed(&value, damaged), "{damaged}");
        }
        assert_eq!(PublicKey::parse(&other.to_string()), Some(other));
        assert_eq!(PublicKey::parse("00"), None);
        // In another language: keys sorted, no spaces, letters as they are.
        assert_eq!(signed_bytes(&value), r#"{"a":null,"b":[1,"é"],"number":1}"#);
    }
}
