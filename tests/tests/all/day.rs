//! A link worker's whole day in halls without a signal: everything that was written arrives once, and
//! a locked phone says nothing of it.

use tests::{Browser, SOON, Scratch, Server};

use crate::{
    platform::{WORKER, assert_arrived},
    sign_in::{go, note_on, open_person, sign, signed_in},
    vault::{assert_says_nothing, dump},
};

/// Contacts of all kinds, each with words that nobody else writes.
const CONTACTS: [(&str, &str, &str); 10] = [
    ("OKAFOR", "Face to face", "The kettle broke and we laughed."),
    ("CARRUTHERS", "Phone", "Rings from the garden shed."),
    ("ZIELINSKI", "Video", "The picture froze twice."),
    ("NCUBE", "Home visit", "Three steps up to the door."),
    ("VAUGHAN", "Group", "Sang the alto part."),
    ("HUGHES", "Face to face", "Mae’r wyres yn dod ddydd Sul."),
    ("AKERS", "Phone", "The bus goes at ten past."),
    ("OKAFOR", "Phone", "Bought a kettle from the charity shop."),
    ("NCUBE", "Face to face", "Walked to the gate and back."),
    ("ZIELINSKI", "Group", "Brought a friend along."),
];

/// The words of the day that a locked phone may not say.
const WORDS: [&str; 7] = [
    "kettle",
    "garden shed",
    "wyres",
    "did not see the point",
    "NCUBE",
    NEW_NUMBER,
    "from the hall",
];

/// What a service is phoned on now.
const NEW_NUMBER: &str = "01632 960299";

fn contact(phone: &Browser, (family_name, mode, note): (&str, &str, &str)) {
    open_person(phone, family_name);
    phone.click_text("Add contact");
    phone.wait_for_text("Contact with", SOON);
    phone.type_into("Note", note);
    phone.field(&format!("How {mode}")).click();
    phone.wait_for_text("Saved on this phone", SOON);
}

/// Nobody answered, and somebody did not come: two taps each.
fn attempts(phone: &Browser) {
    for (family_name, button, shows) in [
        ("VAUGHAN", "No answer", "Tried: no answer"),
        ("HUGHES", "Did not come", "Tried: did not come"),
    ] {
        open_person(phone, family_name);
        phone.click_text(button);
        phone.click_text("Record it");
        phone.wait_for_text(shows, SOON);
    }
}

fn name_a_service(phone: &Browser) {
    phone.type_into("Find a service", "walk");
    phone.click_text("Add Eastvale Wellbeing Walks");
    phone.wait_for_text("I made the introduction", SOON);
}

/// A number that nobody answers any more is corrected in the hall.
fn correct_a_service(phone: &Browser) {
    go(phone, "/services");
    phone.type_into("Search by need, name or place", "befriend");
    phone.click_text("Correct this");
    phone.wait_for_text("How do you know, and what else?", SOON);
    phone.field("Phone").clear();
    phone.type_into("Phone", NEW_NUMBER);
    phone.type_into("How do you know, and what else?", "I rang them from the hall.");
    phone.click_text("Save this correction");
    phone.wait_for_text("Your service administrator decides.", SOON);
}

fn urgent(phone: &Browser) {
    open_person(phone, "AKERS");
    phone.find("header .fp-header__urgent").click();
    phone.wait_for_text("What is needed now?", SOON);
    phone.field("A clinician must hear of it today").click();
    phone.type_into("What did they say?", "I did not see the point this morning");
    phone.click_text("Record this concern");
    phone.wait_for_text("Urgent, and nobody's yet", SOON);
    phone.wait_for_text("This app has not told anyone. You must phone.", SOON);
}

/// The battery dies in the middle of a note; what was shown as saved is there again.
fn die_and_return(phone: &mut Browser, note: &str) {
    let path = phone.path();
    phone.kill();
    phone.open();
    phone.offline(true);
    go(phone, &path);
    assert_eq!(note_on(phone), note);
}

#[test]
fn a_day_without_a_signal_arrives_once_and_a_locked_phone_says_nothing_of_it() {
    let scratch = Scratch::new("day");
    let data = scratch.path("data");
    let mut server = Server::demo(&data);
    let link = server.sign_in_path(WORKER);
    let mut phone = signed_in(&scratch, &server, &link, "bronwen");
    phone.offline(true);
    phone.close();
    phone.open();
    for (at, entry) in CONTACTS.into_iter().enumerate() {
        contact(&phone, entry);
        match at {
            1 => name_a_service(&phone),
            3 | 7 => die_and_return(&mut phone, entry.2),
            _ => {}
        }
        sign(&phone);
        if at == 5 {
            urgent(&phone);
            correct_a_service(&phone);
            phone.click_text("More");
            phone.click_text("Lock now");
            phone.wait_for_text("Unlock Fingerpost", SOON);
            let kept = dump(&phone);
            let heap = phone.texts_in_heap();
            assert_says_nothing(&kept);
            assert_says_nothing(&heap);
            assert_eq!(phone.count_in_programs(&WORDS), [0; 7], "a locked phone's program");
            for words in WORDS {
                assert!(!heap.contains(words), "a locked phone's heap says “{words}”");
                assert!(!kept.contains(words), "a locked phone says “{words}”");
            }
        }
    }
    attempts(&phone);
    go(&phone, "/today");
    phone.wait_for_text("waiting to send", SOON);
    phone.look("day-end");

    phone.offline(false);
    phone.wait_gone("waiting to send", SOON);
    phone.wait_for_text("Sent ", SOON);
    let notes = CONTACTS.map(|(_, _, note)| note);
    assert_arrived(&server.origin(), &data, &notes);
    let _ = phone.console_errors();
}
