//! Everybody on this phone: found by name, NHS number or place, to be looked at or to be chosen.

use jiff::civil::Date;
use leptos::prelude::*;
use shared::case::Standing;

use crate::{
    address::Address,
    components::{
        person_line::{Choosing, PersonLine, is_overdue},
        show::Show,
    },
    draw::view,
    engine::{CaseLine, Engine},
    memo::{Live, Memo, Told, follow, memo},
};

/// Lines at a time: more than anybody reads, few enough to draw at once.
const PAGE: usize = 100;
/// The same while something is typed: whoever searches looks at the first few, and drawing more would
/// hold up the next letter.
const FOUND_PAGE: usize = 30;

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
            Self::All => say!("All"),
            Self::FirstContactDue => say!("First contact due"),
            Self::Overdue => say!("Overdue"),
            Self::Contested => say!("To settle"),
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

    fn holds(self, line: &CaseLine, today: Date) -> bool {
        match self {
            Self::All => true,
            Self::FirstContactDue => line.row.standing == Standing::FirstContactDue,
            Self::Overdue => is_overdue(line, today),
            Self::Contested => {
                line.row.standing == Standing::Contested || line.row.contested_fields > 0
            }
        }
    }

    /// Why nobody is there, where nobody being there is no surprise.
    fn nobody(self) -> &'static str {
        match self {
            Self::All => "",
            Self::FirstContactDue => say!("Everybody here has had a first contact."),
            Self::Overdue => say!("Nothing is overdue."),
            Self::Contested => say!("Nothing is to be settled."),
        }
    }
}

/// What a person is chosen for, as links name it.
fn choosing_named(name: Option<&str>) -> Choosing {
    match name {
        Some("contact") => Choosing::Contact,
        Some("urgent") => Choosing::Urgent,
        _ => Choosing::Look,
    }
}

fn heading(choosing: Choosing) -> &'static str {
    match choosing {
        Choosing::Look => say!("People"),
        Choosing::Contact => say!("Who did you meet?"),
        Choosing::Urgent => say!("Who is it about?"),
    }
}

/// Everybody on this phone.
#[component]
pub fn People() -> impl IntoView {
    let engine = Engine::here();
    let rows = engine.rows();
    let address = Address::here();
    let choosing = memo(move || choosing_named(address.query("for").as_deref()));
    let typed = Live::new(String::new());
    let filter = Live::new(Filter::All);
    // The bottom bar leads here from here: the screen stays, and what was asked for changes.
    follow(move || filter.set(Filter::named(address.query("show").as_deref())));
    let found = memo(move || {
        let today = engine.today();
        let (typed, filter) = (typed.get(), filter.get());
        let fits = |line: &&CaseLine| filter.holds(line, today) && line.row.matches(&typed);
        rows.with(|rows| rows.iter().filter(fits).cloned().collect::<Vec<_>>())
    });
    view! {
        <h1 class="nhsuk-heading-l">{move || heading(choosing.get())}</h1>
        <Arriving />
        <Search typed />
        <Filters filter />
        <Show when=move || choosing.get() == Choosing::Look>
            <a href="/refer" class="nhsuk-button fp-button">"New referral"</a>
        </Show>
        <Found found choosing typed filter />
        <Show when=move || choosing.get() != Choosing::Look>
            <p class="fp-link-line"><a href="/refer">"Somebody new: add a referral"</a></p>
        </Show>
    }
}

