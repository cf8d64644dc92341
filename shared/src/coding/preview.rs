//! What a draft will lead to, said before it is signed.

use jiff::{Timestamp, civil::Date};

use super::{Coding, Context, Exclusion, Hold, code};
use crate::{
    calendar,
    case::{Case, ContactDraft, Defect, Role},
    ids::EventId,
};

/// What will become of a contact's answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Preview {
    /// Coded: the term and the date.
    Coded {
        /// The code's meaning.
        term: String,
        /// Its date.
        on: Date,
    },
    /// Held back, and why.
    Held(Vec<Hold>),
    /// Not coded, and why.
    NotCoded(Exclusion),
    /// Nothing can be said: there is something to put right before it can be signed.
    NotYet,
}

impl Preview {
    /// One sentence, and the reasons below it.
    pub fn words(&self) -> (String, Vec<String>) {
        match self {
            Self::Coded { term, on } => {
                let term = term.split(" (").next().unwrap_or(term);
                (said!("This will be coded: {term}, {on}.", on = calendar::words(*on)), Vec::new())
            }
            Self::Held(reasons) => (
                say!("This will be held back until somebody settles it:").into(),
                reasons.iter().map(Hold::words).collect(),
            ),
            Self::NotCoded(reason) => {
                (say!("This will not be coded.").into(), vec![reason.words().to_owned()])
            }
            Self::NotYet => (
                say!(
                    "Something is to be put right before this can be signed. Then it says here \
                     what will be coded."
                )
                .into(),
                Vec::new(),
            ),
        }
    }
}

/// Applies the rules to the case as it would be with this draft signed in this role.
///
/// `device` is left open: the phone that signs is its author's own.
pub fn preview(
    case: &Case,
    defects: &[Defect],
    draft: &ContactDraft,
    role: Role,
    context: &Context<'_>,
) -> Preview {
    let mut defects = defects.to_vec();
    // Identifiers beyond every real one: a new entry is always the last of its day.
    let mut next = 0;
    let next_id = || {
        next += 1;
        EventId::new(EventId::LATEST_MS, next)
    };
    let Ok(events) = draft.sign(role, context.today, Timestamp::UNIX_EPOCH, next_id) else {
        return Preview::NotYet;
    };
    let ids: Vec<EventId> = events.iter().map(|event| event.id).collect();
    let before = case.entries.values().map(|entry| entry.original.clone());
    let after = Case::fold(
        case.id,
        case.person.clone(),
        before.chain(events),
        Default::default(),
        &mut defects,
    );
    said_of(&code(&after, &defects, context), &ids, draft, context)
}

fn said_of(
    coding: &Coding,
    ids: &[EventId],
    draft: &ContactDraft,
    context: &Context<'_>,
) -> Preview {
    if let Some(coded) = coding.coded.iter().find(|coded| ids.contains(&coded.event)) {
        let term = context.codes.term(&coded.concept).unwrap_or_default().to_owned();
        return Preview::Coded { term, on: coded.on };
    }
    // A contested answer is held under the first one that was recorded, not under the new one.
    let held = coding.held.iter().find(|held| {
        ids.contains(&held.event)
            || (draft.decision.is_some()
                && held.episode == draft.episode
                && held.reasons.contains(&Hold::AnswersContested))
    });
    if let Some(held) = held {
        return Preview::Held(held.reasons.clone());
    }
    // Of the contact and the answer in it, the answer's reason is the one that matters.
    let mut reasons = coding.not_coded.iter().filter(|entry| ids.contains(&entry.event));
    let answer = reasons.clone().find(|entry| entry.event != ids[0]);
    let reason = answer.or(reasons.next()).map(|entry| entry.reason);
    Preview::NotCoded(reason.unwrap_or(Exclusion::OngoingContact))
}
