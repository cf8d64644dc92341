//! What is to happen next, and when.

use jiff::civil::{Date, Weekday};
use leptos::prelude::*;
use shared::{calendar, personal::Personal};

use super::{form::Form, text::LineField};
use crate::{components::date_field::DateField, draw::view, engine::Engine};

/// The next step and its date.
#[component]
pub fn NextStep(form: Form) -> impl IntoView {
    let step = form.read(|draft| draft.next_step.reveal().clone());
    let set_step =
        Callback::new(move |step| form.write(|draft| draft.next_step = Personal::new(step)));
    let on = form.read(|draft| draft.next_on);
    let set_on = Callback::new(move |on| form.write(|draft| draft.next_on = on));
    let quick = quick_days(Engine::here().today());
    view! {
        <LineField id="next_step" label=say!("Next step") value=step on_input=set_step />
        <DateField id="next_on" label=say!("Next date") quick value=on on_choose=set_on />
    }
}

fn quick_days(today: Date) -> Vec<(&'static str, Date)> {
    let after = |days| calendar::days_after(today, days).map(working_day);
    let quick = [(say!("In a week"), after(7)), (say!("In two weeks"), after(14))];
    quick.into_iter().filter_map(|(words, day)| Some((words, day?))).collect()
}

/// The day itself, or the Monday after a weekend.
fn working_day(day: Date) -> Date {
    let days = match day.weekday() {
        Weekday::Saturday => 2,
        Weekday::Sunday => 1,
        _ => 0,
    };
    calendar::days_after(day, days).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_week_from_a_weekend_is_the_monday_after() {
        let days = |today| quick_days(today).into_iter().map(|(_, day)| day).collect::<Vec<_>>();
        assert_eq!(days(date(2026, 11, 23)), [date(2026, 11, 30), date(2026, 12, 7)]);
        assert_eq!(days(date(2026, 11, 22)), [date(2026, 11, 30), date(2026, 12, 7)]);
    }
}
