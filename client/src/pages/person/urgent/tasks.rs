//! What the field expects to be recorded of an urgent concern, as a list of tasks: each is to do or
//! done, and opens its own small form.

use jiff::civil::Date;
use leptos::prelude::*;
use shared::{
    calendar,
    case::{Case, Entry, Fact, event::ReviewedWith},
    ids::EventId,
    personal::Personal,
};

use super::forms;
use crate::{
    components::{
        disclose::focus,
        kept::is_kept,
        lines::{Line, Lines},
        show::Show,
        shown,
    },
    draw::view,
    engine::Engine,
    memo::{Live, follow_since},
    pages::person::Shown,
};

/// One thing to record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Who was told.
    Informed,
    /// Who took over.
    Handover,
    /// The rest of the record.
    Record,
    /// What was looked at again.
    Review(ReviewedWith),
}

impl Kind {
    /// Every kind, in the order in which they come up.
    const ALL: [Self; 6] = [
        Self::Informed,
        Self::Handover,
        Self::Record,
        Self::Review(ReviewedWith::Person),
        Self::Review(ReviewedWith::Supervisor),
        Self::Review(ReviewedWith::Manager),
    ];

    /// Its number in names of forms and fields.
    pub(super) fn number(self) -> usize {
        Self::ALL.iter().position(|kind| *kind == self).unwrap_or_default() + 1
    }

    fn title(self) -> &'static str {
        match self {
            Self::Informed => say!("Who was told"),
            Self::Handover => say!("Who has taken over"),
            Self::Record => say!("What was given, said and agreed"),
            Self::Review(ReviewedWith::Person) => say!("Check on the person"),
            Self::Review(ReviewedWith::Supervisor) => say!("Review with your GP supervisor"),
            Self::Review(ReviewedWith::Manager) => say!("Your own check-in"),
        }
    }

    /// What helps while it is to be done.
    fn hint(self) -> &'static str {
        match self {
            Self::Informed => say!("Today, by phone: their name and role, and at what time"),
            Self::Handover => say!("A named person. Until then it is yours"),
            Self::Record => {
                say!("Self-help and services, what they were told, consent, the next check")
            }
            Self::Review(ReviewedWith::Person) => say!("Talk with them again"),
            Self::Review(ReviewedWith::Supervisor) => {
                say!("What happened, and what to do differently")
            }
            Self::Review(ReviewedWith::Manager) => say!("With your manager: how you are after it"),
        }
    }
}

/// A task, as it stands.
#[derive(Debug, Clone, PartialEq)]
struct Task {
    kind: Kind,
    /// What was recorded of it last, and when; none while it is to be done.
    done: Option<(Personal<String>, Date, String)>,
    /// By when somebody is to check on the person.
    check_on: Option<Date>,
}

fn tasks_of(case: &Case, id: EventId) -> Vec<Task> {
    let Some(concern) = case.concerns().find(|own| own.entry.original.id == id) else {
        return Vec::new();
    };
    let [person, supervisor, manager] = concern.reviews;
    let entries = [concern.informed, concern.handover, concern.record, person, supervisor, manager];
    let check_on = concern.check_on();
    let tasks = Kind::ALL.into_iter().zip(entries).map(|(kind, entry)| {
        let is_check = kind == Kind::Review(ReviewedWith::Person);
        let check_on = check_on.filter(|_| is_check);
        // A check that was set after the last one is to be done again.
        let done = entry.filter(|_| check_on.is_none()).map(said_of);
        Task { kind, done, check_on }
    });
    tasks.collect()
}

fn said_of(entry: &Entry) -> (Personal<String>, Date, String) {
    let words = match &entry.current.fact {
        Fact::Informed(informed) => informed.who.clone(),
        Fact::Handover(handover) => handover.to.clone(),
        // What was written of these is long, and stands below among what happened.
        _ => Personal::default(),
    };
    (words, entry.on(), calendar::clock_words(entry.current.at.time()))
}

/// "Dr Osei, duty GP, today, 14:20".
fn done_words(words: &str, on: Date, time: &str, today: Date) -> String {
    let when = format!("{}, {time}", shown::near_day(on, today));
    match words {
        "" => shown::capital(&when),
        words => format!("{words}, {when}"),
    }
}

/// The list.
#[component]
pub(super) fn Tasks(shown: Shown, id: EventId, on: Date) -> impl IntoView {
    let tasks = shown.of(move |case| tasks_of(case, id));
    let line = move |task: Task| {
        // What was recorded since is another line; what is open or typed in the others stays.
        let done = task.done.as_ref().map(|(_, on, time)| format!("{on} {time}"));
        let check = task.check_on.map(|on| on.to_string());
        let [done, check] = [done, check].map(Option::unwrap_or_default);
        let key = format!("{} {done} {check}", task.kind.number());
        Line::new(key, move || view! { <OneTask shown id on task /> })
    };
    let lines = move || tasks.get().into_iter().map(line).collect();
    view! {
        <ul class="nhsuk-task-list fp-tasks">
            <li class="nhsuk-task-list__item fp-task">
                <div class="nhsuk-task-list__name-and-hint">
                    <span class="fp-task__name">"What they said, and what was needed"</span>
                </div>
                <div class="nhsuk-task-list__status nhsuk-task-list__status--completed">"Done"</div>
            </li>
            <Lines of=lines />
        </ul>
    }
}

