//! Sync: one request pushes and pulls. The phone's side is [`Replica`], the server's [`exchange`],
//! the messages between them [`wire`].
//!
#![doc = include_str!("PROTOCOL.md")]

pub mod carried;
#[cfg(test)]
mod description;
pub mod exchange;
mod record;
mod replica;
pub mod seal;
#[cfg(test)]
mod tests;
pub mod wire;

pub use record::{CaseRecord, Key, Meta, Notice, Write};
pub use replica::{Effect, Failure, Input, Replica, SyncState, Ticket};
