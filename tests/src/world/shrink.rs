//! Makes a world that fails as small as it can, so that a person can follow what happens in it.

use std::fmt;

use super::{Fault, Settings, live};

/// Worlds that are tried on the way.
const TRIES_MAX: usize = 400;

/// The smallest settings found that still fail.
pub fn shrink(settings: &Settings) -> Settings {
    let mut smallest = settings.clone();
    let mut tries = 0;
    loop {
        let smaller = candidates(&smallest).into_iter().find(|candidate| {
            tries += 1;
            tries <= TRIES_MAX && live(candidate).violation.is_some()
        });
        match smaller {
            Some(smaller) => smallest = smaller,
            None => return smallest,
        }
    }
}

/// What to try next, the greatest step first.
fn candidates(settings: &Settings) -> Vec<Settings> {
    let mut candidates = Vec::new();
    for phones in [settings.phones / 2, settings.phones - 1] {
        if (1..settings.phones).contains(&phones) {
            candidates.push(Settings { phones, ..settings.clone() });
        }
    }
    for acts in [settings.acts / 2, settings.acts.saturating_sub(1)] {
        if acts < settings.acts {
            candidates.push(Settings { acts, ..settings.clone() });
        }
    }
    for fault in Fault::ALL {
        if !settings.without.contains(fault) {
            let mut fewer = settings.clone();
            fewer.without.insert(*fault);
            candidates.push(fewer);
        }
    }
    candidates
}

/// The command that lives through this very world again.
impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, phones, acts, without } = self;
        write!(f, "cargo run --release -p tests --bin simulate -- --seed {seed}")?;
        write!(f, " --phones {phones} --acts {acts}")?;
        if !without.is_empty() {
            let names: Vec<_> = without.iter().map(|fault| fault.name()).collect();
            write!(f, " --without {}", names.join(","))?;
        }
        Ok(())
    }
}
