//! The first opening on phones that are not as one wishes.

use tests::{Browser, SOON, Scratch, Server};

use super::WORKER;
use crate::sign_in::choose_passphrase;

/// What an iPhone's browser says of itself in a tab.
const IPHONE_TAB: &str =
    "Object.defineProperty(Navigator.prototype, 'standalone', { get: () => false });";

/// Random numbers that all begin with the byte which stands before a sealed record.
const BEGINS_WITH_ONE: &str = "
    const fill = Crypto.prototype.getRandomValues;
    Crypto.prototype.getRandomValues = function (array) {
        const filled = fill.call(this, array);
        new Uint8Array(filled.buffer, filled.byteOffset, 1)[0] = 1;
        return filled;
    };
";

const LITTLE_ROOM: &str = "
    StorageManager.prototype.estimate = async () => ({ quota: 100_000_000, usage: 88_000_000 });
";

/// As a private window of some browsers.
const OPENING_FAILS: &str = "
    IDBFactory.prototype.open = () => {
        const request = { error: new DOMException('not here', 'InvalidStateError') };
        setTimeout(() => request.onerror({}), 0);
        return request;
    };
";

const NO_DATABASES: &str =
    "Object.defineProperty(window, 'indexedDB', { get: () => undefined, configurable: true });";

#[test]
fn a_new_phone_is_told_ahead_of_time_what_it_lacks() {
    let scratch = Scratch::new("start");
    let mut server = Server::demo(&scratch.path("data"));
    let mut phone = Browser::phone(&scratch, "bronwen", &server.origin());
    for source in [IPHONE_TAB, BEGINS_WITH_ONE, LITTLE_ROOM] {
        phone.prepare_pages(source);
    }
    phone.expect_in_console("401 (Unauthorized)");
    phone.goto("/today");
    phone.wait_for_text("Put Fingerpost on the home screen first.", SOON);
    phone.look("iphone-tab");

    // The store is opened a second time here, and is still nobody's.
    phone.goto(&server.sign_in_path(WORKER));
    phone.click_text("Sign in");
    phone.wait_for_text("Put Fingerpost on the home screen first.", SOON);
    choose_passphrase(&phone);
    phone.wait_for_text("Add a contact", SOON);
    phone.wait_for_text("This phone is nearly full. There is room for about 12 MB more.", SOON);
    phone.click_text("Sent ");
    phone.wait_for_text("This phone's storage", SOON);
    phone.wait_for_text("This phone is nearly full. There is room for about 12 MB more.", SOON);
    phone.look("nearly-full");
}

#[test]
fn a_window_that_cannot_store_anything_says_what_to_do() {
    let scratch = Scratch::new("no-storage");
    let server = Server::demo(&scratch.path("data"));
    let mut phone = Browser::phone(&scratch, "bronwen", &server.origin());
    phone.prepare_pages(OPENING_FAILS);
    phone.goto("/today");
    phone.wait_for_text("Fingerpost cannot store anything here", SOON);
    phone.wait_for_text("The browser's storage does not answer. Private windows", SOON);
    phone.look("no-storage");
    phone.prepare_pages(NO_DATABASES);
    phone.click_text("Try again");
    phone.wait_for_text("This browser window cannot store anything", SOON);
    phone.wait_for_text("Private windows often cannot: use an ordinary one.", SOON);
}
