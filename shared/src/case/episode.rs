//! Episodes of care: from one referral to its closing, folded from the entries that stand.

use jiff::civil::Date;

use super::{
    Case, Entry, Fact,
    event::{ClosingReason, EpisodeClosed},
};
use crate::{ids::EpisodeId, ordered};

/// One episode of care.
#[derive(Debug, Clone, PartialEq)]
pub struct Episode<'a> {
    /// The referral's identifier.
    pub id: EpisodeId,
    /// The referral.
    pub referral: &'a Entry,
    /// What the person answered, and all who recorded it, by day and then identifier.
    pub answers: Vec<&'a Entry>,
    /// Contacts and attempts, by day and then identifier.
    pub contacts: Vec<&'a Entry>,
    /// Its closing, where it was closed: the earliest.
    pub closed: Option<&'a Entry>,
}

/// The person's answer, over all that was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nothing recorded yet.
    Open,
    /// Accepted, first on this day.
    Accepted(Date),
    /// Declined, first on this day.
    Declined(Date),
    /// Both stand: held, until a person withdraws one.
    Contested,
}

/// Where an episode stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Referred; no answer yet.
    Waiting,
    /// Accepted and open.
    Accepted,
    /// The person declined.
    Declined,
    /// Accepted and declined both stand.
    Contested,
    /// Closed.
    Closed,
}

impl Status {
    /// The status in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Waiting => say!("Waiting for an answer"),
            Self::Accepted => say!("Accepted"),
            Self::Declined => say!("Declined"),
            Self::Contested => say!("Two answers"),
            Self::Closed => say!("Closed"),
        }
    }
}

impl Episode<'_> {
    /// The person's answer.
    pub fn answer(&self) -> Answer {
        let first = |accepted: bool| {
            self.answers
                .iter()
                .find(|entry| matches!(entry.current.fact, Fact::Accepted(_)) == accepted)
                .map(|entry| entry.on())
        };
        match (first(true), first(false)) {
            (None, None) => Answer::Open,
            (Some(on), None) => Answer::Accepted(on),
            (None, Some(on)) => Answer::Declined(on),
            (Some(_), Some(_)) => Answer::Contested,
        }
    }

    /// Where it stands. A contested answer is shown even after closing: it holds a code.
    pub fn status(&self) -> Status {
        match (self.answer(), self.closed) {
            (Answer::Contested, _) => Status::Contested,
            (_, Some(_)) => Status::Closed,
            (Answer::Open, None) => Status::Waiting,
            (Answer::Accepted(_), None) => Status::Accepted,
            (Answer::Declined(_), None) => Status::Declined,
        }
    }

    /// Whether entries may still be added to it without opening another.
    pub fn is_open(&self) -> bool {
        self.closed.is_none() && !matches!(self.answer(), Answer::Declined(_))
    }

    /// The day from which it is over: closed, or declined.
    pub fn ended_on(&self) -> Option<Date> {
        match (self.closed, self.answer()) {
            (Some(closed), _) => Some(closed.on()),
            (None, Answer::Declined(on)) => Some(on),
            _ => None,
        }
    }
}

