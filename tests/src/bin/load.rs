//! Puts the server program under load and prints what that costs it, as one JSON line.

use std::{process::ExitCode, time::Duration};

use clap::Parser;
use tests::load::{Arrival, Plan, run};

/// Puts a release server of its own under load and prints the figures as one JSON line. Ends with
/// 1 where an acknowledged change was lost, stored twice, or a push was refused.
#[derive(Debug, Parser)]
struct Arguments {
    /// Phones, each with a person of its own
    #[arg(long, default_value_t = 1_000)]
    phones: usize,
    /// Cases that each phone pushes, in one request
    #[arg(long, default_value_t = 8)]
    cases: usize,
    /// Changes in each of these cases
    #[arg(long, default_value_t = 3)]
    changes: usize,
    /// Connections over which they push as fast as the server takes it
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Instead, spread the phones evenly over so many seconds, each with a connection of its own
    #[arg(long)]
    within_seconds: Option<u64>,
    /// Cases of the caseload that a new phone reads
    #[arg(long, default_value_t = 250)]
    caseload_cases: usize,
    /// Changes in each of those
    #[arg(long, default_value_t = 12)]
    caseload_changes: usize,
}

#[expect(clippy::print_stdout, reason = "the figures are what this program is for")]
fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let arrival = match arguments.within_seconds {
        Some(seconds) => Arrival::Within(Duration::from_secs(seconds)),
        None => Arrival::AsFastAsPossible { connections: arguments.connections },
    };
    let (figures, good) = run(Plan {
        phones: arguments.phones,
        cases: arguments.cases,
        changes: arguments.changes,
        arrival,
        caseload_cases: arguments.caseload_cases,
        caseload_changes: arguments.caseload_changes,
    });
    println!("{figures}");
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