/// Who was found, so many at a time.
#[component]
fn Found(
    found: Memo<Vec<CaseLine>>,
    choosing: Memo<Choosing>,
    typed: Live<String>,
    filter: Live<Filter>,
) -> impl IntoView {
    let page = memo(move || if typed.with(String::is_empty) { PAGE } else { FOUND_PAGE });
    let pages = Told::new(1);
    // Another search begins at the top again.
    follow(move || {
        typed.track();
        filter.track();
        pages.set(1);
    });
    let pages_shown = pages.followed();
    let shown_count = move || pages_shown.get() * page.get();
    let lines = move || {
        let (choosing, found) = (choosing.get(), found.read());
        let lines = found.iter().take(shown_count()).cloned();
        lines.map(|line| view! { <PersonLine line choosing /> }).collect::<Vec<_>>()
    };
    let how_many = move || counted!(found = found.read().len(), "{found} person", "{found} people");
    view! {
        <p class="fp-count" role="status">{how_many}</p>
        <ul class="fp-list fp-people">{lines}</ul>
        <Show when=move || found.read().is_empty()>
            <Nobody typed filter />
        </Show>
        <Show when=move || { found.read().len() > shown_count() }>
            <button
                type="button"
                class="nhsuk-button nhsuk-button--secondary fp-button"
                on:click=move |_| pages.set(pages_shown.get_untracked() + 1)
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
        0 => say!("Your people are on their way. They appear here as they arrive.").to_owned(),
        count => counted!(
            count,
            "{count} person so far, more are coming. You can start.",
            "{count} people so far, more are coming. You can start."
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
fn Search(typed: Live<String>) -> impl IntoView {
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
fn Filters(filter: Live<Filter>) -> impl IntoView {
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
            {chips.into_iter().collect::<Vec<_>>()}
        </div>
    }
}

/// Why the list is empty, and what to do about it.
#[component]
fn Nobody(typed: Live<String>, filter: Live<Filter>) -> impl IntoView {
    let engine = Engine::here();
    let (rows, arriving) = (engine.rows(), engine.arriving());
    let is_narrowed = move || filter.get() != Filter::All || !typed.read().trim().is_empty();
    let why = move || match (rows.read().is_empty(), filter.get()) {
        (true, _) if arriving.get() => "",
        (true, _) => {
            say!(
                "Nobody is on this phone yet. People come here when they are assigned to you, or \
                 when you add a new referral."
            )
        }
        (false, _) if !typed.read().trim().is_empty() => {
            say!(
                "Nobody on this phone fits what you typed. Try the beginning of a name, or fewer \
                 words."
            )
        }
        (false, filter) => filter.nobody(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::person_line::line_of;

    #[test]
    fn each_filter_holds_whom_its_words_promise() {
        let today = Date::constant(2026, 11, 23);
        let mut overdue = line_of(1, Standing::Accepted);
        overdue.row.next_on = Some(Date::constant(2026, 11, 22));
        let mut two_numbers = line_of(2, Standing::Accepted);
        two_numbers.row.contested_fields = 1;
        let due = line_of(3, Standing::FirstContactDue);
        let held =
            |filter: Filter| [&overdue, &two_numbers, &due].map(|line| filter.holds(line, today));
        assert_eq!(held(Filter::All), [true, true, true]);
        assert_eq!(held(Filter::Overdue), [true, false, false]);
        assert_eq!(held(Filter::Contested), [false, true, false]);
        assert_eq!(held(Filter::FirstContactDue), [false, false, true]);
    }

    #[test]
    fn a_number_is_found_as_people_write_it_and_beside_a_name() {
        let mut row = line_of(1, Standing::Accepted).row;
        row.nhs_number = shared::personal::Personal::new("9990000018".to_owned());
        for typed in ["999-000-0018", "999 000 0018", "0018", "okafor 999", "999000 ada"] {
            assert!(row.matches(typed), "{typed}");
        }
        for typed in ["999-000-0026", "okafor 998", "adeyemi 999"] {
            assert!(!row.matches(typed), "{typed}");
        }
    }

    #[test]
    fn links_name_filters_and_purposes() {
        assert_eq!(Filter::named(Some("overdue")), Filter::Overdue);
        assert_eq!(Filter::named(Some("nonsense")), Filter::All);
        assert_eq!(choosing_named(Some("contact")), Choosing::Contact);
        assert_eq!(choosing_named(None), Choosing::Look);
    }
}
