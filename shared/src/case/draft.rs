//! A contact that is being written: saved as it is typed, and turned into events when it is signed.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};

use super::{
    event::{
        Consent, Contact, ContactMode, ContactOutcome, ContactPurpose, Decision, Event, Fact,
        GoalSet, Minutes, Role, Signposted,
    },
    picklist::Need,
};
use crate::{
    ids::{EpisodeId, EventId, UserId},
    limits,
    personal::Personal,
    stored::record,
};

/// A contact that is being written.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactDraft {
    /// Who writes it.
    pub by: UserId,
    /// The episode of care that it belongs to.
    pub episode: EpisodeId,
    /// When they met, by the clock on the wall in London.
    pub at: DateTime,
    /// How they met.
    pub mode: ContactMode,
    /// Whether they met.
    pub outcome: ContactOutcome,
    /// What it was for.
    pub purpose: ContactPurpose,
    /// Where.
    pub venue: String,
    /// What it took.
    pub minutes: Minutes,
    /// Needs that were touched.
    pub needs: Vec<Need>,
    /// A goal that was set, in the person's words; empty when there was none.
    pub goal: Personal<String>,
    /// What is to happen next.
    pub next_step: Personal<String>,
    /// When.
    pub next_on: Option<Date>,
    /// The person's answer to the referral, when it was given in this contact.
    pub decision: Option<DraftDecision>,
    /// Services that were named to the person.
    pub signposts: Vec<DraftSignpost>,
    /// What was said and done. Stored as text that merges while two people type.
    pub note: Personal<String>,
}

/// The person's answer, with what they agreed to share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DraftDecision {
    /// Accepted, or else declined.
    pub accepted: bool,
    /// What may go to the practice.
    pub consent: Consent,
}

/// A service that was named to the person: a copy of that day's entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftSignpost {
    /// Its identifier in the directory.
    pub service: String,
    /// Its name.
    pub name: String,
    /// Its telephone number.
    pub phone: String,
    /// Whether the worker made the introduction.
    pub introduced: bool,
}

record! {
    ContactDraft {
        by, episode, at, mode, outcome, purpose, venue, minutes, needs, goal, next_step, next_on,
        decision, signposts, note: elsewhere,
    }
    DraftDecision { accepted, consent }
    DraftSignpost { service, name, phone, introduced }
}

/// Why a draft cannot be signed yet, at which field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct DraftProblem {
    /// The field, by its name in [`ContactDraft`].
    pub field: &'static str,
    /// What is wrong and what to do.
    pub words: String,
}

impl ContactDraft {
    /// A draft filled in as a contact mostly is: now, face to face, for support.
    pub fn new(by: UserId, episode: EpisodeId, at: DateTime, venue: String) -> Self {
        Self {
            by,
            episode,
            at,
            mode: ContactMode::FaceToFace,
            outcome: ContactOutcome::Seen,
            purpose: ContactPurpose::Support,
            venue,
            minutes: Minutes { session: 45, ..Minutes::default() },
            needs: Vec::new(),
            goal: Personal::default(),
            next_step: Personal::default(),
            next_on: None,
            decision: None,
            signposts: Vec::new(),
            note: Personal::default(),
        }
    }

