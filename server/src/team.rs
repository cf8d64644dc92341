//! The lead's page: who carries how many, what is held back and why, and what is not coded.

use std::collections::BTreeMap;

use axum::{
    Router,
    extract::State,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use maud::{Markup, html};
use rusqlite::{Row, Transaction};
use shared::{
    case::Role,
    ids::UserId,
    policy::{Action, Actor, Subject, may},
};

use crate::{
    app::App,
    error::Error,
    pack,
    page::{self, counted},
    service::ServiceFacts,
    session::SignedIn,
    store::{
        StoreError, column,
        held::{self, HeldRow},
        logbook::{self, LoggedLine, StudyLine},
        urgent::{self, UrgentRow},
    },
};

/// What a caseload of a year comes to, at most.
const CASELOAD_TYPICAL_MAX: u32 = 250;

/// The routes of this room.
pub fn router() -> Router<App> {
    Router::new().route("/team", get(team_page)).route("/team/activity.csv", get(activity_csv))
}

fn check(signed_in: &SignedIn) -> Result<(), Error> {
    if may(&signed_in.actor, Action::ReadTeam, &Subject::Service) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// Everything on the lead's page, read in one transaction.
struct Team {
    facts: ServiceFacts,
    caseloads: Vec<Caseload>,
    held: Vec<HeldRow>,
    urgent: Vec<UrgentRow>,
    kept_apart: u32,
    misfits: u32,
    unreadable: u32,
    activity: Vec<ActivityLine>,
    logged: Vec<LoggedLine>,
    studies: Vec<StudyLine>,
}

/// Whom one worker carries.
struct Caseload {
    user: UserId,
    /// People whose referral is neither declined nor closed.
    carried: u32,
    /// Of all their people, those whose answer is contested.
    contested: u32,
    /// People whose episodes are over, and whom they can still read.
    over: u32,
}

/// Activity of one person in one month for one reason.
struct ActivityLine {
    month: String,
    author: UserId,
    words: String,
    entries: u32,
    minutes: u32,
}

impl Team {
    fn read(tx: &Transaction<'_>, reader: &Actor) -> Result<Self, StoreError> {
        let facts = ServiceFacts::load(tx)?;
        let urgent = match may(reader, Action::ReadUrgent, &Subject::Service) {
            true => urgent::of_service(tx, facts.today)?,
            false => Vec::new(),
        };
        let count = |sql: &str| tx.query_row(sql, [], |row| row.get(0));
        Ok(Self {
            facts,
            caseloads: caseloads(tx)?,
            held: held::held(tx, None)?,
            urgent,
            kept_apart: count("SELECT count(*) FROM quarantine WHERE verdict = 1")?,
            misfits: count("SELECT count(*) FROM quarantine WHERE verdict <> 1")?,
            unreadable: count("SELECT count(*) FROM case_log WHERE failed")?,
            activity: activity(tx)?,
            logged: logbook::activity(tx)?,
            studies: logbook::studies(tx)?,
        })
    }

    fn name(&self, user: UserId) -> &str {
        self.facts.names.get(&user).map_or("Somebody no longer on the team", |(name, _)| name)
    }
}

/// Everybody who works with people, and whoever else still has somebody.
fn caseloads(tx: &Transaction<'_>) -> Result<Vec<Caseload>, StoreError> {
    // A case that was not worked out yet is carried: it has only just come. A logbook is no case
    // of anybody's.
    let sql = "SELECT user.id, role, active,
            ifnull(sum(access.case_id IS NOT NULL AND NOT ifnull(standing.logbook, 0)), 0),
            ifnull(sum(access.case_id IS NOT NULL AND ifnull(standing.carried, 1)), 0),
            ifnull(sum(standing.contested), 0)
         FROM user
         LEFT JOIN access ON access.user = user.id AND revoked_position IS NULL
         LEFT JOIN standing ON standing.case_id = access.case_id
         GROUP BY user.id ORDER BY 5 DESC, name, user.id";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        let (role, active): (Role, bool) = (column::role(row, 1)?, row.get(2)?);
        let (all, carried): (u32, u32) = (row.get(3)?, row.get(4)?);
        let user = column::user(row, 0)?;
        let caseload =
            Caseload { user, carried, contested: row.get(5)?, over: all.saturating_sub(carried) };
        Ok((all > 0 || active && role.may_be_coded(), caseload))
    })?;
    let rows: Vec<(bool, Caseload)> = rows.collect::<Result<_, _>>()?;
    Ok(rows.into_iter().filter(|(shown, _)| *shown).map(|(_, caseload)| caseload).collect())
}

