//! What a phone that was locked still holds in memory.

use std::time::Duration;

use tests::{SOON, Scratch, Server, poll};

use crate::sign_in::{open_person, signed_in};

/// Of the caseload, what the test does not hand to the page: words that it looks for there are in the
/// page's memory for that reason alone.
const NAMES: [&str; 5] = ["Carruthers", "Ramsbottom", "Shufflebottom", "Thwaite", "Zielinski"];
/// What the test looks for by handing it to the page, and what is typed, whose letters go through the
/// browser's own text fields.
const HANDED_OVER: [&str; 2] = ["Okafor", "sleeps in the van"];
/// The browser gives memory back when it likes; looking through all of it takes seconds, too.
const TO_GIVE_BACK: Duration = Duration::from_secs(60);

/// Nothing at all is left in the page's heap and in the program's memory, which is what the app can
/// answer for. The browser's
/// own processes may keep a few copies of what was shown or typed in memory that they have freed: no
/// page can reach or clear them, and they go when the process ends or uses that memory again.
#[test]
fn locking_leaves_nothing_readable_in_memory() {
    let scratch = Scratch::new("memory");
    let mut server = Server::demo(&scratch.path("data"));
    let link = server.sign_in_path("Bronwen Adeyemi");
    let mut phone = signed_in(&scratch, &server, &link, "bronwen");
    phone.offline(true);
    open_person(&phone, "OKAFOR");
    phone.click_text("Add contact");
    phone.type_into("Note", "She sleeps in the van.");
    phone.wait_for_text("Saved on this phone", SOON);
    // A search that finds nothing on an open phone would prove nothing on a locked one.
    let open: usize = phone.count_in_memory(&NAMES).iter().sum();
    assert!(open >= 3, "an open phone: {open}");
    phone.script("window.remembered = ['Shuffle', 'bottom']; remembered[2] = remembered.join('')");
    assert!(phone.texts_in_heap().contains("Shufflebottom"), "an open phone's heap");
    let program = phone.count_in_programs(&HANDED_OVER);
    assert!(program.iter().all(|count| *count > 0), "an open phone's program: {program:?}");

    phone.click_text("More");
    phone.click_text("Lock now");
    phone.wait_for_text("Unlock Fingerpost", SOON);
    let mut left = 0;
    let gone = poll(TO_GIVE_BACK, || {
        left = phone.count_in_memory(&NAMES).iter().sum();
        (left * 4 <= open).then_some(())
    });
    assert!(gone.is_some(), "a locked phone's processes: {left} of {open}");
    let heap = phone.texts_in_heap();
    for word in NAMES.iter().chain(&HANDED_OVER) {
        assert!(!heap.contains(word), "a locked phone's heap says {word}");
    }
    assert_eq!(phone.count_in_programs(&HANDED_OVER), [0; 2], "a locked phone's program");
    let _ = phone.console_errors();
}
