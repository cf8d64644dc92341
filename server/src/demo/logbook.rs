//! A logbook of the invented service: activity, a case study, and two suggestions for the directory.

use jiff::{ToSpan, civil::Date};
use rusqlite::Transaction;
use shared::{
    case::{
        Event, Fact, Role,
        event::{Activity, ActivityKind, CaseStudy, ServiceSuggested},
    },
    directory::Service,
    document::{Author, Document},
    ids::{CaseId, EventId},
    personal::Personal,
};

use super::scribe::{parsed, recorded};
use crate::{
    random,
    store::{StoreError, cases, directory},
};

/// The service whose number a worker found changed.
const WALKS: &str = "5b1f0a52-6f0e-4c55-9a3e-000000000001";

/// Writes this worker's logbook.
pub(super) fn write(tx: &Transaction<'_>, pen: &Author, today: Date) -> Result<(), StoreError> {
    let walks = directory::entry(tx, WALKS)?.expect("it is one of the embedded services");
    let mut number = 0;
    let events: Vec<Event> = facts(&walks)
        .into_iter()
        .map(|(days_ago, fact)| {
            number += 1;
            event(pen, today.saturating_sub(days_ago.days()), number, fact)
        })
        .collect();
    let case = CaseId::from_random(random::bytes());
    let begun = events[0].recorded_at.as_millisecond();
    let written = Document::create(case, pen, begun, |writer| {
        events.iter().try_for_each(|event| writer.put_event(event))
    });
    let (_, bytes) = written.expect("invented entries have a stored form");
    cases::append_server_changes(tx, case, &[parsed(&bytes)], &[pen.user])
}

fn event(pen: &Author, on: Date, number: u128, fact: Fact) -> Event {
    let at = on.at(15, 30, 0, 0);
    let recorded_at = recorded(on);
    let unix_ms = u64::try_from(recorded_at.as_millisecond()).unwrap_or(0);
    let (id, by) = (EventId::new(unix_ms, number), pen.user);
    Event { id, device: None, at, recorded_at, by, role: Role::LinkWorker, fact }
}

/// What happened, each with how many days ago.
fn facts(walks: &Service) -> Vec<(i64, Fact)> {
    let words = |text: &str| Personal::new(text.to_owned());
    let activity =
        |what, minutes, text| Fact::Activity(Activity { what, minutes, words: words(text) });
    vec![
        (6, activity(ActivityKind::TeamMeeting, 60, "Moss Road, with the practice's nurses")),
        (5, activity(ActivityKind::ServiceMapping, 45, "Rang round the walking groups")),
        (5, Fact::ServiceSuggested(corrected(walks))),
        (3, activity(ActivityKind::Relationships, 30, "Tea with the library's manager")),
        (2, Fact::ServiceSuggested(repair_cafe())),
        (
            2,
            Fact::CaseStudy(CaseStudy {
                title: words("From the waiting room to the allotment"),
                words: words(
                    "Somebody who came to the surgery every week with nothing that a doctor could \
                     treat was lonely. We went to the allotment together twice. They go by \
                     themselves now, and the surgery sees them once in a season.",
                ),
            }),
        ),
    ]
}

fn corrected(walks: &Service) -> ServiceSuggested {
    ServiceSuggested {
        service: Some(walks.id.clone()),
        name: walks.name.clone(),
        phone: "01632 960277".into(),
        address: walks.address.clone(),
        postcode: walks.postcode.clone(),
        url: walks.url.clone(),
        email: walks.email.clone(),
        fees: walks.fees.clone(),
        eligibility: walks.eligibility.clone(),
        words: "The old number is dead. The library gave me the new one.".into(),
    }
}

fn repair_cafe() -> ServiceSuggested {
    ServiceSuggested {
        service: None,
        name: "Eastvale Repair Café".into(),
        phone: "01632 960288".into(),
        address: "Scout hut, Mill Lane".into(),
        postcode: "EV1 2RC".into(),
        url: "repaircafe.eastvale.example".into(),
        email: String::new(),
        fees: "Pay what you can".into(),
        eligibility: "Anybody".into(),
        words: "I went on Saturday: tools, tea and company. First Saturday of the month.".into(),
    }
}
