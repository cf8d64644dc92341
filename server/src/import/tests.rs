//! Files as offices write them, over a real database.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use rusqlite::Transaction;
use shared::{
    case::{
        Event, Fact, Role,
        event::{ClosingReason, EpisodeClosed},
    },
    ids::EventId,
    intake::IncomingChange,
    nhs_number::NhsNumber,
    ods::OdsCode,
};

use super::*;
use crate::{
    clock,
    store::{
        Store, StoreError, cases, column,
        people::{self, NewUser},
        snapshots,
    },
    tests::Scratch,
    verify,
};

fn service() -> (Scratch, Store) {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).unwrap();
    store
        .write_now(|tx| {
            let practice = OdsCode::parse("A81001").unwrap();
            people::put_practice(tx, &practice, "Surgery")?;
            let (name, role) = ("Gwen".to_owned(), Role::LeadLinkWorker);
            let lead = NewUser { name, role, practice: None, gp_username: None };
            people::add_user(tx, &lead)
        })
        .unwrap();
    (scratch, store)
}

fn file(scratch: &Scratch, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = scratch.path().join("import.csv");
    fs::write(&path, bytes).unwrap();
    path
}

/// The summary line, and the refused file.
fn import(store: &Store, path: &Path) -> (String, String) {
    let out = path.with_file_name("refused.csv");
    let _ = fs::remove_file(&out);
    let mut said = Vec::new();
    let file = ReferralFile { file: path, refused: Some(&out), assign: None };
    referrals(store, file, &mut |line| said.push(line.to_owned())).unwrap();
    let counts = said[0].split_once(": ").unwrap().1.to_owned();
    (counts, fs::read_to_string(out).unwrap_or_default())
}

fn case_count(store: &Store) -> u32 {
    let count = |tx: &Transaction<'_>| {
        Ok::<_, StoreError>(tx.query_row("SELECT count(*) FROM case_log", [], |row| row.get(0))?)
    };
    store.read_now(count).unwrap()
}

const HEADER: &str = "NHS number,Surname,Forename,DOB,Practice code,Reason\r\n";

#[test]
fn five_thousand_lines_with_fifty_bad_ones_give_4950_cases_and_50_reasons() {
    let (scratch, store) = service();
    let mut text = HEADER.to_owned();
    for index in 0..5_000_u32 {
        let bad = index % 100 == 7;
        let day = if bad { 32 } else { 1 + index % 28 };
        let number = NhsNumber::invented(index).spaced();
        writeln!(text, "{number},Family{index},Given,{day:02}/03/1956,a81001,lonely\r").unwrap();
    }
    let path = file(&scratch, text);
    let (counts, refused) = import(&store, &path);
    assert_eq!(counts, "4950 cases added, 0 already here, 50 refused.");
    assert_eq!(case_count(&store), 4_950);
    assert_eq!(refused.lines().count(), 51);
    let reasons = refused.lines().skip(1);
    let explained = |line: &str| line.contains("date of birth: is a day that the calendar does");
    assert!(reasons.clone().all(explained));
    let first: Vec<&str> = refused.lines().nth(1).unwrap().split(',').collect();
    assert_eq!(first[0], "\"9\"", "the line in the file");
    let (counts, _) = import(&store, &path);
    assert_eq!(counts, "0 cases added, 4950 already here, 50 refused.");
    assert_eq!(case_count(&store), 4_950);
    assert_eq!(verify::verify(&store).unwrap().differences, Vec::<String>::new());
}

#[test]
fn a_refused_file_that_was_put_right_can_be_taken_in_as_it_is() {
    let (scratch, store) = service();
    let path = file(&scratch, format!("{HEADER}9990000018,O'Neill,Ann,31/02/1956,A81001,=1+1\r\n"));
    let (counts, refused) = import(&store, &path);
    assert_eq!(counts, "0 cases added, 0 already here, 1 refused.");
    let (counts, _) = import(&store, &file(&scratch, refused.replace("31/02", "28/02")));
    assert_eq!(counts, "1 cases added, 0 already here, 0 refused.");
}

