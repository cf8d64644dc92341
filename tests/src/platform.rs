//! What platforms do to an app, brought about: a full disk, a store that is gone, a second tab; and
//! a keyboard in place of a finger.

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use serde_json::{Value, json};

use crate::{Browser, must};

impl Browser {
    /// Lets the app store so many bytes more than it has stored by now, or as much as it likes.
    /// Chromium looks anew only when the room that it knew of is used up: give a little first, and
    /// then [`fill_storage`](Self::fill_storage).
    #[track_caller]
    pub fn leave_room(&self, more_bytes: Option<u64>) {
        let mut limit = json!({ "origin": self.origin() });
        if let Some(more_bytes) = more_bytes {
            let stored = self.script_until_done(
                "const done = arguments[arguments.length - 1];
                 navigator.storage.estimate().then(({ usage }) => done(usage));",
            );
            limit["quotaSize"] = json!(stored.as_u64().unwrap_or_default() + more_bytes);
        }
        self.devtools("Storage.overrideQuotaForOrigin", &limit);
    }

    /// Stores things beside the app until there is no room for a hundred bytes.
    #[track_caller]
    pub fn fill_storage(&self) {
        let filled = self.script_until_done(FILL);
        assert_eq!(filled, "QuotaExceededError", "the phone is not full");
    }

    /// Removes the database under the open app, as a phone does that runs short of room.
    #[track_caller]
    pub fn remove_database(&self) {
        let what = json!({ "origin": self.origin(), "storageTypes": "indexeddb" });
        self.devtools("Storage.clearDataForOrigin", &what);
    }

    /// Opens one more tab and shows it.
    #[track_caller]
    pub fn open_tab(&self) {
        let session = self.session();
        let opened = session.run(async {
            let tab = session.client().new_window(true).await?;
            session.client().switch_to_window(tab.handle).await
        });
        must(opened, "no tab can be opened");
    }

    /// Shows the tab of this number, counted from nought in the order in which they were opened.
    #[track_caller]
    pub fn show_tab(&self, number: usize) {
        let session = self.session();
        let shown = session.run(async {
            let tabs = session.client().windows().await?;
            session.client().switch_to_window(tabs[number].clone()).await
        });
        must(shown, "there is no such tab");
    }

    /// Presses a key and lets it go: `'a'`, or one of WebDriver's code points for the others.
    #[track_caller]
    pub fn press_key(&self, key: char) {
        let press = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value: key })
            .then(KeyAction::Up { value: key });
        let session = self.session();
        let pressed = session.run(session.client().perform_actions(press));
        must(pressed, "the key cannot be pressed");
    }

    /// What has the focus: its words, what it is, and whether that can be seen.
    #[track_caller]
    pub fn focused(&self) -> Focused {
        let seen = self.script(&format!("{}\nreturn focused();", include_str!("locate.js")));
        let text = |name: &str| seen[name].as_str().unwrap_or_default().to_owned();
        Focused {
            words: text("words"),
            kind: text("kind"),
            is_visible: seen["visible"] == Value::Bool(true),
        }
    }
}

const FILL: &str = "
    const done = arguments[arguments.length - 1];
    const request = indexedDB.open('filler');
    request.onupgradeneeded = () => request.result.createObjectStore('pieces', { autoIncrement: true });
    request.onsuccess = async () => {
        const put = (bytes) => new Promise((resolve) => {
            const options = { durability: 'strict' };
            const transaction = request.result.transaction('pieces', 'readwrite', options);
            transaction.objectStore('pieces').put(new Uint8Array(bytes));
            transaction.oncomplete = () => resolve(null);
            transaction.onabort = () => resolve(transaction.error.name);
        });
        let full = null;
        for (const bytes of [16_384, 1_024, 100]) {
            do full = await put(bytes); while (full === null);
        }
        request.result.close();
        done(full);
    };
";

/// What has the focus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Focused {
    /// What it is called on the screen.
    pub words: String,
    /// The name of its element: `a`, `button`, `radio`, `textarea`.
    pub kind: String,
    /// Whether the screen shows that it has the focus.
    pub is_visible: bool,
}
