//! What is taken in from files: the directory of services, referrals, telephone numbers.

mod numbers;
mod referrals;
mod services;
pub mod table;
#[cfg(test)]
mod tests;

use std::{fs, path::Path};

pub use numbers::set_numbers;
pub use referrals::{ReferralFile, referrals};
pub use services::services;

use crate::commands::Failure;

/// Reads a whole file that may not be longer than so many bytes.
pub(crate) fn read_bounded(file: &Path, bytes_max: usize) -> Result<Vec<u8>, Failure> {
    let named = |error: std::io::Error| format!("{} cannot be read: {error}", file.display());
    let length = fs::metadata(file).map_err(named)?.len();
    if length > bytes_max as u64 {
        let most = bytes_max / 1_048_576;
        return Err(format!("{} is over {most} MB: import it in parts.", file.display()).into());
    }
    Ok(fs::read(file).map_err(named)?)
}
