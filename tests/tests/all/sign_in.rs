//! A person of the demonstration with a phone in hand.

pub use tests::sign_in::{PASSPHRASE, choose_passphrase, unlock};
use tests::{
    Browser, SOON, Scratch, Server, invite, poll,
    sign_in::{sign_in, wait_until_offline_works},
};

/// A phone on which somebody has signed in and their caseload has arrived.
pub fn signed_in(scratch: &Scratch, server: &Server, path: &str, name: &str) -> Browser {
    signed_in_at(scratch, &server.origin(), path, name)
}

/// As [`signed_in`], at an address of the server's.
pub fn signed_in_at(scratch: &Scratch, origin: &str, path: &str, name: &str) -> Browser {
    let mut phone = Browser::phone(scratch, name, origin);
    arrive(&phone, path);
    // The browser writes its cookies when it is closed as people close it.
    phone.close();
    phone.open();
    go(&phone, "/people");
    phone.wait_for_text("21 people", SOON);
    phone
}

/// Signs in, and waits until the directory, the caseload and the app itself are on the phone.
pub fn arrive(phone: &Browser, path: &str) {
    sign_in(phone, path);
    phone.click_text("People");
    phone.wait_for_text("21 people", SOON);
    wait_until_offline_works(phone);
    // It comes after the first answer, and is written in its own time.
    let kept = poll(SOON, || records(phone).contains(&"directory".to_owned()).then_some(()));
    assert!(kept.is_some(), "the directory is not on the phone: {:?}", records(phone));
}

/// The names of all records in the app's database.
pub fn records(phone: &Browser) -> Vec<String> {
    let names = phone.script_until_done(
        "const done = arguments[arguments.length - 1];
         const request = indexedDB.open('fingerpost');
         request.onsuccess = () => {
             const database = request.result;
             const keys = database.transaction('records').objectStore('records').getAllKeys();
             keys.onsuccess = () => { database.close(); done(keys.result); };
         };",
    );
    let names = names.as_array().unwrap().iter();
    names.map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// Opens a screen of the app from cold, which is locked then.
pub fn go(phone: &Browser, path: &str) {
    phone.goto(path);
    unlock(phone);
}

/// The path of a further sign-in link for somebody of the team.
pub fn invited(data: &std::path::Path, who: &str) -> String {
    invite(data, who, None)
}

/// Opens a person from the list.
pub fn open_person(phone: &Browser, family_name: &str) {
    go(phone, "/people");
    phone.wait_for_text(family_name, SOON);
    phone.click_text(family_name);
    phone.wait_for_text("What happened", SOON);
}

/// Checks the contact on the screen, and signs it.
pub fn sign(phone: &Browser) {
    phone.click_text("Check and sign");
    phone.wait_for_text("What it was for", SOON);
    phone.by_text("Sign").click();
    phone.wait_for_text("What happened", SOON);
}

/// What the note on the screen says, once it is there.
#[track_caller]
pub fn note_on(phone: &Browser) -> String {
    phone.wait_for_text("Contact with", SOON);
    let note = poll(SOON, || {
        let note = phone.field("Note").value();
        (!note.is_empty()).then_some(note)
    });
    note.expect("the note is there")
}

/// The half second after which what is typed is on the phone.
#[track_caller]
pub fn pause(phone: &Browser) {
    let half = "return new Promise(done => requestAnimationFrame(() => setTimeout(done, 500)))";
    let _ = phone.script(half);
}
