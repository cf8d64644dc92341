//! Chips: radio buttons and checkboxes that are easy to hit with a thumb, and still are what they
//! are to a keyboard and to a screen reader.

use leptos::prelude::*;

use super::field::{FieldError, Problem, has_problem};
use crate::{draw::view, memo::Memo};

/// The identifier of one choice of a group. The first one has the group's own, so that a link to
/// the field of an error lands on something that takes the focus.
fn choice_id(group: &str, index: usize) -> String {
    match index {
        0 => group.to_owned(),
        _ => format!("{group}-{index}"),
    }
}

/// One chip. What is chosen has many types; how a chip is drawn does not depend on them, and is
/// compiled once.
struct Chip {
    words: String,
    is_chosen: Box<dyn Fn() -> bool + Send>,
    choose: Box<dyn Fn(bool) + Send>,
}

/// One of several: a fieldset of radio buttons.
#[component]
pub fn RadioChips<T>(
    /// The group's name and the first choice's identifier.
    id: &'static str,
    /// What is asked.
    legend: &'static str,
    /// The choices, in order, with their words.
    choices: Vec<(T, &'static str)>,
    /// What is chosen.
    chosen: Memo<T>,
    /// Told what was chosen now.
    on_choose: Callback<T>,
    /// What is wrong, where the form says so here.
    #[prop(optional)]
    problem: Option<Problem>,
) -> impl IntoView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    let chips = choices.into_iter().map(|(value, words)| Chip {
        words: words.to_owned(),
        is_chosen: Box::new(move || chosen.get() == value),
        choose: Box::new(move |_| on_choose.run(value)),
    });
    view! { <Chips id legend kind="radio" chips=chips.collect() problem /> }
}

/// Any of several: a fieldset of checkboxes.
#[component]
pub fn CheckboxChips<T>(
    /// The group's name and the first choice's identifier.
    id: &'static str,
    /// What is asked.
    legend: &'static str,
    /// The choices, in order, with their words.
    choices: Vec<(T, String)>,
    /// Everything that is chosen.
    chosen: Memo<Vec<T>>,
    /// Told each choice that was made or taken back.
    on_toggle: Callback<(T, bool)>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let chips = choices.into_iter().map(|(value, words)| {
        let own = value.clone();
        Chip {
            words,
            is_chosen: Box::new(move || chosen.with(|chosen| chosen.contains(&own))),
            choose: Box::new(move |is_chosen| on_toggle.run((value.clone(), is_chosen))),
        }
    });
    view! { <Chips id legend kind="checkbox" chips=chips.collect() problem=None /> }
}

/// A fieldset of inputs of one kind.
#[component]
fn Chips(
    id: &'static str,
    legend: &'static str,
    kind: &'static str,
    chips: Vec<Chip>,
    problem: Option<Problem>,
) -> impl IntoView {
    let chips = chips.into_iter().enumerate().map(|(index, chip)| {
        let Chip { words, is_chosen, choose } = chip;
        let chip = choice_id(id, index);
        view! {
            <div class="fp-chip">
                <input
                    class="fp-chip__input"
                    type=kind
                    name=id
                    id=chip.clone()
                    prop:checked=is_chosen
                    on:change=move |event| choose(event_target_checked(&event))
                />
                <label class="fp-chip__label" for=chip>{words}</label>
            </div>
        }
    });
    view! {
        <fieldset
            class="nhsuk-fieldset fp-field"
            class:nhsuk-form-group--error=move || has_problem(problem)
            aria-describedby=problem.map(|_| format!("{id}-problem"))
        >
            <legend class="nhsuk-fieldset__legend fp-legend">{legend}</legend>
            {problem.map(|problem| view! { <FieldError id=id.to_owned() problem /> })}
            <div class="fp-chips">{chips.collect::<Vec<_>>()}</div>
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    use super::choice_id;

    #[test]
    fn a_link_to_the_group_lands_on_its_first_choice() {
        assert_eq!(choice_id("mode", 0), "mode");
        assert_eq!(choice_id("mode", 2), "mode-2");
    }
}
