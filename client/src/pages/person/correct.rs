//! "Add a correction" and "Withdraw": what a signed entry offers, since it is never edited.

use std::sync::Arc;

use jiff::civil::DateTime;
use leptos::{ev::SubmitEvent, prelude::*};
use shared::{
    case::{
        Entry, Fact,
        event::{Amended, Retracted},
    },
    ids::EventId,
    limits,
    personal::Personal,
};

use super::{
    Shown,
    correction::{Part, Refusal, corrected, parts_of},
};
use crate::{
    components::{
        ask::{self, AskForm},
        disclose::{About, focus, focus_within},
        entry::{Saving, WRONG, write_entries},
        field::{FieldError, TextArea},
        kept::{Keeping, is_kept, keep},
    },
    draw::view,
    engine::Engine,
    memo::{Live, memo},
};

/// An entry as it stands on the screen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Standing {
    pub entry: Entry,
    /// Corrections that compete with how it reads.
    pub competing: Vec<EventId>,
    /// Whether it may be withdrawn: a referral in which something happened may not.
    pub may_withdraw: bool,
    /// What it is called, for whoever hears one of many buttons with the same words.
    pub about: String,
}

/// What is open below an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    Nothing,
    Correcting,
    Withdrawing,
}

/// Where the focus goes when an entry was corrected or withdrawn, and is drawn again.
pub(super) fn title_id(of: EventId) -> String {
    format!("entry-{of}")
}

/// What an entry that stands offers.
#[component]
pub(super) fn Remedies(shown: Shown, standing: Standing) -> impl IntoView {
    let target = standing.entry.original.id;
    let begun = [(Doing::Correcting, title_id(target)), (Doing::Withdrawing, withdraw_id(target))];
    // What was begun is open again.
    let begun = begun.into_iter().find(|(_, id)| is_kept(&ask::form_of(shown.case, id)));
    let doing = Live::new(begun.map_or(Doing::Nothing, |(doing, _)| doing));
    let can_correct = !parts_of(&standing.entry.current).is_empty();
    let offered = [
        (Doing::Correcting, say!("Add a correction"), can_correct),
        (Doing::Withdrawing, say!("Withdraw"), standing.may_withdraw),
    ];
    let about = standing.about.clone();
    let offered = offered.into_iter().filter(|(_, _, is_offered)| *is_offered);
    let buttons: Vec<_> =
        offered.map(|(what, words, _)| button(target, what, words, about.clone(), doing)).collect();
    let standing = StoredValue::new(standing);
    let open = move || match doing.get() {
        Doing::Nothing => ().into_any(),
        Doing::Correcting => {
            view! { <CorrectForm shown standing=standing.get_value() /> }.into_any()
        }
        Doing::Withdrawing => withdraw(shown, target),
    };
    view! {
        <div class="fp-remedies">{buttons}</div>
        <div class="fp-disclose__body" id=withdraw_id(target)>{open}</div>
    }
}

fn button(
    target: EventId,
    what: Doing,
    words: &'static str,
    about: String,
    doing: Live<Doing>,
) -> AnyView {
    let is_open = move || doing.get() == what;
    let press = move |_| {
        if doing.get_untracked() == what {
            return doing.set(Doing::Nothing);
        }
        doing.set(what);
        focus(match what {
            Doing::Withdrawing => ask::field_of(&withdraw_id(target)),
            Doing::Nothing | Doing::Correcting => field_id(target, 0),
        });
    };
    view! {
        <button
            type="button"
            class="fp-link-button"
            aria-expanded=move || is_open().to_string()
            on:click=press
        >
            {words}
            <About of=about />
        </button>
    }
    .into_any()
}

fn withdraw_id(target: EventId) -> String {
    format!("withdraw-entry-{target}")
}

fn withdraw(shown: Shown, target: EventId) -> AnyView {
    view! {
        <AskForm
            case=shown.case
            id=withdraw_id(target)
            label=say!("Why is it withdrawn?").to_owned()
            hint=say!(
                "It stays in the record, marked as withdrawn. What was signed with it, such as an \
                 answer or a service, stays as it is."
            )
            send=say!("Withdraw it")
            missing=say!("Write why it is withdrawn")
            becomes=(move |reason| Fact::Retracted(Retracted { target, reason })).into()
            done=Arc::new(move || focus(title_id(target)))
        />
    }
    .into_any()
}

/// The identifier of the field of a part, by its place.
fn field_id(target: EventId, at: usize) -> String {
    format!("correct-{target}-{at}")
}

