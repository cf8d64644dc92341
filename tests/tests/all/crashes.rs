//! What becomes of acknowledged work when the server is killed, its disk is full, or it is restored
//! from a backup.

use std::{fs, path::Path, sync::Mutex, thread};

use shared::{ids::CaseId, sync::SyncState};
use tests::{
    Chance, Phone, Refusal, Scratch, Server, closings, fingerpost, invite,
    kills::{self, Plan, block_on},
    ledger::{Comparison, Ledger},
};

/// How large the database and its log may grow on a disk that is nearly full.
const FULL_BYTES: u64 = 512 * 1024;
/// Refusals of one push after which there is no room to be found.
const REFUSALS_MAX: u32 = 20;
/// Far more entries than fit into that.
const ENTRIES_MAX: usize = 1_000;

fn run(arguments: &[&str]) -> (bool, String) {
    let output = fingerpost(arguments);
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

async fn phone(server: &Server, data: &Path, name: &str) -> Phone {
    let link = invite(data, name, Some("link_worker"));
    let seed = name.bytes().fold(0, |seed, byte| seed * 256 + u64::from(byte));
    Phone::sign_in(&server.origin(), &link, Chance::new(seed)).await.unwrap()
}

fn assert_verified(data: &Path) {
    let (fine, said) = run(&["verify", "--data", &data.display().to_string()]);
    assert!(fine, "{said}");
}

#[test]
fn a_server_that_is_killed_under_load_has_everything_that_it_acknowledged() {
    let scratch = Scratch::new("kills");
    let plan = Plan { kills: 5, phones: 6, changes_between_max: 200, seed: 7 };
    let outcome = kills::run(&plan, &scratch.path("data"));
    assert!(outcome.is_good() && outcome.acknowledged > 0, "{plan:?} ended with {outcome:?}");
}

#[test]
fn a_server_that_is_killed_while_it_closes_packs_leaves_no_half_one_and_loses_no_receipt() {
    let outcome = closings::run(6, 7);
    let has_worked = outcome.packs > 0 && outcome.receipts_acknowledged > 0;
    assert!(outcome.is_good() && has_worked, "{outcome:?}");
}

/// A service that was backed up while three phones pushed to it, and what it acknowledged before,
/// meanwhile and after.
struct BackedUp {
    server: Server,
    phones: Vec<(Phone, CaseId)>,
    ledger: Mutex<Ledger>,
}

async fn backed_up_while_phones_push(data: &Path, file: &str) -> BackedUp {
    let server = Server::serve(data, &[]);
    let ledger = Mutex::new(Ledger::default());
    let mut phones = Vec::new();
    for name in ["Amina", "Ben", "Chloe"] {
        let mut phone = phone(&server, data, name).await;
        let case = phone.begin(&format!("Person of {name}"));
        phones.push((phone, case));
    }
    write_and_send(&mut phones, &ledger, "before").await;
    let (file, path) = (file.to_owned(), data.display().to_string());
    let backup = thread::spawn(move || run(&["backup", &file, "--data", &path]));
    let mut entries = 0;
    while !backup.is_finished() {
        entries += 1;
        write_and_send(&mut phones, &ledger, &format!("meanwhile {entries}")).await;
    }
    let (fine, said) = backup.join().unwrap();
    assert!(fine && said.contains(" changes of 3 cases"), "{said}");
    write_and_send(&mut phones, &ledger, "afterwards").await;
    for (phone, _) in &mut phones {
        phone.begin("Somebody whom the backup has never heard of");
    }
    write_and_send(&mut phones, &ledger, "and later").await;
    BackedUp { server, phones, ledger }
}

async fn write_and_send(phones: &mut [(Phone, CaseId)], ledger: &Mutex<Ledger>, words: &str) {
    for (number, (phone, case)) in phones.iter_mut().enumerate() {
        phone.note(*case, &format!("{words}, on phone {number}"));
        let state = phone.send_all(ledger).await;
        assert!(matches!(state, SyncState::Sent(_)), "{state:?}");
    }
}

#[test]
fn after_a_restore_phones_send_what_the_backup_lacks_and_nothing_is_there_twice() {
    let scratch = Scratch::new("restore");
    let (data, file) = (scratch.path("data"), scratch.path("backup.db").display().to_string());
    let (path, database) = (data.display().to_string(), data.join("fingerpost.db"));
    let restore = || run(&["restore", &file, "--data", &path]);
    block_on(async {
        let BackedUp { mut server, mut phones, ledger } =
            backed_up_while_phones_push(&data, &file).await;
        let (fine, said) = restore();
        assert!(!fine && said.contains("stop it first"), "{said}");
        server.kill();
        let (fine, said) = restore();
        assert!(fine && said.contains("before-restore-"), "{said}");
        let lacking = ledger.lock().unwrap().compare_with_file(&database);
        assert!(
            lacking.lost.len() >= 9,
            "the backup was made before the last entries: {lacking:?}"
        );

        server.start_again();
        for (phone, _) in &mut phones {
            let state = phone.send_all(&ledger).await;
            assert!(matches!(state, SyncState::Sent(_)), "{state:?}");
        }
        write_and_send(&mut phones, &ledger, "on the restored server").await;
        let links = ["Amina", "Ben", "Chloe"].map(|name| invite(&data, name, None));
        let ledger = ledger.into_inner().unwrap();
        assert_eq!(ledger.compare_with_file(&database), Comparison::default());
        let sent = ledger.compare_with_first_syncs(&server.origin(), &links).await.unwrap();
        assert_eq!(sent, Comparison::default());
        assert!(ledger.refused().is_empty(), "{:?}", ledger.refused());
    });
    assert_verified(&data);
    // What the server had when it was killed is all there still.
    let aside = fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path());
    let aside = aside.into_iter().find(|path| path.is_dir()).unwrap();
    assert_verified(&aside);
}

