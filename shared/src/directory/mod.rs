//! The directory of services (placeholder until the full module lands).
#![expect(missing_docs, reason = "replaced by the full module")]
use minicbor::{Decode, Encode};
#[derive(Debug, Clone, Default, PartialEq, Encode, Decode)]
pub struct Directory {
    #[n(0)]
    pub version: u64,
}
