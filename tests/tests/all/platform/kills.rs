//! The browser killed at every moment of a save: what the screen had shown as saved is there.

use tests::{SOON, Scratch, poll};

use super::{Day, begin_contact};
use crate::sign_in::{go, note_on, sign};

/// Notes how far the save has come that was begun last.
const MOMENTS: &str = "
    window.moments = {};
    const encrypt = SubtleCrypto.prototype.encrypt;
    SubtleCrypto.prototype.encrypt = function (...all) {
        moments.sealing = true;
        return encrypt.apply(this, all);
    };
    const transaction = IDBDatabase.prototype.transaction;
    IDBDatabase.prototype.transaction = function (...all) {
        const begun = transaction.apply(this, all);
        if (moments.sealing) {
            moments.writing = true;
            begun.addEventListener('complete', () => moments.stored = true);
        }
        return begun;
    };
";

#[test]
fn what_was_shown_as_saved_outlives_a_kill_at_any_moment_of_the_next_save() {
    let scratch = Scratch::new("mid-write");
    let mut day = Day::begin(&scratch);
    day.phone.offline(true);
    begin_contact(&day.phone, "OKAFOR");
    day.phone.type_into("Note", "Begun.");
    day.phone.wait_for_text("Saved on this phone", SOON);
    let contact = day.phone.path();
    let mut saved = "Begun.".to_owned();
    for (round, moment) in ["typed", "sealing", "writing", "stored"].into_iter().enumerate() {
        day.phone.kill();
        day.phone.open();
        day.phone.prepare_pages(MOMENTS);
        go(&day.phone, &contact);
        let found = note_on(&day.phone);
        assert!(found.starts_with(&saved), "before “{moment}”: {found:?} has lost of {saved:?}");
        saved = found;
        day.phone.script("window.moments = { typed: true }");
        let more = format!(" Round {round}.");
        day.phone.type_into("Note", &more);
        let reached = format!("return moments.{moment} === true");
        let reached = poll(SOON, || (day.phone.script(&reached) == true).then_some(()));
        assert!(reached.is_some(), "the save never came to “{moment}”");
        if moment == "stored" {
            saved += &more;
        }
    }
    day.phone.kill();
    day.phone.open();
    go(&day.phone, &contact);
    let found = note_on(&day.phone);
    assert!(found.starts_with(&saved), "{found:?} has lost of {saved:?}");
    sign(&day.phone);
    day.phone.offline(false);
    day.assert_arrived(&[&found]);
}
