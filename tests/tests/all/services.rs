//! The directory on a phone without a network: found, shared, corrected, added to.

use tests::{Browser, SOON, Scratch, Server, poll};

use crate::sign_in::{go, open_person, signed_in};

/// A service of the demonstration that costs nothing and is for people from 50.
const BEFRIENDING: &str = "Good Neighbours Befriending";

#[test]
fn services_are_found_shared_corrected_and_added_offline() {
    let scratch = Scratch::new("services");
    let mut server = Server::demo(&scratch.path("data"));
    let link = server.sign_in_path("Bronwen Adeyemi");
    let mut phone = signed_in(&scratch, &server, &link, "bronwen");
    phone.offline(true);
    go(&phone, "/services");
    phone.wait_for_text("Eastvale Wellbeing Walks", SOON);

    narrow(&mut phone);
    share(&mut phone);
    correct(&mut phone);
    add(&mut phone);

    phone.offline(false);
    go(&phone, "/today");
    phone.wait_for_text("Sent", SOON);
}

/// Filters hold what their words promise, and say what is not known.
fn narrow(phone: &mut Browser) {
    phone.click_text("Free");
    phone.wait_gone("Cost: £", SOON);
    phone.wait_gone("Cost not given", SOON);
    phone.click_text("Checked within a year");
    phone.wait_gone("phone before you send anybody", SOON);
    phone.look("services-narrowed");
    // The demonstration's dates grow old: the rest is for any year.
    phone.click_text("Checked within a year");
    phone.type_into("For age", "30");
    phone.wait_for_text("do not say for which ages", SOON);
    phone.type_into("Search by need, name or place", "befriend");
    phone.wait_for_text("No service fits all of this", SOON);
    // The key that takes a letter back, as the protocol writes it.
    phone.type_into("For age", "\u{e003}\u{e003}");
    phone.wait_for_text(BEFRIENDING, SOON);
    phone.wait_for_text("1 of ", SOON);
}

/// The sheet holds the service and nothing about anybody, and prints alone.
fn share(phone: &mut Browser) {
    phone.click_text("Share with a person");
    phone.wait_for_text("They say nothing about the person", SOON);
    let link = phone.by_text("Send as a text message").attribute("href").unwrap();
    let begins = "sms:?&body=Good%20Neighbours%20Befriending%0APhone%3A%2001632%20960203%0A";
    assert!(link.starts_with(begins), "{link}");
    assert!(link.contains("hecked%20"), "it says nothing of when it was checked: {link}");
    assert!(phone.find(".fp-sheet svg path").attribute("d").unwrap().len() > 1_000);
    phone.look("services-share");
    phone.script("window.print = () => { window.printed = true; }");
    phone.click_text("Print");
    let printed = poll(SOON, || (phone.script("return window.printed") == true).then_some(()));
    assert!(printed.is_some(), "nothing was printed");
    let text = phone.print_preview(|| phone.text());
    assert!(text.starts_with(BEFRIENDING), "{text}");
    assert!(!text.contains("Print") && !text.contains("Today"), "{text}");
}

/// A correction is saved without a network, and its card says that it waits.
fn correct(phone: &mut Browser) {
    phone.click_text("Correct this");
    phone.wait_for_text("Correct Good Neighbours Befriending", SOON);
    phone.click_text("Save this correction");
    phone.wait_for_text("There is something to put right", SOON);
    phone.look("services-correct");
    assert_eq!(phone.field("Phone").value(), "01632 960203");
    phone.field("Phone").clear();
    phone.type_into("Phone", "01632 960299");
    phone.type_into("How do you know, and what else?", "I rang them.");
    phone.click_text("Save this correction");
    phone.wait_for_text("Your service administrator decides.", SOON);
    // What was searched for is still there.
    phone.wait_for_text("You suggested a correction on", SOON);
    phone.wait_for_text("01632 960203", SOON);
    phone.look("services-corrected");
}

/// A new service is kept while the phone is locked, and waits by its name.
fn add(phone: &mut Browser) {
    phone.click_text("Add a service");
    phone.wait_for_text("Nothing changes in the directory until", SOON);
    phone.type_into("Name", "Moss Road Singers");
    phone.type_into("How do you know, and what else?", "A poster in the library.");
    phone.click_text("Save this service");
    phone.wait_for_text("You suggested Moss Road Singers on", SOON);
    go(phone, "/services");
    phone.wait_for_text("You suggested Moss Road Singers on", SOON);
    phone.click_text("Free");
    phone.type_into("Search by need, name or place", "befriend");
    phone.wait_for_text("You suggested a correction on", SOON);
}

#[test]
fn a_service_that_was_named_is_shared_from_the_persons_screen() {
    let scratch = Scratch::new("services-named");
    let mut server = Server::demo(&scratch.path("data"));
    let link = server.sign_in_path("Bronwen Adeyemi");
    let mut phone = signed_in(&scratch, &server, &link, "bronwen");
    open_person(&phone, "CARRUTHERS");
    phone.click_text("Share with a person");
    let link = phone.by_text("Send as a text message").attribute("href").unwrap();
    assert!(link.starts_with("sms:?&body=") && link.contains("Phone%3A"), "{link}");
    assert!(!link.to_lowercase().contains("carruthers"), "{link}");
    phone.look("person-share");
}
