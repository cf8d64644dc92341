//! Values that are worked out again only when what they read has changed.

use leptos::prelude::*;

/// What is worked out here is heard of only when it is another value than before.
///
/// The closure is boxed, so that the machinery of a memo is compiled once for each type of value
/// and not once for each place that has one.
pub fn memo<T>(work_out: impl Fn() -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    boxed(Box::new(work_out))
}

fn boxed<T>(work_out: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    Memo::new(move |_| work_out())
}
