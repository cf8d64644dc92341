//! Carrying what is unsent off this phone: one button, and what to do with the file.

use std::time::Duration;

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, HtmlAnchorElement, Url};

use crate::{
    draw::view,
    engine::{Carried, CarriedFile, Engine, goes_along},
    memo::Live,
};

/// How long the browser gets to write a file down before it is taken out of memory.
const DOWNLOAD_TIME: Duration = Duration::from_secs(120);

/// The offer, wherever something is unsent.
pub fn carry_off() -> AnyView {
    let engine = Engine::here();
    let forms = engine.typed_forms();
    let stays = move || {
        let stays = forms.read().iter().any(|form| !goes_along(form));
        stays.then_some(say!(
            "A new referral, an activity or a suggestion for the directory that is not saved yet \
             does not go along. Save it first."
        ))
    };
    let said = Live::new(None::<Result<String, String>>);
    let made = StoredValue::new_local(None::<Carried>);
    let is_shareable = Live::new(false);
    let carry = move |_| {
        spawn_local(async move {
            let outcome = engine.carry_off().await;
            if let Ok(carried) = &outcome {
                carried.files.iter().for_each(download);
                is_shareable.set(can_share(carried));
            }
            said.set(Some(outcome.as_ref().map(what_to_do).map_err(Clone::clone)));
            made.set_value(outcome.ok());
        });
    };
    let share = move |_| {
        let Some(carried) = made.get_value() else { return };
        spawn_local(async move {
            // Whoever changes their mind has the file all the same.
            let _ = shared_with(&carried).await;
        });
    };
    let words = move || said.get().map(|said| said.unwrap_or_else(|problem| problem));
    view! {
        <p>
            "You can put what is not sent into a file and give that to your service administrator or lead, by \
             email or on a memory stick. Only your service can open it."
        </p>
        <p>{stays}</p>
        <button type="button" class="nhsuk-button nhsuk-button--secondary" on:click=carry>
            "Carry it off this phone"
        </button>
        <div role="status">
            {move || words().map(|words| view! { <p class="nhsuk-inset-text">{words}</p> })}
        </div>
        {move || {
            is_shareable.get().then(|| view! {
                <button type="button" class="nhsuk-button nhsuk-button--secondary" on:click=share>
                    "Share the file"
                </button>
            })
        }}
    }
    .into_any()
}

fn what_to_do(carried: &Carried) -> String {
    let names: Vec<&str> = carried.files.iter().map(|file| file.name.as_str()).collect();
    let entries = counted!(entries = carried.entries, "{entries} entry", "{entries} entries");
    said!(
        "{files} is among this phone's downloads, with {entries} in it. Give it to your service \
         administrator or lead. It also stays here, and is sent as soon as this phone can: nothing \
         is recorded twice.",
        files = names.join(say!(" and "))
    )
}

fn file_of(file: &CarriedFile) -> Option<File> {
    let parts = Array::of1(&Uint8Array::from(file.bytes.as_slice()));
    File::new_with_u8_array_sequence(&parts, &file.name).ok()
}

/// Gives a file to the person, as browsers do with what is downloaded.
fn download(file: &CarriedFile) {
    let Some(made) = file_of(file) else { return };
    let Ok(url) = Url::create_object_url_with_blob(&made) else { return };
    if let Ok(link) = document().create_element("a") {
        let link: HtmlAnchorElement = link.unchecked_into();
        link.set_href(&url);
        link.set_download(&file.name);
        link.click();
    }
    set_timeout(
        move || {
            let _ = Url::revoke_object_url(&url);
        },
        DOWNLOAD_TIME,
    );
}

/// The browser's own sharing, which not every one has: its two functions, and what goes into both.
fn sharing(carried: &Carried, name: &str) -> Option<(JsValue, Function, Object)> {
    let navigator: JsValue = web_sys::window()?.navigator().into();
    let function = Reflect::get(&navigator, &name.into()).ok()?.dyn_into().ok()?;
    let files: Array = carried.files.iter().filter_map(file_of).collect();
    let data = Object::new();
    // Setting a property of a fresh object cannot fail.
    let _ = Reflect::set(&data, &"files".into(), &files);
    Some((navigator, function, data))
}

fn can_share(carried: &Carried) -> bool {
    let asked = sharing(carried, "canShare")
        .and_then(|(navigator, can, data)| can.call1(&navigator, &data).ok());
    asked.is_some_and(|answer| answer.is_truthy())
}

async fn shared_with(carried: &Carried) -> Option<JsValue> {
    let (navigator, share, data) = sharing(carried, "share")?;
    let sharing: Promise = share.call1(&navigator, &data).ok()?.dyn_into().ok()?;
    JsFuture::from(sharing).await.ok()
}
