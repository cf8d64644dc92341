//! What is to be put right before a form can be saved, with links to each field.

use leptos::{ev::MouseEvent, prelude::*};

use super::disclose::focus;
use crate::{
    components::show::Show,
    draw::view,
    memo::{Live, Memo, memo},
};

/// One thing to put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormProblem {
    /// The field, by its id on the screen.
    pub field: &'static str,
    /// What is wrong and what to do.
    pub words: String,
}

/// The id of the summary, to which the focus moves when a form is refused.
pub const SUMMARY: &str = "error-summary";

/// What is to be put right, above the form; nothing while there is nothing.
#[component]
pub fn ErrorSummary(problems: Live<Vec<FormProblem>>) -> impl IntoView {
    let lines = move || {
        let lines = problems.get().into_iter().map(|problem| {
            let field = problem.field;
            // No step in the history: the platform's back leads out of the form.
            let go = move |event: MouseEvent| {
                event.prevent_default();
                focus(field.to_owned());
            };
            view! {
                <li>
                    <a href=format!("#{field}") on:click=go>{problem.words}</a>
                </li>
            }
        });
        lines.collect::<Vec<_>>()
    };
    view! {
        <Show when=move || !problems.read().is_empty()>
            <div class="nhsuk-error-summary" id=SUMMARY tabindex="-1">
                <div role="alert">
                    <h2 class="nhsuk-error-summary__title">"There is something to put right"</h2>
                    <div class="nhsuk-error-summary__body">
                        <ul class="nhsuk-list nhsuk-error-summary__list">{lines}</ul>
                    </div>
                </div>
            </div>
        </Show>
    }
}

/// The problem of one field.
pub fn problem_of(problems: Live<Vec<FormProblem>>, field: &'static str) -> Memo<Option<String>> {
    memo(move || {
        problems.with(|problems| {
            let own = problems.iter().find(|problem| problem.field == field);
            own.map(|problem| problem.words.clone())
        })
    })
}
