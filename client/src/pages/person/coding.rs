//! What of this case goes to the practice as a code, and what holds it back.

use leptos::prelude::*;
use shared::{
    case::{
        Fact,
        event::{AnswerSeen, PracticeAnswered, PracticeOutcome},
    },
    coding::{CodedEntry, Coding, HeldEntry, Hold},
    ids::EventId,
    sync::SyncState,
};

use super::{Shown, correct::title_id, details};
use crate::{
    components::{
        disclose::focus,
        entry::{Saving, write_entry},
        show::Show,
        shown,
    },
    draw::view,
    engine::Engine,
};

/// What goes to the practice, and what waits.
#[component]
pub(super) fn ForThePractice(shown: Shown) -> impl IntoView {
    let engine = Engine::here();
    let case = shown.case;
    let coding = shown.of_view(move |_| engine.coding(case).unwrap_or_default());
    // A record that came from elsewhere and was not written in here is where it should be.
    let is_sent =
        shown.of_view(|view| matches!(view.state, SyncState::SavedHere | SyncState::Sent(_)));
    let answers = shown.of(|case| {
        let answers = case.entries.values().filter_map(|entry| match &entry.original.fact {
            Fact::PracticeAnswered(answered) => Some((answered.episode, answered.code)),
            _ => None,
        });
        let last = answers.filter_map(|(episode, code)| {
            let (id, answered) = case.practice_answer(episode, code)?;
            Some((id, answered.clone()))
        });
        let mut last: Vec<(EventId, PracticeAnswered)> = last.collect();
        last.dedup_by_key(|(id, _)| *id);
        last
    });
    let sent_back = shown.of(|case| {
        let sent_back = case.sent_back().into_iter();
        sent_back.map(|(id, answered)| (id, answered.clone())).collect::<Vec<_>>()
    });
    let coded = move || {
        let sent = is_sent.get();
        let coded = coding.with(|coding| coding.coded.clone());
        let (answers, sent_back) = (answers.get(), sent_back.get());
        // What was sent back is said once, with what to do about it.
        let is_open = |entry: &CodedEntry| {
            sent_back.iter().any(|(_, answered)| {
                answered.episode == entry.episode && answered.code == entry.concept
            })
        };
        let coded = coded.into_iter().filter(|entry| !is_open(entry));
        let line = |entry: CodedEntry| {
            let of_entry = |(_, answered): &&(EventId, PracticeAnswered)| {
                answered.episode == entry.episode && answered.code == entry.concept
            };
            let answered = answers.iter().rfind(of_entry).map(|(_, answered)| answered);
            coded_line(engine, &entry, answered, sent)
        };
        coded.map(line).collect::<Vec<_>>()
    };
    let sent_back_lines = move || {
        let lines = sent_back.get().into_iter();
        lines.map(|(id, answered)| sent_back_line(shown, id, &answered)).collect::<Vec<_>>()
    };
    let held = move || {
        let held = coding.with(|coding| coding.held.clone());
        held.into_iter().map(|entry| held_line(engine, entry)).collect::<Vec<_>>()
    };
    let has_any = move || coding.with(has_any) || !sent_back.read().is_empty();
    view! {
        <h2 class="nhsuk-heading-m" id="practice" tabindex="-1">"For the practice"</h2>
        <Show
            when=has_any
            fallback=|| {
                view! {
                    <p>
                        "Nothing yet. The first yes or no to the referral goes to the practice as \
                         a code, once."
                    </p>
                }
            }
        >
            <ul class="fp-list">{sent_back_lines} {coded} {held}</ul>
        </Show>
    }
}

fn has_any(coding: &Coding) -> bool {
    !coding.coded.is_empty() || !coding.held.is_empty()
}

