//! Small forms: what is typed in them outlives a dead battery, and is listed to be finished.

use tests::{Browser, SOON, Scratch, Server, poll};

use crate::sign_in::{go, open_person, pause, signed_in};

fn wait_for_value(phone: &Browser, label: &str, value: &str) {
    let found = poll(SOON, || (phone.field(label).value() == value).then_some(()));
    assert!(found.is_some(), "{label} holds {:?}", phone.field(label).value());
}

/// Dies, and is opened on Today.
fn die(phone: &mut Browser) {
    pause(phone);
    phone.kill();
    phone.open();
    go(phone, "/today");
}

#[test]
fn what_is_typed_in_a_form_outlives_a_dead_battery_and_is_listed_to_be_finished() {
    let scratch = Scratch::new("forms");
    let mut server = Server::demo(&scratch.path("data"));
    let link = server.sign_in_path("Bronwen Adeyemi");
    let mut phone = signed_in(&scratch, &server, &link, "bronwen");

    go(&phone, "/refer");
    phone.field("Female").click();
    phone.type_into("Family name", "Halloran");
    die(&mut phone);
    phone.wait_for_text("Finish the new referral", SOON);
    phone.look("today-forms");
    phone.click_text("Finish the new referral");
    wait_for_value(&phone, "Family name", "Halloran");
    assert!(phone.field("Female").is_chosen());
    phone.look("refer-kept");
    phone.click_text("Clear what I typed");
    wait_for_value(&phone, "Family name", "");
    phone.click_text("Put it back");
    wait_for_value(&phone, "Family name", "Halloran");
    phone.click_text("Clear what I typed");
    wait_for_value(&phone, "Family name", "");
    pause(&phone);

    open_person(&phone, "OKAFOR");
    phone.click_text("Add a goal");
    phone.type_into("What do they want to reach?", "Walk to the shops alone");
    die(&mut phone);
    assert!(!phone.shows("Finish the new referral"));
    let begun = "Finish what you began to write about Ada Okafor";
    phone.wait_for_text(begun, SOON);
    go(&phone, "/sync");
    phone.wait_for_text(begun, SOON);
    phone.wait_for_text("Everything is sent. Last sent", SOON);
    assert!(!phone.shows("Send now"));
    phone.look("sync-forms");
    phone.click_text(begun);
    wait_for_value(&phone, "What do they want to reach?", "Walk to the shops alone");
    phone.click_text("Add this goal");
    phone.wait_gone("Add this goal", SOON);
    phone.wait_for_text("Walk to the shops alone", SOON);

    // What nobody needs any more is thrown away by whoever says so twice.
    phone.click_text("Add a goal");
    phone.type_into("What do they want to reach?", "Not this one");
    die(&mut phone);
    go(&phone, "/sync");
    phone.wait_for_text(begun, SOON);
    phone.click_text("Throw away");
    phone.wait_for_text("Press again to throw it away", SOON);
    phone.look("sync-throw-away");
    phone.click_text("Press again to throw it away");
    phone.wait_gone(begun, SOON);
    open_person(&phone, "OKAFOR");

    // A choice is one press: it is there again, and nobody is to finish it.
    phone.find("header .fp-header__urgent").click();
    phone.wait_for_text("About Ada Okafor", SOON);
    phone.field("A clinician must hear of it today").click();
    let form = phone.path();
    die(&mut phone);
    phone.wait_for_text("Next 7 days", SOON);
    assert!(!phone.shows("Finish the urgent concern"), "{}", phone.text());
    go(&phone, &form);
    phone.wait_for_text("Do this now", SOON);
    phone.type_into("What did they say?", "Nobody would miss me");
    die(&mut phone);
    phone.wait_for_text("Finish the urgent concern about Ada Okafor", SOON);
}
