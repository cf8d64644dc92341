//! Kills a server while it closes packs and takes receipts in, and prints one line of JSON; exits 1
//! when anything is half, missing or lost.

use std::process::ExitCode;

use clap::Parser;
use tests::closings;

/// Kills a server while it closes packs and takes receipts in.
#[derive(Debug, Parser)]
#[command(name = "closings")]
struct Arguments {
    /// How often
    #[arg(long, default_value_t = 200)]
    kills: u32,
    /// Chooses the moments
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[expect(clippy::print_stdout, reason = "the figures")]
fn main() -> ExitCode {
    let Arguments { kills, seed } = Arguments::parse();
    let outcome = closings::run(kills, seed);
    println!("{}", outcome.json());
    if outcome.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
