//! One contact, as it is written: filled in as contacts mostly are, and saved as it is typed.

mod coding;
mod form;
mod minutes;
mod next;
mod opened;
mod people;
mod signpost;
mod text;
mod when;

pub use coding::{CodingBox, seen_by_practice};
use jiff::civil::Date;
use leptos::{prelude::*, task::spawn_local};
pub use opened::{Closed, begin, written};
pub use people::{Before, before};
use shared::{
    case::{
        ContactDraft,
        event::{ContactMode, ContactOutcome, ContactPurpose},
    },
    ids::{CaseId, EventId},
    personal::Personal,
};

use self::{
    form::Form,
    minutes::MinutesFields,
    next::NextStep,
    people::{Decided, Goal, Needs, Over},
    signpost::Signposts,
    text::ParagraphField,
    when::WhenAndWhere,
};
use crate::{
    address::Address,
    components::{chips::RadioChips, confirm::Confirm, disclose::focus, shown},
    draw::view,
    engine::{CaseRead, Engine},
    memo::{Live, follow, memo},
};

/// The screen on which a contact is written.
#[component]
pub fn ContactEditor(contact: Option<(CaseId, EventId)>) -> impl IntoView {
    match contact {
        Some((case, draft)) => view! { <Opening case draft /> }.into_any(),
        None => view! { <ClosedScreen closed=Closed::NoPerson case=None /> }.into_any(),
    }
}

/// Gives a new contact its name, and leaves nothing behind for the platform's back.
#[component]
pub fn NewContact(case: Option<CaseId>) -> impl IntoView {
    let (engine, address) = (Engine::here(), Address::here());
    match case {
        Some(case) => {
            let path = format!("/person/{case}/contact/{}", engine.new_event_id());
            follow(move || address.go_instead(&path));
            ().into_any()
        }
        None => view! { <ClosedScreen closed=Closed::NoPerson case=None /> }.into_any(),
    }
}

/// Looks up what was written, and begins a contact where nothing was.
#[component]
fn Opening(case: CaseId, draft: EventId) -> impl IntoView {
    let engine = Engine::here();
    let read = engine.case(case);
    let opened = Live::new(None::<Result<ContactDraft, Closed>>);
    spawn_local(async move {
        let written = written(engine, case, draft).await;
        // The screen may have gone meanwhile.
        let Some(read) = read.try_get_untracked() else { return };
        let draft = written.and_then(|written| match written {
            Some(draft) => Ok(draft),
            None => begin(engine, read),
        });
        opened.set(Some(draft));
    });
    let screen = move || {
        opened.get().map(|opened| match opened {
            Ok(written) => view! { <Editor case draft_id=draft draft=written /> }.into_any(),
            Err(closed) => view! { <ClosedScreen closed case=Some(case) /> }.into_any(),
        })
    };
    view! { {screen} }
}

/// Says why there is no contact to write or to check, and where to go.
#[component]
pub fn ClosedScreen(closed: Closed, case: Option<CaseId>) -> impl IntoView {
    let (heading, words) = closed.words();
    let back = match case.filter(|_| closed != Closed::NoPerson) {
        Some(case) => (format!("/person/{case}"), say!("Go to the person")),
        None => ("/people".to_owned(), say!("Go to People")),
    };
    view! {
        <h1 class="nhsuk-heading-l">{heading}</h1>
        <p>{words}</p>
        <p><a href=back.0 class="fp-target">{back.1}</a></p>
    }
}

/// Whose contact it is, for headings.
pub fn name_of(read: &CaseRead) -> String {
    match read {
        Some(Ok(view)) => shown::full_name(&view.case.person),
        Some(Err(_)) | None => say!("a person").into(),
    }
}

/// What tells them apart from whoever bears the same name.
pub fn born(read: &CaseRead) -> Option<Date> {
    read.as_ref()?.as_ref().ok()?.case.person.birth_date()
}

#[component]
fn Editor(case: CaseId, draft_id: EventId, draft: ContactDraft) -> impl IntoView {
    let engine = Engine::here();
    let form = Form::new(engine, case, draft_id, draft);
    let read = engine.case(case);
    let name = memo(move || read.with(name_of));
    let age = move || shown::age(read.with(born), engine.today());
    focus_on_named_field();
    let fields = form.read(coding::without_note);
    let preview = memo(move || {
        // What is written in the record meanwhile may change what the rules say.
        read.track();
        engine.preview(case, &fields.read())
    });
    view! {
        <p class="fp-after">
            <a href=format!("/person/{case}") class="fp-target">"Back to " {move || name.get()}</a>
        </p>
        <h1 class="nhsuk-heading-l fp-title">"Contact with " {move || name.get()}</h1>
        <p class="fp-quiet">{age}</p>
        <Over form />
        <form
            class="fp-editor"
            novalidate
            on:submit=|event| event.prevent_default()
            on:focusout=move |_| form.save_now()
        >
            <Note form />
            <HowItWent form />
            <WhenAndWhere form />
            <Purpose form />
            <Decided form />
            // Below what decides it, and in sight while it is decided.
            <CodingBox preview />
            <Signposts form />
            <NextStep form />
            <Needs form />
            <Goal form />
            <MinutesFields form />
        </form>
        <ToTheCheck form />
        <ThrowAway form />
    }
}

