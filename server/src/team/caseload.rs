//! One worker's people, or those whom nobody has: a lead shares them with a colleague, hands them
//! over, or takes them off. Names and referrals, not a word of what anybody said.

use std::collections::BTreeSet;

use axum::{
    Form,
    extract::{Path, RawQuery, State},
    response::{Redirect, Response},
};
use maud::{Markup, html};
use rusqlite::Transaction;
use shared::{
    case::{Case, Field, Role},
    ids::{CaseId, UserId},
    limits,
    policy::{Action, Actor, Subject, may},
};

use super::{Told, check, known_as, practice, reason};
use crate::{
    app::App,
    clock,
    error::Error,
    form::{Fields, field},
    page::{self, counted, shown},
    service::ServiceFacts,
    session::SignedIn,
    store::{
        StoreError,
        caseloads::{self, Assigned, Assignment, Decision},
        cases, people, snapshots,
    },
};

/// The route of the page.
pub(super) const PATH: &str = "/team/caseloads/{worker}";
/// Who is named in the address for records that nobody has.
const NOBODY: &str = "nobody";
/// People on one page, and in one decision: a whole caseload, and the one writer is not kept long.
const PEOPLE_MAX: usize = 500;
/// A form that names each of them, beside the reason.
pub(super) const FORM_BYTES_MAX: usize = PEOPLE_MAX * 64 + super::FORM_BYTES_MAX;
/// Decisions that the page shows.
const DECISIONS_MAX: usize = 50;

/// The address of a caseload.
pub(super) fn path(worker: Option<UserId>) -> String {
    let worker = worker.map_or_else(|| NOBODY.to_owned(), |worker| worker.to_string());
    PATH.replace("{worker}", &worker)
}

/// What is said of a record that nobody has, with the way to give it to somebody.
pub(super) fn nobody_has_it() -> Markup {
    html! { strong { a href=(path(None)) { "Nobody has this record" } } }
}

/// Everything on the page, read in one transaction.
struct Caseload {
    facts: ServiceFacts,
    worker: Option<UserId>,
    people: Vec<Person>,
    /// Who can be given somebody: whoever works with people, and is on the team.
    colleagues: Vec<(UserId, String)>,
    decisions: Vec<Decision>,
}

/// Somebody on the caseload.
struct Person {
    case: CaseId,
    name: String,
    practice: String,
    standing: &'static str,
    others: Vec<UserId>,
}

impl Caseload {
    fn read(tx: &Transaction<'_>, worker: Option<UserId>) -> Result<Self, StoreError> {
        let facts = ServiceFacts::load(tx)?;
        let cases = caseloads::carried_by(tx, worker, None, PEOPLE_MAX)?.into_iter();
        let people = cases.map(|case| Person::read(tx, case, worker, &facts));
        let mut people: Vec<Person> = people.collect::<Result<_, _>>()?;
        people.sort_by_cached_key(|person| shared::text::folded(&person.name));
        Ok(Self {
            people,
            colleagues: colleagues(tx)?.into_iter().filter(|(id, _)| Some(*id) != worker).collect(),
            decisions: caseloads::decisions(tx, worker, DECISIONS_MAX)?,
            worker,
            facts,
        })
    }

    fn name(&self) -> &str {
        self.worker.as_ref().map_or("Nobody", |worker| self.facts.name(worker))
    }
}

impl Person {
    fn read(
        tx: &Transaction<'_>,
        case: CaseId,
        worker: Option<UserId>,
        facts: &ServiceFacts,
    ) -> Result<Self, StoreError> {
        let read = snapshots::as_projected(tx, case)?;
        let ods = read.as_ref().map_or("", |case| case.person.shown(Field::PracticeOds)).to_owned();
        let holders = cases::holders(tx, case)?.into_iter();
        Ok(Self {
            case,
            name: read
                .as_ref()
                .map_or_else(|| "A record that is not here yet".to_owned(), known_as),
            practice: practice(facts, &ods).to_owned(),
            standing: read.as_ref().map_or("", standing),
            others: holders.filter(|holder| Some(*holder) != worker).collect(),
        })
    }
}

fn standing(case: &Case) -> &'static str {
    case.current_episode().map_or("No referral", |episode| episode.status().words())
}

