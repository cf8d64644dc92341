//! Values that screens follow: those that a screen sets, and, heard of only when they are other values
//! than before, those that are told and those that are worked out again when what they read has
//! changed.
//!
//! The framework's own signals and memos are compiled anew for each type of value: two kilobytes of
//! the app that a phone fetches. Here all share one, which holds values of any type.

use std::{any::Any, marker::PhantomData, ops::Deref, sync::Arc};

use leptos::prelude::{
    Effect, Get, GetUntracked, Memo as AnyMemo, RwSignal, Set, Signal, Track, WithUntracked,
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
pub struct Told<T>(Live<T>);

impl<T> Clone for Told<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Told<T> {}

impl<T: PartialEq + Send + Sync + 'static> Told<T> {
    /// Holds this value first.
    pub fn new(value: T) -> Self {
        Self(Live::new(value))
    }

    /// Tells the value, which is heard of only when it is another one; nobody hears of it once the
    /// screen that held it has gone.
    pub fn set(self, value: T) {
        tell(self.0.held, Held::new(value));
    }

    /// The value, to be read and followed.
    pub fn followed(self) -> Memo<T> {
        *self.0
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

/// A value that a screen sets: whoever follows it hears of each time, whether or not it is another
/// value. It is read as a [`Memo`] is.
pub struct Live<T> {
    held: RwSignal<Held>,
    followed: Memo<T>,
}

impl<T> Deref for Live<T> {
    type Target = Memo<T>;

    fn deref(&self) -> &Memo<T> {
        &self.followed
    }
}

impl<T> Clone for Live<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Live<T> {}

impl<T: PartialEq + Send + Sync + 'static> Live<T> {
    /// Holds this value first.
    pub fn new(value: T) -> Self {
        let held = RwSignal::new(Held::new(value));
        Self { held, followed: Memo { held: held.into(), of: PhantomData } }
    }

    /// Sets the value; nobody hears of it once the screen that held it has gone.
    pub fn set(self, value: T) {
        let _ = self.try_set(value);
    }

    /// The same; whether the screen that held it is still there.
    pub fn try_set(self, value: T) -> bool {
        self.held.try_set(Held::new(value)).is_none()
    }

    /// Changes the value.
    pub fn update(self, change: impl FnOnce(&mut T))
    where
        T: Clone,
    {
        if let Some(mut value) = self.try_get_untracked() {
            change(&mut value);
            self.set(value);
        }
    }
}

impl<T> From<Live<T>> for Memo<T> {
    fn from(live: Live<T>) -> Self {
        *live
    }
}

/// Does something now and whenever what it reads has changed, for as long as the screen is there.
pub fn follow(work: impl FnMut() + 'static) {
    follow_any(Box::new(work));
}

/// The same for what needs to know what it came to before.
pub fn follow_since<T: 'static>(mut work: impl FnMut(Option<T>) -> T + 'static) {
    let mut before = None;
    follow(move || before = Some(work(before.take())));
}

/// Compiled once.
fn follow_any(mut work: Box<dyn FnMut()>) {
    Effect::new(move |_| work());
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
