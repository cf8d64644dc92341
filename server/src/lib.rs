//! The server of Fingerpost: HTTP at the edge, one change log, projections rebuilt from it.

pub mod app;
pub mod assets;
mod background;
pub mod backup;
pub mod body;
pub mod cli;
pub mod clock;
pub mod commands;
mod cut_off;
pub mod demo;
mod desk_script;
mod directory;
mod edge;
pub mod error;
mod form;
mod hand_over;
pub mod import;
mod join;
mod me;
mod named_file;
pub mod pack;
mod page;
mod poke;
mod practice;
pub mod projector;
pub mod random;
pub mod receipt;
mod reports;
pub mod router;
mod serve;
pub mod service;
pub mod session;
pub mod store;
pub mod sync;
pub mod take_in;
mod team;
pub mod tell;
mod upload;
pub mod verify;

#[cfg(test)]
mod tests;

pub use commands::run;
