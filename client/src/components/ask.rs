//! A question with one answer in words, behind a button of its own.

use std::{pin::Pin, sync::Arc};

use leptos::{ev::SubmitEvent, prelude::*};
use shared::limits;

use super::{disclose::Disclose, entry::Saving, field::TextArea};
use crate::{
    draw::view,
    engine::SaveError,
    memo::{Live, Memo},
};

/// What writes an answer. One type for all questions, so that they are compiled once.
#[derive(Clone)]
pub struct Save(Arc<dyn Fn(String) -> Writing + Send + Sync>);

/// What follows when an answer is on this phone, whether or not its question is still there.
pub type Done = Arc<dyn Fn() + Send + Sync>;

type Saved = Result<(), SaveError>;
type Writing = Pin<Box<dyn Future<Output = Saved>>>;

impl<S, F> From<S> for Save
where
    S: Fn(String) -> F + Send + Sync + 'static,
    F: Future<Output = Saved> + 'static,
{
    fn from(save: S) -> Self {
        Self(Arc::new(move |words| Box::pin(save(words))))
    }
}

/// A question with one answer in words.
#[component]
pub fn Ask(
    /// Unique on its screen.
    #[prop(into)]
    id: String,
    /// What the button that opens it says.
    #[prop(into)]
    button: String,
    /// What it is about, for whoever hears one of several questions with the same words.
    #[prop(optional, into)]
    about: String,
    #[prop(into)] label: String,
    #[prop(optional)] hint: &'static str,
    /// What the button that saves it says.
    send: &'static str,
    /// What to say when nothing was written.
    missing: &'static str,
    /// What the field begins with.
    #[prop(optional)]
    begin_with: Option<Memo<String>>,
    /// How the button that opens it looks.
    #[prop(default = "nhsuk-button nhsuk-button--secondary fp-button")]
    class: &'static str,
    /// Writes the answer.
    #[prop(into)]
    save: Save,
) -> impl IntoView {
    let is_open = Live::new(false);
    // The answer may have taken its own question off the screen.
    let done: Done = Arc::new(move || {
        is_open.set(false);
    });
    let focus_on = field_of(&id);
    let of_form = id.clone();
    view! {
        <Disclose id button about is_open focus_on class>
            <AskForm
                id=of_form.clone()
                label=label.clone()
                hint
                send
                missing
                begin_with
                save=save.clone()
                done=done.clone()
            />
        </Disclose>
    }
}

/// The field of a question, by the question's own id.
pub fn field_of(id: &str) -> String {
    format!("{id}-words")
}

/// The question itself, wherever it is opened.
#[component]
pub fn AskForm(
    /// That of the question.
    id: String,
    label: String,
    hint: &'static str,
    send: &'static str,
    missing: &'static str,
    begin_with: Option<Memo<String>>,
    save: Save,
    /// Told when the answer is on this phone.
    done: Done,
) -> impl IntoView {
    let save = StoredValue::new(save);
    let begin_with = begin_with.map(Memo::get_untracked);
    let typed = Live::new(begin_with.unwrap_or_default());
    let saving = Saving::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let words = typed.get_untracked().trim().to_owned();
        match refusal(&words, missing) {
            Some(problem) => saving.problem.set(Some(problem)),
            None => saving.run(save.get_value().0(words), {
                let done = done.clone();
                move || done()
            }),
        }
    };
    view! {
        <form class="fp-ask" on:submit=submit novalidate>
            <TextArea id=field_of(&id) label hint value=typed problem=saving.problem />
            <button class="nhsuk-button" type="submit" disabled=move || saving.busy.get()>
                {send}
            </button>
        </form>
    }
}

/// Why an answer cannot be saved.
fn refusal(words: &str, missing: &str) -> Option<String> {
    if words.is_empty() {
        return Some(missing.to_owned());
    }
    let over = words.chars().count().checked_sub(limits::PARAGRAPH_CHARACTERS_MAX + 1)? + 1;
    Some(said!(
        "This is {over} characters too long. Write at most {most}.",
        most = limits::PARAGRAPH_CHARACTERS_MAX
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_there_and_no_longer_than_a_paragraph() {
        let longest = "x".repeat(limits::PARAGRAPH_CHARACTERS_MAX);
        assert_eq!(refusal("", "Write it"), Some("Write it".into()));
        assert_eq!(refusal(&longest, "Write it"), None);
        let said = refusal(&format!("{longest}x"), "Write it").expect("it is too long");
        assert!(said.starts_with("This is 1 characters"));
    }
}
