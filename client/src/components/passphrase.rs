//! A form of passphrases: one to unlock, to choose or to prove, or the old one and the new.

use std::{pin::Pin, sync::Arc};

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

use crate::{
    draw::view,
    memo::{Live, Memo, memo},
};

/// One field of it.
#[derive(Clone, Copy)]
pub struct Passphrase {
    /// Unique on its screen.
    pub id: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    /// What the phone's password manager may put there.
    pub autocomplete: &'static str,
}

/// What the form does with what was typed. One type for all, so that they are compiled once.
#[derive(Clone)]
pub struct Send(Arc<dyn Fn(Vec<String>) -> Sending + std::marker::Send + Sync>);

/// Which field something is wrong with, and what.
pub type Wrong = (usize, String);

type Sending = Pin<Box<dyn Future<Output = Result<(), Wrong>>>>;

impl<S, F> From<S> for Send
where
    S: Fn(Vec<String>) -> F + std::marker::Send + Sync + 'static,
    F: Future<Output = Result<(), Wrong>> + 'static,
{
    fn from(send: S) -> Self {
        Self(Arc::new(move |typed| Box::pin(send(typed))))
    }
}

/// A form of passphrases. What was typed does not stay in it.
#[component]
pub fn PassphraseForm(
    fields: &'static [Passphrase],
    button: &'static str,
    /// What the button says meanwhile.
    at_work: &'static str,
    /// How the button looks.
    #[prop(default = "nhsuk-button")]
    class: &'static str,
    #[prop(into)] send: Send,
) -> impl IntoView {
    let is_shown = Live::new(false);
    let is_working = Live::new(false);
    let wrong = Live::new(None::<Wrong>);
    let typed: Vec<Live<String>> = fields.iter().map(|_| Live::new(String::new())).collect();
    let inputs = fields.iter().enumerate().zip(&typed).map(|((at, field), typed)| {
        let problem = memo(move || {
            wrong.with(|wrong| {
                let (field, words) = wrong.as_ref()?;
                (*field == at).then(|| words.clone())
            })
        });
        view! { <Input field=*field typed=*typed problem is_shown /> }
    });
    let inputs = inputs.collect::<Vec<_>>();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if is_working.get_untracked() {
            return;
        }
        is_working.set(true);
        wrong.set(None);
        let sending = send.0(typed.iter().map(|typed| typed.get_untracked()).collect());
        let typed = typed.clone();
        spawn_local(async move {
            let outcome = sending.await;
            // Where it went well, the screen may have gone, and its signals with it.
            is_working.set(false);
            match outcome {
                Ok(()) => typed.iter().for_each(|typed| typed.set(String::new())),
                Err(words) => drop(wrong.try_set(Some(words))),
            }
        });
    };
    let reveal_id = format!("{}-reveal", fields.first().map_or("", |field| field.id));
    view! {
        <form on:submit=submit novalidate>
            {inputs}
            <div class="nhsuk-checkboxes fp-reveal">
                <div class="nhsuk-checkboxes__item">
                    <input
                        class="nhsuk-checkboxes__input"
                        id=reveal_id.clone()
                        type="checkbox"
                        on:change=move |_| is_shown.update(|shown| *shown = !*shown)
                    />
                    <label class="nhsuk-label nhsuk-checkboxes__label" for=reveal_id>
                        "Show what I type"
                    </label>
                </div>
            </div>
            <button class=class type="submit">
                {move || if is_working.get() { at_work } else { button }}
            </button>
        </form>
    }
}

#[component]
fn Input(
    field: Passphrase,
    typed: Live<String>,
    problem: Memo<Option<String>>,
    is_shown: Live<bool>,
) -> impl IntoView {
    let Passphrase { id, label, hint, autocomplete } = field;
    let has_problem = move || problem.read().is_some();
    // What is wrong says what to do, so it takes the place of the hint: on a small phone with its
    // keyboard open there is no room for both above the field.
    let said = move || if has_problem() { "" } else { hint };
    view! {
        <div class="nhsuk-form-group" class:nhsuk-form-group--error=has_problem>
            <label class="nhsuk-label nhsuk-label--m" for=id>{label}</label>
            <div class="nhsuk-hint" id=format!("{id}-hint") hidden=has_problem>{said}</div>
            <span class="nhsuk-error-message" id=format!("{id}-problem") role="alert">
                {move || problem.get()}
            </span>
            <input
                class="nhsuk-input"
                class:nhsuk-input--error=has_problem
                id=id
                type=move || if is_shown.get() { "text" } else { "password" }
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                aria-describedby=format!("{id}-hint {id}-problem")
                aria-invalid=move || has_problem().then_some("true")
                bind:value=typed
            />
        </div>
    }
}
