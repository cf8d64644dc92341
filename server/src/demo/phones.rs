//! Whom the invented service phones about an urgent concern. The numbers are from the ranges that
//! Ofcom keeps for drama: nobody answers them.

use jiff::{ToSpan, civil::Date};
use shared::profile::{NumberKind, ServiceNumber};

/// Who answers, their number, what it is for, the practice, and how many days ago it was checked.
/// One was not checked for over a year, so that it shows.
const NUMBERS: [(&str, &str, NumberKind, &str, i64); 7] = [
    ("Moss Road duty doctor", "01632 960111", NumberKind::DutyLine, "A99001", 22),
    ("St Mark's duty doctor", "01632 960122", NumberKind::DutyLine, "A99002", 22),
    ("Eastvale crisis team", "0808 157 0133", NumberKind::CrisisTeam, "", 40),
    ("Eastvale mental health access", "0808 157 0144", NumberKind::AccessPoint, "", 400),
    ("Dr Anneke Visser", "01632 960155", NumberKind::Safeguarding, "", 40),
    ("Dr Samir Haddad", "01632 960166", NumberKind::Supervisor, "", 22),
    ("Gwen Pritchard", "01632 960177", NumberKind::Manager, "", 22),
];

/// The list, as of this day.
pub(super) fn numbers(today: Date) -> Vec<ServiceNumber> {
    let number = |(name, phone, kind, practice, days_ago): (&str, &str, NumberKind, &str, i64)| {
        ServiceNumber {
            name: name.to_owned(),
            phone: phone.to_owned(),
            kind: kind.stored_name().to_owned(),
            practice: practice.to_owned(),
            checked_on: today.saturating_sub(days_ago.days()),
        }
    };
    NUMBERS.map(number).to_vec()
}
