//! The lead's reports: folds over what was recorded, on screen, as files and on paper. They name
//! workers and never people.

mod activity;
mod caseload;
mod chart;
mod contacts;
mod period;
mod signposting;
mod spread;
mod suppress;
mod table;
#[cfg(test)]
mod tests;
mod time;
mod waits;
mod wellbeing;

use axum::{
    Router,
    extract::{Path, RawQuery, State},
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use maud::{Markup, html};
use rusqlite::Transaction;
use shared::{
    ids::UserId,
    policy::{Action, Subject, may},
};

use self::{period::Period, table::Report};
use crate::{
    app::App, clock, error::Error, pack, page, service::ServiceFacts, session::SignedIn,
    store::StoreError,
};

/// The routes of this room.
pub fn router() -> Router<App> {
    Router::new().route("/reports", get(index)).route("/reports/{name}", get(report))
}

/// A report, by its name in the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Activity,
    Contacts,
    Caseload,
    Time,
    Signposting,
    Wellbeing,
    Waits,
}

impl Kind {
    /// Every report, in the order of the list.
    const ALL: [Self; 7] = [
        Self::Activity,
        Self::Contacts,
        Self::Caseload,
        Self::Time,
        Self::Signposting,
        Self::Wellbeing,
        Self::Waits,
    ];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Activity => "activity",
            Self::Contacts => "contacts",
            Self::Caseload => "caseload",
            Self::Time => "time",
            Self::Signposting => "signposting",
            Self::Wellbeing => "wellbeing",
            Self::Waits => "waits",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Activity => "Activity that is not coded, and case studies",
            Self::Contacts => "Contacts per episode",
            Self::Caseload => "Caseload",
            Self::Time => "What a session takes",
            Self::Signposting => "Signposting and unmet need",
            Self::Wellbeing => "Outcomes: wellbeing (ONS4)",
            Self::Waits => "Days from referral to first contact",
        }
    }

    /// What the report answers.
    fn asks(self) -> &'static str {
        match self {
            Self::Activity => "What the team did that no practice is told of, and its case studies",
            Self::Contacts => "How often people were met, against 6 to 12 times over three months",
            Self::Caseload => "How many people each worker has, against 250 in a year",
            Self::Time => "Preparation, session, write-up and research, against what is usual",
            Self::Signposting => "Which services were named for which needs, and where none was",
            Self::Wellbeing => "How people's wellbeing changed, small numbers kept back",
            Self::Waits => "How long people waited, and who still does",
        }
    }

    fn read(self, question: &Question<'_>) -> Result<Report, StoreError> {
        match self {
            Self::Activity => activity::read(question),
            Self::Contacts => contacts::read(question),
            Self::Caseload => caseload::read(question),
            Self::Time => time::read(question),
            Self::Signposting => signposting::read(question),
            Self::Wellbeing => wellbeing::read(question),
            Self::Waits => waits::read(question),
        }
    }
}

/// What a report is asked, and of which state of the service.
struct Question<'a> {
    tx: &'a Transaction<'a>,
    facts: &'a ServiceFacts,
    period: Period,
}

impl Question<'_> {
    /// The name of somebody of the team, of now or of before.
    fn name(&self, user: UserId) -> String {
        let name = self.facts.names.get(&user).map(|(name, _)| name.clone());
        name.unwrap_or_else(|| "Somebody no longer on the team".to_owned())
    }
}

fn check(signed_in: &SignedIn) -> Result<(), Error> {
    if may(&signed_in.actor, Action::ReadTeam, &Subject::Service) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

async fn index(
    State(app): State<App>,
    signed_in: SignedIn,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    check(&signed_in)?;
    let period = Period::of(query.as_deref(), clock::today())?;
    let facts = app.store.read(ServiceFacts::load).await?;
    let body = html! {
        p { a href="/team" { "Back to the team" } }
        (choose_period("/reports", &period))
        ul class="fp-desk-reports" {
            @for kind in Kind::ALL { li {
                a href={ "/reports/" (kind.name()) "?" (period.query()) } { (kind.title()) }
                br; span class="fp-desk-quiet" { (kind.asks()) }
            } }
        }
        p {
            "Each report says what it counts. It is worked out from what phones have sent by now, \
             and names workers and never people."
        }
    };
    Ok(page::shown(page::page("Reports", &signed_in, &facts.name, &body)))
}

async fn report(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    check(&signed_in)?;
    let file = name.strip_suffix(".csv");
    let kind = Kind::named(file.unwrap_or(&name)).ok_or(Error::NotFound)?;
    let period = Period::of(query.as_deref(), clock::today())?;
    let read = move |tx: &Transaction<'_>| {
        let facts = ServiceFacts::load(tx)?;
        let report = kind.read(&Question { tx, facts: &facts, period })?;
        Ok::<_, StoreError>((facts.name, report))
    };
    let (service, report) = app.store.read(read).await?;
    if file.is_some() {
        return Ok(as_file(kind, &period, &report));
    }
    let there = format!("/reports/{}", kind.name());
    let body = html! {
        nav aria-label="Reports" class="fp-desk-ways" {
            a href={ "/reports?" (period.query()) } { "All reports" }
            a href={ (there) ".csv?" (period.query()) } { "Download as CSV" }
        }
        p class="fp-desk-balance" { (period.words()) }
        (choose_period(&there, &period))
        (report.markup())
    };
    Ok(page::shown(page::page(kind.title(), &signed_in, &service, &body)))
}

/// The form that asks for another period. It is not printed; the period is said beside it.
fn choose_period(there: &str, period: &Period) -> Markup {
    let month = |name: &str, label: &str, value: String| {
        html! {
            label class="nhsuk-label" for=(name) { (label) }
            input class="nhsuk-input nhsuk-input--width-10" type="month" id=(name) name=(name)
                value=(value) required pattern="[0-9]{4}-[0-9]{2}" placeholder="2026-01";
        }
    };
    html! {
        form method="get" action=(there) class="fp-desk-period" {
            (month("from", "First month", period.from()))
            (month("to", "Last month", period.to()))
            button type="submit" class="fp-desk-button" { "Show" }
        }
    }
}

fn as_file(kind: Kind, period: &Period, report: &Report) -> Response {
    let name = format!("{}-{}-{}.csv", kind.name(), period.from(), period.to());
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, pack::write_figures(&report.header(), report.records())).into_response()
}
