//! What each practice is to enter, worked out from the cases.

use rusqlite::{Error, Transaction, params};
use sha2::{Digest, Sha256};
use shared::{
    calendar,
    case::{Case, Concern, Defect, Episode, Fact, Field, Status, event::Consent},
    coding::{self, CodedEntry, HeldEntry, NotCoded},
    ids::{CaseId, EpisodeId, EventId},
};

use super::{alike, logbook, reports};
use crate::{pack::summary::Summary, service::ServiceFacts};

/// The tables that hold nothing but what [`project`] makes of the cases, each after those that it
/// refers to. `fingerpost verify` empties a copy of them and works them out again.
pub const TABLES: &[&str] = &[
    "coded_entry",
    "held_entry",
    "activity",
    "urgent_concern",
    "match_key",
    "alike",
    "standing",
    "logged_activity",
    "case_study",
    "suggestion",
    "report_episode",
    "report_contact",
    "report_signposting",
    "report_need",
    "report_wellbeing",
];

/// Empties the ledger of one case.
///
/// # Errors
/// When the database refuses.
pub fn forget(tx: &Transaction<'_>, case: CaseId) -> Result<(), Error> {
    for table in TABLES {
        let sql = format!("DELETE FROM {table} WHERE case_id = ?1");
        tx.prepare_cached(&sql)?.execute([case.as_bytes()])?;
    }
    alike::forget(tx, case)
}

/// Brings the ledger up to date with one case. What another case says makes no difference here but
/// that both are noted where they are alike.
///
/// # Errors
/// When the database refuses.
pub fn project(
    tx: &Transaction<'_>,
    case: &Case,
    defects: &[Defect],
    facts: &ServiceFacts,
) -> Result<(), Error> {
    forget(tx, case.id)?;
    let coding = coding::code(case, defects, &facts.context(false));
    let ledger = Ledger { tx, case, facts };
    coding.coded.iter().try_for_each(|entry| ledger.put_coded(entry))?;
    coding.held.iter().try_for_each(|entry| ledger.put_held(entry))?;
    coding.not_coded.iter().try_for_each(|entry| ledger.put_activity(entry))?;
    case.concerns().try_for_each(|concern| ledger.put_urgent(&concern))?;
    ledger.put_standing()?;
    logbook::project(tx, case)?;
    reports::project(tx, case)?;
    for key in coding::match_keys(&case.person) {
        let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        let is_number = key.starts_with(coding::NHS_NUMBER_PREFIX);
        let sql = "INSERT INTO match_key (key_hash, case_id, is_nhs_number) VALUES (?1, ?2, ?3)";
        tx.prepare_cached(sql)?.execute(params![hash, case.id.as_bytes(), is_number])?;
    }
    alike::find(tx, case.id)
}

struct Ledger<'a> {
    tx: &'a Transaction<'a>,
    case: &'a Case,
    facts: &'a ServiceFacts,
}

