//! Parts that several screens share.

pub mod ask;
pub mod checks;
pub mod chips;
pub mod choices;
pub mod confirm;
pub mod date_field;
pub mod disclose;
pub mod entry;
pub mod error_summary;
pub mod field;
pub mod kept;
pub mod lines;
pub mod notices;
pub mod passphrase;
pub mod person_line;
pub mod qr;
pub mod service_card;
pub mod share;
pub mod show;
pub mod shown;
pub mod state_chip;
pub mod summary;
pub mod time_table;
pub mod to_finish;
pub mod withdraw;
