//! One person in a list.

use jiff::civil::Date;
use leptos::prelude::*;
use shared::{case::Standing, ids::CaseId, sync::SyncState};

use super::{shown, state_chip::StateChip};
use crate::{
    draw::view,
    engine::{CaseLine, Engine},
};

/// What choosing a person is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Choosing {
    /// To look at their record.
    #[default]
    Look,
    /// To write a contact with them.
    Contact,
    /// To record an urgent concern.
    Urgent,
}

impl Choosing {
    /// Where a line leads: to the person first where a contact has no open referral to go into.
    fn path_from(self, line: &CaseLine) -> String {
        let is_for = self != Self::Contact || is_open(line);
        if is_for { self } else { Self::Look }.path(line.case)
    }

    /// Where it leads for a person.
    pub fn path(self, case: CaseId) -> String {
        match self {
            Self::Look => format!("/person/{case}"),
            Self::Contact => format!("/person/{case}/contact/new"),
            Self::Urgent => format!("/urgent?about={case}"),
        }
    }
}

/// One person: who, where they stand, what comes next, and whether something is not sent.
#[component]
pub fn PersonLine(line: CaseLine, #[prop(optional)] choosing: Choosing) -> impl IntoView {
    let today = Engine::here().today();
    let row = &line.row;
    let name = shown::list_name(row.family_name.reveal(), row.given_names.reveal());
    let unsent = match line.state.clone() {
        // What came from elsewhere, and what is sent, needs nobody.
        SyncState::SavedHere | SyncState::Sent(_) => None,
        state => Some(view! { <span class="fp-person__unsent"><StateChip state /></span> }),
    };
    let urgent = (row.urgent > 0)
        .then(|| view! { <strong class="nhsuk-tag nhsuk-tag--red">"Urgent"</strong> });
    let values = (row.contested_fields > 0)
        .then(|| view! { <strong class="nhsuk-tag nhsuk-tag--orange">"Two values"</strong> });
    view! {
        <li class="fp-person">
            <a href=choosing.path_from(&line) class="fp-person__link">{name}</a>
            <span class="fp-person__facts">
                <span>{shown::age(row.birth_date, today)}</span>
                <StandingTag standing=row.standing />
                {urgent} {values}
            </span>
            {next_words(&line, today).map(|words| view! { <span>{words}</span> })}
            <span class="fp-quiet">{seen_words(&line, today)}</span>
            {unsent}
        </li>
    }
}

/// What the header calls a person of this phone: where somebody else bears the name, with what tells
/// them apart.
pub fn known_as(lines: &[CaseLine], case: CaseId) -> Option<String> {
    let name = |line: &CaseLine| line.row.known_as().trim().to_owned();
    let own = lines.iter().find(|line| line.case == case)?;
    let own_name = Some(name(own)).filter(|name| !name.is_empty())?;
    let is_borne = lines.iter().any(|line| line.case != case && name(line) == own_name);
    let birth = own.row.birth_date.filter(|_| is_borne);
    Some(shown::with_birth(&own_name, birth))
}

/// Where a person stands, as a tag: its words say it, its colour helps to find it.
#[component]
pub fn StandingTag(standing: Standing) -> impl IntoView {
    let colour = match standing {
        Standing::FirstContactDue | Standing::AnswerDue => "nhsuk-tag nhsuk-tag--yellow",
        Standing::Accepted => "nhsuk-tag nhsuk-tag--green",
        Standing::Contested => "nhsuk-tag nhsuk-tag--orange",
        Standing::NoReferral | Standing::Declined | Standing::Closed => "nhsuk-tag nhsuk-tag--grey",
    };
    view! { <strong class=colour>{standing.words()}</strong> }
}

/// "Next tomorrow: walk to library"; nothing once the case is over.
pub fn next_words(line: &CaseLine, today: Date) -> Option<String> {
    if !is_open(line) {
        return None;
    }
    let said = if is_overdue(line, today) { say!("Overdue since") } else { say!("Next") };
    let step = line.row.next_step.reveal();
    match (line.row.next_on, step.is_empty()) {
        (Some(on), false) => Some(format!("{said} {}: {step}", shown::near_day(on, today))),
        (Some(on), true) => Some(format!("{said} {}", shown::near_day(on, today))),
        (None, false) => Some(format!("{said}: {step}")),
        (None, true) => None,
    }
}

