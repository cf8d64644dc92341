//! Why something could not be saved or signed, in words for the person.

use shared::{case::DraftProblem, document::DocumentError};

use crate::vault::VaultError;

/// Why something could not be saved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SaveError {
    /// Nobody is signed in on this phone.
    #[error("{}", say!("Nobody is signed in on this phone. Open your sign-in link first."))]
    SignedOut,
    /// The record refused the change; nothing was written.
    #[error(transparent)]
    Refused(#[from] DocumentError),
    /// The phone could not keep it.
    #[error(transparent)]
    NotKept(#[from] VaultError),
}

/// Why a contact could not be signed; its draft is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// What is to be put right first, field by field.
    #[error("{}", things(.0.len()))]
    Problems(Vec<DraftProblem>),
    /// It could not be saved.
    #[error(transparent)]
    NotSaved(#[from] SaveError),
}

fn things(count: usize) -> String {
    counted!(
        count,
        "There is {count} thing to put right before you can sign.",
        "There are {count} things to put right before you can sign."
    )
}
