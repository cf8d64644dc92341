//! The invented service holds together.

use std::collections::BTreeSet;

use super::*;
use crate::{
    store::{held, urgent, worklist},
    tests::Scratch,
};

fn seeded() -> (Scratch, Store) {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).unwrap();
    seed(&store).unwrap();
    (scratch, store)
}

#[test]
fn every_state_of_the_journey_is_there_and_every_code_is_in_order() {
    let (_scratch, store) = seeded();
    let reasons: BTreeSet<String> = store
        .read_now(|tx| {
            let mut reasons = BTreeSet::new();
            let mut ready = 0;
            for (code, _) in PRACTICES {
                let practice = OdsCode::parse(code).unwrap();
                ready += worklist::ready(tx, &practice)?.len();
            }
            assert!(ready > 20, "{ready}");
            assert_eq!(urgent::of_service(tx, clock::today())?.len(), 1);
            for row in held::held(tx, None)? {
                reasons.extend(row.reasons.into_iter().map(|reason| reason.name));
            }
            Ok::<_, StoreError>(reasons)
        })
        .unwrap();
    let expected = [
        "answers_contested",
        "author_role",
        "consent_withheld",
        "identity_contested",
        "nhs_number_missing",
    ];
    assert_eq!(reasons, expected.map(str::to_owned).into());
}

#[test]
fn a_second_start_adds_nothing() {
    let (_scratch, store) = seeded();
    let count = |store: &Store| -> u32 {
        let read = |tx: &Transaction<'_>| {
            Ok::<_, StoreError>(tx.query_row("SELECT count(*) FROM change", [], |r| r.get(0))?)
        };
        store.read_now(read).unwrap()
    };
    let before = count(&store);
    seed(&store).unwrap();
    assert_eq!(count(&store), before);
}

#[test]
fn the_services_that_people_were_sent_to_are_in_the_directory() {
    let import = open_referral::parse(SERVICES).unwrap();
    assert_eq!(import.refused, []);
    for (id, name, phone) in notes::SERVICES {
        let service = import.taken.iter().find(|service| service.id == id).unwrap();
        assert_eq!((service.name.as_str(), service.phone.as_str()), (name, phone));
    }
}
