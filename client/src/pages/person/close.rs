//! The end of an episode of care.

use leptos::{ev::SubmitEvent, prelude::*};
use shared::case::{
    Answer, Fact,
    event::{ClosingReason, EpisodeClosed},
};

use super::Shown;
use crate::{
    components::{
        disclose::Disclose,
        entry::{Saving, write_entry},
        field::FieldError,
        show::Show,
    },
    engine::Engine,
};

/// Every reason, in the order of the form.
const REASONS: [ClosingReason; 6] = [
    ClosingReason::Completed,
    ClosingReason::LeftAfterAccepting,
    ClosingReason::Declined,
    ClosingReason::NotReached,
    ClosingReason::MovedAway,
    ClosingReason::Died,
];

/// The reasons that fit the answer so far.
fn fits(reason: ClosingReason, answer: Answer) -> bool {
    match reason {
        ClosingReason::LeftAfterAccepting => {
            matches!(answer, Answer::Accepted(_) | Answer::Contested)
        }
        // Leaving after accepting is no decline (rule 3).
        ClosingReason::Declined => !matches!(answer, Answer::Accepted(_)),
        _ => true,
    }
}

/// Closes the referral that is open; nothing where none is.
#[component]
pub(super) fn CloseReferral(shown: Shown) -> impl IntoView {
    let engine = Engine::here();
    let open = shown.of(|case| {
        let episode = case.current_episode().filter(|episode| episode.closed.is_none())?;
        let answer = episode.answer();
        let reasons = (0..REASONS.len()).filter(|at| fits(REASONS[*at], answer));
        Some((episode.id, reasons.collect::<Vec<_>>()))
    });
    let is_open = RwSignal::new(false);
    let chosen = RwSignal::new(String::new());
    let saving = Saving::new();
    let case = shown.case;
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let reason = chosen.get_untracked().parse::<usize>().ok();
        let reason = reason.and_then(|at| REASONS.get(at).copied());
        let Some((episode, _)) = open.get_untracked() else { return };
        match reason {
            None => saving.problem.set(Some("Choose why it ends".into())),
            Some(reason) => {
                let closed = EpisodeClosed { episode, reason };
                let save = write_entry(engine, case, Fact::EpisodeClosed(closed));
                saving.run(save, move || is_open.set(false));
            }
        }
    };
    let reasons = move || open.get().map(|(_, reasons)| reasons).unwrap_or_default();
    let options = move || {
        let options = reasons().into_iter().map(|at| {
            view! { <option value=at.to_string()>{REASONS[at].words()}</option> }
        });
        options.collect_view()
    };
    view! {
        <Show when=move || open.read().is_some()>
            <Disclose id="close" button="Close this referral" is_open focus_on="close-reason">
                <form class="fp-ask" on:submit=submit novalidate>
                    <div
                        class="nhsuk-form-group"
                        class:nhsuk-form-group--error=move || saving.problem.read().is_some()
                    >
                        <label class="nhsuk-label nhsuk-label--s" for="close-reason">
                            "Why does it end?"
                        </label>
                        <FieldError id="close-reason".to_owned() problem=saving.problem />
                        <select
                            class="nhsuk-select"
                            id="close-reason"
                            aria-describedby="close-reason-problem"
                            bind:value=chosen
                        >
                            <option value="">"Choose a reason"</option>
                            {move || options()}
                        </select>
                    </div>
                    <button class="nhsuk-button" type="submit" disabled=move || saving.busy.get()>
                        "Close this referral"
                    </button>
                </form>
            </Disclose>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaving_after_accepting_is_offered_only_after_accepting() {
        let day = jiff::civil::date(2026, 11, 3);
        assert!(fits(ClosingReason::LeftAfterAccepting, Answer::Accepted(day)));
        assert!(!fits(ClosingReason::Declined, Answer::Accepted(day)));
        assert!(!fits(ClosingReason::LeftAfterAccepting, Answer::Open));
        assert!(REASONS.iter().all(|reason| fits(*reason, Answer::Contested)));
    }
}
