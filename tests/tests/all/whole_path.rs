//! From a note made with no signal to a row in the practice's worklist.

use tests::{SOON, Scratch, Server};

use crate::{
    pack,
    sign_in::{go, open_person, signed_in},
};

#[test]
fn a_note_made_with_no_signal_becomes_one_row_of_the_practices_worklist() {
    let scratch = Scratch::new("whole_path");
    let (data, out) = (scratch.path("data"), scratch.path("packs"));
    let mut server = Server::demo(&data);
    let link = server.sign_in_path("Bronwen Adeyemi");
    // What the demonstration brings goes into a pack of its own.
    assert!(pack::close(&data, "A99001", &out).worklist.len() > 10);
    let mut phone = signed_in(&scratch, &server, &link, "bronwen");
    server.stop();
    phone.close();

    // Cold, with no server: the caseload, a contact with an acceptance and a signposting.
    phone.open();
    open_person(&phone, "OKAFOR");
    phone.click_text("Add contact");
    phone.type_into("Note", "Came with her sister. Would like to walk, not alone.");
    phone.wait_for_text("Saved on this phone", SOON);
    phone.field("Their answer to the referral Accepted").click();
    phone.wait_for_text("This will be coded: Referral to social prescribing service", SOON);
    phone.type_into("Find a service", "wellbeing walk");
    phone.click_text("Add Eastvale Wellbeing Walks");
    phone.click_text("Check and sign");
    phone.wait_for_text("This will be coded: Referral to social prescribing service", SOON);
    phone.look("check-and-sign");
    phone.by_text("Sign").click();
    phone.wait_for_text("Accepted the referral", SOON);
    phone.wait_for_text("waiting to send", SOON);

    // Killed while typing another note.
    phone.click_text("Add contact");
    phone.type_into("Note", "Second visit: she had been to the walk");
    phone.wait_for_text("Saved on this phone", SOON);
    phone.type_into("Note", " and was still typing wh");
    phone.kill();
    phone.open();
    go(&phone, "/today");
    phone.wait_for_text("Finish the contact", SOON);
    phone.click_text("Finish the contact");
    phone.wait_for_text("Contact with Ada Okafor", SOON);
    let note = tests::poll(SOON, || {
        let note = phone.field("Note").value();
        (!note.is_empty()).then_some(note)
    });
    assert!(note.unwrap().starts_with("Second visit: she had been to the walk"));
    open_person(&phone, "OKAFOR");
    phone.wait_for_text("Accepted the referral", SOON);
    phone.wait_for_text("Eastvale Wellbeing Walks", SOON);

    // It is sent without anybody doing anything.
    server.start_again();
    phone.wait_for_text("Sent ", SOON);
    phone.wait_gone("waiting to send", SOON);
    let today = phone.script("return new Date().toLocaleDateString('sv')");
    let worklist = pack::close(&data, "A99001", &out).worklist;
    assert_eq!(worklist.len(), 1, "{worklist:?}");
    let row = &worklist[0];
    assert_eq!(row["snomed_code"], "871731000000106");
    assert_eq!(row["action"], "NEW");
    assert_eq!((row["family_name"].as_str(), row["given_names"].as_str()), ("Okafor", "Ada"));
    assert_eq!(row["event_date"], today.as_str().unwrap());
    assert_eq!(row["author_name"], "Bronwen Adeyemi");
    assert_eq!(row["author_role"], "link_worker");
    assert!(pack::close(&data, "A99001", &out).worklist.is_empty(), "NEW once, for ever");
    server.stop();
}
