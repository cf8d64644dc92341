//! Packs over the invented service: each row NEW once, bytes for ever, and balance.

use std::{
    collections::BTreeSet,
    io::{Cursor, Read},
};

use zip::ZipArchive;

use super::*;
use crate::{demo, tests::Scratch};

fn seeded() -> (Scratch, Store, OdsCode) {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).unwrap();
    demo::seed(&store).unwrap();
    (scratch, store, OdsCode::parse("A99001").unwrap())
}

fn bytes(zip: &[u8], name: &str) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(zip)).unwrap();
    let mut bytes = Vec::new();
    archive.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

fn file(zip: &[u8], name: &str) -> String {
    String::from_utf8(bytes(zip, name)).unwrap()
}

fn names(zip: &[u8]) -> Vec<String> {
    let archive = ZipArchive::new(Cursor::new(zip)).unwrap();
    archive.file_names().map(|name| name.unwrap().into_owned()).collect()
}

fn rows(zip: &[u8], name: &str) -> Vec<Vec<String>> {
    let text = file(zip, name);
    let text = text.strip_prefix('\u{feff}').unwrap();
    assert!(text.lines().count() > 0 && text.ends_with("\r\n"));
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn a_row_is_new_in_one_pack_and_the_next_has_none() {
    let (_scratch, store, practice) = seeded();
    let first = close_next(&store, &practice, Empty::Close).unwrap();
    let second = close_next(&store, &practice, Empty::Close).unwrap();
    assert!(first.line.rows.new > 10, "{}", first.line.rows.new);
    assert_eq!((first.line.number, second.line.number, second.line.rows.new), (1, 2, 0));
    let worklist = rows(&first.zip, "worklist.csv");
    assert_eq!(worklist.len(), first.line.rows.new as usize);
    let ids: BTreeSet<&String> = worklist.iter().map(|row| &row[0]).collect();
    assert_eq!(ids.len(), worklist.len());
    for row in &worklist {
        assert_eq!((row[2].as_str(), row[10].as_str()), ("NEW", "A99001"));
        assert!(["871731000000106", "871711000000103"].contains(&row[15].as_str()));
        assert_eq!(row.len(), 25);
    }
    assert!(rows(&second.zip, "worklist.csv").is_empty());
    let manifest: serde_json::Value =
        serde_json::from_str(&file(&second.zip, "manifest.json")).unwrap();
    assert_eq!(manifest["pack"]["previous_pack_id"], first.line.pack_id.as_str());
    assert_eq!(manifest["pack"]["rows"]["NEW"], 0);
}

#[test]
fn no_pack_says_a_word_of_an_urgent_concern() {
    let (_scratch, store, _) = seeded();
    for ods in ["A99001", "A99002"] {
        let pack = close_next(&store, &OdsCode::parse(ods).unwrap(), Empty::Close).unwrap();
        for name in names(&pack.zip) {
            // What a document says is compressed: `summary` and `pdf` have tests of their own.
            let text = match name.ends_with(".pdf") {
                true => continue,
                false => file(&pack.zip, &name),
            };
            // What the invented people said, who took over, and that there was such a thing.
            for said in ["waking up", "Priya Raman", "urgent", "Urgent", "handover"] {
                assert!(!text.contains(said), "{ods}: {said}");
            }
        }
    }
}

#[test]
fn the_manifest_names_the_hash_of_every_other_file() {
    let (_scratch, store, practice) = seeded();
    let closed = close_next(&store, &practice, Empty::Close).unwrap();
    let manifest: serde_json::Value =
        serde_json::from_str(&file(&closed.zip, "manifest.json")).unwrap();
    let files = manifest["pack"]["files"].as_array().unwrap();
    let zipped = ZipArchive::new(Cursor::new(&closed.zip)).unwrap().len();
    assert_eq!(files.len(), zipped - 1);
    for listed in files {
        let bytes = bytes(&closed.zip, listed["name"].as_str().unwrap());
        assert_eq!(listed["sha256"], hex(&Sha256::digest(&bytes)).as_str());
    }
}

#[test]
fn a_closed_pack_is_kept_byte_for_byte() {
    let (_scratch, store, practice) = seeded();
    let closed = close_next(&store, &practice, Empty::Close).unwrap();
    let out = Scratch::new();
    let mut said = Vec::new();
    close(&store, &practice, out.path(), &mut |line| said.push(line.to_owned())).unwrap();
    assert!(said[0].contains(": 0 new, 0 to amend, 0 to take back, 0 reminders, "), "{said:?}");
    let again = store.read_now(|tx| packs::bytes(tx, &practice, 1)).unwrap();
    assert_eq!(again.unwrap(), closed.zip);
    let written = fs::read(out.path().join("fingerpost-A99001-0002.zip")).unwrap();
    let kept = store.read_now(|tx| packs::bytes(tx, &practice, 2)).unwrap();
    assert_eq!(kept.unwrap(), written);
}

#[test]
fn the_database_itself_refuses_a_row_that_was_new_before() {
    let (_scratch, store, practice) = seeded();
    close_next(&store, &practice, Empty::Close).unwrap();
    let second = close_next(&store, &practice, Empty::Close).unwrap().line.number;
    let again = "INSERT INTO packed_row SELECT practice, ?1, row_id, action, reason,
            replaces_row_id, case_id, episode, event, snomed_code, snomed_term, event_date,
            recorded_at, late, author, author_role, contact_type, consent_scope, hide_online,
            nhs_number, family_name, given_names, birth_date, sex, evidence_hash
         FROM packed_row LIMIT 1";
    let kept = store.write_now(move |tx| Ok::<_, StoreError>(tx.execute(again, [second])?));
    assert!(matches!(kept, Err(StoreError::Sqlite(_))), "{kept:?}");
}

#[test]
fn a_pack_is_checked_by_anybody_and_one_bent_byte_is_found() {
    let (_scratch, store, practice) = seeded();
    let closed = close_next(&store, &practice, Empty::Close).unwrap();
    let key = store.read_now(PackKey::load).unwrap().public();
    let checked = check(&closed.zip, Some(key)).unwrap();
    assert_eq!(checked.pack["pack_id"], closed.line.pack_id.as_str());
    assert_eq!(check(&closed.zip, None), Ok(checked));
    let other = Store::open(Scratch::new().path()).unwrap().read_now(PackKey::load).unwrap();
    assert_eq!(check(&closed.zip, Some(other.public())), Err(check::BadPack::NotSigned));
    assert_eq!(check(b"no zip", None), Err(check::BadPack::NotAZip));

    // Another file in the place of the worklist, one more, and a manifest that was made to fit.
    let with_in = |zip: &[u8], name: &str, bytes: &[u8]| {
        let mut archive = ZipArchive::new(Cursor::new(zip)).unwrap();
        let mut files = Vec::new();
        for at in 0..archive.len() {
            let mut file = archive.by_index(at).unwrap();
            let mut own = Vec::new();
            file.read_to_end(&mut own).unwrap();
            let own_name = file.name().unwrap().into_owned();
            if own_name != name {
                files.push(files::File { name: own_name, bytes: own });
            }
        }
        files.push(files::File { name: name.to_owned(), bytes: bytes.to_vec() });
        files::zip(&files).unwrap()
    };
    let with = |name: &str, bytes: &[u8]| with_in(&closed.zip, name, bytes);
    let changed = |name: &str| Err(check::BadPack::Changed(name.to_owned()));
    assert_eq!(check(&with("worklist.csv", b"\"row_id\""), None), changed("worklist.csv"));
    assert_eq!(check(&with("more.csv", b"x"), None), changed("more.csv"));
    let manifest = file(&closed.zip, "manifest.json");
    let bent = manifest.replace("\"number\": 1", "\"number\": 2");
    assert_eq!(
        check(&with("manifest.json", bent.as_bytes()), None),
        Err(check::BadPack::NotSigned)
    );

    // A second worklist before the right one: who reads the first works from another list.
    let before = with("worklist.cs_", b"\"row_id\"");
    let right = file(&closed.zip, "worklist.csv");
    let mut twice = with_in(&before, "worklist.csv", right.as_bytes());
    for at in 0..twice.len() - "worklist.cs_".len() {
        if twice[at..].starts_with(b"worklist.cs_") {
            twice[at..at + "worklist.csv".len()].copy_from_slice(b"worklist.csv");
        }
    }
    assert_eq!(check(&twice, None), Err(check::BadPack::Ambiguous));
}

#[test]
fn a_list_for_each_code_and_date_has_numbers_alone() {
    let (_scratch, store, practice) = seeded();
    let closed = close_next(&store, &practice, Empty::Close).unwrap();
    let mut listed = Vec::new();
    for name in names(&closed.zip).iter().filter(|name| name.starts_with("lists/")) {
        let (code, date) = name["lists/".len()..].trim_end_matches(".csv").split_once('_').unwrap();
        for row in rows(&closed.zip, name) {
            listed.push((row[0].clone(), code.to_owned(), date.to_owned()));
        }
    }
    let mut worklist: Vec<_> = rows(&closed.zip, "worklist.csv")
        .into_iter()
        .map(|row| (row[5].clone(), row[15].clone(), row[12].clone()))
        .collect();
    listed.sort();
    worklist.sort();
    assert_eq!(listed, worklist);
}

#[test]
fn what_is_held_back_is_explained_and_never_in_the_worklist() {
    let (_scratch, store, practice) = seeded();
    let closed = close_next(&store, &practice, Empty::Close).unwrap();
    let exceptions = rows(&closed.zip, "exceptions.csv");
    assert_eq!(exceptions.len(), closed.line.held_rows as usize);
    assert!(exceptions.iter().all(|row| row[8].ends_with('.') && !row[7].is_empty()));
    let held: BTreeSet<(&String, &String)> =
        exceptions.iter().map(|row| (&row[1], &row[3])).collect();
    for row in rows(&closed.zip, "worklist.csv") {
        assert!(!held.contains(&(&row[6], &row[8])), "{row:?}");
    }
}

#[test]
fn no_pack_is_closed_over_records_that_are_still_being_worked_out() {
    let (_scratch, store, practice) = seeded();
    let closed = store.write_now(move |tx| {
        tx.execute("UPDATE case_log SET projected_position = 0", [])?;
        close_in(tx, &practice, Empty::Close, None, clock::now())
    });
    assert!(matches!(closed, Err(PackError::Behind)), "{closed:?}");
}

#[test]
fn a_directory_that_cannot_be_written_to_costs_no_pack() {
    let (scratch, store, practice) = seeded();
    let taken = scratch.path().join("taken");
    fs::write(&taken, "a file").unwrap();
    let refused = close(&store, &practice, &taken, &mut |_| {}).unwrap_err().to_string();
    assert!(refused.contains("cannot be written to"), "{refused}");
    assert_eq!(store.read_now(|tx| packs::list(tx, &practice)).unwrap(), []);
}

#[test]
fn what_a_phone_held_back_until_after_the_last_pack_is_marked_late() {
    let (_scratch, store, practice) = seeded();
    let first = close_next(&store, &practice, Empty::Close).unwrap();
    assert!(rows(&first.zip, "worklist.csv").iter().all(|row| row[14] == "no"));
    // As if nothing had been in it: what happened before its cut-off comes in the next one.
    let forget = "DELETE FROM settlement; DELETE FROM packed_row;";
    store.write_now(move |tx| Ok::<_, StoreError>(tx.execute_batch(forget)?)).unwrap();
    let second = close_next(&store, &practice, Empty::Close).unwrap();
    assert_eq!(second.line.rows.new, first.line.rows.new);
    assert!(rows(&second.zip, "worklist.csv").iter().all(|row| row[14] == "yes"));
}

#[test]
fn an_unknown_practice_is_refused() {
    let (_scratch, store, _) = seeded();
    let unknown = OdsCode::parse("B82002").unwrap();
    let refused = close_next(&store, &unknown, Empty::Close).unwrap_err();
    assert_eq!(refused.to_string(), "B82002 is not a practice of this service: check the code");
}

#[test]
fn whoever_agreed_to_a_summary_has_one_and_nobody_else() {
    let (_scratch, store, practice) = seeded();
    let closed = close_next(&store, &practice, Empty::Close).unwrap();
    let agreed: BTreeSet<String> = rows(&closed.zip, "worklist.csv")
        .into_iter()
        .filter(|row| row[22] == "code_and_summary")
        .map(|row| format!("summaries/{}.pdf", row[0]))
        .collect();
    let mut documents: BTreeSet<String> =
        names(&closed.zip).into_iter().filter(|name| name.starts_with("summaries/")).collect();
    assert!(documents.remove("summaries/all.pdf"));
    assert!(!agreed.is_empty());
    assert_eq!(documents, agreed);
    for name in &documents {
        assert!(bytes(&closed.zip, name).starts_with(b"%PDF-1."), "{name}");
    }
}

#[test]
fn the_bundle_has_a_provenance_for_every_row() {
    let (_scratch, store, practice) = seeded();
    let closed = close_next(&store, &practice, Empty::Close).unwrap();
    let bundle: serde_json::Value =
        serde_json::from_str(&file(&closed.zip, "bundle.json")).unwrap();
    let kinds = bundle["entry"].as_array().unwrap().iter();
    let count = kinds.filter(|entry| entry["resource"]["resourceType"] == "Provenance").count();
    assert_eq!(count, rows(&closed.zip, "worklist.csv").len());
}
