//! The form: what, how long, when, and a few words.

use jiff::civil::Date;
use leptos::{ev::SubmitEvent, prelude::*};
use shared::{
    calendar,
    case::{
        Fact,
        event::{Activity, ActivityKind},
    },
    limits,
    personal::Personal,
};

use crate::{
    components::{
        checks::Checks,
        chips::RadioChips,
        date_field::DateField,
        disclose::focus,
        entry::Saving,
        error_summary::{ErrorSummary, FormProblem, SUMMARY, problem_of},
        field::{TextArea, TextField},
        kept::{self, Keeping, keep},
        time_table::spent,
    },
    draw::view,
    engine::Engine,
    memo::{Live, memo},
};

/// As the vault names what is typed.
const FORM: &str = "activity";

/// How long most of it takes.
const USUAL: [u16; 5] = [15, 30, 45, 60, 90];

/// What was said to have been saved takes the focus.
const SAVED: &str = "activity-saved";

/// What is typed.
#[derive(Clone, Copy)]
struct Form {
    what: Live<Option<ActivityKind>>,
    minutes: Live<String>,
    on: Live<Option<Date>>,
    words: Live<String>,
}

impl Form {
    /// Every field, to be kept while it is not saved.
    fn fields(self) -> Vec<kept::Field> {
        vec![
            kept::Field::one_of(self.what, ActivityKind::ALL.to_vec(), ActivityKind::words),
            self.minutes.into(),
            kept::date(self.on),
            self.words.into(),
        ]
    }

    fn check(self, today: Date) -> Result<(Date, Activity), Vec<FormProblem>> {
        let mut checks = Checks::new(today);
        let what = self.what.get_untracked();
        if what.is_none() {
            checks.refuse("what", say!("Choose what it was"));
        }
        let minutes = read_minutes(&self.minutes.get_untracked());
        if minutes.is_none() {
            checks.refuse("minutes", say!("Write how many minutes it took, as 45"));
        }
        let on = self.on.get_untracked();
        match on {
            None => checks.refuse("on", say!("Choose the day")),
            Some(on) if on > today => checks.refuse("on", say!("The day is in the future")),
            Some(_) => {}
        }
        let words = self.words.get_untracked().trim().to_owned();
        let words = Personal::new(checks.paragraph("words", words));
        match (what, minutes, on, checks.problems()) {
            (Some(what), Some(minutes), Some(on), problems) if problems.is_empty() => {
                Ok((on, Activity { what, minutes, words }))
            }
            (.., problems) => Err(problems),
        }
    }

    fn clear(self, today: Date) {
        self.what.set(None);
        self.minutes.set(String::new());
        self.on.set(Some(today));
        self.words.set(String::new());
    }
}

/// Whole minutes of a day; not none, since nothing takes no time.
fn read_minutes(typed: &str) -> Option<u16> {
    typed.trim().parse().ok().filter(|minutes| (1..=limits::MINUTES_MAX).contains(minutes))
}

/// Notes an activity.
#[component]
pub fn NewActivity() -> impl IntoView {
    let engine = Engine::here();
    let today = engine.today();
    let form = Form {
        what: Live::new(None),
        minutes: Live::new(String::new()),
        on: Live::new(Some(today)),
        words: Live::new(String::new()),
    };
    let kept = keep(FORM.to_owned(), form.fields());
    let problems = Live::new(Vec::new());
    let saving = Saving::new();
    let saved = Live::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        saved.set(String::new());
        match form.check(today) {
            Err(refused) => {
                problems.set(refused);
                focus(SUMMARY.to_owned());
            }
            Ok((on, activity)) => {
                problems.set(Vec::new());
                let said = said!(
                    "Saved on this phone: {what}, {time}.",
                    what = activity.what.words(),
                    time = spent(activity.minutes.into())
                );
                let fact = Fact::Activity(activity);
                let at = match on == engine.today() {
                    true => engine.wall_clock(),
                    // Nobody said at what time of another day: noon is in the middle of it.
                    false => on.at(12, 0, 0, 0),
                };
                let log = engine.log(FORM.to_owned(), at, fact);
                saving.run(log, move || {
                    form.clear(today);
                    saved.set(said);
                    focus(SAVED.to_owned());
                });
            }
        }
    };
    view! {
        <ErrorSummary problems />
        <h1 class="nhsuk-heading-l">"Activity without a person"</h1>
        <p id=SAVED tabindex="-1" role="status" class="fp-noted">{move || saved.get()}</p>
        <form on:submit=submit novalidate>
            <What form problems />
            <HowLong form problems />
            <OnDay form problems today />
            <TextArea
                id="words"
                label=say!("With whom, and what for?")
                hint=say!("If it helps. Name nobody whom you support.")
                rows=2
                value=form.words
                problem=problem_of(problems, "words")
            />
            <p class="nhsuk-error-message" role="alert">{move || saving.problem.get()}</p>
            <button class="nhsuk-button fp-button" type="submit" disabled=move || saving.busy.get()>
                "Save this activity"
            </button>
            <Keeping kept />
        </form>
    }
}

