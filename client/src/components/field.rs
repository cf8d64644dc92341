//! Text fields with their label, hint and error, as the NHS design system lays them out.

use leptos::prelude::*;

use crate::{
    draw::view,
    memo::{Live, Memo},
};

/// What a field has to say against its value.
pub type Problem = Memo<Option<String>>;

/// Whether a field that may be wrong is so now.
pub fn has_problem(problem: Option<Problem>) -> bool {
    problem.is_some_and(|problem| problem.read().is_some())
}

/// Why a text cannot be taken as it is: it is missing, which is said so, or too long.
pub fn text_problem(text: &str, missing: &str, most: usize) -> Option<String> {
    if text.is_empty() {
        return Some(missing.to_owned());
    }
    (text.chars().count() > most).then(|| said!("Write at most {most} characters"))
}

/// A line of text.
#[component]
pub fn TextField(
    /// Unique on its screen.
    id: &'static str,
    #[prop(into)] label: String,
    value: Live<String>,
    #[prop(into)] problem: Problem,
    #[prop(optional)] hint: &'static str,
    /// Which keyboard the phone shows.
    #[prop(default = "text")]
    keyboard: &'static str,
    /// The design system's class for how wide the field is at most, or nothing.
    #[prop(optional)]
    width: &'static str,
    /// Whether what is typed are names, which begin with capitals.
    #[prop(optional)]
    is_name: bool,
    /// Told what was typed when the focus leaves.
    #[prop(optional)]
    on_leave: Option<Callback<String>>,
) -> impl IntoView {
    let class = format!("nhsuk-input {width}");
    let leave = move |_| {
        if let Some(on_leave) = on_leave {
            on_leave.run(value.get_untracked());
        }
    };
    view! {
        <div
            class="nhsuk-form-group"
            class:nhsuk-form-group--error=move || problem.read().is_some()
        >
            <label class="nhsuk-label nhsuk-label--s" for=id>{label}</label>
            <Hint id hint />
            <FieldError id=id.to_owned() problem />
            <input
                class=class
                class:nhsuk-input--error=move || problem.read().is_some()
                id=id
                name=id
                type="text"
                inputmode=keyboard
                autocomplete="off"
                autocapitalize=if is_name { "words" } else { "sentences" }
                spellcheck=if is_name { "false" } else { "true" }
                aria-describedby=described_by(id, hint)
                aria-invalid=move || problem.read().is_some().then_some("true")
                bind:value=value
                on:blur=leave
            />
        </div>
    }
}

/// Several lines of text.
#[component]
pub fn TextArea(
    /// Unique on its screen.
    #[prop(into)]
    id: String,
    #[prop(into)] label: String,
    value: Live<String>,
    #[prop(into)] problem: Problem,
    #[prop(optional)] hint: &'static str,
    #[prop(default = 3)] rows: u8,
) -> impl IntoView {
    let (named, error_of, described) = (id.clone(), id.clone(), described_by(&id, hint));
    let hint_id = format!("{id}-hint");
    view! {
        <div
            class="nhsuk-form-group"
            class:nhsuk-form-group--error=move || problem.read().is_some()
        >
            <label class="nhsuk-label nhsuk-label--s" for=named>{label}</label>
            {(!hint.is_empty()).then(|| view! { <div class="nhsuk-hint" id=hint_id>{hint}</div> })}
            <FieldError id=error_of problem />
            <textarea
                class="nhsuk-textarea"
                class:nhsuk-textarea--error=move || problem.read().is_some()
                id=id
                rows=rows.to_string()
                aria-describedby=described
                aria-invalid=move || problem.read().is_some().then_some("true")
                bind:value=value
            ></textarea>
        </div>
    }
}

/// What helps to fill a field in.
#[component]
fn Hint(id: &'static str, hint: &'static str) -> impl IntoView {
    (!hint.is_empty())
        .then(|| view! { <div class="nhsuk-hint" id=format!("{id}-hint")>{hint}</div> })
}

/// What is wrong with a field; empty while nothing is.
#[component]
pub fn FieldError(id: String, #[prop(into)] problem: Problem) -> impl IntoView {
    view! {
        <span class="nhsuk-error-message" id=format!("{id}-problem")>
            {move || {
                problem
                    .get()
                    .map(|words| {
                        view! { <span class="nhsuk-u-visually-hidden">"Error: "</span>{words} }
                    })
            }}
        </span>
    }
}

fn described_by(id: &str, hint: &str) -> String {
    if hint.is_empty() { format!("{id}-problem") } else { format!("{id}-hint {id}-problem") }
}
