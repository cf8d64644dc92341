//! What of this case goes to the practice as a code, and what holds it back.

use leptos::prelude::*;
use shared::{
    coding::{CodedEntry, Coding, HeldEntry, Hold},
    sync::SyncState,
};

use super::Shown;
use crate::{
    components::{show::Show, shown},
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
    let coded = move || {
        let sent = is_sent.get();
        let coded = coding.with(|coding| coding.coded.clone());
        coded.into_iter().map(|entry| coded_line(engine, &entry, sent)).collect::<Vec<_>>()
    };
    let held = move || {
        let held = coding.with(|coding| coding.held.clone());
        held.into_iter().map(|entry| held_line(engine, entry)).collect::<Vec<_>>()
    };
    let has_any = move || coding.with(has_any);
    view! {
        <h2 class="nhsuk-heading-m">"For the practice"</h2>
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
            <ul class="fp-list">{coded} {held}</ul>
        </Show>
    }
}

fn has_any(coding: &Coding) -> bool {
    !coding.coded.is_empty() || !coding.held.is_empty()
}

fn coded_line(engine: Engine, entry: &CodedEntry, sent: bool) -> AnyView {
    let where_it_is = if sent {
        say!("on the practice's list")
    } else {
        say!("on the practice's list after sending")
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
            facts.codes.term(&concept).map(ToOwned::to_owned)
        })
    });
    term.unwrap_or_else(|| say!("The answer to the referral").to_owned())
}
