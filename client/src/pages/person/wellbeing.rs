//! The four ONS wellbeing questions: how the answers changed, and a form that asks them again.

use jiff::civil::Date;
use leptos::{ev::SubmitEvent, prelude::*};
use shared::{
    calendar,
    case::{Case, Fact, event::OutcomeMeasured},
};

use super::{
    Shown,
    chart::{Point, chart},
};
use crate::{
    components::{
        ask::form_of,
        chips::RadioChips,
        disclose::{Disclose, focus_within},
        entry::{Saving, WRONG, write_entries},
        kept::{Field, Keeping, is_kept, keep},
        show::Show,
        shown,
    },
    draw::view,
    engine::Engine,
    memo::{Live, memo},
};

/// One of the four scales.
struct Scale {
    /// The identifier of its first choice.
    id: &'static str,
    /// How a chart calls it.
    name: &'static str,
    /// The question as the Office for National Statistics words it, which is not ours to change.
    question: &'static str,
    read: fn(&OutcomeMeasured) -> u8,
}

const SCALES: [Scale; 4] = [
    Scale {
        id: "ons-satisfaction",
        name: say!("Satisfied with life"),
        question: say!("Overall, how satisfied are you with your life nowadays?"),
        read: |measured| measured.satisfaction,
    },
    Scale {
        id: "ons-worthwhile",
        name: say!("Things done are worthwhile"),
        question: say!(
            "Overall, to what extent do you feel that the things you do in your life are \
             worthwhile?"
        ),
        read: |measured| measured.worthwhile,
    },
    Scale {
        id: "ons-happiness",
        name: say!("Happy yesterday"),
        question: say!("Overall, how happy did you feel yesterday?"),
        read: |measured| measured.happiness,
    },
    Scale {
        id: "ons-anxiety",
        name: say!("Anxious yesterday (lower is better)"),
        question: say!(
            "On a scale where 0 is “not at all anxious” and 10 is “completely anxious”, overall, \
             how anxious did you feel yesterday?"
        ),
        read: |measured| measured.anxiety,
    },
];

/// The identifier of what the button opens.
const ID: &str = "wellbeing";

/// What may be answered, in words.
const NUMBERS: [&str; 11] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"];

/// Points that a chart has room for on the smallest phone.
const POINTS_MAX: usize = 5;

/// All that was measured, oldest first.
fn measured_of(case: &Case) -> Vec<(Date, OutcomeMeasured)> {
    let measured = case.standing().filter_map(|entry| match entry.current.fact {
        Fact::OutcomeMeasured(measured) => Some((entry.on(), measured)),
        _ => None,
    });
    measured.collect()
}

/// The first and the latest ones: change is told from the beginning.
fn pictured<T>(mut measured: Vec<T>) -> Vec<T> {
    let too_many = measured.len().saturating_sub(POINTS_MAX);
    measured.drain(1.min(measured.len())..1.min(measured.len()) + too_many);
    measured
}

/// How the latest answer differs from the first; nothing while there is one only.
fn change(of: &[u8]) -> Option<String> {
    let [first, .., latest] = of else { return None };
    Some(match latest.abs_diff(*first) {
        0 => say!("The same as at first.").to_owned(),
        by if latest > first => said!("{by} higher than at first."),
        by => said!("{by} lower than at first."),
    })
}

/// How the person is, by their own numbers.
#[component]
pub(super) fn Wellbeing(shown: Shown) -> impl IntoView {
    let measured = shown.of(measured_of);
    let charts = move || {
        let measured = pictured(measured.get());
        let charts = SCALES.iter().map(|scale| scale_view(scale, &measured));
        charts.collect::<Vec<_>>()
    };
    let is_open = Live::new(is_kept(&form_of(shown.case, ID)));
    view! {
        <h2 class="nhsuk-heading-m">"Wellbeing (ONS4)"</h2>
        <Show
            when=move || !measured.read().is_empty()
            fallback=|| view! { <p>"Not measured yet. It is four short questions."</p> }
        >
            <p class="fp-quiet">"Each answer is their own, from 0 to 10."</p>
            <div class="fp-sides fp-scales">{charts}</div>
        </Show>
        <Disclose
            id=ID
            button=say!("Ask the four questions")
            is_open
            focus_on=SCALES[0].id
        >
            <Questions shown is_open />
        </Disclose>
    }
}

