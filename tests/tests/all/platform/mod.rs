//! What platforms do to an app that is open all day: each brought about, with the words on the
//! screen, and nothing lost at the end.

mod clock;
mod keyboard;
mod kills;
mod start;
mod storage;
mod tabs;
mod versions;

use std::path::{Path, PathBuf};

use tests::{Browser, SOON, Scratch, Server, invite, ledger::signed_notes};

use crate::sign_in::signed_in;

pub const WORKER: &str = "Bronwen Adeyemi";

/// A server, and a phone on which a worker has signed in.
struct Day {
    phone: Browser,
    server: Server,
    data: PathBuf,
}

impl Day {
    fn begin(scratch: &Scratch) -> Self {
        let data = scratch.path("data");
        let mut server = Server::demo(&data);
        let link = server.sign_in_path(WORKER);
        let phone = signed_in(scratch, &server, &link, "bronwen");
        Self { phone, server, data }
    }

    /// Everything is sent, and each of these notes is on the server once.
    #[track_caller]
    fn assert_arrived(&self, notes: &[&str]) {
        self.phone.wait_gone("waiting to send", SOON);
        self.phone.wait_for_text("Sent ", SOON);
        assert_arrived(&self.server.origin(), &self.data, notes);
    }
}

/// Each of these notes is on the server once, as a new phone of the worker is sent it.
#[track_caller]
pub fn assert_arrived(origin: &str, data: &Path, notes: &[&str]) {
    let arrived = signed_notes(origin, &invite(data, WORKER, None));
    for note in notes {
        let times = arrived.iter().filter(|arrived| arrived == note).count();
        assert_eq!(times, 1, "“{note}” arrived {times} times");
    }
}

/// Goes from the open app to a new contact with somebody.
fn begin_contact(phone: &Browser, family_name: &str) {
    phone.click_text("People");
    phone.wait_for_text(family_name, SOON);
    phone.click_text(family_name);
    phone.click_text("Add contact");
    phone.wait_for_text("Contact with", SOON);
}
