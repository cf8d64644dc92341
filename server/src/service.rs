//! What the coding rules and the pages need to know of the service as a whole.

use std::collections::BTreeMap;

use jiff::{
    Timestamp,
    civil::{Date, Time},
};
use rusqlite::{Row, Transaction};
use shared::{
    coding::{AuthorFacts, Context},
    few::{Few, FewOf},
    ids::UserId,
    ods::OdsCode,
    snomed::AllowedCodes,
};

use crate::{
    clock,
    store::{StoreError, column, log},
};

/// What the coding rules and the pages need to know of the service as a whole.
#[derive(Debug, Clone)]
pub struct ServiceFacts {
    /// The service's name.
    pub name: String,
    /// Whether this is a demonstration, with invented people.
    pub demonstration: bool,
    /// The practices by code, with their names.
    pub practices: BTreeMap<OdsCode, String>,
    /// Everybody who ever wrote: the roles that they hold or held, the devices enrolled for them.
    pub authors: Few<UserId, AuthorFacts>,
    /// Names, and how the practice's system names them.
    pub names: BTreeMap<UserId, (String, Option<String>)>,
    /// The codes that the service allows.
    pub codes: AllowedCodes,
    /// The edition of SNOMED CT against which the service checked its codes, where it said so.
    pub snomed_edition_date: Option<Date>,
    /// When packs are closed by themselves, in London's time; none for never.
    pub cut_off: Option<Time>,
    /// When a backup was restored, until every phone has been in touch since: no pack is closed
    /// meanwhile.
    pub restored_at: Option<Timestamp>,
    /// Today, in London.
    pub today: Date,
    practice_codes: FewOf<OdsCode>,
}

/// Rises with the facts: two that are equal were read from the same ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactsVersion {
    profile_version: u64,
    /// A device is enrolled without a new profile, and never removed.
    last_device: i64,
    today: Date,
}

impl FactsVersion {
    /// Reads it, which costs next to nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn read(tx: &Transaction<'_>) -> Result<Self, StoreError> {
        let sql = "SELECT profile_version, (SELECT max(rowid) FROM device) FROM meta";
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let (profile_version, last_device) = tx.prepare_cached(sql)?.query_row([], read)?;
        Ok(Self { profile_version, last_device, today: clock::today() })
    }
}

impl ServiceFacts {
    /// Reads the facts as they stand in this transaction.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn load(tx: &Transaction<'_>) -> Result<Self, StoreError> {
        let sql = "SELECT service_name, demonstration, snomed_edition_date, cut_off, restored_at
             FROM meta";
        let read = |row: &Row<'_>| {
            let [edition, cut_off, restored_at] =
                [row.get::<_, String>(2)?, row.get(3)?, row.get(4)?];
            Ok((row.get(0)?, row.get(1)?, edition, cut_off, restored_at))
        };
        let (name, demonstration, edition, cut_off, restored_at) = tx.query_row(sql, [], read)?;
        let practices = load_practices(tx)?;
        Ok(Self {
            name,
            demonstration,
            practice_codes: practices.keys().cloned().collect(),
            practices,
            authors: load_authors(tx)?,
            names: load_names(tx)?,
            codes: load_codes(tx)?,
            snomed_edition_date: edition.parse().ok(),
            cut_off: cut_off.parse().ok(),
            restored_at: restored_at.parse().ok(),
            today: clock::today(),
        })
    }

    /// The name of somebody of the team, of now or of before.
    pub fn name(&self, user: &UserId) -> &str {
        self.names.get(user).map_or("Somebody no longer on the team", |(name, _)| name)
    }

    /// Their names, one after the other.
    pub fn names_of(&self, users: &[UserId]) -> String {
        let names: Vec<&str> = users.iter().map(|user| self.name(user)).collect();
        names.join(", ")
    }

    /// The context of one case.
    pub fn context(&self, likely_duplicate: bool) -> Context<'_> {
        Context {
            today: self.today,
            demonstration: self.demonstration,
            practices: &self.practice_codes,
            authors: &self.authors,
            codes: &self.codes,
            likely_duplicate,
        }
    }
}

fn load_practices(tx: &Transaction<'_>) -> Result<BTreeMap<OdsCode, String>, StoreError> {
    let mut statement = tx.prepare("SELECT ods, name FROM practice")?;
    let rows = statement.query_map([], |row| Ok((column::practice(row, 0)?, row.get(1)?)))?;
    let mut practices = BTreeMap::new();
    for row in rows {
        if let (Some(ods), name) = row? {
            practices.insert(ods, name);
        }
    }
    Ok(practices)
}

