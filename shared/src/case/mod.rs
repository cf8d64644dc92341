//! What a case is: a person, what happened, and the fold from events to what is true now.

mod answered;
mod draft;
mod episode;
pub mod event;
mod logbook;
mod person;
pub mod picklist;
mod row;
mod urgent;

pub use draft::{ContactDraft, DraftDecision, DraftProblem, DraftSignpost};
pub use episode::{Answer, Episode, Status, belongs};
pub use event::{Event, Fact, Role};
use jiff::civil::Date;
pub use logbook::Logbook;
pub use person::{Field, Person, Register, SEXES, Side, sex_words};
pub use row::{CaseRow, Standing};
pub use urgent::Concern;

use crate::{
    few::{Few, FewOf},
    ids::{CaseId, DeviceId, EventId},
};

/// One person's case, as its document says it.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its name.
    pub id: CaseId,
    /// Who the person is.
    pub person: Person,
    /// Everything that happened, by time of recording.
    pub entries: Few<EventId, Entry>,
    /// What is being written and not yet signed.
    pub drafts: Few<EventId, ContactDraft>,
}

/// An event with what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// As it was signed.
    pub original: Event,
    /// As it reads now, after corrections.
    pub current: Event,
    /// The corrections that were made, oldest first.
    pub amendments: Vec<EventId>,
    /// The retraction that withdrew it.
    pub retracted_by: Option<EventId>,
    /// Two corrections of one version: a person has to choose.
    pub contested: bool,
}

impl Entry {
    /// Whether it still says what is so.
    pub fn stands(&self) -> bool {
        self.retracted_by.is_none()
    }

    /// The day on which it happened.
    pub fn on(&self) -> Date {
        self.current.at.date()
    }
}

/// Something in a document that this version could not read. The rest is read all the same, and
/// what could not be read stays in the document. Names no personal data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Defect {
    /// The document was made for a format that this version does not know.
    Format(String),
    /// The document names another case, or none.
    WrongCase,
    /// A part of the document is missing or of another type.
    Part(&'static str),
    /// An event of a kind that this version does not know: from a newer client.
    UnknownKind(EventId),
    /// An event of a known kind whose content cannot be read.
    Unreadable(EventId),
    /// A key among the events that is not an event identifier.
    Key,
    /// Two events under one identifier; or one that was written over.
    WrittenTwice(EventId),
    /// A correction or retraction whose target is not there or cannot be corrected so.
    Target(EventId),
    /// A draft that cannot be read.
    Draft,
}

impl Defect {
    /// Whether codes must wait until it is understood: it may hide an answer or a retraction.
    pub fn holds_codes(&self) -> bool {
        !matches!(self, Self::UnknownKind(_) | Self::Draft)
    }
}

impl Case {
    /// Folds events into a case. The order in which they are given makes no difference.
    pub fn fold(
        id: CaseId,
        person: Person,
        events: impl IntoIterator<Item = Event>,
        drafts: Few<EventId, ContactDraft>,
        defects: &mut Vec<Defect>,
    ) -> Self {
        let events = Few::from_iter(events.into_iter().map(|event| (event.id, event)));
        let entries = events.values().map(|event| (event.id, Entry::new(event.clone())));
        let mut entries = Few::from_iter(entries);
        for event in events.values() {
            if let Fact::Retracted(retraction) = &event.fact
                && !retract(&mut entries, event.id, retraction.target)
            {
                defects.push(Defect::Target(event.id));
            }
        }
        amend(&mut entries, &events, defects);
        Self { id, person, entries, drafts }
    }

    /// The entries that stand, oldest first.
    pub fn standing(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values().filter(|entry| entry.stands())
    }

    /// The devices that wrote to this case.
    pub fn devices(&self) -> FewOf<DeviceId> {
        FewOf::from_iter(self.entries.values().filter_map(|entry| entry.original.device))
    }

    /// Urgent concerns that nobody is recorded to have taken over.
    pub fn urgent_without_owner(&self) -> impl Iterator<Item = &Entry> {
        let owned =
            FewOf::from_iter(self.standing().filter_map(|entry| match &entry.current.fact {
                Fact::Handover(handover) => Some(handover.target),
                _ => None,
            }));
        self.standing().filter(move |entry| {
            matches!(entry.current.fact, Fact::UrgentConcern(_))
                && !owned.contains(&entry.original.id)
        })
    }
}

impl Entry {
    fn new(event: Event) -> Self {
        Self {
            current: event.clone(),
            original: event,
            amendments: Vec::new(),
            retracted_by: None,
            contested: false,
        }
    }
}

/// Withdraws the target. A retraction itself cannot be withdrawn: what was withdrawn by mistake is
/// recorded again, which keeps the fold free of chains.
fn retract(entries: &mut Few<EventId, Entry>, by: EventId, target: EventId) -> bool {
    match entries.get_mut(&target) {
        Some(entry) if !matches!(entry.original.fact, Fact::Retracted(_)) => {
            // Several may withdraw the same entry; the first one is named, whatever the order.
            entry.retracted_by = Some(entry.retracted_by.map_or(by, |first| first.min(by)));
            true
        }
        _ => false,
    }
}

/// Follows each entry's corrections from version to version; a fork is a conflict for a person.
fn amend(
    entries: &mut Few<EventId, Entry>,
    events: &Few<EventId, Event>,
    defects: &mut Vec<Defect>,
) {
    let mut by_version: Few<(EventId, EventId), Vec<EventId>> = Few::new();
    for event in events.values() {
        if let Fact::Amended(amended) = &event.fact {
            let fits = entries.get(&amended.target).is_some_and(|target| {
                target.original.fact.kind() == amended.corrected.kind()
                    && target.original.fact.episode() == amended.corrected.episode()
                    && !matches!(target.original.fact, Fact::Amended(_) | Fact::Retracted(_))
            });
            let stands = entries[&event.id].stands();
            if !fits {
                defects.push(Defect::Target(event.id));
            } else if stands {
                by_version.or_default((amended.target, amended.replaces)).push(event.id);
            }
        }
    }
    let targets = FewOf::from_iter(by_version.keys().map(|(target, _)| *target));
    for target in targets {
        let entry = entries.get_mut(&target).expect("only targets that are there were kept");
        let mut version = target;
        // Each step uses up one key of the map, so a ring of amendments ends too.
        while let Some(next) = by_version.remove(&(target, version)) {
            entry.contested |= next.len() > 1;
            version = next[0];
            entry.amendments.push(version);
            if let Fact::Amended(amended) = &events[&version].fact {
                entry.current.fact = (*amended.corrected).clone();
                entry.current.at = amended.corrected_at;
            }
        }
    }
    // What is left corrects a version that is not part of its target's chain.
    entries_left(by_version, entries);
}

/// Corrections of a version off the chain compete with it: shown as a conflict, never dropped.
fn entries_left(
    by_version: Few<(EventId, EventId), Vec<EventId>>,
    entries: &mut Few<EventId, Entry>,
) {
    for ((target, _), _) in by_version {
        if let Some(entry) = entries.get_mut(&target) {
            entry.contested = true;
        }
    }
}