    /// What keeps it from being signed, `today` in London.
    pub fn problems(&self, today: Date) -> Vec<DraftProblem> {
        let mut problems = Vec::new();
        let mut refuse = |field, words: &str| {
            problems.push(DraftProblem { field, words: words.to_owned() });
        };
        if self.at.date() > today {
            refuse("at", say!("The date is in the future. Enter the day on which you met."));
        }
        if self.next_on.is_some_and(|next| next < self.at.date()) {
            refuse("next_on", say!("The next date is before this contact. Enter a later one."));
        }
        if self.decision.is_some() && self.outcome != ContactOutcome::Seen {
            refuse(
                "decision",
                say!(
                    "An answer needs a contact in which you spoke. Remove the answer, or choose \
                     “Saw them”."
                ),
            );
        }
        let too_long = |text: &str, most| text.chars().count() > most;
        if too_long(self.note.reveal(), limits::NOTE_CHARACTERS_MAX) {
            refuse("note", say!("The note is over 20,000 characters. Split it into two contacts."));
        }
        if too_long(&self.venue, limits::LINE_CHARACTERS_MAX) {
            refuse("venue", say!("Keep the place under 200 characters."));
        }
        if too_long(self.next_step.reveal(), limits::LINE_CHARACTERS_MAX) {
            refuse("next_step", say!("Keep the next step under 200 characters."));
        }
        if too_long(self.goal.reveal(), limits::PARAGRAPH_CHARACTERS_MAX) {
            refuse("goal", say!("Keep the goal under 2,000 characters."));
        }
        let minutes = self.minutes;
        let all = [minutes.preparation, minutes.session, minutes.write_up, minutes.research];
        if all.iter().any(|minutes| *minutes > limits::MINUTES_MAX) {
            refuse("minutes", say!("Enter at most 1,440 minutes of each kind: a whole day."));
        }
        if self.signposts.len().max(self.needs.len()) > limits::LIST_ENTRIES_MAX {
            refuse("signposts", say!("Keep to 50 services and needs in one contact."));
        }
        problems
    }

    /// Turns the draft into the events that are written in one change: the contact first, then
    /// what was said in it.
    ///
    /// # Errors
    /// Every problem of [`Self::problems`].
    pub fn sign(
        &self,
        role: Role,
        today: Date,
        recorded_at: Timestamp,
        mut next_id: impl FnMut() -> EventId,
    ) -> Result<Vec<Event>, Vec<DraftProblem>> {
        let problems = self.problems(today);
        if !problems.is_empty() {
            return Err(problems);
        }
        let contact = next_id();
        let mut facts = vec![Fact::Contact(self.contact())];
        if let Some(decision) = self.decision {
            let answer = Decision {
                episode: self.episode,
                contact: Some(contact),
                consent: decision.consent,
            };
            facts.push(if decision.accepted {
                Fact::Accepted(answer)
            } else {
                Fact::Declined(answer)
            });
        }
        if !self.goal.reveal().trim().is_empty() {
            facts.push(Fact::GoalSet(GoalSet { words: self.goal.clone() }));
        }
        facts.extend(self.signposts.iter().map(|signpost| {
            Fact::Signposted(Signposted {
                contact: Some(contact),
                service: signpost.service.clone(),
                name: signpost.name.clone(),
                phone: signpost.phone.clone(),
                introduced: signpost.introduced,
                code: None,
            })
        }));
        let event = |(index, fact): (usize, Fact)| Event {
            id: if index == 0 { contact } else { next_id() },
            device: None,
            at: self.at,
            recorded_at,
            by: self.by,
            role,
            fact,
        };
        Ok(facts.into_iter().enumerate().map(event).collect())
    }

    fn contact(&self) -> Contact {
        Contact {
            episode: self.episode,
            mode: self.mode,
            outcome: self.outcome,
            purpose: self.purpose,
            venue: self.venue.clone(),
            minutes: self.minutes,
            needs: self.needs.clone(),
            note: self.note.clone(),
            next_step: self.next_step.clone(),
            next_on: self.next_on,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_text_that_is_too_long_is_refused_at_its_own_field() {
        let (by, episode) = (UserId::from_random([1; 16]), EventId::new(5, 5));
        let day = date(2026, 11, 23);
        let long = "x".repeat(limits::LINE_CHARACTERS_MAX + 1);
        let refused = |draft: &ContactDraft| {
            let problems = draft.problems(day);
            problems.iter().map(|problem| problem.field).collect::<Vec<_>>()
        };
        let mut draft = ContactDraft::new(by, episode, day.at(14, 5, 0, 0), long.clone());
        assert_eq!(refused(&draft), ["venue"]);
        draft.next_step = Personal::new(long);
        assert_eq!(refused(&draft), ["venue", "next_step"]);
    }
}
