//! A phone whose clock is turned back a week.

use tests::{Browser, SOON, Scratch};

use super::{Day, begin_contact};
use crate::sign_in::{go, note_on, sign, unlock};

const WEEK_HOURS: i32 = 7 * 24;

/// Closed and opened again with another clock, from cold.
fn reopen(phone: &mut Browser, hours_ahead: i32) {
    phone.close();
    phone.open();
    phone.set_clock_ahead(hours_ahead);
    go(phone, "/today");
}

#[test]
fn a_clock_turned_back_gives_no_time_and_takes_nothing_away() {
    let scratch = Scratch::new("clock");
    let mut day = Day::begin(&scratch);
    day.phone.offline(true);
    begin_contact(&day.phone, "OKAFOR");
    day.phone.type_into("Note", "Before the clock was turned.");
    sign(&day.phone);
    begin_contact(&day.phone, "NCUBE");
    day.phone.type_into("Note", "Not finished yet.");
    day.phone.wait_for_text("Saved on this phone", SOON);

    // Once it has ended, the time without a signal stays ended.
    reopen(&mut day.phone, 73);
    day.phone.wait_for_text("This phone needs a signal", SOON);
    reopen(&mut day.phone, -WEEK_HOURS);
    day.phone.wait_for_text("This phone needs a signal", SOON);

    // With a signal everything is there, older or newer than the clock.
    day.phone.offline(false);
    day.phone.click_text("Try again");
    unlock(&day.phone);
    day.phone.wait_for_text("Finish the contact", SOON);
    begin_contact(&day.phone, "OKAFOR");
    day.phone.type_into("Note", "After the clock was turned.");
    sign(&day.phone);
    let text = day.phone.text();
    let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words} is not in {text}"));
    // By the day on which it was, latest first.
    assert!(at("Before the clock was turned.") < at("After the clock was turned."));
    day.assert_arrived(&["Before the clock was turned.", "After the clock was turned."]);

    // What was begun by the later clock is finished under it.
    reopen(&mut day.phone, 0);
    day.phone.click_text("Finish the contact");
    assert_eq!(note_on(&day.phone), "Not finished yet.");
    sign(&day.phone);
    day.assert_arrived(&["Not finished yet."]);
}