fn activity(tx: &Transaction<'_>) -> Result<Vec<ActivityLine>, StoreError> {
    let sql = "SELECT substr(event_date, 1, 7), author, words, count(*), sum(minutes)
         FROM activity GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2, 3";
    let read = |row: &Row<'_>| {
        Ok(ActivityLine {
            month: row.get(0)?,
            author: column::user(row, 1)?,
            words: row.get(2)?,
            entries: row.get(3)?,
            minutes: row.get(4)?,
        })
    };
    let mut statement = tx.prepare_cached(sql)?;
    Ok(statement.query_map([], read)?.collect::<Result<_, _>>()?)
}

async fn team_page(State(app): State<App>, signed_in: SignedIn) -> Result<Response, Error> {
    check(&signed_in)?;
    let reader = signed_in.actor.clone();
    let team = app.store.read(move |tx| Team::read(tx, &reader)).await?;
    let open = team.urgent.iter().filter(|row| !row.has_owner()).count();
    let carrying = team.caseloads.iter().filter(|caseload| caseload.carried > 0).count();
    let body = html! {
        p class="fp-desk-balance" {
            (counted(carrying, "person carries", "people carry")) " a caseload. "
            (counted(open, "urgent concern has", "urgent concerns have")) " no owner. "
            (counted(team.held.len(), "entry is", "entries are")) " held back."
        }
        (urgent(&team))
        (caseload_table(&team))
        (held(&team))
        (kept_apart(&team))
        (activity_table(&team))
        (logged_table(&team))
        (studies(&team))
    };
    let markup = page::page("Team", &signed_in, &team.facts.name, &body);
    Ok(([(CACHE_CONTROL, "no-store")], markup).into_response())
}

fn urgent(team: &Team) -> Markup {
    html! {
        @if !team.urgent.is_empty() {
            section aria-labelledby="urgent" class="fp-desk-urgent" {
                h2 id="urgent" { "Urgent concerns to look after" }
                p {
                    "Make sure that a named person takes over, and that whoever recorded it has a "
                    "check-in of their own. What was said is in the person's record alone."
                }
                table class="nhsuk-table fp-desk-table" {
                    caption class="nhsuk-u-visually-hidden" { "Urgent concerns to look after" }
                    thead { tr {
                        th scope="col" { "Person" } th scope="col" { "Practice" }
                        th scope="col" { "Since" } th scope="col" { "Recorded by" }
                        th scope="col" { "Who was told" } th scope="col" { "What is missing" }
                    } }
                    tbody { @for row in &team.urgent { (urgent_row(team, row)) } }
                }
            }
        }
    }
}

fn urgent_row(team: &Team, row: &UrgentRow) -> Markup {
    let practice = team.facts.practices.iter().find(|(ods, _)| ods.as_str() == row.practice);
    let today = team.facts.today;
    html! { tr {
        td { (row.person.given_names) " " (row.person.family_name) }
        td { (practice.map_or("Not known", |(_, name)| name)) }
        td { (page::date(&row.event_date)) ", " (row.event_time) }
        td { (team.name(row.author)) }
        td { (page::told(row)) }
        td {
            @if row.is_past_its_day(today) {
                strong { "Past its day" } ": nobody is recorded to have taken it over."
            } @else if !row.has_owner() {
                "Nobody is recorded to have taken it over."
            }
            @if row.is_check_missed(today) {
                @if !row.has_owner() { br; }
                strong { "Past its day" } ": somebody was to check on them by "
                (page::date(&row.check_on)) "."
            }
        }
    } }
}

fn caseload_table(team: &Team) -> Markup {
    html! {
        section aria-labelledby="caseloads" {
            h2 id="caseloads" { "Caseloads" }
            table class="nhsuk-table" {
                caption class="nhsuk-u-visually-hidden" { "People carried by each worker" }
                thead { tr {
                    th scope="col" { "Worker" } th scope="col" { "People carried" }
                    th scope="col" { "Contested" } th scope="col" { "Declined or closed" }
                } }
                tbody { @for caseload in &team.caseloads { tr {
                    td { (team.name(caseload.user)) }
                    td { (caseload.carried) " of " (CASELOAD_TYPICAL_MAX) }
                    td { (caseload.contested) } td { (caseload.over) }
                } } }
            }
        }
    }
}

fn held(team: &Team) -> Markup {
    html! {
        section aria-labelledby="held" {
            h2 id="held" { "Held back, and what settles it" }
            @if team.held.is_empty() {
                p { "Nothing is held back." }
            } @else {
                table class="nhsuk-table fp-desk-table" {
                    caption class="nhsuk-u-visually-hidden" { "Held back" }
                    thead { tr {
                        th scope="col" { "Person" } th scope="col" { "Date" }
                        th scope="col" { "Recorded by" } th scope="col" { "Why" }
                    } }
                    tbody { @for row in &team.held { tr {
                        td { (row.person.given_names) " " (row.person.family_name) }
                        td { (page::date(&row.event_date)) }
                        td { @if let Some(author) = row.author { (team.name(author)) } }
                        td { @for reason in &row.reasons { (reason.words) br; } }
                    } } }
                }
            }
        }
    }
}

