//! The services that were named to the person, found in the directory on this phone.

use leptos::prelude::*;
use shared::{
    case::{ContactDraft, DraftSignpost},
    directory::{Index, Service},
};

use super::form::Form;
use crate::{
    components::{
        lines::{Line, Lines},
        show::Show,
    },
    draw::view,
    engine::Engine,
    memo::{Live, memo},
};

/// How many services are offered for what was typed: as many as fit above a phone's keyboard.
const HITS_MAX: usize = 8;

/// What the directory offers for what was typed.
#[derive(Debug, Clone, PartialEq)]
enum Hits {
    /// Nothing was typed.
    NotAsked,
    /// There is no directory here yet.
    NoDirectory,
    /// Nothing is called so.
    Nothing,
    /// These, and how many more there are.
    Found(Vec<Service>, usize),
}

impl Hits {
    fn of(index: &Index, typed: &str, draft: &ContactDraft) -> Self {
        if typed.trim().is_empty() {
            return Self::NotAsked;
        }
        if index.count() == 0 {
            return Self::NoDirectory;
        }
        let is_chosen =
            |service: &Service| draft.signposts.iter().any(|chosen| chosen.service == service.id);
        let mut found = index.search(typed);
        found.retain(|service| !is_chosen(service));
        let more = found.len().saturating_sub(HITS_MAX);
        match found.as_slice() {
            [] => Self::Nothing,
            found => Self::Found(found.iter().take(HITS_MAX).copied().cloned().collect(), more),
        }
    }

    fn words(&self) -> Option<String> {
        match self {
            Self::NotAsked | Self::Found(_, 0) => None,
            Self::NoDirectory => Some(
                say!(
                    "The directory is not on this phone yet. It comes with the next signal; name \
                     the service in the note meanwhile."
                )
                .into(),
            ),
            Self::Nothing => Some(
                say!("No other service has these words. Try fewer, or name it in the note.").into(),
            ),
            Self::Found(_, more) => Some(said!("{more} more. Type another word to find them.")),
        }
    }
}

/// A copy of the service's entry as it is today.
fn signpost(service: &Service) -> DraftSignpost {
    DraftSignpost {
        service: service.id.clone(),
        name: service.name.clone(),
        phone: service.phone.clone(),
        introduced: false,
    }
}

/// The services that were named.
#[component]
pub fn Signposts(form: Form) -> impl IntoView {
    let ids = form.read(|draft| {
        draft.signposts.iter().map(|signpost| signpost.service.clone()).collect::<Vec<_>>()
    });
    let line = move |service: String| {
        Line::new(service.clone(), move || view! { <Chosen form service /> })
    };
    let chosen = move || ids.get().into_iter().map(line).collect();
    view! {
        <div class="fp-field">
            <h2 class="fp-legend" id="services-heading">"Services you told them about"</h2>
            <Show
                when=move || !ids.read().is_empty()
                fallback=|| view! { <p class="nhsuk-hint fp-after">"None yet."</p> }
            >
                <ul class="fp-list" aria-labelledby="services-heading">
                    <Lines of=chosen />
                </ul>
            </Show>
            <Finder form />
        </div>
    }
}

#[component]
fn Chosen(form: Form, service: String) -> impl IntoView {
    let own = form.now().signposts.into_iter().find(|signpost| signpost.service == service);
    let (name, phone) = own.map(|own| (own.name, own.phone)).unwrap_or_default();
    let checkbox = format!("introduced-{service}");
    let (read_of, write_of) = (service.clone(), service.clone());
    let introduced = form.read(move |draft| {
        let mut signposts = draft.signposts.iter();
        signposts.any(|signpost| signpost.service == read_of && signpost.introduced)
    });
    let set = move |introduced: bool| {
        form.write(|draft| {
            let mut signposts = draft.signposts.iter_mut();
            if let Some(own) = signposts.find(|signpost| signpost.service == write_of) {
                own.introduced = introduced;
            }
        });
    };
    let remove = move |_| {
        form.write(|draft| draft.signposts.retain(|signpost| signpost.service != service));
        // The button that was pressed is gone; the search field is what stands nearest.
        crate::components::disclose::focus("signposts".into());
    };
    let of = name.clone();
    view! {
        <li>
            <strong>{name.clone()}</strong>
            <p class="nhsuk-hint fp-after">{phone}</p>
            <div class="fp-chips">
                <div class="fp-chip">
                    <input
                        class="fp-chip__input"
                        type="checkbox"
                        id=checkbox.clone()
                        prop:checked=move || introduced.get()
                        on:change=move |event| set(event_target_checked(&event))
                    />
                    <label class="fp-chip__label" for=checkbox>
                        "I made the introduction"
                        <span class="nhsuk-u-visually-hidden">" to " {name}</span>
                    </label>
                </div>
                <button type="button" class="fp-link-button" on:click=remove>
                    "Remove" <span class="nhsuk-u-visually-hidden">" " {of}</span>
                </button>
            </div>
        </li>
    }
}

