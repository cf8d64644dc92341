//! The files of a pack, made of rows: pure, so that the same rows give the same bytes.

use std::{
    collections::BTreeMap,
    io::{Cursor, Write},
};

use jiff::Timestamp;
use shared::ods::OdsCode;
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use super::{about::About, csv, fhir, manifest, pdf, readme};
use crate::{
    clock,
    commands::Failure,
    service::ServiceFacts,
    store::{
        asks::{Action, Ask},
        held::HeldRow,
        packs::PackLine,
        worklist::WorklistRow,
    },
};

/// The columns of `worklist.csv`, in order.
const WORKLIST: [&str; 25] = [
    "row_id",
    "pack_id",
    "action",
    "replaces_row_id",
    "reason",
    "nhs_number",
    "family_name",
    "given_names",
    "birth_date",
    "sex",
    "gp_ods",
    "episode_id",
    "event_date",
    "recorded_at",
    "late_flag",
    "snomed_code",
    "snomed_term",
    "author_name",
    "author_role",
    "author_gp_username",
    "contact_type",
    "short_text",
    "consent_scope",
    "hide_online_suggested",
    "evidence_hash",
];

/// The columns of `exceptions.csv`, in order.
const EXCEPTIONS: [&str; 9] = [
    "nhs_number",
    "family_name",
    "given_names",
    "birth_date",
    "snomed_code",
    "event_date",
    "author_name",
    "reason",
    "what_settles_it",
];

/// The columns of `receipt.csv`, in order: what names the row, and what is to be filled in.
const RECEIPT: [&str; 15] = [
    "row_id",
    "pack_id",
    "action",
    "nhs_number",
    "family_name",
    "given_names",
    "birth_date",
    "event_date",
    "snomed_code",
    "snomed_term",
    "outcome",
    "outcome_date",
    "filed_by",
    "system",
    "detail",
];

/// What a pack is made of.
pub struct Content<'a> {
    /// The service.
    pub facts: &'a ServiceFacts,
    /// Whose it is.
    pub practice: &'a OdsCode,
    /// Its number, identifier and cut-off.
    pub line: &'a PackLine,
    /// The pack before it.
    pub previous: Option<&'a PackLine>,
    /// Its rows, each with whether the pack before should have had it.
    pub asks: &'a [(Ask, bool)],
    /// What is held back.
    pub held: &'a [HeldRow],
    /// What signs it.
    pub key: &'a manifest::PackKey,
}

/// One file.
pub struct File {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl<'a> Content<'a> {
    fn about(&self) -> About<'a> {
        let Self { facts, practice, line, .. } = self;
        let PackLine { number, pack_id, cut_off, .. } = line;
        About { facts, practice, number: *number, pack_id, cut_off }
    }
}

/// Makes the files of a pack, the manifest last.
pub fn files(content: &Content<'_>) -> Vec<File> {
    let file = |name: &str, bytes| File { name: name.to_owned(), bytes };
    let about = content.about();
    let mut files = vec![
        file("README.txt", readme::text(content).into_bytes()),
        file("worklist.csv", worklist(content)),
        file("receipt.csv", receipt(content)),
        file("exceptions.csv", exceptions(content)),
    ];
    files.extend(lists(content));
    files.extend(summaries(content, &about));
    let asks = content.asks.iter().map(|(ask, _)| ask);
    files.push(file("bundle.json", fhir::bundle(&about, asks)));
    let manifest = manifest::text(content, &files);
    files.push(file("manifest.json", manifest.into_bytes()));
    files
}

