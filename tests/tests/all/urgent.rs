//! Somebody is not safe, in a hall without a network.

use tests::{Browser, SOON, Scratch, Server};

use crate::sign_in::{choose_passphrase, go, pause, signed_in};

const SAID: &str = "I do not see the point of going on";
const UNTOLD: &str = "This app has not told anyone. You must phone.";

/// From Today by the header's button, to the record of a concern about Ada Okafor.
fn record(phone: &mut Browser) {
    go(phone, "/today");
    phone.wait_for_text("Add a contact", SOON);
    assert!(!phone.shows(UNTOLD));
    phone.find("header .fp-header__urgent").click();
    phone.wait_for_text("What is needed now?", SOON);
    assert!(phone.shows(UNTOLD) && phone.shows("999"));
    phone.look("urgent-choose");
    phone.field("A clinician must hear of it today").click();
    phone.wait_for_text("Do this now", SOON);
    // Nobody was chosen yet, so each practice's duty line is there.
    assert!(phone.shows("01632 960111") && phone.shows("01632 960122"));
    assert!(phone.shows("over a year ago"));
    phone.click_text("Choose the person");
    phone.type_into("Search by name, NHS number or place", "okafor");
    phone.click_text("OKAFOR, Ada");
    phone.wait_for_text("About Ada Okafor", SOON);
    // What was chosen came along, and the number of her practice alone.
    phone.wait_for_text("Do this now", SOON);
    assert!(phone.shows("01632 960111") && !phone.shows("01632 960122"));
    assert!(phone.path().starts_with("/urgent?about="));
}

/// Opens a task of the list, fills its one field in and records it.
fn task(phone: &Browser, title: &str, field: &str, text: &str, send: &str) {
    phone.click_text(title);
    phone.type_into(field, text);
    phone.click_text(send);
    phone.wait_gone(send, SOON);
}

fn rest_of_the_record(phone: &mut Browser) {
    phone.click_text("What was given, said and agreed");
    phone.type_into("What self-help and services did you give?", "Helplines and a safety plan");
    phone.click_text("Record this");
    phone.wait_for_text("Choose whether they agreed", SOON);
    phone.look("urgent-record");
    phone.type_into("What did you tell them would happen?", "Dr Osei rings at four");
    phone.field("They agreed").click();
    phone.click_text("Tomorrow");
    phone.click_text("Record this");
    phone.wait_gone("Record this", SOON);
    phone.wait_for_text("by tomorrow", SOON);
}

#[test]
fn an_urgent_concern_is_recorded_offline_from_cold_and_followed_to_its_end() {
    let scratch = Scratch::new("urgent");
    let mut server = Server::demo(&scratch.path("data"));
    let link = server.sign_in_path("Bronwen Adeyemi");
    let mut phone = signed_in(&scratch, &server, &link, "bronwen");
    phone.offline(true);
    phone.close();
    phone.open();
    record(&mut phone);

    // The battery dies while she is talking: the words are there again.
    phone.type_into("What did they say?", SAID);
    pause(&phone);
    phone.look("urgent-form");
    let form = phone.path();
    phone.kill();
    phone.open();
    go(&phone, &form);
    phone.wait_for_text("About Ada Okafor", SOON);
    let said = tests::poll(SOON, || {
        let said = phone.field("What did they say?").value();
        (said == SAID).then_some(())
    });
    assert!(said.is_some(), "what was typed is gone");
    phone.wait_for_text("Do this now", SOON);
    phone.click_text("Record this concern");
    phone.wait_for_text("Urgent, and nobody's yet", SOON);
    phone.wait_for_text("Moss Road duty doctor", SOON);
    phone.look("urgent-person");

    // It stays in view, on her screen and on every other.
    phone.script("window.scrollTo(0, document.body.scrollHeight)");
    let top = "return document.querySelector('.fp-untold').getBoundingClientRect().top";
    assert!(phone.script(top).as_f64().is_some_and(|top| (0.0..100.0).contains(&top)));
    for (path, shows) in [("/today", "Answers needed"), ("/services", "Wellbeing Walks")] {
        go(&phone, path);
        phone.wait_for_text(shows, SOON);
        phone.wait_for_text(UNTOLD, SOON);
    }
    go(&phone, "/today");
    phone.wait_for_text("Urgent: Ada Okafor", SOON);
    phone.look("urgent-today");
    phone.click_text("Urgent: Ada Okafor");
    phone.wait_for_text("Complete the record", SOON);
    task(&phone, "Who was told", "Who was told?", "Reception", "Record who was told");
    phone.wait_for_text("Reception, today", SOON);
    // That somebody was told does not make them its owner.
    assert!(phone.shows("Urgent, and nobody's yet") && phone.shows(UNTOLD));
    let (field, send) = ("Who has taken over?", "Record who has taken over");
    task(&phone, "Who has taken over", field, "Dr Osei, duty GP", send);
    phone.wait_for_text("After an urgent concern", SOON);
    phone.wait_gone(UNTOLD, SOON);
    rest_of_the_record(&mut phone);
    phone.look("urgent-after");
    phone.wait_for_text("waiting to send", SOON);

    phone.offline(false);
    phone.wait_for_text("Sent ", SOON);
    the_desks_show_it(&scratch, &mut server);

    let check = "Check on the person";
    task(&phone, check, "How are they now?", "Slept, and her sister is there", "Record this check");
    let review = "Review with your GP supervisor";
    task(&phone, review, "What came of the review?", "Phone sooner", "Record this review");
    let own = "Your own check-in";
    task(&phone, own, "What came of your check-in?", "It took place", "Record your check-in");
    phone.wait_gone("After an urgent concern", SOON);
    phone.wait_for_text("My own check-in with my manager", SOON);
    phone.wait_for_text("Next check: ", SOON);
}

/// The practice has its row even though it was phoned; the lead has nothing to look after, since
/// somebody took it over on its day. Neither sees what was said.
fn the_desks_show_it(scratch: &Scratch, server: &mut Server) {
    let mut desk = Browser::desk(scratch, "helen", &server.origin());
    desk.goto(&server.sign_in_path("Helen Okonkwo"));
    desk.click_text("Sign in");
    desk.wait_for_text("Moss Road Surgery", SOON);
    let arrived = tests::poll(SOON, || {
        desk.reload();
        desk.shows("Dr Osei, duty GP").then_some(())
    });
    assert!(arrived.is_some(), "{}", desk.text());
    assert!(desk.shows("Reception") && !desk.shows(SAID));
    desk.look("urgent-practice");
    desk.close();
    let mut desk = Browser::desk(scratch, "gwen", &server.origin());
    desk.goto(&server.sign_in_path("Gwen Pritchard"));
    desk.click_text("Sign in");
    choose_passphrase(&desk);
    desk.wait_for_text("Add a contact", SOON);
    desk.goto("/team");
    desk.wait_for_text("Urgent concerns to look after", SOON);
    // The demonstration's own one, which nobody has taken over; this one was, and its practice has
    // only to answer.
    desk.wait_for_text("1 urgent concern has no owner.", SOON);
    assert!(desk.shows("Dr Osei") && desk.shows("No answer yet") && !desk.shows(SAID));
    desk.look("urgent-team");
    desk.close();
}
