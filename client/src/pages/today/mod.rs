//! Today: where I am, what is not finished, what needs an answer, and who is planned.

mod answers;
mod here;

use jiff::civil::Date;
use leptos::prelude::*;
use shared::{calendar, case::Standing, sync::SyncState};

use self::{answers::Answers, here::Here};
use super::people::Arriving;
use crate::{
    clock,
    components::{
        notices::{HomeScreenFirst, LittleRoom},
        person_line::{PersonLine, is_open, is_overdue},
        show::Show,
        shown,
        state_chip::StateChip,
        to_finish::FormsToFinish,
    },
    draw::view,
    engine::{CaseLine, Engine, WorkingDraft},
    memo::{Memo, memo},
    words,
};

/// How far ahead the screen looks.
const DAYS_AHEAD: i64 = 7;

/// The first screen.
#[component]
pub fn Today() -> impl IntoView {
    let engine = Engine::here();
    let said = shown::day(engine.today(), engine.today());
    view! {
        <h1 class="nhsuk-heading-l fp-title">"Today, " {said}</h1>
        <Arriving />
        <Here />
        <a href="/people?for=contact" class="nhsuk-button fp-button">"Add a contact"</a>
        <Unsent />
        <Drafts />
        <Answers />
        <FirstContacts />
        <Planned />
        <LittleRoom />
        <HomeScreenFirst />
    }
}

/// How much of the day's work is not with the service yet.
#[component]
fn Unsent() -> impl IntoView {
    let engine = Engine::here();
    let state = engine.state();
    // What is sent needs no second line: the header says it.
    let unsent = move || match state.get() {
        state @ SyncState::Waiting(_) => Some(state),
        SyncState::SavedHere | SyncState::Sent(_) | SyncState::CannotSend(_) => None,
    };
    view! {
        {move || {
            unsent()
                .map(|state| {
                    view! {
                        <p class="fp-quiet">
                            <StateChip state />
                            ". It goes by itself when there is a signal."
                        </p>
                    }
                })
        }}
    }
}

/// Forms and contacts that are not finished.
#[component]
fn Drafts() -> impl IntoView {
    let engine = Engine::here();
    let (drafts, rows) = (engine.working_drafts(), engine.rows());
    let forms = engine.typed_forms();
    let lines = move || {
        let rows = rows.get();
        drafts.get().iter().map(|draft| draft_line(*draft, &rows, engine)).collect::<Vec<_>>()
    };
    view! {
        <Show when=move || !drafts.read().is_empty() || !forms.read().is_empty()>
            <h2 class="nhsuk-heading-m">"To finish"</h2>
            <ul class="fp-list"><FormsToFinish /> {lines}</ul>
        </Show>
    }
}

fn draft_line(draft: WorkingDraft, rows: &[CaseLine], engine: Engine) -> AnyView {
    let name = rows.iter().find(|line| line.case == draft.case).map(name_of);
    let name = name.unwrap_or_else(|| say!("somebody who is still arriving").into());
    let href = format!("/person/{}/contact/{}", draft.case, draft.draft);
    view! {
        <li>
            <a href=href>"Finish the contact with " {name}</a>
            <p class="nhsuk-hint">{draft_words(draft, engine.now())}</p>
        </li>
    }
}

/// When an unfinished contact was begun.
pub fn draft_words(draft: WorkingDraft, now: jiff::Timestamp) -> String {
    // The identifier of a draft keeps the moment at which it was begun.
    let begun = i64::try_from(draft.draft.unix_ms()).ok();
    let begun = begun.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok()).unwrap_or(draft.at);
    let is_today = clock::in_london(begun).date() == clock::in_london(now).date();
    let time = words::when(begun, now);
    match is_today {
        true => said!("Begun today at {time}. Not signed yet."),
        false => said!("Begun {time}. Not signed yet."),
    }
}

