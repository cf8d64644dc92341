//! What the reports count, worked out from each case: dates, choices and minutes, never words.

use jiff::{ToSpan, civil::Date};
use rusqlite::{Error, Transaction, params};
use shared::{
    case::{
        Answer, Case, Entry, Episode, Fact, Field, Status, belongs,
        event::{Contact, ContactOutcome, ContactPurpose, Signposted},
    },
    ids::EventId,
};

mod needs;

/// A first session, as [`crate::reports`] asks for it.
pub const FIRST: &str = "first";
/// A session after the first.
const FOLLOW_UP: &str = "follow_up";

/// Writes what stands in a person's case.
///
/// # Errors
/// When the database refuses.
pub(super) fn project(tx: &Transaction<'_>, case: &Case) -> Result<(), Error> {
    let episodes = case.episodes();
    for episode in &episodes {
        put_episode(tx, case, episode)?;
        put_contacts(tx, case, episode)?;
    }
    let named: Vec<Named> = case.standing().filter_map(|entry| Named::of(case, entry)).collect();
    named.iter().try_for_each(|named| put_signposting(tx, case, named))?;
    needs::put(tx, case, &episodes, &named)?;
    case.standing().try_for_each(|entry| put_wellbeing(tx, case, entry, &episodes))
}

/// The contacts of an episode since its referral, by day and then identifier: what was done before
/// is no part of it (rule 4).
fn contacts<'a>(episode: &'a Episode<'_>) -> impl Iterator<Item = (&'a Entry, &'a Contact)> {
    let since = episode.referral.on();
    episode.contacts.iter().filter_map(move |entry| match &entry.current.fact {
        Fact::Contact(contact) if entry.on() >= since => Some((*entry, contact)),
        _ => None,
    })
}

/// Lists, volunteers and administration are work about a person without them.
fn is_with_the_person(contact: &Contact) -> bool {
    use ContactPurpose::{Administrative, ListCollation, VolunteerSupport};
    !matches!(contact.purpose, ListCollation | VolunteerSupport | Administrative)
}

/// Whether they met and talked about support: a session.
fn is_session(contact: &Contact) -> bool {
    use ContactPurpose::{BriefCallWithConversation, Support};
    contact.outcome == ContactOutcome::Seen
        && matches!(contact.purpose, Support | BriefCallWithConversation)
}

fn put_episode(tx: &Transaction<'_>, case: &Case, episode: &Episode<'_>) -> Result<(), Error> {
    // Whoever gives an answer is spoken with, whether or not the contact was recorded.
    let answered = episode.answers.first().map(|entry| entry.on());
    let mut tried = contacts(episode).filter(|(_, contact)| is_with_the_person(contact));
    let tried = tried.next().map(|(entry, _)| entry.on());
    let sessions = contacts(episode).filter(|(_, contact)| is_session(contact));
    let sessions: Vec<Date> = sessions.map(|(entry, _)| entry.on()).collect();
    let first_contact = tried.into_iter().chain(answered).min();
    let first_met = sessions.first().copied().into_iter().chain(answered).min();
    let three_months = first_met.map(|on| on.saturating_add(3.months()));
    let in_three_months = sessions.iter().filter(|on| three_months.is_some_and(|end| **on < end));
    let accepted = match episode.answer() {
        Answer::Accepted(on) => Some(on),
        _ => None,
    };
    let practice = case.person.register(Field::PracticeOds).settled().unwrap_or_default();
    let text = |on: Option<Date>| on.map(|on| on.to_string());
    let sql = "INSERT INTO report_episode (case_id, episode, practice, referred_on,
         first_contact_on, first_met_on, three_months_on, accepted_on, met_in_three_months,
         standing, ended_on)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    tx.prepare_cached(sql)?.execute(params![
        case.id.as_bytes(),
        episode.id.to_string(),
        practice,
        episode.referral.on().to_string(),
        text(first_contact),
        text(first_met),
        text(three_months),
        text(accepted),
        in_three_months.count(),
        standing(episode),
        text(episode.ended_on()),
    ])?;
    Ok(())
}

