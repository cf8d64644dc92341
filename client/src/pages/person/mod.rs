//! One person: who they are, what was agreed, what happened, and what comes next.

mod attempt;
mod begin;
mod chart;
mod close;
mod coding;
mod correct;
mod correction;
mod details;
mod done;
mod episode;
mod history;
mod identity;
mod plans;
mod settle;
mod signposting;
mod timeline;
mod urgent;
mod wellbeing;

use std::sync::Arc;

use leptos::prelude::*;
use shared::{
    case::{Case, Entry},
    ids::CaseId,
    profile::Profile,
};

use self::{
    begin::Begin,
    close::CloseReferral,
    coding::ForThePractice,
    details::Details,
    done::{Done, Unfinished},
    episode::EpisodeStrip,
    identity::{Identity, WhatMatters},
    plans::{Goals, Needs},
    settle::Settle,
    signposting::Signposting,
    timeline::Timeline,
    urgent::UrgentPart,
    wellbeing::Wellbeing,
};
use crate::{
    components::{
        person_line::{Choosing, next_words},
        shown,
    },
    draw::view,
    engine::{CaseRead, CaseView, Engine},
    memo::{Live, Memo, memo},
};

/// What the parts of the screen read: whose case, and how it is now.
#[derive(Clone, Copy)]
struct Shown {
    case: CaseId,
    read: Memo<CaseRead>,
    /// Whether the person's details are open to be changed.
    changing: Live<bool>,
}

impl Shown {
    /// Something of the case, which the screen draws again only when it really changed.
    fn of<T>(self, of: impl Fn(&Case) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: Default + PartialEq + Send + Sync + 'static,
    {
        self.of_view(move |view| of(&view.case))
    }

    /// The same, where what could not be read and what is not sent count too.
    fn of_view<T>(self, of: impl Fn(&Arc<CaseView>) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: Default + PartialEq + Send + Sync + 'static,
    {
        let read = self.read;
        memo(move || {
            read.with(|read| match read {
                Some(Ok(view)) => of(view),
                Some(Err(_)) | None => T::default(),
            })
        })
    }
}

/// The screen of one person.
#[component]
pub fn PersonScreen(case: Option<CaseId>) -> impl IntoView {
    match case {
        Some(case) => view! { <Found case /> }.into_any(),
        None => view! { <Absent words=say!("This link names no person. Copy it again, whole.") /> }
            .into_any(),
    }
}

#[component]
fn Found(case: CaseId) -> impl IntoView {
    let engine = Engine::here();
    let (read, arriving) = (engine.case(case), engine.arriving());
    let changing = Live::new(false);
    let absence = memo(move || {
        read.with(|read| match read {
            Some(Ok(_)) => None,
            Some(Err(error)) => Some(error.to_string()),
            None if arriving.get() => Some(
                say!(
                    "This person may still be on the way to this phone. They appear here by \
                     themselves."
                )
                .to_owned(),
            ),
            None => Some(
                say!(
                    "This person is not on this phone. They may have been given to somebody else \
                     on the team: ask your lead link worker."
                )
                .to_owned(),
            ),
        })
    });
    let screen = move || match absence.get() {
        Some(words) => view! { <Absent words /> }.into_any(),
        None => view! { <Person shown=Shown { case, read, changing } /> }.into_any(),
    };
    view! { {screen} }
}

/// Why there is nobody to show, and where to go.
#[component]
fn Absent(#[prop(into)] words: String) -> impl IntoView {
    view! {
        <h1 class="nhsuk-heading-l">"Nobody to show"</h1>
        <p>{words}</p>
        <p class="fp-link-line"><a href="/people">"Go to People"</a></p>
    }
}

#[component]
fn Person(shown: Shown) -> impl IntoView {
    let name = shown.of(|case| shown::full_name(&case.person));
    let engine = Engine::here();
    let rows = engine.rows();
    let next = memo(move || {
        rows.with(|rows| {
            let own = rows.iter().find(|line| line.case == shown.case)?;
            next_words(own, engine.today())
        })
    });
    let record_urgent = Choosing::Urgent.path(shown.case);
    view! {
        <Done />
        <h1 class="nhsuk-heading-l fp-title fp-name">{move || name.get()}</h1>
        {move || next.get().map(|words| view! { <p class="fp-text">{words}</p> })}
        <UrgentPart shown />
        <Settle shown />
        <Begin shown />
        <Unfinished case=shown.case />
        <Identity shown />
        <Details shown />
        <WhatMatters shown />
        <EpisodeStrip shown />
        <ForThePractice shown />
        <Needs shown />
        <Goals shown />
        <Signposting shown />
        <Wellbeing shown />
        <Timeline shown />
        <h2 class="nhsuk-heading-m">"More for this person"</h2>
        <a href=record_urgent class="nhsuk-button nhsuk-button--secondary fp-button">
            "Record an urgent concern"
        </a>
        <CloseReferral shown />
    }
}

/// "by Sam Lee": who recorded an entry, as the team list names them.
fn author(profile: Option<&Profile>, entry: &Entry) -> String {
    let by = entry.original.by;
    profile.map_or_else(String::new, |profile| profile.name_of(by).to_owned())
}
