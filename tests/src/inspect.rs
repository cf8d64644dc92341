//! What every screen must stand up to: barriers, console errors, strangers and small screens.

use std::fs;

use serde_json::Value;

use crate::scratch::workspace;
use crate::{Browser, Screen, must};

/// What a browser has reported and no test has asked about yet.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    console: Vec<String>,
    requests: Vec<String>,
    expected: Vec<&'static str>,
}

impl Browser {
    /// Looks at the screen as it is: pictures it on the large phone, the small one and in the dark
    /// (`<name>.png`, `<name>-320.png`, `<name>-dark.png`), and panics with a list of everything
    /// wrong with it: barriers found by axe-core, words pushed off the side, console errors,
    /// requests to other origins.
    #[track_caller]
    pub fn look(&mut self, name: &str) {
        let screen = self.screen();
        let mut wrong = self.examine(name);
        if screen == Screen::PHONE {
            self.resize(Screen::SMALL_PHONE);
            wrong.extend(self.examine(&format!("{name}-320")));
            self.resize(screen);
        }
        self.appear(true);
        wrong.extend(self.examine(&format!("{name}-dark")));
        self.appear(false);
        wrong.extend(self.console_errors());
        wrong.extend(self.requests_off_origin());
        assert!(wrong.is_empty(), "the screen “{name}” is not right:\n{}", wrong.join("\n"));
    }

    /// The barriers that axe-core finds on the screen: rule, why, and where.
    #[track_caller]
    pub fn axe(&self) -> Vec<String> {
        let axe = workspace().join("tests/node_modules/axe-core/axe.min.js");
        let axe = fs::read_to_string(&axe).unwrap_or_else(|e| {
            panic!("{} cannot be read ({e}): run `npm ci` in tests/", axe.display())
        });
        let script = format!("{axe}\n{RUN_AXE}");
        let found = self.session().script_until_done(&script);
        let found = must(found, "axe-core did not run");
        // A string says that axe-core itself failed, which must not pass for a screen without barriers.
        let found = found.as_array().unwrap_or_else(|| panic!("axe-core failed: {found}"));
        found.iter().map(readable).collect()
    }

    /// Errors in the console since this was last asked. That the network could not be reached is not
    /// among them: offline is normal, and the browser notes it whatever a page does.
    pub fn console_errors(&self) -> Vec<String> {
        self.collect();
        std::mem::take(&mut self.seen.borrow_mut().console)
    }

    /// From now on, errors in the console that contain this are no surprise: the test brings them
    /// about.
    pub fn expect_in_console(&self, part: &'static str) {
        self.seen.borrow_mut().expected.push(part);
    }

    /// Requests to any other origin since this was last asked: those that the page tried, even if its
    /// policy stopped them, and connections asked for by anything in the browser.
    pub fn requests_off_origin(&self) -> Vec<String> {
        self.collect();
        let mut requests = std::mem::take(&mut self.seen.borrow_mut().requests);
        let own = self.origin().trim_start_matches("http://");
        let asked = self.signal().take_asked().into_iter();
        let strange = asked.filter(|host| host != own && !is_browsers_own(host));
        requests.extend(strange.map(|host| format!("connection to {host}")));
        requests
    }

    /// Takes over what the browser has logged, before it is closed or killed and forgets.
    pub(crate) fn collect(&self) {
        if !self.is_open() {
            return;
        }
        // A browser that cannot answer has nothing more to tell; the test fails at its next step.
        let console = self.session().log("browser").unwrap_or_default();
        let network = self.session().log("performance").unwrap_or_default();
        let mut seen = self.seen.borrow_mut();
        let Seen { console: errors, expected, .. } = &mut *seen;
        let is_surprise = |error: &String| !expected.iter().any(|part| error.contains(part));
        errors.extend(console.iter().filter_map(console_error).filter(is_surprise));
        let requests = network.iter().filter_map(requested_address);
        seen.requests.extend(requests.filter(|address| !is_own(self.origin(), address)));
    }

