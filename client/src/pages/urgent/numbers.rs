//! Whom to phone: the national numbers, which are in the app itself, and the service's own, which
//! come with its profile. Each says when it was last checked.

use jiff::civil::Date;
use leptos::prelude::*;
use shared::{
    calendar,
    case::event::UrgentAction,
    profile::{NumberKind, Profile, ServiceNumber},
};

use crate::{components::shown, draw::view};

/// After so many days a number says that it should be checked again.
const FRESH_DAYS: i64 = 365;

/// When the national numbers were last compared with what their organisations publish.
const CHECKED_ON: Date = Date::constant(2026, 11, 25);

/// A national number.
struct National {
    name: &'static str,
    /// As people read it.
    shown: &'static str,
    /// As a phone dials or texts it.
    link: &'static str,
    when: &'static str,
    /// Whether it agreed with what is published.
    is_checked: bool,
}

const EMERGENCY: National = National {
    name: say!("Immediate danger"),
    shown: "999",
    link: "tel:999",
    when: say!("Somebody may come to harm now."),
    is_checked: true,
};

const URGENT_HELP: National = National {
    name: say!("NHS urgent mental health help"),
    shown: say!("111, then option 2"),
    link: "tel:111",
    when: say!("At any time of day."),
    is_checked: true,
};

/// For the person to keep, or to phone together.
const HELPLINES: [National; 5] = [
    National {
        name: say!("Samaritans"),
        shown: "116 123",
        link: "tel:116123",
        when: say!("Somebody to talk with, at any time of day."),
        is_checked: true,
    },
    // Two numbers are published for it, so it says that nobody has made sure of this one.
    National {
        name: say!("National Suicide Prevention Helpline UK"),
        shown: "0800 689 5652",
        link: "tel:08006895652",
        when: say!("For anybody with thoughts of suicide. Not open at all hours."),
        is_checked: false,
    },
    National {
        name: say!("Papyrus HOPELINE247"),
        shown: "0800 068 4141",
        link: "tel:08000684141",
        when: say!("For people under 35, and whoever worries about one."),
        is_checked: true,
    },
    National {
        name: say!("CALM"),
        shown: "0800 58 58 58",
        link: "tel:0800585858",
        when: say!("5pm to midnight."),
        is_checked: true,
    },
    National {
        name: say!("Shout, by text"),
        shown: say!("Text SHOUT to 85258"),
        link: "sms:85258",
        when: say!("At any time of day."),
        is_checked: true,
    },
];

/// A number as the screen shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    name: String,
    shown: String,
    /// None for what is no one number.
    link: Option<String>,
    when: String,
    checked_on: Option<Date>,
}

fn national(number: &National) -> Number {
    Number {
        name: number.name.into(),
        shown: number.shown.into(),
        link: Some(number.link.into()),
        when: number.when.into(),
        checked_on: number.is_checked.then_some(CHECKED_ON),
    }
}

fn own(number: &ServiceNumber, profile: &Profile) -> Number {
    let kind = NumberKind::named(&number.kind).map_or("", NumberKind::words);
    let practice = match number.practice.as_str() {
        "" => "",
        ods => profile.practice_name(ods),
    };
    let parts = [kind, practice].into_iter().filter(|part| !part.is_empty());
    Number {
        name: number.name.clone(),
        shown: number.phone.clone(),
        link: shown::dialled(&number.phone),
        when: parts.collect::<Vec<_>>().join(", "),
        checked_on: Some(number.checked_on),
    }
}

/// The service's numbers of this kind: for a person those of their practice first, and of duty
/// lines no other practice's where theirs is known.
fn of_kind(profile: Option<&Profile>, kind: Option<NumberKind>, practice: &str) -> Vec<Number> {
    let Some(profile) = profile else { return Vec::new() };
    let numbers = profile.numbers.iter().flatten();
    let numbers = numbers.filter(|number| NumberKind::named(&number.kind) == kind);
    let is_theirs = |number: &&ServiceNumber| !practice.is_empty() && number.practice == practice;
    let theirs: Vec<&ServiceNumber> = numbers.clone().filter(is_theirs).collect();
    let is_enough = kind == Some(NumberKind::DutyLine) && !theirs.is_empty();
    let others = numbers.filter(|number| !is_enough && !is_theirs(number));
    theirs.into_iter().chain(others).map(|number| own(number, profile)).collect()
}