/// Whoever can be given a record.
fn colleagues(tx: &Transaction<'_>) -> Result<Vec<(UserId, String)>, StoreError> {
    let works_with_people = |user: UserId, role: Role| {
        let actor = Actor { user, role, practice: None };
        may(&actor, Action::WriteCase, &Subject::Case { assigned: true })
    };
    let team = people::team(tx)?.into_iter();
    let team = team.filter(|(user, _, role)| works_with_people(*user, *role));
    Ok(team.map(|(user, name, _)| (user, name)).collect())
}

/// Whose caseload the address names, if there is such a one.
fn named(worker: &str) -> Result<Option<UserId>, Error> {
    match worker {
        NOBODY => Ok(None),
        worker => worker.parse().map(Some).map_err(|_| Error::NotFound),
    }
}

pub(super) async fn page(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(worker): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    check(&signed_in, Action::AssignCases)?;
    let worker = named(&worker)?;
    let caseload = app.store.read(move |tx| Caseload::read(tx, worker)).await?;
    if worker.is_some_and(|worker| !caseload.facts.names.contains_key(&worker)) {
        return Err(Error::NotFound);
    }
    let title = match worker {
        Some(_) => format!("Caseload of {}", caseload.name()),
        None => "People whom nobody has".to_owned(),
    };
    let body = html! {
        p { a href="/team#caseloads" { "Back to the team" } }
        (Told::of(query.as_deref()).banner())
        (people(&caseload))
        (history(&caseload))
    };
    Ok(shown(page::page(&title, &signed_in, &caseload.facts.name, &body)))
}

/// What the form asks for; none where something is missing, which is said.
struct Asked {
    assignment: Assignment,
    chosen: BTreeSet<CaseId>,
    everybody: bool,
    reason: String,
}

impl Asked {
    fn read(fields: &[(String, String)], from: Option<UserId>) -> Result<Self, Told> {
        let to = || field(fields, "to").parse().map_err(|_| Told::ColleagueMissing);
        let assignment = match (field(fields, "decision"), from) {
            ("hand-over", Some(from)) => Assignment::HandOver { from, to: to()? },
            ("take-off", Some(from)) => Assignment::TakeOff { from },
            _ => Assignment::Share { from, to: to()? },
        };
        let named = fields.iter().filter(|(name, _)| name == "case");
        let chosen: BTreeSet<CaseId> = named.filter_map(|(_, value)| value.parse().ok()).collect();
        let everybody = !field(fields, "everybody").is_empty();
        if chosen.is_empty() && !everybody {
            return Err(Told::NobodyChosen);
        }
        let reason = reason(fields).ok_or(Told::ReasonMissing)?;
        Ok(Self { assignment, chosen, everybody, reason })
    }

    fn decide(&self, tx: &Transaction<'_>, by: (UserId, i64)) -> Result<Told, StoreError> {
        let is_colleague =
            |to| Ok::<_, StoreError>(colleagues(tx)?.iter().any(|(id, _)| *id == to));
        if let Some(to) = self.assignment.to()
            && !is_colleague(to)?
        {
            return Ok(Told::ColleagueMissing);
        }
        let chosen = match (self.everybody, self.assignment) {
            // Those whom the colleague has already are not in the way of the others.
            (true, Assignment::Share { from: Some(from), to }) => {
                caseloads::carried_by(tx, Some(from), Some(to), PEOPLE_MAX)?.into_iter().collect()
            }
            (true, assignment) => {
                let cases = caseloads::carried_by(tx, assignment.from(), None, PEOPLE_MAX)?;
                cases.into_iter().collect()
            }
            (false, _) => self.chosen.clone(),
        };
        let Assigned { done, left } =
            caseloads::assign(tx, &chosen, self.assignment, by, &self.reason)?;
        Ok(match self.assignment {
            Assignment::TakeOff { .. } => Told::TakenOff(done, left),
            _ => Told::Given(done, left),
        })
    }
}

pub(super) async fn decided(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(worker): Path<String>,
    Form(fields): Fields,
) -> Result<Redirect, Error> {
    check(&signed_in, Action::AssignCases)?;
    let worker = named(&worker)?;
    let by = (signed_in.actor.user, clock::now_ms());
    let told = match Asked::read(&fields, worker) {
        Ok(asked) => app.store.write(move |tx| asked.decide(tx, by)).await?.0,
        Err(told) => told,
    };
    Ok(told.at(&path(worker)))
}

