//! Measures the app on a slow phone with a full caseload, and prints what a person waits for as one
//! JSON line: `cargo run --release -p tests --bin phone`.
//!
//! A browser with a processor four times slower, with no network, opens the app from cold. Times are
//! taken in the page, from what it was asked to what it has painted or stored. The half second that a
//! passphrase costs on purpose is left out.

use std::process::ExitCode;

use clap::Parser;
use serde_json::{Value, json};
use tests::{
    Browser, SOON, Scratch, invite, load, poll,
    sign_in::{PASSPHRASE, sign_in, wait_until_offline_works},
};

/// Measures the app on a slow phone and prints the figures as one JSON line.
#[derive(Debug, Parser)]
struct Arguments {
    /// People on the phone
    #[arg(long, default_value_t = 250)]
    cases: usize,
    /// Changes in each of their records
    #[arg(long, default_value_t = 12)]
    changes: usize,
    /// How many times slower the processor is made
    #[arg(long, default_value_t = 4)]
    slowdown: u32,
}

/// Each of these is done so often, and the one in the middle counts.
const TIMES: usize = 9;

#[expect(clippy::print_stdout, reason = "the figures are what this program is for")]
fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let scratch = Scratch::new("phone");
    let data = scratch.path("data");
    let server = load::stocked(&data, arguments.cases, arguments.changes);
    let mut phone = Browser::phone(&scratch, "slow", &server.origin());
    let everybody = format!("{} people", arguments.cases);
    arrive(&phone, &invite(&data, "Link worker 0", None), &everybody);
    phone.close();
    phone.open();
    phone.offline(true);
    phone.prepare_pages(include_str!("phone.js"));
    phone.slow_down(arguments.slowdown);

    let cold_start_ms = middle(|| cold_start(&phone, &everybody));
    let search_ms = middle(|| search(&phone));
    let open_person_ms = middle(|| open_person(&phone, &everybody));
    let save_note_ms = save_notes(&phone);
    let memory_mb = memory(&phone);
    let figures = json!({
        "cases": arguments.cases,
        "changes": arguments.changes,
        "slowdown": arguments.slowdown,
        "cold_start_ms": cold_start_ms,
        "open_person_ms": open_person_ms,
        "save_note_ms": save_note_ms,
        "search_ms": search_ms,
        "memory_mb": memory_mb,
        "client_brotli_bytes": server::assets::CLIENT_BROTLI_BYTES,
    });
    println!("{figures}");
    ExitCode::SUCCESS
}

/// Signs in, and waits until everybody and the app itself are on the phone.
fn arrive(phone: &Browser, link: &str, everybody: &str) {
    sign_in(phone, link);
    phone.click_text("People");
    phone.wait_for_text(everybody, SOON * 3);
    wait_until_offline_works(phone);
}

/// From nothing to everybody on the screen, without the time in which the passphrase was stretched.
fn cold_start(phone: &Browser, everybody: &str) -> f64 {
    phone.goto("/people");
    phone.wait_for_text("Unlock Fingerpost", SOON);
    let asked = poll(SOON, || phone.script("return noted.locked").as_f64());
    phone.type_into("Passphrase", PASSPHRASE);
    let unlocked = phone.script_until_done(&format!(
        "const done = arguments[arguments.length - 1];
         noted.opening = undefined;
         document.querySelector('form button').click();
         says('{everybody}').then((at) => done(at - noted.opening));",
    ));
    asked.expect("a time") + unlocked.as_f64().expect("a time")
}

/// One letter typed into the search over everybody.
fn search(phone: &Browser) -> f64 {
    let took = phone.script_until_done(
        "const done = arguments[arguments.length - 1];
         const field = document.getElementById('search');
         const type = (text) => {
             field.value = text;
             field.dispatchEvent(new Event('input', { bubbles: true }));
         };
         type('');
         requestAnimationFrame(() => setTimeout(() => {
             const began = performance.now();
             type('wa');
             requestAnimationFrame(() => setTimeout(() => {
                 const took = performance.now() - began;
                 type('');
                 done(took);
             }, 0));
         }, 50));",
    );
    took.as_f64().expect("a time")
}

/// A person of the list, touched, until their record is on the screen.
fn open_person(phone: &Browser, everybody: &str) -> f64 {
    let took = phone.script_until_done(&format!(
        "const done = arguments[arguments.length - 1];
         const links = document.querySelectorAll('a.fp-person__link');
         const began = performance.now();
         links[Math.floor(Math.random() * links.length)].click();
         says('What happened').then(async (at) => {{
             history.back();
             await says('{everybody}');
             done(at - began);
         }});",
    ));
    took.as_f64().expect("a time")
}

/// Words typed into a note, from the moment at which the app begins to seal them until they are on
/// the disk.
fn save_notes(phone: &Browser) -> f64 {
    phone.script("document.querySelector('a.fp-person__link').click()");
    phone.wait_for_text("Add contact", SOON);
    phone.click_text("Add contact");
    phone.wait_for_text("Note", SOON);
    let mut number = 0;
    middle(|| {
        number += 1;
        phone.script("noted.sealing = undefined; noted.stored = undefined;");
        phone.type_into("Note", &format!("Word {number}. "));
        let stored = poll(SOON, || {
            let took = phone.script("return noted.stored - noted.sealing");
            took.as_f64().filter(|took| *took > 0.0)
        });
        stored.expect("the note was stored")
    })
}

/// What the page holds, its program's memory included, in megabytes.
fn memory(phone: &Browser) -> f64 {
    let bytes: Value = phone.script(
        "return performance.memory.usedJSHeapSize + (window.wasmMemory?.buffer.byteLength ?? 0)",
    );
    (bytes.as_f64().expect("a number") / 1_048_576.0).round()
}

fn middle(mut measure: impl FnMut() -> f64) -> f64 {
    let mut all: Vec<f64> = (0..TIMES).map(|_| measure()).collect();
    all.sort_by(f64::total_cmp);
    (all[TIMES / 2] * 10.0).round() / 10.0
}
