//! Urgent concerns: each with what was recorded about it since, and what is still to be done.

use jiff::civil::Date;

use super::{
    Case, Entry, Fact,
    event::{ReviewedWith, UrgentConcern},
};
use crate::ids::EventId;

/// One urgent concern and the latest of each thing that was recorded about it. The earlier ones
/// stand in the record beside them.
#[derive(Debug, Clone, PartialEq)]
pub struct Concern<'a> {
    /// The concern.
    pub entry: &'a Entry,
    /// What was said and chosen.
    pub said: &'a UrgentConcern,
    /// Who was told, whether or not they took it over.
    pub informed: Option<&'a Entry>,
    /// Who took it over.
    pub handover: Option<&'a Entry>,
    /// The rest of the record.
    pub record: Option<&'a Entry>,
    /// What was looked at again, in the order of [`ReviewedWith::ALL`].
    pub reviews: [Option<&'a Entry>; 3],
}

impl Concern<'_> {
    /// The day by which somebody is to check on the person; none where no day was set, or where the
    /// person was checked on since.
    pub fn check_on(&self) -> Option<Date> {
        let record = self.record?;
        let is_done = self.reviews[0].is_some_and(|review| review.original.id > record.original.id);
        match &record.current.fact {
            Fact::UrgentRecord(written) if !is_done => written.next_check,
            _ => None,
        }
    }

    /// Whether a day went by that should not have: the concern's own without a named person who
    /// took it over, or the one by which somebody was to check on the person.
    pub fn is_past_its_day(&self, today: Date) -> bool {
        let waits = self.handover.is_none() && self.entry.on() < today;
        waits || self.check_on().is_some_and(|on| on < today)
    }

    /// How much of what the field expects is recorded.
    pub fn is_complete(&self) -> bool {
        let told = self.informed.is_some() || self.handover.is_some();
        let recorded = self.handover.is_some() && self.record.is_some();
        told && recorded && self.reviews.iter().all(Option::is_some) && self.check_on().is_none()
    }
}

/// The concern that an entry is about.
fn target_of(fact: &Fact) -> Option<EventId> {
    match fact {
        Fact::Informed(informed) => Some(informed.target),
        Fact::Handover(handover) => Some(handover.target),
        Fact::UrgentRecord(record) => Some(record.target),
        Fact::UrgentReview(review) => Some(review.target),
        _ => None,
    }
}

impl Case {
    /// The urgent concerns that stand, oldest first.
    pub fn concerns(&self) -> impl Iterator<Item = Concern<'_>> {
        self.standing().filter_map(|entry| match &entry.current.fact {
            Fact::UrgentConcern(said) => Some(self.concern(entry, said)),
            _ => None,
        })
    }

    fn concern<'a>(&'a self, entry: &'a Entry, said: &'a UrgentConcern) -> Concern<'a> {
        let (informed, handover, record, reviews) = (None, None, None, [None; 3]);
        let mut concern = Concern { entry, said, informed, handover, record, reviews };
        let about = |entry: &&Entry| target_of(&entry.current.fact) == Some(concern_id(&concern));
        let about: Vec<&Entry> = self.standing().filter(about).collect();
        // Oldest first, so that the latest of each stays.
        for entry in about {
            match &entry.current.fact {
                Fact::Informed(_) => concern.informed = Some(entry),
                Fact::Handover(_) => concern.handover = Some(entry),
                Fact::UrgentRecord(_) => concern.record = Some(entry),
                Fact::UrgentReview(review) => {
                    let place = ReviewedWith::ALL.iter().position(|with| *with == review.with);
                    concern.reviews[place.unwrap_or_default()] = Some(entry);
                }
                _ => {}
            }
        }
        concern
    }
}

fn concern_id(concern: &Concern<'_>) -> EventId {
    concern.entry.original.id
}

#[cfg(test)]
mod tests {
    use crate::few::Few;

    use jiff::{Timestamp, civil::date};

    use super::*;
    use crate::{
        case::{
            CaseRow, Event, Person, Role,
            event::{
                Handover, Informed, Retracted, UrgentAction, UrgentConsent, UrgentRecord,
                UrgentReview,
            },
        },
        ids::{CaseId, UserId},
        personal::Personal,
    };

    const DAY: Date = date(2026, 11, 23);
    const NEXT: Date = date(2026, 11, 24);

    fn id(number: u64) -> EventId {
        EventId::new(number, 1)
    }

    fn event(number: u64, on: Date, fact: Fact) -> Event {
        Event {
            id: id(number),
            device: None,
            at: on.at(14, 0, 0, 0),
            recorded_at: Timestamp::UNIX_EPOCH,
            by: UserId::from_random([1; 16]),
            role: Role::LinkWorker,
            fact,
        }
    }

