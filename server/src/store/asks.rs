//! What a practice is to be asked next: what the record says now, compared with what the practice
//! was told last, and named as the practice has it.
//!
//! Of a person's two records one goes on. What was sent of the other one is true of the same person,
//! so it stays in the practice's record until it is there twice: it is taken back where the record
//! that goes on gives the same code, or the other answer, in an episode that overlaps its own; and
//! where the person shares nothing of that one. Of an episode that was over before, it stays for
//! good. Two records that were both set aside are told apart in the same way: one of their entries
//! stays.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use shared::{
    coding,
    ids::{CaseId, EventId, UserId},
    ods::OdsCode,
    snomed::ConceptId,
};

use super::{
    StoreError,
    course::{Asked, Course},
    packs, snapshots,
    worklist::{self, COLUMNS, OPEN_ENTRIES, Open, WorklistRow, columns},
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
    /// What changed, or why it is taken back; for a reminder, what was asked and why; empty for a new
    /// entry.
    pub reason: String,
    /// The row whose place it takes; empty where there is none.
    pub replaces_row_id: String,
    /// The entry as it reads now; where it is taken back, as the practice has it, or else as it was
    /// asked for last.
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
    let open = Open::of(tx, Some(practice))?;
    let mut asks = retractions(tx, practice)?;
    asks.extend(amendments(tx, practice, &open)?);
    asks.extend(taken_over(tx, practice, &open)?);
    asks.extend(worklist::ready_among(tx, practice, &open)?.into_iter().map(|ready| Ask {
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
/// it was taken back, or is back after it went on to another practice. Not while another row is out
/// for the same fact.
fn amendments(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    open: &Open,
) -> Result<Vec<Ask>, StoreError> {
    let (columns, is_settled) = (columns("entry"), worklist::is_settled());
    let sql = format!(
        "SELECT {columns}, entry.summary, settlement.action = 'RETRACT',
            entry.evidence_hash <> settlement.evidence_hash
                OR entry.hide_online > settlement.hide_online
                OR settlement.consent_scope NOT IN ('', entry.consent_scope) AS differs
         FROM {OPEN_ENTRIES}
         JOIN settlement
            ON settlement.row_id = entry.row_id AND settlement.case_id = entry.case_id
         WHERE settlement.practice = ?1
            AND (differs OR settlement.action = 'RETRACT' OR NOT settlement.live)
            AND {is_settled}
            AND NOT EXISTS (SELECT 1 FROM settlement AS other
                WHERE other.case_id = settlement.case_id AND other.episode = settlement.episode
                    AND other.snomed_code = settlement.snomed_code AND other.live
                    AND other.row_id <> settlement.row_id)"
    );
    let read = |row: &Row<'_>| {
        let flags = (row.get::<_, bool>(COLUMNS + 1)?, row.get::<_, bool>(COLUMNS + 2)?);
        Ok((worklist::read(row, 0)?, row.get::<_, String>(COLUMNS)?, flags))
    };
    let mut statement = tx.prepare_cached(&sql)?;
    let mut asks = Vec::new();
    for found in statement.query_map(params![practice.as_str(), open.rows()], read)? {
        let (row, summary, (was_retracted, differs)) = found?;
        let course = Course::of(tx, &row.row_id)?;
        let stands_again = was_retracted || course.has_gone_on();
        if !differs && !stands_again {
            continue;
        }
        let reason = what_to_do(&course, &row, stands_again);
        let (action, replaces_row_id) = (Action::Amend, String::new());
        asks.push(Ask { action, reason, replaces_row_id, row, summary });
    }
    Ok(asks)
}

/// Entries that another practice made before the person moved, and that read differently since: they
/// came with the patient's record, so that this practice puts them right. Not while the other
/// practice has an answer to give.
fn taken_over(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    open: &Open,
) -> Result<Vec<Ask>, StoreError> {
    let (columns, is_settled) = (columns("entry"), worklist::is_settled());
    let sql = format!(
        "SELECT {columns}, entry.summary, other.row_id, other.practice
         FROM {OPEN_ENTRIES}
         JOIN settlement AS other ON other.case_id = entry.case_id
            AND other.episode = entry.episode AND other.snomed_code = entry.snomed_code
         WHERE entry.practice = ?1 AND other.live AND other.practice <> entry.practice
            AND other.outcome <> '' AND other.contradiction IS NULL AND {is_settled}"
    );
    let read = |row: &Row<'_>| {
        let from = (row.get::<_, String>(COLUMNS + 1)?, row.get::<_, String>(COLUMNS + 2)?);
        Ok((worklist::read(row, 0)?, row.get::<_, String>(COLUMNS)?, from))
    };
    let mut statement = tx.prepare_cached(&sql)?;
    let mut asks = Vec::new();
    for found in statement.query_map(params![practice.as_str(), open.rows()], read)? {
        let (row, summary, (replaces_row_id, from)) = found?;
        let course = Course::of(tx, &replaces_row_id)?;
        if course.reading().is_none_or(|reading| changes(reading, &row).is_empty()) {
            continue;
        }
        let what = what_to_put_right(&course, &row, &format!(" of practice {from}"));
        let reason = format!("{} {what}", came_from(&from));
        asks.push(Ask { action: Action::Amend, reason, replaces_row_id, row, summary });
    }
    Ok(asks)
}

fn came_from(practice: &str) -> String {
    format!("The entry came with the record from practice {practice}.")
}

/// In words, what an amendment asks of a practice: to put its entry right, or to make it, where it did
/// not say that it has it.
fn what_to_do(course: &Course, now: &WorklistRow, stands_again: bool) -> String {
    let what = what_to_put_right(course, now, "");
    match (stands_again, course.is_there(), course.reading()) {
        (true, false, _) => "It was taken back and stands again: make it as it reads here.".into(),
        (true, true, _) => format!(
            "It was to be taken back and stands again. If it is not in the record, make it as it \
             reads here. If it is, put it right: {what}"
        ),
        (false, false, _) => {
            format!("Make it as it reads here: it was sent back before. {what}")
        }
        (false, true, None) => format!(
            "If you have not made it yet, make it as it reads here. If you have, put it right: \
             {what}"
        ),
        (false, true, Some(_)) => what,
    }
}

/// In words, what differs from how the practice has the entry, and from each reading that it was asked
/// for and has not answered. `whose` names the practice whose packs those were, if it is another.
fn what_to_put_right(course: &Course, now: &WorklistRow, whose: &str) -> String {
    let Some(known) = course.known_as() else { return String::new() };
    let mut words = match changes(known, now) {
        same if same.is_empty() => "Nothing is to be changed: it is to read as you have it.".into(),
        changes => changes,
    };
    for other in unanswered_readings(course, known) {
        let changes = changes(&other.row, now);
        if !changes.is_empty() {
            words += &format!(" If it reads as pack {}{whose} asked: {changes}", other.number);
        }
    }
    words
}

/// What was asked and not answered, where it reads otherwise than the practice has the entry.
fn unanswered_readings<'a>(
    course: &'a Course,
    known: &WorklistRow,
) -> impl Iterator<Item = &'a Asked> {
    course.unanswered().filter(|asked| !changes(known, &asked.row).is_empty())
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
    match (then.consent_scope.as_str(), now.consent_scope.as_str()) {
        ("code_and_summary", "code_only") => words.push(
            "The person no longer agrees to the summary: take it out of the record.".to_owned(),
        ),
        ("code_only", "code_and_summary") => words.push("A summary may be kept now.".to_owned()),
        _ => {}
    }
    words.join(" ")
}

