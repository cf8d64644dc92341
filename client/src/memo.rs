//! Values that screens follow, and that are heard of only when they are other values than before:
//! those that are told, and those that are worked out again when what they read has changed.
//!
//! The framework's own signals and memos are compiled anew for each type of value: two kilobytes of
//! the app that a phone fetches. Here all share one, which holds values of any type.

use std::{any::Any, marker::PhantomData, sync::Arc};

use leptos::prelude::{
    Get, GetUntracked, Memo as AnyMemo, RwSignal, Set, Signal, Track, WithUntracked,
};

/// A value to be read and followed.
pub struct Memo<T> {
    held: Signal<Held>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Memo<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Memo<T> {}

/// A value of some type, and how to tell whether two of that type are the same.
#[derive(Clone)]
struct Held {
    value: Arc<dyn Any + Send + Sync>,
    is_same: fn(&dyn Any, &dyn Any) -> bool,
}

impl Held {
    fn new<T: PartialEq + Send + Sync + 'static>(value: T) -> Self {
        Self {
            value: Arc::new(value),
            is_same: |one, other| match (one.downcast_ref::<T>(), other.downcast_ref::<T>()) {
                (Some(one), Some(other)) => one == other,
                _ => false,
            },
        }
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        (self.is_same)(&*self.value, &*other.value)
    }
}

/// A value that follows what `work_out` reads.
pub fn memo<T>(work_out: impl Fn() -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    Memo { held: hold(Box::new(move || Held::new(work_out()))), of: PhantomData }
}

fn hold(work_out: Box<dyn Fn() -> Held + Send + Sync>) -> Signal<Held> {
    AnyMemo::new(move |_| work_out()).into()
}

/// A value that is told.
pub struct Told<T> {
    held: RwSignal<Held>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Told<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Told<T> {}

impl<T: PartialEq + Send + Sync + 'static> Told<T> {
    /// Holds this value first.
    pub fn new(value: T) -> Self {
        Self { held: RwSignal::new(Held::new(value)), of: PhantomData }
    }

    /// Tells the value, which is heard of only when it is another one; nobody hears of it once the
    /// screen that held it has gone.
    pub fn set(self, value: T) {
        tell(self.held, Held::new(value));
    }

    /// The value, to be read and followed.
    pub fn followed(self) -> Memo<T> {
        Memo { held: self.held.into(), of: PhantomData }
    }
}

fn tell(held: RwSignal<Held>, now: Held) {
    if held.try_with_untracked(|before| *before != now) == Some(true) {
        let _ = held.try_set(now);
    }
}

impl<T: Send + Sync + 'static> Memo<T> {
    /// The value; whoever reads it follows it.
    pub fn read(self) -> Arc<T> {
        of(self.held.get())
    }

    /// A copy of the value; whoever reads it follows it.
    pub fn get(self) -> T
    where
        T: Clone,
    {
        T::clone(&self.read())
    }

    /// A copy of the value as it is now.
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }

    /// The same, or none once the screen that held it has gone.
    pub fn try_get_untracked(self) -> Option<T>
    where
        T: Clone,
    {
        self.held.try_get_untracked().map(|held| T::clone(&of(held)))
    }

    /// Something of the value as it is now.
    pub fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(&of(self.held.get_untracked()))
    }

    /// Something of the value; whoever reads it follows it.
    pub fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(&self.read())
    }

    /// Follows the value without reading it.
    pub fn track(self) {
        self.held.track();
    }
}

fn of<T: Send + Sync + 'static>(held: Held) -> Arc<T> {
    held.value.downcast().expect("a memo holds what was worked out for it")
}

impl<T: Clone + Send + Sync + 'static> From<Memo<T>> for Signal<T> {
    fn from(memo: Memo<T>) -> Self {
        Self::derive(move || memo.get())
    }
}

#[cfg(test)]
mod tests {
    use leptos::prelude::{Owner, RwSignal, Set};

    use super::*;

    #[test]
    fn it_follows_what_it_reads() {
        Owner::new().with(|| {
            let count = RwSignal::new(1);
            let words = memo(move || format!("{} people", count.get()));
            assert_eq!(words.get_untracked(), "1 people");
            count.set(2);
            assert_eq!(words.get_untracked(), "2 people");
        });
    }

    #[test]
    fn what_is_told_is_read_by_whoever_follows_it() {
        let owner = Owner::new();
        let (told, followed) = owner.with(|| {
            let told = Told::new("here");
            let followed = told.followed();
            told.set("sent");
            assert_eq!(followed.get_untracked(), "sent");
            (told, followed)
        });
        // As when a save ends after its screen has gone.
        owner.cleanup();
        told.set("late");
        assert_eq!(followed.try_get_untracked(), None);
    }

    #[test]
    fn the_same_value_is_not_heard_of_again() {
        Owner::new().with(|| {
            let count = RwSignal::new(1);
            let is_any = memo(move || count.get() > 0);
            let heard = Arc::new(std::sync::atomic::AtomicUsize::new(0));
            let counted = heard.clone();
            let words = memo(move || {
                counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                if is_any.get() { "some" } else { "none" }
            });
            assert_eq!(words.get_untracked(), "some");
            count.set(2);
            assert_eq!(words.get_untracked(), "some");
            count.set(0);
            assert_eq!(words.get_untracked(), "none");
            assert_eq!(heard.load(std::sync::atomic::Ordering::Relaxed), 2);
        });
    }
}
