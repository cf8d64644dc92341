//! The domain and the protocol of Fingerpost.
//!
//! This crate does no I/O, reads no clock and draws no random numbers: time, randomness and the
//! results of I/O are arguments. It compiles for the server and for wasm32 alike.

// A phone's release writes nothing for `{:?}` (server/build/compile.rs), so that nothing may depend
// on it.
#![cfg_attr(not(test), deny(clippy::use_debug))]

// `say!`, `said!` and `counted!`: every word that the phone shows passes through one of them.
#[macro_use]
extern crate wording;

pub mod calendar;
pub mod case;
pub mod cbor;
pub mod coding;
pub mod directory;
pub mod document;
pub mod few;
pub mod ids;
pub mod intake;
pub mod limits;
pub mod nhs_number;
pub mod ods;
pub mod ordered;
pub mod personal;
pub mod policy;
pub mod profile;
pub mod referral_file;
pub mod snomed;
pub mod stored;
pub mod sync;
pub mod text;
pub mod written;

wording::tracked!();