fn kept_apart(team: &Team) -> Markup {
    html! {
        section aria-labelledby="kept-apart" {
            h2 id="kept-apart" { "Kept apart" }
            p {
                @if team.kept_apart == 0 {
                    "Nothing was written by somebody who could no longer write to a case, or handed "
                    "over by a phone that was taken off the service."
                } @else {
                    (counted(team.kept_apart as usize, "change was", "changes were"))
                    " written by somebody who could no longer write to the case, or handed over by a "
                    "phone that was taken off the service. They are kept."
                }
            }
            p { a href="/team/unsent" { "Take in a file from a phone that cannot send" } }
            @if team.misfits > 0 {
                p {
                    (counted(team.misfits as usize, "change does", "changes do"))
                    " not fit the record that they were written for. They are kept, and whoever "
                    "wrote them is told. Tell the service administrator."
                }
            }
            @if team.unreadable > 0 {
                p {
                    (counted(team.unreadable as usize, "record", "records"))
                    " could not be read, so nothing of them goes to a practice. Tell the service "
                    "administrator."
                }
            }
        }
    }
}

fn activity_table(team: &Team) -> Markup {
    html! {
        section aria-labelledby="activity" {
            h2 id="activity" { "Activity that is not coded" }
            p { a href="/team/activity.csv" { "Download as CSV" } }
            table class="nhsuk-table fp-desk-table" {
                caption class="nhsuk-u-visually-hidden" { "Activity that is not coded" }
                thead { tr {
                    th scope="col" { "Month" } th scope="col" { "Worker" }
                    th scope="col" { "Why it is not coded" } th scope="col" { "Entries" }
                    th scope="col" { "Minutes" }
                } }
                tbody { @for line in &team.activity { tr {
                    td { (line.month) } td { (team.name(line.author)) } td { (line.words) }
                    td { (line.entries) } td { (line.minutes) }
                } } }
            }
        }
    }
}

fn logged_table(team: &Team) -> Markup {
    html! {
        section aria-labelledby="logged" {
            h2 id="logged" { "Activity without a person" }
            @if team.logged.is_empty() {
                p { "Nobody has noted any yet. It is noted on the phone, under More." }
            } @else {
                table class="nhsuk-table fp-desk-table" {
                    caption class="nhsuk-u-visually-hidden" { "Activity without a person" }
                    thead { tr {
                        th scope="col" { "Month" } th scope="col" { "Worker" }
                        th scope="col" { "Kind" } th scope="col" { "Entries" }
                        th scope="col" { "Minutes" }
                    } }
                    tbody { @for line in &team.logged { tr {
                        td { (line.month) } td { (team.name(line.author)) } td { (line.kind) }
                        td { (line.entries) } td { (line.minutes) }
                    } } }
                }
            }
        }
    }
}

fn studies(team: &Team) -> Markup {
    html! {
        section aria-labelledby="studies" {
            h2 id="studies" { "Case studies" }
            @if team.studies.is_empty() {
                p { "Nobody has written one yet. They are written on the phone, under More." }
            }
            @for study in &team.studies {
                article class="fp-desk-study" {
                    h3 { (study.title) }
                    p class="fp-desk-quiet" {
                        (team.name(study.author)) ", " (page::date(&study.event_date))
                    }
                    p class="fp-desk-text" { (study.words) }
                }
            }
        }
    }
}

/// Both tables of activity as a file. It names workers and nobody else.
async fn activity_csv(State(app): State<App>, signed_in: SignedIn) -> Result<Response, Error> {
    check(&signed_in)?;
    let read = |tx: &Transaction<'_>| {
        let names: BTreeMap<UserId, _> = ServiceFacts::load(tx)?.names;
        Ok::<_, StoreError>((names, activity(tx)?, logbook::activity(tx)?))
    };
    let (names, lines, logged) = app.store.read(read).await?;
    let name = |user| names.get(user).map_or("", |(name, _)| name.as_str()).to_owned();
    let of_people = lines.iter().map(|line| {
        let (entries, minutes) = (line.entries.to_string(), line.minutes.to_string());
        [
            line.month.clone(),
            name(&line.author),
            line.words.clone(),
            String::new(),
            entries,
            minutes,
        ]
    });
    let without = logged.iter().map(|line| {
        let (entries, minutes) = (line.entries.to_string(), line.minutes.to_string());
        let why = "It belongs to no person.".to_owned();
        [line.month.clone(), name(&line.author), why, line.kind.clone(), entries, minutes]
    });
    let rows: Vec<[String; 6]> = of_people.chain(without).collect();
    let rows = rows.iter().map(|row| row.iter().map(String::as_str).collect());
    let header = ["month", "worker", "why_it_is_not_coded", "activity", "entries", "minutes"];
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"activity.csv\""),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, pack::write_csv(&header, rows)).into_response())
}
