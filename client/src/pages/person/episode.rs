//! The episode strip: referred, answered, contacts so far, closed.

use jiff::civil::Date;
use leptos::prelude::*;
use shared::case::{
    Answer, Case, Fact,
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

/// The current episode of care.
#[component]
pub(super) fn EpisodeStrip(shown: Shown) -> impl IntoView {
    let engine = Engine::here();
    let steps = shown.of(move |case| steps_of(case, engine.today()));
    let reason = shown.of(reason_of);
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
        <h2 class="nhsuk-heading-m">"This referral"</h2>
        <ol class="fp-steps">{lines}</ol>
        <p class="fp-text">{move || reason.get()}</p>
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

fn steps_of(case: &Case, today: Date) -> Vec<Step> {
    let Some(episode) = case.current_episode() else {
        let said = say!("No referral could be read").to_owned();
        return vec![Step { name: say!("Referred"), said, done: false }];
    };
    let answer = match episode.answer() {
        Answer::Open => say!("Waiting for an answer").to_owned(),
        Answer::Accepted(on) => said!("Accepted on {day}", day = shown::day(on, today)),
        Answer::Declined(on) => said!("Declined on {day}", day = shown::day(on, today)),
        Answer::Contested => say!("Contested: two answers are recorded").to_owned(),
    };
    let seen = episode.contacts.iter().filter(|entry| {
        matches!(&entry.current.fact, Fact::Contact(contact)
            if contact.outcome == ContactOutcome::Seen)
    });
    let seen = seen.count();
    let closed = episode.closed.map(|entry| {
        let reason = match &entry.current.fact {
            Fact::EpisodeClosed(closed) => closed.reason.words(),
            _ => "",
        };
        format!("{}: {reason}", shown::day(entry.on(), today))
    });
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
