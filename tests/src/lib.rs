//! Whole-system checks of Fingerpost: a real server process, real browsers, phones without a
//! screen, and the pieces that start, watch, cut off and kill them.
//!
//! Nothing here stands in for the product. What a test says of it goes through the same doors that
//! people use: the command line, HTTP, and the screen; and the simulated [`world`] drives the real
//! state machines, documents and queries. Because all of it is for tests, a failed step panics with
//! what was looked for and what was there instead.

mod browser;
mod chance;
pub mod closings;
pub mod doors;
pub mod hostile;
pub mod http;
mod inspect;
pub mod kills;
pub mod ledger;
pub mod load;
mod locate;
mod memory;
pub mod network;
mod phone;
mod platform;
mod processes;
mod scratch;
mod screen_lock;
mod server;
mod session;
pub mod sign_in;
mod signal;
mod wait;
pub mod world;
pub mod year;

pub use browser::{Browser, Screen};
pub use chance::Chance;
pub use locate::Element;
pub use phone::{Exchange, Phone, Refusal};
pub use platform::Focused;
pub use scratch::Scratch;
pub use screen_lock::ScreenLock;
pub use server::{Server, fingerpost, invite, invite_to_practice};
pub use signal::Signal;
pub use wait::{SOON, poll};

/// The value, or a panic at the line of the test that asked for it, saying what failed and why.
#[track_caller]
pub(crate) fn must<T, E: std::fmt::Display>(result: Result<T, E>, failed: &str) -> T {
    match result {
        Ok(value) => value,
        Err(why) => panic!("{failed}: {why}"),
    }
}
