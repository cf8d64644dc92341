//! Today: what is not finished, what needs an answer, and who is planned.

use jiff::civil::Date;
use leptos::prelude::*;
use leptos_router::components::A;
use shared::{
    case::Standing,
    sync::{Notice, SyncState},
};

use super::people::Arriving;
use crate::{
    clock,
    components::{
        person_line::{PersonLine, is_open, is_overdue},
        shown,
    },
    engine::{CaseLine, Engine, WorkingDraft},
};

/// How far ahead the screen looks.
const DAYS_AHEAD: i64 = 7;

/// The first screen.
#[component]
pub fn Today() -> impl IntoView {
    let engine = Engine::here();
    let said = shown::day(engine.today(), engine.today());
    view! {
        <h1 class="nhsuk-heading-l">"Today, " {said}</h1>
        <Arriving />
        <A href="/people" attr:class="nhsuk-button fp-button">"Add a contact"</A>
        <Answers />
        <Drafts />
        <FirstContacts />
        <Planned />
    }
}

/// Contacts that are not finished.
#[component]
fn Drafts() -> impl IntoView {
    let engine = Engine::here();
    let (drafts, rows) = (engine.working_drafts(), engine.rows());
    let lines = move || {
        let rows = rows.get();
        drafts.get().iter().map(|draft| draft_line(*draft, &rows, engine)).collect_view()
    };
    view! {
        <Show when=move || !drafts.read().is_empty()>
            <h2 class="nhsuk-heading-m">"To finish"</h2>
            <ul class="fp-list">{lines}</ul>
        </Show>
    }
}

fn draft_line(draft: WorkingDraft, rows: &[CaseLine], engine: Engine) -> impl IntoView + use<> {
    let name = rows.iter().find(|line| line.case == draft.case).map(name_of);
    let name = name.unwrap_or_else(|| "somebody who is still arriving".into());
    // The identifier of a draft keeps the moment at which it was begun.
    let begun = i64::try_from(draft.draft.unix_ms()).ok();
    let begun = begun.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok()).unwrap_or(draft.at);
    let begun = shown::day(clock::in_london(begun).date(), engine.today());
    let href = format!("/person/{}/contact/{}", draft.case, draft.draft);
    view! {
        <li>
            <A href=href>"Finish the contact with " {name} ", begun " {begun}</A>
        </li>
    }
}

/// What only a person can settle.
#[component]
fn Answers() -> impl IntoView {
    let engine = Engine::here();
    let (rows, notices) = (engine.rows(), engine.notices());
    let needed = Memo::new(move |_| rows.with(|rows| needed_of(rows)));
    let has_any = move || !needed.read().is_empty() || !notices.read().is_empty();
    let lines = move || {
        let lines = needed.get().into_iter().map(|need| {
            view! {
                <li>
                    <A href=need.href>{need.link}</A>
                    <p class="nhsuk-hint">{need.what}</p>
                </li>
            }
        });
        lines.collect_view()
    };
    let notice_lines = move || notices.get().into_iter().rev().map(notice_line).collect_view();
    view! {
        <Show when=has_any>
            <h2 class="nhsuk-heading-m">"Answers needed"</h2>
            <ul class="fp-list">{lines} {notice_lines}</ul>
        </Show>
    }
}

/// Something that only a person can settle, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Need {
    href: String,
    link: String,
    what: String,
}

fn needed_of(rows: &[CaseLine]) -> Vec<Need> {
    // What is urgent first; then in the order of the caseload.
    let urgent = rows.iter().filter(|line| line.row.urgent > 0).map(|line| Need {
        href: format!("/person/{}#urgent", line.case),
        link: format!("Urgent: {}", name_of(line)),
        what: "Nobody is recorded to have taken this over. Phone, then record who has.".into(),
    });
    let answers =
        rows.iter().filter(|line| line.row.standing == Standing::Contested).map(|line| Need {
            href: format!("/person/{}#settle", line.case),
            link: format!("Accepted and declined: {}", name_of(line)),
            what: "Both are recorded. Withdraw the one that is wrong.".into(),
        });
    let fields = rows.iter().filter(|line| line.row.contested_fields > 0).map(|line| Need {
        href: format!("/person/{}#settle", line.case),
        link: format!("Two different details: {}", name_of(line)),
        what: "Two people wrote different values at once. Keep the right one.".into(),
    });
    let stuck = rows.iter().filter_map(|line| match &line.state {
        SyncState::CannotSend(remedy) => Some(Need {
            href: "/sync".into(),
            link: format!("Cannot send: {}", name_of(line)),
            what: (*remedy).to_owned(),
        }),
        _ => None,
    });
    urgent.chain(answers).chain(fields).chain(stuck).collect()
}

fn notice_line(notice: Notice) -> impl IntoView {
    view! {
        <li>
            <A href="/sync">"What you should know: " {notice.name.into_inner()}</A>
            <p class="nhsuk-hint">{notice.verdict.words()}</p>
        </li>
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
    let said = move || match due() {
        1 => "1 person waits for a first contact".to_owned(),
        count => format!("{count} people wait for a first contact"),
    };
    view! {
        <Show when=move || due() != 0>
            <h2 class="nhsuk-heading-m">"First contacts"</h2>
            <p class="fp-link-line"><A href="/people?show=first-contact">{said}</A></p>
        </Show>
    }
}

/// Who is planned: what is overdue, then the next days.
#[component]
fn Planned() -> impl IntoView {
    let engine = Engine::here();
    let (rows, arriving) = (engine.rows(), engine.arriving());
    let chosen = move |holds: fn(&CaseLine, Date) -> bool| {
        Memo::new(move |_| {
            let today = engine.today();
            let lines = rows.get();
            lines.iter().filter(|line| holds(line, today)).cloned().collect::<Vec<_>>()
        })
    };
    let (overdue, next) = (chosen(is_overdue), chosen(is_next));
    let lines = |lines: Memo<Vec<CaseLine>>| {
        move || lines.get().into_iter().map(|line| view! { <PersonLine line /> }).collect_view()
    };
    let nobody = move || match (rows.read().is_empty(), arriving.get()) {
        (true, true) => "",
        (true, false) => {
            "Nobody is on this phone yet. People come here when they are assigned to you. Or add a \
             new referral on People."
        }
        (false, _) => {
            "Nobody is planned for the next 7 days. A contact's next step and its date put people \
             here."
        }
    };
    view! {
        <Show when=move || !overdue.read().is_empty()>
            <h2 class="nhsuk-heading-m">"Overdue"</h2>
            <ul class="fp-list">{lines(overdue)}</ul>
        </Show>
        <h2 class="nhsuk-heading-m">"Next 7 days"</h2>
        <Show when=move || !next.read().is_empty() fallback=move || view! { <p>{nobody}</p> }>
            <ul class="fp-list">{lines(next)}</ul>
        </Show>
    }
}

fn is_next(line: &CaseLine, today: Date) -> bool {
    let until = today.checked_add(jiff::Span::new().days(DAYS_AHEAD)).unwrap_or(Date::MAX);
    is_open(line) && line.row.next_on.is_some_and(|on| today <= on && on < until)
}

/// "Ada Okafor".
fn name_of(line: &CaseLine) -> String {
    let name = format!("{} {}", line.row.given_names.reveal(), line.row.family_name.reveal());
    match name.trim() {
        "" => "no name yet".into(),
        name => name.to_owned(),
    }
}
