//! The practice's desk: what to enter, what was answered, what is held back, and the packs.

mod history;
mod patient;
mod receipts;
mod row;
mod to_do;
mod urgent;
mod view;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, RawQuery, State},
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use rusqlite::Transaction;
use shared::{
    case::Field,
    ids::UserId,
    limits,
    ods::OdsCode,
    policy::{Action, Actor, Subject, may},
    profile::ServiceNumber,
};

use self::to_do::Order;
use crate::{
    app::App,
    clock,
    error::Error,
    form::{Fields, field},
    pack::{self, PackError},
    page::shown,
    receipt,
    service::ServiceFacts,
    session::SignedIn,
    store::{
        StoreError,
        held::{self, HeldRow},
        numbers,
        packs::{self, PackLine},
        receipts::{Seen, Source, Way},
        settlements::{self, Balance, Settled},
        snapshots,
        urgent::{self as concerns, UrgentAnswer, UrgentRow},
        worklist,
    },
};

/// A form of this desk: an outcome and a few lines, each character of it escaped.
const FORM_BYTES_MAX: usize = 12 * (limits::PARAGRAPH_CHARACTERS_MAX + 1_000);
/// Answers that are shown below what is to do, where they can be taken back.
const JUST_DONE_MAX: usize = 20;

/// The routes of this room.
pub fn router() -> Router<App> {
    let forms = Router::new()
        .route("/practice/{ods}", get(worklist_page))
        .route("/practice/{ods}/answers", post(to_do::answered))
        .route("/practice/{ods}/rows/{row_id}", get(row::page).post(row::answered))
        .route("/practice/{ods}/rows/{row_id}/undo", post(row::undone))
        .route("/practice/{ods}/rows/{row_id}/settle", post(row::settled))
        .route("/practice/{ods}/urgent/{case}/{event}", post(urgent::answered))
        .route("/practice/{ods}/patient", post(patient::page))
        .route("/practice/{ods}/history", get(history::page))
        .route("/practice/{ods}/packs", post(close_pack))
        .route("/practice/{ods}/packs/{number}", get(download))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX));
    forms.merge(receipts::router())
}

/// Everything on a practice's page, read in one transaction.
struct Desk {
    facts: ServiceFacts,
    practice: OdsCode,
    order: Order,
    balance: Balance,
    to_do: Vec<Settled>,
    /// What was answered last, each with the answers that taking it back is about.
    done: Vec<(Seen, Settled)>,
    refused: usize,
    /// How many entries the next pack will bring.
    ready: usize,
    held: Vec<HeldRow>,
    urgent: Vec<Concern>,
    /// Whom a practice phones about a concern when it does not reach the link worker.
    numbers: Vec<ServiceNumber>,
    packs: Vec<PackLine>,
}

/// An urgent concern, as the practice's page shows it.
struct Concern {
    row: UrgentRow,
    /// The person's sex; empty where it is not recorded.
    sex: String,
    answers: Vec<UrgentAnswer>,
}

impl Concern {
    fn read(tx: &Transaction<'_>, row: UrgentRow) -> Result<Self, StoreError> {
        let document = snapshots::document(tx, row.case)?;
        let sex =
            document.map(|document| document.read(row.case).0.person.shown(Field::Sex).to_owned());
        Ok(Self { sex: sex.unwrap_or_default(), answers: concerns::answers(tx, &row)?, row })
    }

    /// Whether there is nothing left to do about it here.
    fn is_seen_to(&self) -> bool {
        self.row.has_owner() && !self.answers.is_empty()
    }
}

impl Desk {
    fn read(
        tx: &Transaction<'_>,
        practice: OdsCode,
        order: Order,
        reader: &Actor,
    ) -> Result<Self, StoreError> {
        let facts = ServiceFacts::load(tx)?;
        let subject = Subject::Practice(practice.clone());
        let urgent = match may(reader, Action::ReadUrgent, &subject) {
            true => concerns::of_practice(tx, &practice, facts.today)?,
            false => Vec::new(),
        };
        let urgent = urgent.into_iter().map(|row| Concern::read(tx, row));
        let urgent = urgent.collect::<Result<Vec<_>, StoreError>>()?;
        let numbers = match urgent.is_empty() {
            true => Vec::new(),
            false => urgent::numbers(numbers::list(tx)?, &practice),
        };
        let with_seen = |settled: Settled| Ok((receipt::seen(tx, &settled.row.row_id)?, settled));
        let done = settlements::answered(tx, &practice, JUST_DONE_MAX)?;
        let done = done.into_iter().map(with_seen).collect::<Result<_, StoreError>>()?;
        Ok(Self {
            facts,
            order,
            done,
            balance: settlements::balance(tx, &practice)?,
            to_do: settlements::outstanding(tx, &practice)?,
            refused: settlements::refused(tx, Some(&practice))?.len(),
            ready: worklist::ready(tx, &practice)?.len(),
            held: held::held(tx, Some(&practice))?,
            urgent,
            numbers,
            packs: packs::list(tx, &practice)?,
            practice,
        })
    }

