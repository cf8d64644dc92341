//! Work that is kept apart, by case and author: why, since when, and whether it is taken in.

use axum::{
    Form,
    extract::{Path, State},
    response::Redirect,
};
use maud::{Markup, html};
use rusqlite::Transaction;
use shared::{limits, policy::Action};

use super::{Desk, Told, check, reason, whose};
use crate::{
    app::App,
    clock,
    error::Error,
    form::{Fields, field},
    page::{self, counted},
    session::SignedIn,
    store::{
        StoreError,
        kept_apart::{self, KeptApart, Named, Why},
    },
    take_in::kept_apart::{Decision, decide},
};

/// What is kept apart, each with whose record it is.
pub(super) struct Apart {
    lines: Vec<(Option<String>, KeptApart)>,
    /// Records that cannot be read at all.
    unreadable: usize,
}

impl Apart {
    /// How many changes nobody has decided on.
    pub(super) fn undecided(&self) -> usize {
        let open = self.lines.iter().filter(|(_, kept)| kept.left_aside.is_none());
        open.map(|(_, kept)| kept.named.changes as usize).sum()
    }
}

pub(super) fn read(tx: &Transaction<'_>) -> Result<Apart, StoreError> {
    let lines = kept_apart::list(tx)?.into_iter();
    let lines = lines.map(|kept| Ok((whose(tx, kept.named.case)?, kept)));
    let sql = "SELECT count(*) FROM case_log WHERE failed";
    Ok(Apart {
        lines: lines.collect::<Result<_, StoreError>>()?,
        unreadable: tx.query_row(sql, [], |row| row.get(0))?,
    })
}

pub(super) fn section(desk: &Desk) -> Markup {
    let Apart { lines, unreadable } = &desk.kept_apart;
    html! {
        section aria-labelledby="kept-apart" {
            h2 id="kept-apart" { "Kept apart" }
            @if lines.is_empty() {
                p { "No work is kept apart." }
            } @else {
                p { "None of this is in a record, and none of it is lost." }
                table class="nhsuk-table fp-desk-table" {
                    caption class="nhsuk-u-visually-hidden" { "Kept apart" }
                    thead { tr {
                        th scope="col" { "Person" } th scope="col" { "Written by" }
                        th scope="col" { "How much" } th scope="col" { "Since" }
                        th scope="col" { "Why" } th scope="col" { "Decide" }
                    } }
                    tbody { @for (index, (name, kept)) in lines.iter().enumerate() {
                        (line(desk, index, name.as_deref(), kept))
                    } }
                }
            }
            @if *unreadable > 0 {
                p {
                    (counted(*unreadable, "record", "records"))
                    " could not be read, so nothing new of them goes to a practice. Tell the "
                    "service administrator."
                }
            }
            p { a href="/team/unsent" { "Take in a file from a phone that cannot send" } }
        }
    }
}

fn line(desk: &Desk, index: usize, name: Option<&str>, kept: &KeptApart) -> Markup {
    let changes = kept.named.changes as usize;
    html! { tr {
        td { (name.unwrap_or("A record that is not here")) }
        td { (desk.name(&kept.named.author)) }
        td { (counted(changes, "change", "changes")) }
        td { (page::instant(&kept.since.to_string())) }
        td {
            @match kept.why {
                Why::NoLongerAllowed => "They no longer have this record.",
                Why::TakenOff => "The phone was taken off the service, or they have left.",
                Why::DoesNotFit => "It does not fit the record. Tell the service administrator.",
            }
            @if let Some(left) = &kept.left_aside {
                br; span class="fp-desk-quiet" {
                    "Left aside: " (left.reason) " " (desk.name(&left.by)) ", "
                    (page::instant(&left.at.to_string()))
                }
            }
        }
        td { @if kept.why != Why::DoesNotFit { (form(index, kept)) } }
    } }
}

fn form(index: usize, kept: &KeptApart) -> Markup {
    let Named { case, author, changes, upto, decided_at } = kept.named;
    let id = format!("kept-apart-{index}");
    html! {
        form method="post" action={ "/team/kept-apart/" (case) "/" (author) } {
            input type="hidden" name="changes" value=(changes);
            input type="hidden" name="upto" value=(upto);
            input type="hidden" name="decided_at" value=(decided_at);
            label class="nhsuk-label" for=(id) { "Why" }
            input class="nhsuk-input" type="text" id=(id) name="reason" required
                maxlength=(limits::PARAGRAPH_CHARACTERS_MAX) autocomplete="off";
            button type="submit" class="fp-desk-button" name="decision" value="leave" {
                "Leave it aside" }
            " "
            button type="submit" class="fp-desk-button" name="decision" value="take" {
                "Take it in" }
        }
    }
}

pub(super) async fn decided(
    State(app): State<App>,
    signed_in: SignedIn,
    Path((case, author)): Path<(String, String)>,
    Form(fields): Fields,
) -> Result<Redirect, Error> {
    check(&signed_in, Action::DecideKeptApart)?;
    let number = |name| field(&fields, name).parse::<i64>().unwrap_or(-1);
    let named = Named {
        case: case.parse().map_err(|_| Error::NotFound)?,
        author: author.parse().map_err(|_| Error::NotFound)?,
        changes: u32::try_from(number("changes")).unwrap_or(0),
        upto: number("upto"),
        decided_at: number("decided_at"),
    };
    let decision = match field(&fields, "decision") {
        "take" => Decision::TakeIn,
        "leave" => Decision::LeaveAside,
        _ => return Err(Error::BadRequest("Choose one of the decisions.".into())),
    };
    let Some(reason) = reason(&fields) else { return Ok(Told::ReasonMissing.at("/team")) };
    let by = (signed_in.actor.user, clock::now_ms());
    let write = move |tx: &Transaction<'_>| decide(tx, named, decision, by, &reason);
    let (outcome, _) = app.store.write::<_, StoreError>(write).await?;
    Ok(Told::of_kept_apart(outcome).at("/team"))
}
