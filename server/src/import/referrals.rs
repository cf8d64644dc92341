//! `fingerpost referrals import`: a practice's referrals become cases, or a further referral of
//! somebody whose last one is over; each bad line is written out with its reasons, and a file that
//! comes again adds nothing.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use rusqlite::{OptionalExtension, Transaction, params};
use sha2::{Digest, Sha256};
use shared::{
    case::{Defect, Event, Fact, Field, Person, Role, event::Referral, event::ReferralSource},
    document::{Author, Document},
    ids::{CaseId, UserId},
    intake::IncomingChange,
    personal::Personal,
    policy::{Action, Actor, Subject, may},
    referral_file::{Columns, ReferralRow},
    text,
};

use super::table::{self, FILE_BYTES_MAX, Line};
use crate::{
    clock,
    commands::Failure,
    named_file::read_bounded,
    pack::write_csv,
    projector, random,
    service::ServiceFacts,
    store::{Store, StoreError, cases, column, people, snapshots},
};

/// Cases in one transaction: seconds of work are in no one's way, and progress can be told.
const BATCH_ROWS: usize = 250;

/// What became of a row.
enum Outcome {
    Added,
    /// Somebody who was here before, and is referred again.
    Again,
    /// The same row was taken in before.
    Known,
    Refused(String),
}

/// A practice's file of referrals, and what to do with it.
#[derive(Debug, Clone, Copy)]
pub struct ReferralFile<'a> {
    /// The file.
    pub file: &'a Path,
    /// Where to write refused rows; beside the file unless named.
    pub refused: Option<&'a Path>,
    /// The name of whoever carries the new cases; the lead link worker unless named.
    pub assign: Option<&'a str>,
}

/// Takes a practice's referrals in.
///
/// # Errors
/// In words for the person at the keyboard.
pub fn referrals(
    store: &Store,
    ReferralFile { file, refused, assign }: ReferralFile<'_>,
    say: &mut dyn FnMut(&str),
) -> Result<(), Failure> {
    let began = Instant::now();
    let table = table::read(&read_bounded(file, FILE_BYTES_MAX)?)?;
    let header: Vec<&str> = table.header.iter().collect();
    let columns = Columns::recognise(&header)?;
    // Cases that phones began are compared with, too.
    projector::catch_up(store)?;
    let facts = store.read_now(ServiceFacts::load)?;
    let carrier = carrier(store, assign)?;
    let mut counts = Counts::default();
    let mut written_out: Vec<(&Line, String)> = Vec::new();
    for batch in table.lines.chunks(BATCH_ROWS) {
        let read: Vec<Result<ReferralRow, String>> =
            batch.iter().map(|line| read_row(&columns, line, &facts)).collect();
        let outcomes = store.write_now(move |tx| take_in(tx, read, carrier))?;
        for (line, outcome) in batch.iter().zip(outcomes) {
            match outcome {
                Outcome::Added => counts.added += 1,
                Outcome::Again => counts.again += 1,
                Outcome::Known => counts.known += 1,
                Outcome::Refused(why) => written_out.push((line, why)),
            }
        }
        counts.refused = written_out.len();
        tell_progress(counts.all(), table.lines.len());
    }
    projector::catch_up(store)?;
    let seconds = began.elapsed().as_secs_f32();
    say(&format!("{} rows in {seconds:.1} s: {}.", counts.all(), counts.words()));
    if !written_out.is_empty() {
        let path = refused.map_or_else(|| beside(file), Path::to_path_buf);
        write_refused(&path, &header, &written_out)?;
        say(&format!("The refused rows are in {}, each with its reason.", path.display()));
    }
    Ok(())
}

#[derive(Default)]
struct Counts {
    added: usize,
    again: usize,
    known: usize,
    refused: usize,
}

impl Counts {
    fn all(&self) -> usize {
        self.added + self.again + self.known + self.refused
    }

    fn words(&self) -> String {
        let Self { added, again, known, refused } = self;
        let again = match again {
            0 => String::new(),
            again => format!("{again} referred again, "),
        };
        format!("{added} cases added, {again}{known} already here, {refused} refused")
    }
}

#[expect(clippy::print_stderr, reason = "progress of a long command, beside its output")]
fn tell_progress(done: usize, all: usize) {
    if all > BATCH_ROWS {
        eprintln!("{done} of {all} rows");
    }
}

/// Who carries the new cases: whoever was named, else the lead link worker, since it is the lead
/// who distributes them; of several, the first by name.
fn carrier(store: &Store, named: Option<&str>) -> Result<UserId, Failure> {
    let team = store.read_now(people::team)?;
    let Some(named) = named else {
        let of = |wanted| team.iter().find(|(_, _, role)| *role == wanted).map(|(id, ..)| *id);
        let found = of(Role::LeadLinkWorker).or_else(|| of(Role::LinkWorker));
        return Ok(found.ok_or(
            "Nobody is there to take the referrals on: add a lead link worker first, with \
             `fingerpost invite`.",
        )?);
    };
    let found: Vec<UserId> = team
        .iter()
        .filter(|(_, name, role)| name == named && may_carry(*role))
        .map(|(id, ..)| *id)
        .collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(format!("Nobody named {named} works with people here: check the name.").into()),
        _ => Err(format!("Several people are named {named}: rename one first.").into()),
    }
}

