//! The form of a case study. What is typed is kept on the phone until it is saved.

use leptos::{ev::SubmitEvent, prelude::*};
use shared::{
    case::{Fact, event::CaseStudy},
    limits,
    personal::Personal,
};

use super::naming::named;
use crate::{
    components::{
        disclose::focus,
        entry::Saving,
        error_summary::{ErrorSummary, FormProblem, SUMMARY, problem_of},
        field::{TextArea, TextField},
        kept::{Keeping, keep},
        show::Show,
    },
    draw::view,
    engine::{Engine, STUDY},
    memo::Live,
};

/// The warning that an account may say who somebody is.
const NAMING: &str = "study-naming";
/// What was said to have been saved takes the focus.
const SAVED: &str = "study-saved";

/// What is typed.
#[derive(Clone, Copy)]
struct Form {
    title: Live<String>,
    words: Live<String>,
}

impl Form {
    fn check(self) -> Result<CaseStudy, Vec<FormProblem>> {
        let title = self.title.get_untracked().trim().to_owned();
        let words = self.words.get_untracked().trim().to_owned();
        let problems = problems_of(&title, &words);
        match problems.is_empty() {
            true => Ok(CaseStudy { title: Personal::new(title), words: Personal::new(words) }),
            false => Err(problems),
        }
    }
}

fn problems_of(title: &str, words: &str) -> Vec<FormProblem> {
    let mut problems = Vec::new();
    for (field, text, missing, most) in [
        ("study-title", title, say!("Give it a title"), limits::LINE_CHARACTERS_MAX),
        ("study-words", words, say!("Write what happened"), limits::NOTE_CHARACTERS_MAX),
    ] {
        if text.is_empty() {
            problems.push(FormProblem { field, words: missing.into() });
        } else if text.chars().count() > most {
            problems
                .push(FormProblem { field, words: said!("Write at most {most} characters here") });
        }
    }
    problems
}

/// Writes a case study.
#[component]
pub fn NewStudy() -> impl IntoView {
    let engine = Engine::here();
    let form = Form { title: Live::new(String::new()), words: Live::new(String::new()) };
    let kept = keep(STUDY.to_owned(), vec![form.title.into(), form.words.into()]);
    let problems = Live::new(Vec::new());
    let naming = Live::new(Vec::<String>::new());
    let saving = Saving::new();
    let saved = Live::new(false);
    let finish = move |anyway: bool| {
        naming.set(Vec::new());
        saved.set(false);
        let study = match form.check() {
            Ok(study) => study,
            Err(refused) => {
                problems.set(refused);
                return focus(SUMMARY.to_owned());
            }
        };
        problems.set(Vec::new());
        let found = naming_of(engine, &study);
        if !anyway && !found.is_empty() {
            naming.set(found);
            return focus(NAMING.to_owned());
        }
        let fact = Fact::CaseStudy(study);
        let log = engine.log(STUDY.to_owned(), engine.wall_clock(), fact);
        saving.run(log, move || {
            form.title.set(String::new());
            form.words.set(String::new());
            saved.set(true);
            focus(SAVED.to_owned());
        });
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        finish(false);
    };
    view! {
        <ErrorSummary problems />
        <h1 class="nhsuk-heading-l">"Case studies"</h1>
        <p id=SAVED tabindex="-1" role="status" class="fp-noted">
            {move || saved.get().then_some(say!(
                "Saved on this phone. Your lead can read it once it is sent."
            ))}
        </p>
        <form on:submit=submit novalidate>
            <p>
                "Name nobody, and say nothing by which somebody could be known: no names, numbers, \
                 addresses, or what only one person has done."
            </p>
            <TextField
                id="study-title"
                label=say!("Title")
                value=form.title
                problem=problem_of(problems, "study-title")
            />
            <TextArea
                id="study-words"
                label=say!("What happened")
                hint=say!("What was the matter, what was done, what came of it")
                rows=8
                value=form.words
                problem=problem_of(problems, "study-words")
            />
            <Naming naming anyway=Callback::new(move |()| finish(true)) />
            <p class="nhsuk-error-message" role="alert">{move || saving.problem.get()}</p>
            <button class="nhsuk-button fp-button" type="submit" disabled=move || saving.busy.get()>
                "Save this case study"
            </button>
            <Keeping kept />
        </form>
    }
}

/// What in it may say who somebody is, by this caseload.
fn naming_of(engine: Engine, study: &CaseStudy) -> Vec<String> {
    let written = format!("{}. {}", study.title.reveal(), study.words.reveal());
    engine.rows().with_untracked(|rows| {
        named(&written, rows.iter().map(|line| line.row.family_name.reveal().as_str()))
    })
}

/// Says which words may name somebody, and leaves it to the writer.
#[component]
fn Naming(naming: Live<Vec<String>>, anyway: Callback<()>) -> impl IntoView {
    let said = move || naming.read().join(", ");
    view! {
        <Show when=move || !naming.read().is_empty()>
            <div class="nhsuk-inset-text" id=NAMING tabindex="-1" role="alert">
                <p>
                    "This may say who somebody is: " <strong>{said}</strong>
                    ". Change it above, or save it as it is if it names nobody."
                </p>
                <button
                    type="button"
                    class="nhsuk-button nhsuk-button--secondary"
                    on:click=move |_| anyway.run(())
                >
                    "It names nobody: save it"
                </button>
            </div>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_study_has_a_title_and_an_account_that_fit() {
        let fields = |title: &str, words: &str| -> Vec<&str> {
            problems_of(title, words).iter().map(|problem| problem.field).collect()
        };
        assert!(fields("Walks", "How it began").is_empty());
        assert_eq!(fields("", ""), ["study-title", "study-words"]);
        let long = "x".repeat(limits::LINE_CHARACTERS_MAX + 1);
        assert_eq!(fields(&long, &long), ["study-title"]);
    }
}
