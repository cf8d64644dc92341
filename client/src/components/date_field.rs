//! A date: quick choices for the thumb, the phone's own date picker for everything else, and the
//! day in words, so that nobody has to count weeks.

use jiff::civil::Date;
use leptos::prelude::*;
use shared::{calendar, written::Written};

use super::field::{FieldError, Problem, has_problem};
use crate::{
    draw::view,
    memo::{Memo, memo},
};

/// A field for one date.
#[component]
pub fn DateField(
    /// The identifier of the input.
    id: &'static str,
    /// What is asked.
    label: &'static str,
    /// Days that are chosen with one press.
    quick: Vec<(&'static str, Date)>,
    /// The date that is chosen.
    value: Memo<Option<Date>>,
    /// Told the date that was chosen now; none when it was taken away.
    on_choose: Callback<Option<Date>>,
    /// What is wrong, where the form says so here.
    #[prop(optional)]
    problem: Option<Problem>,
) -> impl IntoView {
    let (label_id, words_id) = (format!("{id}-label"), format!("{id}-words"));
    let described = match problem {
        Some(_) => format!("{words_id} {id}-problem"),
        None => words_id.clone(),
    };
    let shown = memo(move || value.get().map(|date| date.to_string()).unwrap_or_default());
    let chips = quick.into_iter().map(move |(words, date)| {
        let is_chosen = move || value.get() == Some(date);
        view! {
            <button
                type="button"
                class="fp-chip-button"
                aria-pressed=move || is_chosen().to_string()
                on:click=move |_| on_choose.run(Some(date))
            >
                {words}
            </button>
        }
    });
    view! {
        <div
            class="nhsuk-form-group fp-field"
            class:nhsuk-form-group--error=move || has_problem(problem)
        >
            <label class="nhsuk-label fp-legend" id=label_id.clone() for=id>{label}</label>
            {problem.map(|problem| view! { <FieldError id=id.to_owned() problem /> })}
            <div class="fp-chips" role="group" aria-labelledby=label_id>{chips.collect::<Vec<_>>()}</div>
            <input
                class="nhsuk-input fp-date"
                type="date"
                id=id
                name=id
                aria-describedby=described
                aria-invalid=move || has_problem(problem).then_some("true")
                prop:value=move || shown.get()
                on:input=move |event| on_choose.run(read(&event_target_value(&event)))
            />
            <p class="nhsuk-hint fp-after" id=words_id>
                {move || value.get().map(calendar::words)}
            </p>
        </div>
    }
}

/// Reads what a date input holds: an ISO date, or nothing while it is typed by halves.
fn read(typed: &str) -> Option<Date> {
    Date::read(typed)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::read;

    #[test]
    fn a_half_typed_date_is_none() {
        assert_eq!(read("2026-11-03"), Some(date(2026, 11, 3)));
        assert_eq!(read(""), None);
        assert_eq!(read("2026-11"), None);
    }
}
