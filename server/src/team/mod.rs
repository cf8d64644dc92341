//! The lead's desk: what needs somebody today, the most urgent first, and what is decided here.

mod caseload;
mod caseloads;
mod compare;
mod contested;
mod duplicates;
mod held;
mod kept_apart;
mod restored;
mod told;
mod unanswered;
mod urgent;

use axum::{
    Router,
    extract::{DefaultBodyLimit, RawQuery, State},
    response::Response,
    routing::{get, post},
};
use maud::{Markup, html};
use rusqlite::Transaction;
use shared::{
    case::{Case, Field, Role},
    ids::{CaseId, UserId},
    limits,
    policy::{Action, Actor, Subject, may},
};

use self::told::Told;
use crate::{
    app::App,
    clock,
    error::Error,
    form::field,
    page::{self, counted, shown},
    service::ServiceFacts,
    session::SignedIn,
    store::{StoreError, people, settlements::Settled, snapshots},
};

/// A form of this desk: a reason, each character of it escaped, and a few names.
const FORM_BYTES_MAX: usize = 12 * (limits::PARAGRAPH_CHARACTERS_MAX + 1_000);

/// The routes of this room.
pub fn router() -> Router<App> {
    Router::new()
        .route("/team", get(team_page))
        .route("/team/duplicates/{one}/{other}", get(compare::page).post(compare::decided))
        .route("/team/kept-apart/{case}/{author}", post(kept_apart::decided))
        .route(restored::PATH, post(restored::go_on))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .merge(
            Router::new()
                .route(caseload::PATH, get(caseload::page).post(caseload::decided))
                .layer(DefaultBodyLimit::max(caseload::FORM_BYTES_MAX)),
        )
}

/// Whether somebody may do this. To whoever may not there is no such page.
fn check(signed_in: &SignedIn, action: Action) -> Result<(), Error> {
    if may(&signed_in.actor, action, &Subject::Service) { Ok(()) } else { Err(Error::NotFound) }
}

/// Everything on the lead's page, read in one transaction.
struct Desk {
    facts: ServiceFacts,
    /// Who can put the team list and damaged records right.
    administrators: Vec<UserId>,
    urgent: Vec<urgent::Concern>,
    contested: Vec<contested::Contested>,
    duplicates: duplicates::Duplicates,
    sent_back: Vec<Settled>,
    unanswered: Vec<crate::store::unanswered::Unanswered>,
    held: Vec<held::Group>,
    kept_apart: kept_apart::Apart,
    caseloads: Vec<caseloads::Caseload>,
}

impl Desk {
    fn read(tx: &Transaction<'_>, reader: &Actor) -> Result<Self, StoreError> {
        use crate::store::unanswered;
        let facts = ServiceFacts::load(tx)?;
        let is_administrator = |role: Role| role == Role::ServiceAdministrator;
        let team = people::team(tx)?.into_iter();
        Ok(Self {
            administrators: team
                .filter(|(_, _, role)| is_administrator(*role))
                .map(|(user, _, _)| user)
                .collect(),
            urgent: match may(reader, Action::ReadUrgent, &Subject::Service) {
                true => urgent::read(tx, facts.today)?,
                false => Vec::new(),
            },
            contested: contested::read(tx)?,
            duplicates: duplicates::read(tx)?,
            sent_back: unanswered::sent_back(tx)?,
            unanswered: unanswered::by_practice(tx, clock::now())?,
            held: held::read(tx)?,
            kept_apart: kept_apart::read(tx)?,
            caseloads: caseloads::read(tx)?,
            facts,
        })
    }

    fn name(&self, user: &UserId) -> &str {
        self.facts.name(user)
    }

    fn names(&self, users: &[UserId]) -> String {
        self.facts.names_of(users)
    }

    fn practice(&self, ods: &str) -> &str {
        practice(&self.facts, ods)
    }
}

/// The name of a practice by its code.
fn practice<'a>(facts: &'a ServiceFacts, ods: &str) -> &'a str {
    let found = facts.practices.iter().find(|(own, _)| own.as_str() == ods);
    found.map_or("Not known", |(_, name)| name)
}

/// Whose record it is, as it was worked out last; none where that cannot be read, or is not here.
fn whose(tx: &Transaction<'_>, case: CaseId) -> Result<Option<String>, StoreError> {
    Ok(snapshots::as_projected(tx, case)?.as_ref().map(known_as))
}

/// The name and the date of birth in a record.
fn known_as(case: &Case) -> String {
    let name = case.person.full_name();
    let birth_date = page::birth_date(case.person.shown(Field::BirthDate));
    match (name.is_empty(), birth_date.is_empty()) {
        (true, _) => "No name".to_owned(),
        (false, true) => name,
        (false, false) => format!("{name}, born {birth_date}"),
    }
}

/// The reason that a decision needs: something, and no more than a person reads.
fn reason(fields: &[(String, String)]) -> Option<String> {
    let reason = field(fields, "reason");
    let length = reason.chars().count();
    (1..=limits::PARAGRAPH_CHARACTERS_MAX).contains(&length).then(|| reason.to_owned())
}

async fn team_page(
    State(app): State<App>,
    signed_in: SignedIn,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    check(&signed_in, Action::ReadTeam)?;
    let reader = signed_in.actor.clone();
    let desk = app.store.read(move |tx| Desk::read(tx, &reader)).await?;
    let body = html! {
        (Told::of(query.as_deref()).banner())
        p class="fp-desk-balance" { (today(&desk)) " Last looked " (page::time_now()) "." }
        p { a href="/reports" { "Reports on activity, time and outcomes" } }
        (urgent::section(&desk))
        (restored::section(&desk))
        (contested::section(&desk))
        (duplicates::section(&desk))
        (unanswered::sent_back(&desk))
        (unanswered::section(&desk))
        (held::section(&desk))
        (kept_apart::section(&desk))
        (caseloads::section(&desk))
    };
    Ok(shown(page::page("Team", &signed_in, &desk.facts.name, &body)))
}

/// What needs somebody, in one sentence for each kind; what does not is not mentioned.
fn today(desk: &Desk) -> Markup {
    let Desk { urgent, contested, duplicates, sent_back, unanswered, held, kept_apart, .. } = desk;
    let overdue: u32 = unanswered.iter().map(|practice| practice.overdue).sum();
    let of = |is_meant: fn(&urgent::Concern) -> bool| {
        urgent.iter().filter(|concern| is_meant(concern)).count()
    };
    let says = [
        (
            of(urgent::Concern::is_open),
            "urgent concern has no owner.",
            "urgent concerns have no owner.",
        ),
        (
            of(urgent::Concern::is_unanswered),
            "urgent concern has no answer from its practice.",
            "urgent concerns have no answer from their practice.",
        ),
        (
            contested.len(),
            "referral is both accepted and declined.",
            "referrals are both accepted and declined.",
        ),
        (
            duplicates.undecided(),
            "pair of records looks like one person.",
            "pairs of records look like one person.",
        ),
        (sent_back.len(), "row was sent back.", "rows were sent back."),
        (
            overdue as usize,
            "row has had no answer for two weeks.",
            "rows have had no answer for two weeks.",
        ),
        (held::waiting(held), "entry is held back.", "entries are held back."),
        (kept_apart.undecided(), "change is kept apart.", "changes are kept apart."),
    ];
    let says: Vec<String> = says
        .into_iter()
        .filter(|(count, _, _)| *count > 0)
        .map(|(count, one, many)| counted(count, one, many))
        .collect();
    html! {
        @if says.is_empty() { "Nothing needs you today." } @else { (says.join(" ")) }
    }
}