/// A link to a field, as the check's Change links are, puts the focus there.
fn focus_on_named_field() {
    let address = Address::here();
    if let Some(field) = untrack(|| address.part()) {
        focus(field);
    }
}

#[component]
fn Note(form: Form) -> impl IntoView {
    let note = form.read(|draft| draft.note.reveal().clone());
    let set = Callback::new(move |note| form.write(|draft| draft.note = Personal::new(note)));
    view! { <ParagraphField id="note" label=say!("Note") rows=7 value=note on_input=set /> }
}

#[component]
fn HowItWent(form: Form) -> impl IntoView {
    let outcome = form.read(|draft| draft.outcome);
    let set_outcome = Callback::new(move |outcome| form.write(|draft| draft.outcome = outcome));
    let mode = form.read(|draft| draft.mode);
    let set_mode = Callback::new(move |mode| form.write(|draft| draft.mode = mode));
    view! {
        <RadioChips
            id="outcome"
            legend=say!("Did you meet?")
            choices=ContactOutcome::ALL.map(|outcome| (outcome, outcome.words())).to_vec()
            chosen=outcome
            on_choose=set_outcome
        />
        <RadioChips
            id="mode"
            legend=say!("How")
            choices=ContactMode::ALL.map(|mode| (mode, mode.words())).to_vec()
            chosen=mode
            on_choose=set_mode
        />
    }
}

#[component]
fn Purpose(form: Form) -> impl IntoView {
    let purpose = form.read(|draft| draft.purpose);
    let options = ContactPurpose::ALL.into_iter().enumerate().map(move |(index, own)| {
        view! {
            <option value=index.to_string() prop:selected=move || purpose.get() == own>
                {own.words()}
            </option>
        }
    });
    let set = move |value: String| {
        let chosen = value.parse().ok().and_then(|at: usize| ContactPurpose::ALL.get(at).copied());
        if let Some(purpose) = chosen {
            form.write(|draft| draft.purpose = purpose);
        }
    };
    view! {
        <div class="nhsuk-form-group fp-field">
            <label class="nhsuk-label fp-legend" for="purpose">"What it was for"</label>
            <div class="nhsuk-hint" id="purpose-hint">
                "Only support that they could accept or decline is ever coded."
            </div>
            <select
                class="nhsuk-select fp-wide"
                id="purpose"
                name="purpose"
                aria-describedby="purpose-hint"
                on:change=move |event| set(event_target_value(&event))
            >
                {options.collect::<Vec<_>>()}
            </select>
        </div>
    }
}

/// Where what was typed is, and the way to the check: always in sight, above the bar.
#[component]
fn ToTheCheck(form: Form) -> impl IntoView {
    let address = Address::here();
    let here = StoredValue::new(());
    let (words, is_failing) = (form.saved_words(), form.is_failing());
    let check = move |_| {
        spawn_local(async move {
            // A draft that is not on the disk stays here, where it can be seen; and whoever has
            // left the screen meanwhile stays where they are.
            if form.save().await.is_ok() && here.try_get_value().is_some() {
                address.go(&format!("/person/{}/contact/{}/check", form.case, form.draft_id));
            }
        });
    };
    view! {
        <div class="fp-sign">
            <p class="fp-saved" class:fp-saved--failing=move || is_failing.get() role="status">
                {move || words.get()}
            </p>
            <button type="button" class="nhsuk-button" on:click=check>"Check and sign"</button>
        </div>
    }
}

/// Away with it, once that was asked again.
#[component]
fn ThrowAway(form: Form) -> impl IntoView {
    let (engine, address) = (Engine::here(), Address::here());
    let here = StoredValue::new(());
    let discard = move || async move {
        form.stop();
        let discarded = engine.discard(form.case, form.draft_id).await;
        discarded.map_err(|error| error.to_string())?;
        // Whoever has left the screen meanwhile stays where they are.
        if here.try_get_value().is_some() {
            address.go_instead(&format!("/person/{}", form.case));
        }
        Ok(())
    };
    view! {
        <Confirm
            id="discard"
            button=say!("Throw away")
            class="fp-link-button"
            confirm=say!("Throw away")
            keep=say!("Keep it")
            act=discard
        >
            <p><strong>"Throw this away? It cannot be brought back."</strong></p>
        </Confirm>
    }
}
