//! A person of the demonstration with a phone in hand.

use tests::{Browser, SOON, Scratch, Server, fingerpost, poll};

/// A phone on which somebody has signed in and their caseload has arrived.
pub fn signed_in(scratch: &Scratch, server: &Server, path: &str, name: &str) -> Browser {
    let mut phone = Browser::phone(scratch, name, &server.origin());
    phone.goto(path);
    phone.click_text("Sign in");
    choose_passphrase(&phone);
    phone.wait_for_text("Add a contact", SOON);
    go(&phone, "/people");
    phone.wait_for_text("21 people", SOON);
    wait_until_offline_works(&phone);
    // The browser writes its cookies when it is closed as people close it.
    phone.close();
    phone.open();
    go(&phone, "/people");
    phone.wait_for_text("21 people", SOON);
    phone
}

/// What locks every phone of the tests.
pub const PASSPHRASE: &str = "gate walnut thursday";

/// What somebody does who has just signed in on a phone.
pub fn choose_passphrase(phone: &Browser) {
    phone.wait_for_text("Choose a passphrase", SOON);
    phone.type_into("Passphrase", PASSPHRASE);
    phone.click_text("Lock this phone with it");
}

/// Opens a screen of the app from cold, which is locked then.
pub fn go(phone: &Browser, path: &str) {
    phone.goto(path);
    unlock(phone);
}

/// Unlocks a phone.
pub fn unlock(phone: &Browser) {
    phone.wait_for_text("Unlock Fingerpost", SOON);
    phone.type_into("Passphrase", PASSPHRASE);
    phone.by_text("Unlock").click();
    phone.wait_gone("Unlock Fingerpost", SOON);
}

/// The app's files are on the phone once its service worker answers for the page.
fn wait_until_offline_works(phone: &Browser) {
    let controlled = "return navigator.serviceWorker.controller !== null";
    let installed = poll(SOON, || (phone.script(controlled) == true).then_some(()));
    assert!(installed.is_some(), "the service worker did not take the page over");
}

/// The path of a further sign-in link for somebody of the team.
pub fn invited(data: &std::path::Path, who: &str) -> String {
    let data = data.display().to_string();
    let output = fingerpost(&["invite", "--data", &data, "--user", who]);
    let link = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{link}");
    link[link.find("/join/").unwrap()..].trim().to_owned()
}

/// Opens a person from the list.
pub fn open_person(phone: &Browser, family_name: &str) {
    go(phone, "/people");
    phone.wait_for_text(family_name, SOON);
    phone.click_text(family_name);
    phone.wait_for_text("What happened", SOON);
}
