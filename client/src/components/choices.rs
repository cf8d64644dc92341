//! One choice of a few, as radio buttons.

use leptos::prelude::*;

use crate::{draw::view, memo::Live};

use super::field::{FieldError, Problem};

/// One choice of a few.
#[component]
pub fn Choices<T>(
    /// Unique on its screen; the first choice has this id, for links that lead to it.
    id: &'static str,
    #[prop(into)] legend: String,
    /// What may be chosen, with its words.
    options: Vec<(T, String)>,
    value: Live<Option<T>>,
    #[prop(into)] problem: Problem,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let choices = options.into_iter().map(|(option, words)| {
        let own = option.clone();
        Choice {
            words,
            is_chosen: Box::new(move || value.with(|value| value.as_ref() == Some(&own))),
            choose: Box::new(move || value.set(Some(option.clone()))),
        }
    });
    view! { <Radios id legend choices=choices.collect() problem /> }
}

/// One of them. What is chosen has many types; how it is drawn does not depend on them, and is
/// compiled once.
struct Choice {
    words: String,
    is_chosen: Box<dyn Fn() -> bool + Send>,
    choose: Box<dyn Fn() + Send>,
}

#[component]
fn Radios(
    id: &'static str,
    legend: String,
    choices: Vec<Choice>,
    problem: Problem,
) -> impl IntoView {
    let items = choices.into_iter().enumerate().map(|(at, choice)| {
        let Choice { words, is_chosen, choose } = choice;
        let own_id = if at == 0 { id.to_owned() } else { format!("{id}-{at}") };
        let label_for = own_id.clone();
        view! {
            <div class="nhsuk-radios__item">
                <input
                    class="nhsuk-radios__input"
                    id=own_id
                    name=id
                    type="radio"
                    value=at.to_string()
                    prop:checked=is_chosen
                    on:change=move |_| choose()
                />
                <label class="nhsuk-label nhsuk-radios__label" for=label_for>{words}</label>
            </div>
        }
    });
    let items = items.collect::<Vec<_>>();
    view! {
        <div
            class="nhsuk-form-group"
            class:nhsuk-form-group--error=move || problem.read().is_some()
        >
            <fieldset class="nhsuk-fieldset" aria-describedby=format!("{id}-problem")>
                <legend class="nhsuk-fieldset__legend nhsuk-fieldset__legend--s">{legend}</legend>
                <FieldError id=id.to_owned() problem />
                <div class="nhsuk-radios">{items}</div>
            </fieldset>
        </div>
    }
}
