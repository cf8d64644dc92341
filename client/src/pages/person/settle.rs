//! What two people wrote at once: side by side, for a person to choose.

use jiff::civil::Date;
use leptos::prelude::*;
use shared::{
    case::{
        Case, Entry, Fact, Field, Side,
        event::{ConflictResolved, Retracted},
        sex_words,
    },
    ids::DeviceId,
    personal::Personal,
    written::Written,
};

use super::{Shown, author};
use crate::{
    components::{
        ask::Ask,
        entry::{Saving, event_of, signed_out},
        lines::{Line, Lines},
        show::Show,
        shown,
    },
    draw::view,
    engine::Engine,
};

/// A field in which several values stand.
#[derive(Debug, Clone, PartialEq)]
struct Contested {
    field: Field,
    values: Vec<(Personal<String>, Side)>,
}

fn fields_of(case: &Case) -> Vec<Contested> {
    let fields = Field::ALL.into_iter().filter_map(|field| {
        let values = case.person.register(field).sides()?.cloned().collect();
        Some(Contested { field, values })
    });
    fields.collect()
}

/// Both answers of every referral in which both stand.
fn answers_of(case: &Case) -> Vec<Entry> {
    let contested = case.episodes().into_iter();
    let contested = contested.filter(|episode| episode.answer() == shared::case::Answer::Contested);
    contested.flat_map(|episode| episode.answers).cloned().collect()
}

/// Everything that waits for a choice.
#[component]
pub(super) fn Settle(shown: Shown) -> impl IntoView {
    let (answers, contested) = (shown.of(answers_of), shown.of(fields_of));
    let side = move |entry: Entry| {
        Line::new(entry.original.id, move || view! { <AnswerSide shown entry /> })
    };
    let sides = move || answers.get().into_iter().map(side).collect();
    let field = move |contested: Contested| {
        // With its values: other ones are another question.
        let values: Vec<_> =
            contested.values.iter().map(|(value, _)| value.reveal().as_str()).collect();
        let key = format!("{} {}", contested.field.stored_name(), values.join("\n"));
        Line::new(key, move || view! { <FieldSides shown contested /> })
    };
    let fields = move || contested.get().into_iter().map(field).collect();
    view! {
        <div id="settle">
            <Show when=move || !answers.read().is_empty()>
                <section class="fp-settle" aria-labelledby="settle-answers">
                    <h2 class="nhsuk-heading-m" id="settle-answers">"Two answers are recorded"</h2>
                    <p>
                        "Both “accepted” and “declined” are recorded for this referral. No code \
                         goes to the practice until one is withdrawn."
                    </p>
                    <div class="fp-sides">
                        <Lines of=sides />
                    </div>
                </section>
            </Show>
            <Lines of=fields />
        </div>
    }
}

#[component]
fn AnswerSide(shown: Shown, entry: Entry) -> impl IntoView {
    let engine = Engine::here();
    let target = entry.original.id;
    let said = match entry.current.fact {
        Fact::Accepted(_) => say!("Accepted"),
        _ => say!("Declined"),
    };
    let who = engine.profile().with_untracked(|profile| author(profile.as_deref(), &entry));
    let on = shown::day(entry.on(), engine.today());
    let place = on_which(engine, entry.original.device);
    let recorded = crate::words::when(entry.original.recorded_at, engine.now());
    let becomes = move |reason| Fact::Retracted(Retracted { target, reason });
    view! {
        <div class="fp-side">
            <h3 class="nhsuk-heading-s">{said}</h3>
            <p>"On " {on} ". Recorded by " {who} ", " {recorded} ", " {place} "."</p>
            <Ask
                case=shown.case
                id=format!("withdraw-{target}")
                button=said!("“{said}” is wrong")
                label=say!("Why is it wrong?")
                hint=say!("It stays in the record, marked as withdrawn")
                send=say!("Withdraw it")
                missing=say!("Write why it is wrong")
                becomes
            />
        </div>
    }
}

#[component]
fn FieldSides(shown: Shown, contested: Contested) -> impl IntoView {
    let saving = Saving::new();
    let field = contested.field;
    let heading = said!("Two values for {field}", field = field.words());
    let holds =
        field.is_identity().then_some(say!(" No code goes to the practice until one is kept."));
    let sides = contested.values.into_iter().map(|(value, side)| {
        view! { <ValueSide shown field value side saving /> }
    });
    let heading_id = format!("settle-{}", field.stored_name());
    let labelled_by = heading_id.clone();
    view! {
        <section class="fp-settle" aria-labelledby=labelled_by>
            <h2 class="nhsuk-heading-m" id=heading_id>{heading}</h2>
            <p>"Two people wrote different values at once." {holds}</p>
            <p class="nhsuk-error-message" role="alert">{move || saving.problem.get()}</p>
            <div class="fp-sides">{sides.collect::<Vec<_>>()}</div>
        </section>
    }
}

#[component]
fn ValueSide(
    shown: Shown,
    field: Field,
    value: Personal<String>,
    side: Side,
    saving: Saving,
) -> impl IntoView {
    let engine = Engine::here();
    let case = shown.case;
    let written = written_words(engine, side);
    let read = value_words(engine, field, value.reveal());
    let name = said!("Keep this one: {read}");
    let keep = move |_| {
        let value = value.clone();
        let resolved = ConflictResolved { field: field.stored_name().to_owned() };
        let save = match event_of(engine, Fact::ConflictResolved(resolved)) {
            Some(event) => engine.edit(case, move |writer| {
                writer.put_field(field, value.reveal())?;
                writer.put_event(&event)
            }),
            None => signed_out(),
        };
        saving.run(save, || {});
    };
    view! {
        <div class="fp-side">
            <p class="fp-side__value">{read}</p>
            <p>{written}</p>
            <button
                type="button"
                class="nhsuk-button nhsuk-button--secondary fp-button"
                aria-label=name
                disabled=move || saving.busy.get()
                on:click=keep
            >
                "Keep this one"
            </button>
        </div>
    }
}

/// "Written by Sam Lee, 14:02, on another phone.": what tells two sides apart.
fn written_words(engine: Engine, side: Side) -> Option<String> {
    let who = engine.profile().with_untracked(|profile| {
        let name = profile.as_ref()?.name_of(side.by?).to_owned();
        Some(name)
    })?;
    let when = crate::words::when(side.at?, engine.now());
    Some(said!("Written by {who}, {when}, {place}.", place = on_which(engine, side.device)))
}

/// On which phone something was written.
fn on_which(engine: Engine, device: Option<DeviceId>) -> &'static str {
    let own = engine.profile().with_untracked(|profile| profile.as_ref().map(|own| own.device));
    if own.is_some() && own == device { say!("on this phone") } else { say!("on another phone") }
}

/// A stored value as a person reads it.
fn value_words(engine: Engine, field: Field, value: &str) -> String {
    match field {
        Field::NhsNumber => shown::nhs_number(value),
        Field::Sex => sex_words(value).to_owned(),
        Field::BirthDate => Date::read(value).map_or_else(|| value.to_owned(), shown::date),
        Field::PracticeOds => engine.profile().with_untracked(|profile| {
            let name = profile.as_ref().map(|profile| profile.practice_name(value).to_owned());
            name.unwrap_or_else(|| value.to_owned())
        }),
        _ => value.to_owned(),
    }
}
