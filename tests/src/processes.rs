//! Child processes whose every printed line is kept, and the search for a browser's family.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, prlimit};

use crate::must;
use crate::wait::poll;

/// A running program with the lines it has printed. Killed when dropped.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Process {
    /// Starts the command; its lines go to memory and are appended to the file.
    pub(crate) fn start(name: &str, command: &mut Command, log: &Path) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("cannot start {name} ({command:?}): {e}"));
        let file = File::options().create(true).append(true).open(log);
        let file = Arc::new(file.unwrap_or_else(|e| panic!("cannot open {}: {e}", log.display())));
        let lines = Arc::new(Mutex::new(Vec::new()));
        keep_lines(child.stdout.take().expect("stdout is piped"), &lines, &file);
        keep_lines(child.stderr.take().expect("stderr is piped"), &lines, &file);
        Self { name: name.to_owned(), child, lines }
    }

    /// The first printed line of which `read` makes something.
    #[track_caller]
    pub(crate) fn line<T>(&mut self, within: Duration, read: impl Fn(&str) -> Option<T>) -> T {
        let mut ended = false;
        let found = poll(within, || {
            let found = self.lines().iter().find_map(|line| read(line));
            // Its last lines may arrive a moment after its end, so there is one more look after it.
            let over = ended;
            ended = self.has_ended();
            found.map(Some).or(over.then_some(None))
        });
        must(
            found.flatten().ok_or_else(|| self.last_lines()),
            "it did not print what was waited for",
        )
    }

    /// All lines so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The end of what it printed, for a failure message.
    pub(crate) fn last_lines(&self) -> String {
        let lines = self.lines();
        let from = lines.len().saturating_sub(LAST_LINES);
        format!("--- the last lines of {}:\n{}\n---", self.name, lines[from..].join("\n"))
    }

    /// Asks it to end, and says how it ended, or nothing when it did not in time.
    pub(crate) fn end(&mut self, within: Duration) -> Option<ExitStatus> {
        send(self.pid(), Signal::TERM);
        poll(within, || self.child.try_wait().ok().flatten())
    }

    /// Takes it away between two instructions.
    pub(crate) fn kill(&mut self) {
        // Failing means that it has ended by itself, which is what is wanted.
        self.child.kill().ok();
        self.child.wait().ok();
    }

    /// Lets no file that it writes grow beyond so many bytes, or as far as this process may.
    pub(crate) fn limit_files(&self, bytes_max: Option<u64>) {
        let own = getrlimit(Resource::Fsize);
        // The hard limit stays, so that the soft one can be raised again by anybody.
        let limit = Rlimit { current: bytes_max.or(own.current), maximum: own.maximum };
        must(prlimit(Some(self.pid()), Resource::Fsize, limit), "cannot limit the size of files");
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Enough of a log to see a cause, little enough to read in a failure message.
const LAST_LINES: usize = 40;

fn keep_lines(from: impl Read + Send + 'static, lines: &Arc<Mutex<Vec<String>>>, file: &Arc<File>) {
    let (lines, file) = (Arc::clone(lines), Arc::clone(file));
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            // The copy on disk is for a person; without it the test is still right.
            writeln!(&*file, "{line}").ok();
            lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    });
}

/// Kills every process of the browser that keeps its profile in this directory, and says how many
/// there were.
///
/// All are stopped before the first is killed, so that none of them can see another die and write
/// something down in its last moments: a phone whose battery is pulled writes nothing.
pub(crate) fn kill_browser(profile: &Path) -> usize {
    let family = browser_family(profile);
    for &pid in &family {
        send(pid, Signal::STOP);
    }
    for &pid in &family {
        send(pid, Signal::KILL);
    }
    let gone = poll(crate::SOON, || family.iter().all(|&pid| !is_alive(pid)).then_some(()));
    assert!(gone.is_some(), "a browser process outlived SIGKILL: {family:?}");
    family.len()
}

/// The processes started with this profile directory, and everything that they started.
pub(crate) fn browser_family(profile: &Path) -> Vec<Pid> {
    let flag = format!("--user-data-dir={}", profile.display());
    let parents = parents();
    let mut family: Vec<i32> =
        parents.keys().copied().filter(|&pid| has_argument(pid, &flag)).collect();
    let mut next = 0;
    // Grows while it is walked; each process is added once, so it ends.
    while let Some(&parent) = family.get(next) {
        let children = parents.iter().filter(|&(_, &of)| of == parent).map(|(&pid, _)| pid);
        let new: Vec<i32> = children.filter(|pid| !family.contains(pid)).collect();
        family.extend(new);
        next += 1;
    }
    family.into_iter().filter_map(Pid::from_raw).collect()
}

/// Whether a process was started with an argument.
pub(crate) fn has_argument(pid: i32, argument: &str) -> bool {
    let arguments = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    // Zygotes and renderers rewrite their arguments into one line, separated by blanks.
    let given = format!("{} ", argument);
    let line = String::from_utf8_lossy(&arguments).replace('\0', " ") + " ";
    line.contains(&given)
}

/// Each process and its parent.
fn parents() -> BTreeMap<i32, i32> {
    let entries = fs::read_dir("/proc").expect("the browser tests need Linux's /proc");
    let pids = entries.flatten().filter_map(|e| e.file_name().to_str()?.parse::<i32>().ok());
    pids.filter_map(|pid| Some((pid, status(pid)?.1))).collect()
}

fn is_alive(pid: Pid) -> bool {
    // A zombie has ended; only its parent has not asked yet.
    status(pid.as_raw_pid()).is_some_and(|(state, _)| state != "Z")
}

/// State letter and parent of a process, if it exists.
fn status(pid: i32) -> Option<(String, i32)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in brackets, which may itself hold blanks and brackets.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.to_owned(), fields.next()?.parse().ok()?))
}

fn send(pid: Pid, signal: Signal) {
    // Failing means that it has ended by itself, which is what the signals here are for.
    kill_process(pid, signal).ok();
}
