//! What a locked phone gives away: nothing, however its storage is read.

use tests::{Browser, SOON, Scratch, Server};

use crate::sign_in::{PASSPHRASE, open_person, signed_in, unlock};

/// Everything that the browser keeps for this origin, as one text: names and values of the database,
/// of the caches and of the storages, bytes as letters.
const DUMP: &str = r#"
    const done = arguments[arguments.length - 1];
    const letters = (bytes) => {
        let text = "";
        for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
        return text;
    };
    (async () => {
        const parts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), location.href];
        for (const { name } of await indexedDB.databases()) {
            const database = await new Promise((resolve, reject) => {
                const request = indexedDB.open(name);
                request.onsuccess = () => resolve(request.result);
                request.onerror = () => reject(request.error);
            });
            for (const store of database.objectStoreNames) {
                const rows = database.transaction(store).objectStore(store);
                const all = (request) => new Promise((resolve) => {
                    request.onsuccess = () => resolve(request.result);
                });
                const [keys, values] = await Promise.all([all(rows.getAllKeys()), all(rows.getAll())]);
                keys.forEach((key, at) => {
                    const value = values[at];
                    const text = value instanceof Uint8Array ? letters(value) : String(value);
                    parts.push(`record ${key}: ${text}`);
                });
            }
            database.close();
        }
        for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) {
                const answer = await cache.match(request);
                parts.push(request.url + letters(await answer.arrayBuffer()));
            }
        }
        done(parts.join("\n"));
    })().catch((error) => done("failed: " + error));
"#;

/// What nobody may read on a locked phone.
const SECRETS: [&str; 6] = ["Okafor", "OKAFOR", "sleeps in the van", "01632", "A99001", "Bronwen"];

/// Everything that the browser keeps for this origin.
pub fn dump(phone: &Browser) -> String {
    let dump = phone.script_until_done(DUMP);
    let dump = dump.as_str().expect("the dump is a text").to_owned();
    assert!(dump.contains("record case/"), "there is something to find: {dump:.200}");
    dump
}

/// No word that nobody may read lies in it.
pub fn assert_says_nothing(dump: &str) {
    for secret in SECRETS {
        assert!(!dump.contains(secret), "the storage says {secret}");
        let wide: String = secret.chars().flat_map(|letter| [letter, '\0']).collect();
        assert!(!dump.contains(&wide), "the storage says {secret} in wide letters");
    }
}

/// A phone with no signal, and a note on its screen that is saved.
fn offline_with_a_note(scratch: &Scratch) -> (Server, Browser) {
    let mut server = Server::demo(&scratch.path("data"));
    let link = server.sign_in_path("Bronwen Adeyemi");
    let mut phone = signed_in(scratch, &server, &link, "bronwen");
    phone.offline(true);
    open_person(&phone, "OKAFOR");
    phone.click_text("Add contact");
    phone.type_into("Note", "She sleeps in the van.");
    phone.wait_for_text("Saved on this phone", SOON);
    (server, phone)
}

#[test]
fn a_locked_phone_says_nothing_and_keeps_everything() {
    let scratch = Scratch::new("vault");
    let (_server, mut phone) = offline_with_a_note(&scratch);
    // Open or locked, what lies on the disk is sealed.
    assert_says_nothing(&dump(&phone));
    let contact = phone.path();
    phone.type_into("Note", " Not saved a blink ago.");
    phone.click_text("More");
    phone.click_text("Lock now");
    phone.wait_for_text("Unlock Fingerpost", SOON);
    assert_says_nothing(&dump(&phone));

    for _ in 0..3 {
        phone.type_into("Passphrase", "x");
        phone.by_text("Unlock").click();
        phone.wait_for_text("That is not the passphrase. Nothing is lost.", SOON);
    }
    phone.wait_for_text("Try again in 5 seconds.", SOON);
    // Killing the app does not shorten the wait.
    phone.kill();
    phone.open();
    phone.offline(true);
    phone.goto(&contact);
    phone.wait_for_text("Unlock Fingerpost", SOON);
    phone.type_into("Passphrase", PASSPHRASE);
    let opened = tests::poll(SOON, || {
        phone.script("document.querySelector('form button')?.click()");
        phone.shows("Contact with Ada Okafor").then_some(())
    });
    assert!(opened.is_some(), "{}", phone.text());
    let note = tests::poll(SOON, || {
        let note = phone.field("Note").value();
        (!note.is_empty()).then_some(note)
    });
    assert_eq!(note.unwrap(), "She sleeps in the van. Not saved a blink ago.");
    let _ = phone.console_errors();
}

/// What the service says to the cookie alone, which the browser keeps beside the vault.
const WITH_THE_COOKIE: &str = "
    const done = arguments[arguments.length - 1];
    fetch('/api/me').then((answer) => done(answer.status));";

/// Without the vault nothing comes back, though there is a signal and the cookie.
fn assert_needs_a_new_link(phone: &Browser) {
    phone.reload();
    phone.wait_for_text("Open the one-time link that your service sent you", SOON);
    assert_eq!(phone.script_until_done(WITH_THE_COOKIE), 401);
    let _ = phone.console_errors();
}

#[test]
fn a_phone_can_be_forgotten_with_no_signal_and_then_needs_a_new_link() {
    let scratch = Scratch::new("forgotten-phone");
    let (_server, mut phone) = offline_with_a_note(&scratch);
    phone.goto("/today");
    phone.click_text("Forget this phone");
    phone.wait_for_text("1 entry has not been sent, and would be lost.", SOON);
    phone.click_text("Forget it and remove everything");
    phone.wait_for_text("Fingerpost needs a signal once", SOON);
    let dump = phone.script_until_done(DUMP);
    assert!(!dump.as_str().unwrap().contains("record case/"));
    phone.offline(false);
    assert_needs_a_new_link(&phone);
}

#[test]
fn a_locked_phone_whose_browser_removed_everything_needs_a_new_link() {
    let scratch = Scratch::new("removed-vault");
    let mut server = Server::demo(&scratch.path("data"));
    let link = server.sign_in_path("Bronwen Adeyemi");
    let phone = signed_in(&scratch, &server, &link, "bronwen");
    phone.goto("/today");
    phone.wait_for_text("Unlock Fingerpost", SOON);
    assert_eq!(phone.script_until_done(WITH_THE_COOKIE), 401);
    phone.remove_database();
    assert_needs_a_new_link(&phone);
}

#[test]
fn a_phone_that_was_long_away_shows_nothing_until_its_service_is_heard() {
    let scratch = Scratch::new("lease");
    let mut server = Server::demo(&scratch.path("data"));
    let link = server.sign_in_path("Bronwen Adeyemi");
    let mut phone = signed_in(&scratch, &server, &link, "bronwen");
    phone.set_clock_ahead(73);
    phone.offline(true);
    phone.goto("/people");
    unlock(&phone);
    phone.wait_for_text("This phone needs a signal", SOON);
    phone.look("lease-ended");
    phone.offline(false);
    phone.click_text("Try again");
    unlock(&phone);
    phone.wait_for_text("21 people", SOON);
    let _ = phone.console_errors();
}
