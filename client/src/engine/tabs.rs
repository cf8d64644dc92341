//! Only one tab works with what is on this phone. The browser's lock tells the tabs of each other;
//! what makes a mistake harmless is the vault, which refuses a write from all but the last opening.

use std::{cell::RefCell, rc::Rc, time::Duration};

use futures_channel::oneshot;
use js_sys::{Object, Promise, Reflect};
use leptos::{prelude::set_timeout, task::spawn_local};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::BroadcastChannel;

const LOCK: &str = "fingerpost";
const CHANNEL: &str = "fingerpost-tabs";
/// In this tab's session storage: it was asked to take over, and is being loaded again for that.
const TAKING_OVER: &str = "fingerpost-taking-over";
/// What the other tab gets to save a draft that is being typed.
const HAND_OVER_WAIT: Duration = Duration::from_millis(800);
/// A page that is being reloaded gives its lock back within this time.
const RELOAD_WAIT: Duration = Duration::from_millis(1_000);
/// What this tab takes to save a draft that is being typed, once another one asks for its turn.
const FLUSH_WAIT: Duration = Duration::from_millis(500);

#[wasm_bindgen]
extern "C" {
    /// `web_sys` has locks only where the whole build is unstable.
    #[wasm_bindgen(js_namespace = ["navigator", "locks"], js_name = request, catch)]
    fn request_lock(
        name: &str,
        options: &JsValue,
        granted: &Closure<dyn FnMut(JsValue) -> JsValue>,
    ) -> Result<Promise, JsValue>;
}

/// Waits until this tab may work. `wait` is called when another tab is at work, so that it may take
/// long; `leave` when another tab is about to take over, and `lost` when it has.
pub async fn take_turn(
    wait: impl FnOnce() + 'static,
    leave: impl Fn() + 'static,
    lost: impl Fn() + 'static,
) {
    let lost = Rc::new(lost);
    let losing = lost.clone();
    let (granted, turn) = oneshot::channel();
    let granted = Rc::new(RefCell::new(Some(granted)));
    let answer = granted.clone();
    let grant = Closure::<dyn FnMut(JsValue) -> JsValue>::new(move |_| {
        if let Some(granted) = answer.borrow_mut().take() {
            let _ = granted.send(());
        }
        // Held for as long as this page lives: nothing ever resolves it.
        Promise::new(&mut |_, _| {}).into()
    });
    let options = Object::new();
    let _ = Reflect::set(&options, &"steal".into(), &is_taking_over().into());
    let Ok(held) = request_lock(LOCK, &options, &grant) else {
        // No locks in this browser, or not at this address: the vault alone decides.
        return;
    };
    grant.forget();
    let refused = granted.clone();
    spawn_local(async move {
        // What was granted ends in one way only: another tab took it.
        let _ = JsFuture::from(held).await;
        match refused.borrow_mut().take() {
            // The browser has locks but gives none here: again the vault alone decides.
            Some(granted) => drop(granted),
            None => lost(),
        }
    });
    set_timeout(
        move || {
            if granted.borrow().is_some() {
                wait();
            }
        },
        RELOAD_WAIT,
    );
    let _ = turn.await;
    hear_of_others(move || {
        leave();
        let losing = losing.clone();
        set_timeout(move || losing(), FLUSH_WAIT);
    });
}

/// Takes over from the other tab, by loading this page again.
pub async fn use_this_tab() {
    if let Ok(channel) = BroadcastChannel::new(CHANNEL) {
        let _ = channel.post_message(&JsValue::TRUE);
        channel.close();
    }
    let (done, waited) = oneshot::channel::<()>();
    set_timeout(move || drop(done), HAND_OVER_WAIT);
    let _ = waited.await;
    if let Some(storage) = session_storage() {
        let _ = storage.set_item(TAKING_OVER, "yes");
    }
    if let Some(window) = web_sys::window() {
        let _ = window.location().reload();
    }
}

/// Another tab says that it is about to take over.
fn hear_of_others(lost: impl FnMut() + 'static) {
    let Ok(channel) = BroadcastChannel::new(CHANNEL) else { return };
    let told = Closure::<dyn FnMut()>::new(lost);
    channel.set_onmessage(Some(told.as_ref().unchecked_ref()));
    told.forget();
    // Open for as long as this page lives; dropping the handle does not close it.
    std::mem::forget(channel);
}

fn is_taking_over() -> bool {
    let Some(storage) = session_storage() else { return false };
    let asked = storage.get_item(TAKING_OVER).ok().flatten().is_some();
    let _ = storage.remove_item(TAKING_OVER);
    asked
}

fn session_storage() -> Option<web_sys::Storage> {
    web_sys::window()?.session_storage().ok()?
}
