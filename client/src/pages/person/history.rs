//! What became of an entry: how it was first written, and each correction, by whom and why.

use leptos::prelude::*;
use shared::{
    case::{Case, Entry, Event, Fact},
    ids::EventId,
};

use super::timeline::described;
use crate::{
    components::{disclose::Disclose, shown},
    draw::view,
    engine::Engine,
    memo::Live,
    words,
};

/// One way in which an entry was written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Version {
    /// Who wrote it so, and when, with what it says.
    pub event: Event,
    /// Why it was corrected; nothing of the first one.
    pub why: Option<String>,
    pub fate: Fate,
}

/// What became of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// The entry reads so now.
    Stands,
    /// It was corrected since.
    Corrected,
    /// It corrects what another correction corrects as well.
    Competes,
    /// It competed, and somebody settled it.
    SetAside,
}

/// Every version of an entry, oldest first; the entry itself alone where nothing was corrected.
pub(super) fn versions_of(case: &Case, entry: &Entry) -> Vec<Version> {
    let first = Version {
        event: entry.original.clone(),
        why: None,
        fate: if entry.amendments.is_empty() { Fate::Stands } else { Fate::Corrected },
    };
    let corrections = case.entries.values().filter_map(|correction| {
        let Fact::Amended(amended) = &correction.original.fact else { return None };
        let is_of_it = amended.target == entry.original.id
            && amended.corrected.kind() == entry.original.fact.kind();
        is_of_it.then(|| Version {
            event: Event {
                at: amended.corrected_at,
                fact: (*amended.corrected).clone(),
                ..correction.original.clone()
            },
            why: Some(amended.reason.reveal().clone()),
            fate: fate_of(entry, correction),
        })
    });
    std::iter::once(first).chain(corrections).collect()
}

fn fate_of(entry: &Entry, correction: &Entry) -> Fate {
    let id = correction.original.id;
    if entry.amendments.last() == Some(&id) {
        Fate::Stands
    } else if entry.amendments.contains(&id) {
        Fate::Corrected
    } else if correction.stands() {
        Fate::Competes
    } else {
        Fate::SetAside
    }
}

/// The corrections that compete with how an entry reads now.
pub(super) fn competing(versions: &[Version]) -> Vec<EventId> {
    let competing = versions.iter().filter(|version| version.fate == Fate::Competes);
    competing.map(|version| version.event.id).collect()
}

/// "Corrected by Sam Lee, 14:02.": who wrote a version, and when.
fn line_of(engine: Engine, version: &Version) -> String {
    let who = engine.profile().with_untracked(|profile| {
        let name = |profile: &std::sync::Arc<shared::profile::Profile>| {
            profile.name_of(version.event.by).to_owned()
        };
        profile.as_ref().map(name).unwrap_or_default()
    });
    let when = words::when(version.event.recorded_at, engine.now());
    let what = if version.why.is_some() { say!("Corrected") } else { say!("First written") };
    said!("{what} by {who}, {when}.")
}

/// Who corrected an entry last, and whatever competes with that, in view; the rest behind a button.
/// Nothing where nothing was corrected.
pub(super) fn history(engine: Engine, versions: Vec<Version>, about: String) -> AnyView {
    if versions.len() < 2 {
        return ().into_any();
    }
    let id = format!("history-{}", versions[0].event.id);
    let latest = versions.iter().rfind(|version| version.fate == Fate::Stands);
    let latest = latest.filter(|version| version.why.is_some());
    let latest = latest.map(|version| {
        let why = version.why.clone();
        view! { <p class="fp-text">{line_of(engine, version)} " Why: " {why}</p> }
    });
    let competing = competing(&versions);
    let compete = versions.iter().filter(|version| competing.contains(&version.event.id));
    let compete: Vec<_> = compete.map(|version| version_view(engine, version)).collect();
    let competes = (!compete.is_empty()).then(|| {
        view! {
            <div class="fp-settle">
                <p>
                    "Corrections were made at once, and both are kept. Above is how it reads for \
                     now; below is what was also written. Add a correction that says how it \
                     really was: it settles this."
                </p>
                <ul class="fp-list">{compete}</ul>
            </div>
        }
    });
    let is_open = Live::new(false);
    let list = StoredValue::new(versions);
    let lines = move || {
        list.with_value(|versions| {
            versions.iter().map(|version| version_view(engine, version)).collect::<Vec<_>>()
        })
    };
    let focus_on = format!("{id}-list");
    let focused = focus_on.clone();
    view! {
        {latest}
        {competes}
        <Disclose id button=say!("As first written") about is_open focus_on class="fp-link-button">
            <ol class="fp-list fp-opened" id=focused.clone() tabindex="-1">{lines()}</ol>
        </Disclose>
    }
    .into_any()
}

