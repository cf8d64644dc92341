//! Two records side by side: who the person is, who has them, what became of referrals and what was
//! sent. Not a word of what anybody said. Here the lead decides whether they are one person's.

use axum::{
    Form,
    extract::{Path, RawQuery, State},
    response::{Redirect, Response},
};
use maud::{Markup, html};
use rusqlite::Transaction;
use shared::{
    case::{Case, Episode, Field},
    ids::{CaseId, UserId},
    limits,
    policy::Action,
    text,
};

use super::{Told, check, duplicates::path, practice, reason};
use crate::{
    app::App,
    clock,
    error::Error,
    form::{Fields, field},
    page::{self, counted, shown},
    service::ServiceFacts,
    session::SignedIn,
    store::{
        StoreError, cases,
        duplicates::{self, Decision, Pair, Verdict},
        settlements::{self, Settled},
        snapshots,
    },
};

/// The fields by which a person is told apart, in the order of the page.
const FIELDS: [Field; 6] = [
    Field::FamilyName,
    Field::GivenNames,
    Field::BirthDate,
    Field::NhsNumber,
    Field::Sex,
    Field::PracticeOds,
];

/// Both records with what was decided of them, read in one transaction.
struct Compared {
    facts: ServiceFacts,
    pair: Pair,
    sides: [Side; 2],
    decisions: Vec<Decision>,
}

/// One record.
struct Side {
    id: CaseId,
    /// As it was worked out last; none where it cannot be read.
    case: Option<Case>,
    holders: Vec<UserId>,
    rows: Vec<Settled>,
    /// The record that goes on in its stead.
    goes_on: Option<CaseId>,
}

impl Side {
    fn read(tx: &Transaction<'_>, id: CaseId) -> Result<Self, StoreError> {
        Ok(Self {
            id,
            case: snapshots::as_projected(tx, id)?,
            holders: cases::holders(tx, id)?,
            rows: settlements::of_case(tx, id)?,
            goes_on: duplicates::goes_on_for(tx, id)?,
        })
    }

    fn field(&self, field: Field, facts: &ServiceFacts) -> String {
        let Some(case) = &self.case else { return String::new() };
        let register = case.person.register(field);
        let words = |value: &str| match field {
            Field::BirthDate => page::birth_date(value),
            Field::NhsNumber => page::nhs_number(value),
            Field::PracticeOds if !value.is_empty() => practice(facts, value).to_owned(),
            _ => value.to_owned(),
        };
        match register.contested() {
            // Two people wrote different values at once.
            Some(values) => values.map(words).collect::<Vec<_>>().join(" or "),
            None => words(register.shown()),
        }
    }
}

impl Compared {
    /// The pair, if the lead may lay it side by side.
    fn read(tx: &Transaction<'_>, pair: Pair) -> Result<Option<Self>, StoreError> {
        if !duplicates::may_compare(tx, pair)? {
            return Ok(None);
        }
        let [one, other] = pair.both().map(|case| Side::read(tx, case));
        Ok(Some(Self {
            facts: ServiceFacts::load(tx)?,
            pair,
            sides: [one?, other?],
            decisions: duplicates::decisions(tx, pair)?,
        }))
    }

    /// The last decision, by which a form says what its reader knew.
    fn seen(&self) -> i64 {
        self.decisions.last().map_or(0, |last| last.id)
    }
}

/// The pair in the address.
fn named((one, other): &(String, String)) -> Result<Pair, Error> {
    let case = |text: &str| text.parse::<CaseId>().map_err(|_| Error::NotFound);
    Pair::of(case(one)?, case(other)?).ok_or(Error::NotFound)
}

pub(super) async fn page(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(names): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    check(&signed_in, Action::DecideDuplicates)?;
    let pair = named(&names)?;
    let compared = app.store.read(move |tx| Compared::read(tx, pair)).await?;
    let compared = compared.ok_or(Error::NotFound)?;
    let body = html! {
        p { a href="/team" { "Back to the team" } }
        (Told::of(query.as_deref()).banner())
        (now(&compared))
        (table(&compared))
        (decide(&compared))
        (history(&compared))
    };
    Ok(shown(page::page("One person or two?", &signed_in, &compared.facts.name, &body)))
}