#[test]
fn what_was_written_on_a_device_newer_than_the_backup_is_sent_once_it_is_signed_in_anew() {
    let scratch = Scratch::new("newer_device");
    let (data, file) = (scratch.path("data"), scratch.path("backup.db").display().to_string());
    let (path, database) = (data.display().to_string(), data.join("fingerpost.db"));
    block_on(async {
        let mut server = Server::serve(&data, &[]);
        let ledger = Mutex::new(Ledger::default());
        let mut amina = phone(&server, &data, "Amina").await;
        let case = amina.begin("Okafor");
        amina.send_all(&ledger).await;
        let (fine, said) = run(&["backup", &file, "--data", &path]);
        assert!(fine, "{said}");

        let link = invite(&data, "Amina", None);
        let mut tablet = Phone::sign_in(&server.origin(), &link, Chance::new(2)).await.unwrap();
        tablet.send_all(&ledger).await;
        tablet.note(case, "written on the new tablet");
        let newer = tablet.begin("Adeyemi");
        tablet.note(newer, "begun on the new tablet");
        assert!(matches!(tablet.send_all(&ledger).await, SyncState::Sent(_)));

        server.kill();
        let (fine, said) = run(&["restore", &file, "--data", &path]);
        assert!(fine, "{said}");
        server.start_again();
        assert!(matches!(tablet.send_all(&ledger).await, SyncState::CannotSend(_)));
        let link = invite(&data, "Amina", None);
        tablet.sign_in_again(&server.origin(), &link).await.unwrap();
        let state = tablet.send_all(&ledger).await;
        assert!(matches!(state, SyncState::Sent(_)), "{state:?}");
        let state = amina.send_all(&ledger).await;
        assert!(matches!(state, SyncState::Sent(_)), "{state:?}");
        assert_eq!(amina.case(newer).unwrap().entries.len(), 1);
        assert_eq!(amina.case(case).unwrap().entries.len(), 1);
        let ledger = ledger.into_inner().unwrap();
        assert_eq!(ledger.compare_with_file(&database), Comparison::default());
        assert!(ledger.refused().is_empty(), "{:?}", ledger.refused());
    });
    assert_verified(&data);
}

#[test]
fn a_server_without_room_says_so_goes_on_answering_and_takes_everything_once_there_is_some() {
    let scratch = Scratch::new("full_disk");
    let data = scratch.path("data");
    let database = data.join("fingerpost.db");
    block_on(async {
        let mut server = Server::serve(&data, &[]);
        let ledger = Mutex::new(Ledger::default());
        let mut amina = phone(&server, &data, "Amina").await;
        let tablet = invite(&data, "Amina", None);
        let mut tablet = Phone::sign_in(&server.origin(), &tablet, Chance::new(2)).await.unwrap();
        let case = amina.begin("Okafor");
        assert!(matches!(amina.send_all(&ledger).await, SyncState::Sent(_)));

        server.limit_files(Some(FULL_BYTES));
        let mut entries = write_until_refused(&mut amina, case, &ledger).await;
        let Some(Refusal { status: 507, words }) = amina.refusal() else {
            panic!("{:?}", amina.refusal())
        };
        assert!(words.contains("no room"), "{words}");
        // What it has can be read meanwhile, and is all that it acknowledged.
        tablet.send_all(&ledger).await;
        let read = tablet.case(case).unwrap().entries.len();
        let acknowledged = ledger.lock().unwrap().acknowledged();
        assert!(read > 0 && read == acknowledged - 1, "{read} entries, {acknowledged} changes");
        assert_eq!(ledger.lock().unwrap().compare_with_file(&database), Comparison::default());

        // Pulling the plug makes it no worse: it starts and answers as before.
        server.kill();
        server.start_again();
        server.limit_files(Some(FULL_BYTES));
        entries += write_until_refused(&mut amina, case, &ledger).await;
        assert_eq!(amina.refusal().unwrap().status, 507);

        // There is room, and the server goes on as it is.
        server.limit_files(None);
        assert!(matches!(amina.send_all(&ledger).await, SyncState::Sent(_)));
        tablet.send_all(&ledger).await;
        assert_eq!(tablet.case(case).unwrap().entries.len(), entries);
        assert_eq!(ledger.lock().unwrap().compare_with_file(&database), Comparison::default());
        assert!(!server.log().contains("panicked"), "{}", server.log());
        server.stop();
    });
    assert_verified(&data);
}

/// Writes entries until the server refuses however often the phone tries, and says how many were
/// written. Once or twice it finds a little room yet, by tidying up.
async fn write_until_refused(phone: &mut Phone, case: CaseId, ledger: &Mutex<Ledger>) -> usize {
    for entry in 1..=ENTRIES_MAX {
        phone.note(case, &format!("Entry {entry}: {}", "a long story. ".repeat(200)));
        let mut tries = 0..REFUSALS_MAX;
        loop {
            match (phone.send_all(ledger).await, tries.next()) {
                (SyncState::Sent(_), _) => break,
                (SyncState::Waiting(_), Some(_)) => {}
                (SyncState::Waiting(_), None) => return entry,
                (state, _) => panic!("the phone shows {state:?} after entry {entry}"),
            }
        }
    }
    panic!("the limit has no effect");
}