fn version_view(engine: Engine, version: &Version) -> AnyView {
    let why = version.why.clone().map(|why| view! { <p class="fp-text">"Why: " {why}</p> });
    let said = match version.fate {
        Fate::Stands => view! { <p>"It reads so now, as above."</p> }.into_any(),
        Fate::Corrected | Fate::Competes | Fate::SetAside => {
            let Event { at, fact, .. } = &version.event;
            let (title, facts, text) = described(engine, fact);
            let day = shown::day(at.date(), engine.today());
            let facts = facts.into_iter().map(|fact| format!(". {fact}")).collect::<String>();
            view! {
                <p>
                    {title} ", " {day} ", " {shared::calendar::clock_words(at.time())} {facts} "."
                </p>
                {(!text.is_empty()).then(|| view! { <p class="fp-text">{text}</p> })}
            }
            .into_any()
        }
    };
    let set_aside = (version.fate == Fate::SetAside)
        .then(|| view! { <p>"Set aside: another correction made at the same time was kept."</p> });
    view! {
        <li>
            <p class="fp-quiet">{line_of(engine, version)}</p>
            {why}
            {said}
            {set_aside}
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use shared::few::Few;

    use jiff::{Timestamp, civil::date};
    use shared::{
        case::{
            Person, Role,
            event::{Amended, GoalSet, Retracted},
        },
        ids::{CaseId, UserId},
        personal::Personal,
    };

    use super::*;

    fn id(at: u64) -> EventId {
        EventId::new(at, 1)
    }

    fn event(at: u64, fact: Fact) -> Event {
        Event {
            id: id(at),
            device: None,
            at: date(2026, 11, 20).at(14, 0, 0, 0),
            recorded_at: Timestamp::UNIX_EPOCH,
            by: UserId::from_random([1; 16]),
            role: Role::LinkWorker,
            fact,
        }
    }

    fn goal(words: &str) -> Fact {
        Fact::GoalSet(GoalSet { words: Personal::new(words.into()) })
    }

    fn correction(at: u64, replaces: u64, words: &str) -> Event {
        let amended = Amended {
            target: id(1),
            replaces: id(replaces),
            corrected_at: date(2026, 11, 20).at(14, 0, 0, 0),
            corrected: Box::new(goal(words)),
            reason: Personal::new(format!("why {at}")),
        };
        event(at, Fact::Amended(amended))
    }

    fn fates(beside: Vec<Event>) -> (Vec<(u64, Fate)>, bool) {
        let events = std::iter::once(event(1, goal("Walk"))).chain(beside);
        let case = Case::fold(
            CaseId::from_random([2; 16]),
            Person::default(),
            events,
            Few::new(),
            &mut Vec::new(),
        );
        let entry = &case.entries[&id(1)];
        let versions = versions_of(&case, entry);
        let fates = versions.iter().map(|version| (version.event.id.unix_ms(), version.fate));
        (fates.collect(), entry.contested)
    }

    #[test]
    fn every_version_is_kept_with_who_wrote_it_and_why() {
        assert_eq!(fates(Vec::new()), (vec![(1, Fate::Stands)], false));
        let twice = vec![correction(2, 1, "Walk far"), correction(3, 2, "Walk slowly")];
        let expected = vec![(1, Fate::Corrected), (2, Fate::Corrected), (3, Fate::Stands)];
        assert_eq!(fates(twice), (expected, false));
    }

    #[test]
    fn corrections_made_at_once_compete_until_one_more_settles_them() {
        let at_once = vec![correction(2, 1, "Walk far"), correction(3, 1, "Swim")];
        let expected = vec![(1, Fate::Corrected), (2, Fate::Stands), (3, Fate::Competes)];
        assert_eq!(fates(at_once.clone()), (expected, true));
        let mut settled = at_once;
        let reason = Personal::new("Settled".into());
        settled.push(correction(4, 2, "Walk far and swim"));
        settled.push(event(5, Fact::Retracted(Retracted { target: id(3), reason })));
        let expected = vec![
            (1, Fate::Corrected),
            (2, Fate::Corrected),
            (3, Fate::SetAside),
            (4, Fate::Stands),
        ];
        assert_eq!(fates(settled), (expected, false));
    }
}