#[test]
fn a_number_that_has_a_case_is_refused_whoever_began_it() {
    let (scratch, store) = service();
    let row = |name: &str| format!("999 000 0018,{name},Ann,3/3/56,A81001,x\r\n");
    let path = file(&scratch, format!("{HEADER}{}{}", row("One"), row("Two")));
    let (counts, refused) = import(&store, &path);
    assert_eq!(counts, "1 cases added, 0 already here, 1 refused.");
    assert!(refused.contains("there is a case with this number already"));
    let (counts, _) = import(&store, &file(&scratch, format!("{HEADER}{}", row("Three"))));
    assert_eq!(counts, "0 cases added, 0 already here, 1 refused.");
}

/// Closes the only case, on a day of November 2025.
fn close(store: &Store, day: i8) {
    let end = move |tx: &Transaction<'_>| {
        let case = tx.query_row("SELECT case_id FROM case_log", [], |row| column::case(row, 0))?;
        let mut document = snapshots::document(tx, case)?.unwrap();
        let episode = document.read(case).0.current_episode().unwrap().id;
        let reason = ClosingReason::Completed;
        let author = cases::server_author(tx)?;
        let event = Event {
            id: EventId::new(1, 1),
            device: None,
            at: jiff::civil::date(2025, 11, day).at(9, 0, 0, 0),
            recorded_at: clock::now(),
            by: author.user,
            role: Role::LinkWorker,
            fact: Fact::EpisodeClosed(EpisodeClosed { episode, reason }),
        };
        let written = document.commit(&author, 0, |writer| writer.put_event(&event)).unwrap();
        let change = IncomingChange::parse(&written).unwrap();
        cases::append_server_changes(tx, case, &[change], &[])
    };
    store.write_now(end).unwrap();
}

#[test]
fn somebody_whose_referral_is_over_is_referred_again_in_the_same_case() {
    let (scratch, store) = service();
    let header = format!("{},Referral date\r\n", HEADER.trim_end());
    let again = |born: &str, on: &str| {
        let row = format!("999 000 0018,One,Ann,{born},A81001,lonely,{on}\r\n");
        import(&store, &file(&scratch, format!("{header}{row}")))
    };
    assert_eq!(again("3/3/56", "3/11/2025").0, "1 cases added, 0 already here, 0 refused.");
    let (_, refused) = again("3/3/56", "20/11/2025");
    assert!(refused.contains("its referral is not over"), "{refused}");
    close(&store, 10);
    let (_, refused) = again("3/3/56", "9/11/2025");
    assert!(refused.contains("its last referral ended on 2025-11-10"), "{refused}");
    let (_, refused) = again("4/3/56", "20/11/2025");
    let not_for_certain = "date of birth, sex or practice is not this one for certain";
    assert!(refused.contains(not_for_certain), "{refused}");
    // A twin, with the other one's number.
    let twin = format!("{header}999 000 0018,One,Amy,3/3/56,A81001,lonely,20/11/2025\r\n");
    let (_, refused) = import(&store, &file(&scratch, twin));
    assert!(refused.contains(not_for_certain), "{refused}");
    let (_, refused) = again("3/3/56", "");
    assert!(refused.contains("Give the date of this referral"), "{refused}");
    // A row that was refused is in nobody's way.
    let both = format!(
        "{header}999 000 0018,One,Ann,4/3/56,A81001,lonely,20/11/2025\r\n\
         999 000 0018,One,Ann,3/3/56,A81001,lonely,9/11/2025\r\n"
    );
    let (_, refused) = import(&store, &file(&scratch, both));
    assert!(!refused.contains("from this file"), "{refused}");
    let (counts, _) = again("3/3/56", "20/11/2025");
    assert_eq!(counts, "0 cases added, 1 referred again, 0 already here, 0 refused.");
    assert_eq!(again("3/3/56", "20/11/2025").0, "0 cases added, 1 already here, 0 refused.");
    assert_eq!(case_count(&store), 1);
    let episodes = "SELECT count(*), sum(ended_on IS NULL) FROM counted_episode";
    let count = |tx: &Transaction<'_>| {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        Ok::<(u32, u32), StoreError>(tx.query_row(episodes, [], read)?)
    };
    assert_eq!(store.read_now(count).unwrap(), (2, 1));
    assert_eq!(verify::verify(&store).unwrap().differences, Vec::<String>::new());
}

