//! Receipt files as practices and spreadsheets make them, and as somebody makes them who means harm.

use std::io::Write;

use jiff::ToSpan;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::{
    clock, demo,
    pack::{self, Empty},
    store::{
        Store,
        receipts::{FileCounts, Way},
        settlements::{Balance, Settled},
    },
    tests::Scratch,
};

/// The invented service with one closed pack of a practice.
struct Practice {
    store: Store,
    ods: OdsCode,
    pack_id: String,
    rows: Vec<Settled>,
    _scratch: Scratch,
}

impl Practice {
    fn new() -> Self {
        let scratch = Scratch::new();
        let store = Store::open(scratch.path()).unwrap();
        demo::seed(&store).unwrap();
        let ods = OdsCode::parse("A99001").unwrap();
        let pack_id = pack::close_next(&store, &ods, Empty::Close).unwrap().line.pack_id;
        let rows = store.read_now(|tx| settlements::outstanding(tx, &ods)).unwrap();
        Self { store, ods, pack_id, rows, _scratch: scratch }
    }

    fn give(&self, file: &[u8]) -> Result<Report, FileRefusal> {
        let source = Source { way: Way::File, by: None, at: clock::now_ms() };
        take_in(&self.store, Some(self.ods.clone()), file, source)
    }

    /// What somebody does on the page of the first row.
    fn on_page(&self, act: fn(&Transaction<'_>, Named<'_>, &Source)) {
        let (of, id) = (self.ods.clone(), self.rows[0].row.row_id.clone());
        let write = move |tx: &Transaction<'_>| {
            let source = Source { way: Way::Page, by: None, at: clock::now_ms() };
            act(tx, Named { practice: &of, row_id: &id, number: None }, &source);
            Ok::<_, StoreError>(())
        };
        self.store.write_now(write).unwrap();
    }

    fn balance(&self) -> Balance {
        self.store.read_now(|tx| settlements::balance(tx, &self.ods)).unwrap()
    }

    /// A file about the first row, and what else its lines say.
    fn line(&self, rest: &str) -> String {
        format!("row_id,outcome,detail,nhs_number\r\n{},{rest}\r\n", self.rows[0].row.row_id)
    }
}

fn counts(taken: u32, known: u32, waiting: u32, refused: u32) -> FileCounts {
    FileCounts { taken, known, waiting, refused }
}

#[test]
fn a_whole_receipt_is_taken_in_once_and_twice_changes_nothing() {
    let practice = Practice::new();
    let mut file = String::from("\u{feff}row_id,pack_id,outcome,outcome_date,filed_by,system\r\n");
    let today = clock::today();
    for settled in &practice.rows[1..] {
        let row_id = &settled.row.row_id;
        file += &format!("{row_id},{},filed,{today},S. Blythe,EMIS Web\r\n", practice.pack_id);
    }
    file += &format!("{},{},,,,\r\n", practice.rows[0].row.row_id, practice.pack_id);
    let all = u32::try_from(practice.rows.len()).unwrap();
    let report = practice.give(file.as_bytes()).unwrap();
    assert_eq!((report.counts, report.blank), (counts(all - 1, 0, 0, 0), 1));
    let again = practice.give(file.as_bytes()).unwrap();
    assert_eq!(again.counts, counts(0, all - 1, 0, 0));
    let balance = practice.balance();
    assert_eq!((balance.packed, balance.filed, balance.outstanding), (all, all - 1, 1));
}

