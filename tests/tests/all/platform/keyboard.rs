//! A contact from the locked phone to the signature with a keyboard alone.

use tests::{Browser, SOON, Scratch, poll};

use super::Day;
use crate::sign_in::PASSPHRASE;

/// WebDriver's code points.
const TAB: char = '\u{e004}';
const ENTER: char = '\u{e007}';
const SPACE: char = ' ';
const ARROW_RIGHT: char = '\u{e014}';

/// More than any screen has to step through.
const STEPS_MAX: usize = 80;

/// Steps on to what is called so, and gives what it stepped over. All of it shows its focus.
#[track_caller]
fn step_to(phone: &Browser, words: &str) -> Vec<String> {
    let mut passed = Vec::new();
    for _ in 0..STEPS_MAX {
        phone.press_key(TAB);
        let focused = phone.focused();
        // Past the last one the focus is with the browser itself for one step.
        if focused.kind == "body" {
            continue;
        }
        assert!(focused.is_visible, "the focus cannot be seen on {focused:?}");
        if focused.words.contains(words) {
            return passed;
        }
        passed.push(focused.words);
    }
    panic!("“{words}” is not reached. Passed: {passed:#?}");
}

fn type_keys(phone: &Browser, text: &str) {
    text.chars().for_each(|key| phone.press_key(key));
}

#[test]
fn a_contact_is_unlocked_written_and_signed_with_a_keyboard_alone() {
    let scratch = Scratch::new("keyboard");
    let day = Day::begin(&scratch);
    let phone = &day.phone;
    phone.goto("/people");
    phone.wait_for_text("Unlock Fingerpost", SOON);
    step_to(phone, "Passphrase");
    type_keys(phone, PASSPHRASE);
    phone.press_key(ENTER);
    phone.wait_for_text("OKAFOR", SOON);
    step_to(phone, "OKAFOR");
    phone.press_key(ENTER);
    phone.wait_for_text("What happened", SOON);
    step_to(phone, "Add contact");
    phone.press_key(ENTER);
    phone.wait_for_text("Contact with Ada Okafor", SOON);
    step_to(phone, "Note");
    type_keys(phone, "By keys.");
    let mut passed = step_to(phone, "Face to face");
    phone.press_key(ARROW_RIGHT);
    passed.extend(step_to(phone, "Their answer to the referral"));
    phone.press_key(SPACE);
    passed.extend(step_to(phone, "Check and sign"));
    let order = ["Did you meet?", "Place", "What it was for", "Find a service"];
    let at = |words: &&str| passed.iter().position(|passed| passed.contains(words));
    let places: Vec<_> = order.iter().map(at).collect();
    assert!(places.is_sorted() && places[0].is_some(), "{places:?} in {passed:#?}");
    phone.press_key(ENTER);
    phone.wait_for_text("What it was for", SOON);
    let on_check = poll(SOON, || phone.path().ends_with("/check").then_some(()));
    assert!(on_check.is_some());
    let passed = step_to(phone, "Sign");
    assert!(!passed.is_empty());
    phone.press_key(ENTER);
    phone.wait_for_text("What happened", SOON);
    day.assert_arrived(&["By keys."]);
}
