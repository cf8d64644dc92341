//! The places at which bytes from outside come in, each as a function of those bytes.
//!
//! The fuzzers (`tests/fuzz`), the replay of what they once found, and the measurement of hostile
//! inputs go through the same functions.

use std::fmt;

use http::{HeaderValue, header::CONTENT_ENCODING};
use jiff::civil::{Date, date};
use server::{body, import::table};
use sha2::{Digest, Sha256};
use shared::{
    case::{Case, CaseRow, Defect, Role},
    cbor,
    coding::{self, AuthorFacts, Context},
    directory::{Directory, open_referral},
    document::Document,
    ids::CaseId,
    intake::{self, IncomingChange},
    limits,
    profile::Profile,
    referral_file::Columns,
    snomed::AllowedCodes,
    sync::{CaseRecord, Meta, exchange::ParsedPush},
};

mod apply;
mod reading;

/// A place at which bytes from outside come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Door {
    /// The body of a sync request as it arrives, compressed.
    Body,
    /// The body of a sync request, with the changes inside.
    Request,
    /// One change.
    Change,
    /// What a phone receives and keeps: answers, profiles, directories, its own records.
    Records,
    /// A saved document: read, folded, coded, and saved again.
    Document,
    /// What lies in a document, as JSON: read, folded and coded.
    Reading,
    /// Changes with any operations, applied to a document.
    Apply,
    /// A practice's file of referrals.
    Referrals,
    /// A feed of services.
    Services,
}

/// What became of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// They were understood.
    Taken,
    /// They were turned away, with a reason.
    Refused,
}

impl fmt::Display for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Body => "body",
            Self::Request => "request",
            Self::Change => "change",
            Self::Records => "records",
            Self::Document => "document",
            Self::Reading => "reading",
            Self::Apply => "apply",
            Self::Referrals => "referrals",
            Self::Services => "services",
        })
    }
}

impl Door {
    /// Every door.
    pub const ALL: [Self; 9] = [
        Self::Body,
        Self::Request,
        Self::Change,
        Self::Records,
        Self::Document,
        Self::Reading,
        Self::Apply,
        Self::Referrals,
        Self::Services,
    ];

    /// The door of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|door| door.to_string() == name)
    }

    /// Whether a panic inside is no crash. Automerge panics on some documents that nobody wrote, and
    /// `Document::load` contains that. A phone, where nothing is contained, loads documents that its
    /// server made and loaded itself; changes, which colleagues write, get no such leave.
    pub fn panics_are_contained(self) -> bool {
        matches!(self, Self::Document | Self::Records)
    }

    /// Brings the bytes in.
    ///
    /// # Panics
    /// Where the program does, or where what it made of the bytes is not as it must be.
    pub fn bring_in(self, bytes: &[u8]) -> Outcome {
        match self {
            Self::Body => body(bytes),
            Self::Request => request(bytes),
            Self::Change => change(bytes),
            Self::Records => records(bytes),
            Self::Document => document(bytes),
            Self::Reading => reading::reading(bytes),
            Self::Apply => apply::apply(bytes),
            Self::Referrals => referrals(bytes),
            Self::Services => outcome(open_referral::parse(bytes).is_ok()),
        }
    }

    /// The same, after the checksum of an automerge chunk was set right: nobody guesses one, but
    /// whoever is hostile computes it.
    pub fn bring_in_mended(self, bytes: &[u8]) -> Outcome {
        match self {
            Self::Change | Self::Document => self.bring_in(&mended(bytes)),
            _ => self.bring_in(bytes),
        }
    }
}

fn outcome(taken: bool) -> Outcome {
    if taken { Outcome::Taken } else { Outcome::Refused }
}

fn body(bytes: &[u8]) -> Outcome {
    let headers = [(CONTENT_ENCODING, HeaderValue::from_static("gzip"))].into_iter().collect();
    let inflated = body::inflated(&headers, bytes.to_vec().into(), limits::SYNC_BODY_BYTES_MAX);
    inflated.map_or(Outcome::Refused, |inflated| request(&inflated))
}