/// Whom to phone for what was chosen, in the order in which they are tried.
pub fn for_action(action: UrgentAction, profile: Option<&Profile>, practice: &str) -> Vec<Number> {
    let of = |kind| of_kind(profile, Some(kind), practice);
    let mut numbers = Vec::new();
    match action {
        UrgentAction::ImmediateDanger => {
            numbers.push(national(&EMERGENCY));
            numbers.extend(of(NumberKind::DutyLine));
        }
        UrgentAction::SameDayClinician => {
            numbers.extend(for_practice(profile, practice));
            numbers.push(national(&EMERGENCY));
        }
        UrgentAction::Safeguarding => {
            numbers.extend(of(NumberKind::Safeguarding));
            numbers.push(national(&EMERGENCY));
            numbers.extend(of(NumberKind::Manager));
        }
        UrgentAction::TalkedThrough => {
            numbers.extend(of(NumberKind::Supervisor));
            numbers.extend(of(NumberKind::Manager));
            numbers.extend(HELPLINES.iter().map(national));
        }
    }
    numbers
}

/// Who can take a concern over today: the practice's duty line first.
pub fn for_practice(profile: Option<&Profile>, practice: &str) -> Vec<Number> {
    let kinds = [NumberKind::DutyLine, NumberKind::CrisisTeam, NumberKind::AccessPoint];
    let own = kinds.into_iter().flat_map(|kind| of_kind(profile, Some(kind), practice));
    own.chain([national(&URGENT_HELP)]).collect()
}

/// Every number.
pub fn all(profile: Option<&Profile>, practice: &str) -> Vec<Number> {
    let mut numbers = vec![national(&EMERGENCY)];
    numbers.extend(for_practice(profile, practice));
    let others = [
        Some(NumberKind::Safeguarding),
        Some(NumberKind::Supervisor),
        Some(NumberKind::Manager),
        // Of a kind that this version does not know.
        None,
    ];
    for kind in others {
        numbers.extend(of_kind(profile, kind, practice));
    }
    numbers.extend(HELPLINES.iter().map(national));
    numbers
}

/// A list of numbers.
pub fn drawn(numbers: Vec<Number>, today: Date) -> AnyView {
    let lines = numbers.into_iter().map(|number| {
        let checked = checked_words(number.checked_on, today);
        view! {
            <li>
                <strong>{number.name}</strong>
                <span class="fp-quiet">{number.when}</span>
                {call(number.link, number.shown)}
                <span class="fp-quiet">{checked}</span>
            </li>
        }
    });
    view! { <ul class="fp-list fp-lines">{lines.collect::<Vec<_>>()}</ul> }.into_any()
}

/// The first of them in one line: "Moss Road duty doctor: 01632 960111. Last checked 3 Nov 2026".
pub fn numbers_line(number: &Number, today: Date) -> AnyView {
    let (name, call) = (number.name.clone(), call(number.link.clone(), number.shown.clone()));
    let checked = checked_words(number.checked_on, today);
    view! { <p>{name} ": " {call} " " <span class="fp-quiet">{checked}</span></p> }.into_any()
}

fn call(link: Option<String>, shown: String) -> AnyView {
    match link {
        Some(link) => view! { <a class="fp-call fp-target" href=link>{shown}</a> }.into_any(),
        None => view! { <span>{shown}</span> }.into_any(),
    }
}