fn scale_view(scale: &Scale, measured: &[(Date, OutcomeMeasured)]) -> AnyView {
    let values: Vec<u8> = measured.iter().map(|(_, measured)| (scale.read)(measured)).collect();
    let points = measured.iter().zip(&values);
    let latest = measured.last().map(|(on, _)| on.year());
    let points = points.map(|((on, _), value)| Point {
        value: *value,
        words: match latest == Some(on.year()) {
            true => calendar::words_short(*on),
            false => shown::date(*on),
        },
    });
    view! {
        <div class="fp-side">
            <h3 class="nhsuk-heading-s fp-scale__name">{scale.name}</h3>
            {chart(points.collect())}
            <p class="fp-text">{change(&values)}</p>
        </div>
    }
}

/// What is asked of the person, to be read to them as it is.
#[component]
fn Questions(shown: Shown, is_open: Live<bool>) -> impl IntoView {
    let engine = Engine::here();
    let case = shown.case;
    let answers = SCALES.map(|_| Live::new(None::<u8>));
    let form = form_of(case, ID);
    let fields = answers.map(|answer| {
        Field::one_of(answer, (0..=10).collect(), |answer| NUMBERS[usize::from(answer)])
    });
    let kept = keep(form.clone(), fields.into());
    let problems = SCALES.map(|_| Live::new(None::<String>));
    let saving = Saving::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let given = answers.map(|answer| answer.get_untracked());
        for (problem, given) in problems.iter().zip(given) {
            problem.set(given.is_none().then(|| say!("Choose a number from 0 to 10").to_owned()));
        }
        let [Some(satisfaction), Some(worthwhile), Some(happiness), Some(anxiety)] = given else {
            return focus_within(&event, WRONG);
        };
        let measured = OutcomeMeasured { satisfaction, worthwhile, happiness, anxiety };
        let facts = vec![Fact::OutcomeMeasured(measured)];
        let save = write_entries(engine, case, form.clone(), facts);
        saving.run(save, move || {
            is_open.set(false);
        });
    };
    let missing = move || {
        let missing = problems.iter().filter(|problem| problem.read().is_some()).count();
        (missing > 0).then(|| {
            counted!(
                missing,
                "{missing} question has no answer yet.",
                "{missing} questions have no answer yet."
            )
        })
    };
    let questions =
        SCALES.iter().enumerate().map(|(at, scale)| question(scale, answers[at], problems[at]));
    view! {
        <form class="fp-ask" on:submit=submit novalidate>
            <p>
                "Say: I would like to ask you four questions about your feelings on aspects of \
                 your life. There are no right or wrong answers. For each I would like an answer \
                 on a scale of 0 to 10, where 0 is “not at all” and 10 is “completely”."
            </p>
            {questions.collect::<Vec<_>>()}
            <p class="nhsuk-error-message" role="alert">
                {move || saving.problem.get().or_else(missing)}
            </p>
            <button class="nhsuk-button" type="submit" disabled=move || saving.busy.get()>
                "Save these four answers"
            </button>
            <Keeping kept />
        </form>
    }
}

fn question(scale: &Scale, answer: Live<Option<u8>>, problem: Live<Option<String>>) -> AnyView {
    let choose = Callback::new(move |value| {
        answer.set(value);
        problem.set(None);
    });
    let choices = NUMBERS.iter().zip(0..).map(|(words, value)| (Some(value), *words));
    view! {
        <div class="nhsuk-form-group fp-numbers">
            <RadioChips
                id=scale.id
                legend=scale.question
                choices=choices.collect()
                chosen=memo(move || answer.get())
                on_choose=choose
                problem=problem.into()
            />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn change_is_told_from_the_first_answer_to_the_latest() {
        assert_eq!(change(&[4]), None);
        assert_eq!(change(&[4, 9, 7]).as_deref(), Some("3 higher than at first."));
        assert_eq!(change(&[10, 0]).as_deref(), Some("10 lower than at first."));
        assert_eq!(change(&[5, 1, 5]).as_deref(), Some("The same as at first."));
    }

    #[test]
    fn the_picture_keeps_the_first_and_the_latest() {
        assert!(pictured(Vec::<u8>::new()).is_empty());
        assert_eq!(pictured(vec![1]), [1]);
        assert_eq!(pictured(vec![1, 2, 3, 4, 5]), [1, 2, 3, 4, 5]);
        assert_eq!(pictured(vec![1, 2, 3, 4, 5, 6, 7]), [1, 4, 5, 6, 7]);
    }

    #[test]
    fn each_question_reads_its_own_scale() {
        let measured = OutcomeMeasured { satisfaction: 1, worthwhile: 2, happiness: 3, anxiety: 4 };
        assert_eq!(SCALES.map(|scale| (scale.read)(&measured)), [1, 2, 3, 4]);
    }
}
