//! Two phones without a network, and one person in front of each.

use std::path::Path;

use tests::{Browser, SOON, Scratch, Server};

use crate::{
    pack,
    sign_in::{invited, open_person, signed_in},
};

/// Two phones of one worker, who carries 21 people; the demonstration's own rows are packed.
fn two_phones(scratch: &Scratch, data: &Path, server: &mut Server) -> (Browser, Browser) {
    let first = server.sign_in_path("Bronwen Adeyemi");
    let second = invited(data, "Bronwen Adeyemi");
    pack::close(data, "A99001", &scratch.path("packs"));
    let first = signed_in(scratch, server, &first, "first");
    (first, signed_in(scratch, server, &second, "second"))
}

fn answer(phone: &Browser, family_name: &str, answer: &str) {
    open_person(phone, family_name);
    phone.click_text("Add contact");
    phone.type_into("Note", "We talked it over.");
    phone.field(&format!("Their answer to the referral {answer}")).click();
    phone.wait_for_text("This will be coded", SOON);
    phone.click_text("Check and sign");
    phone.by_text("Sign").click();
    phone.wait_for_text("waiting to send", SOON);
}

fn regain(phones: [&mut Browser; 2]) {
    for phone in phones {
        phone.offline(false);
        phone.wait_for_text("Sent ", SOON);
    }
}

#[test]
fn two_acceptances_of_one_person_made_offline_are_one_row() {
    let scratch = Scratch::new("two_acceptances");
    let data = scratch.path("data");
    let mut server = Server::demo(&data);
    let (mut first, mut second) = two_phones(&scratch, &data, &mut server);
    first.offline(true);
    second.offline(true);
    answer(&first, "NCUBE", "Accepted");
    answer(&second, "NCUBE", "Accepted");
    regain([&mut first, &mut second]);
    let worklist = pack::close(&data, "A99001", &scratch.path("packs")).worklist;
    assert_eq!(worklist.len(), 1, "{worklist:?}");
    assert_eq!(worklist[0]["family_name"], "Ncube");
}

#[test]
fn accepted_on_one_phone_and_declined_on_another_is_contested_on_both_and_no_row() {
    let scratch = Scratch::new("contested");
    let data = scratch.path("data");
    let mut server = Server::demo(&data);
    let (mut first, mut second) = two_phones(&scratch, &data, &mut server);
    first.offline(true);
    second.offline(true);
    answer(&first, "NCUBE", "Accepted");
    answer(&second, "NCUBE", "Declined");
    regain([&mut first, &mut second]);
    for (phone, name) in [(&mut first, "contested"), (&mut second, "contested-other-phone")] {
        open_person(phone, "NCUBE");
        phone.wait_for_text("Two answers are recorded", SOON);
        phone.wait_for_text("on this phone.", SOON);
        phone.wait_for_text("on another phone.", SOON);
        phone.look(name);
    }
    let pack = pack::close(&data, "A99001", &scratch.path("packs"));
    assert!(pack.worklist.is_empty(), "{:?}", pack.worklist);
    let held = pack.exceptions.iter().filter(|row| row["family_name"] == "Ncube");
    let reasons: Vec<&str> = held.map(|row| row["reason"].as_str()).collect();
    assert_eq!(reasons, ["answers_contested"]);

    // A person settles it, and the practice gets its one row.
    first.click_text("“Accepted” is wrong");
    first.type_into("Why is it wrong?", "I had the wrong person in mind.");
    first.click_text("Withdraw it");
    first.wait_gone("Two answers are recorded", SOON);
    first.wait_for_text("Sent ", SOON);
    let worklist = pack::close(&data, "A99001", &scratch.path("packs")).worklist;
    assert_eq!(worklist.len(), 1, "{worklist:?}");
}