/// Whether somebody in this role may be given a case.
fn may_carry(role: Role) -> bool {
    let actor = Actor { user: UserId::from_random([0; 16]), role, practice: None };
    may(&actor, Action::WriteCase, &Subject::Case { assigned: true })
}

fn read_row(columns: &Columns, line: &Line, facts: &ServiceFacts) -> Result<ReferralRow, String> {
    if let Some(problem) = line.problem {
        return Err(problem.into());
    }
    let fields: Vec<&str> = line.fields.iter().collect();
    let read =
        columns.read(&fields, facts.today, |practice| facts.practices.contains_key(practice));
    read.map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        problems.join("; ")
    })
}

fn take_in(
    tx: &Transaction<'_>,
    rows: Vec<Result<ReferralRow, String>>,
    carrier: UserId,
) -> Result<Vec<Outcome>, StoreError> {
    let author = cases::server_author(tx)?;
    // Rows of this batch are not projected yet, so their numbers are kept here.
    let mut numbers = BTreeSet::new();
    rows.into_iter()
        .map(|row| match row {
            Err(why) => Ok(Outcome::Refused(why)),
            Ok(row) => take_in_row(tx, &row, &author, carrier, &mut numbers),
        })
        .collect()
}

fn take_in_row(
    tx: &Transaction<'_>,
    row: &ReferralRow,
    author: &Author,
    carrier: UserId,
    numbers: &mut BTreeSet<[u8; 32]>,
) -> Result<Outcome, StoreError> {
    let fingerprint = row.fingerprint();
    let sql = "SELECT 1 FROM imported_referral WHERE fingerprint = ?1";
    let known =
        tx.prepare_cached(sql)?.query_row([fingerprint.as_bytes()], |_| Ok(())).optional()?;
    if known.is_some() {
        return Ok(Outcome::Known);
    }
    let (mut known, mut taken) = (Vec::new(), None);
    if let Some(number) = row.nhs_number {
        // As the ledger hashes it, see `shared::coding::match_keys`.
        let key: [u8; 32] = Sha256::digest(format!("nhs|{}", number.digits())).into();
        if numbers.contains(&key) {
            return Ok(refused("there is a case with this number already, from this file"));
        }
        known = cases_with(tx, key)?;
        taken = Some(key);
    }
    let (case, change, outcome, workers) = match known.as_slice() {
        [] => {
            let case = CaseId::from_random(random::bytes());
            (case, begin_case(case, row, author), Outcome::Added, vec![carrier])
        }
        [case] => {
            let change = match refer_again(tx, *case, row, author)? {
                Ok(change) => change,
                Err(why) => return Ok(refused(&why)),
            };
            // Whoever knows the person goes on; where nobody has them any more, somebody does now.
            let has_worker = !cases::holders(tx, *case)?.is_empty();
            let workers = if has_worker { Vec::new() } else { vec![carrier] };
            (*case, change, Outcome::Again, workers)
        }
        _ => return Ok(refused("there are several cases with this number: the lead settles that")),
    };
    numbers.extend(taken);
    cases::append_server_changes(tx, case, &[change], &workers)?;
    tx.prepare_cached("INSERT INTO imported_referral (fingerprint, case_id) VALUES (?1, ?2)")?
        .execute(params![fingerprint.as_bytes(), case.as_bytes()])?;
    Ok(outcome)
}

fn refused(why: &str) -> Outcome {
    Outcome::Refused(format!("NHS number: {why}"))
}

/// The cases with an NHS number; of those that are one person's, the one that goes on.
fn cases_with(tx: &Transaction<'_>, key: [u8; 32]) -> Result<Vec<CaseId>, StoreError> {
    let sql = "SELECT DISTINCT ifnull(stands_for.goes_on, match_key.case_id) FROM match_key
         LEFT JOIN stands_for ON stands_for.case_id = match_key.case_id WHERE key_hash = ?1";
    let mut statement = tx.prepare_cached(sql)?;
    let cases = statement.query_map([key], |row| column::case(row, 0))?;
    Ok(cases.collect::<Result<_, _>>()?)
}

