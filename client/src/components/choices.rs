//! One choice of a few, as radio buttons.

use leptos::prelude::*;

use super::field::{FieldError, Problem};

/// One choice of a few.
#[component]
pub fn Choices<T>(
    /// Unique on its screen; the first choice has this id, for links that lead to it.
    id: &'static str,
    #[prop(into)] legend: String,
    /// What may be chosen, with its words.
    options: Vec<(T, String)>,
    value: RwSignal<Option<T>>,
    #[prop(into)] problem: Problem,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let items = options.into_iter().enumerate().map(|(at, (option, words))| {
        let own_id = if at == 0 { id.to_owned() } else { format!("{id}-{at}") };
        let (label_for, chosen) = (own_id.clone(), option.clone());
        let is_chosen = move || value.with(|value| value.as_ref() == Some(&chosen));
        view! {
            <div class="nhsuk-radios__item">
                <input
                    class="nhsuk-radios__input"
                    id=own_id
                    name=id
                    type="radio"
                    value=at.to_string()
                    prop:checked=is_chosen
                    on:change=move |_| value.set(Some(option.clone()))
                />
                <label class="nhsuk-label nhsuk-radios__label" for=label_for>{words}</label>
            </div>
        }
    });
    let items = items.collect_view();
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
