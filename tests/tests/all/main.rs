//! Every whole-system test, in one binary, so that the harness is linked once.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod carry;
mod commands;
mod cover;
mod crashes;
mod day;
mod desks;
mod fhir;
mod forms;
mod front;
mod harness;
mod hostile;
mod large_record;
mod logbook;
mod memory;
mod pack;
mod passkey;
mod person;
mod platform;
mod refer;
mod screens;
mod services;
mod sign_in;
mod site;
mod stranger;
mod two_phones;
mod urgent;
mod vault;
mod whole_path;
mod world;