/// The change that refers somebody again whose last referral is over; or why that is not safe to
/// write without a person's look.
fn refer_again(
    tx: &Transaction<'_>,
    case: CaseId,
    row: &ReferralRow,
    author: &Author,
) -> Result<Result<IncomingChange, String>, StoreError> {
    let here = "there is a case with this number already";
    let Some(mut document) = snapshots::document(tx, case)? else {
        return Ok(Err(format!("{here}, and it cannot be read: tell the lead")));
    };
    let (read, defects) = document.read(case);
    if !is_surely(&read.person, row) || defects.iter().any(Defect::holds_codes) {
        return Ok(Err(format!(
            "{here}, whose name, date of birth, sex or practice is not this one for certain. Check \
             the row; whoever has the case can add the referral on a phone, once the last one is over"
        )));
    }
    if row.referred_on.is_none() {
        return Ok(Err(format!(
            "{here}. Give the date of this referral, so that it is told from the one before"
        )));
    }
    let event = referral(row, author);
    match read.may_be_referred_from() {
        None if read.current_episode().is_some_and(|episode| episode.is_open()) => {
            Ok(Err(format!(
                "{here}, and its referral is not over. Whoever has the case sees to it on a phone"
            )))
        }
        None => Ok(Err(format!("{here}, which says that the person died. Check the number"))),
        Some(from) if event.at.date() < from => Ok(Err(format!(
            "{here}, and its last referral ended on {from}, after the day of this one. Check the \
             date of the referral"
        ))),
        Some(_) => {
            let now = event.recorded_at.as_millisecond();
            let written = document.commit(author, now, |writer| writer.put_event(&event));
            Ok(written
                .map(|bytes| parsed(&bytes))
                .map_err(|_| format!("{here}, and it cannot be written to: tell the lead")))
        }
    }
}

/// Whether a case is that of the person in the row for certain: names, date of birth and practice are
/// the same, nothing of it is contested, and the sex is the same where both say it.
fn is_surely(person: &Person, row: &ReferralRow) -> bool {
    let first = |names: &str| text::folded(names).split_whitespace().next().map(str::to_owned);
    let is_same = |field, typed: &str| text::folded(person.shown(field)) == text::folded(typed);
    let sex = person.shown(Field::Sex);
    person.birth_date() == Some(*row.birth_date.reveal())
        && person.practice().as_ref() == Some(&row.practice)
        && person.contested_identity().next().is_none()
        && is_same(Field::FamilyName, row.family_name.reveal())
        && first(person.shown(Field::GivenNames)) == first(row.given_names.reveal())
        && (sex.is_empty() || row.sex.is_empty() || is_same(Field::Sex, row.sex))
}

fn parsed(written: &[u8]) -> IncomingChange {
    IncomingChange::parse(written).expect("what was just written can be read")
}

/// The first change of a case: who the person is, and the referral.
fn begin_case(case: CaseId, row: &ReferralRow, author: &Author) -> IncomingChange {
    let nhs_number = row.nhs_number.map(|number| number.digits()).unwrap_or_default();
    let birth_date = row.birth_date.reveal().to_string();
    let fields = [
        (Field::NhsNumber, nhs_number.as_str()),
        (Field::FamilyName, row.family_name.reveal()),
        (Field::GivenNames, row.given_names.reveal()),
        (Field::BirthDate, &birth_date),
        (Field::Sex, row.sex),
        (Field::PracticeOds, row.practice.as_str()),
        (Field::Phone, row.phone.reveal()),
    ];
    let event = referral(row, author);
    let written = Document::create(case, author, event.recorded_at.as_millisecond(), |writer| {
        for (field, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
            writer.put_field(*field, value)?;
        }
        writer.put_event(&event)
    });
    let (_, bytes) = written.expect("a row within its limits can be written");
    parsed(&bytes)
}

/// That the practice referred the person.
fn referral(row: &ReferralRow, author: &Author) -> Event {
    let referred_on = row.referred_on.unwrap_or_else(clock::today);
    let now = clock::now();
    Event {
        id: cases::new_event_id(now),
        device: None,
        at: referred_on.at(9, 0, 0, 0),
        recorded_at: now,
        by: author.user,
        role: Role::Service,
        fact: Fact::Referred(Referral {
            source: ReferralSource::Gp,
            reason: Personal::new(row.reason.reveal().clone()),
        }),
    }
}

fn beside(file: &Path) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!("{stem}-refused.csv"))
}

/// The refused rows as they came, with line and reasons before them, ready to be put right.
fn write_refused(path: &Path, header: &[&str], refused: &[(&Line, String)]) -> Result<(), Failure> {
    let numbers: Vec<String> = refused.iter().map(|(line, _)| line.number.to_string()).collect();
    // A row that is wider than the header keeps all that it has, so that nothing is lost.
    let widest = refused.iter().map(|(line, _)| line.fields.len()).max().unwrap_or_default();
    let mut names = vec!["line", "why_refused"];
    names.extend(header);
    names.resize(names.len().max(widest + 2), "");
    let rows = refused.iter().zip(&numbers).map(|((line, why), number)| {
        let mut row = vec![number.as_str(), why];
        row.extend(line.fields.iter());
        row.resize(names.len(), "");
        row
    });
    let bytes = write_csv(&names, rows);
    fs::write(path, bytes)
        .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    Ok(())
}