/// Where an episode stands, and why it was closed.
fn standing(episode: &Episode<'_>) -> String {
    let reason = match episode.closed.map(|entry| &entry.current.fact) {
        Some(Fact::EpisodeClosed(closed)) => Some(closed.reason),
        _ => None,
    };
    match (episode.status(), reason) {
        (Status::Closed, Some(reason)) => format!("Closed: {}", reason.words()),
        (status, _) => status.words().to_owned(),
    }
}

fn put_contacts(tx: &Transaction<'_>, case: &Case, episode: &Episode<'_>) -> Result<(), Error> {
    let mut met = false;
    for (entry, contact) in contacts(episode) {
        let session_kind = match (is_session(contact), met) {
            (true, false) => FIRST,
            (true, true) => FOLLOW_UP,
            (false, _) => "",
        };
        met |= is_session(contact);
        let minutes = contact.minutes;
        let sql = "INSERT INTO report_contact (case_id, event, event_date, author, mode, outcome,
             session_kind, preparation, session, write_up, research)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        tx.prepare_cached(sql)?.execute(params![
            case.id.as_bytes(),
            entry.original.id.to_string(),
            entry.on().to_string(),
            entry.original.by.as_bytes(),
            contact.mode.words(),
            contact.outcome.words(),
            session_kind,
            minutes.preparation,
            minutes.session,
            minutes.write_up,
            minutes.research,
        ])?;
    }
    Ok(())
}

/// A service that was named to the person, and whether somebody recorded how it went.
struct Named<'a> {
    entry: &'a Entry,
    signposted: &'a Signposted,
    followed_up: bool,
}

impl<'a> Named<'a> {
    fn of(case: &'a Case, entry: &'a Entry) -> Option<Self> {
        let Fact::Signposted(signposted) = &entry.current.fact else { return None };
        let is_of_it = |fact: &Fact| match fact {
            Fact::SignpostOutcome(outcome) => outcome.target == entry.original.id,
            _ => false,
        };
        let followed_up = case.standing().any(|entry| is_of_it(&entry.current.fact));
        Some(Self { entry, signposted, followed_up })
    }
}

fn put_signposting(tx: &Transaction<'_>, case: &Case, named: &Named<'_>) -> Result<(), Error> {
    let sql = "INSERT INTO report_signposting (case_id, event, event_date, service, name,
         introduced, followed_up)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    tx.prepare_cached(sql)?.execute(params![
        case.id.as_bytes(),
        named.entry.original.id.to_string(),
        named.entry.on().to_string(),
        named.signposted.service,
        named.signposted.name.trim(),
        named.signposted.introduced,
        named.followed_up,
    ])?;
    Ok(())
}

fn put_wellbeing(
    tx: &Transaction<'_>,
    case: &Case,
    entry: &Entry,
    episodes: &[Episode<'_>],
) -> Result<(), Error> {
    let Fact::OutcomeMeasured(measured) = &entry.current.fact else { return Ok(()) };
    let Some(episode) = belongs(entry, episodes) else { return Ok(()) };
    let sql = "INSERT INTO report_wellbeing (case_id, event, episode, event_date, satisfaction,
         worthwhile, happiness, anxiety)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    tx.prepare_cached(sql)?.execute(params![
        case.id.as_bytes(),
        entry.original.id.to_string(),
        episode.to_string(),
        entry.on().to_string(),
        measured.satisfaction,
        measured.worthwhile,
        measured.happiness,
        measured.anxiety,
    ])?;
    Ok(())
}

/// The contact, where it stands and is one.
fn contact(case: &Case, id: EventId) -> Option<&Contact> {
    let entry = case.entries.get(&id).filter(|entry| entry.stands())?;
    match &entry.current.fact {
        Fact::Contact(contact) => Some(contact),
        _ => None,
    }
}
