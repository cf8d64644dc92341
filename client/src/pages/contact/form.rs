//! The contact as it is typed: one draft that every field reads and writes, and its autosave.

use std::time::Duration;

use jiff::Timestamp;
use leptos::{ev, prelude::*, task::spawn_local};
use shared::{
    case::ContactDraft,
    ids::{CaseId, EventId},
};

use crate::{
    engine::{Engine, SaveError},
    memo::{Live, Memo, follow_since, memo},
    words,
};

/// How long a pause in typing is. Short enough that a phone put away has saved.
const PAUSE: Duration = Duration::from_millis(400);

/// What became of what was typed last.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Saved {
    /// Nothing was typed yet.
    NotYet,
    /// It is on this phone, since then.
    At(Timestamp),
    /// It is not, and why.
    Failed(SaveError),
}

impl Saved {
    fn words(&self, now: Timestamp) -> String {
        match self {
            Self::NotYet => String::new(),
            Self::At(at) => said!("Saved on this phone {time}", time = words::when(*at, now)),
            // Why, and what to do, says the banner.
            Self::Failed(SaveError::NotKept(_)) => {
                say!("Not saved. Only this screen has it.").into()
            }
            Self::Failed(error) => said!("Not saved. {error}"),
        }
    }
}

/// The contact that is being typed.
#[derive(Clone, Copy)]
pub struct Form {
    pub case: CaseId,
    pub draft_id: EventId,
    engine: Engine,
    draft: Live<ContactDraft>,
    saved: Live<Saved>,
    /// Whether something was typed since the last save began.
    is_unsaved: StoredValue<bool>,
    pause: StoredValue<Option<TimeoutHandle>>,
}

impl Form {
    /// Begins to edit this draft, and keeps it saved for as long as the screen is there.
    pub fn new(engine: Engine, case: CaseId, draft_id: EventId, draft: ContactDraft) -> Self {
        let form = Self {
            case,
            draft_id,
            engine,
            draft: Live::new(draft),
            saved: Live::new(Saved::NotYet),
            is_unsaved: StoredValue::new(false),
            pause: StoredValue::new(None),
        };
        form.save_when_the_app_goes();
        form.save_when_there_is_room_again();
        form
    }

    /// One thing that the draft says, followed as it changes.
    pub fn read<T>(self, of: impl Fn(&ContactDraft) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        memo(move || self.draft.with(&of))
    }

    /// The draft as it is now.
    pub fn now(self) -> ContactDraft {
        self.draft.get_untracked()
    }

    /// Changes the draft, and saves it at the next pause.
    pub fn write(self, change: impl FnOnce(&mut ContactDraft)) {
        self.draft.update(change);
        self.is_unsaved.set_value(true);
        self.clear_pause();
        let pause = set_timeout_with_handle(move || self.save_now(), PAUSE);
        self.pause.set_value(pause.ok());
    }

    /// Saves what was typed since the last save, without waiting for a pause.
    pub fn save_now(self) {
        // A field that goes away with its screen still tells that the focus left it.
        if let Some(draft) = self.take_unsaved() {
            spawn_local(async move {
                // The status line says what went wrong.
                let _ = self.store(draft).await;
            });
        }
    }

    /// Saves the draft as it is, even where nothing was typed.
    ///
    /// # Errors
    /// When the phone could not keep it; what was typed stays on the screen.
    pub async fn save(self) -> Result<(), SaveError> {
        let _ = self.take_unsaved();
        self.store(self.now()).await
    }

    /// The draft, when something was typed since the last save began.
    fn take_unsaved(self) -> Option<ContactDraft> {
        self.clear_pause();
        let is_unsaved = self.is_unsaved.try_update_value(std::mem::take).unwrap_or(false);
        is_unsaved.then(|| self.draft.try_get_untracked()).flatten()
    }

    async fn store(self, draft: ContactDraft) -> Result<(), SaveError> {
        let outcome = self.engine.save_working(self.case, self.draft_id, &draft).await;
        // The screen may have gone while the disk was at work.
        match outcome {
            Ok(at) => {
                self.saved.set(Saved::At(at));
                Ok(())
            }
            Err(error) => {
                let _ = self.is_unsaved.try_set_value(true);
                self.saved.set(Saved::Failed(error.clone()));
                Err(error)
            }
        }
    }

    /// Where what was typed last is.
    pub fn saved_words(self) -> Memo<String> {
        memo(move || self.saved.read().words(self.engine.now()))
    }

    /// Whether what was typed last is not on this phone.
    pub fn is_failing(self) -> Memo<bool> {
        memo(move || matches!(*self.saved.read(), Saved::Failed(_)))
    }

    /// Nothing is to be saved any more: the contact is thrown away.
    pub fn stop(self) {
        let _ = self.take_unsaved();
    }

    fn clear_pause(self) {
        let handle = self.pause.try_update_value(Option::take).flatten();
        if let Some(handle) = handle {
            handle.clear();
        }
    }

    /// Phones stop an app without a word once it is out of sight.
    fn save_when_the_app_goes(self) {
        let hidden = window_event_listener(ev::visibilitychange, move |_| {
            if document().visibility_state() == web_sys::VisibilityState::Hidden {
                self.save_now();
            }
        });
        let page_hide = ev::Custom::<web_sys::Event>::new("pagehide");
        let gone = window_event_listener(page_hide, move |_| self.save_now());
        on_cleanup(move || {
            hidden.remove();
            gone.remove();
            self.leave();
        });
    }

    /// The engine goes on trying with what it was given last; once that is kept, what is on the
    /// screen is saved too, so that the line below it says so.
    fn save_when_there_is_room_again(self) {
        let is_failing = self.engine.storage_failing();
        follow_since(move |was_failing: Option<bool>| {
            let is_failing = is_failing.get();
            if was_failing == Some(true) && !is_failing {
                self.save_now();
            }
            is_failing
        });
    }

    /// Leaving the screen: saves, then folds the contact into the record so that it is sent.
    fn leave(self) {
        let Self { engine, case, draft_id, .. } = self;
        let unsaved = self.take_unsaved();
        spawn_local(async move {
            // The engine's banner says what the phone could not keep.
            if let Some(draft) = unsaved {
                let _ = engine.save_working(case, draft_id, &draft).await;
            }
            let _ = engine.checkpoint(case, draft_id).await;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::VaultError;

    #[test]
    fn it_says_since_when_it_is_saved_or_why_it_is_not() {
        let at: Timestamp = "2026-11-23T10:42:10Z".parse().expect("an instant");
        assert_eq!(Saved::NotYet.words(at), "");
        assert_eq!(Saved::At(at).words(at), "Saved on this phone 10:42");
        let failed = Saved::Failed(SaveError::SignedOut).words(at);
        assert!(failed.starts_with("Not saved. Nobody is signed in"));
        let full = Saved::Failed(SaveError::NotKept(VaultError::Full)).words(at);
        assert_eq!(full, "Not saved. Only this screen has it.");
    }
}
