//! Everybody on this phone: found by name, NHS number or place.

use leptos::prelude::*;
use leptos_router::{components::A, hooks::use_query_map};
use shared::case::Standing;

use crate::{
    components::{
        person_line::{PersonLine, is_overdue},
        shown,
    },
    engine::{CaseLine, Engine},
};

/// Lines at a time: more than anybody reads, few enough to draw at once.
const PAGE: usize = 100;

/// Which people to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    All,
    FirstContactDue,
    Overdue,
    Contested,
}

impl Filter {
    const ALL: [Self; 4] = [Self::All, Self::FirstContactDue, Self::Overdue, Self::Contested];

    fn words(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::FirstContactDue => "First contact due",
            Self::Overdue => "Overdue",
            Self::Contested => "Contested",
        }
    }

    /// As links name it.
    fn named(name: Option<&str>) -> Self {
        match name {
            Some("first-contact") => Self::FirstContactDue,
            Some("overdue") => Self::Overdue,
            Some("contested") => Self::Contested,
            _ => Self::All,
        }
    }

    fn holds(self, line: &CaseLine, today: jiff::civil::Date) -> bool {
        match self {
            Self::All => true,
            Self::FirstContactDue => line.row.standing == Standing::FirstContactDue,
            Self::Overdue => is_overdue(line, today),
            Self::Contested => {
                line.row.standing == Standing::Contested || line.row.contested_fields > 0
            }
        }
    }
}

/// Everybody on this phone.
#[component]
pub fn People() -> impl IntoView {
    let engine = Engine::here();
    let rows = engine.rows();
    let asked = use_query_map().with_untracked(|query| Filter::named(query.get_str("show")));
    let typed = RwSignal::new(String::new());
    let filter = RwSignal::new(asked);
    let shown_count = RwSignal::new(PAGE);
    let found = Memo::new(move |_| {
        let today = engine.today();
        let (typed, filter) = (typed.get(), filter.get());
        let fits = |line: &&CaseLine| filter.holds(line, today) && line.row.matches(&typed);
        rows.with(|rows| rows.iter().filter(fits).cloned().collect::<Vec<_>>())
    });
    // Another search begins at the top again.
    Effect::new(move |_| {
        typed.track();
        filter.track();
        shown_count.set(PAGE);
    });
    let lines = move || {
        let lines = found.get().into_iter().take(shown_count.get());
        lines.map(|line| view! { <PersonLine line /> }).collect_view()
    };
    let how_many = move || shown::count(found.read().len(), "person", "people");
    view! {
        <h1 class="nhsuk-heading-l">"People"</h1>
        <Arriving />
        <A href="/refer" attr:class="nhsuk-button fp-button">"New referral"</A>
        <Search typed />
        <Filters filter />
        <p class="fp-count" role="status">{how_many}</p>
        <ul class="fp-list">{lines}</ul>
        <Show when=move || found.read().is_empty()>
            <Nobody typed filter />
        </Show>
        <Show when=move || { found.read().len() > shown_count.get() }>
            <button
                type="button"
                class="nhsuk-button nhsuk-button--secondary fp-button"
                on:click=move |_| shown_count.update(|count| *count += PAGE)
            >
                "Show more"
            </button>
        </Show>
    }
}

/// What is still coming, the first time on this phone.
#[component]
pub fn Arriving() -> impl IntoView {
    let engine = Engine::here();
    let (rows, arriving) = (engine.rows(), engine.arriving());
    let said = move || match rows.read().len() {
        0 => "Your people are on their way. They appear here as they arrive.".to_owned(),
        count => format!(
            "{} so far, more are coming. You can start.",
            shown::count(count, "person", "people")
        ),
    };
    view! {
        <div role="status">
            <Show when=move || arriving.get()>
                <p class="nhsuk-inset-text fp-inset">{said}</p>
            </Show>
        </div>
    }
}

#[component]
fn Search(typed: RwSignal<String>) -> impl IntoView {
    view! {
        <div class="nhsuk-form-group">
            <label class="nhsuk-label" for="search">"Search by name, NHS number or place"</label>
            <input
                class="nhsuk-input"
                id="search"
                type="search"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                enterkeyhint="search"
                bind:value=typed
            />
        </div>
    }
}

#[component]
fn Filters(filter: RwSignal<Filter>) -> impl IntoView {
    let chips = Filter::ALL.map(|own| {
        view! {
            <button
                type="button"
                class="fp-filter"
                aria-pressed=move || if filter.get() == own { "true" } else { "false" }
                on:click=move |_| filter.set(own)
            >
                {own.words()}
            </button>
        }
    });
    view! {
        <div class="fp-filters" role="group" aria-label="Show">
            {chips.into_iter().collect_view()}
        </div>
    }
}

/// Why the list is empty, and what to do about it.
#[component]
fn Nobody(typed: RwSignal<String>, filter: RwSignal<Filter>) -> impl IntoView {
    let engine = Engine::here();
    let (rows, arriving) = (engine.rows(), engine.arriving());
    let is_narrowed = move || filter.get() != Filter::All || !typed.read().trim().is_empty();
    let why = move || match (rows.read().is_empty(), filter.get()) {
        (true, _) if arriving.get() => "",
        (true, _) => {
            "Nobody is on this phone yet. People come here when they are assigned to you, or when \
             you add a new referral."
        }
        (false, _) if !typed.read().trim().is_empty() => {
            "Nobody on this phone fits what you typed. Try the beginning of a name, or fewer words."
        }
        (false, Filter::FirstContactDue) => "Everybody here has had a first contact.",
        (false, Filter::Overdue) => "Nothing is overdue.",
        (false, Filter::Contested) => "Nothing is contested.",
        (false, Filter::All) => "",
    };
    view! {
        <p>{why}</p>
        <Show when=move || is_narrowed() && !rows.read().is_empty()>
            <button
                type="button"
                class="nhsuk-button nhsuk-button--secondary fp-button"
                on:click=move |_| {
                    typed.set(String::new());
                    filter.set(Filter::All);
                }
            >
                "Show everybody"
            </button>
        </Show>
    }
}