pub(super) async fn decided(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(names): Path<(String, String)>,
    Form(fields): Fields,
) -> Result<Redirect, Error> {
    check(&signed_in, Action::DecideDuplicates)?;
    let pair = named(&names)?;
    let verdict = match field(&fields, "decision") {
        "different" => Some(Verdict::DifferentPeople),
        goes_on => goes_on.parse().ok().map(Verdict::SamePerson),
    };
    let verdict =
        verdict.ok_or_else(|| Error::BadRequest("Choose one of the decisions.".into()))?;
    let Some(reason) = reason(&fields) else { return Ok(Told::ReasonMissing.at(&path(pair))) };
    let seen = field(&fields, "seen").parse().unwrap_or(-1);
    let by = (signed_in.actor.user, clock::now_ms());
    let write = move |tx: &Transaction<'_>| {
        // An address with two records that are no pair has no page.
        let outcome = match duplicates::may_compare(tx, pair)? {
            true => Some(duplicates::decide(tx, pair, seen, verdict, by, &reason)?),
            false => None,
        };
        Ok::<_, StoreError>(outcome)
    };
    let outcome = app.store.write(write).await?.0.ok_or(Error::NotFound)?;
    let told = Told::of_pair(outcome, verdict);
    Ok(match outcome {
        duplicates::Outcome::Kept { .. } => told.at("/team"),
        _ => told.at(&path(pair)),
    })
}

/// What holds now, in words.
fn now(compared: &Compared) -> Markup {
    let place = |case: CaseId| if case == compared.sides[0].id { "first" } else { "second" };
    html! {
        p class="fp-desk-balance" {
            @match compared.decisions.last().map(|last| last.verdict) {
                None => {
                    "Nobody has decided. Until then nothing from these records goes to a practice."
                }
                Some(Verdict::DifferentPeople) => {
                    "Decided: different people. Both records go on."
                }
                Some(Verdict::SamePerson(goes_on)) => {
                    "Decided: the same person. The " (place(goes_on)) " record goes on."
                }
            }
        }
    }
}

fn table(compared: &Compared) -> Markup {
    let [one, other] = &compared.sides;
    let line = |name: &str, cell: &dyn Fn(&Side) -> Markup| {
        html! { tr {
            th scope="row" { (name) } td { (cell(one)) } td { (cell(other)) } td {}
        } }
    };
    html! {
        table class="nhsuk-table fp-desk-table" {
            caption class="nhsuk-u-visually-hidden" { "Both records" }
            thead { tr {
                th scope="col" { "What" } th scope="col" { "First record" }
                th scope="col" { "Second record" } th scope="col" { "Alike?" }
            } }
            tbody {
                @for field in FIELDS { (field_line(compared, field)) }
                (line("Who has it", &|side| holders(compared, side)))
                (line("Referrals", &episodes))
                (line("Contacts", &|side| html! { (contacts(side)) }))
                (line("Sent to practices", &|side| sent(compared, side)))
            }
        }
    }
}

fn field_line(compared: &Compared, field: Field) -> Markup {
    let values = compared.sides.each_ref().map(|side| side.field(field, &compared.facts));
    let says = match &values {
        [one, other] if one.is_empty() || other.is_empty() => "",
        [one, other] if text::folded(one) == text::folded(other) => "Alike",
        _ => "Different",
    };
    html! { tr {
        th scope="row" { (title(field.words())) }
        @for value in &values {
            td { @if value.is_empty() { "Not recorded" } @else { (value) } }
        }
        td { (says) }
    } }
}

