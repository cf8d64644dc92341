//! What screens write: each method resolves when it is on this phone's disk, and not before.
//!
//! When the disk fails, a change waits for the next attempt rather than come back as an error: a
//! person who pressed "Sign" twice would have signed twice. The banner says what is going on.

use std::{pin::Pin, rc::Rc, sync::Arc};

use futures_channel::oneshot;
use jiff::{Timestamp, civil::Date};
use shared::{
    case::{ContactDraft, Role},
    coding::Context,
    document::{DocumentError, Writer},
    ids::{CaseId, EventId},
    sync::{Effect, Ticket},
};

use super::{CaseRead, CaseView, Engine, SaveError, SignError, core::Core, line, state::State};
use crate::{
    clock, random,
    vault::{Name, VaultError, Write},
};

/// A change on its way to the disk. Boxed, as what is written is: they are compiled once for all.
pub type Writing = Pin<Box<dyn Future<Output = Result<(), SaveError>>>>;

/// What the replica says to a change.
pub type Changed = Result<(Ticket, Vec<Effect>), DocumentError>;

impl Engine {
    /// Writes one change to a case.
    ///
    /// # Errors
    /// When the change cannot be written; nothing has changed then.
    pub fn edit(
        &self,
        case: CaseId,
        write: impl FnOnce(&mut Writer<'_, '_>) -> Result<(), DocumentError> + 'static,
    ) -> Writing {
        self.edit_typed(case, String::new(), write)
    }

    /// Whether a contact was signed or thrown away since the app was opened: nothing is saved in it
    /// any more.
    pub fn is_finished(&self, draft: EventId) -> bool {
        self.core().with_state(|state| state.finished.contains(&draft)) == Some(true)
    }

    /// Saves what is being typed, at each pause.
    ///
    /// # Errors
    /// When the phone could not keep it; the next pause tries again. When the contact is finished, or
    /// the person is no longer on this phone.
    pub async fn save_working(
        &self,
        case: CaseId,
        draft: EventId,
        working: &ContactDraft,
    ) -> Result<Timestamp, SaveError> {
        let core = self.core();
        let now = clock::now();
        let written = core.with_state(|state| {
            state.may_save(case, draft)?;
            state.working.put(now, case, draft, working);
            Ok::<_, DocumentError>(
                state.vault.write(vec![state.working.write(case, draft), state.note_waiting()]),
            )
        });
        let written = written.ok_or(SaveError::SignedOut)??;
        core.show_drafts();
        let outcome = written.await;
        core.working_written(outcome);
        outcome.map(|()| now).map_err(SaveError::from)
    }

    /// A contact that is not finished: its working copy, or else the record's draft.
    pub async fn working(&self, case: CaseId, draft: EventId) -> Option<ContactDraft> {
        self.core().with_state(|state| unfinished(state, case, draft)).flatten()
    }

    /// Folds the working copy into the record as one change, so that it is sent.
    ///
    /// # Errors
    /// As [`Self::edit`]; the working copy stays then.
    pub async fn checkpoint(&self, case: CaseId, draft: EventId) -> Result<(), SaveError> {
        let core = self.core();
        let working = core.with_state(|state| {
            let working = state.working.get(case, draft)?.clone();
            let kept = state.view(case)?.ok()?.case.drafts.get(&draft).cloned();
            (kept.as_ref() != Some(&working)).then_some(working)
        });
        let Some(working) = working.ok_or(SaveError::SignedOut)? else { return Ok(()) };
        let fold = move |state: &mut State| fold_copy(state, case, draft, &working);
        core.change(Box::new(fold), vec![removal(case, draft)]).await
    }

    /// Signs a contact: its entries come and its draft goes, in one change. Gives the contact's own
    /// entry.
    ///
    /// # Errors
    /// What is to be put right first, or why it could not be written; the draft is as it was.
    pub async fn sign(
        &self,
        case: CaseId,
        draft: EventId,
        working: ContactDraft,
    ) -> Result<EventId, SignError> {
        let core = self.core();
        let today = self.today();
        let now = clock::now();
        let role = core.with_state(|state| state.profile.role).ok_or(SaveError::SignedOut)?;
        let events = working.sign(role, today, now, new_event_id).map_err(SignError::Problems)?;
        let contact = events[0].id;
        let sign = move |state: &mut State| {
            if state.finished.contains(&draft) {
                return Err(DocumentError::Unwritable(say!("the contact is signed already")));
            }
            let changed = state.replica.edit(now, case, |writer| {
                events.iter().try_for_each(|event| writer.put_event(event))?;
                writer.remove_draft(draft)
            })?;
            state.working.remove(case, draft);
            state.finished.insert(draft);
            Ok(changed)
        };
        core.change(Box::new(sign), vec![removal(case, draft)]).await?;
        Ok(contact)
    }

