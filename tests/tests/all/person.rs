//! What a worker does on a person's own screen, with no signal, and what becomes of it.

use tests::{Browser, SOON, Scratch, Server};

use crate::{
    pack,
    sign_in::{open_person, signed_in},
};

const SATISFIED: &str = "Overall, how satisfied are you with your life nowadays?";
const WORTHWHILE: &str =
    "Overall, to what extent do you feel that the things you do in your life are worthwhile?";
const HAPPY: &str = "Overall, how happy did you feel yesterday?";
const ANXIOUS: &str = "On a scale where 0 is “not at all anxious” and 10 is “completely anxious”, \
                       overall, how anxious did you feel yesterday?";

fn measure(phone: &Browser, answers: [u8; 4]) {
    phone.click_text("Ask the four questions");
    for (question, number) in [SATISFIED, WORTHWHILE, HAPPY, ANXIOUS].into_iter().zip(answers) {
        phone.field(&format!("{question} {number}")).click();
    }
    phone.click_text("Save these four answers");
    phone.wait_gone("Save these four answers", SOON);
}

/// What the chart of a scale says in words.
fn chart_says(phone: &Browser, scale: &str) -> String {
    let script = format!(
        "const name = [...document.querySelectorAll('.fp-scale__name')]
            .find((name) => name.textContent === {scale:?});
         return name?.parentElement.innerText.replace(/\\s+/g, ' ') ?? ''"
    );
    phone.script(&script).as_str().unwrap().to_owned()
}

#[test]
fn what_is_recorded_on_a_persons_screen_offline_is_shown_at_once_and_arrives() {
    let scratch = Scratch::new("person");
    let (data, out) = (scratch.path("data"), scratch.path("packs"));
    let mut server = Server::demo(&data);
    let link = server.sign_in_path("Bronwen Adeyemi");
    let mut phone = signed_in(&scratch, &server, &link, "bronwen");
    phone.offline(true);
    phone.close();
    phone.open();
    open_person(&phone, "CARRUTHERS");

    // The four questions, twice.
    phone.click_text("Ask the four questions");
    phone.click_text("Save these four answers");
    phone.wait_for_text("4 questions have no answer yet.", SOON);
    phone.look("person-wellbeing-form");
    phone.click_text("Ask the four questions");
    measure(&phone, [4, 5, 6, 7]);
    phone.wait_for_text("Satisfied with life", SOON);
    assert!(!chart_says(&phone, "Satisfied with life").contains("at first"));
    measure(&phone, [7, 5, 10, 3]);
    phone.wait_for_text("3 higher than at first.", SOON);
    let says = chart_says(&phone, "Satisfied with life");
    assert!(says.contains(" 4 ") && says.contains(" 7 "), "{says}");
    assert!(chart_says(&phone, "Things done are worthwhile").ends_with("The same as at first."));
    let anxious = chart_says(&phone, "Anxious yesterday (lower is better)");
    assert!(anxious.ends_with("4 lower than at first."), "{anxious}");

    phone.look("person-wellbeing");

    // A service was looked for, and there is none.
    phone.click_text("Looked for a service, and found none");
    phone.look("person-nothing-found");
    phone.find("#nothing-found-0").click();
    phone.wait_for_text(": nothing found", SOON);

    // How a service went.
    phone.click_text("How did it go?");
    phone.type_into("How did it go with this service?", "Went twice, likes the company.");
    phone.click_text("Save how it went");
    phone.wait_for_text("How it went, as of today", SOON);

    phone.look("person-follow-up");
    attempts(&mut phone);
    corrections(&mut phone);

    phone.offline(false);
    phone.wait_for_text("Sent ", SOON);
    phone.wait_gone("waiting to send", SOON);
    // Her acceptance would be a row like those of others.
    let worklist = pack::close(&data, "A99002", &out).worklist;
    let names: Vec<&str> = worklist.iter().map(|row| row["family_name"].as_str()).collect();
    assert!(!names.is_empty() && !names.contains(&"Carruthers"), "{names:?}");
}