impl Ledger<'_> {
    fn field(&self, field: Field) -> &str {
        self.case.person.shown(field)
    }

    /// The practice that may see what is held; empty while two people disagree on which it is,
    /// since one of the two would be told of somebody who is not its patient.
    fn practice(&self) -> &str {
        self.case.person.register(Field::PracticeOds).settled().unwrap_or_default()
    }

    fn nhs_number(&self) -> String {
        let number = self.case.person.nhs_number().ok().flatten();
        number.map_or_else(|| self.field(Field::NhsNumber).to_owned(), |number| number.digits())
    }

    fn put_coded(&self, entry: &CodedEntry) -> Result<(), Error> {
        let practice = self.case.person.practice();
        let practice = practice.expect("an entry without a known practice is held");
        let row_id = coding::row_id(&practice, entry.episode, entry.concept, 0).to_string();
        let code = entry.concept.to_string();
        let term = self.facts.codes.term(&entry.concept).unwrap_or_default();
        let event = &self.case.entries[&entry.event].original;
        let (date, recorded_at) = (entry.on.to_string(), event.recorded_at.to_string());
        let nhs_number = self.nhs_number();
        let role = entry.role.stored_name();
        let evidence = evidence_hash(&[
            &practice.to_string(),
            &nhs_number,
            self.field(Field::FamilyName),
            self.field(Field::GivenNames),
            self.field(Field::BirthDate),
            self.field(Field::Sex),
            &code,
            &date,
            &entry.by.to_string(),
            role,
        ]);
        let sql = "INSERT INTO coded_entry (row_id, case_id, practice, episode, event, snomed_code,
             snomed_term, event_date, recorded_at, author, author_role, contact_type,
             consent_scope, hide_online, nhs_number, family_name, given_names, birth_date, sex,
             evidence_hash, summary)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
             ?18, ?19, ?20, ?21)";
        let summary = match entry.consent {
            Consent::CodeAndSummary => Summary::of(self.case, entry.episode).to_text(),
            Consent::CodeOnly | Consent::Withheld => String::new(),
        };
        self.tx.prepare_cached(sql)?.execute(params![
            row_id,
            self.case.id.as_bytes(),
            practice.as_str(),
            entry.episode.to_string(),
            entry.event.to_string(),
            code,
            term,
            date,
            recorded_at,
            entry.by.as_bytes(),
            role,
            self.contact_type(entry.event),
            consent_scope(entry.consent),
            entry.hide_online_suggested,
            nhs_number,
            self.field(Field::FamilyName),
            self.field(Field::GivenNames),
            self.field(Field::BirthDate),
            self.field(Field::Sex),
            evidence,
            summary,
        ])?;
        Ok(())
    }

    /// How they met when the answer was given; empty where the record does not say.
    fn contact_type(&self, event: EventId) -> &'static str {
        let source = match &self.case.entries[&event].current.fact {
            Fact::Accepted(decision) | Fact::Declined(decision) => decision.contact,
            Fact::Signposted(signposted) => signposted.contact,
            _ => None,
        };
        let contact = source.and_then(|source| self.case.entries.get(&source));
        match contact.map(|contact| &contact.current.fact) {
            Some(Fact::Contact(contact)) => contact.mode.words(),
            _ => "",
        }
    }

    fn put_held(&self, entry: &HeldEntry) -> Result<(), Error> {
        let sql = "INSERT INTO held_entry (case_id, event, practice, snomed_code, event_date,
             author, nhs_number, family_name, given_names, birth_date, reason, words, unnamed,
             episode)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
        let unnamed = self.shares_nothing(entry.episode);
        let code = entry.concept.map(|concept| concept.to_string()).unwrap_or_default();
        for reason in &entry.reasons {
            self.tx.prepare_cached(sql)?.execute(params![
                self.case.id.as_bytes(),
                entry.event.to_string(),
                self.practice(),
                code,
                entry.on.to_string(),
                entry.by.as_bytes(),
                self.nhs_number(),
                self.field(Field::FamilyName),
                self.field(Field::GivenNames),
                self.field(Field::BirthDate),
                reason.name(),
                reason.words(),
                unnamed,
                entry.episode.to_string(),
            ])?;
        }
        Ok(())
    }

    /// Whether some answer of the episode keeps everything from the practice: then its file of
    /// exceptions must not say what the worklist may not.
    fn shares_nothing(&self, episode: EpisodeId) -> bool {
        let withheld = |fact: &Fact| match fact {
            Fact::Accepted(decision) | Fact::Declined(decision) => {
                decision.episode == episode && decision.consent == Consent::Withheld
            }
            _ => false,
        };
        self.case.standing().any(|entry| withheld(&entry.current.fact))
    }

    fn put_standing(&self) -> Result<(), Error> {
        let episodes = self.case.episodes();
        let logbook = self.case.logbook().is_some();
        // A case that nobody has written a referral into yet is carried all the same.
        let carried = !logbook && (episodes.is_empty() || episodes.iter().any(Episode::is_open));
        let contested = episodes.iter().any(|episode| episode.status() == Status::Contested);
        let sql = "INSERT INTO standing (case_id, carried, contested, logbook)
             VALUES (?1, ?2, ?3, ?4)";
        self.tx.prepare_cached(sql)?.execute(params![
            self.case.id.as_bytes(),
            carried,
            contested,
            logbook,
        ])?;
        Ok(())
    }

    fn put_activity(&self, entry: &NotCoded) -> Result<(), Error> {
        let sql =
            "INSERT INTO activity (case_id, event, event_date, author, minutes, reason, words)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        self.tx.prepare_cached(sql)?.execute(params![
            self.case.id.as_bytes(),
            entry.event.to_string(),
            entry.on.to_string(),
            entry.by.as_bytes(),
            entry.minutes,
            entry.reason.name(),
            entry.reason.words(),
        ])?;
        Ok(())
    }

    /// That there is a concern, for whom, since when and what became of it: never what was said.
    fn put_urgent(&self, concern: &Concern<'_>) -> Result<(), Error> {
        let told = concern.informed.map(|entry| (entry.current.at, &entry.current.fact));
        let (informed, informed_at) = match told {
            Some((at, Fact::Informed(informed))) => {
                (informed.who.reveal().as_str(), at.to_string())
            }
            _ => ("", String::new()),
        };
        let owner = match concern.handover.map(|entry| &entry.current.fact) {
            Some(Fact::Handover(handover)) => handover.to.reveal().as_str(),
            _ => "",
        };
        let check_on = concern.check_on().map(|on| on.to_string()).unwrap_or_default();
        let entry = concern.entry;
        let sql = "INSERT INTO urgent_concern (case_id, event, practice, event_date, author,
             nhs_number, family_name, given_names, birth_date, event_time, informed, informed_at,
             owner, check_on)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
        self.tx.prepare_cached(sql)?.execute(params![
            self.case.id.as_bytes(),
            entry.original.id.to_string(),
            self.practice(),
            entry.on().to_string(),
            entry.original.by.as_bytes(),
            self.nhs_number(),
            self.field(Field::FamilyName),
            self.field(Field::GivenNames),
            self.field(Field::BirthDate),
            calendar::clock_words(entry.current.at.time()),
            informed,
            informed_at,
            owner,
            check_on,
        ])?;
        Ok(())
    }
}

fn consent_scope(consent: Consent) -> &'static str {
    match consent {
        Consent::CodeOnly => "code_only",
        Consent::CodeAndSummary => "code_and_summary",
        Consent::Withheld => "withheld",
    }
}

/// A hash over fields, each with its length, so that none runs into the next.
fn evidence_hash(fields: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for field in fields {
        hasher.update(u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(field.as_bytes());
    }
    hex(&hasher.finalize())
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
