//! Whether the browser promised to keep what is stored here, and how much room it has for more.

use js_sys::{Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::StorageManager;

/// The browser's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Persistence {
    /// Not asked yet.
    #[default]
    Unknown,
    /// It keeps everything until the person removes it.
    Promised,
    /// It may remove everything when the phone runs short of room.
    NotPromised,
}

impl Persistence {
    /// What the answer means, and what to do.
    pub fn words(self) -> &'static str {
        match self {
            Self::Unknown => {
                say!("The browser has not said yet whether it keeps what is stored here.")
            }
            Self::Promised => {
                say!("The browser has promised to keep what is stored on this phone.")
            }
            Self::NotPromised => {
                say!(
                    "The browser may remove what is stored here when the phone runs short of room. \
                     Add Fingerpost to the home screen, which makes that unlikely, and send often."
                )
            }
        }
    }
}

/// Asks the browser to keep what is stored. It may ask the person.
pub async fn ask_to_persist() -> Persistence {
    answer(StorageManager::persist).await
}

/// What the browser said, without asking anybody.
pub async fn is_persisted() -> Persistence {
    answer(StorageManager::persisted).await
}

/// How much more the browser lets this app store, in whole megabytes; `None` where it does not say.
pub async fn room_mb() -> Option<u32> {
    let storage = web_sys::window()?.navigator().storage();
    let estimate = JsFuture::from(storage.estimate().ok()?).await.ok()?;
    let bytes = |name: &str| Reflect::get(&estimate, &name.into()).ok()?.as_f64();
    let room = bytes("quota")? - bytes("usage")?;
    // The cast saturates.
    Some((room / BYTES_PER_MB) as u32)
}

const BYTES_PER_MB: f64 = 1_000_000.0;

async fn answer(ask: fn(&StorageManager) -> Result<Promise, JsValue>) -> Persistence {
    let storage = web_sys::window().map(|window| window.navigator().storage());
    let Some(Ok(promise)) = storage.as_ref().map(ask) else { return Persistence::NotPromised };
    match JsFuture::from(promise).await {
        Ok(answer) if answer.is_truthy() => Persistence::Promised,
        _ => Persistence::NotPromised,
    }
}
