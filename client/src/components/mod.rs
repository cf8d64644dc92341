//! Parts that several screens share.

pub mod ask;
pub mod checks;
pub mod chips;
pub mod choices;
pub mod date_field;
pub mod disclose;
pub mod entry;
pub mod error_summary;
pub mod field;
pub mod lines;
pub mod notices;
pub mod person_line;
pub mod service_card;
pub mod show;
pub mod shown;
pub mod state_chip;
pub mod summary;
