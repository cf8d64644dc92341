//! What to do when somebody signs in on a phone that may hold somebody else's work.

use shared::profile::Profile;

/// What to do with what the phone holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// The same sign-in as before.
    GoOn,
    /// The same person signed in anew, and writes as another device from now on.
    GoOnAnew,
    /// Nothing here, or nothing that the server lacks: make room.
    StartAfresh,
    /// Somebody else's work has not been sent: it must not be sent in this person's name, nor lost.
    Refuse,
}

/// Decides, from who was here before and who is signed in now.
pub fn arrival(before: Option<&Profile>, now: &Profile, has_unsent_work: bool) -> Arrival {
    match before {
        Some(before) if before.user != now.user && has_unsent_work => Arrival::Refuse,
        Some(before) if before.user != now.user => Arrival::StartAfresh,
        Some(before) if before.device != now.device => Arrival::GoOnAnew,
        Some(_) => Arrival::GoOn,
        None => Arrival::StartAfresh,
    }
}

#[cfg(test)]
mod tests {
    use shared::{
        case::Role,
        ids::{DeviceId, UserId},
    };

    use super::*;

    fn profile(user: u8, device: u8) -> Profile {
        Profile {
            version: 1,
            service_name: "Invented".into(),
            demonstration: true,
            user: UserId::from_random([user; 16]),
            device: DeviceId::from_random([device; 16]),
            name: "Somebody".into(),
            role: Role::LinkWorker,
            practices: Vec::new(),
            team: Vec::new(),
            codes: Vec::new(),
            offline_hours: None,
            carry_key: None,
            numbers: None,
        }
    }

    #[test]
    fn one_persons_unsent_work_is_never_opened_under_another_persons_name() {
        let check = |before: Option<(u8, u8)>, has_unsent_work| {
            let before = before.map(|(user, device)| profile(user, device));
            arrival(before.as_ref(), &profile(1, 1), has_unsent_work)
        };
        assert_eq!(check(None, false), Arrival::StartAfresh);
        assert_eq!(check(Some((1, 1)), true), Arrival::GoOn);
        assert_eq!(check(Some((1, 2)), true), Arrival::GoOnAnew);
        assert_eq!(check(Some((2, 2)), false), Arrival::StartAfresh);
        assert_eq!(check(Some((2, 2)), true), Arrival::Refuse);
    }
}
