//! The directory of services, searched on this phone.

use leptos::prelude::*;
use shared::directory::{Directory, Service};

use crate::{
    components::{
        lines::{Line, Lines},
        service_card::ServiceCard,
        show::Show,
        shown,
    },
    engine::Engine,
    memo::memo,
};

/// How many services are shown at once: more would only slow an old phone down.
const SHOWN_AT_ONCE: usize = 50;

/// What the directory says to what was typed.
#[derive(Debug, Clone, Default, PartialEq)]
struct Results {
    /// The first ones.
    shown: Vec<Service>,
    /// How many there are.
    found: usize,
    /// How many the directory holds.
    of: usize,
}

impl Results {
    fn of(directory: &Directory, typed: &str, most: usize) -> Self {
        let found = directory.search(typed);
        Self {
            shown: found.iter().take(most).copied().cloned().collect(),
            found: found.len(),
            of: directory.services.len(),
        }
    }

    /// How many there are, or why there are none.
    fn words(&self, is_arriving: bool) -> String {
        match (self.of, self.found) {
            (0, _) if is_arriving => {
                "The directory is on its way to this phone. It needs a signal.".into()
            }
            (0, _) => {
                "The directory is empty. Your service administrator can take a feed of local \
                       services in."
                    .into()
            }
            (_, 0) => "No service has all these words. Try fewer words, or another one.".into(),
            (of, found) if of == found => shown::count(of, "service", "services"),
            (of, found) => format!("{found} of {}", shown::count(of, "service", "services")),
        }
    }
}

/// The screen behind "Services" of the bottom bar.
#[component]
pub fn Services() -> impl IntoView {
    let engine = Engine::here();
    let directory = engine.directory();
    let typed = RwSignal::new(String::new());
    let most = RwSignal::new(SHOWN_AT_ONCE);
    let results =
        memo(move || directory.with(|directory| Results::of(directory, &typed.read(), most.get())));
    let services = memo(move || results.with(|results| results.shown.clone()));
    let search = move |now: String| {
        // Another question begins at the top again.
        most.set(SHOWN_AT_ONCE);
        typed.set(now);
    };
    let has_more = memo(move || results.with(|results| results.found > results.shown.len()));
    let today = engine.today();
    let cards = move || {
        let version = directory.with_untracked(|directory| directory.version);
        let card = |service: Service| {
            // An entry that was corrected is another one: its card is made anew.
            let key = format!("{version} {}", service.id);
            Line::new(key, move || view! { <ServiceCard service today /> })
        };
        services.get().into_iter().map(card).collect()
    };
    view! {
        <h1 class="nhsuk-heading-l">"Services"</h1>
        <div role="search">
            <label class="nhsuk-label" for="search">"Search services"</label>
            <input
                class="nhsuk-input"
                type="search"
                id="search"
                autocomplete="off"
                enterkeyhint="search"
                prop:value=typed
                on:input:target=move |event| search(event.target().value())
            />
        </div>
        <p class="fp-count" role="status">
            {move || results.read().words(engine.arriving().get())}
        </p>
        <ul class="fp-services">
            <Lines of=cards />
        </ul>
        <Show when=move || has_more.get()>
            <button
                type="button"
                class="nhsuk-button nhsuk-button--secondary"
                on:click=move |_| most.update(|most| *most += SHOWN_AT_ONCE)
            >
                "Show more"
            </button>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(count: usize) -> Directory {
        let service =
            |number: usize| Service { name: format!("Walk {number}"), ..Service::default() };
        Directory { version: 1, services: (0..count).map(service).collect() }
    }

    #[test]
    fn the_count_says_how_many_or_why_none() {
        let words = |count, typed| Results::of(&directory(count), typed, 50).words(false);
        assert_eq!(words(60, ""), "60 services");
        assert_eq!(words(60, "59"), "1 of 60 services");
        assert!(words(60, "swim").starts_with("No service has all these words"));
        assert!(words(0, "").starts_with("The directory is empty"));
        assert!(Results::default().words(true).contains("on its way"));
    }

    #[test]
    fn only_so_many_are_shown_at_once() {
        let results = Results::of(&directory(60), "", SHOWN_AT_ONCE);
        assert_eq!((results.shown.len(), results.found), (50, 60));
    }
}
