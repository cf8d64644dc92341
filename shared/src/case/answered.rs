//! What practices answered about a case's entries, and what of it somebody has to look at.

use super::{Case, Entry, Fact, Role, event::PracticeAnswered};
use crate::{
    ids::{EpisodeId, EventId},
    snomed::ConceptId,
};

impl Case {
    /// The last that a practice said of an entry. Only what the service wrote counts.
    pub fn practice_answer(
        &self,
        episode: EpisodeId,
        code: ConceptId,
    ) -> Option<(EventId, &PracticeAnswered)> {
        let of_entry = |(_, answered): &(EventId, &PracticeAnswered)| {
            answered.episode == episode && answered.code == code
        };
        self.practice_answers().filter(of_entry).last()
    }

    /// What practices sent back last of each entry, and nobody has looked at since.
    pub fn sent_back(&self) -> Vec<(EventId, &PracticeAnswered)> {
        let is_last = |(id, answered): &(EventId, &PracticeAnswered)| {
            let last = self.practice_answer(answered.episode, answered.code);
            last.is_some_and(|(last, _)| last == *id)
        };
        let is_open = |(id, answered): &(EventId, &PracticeAnswered)| {
            answered.outcome.is_sent_back() && !self.is_seen(*id)
        };
        self.practice_answers().filter(is_last).filter(is_open).collect()
    }

    fn practice_answers(&self) -> impl Iterator<Item = (EventId, &PracticeAnswered)> {
        self.standing().filter_map(|Entry { original, .. }| match &original.fact {
            Fact::PracticeAnswered(answered) if original.role == Role::Service => {
                Some((original.id, answered))
            }
            _ => None,
        })
    }

    fn is_seen(&self, answer: EventId) -> bool {
        self.standing().any(
            |entry| matches!(&entry.original.fact, Fact::AnswerSeen(seen) if seen.target == answer),
        )
    }
}
