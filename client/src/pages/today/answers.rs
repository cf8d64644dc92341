//! What only a person can settle, and where.

use jiff::civil::Date;
use leptos::prelude::*;
use shared::{
    case::Standing,
    sync::{Notice, SyncState},
};

use super::name_of;
use crate::{
    components::{show::Show, shown},
    draw::view,
    engine::{CaseLine, Engine},
    memo::memo,
};

/// What only a person can settle.
#[component]
pub fn Answers() -> impl IntoView {
    let engine = Engine::here();
    let (rows, notices) = (engine.rows(), engine.notices());
    let needed = memo(move || rows.with(|rows| needed_of(rows, engine.today())));
    let has_any = move || !needed.read().is_empty() || !notices.read().is_empty();
    let lines = move || {
        let lines = needed.get().into_iter().map(|need| {
            view! {
                <li>
                    <a href=need.href>{need.link}</a>
                    <p class="nhsuk-hint">{need.what}</p>
                </li>
            }
        });
        lines.collect::<Vec<_>>()
    };
    let notice_lines = move || notices.get().into_iter().rev().map(notice_line).collect::<Vec<_>>();
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

/// A concern that is nobody's, or on whose person nobody checked by the day that was set.
fn urgent_need(line: &CaseLine, today: Date) -> Option<Need> {
    let (link, what) = match (line.row.urgent, line.row.urgent_since, line.row.check_on) {
        (1.., Some(since), _) if since < today => (
            said!("Urgent, past its day: {name}", name = name_of(line)),
            said!(
                "Since {day} nobody is recorded to have taken this over. Phone now, then record \
                 who has.",
                day = shown::near_day(since, today)
            ),
        ),
        (1.., ..) => (
            said!("Urgent: {name}", name = name_of(line)),
            say!("Nobody is recorded to have taken this over. Phone, then record who has.")
                .to_owned(),
        ),
        (0, _, Some(on)) if on <= today => (
            said!("Check on {name}", name = name_of(line)),
            said!(
                "After an urgent concern somebody is to check on them by {day}. Then record it.",
                day = shown::near_day(on, today)
            ),
        ),
        _ => return None,
    };
    Some(Need { href: format!("/person/{}#urgent", line.case), link, what })
}

fn needed_of(rows: &[CaseLine], today: Date) -> Vec<Need> {
    // What is nobody's first, then what is to be checked; then in the order of the caseload.
    let is_open = |line: &&CaseLine| line.row.urgent > 0;
    let open = rows.iter().filter(is_open).filter_map(|line| urgent_need(line, today));
    let checks = rows.iter().filter(|line| line.row.urgent == 0);
    let urgent = open.chain(checks.filter_map(|line| urgent_need(line, today)));
    let answers =
        rows.iter().filter(|line| line.row.standing == Standing::Contested).map(|line| Need {
            href: format!("/person/{}#settle", line.case),
            link: said!("Accepted and declined: {name}", name = name_of(line)),
            what: say!("Both are recorded. Withdraw the one that is wrong.").into(),
        });
    let fields = rows.iter().filter(|line| line.row.contested_fields > 0).map(|line| Need {
        href: format!("/person/{}#settle", line.case),
        link: said!("Two different details: {name}", name = name_of(line)),
        what: say!("Two people wrote different values at once. Keep the right one.").into(),
    });
    let sent_back = rows.iter().filter(|line| line.row.sent_back > 0).map(|line| Need {
        href: format!("/person/{}#practice", line.case),
        link: said!("Sent back by the practice: {name}", name = name_of(line)),
        what: say!("An entry could not be made. See why, and put it right.").into(),
    });
    let stuck = rows.iter().filter_map(|line| match &line.state {
        SyncState::CannotSend(remedy) => Some(Need {
            href: "/sync".into(),
            link: said!("Cannot send: {name}", name = name_of(line)),
            what: (*remedy).to_owned(),
        }),
        _ => None,
    });
    urgent.chain(answers).chain(fields).chain(sent_back).chain(stuck).collect()
}

fn notice_line(notice: Notice) -> AnyView {
    view! {
        <li>
            <a href="/sync">"What you should know: " {notice.name.into_inner()}</a>
            <p class="nhsuk-hint">{notice.verdict.words()}</p>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::person_line::line_of;

    const TODAY: Date = Date::constant(2026, 11, 23);

    #[test]
    fn what_is_urgent_comes_before_everything_else() {
        let contested = line_of(1, Standing::Contested);
        let mut urgent = line_of(2, Standing::Accepted);
        urgent.row.urgent = 1;
        urgent.row.birth_date = Some(Date::constant(1956, 3, 2));
        let stuck = CaseLine {
            state: SyncState::CannotSend("Ask your lead."),
            ..line_of(3, Standing::Accepted)
        };
        let mut sent_back = line_of(4, Standing::Closed);
        sent_back.row.sent_back = 1;
        let needed = needed_of(&[contested, urgent, stuck, sent_back], TODAY);
        let links: Vec<_> = needed.iter().map(|need| need.link.as_str()).collect();
        assert_eq!(
            links,
            [
                "Urgent: Ada Okafor, born 2 Mar 1956",
                "Accepted and declined: Ada Okafor",
                "Sent back by the practice: Ada Okafor",
                "Cannot send: Ada Okafor",
            ]
        );
        assert!(needed[0].href.ends_with("#urgent"));
    }

    #[test]
    fn a_concern_past_its_day_and_a_check_that_is_due_say_since_when() {
        let yesterday = Date::constant(2026, 11, 22);
        let mut late = line_of(1, Standing::Closed);
        (late.row.urgent, late.row.urgent_since) = (1, Some(yesterday));
        let mut check = line_of(2, Standing::Accepted);
        check.row.check_on = Some(TODAY);
        let mut later = line_of(3, Standing::Accepted);
        later.row.check_on = Some(Date::constant(2026, 11, 24));
        let needed = needed_of(&[later, check, late], TODAY);
        assert_eq!(needed.len(), 2);
        assert_eq!(needed[0].link, "Urgent, past its day: Ada Okafor");
        assert!(needed[0].what.starts_with("Since yesterday nobody"));
        assert_eq!(needed[1].link, "Check on Ada Okafor");
        assert!(needed[1].what.contains("by today"), "{}", needed[1].what);
    }
}
