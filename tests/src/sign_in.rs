//! What a person does to come into the app: a sign-in link, a passphrase, unlocking.

use crate::{Browser, SOON, poll};

/// What locks every phone of the tests.
pub const PASSPHRASE: &str = "gate walnut thursday";

/// Uses a sign-in link up and locks the phone, up to the first screen.
#[track_caller]
pub fn sign_in(phone: &Browser, link: &str) {
    phone.goto(link);
    phone.click_text("Sign in");
    choose_passphrase(phone);
    phone.wait_for_text("Add a contact", SOON);
}

/// What somebody does who has just signed in on a phone.
#[track_caller]
pub fn choose_passphrase(phone: &Browser) {
    phone.wait_for_text("Choose a passphrase", SOON);
    phone.type_into("Passphrase", PASSPHRASE);
    phone.click_text("Lock this phone with it");
}

/// Unlocks a phone.
#[track_caller]
pub fn unlock(phone: &Browser) {
    phone.wait_for_text("Unlock Fingerpost", SOON);
    phone.type_into("Passphrase", PASSPHRASE);
    phone.by_text("Unlock").click();
    phone.wait_gone("Unlock Fingerpost", SOON);
}

/// The app's files are on the phone once its service worker answers for the page.
#[track_caller]
pub fn wait_until_offline_works(phone: &Browser) {
    let controlled = "return navigator.serviceWorker.controller !== null";
    let installed = poll(SOON, || (phone.script(controlled) == true).then_some(()));
    assert!(installed.is_some(), "the service worker did not take the page over");
}