type Problems = Live<Vec<FormProblem>>;

#[component]
fn What(form: Form, problems: Problems) -> impl IntoView {
    let chosen = memo(move || form.what.get());
    let choices = ActivityKind::ALL.map(|kind| (Some(kind), kind.words())).to_vec();
    view! {
        <RadioChips
            id="what"
            legend=say!("What was it?")
            choices
            chosen
            on_choose=Callback::new(move |kind| form.what.set(kind))
            problem=problem_of(problems, "what")
        />
    }
}

#[component]
fn HowLong(form: Form, problems: Problems) -> impl IntoView {
    let chips = USUAL.map(|minutes| {
        let is_chosen = move || read_minutes(&form.minutes.read()) == Some(minutes);
        view! {
            <button
                type="button"
                class="fp-chip-button"
                aria-pressed=move || is_chosen().to_string()
                on:click=move |_| form.minutes.set(minutes.to_string())
            >
                {minutes.to_string()}
                <span class="nhsuk-u-visually-hidden">" minutes"</span>
            </button>
        }
    });
    view! {
        <fieldset class="nhsuk-fieldset fp-field">
            <legend class="nhsuk-fieldset__legend fp-legend">"How long did it take?"</legend>
            <div class="fp-chips fp-chips--before">{chips.into_iter().collect::<Vec<_>>()}</div>
            <TextField
                id="minutes"
                label=say!("Minutes")
                keyboard="numeric"
                width="nhsuk-input--width-4"
                value=form.minutes
                problem=problem_of(problems, "minutes")
            />
        </fieldset>
    }
}

#[component]
fn OnDay(form: Form, problems: Problems, today: Date) -> impl IntoView {
    let mut quick = vec![(say!("Today"), today)];
    quick.extend(calendar::days_after(today, -1).map(|day| (say!("Yesterday"), day)));
    let value = memo(move || form.on.get());
    view! {
        <DateField
            id="on"
            label=say!("Day")
            quick
            value
            on_choose=Callback::new(move |day| form.on.set(day))
            problem=problem_of(problems, "on")
        />
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(
        what: Option<ActivityKind>,
        minutes: &str,
        on: Option<Date>,
    ) -> Result<(Date, Activity), Vec<&'static str>> {
        Owner::new().with(|| {
            let form = Form {
                what: Live::new(what),
                minutes: Live::new(minutes.to_owned()),
                on: Live::new(on),
                words: Live::new(" With Dr Osei's team ".to_owned()),
            };
            let refused = |problems: Vec<FormProblem>| problems.iter().map(|p| p.field).collect();
            form.check(Date::constant(2026, 11, 23)).map_err(refused)
        })
    }

    #[test]
    fn an_activity_has_a_kind_a_length_and_a_day_that_has_come() {
        let day = Date::constant(2026, 11, 22);
        let (on, activity) = checked(Some(ActivityKind::Training), " 90 ", Some(day)).unwrap();
        assert_eq!((on, activity.minutes), (day, 90));
        assert_eq!(activity.words.reveal(), "With Dr Osei's team");
        assert_eq!(checked(None, "an hour", None), Err(vec!["what", "minutes", "on"]));
        let tomorrow = Some(Date::constant(2026, 11, 24));
        assert_eq!(checked(Some(ActivityKind::Shadowed), "5", tomorrow), Err(vec!["on"]));
        for minutes in ["0", "1441", "-5"] {
            let refused = checked(Some(ActivityKind::Shadowed), minutes, Some(day));
            assert_eq!(refused, Err(vec!["minutes"]), "{minutes}");
        }
    }
}
