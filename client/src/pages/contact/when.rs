//! When and where: the day, the time, and the place as the worker calls it.

use jiff::civil::{Date, Time};
use leptos::prelude::*;
use shared::{calendar, written::Written};

use super::{form::Form, text::LineField};
use crate::{components::date_field::DateField, draw::view, engine::Engine};

/// The day, the time and the place of the contact.
#[component]
pub fn WhenAndWhere(form: Form) -> impl IntoView {
    let today = Engine::here().today();
    let quick = quick_days(today);
    let day = form.read(|draft| Some(draft.at.date()));
    let set_day = Callback::new(move |day: Option<Date>| {
        // A contact always has a day: one that is typed by halves changes nothing.
        if let Some(day) = day {
            form.write(|draft| draft.at = day.to_datetime(draft.at.time()));
        }
    });
    let venue = form.read(|draft| draft.venue.clone());
    let set_venue = Callback::new(move |venue| form.write(|draft| draft.venue = venue));
    view! {
        <DateField id="at" label=say!("Date") quick value=day on_choose=set_day />
        <TimeField form />
        <LineField id="venue" label=say!("Place") value=venue on_input=set_venue />
    }
}

fn quick_days(today: Date) -> Vec<(&'static str, Date)> {
    let mut quick = vec![(say!("Today"), today)];
    quick.extend(calendar::days_after(today, -1).map(|day| (say!("Yesterday"), day)));
    quick
}

#[component]
fn TimeField(form: Form) -> impl IntoView {
    let time = form.read(|draft| calendar::clock_words(draft.at.time()));
    let set = move |typed: String| {
        if let Some(time) = read_time(&typed) {
            form.write(|draft| draft.at = draft.at.date().to_datetime(time));
        }
    };
    view! {
        <div class="nhsuk-form-group fp-field">
            <label class="nhsuk-label fp-legend" for="time">"Time"</label>
            <input
                class="nhsuk-input fp-time"
                type="time"
                id="time"
                name="time"
                prop:value=move || time.get()
                on:input=move |event| set(event_target_value(&event))
            />
        </div>
    }
}

/// Reads what a time input holds.
fn read_time(typed: &str) -> Option<Time> {
    Time::read(typed.get(..5)?)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    #[test]
    fn times_are_read_as_browsers_write_them() {
        assert_eq!(read_time("14:05"), Some(time(14, 5, 0, 0)));
        assert_eq!(read_time("14:05:30"), Some(time(14, 5, 0, 0)));
        assert_eq!(read_time(""), None);
        assert_eq!(read_time("14:"), None);
    }

    #[test]
    fn the_quick_days_are_today_and_the_day_before() {
        let days = quick_days(date(2026, 3, 1)).into_iter().map(|(_, day)| day).collect::<Vec<_>>();
        assert_eq!(days, [date(2026, 3, 1), date(2026, 2, 28)]);
    }
}
