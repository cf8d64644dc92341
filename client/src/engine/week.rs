//! What the worker's own contacts took, over the whole caseload.

use jiff::civil::Date;
use shared::{
    case::{Entry, Fact, event::Minutes},
    ids::CaseId,
};

use super::{Engine, state::State};

/// Contacts with what they took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taken {
    /// How many, attempts included.
    pub contacts: usize,
    /// Minutes with people.
    pub session: u32,
    /// Minutes of preparation.
    pub preparation: u32,
    /// Minutes of writing up.
    pub write_up: u32,
    /// Minutes of research.
    pub research: u32,
}

impl Taken {
    fn add(&mut self, minutes: Minutes) {
        self.contacts += 1;
        self.session += u32::from(minutes.session);
        self.preparation += u32::from(minutes.preparation);
        self.write_up += u32::from(minutes.write_up);
        self.research += u32::from(minutes.research);
    }
}

impl Engine {
    /// What this person's own contacts took, from the first day to the last. Opens no record that
    /// cannot have one.
    pub fn taken(&self, first: Date, last: Date) -> Taken {
        self.core().with_state(|state| state.taken(first, last)).unwrap_or_default()
    }
}

impl State {
    fn taken(&self, first: Date, last: Date) -> Taken {
        let rows = self.replica.rows().filter(|(_, row, _)| row.may_have_contact_since(first));
        let cases: Vec<CaseId> = rows.map(|(case, _, _)| case).collect();
        let mut taken = Taken::default();
        for case in cases {
            let Some(Ok((read, _))) = self.replica.case(case) else { continue };
            let is_counted = |entry: &&Entry| {
                entry.original.by == self.profile.user && (first..=last).contains(&entry.on())
            };
            for entry in read.standing().filter(is_counted) {
                if let Fact::Contact(contact) = &entry.current.fact {
                    taken.add(contact.minutes);
                }
            }
        }
        taken
    }
}