fn or_nothing(text: &str) -> &str {
    if text.is_empty() { "nothing" } else { text }
}

/// Whether two episodes of one person's records overlap: of these tables of a query.
fn overlap(mine: &str, theirs: &str) -> String {
    let began_before_end = |one: &str, other: &str| {
        format!("{one}.referred_on < ifnull({other}.ended_on, '9999-12-31')")
    };
    format!(
        "({mine}.referred_on = {theirs}.referred_on OR {} AND {})",
        began_before_end(mine, theirs),
        began_before_end(theirs, mine)
    )
}

/// Whether the fact of a row, whose record was set aside, is given by another record of the person.
fn is_given_again() -> String {
    let overlap = overlap("report_episode", "theirs");
    let answers = "('871731000000106', '871711000000103')";
    let same_code = format!(
        "(again.snomed_code = settlement.snomed_code
            OR again.snomed_code IN {answers} AND settlement.snomed_code IN {answers})"
    );
    let of_theirs = "again.case_id = theirs.case_id AND again.episode = theirs.episode";
    format!(
        "EXISTS (SELECT 1 FROM
            (SELECT goes_on AS case_id, 1 AS goes_on FROM stands_for
                WHERE case_id = settlement.case_id
             UNION ALL
             SELECT twin.case_id, 0 FROM stands_for AS own
                JOIN stands_for AS twin
                    ON twin.goes_on = own.goes_on AND twin.case_id < own.case_id
                WHERE own.case_id = settlement.case_id) AS other
            JOIN report_episode AS theirs ON theirs.case_id = other.case_id
            WHERE {overlap} AND CASE WHEN other.goes_on
                THEN EXISTS (SELECT 1 FROM coded_entry AS again WHERE {of_theirs} AND {same_code})
                    OR EXISTS (SELECT 1 FROM held_entry AS again
                        WHERE {of_theirs} AND again.snomed_code IN {answers}
                            AND again.reason = 'consent_withheld')
                ELSE EXISTS (SELECT 1 FROM settlement AS again
                    WHERE {of_theirs} AND {same_code} AND again.live) END)"
    )
}

