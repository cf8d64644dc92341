//! Every screen, looked at: pictures, barriers, small phones, the dark, strangers.

use tests::{Browser, SOON, Scratch, Server};

use crate::sign_in::{go, invited, open_person, signed_in, unlock};

#[test]
fn every_screen_of_a_link_workers_day_stands_up() {
    let scratch = Scratch::new("screens");
    let mut server = Server::demo(&scratch.path("data"));
    let link = server.sign_in_path("Bronwen Adeyemi");
    let mut phone = Browser::phone(&scratch, "before", &server.origin());
    phone.goto(&link);
    phone.wait_for_text("Sign in on this device", SOON);
    phone.look("join");
    phone.click_text("Sign in");
    phone.wait_for_text("Choose a passphrase", SOON);
    phone.type_into("Passphrase", "walnut");
    phone.click_text("Lock this phone with it");
    phone.wait_for_text("Choose at least 12 characters", SOON);
    phone.look("choose");
    phone.close();
    let link = invited(&scratch.path("data"), "Bronwen Adeyemi");
    let mut phone = signed_in(&scratch, &server, &link, "bronwen");
    let screens = [
        ("/today", "Add a contact", "today"),
        ("/people", "OKAFOR", "people"),
        ("/services", "Wellbeing Walks", "services"),
        ("/refer", "New referral", "refer"),
        ("/sync", "Sent", "sync"),
        ("/more", "More", "more"),
        ("/urgent", "999", "urgent"),
    ];
    phone.goto("/today");
    phone.wait_for_text("Unlock Fingerpost", SOON);
    phone.click_text("Forget this phone");
    phone.wait_for_text("Everything that was written here has been sent.", SOON);
    phone.look("forget");
    phone.click_text("Keep it");
    phone.look("unlock");
    unlock(&phone);
    for (path, shows, name) in screens {
        go(&phone, path);
        phone.wait_for_text(shows, SOON);
        phone.look(name);
    }
    for (family_name, name) in [
        ("OKAFOR", "person-new"),
        ("CARRUTHERS", "person-accepted"),
        ("THWAITE, Colin", "person-contested"),
        ("EZE", "person-held"),
    ] {
        open_person(&phone, family_name);
        phone.look(name);
    }
    open_person(&phone, "OKAFOR");
    phone.click_text("Add contact");
    phone.wait_for_text("Contact with Ada Okafor", SOON);
    phone.look("contact");
    phone.type_into("Note", "Fine.");
    phone.wait_for_text("Saved on this phone", SOON);
    phone.click_text("Check and sign");
    phone.wait_for_text("What it was for", SOON);
    phone.look("check");
}
