//! How this phone says where things are, and when.

use jiff::Timestamp;
use shared::{calendar, sync::SyncState};

use crate::clock;

/// One of the four honest states, in a few words.
pub fn state(state: &SyncState, now: Timestamp) -> String {
    match state {
        SyncState::SavedHere => say!("Saved on this phone").into(),
        SyncState::Waiting(count) => said!("{count} waiting to send"),
        SyncState::Sent(at) => said!("Sent {when}", when = when(*at, now)),
        SyncState::CannotSend(_) => say!("Cannot send").into(),
    }
}

/// When something was: the time today, else the day and the time, as London's clocks show them.
pub fn when(at: Timestamp, now: Timestamp) -> String {
    let (at, today) = (clock::in_london(at), clock::in_london(now).date());
    let time = calendar::clock_words(at.time());
    if at.date() == today { time } else { format!("{}, {time}", calendar::words_short(at.date())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_today_is_said_without_its_day() {
        let instant = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let now = instant("2026-11-23T16:00:00Z");
        assert_eq!(when(instant("2026-11-23T14:02:59Z"), now), "14:02");
        assert!(when(instant("2026-11-22T23:59:00Z"), now).ends_with("Nov, 23:59"));
        let sent = SyncState::Sent(instant("2026-11-23T14:02:59Z"));
        assert_eq!(state(&sent, now), "Sent 14:02");
        assert_eq!(state(&SyncState::Waiting(3), now), "3 waiting to send");
    }
}