    fn name(&self, user: &UserId) -> &str {
        self.facts.name(user)
    }

    /// When the next list is closed by itself; none where it is not.
    fn cut_off(&self) -> Option<String> {
        let at = self.facts.cut_off.filter(|_| self.facts.restored_at.is_none())?;
        Some(at.strftime("%H:%M").to_string())
    }
}

/// The practice in the address, for somebody who works there. To anybody else there is no such
/// page, whether or not there is such a practice.
fn own_practice(signed_in: &SignedIn, ods: &str) -> Result<OdsCode, Error> {
    let practice = OdsCode::parse(ods).map_err(|_| Error::NotFound)?;
    let subject = Subject::Practice(practice.clone());
    if may(&signed_in.actor, Action::ReadWorklist, &subject) {
        Ok(practice)
    } else {
        Err(Error::NotFound)
    }
}

/// Whoever clicks.
fn source(signed_in: &SignedIn, way: Way) -> Source {
    Source { way, by: Some(signed_in.actor.user), at: clock::now_ms() }
}

/// What a page says of the form that led to it, as its address carries it: never a name or number
/// of a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    /// So many rows were answered, and so many had been answered before.
    Answered(u32, u32),
    /// Another answer had been given: a person decides.
    Contradicts,
    Undone,
    Settled,
    /// Somebody was quicker.
    Gone,
    UrgentAnswered,
    WordsMissing,
}

impl Told {
    fn of(query: Option<&str>) -> Self {
        let query = query.unwrap_or_default();
        let value = query.split('&').find_map(|part| part.strip_prefix("told="));
        match value.unwrap_or_default().split('-').collect::<Vec<_>>()[..] {
            ["answered", new, known] => match (new.parse(), known.parse()) {
                (Ok(new), Ok(known)) => Self::Answered(new, known),
                _ => Self::Nothing,
            },
            ["contradicts"] => Self::Contradicts,
            ["undone"] => Self::Undone,
            ["settled"] => Self::Settled,
            ["gone"] => Self::Gone,
            ["urgent"] => Self::UrgentAnswered,
            ["words"] => Self::WordsMissing,
            _ => Self::Nothing,
        }
    }

    /// The practice's page, saying this.
    fn there(self, practice: &OdsCode) -> Redirect {
        self.there_at(practice, Order::default(), "")
    }

    /// The practice's page in this order, open at this entry unless what it says comes first.
    fn there_at(self, practice: &OdsCode, order: Order, place: &str) -> Redirect {
        let told = match self {
            Self::Nothing => String::new(),
            Self::Answered(new, known) => format!("answered-{new}-{known}"),
            Self::Contradicts => "contradicts".to_owned(),
            Self::Undone => "undone".to_owned(),
            Self::Settled => "settled".to_owned(),
            Self::Gone => "gone".to_owned(),
            Self::UrgentAnswered => "urgent".to_owned(),
            Self::WordsMissing => "words".to_owned(),
        };
        let place = match self {
            Self::Answered(new, _) if new > 0 => format!("#{place}"),
            Self::Undone => format!("#{place}"),
            _ => String::new(),
        };
        let by = order.query();
        Redirect::to(&format!("/practice/{practice}?{by}told={told}{place}"))
    }
}

async fn worklist_page(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(ods): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let practice = own_practice(&signed_in, &ods)?;
    let reader = signed_in.actor.clone();
    let order = Order::of(query.as_deref());
    let desk = app.store.read(move |tx| Desk::read(tx, practice, order, &reader)).await?;
    Ok(shown(view::worklist(&desk, Told::of(query.as_deref()), &signed_in)))
}

async fn close_pack(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(ods): Path<String>,
) -> Result<Redirect, Error> {
    let practice = own_practice(&signed_in, &ods)?;
    let there = format!("/practice/{practice}#to-do");
    let by = Some(signed_in.actor.user);
    let closed = tokio::task::spawn_blocking(move || {
        pack::close_next_at(&app.store, &practice, pack::Empty::Refuse, by, clock::now())
    });
    match closed.await.map_err(Error::internal)? {
        Ok(_) | Err(PackError::Nothing) => Ok(Redirect::to(&there)),
        Err(PackError::UnknownPractice(_)) => Err(Error::NotFound),
        Err(error @ (PackError::Behind | PackError::Restored)) => {
            Err(Error::Conflict(error.to_string()))
        }
        Err(PackError::Store(error)) => Err(error.into()),
        Err(error) => Err(Error::internal(error)),
    }
}

async fn download(
    State(app): State<App>,
    signed_in: SignedIn,
    Path((ods, number)): Path<(String, String)>,
) -> Result<Response, Error> {
    let practice = own_practice(&signed_in, &ods)?;
    let number = number.strip_suffix(".zip").unwrap_or(&number);
    let number: u32 = number.parse().map_err(|_| Error::NotFound)?;
    let name = pack::file_name(&practice, number);
    let bytes = app.store.read(move |tx| packs::bytes(tx, &practice, number));
    let bytes = bytes.await?.ok_or(Error::NotFound)?;
    let headers = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}
