//! The services that were named to the person, and how each of them went.

use jiff::civil::Date;
use leptos::prelude::*;
use shared::{
    case::{Case, Fact, event::SignpostOutcome},
    ids::EventId,
    personal::Personal,
};

use super::Shown;
use crate::{
    components::{
        ask::Ask,
        lines::{Line, Lines},
        share::{Given, Share},
        show::Show,
        shown,
    },
    draw::view,
    engine::Engine,
};

/// A service that was named to the person, and how that went.
#[derive(Debug, Clone, PartialEq)]
struct Named {
    id: EventId,
    service: String,
    name: String,
    phone: String,
    introduced: bool,
    on: Date,
    went: Option<Went>,
}

/// The latest word on how it went.
#[derive(Debug, Clone, PartialEq)]
struct Went {
    words: Personal<String>,
    on: Date,
}

/// The services, latest first.
fn named_of(case: &Case) -> Vec<Named> {
    let named = case.standing().filter_map(|entry| match &entry.current.fact {
        Fact::Signposted(signposted) => Some(Named {
            id: entry.original.id,
            service: signposted.service.clone(),
            name: signposted.name.clone(),
            phone: signposted.phone.clone(),
            introduced: signposted.introduced,
            on: entry.on(),
            went: went_of(case, entry.original.id),
        }),
        _ => None,
    });
    let mut named: Vec<_> = named.collect();
    named.reverse();
    named
}

fn went_of(case: &Case, target: EventId) -> Option<Went> {
    let words = case.standing().filter_map(|entry| match &entry.current.fact {
        Fact::SignpostOutcome(outcome) if outcome.target == target => {
            Some(Went { words: outcome.words.clone(), on: entry.on() })
        }
        _ => None,
    });
    // The entries come oldest first.
    words.last()
}

/// How many services nobody has said anything of since they were named.
pub(super) fn without_word(case: &Case) -> usize {
    named_of(case).iter().filter(|named| named.went.is_none()).count()
}

/// The services that were named to the person.
#[component]
pub(super) fn Signposting(shown: Shown) -> impl IntoView {
    let named = shown.of(named_of);
    let line = move |named: Named| {
        // Drawn again when a word comes, and not while one is being written.
        let went = named.went.as_ref().map(|went| went.words.reveal().clone());
        let key = format!("{} {}", named.id, went.unwrap_or_default());
        Line::new(key, move || view! { <NamedLine shown named /> })
    };
    let lines = move || named.get().into_iter().map(line).collect();
    view! {
        <h2 class="nhsuk-heading-m">"Signposting"</h2>
        <Show
            when=move || !named.read().is_empty()
            fallback=|| {
                view! { <p>"No service signposted yet. Add one in a contact."</p> }
            }
        >
            <ul class="fp-list fp-lines">
                <Lines of=lines />
            </ul>
        </Show>
    }
}

#[component]
fn NamedLine(shown: Shown, named: Named) -> impl IntoView {
    let engine = Engine::here();
    let Named { id: target, service, name, phone, introduced, on, went } = named;
    let becomes = move |words| Fact::SignpostOutcome(SignpostOutcome { target, words });
    let how = if introduced { say!("introduced") } else { say!("signposted") };
    let today = engine.today();
    let given = engine.directory().with_untracked(|directory| {
        let now = directory.service(&service).map(|service| Given::of(service, today));
        now.unwrap_or_else(|| Given::as_named(&name, &phone, on))
    });
    let call = (!phone.is_empty()).then(|| shown::phone(phone, "fp-tel"));
    let button = if went.is_none() { say!("How did it go?") } else { say!("How is it going now?") };
    let went = went.map(|went| {
        view! {
            <span class="fp-text">{went.words.into_inner()}</span>
            <span class="fp-quiet">"How it went, as of " {shown::near_day(went.on, today)}</span>
        }
    });
    view! {
        <li>
            <strong>{name.clone()}</strong>
            {call}
            <span class="fp-quiet">{shown::day(on, today)} ", " {how}</span>
            {went}
            <Ask
                case=shown.case
                id=format!("went-{target}")
                button
                about=name
                label=say!("How did it go with this service?")
                hint=say!("For example: went twice, likes it; or never phoned back")
                send=say!("Save how it went")
                missing=say!("Write how it went")
                class="fp-link-button"
                becomes
            />
            <Share id=format!("share-{target}") given />
        </li>
    }
}
