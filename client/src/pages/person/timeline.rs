//! Everything that happened, newest first. What was withdrawn stays, struck out.

use leptos::prelude::*;
use shared::{
    calendar,
    case::{
        Case, Entry, Event, Fact, Field,
        event::{Contact, ContactOutcome, ContactPurpose, Minutes},
        picklist::Need,
    },
    ids::UserId,
    ordered,
};

use super::{
    Shown,
    correct::{Remedies, Standing, title_id},
    history::{Version, competing, history, versions_of},
    urgent::record_words,
};
use crate::{
    components::{
        lines::{Line, Lines},
        shown,
    },
    draw::view,
    engine::Engine,
    pages::urgent::action_words,
};

/// One entry as the timeline shows it.
#[derive(Debug, Clone, PartialEq)]
struct Item {
    entry: Entry,
    /// What withdrew it, with the reason.
    withdrawn: Option<(Event, String)>,
    versions: Vec<Version>,
    may_withdraw: bool,
}

fn items_of(case: &Case) -> Vec<Item> {
    // Corrections and withdrawals show on the entry that they are about.
    let shows =
        |entry: &&Entry| !matches!(entry.original.fact, Fact::Amended(_) | Fact::Retracted(_));
    let withdrawn = |entry: &Entry| {
        let by = case.entries.get(&entry.retracted_by?)?;
        match &by.current.fact {
            Fact::Retracted(retracted) => {
                Some((by.original.clone(), retracted.reason.reveal().clone()))
            }
            _ => None,
        }
    };
    let item = |entry: &Entry| Item {
        withdrawn: withdrawn(entry),
        versions: versions_of(case, entry),
        may_withdraw: may_withdraw(case, entry),
        entry: entry.clone(),
    };
    let mut items: Vec<_> = case.entries.values().filter(shows).map(item).collect();
    ordered::sort_by_key(&mut items, |item| {
        std::cmp::Reverse((item.entry.current.at, item.entry.original.id))
    });
    items
}

/// Whether withdrawing an entry would say something. What happened in a referral hangs on it, and is
/// withdrawn first; what the app itself noted is no statement of anybody's.
fn may_withdraw(case: &Case, entry: &Entry) -> bool {
    match &entry.original.fact {
        Fact::Referred(_) => {
            let id = entry.original.id;
            case.standing().all(|other| other.current.fact.episode() != Some(id))
        }
        Fact::AssignedNote(_)
        | Fact::ConflictResolved(_)
        | Fact::PracticeAnswered(_)
        | Fact::AnswerSeen(_) => false,
        _ => true,
    }
}

/// Everything that happened.
#[component]
pub(super) fn Timeline(shown: Shown) -> impl IntoView {
    let items = shown.of(items_of);
    let line = move |item| line_of(shown, item);
    let lines = move || items.get().into_iter().map(line).collect();
    view! {
        <h2 class="nhsuk-heading-m">"What happened"</h2>
        <ol class="fp-list fp-timeline" reversed>
            <Lines of=lines />
        </ol>
    }
}

/// An entry is drawn again only when something became of it.
fn line_of(shown: Shown, item: Item) -> Line {
    let Entry { original, retracted_by, amendments, contested, .. } = &item.entry;
    let retracted_by = retracted_by.map(|by| by.to_string()).unwrap_or_default();
    let key = format!(
        "{} {retracted_by} {} {} {contested} {}",
        original.id,
        amendments.len(),
        item.versions.len(),
        item.may_withdraw
    );
    Line::new(key, move || view! { <TimelineItem shown item /> })
}

