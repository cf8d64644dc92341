//! Every whole-system test, in one binary, so that the harness is linked once.

mod commands;
mod harness;
mod pack;
mod screens;
mod sign_in;
mod site;
mod two_phones;
mod whole_path;