#[component]
fn OneTask(shown: Shown, id: EventId, on: Date, task: Task) -> impl IntoView {
    let today = Engine::here().today();
    let Task { kind, done, check_on } = task;
    let body_id = format!("task-{id}-{}", kind.number());
    let (button_id, status_id) = (format!("{body_id}-open"), format!("{body_id}-status"));
    let (controls, described_by) = (body_id.clone(), status_id.clone());
    // What was begun is open again.
    let is_open = Live::new(is_kept(&forms::name_of(shown.case, id, kind)));
    let first = format!("{body_id}-first");
    follow_since(move |before: Option<bool>| {
        let open = is_open.get();
        if open && before == Some(false) {
            focus(first.clone());
        }
        open
    });
    let is_done = done.is_some();
    let hint = match (&done, check_on) {
        (Some((words, on, time)), _) => done_words(words.reveal(), *on, time, today),
        (None, Some(by)) => {
            said!("{what}, by {day}", what = kind.hint(), day = shown::near_day(by, today))
        }
        (None, None) => kind.hint().to_owned(),
    };
    let status = match is_done {
        true => view! {
            <div class="nhsuk-task-list__status nhsuk-task-list__status--completed" id=status_id>
                "Done"
            </div>
        }
        .into_any(),
        false => view! {
            <div class="nhsuk-task-list__status" id=status_id>
                <strong class="nhsuk-tag nhsuk-tag--blue">"To do"</strong>
            </div>
        }
        .into_any(),
    };
    let form = StoredValue::new((body_id.clone(), button_id.clone()));
    view! {
        <li class="nhsuk-task-list__item fp-task">
            <div class="nhsuk-task-list__name-and-hint">
                <button
                    type="button"
                    class="fp-link-button fp-task__name"
                    id=button_id
                    aria-expanded=move || if is_open.get() { "true" } else { "false" }
                    aria-controls=controls
                    aria-describedby=described_by
                    on:click=move |_| is_open.update(|open| *open = !*open)
                >
                    {kind.title()}
                </button>
                <div class="nhsuk-task-list__hint">{hint}</div>
            </div>
            {status}
            <div class="fp-task__body" id=body_id>
                <Show when=move || is_open.get()>
                    {
                        let (field, back) = form.get_value();
                        forms::of(shown, id, on, kind, field, back, is_open)
                    }
                </Show>
            </div>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use shared::few::Few;

    use jiff::{Timestamp, civil::date};
    use shared::{
        case::{
            Event, Person, Role,
            event::{
                Informed, UrgentAction, UrgentConcern, UrgentConsent, UrgentRecord, UrgentReview,
            },
        },
        ids::{CaseId, UserId},
    };

    use super::*;

    const TODAY: Date = date(2026, 11, 23);

    fn event(number: u64, fact: Fact) -> Event {
        Event {
            id: EventId::new(number, 1),
            device: None,
            at: TODAY.at(14, 5, 0, 0),
            recorded_at: Timestamp::UNIX_EPOCH,
            by: UserId::from_random([1; 16]),
            role: Role::LinkWorker,
            fact,
        }
    }

    fn done(facts: Vec<Fact>) -> Vec<bool> {
        let events = facts.into_iter().zip(1..).map(|(fact, number)| event(number, fact));
        let id = CaseId::from_random([2; 16]);
        let case = Case::fold(id, Person::default(), events, Few::new(), &mut Vec::new());
        tasks_of(&case, EventId::new(1, 1)).iter().map(|task| task.done.is_some()).collect()
    }

    #[test]
    fn each_task_is_done_once_it_is_recorded_and_a_new_check_is_to_be_done_again() {
        let words = || Personal::new("words".to_owned());
        let target = EventId::new(1, 1);
        let action = UrgentAction::SameDayClinician;
        let concern = || Fact::UrgentConcern(UrgentConcern { words: words(), action });
        let informed = || Fact::Informed(Informed { target, who: words() });
        let record = || {
            Fact::UrgentRecord(UrgentRecord {
                target,
                given: words(),
                told: words(),
                consent: UrgentConsent::Agreed,
                why: words(),
                next_check: Some(TODAY),
            })
        };
        let with = ReviewedWith::Person;
        let review = || Fact::UrgentReview(UrgentReview { target, with, words: words() });
        assert_eq!(done(vec![concern()]), [false; 6]);
        let told = [true, false, false, false, false, false];
        assert_eq!(done(vec![concern(), informed()]), told);
        let checked = [true, false, true, true, false, false];
        assert_eq!(done(vec![concern(), informed(), record(), review()]), checked);
        let again = [true, false, true, false, false, false];
        assert_eq!(done(vec![concern(), informed(), record(), review(), record()]), again);
    }

    #[test]
    fn a_done_task_says_who_and_when() {
        let said = |words| done_words(words, TODAY, "14:20", TODAY);
        assert_eq!(said("Dr Osei, duty GP"), "Dr Osei, duty GP, today, 14:20");
        assert_eq!(said(""), "Today, 14:20");
    }
}
