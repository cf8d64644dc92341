//! The macros as code calls them: what a text names is found where the text stands.

use wording::{counted, said, say};

const UNDO: &str = say!("Undo");

#[test]
fn a_text_is_a_literal_wherever_one_is_needed() {
    assert_eq!(UNDO, "Undo");
    assert_eq!(concat!("[", say!(" Saved. "), "]"), "[ Saved. ]");
}

#[test]
fn places_are_filled_from_what_is_there_and_from_what_is_given() {
    let time = "14:05";
    assert_eq!(
        said!("Recorded at {time}: {what}.", what = "no answer"),
        "Recorded at 14:05: no answer."
    );
    assert_eq!(said!("{time:>6} and {{so on}}"), " 14:05 and {so on}");
}

#[test]
fn a_number_decides_which_is_said() {
    let said = |n: usize| counted!(n, "{n} contact", "{n} contacts");
    assert_eq!([0, 1, 2].map(said), ["0 contacts", "1 contact", "2 contacts"]);
    let (all, found) = (["a"], 0_u32);
    let said =
        counted!(count = all.len(), "{found} of {count} service", "{found} of {count} services");
    assert_eq!(said, "0 of 1 service");
}