#[test]
fn what_a_spreadsheet_did_to_a_receipt_is_understood() {
    let practice = Practice::new();
    let row = &practice.rows[0].row;
    let (number, id) = (&row.person.nhs_number, &row.row_id);
    let semicolons = format!("row_id;outcome;nhs_number\n{id};Already in record;{number}\n");
    let tabs = format!("Row ID\tOutcome\tNHS number\n{}\tFiled\t{number}\n", id.to_uppercase());
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(tabs.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let date: Date = row.event_date.parse().unwrap();
    let serial = (date - jiff::civil::date(1899, 12, 30)).get_days();
    let shortened = format!("{}.{}E+09", &number[..1], &number[1..4]);
    // As "CSV (Macintosh)", and as a program writes that takes the ends of lines for text.
    let quoted = format!("\"row_id\",\"outcome\"\r\r\n\"{id}\",\"Filed\"\r\r\n");
    for (what, file) in [
        ("carriage returns alone", format!("row_id,outcome\r{id},Filed\r").into_bytes()),
        ("three signs at each end", quoted.into_bytes()),
        ("a blank first line", format!("\r\n,,\r\nrow_id,outcome\r\n{id},Filed\r\n").into_bytes()),
        ("semicolons", semicolons.into_bytes()),
        ("tabs", tabs.clone().into_bytes()),
        ("UTF-16", wide),
        ("a shortened number", practice.line(&format!("filed,,{shortened}")).into_bytes()),
        (
            "a formula for text",
            practice.line(&format!("filed,,\"=\"\"{number}\"\"\"")).into_bytes(),
        ),
        ("Windows-1252", {
            let mut file = practice.line("rejected,").into_bytes();
            file.truncate(file.len() - 2);
            file.extend(b"caf\xe9,\r\n");
            file
        }),
        ("dates as numbers", format!("row_id,outcome,event_date\n{id},filed,{serial}\n").into()),
        ("columns in another order", format!("x,outcome,row_id\n1,filed,{id}\n").into_bytes()),
    ] {
        let fresh = Practice::new();
        // Identifiers of rows differ between services, so the file is made anew for this one.
        let own = &fresh.rows[0].row;
        let file = String::from_utf8(file.clone()).map_or(file, |text| {
            text.replace(id, &own.row_id).replace(&id.to_uppercase(), &own.row_id).into_bytes()
        });
        let file = replace_wide(&file, &id.to_uppercase(), &own.row_id);
        let report = fresh.give(&file).unwrap();
        assert_eq!(report.counts.taken, 1, "{what}: {report:?}");
    }
}

/// In a file of two bytes for each letter, and in one that is no UTF-8.
fn replace_wide(file: &[u8], from: &str, to: &str) -> Vec<u8> {
    let forms = |text: &str| {
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [wide, text.to_lowercase().into_bytes()]
    };
    let mut file = file.to_vec();
    for (from, to) in forms(from).into_iter().zip(forms(to)) {
        if let Some(at) = file.windows(from.len()).position(|part| part == from) {
            file.splice(at..at + from.len(), to);
        }
    }
    file
}

#[test]
fn a_line_that_cannot_be_taken_says_why_and_holds_up_no_other() {
    let practice = Practice::new();
    let (row, other) = (&practice.rows[0].row, &practice.rows[1].row);
    let good = &practice.rows[2].row.row_id;
    let number = &other.person.nhs_number;
    let unknown = "00000000-0000-5000-8000-000000000000";
    let tomorrow = clock::today().saturating_add(1.days());
    let not_a_day = format!("{tomorrow} is not a day");
    let lines = [
        (format!("{unknown},,filed,,,"), "No pack of this service has this row_id."),
        ("6.1E+10,,filed,,,".to_owned(), "The row_id is not one"),
        (format!("{},,maybe,,,", row.row_id), "The outcome is none of those"),
        (format!("{},,rejected,,,", row.row_id), "Say why it was rejected"),
        (format!("{},,duplicate_of,,,", row.row_id), "Give the row_id of the other row"),
        (
            format!("{},,duplicate_of,,,{}", row.row_id, row.row_id),
            "The row_id in the column detail is",
        ),
        (format!("{},,duplicate_of,,,{unknown}", row.row_id), "The row_id in the column detail is"),
        (format!("{},,duplicate_of,,,nothing", row.row_id), "Give the row_id of the other row"),
        (format!("{},,filed,yesterday,,", row.row_id), "The outcome_date is no date"),
        (format!("{},,filed,{tomorrow},,", row.row_id), not_a_day.as_str()),
        (format!("{},,filed,2001-01-01,,", row.row_id), "2001-01-01 is not a day"),
        (format!("{},{unknown},filed,,,", row.row_id), "The pack_id is of no pack"),
        (format!("{},,filed,,{number},", row.row_id), "The NHS number is not this row's."),
        (format!("{},,rejected,,,{}", row.row_id, "x".repeat(2_001)), "detail is too long"),
    ];
    let mut file = String::from("row_id,pack_id,outcome,outcome_date,nhs_number,detail\n");
    for (line, _) in &lines {
        file += &format!("{line}\n");
    }
    file += &format!("{good},,filed,,,\n");
    let report = practice.give(file.as_bytes()).unwrap();
    assert_eq!(report.counts, counts(1, 0, 0, 14));
    for ((line, expected), (number, words)) in lines.iter().zip(&report.lines) {
        assert!(words.starts_with(expected), "{line:.80}: {words}");
        assert!(*number >= 2);
        assert!(!words.contains(&other.person.nhs_number), "a reason names nobody");
    }
}

#[test]
fn another_practices_row_and_a_contradiction_are_told_and_change_nothing() {
    let practice = Practice::new();
    let filed = practice.line("filed,,");
    practice.give(filed.as_bytes()).unwrap();
    let rejected = practice.line("rejected,wrong patient,");
    assert_eq!(practice.give(rejected.as_bytes()).unwrap().counts, counts(0, 0, 1, 0));
    assert_eq!(practice.give(rejected.as_bytes()).unwrap().counts, counts(0, 1, 0, 0));
    assert_eq!(practice.balance().filed, 1);
    let source = Source { way: Way::File, by: None, at: 0 };
    let elsewhere = OdsCode::parse("A99002").unwrap();
    let report = take_in(&practice.store, Some(elsewhere), filed.as_bytes(), source).unwrap();
    assert_eq!(report.counts, counts(0, 0, 0, 1));
    assert!(report.lines[0].1.starts_with("This row is another practice's."));
    // By command nobody says which practice it is: the row does.
    let by_command = take_in(&practice.store, None, filed.as_bytes(), source).unwrap();
    assert_eq!(by_command.counts, counts(0, 1, 0, 0));
}

#[test]
fn a_file_that_comes_in_again_brings_nothing_back_and_says_so() {
    let practice = Practice::new();
    let row_id = practice.rows[0].row.row_id.clone();
    let undone = || {
        practice.on_page(|tx, named, source| {
            undo(tx, named, seen(tx, named.row_id).unwrap(), source).unwrap().unwrap();
        });
    };
    let stands = || {
        let settled = practice.store.read_now(|tx| settlements::find(tx, &row_id)).unwrap();
        let settled = settled.unwrap();
        (settled.outcome, settled.is_contested)
    };
    let comes_again = |file: &str| {
        let report = practice.give(file.as_bytes()).unwrap();
        assert_eq!(report.counts, counts(0, 1, 0, 0));
        assert!(report.lines[0].1.starts_with("This answer was taken in before"), "{report:?}");
    };
    let (filed, rejected) = (practice.line("filed,,"), practice.line("rejected,wrong patient,"));
    practice.give(filed.as_bytes()).unwrap();
    undone();
    comes_again(&filed);
    assert_eq!(stands(), (None, false));
    practice.on_page(|tx, named, source| {
        let said = Said { detail: "why".to_owned(), ..Said::default() };
        let other = Answer::new(Outcome::IdentityMismatch, said).unwrap();
        answer(tx, named, &other, source, clock::today()).unwrap().unwrap();
    });
    comes_again(&filed);
    assert_eq!(stands(), (Some(Outcome::IdentityMismatch), false));
    // Who decides against a file has decided.
    assert_eq!(practice.give(rejected.as_bytes()).unwrap().counts, counts(0, 0, 1, 0));
    practice.on_page(|tx, named, source| {
        let seen = seen(tx, named.row_id).unwrap();
        settle(tx, named, (Outcome::IdentityMismatch, seen), source).unwrap().unwrap();
    });
    comes_again(&rejected);
    assert_eq!(stands(), (Some(Outcome::IdentityMismatch), false));
    // What was never said is said now.
    let otherwise = practice.line("rejected,another reason,");
    assert_eq!(practice.give(otherwise.as_bytes()).unwrap().counts, counts(0, 0, 1, 0));
}

#[test]
fn every_hostile_file_has_its_answer_and_leaves_nothing_behind() {
    let practice = Practice::new();
    let bomb = || {
        let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("receipt.csv", SimpleFileOptions::default()).unwrap();
        for _ in 0..256 {
            zip.write_all(&[b'0'; 1 << 20]).unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    let header = "row_id,outcome,detail\n";
    let unknown = "00000000-0000-5000-8000-000000000000";
    let mut long_line = header.as_bytes().to_vec();
    long_line.resize(FILE_BYTES_MAX, b'x');
    let many = |rows: usize| format!("{header}{}", format!("{unknown},filed,\n").repeat(rows));
    let other_service = {
        let other = Practice::new();
        other.line("filed,,").into_bytes()
    };
    // A file, and what its reader is told: of the file as a whole, or of its first line.
    let whole = |words: &str| (words.to_owned(), true);
    let of_line = |words: &str| (words.to_owned(), false);
    let table: Vec<(&str, Vec<u8>, (String, bool))> = vec![
        ("a zip bomb", bomb(), whole("Nothing was taken in: this is a zip file")),
        ("a line of 16 MB", long_line, of_line("The line holds a quotation mark")),
        (
            "a file over the limit",
            vec![b'x'; FILE_BYTES_MAX + 1],
            whole("Nothing was taken in: the file is over 16 MB."),
        ),
        (
            "NUL bytes",
            format!("{header}{unknown}\0,filed,\n").into_bytes(),
            whole("Nothing was taken in: this is no text file"),
        ),
        ("nothing", Vec::new(), whole("Nothing was taken in: the file is empty.")),
        (
            "a wrong encoding",
            b"\xff\xfer\xd8\xd8\xd8".to_vec(),
            whole("Nothing was taken in: the first line must name the columns"),
        ),
        (
            "a letter",
            b"Dear service,\n all is filed.\n".to_vec(),
            whole("Nothing was taken in: the first line must name the columns"),
        ),
        (
            "names of columns alone",
            header.into(),
            whole("Nothing was taken in: there is no line below the names"),
        ),
        ("20,000 unknown rows", many(20_000).into(), of_line("No pack of this service")),
        (
            "100,000 rows",
            many(100_000).into(),
            whole("Nothing was taken in: the file has over 20,000 rows."),
        ),
        (
            "100,001 rows",
            many(100_001).into(),
            whole("Nothing was taken in: the file has over 20,000 rows."),
        ),
        (
            "a quote that is never closed",
            format!("{header}\"{unknown},filed,\n").into_bytes(),
            of_line("The line holds a quotation mark"),
        ),
        ("another service's receipt", other_service, of_line("No pack of this service has")),
    ];
    for (what, file, (expected, is_whole)) in table {
        match practice.give(&file) {
            Err(refusal) => {
                assert!(is_whole, "{what}: {refusal}");
                assert!(refusal.to_string().starts_with(&expected), "{what}: {refusal}");
            }
            Ok(report) => {
                assert!(!is_whole, "{what}: {report:?}");
                assert_eq!(report.counts.taken, 0, "{what}");
                assert!(report.lines[0].1.starts_with(&expected), "{what}: {:?}", report.lines[0]);
                assert!(report.lines.len() <= 200, "{what}");
            }
        }
    }
    let balance = practice.balance();
    assert_eq!(balance.outstanding, balance.packed);
}

#[test]
fn a_formula_in_an_answer_is_kept_as_text_and_runs_nowhere() {
    let practice = Practice::new();
    let formula = "=HYPERLINK(\"\"http://x\"\")";
    practice.give(practice.line(&format!("rejected,\"{formula}\",")).as_bytes()).unwrap();
    let id = practice.rows[0].row.row_id.clone();
    let settled = practice.store.read_now(|tx| settlements::find(tx, &id)).unwrap().unwrap();
    assert_eq!(settled.detail, "=HYPERLINK(\"http://x\")");
    let exported = pack::write_csv(&["detail"], [vec![settled.detail.as_str()]]);
    assert!(String::from_utf8(exported).unwrap().contains("\"'=HYPERLINK"));
}

#[test]
fn whoever_answers_and_takes_back_for_ever_is_stopped() {
    let practice = Practice::new();
    let (ods, row_id) = (practice.ods.clone(), practice.rows[0].row.row_id.clone());
    let filed = Answer::new(Outcome::Filed, Said::default()).unwrap();
    let refusals = practice.store.write_now(move |tx| {
        let named = Named { practice: &ods, row_id: &row_id, number: None };
        let source = Source { way: Way::Page, by: None, at: 0 };
        let mut refusals = Vec::new();
        for _ in 0..RECEIPTS_PER_QUESTION_MAX {
            let answered = answer(tx, named, &filed, &source, clock::today())?;
            refusals.extend(answered.err());
            refusals.extend(undo(tx, named, seen(tx, &row_id)?, &source)?.err());
        }
        Ok::<_, StoreError>(refusals)
    });
    let refusals = refusals.unwrap();
    // What was answered last can always be taken back.
    assert_eq!(refusals[..2], [Refusal::TooOften, Refusal::NothingToUndo]);
    assert_eq!(refusals.len(), RECEIPTS_PER_QUESTION_MAX);
    assert_eq!(practice.balance().outstanding, practice.balance().packed);
}
