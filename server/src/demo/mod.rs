//! The invented service: one primary care network, two practices, a team, about sixty people in
//! every state of the journey, and a directory. Every name and number in it is made up; NHS
//! numbers are from the range that is for testing only.

mod journey;
mod logbook;
mod notes;
pub(crate) mod people;
mod phones;
mod scribe;

use std::collections::BTreeMap;

use rusqlite::Transaction;
use shared::{
    case::Role,
    directory::open_referral,
    document::Author,
    ids::{CaseId, UserId},
    ods::OdsCode,
};

use self::{journey::Journey, scribe::Scribe};
use crate::{
    clock,
    commands::Failure,
    projector, random,
    store::{
        Store, StoreError, cases, directory, numbers,
        people::{self as team, NewUser},
    },
};

/// The service's name.
const SERVICE: &str = "Eastvale Primary Care Network";
/// The two practices.
const PRACTICES: [(&str, &str); 2] =
    [("A99001", "Moss Road Surgery"), ("A99002", "St Mark's Health Centre")];
/// The team: name, role, the practice that they work for, and how its system names them.
const TEAM: [(&str, Role, Option<&str>, Option<&str>); 8] = [
    ("Bronwen Adeyemi", Role::LinkWorker, None, Some("BADEYEMI")),
    ("Tomasz Whitfield", Role::LinkWorker, None, Some("TWHITFIELD")),
    ("Farah Siddiqui", Role::LinkWorker, None, None),
    ("Gwen Pritchard", Role::LeadLinkWorker, None, Some("GPRITCHARD")),
    ("Marcus Lindqvist", Role::HealthAndWellbeingCoach, None, None),
    ("Helen Okonkwo", Role::PracticeStaff, Some("A99001"), None),
    ("Daniel Reyes", Role::PracticeStaff, Some("A99002"), None),
    ("Ruth Abernethy", Role::ServiceAdministrator, None, None),
];
/// The directory: invented services of the place.
const SERVICES: &[u8] = include_bytes!("../../demo/services.json");
/// The standard's own example, so that what a real feed brings is seen too.
const EXAMPLE: &[u8] = include_bytes!("../../demo/open-referral-uk/service_list.json");

/// Fills an empty store with the invented service; one that has people already stays as it is.
///
/// # Errors
/// When the database refuses.
pub fn seed(store: &Store) -> Result<(), Failure> {
    if store.read_now(|tx| Ok::<_, StoreError>(!team::team(tx)?.is_empty()))? {
        return Ok(());
    }
    store.write_now(|tx| {
        tx.execute("UPDATE meta SET service_name = ?1, demonstration = 1", [SERVICE])?;
        for feed in [SERVICES, EXAMPLE] {
            let import = open_referral::parse(feed).expect("the embedded feeds can be read");
            directory::put(tx, &import.taken)?;
        }
        let pens = hire(tx)?;
        numbers::replace(tx, &phones::numbers(clock::today()))?;
        write_cases(tx, &pens)?;
        // The second worker's, who notes what others forget.
        logbook::write(tx, &pens[1], clock::today())
    })?;
    projector::catch_up(store)?;
    Ok(())
}

/// The people who write, each with a device, in the order of [`TEAM`].
type Pens = Vec<Author>;

fn hire(tx: &Transaction<'_>) -> Result<Pens, StoreError> {
    let mut practices = BTreeMap::new();
    for (code, name) in PRACTICES {
        let ods = OdsCode::parse(code).expect("the invented codes have the form of a code");
        team::put_practice(tx, &ods, name)?;
        practices.insert(code, ods);
    }
    TEAM.into_iter()
        .map(|(name, role, practice, gp_username)| {
            let user = team::add_user(
                tx,
                &NewUser {
                    name: name.into(),
                    role,
                    practice: practice.map(|code| practices[code].clone()),
                    gp_username: gp_username.map(Into::into),
                },
            )?;
            let device = team::enrol_device(tx, user, clock::now_ms())?;
            Ok(Author { user, device, session: random::bytes() })
        })
        .collect()
}

fn write_cases(tx: &Transaction<'_>, pens: &Pens) -> Result<(), StoreError> {
    let today = clock::today();
    for (index, person) in people::PEOPLE.iter().enumerate() {
        let scribe = Scribe::new(pens, index, person, today);
        let assigned = scribe.assigned();
        let journey = Journey::of(index);
        let case = CaseId::from_random(random::bytes());
        let changes = scribe.write(case, journey);
        let users: Vec<UserId> = match journey {
            // Two phones wrote at once, so both workers have the case.
            Journey::Contested | Journey::TwoNames => vec![assigned, pens[(index + 1) % 3].user],
            _ => vec![assigned],
        };
        cases::append_server_changes(tx, case, &changes, &users)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
