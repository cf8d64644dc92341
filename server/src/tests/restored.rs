//! What practices are asked after a backup was restored over data that had gone on.

use std::path::PathBuf;

use rusqlite::Transaction;
use shared::case::event::Consent;

use super::ledger::{Record, Service, counts, practice};
use crate::{
    backup::{self, BroughtOver},
    clock,
    pack::{self, Empty, PackError},
    service,
    store::{
        Store, StoreError, packs,
        receipts::{Effect, Outcome},
    },
};

/// A service whose backup knows one pack of a practice, and which has closed another since.
struct GoneOn {
    service: Service,
    file: PathBuf,
    later: Record,
}

impl GoneOn {
    fn new() -> Self {
        let service = Service::new();
        let mut known = service.refer(1, "Okafor");
        service.accept(&mut known, Consent::CodeOnly);
        assert_eq!(service.asks("A81001"), counts(1, 0, 0));
        let file = service.scratch.path().join("backup.db");
        backup::backup(service.scratch.path(), &file).unwrap();
        let mut later = service.refer(2, "Bevan");
        service.accept(&mut later, Consent::CodeOnly);
        assert_eq!(service.asks("A81001"), counts(1, 0, 0));
        assert_eq!(service.answer("A81001", "Okafor", Outcome::Filed), Effect::Answers);
        Self { service, file, later }
    }

    /// Restores the backup, and opens what came of it.
    fn restore(&mut self) -> BroughtOver {
        let data = self.service.scratch.path().to_owned();
        let elsewhere = Store::open(&data.join("elsewhere")).unwrap();
        drop(std::mem::replace(&mut self.service.store, elsewhere));
        let restored = backup::restore(&self.file, &data, clock::now()).unwrap();
        self.service.store = Store::open(&data).unwrap();
        restored.brought_over
    }

    fn go_on(&self) {
        self.service.store.write_now(|tx| service::set_restored(tx, None)).unwrap();
    }

    fn numbers(&self) -> Vec<u32> {
        let list = |tx: &Transaction<'_>| packs::list(tx, &practice("A81001"));
        let list = self.service.store.read_now(list).unwrap();
        list.into_iter().map(|line| line.number).collect()
    }
}

#[test]
fn packs_and_answers_are_brought_over_and_nothing_is_new_twice() {
    let mut gone_on = GoneOn::new();
    assert_eq!(gone_on.restore(), BroughtOver::All { packs: 1, receipts: 1 });
    assert_eq!(gone_on.numbers(), [2, 1]);
    let service = &gone_on.service;
    assert_eq!(service.balance("A81001"), [2, 1, 0, 0, 0, 1]);
    service.assert_sound();
    gone_on.go_on();
    // Once the phone that wrote the second record has been in touch, its entry has been NEW.
    let later = &gone_on.later;
    for change in later.document.changes_since(&[]) {
        service.append(later.case, change.bytes());
    }
    assert_eq!(service.asks("A81001"), counts(0, 0, 0));
    assert_eq!(service.answer("A81001", "Bevan", Outcome::Filed), Effect::Answers);
    assert_eq!(service.balance("A81001"), [2, 2, 0, 0, 0, 0]);
    service.assert_sound();
}

#[test]
fn no_pack_is_closed_until_the_lead_says_that_every_phone_has_been_in_touch() {
    let mut gone_on = GoneOn::new();
    gone_on.restore();
    let close = |store| pack::close_next(store, &practice("A81001"), Empty::Close);
    let closed = close(&gone_on.service.store);
    assert!(matches!(closed, Err(PackError::Restored)), "{closed:?}");
    gone_on.go_on();
    assert_eq!(close(&gone_on.service.store).unwrap().line.number, 3);
}

#[test]
fn what_went_another_way_is_not_mixed_and_says_so() {
    let mut gone_on = GoneOn::new();
    let other = "UPDATE pack SET pack_id = 'another' WHERE number = 1";
    let write = |tx: &Transaction<'_>| Ok::<_, StoreError>(tx.execute(other, [])?);
    gone_on.service.store.write_now(write).unwrap();
    let brought_over = gone_on.restore();
    assert!(matches!(brought_over, BroughtOver::Refused(_)), "{brought_over:?}");
    assert!(brought_over.words().contains("different packs under one number"));
    assert_eq!(gone_on.numbers(), [1]);
}

#[test]
fn receipts_that_went_another_way_are_not_mixed_either() {
    let mut gone_on = GoneOn::new();
    let answers =
        "INSERT INTO receipt SELECT 1, practice, row_id, number, kind, 'rejected', on_date,
         filed_by, system, detail, way, by, at FROM receipt";
    let backup = rusqlite::Connection::open(&gone_on.file).unwrap();
    let data = gone_on.service.scratch.path().join("fingerpost.db");
    backup.execute("ATTACH ?1 AS data", [data.to_str().unwrap()]).unwrap();
    backup.execute(&answers.replace("FROM receipt", "FROM data.receipt"), []).unwrap();
    drop(backup);
    let brought_over = gone_on.restore();
    assert!(brought_over.words().contains("different receipts"), "{brought_over:?}");
    assert_eq!(gone_on.numbers(), [1]);
}

#[test]
fn a_pack_of_another_practice_in_another_life_takes_no_place() {
    let mut gone_on = GoneOn::new();
    // The second pack of the backup's own life has the place that one of the data has.
    let backup = rusqlite::Connection::open(&gone_on.file).unwrap();
    let other =
        "INSERT INTO pack SELECT 'B82002', 1, 'another', cut_off, new_rows, held_rows, sha256,
         zip, amend_rows, retract_rows, reminder_rows, closed_by, 2 FROM pack";
    backup.execute(other, []).unwrap();
    drop(backup);
    assert_eq!(gone_on.restore(), BroughtOver::All { packs: 1, receipts: 1 });
    assert_eq!(gone_on.numbers(), [2, 1]);
    gone_on.service.assert_sound();
}

#[test]
fn damaged_data_stops_no_restore() {
    let mut gone_on = GoneOn::new();
    let damage = "DROP TABLE receipt_file";
    let write = move |tx: &Transaction<'_>| Ok::<_, StoreError>(tx.execute(damage, [])?);
    gone_on.service.store.write_now(write).unwrap();
    assert!(matches!(gone_on.restore(), BroughtOver::Refused(_)));
    assert_eq!(gone_on.numbers(), [1]);
}