/// Rows whose entry no longer stands, or is given by another record of the person: at the practice
/// that has the entry, where it went with the patient. One that is held until a person settles
/// something waits, and so does one that stands for another practice: it is in the record that moved
/// with the patient, or the practice says that they are not registered there.
fn retractions(tx: &Transaction<'_>, practice: &OdsCode) -> Result<Vec<Ask>, StoreError> {
    let (columns, is_given_again) = (columns("packed"), is_given_again());
    let held = "held.case_id = settlement.case_id AND held.episode = settlement.episode
        AND held.snomed_code IN (settlement.snomed_code, '')";
    let mut asks = Vec::new();
    let episode = "report_episode.case_id = settlement.case_id
        AND report_episode.episode = settlement.episode";
    let own = format!("settlement LEFT JOIN report_episode ON {episode}");
    // Told apart from the others by the practice before anything else is read.
    let moved = format!("report_episode CROSS JOIN settlement ON {episode}");
    for (tables, whose) in [
        (own, "settlement.practice = ?1 AND settlement.action <> 'RETRACT'"),
        // Who was asked and has not the patient said so.
        (
            moved,
            "report_episode.practice = ?1 AND settlement.practice <> report_episode.practice
                AND (settlement.action <> 'RETRACT' OR settlement.outcome = 'not_registered_here')",
        ),
    ] {
        let sql = format!(
            "SELECT {columns}, settlement.practice, ifnull(report_episode.practice, ''),
                EXISTS (SELECT 1 FROM held_entry AS held
                    WHERE {held} AND held.reason = 'consent_withheld'),
                EXISTS (SELECT 1 FROM coded_entry AS other WHERE other.case_id = settlement.case_id
                    AND other.episode = settlement.episode AND other.snomed_code IN
                        ('871731000000106', '871711000000103')),
                settlement.case_id IN (SELECT case_id FROM set_aside) AND {is_given_again}
                    AS is_double
             FROM {tables}
             JOIN packed_row AS packed ON packed.practice = settlement.practice
                AND packed.number = settlement.asked_in AND packed.row_id = settlement.row_id
             JOIN case_log ON case_log.case_id = settlement.case_id
             WHERE {whose} AND settlement.live
                AND (is_double OR NOT EXISTS (SELECT 1 FROM coded_entry AS entry
                    WHERE entry.case_id = settlement.case_id
                        AND entry.episode = settlement.episode
                        AND entry.snomed_code = settlement.snomed_code))
                AND (is_double OR
                    projected_position >= latest_position AND NOT failed
                    AND (NOT EXISTS (SELECT 1 FROM held_entry AS held WHERE {held})
                        OR EXISTS (SELECT 1 FROM held_entry AS held
                            WHERE {held} AND held.reason = 'consent_withheld')))"
        );
        let read = |row: &Row<'_>| {
            let flags = (row.get(COLUMNS + 4)?, row.get(COLUMNS + 2)?, row.get(COLUMNS + 3)?);
            let why = match flags {
                (true, _, _) => Why::SetAside,
                (_, true, _) => Why::ConsentWithheld,
                (_, false, true) => Why::AnsweredOtherwise,
                (_, false, false) => Why::Withdrawn,
            };
            let [own, now]: [String; 2] = [row.get(COLUMNS)?, row.get(COLUMNS + 1)?];
            Ok((worklist::read(row, 0)?, (own, now), why))
        };
        let mut statement = tx.prepare_cached(&sql)?;
        for found in statement.query_map([practice.as_str()], read)? {
            let (row, (own, now), why) = found?;
            asks.extend(retraction(tx, practice, row, (&own, &now), why)?);
        }
    }
    Ok(asks)
}

/// Why an entry is to be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    SetAside,
    ConsentWithheld,
    AnsweredOtherwise,
    Withdrawn,
}

impl Why {
    fn words(self) -> &'static str {
        match self {
            Self::SetAside => "The person had two records, and the other one goes on.",
            Self::ConsentWithheld => "The person no longer agrees that it is shared.",
            Self::AnsweredOtherwise => "The person's answer is recorded differently now.",
            Self::Withdrawn => "The entry was withdrawn.",
        }
    }
}

