//! A case as one line of a caseload: what a list shows without opening the document.

use jiff::civil::Date;

use super::{
    Case, Episode, Fact, Field, Logbook, Status,
    event::{Contact, ContactOutcome},
};
use crate::{
    personal::Personal,
    stored::{names, record},
    text,
};

/// One line of a caseload.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseRow {
    /// "Family, Given", as the list sorts.
    pub family_name: Personal<String>,
    /// Given names.
    pub given_names: Personal<String>,
    /// Tells two people of one name apart.
    pub birth_date: Option<Date>,
    /// Ten digits, or what was written instead.
    pub nhs_number: Personal<String>,
    /// The practice's ODS code, as written.
    pub practice: String,
    /// Where the person's current episode stands.
    pub standing: Standing,
    /// What is to happen next.
    pub next_step: Personal<String>,
    /// When.
    pub next_on: Option<Date>,
    /// When they last met.
    pub last_seen_on: Option<Date>,
    /// Where they last met.
    pub venue: String,
    /// Contacts that are being written.
    pub drafts: u32,
    /// Urgent concerns that nobody has taken over.
    pub urgent: u32,
    /// Fields of identity in which two values stand at once.
    pub contested_fields: u32,
    /// The day of the latest contact or attempt of any episode. Records from before this field do not
    /// say.
    pub last_contact_on: Option<Date>,
    /// Whose logbook it is, where it is one and about nobody: not a line of the caseload then.
    /// Records from before this field are of people.
    pub logbook: Option<Logbook>,
    /// Urgent concerns that stand, taken over or not.
    pub concerns: u32,
    /// Since when the oldest urgent concern waits that nobody has taken over.
    pub urgent_since: Option<Date>,
    /// When somebody is to check on the person after an urgent concern.
    pub check_on: Option<Date>,
    /// Entries that a practice sent back, and that nobody has looked at.
    pub sent_back: u32,
}

/// Where a person's current episode stands, as a list shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// No referral could be read.
    NoReferral,
    /// Referred; no contact yet.
    FirstContactDue,
    /// In contact; no answer yet.
    AnswerDue,
    /// Accepted and open.
    Accepted,
    /// The person declined.
    Declined,
    /// Accepted and declined both stand.
    Contested,
    /// Closed.
    Closed,
}

record! {
    CaseRow {
        family_name, given_names, birth_date, nhs_number, practice, standing, next_step, next_on,
        last_seen_on, venue, drafts, urgent, contested_fields, last_contact_on: if_some,
        logbook: if_some, concerns: or_zero, urgent_since: if_some, check_on: if_some, sent_back: or_zero,
    }
}

names! {
    Standing {
        NoReferral = "no_referral",
        FirstContactDue = "first_contact_due",
        AnswerDue = "answer_due",
        Accepted = "accepted",
        Declined = "declined",
        Contested = "contested",
        Closed = "closed",
    }
}

impl Standing {
    /// The standing in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::NoReferral => say!("No referral"),
            Self::FirstContactDue => say!("First contact due"),
            Self::AnswerDue => say!("Answer due"),
            Self::Accepted => say!("Accepted"),
            Self::Declined => say!("Declined"),
            Self::Contested => say!("Two answers"),
            Self::Closed => say!("Closed"),
        }
    }
}

