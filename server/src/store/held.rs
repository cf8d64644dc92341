//! What is held back for a practice, or in the whole service, and why.

use std::collections::BTreeMap;

use rusqlite::{Row, Transaction, params};
use shared::{
    coding::Hold,
    ids::{CaseId, UserId},
    ods::OdsCode,
};

use super::{
    StoreError, column,
    worklist::{
        self, DUPLICATE, OPEN_ENTRIES, Open, PersonLine, SENT_ELSEWHERE, SHARES_NUMBER, UNREADABLE,
    },
};

/// The name of an entry's reason while another practice was asked to make it and has not answered.
pub const MOVED: &str = "moved_before_answer";
const MOVED_WORDS: &str = "The person's practice was changed after another practice was asked to \
     make this entry. It waits until that practice has said whether it has it.";
/// The name of an entry's reason whose referral is in another record, which was told of it.
pub const SENT_FROM_ELSEWHERE: &str = "sent_from_another_record";
const SENT_FROM_ELSEWHERE_WORDS: &str = "The practice is told of this referral from another record. \
     If this is another person, record their referral and their answer in this record again.";
/// The name of an entry's reason whose record was set aside.
pub const SET_ASIDE: &str = "same_person_elsewhere";
const SET_ASIDE_WORDS: &str = "Another record of the same person goes on, so nothing of this one is \
     sent. It can still be read.";
/// The name of an entry's reason whose record has one NHS number with another person's.
pub const SHARED_NUMBER: &str = "nhs_number_shared";
const SHARED_NUMBER_WORDS: &str = "Another person's record has the same NHS number. Correct it in the \
     record where it is wrong.";

/// One entry that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRow {
    /// The case; none where even that may not be known.
    pub case: Option<CaseId>,
    /// The practice, as the record says; empty where it does not.
    pub practice: String,
    /// The code that it would have; empty while the answer itself is contested.
    pub snomed_code: String,
    /// Its date.
    pub event_date: String,
    /// Who signed it.
    pub author: Option<UserId>,
    /// Who the person is.
    pub person: PersonLine,
    /// Everything that has to be settled; at least one thing.
    pub reasons: Vec<Reason>,
}

/// Why an entry waits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// A stable name.
    pub name: String,
    /// What settles it, in words.
    pub words: String,
}

impl HeldRow {
    /// All reasons in words.
    pub fn words(&self) -> String {
        let words: Vec<&str> = self.reasons.iter().map(|reason| reason.words.as_str()).collect();
        words.join(" ")
    }

    /// The stable names of all reasons, for files.
    pub fn reason_names(&self) -> String {
        let names: Vec<&str> = self.reasons.iter().map(|reason| reason.name.as_str()).collect();
        names.join("; ")
    }

    /// What a practice may know of somebody who shares nothing with it: that there is an entry.
    fn unnamed() -> Self {
        let nobody = PersonLine {
            nhs_number: String::new(),
            family_name: String::new(),
            given_names: String::new(),
            birth_date: String::new(),
        };
        let reason = Hold::ConsentWithheld;
        Self {
            case: None,
            practice: String::new(),
            snomed_code: String::new(),
            event_date: String::new(),
            author: None,
            person: nobody,
            reasons: vec![Reason { name: reason.name().into(), words: reason.words() }],
        }
    }
}

/// Where an entry stands in the list: family name, given names, date, case, entry.
type Place = (String, String, String, Vec<u8>, String);

/// What is held back for this practice: by the reasons of the entry itself, as a likely duplicate,
/// since another person has the same NHS number, since the case cannot be read any more, or until
/// another practice has answered. With no practice, what is held back in the whole service, with
/// everybody's name, and what is in records that were set aside, which no practice waits for.
///
/// # Errors
/// When the database refuses.
pub fn held(tx: &Transaction<'_>, practice: Option<&OdsCode>) -> Result<Vec<HeldRow>, StoreError> {
    // By name and date, then by entry; one row of the query for each reason.
    let mut rows: BTreeMap<Place, (bool, HeldRow)> = BTreeMap::new();
    let read = |row: &Row<'_>| {
        let held = HeldRow {
            case: Some(column::case(row, 0)?),
            practice: row.get(12)?,
            snomed_code: row.get(3)?,
            event_date: row.get(4)?,
            author: Some(column::user(row, 5)?),
            person: worklist::person(row, 6)?,
            reasons: vec![Reason { name: row.get(10)?, words: row.get(11)? }],
        };
        let (case, entry): (Vec<u8>, String) = (row.get(0)?, row.get(1)?);
        let PersonLine { family_name, given_names, .. } = &held.person;
        let date = held.event_date.clone();
        let key = (family_name.clone(), given_names.clone(), date, case, entry);
        Ok((key, row.get::<_, bool>(2)?, held))
    };
    let sql = query();
    let mut statement = tx.prepare_cached(&sql)?;
    let (duplicate, unreadable) = (Hold::LikelyDuplicate, Hold::Unreadable);
    let open = Open::of(tx, practice)?;
    let values = params![
        practice.map(OdsCode::as_str),
        open.rows(),
        duplicate.name(),
        duplicate.words(),
        unreadable.name(),
        unreadable.words(),
        MOVED,
        MOVED_WORDS,
        SENT_FROM_ELSEWHERE,
        SENT_FROM_ELSEWHERE_WORDS,
        SET_ASIDE,
        SET_ASIDE_WORDS,
        SHARED_NUMBER,
        SHARED_NUMBER_WORDS,
    ];
    for row in statement.query_map(values, read)? {
        let (key, unnamed, held) = row?;
        let (is_unnamed, known) = rows
            .entry(key)
            .or_insert_with(|| (false, HeldRow { reasons: Vec::new(), ..held.clone() }));
        *is_unnamed |= unnamed;
        known.reasons.extend(held.reasons);
        known.reasons.sort();
    }
    let (unnamed, named): (Vec<_>, Vec<_>) =
        rows.into_values().partition(|(unnamed, _)| *unnamed && practice.is_some());
    // At the end, since a place in the order of names would tell where the name belongs.
    let unnamed = unnamed.into_iter().map(|_| HeldRow::unnamed());
    Ok(named.into_iter().map(|(_, row)| row).chain(unnamed).collect())
}

