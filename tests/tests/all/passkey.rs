//! Unlocking with the phone's own screen lock, beside the passphrase.

use tests::{Browser, SOON, Scratch, ScreenLock, Server};

use crate::{
    sign_in::{PASSPHRASE, go, signed_in, signed_in_at, unlock},
    vault::{assert_says_nothing, dump},
};

const OFFER: &str = "Unlock with your face, finger or screen lock";
const UNLOCK: &str = "Unlock with this phone\u{2019}s screen lock";

/// As [`Server::origin`], by the name of this machine: an address of digits has no passkeys.
fn named(server: &Server) -> String {
    server.origin().replace("127.0.0.1", "localhost")
}

/// How many wrong passphrases are noted on the disk: the CBOR array `[failures, last]`, after its
/// version.
fn attempts(phone: &Browser) -> String {
    let noted = phone.script_until_done(
        r#"
        const done = arguments[arguments.length - 1];
        const opening = indexedDB.open("fingerpost");
        opening.onsuccess = () => {
            const database = opening.result;
            const asked = database.transaction("records").objectStore("records").get("attempts");
            asked.onsuccess = () => { database.close(); done(String(asked.result[2])); };
        };
        "#,
    );
    noted.as_str().unwrap().to_owned()
}

/// What the platform answers when the person puts its question away.
const BREAK_OFF_ONCE: &str = r#"
    const own = navigator.credentials;
    const get = own.get;
    own.get = () => {
        own.get = get;
        return Promise.reject(new DOMException("put away", "NotAllowedError"));
    };
"#;

/// A platform whose question is never answered.
const NEVER_ANSWERED: &str = "navigator.credentials.get = () => new Promise(() => {});";

#[test]
fn the_screen_lock_opens_a_phone_with_no_signal_and_the_passphrase_still_does() {
    let scratch = Scratch::new("passkey");
    let mut server = Server::demo(&scratch.path("data"));
    let link = server.sign_in_path("Bronwen Adeyemi");
    let mut phone = signed_in_at(&scratch, &named(&server), &link, "bronwen");
    let lock = ScreenLock::give(&phone, true);
    go(&phone, "/more");
    phone.click_text(OFFER);
    phone.look("passkey-offer");
    phone.type_into("Your passphrase", "x");
    phone.click_text("Use this phone\u{2019}s screen lock");
    phone.wait_for_text("That is not the passphrase.", SOON);
    assert_eq!(lock.passkeys(&phone).len(), 0, "nothing is made for a stranger");
    phone.find("#passkey-passphrase").clear();
    phone.type_into("Your passphrase", PASSPHRASE);
    phone.click_text("Use this phone\u{2019}s screen lock");
    phone.wait_for_text("screen lock unlocks Fingerpost.", SOON);
    phone.look("passkey-set-up");
    assert_eq!(lock.passkeys(&phone).len(), 1);

    phone.offline(true);
    phone.goto("/people");
    phone.wait_for_text("Unlock Fingerpost", SOON);
    phone.look("unlock-passkey");
    phone.script(BREAK_OFF_ONCE);
    phone.click_text(UNLOCK);
    phone.wait_for_text("The screen lock was not used.", SOON);
    phone.look("unlock-passkey-broken-off");
    assert_eq!(attempts(&phone), "0", "it is not counted as a wrong passphrase");
    phone.click_text(UNLOCK);
    phone.wait_for_text("21 people", SOON);
    // A stranger's finger opens nothing, and the passphrase opens it still.
    phone.goto("/people");
    phone.wait_for_text("Unlock Fingerpost", SOON);
    lock.know_finger(&phone, false);
    phone.click_text(UNLOCK);
    phone.wait_for_text("The screen lock was not used.", SOON);
    assert_eq!(attempts(&phone), "0", "it is not counted as a wrong passphrase");
    // A platform that never answers holds up nobody who has the passphrase.
    phone.script(NEVER_ANSWERED);
    phone.click_text(UNLOCK);
    phone.wait_for_text("Unlocking", SOON);
    unlock(&phone);
    phone.wait_for_text("21 people", SOON);
    assert_says_nothing(&dump(&phone));

    go(&phone, "/more");
    phone.click_text("Stop unlocking with the screen lock");
    phone.look("passkey-remove");
    phone.click_text("Use the passphrase only");
    phone.by_text(OFFER);
    assert_eq!(lock.passkeys(&phone).len(), 0, "the platform is told to forget it");
    phone.goto("/people");
    phone.wait_for_text("Unlock Fingerpost", SOON);
    assert!(!phone.shows("screen lock"));
    unlock(&phone);
    phone.wait_for_text("21 people", SOON);
    let _ = phone.console_errors();
}

