//! Which contact a screen is about, and where it begins when nothing was written yet.

use shared::{
    case::{Case, ContactDraft, Fact},
    ids::{CaseId, EventId},
};

use crate::{
    engine::{CaseLine, CaseRead, Engine},
    pages::here,
};

/// Why a contact cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// It is signed or thrown away.
    Ended,
    /// The person is not on this phone.
    NoPerson,
    /// The person's record cannot be read.
    Unreadable,
    /// Nobody referred the person.
    NoReferral,
    /// Nobody is signed in.
    SignedOut,
    /// There is nothing to check.
    NotBegun,
}

impl Closed {
    /// What is so, and what to do.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Ended => (
                say!("This contact is finished"),
                say!("It was signed or thrown away. To write another one, go to the person."),
            ),
            Self::NoPerson => (
                say!("This person is not on this phone"),
                say!("They may have arrived since, or belong to another team. Look in People."),
            ),
            Self::Unreadable => (
                say!("This record cannot be read"),
                say!("Nothing is lost, but nothing can be added. Tell your service administrator."),
            ),
            Self::NoReferral => (
                say!("There is no referral yet"),
                say!("A contact belongs to a referral. Record the referral on the person first."),
            ),
            Self::SignedOut => (
                say!("Nobody is signed in"),
                say!("Open the sign-in link of your service on this phone."),
            ),
            Self::NotBegun => (
                say!("There is nothing to check"),
                say!("Nothing was written in this contact yet."),
            ),
        }
    }
}

/// What was written of this contact, or none.
///
/// # Errors
/// Why it cannot be opened at all.
pub async fn written(
    engine: Engine,
    case: CaseId,
    draft: EventId,
) -> Result<Option<ContactDraft>, Closed> {
    // The way back through the browser's history must not open it again.
    if engine.is_finished(draft) {
        return Err(Closed::Ended);
    }
    Ok(engine.working(case, draft).await)
}

/// A contact as it begins: now, and here.
///
/// # Errors
/// Why none can begin.
pub fn begin(engine: Engine, read: CaseRead) -> Result<ContactDraft, Closed> {
    let view = read.ok_or(Closed::NoPerson)?.map_err(|_| Closed::Unreadable)?;
    let episode = view.case.current_episode().ok_or(Closed::NoReferral)?;
    let profile = engine.profile().get_untracked().ok_or(Closed::SignedOut)?;
    let venue = engine.rows().with_untracked(|rows| venue_of(&view.case, rows));
    Ok(ContactDraft::new(profile.user, episode.id, engine.wall_clock(), venue))
}

/// Where a contact begins: where the worker said that they are, else where this person was met
/// last, else where the worker met people last.
fn venue_of(case: &Case, rows: &[CaseLine]) -> String {
    let last = || Some(last_venue(case)).filter(|venue| !venue.is_empty());
    here::said().or_else(last).or_else(|| here::now(rows)).unwrap_or_default()
}

/// Where this person was met last.
fn last_venue(case: &Case) -> String {
    let contacts = case.standing().filter_map(|entry| match &entry.current.fact {
        Fact::Contact(contact) => Some((entry.current.at, contact)),
        _ => None,
    });
    let last = contacts.max_by_key(|(at, _)| *at);
    last.map(|(_, contact)| contact.venue.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use shared::few::Few;

    use jiff::{Timestamp, civil::date};
    use shared::{
        case::{Event, Person, Role},
        ids::UserId,
    };

    use super::*;

    #[test]
    fn a_contact_begins_where_the_person_was_met_last() {
        let by = UserId::from_random([1; 16]);
        let met = |day: i8, venue: &str| {
            let at = date(2026, 11, day).at(14, 0, 0, 0);
            let draft = ContactDraft::new(by, EventId::new(1, 1), at, venue.into());
            let id = || EventId::new(day.unsigned_abs().into(), 2);
            draft
                .sign(Role::LinkWorker, date(2026, 11, 30), Timestamp::UNIX_EPOCH, id)
                .expect("nothing is wrong with it")
        };
        let events: Vec<Event> = met(20, "Library").into_iter().chain(met(3, "Hall")).collect();
        let id = CaseId::from_random([2; 16]);
        let fold = |events: Vec<Event>| {
            Case::fold(id, Person::default(), events, Few::new(), &mut Vec::new())
        };
        assert_eq!(last_venue(&fold(events)), "Library");
        assert_eq!(last_venue(&fold(Vec::new())), "");
    }
}
