//! What is urgent about a person: each concern until everything that the field expects is recorded,
//! with whom to phone while it is nobody's.

mod forms;
mod rest;
mod tasks;

use jiff::civil::DateTime;
use leptos::prelude::*;
use shared::{
    calendar,
    case::{
        Case,
        event::{UrgentAction, UrgentRecord},
    },
    ids::EventId,
    personal::Personal,
};

use self::tasks::Tasks;
use super::Shown;
use crate::{
    components::{
        lines::{Line, Lines},
        show::Show,
        shown,
    },
    draw::view,
    engine::Engine,
    pages::urgent::{action_words, for_practice, numbers_line},
};

/// One concern of which something is still to be done.
#[derive(Debug, Clone, PartialEq)]
struct Followed {
    id: EventId,
    at: DateTime,
    action: UrgentAction,
    said: Personal<String>,
    has_owner: bool,
}

fn followed_of(case: &Case) -> Vec<Followed> {
    let mut followed: Vec<Followed> = case
        .concerns()
        .filter(|concern| !concern.is_complete())
        .map(|concern| Followed {
            id: concern.entry.original.id,
            at: concern.entry.current.at,
            action: concern.said.action,
            said: concern.said.words.clone(),
            has_owner: concern.handover.is_some(),
        })
        .collect();
    // What is nobody's comes before what somebody has.
    let owned: Vec<Followed> = followed.extract_if(.., |concern| concern.has_owner).collect();
    followed.extend(owned);
    followed
}

/// What is urgent, and what is still to be recorded of it.
#[component]
pub(super) fn UrgentPart(shown: Shown) -> impl IntoView {
    let followed = shown.of(followed_of);
    let concern = move |concern: Followed| {
        // A corrected concern is not to stand here in its old words.
        let key = format!(
            "{} {} {} {} {}",
            concern.id,
            concern.has_owner,
            concern.at,
            action_words(concern.action),
            concern.said.reveal()
        );
        Line::new(key, move || view! { <OneConcern shown concern /> })
    };
    let concerns = move || followed.get().into_iter().map(concern).collect();
    view! {
        <div id="urgent">
            <Lines of=concerns />
        </div>
    }
}

#[component]
fn OneConcern(shown: Shown, concern: Followed) -> impl IntoView {
    let engine = Engine::here();
    let Followed { id, at, action, said, has_owner } = concern;
    let (class, heading) = match has_owner {
        false => ("fp-urgent", say!("Urgent, and nobody's yet")),
        true => ("fp-followed", say!("After an urgent concern")),
    };
    let heading_id = format!("urgent-{id}");
    let labelled_by = heading_id.clone();
    let day = shown::near_day(at.date(), engine.today());
    let time = calendar::clock_words(at.time());
    view! {
        <section class=class aria-labelledby=labelled_by>
            <h2 class="nhsuk-heading-m" id=heading_id>{heading}</h2>
            <Show when=move || !has_owner><WhomToPhone shown /></Show>
            <p>{shown::capital(&day)} ", " {time} ". " {action_words(action)} "."</p>
            <blockquote class="fp-matters">{said.into_inner()}</blockquote>
            <h3 class="nhsuk-heading-s">"Complete the record"</h3>
            <Tasks shown id on=at.date() />
        </section>
    }
}

/// Who can take it over today: the duty line of their practice, and the way to all numbers.
#[component]
fn WhomToPhone(shown: Shown) -> impl IntoView {
    let engine = Engine::here();
    let practice = shown.of(|case| case.person.shown(shared::case::Field::PracticeOds).to_owned());
    let first = move || {
        let numbers =
            engine.profile().with(|profile| for_practice(profile.as_deref(), &practice.read()));
        numbers.first().map(|number| numbers_line(number, engine.today()))
    };
    let all = format!("/urgent?about={}", shown.case);
    view! {
        {first}
        <p class="fp-link-line"><a href=all>"All numbers to phone"</a></p>
    }
}

/// The rest of the record in one text, as the timeline shows it.
pub(super) fn record_words(record: &UrgentRecord) -> String {
    let why = record.why.reveal();
    let check = record.next_check.map(shown::date).unwrap_or_default();
    let parts = [
        (say!("Given: "), record.given.reveal().as_str()),
        (say!("Told: "), record.told.reveal()),
        (say!("Consent: "), record.consent.words()),
        (say!("Why: "), why),
        (say!("Next check: "), &check),
    ];
    let said = parts.into_iter().filter(|(_, words)| !words.is_empty());
    said.map(|(title, words)| format!("{title}{words}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use shared::case::event::UrgentConsent;

    use super::*;

    #[test]
    fn the_rest_of_the_record_reads_as_one_text() {
        let words = |text: &str| Personal::new(text.to_owned());
        let record = UrgentRecord {
            target: EventId::new(1, 1),
            given: words("Helplines"),
            told: words("The GP rings today"),
            consent: UrgentConsent::Overridden,
            why: words("She would not say where she goes"),
            next_check: Some(jiff::civil::date(2026, 11, 24)),
        };
        let said = record_words(&record);
        assert!(said.starts_with("Given: Helplines\nTold: The GP rings today\nConsent: They did"));
        assert!(said.ends_with("Next check: 24 Nov 2026"), "{said}");
    }
}
