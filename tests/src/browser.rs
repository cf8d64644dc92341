//! A person's browser: a phone or a desk computer with its own profile, signal and screen.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, thread};

use rustix::process::Pid;
use serde_json::{Value, json};

use crate::inspect::Seen;
use crate::locate::{self, Element, Kind};
use crate::processes::{browser_family, has_argument, kill_browser};
use crate::scratch::{Scratch, target};
use crate::session::Session;
use crate::{SOON, Signal, must, poll};

/// A screen that something is looked at on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    width: u32,
    height: u32,
    mobile: bool,
}

impl Screen {
    /// The phone that most things are designed on.
    pub const PHONE: Self = Self { width: 390, height: 844, mobile: true };
    /// The smallest phone still in use, and a large one with its text at 200%.
    pub const SMALL_PHONE: Self = Self { width: 320, height: 568, mobile: true };
    /// A locked-down computer at a surgery.
    pub const DESK: Self = Self { width: 1366, height: 768, mobile: false };
}

/// A browser with its profile directory, which outlives being closed and being killed.
///
/// Dropped while a test fails, it leaves `target/screenshots/FAILED-<test>-<name>.png`. Dropped
/// after a test that passed, it fails that test if the console had an error or a request went to
/// another origin: no test has to remember to ask.
#[derive(Debug)]
pub struct Browser {
    test: String,
    name: String,
    origin: String,
    profile: PathBuf,
    signal: Signal,
    screen: Screen,
    offline: bool,
    session: Option<Session>,
    pub(crate) seen: RefCell<Seen>,
}

impl Browser {
    /// A new phone, open, in front of a blank page. The name is its owner's, for files and messages.
    pub fn phone(scratch: &Scratch, name: &str, origin: &str) -> Self {
        Self::new(scratch, name, origin, Screen::PHONE)
    }

    /// A new computer on a desk, open, in front of a blank page.
    pub fn desk(scratch: &Scratch, name: &str, origin: &str) -> Self {
        Self::new(scratch, name, origin, Screen::DESK)
    }

    fn new(scratch: &Scratch, name: &str, origin: &str, screen: Screen) -> Self {
        let mut browser = Self {
            test: scratch.test().to_owned(),
            name: name.to_owned(),
            origin: origin.to_owned(),
            profile: scratch.path(name),
            signal: Signal::start(),
            screen,
            offline: false,
            session: None,
            seen: RefCell::default(),
        };
        browser.open();
        browser
    }

    /// Opens it again after `close` or `kill`, cold, on the same profile and with the same signal.
    pub fn open(&mut self) {
        assert!(self.session.is_none(), "{} is open already", self.name);
        self.session = Some(Session::open(&self.profile, &self.signal.address()));
        self.resize(self.screen);
        self.appear(false);
        self.tell_offline();
    }

    /// Closes it as a person does, so that pages may say goodbye.
    #[track_caller]
    pub fn close(&mut self) {
        self.collect();
        let session = self.session.take().expect("a closed browser cannot be closed");
        // The page first: chromedriver ends a browser without telling its pages.
        let closed = session.run(async {
            session.client().close_window().await?;
            session.client().clone().close().await
        });
        must(closed, &format!("{} did not close", self.name));
        let gone = poll(SOON, || browser_family(&self.profile).is_empty().then_some(()));
        assert!(gone.is_some(), "{}'s processes go on after it was closed", self.name);
    }

    /// Ends every process of it with SIGKILL, as a flat battery would. (What the system has been
    /// given to write is still written: only a real power cut could take that.)
    #[track_caller]
    pub fn kill(&mut self) {
        self.collect();
        let killed = kill_browser(&self.profile);
        assert!(killed > 0, "no process of {} was found to kill", self.name);
        self.session = None;
    }

    /// Goes to a path of the service, or to a whole address.
    #[track_caller]
    pub fn goto(&self, path: &str) {
        let address = match path.starts_with('/') {
            true => format!("{}{path}", self.origin),
            false => path.to_owned(),
        };
        let session = self.session();
        let gone = session.run(session.client().goto(&address));
        must(gone, &format!("{} cannot go to {address}", self.name));
    }

