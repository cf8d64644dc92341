//! My week: where the worker's own time went in the last seven days, with people and without.

use jiff::civil::Date;
use leptos::prelude::*;
use shared::{
    calendar,
    case::{Fact, event::ActivityKind},
};

use crate::{
    components::{shown, time_table::time_table},
    draw::view,
    engine::{Engine, Logged, Taken},
};

/// Days before today that count, too.
const DAYS_BEFORE: i64 = 6;

/// The screen.
#[component]
pub fn Week() -> impl IntoView {
    let engine = Engine::here();
    let today = engine.today();
    let first = calendar::days_after(today, -DAYS_BEFORE).unwrap_or(today);
    let taken = engine.taken(first, today);
    let logged = engine.logged();
    let lines = move || week_of(taken, &logged.read(), first, today);
    let caption = said!(
        "{first} to {last}",
        first = shown::day(first, today),
        last = shown::day(today, today)
    );
    let contacts = match taken.contacts {
        0 => say!("0 contacts.").to_owned(),
        contacts => counted!(
            contacts,
            "{contacts} contact, those where nobody answered included.",
            "{contacts} contacts, those where nobody answered included."
        ),
    };
    view! {
        <h1 class="nhsuk-heading-l">"My week"</h1>
        <p>{contacts}</p>
        {move || time_table(caption.clone(), lines())}
        <p class="nhsuk-hint">
            "From what you signed and noted yourself. What is not signed yet does not count."
        </p>
        <p><a href="/activity" class="fp-target">"Note activity without a person"</a></p>
    }
}

/// Minutes by kind: with people first, whatever they are, then activity that took time.
fn week_of(taken: Taken, logged: &[Logged], first: Date, last: Date) -> Vec<(&'static str, u32)> {
    let mut lines = vec![
        (say!("With people"), taken.session),
        (say!("Preparation"), taken.preparation),
        (say!("Write-up"), taken.write_up),
        (say!("Research"), taken.research),
    ];
    lines.extend(by_kind(logged, |on| (first..=last).contains(&on)));
    lines
}

/// Minutes of activity by kind on the days that hold, in the order of the form.
pub fn by_kind(logged: &[Logged], holds: impl Fn(Date) -> bool) -> Vec<(&'static str, u32)> {
    let mut minutes = [0; ActivityKind::ALL.len()];
    for entry in logged.iter().map(|logged| &logged.entry).filter(|entry| holds(entry.on())) {
        if let Fact::Activity(activity) = &entry.current.fact
            && let Some(at) = ActivityKind::ALL.iter().position(|kind| *kind == activity.what)
        {
            minutes[at] += u32::from(activity.minutes);
        }
    }
    let kinds = ActivityKind::ALL.iter().map(|kind| kind.words()).zip(minutes);
    kinds.filter(|(_, minutes)| *minutes > 0).collect()
}

#[cfg(test)]
mod tests {
    use shared::{
        case::{Entry, Event, Role, event::Activity},
        ids::{CaseId, EventId, UserId},
        personal::Personal,
    };

    use super::*;

    fn logged(what: ActivityKind, minutes: u16, day: i8) -> Logged {
        let event = Event {
            id: EventId::new(1, 1),
            device: None,
            at: Date::constant(2026, 11, day).at(9, 0, 0, 0),
            recorded_at: jiff::Timestamp::UNIX_EPOCH,
            by: UserId::from_random([1; 16]),
            role: Role::LinkWorker,
            fact: Fact::Activity(Activity { what, minutes, words: Personal::default() }),
        };
        let entry = Entry {
            original: event.clone(),
            current: event,
            amendments: Vec::new(),
            retracted_by: None,
            contested: false,
        };
        Logged { case: CaseId::from_random([1; 16]), entry }
    }

    #[test]
    fn a_week_is_seven_days_by_kind() {
        let (first, last) = (Date::constant(2026, 11, 17), Date::constant(2026, 11, 23));
        let all = [
            logged(ActivityKind::Training, 60, 23),
            logged(ActivityKind::TeamMeeting, 45, 17),
            logged(ActivityKind::TeamMeeting, 30, 20),
            logged(ActivityKind::Shadowed, 90, 16),
            logged(ActivityKind::Shadowed, 90, 24),
        ];
        let taken = Taken { contacts: 2, session: 90, write_up: 15, ..Taken::default() };
        let expected = [
            ("With people", 90),
            ("Preparation", 0),
            ("Write-up", 15),
            ("Research", 0),
            ("Team meeting", 75),
            ("Training and peer learning", 60),
        ];
        assert_eq!(week_of(taken, &all, first, last), expected);
    }
}
