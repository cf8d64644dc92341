//! What will become of the contact for the practice, said before it is signed.

use leptos::prelude::*;
use shared::{
    case::{
        ContactDraft,
        event::{Consent, ContactOutcome},
    },
    coding::Preview,
    personal::Personal,
};

use crate::{
    draw::view,
    memo::{Memo, memo},
};

/// The draft without its note, which no rule reads: so that typing does not run the rules.
pub fn without_note(draft: &ContactDraft) -> ContactDraft {
    ContactDraft { note: Personal::default(), ..draft.clone() }
}

/// The coding sentence, and the reasons for it.
#[component]
pub fn CodingBox(preview: Memo<Preview>) -> impl IntoView {
    let words = memo(move || preview.with(Preview::words));
    let reasons = move || {
        let (_, reasons) = words.get();
        reasons.into_iter().map(|reason| view! { <li>{reason}</li> }).collect::<Vec<_>>()
    };
    view! {
        <section class="nhsuk-inset-text fp-coding" aria-labelledby="coding-heading">
            <h2 class="nhsuk-heading-s" id="coding-heading">"For the practice"</h2>
            <div role="status">
                <p class="fp-after">{move || words.get().0}</p>
                <ul class="nhsuk-list fp-after">{reasons}</ul>
            </div>
        </section>
    }
}

/// What the practice will see of this contact. `agreed`: what the person agreed to share before it.
pub fn seen_by_practice(
    preview: &Preview,
    draft: &ContactDraft,
    agreed: Option<Consent>,
) -> &'static str {
    let consent = draft.decision.map(|decision| decision.consent);
    match (preview, consent) {
        (Preview::NotYet, _) => say!("The practice sees nothing before it is signed."),
        (Preview::NotCoded(_), _) if agreed == Some(Consent::CodeAndSummary) => {
            say!(
                "No code. The day of this contact, its needs and its services may appear in the \
                 summary that the practice gets. Never your note."
            )
        }
        (Preview::NotCoded(_), _) if draft.outcome != ContactOutcome::Seen => {
            say!("The practice will see nothing of this contact.")
        }
        (Preview::NotCoded(_), _) => {
            say!("The practice will see nothing of this contact. It counts as your activity.")
        }
        (Preview::Held(_), Some(Consent::Withheld)) => {
            say!("The practice will see nothing: the person agreed to share nothing.")
        }
        (Preview::Held(_), _) => {
            say!("The practice will see nothing until what holds it back is settled.")
        }
        (Preview::Coded { .. }, Some(Consent::CodeAndSummary)) => {
            say!(
                "The practice will see the person's details, the code with its date, your name, \
                 and a summary made from your entries: dates, needs, services and wellbeing \
                 scores. Never your note."
            )
        }
        (Preview::Coded { .. }, _) => {
            say!(
                "The practice will see the person's details, the code with its date, and your \
                 name. It will not see your note."
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use shared::{
        case::DraftDecision,
        coding::{Exclusion, Hold},
        ids::{EventId, UserId},
    };

    use super::*;

    #[test]
    fn it_says_what_goes_and_what_stays() {
        let day = date(2026, 11, 23);
        let by = UserId::from_random([1; 16]);
        let mut draft =
            ContactDraft::new(by, EventId::new(5, 5), day.at(14, 5, 0, 0), String::new());
        let seen = |preview, draft: &ContactDraft| seen_by_practice(&preview, draft, None);
        let not_coded = Preview::NotCoded(Exclusion::OngoingContact);
        assert!(seen(not_coded, &draft).contains("nothing of this contact"));
        draft.decision = Some(DraftDecision { accepted: true, consent: Consent::Withheld });
        let held = Preview::Held(vec![Hold::ConsentWithheld]);
        assert!(seen(held, &draft).contains("agreed to share nothing"));
        draft.decision = Some(DraftDecision { accepted: true, consent: Consent::CodeOnly });
        let coded = Preview::Coded { term: "Accepted".into(), on: day };
        assert!(seen(coded, &draft).contains("not see your note"));
        draft.decision = Some(DraftDecision { accepted: true, consent: Consent::CodeAndSummary });
        let coded = Preview::Coded { term: "Accepted".into(), on: day };
        assert!(seen(coded, &draft).contains("made from your entries: dates, needs"));
        // A later contact is no code, and no secret where a summary was agreed to.
        draft.decision = None;
        let later = Preview::NotCoded(Exclusion::OngoingContact);
        let agreed = Some(Consent::CodeAndSummary);
        assert!(seen_by_practice(&later, &draft, agreed).contains("may appear in the summary"));
    }
}
