//! Runs a fuzzer for some seconds: `cargo run --release -p tests --bin fuzz -- --door change
//! --seconds 60`, or `--door all`.
//!
//! Builds `tests/fuzz` with coverage counters (for which the stable compiler is enough), starts from
//! `tests/fuzz/corpus` and the golden bytes, and prints one JSON line for each door: executions,
//! seconds, crashes, and how many edges of the program were reached. What is found to be new goes to
//! `target/fuzz/corpus`; what crashes goes to `tests/fuzz/crashers`, where an ordinary test replays
//! it ever after. Exits 1 where something crashed.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    time::Instant,
};

use serde_json::{Value, json};
use tests::doors::Door;

/// One input, in seconds: far more than any takes, so that whatever reaches it is stuck.
const INPUT_S: u32 = 10;
/// The fuzzer's memory, in megabytes, its own corpus included.
const MEMORY_MB: u32 = 768;
/// The longest input, in bytes.
const INPUT_BYTES_MAX: u32 = 16 * 1024;
/// What makes the compiler put counters at every edge, and tell libFuzzer what is compared.
const RUSTFLAGS: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1 --cfg fuzzing";

fn main() -> ExitCode {
    let Some((doors, seconds)) = arguments() else {
        return fail("usage: fuzz --door NAME|all --seconds N");
    };
    let Some(fuzzer) = build() else { return fail("the fuzzer could not be built") };
    let mut crashes = 0;
    for door in doors {
        let line = run(&fuzzer, door, seconds);
        crashes += line["crashes"].as_u64().unwrap_or(1);
        print(&line);
    }
    if crashes == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn arguments() -> Option<(Vec<Door>, u64)> {
    let (mut doors, mut seconds) = (Door::ALL.to_vec(), None);
    let mut words = env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next()?;
        match word.as_str() {
            "--door" if value == "all" => {}
            "--door" => doors = vec![Door::named(&value)?],
            "--seconds" => seconds = value.parse().ok(),
            _ => return None,
        }
    }
    Some((doors, seconds?))
}

#[expect(clippy::print_stdout, reason = "the line that this program is for")]
fn print(line: &Value) {
    println!("{line}");
}

#[expect(clippy::print_stderr, reason = "a command says what is wrong")]
fn fail(words: &str) -> ExitCode {
    eprintln!("{words}");
    ExitCode::FAILURE
}

fn tests_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Where fuzzers are built and keep what they learn.
fn target() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| tests_folder().join("../target")).join("fuzz")
}

fn build() -> Option<PathBuf> {
    let versions = Command::new("rustc").arg("-vV").output().ok()?;
    let versions = String::from_utf8(versions.stdout).ok()?;
    let host = versions.lines().find_map(|line| line.strip_prefix("host: "))?;
    // With a named target, build scripts and macros are compiled without the counters.
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--release", "--target", host, "--manifest-path"])
        .arg(tests_folder().join("fuzz/Cargo.toml"))
        .env("CARGO_TARGET_DIR", target())
        .env("RUSTFLAGS", RUSTFLAGS)
        .env("FINGERPOST_CLIENT", "none")
        .status();
    status.ok()?.success().then(|| target().join(host).join("release/fuzz"))
}

fn run(fuzzer: &Path, door: Door, seconds: u64) -> Value {
    let learnt = target().join("corpus").join(door.to_string());
    let seeds = tests_folder().join("fuzz/corpus").join(door.to_string());
    let golden = tests_folder().join("../shared/tests/golden/1");
    let crashers = tests_folder().join("fuzz/crashers").join(door.to_string());
    for folder in [&learnt, &seeds, &crashers] {
        fs::create_dir_all(folder).expect("the project's folder can be written to");
    }
    let before = count(&crashers);
    let log = target().join(format!("{door}.log"));
    let began = Instant::now();
    let status = Command::new(fuzzer)
        .env("FUZZ_DOOR", door.to_string())
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={INPUT_S}"))
        .arg(format!("-rss_limit_mb={MEMORY_MB}"))
        .arg(format!("-max_len={INPUT_BYTES_MAX}"))
        .arg(format!("-artifact_prefix={}/", crashers.display()))
        .arg("-print_final_stats=1")
        .args([&learnt, &seeds, &golden])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(fs::File::create(&log).expect("the target folder can be written to"))
        .status();
    let said = fs::read(&log).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let crashed = !status.is_ok_and(|status| status.success());
    json!({
        "door": door.to_string(),
        "executions": number_after(&said, "stat::number_of_executed_units:"),
        "seconds": began.elapsed().as_secs(),
        "crashes": usize::from(crashed).max(count(&crashers) - before),
        "edges": number_after(&said, " cov:"),
        "corpus": number_after(&said, " corp:"),
        "log": log.display().to_string(),
    })
}

fn count(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}

/// The last number that follows these words.
fn number_after(said: &str, words: &str) -> Option<u64> {
    let (_, after) = said.rsplit_once(words)?;
    after.trim_start().split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}
