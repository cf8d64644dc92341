//! Lives through many simulated worlds and prints one line of JSON; exits 1 on any violation.

use std::{process::ExitCode, time::Instant};

use clap::Parser;
use serde_json::json;
use tests::world::{
    Fault, Settings,
    many::{Sum, live_through},
    shrink::shrink,
};

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
            without: self.without.iter().copied().collect(),
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Of many worlds, one that panics is told like any other; its message would be in the way.
    if arguments.seed.is_none() {
        std::panic::set_hook(Box::new(|_| {}));
    }
    let (first, count) = arguments.seed.map_or((arguments.from, arguments.seeds), |seed| (seed, 1));
    let began = Instant::now();
    let sum = live_through(first, count, |seed| arguments.settings(seed));
    report(&sum, count, began.elapsed().as_secs());
    if sum.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "this is the program's output")]
fn report(sum: &Sum, seeds: u64, seconds: u64) {
    for (settings, violation) in sum.failed.iter().take(TOLD_MAX) {
        eprintln!("seed {}: {}", settings.seed, violation.0);
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
        "violations": sum.failed.len(),
        "seconds": seconds,
    });
    println!("{line}");
}