    /// Throws an unfinished contact away.
    ///
    /// # Errors
    /// As [`Self::edit`].
    pub async fn discard(&self, case: CaseId, draft: EventId) -> Result<(), SaveError> {
        let core = self.core();
        let copy = core.with_state(|state| state.working.get(case, draft).cloned()).flatten();
        let in_record = core.with_state(|state| {
            state.working.remove(case, draft);
            state.finished.insert(draft);
            let view = state.view(case).and_then(Result::ok);
            view.is_some_and(|view| view.case.drafts.contains_key(&draft))
        });
        core.show_drafts();
        let outcome = core.throw_away(case, draft, in_record.ok_or(SaveError::SignedOut)?).await;
        if outcome.is_err() {
            // It is not thrown away: what is typed in it from now on is to be saved.
            core.with_state(|state| {
                state.finished.remove(&draft);
                if let Some(copy) = &copy {
                    state.working.put(clock::now(), case, draft, copy);
                }
            });
            core.show_drafts();
        }
        outcome
    }
}

impl Core {
    async fn throw_away(
        self: &Rc<Self>,
        case: CaseId,
        draft: EventId,
        is_in_record: bool,
    ) -> Result<(), SaveError> {
        if is_in_record {
            let remove = move |state: &mut State| {
                state.replica.edit(clock::now(), case, |writer| writer.remove_draft(draft))
            };
            return self.change(Box::new(remove), vec![removal(case, draft)]).await;
        }
        let written = self.with_state(|state| state.vault.write(vec![removal(case, draft)]));
        let outcome = written.ok_or(SaveError::SignedOut)?.await;
        self.working_written(outcome);
        outcome.map_err(SaveError::from)
    }

    /// Has the replica write a change, with riders in its transaction, and waits for the disk.
    pub(super) async fn change(
        self: &Rc<Self>,
        act: Box<dyn FnOnce(&mut State) -> Changed>,
        riders: Vec<Write>,
    ) -> Result<(), SaveError> {
        if self.stopped.get() {
            return Err(VaultError::OpenElsewhere.into());
        }
        let (waiting, kept) = oneshot::channel();
        let effects = self.with_state(|state| {
            let (ticket, effects) = act(state)?;
            state.pending.board(ticket, Some(waiting), riders);
            Ok::<_, SaveError>(effects)
        });
        self.perform(effects.ok_or(SaveError::SignedOut)??);
        // Dropped unanswered only when the app stops in this tab.
        Ok(kept.await.unwrap_or(Err(VaultError::OpenElsewhere))?)
    }

    /// Reads a case.
    pub fn view(&self, case: CaseId) -> CaseRead {
        self.with_state(|state| state.view(case)).flatten()
    }

    /// Applies the coding rules to a case, as of this day.
    pub fn coded<T>(
        &self,
        case: CaseId,
        today: Date,
        apply: impl FnOnce(&Arc<CaseView>, Role, &Context<'_>) -> T,
    ) -> Option<T> {
        let view = self.view(case)?.ok()?;
        let duplicate = self
            .shown
            .rows
            .followed()
            .with_untracked(|rows| line::has_likely_duplicate(rows, &view.case));
        self.with_state(|state| {
            let demonstration = state.profile.demonstration;
            let context = state.facts.context(today, demonstration, duplicate);
            apply(&view, state.profile.role, &context)
        })
    }
}

/// Folds a working copy into its record, in memory; none where there is none.
pub fn fold(state: &mut State, case: CaseId, draft: EventId) -> Option<Changed> {
    let copy = state.working.get(case, draft)?.clone();
    Some(fold_copy(state, case, draft, &copy))
}

fn fold_copy(state: &mut State, case: CaseId, draft: EventId, copy: &ContactDraft) -> Changed {
    let put = |writer: &mut Writer<'_, '_>| writer.put_draft(draft, copy);
    let changed = state.replica.edit(clock::now(), case, put)?;
    state.working.remove(case, draft);
    Ok(changed)
}

/// What removes the record of a working copy.
pub fn removal(case: CaseId, draft: EventId) -> Write {
    Write::Delete(Name::Working(case, draft))
}

fn unfinished(state: &mut State, case: CaseId, draft: EventId) -> Option<ContactDraft> {
    if let Some(copy) = state.working.get(case, draft) {
        return Some(copy.clone());
    }
    state.view(case)?.ok()?.case.drafts.get(&draft).cloned()
}

/// A new identifier for an event, which sorts by the time on this phone.
pub fn new_event_id() -> EventId {
    let unix_ms = u64::try_from(clock::now().as_millisecond()).unwrap_or(0);
    let [high, low] = [random::bytes::<8>(), random::bytes::<8>()].map(u64::from_le_bytes);
    EventId::new(unix_ms, u128::from(high) << 64 | u128::from(low))
}
