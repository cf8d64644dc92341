//! The passphrase: choosing it on a new phone, and unlocking with it ever after, with or without a
//! signal.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

use crate::{
    components::{notices::HomeScreenFirst, show::Show},
    engine::Engine,
};

/// Whoever has just signed in chooses what locks this phone.
#[component]
pub fn Choose() -> impl IntoView {
    view! {
        <h1 class="nhsuk-heading-l">"Choose a passphrase for this phone"</h1>
        <HomeScreenFirst />
        <p>
            "It locks everything that Fingerpost keeps here. You type it to open the app, also where \
             there is no signal."
        </p>
        <p>
            "Nobody can look it up. If you forget it, you need a new sign-in link, and what this \
             phone had not sent is lost."
        </p>
        <PassphraseForm
            hint="At least 12 characters. Three or four words that do not belong together are good."
            autocomplete="new-password"
            button="Lock this phone with it"
            at_work="Locking\u{2026}"
            is_new=true
        />
    }
}

/// What is on this phone waits for its passphrase.
#[component]
pub fn Unlock(
    /// How many entries wait to be sent.
    waiting: u32,
) -> impl IntoView {
    view! {
        <h1 class="nhsuk-heading-l">"Unlock Fingerpost"</h1>
        <PassphraseForm
            hint="Works without a signal."
            autocomplete="current-password"
            button="Unlock"
            at_work="Unlocking\u{2026}"
            is_new=false
        />
        <Forget waiting />
    }
}

/// The service was not heard from for too long.
#[component]
pub fn LeaseEnded(
    /// After so many hours.
    hours: u16,
) -> impl IntoView {
    let engine = Engine::here();
    view! {
        <h1 class="nhsuk-heading-l">"This phone needs a signal"</h1>
        <p>
            {format!(
                "It has not reached your service for {hours} hours, so it shows nothing until it \
                 has. What you wrote is kept here, locked, and is sent then.",
            )}
        </p>
        <button class="nhsuk-button" on:click=move |_| engine.reload()>"Try again"</button>
    }
}

#[component]
fn PassphraseForm(
    hint: &'static str,
    autocomplete: &'static str,
    button: &'static str,
    at_work: &'static str,
    /// Whether it is being chosen.
    is_new: bool,
) -> impl IntoView {
    let engine = Engine::here();
    let typed = RwSignal::new(String::new());
    let is_shown = RwSignal::new(false);
    let problem = RwSignal::new(String::new());
    let is_working = RwSignal::new(false);
    let has_problem = move || !problem.read().is_empty();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !is_working.get_untracked() {
            is_working.set(true);
            problem.set(String::new());
            let passphrase = typed.get_untracked();
            spawn_local(async move {
                let outcome = match is_new {
                    true => engine.choose_passphrase(passphrase).await,
                    false => engine.unlock(passphrase).await,
                };
                // Where it went well, the screen has gone, and its signals with it.
                if let Err(words) = outcome {
                    problem.set(words);
                    is_working.set(false);
                }
            });
        }
    };
    view! {
        <form on:submit=submit novalidate>
            <div class="nhsuk-form-group" class:nhsuk-form-group--error=has_problem>
                <label class="nhsuk-label nhsuk-label--m" for="passphrase">"Passphrase"</label>
                <div class="nhsuk-hint" id="passphrase-hint">{hint}</div>
                <span class="nhsuk-error-message" id="passphrase-problem" role="alert">
                    {move || problem.get()}
                </span>
                <input
                    class="nhsuk-input"
                    class:nhsuk-input--error=has_problem
                    id="passphrase"
                    type=move || if is_shown.get() { "text" } else { "password" }
                    autocomplete=autocomplete
                    autocapitalize="none"
                    spellcheck="false"
                    aria-describedby="passphrase-hint passphrase-problem"
                    bind:value=typed
                />
            </div>
            <div class="nhsuk-checkboxes fp-reveal">
                <div class="nhsuk-checkboxes__item">
                    <input
                        class="nhsuk-checkboxes__input"
                        id="reveal"
                        type="checkbox"
                        on:change=move |_| is_shown.update(|shown| *shown = !*shown)
                    />
                    <label class="nhsuk-label nhsuk-checkboxes__label" for="reveal">
                        "Show what I type"
                    </label>
                </div>
            </div>
            <button class="nhsuk-button" type="submit">
                {move || if is_working.get() { at_work } else { button }}
            </button>
        </form>
    }
}

/// Giving the phone up, also where there is no signal.
#[component]
fn Forget(waiting: u32) -> impl IntoView {
    let engine = Engine::here();
    let is_asking = RwSignal::new(false);
    let problem = RwSignal::new(String::new());
    let forget = move |_| {
        spawn_local(async move {
            if let Err(words) = engine.forget().await {
                problem.set(words);
            }
        });
    };
    let lost = match waiting {
        0 => "Everything that was written here has been sent.".to_owned(),
        1 => "1 entry has not been sent, and would be lost.".to_owned(),
        many => format!("{many} entries have not been sent, and would be lost."),
    };
    view! {
        <Show
            when=move || is_asking.get()
            fallback=move || {
                view! {
                    <button
                        class="nhsuk-button nhsuk-button--secondary"
                        on:click=move |_| is_asking.set(true)
                    >
                        "Forget this phone"
                    </button>
                }
            }
        >
            <h2 class="nhsuk-heading-m">"Forget this phone?"</h2>
            <p>
                "This removes everything that Fingerpost keeps here, and works without a signal. "
                <strong>{lost.clone()}</strong>
                " To come back you need a new sign-in link."
            </p>
            <p role="alert">{move || problem.get()}</p>
            <div class="nhsuk-button-group">
                <button class="nhsuk-button nhsuk-button--warning" on:click=forget>
                    "Forget it and remove everything"
                </button>
                <button
                    class="nhsuk-button nhsuk-button--secondary"
                    on:click=move |_| is_asking.set(false)
                >
                    "Keep it"
                </button>
            </div>
        </Show>
    }
}