/// How many people wait for their first contact.
#[component]
fn FirstContacts() -> impl IntoView {
    let rows = Engine::here().rows();
    let due = move || {
        let is_due = |line: &&CaseLine| line.row.standing == Standing::FirstContactDue;
        rows.with(|rows| rows.iter().filter(is_due).count())
    };
    let said = move || {
        counted!(
            due = due(),
            "{due} person waits for a first contact",
            "{due} people wait for a first contact"
        )
    };
    view! {
        <Show when=move || due() != 0>
            <h2 class="nhsuk-heading-m">"First contacts"</h2>
            <p class="fp-link-line"><a href="/people?show=first-contact">{said}</a></p>
        </Show>
    }
}

/// Who is planned: what is overdue, then the next days.
#[component]
fn Planned() -> impl IntoView {
    let engine = Engine::here();
    let (rows, arriving) = (engine.rows(), engine.arriving());
    let chosen = move |holds: fn(&CaseLine, Date) -> bool| {
        memo(move || {
            let today = engine.today();
            let lines = rows.get();
            lines.iter().filter(|line| holds(line, today)).cloned().collect::<Vec<_>>()
        })
    };
    let (overdue, next) = (chosen(is_overdue), chosen(is_next));
    let lines = |lines: Memo<Vec<CaseLine>>| {
        move || {
            lines.get().into_iter().map(|line| view! { <PersonLine line /> }).collect::<Vec<_>>()
        }
    };
    let nobody = move || match (rows.read().is_empty(), arriving.get()) {
        (true, true) => "",
        (true, false) => {
            say!(
                "Nobody is on this phone yet. People come here when they are assigned to you. Or \
                 add a new referral on People."
            )
        }
        (false, _) => {
            say!(
                "Nobody is planned for the next 7 days. A contact's next step and its date put \
                 people here."
            )
        }
    };
    view! {
        <Show when=move || !overdue.read().is_empty()>
            <h2 class="nhsuk-heading-m">"Overdue"</h2>
            <ul class="fp-list fp-people">{lines(overdue)}</ul>
        </Show>
        <h2 class="nhsuk-heading-m">"Next 7 days"</h2>
        <Show when=move || !next.read().is_empty() fallback=move || view! { <p>{nobody}</p> }>
            <ul class="fp-list fp-people">{lines(next)}</ul>
        </Show>
    }
}

fn is_next(line: &CaseLine, today: Date) -> bool {
    let until = calendar::days_after(today, DAYS_AHEAD).unwrap_or(Date::MAX);
    is_open(line) && line.row.next_on.is_some_and(|on| today <= on && on <= until)
}

/// "Ada Okafor, born 3 Nov 1956".
fn name_of(line: &CaseLine) -> String {
    match line.row.known_as().trim() {
        "" => say!("no name yet").into(),
        name => shown::with_birth(name, line.row.birth_date),
    }
}

#[cfg(test)]
mod tests {
    use shared::ids::{CaseId, EventId};

    use super::*;
    use crate::components::person_line::line_of;

    #[test]
    fn the_screen_looks_a_week_ahead() {
        let today = Date::constant(2026, 11, 23);
        let planned = |day| {
            let mut line = line_of(1, Standing::Accepted);
            line.row.next_on = Some(day);
            is_next(&line, today)
        };
        assert!(planned(today));
        assert!(planned(Date::constant(2026, 11, 30)));
        assert!(!planned(Date::constant(2026, 12, 1)));
        assert!(!planned(Date::constant(2026, 11, 22)));
    }

    #[test]
    fn a_draft_says_when_it_was_begun() {
        let now: jiff::Timestamp = "2026-11-23T16:00:00Z".parse().expect("an instant");
        let begun = |at: &str| {
            let at: jiff::Timestamp = at.parse().expect("an instant");
            let unix_ms = u64::try_from(at.as_millisecond()).expect("after 1970");
            let draft = EventId::new(unix_ms, 1);
            draft_words(WorkingDraft { case: CaseId::from_random([1; 16]), draft, at }, now)
        };
        assert_eq!(begun("2026-11-23T10:42:00Z"), "Begun today at 10:42. Not signed yet.");
        assert_eq!(begun("2026-11-20T10:42:00Z"), "Begun 20 Nov, 10:42. Not signed yet.");
    }
}
