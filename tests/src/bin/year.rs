//! Lives through a whole network's year, twice in different orders of merging, and prints one line of
//! JSON; exits 1 when an entry is there twice or missing.

use std::{process::ExitCode, time::Instant};

use clap::Parser;
use tests::year::{Settings, live};

/// A network's year: packs, corrections and receipts of every kind, beside a plain model.
#[derive(Debug, Parser)]
#[command(name = "year")]
struct Arguments {
    /// How many people are referred
    #[arg(long, default_value_t = 5_000)]
    people: usize,
    /// Decides everything that is left to chance
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "the figures, and what differs")]
fn main() -> ExitCode {
    let Arguments { people, seed } = Arguments::parse();
    let began = Instant::now();
    let first = live(Settings { seed, people, merge_order: 1 });
    let second = live(Settings { seed, people, merge_order: 2 });
    let is_same = first.rows == second.rows;
    for words in first.differences.iter().chain(&second.differences) {
        eprintln!("{words}");
    }
    if !is_same {
        eprintln!("another order of merging gave other rows");
    }
    let mut figures = first.json();
    figures["same_in_another_order"] = is_same.into();
    figures["seconds"] = began.elapsed().as_secs().into();
    println!("{figures}");
    match first.is_sound() && second.is_sound() && is_same {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