#[component]
fn CorrectForm(shown: Shown, standing: Standing) -> impl IntoView {
    let engine = Engine::here();
    let target = standing.entry.original.id;
    let parts = parts_of(&standing.entry.current);
    let fields: Vec<_> = parts.into_iter().map(|(part, held)| (part, Live::new(held))).collect();
    let refused = Live::new(None::<Refusal>);
    let (why, why_problem) = (Live::new(String::new()), Live::new(None::<String>));
    let saving = Saving::new();
    let form = ask::form_of(shown.case, &title_id(target));
    let of_form = fields.iter().map(|(_, value)| *value).chain([why]);
    let kept = keep(form.clone(), of_form.map(Into::into).collect());
    let why_id = format!("correct-{target}-why");
    let drawn: Vec<_> = fields
        .iter()
        .enumerate()
        .map(|(at, (part, value))| field(field_id(target, at), *part, *value, refused))
        .collect();
    let held = StoredValue::new((standing, fields, form));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let reason = why.get_untracked().trim().to_owned();
        held.with_value(|(standing, fields, form)| {
            let typed: Vec<_> =
                fields.iter().map(|(part, value)| (*part, value.get_untracked())).collect();
            let may_stay = standing.entry.contested;
            let found = corrected(&standing.entry.current, &typed, engine.today(), may_stay);
            refused.set(found.as_ref().err().cloned());
            why_problem.set(refusal(&reason));
            match (found, why_problem.get_untracked()) {
                (Ok((at, fact)), None) => {
                    let facts = correction(standing, at, fact, reason);
                    let save = write_entries(engine, shown.case, form.clone(), facts);
                    saving.run(save, move || focus(title_id(target)));
                }
                _ => focus_within(&event, WRONG),
            }
        });
    };
    let problem = move || {
        let of_none = refused.get().filter(|refusal| refusal.part.is_none());
        saving.problem.get().or_else(|| of_none.map(|refusal| refusal.words))
    };
    view! {
        <form class="fp-ask" on:submit=submit novalidate>
            {drawn}
            <TextArea
                id=why_id
                label=say!("Why is it corrected?")
                hint=say!("The entry as it was first written stays in the record")
                rows=2
                value=why
                problem=why_problem
            />
            <p class="nhsuk-error-message" role="alert">{problem}</p>
            <button class="nhsuk-button" type="submit" disabled=move || saving.busy.get()>
                "Sign this correction"
            </button>
            <Keeping kept />
        </form>
    }
}

fn refusal(reason: &str) -> Option<String> {
    if reason.is_empty() {
        return Some(say!("Write why it is corrected").to_owned());
    }
    let is_long = reason.chars().count() > limits::PARAGRAPH_CHARACTERS_MAX;
    is_long
        .then(|| said!("Write at most {most} characters", most = limits::PARAGRAPH_CHARACTERS_MAX))
}

/// What is written: the correction of what was seen, and the end of whatever competes with it.
fn correction(standing: &Standing, at: DateTime, fact: Fact, reason: String) -> Vec<Fact> {
    let target = standing.entry.original.id;
    let amended = Amended {
        target,
        replaces: standing.entry.amendments.last().copied().unwrap_or(target),
        corrected_at: at,
        corrected: Box::new(fact),
        reason: Personal::new(reason),
    };
    let settled = standing.competing.iter().map(|target| {
        let reason = Personal::new(say!("Settled by a later correction").to_owned());
        Fact::Retracted(Retracted { target: *target, reason })
    });
    std::iter::once(Fact::Amended(amended)).chain(settled).collect()
}

/// One part as it is chosen or typed.
fn field(id: String, part: Part, value: Live<String>, refused: Live<Option<Refusal>>) -> AnyView {
    let problem = memo(move || {
        let refusal = refused.get().filter(|refusal| refusal.part == Some(part))?;
        Some(refusal.words)
    });
    if part == Part::Words {
        return view! { <TextArea id label=part.label() rows=4 value problem /> }.into_any();
    }
    let described = format!("{id}-problem");
    let (of_label, of_error) = (id.clone(), id.clone());
    let input = match part.input() {
        Some(kind) => view! {
            <input
                class="nhsuk-input nhsuk-input--width-10"
                id=id
                type=kind
                inputmode=(kind == "text").then_some("numeric")
                autocomplete="off"
                aria-describedby=described
                bind:value=value
            />
        }
        .into_any(),
        None => {
            let held = value.get_untracked();
            let options = part.choices().into_iter().enumerate().map(|(at, words)| {
                let at = at.to_string();
                let is_held = at == held;
                view! { <option value=at selected=is_held>{words}</option> }
            });
            view! {
                <select class="nhsuk-select" id=id aria-describedby=described bind:value=value>
                    {options.collect::<Vec<_>>()}
                </select>
            }
            .into_any()
        }
    };
    view! {
        <div
            class="nhsuk-form-group"
            class:nhsuk-form-group--error=move || problem.read().is_some()
        >
            <label class="nhsuk-label nhsuk-label--s" for=of_label>{part.label()}</label>
            <FieldError id=of_error problem />
            {input}
        </div>
    }
    .into_any()
}