/// Nobody answers, which was a mistake; and then they do not come.
fn attempts(phone: &mut Browser) {
    phone.click_text("No answer");
    phone.wait_for_text("Record that nobody answered, by phone, now?", SOON);
    phone.look("person-attempt");
    phone.click_text("Record it");
    phone.wait_for_text("Tried: no answer", SOON);
    phone.click_text("Undo");
    phone.wait_for_text("Taken back.", SOON);
    phone.wait_for_text("Why it was withdrawn: Recorded by mistake", SOON);
    phone.click_text("Did not come");
    phone.click_text("Record it");
    phone.wait_for_text("Tried: did not come", SOON);
    phone.wait_for_text("Recorded at", SOON);
    // What was taken back stays; what stands can no longer be taken back so after a while.
    phone.wait_gone("Undo", SOON);
    assert!(phone.shows("Tried: no answer"));
    assert!(!phone.shows("Finish the contact"), "a draft was left behind");
}

/// A note is corrected, and an answer withdrawn.
fn corrections(phone: &mut Browser) {
    phone.click_text("Add a correction tried: did not come");
    phone.type_into("What it should say", "Her bus did not run.");
    phone.click_text("Sign this correction");
    phone.wait_for_text("Write why it is corrected", SOON);
    phone.look("person-correction");
    phone.type_into("Why is it corrected?", "She rang the same day.");
    phone.click_text("Sign this correction");
    phone.wait_for_text("Corrected by Bronwen Adeyemi", SOON);
    phone.wait_for_text("Why: She rang the same day.", SOON);
    phone.click_text("As first written");
    phone.wait_for_text("First written by Bronwen Adeyemi", SOON);
    phone.look("person-history");

    phone.wait_for_text("Accepted on", SOON);
    phone.click_text("Withdraw accepted the referral");
    phone.type_into("Why is it withdrawn?", "It was her sister who said yes.");
    phone.click_text("Withdraw it");
    phone.wait_for_text("Why it was withdrawn: It was her sister who said yes.", SOON);
    phone.wait_for_text("Waiting for an answer", SOON);
    phone.look("person-withdrawn");
}

#[test]
fn a_colleague_adds_to_a_case_as_themselves_and_corrections_at_once_are_settled_by_a_person() {
    let scratch = Scratch::new("colleague");
    let mut server = Server::demo(&scratch.path("data"));
    let links = ["Bronwen Adeyemi", "Tomasz Whitfield"].map(|who| server.sign_in_path(who));
    let mut bronwen = signed_in(&scratch, &server, &links[0], "bronwen");
    let mut tomasz = signed_in(&scratch, &server, &links[1], "tomasz");
    // Both carry him.
    open_person(&bronwen, "THWAITE, Colin");
    bronwen.click_text("Add a goal");
    bronwen.type_into("What do they want to reach?", "Walk to the shop");
    bronwen.click_text("Add this goal");
    bronwen.wait_for_text("Sent ", SOON);
    open_person(&tomasz, "THWAITE, Colin");
    tomasz.wait_for_text("Walk to the shop", SOON);
    bronwen.offline(true);
    tomasz.offline(true);
    for (phone, words) in [(&bronwen, " and back"), (&tomasz, " and the library")] {
        phone.click_text("Add a correction goal set");
        phone.type_into("What it should say", words);
        phone.type_into("Why is it corrected?", "He said more.");
        phone.click_text("Sign this correction");
        phone.wait_for_text("Corrected by", SOON);
    }
    for phone in [&mut bronwen, &mut tomasz] {
        phone.offline(false);
    }
    for phone in [&bronwen, &tomasz] {
        phone.wait_for_text("Corrections were made at once", SOON);
        phone.wait_for_text("Corrected by Bronwen Adeyemi", SOON);
        phone.wait_for_text("Corrected by Tomasz Whitfield", SOON);
        phone.wait_for_text("Walk to the shop and the library", SOON);
    }
    tomasz.look("person-competing");
    tomasz.click_text("Add a correction goal set");
    let field = tomasz.field("What it should say");
    field.clear();
    field.type_text("Walk to the shop, the library and back");
    tomasz.type_into("Why is it corrected?", "He said both.");
    tomasz.click_text("Sign this correction");
    for phone in [&tomasz, &bronwen] {
        phone.wait_gone("Corrections were made at once", SOON);
        phone.wait_for_text("Walk to the shop, the library and back", SOON);
    }
}
