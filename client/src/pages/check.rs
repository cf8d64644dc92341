//! The last look before a contact is signed: what it says, and what will become of it.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    case::{ContactDraft, DraftProblem},
    coding::Preview,
    ids::{CaseId, EventId},
};

use super::contact::{
    Before, Closed, ClosedScreen, CodingBox, before, born, name_of, seen_by_practice, written,
};
use crate::{
    address::Address,
    components::{
        disclose::focus,
        show::Show,
        shown,
        summary::{Summary, lines},
    },
    draw::view,
    engine::{Engine, SignError},
    memo::{Live, Memo, memo},
    words,
};

/// The error summary's identifier, to which the focus goes when signing failed.
const PROBLEMS: &str = "sign-problems";

/// What keeps the contact from being signed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Problems {
    /// The one that has no field of its own.
    words: Option<String>,
    /// Those of fields.
    fields: Vec<DraftProblem>,
}

impl Problems {
    fn of(error: SignError) -> Self {
        match error {
            SignError::Problems(fields) => Self { words: None, fields },
            SignError::NotSaved(error) => {
                Self { words: Some(error.to_string()), fields: Vec::new() }
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.words.is_none() && self.fields.is_empty()
    }
}

/// The screen on which a contact is signed.
#[component]
pub fn CheckAndSign(contact: Option<(CaseId, EventId)>) -> impl IntoView {
    match contact {
        Some((case, draft)) => view! { <Opening case draft /> }.into_any(),
        None => view! { <ClosedScreen closed=Closed::NoPerson case=None /> }.into_any(),
    }
}

#[component]
fn Opening(case: CaseId, draft: EventId) -> impl IntoView {
    let engine = Engine::here();
    let opened = Live::new(None::<Result<ContactDraft, Closed>>);
    spawn_local(async move {
        let written = written(engine, case, draft).await;
        let written = written.and_then(|written| written.ok_or(Closed::NotBegun));
        // The screen may have gone meanwhile.
        opened.set(Some(written));
    });
    let screen = move || {
        opened.get().map(|opened| match opened {
            Ok(written) => view! { <Check case draft_id=draft draft=written /> }.into_any(),
            Err(closed) => view! { <ClosedScreen closed case=Some(case) /> }.into_any(),
        })
    };
    view! { {screen} }
}

#[component]
fn Check(case: CaseId, draft_id: EventId, draft: ContactDraft) -> impl IntoView {
    let engine = Engine::here();
    let read = engine.case(case);
    let editor = format!("/person/{case}/contact/{draft_id}");
    let problems = Live::new(Problems { words: None, fields: draft.problems(engine.today()) });
    let draft = StoredValue::new(draft);
    let name = memo(move || read.with(|read| shown::with_birth(&name_of(read), born(read))));
    let before = memo(move || read.with(|read| draft.with_value(|draft| before(read, draft))));
    let said = memo(move || {
        draft.with_value(|draft| lines(&name.read(), draft, before.read().may_answer))
    });
    let preview = memo(move || {
        read.track();
        draft.with_value(|draft| engine.preview(case, draft))
    });
    let editor_of_lines = editor.clone();
    view! {
        <p class="fp-after">
            <a href=editor.clone() class="fp-target">"Back to writing"</a>
        </p>
        <ProblemSummary problems editor />
        <h1 class="nhsuk-heading-l fp-title">"Check and sign"</h1>
        {move || view! { <Summary lines=said.get() editor=editor_of_lines.clone() /> }}
        <CodingBox preview />
        <Seen draft preview before />
        <Sign case draft_id draft problems />
    }
}

#[component]
fn Seen(
    draft: StoredValue<ContactDraft>,
    preview: Memo<Preview>,
    before: Memo<Before>,
) -> impl IntoView {
    let words = move || {
        draft.with_value(|draft| seen_by_practice(&preview.read(), draft, before.read().agreed))
    };
    view! { <p>{words}</p> }
}

/// What is to be put right, with a way to each field.
#[component]
fn ProblemSummary(problems: Live<Problems>, editor: String) -> impl IntoView {
    let fields = move || {
        let lines = problems.get().fields.into_iter().map(|problem| {
            let href = format!("{editor}#{}", problem.field);
            view! { <li><a href=href>{problem.words}</a></li> }
        });
        lines.collect::<Vec<_>>()
    };
    let fields = StoredValue::new(fields);
    view! {
        <Show when=move || !problems.read().is_empty()>
            <div class="nhsuk-error-summary" id=PROBLEMS tabindex="-1">
                <div role="alert">
                    <h2 class="nhsuk-error-summary__heading">"It is not signed yet"</h2>
                    <div class="nhsuk-error-summary__body">
                        <p>{move || problems.read().words.clone()}</p>
                        <ul class="nhsuk-list nhsuk-error-summary__list">
                            {move || fields.with_value(|fields| fields())}
                        </ul>
                    </div>
                </div>
            </div>
        </Show>
    }
}

#[component]
fn Sign(
    case: CaseId,
    draft_id: EventId,
    draft: StoredValue<ContactDraft>,
    problems: Live<Problems>,
) -> impl IntoView {
    let engine = Engine::here();
    let address = Address::here();
    let is_busy = Live::new(false);
    let sign = move |_| {
        // A second press may come before the button is seen to be off.
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        problems.set(Problems::default());
        let working = draft.get_value();
        spawn_local(async move {
            match engine.sign(case, draft_id, working).await {
                Ok(_) => {
                    // Whoever has left the screen meanwhile stays where they are.
                    if is_busy.try_get_untracked().is_none() {
                        return;
                    }
                    let now = engine.now();
                    let time = words::when(now, now);
                    address.go_instead(&format!("/person/{case}?signed={time}"));
                }
                Err(error) => {
                    problems.set(Problems::of(error));
                    is_busy.set(false);
                    focus(PROBLEMS.into());
                }
            }
        });
    };
    view! {
        <div class="fp-finish">
            <button
                type="button"
                class="nhsuk-button"
                disabled=move || is_busy.get()
                on:click=sign
            >
                "Sign"
            </button>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::SaveError;

    #[test]
    fn every_refusal_is_shown() {
        let field = DraftProblem { field: "note", words: "Too long".into() };
        let refused = Problems::of(SignError::Problems(vec![field.clone()]));
        assert_eq!(refused.fields, [field]);
        let failed = Problems::of(SignError::NotSaved(SaveError::SignedOut));
        assert!(failed.words.is_some_and(|words| words.starts_with("Nobody is signed in")));
        assert!(Problems::default().is_empty());
    }
}
