//! What this person suggested for the directory, as far as it is not there yet.

use jiff::civil::Date;
use leptos::prelude::*;
use shared::{
    case::{Fact, event::ServiceSuggested},
    directory::{Directory, Service},
    text,
};

use crate::{
    components::shown,
    draw::view,
    engine::{Engine, Logged},
};

fn suggestion(logged: &Logged) -> Option<&ServiceSuggested> {
    match &logged.entry.current.fact {
        Fact::ServiceSuggested(suggested) => Some(suggested),
        _ => None,
    }
}

/// When a correction of this service was suggested that may not be decided on. The phone hears of no
/// decision, but an entry that was made sure of since then is one.
pub fn suggested_on(logged: &[Logged], service: &Service) -> Option<Date> {
    // The latest come first.
    let on = logged.iter().find_map(|logged| {
        let is_own = suggestion(logged)?.service.as_deref() == Some(service.id.as_str());
        is_own.then(|| logged.entry.on())
    })?;
    service.assured_on.is_none_or(|assured_on| assured_on < on).then_some(on)
}

/// New services that were suggested and that the directory does not have, with their days.
fn missing(logged: &[Logged], directory: &Directory) -> Vec<(String, Date)> {
    let is_there = |name: &str| {
        let name = text::folded(name);
        directory.services.iter().any(|service| text::folded(&service.name) == name)
    };
    let new = logged.iter().filter_map(|logged| {
        let own = suggestion(logged).filter(|own| own.service.is_none() && !is_there(&own.name))?;
        Some((own.name.clone(), logged.entry.on()))
    });
    new.collect()
}

/// New services that are not there yet.
pub fn additions(engine: Engine) -> AnyView {
    let (logged, directory) = (engine.logged(), engine.directory());
    let lines = move || {
        let new = missing(&logged.read(), &directory.read());
        let lines = new.into_iter().map(|(name, on)| {
            let on = shown::day(on, engine.today());
            view! {
                <p class="fp-service__line">
                    "You suggested " <strong>{name}</strong> " on " {on}
                    ". Your service administrator decides."
                </p>
            }
        });
        lines.collect::<Vec<_>>()
    };
    view! { <div>{lines}</div> }.into_any()
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, civil::date};
    use shared::{
        case::{Entry, Event, Role},
        ids::{CaseId, EventId, UserId},
    };

    use super::*;
    use crate::pages::services::form::Texts;

    fn logged(suggested: ServiceSuggested) -> Logged {
        let event = Event {
            id: EventId::new(5, 5),
            device: None,
            at: date(2026, 11, 3).at(14, 5, 0, 0),
            recorded_at: Timestamp::UNIX_EPOCH,
            by: UserId::from_random([1; 16]),
            role: Role::LinkWorker,
            fact: Fact::ServiceSuggested(suggested),
        };
        let entry = Entry {
            original: event.clone(),
            current: event,
            amendments: Vec::new(),
            retracted_by: None,
            contested: false,
        };
        Logged { case: CaseId::from_random([7; 16]), entry }
    }

    fn walks(phone: &str) -> Service {
        let (id, name) = ("7".into(), "Walks".into());
        Service { id, name, phone: phone.into(), ..Service::default() }
    }

    #[test]
    fn a_correction_is_named_until_the_entry_was_checked() {
        let suggested = Texts::of(&walks("02")).suggest(Some("7".into()), String::new());
        let all = [logged(suggested)];
        let on = date(2026, 11, 3);
        assert_eq!(suggested_on(&all, &walks("01")), Some(on));
        let assured = |on| Service { assured_on: Some(on), ..walks("01") };
        assert_eq!(suggested_on(&all, &assured(date(2026, 11, 2))), Some(on));
        assert_eq!(suggested_on(&all, &assured(on)), None);
        assert_eq!(suggested_on(&all, &Service { id: "8".into(), ..walks("01") }), None);
    }

    #[test]
    fn a_new_service_waits_until_the_directory_has_its_name() {
        let all = [logged(Texts::of(&walks("01")).suggest(None, String::new()))];
        let mut directory = Directory::default();
        assert_eq!(missing(&all, &directory), [("Walks".to_owned(), date(2026, 11, 3))]);
        directory.services.push(Service { name: "walks".into(), ..Service::default() });
        assert!(missing(&all, &directory).is_empty());
    }
}