/// The way to what is to be put right: the person's details, or the entry that was sent back.
fn cure(shown: Shown, answered: &PracticeAnswered) -> Option<AnyView> {
    match answered.outcome {
        PracticeOutcome::NotRegisteredHere | PracticeOutcome::IdentityMismatch => {
            let change = move |_| {
                shown.changing.set(true);
                focus(details::FIRST.to_owned());
            };
            Some(view! {
                <button
                    type="button"
                    class="nhsuk-button nhsuk-button--secondary"
                    on:click=change
                >
                    "Change their details"
                </button>
            })
        }
        PracticeOutcome::Rejected => {
            let coding = Engine::here().coding(shown.case)?;
            let is_it = |entry: &&CodedEntry| {
                entry.episode == answered.episode && entry.concept == answered.code
            };
            let event = coding.coded.iter().find(is_it)?.event;
            let href = format!("#{}", title_id(event));
            let link = view! { <a href=href>"Correct or withdraw the entry"</a> };
            Some(view! { <p class="fp-link-line">{link}</p> })
        }
        _ => None,
    }
}

/// An entry that the practice could not make: what it said, what to do, and the way to say that
/// there is nothing to put right.
fn sent_back_line(shown: Shown, answer: EventId, answered: &PracticeAnswered) -> AnyView {
    let engine = Engine::here();
    let saving = Saving::new();
    let seen = move |_| {
        let fact = Fact::AnswerSeen(AnswerSeen { target: answer });
        saving.run(write_entry(engine, shown.case, fact), || {});
    };
    let cure = cure(shown, answered);
    let words = answered.words.reveal().clone();
    let said = (!words.is_empty())
        .then(|| view! { <p class="fp-text">"The practice wrote: " {words}</p> });
    view! {
        <li class="fp-sent-back">
            <strong>{term(engine, Some(answered.code))}</strong>
            ": "
            {answered.outcome.words()}
            "."
            {said}
            <p>{answered.outcome.remedy()}</p>
            {cure}
            <button
                type="button"
                class="fp-link-button"
                disabled=move || saving.busy.get()
                on:click=seen
            >
                "Nothing to put right"
            </button>
            <p class="nhsuk-error-message" role="alert">{move || saving.problem.get()}</p>
        </li>
    }
    .into_any()
}

fn coded_line(
    engine: Engine,
    entry: &CodedEntry,
    answered: Option<&PracticeAnswered>,
    sent: bool,
) -> AnyView {
    let where_it_is = match answered {
        Some(answered) => answered.outcome.words(),
        None if sent => say!("ready for the practice's next list"),
        None => say!("ready for the practice's next list after sending"),
    };
    let hide = entry
        .hide_online_suggested
        .then_some(say!("The practice is asked to consider hiding it from online access."));
    view! {
        <li>
            <strong>{term(engine, Some(entry.concept))}</strong>
            ", "
            {shown::date(entry.on)}
            ": "
            {where_it_is}
            "."
            {hide.map(|words| view! { <p class="nhsuk-hint">{words}</p> })}
        </li>
    }
}

fn held_line(engine: Engine, entry: HeldEntry) -> AnyView {
    let reasons = entry.reasons.iter().map(Hold::words);
    let reasons = reasons.map(|words| view! { <li>{words}</li> }).collect::<Vec<_>>();
    view! {
        <li>
            <strong>{term(engine, entry.concept)}</strong>
            ", "
            {shown::date(entry.on)}
            ": held back."
            <ul class="fp-reasons">{reasons}</ul>
        </li>
    }
}

/// A code by its meaning; an answer that is contested has none yet.
fn term(engine: Engine, concept: Option<shared::snomed::ConceptId>) -> String {
    let term = concept.and_then(|concept| {
        engine.profile().with_untracked(|profile| {
            let facts = profile.as_ref()?.coding_facts();
            // What kind of concept it is, in brackets at the end, tells a worker nothing.
            let term = facts.codes.term(&concept)?;
            let words = term.strip_suffix(')').and_then(|term| term.rsplit_once(" ("));
            Some(words.map_or(term, |(words, _)| words).to_owned())
        })
    });
    term.unwrap_or_else(|| say!("The answer to the referral").to_owned())
}
