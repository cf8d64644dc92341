//! Locking: on demand, after a while without a touch, and after a while out of sight. The page is
//! loaded anew, so that nothing that was read stays in memory.

use std::{cell::Cell, rc::Rc, time::Duration};

use leptos::{ev, prelude::*, task::spawn_local};
use web_sys::{Event, VisibilityState};

use super::{boot, core::Core, shown::Stage};
use crate::clock;

/// Without a touch for this long, in milliseconds: somebody listens for a while, or put the phone
/// down and went.
const IDLE_MS: i64 = 10 * 60_000;
/// Out of sight for this long: longer than a call, or a look at the map.
const HIDDEN_MS: i64 = 5 * 60_000;
/// How often to look.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// How often it is tried to have everything on the disk, and how long to wait in between: what is
/// under way when the phone locks, as an answer of the service, is there within a moment.
const TRIES: usize = 20;
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(150);
/// On the page while its screens are covered; style.css hides them then.
const COVERED: &str = "fp-covered";

/// When the phone was last touched, and since when the app is out of sight.
struct Watch {
    touched_ms: Cell<i64>,
    hidden_ms: Cell<Option<i64>>,
}

impl Watch {
    fn is_over(&self, now_ms: i64) -> bool {
        // A clock that was turned back far gives no time either.
        let is_past = |since: i64, limit: i64| (now_ms - since).abs() >= limit;
        let hidden = self.hidden_ms.get().is_some_and(|since| is_past(since, HIDDEN_MS));
        hidden || is_past(self.touched_ms.get(), IDLE_MS)
    }
}

/// Watches for as long as the page lives.
pub fn watch(core: &Rc<Core>) {
    let now_ms = || clock::now().as_millisecond();
    let watch = Rc::new(Watch { touched_ms: Cell::new(now_ms()), hidden_ms: Cell::new(None) });
    let look = {
        let (core, watch) = (core.clone(), watch.clone());
        move || {
            // Once it is covered, it locks as soon as it can, whoever touches it.
            if watch.is_over(now_ms()) || core.is_covered() {
                spawn_local(lock(core.clone()));
            }
        }
    };
    let touched = {
        let watch = watch.clone();
        move || watch.touched_ms.set(now_ms())
    };
    let pressed = touched.clone();
    let _ = window_event_listener(ev::keydown, move |_| pressed());
    let _ = window_event_listener(ev::pointerdown, move |_| touched());
    let at_once = look.clone();
    let _ =
        window_event_listener(ev::visibilitychange, move |_| match document().visibility_state() {
            VisibilityState::Visible => {
                at_once();
                watch.hidden_ms.set(None);
            }
            _ => watch.hidden_ms.set(Some(now_ms())),
        });
    let _ = set_interval_with_handle(look, LOOK_EVERY);
}

/// Locks, once what is being typed and what is under way is on disk. Where that fails, memory alone
/// holds it, so that the page stays as it is under a cover, which the passphrase lifts.
pub async fn lock(core: Rc<Core>) {
    if core.is_locking.replace(true) {
        return;
    }
    let is_shown = || core.shown.stage.followed().with_untracked(|stage| *stage == Stage::Ready);
    hide_screens(is_shown());
    save_what_is_typed().await;
    for _ in 0..TRIES {
        if core.is_all_stored().await {
            core.stopped.set(true);
            return boot::reload();
        }
        if core.storage_fails() {
            break;
        }
        boot::wait(TRY_AGAIN_AFTER).await;
    }
    // Another tab may have taken over meanwhile.
    core.shown.covered.set(is_shown());
    hide_screens(is_shown());
    core.is_locking.set(false);
}

/// Hides what is on the screen, or shows it again: it stays there, with all that was typed in it.
fn hide_screens(hidden: bool) {
    if let Some(body) = document().body() {
        // The name of a class that is well-formed cannot fail.
        let _ = body.class_list().toggle_with_force(COVERED, hidden);
    }
}

impl Core {
    async fn is_all_stored(self: &Rc<Self>) -> bool {
        let written = self.with_state(|state| {
            let mut writes = state.working.writes();
            writes.push(state.note_waiting());
            state.vault.write(writes)
        });
        let Some(written) = written else { return true };
        let outcome = written.await;
        self.working_written(outcome);
        let is_behind = self.with_state(|state| state.replica.is_storing_anything());
        outcome.is_ok() && is_behind == Some(false)
    }

    fn is_covered(&self) -> bool {
        self.shown.covered.followed().get_untracked()
    }

    /// Lifts the cover from the screens.
    ///
    /// # Errors
    /// In words, when this is not the passphrase, or it is too soon to try again.
    pub async fn uncover(self: &Rc<Self>, passphrase: String) -> Result<(), String> {
        self.prove(passphrase).await?;
        self.shown.covered.set(false);
        hide_screens(false);
        Ok(())
    }
}

/// Editors save when the page is about to go; what they save takes its place first.
pub async fn save_what_is_typed() {
    if let (Some(window), Ok(going)) = (web_sys::window(), Event::new("pagehide")) {
        let _ = window.dispatch_event(&going);
    }
    boot::painted().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_locks_after_a_while_whichever_way_the_clock_was_turned() {
        let watch = Watch { touched_ms: Cell::new(0), hidden_ms: Cell::new(None) };
        assert!(!watch.is_over(IDLE_MS - 1) && !watch.is_over(-60_000));
        assert!(watch.is_over(IDLE_MS) && watch.is_over(-IDLE_MS));
        watch.hidden_ms.set(Some(0));
        assert!(!watch.is_over(HIDDEN_MS - 1));
        assert!(watch.is_over(HIDDEN_MS) && watch.is_over(-HIDDEN_MS));
    }
}
