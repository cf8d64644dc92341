//! One service of the directory, with what a person has to know before somebody sends them there.

use jiff::civil::Date;
use leptos::prelude::*;

use crate::{draw::view, memo::Live};
use shared::{calendar, directory::Service};

use super::{
    share::{Given, Share},
    shown,
};

/// Whom a service is for, by age; nothing where the feed does not say.
pub fn ages(minimum: Option<u16>, maximum: Option<u16>) -> Option<String> {
    match (minimum, maximum) {
        (None, None) => None,
        (Some(from), None) => Some(counted!(from, "From {from} year", "From {from} years")),
        (None, Some(to)) => Some(counted!(to, "Up to {to} year", "Up to {to} years")),
        (Some(from), Some(to)) => {
            Some(counted!(to, "From {from} to {to} year", "From {from} to {to} years"))
        }
    }
}

/// When somebody last made sure of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// Within a year.
    Lately(String),
    /// Over a year ago, or never.
    Stale(String),
}

impl Checked {
    /// How far an entry can be trusted today.
    pub fn of(assured_on: Option<Date>, today: Date) -> Self {
        let Some(on) = assured_on else {
            return Self::Stale(say!("Never checked: phone before you send anybody").into());
        };
        let a_year_later = (on.year() + 1, on.month(), on.day());
        if a_year_later >= (today.year(), today.month(), today.day()) {
            return Self::Lately(said!("Last checked {day}", day = shown::date(on)));
        }
        let words = calendar::words_short(on);
        // The day does not matter after so long.
        let month = words.split(' ').next_back().unwrap_or_default();
        let year = on.year();
        Self::Stale(said!("Not checked since {month} {year}: phone before you send anybody"))
    }
}

/// Descriptions longer than this are cut to three lines until somebody asks for more.
const SHORT_CHARACTERS_MAX: usize = 120;

/// One service.
#[component]
pub fn ServiceCard(
    service: Service,
    today: Date,
    /// When this person suggested a correction of it, for as long as it may not be decided on.
    suggested_on: Option<Date>,
) -> impl IntoView {
    let given = Given::of(&service, today);
    let share = format!("share-{}", service.id);
    let correct = format!("/services/suggest?service={}", service.id);
    let corrected = service.name.clone();
    let suggested = suggested_on.map(|on| {
        view! {
            <p class="fp-service__line">
                "You suggested a correction on " {shown::day(on, today)}
                ". Your service administrator decides."
            </p>
        }
    });
    let Service { name, organisation, description, alert, status, url, email, .. } =
        service.clone();
    let checked = match Checked::of(service.assured_on, today) {
        Checked::Lately(words) => view! { <p class="nhsuk-hint fp-after">{words}</p> }.into_any(),
        Checked::Stale(words) => view! { <p class="fp-warning">{words}</p> }.into_any(),
    };
    let described = name.clone();
    view! {
        <li class="fp-service">
            <h2 class="nhsuk-heading-s fp-service__name">{name}</h2>
            {said(organisation).map(|words| view! { <p class="fp-service__line">{words}</p> })}
            {status.warning().map(|words| view! { <p class="fp-warning">{words}</p> })}
            {said(alert).map(|words| view! { <p class="fp-warning">{words}</p> })}
            {said(description).map(|words| view! { <Description words of=described /> })}
            <ServiceFacts service />
            {web_link(&url).map(|href| view! {
                <p class="fp-service__line">
                    <a class="fp-target" href=href rel="external">{url}</a>
                </p>
            })}
            {said(email).map(|email| {
                let href = format!("mailto:{email}");
                view! {
                    <p class="fp-service__line"><a class="fp-target" href=href>{email}</a></p>
                }
            })}
            {checked}
            {suggested}
            <div class="fp-service__ways">
                <Share id=share given />
                <a class="fp-target" href=correct>
                    "Correct this"
                    <span class="nhsuk-u-visually-hidden">": " {corrected}</span>
                </a>
            </div>
        </li>
    }
}

/// Where it is, what it costs and for whom.
#[component]
fn ServiceFacts(service: Service) -> impl IntoView {
    let place = [service.address, service.postcode];
    let place = place.into_iter().filter_map(said).collect::<Vec<_>>().join(", ");
    let phone = said(service.phone).map(|phone| shown::phone(phone, "fp-call fp-target"));
    view! {
        {phone.map(|phone| view! { <p class="fp-service__line">{phone}</p> })}
        {said(place).map(|words| view! { <p class="fp-service__line">{words}</p> })}
        <p class="fp-service__line">
            {match said(service.fees) {
                Some(fees) => said!("Cost: {fees}"),
                None => say!("Cost not given").to_owned(),
            }}
        </p>
        {said(service.eligibility).map(|words| view! {
            <p class="fp-service__line">"For: " {words}</p>
        })}
        {ages(service.minimum_age, service.maximum_age).map(|words| view! {
            <p class="fp-service__line">{words}</p>
        })}
    }
}

/// What it does: three lines, and the rest for whoever asks.
#[component]
fn Description(words: String, of: String) -> impl IntoView {
    let is_long = words.chars().count() > SHORT_CHARACTERS_MAX || words.lines().count() > 3;
    let is_open = Live::new(false);
    view! {
        <p class="fp-service__description" class:fp-clamped=move || is_long && !is_open.get()>
            {words}
        </p>
        {is_long.then(|| view! {
            <button
                type="button"
                class="fp-link-button"
                aria-expanded=move || is_open.get().to_string()
                on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)
            >
                {move || if is_open.get() { say!("Less") } else { say!("More") }}
                <span class="nhsuk-u-visually-hidden">" about " {of}</span>
            </button>
        })}
    }
}

/// A text, unless the feed left it out.
fn said(text: String) -> Option<String> {
    (!text.trim().is_empty()).then_some(text)
}

/// A page's address: only one that opens a page, whatever the feed says.
fn web_link(url: &str) -> Option<String> {
    let url = url.trim();
    (url.starts_with("https://") || url.starts_with("http://")).then(|| url.to_owned())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn an_old_entry_says_to_ring_first() {
        let today = date(2026, 11, 23);
        let check = |on| Checked::of(on, today);
        assert_eq!(
            check(Some(date(2025, 11, 23))),
            Checked::Lately("Last checked 23 Nov 2025".into())
        );
        assert_eq!(
            check(Some(date(2005, 1, 31))),
            Checked::Stale("Not checked since Jan 2005: phone before you send anybody".into())
        );
        assert!(matches!(check(Some(date(2025, 11, 22))), Checked::Stale(_)));
        assert!(matches!(check(None), Checked::Stale(_)));
    }

    #[test]
    fn ages_are_said_as_far_as_they_are_known() {
        assert_eq!(ages(Some(12), Some(100)).as_deref(), Some("From 12 to 100 years"));
        assert_eq!(ages(Some(18), None).as_deref(), Some("From 18 years"));
        assert_eq!(ages(None, Some(25)).as_deref(), Some("Up to 25 years"));
        assert_eq!(ages(None, None), None);
    }

    #[test]
    fn only_pages_are_linked() {
        assert_eq!(web_link("https://example.org").as_deref(), Some("https://example.org"));
        assert_eq!(web_link("javascript:alert(1)"), None);
    }
}
