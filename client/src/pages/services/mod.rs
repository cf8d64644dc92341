//! The directory of services, searched on this phone.

mod form;
mod results;
mod suggest;
mod suggested;

use jiff::civil::Time;
use leptos::prelude::*;
use shared::{directory::Index, written::Written};
pub use suggest::Suggest;

use self::results::{Results, Wanted};
use crate::{
    address::Address,
    components::{
        disclose::focus,
        lines::{Line, Lines},
        service_card::ServiceCard,
        show::Show,
    },
    draw::view,
    engine::Engine,
    memo::{Live, Memo, follow, memo},
};

/// How many services are shown at once: as many as a slow phone draws between two keystrokes.
const SHOWN_AT_ONCE: usize = 12;

/// What is looked for. It outlives the screen, so that whoever comes back from a correction finds
/// what they had found.
#[derive(Clone, Copy)]
pub struct Search {
    typed: Live<String>,
    age: Live<String>,
    free: Live<bool>,
    checked: Live<bool>,
}

impl Search {
    /// Provides an empty search to every screen below.
    pub fn provide() {
        let [typed, age] = [(), ()].map(|()| Live::new(String::new()));
        let [free, checked] = [false; 2].map(Live::new);
        provide_context(Self { typed, age, free, checked });
    }

    fn wanted(self) -> Wanted {
        Wanted {
            typed: self.typed.get(),
            free: self.free.get(),
            checked: self.checked.get(),
            age: self.age.read().parse().ok(),
        }
    }
}

/// The screen behind "Services" of the bottom bar.
#[component]
pub fn Services() -> impl IntoView {
    let engine = Engine::here();
    let search: Search = expect_context();
    let directory = engine.directory();
    let index = memo(move || Index::of(directory.get()));
    let wanted = memo(move || search.wanted());
    let most = Live::new(SHOWN_AT_ONCE);
    // Another question begins at the top again.
    follow(move || {
        wanted.track();
        most.set(SHOWN_AT_ONCE);
    });
    let results = memo(move || {
        index.with(|index| Results::of(index, &wanted.read(), most.get(), engine.today()))
    });
    let has_more = move || results.with(|results| results.found > results.shown.len());
    view! {
        <Saved />
        <h1 class="nhsuk-heading-l">"Services"</h1>
        <SearchFields search />
        <p class="fp-count" role="status">
            {move || results.read().words(engine.arriving().get())}
        </p>
        <Cards results />
        <Show when=has_more>
            <button
                type="button"
                class="nhsuk-button nhsuk-button--secondary fp-button"
                on:click=move |_| most.update(|most| *most += SHOWN_AT_ONCE)
            >
                "Show more"
            </button>
        </Show>
        <h2 class="nhsuk-heading-m">"Is one missing?"</h2>
        {suggested::additions(engine)}
        <a href="/services/suggest" class="nhsuk-button nhsuk-button--secondary fp-button">
            "Add a service"
        </a>
    }
}

#[component]
fn SearchFields(search: Search) -> impl IntoView {
    let set_age = move |typed: String| {
        let digits = typed.chars().filter(char::is_ascii_digit).take(3);
        search.age.set(digits.collect());
    };
    view! {
        <div role="search">
            <label class="nhsuk-label" for="search">"Search by need, name or place"</label>
            <input
                class="nhsuk-input"
                type="search"
                id="search"
                autocomplete="off"
                enterkeyhint="search"
                bind:value=search.typed
            />
            <div class="fp-filters fp-filters--services" role="group" aria-label="Show only">
                {chip(say!("Free"), search.free)}
                <span class="fp-age">
                    <label for="age">"For age"</label>
                    <input
                        class="nhsuk-input"
                        id="age"
                        type="text"
                        inputmode="numeric"
                        autocomplete="off"
                        maxlength="3"
                        prop:value=move || search.age.get()
                        on:input=move |event| set_age(event_target_value(&event))
                    />
                </span>
                {chip(say!("Checked within a year"), search.checked)}
            </div>
        </div>
    }
}

fn chip(words: &'static str, is_on: Live<bool>) -> AnyView {
    view! {
        <button
            type="button"
            class="fp-filter"
            aria-pressed=move || if is_on.get() { "true" } else { "false" }
            on:click=move |_| is_on.update(|is_on| *is_on = !*is_on)
        >
            {words}
        </button>
    }
    .into_any()
}

#[component]
fn Cards(results: Memo<Results>) -> impl IntoView {
    let engine = Engine::here();
    let services = memo(move || results.with(|results| results.shown.clone()));
    let (today, logged) = (engine.today(), engine.logged());
    let cards = move || {
        let version = engine.directory().with_untracked(|directory| directory.version);
        let logged = logged.read();
        let card = |service: shared::directory::Service| {
            let suggested_on = suggested::suggested_on(&logged, &service);
            // An entry that was corrected is another one: its card is made anew.
            let key = format!("{version} {}", service.id);
            Line::new(key, move || view! { <ServiceCard service today suggested_on /> })
        };
        services.get().into_iter().map(card).collect()
    };
    view! {
        <ul class="fp-services">
            <Lines of=cards />
        </ul>
    }
}

const SAVED: &str = "saved";

/// That a suggestion was saved, after its form led here.
#[component]
fn Saved() -> impl IntoView {
    let address = Address::here();
    let saved = memo(move || saved_at(&address.query(SAVED)?));
    follow(move || {
        if saved.read().is_some() {
            focus(SAVED.to_owned());
        }
    });
    let line = move || {
        saved.get().map(|time| {
            view! {
                <div class="fp-done" id=SAVED tabindex="-1" role="status">
                    <p>
                        <strong>"Saved on this phone "{time}". "</strong>
                        "Your service administrator decides."
                    </p>
                </div>
            }
        })
    };
    view! { {line} }
}

/// The time of an address, where it is one: an address is anybody's to write.
fn saved_at(text: &str) -> Option<String> {
    Time::read(text).map(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::saved_at;

    #[test]
    fn only_a_time_is_read_from_the_address() {
        assert_eq!(saved_at("14:02").as_deref(), Some("14:02"));
        assert_eq!(saved_at("Call 0900 123456"), None);
    }
}
