//! A phone that is full, that removes what it stored, and that drops the connection to it.

use tests::{Browser, SOON, Scratch, poll};

use super::{Day, WORKER, begin_contact};
use crate::sign_in::{PASSPHRASE, go, note_on, sign, unlock};

/// What a phone that is nearly full has room for.
const ROOM_BYTES: u64 = 300_000;

const FULL: &str = "Not saved. This phone's storage is full. Make room by deleting photos or apps. \
                    Keep Fingerpost open: it goes on trying.";

/// A contact is begun on a phone that has little room for it.
fn with_a_contact_and_little_room(scratch: &Scratch) -> Day {
    let mut day = Day::begin(scratch);
    day.phone.close();
    day.phone.open();
    open_with_little_room(&day.phone);
    unlock(&day.phone);
    begin_contact(&day.phone, "OKAFOR");
    day
}

#[test]
fn a_full_phone_says_so_keeps_the_words_and_saves_by_itself_once_there_is_room() {
    let scratch = Scratch::new("full");
    let mut day = with_a_contact_and_little_room(&scratch);
    day.phone.fill_storage();
    day.phone.type_into("Note", "The hall was full.");
    day.phone.wait_for_text(FULL, SOON);
    assert_eq!(day.phone.find(".fp-state").text(), "Not saved");
    assert_eq!(note_on(&day.phone), "The hall was full.");
    day.phone.look("storage-full");
    day.phone.leave_room(Some(ROOM_BYTES));
    day.phone.wait_gone("Not saved", SOON);
    day.phone.wait_for_text("Saved on this phone", SOON);

    // Signed while there is no room, it is kept in memory, and signed once there is.
    day.phone.click_text("Check and sign");
    day.phone.wait_for_text("What it was for", SOON);
    day.phone.fill_storage();
    day.phone.by_text("Sign").click();
    day.phone.wait_for_text(FULL, SOON);
    day.phone.wait_for_text("The hall was full.", SOON);
    assert!(day.phone.by_text("Sign").attribute("disabled").is_some(), "it is under way");
    day.phone.leave_room(Some(ROOM_BYTES));
    day.phone.wait_for_text("What happened", SOON);
    day.assert_arrived(&["The hall was full."]);

    // From cold it does not open, says what to do, and has lost nothing.
    day.phone.fill_storage();
    day.phone.reload();
    day.phone.wait_for_text("This phone's storage is full. What you saved is still here.", SOON);
    day.phone.look("storage-full-at-start");
    day.phone.leave_room(None);
    day.phone.click_text("Try again");
    unlock(&day.phone);
    day.phone.wait_for_text("The hall was full.", SOON);
}

#[test]
fn a_full_phone_covers_what_it_cannot_lock_away_and_opens_nothing_that_is_signed() {
    let scratch = Scratch::new("full_and_locked");
    let mut day = with_a_contact_and_little_room(&scratch);
    day.phone.type_into("Note", "The hall was full.");
    day.phone.wait_for_text("Saved on this phone", SOON);
    day.phone.click_text("Check and sign");
    day.phone.wait_for_text("What it was for", SOON);
    day.phone.fill_storage();
    day.phone.by_text("Sign").click();
    day.phone.wait_for_text(FULL, SOON);
    // It waits for the disk, and nobody writes on in it meanwhile.
    day.phone.click_text("Back to writing");
    day.phone.wait_for_text("This contact is finished", SOON);

    day.phone.click_text("More");
    day.phone.wait_for_text(WORKER, SOON);
    day.phone.click_text("Lock now");
    day.phone.wait_for_text("Covered, and not locked yet", SOON);
    assert!(!day.phone.shows(WORKER), "{}", day.phone.text());
    day.phone.look("covered");
    day.phone.type_into("Passphrase", "x");
    day.phone.click_text("Go on");
    day.phone.wait_for_text("That is not the passphrase.", SOON);
    day.phone.field("Passphrase").clear();
    day.phone.type_into("Passphrase", PASSPHRASE);
    day.phone.click_text("Go on");
    day.phone.wait_gone("Covered, and not locked yet", SOON);
    day.phone.wait_for_text(WORKER, SOON);

    day.phone.leave_room(None);
    day.phone.wait_gone("Not saved", SOON);
    day.phone.click_text("Lock now");
    unlock(&day.phone);
    day.assert_arrived(&["The hall was full."]);
}

/// Opens the app, locked, where there is little room from the first write on.
fn open_with_little_room(phone: &Browser) {
    // A picture stores nothing itself, and brings no icon of its own.
    phone.expect_in_console("favicon.ico");
    phone.goto("/icons/icon.svg");
    let opened = poll(SOON * 2, || {
        phone.leave_room(Some(ROOM_BYTES));
        phone.goto("/people");
        let settled = || phone.shows("Unlock Fingerpost") || phone.shows("storage is full");
        poll(SOON, || settled().then_some(()));
        // A browser that has just started may not know yet how much is stored: once more then.
        phone.shows("Unlock Fingerpost").then_some(())
    });
    assert!(opened.is_some(), "{}", phone.text());
}

/// Counts the connections that are dropped when asked, and notes whether the screen complained.
const DROPS: &str = "
    window.drops = 0;
    window.complained = false;
    const transaction = IDBDatabase.prototype.transaction;
    IDBDatabase.prototype.transaction = function (...all) {
        if (window.drop) {
            window.drop = false;
            window.drops += 1;
            this.close();
        }
        return transaction.apply(this, all);
    };
    const look = () => {
        window.complained ||= document.body?.innerText.includes('Not saved') ?? false;
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
";

#[test]
fn a_dropped_connection_and_a_removed_store_cost_nothing_that_was_written() {
    let scratch = Scratch::new("dropped");
    let mut day = Day::begin(&scratch);
    day.phone.prepare_pages(DROPS);
    day.phone.offline(true);
    go(&day.phone, "/people");
    begin_contact(&day.phone, "OKAFOR");
    day.phone.script("window.drop = true");
    day.phone.type_into("Note", "The lift was broken.");
    day.phone.wait_for_text("Saved on this phone", SOON);
    assert_eq!(day.phone.script("return [drops, complained].join()"), "1,false");
    let contact = day.phone.path();
    go(&day.phone, &contact);
    assert_eq!(note_on(&day.phone), "The lift was broken.");

    // Removed while it is open: all of it is stored again from memory, and that is said.
    day.phone.remove_database();
    day.phone.type_into("Note", " She walked.");
    let stored = "return complained && !document.body.innerText.includes('Not saved')";
    let stored = poll(SOON, || (day.phone.script(stored) == true).then_some(()));
    assert!(stored.is_some(), "{}", day.phone.text());
    day.phone.find(".fp-state").click();
    day.phone.wait_for_text("The browser removed what Fingerpost had stored here", SOON);
    day.phone.look("stored-again");
    go(&day.phone, &contact);
    assert_eq!(note_on(&day.phone), "The lift was broken. She walked.");
    sign(&day.phone);
    day.phone.click_text("People");
    day.phone.wait_for_text("21 people", SOON);
    day.phone.offline(false);
    day.assert_arrived(&["The lift was broken. She walked."]);
}
