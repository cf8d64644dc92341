//! Work that leaves a phone which cannot send, and a phone that is taken off its service.

use std::{fs, path::Path};

use rusqlite::Connection;
use tests::{Browser, SOON, Scratch, Server, fingerpost, poll};

use crate::{
    pack,
    sign_in::{go, open_person, pause, records, signed_in, unlock},
};

/// Keeps what would be downloaded, instead of downloading it.
const CATCH_DOWNLOADS: &str = "
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => { window.carried = blob; return make.call(URL, blob); };
    const press = HTMLAnchorElement.prototype.click;
    HTMLAnchorElement.prototype.click = function () {
        if (this.download) window.carriedAs = this.download; else press.call(this);
    };";

/// Lets nothing be handed over, as where the network is lost at that very moment.
const NOBODY_TO_HAND_OVER_TO: &str = "
    const ask = window.fetch;
    window.fetch = (path, how) => String(path).includes('hand-over') && !window.heard
        ? Promise.reject(new TypeError('cut off')) : ask(path, how);";

const BYTES: &str = "
    const done = arguments[arguments.length - 1];
    window.carried.arrayBuffer().then((buffer) => done(Array.from(new Uint8Array(buffer))));";

pub fn sign_a_contact(phone: &Browser) {
    open_person(phone, "OKAFOR");
    phone.click_text("Add contact");
    phone.type_into("Note", "She sleeps in the van.");
    phone.field("Their answer to the referral Accepted").click();
    phone.wait_for_text("This will be coded", SOON);
    phone.click_text("Check and sign");
    phone.by_text("Sign").click();
    phone.wait_for_text("waiting to send", SOON);
}

