//! The files of a pack, made of rows: pure, so that the same rows give the same bytes.

use std::io::{Cursor, Write};

use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest, Sha256};
use shared::ods::OdsCode;
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use super::csv;
use crate::{
    clock,
    commands::Failure,
    service::ServiceFacts,
    store::{held::HeldRow, ledger::hex, packs::PackLine, worklist::WorklistRow},
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
    /// The rows that are NEW in it.
    pub rows: &'a [WorklistRow],
    /// What is held back.
    pub held: &'a [HeldRow],
}

/// One file.
pub struct File {
    /// Its name.
    pub name: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Makes the files of a pack, the manifest last.
pub fn files(content: &Content<'_>) -> Vec<File> {
    let mut files = vec![
        File { name: "README.txt", bytes: readme(content).into_bytes() },
        File { name: "worklist.csv", bytes: worklist(content) },
        File { name: "exceptions.csv", bytes: exceptions(content) },
    ];
    let manifest = manifest(content, &files);
    files.push(File { name: "manifest.json", bytes: manifest.into_bytes() });
    files
}

/// Puts files into one, with a fixed date: the same files give the same bytes.
///
/// # Errors
/// When the archive refuses, which memory does not.
pub fn zip(files: &[File]) -> Result<Vec<u8>, Failure> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for file in files {
        writer.start_file(file.name, options)?;
        writer.write_all(&file.bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

fn worklist(content: &Content<'_>) -> Vec<u8> {
    let lines = content.rows.iter().map(|row| {
        let (author, username) = author(content.facts, row);
        vec![
            row.row_id.as_str(),
            &content.line.pack_id,
            "NEW",
            "",
            "",
            &row.person.nhs_number,
            &row.person.family_name,
            &row.person.given_names,
            &row.person.birth_date,
            &row.sex,
            content.practice.as_str(),
            &row.episode,
            &row.event_date,
            &row.recorded_at,
            yes_or_no(content.previous.is_some_and(|previous| is_late(row, previous))),
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
fn is_late(row: &WorklistRow, previous: &PackLine) -> bool {
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

fn manifest(content: &Content<'_>, files: &[File]) -> String {
    let files: Vec<_> = files
        .iter()
        .map(|file| {
            json!({
                "name": file.name,
                "bytes": file.bytes.len(),
                "sha256": hex(&Sha256::digest(&file.bytes)),
            })
        })
        .collect();
    let manifest = json!({
        "format": "fingerpost-pack/1",
        "pack_id": content.line.pack_id,
        "service": content.facts.name,
        "demonstration": content.facts.demonstration,
        "practice_ods": content.practice.as_str(),
        "practice_name": content.facts.practices.get(content.practice),
        "number": content.line.number,
        "previous_pack_id": content.previous.map(|previous| &previous.pack_id),
        "cut_off": content.line.cut_off,
        "rows": {
            "NEW": content.line.new_rows, "AMEND": 0, "RETRACT": 0, "REMINDER": 0,
            "held_back": content.line.held_rows,
        },
        "files": files,
    });
    let mut text = serde_json::to_string_pretty(&manifest).expect("a manifest is plain JSON");
    text.push('\n');
    text
}

fn readme(content: &Content<'_>) -> String {
    let line = content.line;
    let practice = content.facts.practices.get(content.practice);
    let practice = practice.map_or("your practice", String::as_str);
    let demonstration = if content.facts.demonstration {
        "THIS IS A DEMONSTRATION. The people in it are invented.\n\n"
    } else {
        ""
    };
    let text = format!(
        "{demonstration}Social prescribing entries for {practice} ({ods})\n\
         Pack {number}, closed {cut_off}\n\
         From: {service}\n\
         \n\
         What this is\n\
         A list of the entries that belong in the GP record, for a person to make. Each entry is\n\
         here once: a row that is NEW in this pack was in none before, and will be NEW in none\n\
         after. No known GP system imports this file by itself.\n\
         \n\
         What to do\n\
         1. Open worklist.csv. In a spreadsheet, import it with every column as text.\n\
         2. For each row find the patient by NHS number, surname, birth date and sex together.\n\
         3. If the practice has coded the same referral already, leave the record as it is.\n\
         4. Else add the code in snomed_code on event_date. Rows are sorted by code and date, so\n\
         that a whole group can be added as a batch.\n\
         5. Where hide_online_suggested is yes, consider hiding the entry from online access.\n\
         \n\
         How to answer\n\
         Nothing is sent back by itself. Where a row cannot be entered, tell the service its row_id\n\
         and why: not registered here, another person, entered before, or not in order. A row that\n\
         is in the record already needs no answer.\n\
         \n\
         The files\n\
         worklist.csv    {new_rows} entries to make\n\
         exceptions.csv  {held_rows} entries that are held back, why, and what settles it\n\
         manifest.json   the pack's identifier, the one before it, and a SHA-256 of each file\n\
         \n\
         The codes\n\
         871731000000106  Referral to social prescribing service (procedure): the person accepted\n\
         871711000000103  Social prescribing declined (situation): the person declined\n",
        ods = content.practice,
        number = line.number,
        cut_off = line.cut_off,
        service = content.facts.name,
        new_rows = line.new_rows,
        held_rows = line.held_rows,
    );
    text.replace('\n', "\r\n")
}
