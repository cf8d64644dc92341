//! A lead arranges cover at the desk, and phones follow.

use tests::{Browser, SOON, Scratch, Server};

use crate::{
    carry::sign_a_contact,
    desks::desk_of,
    sign_in::{choose_passphrase, signed_in},
};

/// The address of a worker's caseload, from the lead's page.
const CASELOAD_OF_BRONWEN: &str = "
    const links = [...document.querySelectorAll('section[aria-labelledby=caseloads] a')];
    return links.find((link) => link.textContent.trim() == 'Bronwen Adeyemi').getAttribute('href');";

/// Chooses somebody on Bronwen's caseload, and gives them to Tomasz.
fn give(lead: &Browser, decision: &str) {
    lead.goto("/team");
    lead.wait_for_text("Caseloads", SOON);
    let caseload = lead.script(CASELOAD_OF_BRONWEN);
    lead.goto(caseload.as_str().expect("the page links to each caseload"));
    lead.find("input[aria-label*='Okafor']").click();
    lead.find("#to").choose("Tomasz Whitfield");
    lead.type_into("Why", "Bronwen is away");
    lead.click_text(decision);
    lead.wait_for_text("1 person given.", SOON);
}

#[test]
fn whoever_covers_has_the_person_on_their_phone_and_a_hand_over_loses_no_unsent_note() {
    let scratch = Scratch::new("cover");
    let mut server = Server::demo(&scratch.path("data"));
    let link = server.sign_in_path("Bronwen Adeyemi");
    let mut bronwen = signed_in(&scratch, &server, &link, "bronwen");
    let link = server.sign_in_path("Tomasz Whitfield");
    let mut tomasz = signed_in(&scratch, &server, &link, "tomasz");
    let mut lead = desk_of(&scratch, &mut server, "Gwen Pritchard", "lead");
    choose_passphrase(&lead);
    give(&lead, "Share: both have them");
    lead.look("lead-caseload");
    tomasz.click_text("People");
    tomasz.wait_for_text("OKAFOR", SOON);
    tomasz.click_text("OKAFOR");
    tomasz.wait_for_text("Given to", SOON);
    tomasz.look("person-given");

    bronwen.offline(true);
    sign_a_contact(&bronwen);
    give(&lead, "Hand over: the colleague has them instead");
    bronwen.offline(false);
    bronwen.click_text("People");
    bronwen.wait_gone("OKAFOR", SOON);
    lead.goto("/team");
    lead.wait_for_text("They no longer have this record.", SOON);
    lead.type_into("Why", "Written before the hand-over");
    lead.click_text("Take it in");
    lead.wait_for_text("went into the record.", SOON);
    tomasz.wait_for_text("She sleeps in the van.", SOON);
}