    /// Loads the page anew.
    #[track_caller]
    pub fn reload(&self) {
        let session = self.session();
        let done = session.run(session.client().refresh());
        must(done, &format!("{} cannot reload", self.name));
    }

    /// The platform's back.
    #[track_caller]
    pub fn back(&self) {
        let session = self.session();
        let done = session.run(session.client().back());
        must(done, &format!("{} cannot go back", self.name));
    }

    /// The path and query that the browser is at.
    #[track_caller]
    pub fn path(&self) -> String {
        let session = self.session();
        let url = session.run(session.client().current_url());
        let url = must(url, &format!("{} does not know where it is", self.name));
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{query}", url.path())
    }

    /// The first element that matches a selector; waits for it.
    #[track_caller]
    pub fn find(&self, css: &str) -> Element<'_> {
        locate::by_css(self.session(), css)
    }

    /// The button, link or choice with these words; waits for it.
    #[track_caller]
    pub fn by_text(&self, words: &str) -> Element<'_> {
        locate::by_words(self.session(), Kind::Pressable, words)
    }

    /// Presses the button, link or choice with these words.
    #[track_caller]
    pub fn click_text(&self, words: &str) {
        locate::press(self.session(), words);
    }

    /// The field with this label; waits for it. Where a group repeats labels, its legend goes
    /// before: `Next step Day`.
    #[track_caller]
    pub fn field(&self, label: &str) -> Element<'_> {
        locate::by_words(self.session(), Kind::Field, label)
    }

    /// Types into the field with this label, after what is there.
    #[track_caller]
    pub fn type_into(&self, label: &str, text: &str) {
        self.field(label).type_text(text);
    }

    /// Waits until the screen shows the words.
    #[track_caller]
    pub fn wait_for_text(&self, words: &str, within: Duration) {
        locate::wait_until(self.session(), words, true, within);
    }

    /// Waits until the screen shows the words no more.
    #[track_caller]
    pub fn wait_gone(&self, words: &str, within: Duration) {
        locate::wait_until(self.session(), words, false, within);
    }

    /// Whether the screen shows the words now.
    pub fn shows(&self, words: &str) -> bool {
        locate::shows(self.session(), words)
    }

    /// Everything that the screen shows now.
    #[track_caller]
    pub fn text(&self) -> String {
        must(locate::text(self.session()), "the screen cannot be read")
    }

    /// Runs a script in the page and returns what it returns.
    #[track_caller]
    pub fn script(&self, body: &str) -> Value {
        must(self.session().script(body, vec![]), &format!("`{body}` failed"))
    }

    /// As [`script`](Self::script), ending when the script calls its last argument, with what it
    /// gives it.
    #[track_caller]
    pub fn script_until_done(&self, body: &str) -> Value {
        must(self.session().script_until_done(body), "the script failed")
    }

    /// Runs a script first in every page that is loaded from now on, until the browser is closed.
    #[track_caller]
    pub fn prepare_pages(&self, source: &str) {
        let source = json!({ "source": source });
        self.devtools("Page.addScriptToEvaluateOnNewDocument", &source);
    }

    /// Sets the clock of every page that is loaded from now on so many hours ahead, until the browser
    /// is closed.
    #[track_caller]
    pub fn set_clock_ahead(&self, hours: i32) {
        let source =
            format!("const now = Date.now; Date.now = () => now() + {hours} * 3600 * 1000;");
        self.prepare_pages(&source);
    }

    /// Puts the page on another screen.
    #[track_caller]
    pub fn resize(&mut self, screen: Screen) {
        self.screen = screen;
        let Screen { width, height, mobile } = screen;
        let scale = if mobile { 2 } else { 1 };
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": scale, "mobile": mobile,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics);
        self.devtools("Emulation.setTouchEmulationEnabled", &json!({ "enabled": mobile }));
    }

    /// The screen that the page is on.
    pub fn screen(&self) -> Screen {
        self.screen
    }

    /// Light or dark. Motion is reduced either way, so that no picture is of something half moved.
    #[track_caller]
    pub fn appear(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools("Emulation.setEmulatedMedia", &json!({ "features": features }));
    }

    /// Looks at the page as it would be printed.
    #[track_caller]
    pub fn print_preview<T>(&self, look: impl FnOnce() -> T) -> T {
        self.devtools("Emulation.setEmulatedMedia", &json!({ "media": "print" }));
        let seen = look();
        self.devtools("Emulation.setEmulatedMedia", &json!({ "media": "" }));
        self.appear(false);
        seen
    }

    /// Prints the page as `target/screenshots/<name>.pdf`, to be looked at.
    #[track_caller]
    pub fn print(&self, name: &str) -> PathBuf {
        let printed = must(self.session().print(), &format!("{name} cannot be printed"));
        let path = target().join("screenshots").join(format!("{name}.pdf"));
        must(write(&path, &printed), &format!("{} cannot be written", path.display()));
        path
    }

    /// Makes the processor this many times slower; 4 is a cheap phone on an office computer.
    #[track_caller]
    pub fn slow_down(&self, times: u32) {
        self.devtools("Emulation.setCPUThrottlingRate", &json!({ "rate": times }));
    }

    /// Takes the network away from page, workers and service worker alike, or gives it back. The
    /// page is told, as on a phone; it stays so over `close`, `kill` and `open`.
    #[track_caller]
    pub fn offline(&mut self, offline: bool) {
        self.offline = offline;
        // The page must not learn of a network before there is one, nor the other way round.
        if offline {
            self.tell_offline();
            self.signal.lose();
        } else {
            self.signal.regain();
            self.tell_offline();
        }
    }

    /// The way to the network, to cut it without the page being told, as in a hall with thick walls.
    pub fn signal(&self) -> &Signal {
        &self.signal
    }

    /// Pictures what the screen shows as `target/screenshots/<name>.png`.
    #[track_caller]
    pub fn screenshot(&self, name: &str) -> PathBuf {
        self.try_screenshot(name).unwrap_or_else(|why| panic!("no picture of {name}: {why}"))
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    #[track_caller]
    pub(crate) fn session(&self) -> &Session {
        must(self.session.as_ref().ok_or("it is not open"), &self.name)
    }

    pub(crate) fn is_open(&self) -> bool {
        self.session.is_some()
    }

    /// The processes that show pages.
    pub(crate) fn renderers(&self) -> Vec<Pid> {
        let family = browser_family(&self.profile).into_iter();
        family.filter(|pid| has_argument(pid.as_raw_pid(), "--type=renderer")).collect()
    }

    #[track_caller]
    pub(crate) fn devtools(&self, name: &str, parameters: &Value) -> Value {
        let done = self.session().devtools(name, parameters);
        must(done, &format!("{name} failed"))
    }

    fn tell_offline(&self) {
        let conditions = json!({
            "offline": self.offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
        });
        self.devtools("Network.emulateNetworkConditions", &conditions);
    }

    fn try_screenshot(&self, name: &str) -> Result<PathBuf, String> {
        let session = self.session.as_ref().ok_or("the browser is not open")?;
        let png = session.run(session.client().screenshot()).map_err(|e| e.to_string())?;
        let path = target().join("screenshots").join(format!("{name}.png"));
        write(&path, &png).map_err(|e| e.to_string())?;
        Ok(path)
    }

    #[expect(clippy::print_stderr, reason = "a failed test says what its browsers saw")]
    fn leave_evidence(&self) {
        let name = format!("FAILED-{}-{}", self.test, self.name);
        match self.try_screenshot(&name) {
            Ok(path) => eprintln!("{}'s screen: {}", self.name, path.display()),
            Err(why) => eprintln!("{}'s screen could not be pictured: {why}", self.name),
        }
        self.collect();
        eprintln!("{} saw: {:#?}", self.name, self.seen.borrow());
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let failing = thread::panicking();
        let mut complaints = Vec::new();
        if failing {
            self.leave_evidence();
        } else {
            complaints.extend(self.console_errors());
            complaints.extend(self.requests_off_origin());
        }
        // Killed rather than closed: nobody will look at this profile again, and it is quicker.
        kill_browser(&self.profile);
        self.session = None;
        assert!(failing || complaints.is_empty(), "{} ended with: {complaints:#?}", self.name);
    }
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, bytes)
}
