//! Text that belongs to the contact: a line, or as many lines as it takes.

use leptos::prelude::*;

use crate::{draw::view, memo::Memo};

/// One line of text.
#[component]
pub fn LineField(
    /// The identifier of the input.
    id: &'static str,
    /// What is asked.
    label: &'static str,
    /// What it says.
    #[prop(into)]
    value: Memo<String>,
    /// Told what it says now.
    on_input: Callback<String>,
) -> impl IntoView {
    view! {
        <div class="nhsuk-form-group fp-field">
            <label class="nhsuk-label fp-legend" for=id>{label}</label>
            <input
                class="nhsuk-input"
                type="text"
                id=id
                name=id
                autocomplete="off"
                prop:value=move || value.get()
                on:input=move |event| on_input.run(event_target_value(&event))
            />
        </div>
    }
}

/// Several lines of text.
#[component]
pub fn ParagraphField(
    /// The identifier of the input.
    id: &'static str,
    /// What is asked.
    label: &'static str,
    /// How tall it is at first.
    rows: u8,
    /// What it says.
    #[prop(into)]
    value: Memo<String>,
    /// Told what it says now.
    on_input: Callback<String>,
) -> impl IntoView {
    view! {
        <div class="nhsuk-form-group fp-field">
            <label class="nhsuk-label fp-legend" for=id>{label}</label>
            <textarea
                class="nhsuk-textarea fp-grows"
                id=id
                name=id
                rows=rows.to_string()
                autocomplete="off"
                prop:value=move || value.get()
                on:input=move |event| on_input.run(event_target_value(&event))
            ></textarea>
        </div>
    }
}
