//! Forms in which something is typed and not recorded: where each is, and what it is about.

use leptos::prelude::*;
use shared::ids::CaseId;

use crate::{
    draw::view,
    engine::{CaseLine, Engine},
    memo::Live,
};

/// A form that is begun.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Begun {
    /// What is urgent comes first.
    rank: u8,
    form: String,
    href: String,
    words: String,
}

/// A line for each, what is urgent first.
#[component]
pub fn FormsToFinish(
    /// Whether each can be thrown away here: what a form was about may have gone meanwhile.
    #[prop(default = false)]
    may_throw_away: bool,
) -> impl IntoView {
    let engine = Engine::here();
    let (forms, rows) = (engine.typed_forms(), engine.rows());
    let asked = Live::new(String::new());
    let lines = move || {
        let rows = rows.get();
        let begun: Vec<_> = forms.read().iter().map(|form| begun_of(form, &rows)).collect();
        let of_rank = |rank| begun.iter().filter(move |begun| begun.rank == rank);
        let lines = (0..RANKS).flat_map(of_rank).map(|begun| {
            let (href, words) = (begun.href.clone(), begun.words.clone());
            let rid = may_throw_away.then(|| throw_away(begun.form.clone(), asked));
            view! { <li><a href=href>{words}</a> {rid}</li> }
        });
        lines.collect::<Vec<_>>()
    };
    view! { {lines} }
}

/// A button that is pressed twice.
fn throw_away(form: String, asked: Live<String>) -> AnyView {
    let engine = Engine::here();
    let asks = form.clone();
    let press = move |_| match asked.get_untracked() == form {
        true => engine.keep_typed(&form, Vec::new()),
        false => asked.set(form.clone()),
    };
    let label = move || match *asked.read() == asks {
        true => say!("Press again to throw it away: it cannot be brought back"),
        false => say!("Throw away"),
    };
    view! { <button type="button" class="fp-link-button" on:click=press>{label}</button> }
        .into_any()
}

/// An urgent concern, what is to be recorded of one, and everything else.
const RANKS: u8 = 3;

fn begun_of(form: &str, rows: &[CaseLine]) -> Begun {
    let (first, rest) = form.split_once('/').unwrap_or((form, ""));
    let begun = |rank, href: String, words: String| Begun { rank, form: form.into(), href, words };
    let plain = |href: &str, words: &str| begun(2, href.into(), words.into());
    let Ok(case) = first.parse::<CaseId>() else {
        return match first {
            "refer" => plain("/refer", say!("Finish the new referral")),
            "activity" => plain("/activity", say!("Finish the activity")),
            "suggest" if rest.is_empty() => {
                plain("/services/suggest", say!("Finish the new service"))
            }
            "suggest" => {
                let href = format!("/services/suggest?service={rest}");
                plain(&href, say!("Finish the correction of a service"))
            }
            _ => plain("/studies", say!("Finish the case study")),
        };
    };
    let Some(line) = rows.iter().find(|line| line.case == case) else {
        // A logbook is no line of the caseload.
        return plain(
            "/activity",
            say!("Finish what you began among your activities or case studies"),
        );
    };
    let name = line.row.known_as();
    let there = |part| format!("/person/{case}#{part}");
    let (rank, href, words) = match rest {
        "0" => {
            let href = format!("/urgent?about={case}");
            (0, href, said!("Finish the urgent concern about {name}"))
        }
        task if task.contains('/') => {
            (1, there("urgent"), said!("Finish the record of the urgent concern about {name}"))
        }
        part => (2, there(part), said!("Finish what you began to write about {name}")),
    };
    begun(rank, href, words)
}

#[cfg(test)]
mod tests {
    use shared::case::Standing;

    use super::*;
    use crate::components::person_line::line_of;

    #[test]
    fn each_form_has_a_way_back_and_an_urgent_one_comes_first() {
        let line = line_of(1, Standing::Accepted);
        let case = line.case;
        let begun = |form: &str| begun_of(form, std::slice::from_ref(&line));
        let concern = begun(&format!("{case}/0"));
        assert_eq!(concern.href, format!("/urgent?about={case}"));
        assert_eq!(concern.words, "Finish the urgent concern about Ada Okafor");
        let task = begun(&format!("{case}/00000000050000000000000005/3"));
        assert_eq!(task.href, format!("/person/{case}#urgent"));
        let goal = begun(&format!("{case}/goal"));
        assert_eq!(goal.href, format!("/person/{case}#goal"));
        assert!(concern.rank < task.rank && task.rank < goal.rank);
        assert_eq!(begun("suggest/7").href, "/services/suggest?service=7");
        for form in ["refer", "activity", "suggest/", "study"] {
            assert!(begun(form).words.starts_with("Finish the"), "{form}");
        }
        let logbook = CaseId::from_random([9; 16]);
        assert_eq!(begun(&format!("{logbook}/withdraw-1")).href, "/activity");
    }
}
