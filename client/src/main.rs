//! Fingerpost on the phone: mounts the app.

// A release writes nothing for `{:?}` (server/build/compile.rs), so that nothing may depend on it.
#![cfg_attr(not(test), deny(clippy::use_debug))]

// `say!`, `said!` and `counted!`: every word that a person reads passes through one of them.
#[macro_use]
extern crate wording;

mod address;
mod app;
mod clock;
mod components;
mod draw;
mod engine;
mod memo;
mod pages;
mod random;
mod screen;
mod update;
mod vault;
mod words;

wording::tracked!();

fn main() {
    // A release stops without words (server/build/compile.rs).
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
}
