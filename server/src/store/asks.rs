//! What a practice is to be asked next: what the record says now, compared with what the practice
//! was told last.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Row, Transaction, params};
use shared::{ids::UserId, ods::OdsCode};

use super::{
    StoreError, packs,
    worklist::{self, COLUMNS, UNREADABLE, WorklistRow, columns},
};

/// Days without an answer after which a pack reminds of a row: two weeks of a practice that works
/// its list once a week.
pub const REMIND_AFTER_DAYS: i64 = 14;

/// What a practice is asked to do with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Take it back out of the record, or leave it out.
    Retract,
    /// Put it right, or make it as it reads now.
    Amend,
    /// Make it.
    New,
    /// Answer what was asked before.
    Reminder,
}

impl Action {
    /// Every action, in the order of a worklist: what puts the record right comes first.
    pub const ALL: [Self; 4] = [Self::Retract, Self::Amend, Self::New, Self::Reminder];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::Amend => "AMEND",
            Self::Retract => "RETRACT",
            Self::Reminder => "REMINDER",
        }
    }

    /// The action of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}

/// One row of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// What is asked.
    pub action: Action,
    /// What changed, or why it is taken back; empty for a new entry and for a reminder.
    pub reason: String,
    /// The row whose place it takes; empty where there is none.
    pub replaces_row_id: String,
    /// The entry: as it reads now, or as the practice was told it where it is taken back.
    pub row: WorklistRow,
    /// What the practice may be told beside the code; empty where nothing may be.
    pub summary: String,
}

/// What this practice is to be asked at `now`: amendments first, each action by code, date and name.
///
/// # Errors
/// When the database refuses.
pub fn due(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    now: Timestamp,
) -> Result<Vec<Ask>, StoreError> {
    let mut asks = retractions(tx, practice)?;
    asks.extend(amendments(tx, practice)?);
    asks.extend(worklist::ready(tx, practice)?.into_iter().map(|ready| Ask {
        action: Action::New,
        reason: String::new(),
        replaces_row_id: ready.replaces_row_id,
        row: ready.row,
        summary: ready.summary,
    }));
    let due: BTreeSet<String> = asks.iter().map(|ask| ask.row.row_id.clone()).collect();
    let reminders = reminders(tx, practice, now)?.into_iter();
    asks.extend(reminders.filter(|ask| !due.contains(&ask.row.row_id)));
    let key = |ask: &Ask| {
        let WorklistRow { snomed_code, event_date, person, row_id, .. } = &ask.row;
        let name = (person.family_name.clone(), person.given_names.clone());
        (ask.action, snomed_code.clone(), event_date.clone(), name, row_id.clone())
    };
    asks.sort_by_cached_key(key);
    Ok(asks)
}

/// Rows whose entry reads differently now from what the practice was told last, or stands again after
/// it was taken back. Not while another row is out for the same fact.
fn amendments(tx: &Transaction<'_>, practice: &OdsCode) -> Result<Vec<Ask>, StoreError> {
    let (now, then) = (columns("entry"), columns("packed"));
    let sql = format!(
        "SELECT {now}, {then}, settlement.action = 'RETRACT', entry.summary
         FROM settlement
         JOIN standing_entry AS entry
            ON entry.row_id = settlement.row_id AND entry.case_id = settlement.case_id
         JOIN packed_row AS packed ON packed.practice = settlement.practice
            AND packed.number = settlement.asked_in AND packed.row_id = settlement.row_id
         WHERE settlement.practice = ?1
            AND (entry.evidence_hash <> settlement.evidence_hash
                OR entry.hide_online > settlement.hide_online OR settlement.action = 'RETRACT')
            AND entry.case_id NOT IN (SELECT case_id FROM likely_duplicate)
            AND NOT {UNREADABLE}
            AND NOT EXISTS (SELECT 1 FROM settlement AS other
                WHERE other.case_id = settlement.case_id AND other.episode = settlement.episode
                    AND other.snomed_code = settlement.snomed_code AND other.live
                    AND other.row_id <> settlement.row_id)"
    );
    let read = |row: &Row<'_>| {
        let (now, then) = (worklist::read(row, 0)?, worklist::read(row, COLUMNS)?);
        let stands_again: bool = row.get(2 * COLUMNS)?;
        let mut reason = changes(&then, &now);
        if stands_again {
            reason.insert_str(0, "It was taken back and stands again. ");
        }
        Ok(Ask {
            action: Action::Amend,
            reason: reason.trim_end().to_owned(),
            replaces_row_id: String::new(),
            row: now,
            summary: row.get(2 * COLUMNS + 1)?,
        })
    };
    let mut statement = tx.prepare_cached(&sql)?;
    Ok(statement.query_map([practice.as_str()], read)?.collect::<Result<_, _>>()?)
}

