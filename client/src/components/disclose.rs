//! A button and what it opens below itself. The button stays: nothing moves under the thumb.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement};

use crate::{
    components::show::Show,
    draw::view,
    memo::{Live, follow_since},
};

/// A button that shows and hides what is below it.
#[component]
pub fn Disclose(
    /// Unique on its screen.
    #[prop(into)]
    id: String,
    /// What the button says.
    #[prop(into)]
    button: String,
    /// What it is about, for whoever hears one of several buttons with the same words.
    #[prop(optional, into)]
    about: String,
    /// Whether it is open; whoever holds it may close it.
    is_open: Live<bool>,
    /// What takes the focus when it opens, by its id.
    #[prop(into)]
    focus_on: String,
    /// How the button looks.
    #[prop(default = "nhsuk-button nhsuk-button--secondary fp-button")]
    class: &'static str,
    children: ChildrenFn,
) -> impl IntoView {
    let button_id = format!("{id}-open");
    let button_to_focus = button_id.clone();
    follow_since(move |before: Option<bool>| {
        let open = is_open.get();
        match (before, open) {
            (Some(false), true) => focus(focus_on.clone()),
            (Some(true), false) => focus(button_to_focus.clone()),
            _ => {}
        }
        open
    });
    let controlled = id.clone();
    view! {
        <div class="fp-disclose">
            <button
                type="button"
                class=class
                id=button_id
                aria-expanded=move || if is_open.get() { "true" } else { "false" }
                aria-controls=controlled
                on:click=move |_| is_open.update(|open| *open = !*open)
            >
                {button}
                <About of=about />
            </button>
            <div id=id class="fp-disclose__body">
                <Show when=move || is_open.get()>{children()}</Show>
            </div>
        </div>
    }
}

/// What a button is about, where only those who do not see the screen need to be told.
#[component]
pub fn About(of: String) -> impl IntoView {
    (!of.is_empty()).then(|| view! { <span class="nhsuk-u-visually-hidden">" " {of}</span> })
}

/// Moves the focus to an element that may be on its way to the screen.
pub fn focus(id: String) {
    request_animation_frame(move || {
        focus_element(document().get_element_by_id(&id));
    });
}

/// Moves the focus to the first of these elements in the form in which something happened.
pub fn focus_within(event: &Event, selector: &'static str) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let Some(form) = target.and_then(|target| target.closest("form").ok().flatten()) else {
        return;
    };
    // Once what followed from it is drawn.
    request_animation_frame(move || focus_element(form.query_selector(selector).ok().flatten()));
}

fn focus_element(element: Option<Element>) {
    if let Some(element) = element.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        // An element that cannot take the focus leaves it where it is.
        let _ = element.focus();
    }
}