#[test]
fn a_screen_lock_that_gives_no_secrets_leaves_the_passphrase() {
    let scratch = Scratch::new("passkey-unfit");
    let mut server = Server::demo(&scratch.path("data"));
    let link = server.sign_in_path("Bronwen Adeyemi");
    let mut phone = signed_in_at(&scratch, &named(&server), &link, "bronwen");
    let lock = ScreenLock::give(&phone, false);
    go(&phone, "/more");
    phone.click_text(OFFER);
    phone.type_into("Your passphrase", PASSPHRASE);
    phone.click_text("Use this phone\u{2019}s screen lock");
    phone.wait_for_text("screen lock cannot open Fingerpost", SOON);
    phone.look("passkey-unfit");
    assert_eq!(lock.passkeys(&phone).len(), 0, "none is left behind");
    go(&phone, "/people");
    phone.wait_for_text("21 people", SOON);
    let _ = phone.console_errors();
}

#[test]
fn a_changed_passphrase_opens_the_same_records_and_the_old_one_nothing() {
    const NEW: &str = "thistle ladder ninepence";
    let scratch = Scratch::new("changed-passphrase");
    let mut server = Server::demo(&scratch.path("data"));
    let link = server.sign_in_path("Bronwen Adeyemi");
    let mut phone = signed_in(&scratch, &server, &link, "bronwen");
    phone.offline(true);
    go(&phone, "/more");
    assert!(!phone.shows(OFFER), "this browser has no screen lock");
    let sealed = case_records(&dump(&phone));
    phone.click_text("Change the passphrase");
    phone.type_into("Passphrase until now", PASSPHRASE);
    phone.type_into("New passphrase", "short");
    phone.click_text("Lock this phone with the new one");
    phone.wait_for_text("Choose at least 12 characters", SOON);
    phone.look("change-passphrase");
    phone.find("#new-passphrase").clear();
    phone.type_into("New passphrase", NEW);
    phone.type_into("Passphrase until now", "x");
    phone.click_text("Lock this phone with the new one");
    phone.wait_for_text("That is not the passphrase.", SOON);
    assert_eq!(attempts(&phone), "1", "it is counted, as it is for unlocking");
    phone.find("#old-passphrase").clear();
    phone.type_into("Passphrase until now", PASSPHRASE);
    phone.click_text("Lock this phone with the new one");
    phone.wait_for_text("The passphrase is changed.", SOON);
    phone.look("changed-passphrase");
    assert_eq!(attempts(&phone), "0");
    assert_eq!(case_records(&dump(&phone)), sealed, "what is sealed stays as it is");
    phone.kill();
    phone.open();
    phone.offline(true);
    phone.goto("/people");
    phone.wait_for_text("Unlock Fingerpost", SOON);
    phone.type_into("Passphrase", PASSPHRASE);
    phone.by_text("Unlock").click();
    phone.wait_for_text("That is not the passphrase.", SOON);
    phone.find("#passphrase").clear();
    phone.type_into("Passphrase", NEW);
    phone.by_text("Unlock").click();
    phone.wait_for_text("21 people", SOON);
    let _ = phone.console_errors();
}

/// The sealed cases among what is stored.
fn case_records(dump: &str) -> String {
    let from = dump.find("record case/").unwrap();
    let to = dump.find("record device-key").unwrap();
    dump[from..to].to_owned()
}