    fn words(text: &str) -> Personal<String> {
        Personal::new(text.to_owned())
    }

    fn concern(number: u64, on: Date) -> Event {
        let action = UrgentAction::SameDayClinician;
        let said = UrgentConcern { words: words("No point in waking up"), action };
        event(number, on, Fact::UrgentConcern(said))
    }

    fn handover(number: u64, target: u64) -> Event {
        let handover = Handover { target: id(target), to: words("Dr Osei, duty GP") };
        event(number, DAY, Fact::Handover(handover))
    }

    fn record(number: u64, next_check: Option<Date>) -> Event {
        let record = UrgentRecord {
            target: id(1),
            given: words("Helplines"),
            told: words("The GP rings today"),
            consent: UrgentConsent::Agreed,
            why: words(""),
            next_check,
        };
        event(number, DAY, Fact::UrgentRecord(record))
    }

    fn review(number: u64, with: ReviewedWith) -> Event {
        let review = UrgentReview { target: id(1), with, words: words("Talked") };
        event(number, NEXT, Fact::UrgentReview(review))
    }

    fn fold(events: Vec<Event>) -> Case {
        let case = CaseId::from_random([2; 16]);
        Case::fold(case, Person::default(), events, Few::new(), &mut Vec::new())
    }

    #[test]
    fn a_concern_without_a_named_person_is_past_its_day_from_the_next_one_on() {
        let case = fold(vec![concern(1, DAY)]);
        let only = case.concerns().next().unwrap();
        assert!(!only.is_past_its_day(DAY));
        assert!(only.is_past_its_day(NEXT));
        // That somebody was told does not make them its owner.
        let informed = Informed { target: id(1), who: words("Reception") };
        let case = fold(vec![concern(1, DAY), event(2, DAY, Fact::Informed(informed))]);
        assert!(case.concerns().next().unwrap().is_past_its_day(NEXT));
        let case = fold(vec![concern(1, DAY), handover(2, 1)]);
        assert!(!case.concerns().next().unwrap().is_past_its_day(NEXT));
    }

    #[test]
    fn a_check_is_due_until_the_person_was_checked_on_after_it_was_set() {
        let begin = || vec![concern(1, DAY), handover(2, 1), record(3, Some(NEXT))];
        let check = |case: &Case| case.concerns().next().unwrap().check_on();
        let case = fold(begin());
        assert_eq!(check(&case), Some(NEXT));
        let first = case.concerns().next().unwrap();
        assert!(!first.is_past_its_day(NEXT) && first.is_past_its_day(date(2026, 11, 25)));
        let reviewed = |with| fold([begin(), vec![review(4, with)]].concat());
        assert_eq!(check(&reviewed(ReviewedWith::Supervisor)), Some(NEXT));
        assert_eq!(check(&reviewed(ReviewedWith::Person)), None);
        // A check that is set afterwards is another one.
        let again = vec![review(4, ReviewedWith::Person), record(5, Some(date(2026, 12, 1)))];
        assert_eq!(check(&fold([begin(), again].concat())), Some(date(2026, 12, 1)));
    }

    #[test]
    fn a_concern_is_complete_once_everything_that_the_field_expects_is_recorded() {
        let mut events = vec![concern(1, DAY), handover(2, 1), record(3, Some(NEXT))];
        for (number, with) in (4..).zip(ReviewedWith::ALL) {
            assert!(!fold(events.clone()).concerns().next().unwrap().is_complete());
            events.push(review(number, with));
        }
        assert!(fold(events).concerns().next().unwrap().is_complete());
    }

    #[test]
    fn what_is_about_one_concern_says_nothing_of_another_and_what_is_withdrawn_nothing_at_all() {
        let reason = words("Not said");
        let withdrawn = Fact::Retracted(Retracted { target: id(3), reason });
        let events =
            vec![concern(1, DAY), concern(2, NEXT), handover(3, 1), event(4, NEXT, withdrawn)];
        let case = fold(events[..3].to_vec());
        let owned: Vec<bool> = case.concerns().map(|own| own.handover.is_some()).collect();
        assert_eq!(owned, [true, false]);
        let row = CaseRow::of(&case);
        assert_eq!((row.urgent, row.concerns, row.urgent_since), (1, 2, Some(NEXT)));
        let case = fold(events);
        assert!(case.concerns().all(|own| own.handover.is_none()));
        assert_eq!(CaseRow::of(&case).urgent_since, Some(DAY));
    }
}
