//! What a phone is told ahead of time, quietly: that it belongs on the home screen, and that it is
//! nearly full.

use js_sys::Reflect;
use leptos::{prelude::*, task::spawn_local};

use crate::{components::show::Show, draw::view, engine::Engine};

/// With less room than this the person is told: the app takes a few megabytes for itself, and a
/// phone that short of room is about to refuse everybody.
const LITTLE_ROOM_MB: u32 = 20;

/// On an iPhone or iPad, in a browser's tab, what to do before there is no signal.
#[component]
pub fn HomeScreenFirst() -> impl IntoView {
    is_iphone_tab().then(|| {
        view! {
            <p class="nhsuk-inset-text fp-inset">
                <strong>"Put Fingerpost on the home screen first. "</strong>
                "Press Share, then Add to Home Screen, and open it from there: it asks for a sign-in \
                 link of its own. In a tab, an iPhone may remove what is stored after 7 days."
            </p>
        }
    })
}

/// That this phone is nearly full, and what to do.
#[component]
pub fn LittleRoom() -> impl IntoView {
    let engine = Engine::here();
    spawn_local(async move { engine.look_for_room().await });
    let room = engine.room_mb();
    let said = move || little_room_words(room.get());
    view! {
        <Show when=move || said().is_some()>
            <p class="nhsuk-inset-text fp-inset">
                <strong>"This phone is nearly full. "</strong>
                {said}
            </p>
        </Show>
    }
}

fn little_room_words(room_mb: Option<u32>) -> Option<String> {
    let room = match room_mb.filter(|room| *room < LITTLE_ROOM_MB)? {
        0 => say!("less than 1 MB").to_owned(),
        room => said!("about {room} MB"),
    };
    Some(said!(
        "There is room for {room} more. Delete photos or apps, and send what waits: once it is \
         full, Fingerpost cannot save on it.",
    ))
}

/// Only browsers on iPhones and iPads say whether they show an app from the home screen.
fn is_iphone_tab() -> bool {
    let navigator = window().navigator();
    Reflect::get(&navigator, &"standalone".into()).is_ok_and(|from_home| from_home == false)
}

#[cfg(test)]
mod tests {
    use super::little_room_words;

    #[test]
    fn a_phone_with_little_room_is_told_how_little() {
        assert_eq!(little_room_words(None), None);
        assert_eq!(little_room_words(Some(20)), None);
        let said = |room| little_room_words(Some(room)).unwrap_or_default();
        assert!(said(19).starts_with("There is room for about 19 MB more."));
        assert!(said(0).starts_with("There is room for less than 1 MB more."));
    }
}
