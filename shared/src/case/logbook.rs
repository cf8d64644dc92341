//! A worker's logbook: work that belongs to no person, kept in a case that is about nobody.

use super::{Case, Fact, Field};
use crate::{
    ids::{EventId, UserId},
    stored::record,
};

/// Whose logbook a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logbook {
    /// Its first entry, which tells when it was begun.
    pub begun: EventId,
    /// Who wrote that entry.
    pub by: UserId,
}

record! {
    Logbook { begun, by }
}

impl Case {
    /// Whose logbook this is; none where the case is a person's. An entry that was withdrawn makes
    /// it a logbook still, and whatever names a person makes it a person's case: nobody is ever
    /// left out of a caseload because something was written in the wrong place.
    pub fn logbook(&self) -> Option<Logbook> {
        let mut events = self.entries.values().map(|entry| &entry.original);
        let is_referred = events.clone().any(|event| matches!(event.fact, Fact::Referred(_)));
        let names_somebody =
            Field::ALL.into_iter().any(|field| !self.person.shown(field).is_empty());
        if is_referred || names_somebody {
            return None;
        }
        let first = events.find(|event| event.fact.is_logged())?;
        Some(Logbook { begun: first.id, by: first.by })
    }
}

impl Fact {
    /// Whether this is an entry of a logbook.
    pub fn is_logged(&self) -> bool {
        matches!(self, Self::Activity(_) | Self::CaseStudy(_) | Self::ServiceSuggested(_))
    }
}

#[cfg(test)]
mod tests {
    use crate::few::Few;

    use jiff::{Timestamp, civil::date};

    use super::*;
    use crate::{
        case::{
            CaseRow, Event, Person, Register, Role,
            event::{
                Activity, ActivityKind, CaseStudy, GoalSet, Referral, ReferralSource, Retracted,
            },
        },
        ids::CaseId,
        personal::Personal,
        stored::{self, Stored},
    };

    fn words(text: &str) -> Personal<String> {
        Personal::new(text.to_owned())
    }

    fn event(number: u64, fact: Fact) -> Event {
        Event {
            id: EventId::new(number, 0),
            device: None,
            at: date(2026, 11, 3).at(14, 0, 0, 0),
            recorded_at: Timestamp::UNIX_EPOCH,
            by: UserId::from_random([9; 16]),
            role: Role::LinkWorker,
            fact,
        }
    }

    fn activity() -> Fact {
        let what = ActivityKind::TeamMeeting;
        Fact::Activity(Activity { what, minutes: 45, words: words("With the practice") })
    }

    fn study() -> Fact {
        Fact::CaseStudy(CaseStudy { title: words("Walks"), words: words("How it began") })
    }

    fn case_of(person: Person, events: Vec<Event>) -> Case {
        let id = CaseId::from_random([1; 16]);
        Case::fold(id, person, events, Few::new(), &mut Vec::new())
    }

    fn begun(person: Person, events: Vec<Event>) -> Option<u64> {
        CaseRow::of(&case_of(person, events)).logbook.map(|logbook| logbook.begun.unix_ms())
    }

    #[test]
    fn a_case_about_nobody_with_an_entry_of_these_kinds_is_a_logbook() {
        let nobody = Person::default;
        assert_eq!(begun(nobody(), vec![event(2, study()), event(1, activity())]), Some(1));
        let retracted = Retracted { target: EventId::new(1, 0), reason: words("By mistake") };
        let withdrawn = vec![event(1, activity()), event(2, Fact::Retracted(retracted))];
        assert_eq!(begun(nobody(), withdrawn), Some(1));
        let goal = Fact::GoalSet(GoalSet { words: words("Walk again") });
        assert_eq!(begun(nobody(), vec![event(1, goal)]), None);
        assert_eq!(begun(nobody(), Vec::new()), None);
    }

    #[test]
    fn whatever_names_a_person_or_refers_one_is_never_a_logbook() {
        let mut person = Person::default();
        person.set(Field::FamilyName, Register::of(["Okafor".to_owned()]));
        assert_eq!(begun(person, vec![event(1, activity())]), None);
        let referral = Referral { source: ReferralSource::Gp, reason: words("Lonely") };
        let referred = vec![event(2, activity()), event(1, Fact::Referred(referral))];
        assert_eq!(begun(Person::default(), referred), None);
    }

    #[test]
    fn a_row_from_before_logbooks_is_a_persons() {
        let row = CaseRow::of(&case_of(Person::default(), Vec::new()));
        let stored = stored::tree(&row);
        assert!(stored.get("logbook").is_none(), "the stored form of a person's row is unchanged");
        assert_eq!(CaseRow::from_tree(&stored).unwrap().logbook, None);
        let row = CaseRow::of(&case_of(Person::default(), vec![event(1, activity())]));
        assert_eq!(CaseRow::from_tree(&stored::tree(&row)), Some(row.clone()));
        assert_eq!(row.known_as(), "Your logbook");
    }
}
