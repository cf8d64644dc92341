//! What is taken in from files: the directory of services, referrals, telephone numbers.

mod numbers;
mod referrals;
mod services;
pub mod table;
#[cfg(test)]
mod tests;

pub use numbers::set_numbers;
pub use referrals::{ReferralFile, referrals};
pub use services::services;