/// Puts files into one, with a fixed date: the same files give the same bytes.
///
/// # Errors
/// When the archive refuses, which memory does not.
pub fn zip(files: &[File]) -> Result<Vec<u8>, Failure> {
    let options = |name: &str| {
        // Documents are compressed inside.
        let method = match name.ends_with(".pdf") {
            true => CompressionMethod::Stored,
            false => CompressionMethod::Deflated,
        };
        SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644)
    };
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for file in files {
        writer.start_file(file.name.as_str(), options(&file.name))?;
        writer.write_all(&file.bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

fn worklist(content: &Content<'_>) -> Vec<u8> {
    let lines = content.asks.iter().map(|(ask, late)| {
        let row = &ask.row;
        let (author, username) = author(content.facts, row);
        vec![
            row.row_id.as_str(),
            &content.line.pack_id,
            ask.action.name(),
            &ask.replaces_row_id,
            &ask.reason,
            &row.person.nhs_number,
            &row.person.family_name,
            &row.person.given_names,
            &row.person.birth_date,
            &row.sex,
            content.practice.as_str(),
            &row.episode,
            &row.event_date,
            &row.recorded_at,
            yes_or_no(*late),
            &row.snomed_code,
            &row.snomed_term,
            author,
            &row.author_role,
            username,
            &row.contact_type,
            short_text(row),
            &row.consent_scope,
            yes_or_no(row.hide_online),
            &row.evidence_hash,
        ]
    });
    csv::write(&WORKLIST, lines)
}

/// The file to fill in: the rows of the worklist, with nothing said of them yet.
fn receipt(content: &Content<'_>) -> Vec<u8> {
    let lines = content.asks.iter().map(|(ask, _)| {
        let row = &ask.row;
        let mut line = vec![
            row.row_id.as_str(),
            &content.line.pack_id,
            ask.action.name(),
            &row.person.nhs_number,
            &row.person.family_name,
            &row.person.given_names,
            &row.person.birth_date,
            &row.event_date,
            &row.snomed_code,
            &row.snomed_term,
        ];
        line.resize(RECEIPT.len(), "");
        line
    });
    csv::write(&RECEIPT, lines)
}

/// The NHS numbers of the entries to make, one file for each code and date: what a system that adds
/// one code to a list of patients takes.
fn lists(content: &Content<'_>) -> Vec<File> {
    let mut lists: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    let new = content.asks.iter().filter(|(ask, _)| ask.action == Action::New);
    for (Ask { row, .. }, _) in new {
        let list = lists.entry((&row.snomed_code, &row.event_date)).or_default();
        list.push(&row.person.nhs_number);
    }
    let files = lists.into_iter().map(|((code, date), numbers)| File {
        name: format!("lists/{code}_{date}.csv"),
        bytes: csv::write(&["nhs_number"], numbers.into_iter().map(|number| vec![number])),
    });
    files.collect()
}

/// What people agreed to share beside the code: a document for each of them, and one of all.
fn summaries(content: &Content<'_>, about: &About<'_>) -> Vec<File> {
    let people = pdf::people(content.asks.iter().map(|(ask, _)| ask));
    let documents = pdf::Documents::new(about, &people);
    let each = |at: usize| File {
        name: format!("summaries/{}", people[at].file_name()),
        bytes: documents.person(at),
    };
    // Half of them on another processor, since they are most of the work of a large pack.
    let (first, second) = (0..people.len()).partition::<Vec<usize>, _>(|at| at % 2 == 0);
    let mut files: Vec<File> = std::thread::scope(|scope| {
        let other = scope.spawn(|| second.into_iter().map(each).collect::<Vec<File>>());
        let own = first.into_iter().map(each).collect::<Vec<File>>();
        let other = other.join().expect("writing a document into memory does not fail");
        own.into_iter().chain(other).collect()
    });
    files.sort_by(|one, other| one.name.cmp(&other.name));
    let all = documents.combined();
    files.extend(all.map(|bytes| File { name: "summaries/all.pdf".to_owned(), bytes }));
    files
}

fn exceptions(content: &Content<'_>) -> Vec<u8> {
    let reasons: Vec<(String, String)> =
        content.held.iter().map(|row| (row.reason_names(), row.words())).collect();
    let lines = content.held.iter().zip(&reasons).map(|(row, (reasons, words))| {
        let author = row.author.and_then(|author| content.facts.names.get(&author));
        vec![
            row.person.nhs_number.as_str(),
            &row.person.family_name,
            &row.person.given_names,
            &row.person.birth_date,
            &row.snomed_code,
            &row.event_date,
            author.map_or("", |(name, _)| name),
            reasons,
            words,
        ]
    });
    csv::write(&EXCEPTIONS, lines)
}

fn author<'a>(facts: &'a ServiceFacts, row: &WorklistRow) -> (&'a str, &'a str) {
    let known = facts.names.get(&row.author);
    known.map_or(("", ""), |(name, username)| (name, username.as_deref().unwrap_or("")))
}

/// Whether the pack before should have had it: it happened on an earlier day than that pack's, or
/// was signed before it on a phone that had no network.
pub fn is_late(ask: &Ask, previous: &PackLine) -> bool {
    if ask.action != Action::New {
        return false;
    }
    let row = &ask.row;
    let at = |text: &str| text.parse::<Timestamp>().ok();
    let Some(cut_off) = at(&previous.cut_off) else { return false };
    let on_an_earlier_day = row.event_date < clock::date_in_london(cut_off).to_string();
    on_an_earlier_day || at(&row.recorded_at).is_some_and(|recorded| recorded < cut_off)
}

/// A few words beside the code. Never anything of what was said: patients see entries online.
fn short_text(row: &WorklistRow) -> &'static str {
    match row.snomed_code.as_str() {
        "871731000000106" => "Accepted referral to the social prescribing service",
        "871711000000103" => "Declined referral to the social prescribing service",
        _ => "Onward referral by the social prescribing service",
    }
}

fn yes_or_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}