fn checked_words(checked_on: Option<Date>, today: Date) -> String {
    match checked_on {
        None => say!(
            "Nobody has made sure of this number yet. If it does not answer, phone Samaritans."
        )
        .to_owned(),
        Some(on) if calendar::days_until(on, today) > FRESH_DAYS => {
            said!("Last checked {day}, over a year ago: tell your lead.", day = shown::date(on))
        }
        Some(on) => said!("Last checked {day}", day = shown::date(on)),
    }
}

#[cfg(test)]
mod tests {
    use shared::{
        case::Role,
        ids::{DeviceId, UserId},
        ods::OdsCode,
        profile::Practice,
    };

    use super::*;

    const TODAY: Date = Date::constant(2026, 11, 23);

    fn profile() -> Profile {
        let number = |name: &str, kind: &str, practice: &str| ServiceNumber {
            name: name.into(),
            phone: "+44 (0)1632 960111".into(),
            kind: kind.into(),
            practice: practice.into(),
            checked_on: TODAY,
        };
        let practice = |ods: &str, name: &str| Practice {
            ods: OdsCode::parse(ods).expect("a code"),
            name: name.into(),
        };
        Profile {
            version: 1,
            service_name: String::new(),
            demonstration: true,
            user: UserId::from_random([1; 16]),
            device: DeviceId::from_random([2; 16]),
            name: String::new(),
            role: Role::LinkWorker,
            practices: vec![practice("A99001", "Moss Road"), practice("A99002", "St Mark's")],
            team: Vec::new(),
            codes: Vec::new(),
            offline_hours: None,
            carry_key: None,
            numbers: Some(vec![
                number("Crisis team", "crisis_team", ""),
                number("Moss", "duty_line", "A99001"),
                number("Mark", "duty_line", "A99002"),
                number("Lead", "safeguarding", ""),
                number("Later", "from_a_later_version", ""),
            ]),
        }
    }

    fn names(numbers: &[Number]) -> Vec<&str> {
        numbers.iter().map(|number| number.name.as_str()).collect()
    }

    #[test]
    fn every_national_number_dials_what_it_shows() {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        for number in all(None, "") {
            let (shown, dialled) =
                (digits(&number.shown), digits(&number.link.unwrap_or_default()));
            // "111, then option 2" dials 111 alone.
            assert!(!dialled.is_empty() && shown.starts_with(&dialled), "{}", number.name);
        }
    }

    #[test]
    fn the_duty_line_of_the_persons_practice_comes_first_and_no_other_practices() {
        let profile = profile();
        let theirs = for_action(UrgentAction::SameDayClinician, Some(&profile), "A99002");
        assert_eq!(names(&theirs)[..2], ["Mark", "Crisis team"]);
        assert!(!names(&theirs).contains(&"Moss"));
        assert_eq!(theirs[0].when, "Practice duty line, St Mark's");
        assert_eq!(theirs[0].link.as_deref(), Some("tel:+441632960111"));
        // Without a practice that has one, all are offered.
        let any = for_practice(Some(&profile), "A99003");
        assert_eq!(names(&any)[..2], ["Moss", "Mark"]);
    }

    #[test]
    fn each_choice_begins_with_whom_it_is_about_and_danger_with_999() {
        let profile = profile();
        let first = |action| {
            let numbers = for_action(action, Some(&profile), "A99001");
            numbers[0].name.clone()
        };
        assert_eq!(first(UrgentAction::ImmediateDanger), "Immediate danger");
        assert_eq!(first(UrgentAction::SameDayClinician), "Moss");
        assert_eq!(first(UrgentAction::Safeguarding), "Lead");
        // A number of a kind that is not known is shown all the same.
        assert!(names(&all(Some(&profile), "")).contains(&"Later"));
    }

    #[test]
    fn a_number_says_when_it_was_checked_and_when_that_is_long_ago() {
        let said = |on| checked_words(on, TODAY);
        assert_eq!(said(Some(Date::constant(2026, 11, 3))), "Last checked 3 Nov 2026");
        assert!(said(Some(Date::constant(2025, 11, 3))).contains("over a year ago"));
        assert!(said(None).starts_with("Nobody has made sure"));
    }
}