#[component]
fn Finder(form: Form) -> impl IntoView {
    let directory = Engine::here().directory();
    let index = memo(move || Index::of(directory.get()));
    let typed = Live::new(String::new());
    let chosen = form.read(|draft| draft.signposts.clone());
    let hits = memo(move || {
        chosen.track();
        let typed = typed.read();
        // Whoever names no service does not wait for the directory's words.
        if typed.trim().is_empty() {
            return Hits::NotAsked;
        }
        index.with(|index| Hits::of(index, &typed, &form.now()))
    });
    let found = memo(move || match hits.get() {
        Hits::Found(found, _) => found,
        Hits::NotAsked | Hits::NoDirectory | Hits::Nothing => Vec::new(),
    });
    let add = Callback::new(move |service: Service| {
        let signpost = signpost(&service);
        form.write(|draft| draft.signposts.push(signpost));
        typed.set(String::new());
        crate::components::disclose::focus("signposts".into());
    });
    let line = move |service: Service| {
        let key = service.id.clone();
        Line::new(key, move || view! { <li><AddButton service add /></li> })
    };
    let lines = move || found.get().into_iter().map(line).collect();
    view! {
        <label class="nhsuk-label" for="signposts">"Find a service"</label>
        <input
            class="nhsuk-input"
            type="search"
            id="signposts"
            autocomplete="off"
            aria-describedby="signposts-found"
            bind:value=typed
        />
        <ul class="fp-hits">
            <Lines of=lines />
        </ul>
        <p class="nhsuk-hint fp-after" id="signposts-found" role="status">
            {move || hits.with(Hits::words)}
        </p>
    }
}

#[component]
fn AddButton(service: Service, add: Callback<Service>) -> impl IntoView {
    let added = service.clone();
    let of = service.organisation;
    let warning = service.status.warning();
    view! {
        <button type="button" class="fp-hit" on:click=move |_| add.run(added.clone())>
            <span>"Add " <strong>{service.name}</strong></span>
            {(!of.is_empty()).then(|| view! { <span class="fp-hit__of">{of}</span> })}
            {warning.map(|words| view! { <span class="fp-hit__warning">{words}</span> })}
        </button>
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use shared::{
        directory::Directory,
        ids::{EventId, UserId},
    };

    use super::*;

    fn draft() -> ContactDraft {
        let at = date(2026, 11, 23).at(14, 5, 0, 0);
        ContactDraft::new(UserId::from_random([1; 16]), EventId::new(5, 5), at, String::new())
    }

    fn directory(count: usize) -> Directory {
        let service = |number: usize| Service {
            id: number.to_string(),
            name: format!("Walk {number:02}"),
            ..Service::default()
        };
        Directory { version: 1, services: (0..count).map(service).collect() }
    }

    fn index(count: usize) -> Index {
        Index::of(std::sync::Arc::new(directory(count)))
    }

    #[test]
    fn a_few_services_are_offered_and_none_twice() {
        let mut draft = draft();
        let offered = |draft: &ContactDraft| match Hits::of(&index(10), "wal", draft) {
            Hits::Found(found, more) => (found.len(), found[0].name.clone(), more),
            _ => panic!("there are ten"),
        };
        assert_eq!(offered(&draft), (HITS_MAX, "Walk 00".into(), 2));
        draft.signposts.push(signpost(&directory(1).services[0]));
        assert_eq!(offered(&draft), (HITS_MAX, "Walk 01".into(), 1));
    }

    #[test]
    fn an_empty_list_says_why() {
        let hits = |count, typed| Hits::of(&index(count), typed, &draft());
        assert_eq!(hits(10, " "), Hits::NotAsked);
        assert_eq!(hits(0, "walk"), Hits::NoDirectory);
        assert_eq!(hits(10, "swim"), Hits::Nothing);
        assert!(hits(10, "swim").words().is_some());
    }
}
