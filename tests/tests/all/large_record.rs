//! A record so long that it travels deflated.

use rusqlite::Connection;
use shared::document::Document;
use tests::{Browser, SOON, Scratch, invite, load, sign_in::sign_in};

/// Entries of the record: years of contacts.
const CHANGES: usize = 400;
/// Up to this size a record travels as it is.
const PLAIN_BYTES_MAX: usize = 64 * 1024;

#[test]
fn a_record_of_many_years_is_read_on_the_phone() {
    let scratch = Scratch::new("large_record");
    let data = scratch.path("data");
    let server = load::stocked(&data, 1, CHANGES);
    let database = Connection::open(data.join("fingerpost.db")).unwrap();
    let kept: Vec<u8> =
        database.query_row("SELECT bytes FROM snapshot", [], |row| row.get(0)).unwrap();
    let plain = Document::load(&kept).unwrap().keep().len();
    assert!(plain > PLAIN_BYTES_MAX && kept.len() < plain / 2, "{plain} {}", kept.len());

    let phone = Browser::phone(&scratch, "link_worker", &server.origin());
    sign_in(&phone, &invite(&data, "Link worker 0", None));
    phone.click_text("People");
    phone.wait_for_text("1 person", SOON);
    phone.find("a.fp-person__link").click();
    phone.wait_for_text("What happened", SOON);
}