#[component]
fn TimelineItem(shown: Shown, item: Item) -> impl IntoView {
    let engine = Engine::here();
    let Item { entry, withdrawn, versions, may_withdraw } = item;
    let (title, lines, text) = described(engine, &entry.current.fact);
    let who = name_of(engine, entry.original.by);
    let day = shown::day(entry.on(), engine.today());
    let about = format!("{}, {day}", title.to_ascii_lowercase());
    // Nobody knows the hour of a referral that was written down on a later day.
    let has_hour = entry.current.at.time() != jiff::civil::Time::midnight();
    let time = has_hour.then(|| format!(", {}", calendar::clock_words(entry.current.at.time())));
    let marks = [
        (!entry.stands()).then_some(say!("Withdrawn")),
        (!entry.amendments.is_empty()).then_some(say!("Corrected")),
        entry.contested.then_some(say!("Two corrections at once")),
    ];
    let marks = marks.into_iter().flatten();
    let marks =
        marks.map(|words| view! { <strong class="nhsuk-tag nhsuk-tag--grey">{words}</strong> });
    let id = title_id(entry.original.id);
    let body = view! {
        <h3 class="nhsuk-heading-s fp-timeline__title" id=id tabindex="-1">{title}</h3>
        {(!lines.is_empty()).then(|| view! { <p class="fp-quiet">{lines.join(". ")}</p> })}
        {(!text.is_empty()).then(|| view! { <p class="fp-text">{text}</p> })}
    };
    let body = if entry.stands() {
        body.into_any()
    } else {
        view! { <div class="fp-struck">{body}</div> }.into_any()
    };
    let at = entry.current.at.to_string();
    let withdrawn = withdrawn.map(|(by, why)| {
        let when = crate::words::when(by.recorded_at, engine.now());
        let line = said!("Withdrawn by {who}, {when}.", who = name_of(engine, by.by));
        view! { <p class="fp-text">{line} " Why it was withdrawn: " {why}</p> }
    });
    let remedies = entry.stands().then(|| {
        let competing = competing(&versions);
        let standing = Standing { entry, competing, may_withdraw, about: about.clone() };
        view! { <Remedies shown standing /> }
    });
    view! {
        <li>
            <p class="fp-quiet">
                <time datetime=at>{day} {time}</time>
                ", " {who}
            </p>
            <div class="fp-person__facts">{marks.collect::<Vec<_>>()}</div>
            {body}
            {withdrawn}
            {history(engine, versions, about)}
            {remedies}
        </li>
    }
}

/// The name of somebody on the team.
fn name_of(engine: Engine, user: UserId) -> String {
    engine.profile().with_untracked(|profile| {
        profile.as_ref().map(|profile| profile.name_of(user).to_owned()).unwrap_or_default()
    })
}

/// An entry's title, the facts beside it, and what was written.
pub(super) fn described(engine: Engine, fact: &Fact) -> (String, Vec<String>, String) {
    let plain = |title: &str, text: &str| (title.to_owned(), Vec::new(), text.to_owned());
    match fact {
        Fact::Contact(contact) => contact_described(contact),
        Fact::Referred(referral) => (
            say!("Referred").to_owned(),
            vec![referral.source.words().to_owned()],
            referral.reason.reveal().clone(),
        ),
        Fact::Accepted(decision) => (
            say!("Accepted the referral").to_owned(),
            vec![said!(
                "Shares with the practice: {what}",
                what = decision.consent.words().to_ascii_lowercase()
            )],
            String::new(),
        ),
        Fact::Declined(decision) => (
            say!("Declined the referral").to_owned(),
            vec![said!(
                "Shares with the practice: {what}",
                what = decision.consent.words().to_ascii_lowercase()
            )],
            String::new(),
        ),
        Fact::NeedNoted(noted) => plain(say!("Need noted"), noted.need.label()),
        Fact::GoalSet(goal) => plain(say!("Goal set"), goal.words.reveal()),
        Fact::Signposted(signposted) => plain(say!("Signposted"), &signposted.name),
        Fact::SignpostOutcome(outcome) => plain(say!("How a service went"), outcome.words.reveal()),
        Fact::OutcomeMeasured(scales) => plain(
            say!("Wellbeing measured"),
            &said!(
                "Satisfied {satisfaction}, worthwhile {worthwhile}, happy {happiness}, anxious \
                 {anxiety}; each of 10",
                satisfaction = scales.satisfaction,
                worthwhile = scales.worthwhile,
                happiness = scales.happiness,
                anxiety = scales.anxiety
            ),
        ),
        Fact::UrgentConcern(concern) => (
            say!("Urgent concern").to_owned(),
            vec![action_words(concern.action).to_owned()],
            concern.words.reveal().clone(),
        ),
        Fact::Handover(handover) => {
            plain(say!("Urgent concern taken over by"), handover.to.reveal())
        }
        Fact::EpisodeClosed(closed) => plain(say!("Referral closed"), closed.reason.words()),
        Fact::AssignedNote(note) => plain(say!("Given to"), &name_of(engine, note.to)),
        Fact::ConflictResolved(resolved) => {
            let field = Field::ALL.into_iter().find(|field| field.stored_name() == resolved.field);
            plain(say!("Two values settled"), field.map_or(&resolved.field, |field| field.words()))
        }
        Fact::Informed(informed) => {
            plain(say!("Told of the urgent concern"), informed.who.reveal())
        }
        Fact::UrgentRecord(record) => {
            plain(say!("More about the urgent concern"), &record_words(record))
        }
        Fact::UrgentReview(review) => plain(review.with.words(), review.words.reveal()),
        Fact::Activity(activity) => plain(activity.what.words(), activity.words.reveal()),
        Fact::CaseStudy(study) => plain(study.title.reveal(), study.words.reveal()),
        Fact::ServiceSuggested(service) => plain(say!("Directory to be corrected"), &service.name),
        Fact::PracticeAnswered(answered) => (
            say!("From the practice").to_owned(),
            vec![answered.outcome.words().to_owned()],
            answered.words.reveal().clone(),
        ),
        Fact::NothingFound(nothing) => {
            plain(say!("Looked for a service, and found none"), nothing.need.label())
        }
        Fact::AnswerSeen(_) => plain(say!("Read what the practice answered"), ""),
        Fact::Amended(_) => plain(say!("Correction"), ""),
        Fact::Retracted(_) => plain(say!("Withdrawal"), ""),
    }
}