/// The name of a field as a heading.
fn title(words: &str) -> String {
    let mut characters = words.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn holders(compared: &Compared, side: &Side) -> Markup {
    html! {
        @if side.holders.is_empty() { "Nobody" }
        @for user in &side.holders { (compared.facts.name(user)) br; }
        @if let Some(goes_on) = side.goes_on && compared.pair.beside(goes_on) != Some(side.id) {
            strong { "Set aside for a third record." }
        }
    }
}

fn episodes(side: &Side) -> Markup {
    let Some(case) = &side.case else { return html! { "This record cannot be read" } };
    let line = |episode: &Episode<'_>| {
        let referred = page::date(&episode.referral.on().to_string());
        let ended =
            episode.ended_on().map(|on| format!(", over since {}", page::date(&on.to_string())));
        format!("{referred}: {}{}", episode.status().words(), ended.unwrap_or_default())
    };
    let episodes = case.episodes();
    html! {
        @if episodes.is_empty() { "No referral" }
        @for episode in &episodes { (line(episode)) br; }
    }
}

fn contacts(side: &Side) -> usize {
    let count = |case: &Case| case.episodes().iter().map(|episode| episode.contacts.len()).sum();
    side.case.as_ref().map_or(0, count)
}

fn sent(compared: &Compared, side: &Side) -> Markup {
    html! {
        @if side.rows.is_empty() { "Nothing" }
        @for settled in &side.rows {
            (practice(&compared.facts, &settled.practice)) ", pack " (settled.asked_in) ": "
            (settled.action.name()) ", " (settled.row.snomed_term) ", "
            (page::date(&settled.row.event_date)) ". "
            span class="fp-desk-quiet" {
                (settled.outcome.map_or("No answer yet", |outcome| outcome.words(settled.action))) }
            br;
        }
    }
}

fn decide(compared: &Compared) -> Markup {
    let holds = compared.decisions.last().map(|last| last.verdict);
    let [one, other] = &compared.sides;
    let sent = |side: &Side| side.rows.iter().filter(|settled| settled.outcome.is_none()).count();
    let choices = [
        (Verdict::DifferentPeople, "different".to_owned(), "Different people: both go on"),
        (Verdict::SamePerson(one.id), one.id.to_string(), "The same person: the first goes on"),
        (
            Verdict::SamePerson(other.id),
            other.id.to_string(),
            "The same person: the second goes on",
        ),
    ];
    html! {
        section aria-labelledby="decide" {
            h2 id="decide" {
                @if holds.is_none() { "Decide" } @else { "Decide otherwise" }
            }
            p {
                "The record that does not go on is set aside: nothing of it is sent any more. "
                "What was sent of it stays true of the person, and is taken back where the other one "
                "gives it again. Everybody who has it is given the one that goes on. Nothing is deleted, both can still be read, and you can "
                "decide otherwise later."
            }
            @if sent(one) + sent(other) > 0 {
                p { (counted(sent(one) + sent(other), "row waits", "rows wait"))
                    " for an answer of a practice." }
            }
            form method="post" action=(path(compared.pair)) {
                input type="hidden" name="seen" value=(compared.seen());
                div class="nhsuk-form-group" {
                    label class="nhsuk-label" for="reason" { "How you know" }
                    textarea class="nhsuk-textarea" id="reason" name="reason" rows="3" required
                        maxlength=(limits::PARAGRAPH_CHARACTERS_MAX) {}
                }
                @for (verdict, value, words) in choices {
                    @if holds != Some(verdict) {
                        p { button class="nhsuk-button nhsuk-button--secondary" type="submit"
                            name="decision" value=(value) { (words) } }
                    }
                }
            }
        }
    }
}

fn history(compared: &Compared) -> Markup {
    html! {
        section aria-labelledby="history" {
            h2 id="history" { "Decided so far" }
            @if compared.decisions.is_empty() { p { "Nobody has decided yet." } }
            @else { ul { @for decision in &compared.decisions { li {
                @match decision.verdict {
                    Verdict::DifferentPeople => "Different people",
                    Verdict::SamePerson(case) if case == compared.sides[0].id => {
                        "The same person: the first record goes on"
                    }
                    Verdict::SamePerson(_) => "The same person: the second record goes on",
                }
                ". " (decision.reason) " "
                span class="fp-desk-quiet" {
                    (compared.facts.name(&decision.by)) ", "
                    (page::instant(&decision.at.to_string()))
                }
            } } } }
        }
    }
}
