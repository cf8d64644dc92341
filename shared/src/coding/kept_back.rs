//! What is not passed on beside a code, nor read out online: whoever lives with a person may read
//! their record over their shoulder.

use super::source_contact;
use crate::case::{Case, Entry, Episode, Fact, belongs, picklist::Need};

/// Needs that are not passed on: the first is of urgent concerns, the second of other people, and
/// one of those may be the reader.
pub const NEEDS_KEPT_BACK: [&str; 2] = ["crisis", "relationships"];

/// Whether the talk in which an answer was given or a service was named touched on an urgent concern
/// or on a need that is kept back: the name of the service alone would tell. By its contact, or by
/// whatever was recorded on that day; and where no contact says what the talk was about, by whatever
/// was recorded in its episode at all. What was withdrawn since counts too: that it was recorded is
/// not to be read out of what was left out.
pub fn is_kept_back(case: &Case, episodes: &[Episode<'_>], entry: &Entry) -> bool {
    let source = source_contact(case, entry);
    let says_about_what = source.is_some_and(|source| {
        matches!(&source.current.fact, Fact::Contact(contact) if !contact.needs.is_empty())
    });
    let of = belongs(source.unwrap_or(entry), episodes);
    let source = source.map(|source| source.original.id);
    case.entries.values().filter(|other| tells(&other.current.fact)).any(|other| {
        other.on() == entry.on()
            || Some(other.original.id) == source
            || !says_about_what && belongs(other, episodes) == of
    })
}

fn tells(fact: &Fact) -> bool {
    let is_kept_back = |need: &Need| NEEDS_KEPT_BACK.contains(&need.code());
    match fact {
        Fact::UrgentConcern(_) => true,
        Fact::Contact(contact) => contact.needs.iter().any(is_kept_back),
        Fact::NeedNoted(noted) => is_kept_back(&noted.need),
        Fact::NothingFound(nothing) => is_kept_back(&nothing.need),
        _ => false,
    }
}
