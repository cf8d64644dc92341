//! What is on the screen only sometimes.

use leptos::{children::ViewFn, prelude::*};

use crate::{draw::view, memo::memo};

/// What decides whether something is shown. One type for all of them: the framework's own
/// component is compiled anew for each place that uses it, which is a kilobyte of the app each.
pub struct Condition(Box<dyn Fn() -> bool + Send + Sync>);

impl<F: Fn() -> bool + Send + Sync + 'static> From<F> for Condition {
    fn from(holds: F) -> Self {
        Self(Box::new(holds))
    }
}

/// Shows its children for as long as the condition holds, and the fallback otherwise.
#[component]
pub fn Show(
    #[prop(into)] when: Condition,
    #[prop(optional, into)] fallback: ViewFn,
    children: ChildrenFn,
) -> impl IntoView {
    let holds = memo(move || when.0());
    view! { {move || if holds.get() { children() } else { fallback.run() }} }
}
