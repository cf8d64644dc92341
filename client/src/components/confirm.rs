//! A button that asks once more before it does what cannot be undone.

use std::{pin::Pin, sync::Arc};

use leptos::{prelude::*, task::spawn_local};

use crate::{draw::view, memo::Live};

use super::{disclose::focus, show::Show};

/// What is done once it was confirmed; an error in words where it was not done. One type for all, so
/// that they are compiled once.
#[derive(Clone)]
pub struct Act(Arc<dyn Fn() -> Acting + Send + Sync>);

type Acting = Pin<Box<dyn Future<Output = Result<(), String>>>>;

impl<A, F> From<A> for Act
where
    A: Fn() -> F + Send + Sync + 'static,
    F: Future<Output = Result<(), String>> + 'static,
{
    fn from(act: A) -> Self {
        Self(Arc::new(move || Box::pin(act())))
    }
}

/// A button, and behind it the question, in its children.
#[component]
pub fn Confirm(
    /// Unique on its screen.
    id: &'static str,
    /// What the button that asks says.
    button: &'static str,
    /// How that button looks.
    #[prop(default = "nhsuk-button nhsuk-button--secondary")]
    class: &'static str,
    /// What the button that does it says.
    confirm: &'static str,
    /// What the button that leaves it says.
    keep: &'static str,
    /// Does it.
    #[prop(into)]
    act: Act,
    children: ChildrenFn,
) -> impl IntoView {
    let is_asking = Live::new(false);
    let is_busy = Live::new(false);
    let problem = Live::new(String::new());
    let act = StoredValue::new(act);
    let question_id = format!("{id}-question");
    let keep_id = format!("{id}-keep");
    let keep_to_focus = keep_id.clone();
    let ask = move |_| {
        problem.set(String::new());
        is_asking.set(true);
        // Not the one that does it: a thumb may be on its way down twice.
        focus(keep_to_focus.clone());
    };
    let leave = move |_| {
        is_asking.set(false);
        focus(id.into());
    };
    let go = move |_| {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        let acting = act.get_value().0();
        spawn_local(async move {
            let outcome = acting.await;
            // The screen may have gone meanwhile, and its signals with it.
            is_busy.set(false);
            if let Err(words) = outcome {
                problem.set(words);
            }
        });
    };
    view! {
        <Show
            when=move || is_asking.get()
            fallback=move || {
                view! {
                    <button type="button" class=class id=id on:click=ask.clone()>{button}</button>
                }
            }
        >
            <div role="group" aria-labelledby=question_id.clone()>
                <div id=question_id.clone()>{children()}</div>
                <p class="nhsuk-error-message" role="alert">{move || problem.get()}</p>
                <div class="nhsuk-button-group">
                    <button
                        type="button"
                        class="nhsuk-button nhsuk-button--warning"
                        disabled=move || is_busy.get()
                        on:click=go
                    >
                        {confirm}
                    </button>
                    <button
                        type="button"
                        class="nhsuk-button nhsuk-button--secondary"
                        id=keep_id.clone()
                        on:click=leave
                    >
                        {keep}
                    </button>
                </div>
            </div>
        </Show>
    }
}
