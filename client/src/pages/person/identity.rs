//! Who the person is, how to reach them and talk with them, and what matters to them.

use leptos::prelude::*;
use shared::case::{Case, Field, sex_words};

use super::Shown;
use crate::{
    components::{
        ask::{Ask, Becomes},
        show::Show,
        shown,
        state_chip::StateChip,
    },
    draw::view,
    engine::Engine,
};

/// One line of the summary.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    field: Field,
    value: String,
}

/// Who the person is.
#[component]
pub(super) fn Identity(shown: Shown) -> impl IntoView {
    let engine = Engine::here();
    let profile = engine.profile();
    let lines = shown.of(move |case| {
        let practice_name = |ods: &str| {
            let name = |profile: &std::sync::Arc<_>| name_of_practice(profile, ods);
            profile.with(|profile| profile.as_ref().map_or_else(|| ods.to_owned(), name))
        };
        lines_of(case, engine, practice_name)
    });
    let state = shown.of_view(|view| Some(view.state.clone()));
    view! {
        <dl class="nhsuk-summary-list fp-who">
            {move || lines.get().into_iter().map(summary_row).collect::<Vec<_>>()}
        </dl>
        <p class="fp-quiet" role="status">
            {move || state.get().map(|state| view! { <StateChip state /> })}
        </p>
    }
}

fn name_of_practice(profile: &shared::profile::Profile, ods: &str) -> String {
    profile.practice_name(ods).to_owned()
}

fn lines_of(case: &Case, engine: Engine, practice: impl Fn(&str) -> String) -> Vec<Line> {
    let person = &case.person;
    let fields = [
        Field::NhsNumber,
        Field::BirthDate,
        Field::Sex,
        Field::PracticeOds,
        Field::Communication,
        Field::Phone,
    ];
    let value_of = |field| {
        let written = person.shown(field);
        match field {
            Field::BirthDate => shown::age(person.birth_date(), engine.today()),
            _ if written.is_empty() => say!("Not known").to_owned(),
            Field::NhsNumber => shown::nhs_number(written),
            Field::Sex => sex_words(written).to_owned(),
            Field::PracticeOds => practice(written),
            _ => written.to_owned(),
        }
    };
    fields.into_iter().map(|field| Line { field, value: value_of(field) }).collect()
}

fn summary_row(line: Line) -> AnyView {
    let name = match line.field {
        Field::BirthDate => say!("Age").to_owned(),
        field => shown::capital(field.words()),
    };
    let value = match line.field {
        Field::Phone => shown::phone(line.value, "fp-tel"),
        _ => line.value.into_any(),
    };
    view! {
        <div class="nhsuk-summary-list__row nhsuk-summary-list__row--no-actions">
            <dt class="nhsuk-summary-list__key">{name}</dt>
            <dd class="nhsuk-summary-list__value">{value}</dd>
        </div>
    }
}

/// What matters to the person, in their words, and how to change it.
#[component]
pub(super) fn WhatMatters(shown: Shown) -> impl IntoView {
    let written = shown.of(|case| case.person.shown(Field::WhatMatters).to_owned());
    view! {
        <h2 class="nhsuk-heading-m">"What matters to me"</h2>
        <Show
            when=move || !written.read().is_empty()
            fallback=|| view! { <p>"Not written yet. Ask them, and write it in their words."</p> }
        >
            <blockquote class="fp-matters">{move || written.get()}</blockquote>
        </Show>
        <Ask
            case=shown.case
            id="what-matters"
            button=say!("Write what matters")
            label=say!("What matters to this person")
            hint=say!("In their own words")
            send=say!("Save")
            missing=say!("Write what matters to them")
            becomes=Becomes::Field(Field::WhatMatters, written)
        />
    }
}
