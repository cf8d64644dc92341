//! Case studies: accounts of what the service does, which name nobody.

mod form;
mod naming;

use jiff::civil::Date;
use leptos::prelude::*;
use shared::case::{Fact, event::CaseStudy};

use self::form::NewStudy;
use crate::{
    components::{
        disclose::Disclose,
        lines::{Line, Lines},
        show::Show,
        shown,
        withdraw::withdraw,
    },
    draw::view,
    engine::{Engine, Logged},
    memo::{Live, memo},
};

/// The screen.
#[component]
pub fn Studies() -> impl IntoView {
    view! {
        <NewStudy />
        <Written />
    }
}

/// What was written so far.
#[component]
fn Written() -> impl IntoView {
    let engine = Engine::here();
    let logged = engine.logged();
    let today = engine.today();
    let studies = memo(move || {
        let is_study = |logged: &&Logged| study_of(logged).is_some();
        logged.read().iter().filter(is_study).cloned().collect::<Vec<_>>()
    });
    let lines = move || {
        let line = |logged: Logged| {
            Line::new(logged.entry.original.id, move || study_line(&logged, today))
        };
        studies.get().into_iter().map(line).collect()
    };
    view! {
        <h2 class="nhsuk-heading-m">"Written so far"</h2>
        <Show
            when=move || !studies.read().is_empty()
            fallback=|| view! { <p>"None yet. Your lead reads here what you save above."</p> }
        >
            <ul class="fp-list">
                <Lines of=lines />
            </ul>
        </Show>
    }
}

fn study_of(logged: &Logged) -> Option<&CaseStudy> {
    match &logged.entry.current.fact {
        Fact::CaseStudy(study) => Some(study),
        _ => None,
    }
}

fn study_line(logged: &Logged, today: Date) -> AnyView {
    let Some(study) = study_of(logged) else { return ().into_any() };
    let (title, words) = (study.title.reveal().clone(), study.words.reveal().clone());
    let day = shown::capital(&shown::near_day(logged.entry.on(), today));
    let id = format!("study-{}", logged.entry.original.id);
    let (is_open, focus_on) = (Live::new(false), format!("{id}-text"));
    let text_id = focus_on.clone();
    view! {
        <li>
            <strong>{title}</strong>
            <p class="nhsuk-hint">{day}</p>
            <Disclose id button=say!("Read it") is_open focus_on>
                <p class="fp-text fp-opened" id=text_id.clone() tabindex="-1">{words.clone()}</p>
            </Disclose>
            {withdraw(logged)}
        </li>
    }
    .into_any()
}
