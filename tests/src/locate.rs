//! Finding things on a screen as a person does, by their words, and touching them.

use std::time::Duration;

use fantoccini::elements::Element as Handle;
use fantoccini::error::CmdError;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::session::Session;
use crate::{SOON, must, poll};

/// Something on the screen.
#[derive(Debug)]
pub struct Element<'a> {
    session: &'a Session,
    handle: Handle,
}

impl Element<'_> {
    /// Presses it where a finger would; fails when something else lies on top.
    #[track_caller]
    pub fn click(&self) {
        must(self.try_click(), "cannot press it");
    }

    /// Its visible text.
    #[track_caller]
    pub fn text(&self) -> String {
        self.run(self.handle.text())
    }

    /// What a field holds now.
    #[track_caller]
    pub fn value(&self) -> String {
        self.run(self.handle.prop("value")).unwrap_or_default()
    }

    /// An attribute as the markup has it.
    #[track_caller]
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.run(self.handle.attr(name))
    }

    /// Whether a choice is made.
    #[track_caller]
    pub fn is_chosen(&self) -> bool {
        self.run(self.handle.is_selected())
    }

    /// Types with the keyboard, after what is there.
    #[track_caller]
    pub fn type_text(&self, text: &str) {
        self.run(self.handle.send_keys(text));
    }

    /// Empties the field.
    #[track_caller]
    pub fn clear(&self) {
        self.run(self.handle.clear());
    }

    /// Picks an option of a drop-down list by its words.
    #[track_caller]
    pub fn choose(&self, option: &str) {
        self.run(self.handle.select_by_label(option));
        // Of the two events of a browser the driver makes the second one only.
        let chosen = "arguments[0].dispatchEvent(new Event('input', { bubbles: true }))";
        must(self.session.script(chosen, vec![json!(self.handle)]), "nothing can be chosen");
    }

    fn try_click(&self) -> Result<(), CmdError> {
        // A thumb brings it to the middle first; the driver would leave it under a bar.
        let brought = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        self.session.script(brought, vec![json!(self.handle)])?;
        self.session.run(self.handle.click())
    }

    #[track_caller]
    fn run<T>(&self, step: impl Future<Output = Result<T, CmdError>>) -> T {
        must(self.session.run(step), "the element did not answer")
    }
}

/// What is searched by its words.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// A button, a link, a tab, or the label of a choice.
    Pressable,
    /// A field to type in or choose from.
    Field,
}

/// The one thing of this kind with these words: exactly them if there is such a one, else the only
/// one that contains them. Waits for it; two of them are as bad as none.
#[track_caller]
pub(crate) fn by_words<'a>(session: &'a Session, kind: Kind, words: &str) -> Element<'a> {
    let mut last = Value::Null;
    let found = poll(SOON, || match look(session, kind, words) {
        Ok(element) => Some(element),
        Err(seen) => {
            last = seen;
            None
        }
    });
    must(found.ok_or_else(|| not_found(kind, words, &last)), "after waiting")
}

/// Presses the one thing with these words, again if the screen moved under the finger.
#[track_caller]
pub(crate) fn press(session: &Session, words: &str) {
    let mut last = String::new();
    let pressed = poll(SOON, || {
        let pressed = match look(session, Kind::Pressable, words) {
            Ok(element) => element.try_click().map_err(|e| format!("cannot press “{words}”: {e}")),
            Err(seen) => Err(not_found(Kind::Pressable, words, &seen)),
        };
        pressed.map_err(|why| last = why).ok()
    });
    assert!(pressed.is_some(), "{last}");
}

/// The first element that matches the selector, waited for.
#[track_caller]
pub(crate) fn by_css<'a>(session: &'a Session, css: &str) -> Element<'a> {
    let found = poll(SOON, || {
        let handle = session.run(session.client().find(Locator::Css(css))).ok()?;
        Some(Element { session, handle })
    });
    must(found.ok_or("it is not on the screen"), css)
}

/// Whether the screen shows these words, whatever the line breaks between them.
pub(crate) fn shows(session: &Session, words: &str) -> bool {
    text(session).is_ok_and(|text| squeeze(&text).contains(&squeeze(words)))
}

/// Everything that the screen shows.
pub(crate) fn text(session: &Session) -> Result<String, CmdError> {
    let text = session.script("return document.body?.innerText ?? ''", vec![])?;
    Ok(text.as_str().unwrap_or_default().to_owned())
}

/// Waits until the screen shows the words, or until it does not.
#[track_caller]
pub(crate) fn wait_until(session: &Session, words: &str, shown: bool, within: Duration) {
    let met = poll(within, || (shows(session, words) == shown).then_some(()));
    if met.is_none() {
        let problem = if shown { "did not show" } else { "still shows" };
        let text = text(session).unwrap_or_else(|e| format!("(nothing can be read: {e})"));
        panic!("after {within:?} the screen {problem} “{words}”. It shows:\n{text}");
    }
}

fn look<'a>(session: &'a Session, kind: Kind, words: &str) -> Result<Element<'a>, Value> {
    let function = match kind {
        Kind::Pressable => "pressable",
        Kind::Field => "field",
    };
    let script = format!("{LOCATE}\nreturn {function}(arguments[0]);");
    let seen = session.script(&script, vec![json!(words)]).map_err(|e| json!(e.to_string()))?;
    let handle = handle(session.client(), &seen["element"]);
    handle.map(|handle| Element { session, handle }).ok_or(seen)
}

/// The name under which WebDriver hands elements over, fixed by its specification.
const ELEMENT_KEY: &str = "element-6066-11e4-a52e-4f735466cecf";

fn handle(client: &Client, value: &Value) -> Option<Handle> {
    let id = value.get(ELEMENT_KEY)?.as_str()?;
    Some(Handle::from_element_id(client.clone(), id.to_owned().into()))
}

fn not_found(kind: Kind, words: &str, seen: &Value) -> String {
    let what = match kind {
        Kind::Pressable => "button or link",
        Kind::Field => "field",
    };
    let found = seen["found"].as_array().map_or(0, Vec::len);
    if found > 1 {
        return format!("{found} things are a {what} “{words}”: {}", seen["found"]);
    }
    format!("no {what} “{words}” on the screen. There are: {}", seen["present"])
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

const LOCATE: &str = include_str!("locate.js");
