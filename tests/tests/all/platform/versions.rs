//! A new version of the app, and a server that no longer speaks to the old one.

use tests::{Browser, SOON, Scratch, Server, poll};

use super::{WORKER, assert_arrived, begin_contact};
use crate::{
    front::Front,
    sign_in::{arrive, note_on, sign, unlock},
};

const OFFER: &str = "A new version is ready.";

/// The service worker of the server, as a later build would have written it.
fn later_version(phone: &Browser) -> String {
    let worker = phone.script_until_done(
        "const done = arguments[arguments.length - 1];
         fetch('/sw.js').then((answer) => answer.text()).then(done);",
    );
    let worker = worker.as_str().unwrap();
    let later = worker.replace("CACHE_PREFIX + \"", "CACHE_PREFIX + \"later-");
    assert_ne!(worker, later);
    later
}

fn is_later(phone: &Browser) -> bool {
    let names = phone.script_until_done(
        "const done = arguments[arguments.length - 1];
         caches.keys().then((names) => done(names.join()));",
    );
    let names = names.as_str().unwrap_or_default().to_owned();
    names.contains("later-") && !names.contains(',')
}

#[test]
fn an_old_version_keeps_its_work_and_a_new_one_waits_until_nothing_is_being_written() {
    let scratch = Scratch::new("versions");
    let data = scratch.path("data");
    let mut server = Server::demo(&data);
    let front = Front::of(server.address());
    let mut phone = Browser::phone(&scratch, "bronwen", &front.origin());
    arrive(&phone, &server.sign_in_path(WORKER));

    // The server has moved on.
    phone.expect_in_console("426 (Upgrade Required)");
    front.answer("/api/sync", "426 Upgrade Required", "text/plain", "too old");
    begin_contact(&phone, "OKAFOR");
    phone.type_into("Note", "Written by an old app.");
    sign(&phone);
    phone.wait_for_text("Cannot send", SOON);
    phone.click_text("Cannot send");
    phone.wait_for_text("This app is too old to send. Nothing is lost: look for a new", SOON);
    phone.wait_for_text("Ada Okafor", SOON);
    phone.wait_for_text("Look for a new version", SOON);
    assert!(!phone.shows("Send now"), "it offers what it cannot do");
    phone.look("too-old");

    // The new version comes while something is being written, and waits.
    front.answer("/sw.js", "200 OK", "text/javascript", &later_version(&phone));
    begin_contact(&phone, "NCUBE");
    phone.type_into("Note", "Half a sentence");
    phone.wait_for_text("Saved on this phone", SOON);
    phone.reload();
    unlock(&phone);
    assert_eq!(note_on(&phone), "Half a sentence");
    let waiting = "return document.documentElement.dataset.update === 'waiting'";
    assert!(poll(SOON, || (phone.script(waiting) == true).then_some(())).is_some());
    phone.type_into("Note", ", and the rest.");
    assert!(!phone.shows(OFFER), "an update is offered beside a draft");
    assert!(!is_later(&phone));

    // Where nothing is being written it is offered, and what was typed last is in it.
    phone.click_text("More");
    phone.wait_for_text(OFFER, SOON);
    phone.look("update");
    front.pass("/api/sync");
    phone.click_text("Update");
    unlock(&phone);
    assert!(poll(SOON, || is_later(&phone).then_some(())).is_some(), "the old version stayed");
    phone.click_text("Today");
    phone.click_text("Finish the contact");
    assert_eq!(note_on(&phone), "Half a sentence, and the rest.");
    sign(&phone);
    phone.wait_gone("waiting to send", SOON);
    phone.wait_for_text("Sent ", SOON);
    let notes = ["Written by an old app.", "Half a sentence, and the rest."];
    assert_arrived(&server.origin(), &data, &notes);
}
