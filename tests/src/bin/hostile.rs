//! Measures what hostile inputs cost: `cargo run --release -p tests --bin hostile`.
//!
//! Prints one JSON line with the slowest input of each kind in milliseconds and the memory that it
//! took at most in bytes, and exits 1 where one is slower than [`SLOWEST_MS`] or takes more than
//! [`PEAK_BYTES`], is taken where it must be refused, or ends the process. Each kind is brought in by
//! a process of its own, which the system measures.

use std::{
    env, fs,
    path::Path,
    process::{Command, ExitCode},
    time::Instant,
};

use serde_json::{Value, json};
use tests::{
    doors::{Door, Outcome},
    hostile::{Attack, attacks},
};

/// A typed refusal within this time.
const SLOWEST_MS: f64 = 50.0;
/// And with this much memory beyond what the process had before.
const PEAK_BYTES: u64 = 64 * 1024 * 1024;
/// A slow answer is asked for again: on a machine that does something else, the fastest of these
/// is the program's own time.
const TRIES: usize = 3;

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    if let (Some(door), Some(file)) = (arguments.next(), arguments.next()) {
        let door = Door::named(&door).expect("this program named the door");
        return bring_in(door, Path::new(&file));
    }
    let folder = env::temp_dir().join(format!("fingerpost-hostile-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("the system has a place for temporary files");
    let attacks = attacks();
    let measured: Vec<Value> = attacks.iter().map(|attack| measure(attack, &folder)).collect();
    fs::remove_dir_all(&folder).expect("nobody else uses the folder");
    let failed = measured.iter().filter(|measured| measured["ok"] != json!(true)).count();
    let inputs: usize = attacks.iter().map(|attack| attack.inputs.len()).sum();
    let most = |field: &str| {
        let numbers = measured.iter().filter_map(|measured| measured[field].as_f64());
        numbers.fold(0.0, f64::max)
    };
    let summary = json!({
        "inputs": inputs,
        "failed": failed,
        "slowest_ms": most("slowest_ms"),
        "peak_bytes": most("peak_bytes"),
        "kinds": measured,
    });
    print(&summary);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[expect(clippy::print_stdout, reason = "the one line that this program is for")]
fn print(line: &Value) {
    println!("{line}");
}

/// Has a process of its own bring the inputs in.
fn measure(attack: &Attack, folder: &Path) -> Value {
    let file = folder.join("inputs");
    fs::write(&file, packed(&attack.inputs)).expect("there is room for temporary files");
    let child = Command::new(env::current_exe().expect("a program knows its own file"))
        .arg(attack.door.to_string())
        .arg(&file)
        .output()
        .expect("a program can start itself");
    let said: Value = serde_json::from_slice(&child.stdout).unwrap_or_default();
    let refused = said["refused"].as_u64();
    let ok = child.status.success()
        && said["slowest_ms"].as_f64().is_some_and(|slowest| slowest <= SLOWEST_MS)
        && said["peak_bytes"].as_u64().is_some_and(|peak| peak <= PEAK_BYTES)
        && (!attack.must_be_refused || refused == Some(attack.inputs.len() as u64));
    json!({
        "kind": attack.kind,
        "door": attack.door.to_string(),
        "inputs": attack.inputs.len(),
        "refused": refused,
        "slowest_ms": said["slowest_ms"],
        "peak_bytes": said["peak_bytes"],
        "ok": ok,
    })
}

/// The child: brings each input in, and says what it took.
fn bring_in(door: Door, file: &Path) -> ExitCode {
    let packed = fs::read(file).expect("the parent wrote the file");
    let before_bytes = status_bytes("VmRSS:");
    let (mut slowest_ms, mut refused) = (0.0_f64, 0);
    for input in unpacked(&packed) {
        let mut fastest_ms = f64::INFINITY;
        for attempt in 0..TRIES {
            let began = Instant::now();
            let outcome = door.bring_in(input);
            fastest_ms = fastest_ms.min(began.elapsed().as_secs_f64() * 1_000.0);
            refused += usize::from(attempt == 0 && outcome == Outcome::Refused);
            if fastest_ms < SLOWEST_MS / 10.0 {
                break;
            }
        }
        slowest_ms = slowest_ms.max(fastest_ms);
    }
    let peak_bytes = status_bytes("VmHWM:").saturating_sub(before_bytes);
    print(&json!({ "slowest_ms": slowest_ms, "peak_bytes": peak_bytes, "refused": refused }));
    ExitCode::SUCCESS
}

/// A figure of this process, as the system keeps it.
fn status_bytes(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("the system is Linux");
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.expect("the system keeps this figure") * 1_024
}

/// The inputs in one file, each after its length.
fn packed(inputs: &[Vec<u8>]) -> Vec<u8> {
    let mut packed = Vec::new();
    for input in inputs {
        packed.extend((input.len() as u64).to_le_bytes());
        packed.extend(input);
    }
    packed
}

fn unpacked(mut packed: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = packed.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).expect("it was in memory");
        let (input, rest) = rest.split_at(length);
        packed = rest;
        Some(input)
    })
}
