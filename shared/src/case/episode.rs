//! Episodes of care: from one referral to its closing, folded from the entries that stand.

use jiff::civil::Date;

use super::{Case, Entry, Fact};
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
            Self::Contested => say!("Contested"),
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

    /// The episode to which a new entry belongs: the open one that began last, or the last one.
    pub fn current_episode(&self) -> Option<Episode<'_>> {
        let mut episodes = self.episodes();
        let at = episodes.iter().rposition(Episode::is_open).or(episodes.len().checked_sub(1))?;
        Some(episodes.swap_remove(at))
    }
}
