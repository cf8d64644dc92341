//! Tests of the harness itself: one that cannot fail would be worth nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::json;
use tests::{Browser, SOON, Scratch, Screen};

use crate::site::{OWN_ORIGIN, Page, serve, serve_with_policy};

const HTML: &str = "text/html";
const SCRIPT: &str = "text/javascript";

const PAGES: &[Page] = &[
    ("/favicon.ico", "image/x-icon", ""),
    ("/good", HTML, include_str!("pages/good.html")),
    ("/good.js", SCRIPT, include_str!("pages/good.js")),
    ("/bad", HTML, include_str!("pages/bad.html")),
    ("/bad.js", SCRIPT, include_str!("pages/bad.js")),
    ("/inline", HTML, include_str!("pages/inline.html")),
    ("/worker", HTML, include_str!("pages/worker.html")),
    ("/worker.js", SCRIPT, include_str!("pages/worker.js")),
    ("/sw.js", SCRIPT, include_str!("pages/sw.js")),
    ("/ping", "text/plain", "pong"),
];

#[test]
fn a_screen_without_faults_passes_and_a_screen_with_faults_is_told_each_of_them() {
    let scratch = Scratch::new("faults");
    let mut phone = Browser::phone(&scratch, "amara", &serve(PAGES));
    phone.goto("/good");
    phone.wait_for_text("Here: no goodbye.", SOON);
    phone.look("harness");

    phone.goto("/bad");
    phone.wait_for_text("Bad", SOON);
    let told = catch_unwind(AssertUnwindSafe(|| phone.look("harness-bad"))).unwrap_err();
    let told = told.downcast_ref::<String>().unwrap();
    for fault in [
        "harness-bad: image-alt",
        "harness-bad-320: the page is",
        "console: ",
        "the page complains",
        "http://stranger.invalid/beacon",
    ] {
        assert!(told.contains(fault), "not told of {fault}:\n{told}");
    }
}

#[test]
fn a_test_that_forgets_to_ask_is_failed_by_what_its_browser_saw() {
    let scratch = Scratch::new("forgotten");
    let phone = Browser::phone(&scratch, "amara", &serve(PAGES));
    phone.goto("/bad");
    phone.wait_for_text("Bad", SOON);
    let ended = catch_unwind(AssertUnwindSafe(|| drop(phone))).unwrap_err();
    assert!(ended.downcast_ref::<String>().unwrap().contains("the page complains"));
}

#[test]
fn what_a_security_policy_stops_fails_the_test_in_which_it_happened() {
    let scratch = Scratch::new("policy");
    let phone = Browser::phone(&scratch, "amara", &serve(PAGES));
    phone.goto("/inline");
    // The page itself goes on as if nothing had happened.
    phone.wait_for_text("Fine", SOON);
    let ended = catch_unwind(AssertUnwindSafe(|| drop(phone))).unwrap_err();
    let told = ended.downcast_ref::<String>().unwrap();
    assert!(told.contains("Content Security Policy"), "{told}");
}

#[test]
fn things_are_found_by_their_words_and_two_alike_are_as_bad_as_none() {
    let scratch = Scratch::new("words");
    let mut phone = Browser::phone(&scratch, "amara", &serve(PAGES));
    phone.goto("/good");
    phone.wait_for_text("A hall", SOON);
    phone.type_into("Note", "Tea, then ");
    phone.type_into("Note", "a walk. Diolch, ŵyr!");
    assert_eq!(phone.field("Note").value(), "Tea, then a walk. Diolch, ŵyr!");
    phone.type_into("Next step Day", "3");
    assert_eq!(phone.find("#a").value(), "3");
    phone.click_text("Accepted");
    assert!(phone.find("#accepted").is_chosen());
    assert_eq!(phone.by_text("Check").text(), "Check and sign");

    let told = catch_unwind(AssertUnwindSafe(|| phone.type_into("Day", "4"))).unwrap_err();
    let told = told.downcast_ref::<String>().unwrap();
    assert!(told.contains("2 things are a field “Day”"), "{told}");
    assert_eq!(phone.script("return innerWidth"), json!(390));
    phone.resize(Screen::SMALL_PHONE);
    assert_eq!(phone.script("return innerWidth"), json!(320));
}

#[test]
fn a_killed_phone_keeps_what_it_had_stored_and_says_no_goodbye() {
    let scratch = Scratch::new("killed");
    let mut phone = Browser::phone(&scratch, "amara", &serve(PAGES));
    phone.goto("/good");
    phone.wait_for_text("Here: no goodbye.", SOON);
    phone.type_into("Note", "She sleeps badly");
    phone.click_text("Keep");
    phone.wait_for_text("Kept", SOON);
    phone.kill();

    phone.open();
    phone.goto("/good");
    phone.wait_for_text("Here: She sleeps badly, no goodbye.", SOON);

    // What a closed browser does shows that the killed one was really killed.
    phone.close();
    phone.open();
    phone.goto("/good");
    phone.wait_for_text("Here: She sleeps badly, goodbye.", SOON);
}

#[test]
fn a_lost_signal_is_lost_for_the_service_worker_too() {
    let scratch = Scratch::new("signal");
    let origin = serve_with_policy(PAGES, OWN_ORIGIN);
    let mut phone = Browser::phone(&scratch, "amara", &origin);
    phone.goto("/worker");
    phone.wait_for_text("Ready", SOON);
    phone.script("ask('/ping')");
    phone.wait_for_text("pong", SOON);

    phone.offline(true);
    phone.script("ask('/ping')");
    phone.wait_for_text("no answer", SOON);
    assert_eq!(phone.script("return navigator.onLine + document.title"), json!("falseoffline"));

    phone.offline(false);
    phone.script("ask('/ping')");
    phone.wait_for_text("pong", SOON);
    assert_eq!(phone.script("return navigator.onLine + document.title"), json!("trueonline"));

    phone.signal().lose();
    phone.script("ask('/ping')");
    phone.wait_for_text("no answer", SOON);
    assert_eq!(phone.script("return navigator.onLine"), json!(true));
}

#[test]
fn a_request_to_a_stranger_is_seen_even_when_the_service_worker_makes_it() {
    let scratch = Scratch::new("stranger");
    let phone = Browser::phone(&scratch, "amara", &serve_with_policy(PAGES, ""));
    phone.goto("/worker");
    phone.wait_for_text("Ready", SOON);
    phone.script("ask('http://stranger.invalid/beacon')");
    phone.wait_for_text("no answer", SOON);
    assert_eq!(phone.requests_off_origin(), ["connection to stranger.invalid:80"]);
    assert_eq!(phone.requests_off_origin(), Vec::<String>::new());
}