fn run(arguments: &[&str]) -> String {
    let output = fingerpost(arguments);
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

fn count(data: &Path, table: &str) -> u32 {
    let connection = Connection::open(data.join("fingerpost.db")).unwrap();
    let sql = format!("SELECT count(*) FROM {table}");
    connection.query_row(&sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn what_a_phone_cannot_send_is_carried_in_a_file_and_recorded_once() {
    let scratch = Scratch::new("carried");
    let data = scratch.path("data");
    let mut server = Server::demo(&data);
    let link = server.sign_in_path("Bronwen Adeyemi");
    pack::close(&data, "A99001", &scratch.path("packs"));
    let mut phone = signed_in(&scratch, &server, &link, "bronwen");
    phone.prepare_pages(CATCH_DOWNLOADS);
    phone.offline(true);
    sign_a_contact(&phone);
    phone.click_text("Add contact");
    phone.type_into("Note", "Not finished: the allotment.");
    phone.wait_for_text("Saved on this phone", SOON);
    phone.find("a[href='/sync']").click();
    phone.wait_for_text("If this phone cannot send for long", SOON);
    phone.click_text("Carry it off this phone");
    phone.wait_for_text("is among this phone's downloads, with 3 entries in it", SOON);
    phone.look("carry-off");
    let name = phone.script("return window.carriedAs");
    let name = name.as_str().unwrap().to_owned();
    assert!(name.starts_with("fingerpost-unsent-20") && name.ends_with(".fpw"), "{name}");
    let bytes = phone.script_until_done(BYTES);
    let bytes: Vec<u8> =
        bytes.as_array().unwrap().iter().map(|byte| byte.as_u64().unwrap() as u8).collect();
    for word in ["Okafor", "van", "allotment", "Bronwen"] {
        assert!(!bytes.windows(word.len()).any(|part| part == word.as_bytes()), "{word}");
    }
    let file = scratch.path(&name);
    fs::write(&file, &bytes).unwrap();

    let (file, dir) = (file.display().to_string(), data.display().to_string());
    let before = count(&data, "change");
    let said = run(&["take-in", "--data", &dir, &file]);
    assert!(said.contains("3 changes in 1 case: 3 taken in, 0 already here"), "{said}");
    assert!(!said.contains("Okafor"), "{said}");
    let said = run(&["take-in", "--data", &dir, &file]);
    assert!(said.contains("0 taken in, 3 already here"), "{said}");
    assert_eq!(count(&data, "change"), before + 3);
    let worklist = pack::close(&data, "A99001", &scratch.path("packs")).worklist;
    assert_eq!(worklist.len(), 1, "{worklist:?}");

    phone.offline(false);
    phone.wait_for_text("Sent ", SOON);
    assert_eq!(count(&data, "change"), before + 3);
    assert!(pack::close(&data, "A99001", &scratch.path("packs")).worklist.is_empty());
    let _ = phone.console_errors();
}

/// Whether these words are among what is kept apart.
fn is_in_quarantine(data: &Path, words: &str) -> bool {
    let database = Connection::open(data.join("fingerpost.db")).unwrap();
    let mut statement = database.prepare("SELECT bytes FROM quarantine").unwrap();
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    let is_in = |bytes: Vec<u8>| bytes.windows(words.len()).any(|part| part == words.as_bytes());
    rows.map(Result::unwrap).any(is_in)
}

/// Takes the phone off that was signed in last.
fn revoke(data: &Path) {
    let dir = data.display().to_string();
    let asked = ["revoke-device", "--data", &dir, "--user", "Bronwen Adeyemi"];
    let output = fingerpost(&asked);
    if !output.status.success() {
        // The demonstration wrote her people's records on other phones.
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let latest = said.lines().nth(1).and_then(|line| line.split_whitespace().next());
        run(&[&asked[..], &["--device", latest.unwrap()]].concat());
    }
}

#[test]
fn a_phone_that_was_taken_off_hands_over_what_it_had_not_sent_and_removes_everything() {
    let scratch = Scratch::new("taken_off");
    let data = scratch.path("data");
    let mut server = Server::demo(&data);
    let link = server.sign_in_path("Bronwen Adeyemi");
    let mut phone = signed_in(&scratch, &server, &link, "bronwen");
    phone.prepare_pages(NOBODY_TO_HAND_OVER_TO);
    phone.offline(true);
    sign_a_contact(&phone);
    // Typed and not recorded: it goes along, and is not taken for the record.
    open_person(&phone, "OKAFOR");
    phone.click_text("Urgent");
    phone.type_into("What did they say?", "Nobody has been told of this yet");
    pause(&phone);
    go(&phone, "/studies");
    phone.type_into("Title", "The walking group");
    phone.type_into("What happened", "Half an account of a walk");
    let before = count(&data, "change");
    revoke(&data);
    phone.offline(false);
    // It hears of it and can hand nothing over: it shows nothing, and keeps what is unsent.
    phone.wait_for_text("4 entries have not been sent. They are kept here, locked", SOON);
    // The browser notes each answer that is an error.
    let _ = phone.console_errors();
    phone.look("taken-off-waiting");
    assert!(!phone.shows("Okafor"), "{}", phone.text());
    let kept = records(&phone);
    assert!(kept.iter().any(|name| name.starts_with("case/")), "{kept:?}");
    phone.goto("/people");
    unlock(&phone);
    phone.wait_for_text("4 entries have not been sent. They are kept here, locked", SOON);
    assert!(!phone.shows("21 people"));

    phone.script("window.heard = true");
    phone.wait_for_text("4 entries were handed over to your lead.", SOON);
    phone.wait_for_text("Everything that Fingerpost kept on this phone has been removed.", SOON);
    let _ = phone.console_errors();
    phone.look("taken-off");
    assert_eq!(records(&phone), ["opened-by"]);
    assert_eq!((count(&data, "quarantine"), count(&data, "change")), (4, before));
    for typed in ["Nobody has been told of this yet", "Half an account of a walk"] {
        assert!(is_in_quarantine(&data, typed), "{typed}");
    }
    phone.goto("/people");
    phone.wait_for_text("Fingerpost keeps nothing here.", SOON);
    let _ = phone.console_errors();
}

#[test]
fn a_phone_that_was_taken_off_while_locked_hears_of_it_when_it_is_opened() {
    let scratch = Scratch::new("taken_off_locked");
    let data = scratch.path("data");
    let mut server = Server::demo(&data);
    let link = server.sign_in_path("Bronwen Adeyemi");
    let phone = signed_in(&scratch, &server, &link, "bronwen");
    phone.click_text("More");
    phone.click_text("Lock now");
    phone.wait_for_text("Unlock Fingerpost", SOON);
    revoke(&data);
    go(&phone, "/people");
    phone.wait_for_text("Nothing had to be handed over.", SOON);
    let gone = poll(SOON, || (records(&phone) == ["opened-by"]).then_some(()));
    assert!(gone.is_some());
    let _ = phone.console_errors();
}