fn contact_described(contact: &Contact) -> (String, Vec<String>, String) {
    let title = match contact.outcome {
        ContactOutcome::Seen => {
            said!("Contact: {how}", how = contact.mode.words().to_ascii_lowercase())
        }
        outcome => said!("Tried: {outcome}", outcome = outcome.words().to_ascii_lowercase()),
    };
    // That they met is said by the title; only another outcome needs how it was tried.
    let mut lines = Vec::new();
    if contact.outcome != ContactOutcome::Seen {
        lines.push(contact.mode.words().to_owned());
    }
    if !contact.venue.is_empty() {
        lines.push(contact.venue.clone());
    }
    lines.extend(minutes_words(contact.minutes));
    if contact.purpose != ContactPurpose::Support {
        lines.push(contact.purpose.words().to_owned());
    }
    if !contact.needs.is_empty() {
        let needs: Vec<&str> = contact.needs.iter().map(Need::label).collect();
        lines.push(said!("Needs: {needs}", needs = needs.join(", ")));
    }
    let on = contact.next_on.map(calendar::words);
    let step = Some(contact.next_step.reveal().clone()).filter(|step| !step.is_empty());
    let next: Vec<String> = on.into_iter().chain(step).collect();
    if !next.is_empty() {
        lines.push(said!("Next: {next}", next = next.join(", ")));
    }
    (title, lines, contact.note.reveal().clone())
}

/// "45 minutes together, 15 writing up".
fn minutes_words(minutes: Minutes) -> Option<String> {
    let kinds = [
        (minutes.session, say!("together")),
        (minutes.preparation, say!("preparing")),
        (minutes.write_up, say!("writing up")),
        (minutes.research, say!("looking things up")),
    ];
    let taken = kinds.into_iter().filter(|(minutes, _)| *minutes > 0);
    let said: Vec<String> = taken
        .enumerate()
        .map(|(at, (minutes, kind))| match at {
            0 => counted!(minutes, "{minutes} minute {kind}", "{minutes} minutes {kind}"),
            _ => format!("{minutes} {kind}"),
        })
        .collect();
    (!said.is_empty()).then(|| said.join(", "))
}

#[cfg(test)]
mod tests {
    use shared::{case::event::ContactMode, ids::EventId, personal::Personal};

    use super::*;

    #[test]
    fn minutes_are_said_by_kind_and_none_are_left_out() {
        let minutes = Minutes { session: 45, write_up: 15, ..Minutes::default() };
        let said = minutes_words(minutes);
        assert_eq!(said.as_deref(), Some("45 minutes together, 15 writing up"));
        assert_eq!(minutes_words(Minutes::default()), None);
    }

    #[test]
    fn a_contact_says_what_it_was_for_what_it_touched_and_what_is_next() {
        let contact = Contact {
            episode: EventId::new(1, 1),
            mode: ContactMode::Telephone,
            outcome: ContactOutcome::Seen,
            purpose: ContactPurpose::WelfareCall,
            venue: String::new(),
            minutes: Minutes { session: 10, ..Minutes::default() },
            needs: vec![Need::new("debt")],
            note: Personal::default(),
            next_step: Personal::new("phone the allotment".to_owned()),
            next_on: Some(jiff::civil::date(2026, 11, 3)),
        };
        let (_, lines, _) = contact_described(&contact);
        assert_eq!(
            lines,
            [
                "10 minutes together",
                "Welfare call",
                "Needs: Debt",
                "Next: Tue 3 Nov 2026, phone the allotment",
            ]
        );
    }
}
