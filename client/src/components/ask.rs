//! A question with one answer in words, behind a button of its own.

use std::sync::Arc;

use leptos::{ev::SubmitEvent, prelude::*};
use shared::{
    case::{Fact, Field},
    ids::CaseId,
    limits,
    personal::Personal,
};

use super::{
    disclose::{Disclose, focus_within},
    entry::{Saving, WRONG, write_entries},
    field::TextArea,
    kept::{Keeping, is_kept, keep},
};
use crate::{
    draw::view,
    engine::Engine,
    memo::{Live, Memo},
};

/// What becomes of an answer. One type for all questions, so that they are compiled once.
#[derive(Clone)]
pub enum Becomes {
    /// An entry of the record.
    Entry(Arc<dyn Fn(Personal<String>) -> Fact + Send + Sync>),
    /// What stands in a field of the person, and begins as it does.
    Field(Field, Memo<String>),
}

impl<F: Fn(Personal<String>) -> Fact + Send + Sync + 'static> From<F> for Becomes {
    fn from(fact: F) -> Self {
        Self::Entry(Arc::new(fact))
    }
}

/// What follows when an answer is on this phone, whether or not its question is still there.
pub type Done = Arc<dyn Fn() + Send + Sync>;

/// A question with one answer in words.
#[component]
pub fn Ask(
    /// In whose record the answer goes.
    case: CaseId,
    /// Unique on its screen and in the record.
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
    /// How the button that opens it looks.
    #[prop(default = "nhsuk-button nhsuk-button--secondary fp-button")]
    class: &'static str,
    #[prop(into)] becomes: Becomes,
) -> impl IntoView {
    // What was begun is open again.
    let is_open = Live::new(is_kept(&form_of(case, &id)));
    // The answer may have taken its own question off the screen.
    let done: Done = Arc::new(move || {
        is_open.set(false);
    });
    let focus_on = field_of(&id);
    let of_form = id.clone();
    view! {
        <Disclose id button about is_open focus_on class>
            <AskForm
                case
                id=of_form.clone()
                label=label.clone()
                hint
                send
                missing
                becomes=becomes.clone()
                done=done.clone()
            />
        </Disclose>
    }
}

/// The field of a question, by the question's own id.
pub fn field_of(id: &str) -> String {
    format!("{id}-words")
}

/// The form of a question, as the vault names what is typed.
pub fn form_of(case: CaseId, id: &str) -> String {
    format!("{case}/{id}")
}

/// The question itself, wherever it is opened.
#[component]
pub fn AskForm(
    case: CaseId,
    /// That of the question.
    id: String,
    label: String,
    hint: &'static str,
    send: &'static str,
    missing: &'static str,
    becomes: Becomes,
    /// Told when the answer is on this phone.
    done: Done,
) -> impl IntoView {
    let engine = Engine::here();
    let stands = match &becomes {
        Becomes::Entry(_) => None,
        Becomes::Field(_, stands) => Some(*stands),
    };
    let stands = move || stands.map(Memo::get_untracked).unwrap_or_default();
    let typed = Live::new(stands());
    let form = form_of(case, &id);
    let kept = keep(form.clone(), vec![typed.into()]);
    let saving = Saving::new();
    let held = StoredValue::new((form, becomes));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let words = typed.get_untracked().trim().to_owned();
        let problem = refusal(&words, missing).or_else(|| {
            let (before, stands) = (kept.before().concat(), stands());
            kept.catch_up(vec![stands.clone()]);
            overtaken(&before, &stands, &words)
        });
        if problem.is_some() {
            saving.problem.set(problem);
            return focus_within(&event, WRONG);
        }
        let (form, becomes) = held.get_value();
        let save = match becomes {
            Becomes::Entry(fact) => {
                write_entries(engine, case, form, vec![fact(Personal::new(words))])
            }
            Becomes::Field(field, _) => {
                engine.edit_typed(case, form, move |writer| writer.put_field(field, &words))
            }
        };
        let done = done.clone();
        saving.run(save, move || done());
    };
    view! {
        <form class="fp-ask" on:submit=submit novalidate>
            <TextArea id=field_of(&id) label hint value=typed problem=saving.problem />
            <button class="nhsuk-button" type="submit" disabled=move || saving.busy.get()>
                {send}
            </button>
            <Keeping kept />
        </form>
    }
}

/// What somebody else wrote since the form was opened, where saving would put it aside unseen.
pub fn overtaken(before: &str, stands: &str, words: &str) -> Option<String> {
    (stands != before && stands != words).then(|| match stands {
        "" => say!(
            "Somebody removed this since you opened it. Save it again if what you wrote is right."
        )
        .to_owned(),
        _ => said!(
            "Somebody wrote this here since you opened it: “{stands}”. Save again what is right: \
             yours takes its place."
        ),
    })
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
    fn what_somebody_else_wrote_meanwhile_is_shown_before_it_is_put_aside() {
        assert_eq!(overtaken("Her garden", "Her garden", "Her allotment"), None);
        assert_eq!(overtaken("Her garden", "Her allotment", "Her allotment"), None);
        let said = overtaken("", "Her grandson", "Her garden").expect("it would be put aside");
        assert!(said.contains("“Her grandson”"), "{said}");
        assert!(overtaken("Her garden", "", "Her allotment").is_some());
    }

    #[test]
    fn an_answer_is_there_and_no_longer_than_a_paragraph() {
        let longest = "x".repeat(limits::PARAGRAPH_CHARACTERS_MAX);
        assert_eq!(refusal("", "Write it"), Some("Write it".into()));
        assert_eq!(refusal(&longest, "Write it"), None);
        let said = refusal(&format!("{longest}x"), "Write it").expect("it is too long");
        assert!(said.starts_with("This is 1 characters"));
    }
}
