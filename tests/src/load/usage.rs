//! What a process has used, as the kernel counts it.

use std::{fs, time::Duration};

use crate::must;

/// Ticks of the kernel's accounts in a second: 100 on every Linux that programs see.
const TICK: Duration = Duration::from_millis(10);
/// The thread that works behind the back of sync.
const PROJECTOR: &str = "projector";

/// Processor time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cpu {
    /// Of the threads that phones wait for.
    pub serving: Duration,
    /// Of the thread that brings the caches up to date.
    pub projector: Duration,
}

impl Cpu {
    /// What a process has used so far.
    #[track_caller]
    pub fn of(pid: i32) -> Self {
        // Threads that have ended count in the whole only.
        let all = ticks(&read(&format!("/proc/{pid}/stat")));
        let projector = projector(pid).map_or(0, |path| ticks(&read(&path)));
        let time = |ticks: u32| TICK.saturating_mul(ticks);
        Self { serving: time(all.saturating_sub(projector)), projector: time(projector) }
    }

    /// What was used between an earlier reading and this one.
    pub fn since(self, before: Self) -> Self {
        Self {
            serving: self.serving.saturating_sub(before.serving),
            projector: self.projector.saturating_sub(before.projector),
        }
    }
}

/// The most memory that a process ever held at once, in bytes.
#[track_caller]
pub fn memory_high_water_bytes(pid: i32) -> u64 {
    let status = read(&format!("/proc/{pid}/status"));
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.expect("Linux says how much memory a process has held") * 1_024
}

fn projector(pid: i32) -> Option<String> {
    let threads = must(fs::read_dir(format!("/proc/{pid}/task")), "the server has no threads");
    threads.flatten().find_map(|thread| {
        let named = fs::read_to_string(thread.path().join("comm")).ok()?;
        (named.trim() == PROJECTOR).then(|| thread.path().join("stat").display().to_string())
    })
}

/// User and system time of a `stat` file, in ticks.
fn ticks(stat: &str) -> u32 {
    // The second field is a name in brackets, which may itself hold blanks and brackets.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u32>().ok()).sum()
}

#[track_caller]
fn read(path: &str) -> String {
    must(fs::read_to_string(path), "the kernel's accounts could not be read")
}