fn seen_words(line: &CaseLine, today: Date) -> String {
    match (line.row.last_seen_on, line.row.venue.is_empty()) {
        (Some(on), false) => {
            said!(
                "Last seen {day}, {place}",
                day = shown::near_day(on, today),
                place = line.row.venue
            )
        }
        (Some(on), true) => said!("Last seen {day}", day = shown::near_day(on, today)),
        (None, _) => say!("Not seen yet").into(),
    }
}

/// Whether what was planned should have happened by now, and the case is still open.
pub fn is_overdue(line: &CaseLine, today: Date) -> bool {
    is_open(line) && line.row.next_on.is_some_and(|on| on < today)
}

/// Whether anything is still to be done in this case.
pub fn is_open(line: &CaseLine) -> bool {
    !matches!(line.row.standing, Standing::Closed | Standing::Declined | Standing::NoReferral)
}

/// A line of a list, for tests of what lists say and choose.
#[cfg(test)]
pub fn line_of(number: u8, standing: Standing) -> CaseLine {
    use shared::{case::CaseRow, personal::Personal};

    let text = |text: &str| Personal::new(text.to_owned());
    CaseLine {
        case: CaseId::from_random([number; 16]),
        row: CaseRow {
            family_name: text("Okafor"),
            given_names: text("Ada"),
            birth_date: None,
            nhs_number: text(""),
            practice: String::new(),
            standing,
            next_step: text(""),
            next_on: None,
            last_seen_on: None,
            venue: String::new(),
            drafts: 0,
            urgent: 0,
            contested_fields: 0,
            last_contact_on: None,
            logbook: None,
            concerns: 0,
            urgent_since: None,
            check_on: None,
            sent_back: 0,
        },
        state: SyncState::SavedHere,
    }
}

#[cfg(test)]
mod tests {
    use shared::personal::Personal;

    use super::*;

    const TODAY: Date = Date::constant(2026, 11, 23);

    #[test]
    fn what_comes_next_is_said_only_while_the_referral_is_open() {
        let mut line = line_of(1, Standing::Accepted);
        assert_eq!(next_words(&line, TODAY), None);
        line.row.next_step = Personal::new("Ring the library".into());
        assert_eq!(next_words(&line, TODAY).as_deref(), Some("Next: Ring the library"));
        line.row.next_on = Some(TODAY);
        assert_eq!(next_words(&line, TODAY).as_deref(), Some("Next today: Ring the library"));
        line.row.next_on = Some(Date::constant(2026, 11, 9));
        line.row.next_step = Personal::default();
        assert_eq!(next_words(&line, TODAY).as_deref(), Some("Overdue since Mon 9 Nov"));
        line.row.standing = Standing::Closed;
        assert_eq!(next_words(&line, TODAY), None);
    }

    #[test]
    fn two_people_of_one_name_are_told_apart_by_their_birth_dates() {
        let mut ada = line_of(1, Standing::Accepted);
        ada.row.birth_date = Some(Date::constant(1956, 3, 2));
        let (other, case) = (line_of(2, Standing::Accepted), ada.case);
        let called = |lines: &[CaseLine]| known_as(lines, case);
        assert_eq!(called(&[ada.clone()]).as_deref(), Some("Ada Okafor"));
        assert_eq!(called(&[ada, other.clone()]).as_deref(), Some("Ada Okafor, born 2 Mar 1956"));
        assert_eq!(called(&[other]), None);
    }

    #[test]
    fn a_line_leads_where_the_person_is_chosen_for() {
        let case = CaseId::from_random([1; 16]);
        assert_eq!(Choosing::Look.path(case), format!("/person/{case}"));
        assert!(Choosing::Contact.path(case).ends_with("/contact/new"));
        assert_eq!(Choosing::Urgent.path(case), format!("/urgent?about={case}"));
        let (open, over) = (line_of(1, Standing::Accepted), line_of(1, Standing::Closed));
        assert_eq!(Choosing::Contact.path_from(&open), Choosing::Contact.path(case));
        assert_eq!(Choosing::Contact.path_from(&over), Choosing::Look.path(case));
        assert_eq!(Choosing::Urgent.path_from(&over), Choosing::Urgent.path(case));
    }
}
