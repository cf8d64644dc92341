//! The episode strip: referred, answered, contacts so far, closed.

use jiff::civil::Date;
use leptos::prelude::*;
use shared::case::{
    Answer, Case, Episode, Fact,
    event::{ContactOutcome, ReferralSource},
};

use super::Shown;
use crate::{components::shown, draw::view, engine::Engine};

/// One step of the strip: what, how it stands, and whether it has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    name: &'static str,
    said: String,
    done: bool,
}

/// The heading, which takes the focus when the person was referred again.
pub(super) const REFERRAL: &str = "referral";

/// The current episode of care, and those before it.
#[component]
pub(super) fn EpisodeStrip(shown: Shown) -> impl IntoView {
    let engine = Engine::here();
    let steps = shown.of(move |case| steps_of(case, engine.today()));
    let reason = shown.of(reason_of);
    let earlier = shown.of(move |case| earlier_of(case, engine.today()));
    let earlier_lines = move || {
        let lines = earlier.get().into_iter();
        lines.map(|line| view! { <p class="fp-quiet">{line}</p> }).collect::<Vec<_>>()
    };
    let lines = move || {
        let lines = steps.get().into_iter().map(|step| {
            let class = if step.done { "fp-step fp-step--done" } else { "fp-step" };
            view! {
                <li class=class>
                    <strong>{step.name}</strong>
                    <span>{step.said}</span>
                </li>
            }
        });
        lines.collect::<Vec<_>>()
    };
    view! {
        <h2 class="nhsuk-heading-m" id=REFERRAL tabindex="-1">"This referral"</h2>
        <ol class="fp-steps">{lines}</ol>
        <p class="fp-text">{move || reason.get()}</p>
        {earlier_lines}
    }
}

/// Who asked, and why.
fn reason_of(case: &Case) -> Option<String> {
    let episode = case.current_episode()?;
    let Fact::Referred(referral) = &episode.referral.current.fact else { return None };
    let source = match referral.source {
        ReferralSource::Person => say!("They asked for it themselves").to_owned(),
        source => said!("Referred by: {source}", source = source.words()),
    };
    let reason = referral.reason.reveal();
    Some(if reason.is_empty() { format!("{source}.") } else { format!("{source}. {reason}") })
}

/// The other referrals, oldest first: when they were, and how they ended.
fn earlier_of(case: &Case, today: Date) -> Vec<String> {
    let current = case.current_episode().map(|episode| episode.id);
    let episodes = case.episodes().into_iter();
    let line = |episode: Episode<'_>| {
        let day = shown::day(episode.referral.on(), today);
        match closing_of(&episode, today) {
            Some(end) => said!("Another referral, of {day}. Closed {end}"),
            None => {
                said!("Another referral, of {day}. {status}", status = episode.status().words())
            }
        }
    };
    episodes.filter(|episode| Some(episode.id) != current).map(line).collect()
}

/// "Tue 3 Nov: Moved away".
fn closing_of(episode: &Episode<'_>, today: Date) -> Option<String> {
    let entry = episode.closed?;
    let reason = match &entry.current.fact {
        Fact::EpisodeClosed(closed) => closed.reason.words(),
        _ => "",
    };
    Some(format!("{}: {reason}", shown::day(entry.on(), today)))
}

fn steps_of(case: &Case, today: Date) -> Vec<Step> {
    let Some(episode) = case.current_episode() else {
        let said = say!("No referral could be read").to_owned();
        return vec![Step { name: say!("Referred"), said, done: false }];
    };
    let answer = match episode.answer() {
        Answer::Open => say!("Waiting for an answer").to_owned(),
        Answer::Accepted(on) => said!("Accepted on {day}", day = shown::day(on, today)),
        Answer::Declined(on) => said!("Declined on {day}", day = shown::day(on, today)),
        Answer::Contested => say!("Two answers are recorded").to_owned(),
    };
    let seen = episode.contacts.iter().filter(|entry| {
        matches!(&entry.current.fact, Fact::Contact(contact)
            if contact.outcome == ContactOutcome::Seen)
    });
    let seen = seen.count();
    let closed = closing_of(&episode, today);
    let is_closed = closed.is_some();
    vec![
        Step { name: say!("Referred"), said: shown::day(episode.referral.on(), today), done: true },
        Step {
            name: say!("Answer"),
            said: answer,
            done: !matches!(episode.answer(), Answer::Open),
        },
        Step { name: say!("Contacts"), said: said!("{seen}, of 6 to 12"), done: seen > 0 },
        Step {
            name: say!("Closed"),
            said: closed.unwrap_or_else(|| say!("Not yet").to_owned()),
            done: is_closed,
        },
    ]
}
