//! What each row is in the bundle, and that nothing refers to what is not there.

use serde_json::Value;

use super::*;
use crate::{
    pack::about::invented::{PACK_ID, about, ask, facts, practice, row},
    store::worklist::WorklistRow,
};

fn made(asks: &[Ask]) -> Value {
    let (facts, practice) = (facts(), practice());
    let bytes = bundle(&about(&facts, &practice), asks);
    assert!(bytes == bundle(&about(&facts, &practice), asks));
    serde_json::from_slice(&bytes).unwrap()
}

fn all<'a>(bundle: &'a Value, kind: &str) -> Vec<&'a Value> {
    let entries = bundle["entry"].as_array().unwrap().iter();
    entries.map(|entry| &entry["resource"]).filter(|one| one["resourceType"] == kind).collect()
}

/// Every reference in a resource.
fn references(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(parts) => parts
            .iter()
            .flat_map(|(key, part)| match (key.as_str(), part) {
                ("reference", Value::String(to)) => vec![to.as_str()],
                _ => references(part),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn an_acceptance_is_a_procedure_and_a_decline_an_observation() {
    let (yes, mut no, mut onward) = (row(1), row(2), row(3));
    no.snomed_code = "871711000000103".into();
    onward.snomed_code = "410155007".into();
    let bundle = made(&[yes, no, onward].map(|row| ask(row, Action::New)));
    let procedures = all(&bundle, "Procedure");
    let codes: Vec<_> = procedures.iter().map(|one| &one["code"]["coding"][0]["code"]).collect();
    assert_eq!(codes, ["871731000000106", "410155007"]);
    assert_eq!(procedures[0]["status"], "completed");
    assert_eq!(procedures[0]["performedDateTime"], "2026-11-03");
    let [observation] = all(&bundle, "Observation")[..] else { panic!("{bundle}") };
    assert_eq!(observation["code"]["coding"][0]["code"], "871711000000103");
    assert_eq!(observation["status"], "final");
}

#[test]
fn the_bundle_is_whole_and_every_identifier_is_there_once() {
    let (first, mut second, third) = (row(1), row(2), row(3));
    second.case = first.case.clone();
    second.person = first.person.clone();
    let rows = [first, second, third];
    let bundle = made(&rows.map(|row| ask(row, Action::New)));
    let entries = bundle["entry"].as_array().unwrap();
    let urls: BTreeSet<&str> =
        entries.iter().map(|entry| entry["fullUrl"].as_str().unwrap()).collect();
    assert_eq!(urls.len(), entries.len());
    assert!(references(&bundle).iter().all(|to| urls.contains(to)));
    assert_eq!((all(&bundle, "Patient").len(), all(&bundle, "Practitioner").len()), (2, 1));
    assert_eq!(all(&bundle, "Provenance").len(), 3);
    let patient = all(&bundle, "Patient")[0];
    assert_eq!(patient["identifier"][0]["value"], "9990000026");
    assert_eq!(patient["gender"], "female");
    assert_eq!(bundle["identifier"]["value"], format!("urn:uuid:{PACK_ID}"));
}

#[test]
fn what_is_taken_back_was_entered_in_error_and_a_reminder_says_nothing() {
    let mut changed = ask(row(3), Action::Amend);
    let replaces_row_id = "0b1f4b5e-6a53-4d7c-9a44-000000000000";
    changed.replaces_row_id = replaces_row_id.into();
    let bundle = made(&[ask(row(1), Action::Retract), ask(row(2), Action::Reminder), changed]);
    let statuses: Vec<_> = all(&bundle, "Procedure").iter().map(|one| &one["status"]).collect();
    assert_eq!(statuses, ["entered-in-error", "completed"]);
    assert_eq!((all(&bundle, "Patient").len(), all(&bundle, "Encounter").len()), (2, 1));
    let provenances = all(&bundle, "Provenance");
    assert_eq!(provenances[0]["activity"]["coding"][0]["code"], "NULLIFY");
    let replaced = &provenances[1]["entity"][1]["what"]["identifier"]["value"];
    assert_eq!(replaced, &format!("urn:uuid:{replaces_row_id}"));
}

#[test]
fn what_is_taken_back_from_another_patient_is_not_what_the_person_is_given() {
    let own = row(1);
    let mut declined = WorklistRow { row_id: row(2).row_id, ..own.clone() };
    declined.snomed_code = "871711000000103".into();
    let alone = made(&[ask(own.clone(), Action::Amend)]);
    let stable = &all(&alone, "Patient")[0]["id"];
    let mut wrong = own.clone();
    wrong.person.nhs_number = row(7).person.nhs_number;
    let bundle = made(&[ask(wrong, Action::Retract), ask(declined, Action::New)]);
    let number_of = |entry: &Value| {
        let reference = entry["subject"]["reference"].as_str().unwrap();
        let patients = all(&bundle, "Patient");
        let id = reference.trim_start_matches("urn:uuid:");
        let patient = patients.into_iter().find(|patient| patient["id"] == id).unwrap().clone();
        (patient["identifier"][0]["value"].as_str().unwrap().to_owned(), patient["id"] == *stable)
    };
    let taken_back = number_of(all(&bundle, "Procedure")[0]);
    assert_eq!(taken_back, (row(7).person.nhs_number, false));
    assert_eq!(number_of(all(&bundle, "Observation")[0]), (own.person.nhs_number.clone(), true));
    // Where nothing else is said of them, they keep their name.
    let bundle = made(&[ask(own, Action::Retract)]);
    assert_eq!(all(&bundle, "Patient")[0]["id"], *stable);
}

#[test]
fn an_entry_that_may_be_hidden_is_marked_and_what_is_not_known_is_left_out() {
    let mut row = row(1);
    row.hide_online = true;
    row.sex = "as they say".into();
    row.contact_type = String::new();
    row.person.birth_date = "spring 1950".into();
    row.person.nhs_number = "none".into();
    row.person.given_names = "Mary\u{a0}Ann\u{7}".into();
    let bundle = made(&[ask(row, Action::New)]);
    assert!(all(&bundle, "Encounter").is_empty());
    assert_eq!(all(&bundle, "Procedure")[0]["meta"]["security"][0]["code"], "NOPAT");
    let patient = all(&bundle, "Patient")[0];
    assert_eq!(patient["name"][0]["given"], serde_json::json!(["Mary", "Ann"]));
    for absent in ["gender", "birthDate", "identifier"] {
        assert!(patient.get(absent).is_none(), "{patient}");
    }
}

#[test]
fn a_resource_keeps_its_identifier_in_the_next_pack() {
    let (facts, practice, ask) = (facts(), practice(), ask(row(1), Action::Amend));
    let first = about(&facts, &practice);
    let next = About { pack_id: "0b1f4b5e-6a53-4d7c-9a44-2f1d3c5b7a91", number: 4, ..first };
    let of =
        |about: &About<'_>| -> Value { serde_json::from_slice(&bundle(about, [&ask])).unwrap() };
    let (first, next) = (of(&first), of(&next));
    for kind in ["Organization", "Practitioner", "Patient", "Procedure", "Encounter"] {
        assert_eq!(all(&first, kind)[0]["id"], all(&next, kind)[0]["id"]);
    }
    assert_ne!(all(&first, "Provenance")[0]["id"], all(&next, "Provenance")[0]["id"]);
}
