//! Many worlds, one after the other on every core, and what they came to together.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{Fault, Outcome, Settings, Violation, live};

/// What all worlds together came to.
#[derive(Debug, Default)]
pub struct Sum {
    /// Things that happened.
    pub steps: u64,
    /// Requests that were served.
    pub exchanges: u64,
    /// Phones that took part.
    pub phones: u64,
    /// How often somebody wrote something.
    pub acts: u64,
    /// Faults, by kind.
    pub faults: BTreeMap<Fault, u64>,
    /// The worlds in which something was not true that must be, in order of their seeds.
    pub failed: Vec<(Settings, Violation)>,
}

impl Sum {
    fn add(&mut self, settings: &Settings, outcome: Outcome) {
        self.steps += outcome.steps;
        self.exchanges += outcome.exchanges;
        self.phones += u64::try_from(settings.phones).unwrap_or(u64::MAX);
        self.acts += u64::try_from(settings.acts).unwrap_or(u64::MAX);
        for (fault, count) in outcome.faults {
            *self.faults.entry(fault).or_default() += count;
        }
        if let Some(violation) = outcome.violation {
            self.failed.push((settings.clone(), violation));
        }
    }
}

/// Lives through the worlds of so many seeds from the first on; through each of them twice, since
/// a world that is not the same the second time cannot be looked at.
pub fn live_through(first: u64, count: u64, settings: impl Fn(u64) -> Settings + Sync) -> Sum {
    let (next, sum) = (AtomicU64::new(first), Mutex::new(Sum::default()));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first.saturating_add(count) {
                        return;
                    }
                    let settings = settings(seed);
                    let outcome = live_twice(&settings);
                    sum.lock().unwrap_or_else(PoisonError::into_inner).add(&settings, outcome);
                }
            });
        }
    });
    let mut sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    sum.failed.sort_by_key(|(settings, _)| settings.seed);
    sum
}

fn live_twice(settings: &Settings) -> Outcome {
    let (first, second) = (live(settings), live(settings));
    if first.violation.is_none() && first != second {
        let violation = Some(Violation("the second time was different".into()));
        return Outcome { violation, ..first };
    }
    first
}