/// Asks to take back the entry as the practice has it: the one that was asked for it, `own`, or the one
/// that the person moved to `now`, once the other has said that it made the entry. Not where the other
/// record of the same person is what the practice had before: taking that out would leave none. Nor
/// where the record has not come as far as what was packed: nobody withdrew what is not in it yet.
fn retraction(
    tx: &Transaction<'_>,
    practice: &OdsCode,
    asked: WorklistRow,
    (own, now): (&str, &str),
    why: Why,
) -> Result<Option<Ask>, StoreError> {
    let course = Course::of(tx, &asked.row_id)?;
    let is_practices_own = course.is_practices_own();
    let moved_to = match own != now && course.reading().is_some() {
        true => row_here(tx, &asked, now)?,
        false => None,
    };
    let has_moved = moved_to.is_some();
    let is_elsewhere = practice.as_str() != if has_moved { now } else { own };
    let waits = match why {
        Why::SetAside => is_practices_own,
        _ => !is_known(tx, &asked)?,
    };
    if is_elsewhere || waits {
        return Ok(None);
    }
    let mut row = course.known_as().unwrap_or(&asked).clone();
    let (mut reason, mut replaces_row_id) = (why.words().to_owned(), String::new());
    if let Some(here) = moved_to {
        replaces_row_id = std::mem::replace(&mut row.row_id, here);
        reason += &format!(" {}", came_from(own));
    }
    if why == Why::SetAside
        && let Some(date) = date_of_the_other(tx, &row, practice)?
    {
        reason += &format!(" Its own entry, of {date}, stays.");
    }
    if is_practices_own {
        reason += " It was answered that it was in the record before: leave in what does not come \
                   from this list.";
    }
    let whose = if has_moved { format!(" of practice {own}") } else { String::new() };
    for other in unanswered_readings(&course, &row) {
        let changes = changes(&row, &other.row);
        reason += &format!(" It may read as pack {}{whose} asked: {changes}", other.number);
    }
    let (action, summary) = (Action::Retract, String::new());
    Ok(Some(Ask { action, reason, replaces_row_id, row, summary }))
}

/// The row of the same fact at the practice that a person moved to; none where that is not one of this
/// service, or where the row is that of a copy of the record.
fn row_here(
    tx: &Transaction<'_>,
    row: &WorklistRow,
    practice: &str,
) -> Result<Option<String>, StoreError> {
    let (Ok(practice), Ok(episode), Ok(code)) =
        (OdsCode::parse(practice), row.episode.parse(), ConceptId::parse(&row.snomed_code))
    else {
        return Ok(None);
    };
    let here = coding::row_id(&practice, episode, code, 0).to_string();
    let sql = "SELECT EXISTS (SELECT 1 FROM practice WHERE ods = ?1)
         AND NOT EXISTS (SELECT 1 FROM settlement WHERE row_id = ?2 AND case_id <> ?3)
         AND NOT EXISTS (SELECT 1 FROM standing_entry WHERE row_id = ?2 AND case_id <> ?3)";
    let key = params![practice.as_str(), here, row.case];
    let is_own: bool = tx.prepare_cached(sql)?.query_row(key, |row| row.get(0))?;
    Ok(is_own.then_some(here))
}

/// Whether the record has, or had, the entry that a row rests on.
fn is_known(tx: &Transaction<'_>, row: &WorklistRow) -> Result<bool, StoreError> {
    // An empty event does not say which it was.
    let Ok(event) = row.event.parse::<EventId>() else { return Ok(true) };
    let Ok(case) = CaseId::from_slice(&row.case) else { return Ok(true) };
    let Some(document) = snapshots::document(tx, case)? else { return Ok(false) };
    Ok(document.read(case).0.entries.contains_key(&event))
}

/// The date of the entry that the practice has, or may be making, by the record that goes on.
fn date_of_the_other(
    tx: &Transaction<'_>,
    row: &WorklistRow,
    practice: &OdsCode,
) -> Result<Option<String>, StoreError> {
    let overlap = overlap("mine", "theirs");
    let sql = format!(
        "SELECT other.row_id FROM stands_for
         JOIN settlement AS other ON other.case_id = stands_for.goes_on
         JOIN report_episode AS theirs
            ON theirs.case_id = other.case_id AND theirs.episode = other.episode
         JOIN report_episode AS mine ON mine.case_id = ?1 AND mine.episode = ?4 AND {overlap}
         WHERE stands_for.case_id = ?1 AND other.practice = ?2 AND other.snomed_code = ?3
            AND other.live ORDER BY other.row_id LIMIT 1"
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let key = params![row.case, practice.as_str(), row.snomed_code, row.episode];
    let other = statement.query_row(key, |row| row.get::<_, String>(0)).optional()?;
    let Some(other) = other else { return Ok(None) };
    Ok(Course::of(tx, &other)?.known_as().map(|row| row.event_date.clone()))
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
    let mut asks = Vec::new();
    for ask in rows {
        let ask: Ask = ask?;
        // Else another practice was asked about the entry since.
        if !Course::of(tx, &ask.row.row_id)?.has_gone_on() {
            asks.push(ask);
        }
    }
    Ok(asks)
}
