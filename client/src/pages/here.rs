//! Where the worker is: asked once, and then where every contact begins.
//!
//! It is held in memory alone. A place may be somebody's home, so it is not stored outside records,
//! and it is only ever proposed when several people were met there.

use std::cell::RefCell;

use jiff::civil::Date;
use shared::{few::Few, ordered};

use crate::engine::CaseLine;

/// How many places are offered.
const PLACES_MAX: usize = 4;

thread_local! {
    /// Where the worker said that they are, since the app was opened.
    static SAID: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The worker says where they are.
pub fn say(place: String) {
    SAID.set(Some(place));
}

/// Where the worker said that they are.
pub fn said() -> Option<String> {
    SAID.with_borrow(Clone::clone)
}

/// Where the worker is as far as this phone knows: where they said, or else where they met people
/// last.
pub fn now(rows: &[CaseLine]) -> Option<String> {
    of(said(), rows)
}

fn of(said: Option<String>, rows: &[CaseLine]) -> Option<String> {
    said.or_else(|| places(rows).into_iter().next())
}

/// Places where more than one person was met, the latest first.
pub fn places(rows: &[CaseLine]) -> Vec<String> {
    let mut met: Few<&str, (usize, Date)> = Few::new();
    for row in rows.iter().map(|line| &line.row) {
        let Some(on) = row.last_seen_on else { continue };
        let place = row.venue.trim();
        let (people, last) = met.get(&place).copied().unwrap_or((0, on));
        met.insert(place, (people + 1, on.max(last)));
    }
    // One person's place may be their home, which is nobody else's business.
    let is_shared = |(place, (people, _)): &(&str, (usize, Date))| !place.is_empty() && *people > 1;
    let mut places: Vec<_> = met.into_iter().filter(is_shared).collect();
    ordered::sort_by_key(&mut places, |(place, (people, last))| {
        (std::cmp::Reverse((*last, *people)), *place)
    });
    places.into_iter().take(PLACES_MAX).map(|(place, _)| place.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use shared::case::Standing;

    use super::*;
    use crate::components::person_line::line_of;

    fn met(number: u8, day: i8, venue: &str) -> CaseLine {
        let mut line = line_of(number, Standing::Accepted);
        line.row.last_seen_on = Some(Date::constant(2026, 11, day));
        line.row.venue = venue.into();
        line
    }

    #[test]
    fn a_place_is_proposed_only_where_several_people_were_met() {
        let rows = [
            met(1, 20, "4 Acacia Avenue"),
            met(2, 12, "Library"),
            met(3, 11, "Library "),
            met(4, 10, "Church hall"),
            met(5, 18, "Church hall"),
            met(6, 19, ""),
            met(7, 19, ""),
        ];
        assert_eq!(places(&rows), ["Church hall", "Library"]);
        assert_eq!(of(None, &rows).as_deref(), Some("Church hall"));
        assert_eq!(of(None, &[]), None);
    }

    #[test]
    fn what_the_worker_said_comes_first() {
        let rows = [met(1, 1, "Library"), met(2, 1, "Library")];
        assert_eq!(of(Some("Allotment".into()), &rows).as_deref(), Some("Allotment"));
    }
}
