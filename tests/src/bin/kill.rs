//! `cargo run --release -p tests --bin kill -- --kills 300`: kills the server again and again while
//! phones push, and prints one JSON line. Ends with 1 if anything acknowledged is lost or double.

use std::process::ExitCode;

use clap::Parser;
use serde_json::json;
use tests::{
    Scratch,
    kills::{self, Plan},
};

/// Kills the server while phones push, and compares with a ledger kept outside.
#[derive(Debug, Parser)]
struct Arguments {
    /// How often the server is killed
    #[arg(long, default_value_t = 300)]
    kills: u32,
    /// How many phones write and push
    #[arg(long, default_value_t = 32)]
    phones: u32,
    /// Changes that are acknowledged between two kills, at most
    #[arg(long, default_value_t = 1_000)]
    changes_between: u64,
    /// Chooses what is written and when the server is killed
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[expect(clippy::print_stdout, reason = "this line is what the program is for")]
fn main() -> ExitCode {
    let Arguments { kills, phones, changes_between, seed } = Arguments::parse();
    let plan = Plan { kills, phones, changes_between_max: changes_between.max(1), seed };
    let scratch = Scratch::new("kill");
    let outcome = kills::run(&plan, &scratch.path("data"));
    let line = json!({
        "kills": outcome.kills,
        "kills_at_start": outcome.kills_at_start,
        "phones": phones,
        "seed": seed,
        "failed_exchanges": outcome.failed_exchanges,
        "written": outcome.written,
        "acknowledged": outcome.acknowledged,
        "refused": outcome.refused,
        "lost": outcome.lost,
        "duplicated": outcome.duplicated,
        "verified": outcome.verified,
        "seconds": (outcome.seconds * 10.0).round() / 10.0,
    });
    println!("{line}");
    if outcome.is_good() {
        ExitCode::SUCCESS
    } else {
        // The data is evidence.
        std::mem::forget(scratch);
        ExitCode::FAILURE
    }
}