fn request(bytes: &[u8]) -> Outcome {
    let Ok(request) = intake::sync_request(bytes) else { return Outcome::Refused };
    for bytes in request.push.iter().flat_map(|push| &push.changes) {
        change(bytes);
    }
    if ParsedPush::all(&request.push).is_err() {
        return Outcome::Refused;
    }
    assert_eq!(cbor::decode(&cbor::encode(&request)), Ok(request), "a request is read back");
    Outcome::Taken
}

fn change(bytes: &[u8]) -> Outcome {
    let Ok(change) = IncomingChange::parse(bytes) else { return Outcome::Refused };
    assert_eq!(change.bytes(), bytes, "what is stored is what was sent");
    assert!(change.operations() > 0 && change.dependencies().count() <= 64);
    Outcome::Taken
}

fn records(bytes: &[u8]) -> Outcome {
    let response = intake::sync_response(bytes);
    for case in response.iter().flat_map(|response| &response.cases) {
        if let Some(saved) = &case.snapshot {
            document(saved);
        }
        for bytes in &case.changes {
            change(bytes);
        }
    }
    outcome(
        response.is_ok()
            || cbor::decode::<CaseRecord>(bytes).is_ok()
            || cbor::decode::<Meta>(bytes).is_ok()
            || cbor::decode::<Directory>(bytes).is_ok()
            || cbor::decode::<Profile>(bytes).map(|profile| profile.coding_facts()).is_ok(),
    )
}

fn document(bytes: &[u8]) -> Outcome {
    let Ok(document) = Document::load(bytes) else { return Outcome::Refused };
    use_case(document.read(case_id()));
    document.save_to_send().expect("a document that could be read can be sent");
    document.keep_and_verify().expect("a document that could be read can be kept");
    Outcome::Taken
}

fn referrals(bytes: &[u8]) -> Outcome {
    let Ok(table) = table::read(bytes) else { return Outcome::Refused };
    let header: Vec<&str> = table.header.iter().collect();
    let Ok(columns) = Columns::recognise(&header) else { return Outcome::Refused };
    for line in &table.lines {
        let fields: Vec<&str> = line.fields.iter().collect();
        let read = columns.read(&fields, TODAY, |_| true);
        assert!(read.as_ref().err().is_none_or(|problems| !problems.is_empty()), "it says why");
    }
    Outcome::Taken
}

/// Everything that is made of a case once it was read.
fn use_case((case, defects): (Case, Vec<Defect>)) {
    let _ = CaseRow::of(&case);
    let _ = coding::match_keys(&case.person);
    let authors = case.entries.values().map(|entry| entry.original.by);
    let facts = AuthorFacts { roles: [Role::LinkWorker].into(), devices: None };
    let context = Context {
        today: TODAY,
        demonstration: false,
        practices: &case.person.practice().into_iter().collect(),
        authors: &authors.map(|author| (author, facts.clone())).collect(),
        codes: &AllowedCodes::default(),
        likely_duplicate: false,
    };
    let _ = coding::code(&case, &defects, &context);
    for draft in case.drafts.values() {
        let _ = draft.problems(TODAY);
    }
}

/// The case of the golden bytes, on the day that they were written.
fn case_id() -> CaseId {
    CaseId::from_random([9; 16])
}

const TODAY: Date = date(2026, 11, 3);

/// Where the checksum of a chunk lies, and what it is made of begins.
const CHECKSUM: std::ops::Range<usize> = 4..8;

/// The same chunk with the checksum that it should have, and with as many bytes as it says.
pub(crate) fn mended(bytes: &[u8]) -> Vec<u8> {
    let mut mended = bytes.to_vec();
    if let Some(hashed) = bytes.get(CHECKSUM.end..) {
        mended[CHECKSUM].copy_from_slice(&Sha256::digest(hashed)[..CHECKSUM.len()]);
    }
    mended
}