    fn examine(&self, name: &str) -> Vec<String> {
        self.screenshot(name);
        let mut wrong = self.axe();
        let too_wide = self.script(TOO_WIDE);
        wrong.extend(too_wide.as_str().map(ToOwned::to_owned));
        wrong.into_iter().map(|problem| format!("{name}: {problem}")).collect()
    }
}

/// All of axe-core's rules but the experimental ones, and the size of targets, which is off by default.
const RUN_AXE: &str = r#"
    const done = arguments[arguments.length - 1];
    const place = (node) => JSON.stringify(node.target);
    const run = async () => {
        const rules = { "target-size": { enabled: true } };
        const found = await axe.run(document, { rules, resultTypes: ["violations"] });
        const sizes = found.violations.find((violation) => violation.id === "target-size");
        if (sizes) {
            // The bars lie over something wherever the page is scrolled to: what is too small is so in
            // another place as well.
            const at = scrollY;
            scrollBy({ top: at < 150 ? 150 : -150, behavior: "instant" });
            const again = await axe.run(document, { runOnly: ["target-size"] });
            scrollTo({ top: at, behavior: "instant" });
            const small = again.violations.flatMap((violation) => violation.nodes.map(place));
            sizes.nodes = sizes.nodes.filter((node) => small.includes(place(node)));
        }
        return found.violations.filter((violation) => violation.nodes.length > 0);
    };
    run().then(done, (error) => done(String(error)));
"#;

const TOO_WIDE: &str = r#"
    const room = document.documentElement.clientWidth;
    const width = document.documentElement.scrollWidth;
    return width > room ? `the page is ${width} wide on a screen of ${room}` : null;
"#;

fn readable(violation: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let nodes = violation["nodes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let places: Vec<String> = nodes
        .iter()
        .map(|node| {
            let why = text(&node["failureSummary"]).replace('\n', " ");
            format!("\n    {}\n    {why}", text(&node["html"]))
        })
        .collect();
    format!("{}: {}{}", text(&violation["id"]), text(&violation["help"]), places.concat())
}

fn console_error(entry: &Value) -> Option<String> {
    let text = entry["message"].as_str()?;
    let no_network = entry["source"] == "network" && NO_NETWORK.iter().any(|e| text.contains(e));
    (entry["level"] == "SEVERE" && !no_network).then(|| format!("console: {text}"))
}

/// How Chromium words a network that is not there, or that went away, or a server that is stopped.
const NO_NETWORK: [&str; 6] = [
    "net::ERR_INCOMPLETE_CHUNKED_ENCODING",
    "net::ERR_INTERNET_DISCONNECTED",
    "net::ERR_SOCKS_CONNECTION_FAILED",
    "net::ERR_CONNECTION_",
    "net::ERR_EMPTY_RESPONSE",
    "net::ERR_NETWORK_CHANGED",
];

fn requested_address(entry: &Value) -> Option<String> {
    let event: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
    let parameters = &event["message"]["params"];
    let address = match event["message"]["method"].as_str()? {
        "Network.requestWillBeSent" => &parameters["request"]["url"],
        "Network.webSocketCreated" => &parameters["url"],
        _ => return None,
    };
    Some(address.as_str()?.to_owned())
}

/// Whether an address is the service's own, or one that never leaves the browser.
fn is_own(origin: &str, address: &str) -> bool {
    let inside = ["data:", "blob:", "about:", "chrome:", "chrome-extension:", "devtools:"];
    let own =
        address.strip_prefix(origin).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    own || inside.iter().any(|scheme| address.starts_with(scheme))
}

/// Whether Chromium itself asks for this host, for updates and the like, whatever flags say. What a
/// page could want from the same owners is not excused; and what a page itself requests is seen in
/// the performance log, so this can only hide a request of a worker.
fn is_browsers_own(host: &str) -> bool {
    const OWN: [&str; 4] = [".google.com", ".googleapis.com", ".gvt1.com", ".duckduckgo.com"];
    const OF_PAGES: [&str; 3] = ["fonts.", "ajax.", "maps."];
    let name = host.rsplit_once(':').map_or(host, |(name, _port)| name);
    let of_pages = OF_PAGES.iter().any(|start| name.starts_with(start));
    !of_pages && OWN.iter().any(|end| name.ends_with(end))
}