#[test]
fn separators_and_encodings_of_offices_are_understood() {
    let tables: [&[u8]; 3] = [
        b"\xef\xbb\xbfSurname;Forename;DOB;ODS\r\nJones;Si\xc3\xa2n;3.3.56;A81001\r\n",
        b"Surname\tForename\tDOB\tODS\nJon\xe9s\tAnn\t03-Mar-1956\tA81001\n\n",
        b"Surname,Forename,DOB,ODS,Notes\n\"O,Neill\",Ann,19560303,A81001,\n",
    ];
    for table in tables {
        let (scratch, store) = service();
        let (counts, refused) = import(&store, &file(&scratch, table));
        assert_eq!(counts, "1 cases added, 0 already here, 0 refused.", "{refused}");
    }
}

#[test]
fn a_quote_that_is_never_closed_spoils_its_own_line_alone() {
    let (scratch, store) = service();
    let good =
        |name: &str| format!("999 000 {name},Good{name},\"Ann\",3/3/56,A81001,\"two\nlines\"\n");
    let text = format!(
        "{HEADER}{}999 000 0001,\"Jones,Ann,3/3/56,A81001,x\n{}8,A \"b\" c,Ann,\"3/3/56\"x,A81001,x\n{}",
        good("0018"),
        good("0026"),
        good("0034"),
    );
    let (counts, refused) = import(&store, &file(&scratch, text));
    assert_eq!(counts, "3 cases added, 0 already here, 2 refused.", "{refused}");
    let lines: Vec<&str> = refused.lines().skip(1).collect();
    assert!(lines[0].starts_with("\"4\",\"row: holds a quotation mark"), "{refused}");
    assert!(lines[1].starts_with("\"7\",\"row: holds a quotation mark"), "{refused}");
    assert!(lines[0].contains("\"\"\"Jones\""), "as it came: {refused}");
}

#[test]
fn what_was_kept_from_running_as_a_formula_comes_back_as_it_was() {
    let (scratch, store) = service();
    let header = "Surname,Forename,DOB,ODS,Mobile\n";
    let path = file(&scratch, format!("{header}O'Neill,Ann,31/2/56,A81001,+44 1632 960100\n"));
    let (_, refused) = import(&store, &path);
    assert!(refused.contains("\"'+44 1632 960100\""), "{refused}");
    let put_right = refused.replace("31/2", "28/2");
    let table = table::read(put_right.as_bytes()).unwrap();
    assert_eq!(&table.lines[0].fields[6], "+44 1632 960100");
}

#[test]
fn the_new_cases_go_to_whoever_is_named_or_to_nobody_at_all() {
    let (scratch, store) = service();
    let path = file(&scratch, format!("{HEADER}9990000018,One,Ann,3/3/56,A81001,x\n"));
    let for_someone =
        |name| ReferralFile { file: path.as_path(), refused: None, assign: Some(name) };
    let refused = referrals(&store, for_someone("Nobody"), &mut |_| {}).unwrap_err().to_string();
    assert_eq!(refused, "Nobody named Nobody works with people here: check the name.");
    assert_eq!(case_count(&store), 0);
    let ann = store
        .write_now(|tx| {
            let role = Role::LinkWorker;
            people::add_user(
                tx,
                &NewUser { name: "Ann".into(), role, practice: None, gp_username: None },
            )
        })
        .unwrap();
    referrals(&store, for_someone("Ann"), &mut |_| {}).unwrap();
    let has_it = |tx: &Transaction<'_>| {
        let sql = "SELECT count(*) FROM access WHERE user = ?1";
        Ok::<_, StoreError>(tx.query_row(sql, [ann.as_bytes()], |row| row.get::<_, u32>(0))?)
    };
    assert_eq!(store.read_now(has_it).unwrap(), 1);
}

#[test]
fn what_is_no_table_is_refused_with_what_to_do() {
    let (scratch, store) = service();
    let table: [(&[u8], &str); 5] = [
        (b"", "the file is empty"),
        (b"PK\x03\x04rest", "save it as CSV"),
        (b"Name,DOB\nx,y\n", "does not name these columns: family name"),
        (b"surname,last name\n", "two columns are called family name"),
        (b"\0\x01\x02", "this is no text file"),
    ];
    for (bytes, expected) in table {
        let path = file(&scratch, bytes);
        let file = ReferralFile { file: &path, refused: None, assign: None };
        let refused = referrals(&store, file, &mut |_| {}).unwrap_err().to_string();
        assert!(refused.contains(expected), "{refused}");
    }
    assert_eq!(case_count(&store), 0);
}

