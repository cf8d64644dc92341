//! The agenda: what is to happen, in order of its time, and the clock that goes with it.

use std::collections::BTreeMap;

/// What is to happen, in order of its time; of two at one time, in the order of asking.
#[derive(Debug)]
pub struct Agenda<T> {
    now_ms: i64,
    asked: u64,
    entries: BTreeMap<(i64, u64), T>,
}

impl<T> Agenda<T> {
    /// An empty agenda from this instant, in milliseconds of Unix time.
    pub fn from_instant(now_ms: i64) -> Self {
        Self { now_ms, asked: 0, entries: BTreeMap::new() }
    }

    /// The instant, in milliseconds of Unix time.
    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// Puts something on the agenda, so many milliseconds from now.
    pub fn after(&mut self, wait_ms: i64, entry: T) {
        self.asked += 1;
        self.entries.insert((self.now_ms.saturating_add(wait_ms.max(0)), self.asked), entry);
    }

    /// Takes what is next, if it is due by then, and moves the clock to it.
    pub fn next_until(&mut self, until_ms: i64) -> Option<T> {
        let first = self.entries.first_entry().filter(|entry| entry.key().0 <= until_ms)?;
        self.now_ms = first.key().0;
        Some(first.remove())
    }

    /// Moves the clock on to where nothing is due before.
    pub fn pass_to(&mut self, instant_ms: i64) {
        self.now_ms = self.now_ms.max(instant_ms);
    }
}