/// What differs between two readings of an entry, in words for whoever puts it right.
fn changes(then: &WorklistRow, now: &WorklistRow) -> String {
    let fields = [
        ("Date", &then.event_date, &now.event_date),
        ("NHS number", &then.person.nhs_number, &now.person.nhs_number),
        ("Family name", &then.person.family_name, &now.person.family_name),
        ("Given names", &then.person.given_names, &now.person.given_names),
        ("Birth date", &then.person.birth_date, &now.person.birth_date),
        ("Sex", &then.sex, &now.sex),
    ];
    let differ = fields.into_iter().filter(|(_, then, now)| then != now);
    let mut words: Vec<String> = differ
        .map(|(name, then, now)| {
            format!("{name}: {} is now {}.", or_nothing(then), or_nothing(now))
        })
        .collect();
    let is_other = |then: UserId, now: UserId| then != now;
    if is_other(then.author, now.author) || then.author_role != now.author_role {
        words.push("It rests on another author's entry now.".to_owned());
    }
    if now.hide_online && !then.hide_online {
        words.push("Consider hiding it from online access.".to_owned());
    }
    words.join(" ")
}

fn or_nothing(text: &str) -> &str {
    if text.is_empty() { "nothing" } else { text }
}

/// Rows whose entry no longer stands, or whose whole record was set aside. One that is held until a
/// person settles something waits, and so does one that moved to another practice: it is in the record
/// that moved with the patient, or the practice says that they are not registered there.
fn retractions(tx: &Transaction<'_>, practice: &OdsCode) -> Result<Vec<Ask>, StoreError> {
    let columns = columns("packed");
    let held = "held.case_id = settlement.case_id AND held.episode = settlement.episode
        AND held.snomed_code IN (settlement.snomed_code, '')";
    let sql = format!(
        "SELECT {columns},
            EXISTS (SELECT 1 FROM held_entry AS held
                WHERE {held} AND held.reason = 'consent_withheld'),
            EXISTS (SELECT 1 FROM coded_entry AS other WHERE other.case_id = settlement.case_id
                AND other.episode = settlement.episode AND other.snomed_code IN
                    ('871731000000106', '871711000000103')),
            settlement.case_id IN (SELECT case_id FROM set_aside) AS is_set_aside
         FROM settlement
         JOIN packed_row AS packed ON packed.practice = settlement.practice
            AND packed.number = settlement.asked_in AND packed.row_id = settlement.row_id
         JOIN case_log ON case_log.case_id = settlement.case_id
         WHERE settlement.practice = ?1 AND settlement.live AND settlement.action <> 'RETRACT'
            AND (is_set_aside OR
                projected_position >= latest_position AND NOT failed
                AND NOT EXISTS (SELECT 1 FROM coded_entry AS entry
                    WHERE entry.case_id = settlement.case_id AND entry.episode = settlement.episode
                        AND entry.snomed_code = settlement.snomed_code)
                AND (NOT EXISTS (SELECT 1 FROM held_entry AS held WHERE {held})
                    OR EXISTS (SELECT 1 FROM held_entry AS held
                        WHERE {held} AND held.reason = 'consent_withheld')))"
    );
    let read = |row: &Row<'_>| {
        let (consent, other): (bool, bool) = (row.get(COLUMNS)?, row.get(COLUMNS + 1)?);
        let is_set_aside: bool = row.get(COLUMNS + 2)?;
        let reason = match (is_set_aside, consent, other) {
            (true, _, _) => "The person had two records, and the other one goes on.",
            (_, true, _) => "The person no longer agrees that it is shared.",
            (_, false, true) => "The person's answer is recorded differently now.",
            (_, false, false) => "The entry was withdrawn.",
        };
        Ok(Ask {
            action: Action::Retract,
            reason: reason.to_owned(),
            replaces_row_id: String::new(),
            row: worklist::read(row, 0)?,
            summary: String::new(),
        })
    };
    let mut statement = tx.prepare_cached(&sql)?;
    Ok(statement.query_map([practice.as_str()], read)?.collect::<Result<_, _>>()?)
}

/// Rows that have waited for an answer since no pack mentioned them for a while, as they were asked.
fn reminders(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    now: Timestamp,
) -> Result<Vec<Ask>, StoreError> {
    let columns = columns("packed");
    let sql = format!(
        "SELECT {columns}, packed.action, packed.reason FROM settlement
         JOIN packed_row AS packed ON packed.practice = settlement.practice
            AND packed.number = settlement.asked_in AND packed.row_id = settlement.row_id
         JOIN pack ON pack.practice = settlement.practice AND pack.number = settlement.mentioned_in
         WHERE settlement.practice = ?1 AND settlement.outcome = '' AND pack.cut_off <= ?2"
    );
    let since = Timestamp::from_second(now.as_second() - REMIND_AFTER_DAYS * 24 * 60 * 60);
    let since = packs::instant(since.unwrap_or(Timestamp::MIN));
    let read = |row: &Row<'_>| {
        let (asked, reason): (String, String) = (row.get(COLUMNS)?, row.get(COLUMNS + 1)?);
        Ok(Ask {
            action: Action::Reminder,
            reason: format!("Asked as {asked}. {reason}").trim_end().to_owned(),
            replaces_row_id: String::new(),
            row: worklist::read(row, 0)?,
            summary: String::new(),
        })
    };
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map(params![practice.as_str(), since], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
