//! The logbook: this person's entries that belong to nobody's record. There is one a month, begun
//! together with its first entry; two phones may have begun two. A screen sees all of them as one.

use std::{cmp::Reverse, sync::Arc};

use jiff::{Timestamp, civil::DateTime};
use shared::{
    case::{Entry, Event, Fact},
    document::{DocumentError, Writer},
    ids::{CaseId, EventId},
    ordered,
    sync::{Effect, SyncState, Ticket},
};

use super::{
    Engine,
    core::Core,
    state::State,
    write::{self, Writing},
};
use crate::{
    clock,
    memo::{Memo, memo},
    random,
};

/// One entry of a logbook that stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    /// The logbook that it is in, for whoever corrects or withdraws it.
    pub case: CaseId,
    /// The entry.
    pub entry: Entry,
}

impl Engine {
    /// Writes an entry into this person's logbook, and lets go of the form that it was typed in, in
    /// one transaction.
    ///
    /// # Errors
    /// As [`Self::edit`]; the form stays then.
    pub fn log(&self, form: String, at: DateTime, fact: Fact) -> Writing {
        let log = move |state: &mut State| state.log(clock::now(), at, fact);
        Box::pin(self.core().change_typed(form, Box::new(log)))
    }

    /// What this person wrote into their logbooks and did not withdraw, latest first.
    pub fn logged(&self) -> Memo<Arc<Vec<Logged>>> {
        let engine = *self;
        memo(move || {
            engine.shown.logbooks.followed().track();
            engine.shown.revisions.followed().track();
            Arc::new(engine.core().logged())
        })
    }
}

impl Core {
    fn logged(&self) -> Vec<Logged> {
        let mut all = self.with_state(State::logged).unwrap_or_default();
        ordered::sort_by_key(&mut all, |logged| {
            Reverse((logged.entry.current.at, logged.entry.original.id))
        });
        all
    }
}

impl State {
    /// Writes an entry into the logbook of this month, which is begun where there is none.
    pub fn log(
        &mut self,
        now: Timestamp,
        at: DateTime,
        fact: Fact,
    ) -> Result<(Ticket, Vec<Effect>), DocumentError> {
        let (by, role) = (self.profile.user, self.profile.role);
        let id = write::new_event_id();
        let event = Event { id, device: None, at, recorded_at: now, by, role, fact };
        let put = move |writer: &mut Writer<'_, '_>| writer.put_event(&event);
        match self.logbook_of_now(now) {
            Some(case) => self.replica.edit(now, case, put),
            None => self.replica.begin(now, CaseId::from_random(random::bytes()), put),
        }
    }

    /// The logbook of this month. One that the server refused takes nothing more in: what is written
    /// next is not to be held up by it.
    fn logbook_of_now(&self, now: Timestamp) -> Option<CaseId> {
        let is_of_now = |begun: EventId| month(begun_at(begun)) == month(now);
        let mut rows = self.replica.rows();
        let found = rows.find(|(_, row, state)| {
            let is_refused = matches!(state, SyncState::CannotSend(_));
            let is_own = |by| by == self.profile.user;
            row.logbook.is_some_and(|own| is_own(own.by) && is_of_now(own.begun)) && !is_refused
        });
        found.map(|(case, _, _)| case)
    }

    fn logged(&mut self) -> Vec<Logged> {
        let rows = self.replica.rows().filter(|(_, row, _)| row.logbook.is_some());
        let logbooks: Vec<CaseId> = rows.map(|(case, _, _)| case).collect();
        let mut all = Vec::new();
        for case in logbooks {
            if !self.logbooks.contains_key(&case) {
                let read = self.replica.case(case).and_then(Result::ok);
                let standing = read.map(|(read, _)| {
                    let own = read.entries.into_values().filter(|entry| {
                        entry.stands()
                            && entry.original.fact.is_logged()
                            && entry.original.by == self.profile.user
                    });
                    own.map(|entry| Logged { case, entry }).collect()
                });
                self.logbooks.insert(case, standing.unwrap_or_default());
            }
            all.extend(self.logbooks.get(&case).into_iter().flatten().cloned());
        }
        all
    }
}

fn begun_at(begun: EventId) -> Timestamp {
    let unix_ms = i64::try_from(begun.unix_ms()).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(unix_ms).unwrap_or(Timestamp::MAX)
}

/// The year and the month on the wall in London.
fn month(at: Timestamp) -> (i16, i8) {
    let date = clock::in_london(at).date();
    (date.year(), date.month())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_when_it_does_in_london() {
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let begun = |text| {
            let unix_ms = u64::try_from(at(text).as_millisecond()).expect("after 1970");
            month(begun_at(EventId::new(unix_ms, 1)))
        };
        assert_eq!(begun("2026-06-30T22:59:00Z"), (2026, 6));
        assert_eq!(begun("2026-06-30T23:00:00Z"), month(at("2026-07-31T12:00:00Z")));
        assert_ne!(begun("2025-07-15T12:00:00Z"), month(at("2026-07-15T12:00:00Z")));
    }
}
