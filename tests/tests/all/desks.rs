//! A practice's morning and a lead's afternoon, on the computers that they have.

use std::fs;

use tests::{Browser, SOON, Scratch, Server};

use crate::sign_in::{choose_passphrase, signed_in};

/// The keys by which a list is gone through.
const ARROW_DOWN: &str = "\u{e015}";
/// A row that this link worker recorded, by its page.
const ROW_OF_BRONWEN: &str = "
    const rows = [...document.querySelectorAll('tbody tr')];
    const own = rows.find((row) => row.textContent.includes('Bronwen Adeyemi')
        && row.querySelector('button[name=filed]'));
    return own.querySelector('a[href*=\"/rows/\"]').getAttribute('href');";
/// A receipt for every row that is still to do.
const RECEIPT: &str = "
    const rows = [...document.querySelectorAll('button[name=filed]')];
    return 'row_id,outcome\\r\\n' + rows.map((row) => row.value.split('/')[0] + ',Filed\\r\\n').join('');";

pub fn desk_of(scratch: &Scratch, server: &mut Server, who: &str, name: &str) -> Browser {
    let desk = Browser::desk(scratch, name, &server.origin());
    desk.goto(&server.sign_in_path(who));
    desk.click_text("Sign in");
    desk
}

#[test]
fn a_practices_morning_files_sends_back_and_undoes_and_the_worker_hears_of_it() {
    let scratch = Scratch::new("practice_morning");
    let mut server = Server::demo(&scratch.path("data"));
    let link = server.sign_in_path("Bronwen Adeyemi");
    let mut phone = signed_in(&scratch, &server, &link, "bronwen");
    let mut desk = desk_of(&scratch, &mut server, "Helen Okonkwo", "practice");
    desk.wait_for_text("Moss Road Surgery", SOON);
    desk.look("practice");
    desk.click_text("Close the next list now");
    desk.wait_for_text("0 filed, 0 already there, 0 sent back", SOON);
    desk.look("practice-to-do");

    desk.find("button[name=filed]").click();
    desk.wait_for_text("1 entry is answered.", SOON);
    desk.wait_for_text("1 filed", SOON);
    desk.find("form[action$='/undo'] button").click();
    desk.wait_for_text("The answer was taken back.", SOON);
    desk.wait_for_text("0 filed", SOON);
    // The same with keys: down to the first row, and file it.
    desk.find("body").type_text(&format!("{ARROW_DOWN}f"));
    desk.wait_for_text("1 filed", SOON);

    let row = desk.script(ROW_OF_BRONWEN);
    desk.goto(row.as_str().expect("Bronwen recorded one of the rows"));
    desk.wait_for_text("What did you do?", SOON);
    desk.look("practice-row");
    desk.find("#identity_mismatch").click();
    desk.type_into("Why, or which other entry", "Another birth date in the record");
    desk.click_text("Save the answer");
    desk.wait_for_text("1 sent back", SOON);
    desk.look("practice-done");
    desk.print_preview(|| desk.screenshot("practice-print"));
    desk.print("practice");
    desk.click_text("by patient");
    desk.wait_for_text("or by code and date", SOON);
    desk.look("practice-by-patient");
    desk.goto("/practice/A99001/history");
    desk.wait_for_text("Another birth date in the record", SOON);
    desk.look("practice-history");

    the_worker_hears_of_it(&mut phone);

    desk.goto("/practice/A99001");
    desk.wait_for_text("To do", SOON);
    let receipt = scratch.path("receipt.csv");
    let text = desk.script(RECEIPT);
    fs::write(&receipt, text.as_str().expect("a receipt is a text")).unwrap();
    desk.click_text("Upload a receipt file");
    desk.find("#file").type_text(&receipt.display().to_string());
    desk.click_text("Upload");
    desk.wait_for_text("0 refused, 0 left blank.", SOON);
    desk.look("practice-receipt");
    desk.goto("/practice/A99001");
    desk.wait_for_text("0 to do.", SOON);
    // Another practice is not to be told from one that does not exist. The browser may log that only
    // after the page is shown.
    desk.expect_in_console("404");
    desk.goto("/practice/A99002");
    desk.wait_for_text("There is nothing here for you", SOON);
}

/// What was sent back is something to do on the phone, until somebody has looked.
fn the_worker_hears_of_it(phone: &mut Browser) {
    phone.click_text("Today");
    phone.wait_for_text("Sent back by the practice: ", SOON);
    phone.look("today-sent-back");
    phone.find("a[href$='#practice']").click();
    phone.wait_for_text("The practice wrote: Another birth date in the record", SOON);
    phone.look("person-sent-back");
    phone.click_text("Change their details");
    phone.wait_for_text("Save these details", SOON);
    phone.click_text("Nothing to put right");
    phone.wait_gone("The practice wrote:", SOON);
    phone.click_text("Today");
    phone.wait_gone("Sent back by the practice: ", SOON);
}

#[test]
fn a_leads_afternoon_goes_through_what_needs_somebody_and_the_reports() {
    let scratch = Scratch::new("lead_afternoon");
    let mut server = Server::demo(&scratch.path("data"));
    let mut desk = desk_of(&scratch, &mut server, "Gwen Pritchard", "lead");
    choose_passphrase(&desk);
    desk.wait_for_text("Add a contact", SOON);
    desk.goto("/team");
    desk.wait_for_text("Team", SOON);
    desk.look("team");
    desk.goto("/reports");
    desk.wait_for_text("Reports", SOON);
    desk.look("reports");
    for report in ["activity", "contacts", "caseload", "time", "signposting", "wellbeing", "waits"]
    {
        desk.goto(&format!("/reports/{report}"));
        desk.wait_for_text("Download", SOON);
        desk.look(&format!("report-{report}"));
    }
    desk.print_preview(|| desk.screenshot("report-print"));
    desk.print("report-waits");
}
