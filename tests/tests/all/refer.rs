//! Somebody who was here before: referred again in the record that is there.

use tests::{Browser, SOON, Scratch, Server};

use crate::{
    pack,
    sign_in::{go, open_person, sign, signed_in},
};

/// They meet, and the person says yes.
fn accept(phone: &Browser) {
    phone.click_text("Add contact");
    phone.wait_for_text("Contact with Ada Okafor", SOON);
    phone.type_into("Note", "We talked it over.");
    phone.field("Their answer to the referral Accepted").click();
    phone.wait_for_text("This will be coded", SOON);
    sign(phone);
}

/// The referral ends, for this reason.
fn close(phone: &Browser, reason: &str) {
    phone.find("#close-open").click();
    phone.field("Why does it end?").choose(reason);
    phone.find("#close .nhsuk-button").click();
    phone.wait_for_text("New referral for this person", SOON);
}

#[test]
fn closing_because_they_declined_tells_the_practice_so() {
    let scratch = Scratch::new("closed_declined");
    let (data, out) = (scratch.path("data"), scratch.path("packs"));
    let mut server = Server::demo(&data);
    let link = server.sign_in_path("Bronwen Adeyemi");
    pack::close(&data, "A99001", &out);
    let mut phone = signed_in(&scratch, &server, &link, "bronwen");
    open_person(&phone, "NCUBE");
    phone.find("#close-open").click();
    phone.field("Why does it end?").choose("Declined the referral");
    phone.wait_for_text("This will be coded: Social prescribing declined", SOON);
    phone.look("person-close-declined");
    phone.find("#close .nhsuk-button").click();
    phone.wait_for_text("Declined on", SOON);
    phone.wait_gone("waiting to send", SOON);
    phone.wait_for_text("Sent ", SOON);
    let worklist = pack::close(&data, "A99001", &out).worklist;
    assert_eq!(worklist.len(), 1, "{worklist:?}");
    assert_eq!(worklist[0]["snomed_code"], "871711000000103");
}

#[test]
fn somebody_who_is_referred_again_and_accepts_again_is_two_entries_on_the_practices_list() {
    let scratch = Scratch::new("refer");
    let (data, out) = (scratch.path("data"), scratch.path("packs"));
    let mut server = Server::demo(&data);
    let link = server.sign_in_path("Bronwen Adeyemi");
    // What the demonstration brings goes into a pack of its own.
    pack::close(&data, "A99001", &out);
    let mut phone = signed_in(&scratch, &server, &link, "bronwen");
    phone.offline(true);
    open_person(&phone, "OKAFOR");
    accept(&phone);
    close(&phone, "What was planned is done");
    assert!(!phone.shows("Add contact"), "a contact would go into what is over");

    // A late note says where it goes, and has no answer to ask for.
    phone.click_text("Add a contact to the referral of");
    phone.wait_for_text("This goes into the referral of", SOON);
    phone.wait_for_text("They accepted the referral on", SOON);
    assert!(!phone.shows("Their answer to the referral"));
    phone.look("contact-after-the-end");

    // The form of a new referral says that they are here, and leads to them.
    go(&phone, "/refer");
    phone.type_into("Family name", "Okafor");
    phone.type_into("Given names", "Ada");
    phone.type_into("Date of birth", "2 3 1956");
    phone.field("GP").click();
    phone.click_text("Add this person");
    phone.wait_for_text("you can add a new referral there", SOON);
    phone.look("refer-alike");
    phone.click_text("OKAFOR, Ada");
    phone.click_text("New referral for this person");
    phone.click_text("Add this referral");
    phone.wait_for_text("Choose who referred them", SOON);
    phone.look("person-referred-again");
    phone.field("GP").click();
    phone.type_into("Why?", "Alone again since the summer.");
    phone.click_text("Add this referral");
    phone.wait_for_text("Alone again since the summer.", SOON);
    phone.wait_for_text("Waiting for an answer", SOON);
    phone.wait_for_text("Another referral, of", SOON);
    go(&phone, "/people?show=first-contact");
    phone.wait_for_text("OKAFOR", SOON);
    open_person(&phone, "OKAFOR");
    accept(&phone);

    phone.offline(false);
    phone.wait_gone("waiting to send", SOON);
    phone.wait_for_text("Sent ", SOON);
    let worklist = pack::close(&data, "A99001", &out).worklist;
    let names: Vec<&str> = worklist.iter().map(|row| row["family_name"].as_str()).collect();
    assert_eq!(names, ["Okafor", "Okafor"], "{worklist:?}");
    assert_eq!(worklist[0]["snomed_code"], worklist[1]["snomed_code"]);
    assert_ne!(worklist[0]["row_id"], worklist[1]["row_id"]);
    assert_ne!(worklist[0]["episode_id"], worklist[1]["episode_id"]);
}