/// Case, entry, whether it goes unnamed, code, date, author, person, reason and practice.
fn query() -> String {
    let of_entry = "SELECT entry.case_id, entry.event || entry.snomed_code, 0, entry.snomed_code,
        entry.event_date, entry.author, entry.nhs_number, entry.family_name, entry.given_names,
        entry.birth_date";
    // What the practice was told already and would be told alike is not held back.
    let untold = "NOT EXISTS (SELECT 1 FROM settlement AS own WHERE own.row_id = entry.row_id
            AND own.case_id = entry.case_id AND own.evidence_hash = entry.evidence_hash
            AND own.consent_scope IN ('', entry.consent_scope))";
    let elsewhere = "EXISTS (SELECT 1 FROM settlement AS other WHERE other.case_id = entry.case_id
            AND other.episode = entry.episode AND other.snomed_code = entry.snomed_code
            AND other.live AND other.row_id <> entry.row_id";
    // What another practice has as it reads now is not held back either.
    let alike_elsewhere = format!(
        "{elsewhere} AND EXISTS (SELECT 1 FROM packed_row AS told
            WHERE told.practice = other.practice AND told.number = other.asked_in
                AND told.row_id = other.row_id AND told.event_date = entry.event_date
                AND told.nhs_number = entry.nhs_number AND told.birth_date = entry.birth_date
                AND told.family_name = entry.family_name AND told.given_names = entry.given_names
                AND told.sex = entry.sex AND told.author = entry.author
                AND told.author_role = entry.author_role
                AND told.hide_online >= entry.hide_online
                AND told.consent_scope IN ('', entry.consent_scope)))"
    );
    // Whether the other practice has it nobody knows.
    let unsaid = "(other.outcome = '' OR other.contradiction IS NOT NULL
            OR other.outcome NOT IN ('filed', 'already_in_record')
                AND NOT EXISTS (SELECT 1 FROM receipt
                    WHERE receipt.outcome IN ('filed', 'already_in_record')
                        AND (receipt.row_id = other.row_id OR receipt.row_id IN
                            (SELECT replaces_row_id FROM packed_row
                             WHERE packed_row.row_id = other.row_id))))";
    let counts = format!("FROM {OPEN_ENTRIES} WHERE (?1 IS NULL OR practice = ?1)");
    let is_set_aside = "?1 IS NULL AND entry.case_id IN (SELECT case_id FROM set_aside)";
    format!(
        "SELECT case_id, event || snomed_code, unnamed, snomed_code, event_date, author,
            nhs_number, family_name, given_names, birth_date, reason, words, practice
         FROM held_entry WHERE (?1 IS NULL OR practice = ?1)
            AND case_id NOT IN (SELECT case_id FROM set_aside)
         UNION ALL
         {of_entry}, ?3, ?4, practice {counts} AND {untold} AND NOT {alike_elsewhere}
            AND {DUPLICATE}
         UNION ALL
         {of_entry}, ?13, ?14, practice {counts} AND {untold} AND NOT {alike_elsewhere}
            AND {SHARES_NUMBER}
         UNION ALL
         {of_entry}, ?5, ?6, practice {counts} AND {untold} AND NOT {alike_elsewhere}
            AND {UNREADABLE}
         UNION ALL
         {of_entry}, ?7, ?8, practice {counts} AND {untold} AND {elsewhere} AND {unsaid})
         UNION ALL
         {of_entry}, ?9, ?10, practice {counts} AND {SENT_ELSEWHERE} AND NOT {DUPLICATE}
         UNION ALL
         {of_entry}, ?11, ?12, practice FROM coded_entry AS entry WHERE {is_set_aside}
         UNION ALL
         SELECT DISTINCT case_id, event || snomed_code, unnamed, snomed_code, event_date, author,
            nhs_number, family_name, given_names, birth_date, ?11, ?12, practice
         FROM held_entry AS entry WHERE {is_set_aside}"
    )
}
