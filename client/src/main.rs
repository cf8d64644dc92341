//! Fingerpost on the phone: mounts the app.

use leptos::prelude::*;
use leptos_router::components::{A, Route, Router, Routes};
use leptos_router::path;

fn main() {
    console_error_panic_hook::set_once();
    mount_to_body(App);
}

#[component]
fn App() -> impl IntoView {
    view! {
        <Router>
            <main class="nhsuk-main-wrapper nhsuk-width-container" id="maincontent">
                <Routes fallback=|| view! { <h1>"There is no such screen"</h1> }>
                    <Route path=path!("/") view=Today />
                    <Route path=path!("/today") view=Today />
                    <Route path=path!("/people") view=People />
                </Routes>
            </main>
        </Router>
    }
}

#[component]
fn Today() -> impl IntoView {
    let contacts = RwSignal::new(0_u32);
    view! {
        <h1>"Today"</h1>
        <p>{move || format!("{} contacts", contacts.get())}</p>
        <button class="nhsuk-button" on:click=move |_| contacts.update(|count| *count += 1)>
            "Add a contact"
        </button>
        <p><A href="/people">"People"</A></p>
    }
}

#[component]
fn People() -> impl IntoView {
    // Until the real screens come, an empty document proves that automerge runs on the phone.
    let actor = automerge::AutoCommit::new().get_actor().to_string();
    view! {
        <h1>"People"</h1>
        <p>{actor}</p>
    }
}
