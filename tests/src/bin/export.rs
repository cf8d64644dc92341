//! What an export costs: a whole network's first packs, the next one, and the page that a practice
//! works from. Prints one line of JSON.

use std::{fs, time::Instant};

use clap::Parser;
use serde_json::json;
use server::{
    pack::{self, Empty},
    projector,
    store::Store,
};
use tests::{Scratch, Server, http::Http, invite_to_practice, kills::block_on, network::Network};

/// Contacts of an episode, as they usually are.
const CONTACTS_EACH: usize = 12;
/// Looks at the page, of which the middle one counts.
const LOOKS: usize = 9;

/// What an export costs.
#[derive(Debug, Parser)]
#[command(name = "export")]
struct Arguments {
    /// Contacts that are stored
    #[arg(long, default_value_t = 1_000_000)]
    contacts: usize,
    /// Practices of the network
    #[arg(long, default_value_t = 12)]
    practices: usize,
    /// Rows of the practice's page
    #[arg(long, default_value_t = 2_000)]
    rows: usize,
}

#[expect(clippy::print_stdout, reason = "the figures")]
fn main() {
    let arguments = Arguments::parse();
    let mut figures = export(&arguments);
    let (page_ms, page_bytes) = page(arguments.rows);
    figures["worklist_rows"] = arguments.rows.into();
    figures["worklist_ms"] = page_ms.into();
    figures["worklist_bytes"] = page_bytes.into();
    println!("{figures}");
}

/// Closes every practice's first pack, then one more after one more person.
fn export(arguments: &Arguments) -> serde_json::Value {
    let scratch = Scratch::new("export");
    let store = Store::open(&scratch.path("data")).expect("a new store opens");
    let mut network = Network::found(&store, arguments.practices);
    let people = arguments.contacts.div_ceil(CONTACTS_EACH);
    network.refer(&store, people, CONTACTS_EACH);
    let began = Instant::now();
    projector::catch_up(&store).expect("the ledger is worked out");
    let ledger_s = began.elapsed().as_secs_f64();
    forget_peak();
    let before = memory_mb("VmRSS");
    let began = Instant::now();
    let mut rows = 0;
    for practice in network.practices() {
        let closed = pack::close_next(&store, practice, Empty::Close).expect("a pack is closed");
        rows += closed.line.rows.new;
    }
    let export_s = began.elapsed().as_secs_f64();
    let memory = memory_mb("VmHWM");
    network.refer(&store, 1, CONTACTS_EACH);
    let began = Instant::now();
    for practice in network.practices() {
        let closed = pack::close_next(&store, practice, Empty::Close).expect("a pack is closed");
        rows += closed.line.rows.new;
    }
    let incremental_s = began.elapsed().as_secs_f64();
    assert_eq!(rows as usize, people + 1, "every entry is packed once");
    json!({
        "contacts": people * CONTACTS_EACH, "rows": rows, "practices": arguments.practices,
        "ledger_s": rounded(ledger_s), "export_s": rounded(export_s),
        "incremental_s": rounded(incremental_s), "memory_mb": memory, "memory_before_mb": before,
    })
}

/// How long the page takes with so many rows to do, in milliseconds, and how long it is.
fn page(rows: usize) -> (f64, usize) {
    let scratch = Scratch::new("export-page");
    let data = scratch.path("data");
    let store = Store::open(&data).expect("a new store opens");
    let mut network = Network::found(&store, 1);
    network.refer(&store, rows, 1);
    let practice = network.practices()[0].clone();
    pack::close_next(&store, &practice, Empty::Close).expect("a pack is closed");
    store.close();
    drop(store);
    let server = Server::serve(&data, &[]);
    let link = invite_to_practice(&data, "Sue Blythe", practice.as_str());
    block_on(async {
        let mut http = Http::new(&server.origin());
        http.sign_in(&link).await.expect("the link signs in");
        let mut taken = Vec::new();
        let mut bytes = 0;
        for _ in 0..LOOKS {
            let began = Instant::now();
            let answer = http.get(&format!("/practice/{practice}")).await.expect("an answer");
            taken.push(began.elapsed().as_secs_f64() * 1_000.0);
            assert_eq!(answer.status, 200);
            bytes = answer.body.len();
        }
        taken.sort_by(f64::total_cmp);
        (rounded(taken[LOOKS / 2]), bytes)
    })
}

fn rounded(figure: f64) -> f64 {
    (figure * 100.0).round() / 100.0
}

/// Begins to measure the peak of memory anew.
fn forget_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// A figure of this process's memory, in megabytes.
fn memory_mb(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    let kilobytes = line.split_whitespace().nth(1).and_then(|figure| figure.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}
