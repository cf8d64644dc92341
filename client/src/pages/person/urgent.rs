//! Urgent concerns: the banner until somebody has taken one over, and how one is recorded.

use leptos::{ev::SubmitEvent, prelude::*};
use shared::{
    calendar,
    case::{
        Case, Fact,
        event::{Handover, UrgentAction, UrgentConcern},
    },
    ids::EventId,
    limits,
    personal::Personal,
};

use super::Shown;
use crate::{
    address::Address,
    components::{
        ask::Ask,
        choices::Choices,
        disclose::Disclose,
        entry::{Saving, write_entry},
        field::TextArea,
        lines::{Line, Lines},
        show::Show,
        shown,
    },
    engine::Engine,
};

/// Where a concern is recorded: links from other screens name it.
const RECORD: &str = "record-urgent";

/// What a worker may choose, in the order of harm.
const ACTIONS: [UrgentAction; 4] = [
    UrgentAction::ImmediateDanger,
    UrgentAction::SameDayClinician,
    UrgentAction::Safeguarding,
    UrgentAction::TalkedThrough,
];

/// The choice in words.
pub(super) fn action_words(action: UrgentAction) -> &'static str {
    match action {
        UrgentAction::ImmediateDanger => "Immediate danger: 999",
        UrgentAction::SameDayClinician => "A clinician must hear of it today",
        UrgentAction::Safeguarding => "A safeguarding referral",
        UrgentAction::TalkedThrough => "Talked through, no urgent action",
    }
}

/// One concern that nobody has taken over.
#[derive(Debug, Clone, PartialEq)]
struct Open {
    id: EventId,
    at: jiff::civil::DateTime,
    action: UrgentAction,
    said: Personal<String>,
}

fn open_of(case: &Case) -> Vec<Open> {
    let open = case.urgent_without_owner().filter_map(|entry| match &entry.current.fact {
        Fact::UrgentConcern(concern) => Some(Open {
            id: entry.original.id,
            at: entry.current.at,
            action: concern.action,
            said: concern.words.clone(),
        }),
        _ => None,
    });
    open.collect()
}

/// What is urgent and nobody's yet.
#[component]
pub(super) fn UrgentBanner(shown: Shown) -> impl IntoView {
    let open = shown.of(open_of);
    let concern =
        move |open: Open| Line::new(open.id, move || view! { <OpenConcern shown open /> });
    let concerns = move || open.get().into_iter().map(concern).collect();
    view! {
        <Show when=move || !open.read().is_empty()>
            <section class="fp-urgent" id="urgent" aria-labelledby="urgent-heading">
                <h2 class="nhsuk-heading-m" id="urgent-heading">"Urgent, and nobody's yet"</h2>
                <p><strong>"This app has not told anyone. You must phone."</strong></p>
                <p class="fp-link-line"><a href="/urgent">"Numbers to phone"</a></p>
                <Lines of=concerns />
            </section>
        </Show>
    }
}

#[component]
fn OpenConcern(shown: Shown, open: Open) -> impl IntoView {
    let engine = Engine::here();
    let (case, target) = (shown.case, open.id);
    let save = move |to: String| {
        let handover = Handover { target, to: Personal::new(to) };
        write_entry(engine, case, Fact::Handover(handover))
    };
    let day = shown::day(open.at.date(), engine.today());
    let time = calendar::clock_words(open.at.time());
    view! {
        <p>{day} ", " {time} ". " {action_words(open.action)} "."</p>
        <blockquote class="fp-matters">{open.said.into_inner()}</blockquote>
        <Ask
            id=format!("handover-{target}")
            button="Somebody has taken over"
            label="Who has taken over?"
            hint="Their name and role, for example Dr Osei, duty GP"
            send="Record who has taken over"
            missing="Write who has taken over"
            save
        />
    }
}

/// Records an urgent concern.
#[component]
pub(super) fn RecordUrgent(shown: Shown) -> impl IntoView {
    let engine = Engine::here();
    let is_open = RwSignal::new(false);
    // Whoever chose the person on the urgent screen is asked at once.
    let address = Address::here();
    Effect::new(move |_| {
        if address.part().as_deref() == Some(RECORD) {
            is_open.set(true);
        }
    });
    let said = RwSignal::new(String::new());
    let action = RwSignal::new(None);
    let unchosen = RwSignal::new(None::<String>);
    let saving = Saving::new();
    let case = shown.case;
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let words = said.get_untracked().trim().to_owned();
        unchosen.set(action.get_untracked().is_none().then(|| "Choose what you will do".into()));
        saving.problem.set(refusal(&words));
        let (Some(action), None) = (action.get_untracked(), saving.problem.get_untracked()) else {
            return;
        };
        let concern = UrgentConcern { words: Personal::new(words), action };
        saving.run(write_entry(engine, case, Fact::UrgentConcern(concern)), move || {
            is_open.set(false);
            said.set(String::new());
            // The banner has appeared at the top of the screen: what to do comes next.
            crate::components::disclose::focus("maincontent".to_owned());
        });
    };
    let options = || ACTIONS.map(|action| (action, action_words(action).to_owned())).to_vec();
    view! {
        <Disclose
            id=RECORD
            button="Record an urgent concern"
            is_open
            focus_on="urgent-action"
        >
            <form class="fp-ask" on:submit=submit novalidate>
                <p><strong>"This app does not tell anyone. You must phone."</strong></p>
                <Choices
                    id="urgent-action"
                    legend="What will you do?"
                    options=options()
                    value=action
                    problem=unchosen
                />
                <TextArea
                    id="urgent-said"
                    label="What did they say?"
                    hint="In their own words"
                    value=said
                    problem=saving.problem
                />
                <button class="nhsuk-button" type="submit" disabled=move || saving.busy.get()>
                    "Record this concern"
                </button>
            </form>
        </Disclose>
    }
}

fn refusal(words: &str) -> Option<String> {
    if words.is_empty() {
        return Some("Write what they said, in their words".into());
    }
    let is_long = words.chars().count() > limits::PARAGRAPH_CHARACTERS_MAX;
    is_long.then(|| format!("Write at most {} characters", limits::PARAGRAPH_CHARACTERS_MAX))
}
