//! The first step of the record: what is needed now, and what was said. It is written at once; the
//! rest follows on the person's screen.

use std::cell::Cell;

use leptos::{ev::SubmitEvent, prelude::*};
use shared::{
    case::{
        Fact,
        event::{UrgentAction, UrgentConcern},
    },
    ids::CaseId,
    limits,
    personal::Personal,
};

use super::{
    ACTIONS, action_words, line_of,
    numbers::{drawn, for_action},
};
use crate::{
    address::Address,
    components::{
        choices::Choices,
        disclose::focus_within,
        entry::{Saving, WRONG, write_entries},
        field::{TextArea, text_problem},
        kept::{self, Keeping, keep},
        show::Show,
        shown,
    },
    draw::view,
    engine::Engine,
    memo::{Live, Memo, follow, memo},
};

thread_local! {
    /// What was chosen before the person was. In memory alone: an address is no place for it.
    static CHOSEN: Cell<Option<UrgentAction>> = const { Cell::new(None) };
}

/// As [`Choices`] and what is kept on the phone name it.
fn name_of(action: UrgentAction) -> &'static str {
    match action {
        UrgentAction::ImmediateDanger => "danger",
        UrgentAction::SameDayClinician => "clinician",
        UrgentAction::Safeguarding => "safeguarding",
        UrgentAction::TalkedThrough => "talked",
    }
}

fn named(name: &str) -> Option<UrgentAction> {
    ACTIONS.into_iter().find(|action| name_of(*action) == name)
}

/// What to do now, in words.
fn now_words(action: UrgentAction) -> &'static str {
    match action {
        UrgentAction::ImmediateDanger => {
            say!(
                "Phone 999 now, and say where you are. Stay with them if that is safe for you. \
                 Then tell the practice."
            )
        }
        UrgentAction::SameDayClinician => {
            say!(
                "Phone the practice's duty line now. Ask for a clinician to speak with them today, \
                 and for the name of whoever takes over."
            )
        }
        UrgentAction::Safeguarding => {
            say!(
                "Phone the safeguarding lead today. If somebody may come to harm now, phone 999 \
                 first."
            )
        }
        UrgentAction::TalkedThrough => {
            say!(
                "Give them numbers to keep. Tell your supervisor or manager today: the concern \
                 stays open until a named person knows of it."
            )
        }
    }
}

/// The four choices, and below them what the chosen one asks for.
#[component]
fn Need(
    chosen: Live<Option<&'static str>>,
    problem: Live<Option<String>>,
    practice: String,
) -> impl IntoView {
    let engine = Engine::here();
    let options = ACTIONS.map(|action| (name_of(action), action_words(action).to_owned()));
    let action = memo(move || chosen.get().and_then(named));
    let now = move || {
        action.get().map(|action| {
            let numbers =
                engine.profile().with(|profile| for_action(action, profile.as_deref(), &practice));
            view! {
                <h2 class="nhsuk-heading-m">"Do this now"</h2>
                <p>{now_words(action)}</p>
                {drawn(numbers, engine.today())}
            }
        })
    };
    view! {
        <Choices
            id="urgent-action"
            legend=say!("What is needed now?")
            options=options.to_vec()
            value=chosen
            problem
        />
        <div class="fp-now" aria-live="polite">{now}</div>
    }
}

/// Without a person: what to do comes first, and whom it is about afterwards.
#[component]
pub(super) fn NoPerson() -> impl IntoView {
    let chosen = Live::new(CHOSEN.get().map(name_of));
    let problem = Live::new(None);
    follow(move || CHOSEN.set(chosen.get().and_then(named)));
    view! {
        <Need chosen problem practice=String::new() />
        <h2 class="nhsuk-heading-m">"Then record it"</h2>
        <p>"What they said, in their words, and what you did. It is sent before anything else."</p>
        <a href="/people?for=urgent" class="nhsuk-button nhsuk-button--secondary fp-button">
            "Choose the person"
        </a>
    }
}

/// About one person.
#[component]
pub(super) fn Form(case: CaseId, practice: String) -> impl IntoView {
    let engine = Engine::here();
    let address = Address::here();
    let form = format!("{case}/0");
    let (chosen, said) = (Live::new(None), Live::new(String::new()));
    let fields =
        vec![kept::Field::one_of(chosen, ACTIONS.map(name_of).to_vec(), |name| name), said.into()];
    let kept = keep(form.clone(), fields);
    // What was chosen before the person was.
    if let Some(action) = CHOSEN.take().filter(|_| chosen.get_untracked().is_none()) {
        chosen.set(Some(name_of(action)));
    }
    let unchosen = Live::new(None::<String>);
    let saving = Saving::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let words = said.get_untracked().trim().to_owned();
        let action = chosen.get_untracked().and_then(named);
        unchosen.set(action.is_none().then(|| say!("Choose what is needed now").into()));
        saving.problem.set(refusal(&words));
        let (Some(action), None) = (action, saving.problem.get_untracked()) else {
            return focus_within(&event, WRONG);
        };
        let concern = UrgentConcern { words: Personal::new(words), action };
        let form = form.clone();
        let save = write_entries(engine, case, form, vec![Fact::UrgentConcern(concern)]);
        // What comes next is there, and the form is not to be gone back to.
        saving.run(save, move || address.go_instead(&format!("/person/{case}#urgent")));
    };
    view! {
        <About case />
        <form on:submit=submit novalidate>
            <Need chosen problem=unchosen practice />
            <TextArea
                id="urgent-said"
                label=say!("What did they say?")
                hint=say!(
                    "In their own words. Phone first if you need to: what you type stays here."
                )
                value=said
                problem=saving.problem
            />
            <button
                class="nhsuk-button fp-button"
                type="submit"
                disabled=move || saving.busy.get()
            >
                "Record this concern"
            </button>
            <Keeping kept />
        </form>
    }
}

/// Who it is about, so that nothing is recorded for somebody else.
#[component]
fn About(case: CaseId) -> impl IntoView {
    let engine = Engine::here();
    let who: Memo<Option<(String, String)>> = memo(move || {
        let row = line_of(case, engine)?.row;
        let name = format!("{} {}", row.given_names.reveal(), row.family_name.reveal());
        Some((name.trim().to_owned(), shown::age(row.birth_date, engine.today())))
    });
    let line = move || {
        who.get().map(|(name, age)| {
            view! { <p class="fp-said"><strong>"About " {name}</strong> ", " {age}</p> }
        })
    };
    view! {
        <Show when=move || who.read().is_some()>{line}</Show>
        <p class="fp-link-line"><a href="/people?for=urgent">"It is about somebody else"</a></p>
    }
}

fn refusal(words: &str) -> Option<String> {
    let most = limits::PARAGRAPH_CHARACTERS_MAX;
    text_problem(words, say!("Write what they said, in their words"), most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_kept_by_a_name_of_its_own_and_says_what_to_do() {
        for action in ACTIONS {
            assert_eq!(named(name_of(action)), Some(action));
            assert!(now_words(action).contains("hone") || now_words(action).contains("Tell"));
        }
        assert_eq!(named(""), None);
    }

    #[test]
    fn what_was_said_is_there_and_no_longer_than_a_paragraph() {
        assert!(refusal("").is_some());
        assert!(refusal("No point in waking up").is_none());
        assert!(refusal(&"x".repeat(limits::PARAGRAPH_CHARACTERS_MAX + 1)).is_some());
    }
}