impl CaseRow {
    /// The line of a case.
    pub fn of(case: &Case) -> Self {
        let person = &case.person;
        let episode = case.current_episode();
        let standing = episode.as_ref().map_or(Standing::NoReferral, |episode| {
            match (episode.status(), episode.contacts.is_empty()) {
                (Status::Waiting, true) => Standing::FirstContactDue,
                (Status::Waiting, false) => Standing::AnswerDue,
                (Status::Accepted, _) => Standing::Accepted,
                (Status::Declined, _) => Standing::Declined,
                (Status::Contested, _) => Standing::Contested,
                (Status::Closed, _) => Standing::Closed,
            }
        });
        let contacts = episode.iter().flat_map(|episode| episode.contacts.iter().rev());
        let contacts = contacts.filter_map(|entry| match &entry.current.fact {
            Fact::Contact(contact) => Some(contact),
            _ => None,
        });
        // What was planned with somebody who has left or declined is no longer due.
        let goes_on = episode.as_ref().is_none_or(Episode::is_open);
        let plan = contacts.filter(|_| goes_on).find(|contact| contact.says_what_is_next());
        let seen = last_seen(case);
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let open = case.concerns().filter(|concern| concern.handover.is_none());
        Self {
            family_name: Personal::new(person.shown(Field::FamilyName).to_owned()),
            given_names: Personal::new(person.shown(Field::GivenNames).to_owned()),
            birth_date: person.birth_date(),
            nhs_number: Personal::new(person.shown(Field::NhsNumber).to_owned()),
            practice: person.shown(Field::PracticeOds).to_owned(),
            standing,
            next_step: plan.map(|contact| contact.next_step.clone()).unwrap_or_default(),
            next_on: plan.and_then(|contact| contact.next_on),
            last_seen_on: seen.map(|(on, _)| on),
            venue: seen.map(|(_, contact)| contact.venue.clone()).unwrap_or_default(),
            drafts: count(case.drafts.len()),
            urgent: count(case.urgent_without_owner().count()),
            contested_fields: count(person.contested_identity().count()),
            last_contact_on: last_contact_on(case),
            logbook: case.logbook(),
            concerns: count(case.concerns().count()),
            urgent_since: open.map(|concern| concern.entry.on()).min(),
            check_on: case.concerns().filter_map(|concern| concern.check_on()).min(),
            sent_back: count(case.sent_back().len()),
        }
    }

    /// Whether somebody may have had a contact with this person since a day, or tried to.
    pub fn may_have_contact_since(&self, day: Date) -> bool {
        match self.last_contact_on {
            Some(on) => on >= day,
            None => !matches!(self.standing, Standing::NoReferral | Standing::FirstContactDue),
        }
    }

    /// What a list of work calls it: the person's name, or that it is the reader's own logbook.
    pub fn known_as(&self) -> String {
        match self.logbook {
            Some(_) => say!("Your logbook").into(),
            None => format!("{} {}", self.given_names.reveal(), self.family_name.reveal()),
        }
    }

    /// Whether every word that was typed begins a word of the name, is in the NHS number, or
    /// begins a word of the place. A number may be typed with spaces or hyphens.
    pub fn matches(&self, typed: &str) -> bool {
        let typed = text::folded(typed);
        let number = self.nhs_number.reveal().replace(' ', "");
        let is_digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        let digits = typed.replace(' ', "");
        if !digits.is_empty() && is_digits(&digits) {
            return number.contains(&digits);
        }
        let held = text::folded(&format!(
            "{} {} {}",
            self.given_names.reveal(),
            self.family_name.reveal(),
            self.venue
        ));
        let begins = |typed: &str| held.split_whitespace().any(|held| held.starts_with(typed));
        let is_found = |typed: &str| begins(typed) || is_digits(typed) && number.contains(typed);
        typed.split_whitespace().all(is_found)
    }
}

/// When the person was met last, in any referral, and what was recorded of it.
fn last_seen(case: &Case) -> Option<(Date, &Contact)> {
    let seen = case.standing().filter_map(|entry| match &entry.current.fact {
        Fact::Contact(contact) if contact.outcome == ContactOutcome::Seen => {
            Some((entry.on(), contact))
        }
        _ => None,
    });
    // Of one day, that which was recorded last.
    seen.max_by_key(|(on, _)| *on)
}

fn last_contact_on(case: &Case) -> Option<Date> {
    let is_contact = |fact: &Fact| matches!(fact, Fact::Contact(_));
    let contacts = case.standing().filter(|entry| is_contact(&entry.current.fact));
    contacts.map(super::Entry::on).max()
}
