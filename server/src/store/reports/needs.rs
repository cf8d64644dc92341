//! Which needs came to light in an episode, and which services were named for each.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rusqlite::{Error, Transaction, params};
use shared::{
    case::{Case, Entry, Episode, Fact, belongs, picklist::Need},
    ids::EpisodeId,
};

use super::{Named, contact};

/// A need of one episode.
#[derive(Debug)]
struct Noted {
    on: Date,
    services: u32,
    introduced: u32,
    followed_up: u32,
    nothing_found: u32,
}

/// The needs of every episode, by code.
type Needs<'a> = BTreeMap<(EpisodeId, &'a str), Noted>;

/// Writes each need once for each episode.
pub(super) fn put(
    tx: &Transaction<'_>,
    case: &Case,
    episodes: &[Episode<'_>],
    named: &[Named<'_>],
) -> Result<(), Error> {
    let mut needs = noted(case, episodes);
    for named in named {
        count(case, episodes, named, &mut needs);
    }
    let sql = "INSERT INTO report_need (case_id, episode, need, noted_on, services, introduced,
         followed_up, nothing_found)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    for ((episode, need), noted) in needs {
        tx.prepare_cached(sql)?.execute(params![
            case.id.as_bytes(),
            episode.to_string(),
            need,
            noted.on.to_string(),
            noted.services,
            noted.introduced,
            noted.followed_up,
            noted.nothing_found,
        ])?;
    }
    Ok(())
}

/// The needs that were noted in contacts or by themselves, each on the first day. Whoever looked for a
/// service has noted the need.
fn noted<'a>(case: &'a Case, episodes: &[Episode<'_>]) -> Needs<'a> {
    let mut needs = Needs::new();
    for entry in case.standing() {
        let Some((episode, of_entry)) = needs_of(entry, episodes) else { continue };
        for need in of_entry {
            let on = entry.on();
            let begin =
                || Noted { on, services: 0, introduced: 0, followed_up: 0, nothing_found: 0 };
            let noted = needs.entry((episode, need.code())).or_insert_with(begin);
            noted.on = noted.on.min(on);
            let is_nothing = matches!(entry.current.fact, Fact::NothingFound(_));
            noted.nothing_found += u32::from(is_nothing);
        }
    }
    needs
}

fn needs_of<'a>(entry: &'a Entry, episodes: &[Episode<'_>]) -> Option<(EpisodeId, &'a [Need])> {
    match &entry.current.fact {
        // A contact whose referral was withdrawn belongs to no episode.
        Fact::Contact(contact) => {
            let stands = episodes.iter().any(|episode| episode.id == contact.episode);
            stands.then_some((contact.episode, contact.needs.as_slice()))
        }
        Fact::NeedNoted(noted) => {
            Some((belongs(entry, episodes)?, std::slice::from_ref(&noted.need)))
        }
        Fact::NothingFound(nothing) => {
            Some((belongs(entry, episodes)?, std::slice::from_ref(&nothing.need)))
        }
        _ => None,
    }
}

/// Counts a service for the needs of the contact in which it was named. Where that names none, it
/// is counted for all that the episode had brought to light by that day: nothing says for which.
fn count(case: &Case, episodes: &[Episode<'_>], named: &Named<'_>, needs: &mut Needs<'_>) {
    let source = named.signposted.contact.and_then(|id| contact(case, id));
    let episode = match source {
        Some(contact) => Some(contact.episode),
        None => belongs(named.entry, episodes),
    };
    let Some(episode) = episode else { return };
    let for_needs = source.map(|contact| contact.needs.as_slice()).unwrap_or_default();
    let by = named.entry.on();
    for ((of_episode, code), noted) in needs {
        let meant = match for_needs {
            [] => noted.on <= by,
            needs => needs.iter().any(|need| need.code() == *code),
        };
        if *of_episode == episode && meant {
            noted.services += 1;
            noted.introduced += u32::from(named.signposted.introduced);
            noted.followed_up += u32::from(named.followed_up);
        }
    }
}
