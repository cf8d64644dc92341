//! One opening of a browser: chromedriver, Chromium, and the commands that go between.

use std::env;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use fantoccini::error::CmdError;
use fantoccini::wd::{PrintConfiguration, PrintSize, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use url::{ParseError, Url};

use crate::processes::Process;

/// A browser that is open. Dropping it ends chromedriver without asking the browser to close.
#[derive(Debug)]
pub(crate) struct Session {
    // Dropped first, so that the client's farewell to chromedriver is never sent: a test decides
    // whether a browser is closed or killed.
    runtime: Runtime,
    client: Client,
    _chromedriver: Process,
}

/// How often chromedriver is started anew: it takes a free port of IPv6 and then wants the same one of
/// IPv4, which something else may have.
const STARTS_MAX: usize = 8;

fn start(profile: &Path) -> (Process, String) {
    for _ in 0..STARTS_MAX {
        if let (chromedriver, Some(port)) = start_once(profile) {
            return (chromedriver, port);
        }
    }
    panic!("chromedriver found no port in {STARTS_MAX} starts");
}

fn start_once(profile: &Path) -> (Process, Option<String>) {
    let mut command = Command::new(env::var_os("CHROMEDRIVER").unwrap_or("chromedriver".into()));
    // The people of the tests live in England, wherever the machine stands.
    command.arg("--port=0").env("TZ", "Europe/London");
    let log = profile.with_extension("chromedriver.log");
    let mut chromedriver = Process::start("chromedriver", &mut command, &log);
    let port = chromedriver.line(TO_START, |line| {
        if line.contains("port not available") {
            return Some(None);
        }
        let (_, port) = line.split_once("started successfully on port ")?;
        Some(Some(port.trim().trim_end_matches('.').to_owned()))
    });
    (chromedriver, port)
}

impl Session {
    /// Opens Chromium on a profile directory, with everything that it sends going to the proxy.
    pub(crate) fn open(profile: &Path, proxy: &str) -> Self {
        let (chromedriver, port) = start(profile);
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime needs no more than the system gave at start");
        let mut builder = ClientBuilder::new(HttpConnector::new());
        if let Value::Object(capabilities) = capabilities(profile, proxy) {
            builder.capabilities(capabilities);
        }
        let address = format!("http://127.0.0.1:{port}");
        let client = runtime.block_on(builder.connect(&address)).unwrap_or_else(|e| {
            panic!("Chromium did not open: {e}\n{}", chromedriver.last_lines())
        });
        Self { runtime, client, _chromedriver: chromedriver }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Waits for one command's answer.
    pub(crate) fn run<T>(&self, step: impl Future<Output = T>) -> T {
        self.runtime.block_on(step)
    }

    /// Runs a script in the page, which the page's own security policy does not bind.
    pub(crate) fn script(&self, body: &str, arguments: Vec<Value>) -> Result<Value, CmdError> {
        self.run(self.client.execute(body, arguments))
    }

    /// As [`script`](Self::script), ending when the script calls its last argument.
    pub(crate) fn script_until_done(&self, body: &str) -> Result<Value, CmdError> {
        self.run(self.client.execute_async(body, vec![]))
    }

    /// A command of the Chrome DevTools Protocol.
    pub(crate) fn devtools(&self, name: &str, parameters: &Value) -> Result<Value, CmdError> {
        let body = json!({ "cmd": name, "params": parameters });
        self.vendor("goog/cdp/execute", &body)
    }

    /// The entries of a log since it was last read: `browser` or `performance`.
    pub(crate) fn log(&self, kind: &str) -> Result<Vec<Value>, CmdError> {
        let entries = self.vendor("se/log", &json!({ "type": kind }))?;
        Ok(entries.as_array().cloned().unwrap_or_default())
    }

    /// The page as it is printed on A4, as a PDF.
    pub(crate) fn print(&self) -> Result<Vec<u8>, CmdError> {
        let page = PrintConfiguration::builder().size(PrintSize::A4).build();
        self.run(self.client.print(page.expect("A4 is a size to print on")))
    }

    /// Everything that the page's scripts can still reach, as DevTools saves it to a file.
    pub(crate) fn heap_snapshot(&self) -> Result<Value, CmdError> {
        self.run(self.client.issue_cmd(Vendor { path: "chromium/heap_snapshot", body: None }))
    }

    fn vendor(&self, path: &'static str, body: &Value) -> Result<Value, CmdError> {
        self.run(self.client.issue_cmd(Vendor { path, body: Some(body.to_string()) }))
    }
}

/// Starting a browser while another test uses the processor.
const TO_START: Duration = Duration::from_secs(30);

fn capabilities(profile: &Path, proxy: &str) -> Value {
    let arguments = [
        format!("--user-data-dir={}", profile.display()),
        format!("--proxy-server={proxy}"),
        // Without this, Chromium would reach servers on this machine past the proxy.
        "--proxy-bypass-list=<-loopback>".to_owned(),
        "--headless=new".to_owned(),
        // Containers give a browser neither the rights for its sandbox nor a large /dev/shm.
        "--no-sandbox".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-quic".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        "--disable-extensions".to_owned(),
        "--disable-component-extensions-with-background-pages".to_owned(),
        "--disable-default-apps".to_owned(),
        "--disable-client-side-phishing-detection".to_owned(),
        "--disable-features=AutofillServerCommunication,OptimizationHints,MediaRouter,Translate"
            .to_owned(),
        "--disable-crash-reporter".to_owned(),
        "--disable-breakpad".to_owned(),
        "--no-first-run".to_owned(),
        "--lang=en-GB".to_owned(),
        "--force-color-profile=srgb".to_owned(),
    ];
    json!({
        "browserName": "chrome",
        "timeouts": { "script": 60_000, "pageLoad": 30_000 },
        "goog:chromeOptions": { "args": arguments },
        "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
    })
}

/// A command that only chromedriver knows.
#[derive(Debug)]
struct Vendor {
    path: &'static str,
    /// None where the command only asks.
    body: Option<String>,
}

impl WebDriverCompatibleCommand for Vendor {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/{}", self.path))
    }

    fn method_and_body(&self, _url: &Url) -> (Method, Option<String>) {
        match &self.body {
            Some(body) => (Method::POST, Some(body.clone())),
            None => (Method::GET, None),
        }
    }
}