fn people(caseload: &Caseload) -> Markup {
    let Caseload { facts, worker, people, .. } = caseload;
    let who = if worker.is_some() { "person" } else { "record" };
    html! {
        @if people.is_empty() {
            p {
                @if worker.is_some() { (caseload.name()) " has nobody on their caseload." }
                @else { "Everybody is on somebody's caseload." }
            }
        } @else {
            form method="post" action=(path(*worker)) {
                table class="nhsuk-table" {
                    caption class="nhsuk-u-visually-hidden" { "People on this caseload" }
                    thead { tr {
                        th scope="col" { "Choose" } th scope="col" { "Person" }
                        th scope="col" { "Practice" } th scope="col" { "Referral" }
                        th scope="col" { "Also with" }
                    } }
                    tbody { @for person in people { tr {
                        td { input type="checkbox" name="case" value=(person.case)
                            aria-label={ "Choose " (person.name) }; }
                        th scope="row" { (person.name) }
                        td { (person.practice) } td { (person.standing) }
                        td { (facts.names_of(&person.others)) }
                    } } }
                }
                @if people.len() == PEOPLE_MAX {
                    p { "These are " (PEOPLE_MAX) " of more, those with an open referral first. Give them in several "
                        "steps: “Everybody” takes the next ones each time." }
                }
                p { label { input type="checkbox" name="everybody" value="yes"; " Everybody: "
                    (counted(people.len(), who, if who == "person" { "people" } else { "records" }))
                } }
                (decide(caseload))
            }
        }
    }
}

fn decide(caseload: &Caseload) -> Markup {
    let has_worker = caseload.worker.is_some();
    html! {
        section aria-labelledby="decide" {
            h2 id="decide" { "Give them to a colleague" }
            p {
                "Share them for cover: the colleague can read and add to the records too, from the "
                "next time that their phone has a signal. Hand them over for good: whoever gives "
                "them up loses the records then, once what was not sent is sent. What they wrote stays."
            }
            div class="nhsuk-form-group" {
                label class="nhsuk-label" for="to" { "Colleague" }
                select class="nhsuk-select" id="to" name="to" {
                    option value="" { "Choose somebody" }
                    @for (user, name) in &caseload.colleagues { option value=(user) { (name) } }
                }
            }
            div class="nhsuk-form-group" {
                label class="nhsuk-label" for="reason" { "Why" }
                input class="nhsuk-input nhsuk-input--width-30" type="text" id="reason" name="reason"
                    maxlength=(limits::PARAGRAPH_CHARACTERS_MAX) autocomplete="off";
            }
            p {
                @if has_worker {
                    button class="fp-desk-button" name="decision" value="share" {
                        "Share: both have them" }
                    " "
                    button class="fp-desk-button" name="decision" value="hand-over" {
                        "Hand over: the colleague has them instead" }
                    " "
                    button class="fp-desk-button" name="decision" value="take-off" {
                        "Take off: those who are with a colleague already" }
                } @else {
                    button class="fp-desk-button" name="decision" value="share" { "Give" }
                }
            }
        }
    }
}

fn history(caseload: &Caseload) -> Markup {
    html! {
        section aria-labelledby="history" {
            h2 id="history" { "Decided so far" }
            @if caseload.decisions.is_empty() { p { "Nothing yet." } }
            @else { ul { @for decision in &caseload.decisions { li {
                (words(caseload, decision)) ". " (decision.reason) " "
                span class="fp-desk-quiet" {
                    (caseload.facts.name(&decision.by)) ", "
                    (page::instant(&decision.at.to_string()))
                }
            } } } }
        }
    }
}

fn words(caseload: &Caseload, decision: &Decision) -> String {
    let people = counted(decision.cases as usize, "person", "people");
    let name = |user: &UserId| caseload.facts.name(user);
    match decision.assignment {
        Assignment::Share { from: Some(from), to } => {
            format!("{people} of {}: shared with {}", name(&from), name(&to))
        }
        Assignment::Share { from: None, to } => {
            format!("{people} whom nobody had: given to {}", name(&to))
        }
        Assignment::HandOver { from, to } => {
            format!("{people} of {}: handed over to {}", name(&from), name(&to))
        }
        Assignment::TakeOff { from } => format!("{people} of {}: taken off", name(&from)),
    }
}