fn load_authors(tx: &Transaction<'_>) -> Result<Few<UserId, AuthorFacts>, StoreError> {
    let mut authors: Few<UserId, AuthorFacts> = Few::new();
    // In order, since the list is one that is quick to put the next one in.
    let mut statement = tx.prepare("SELECT user, role FROM user_role ORDER BY user")?;
    let rows = statement.query_map([], |row| Ok((column::user(row, 0)?, column::role(row, 1)?)))?;
    for row in rows {
        let (user, role) = row?;
        authors.or_default(user).roles.insert(role);
    }
    // Revoked devices count: what was written on them before stays its author's.
    let mut statement = tx.prepare("SELECT user, id FROM device")?;
    let rows =
        statement.query_map([], |row| Ok((column::user(row, 0)?, column::device(row, 1)?)))?;
    for row in rows {
        let (user, device) = row?;
        let facts = authors.or_default(user);
        facts.devices.get_or_insert_default().insert(device);
    }
    // The server knows every device: a person without one has signed nothing.
    for (_, facts) in authors.iter_mut() {
        facts.devices.get_or_insert_default();
    }
    Ok(authors)
}

fn load_names(
    tx: &Transaction<'_>,
) -> Result<BTreeMap<UserId, (String, Option<String>)>, StoreError> {
    let mut statement = tx.prepare("SELECT id, name, gp_username FROM user")?;
    let rows =
        statement.query_map([], |row| Ok((column::user(row, 0)?, (row.get(1)?, row.get(2)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn load_codes(tx: &Transaction<'_>) -> Result<AllowedCodes, StoreError> {
    let mut codes = AllowedCodes::default();
    for (concept, term) in allowed_codes(tx)? {
        if codes.allow(&concept, &term).is_err() {
            // They were checked when they were entered, so this is a damaged row.
            tracing::warn!(concept, "an allowed code in the database is not valid");
        }
    }
    Ok(codes)
}

/// Sets for how long a phone may be read without hearing from the service.
///
/// # Errors
/// When the database refuses.
pub fn set_offline_hours(tx: &Transaction<'_>, hours: u16) -> Result<(), StoreError> {
    let sql = "UPDATE meta SET offline_hours = ?1 WHERE offline_hours <> ?1";
    match tx.execute(sql, [hours])? {
        0 => Ok(()),
        _ => log::raise_profile_version(tx),
    }
}

/// Notes that a backup was restored, or with none that every phone has been in touch since.
///
/// # Errors
/// When the database refuses.
pub fn set_restored(tx: &Transaction<'_>, at: Option<Timestamp>) -> Result<(), StoreError> {
    let at = at.map(|at| at.to_string()).unwrap_or_default();
    tx.execute("UPDATE meta SET restored_at = ?1", [at])?;
    Ok(())
}

/// Sets when packs are closed by themselves, in London's time; none for never.
///
/// # Errors
/// When the database refuses.
pub fn set_cut_off(tx: &Transaction<'_>, at: Option<Time>) -> Result<(), StoreError> {
    let at = at.map(|at| at.strftime("%H:%M").to_string()).unwrap_or_default();
    tx.execute("UPDATE meta SET cut_off = ?1", [at])?;
    Ok(())
}

/// Sets the edition of SNOMED CT against which the service checked its codes.
///
/// # Errors
/// When the database refuses.
pub fn set_snomed_edition(tx: &Transaction<'_>, date: Date) -> Result<(), StoreError> {
    tx.execute("UPDATE meta SET snomed_edition_date = ?1", [date.to_string()])?;
    Ok(())
}

/// The codes that an administrator allows beside the two built in: identifier and term.
///
/// # Errors
/// When the database refuses.
pub fn allowed_codes(tx: &Transaction<'_>) -> Result<Vec<(String, String)>, StoreError> {
    let mut statement = tx.prepare("SELECT concept, term FROM allowed_code ORDER BY concept")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use shared::{case::Role, ids::DeviceId};

    use super::*;
    use crate::store::{
        bare::BareStore,
        people::{self, NewUser},
    };

    #[test]
    fn a_new_person_and_a_new_device_are_another_version_of_the_facts() {
        let amina = NewUser {
            name: "Amina".into(),
            role: Role::LinkWorker,
            practice: None,
            gp_username: None,
        };
        let store = BareStore::new().unwrap();
        let versions = store.read(|tx| {
            let before = FactsVersion::read(tx)?;
            let user = people::add_user(tx, &amina)?;
            let hired = FactsVersion::read(tx)?;
            people::put_device(tx, user, DeviceId::from_random([1; 16]), 0)?;
            Ok([before, hired, FactsVersion::read(tx)?, FactsVersion::read(tx)?])
        });
        let [before, hired, enrolled, same] = versions.unwrap();
        assert!(before != hired && hired != enrolled);
        assert_eq!(enrolled, same);
    }
}
