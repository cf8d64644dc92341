//! One timer: it fires at the earliest time that was asked for.

use std::{cell::Cell, time::Duration};

use jiff::Timestamp;
use leptos::prelude::{TimeoutHandle, set_timeout_with_handle};

/// One timer.
#[derive(Default)]
pub struct Timer {
    set_for: Cell<Option<(Timestamp, TimeoutHandle)>>,
}

impl Timer {
    /// Calls `then` at this time, unless an earlier time was asked for before.
    pub fn wake_at(&self, now: Timestamp, at: Timestamp, then: impl FnOnce() + 'static) {
        if let Some((earlier, handle)) = self.set_for.get() {
            // One that should have fired was held up, as browsers do in the background.
            if earlier <= at && earlier > now {
                return;
            }
            handle.clear();
        }
        let wait_ms = at.as_millisecond().saturating_sub(now.as_millisecond());
        let wait = Duration::from_millis(u64::try_from(wait_ms).unwrap_or(0));
        self.set_for.set(set_timeout_with_handle(then, wait).ok().map(|handle| (at, handle)));
    }

    /// The timer has fired.
    pub fn fired(&self) {
        self.set_for.set(None);
    }
}
