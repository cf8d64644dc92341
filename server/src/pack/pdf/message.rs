//! What a summary says, under the headings of PRSB's "Message back to GP and referrer" of the
//! Social Prescribing Information Standard 1.1. A heading with nothing to say is left out.

use jiff::{Timestamp, civil::Date};
use shared::{calendar, case::Role, nhs_number::NhsNumber};

use super::{PersonSummary, layout::Block};
use crate::{
    clock,
    pack::{
        about::About,
        summary::{On, Service, Summary, Wellbeing},
    },
    store::worklist::WorklistRow,
};

/// "DAVIES, Siân": as GP systems write a name, so that the family name is known for one.
pub fn name(row: &WorklistRow) -> String {
    let family_name = row.person.family_name.to_uppercase();
    match row.person.given_names.as_str() {
        "" => family_name,
        given_names => format!("{family_name}, {given_names}"),
    }
}

/// What else tells the person from any other.
pub fn identity(row: &WorklistRow) -> String {
    format!("Born {}    NHS number {}", birth_date(row), nhs_number(row))
}

/// "Pack 3, closed 26 Nov 2026".
pub fn closed(about: &About<'_>) -> String {
    let cut_off = about.cut_off.parse::<Timestamp>();
    let closed = cut_off.map_or(about.cut_off.to_owned(), |at| day(clock::date_in_london(at)));
    format!("Pack {}, closed {closed}", about.number)
}

fn birth_date(row: &WorklistRow) -> String {
    on(&row.person.birth_date)
}

/// A date of a row, which is an ISO date or what was written instead.
fn on(text: &str) -> String {
    text.parse().map_or(text.to_owned(), day)
}

fn day(date: Date) -> String {
    format!("{} {}", calendar::words_short(date), date.year())
}

fn nhs_number(row: &WorklistRow) -> String {
    let number = &row.person.nhs_number;
    NhsNumber::parse(number).map_or(number.clone(), |number| number.spaced())
}

/// The whole document of one person.
pub fn blocks(about: &About<'_>, one: &PersonSummary<'_>) -> Vec<Block> {
    let mut blocks = vec![Block::Title(format!("Social prescribing: {}", name(one.first)))];
    if about.facts.demonstration {
        blocks
            .push(Block::Words("DEMONSTRATION: the people in this document are invented.".into()));
    }
    let practice = format!("{} ({})", about.practice_name(), about.practice);
    let sections = [
        ("Person demographics", demographics(one.first)),
        ("GP practice", vec![Block::Field("Practice:", practice)]),
        ("Referral details", referral(&one.summary)),
        ("Entries for the record", one.rows().map(entry).collect()),
        ("Attendance", attendance(&one.summary)),
        ("Needs discussed", needs(&one.summary)),
        ("Social prescription", one.summary.services.iter().map(service).collect()),
        ("Outcomes: personal wellbeing (ONS4, each 0 to 10)", outcomes(&one.summary)),
        ("Plan and closing", closing(&one.summary)),
        ("Person completing record", author(about, one.first)),
        ("Information sharing", vec![Block::Words(SHARING.into())]),
    ];
    for (heading, content) in sections {
        if !content.is_empty() {
            blocks.push(Block::Heading(heading));
            blocks.extend(content);
        }
    }
    blocks
}

const SHARING: &str = "The person agreed that their practice receives the coded entry and this \
    summary. It gives dates, counts and choices from lists, and is not the whole record: ask the \
    service for what else you need to know.";

fn demographics(row: &WorklistRow) -> Vec<Block> {
    let mut fields = vec![
        Block::Field("Name:", name(row)),
        Block::Field("NHS number:", nhs_number(row)),
        Block::Field("Date of birth:", birth_date(row)),
    ];
    if !row.sex.is_empty() {
        fields.push(Block::Field("Sex:", row.sex.clone()));
    }
    fields
}

fn referral(summary: &Summary) -> Vec<Block> {
    let mut fields = Vec::new();
    if let Some(On { on, words }) = &summary.referred {
        fields.push(Block::Field("Referred:", format!("{}, by: {words}", day(*on))));
    }
    if let Some((accepted, on)) = summary.answer {
        let answer = if accepted { "accepted" } else { "declined" };
        fields.push(Block::Field("The person's answer:", format!("{answer} on {}", day(on))));
    }
    fields
}

fn entry(row: &WorklistRow) -> Block {
    Block::Item(format!("{}: {} {}", on(&row.event_date), row.snomed_code, row.snomed_term))
}

fn attendance(summary: &Summary) -> Vec<Block> {
    let mut fields = Vec::new();
    if let Some((first, last)) = summary.met {
        let when = match first == last {
            true => format!("on {}", day(first)),
            false => format!("from {} to {}", day(first), day(last)),
        };
        fields.push(Block::Field("Seen:", format!("{}, {when}", times(summary.seen))));
        fields.push(Block::Field("How:", summary.modes.join(", ")));
    }
    if summary.no_answer > 0 {
        fields.push(Block::Field("Tried, no answer:", times(summary.no_answer)));
    }
    if summary.did_not_attend > 0 {
        fields.push(Block::Field("Did not attend:", times(summary.did_not_attend)));
    }
    fields
}

fn times(count: u32) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

fn needs(summary: &Summary) -> Vec<Block> {
    match summary.needs.as_slice() {
        [] => Vec::new(),
        needs => vec![Block::Words(needs.join(", "))],
    }
}

fn service(service: &Service) -> Block {
    let how = if service.introduced { "introduced by the link worker" } else { "signposted" };
    Block::Item(format!("{}: {} ({how})", day(service.on), service.name))
}

fn outcomes(summary: &Summary) -> Vec<Block> {
    let measure = |one: &Wellbeing| {
        let Wellbeing { on, satisfaction, worthwhile, happiness, anxiety } = one;
        Block::Item(format!(
            "{}: life satisfaction {satisfaction}, worthwhile {worthwhile}, happiness {happiness}, \
             anxiety {anxiety}",
            day(*on)
        ))
    };
    summary.wellbeing.iter().map(measure).collect()
}

fn closing(summary: &Summary) -> Vec<Block> {
    match (&summary.closed, summary.answer) {
        (Some(On { on, words }), _) => {
            vec![Block::Field("Closed:", format!("{}: {words}", day(*on)))]
        }
        (None, Some((true, _))) => vec![Block::Words("Support goes on.".into())],
        (None, _) => Vec::new(),
    }
}

fn author(about: &About<'_>, row: &WorklistRow) -> Vec<Block> {
    let role = Role::named(&row.author_role);
    let role = role.map_or(row.author_role.as_str(), |role| role.words());
    let mut fields = Vec::new();
    match about.facts.names.get(&row.author) {
        Some((name, username)) => {
            fields.push(Block::Field("Name and role:", format!("{name}, {role}")));
            if let Some(username) = username.as_deref().filter(|username| !username.is_empty()) {
                fields.push(Block::Field("User name at practice:", username.to_owned()));
            }
        }
        None => fields.push(Block::Field("Role:", role.to_owned())),
    }
    fields.push(Block::Field("Service:", about.facts.name.clone()));
    if let Ok(at) = row.recorded_at.parse::<Timestamp>() {
        fields.push(Block::Field("Recorded:", day(clock::date_in_london(at))));
    }
    fields
}