#[test]
fn the_official_list_goes_in_with_every_refusal_explained() {
    let (_scratch, store) = service();
    let list =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/open-referral-uk/service_list.json");
    let run = |store: &Store| {
        let mut said = Vec::new();
        services(store, &list, &mut |line| said.push(line.to_owned())).unwrap();
        said
    };
    let said = run(&store);
    assert_eq!(said.last().unwrap(), "128 entries read: 1 taken (1 new or changed), 127 refused.");
    assert_eq!(said.len(), 128);
    assert!(
        said[..127].iter().all(|line| line.starts_with("Refused entry ") && line.contains(": "))
    );
    assert!(run(&store).last().unwrap().contains("1 taken (0 new or changed)"));
}

const NUMBERS: &str = "Name,Kind,Phone,Practice_ODS,Checked_on\r\n";

/// What the command says line by line, and whether it succeeded.
fn set(store: &Store, path: &Path) -> (bool, String) {
    let mut said = Vec::new();
    let outcome = set_numbers(store, path, &mut |line| said.push(line.to_owned()));
    let is_set = outcome.is_ok();
    said.extend(outcome.err().map(|failure| failure.to_string()));
    (is_set, said.join("\n"))
}

fn phones(store: &Store) -> Vec<String> {
    let list = store.read_now(crate::store::numbers::list).unwrap();
    list.into_iter().map(|number| number.phone).collect()
}

#[test]
fn a_services_numbers_are_replaced_whole_and_a_refused_line_changes_nothing() {
    let (scratch, store) = service();
    let lines = "Duty doctor,duty_line,01632 960111,a81001,3/11/2025\r\n\
                 Crisis team,crisis_team,+44 808 157 0133,,2025-11-03\r\n";
    let (is_set, said) = set(&store, &file(&scratch, format!("{NUMBERS}{lines}")));
    assert!(is_set && said.starts_with("2 numbers set."), "{said}");
    assert_eq!(phones(&store), ["01632 960111", "+44 808 157 0133"]);
    let version = |store: &Store| store.read_now(crate::store::log::head).unwrap().profile_version;
    let before = version(&store);
    let bad = "Duty doctor,duty_line,01632 960999,,3/11/2025\r\n\
               Nobody,helpline,ring the bell,X99999,3/11/2125\r\n\
               Manager,manager,01632 960177,,3/11/2025\r\n";
    let (is_set, said) = set(&store, &file(&scratch, format!("{NUMBERS}{bad}")));
    assert!(!is_set);
    let expected = [
        "Refused line 2: practice_ods: a duty line needs the code of its practice",
        "Refused line 3: kind: is none of duty_line, crisis_team",
        "phone: is not a telephone number",
        "practice_ods: is not a practice of this service",
        "checked_on: is in the future",
        "2 lines are refused, so nothing was changed.",
    ];
    for words in expected {
        assert!(said.contains(words), "{words}: {said}");
    }
    // A refusal does not repeat what was written.
    assert!(!said.contains("ring the bell") && !said.contains("line 4"), "{said}");
    assert_eq!(phones(&store).len(), 2);
    assert_eq!(version(&store), before);
    let last = "Manager,manager,01632 960177,,3/11/2025\r\n";
    assert!(set(&store, &file(&scratch, format!("{NUMBERS}{last}"))).0);
    assert_eq!(phones(&store), ["01632 960177"]);
    assert_eq!(version(&store), before + 1);
}

#[test]
fn a_file_of_numbers_has_its_columns_and_no_more_lines_than_a_phone_shows() {
    let (scratch, store) = service();
    let (_, said) = set(&store, &file(&scratch, "name,phone\r\nA,01632 960111\r\n"));
    assert!(said.starts_with("There is no column kind."), "{said}");
    let line = "Manager,manager,01632 960177,,3/11/2025\r\n";
    let (_, said) = set(&store, &file(&scratch, format!("{NUMBERS}{}", line.repeat(201))));
    assert_eq!(said, "The file has over 200 numbers: leave some out.");
}
