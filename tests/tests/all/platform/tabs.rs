//! Two tabs of one browser: one works at a time, and neither overwrites the other.

use tests::{SOON, Scratch};

use super::{Day, begin_contact};
use crate::sign_in::{note_on, sign, unlock};

const ELSEWHERE: &str = "Fingerpost is open in another tab";

#[test]
fn a_second_tab_asks_takes_over_with_what_was_being_typed_and_writes_nothing_twice() {
    let scratch = Scratch::new("tabs");
    let mut day = Day::begin(&scratch);
    begin_contact(&day.phone, "OKAFOR");
    day.phone.type_into("Note", "Came in from the rain.");
    day.phone.wait_for_text("Saved on this phone", SOON);
    let contact = day.phone.path();

    day.phone.open_tab();
    day.phone.goto(&contact);
    day.phone.wait_for_text(ELSEWHERE, SOON);
    day.phone.look("other-tab");
    // What was typed a blink ago in the first goes over to the second.
    day.phone.show_tab(0);
    day.phone.type_into("Note", " Stayed for tea.");
    day.phone.show_tab(1);
    day.phone.click_text("Use it here");
    unlock(&day.phone);
    assert_eq!(note_on(&day.phone), "Came in from the rain. Stayed for tea.");
    day.phone.show_tab(0);
    day.phone.wait_for_text(ELSEWHERE, SOON);
    day.phone.show_tab(1);
    day.phone.type_into("Note", " Left at four.");
    day.phone.wait_for_text("Saved on this phone", SOON);

    // And back, where it is signed.
    day.phone.show_tab(0);
    day.phone.click_text("Use it here");
    unlock(&day.phone);
    assert_eq!(note_on(&day.phone), "Came in from the rain. Stayed for tea. Left at four.");
    sign(&day.phone);
    day.phone.show_tab(1);
    day.phone.wait_for_text(ELSEWHERE, SOON);
    day.phone.show_tab(0);
    day.assert_arrived(&["Came in from the rain. Stayed for tea. Left at four."]);
}
