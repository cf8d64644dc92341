//! The real `fingerpost` program as a process, and its command line.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use crate::SOON;
use crate::processes::Process;
use crate::scratch::target;

/// A running Fingerpost server on a free port of this machine. Killed when dropped.
#[derive(Debug)]
pub struct Server {
    process: Process,
    arguments: Vec<String>,
    data: PathBuf,
    address: String,
}

impl Server {
    /// Starts the invented service with its data in this directory.
    #[track_caller]
    pub fn demo(data: &Path) -> Self {
        Self::start("demo", data, &[])
    }

    /// Starts `fingerpost serve` on this data directory with further arguments.
    #[track_caller]
    pub fn serve(data: &Path, further: &[&str]) -> Self {
        Self::start("serve", data, further)
    }

    #[track_caller]
    fn start(verb: &str, data: &Path, further: &[&str]) -> Self {
        let mut arguments = vec![verb.to_owned(), "--data".to_owned(), data.display().to_string()];
        arguments.extend(further.iter().map(|&argument| argument.to_owned()));
        // Port 0 lets the system choose, so that no two tests share one.
        let (process, address) = spawn(&arguments, data, "127.0.0.1:0");
        Self { process, arguments, data: data.to_owned(), address }
    }

    /// Where it listens, as a browser writes it: `http://127.0.0.1:41234`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens, for a client that opens its connections itself: `127.0.0.1:41234`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Its process, as the kernel's accounts name it.
    pub fn id(&self) -> i32 {
        self.process.pid().as_raw_pid()
    }

    /// The path of the sign-in link printed for a person: `/join/...`. `who` is any part of the
    /// line that names them, such as their name or role.
    #[track_caller]
    pub fn sign_in_path(&mut self, who: &str) -> String {
        self.process.line(SOON, |line| {
            let link = line.split_whitespace().find(|word| word.contains("/join/"))?;
            let path = &link[link.find("/join/")?..];
            line.contains(who).then(|| path.to_owned())
        })
    }

    /// Everything it has printed since it was last started.
    pub fn log(&self) -> String {
        self.process.lines().join("\n")
    }

    /// Asks it to end (SIGTERM) and waits until it has; panics unless it ends cleanly.
    #[track_caller]
    pub fn stop(&mut self) {
        let status = self.process.end(TO_STOP);
        let clean = status.is_some_and(|status| status.success());
        assert!(
            clean,
            "the server did not stop cleanly: {status:?}\n{}",
            self.process.last_lines()
        );
    }

    /// Takes it away with SIGKILL, as a power cut would.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Lets no file that it writes grow beyond so many bytes, as on a disk that is full; or lets
    /// them grow as before. It goes on running.
    pub fn limit_files(&self, bytes_max: Option<u64>) {
        self.process.limit_files(bytes_max);
    }

    /// Starts it on the same data and takes it away with SIGKILL after so long, whether it has come
    /// to listen by then or not, after `stop` or `kill`.
    #[track_caller]
    pub fn start_and_kill(&mut self, after: Duration) {
        assert!(self.process.has_ended(), "the server still runs: stop or kill it first");
        self.process = start(&self.arguments, &self.data, &self.address);
        thread::sleep(after);
        self.process.kill();
    }

    /// Starts it once more on the same port and the same data, after `stop` or `kill`.
    #[track_caller]
    pub fn start_again(&mut self) {
        assert!(self.process.has_ended(), "the server still runs: stop or kill it first");
        (self.process, _) = spawn(&self.arguments, &self.data, &self.address);
    }
}

impl Drop for Server {
    #[expect(clippy::print_stderr, reason = "a failed test says what the server was doing")]
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("{}", self.process.last_lines());
        }
    }
}

/// Runs the program with these arguments to its end: `fingerpost(&["pack", "--practice", ...])`.
pub fn fingerpost(arguments: &[&str]) -> Output {
    let mut command = Command::new(program());
    command.args(arguments).output().unwrap_or_else(|e| panic!("cannot run {command:?}: {e}"))
}

/// Asks for a sign-in link for somebody, who is added to the team if they are given a role, and
/// gives its path: `/join/...`.
#[track_caller]
pub fn invite(data: &Path, name: &str, role: Option<&str>) -> String {
    let role: Vec<&str> = role.into_iter().flat_map(|role| ["--role", role]).collect();
    invited(data, name, &role)
}

/// The same for somebody who works for a practice.
#[track_caller]
pub fn invite_to_practice(data: &Path, name: &str, practice: &str) -> String {
    invited(data, name, &["--role", "practice_staff", "--practice", practice])
}

#[track_caller]
fn invited(data: &Path, name: &str, further: &[&str]) -> String {
    let data = data.display().to_string();
    let arguments = ["invite", "--data", &data, "--user", name];
    let output = fingerpost(&[&arguments[..], further].concat());
    let link = String::from_utf8_lossy(&output.stdout);
    let path = link.find("/join/").map(|at| link[at..].trim().to_owned());
    path.unwrap_or_else(|| panic!("no link: {}", String::from_utf8_lossy(&output.stderr)))
}

/// A first start creates and fills a database on a busy machine.
const TO_START: Duration = Duration::from_secs(60);

/// Requests in flight may finish, so stopping may take a moment.
const TO_STOP: Duration = Duration::from_secs(15);

#[track_caller]
fn spawn(arguments: &[String], data: &Path, listen: &str) -> (Process, String) {
    let mut process = start(arguments, data, listen);
    let address = process.line(TO_START, |line| {
        let (_, address) = line.split_once("listening on http://")?;
        Some(address.trim().trim_end_matches('/').to_owned())
    });
    (process, address)
}

fn start(arguments: &[String], data: &Path, listen: &str) -> Process {
    let mut command = Command::new(program());
    command.args(arguments).args(["--listen", listen]);
    let log = data.with_extension("server.log");
    Process::start("the server", &mut command, &log)
}

fn program() -> PathBuf {
    let given = env::var_os("FINGERPOST_BIN").map(PathBuf::from);
    let program = given.unwrap_or_else(|| target().join("release/fingerpost"));
    assert!(
        program.is_file(),
        "There is no program at {}. Build it with `cargo build --release`, or name another with \
         FINGERPOST_BIN.",
        program.display()
    );
    program
}