/// The episode of an entry: the one that it names, or else the last that had begun by its day.
pub fn belongs(entry: &Entry, episodes: &[Episode<'_>]) -> Option<EpisodeId> {
    entry.current.fact.episode().or_else(|| {
        let last = episodes.iter().rfind(|episode| episode.referral.on() <= entry.on());
        last.or(episodes.first()).map(|episode| episode.id)
    })
}

impl Case {
    /// The episodes, by day of referral and then identifier.
    pub fn episodes(&self) -> Vec<Episode<'_>> {
        let mut entries: Vec<&Entry> = self.standing().collect();
        ordered::sort_by_key(&mut entries, |entry| (entry.on(), entry.original.id));
        let of = |entry: &Entry, id: EpisodeId| entry.current.fact.episode() == Some(id);
        entries
            .iter()
            .filter(|entry| matches!(entry.current.fact, Fact::Referred(_)))
            .map(|referral| {
                let id = referral.original.id;
                let select = |wanted: fn(&Fact) -> bool| {
                    let chosen = entries.iter().copied();
                    chosen.filter(move |entry| of(entry, id) && wanted(&entry.current.fact))
                };
                Episode {
                    id,
                    referral,
                    answers: select(|fact| matches!(fact, Fact::Accepted(_) | Fact::Declined(_)))
                        .collect(),
                    contacts: select(|fact| matches!(fact, Fact::Contact(_))).collect(),
                    closed: select(|fact| matches!(fact, Fact::EpisodeClosed(_))).next(),
                }
            })
            .collect()
    }

    /// The first day on which the person may be referred again: that on which the last episode
    /// ended. None while one is open, since only one is at a time, and none for somebody who died.
    pub fn may_be_referred_from(&self) -> Option<Date> {
        let died = |episode: &Episode<'_>| {
            let closed = episode.closed.map(|entry| &entry.current.fact);
            matches!(closed, Some(Fact::EpisodeClosed(EpisodeClosed { reason, .. }))
                if *reason == ClosingReason::Died)
        };
        let episodes = self.episodes();
        let is_over = |episode: &Episode<'_>| !episode.is_open() && !died(episode);
        let last = episodes.iter().filter_map(Episode::ended_on).max();
        episodes.iter().all(is_over).then(|| last.unwrap_or(Date::MIN))
    }

    /// The episode to which a new entry belongs: the open one that began last, or the last one.
    pub fn current_episode(&self) -> Option<Episode<'_>> {
        let mut episodes = self.episodes();
        let at = episodes.iter().rposition(Episode::is_open).or(episodes.len().checked_sub(1))?;
        Some(episodes.swap_remove(at))
    }
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, civil::date};

    use super::*;
    use crate::{
        case::{
            CaseRow, ContactDraft, Event, Person, Role, Standing,
            event::{Consent, ContactOutcome, Decision, Referral, ReferralSource},
        },
        few::Few,
        ids::{CaseId, EventId, UserId},
        personal::Personal,
    };

    fn case_of(facts: Vec<(i8, Fact)>) -> Case {
        let events = facts.into_iter().zip(1..).map(|((day, fact), at)| Event {
            id: EventId::new(at, 1),
            device: None,
            at: date(2026, 11, day).at(9, 0, 0, 0),
            recorded_at: Timestamp::UNIX_EPOCH,
            by: UserId::from_random([1; 16]),
            role: Role::LinkWorker,
            fact,
        });
        let id = CaseId::from_random([2; 16]);
        Case::fold(id, Person::default(), events, Few::new(), &mut Vec::new())
    }

    fn referred() -> Fact {
        let reason = Personal::new("lonely".to_owned());
        Fact::Referred(Referral { source: ReferralSource::Gp, reason })
    }

    fn closed(reason: ClosingReason) -> Fact {
        Fact::EpisodeClosed(EpisodeClosed { episode: EventId::new(1, 1), reason })
    }

    fn contact(outcome: ContactOutcome, next_step: &str) -> Fact {
        let at = date(2026, 11, 2).at(9, 0, 0, 0);
        let by = UserId::from_random([1; 16]);
        let draft = ContactDraft::new(by, EventId::new(1, 1), at, String::new());
        let next_step = Personal::new(next_step.to_owned());
        let draft = ContactDraft { outcome, next_step, ..draft };
        let signed =
            draft.sign(Role::LinkWorker, at.date(), Timestamp::UNIX_EPOCH, || draft.episode);
        signed.expect("nothing is wrong with it").swap_remove(0).fact
    }

    fn declined() -> Fact {
        let (episode, consent) = (EventId::new(1, 1), Consent::CodeOnly);
        Fact::Declined(Decision { episode, contact: None, consent })
    }

    #[test]
    fn somebody_may_be_referred_again_from_the_day_on_which_the_last_referral_ended() {
        let from = |facts| case_of(facts).may_be_referred_from();
        assert_eq!(from(Vec::new()), Some(Date::MIN));
        assert_eq!(from(vec![(2, referred())]), None);
        assert_eq!(from(vec![(2, referred()), (5, declined())]), Some(date(2026, 11, 5)));
        let ended = closed(ClosingReason::Completed);
        let once = vec![(2, referred()), (9, ended)];
        assert_eq!(from(once.clone()), Some(date(2026, 11, 9)));
        assert_eq!(from([once, vec![(9, referred())]].concat()), None);
        assert_eq!(from(vec![(2, referred()), (9, closed(ClosingReason::Died))]), None);
    }

    #[test]
    fn an_attempt_leaves_what_was_planned_as_it_is_and_a_meeting_does_not() {
        let next = |after: &[(i8, Fact)]| {
            let planned = (3, contact(ContactOutcome::Seen, "Phone the allotment"));
            let before = [vec![(2, referred())], vec![planned]].concat();
            CaseRow::of(&case_of([before, after.to_vec()].concat())).next_step.into_inner()
        };
        let no_answer = (4, contact(ContactOutcome::NoAnswer, ""));
        assert_eq!(next(std::slice::from_ref(&no_answer)), "Phone the allotment");
        let try_again = (4, contact(ContactOutcome::DidNotAttend, "Write to her"));
        assert_eq!(next(&[try_again, no_answer]), "Write to her");
        assert_eq!(next(&[(4, contact(ContactOutcome::Seen, ""))]), "");
    }

    #[test]
    fn whoever_is_referred_again_waits_for_a_first_contact_again() {
        let ended = closed(ClosingReason::NotReached);
        let met = contact(ContactOutcome::Seen, "Phone the allotment");
        let case = case_of(vec![(2, referred()), (5, met), (9, ended), (20, referred())]);
        let episode = case.current_episode().expect("they were referred");
        assert_eq!((episode.id, episode.answer()), (EventId::new(4, 1), Answer::Open));
        let row = CaseRow::of(&case);
        assert_eq!(row.standing, Standing::FirstContactDue);
        // What was planned is over; that somebody met them is not.
        assert_eq!(row.next_step.reveal(), "");
        assert_eq!(row.last_seen_on, Some(date(2026, 11, 5)));
    }
}
