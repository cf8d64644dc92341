//! What the phone says: the catalogue of its texts, and what they are in another language.
//!
//! `phone.pot` beside this crate lists every text, in gettext's format, with the files that say it.
//! A translation is that file filled in, by the name of its language: `cy.po` is Welsh. Which one a
//! phone speaks is chosen while it is built, by [`VARIABLE`], so that it costs a phone nothing.

mod language;
mod places;
mod shell;
#[cfg(test)]
mod sources;

use self::places::{Places, edges};
pub use self::{
    language::{Counted, Language, VARIABLE},
    shell::shell,
};

/// The attributes of an element that a person reads or hears. Markup sends them through the
/// catalogue, as it does every text.
pub const ATTRIBUTES: [&str; 4] = ["alt", "aria-label", "placeholder", "title"];
