//! What a practice may be told beside a code: dates, counts and choices from lists, and nothing
//! that anybody wrote.
//!
//! Notes, goals, reasons and venues may tell of other people or of safeguarding, and patients see
//! what a practice files. So there is no field here into which one of them could be put.

mod stored;
#[cfg(test)]
pub(super) mod tests;

use jiff::civil::Date;
use shared::{
    case::{
        Answer, Case, Entry, Episode, Fact, belongs,
        event::{Contact, ContactMode, ContactOutcome, ContactPurpose, OutcomeMeasured},
        picklist::{NEEDS, Need},
    },
    coding::{NEEDS_KEPT_BACK, is_kept_back},
    ids::EpisodeId,
    ordered,
};

/// What a practice may be told of one episode of care. Withdrawn entries count for nothing in it,
/// and neither do those of which two corrections stand, until somebody chose.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Who asked the service to see the person, in words, and when.
    pub referred: Option<On>,
    /// Whether the person accepted, and when they first said so; none while both are recorded.
    pub answer: Option<(bool, Date)>,
    /// How often they met.
    pub seen: u32,
    /// How often the worker tried and nobody answered.
    pub no_answer: u32,
    /// How often the person did not come.
    pub did_not_attend: u32,
    /// The first and the last day on which they met.
    pub met: Option<(Date, Date)>,
    /// The ways in which they met, in words.
    pub modes: Vec<String>,
    /// The needs that were talked about, in the words of the picklist and in its order.
    pub needs: Vec<String>,
    /// The services that were named to the person, by day.
    pub services: Vec<Service>,
    /// The first and the last measure of wellbeing; one where there is but one.
    pub wellbeing: Vec<Wellbeing>,
    /// Why the episode ended, in the words of the picklist, and when.
    pub closed: Option<On>,
}

/// Words from a list, and their day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct On {
    /// The day.
    pub on: Date,
    /// The words.
    pub words: String,
}

/// A service that was named to the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// When.
    pub on: Date,
    /// Its name in the directory on that day.
    pub name: String,
    /// Whether the worker made the introduction.
    pub introduced: bool,
}

/// The four ONS scales, each 0 to 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wellbeing {
    /// When.
    pub on: Date,
    /// How satisfied with life.
    pub satisfaction: u8,
    /// How worthwhile the things done.
    pub worthwhile: u8,
    /// How happy yesterday.
    pub happiness: u8,
    /// How anxious yesterday.
    pub anxiety: u8,
}

impl Summary {
    /// Sums an episode up. Of an episode that the case does not have there is nothing to say.
    pub fn of(case: &Case, episode: EpisodeId) -> Self {
        let episodes = case.episodes();
        let Some(of) = episodes.iter().find(|one| one.id == episode) else {
            return Self::default();
        };
        let mut entries: Vec<&Entry> = case
            .standing()
            .filter(|entry| !entry.contested && belongs(entry, &episodes) == Some(episode))
            .collect();
        ordered::sort_by_key(&mut entries, |entry| (entry.on(), entry.original.id));
        let mut summary = Self::default();
        summary.put_course(of);
        summary.put_contacts(&entries);
        summary.put_needs(&entries);
        summary.put_services(case, &episodes, &entries);
        summary.put_wellbeing(&entries);
        summary
    }

    /// From the referral to the closing.
    fn put_course(&mut self, episode: &Episode<'_>) {
        if let Fact::Referred(referral) = &episode.referral.current.fact
            && !episode.referral.contested
        {
            let words = referral.source.words().to_owned();
            self.referred = Some(On { on: episode.referral.on(), words });
        }
        self.answer = match episode.answer() {
            _ if episode.answers.iter().any(|entry| entry.contested) => None,
            Answer::Accepted(on) => Some((true, on)),
            Answer::Declined(on) => Some((false, on)),
            Answer::Open | Answer::Contested => None,
        };
        if let Some(entry) = episode.closed.filter(|entry| !entry.contested)
            && let Fact::EpisodeClosed(closed) = &entry.current.fact
        {
            self.closed = Some(On { on: entry.on(), words: closed.reason.words().to_owned() });
        }
    }

    fn put_contacts(&mut self, entries: &[&Entry]) {
        let mut modes = Vec::new();
        for (on, contact) in contacts(entries).filter(|(_, contact)| is_with_the_person(contact)) {
            match contact.outcome {
                ContactOutcome::Seen => {
                    self.seen += 1;
                    self.met = Some(self.met.map_or((on, on), |(first, _)| (first, on)));
                    modes.push(contact.mode);
                }
                ContactOutcome::NoAnswer => self.no_answer += 1,
                ContactOutcome::DidNotAttend => self.did_not_attend += 1,
            }
        }
        let used = ContactMode::ALL.into_iter().filter(|mode| modes.contains(mode));
        self.modes = used.map(|mode| mode.words().to_owned()).collect();
    }

    /// Only choices that this version knows: what another one would say of its own is not ours to
    /// pass on.
    fn put_needs(&mut self, entries: &[&Entry]) {
        let mut needs: Vec<&Need> =
            contacts(entries).flat_map(|(_, contact)| &contact.needs).collect();
        needs.extend(entries.iter().filter_map(|entry| match &entry.current.fact {
            Fact::NeedNoted(noted) => Some(&noted.need),
            _ => None,
        }));
        let told = NEEDS.iter().filter(|choice| {
            !NEEDS_KEPT_BACK.contains(&choice.code)
                && needs.iter().any(|need| need.code() == choice.code)
        });
        self.needs = told.map(|choice| choice.label.to_owned()).collect();
    }

    /// A service tells by its name what the talk was about.
    fn put_services(&mut self, case: &Case, episodes: &[Episode<'_>], entries: &[&Entry]) {
        for entry in entries {
            let Fact::Signposted(signposted) = &entry.current.fact else { continue };
            let name = signposted.name.trim();
            if !name.is_empty() && !is_kept_back(case, episodes, entry) {
                let (on, name) = (entry.on(), name.to_owned());
                self.services.push(Service { on, name, introduced: signposted.introduced });
            }
        }
    }

    fn put_wellbeing(&mut self, entries: &[&Entry]) {
        let mut measures = entries.iter().filter_map(|entry| match entry.current.fact {
            Fact::OutcomeMeasured(measured) => Some(wellbeing(entry.on(), measured)),
            _ => None,
        });
        self.wellbeing.extend(measures.next());
        self.wellbeing.extend(measures.next_back());
    }
}

fn wellbeing(on: Date, measured: OutcomeMeasured) -> Wellbeing {
    let OutcomeMeasured { satisfaction, worthwhile, happiness, anxiety } = measured;
    Wellbeing { on, satisfaction, worthwhile, happiness, anxiety }
}

fn contacts<'a>(entries: &'a [&'a Entry]) -> impl Iterator<Item = (Date, &'a Contact)> {
    entries.iter().filter_map(|entry| match &entry.current.fact {
        Fact::Contact(contact) => Some((entry.on(), contact)),
        _ => None,
    })
}

/// Lists, volunteers and administration are work about a person without them.
fn is_with_the_person(contact: &Contact) -> bool {
    match contact.purpose {
        ContactPurpose::Support
        | ContactPurpose::BriefCallWithConversation
        | ContactPurpose::BriefCall
        | ContactPurpose::WelfareCall => true,
        ContactPurpose::ListCollation
        | ContactPurpose::VolunteerSupport
        | ContactPurpose::Administrative => false,
    }
}
