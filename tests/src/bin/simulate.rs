//! Lives through many simulated worlds and prints one line of JSON; exits 1 on any violation.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use clap::Parser;
use serde_json::json;
use tests::world::{Fault, Outcome, Settings, live, shrink::shrink};

/// Failing seeds that are made small and told. More would tell the same again.
const TOLD_MAX: usize = 3;

/// Lives through simulated worlds and says what must be true and was not.
#[derive(Debug, Parser)]
#[command(name = "simulate")]
struct Arguments {
    /// How many worlds, from the first seed on
    #[arg(long, default_value_t = 500)]
    seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// One world only: this seed's
    #[arg(long)]
    seed: Option<u64>,
    /// How many phones, instead of what the seed says
    #[arg(long)]
    phones: Option<usize>,
    /// How often somebody writes, instead of what the seed says
    #[arg(long)]
    acts: Option<usize>,
    /// Kinds of fault that do not happen, with commas between
    #[arg(long, value_delimiter = ',')]
    without: Vec<Fault>,
}

impl Arguments {
    fn settings(&self, seed: u64) -> Settings {
        let usual = Settings::of_seed(seed);
        Settings {
            seed,
            phones: self.phones.unwrap_or(usual.phones).max(1),
            acts: self.acts.unwrap_or(usual.acts),
            without: self.without.iter().copied().collect::<BTreeSet<_>>(),
        }
    }
}

/// What all worlds together came to.
#[derive(Default)]
struct Sum {
    steps: u64,
    exchanges: u64,
    phones: u64,
    acts: u64,
    faults: BTreeMap<Fault, u64>,
    failed: Vec<(Settings, String)>,
}

impl Sum {
    fn add(&mut self, settings: &Settings, outcome: Outcome) {
        self.steps += outcome.steps;
        self.exchanges += outcome.exchanges;
        self.phones += settings.phones as u64;
        self.acts += settings.acts as u64;
        for (fault, count) in outcome.faults {
            *self.faults.entry(fault).or_default() += count;
        }
        if let Some(violation) = outcome.violation {
            self.failed.push((settings.clone(), violation.0));
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // A world that panics is told like any other; its message would only stand in the way.
    if arguments.seed.is_none() {
        std::panic::set_hook(Box::new(|_| {}));
    }
    let (first, count) = arguments.seed.map_or((arguments.from, arguments.seeds), |seed| (seed, 1));
    let began = Instant::now();
    let sum = live_through(&arguments, first, count);
    report(&sum, count, began.elapsed().as_secs_f64());
    if sum.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Lives through the worlds, on every core; through each of them twice, since a world that is not
/// the same the second time cannot be looked at.
fn live_through(arguments: &Arguments, first: u64, count: u64) -> Sum {
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
                    let settings = arguments.settings(seed);
                    let outcome = live_twice(&settings);
                    sum.lock().unwrap_or_else(PoisonError::into_inner).add(&settings, outcome);
                }
            });
        }
    });
    sum.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn live_twice(settings: &Settings) -> Outcome {
    let (first, second) = (live(settings), live(settings));
    if first.violation.is_none() && first != second {
        let violation = Some(tests::world::Violation("the second time was different".into()));
        return Outcome { violation, ..first };
    }
    first
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "this is the program's output")]
fn report(sum: &Sum, seeds: u64, seconds: f64) {
    let mut failed = sum.failed.clone();
    failed.sort_by_key(|(settings, _)| settings.seed);
    for (settings, violation) in failed.iter().take(TOLD_MAX) {
        eprintln!("seed {}: {violation}", settings.seed);
        eprintln!("  {}", shrink(settings));
    }
    let faults: serde_json::Map<_, _> =
        sum.faults.iter().map(|(fault, count)| (fault.name().to_owned(), json!(count))).collect();
    let line = json!({
        "seeds": seeds,
        "phones": sum.phones,
        "acts": sum.acts,
        "steps": sum.steps,
        "exchanges": sum.exchanges,
        "faults": faults,
        "violations": failed.len(),
        "failing_seeds": failed.iter().take(20).map(|(settings, _)| settings.seed).collect::<Vec<_>>(),
        "seconds": (seconds * 10.0).round() / 10.0,
    });
    println!("{line}");
}
