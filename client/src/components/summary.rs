//! What a contact says, in the order in which it is checked before it is signed.

use jiff::civil::Date;
use leptos::prelude::*;

use crate::draw::view;
use shared::{
    calendar,
    case::{ContactDraft, event::Minutes},
};

/// One line: what was asked, what was answered, and where to change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What was asked.
    pub asked: &'static str,
    /// The answer; several lines where there are several.
    pub said: Vec<String>,
    /// The identifier of the field in the editor; none for what is not changed there.
    pub field: Option<&'static str>,
}

/// What a draft says, line by line. `may_answer`: the referral has no answer before this contact.
pub fn lines(name: &str, draft: &ContactDraft, may_answer: bool) -> Vec<Line> {
    let line = |asked, field, said| Line { asked, said, field: Some(field) };
    let mut lines = vec![
        Line { asked: say!("Person"), said: vec![name.to_owned()], field: None },
        line(say!("When"), "at", vec![when(draft)]),
        line(say!("Outcome"), "outcome", vec![draft.outcome.words().into()]),
        line(say!("How"), "mode", vec![draft.mode.words().into()]),
        line(say!("Place"), "venue", text(&draft.venue)),
        line(say!("What it was for"), "purpose", vec![draft.purpose.words().into()]),
    ];
    match draft.decision {
        Some(decision) => {
            let answer = if decision.accepted { say!("Accepted") } else { say!("Declined") };
            lines.push(line(say!("Answer"), "decision", vec![answer.into()]));
            let consent = vec![decision.consent.words().into()];
            lines.push(line(say!("May go to the practice"), "consent", consent));
        }
        None if may_answer => {
            lines.push(line(say!("Answer"), "decision", vec![say!("No decision yet").into()]))
        }
        None => {}
    }
    lines.extend([
        line(say!("Minutes"), "minutes", minutes(draft.minutes)),
        line(say!("Services"), "signposts", services(draft)),
        line(
            say!("Needs"),
            "needs",
            draft.needs.iter().map(|need| need.label().to_owned()).collect(),
        ),
        line(say!("Goal"), "goal", text(draft.goal.reveal())),
        line(say!("Next"), "next_step", next(draft.next_step.reveal(), draft.next_on)),
        line(say!("Note"), "note", text(draft.note.reveal())),
    ]);
    lines
}

fn text(text: &str) -> Vec<String> {
    text.lines().map(str::trim_end).skip_while(|line| line.is_empty()).map(Into::into).collect()
}

fn when(draft: &ContactDraft) -> String {
    format!("{}, {}", calendar::words(draft.at.date()), calendar::clock_words(draft.at.time()))
}

fn minutes(minutes: Minutes) -> Vec<String> {
    let kinds = [
        (say!("preparation"), minutes.preparation),
        (say!("with them"), minutes.session),
        (say!("write-up"), minutes.write_up),
        (say!("research"), minutes.research),
    ];
    let said = kinds.into_iter().filter(|(_, minutes)| *minutes > 0);
    said.map(|(kind, minutes)| format!("{minutes} {kind}")).collect()
}

fn services(draft: &ContactDraft) -> Vec<String> {
    let said = |signpost: &shared::case::DraftSignpost| {
        let made = if signpost.introduced { say!(", introduced") } else { "" };
        format!("{}{made}", signpost.name)
    };
    draft.signposts.iter().map(said).collect()
}

fn next(step: &str, on: Option<Date>) -> Vec<String> {
    let step = Some(step.trim()).filter(|step| !step.is_empty()).map(str::to_owned);
    step.into_iter().chain(on.map(calendar::words)).collect()
}

/// A summary list with a way back to each field. `editor` is the editor's path.
#[component]
pub fn Summary(lines: Vec<Line>, editor: String) -> impl IntoView {
    let rows = lines.into_iter().map(|Line { asked, said, field }| {
        let change = field.map(|field| {
            view! {
                <dd class="nhsuk-summary-list__actions">
                    <a class="fp-target" href=format!("{editor}#{field}")>
                        "Change"
                        <span class="nhsuk-u-visually-hidden">" " {asked.to_ascii_lowercase()}</span>
                    </a>
                </dd>
            }
        });
        let row = match change {
            Some(_) => "nhsuk-summary-list__row",
            None => "nhsuk-summary-list__row nhsuk-summary-list__row--no-actions",
        };
        let said = match said.is_empty() {
            true => vec![say!("None").to_owned()],
            false => said,
        };
        let said = said.into_iter().map(|said| view! { <p class="fp-said">{said}</p> });
        view! {
            <div class=row>
                <dt class="nhsuk-summary-list__key">{asked}</dt>
                <dd class="nhsuk-summary-list__value">{said.collect::<Vec<_>>()}</dd>
                {change}
            </div>
        }
    });
    view! { <dl class="nhsuk-summary-list fp-check">{rows.collect::<Vec<_>>()}</dl> }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use shared::{
        case::{DraftDecision, DraftSignpost, event::Consent, picklist::Need},
        ids::{EventId, UserId},
        personal::Personal,
    };

    use super::*;

    fn draft() -> ContactDraft {
        let at = date(2026, 11, 23).at(14, 5, 0, 0);
        let by = UserId::from_random([1; 16]);
        ContactDraft::new(by, EventId::new(5, 5), at, "Church hall".into())
    }

    fn said(draft: &ContactDraft, asked: &str) -> Option<Vec<String>> {
        lines("Ada Okafor", draft, false)
            .into_iter()
            .find(|line| line.asked == asked)
            .map(|line| line.said)
    }

    #[test]
    fn what_was_filled_in_is_read_back() {
        let mut draft = draft();
        draft.needs = vec![Need::new("debt"), Need::new("from_later")];
        draft.next_step = Personal::new(" Ring the allotment ".into());
        draft.next_on = Some(date(2026, 11, 30));
        draft.signposts = vec![DraftSignpost {
            service: "1".into(),
            name: "Allotment".into(),
            phone: String::new(),
            introduced: true,
        }];
        draft.decision = Some(DraftDecision { accepted: true, consent: Consent::CodeOnly });
        assert_eq!(said(&draft, "When"), Some(vec!["Mon 23 Nov 2026, 14:05".into()]));
        assert_eq!(said(&draft, "Minutes"), Some(vec!["45 with them".into()]));
        assert_eq!(said(&draft, "Needs"), Some(vec!["Debt".into(), "from_later".into()]));
        let next = ["Ring the allotment", "Mon 30 Nov 2026"].map(String::from).to_vec();
        assert_eq!(said(&draft, "Next"), Some(next));
        assert_eq!(said(&draft, "Services"), Some(vec!["Allotment, introduced".into()]));
        let consent = said(&draft, "May go to the practice");
        assert_eq!(consent, Some(vec!["The code only".into()]));
    }

    #[test]
    fn an_answer_is_asked_for_only_where_none_was_given() {
        let asks = |may_answer| {
            lines("Ada", &draft(), may_answer).iter().any(|line| line.asked == "Answer")
        };
        assert!(asks(true));
        assert!(!asks(false));
    }
}
