//! Pairs of records that look like one person's, and what was decided of others.

use maud::{Markup, html};
use rusqlite::Transaction;

use super::{Desk, whose};
use crate::{
    page,
    store::{
        StoreError,
        duplicates::{self, Decision, Pair, Verdict},
    },
};

/// Pairs that are named on the page. Beyond it something else is wrong, such as a file of referrals
/// that was taken in under other names.
const PAIRS_MAX: usize = 100;
/// Decisions that are shown: more than anybody looks back.
const DECIDED_MAX: usize = 20;

/// What is to decide and what was decided.
pub(super) struct Duplicates {
    pairs: usize,
    undecided: Vec<Named>,
    decided: Vec<(Named, Decision)>,
}

/// A pair, with whose its records are.
struct Named {
    pair: Pair,
    names: [String; 2],
}

impl Named {
    fn read(tx: &Transaction<'_>, pair: Pair) -> Result<Self, StoreError> {
        let [one, other] = pair.both().map(|case| {
            let name = whose(tx, case)?;
            Ok::<_, StoreError>(name.unwrap_or_else(|| "A record that cannot be read".to_owned()))
        });
        Ok(Self { pair, names: [one?, other?] })
    }
}

impl Duplicates {
    /// How many pairs nobody has decided on.
    pub(super) fn undecided(&self) -> usize {
        self.pairs
    }
}

pub(super) fn read(tx: &Transaction<'_>) -> Result<Duplicates, StoreError> {
    let pairs = duplicates::undecided(tx)?;
    let shown = pairs.iter().take(PAIRS_MAX).map(|pair| Named::read(tx, *pair));
    let undecided = shown.collect::<Result<_, StoreError>>()?;
    let decided = duplicates::decided(tx, DECIDED_MAX)?.into_iter();
    let decided = decided.map(|decision| Ok((Named::read(tx, decision.pair)?, decision)));
    let decided = decided.collect::<Result<_, StoreError>>()?;
    Ok(Duplicates { pairs: pairs.len(), undecided, decided })
}

/// Where a pair is laid side by side.
pub(super) fn path(pair: Pair) -> String {
    let [one, other] = pair.both();
    format!("/team/duplicates/{one}/{other}")
}

pub(super) fn section(desk: &Desk) -> Markup {
    let Duplicates { pairs, undecided, decided } = &desk.duplicates;
    html! {
        section aria-labelledby="duplicates" {
            h2 id="duplicates" { "Records that look like one person" }
            @if undecided.is_empty() {
                p { "No two records wait to be compared." }
            } @else {
                p { "Nothing from these records goes to a practice until you have decided." }
                table class="nhsuk-table fp-desk-table" {
                    caption class="nhsuk-u-visually-hidden" { "Records that look like one person" }
                    thead { tr {
                        th scope="col" { "One record" } th scope="col" { "The other" }
                        th scope="col" { "Decide" }
                    } }
                    tbody { @for named in undecided { tr {
                        td { (named.names[0]) } td { (named.names[1]) }
                        td { a href=(path(named.pair)) { "Compare"
                            span class="nhsuk-u-visually-hidden" { " " (named.names[0]) } } }
                    } } }
                }
                @if *pairs > undecided.len() { p { "And " (pairs - undecided.len()) " more." } }
            }
            @if !decided.is_empty() {
                details { summary { "Decided before" } ul { @for (named, decision) in decided { li {
                    a href=(path(named.pair)) { (named.names[0]) " and " (named.names[1]) } ": "
                    @match decision.verdict {
                        Verdict::DifferentPeople => "different people",
                        Verdict::SamePerson(_) => "the same person",
                    }
                    ". " span class="fp-desk-quiet" {
                        (desk.name(&decision.by)) ", " (page::instant(&decision.at.to_string())) }
                } } } }
            }
        }
    }
}
