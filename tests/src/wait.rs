//! Waiting with a deadline, never for a fixed time.

use std::thread;
use std::time::{Duration, Instant};

/// How long anything on a screen may take before a test calls it absent. Generous, because the
/// machines that run the tests are small and busy; a passing test never waits this long.
pub const SOON: Duration = Duration::from_secs(10);

/// Between two looks: short beside what a person notices, long beside the cost of a look.
const PAUSE: Duration = Duration::from_millis(20);

/// Tries until the attempt gives a value or the time is over. Always tries at least once.
pub fn poll<T>(within: Duration, mut attempt: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + within;
    loop {
        if let Some(value) = attempt() {
            return Some(value);
        }
        if Instant::now() >= deadline {
            return None;
        }
        thread::sleep(PAUSE);
    }
}
