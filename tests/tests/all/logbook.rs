//! Work that belongs to no person, from a phone with no signal to the desks that read it.

use tests::{Browser, SOON, Scratch, Server, poll};

use crate::sign_in::{choose_passphrase, go, invited, pause, signed_in};

/// Waits until a field holds what was typed before.
fn wait_for_value(phone: &Browser, label: &str, value: &str) {
    let found = poll(SOON, || (phone.field(label).value() == value).then_some(()));
    assert!(found.is_some(), "{label} holds {:?}", phone.field(label).value());
}

#[test]
fn activity_and_a_case_study_written_with_no_signal_reach_the_leads_desk() {
    let scratch = Scratch::new("logbook");
    let data = scratch.path("data");
    let mut server = Server::demo(&data);
    let link = server.sign_in_path("Bronwen Adeyemi");
    let mut phone = signed_in(&scratch, &server, &link, "bronwen");
    phone.close();
    phone.open();
    phone.offline(true);

    go(&phone, "/more");
    phone.click_text("Activity without a person");
    phone.wait_for_text("Nothing yet.", SOON);
    phone.look("activity-empty");
    phone.click_text("Save this activity");
    phone.wait_for_text("There is something to put right", SOON);
    phone.look("activity-refused");
    phone.field("What was it? Team meeting").click();
    phone.click_text("45 minutes");
    phone.click_text("Save this activity");
    phone.wait_for_text("Saved on this phone: Team meeting, 45 min.", SOON);
    phone.field("What was it? Mapping services").click();
    phone.type_into("Minutes", "90");
    phone.click_text("Yesterday");
    phone.type_into("With whom, and what for?", "Two lunch clubs rung");
    phone.click_text("Save this activity");
    phone.wait_for_text("Saved on this phone: Mapping services, 1 h 30 min.", SOON);
    phone.look("activity");
    // Both are in one document, which the state names and no list of people does.
    phone.wait_for_text("2 waiting to send", SOON);
    go(&phone, "/sync");
    phone.wait_for_text("Your logbook", SOON);
    phone.look("sync-logbook");
    go(&phone, "/people");
    phone.wait_for_text("21 people", SOON);

    // By mistake: taken back with its reason.
    go(&phone, "/activity");
    phone.wait_for_text("Two lunch clubs rung", SOON);
    let withdraw = "[...document.querySelectorAll('.fp-list li')]
        .find((line) => line.textContent.includes('Two lunch clubs')).querySelector('button').click()";
    phone.script(withdraw);
    phone.type_into("Why is it withdrawn?", "Entered twice");
    phone.click_text("Withdraw it");
    phone.wait_gone("Two lunch clubs rung", SOON);

    // Killed and taken up again; a name of the caseload is said, and refused by nobody.
    go(&phone, "/studies");
    phone.type_into("Title", "The walking group");
    phone.type_into("What happened", "Mrs Okafor, 999 000 0018, walks again.");
    pause(&phone);
    phone.kill();
    phone.open();
    phone.offline(true);
    go(&phone, "/studies");
    wait_for_value(&phone, "What happened", "Mrs Okafor, 999 000 0018, walks again.");
    phone.click_text("Save this case study");
    phone.wait_for_text("This may say who somebody is: 999 000 0018, Okafor", SOON);
    phone.look("study-naming");
    phone.field("What happened").clear();
    phone.type_into("What happened", "Somebody walks again.");
    phone.click_text("Save this case study");
    phone.wait_for_text("Saved on this phone. Your lead can read it", SOON);
    wait_for_value(&phone, "What happened", "");
    phone.click_text("Read it");
    phone.wait_for_text("Somebody walks again.", SOON);
    phone.look("studies");

    go(&phone, "/week");
    phone.wait_for_text("With people", SOON);
    phone.wait_for_text("Team meeting", SOON);
    phone.look("week");
    phone.offline(false);
    go(&phone, "/today");
    phone.wait_for_text("Sent ", SOON);
    let _ = phone.console_errors();

    let link = invited(&data, "Gwen Pritchard");
    let mut desk = Browser::desk(&scratch, "gwen", &server.origin());
    desk.goto(&link);
    desk.click_text("Sign in");
    choose_passphrase(&desk);
    desk.wait_for_text("Add a contact", SOON);
    let arrived = poll(SOON, || {
        desk.goto("/reports/activity");
        desk.shows("The walking group").then_some(())
    });
    assert!(arrived.is_some(), "{}", desk.text());
    desk.wait_for_text("Somebody walks again.", SOON);
    let row = "return [...document.querySelectorAll('tr')].some((row) =>
        row.textContent.includes('Bronwen Adeyemi') && row.textContent.includes('Team meeting')
        && row.textContent.includes('45'))";
    assert_eq!(desk.script(row), true);
    assert!(!desk.shows("lunch clubs"));
    desk.look("report-activity");
}

#[test]
fn what_the_administrator_accepts_reaches_a_phones_directory() {
    let scratch = Scratch::new("directory-desk");
    let data = scratch.path("data");
    let mut server = Server::demo(&data);
    let link = server.sign_in_path("Bronwen Adeyemi");
    let phone = signed_in(&scratch, &server, &link, "bronwen");
    go(&phone, "/services");
    phone.wait_for_text("Eastvale Wellbeing Walks", SOON);
    assert!(!phone.shows("01632 960277"));

    let mut desk = Browser::desk(&scratch, "ruth", &server.origin());
    desk.goto(&server.sign_in_path("Ruth Abernethy"));
    desk.click_text("Sign in");
    desk.wait_for_text("2 suggestions wait for you.", SOON);
    desk.wait_for_text("Correction of Eastvale Wellbeing Walks", SOON);
    desk.look("directory");
    desk.click_text("Accept Eastvale Wellbeing Walks");
    desk.wait_for_text("1 suggestion waits for you.", SOON);
    desk.type_into("Why it is set aside", "It is in the feed from next month");
    desk.click_text("Set aside Eastvale Repair Café");
    desk.wait_for_text("Nothing to decide.", SOON);
    desk.wait_for_text("Set aside: It is in the feed from next month", SOON);
    desk.look("directory-done");

    go(&phone, "/services");
    phone.wait_for_text("01632 960277", SOON);
    let _ = phone.console_errors();
}
