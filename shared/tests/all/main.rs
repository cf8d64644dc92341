//! What holds for `shared` seen from outside, in one binary.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod golden;
mod version_1;
