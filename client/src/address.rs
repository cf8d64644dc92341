//! Where in the app the person is: the browser's address, and how it changes without loading the
//! page again. Links are plain links, and the platform's back works as everywhere.

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement, MouseEvent};

use crate::{
    memo::{Live, Memo, memo},
    screen::Screen,
};

/// The browser's address, as screens read it.
#[derive(Clone, Copy)]
pub struct Address {
    path: Live<String>,
    /// With its question mark, as the hash has its own mark.
    query: Live<String>,
    hash: Live<String>,
    screen: Memo<Screen>,
}

impl Address {
    /// Follows the browser's address, and provides it to every screen below.
    pub fn provide() {
        let path = Live::new(String::new());
        let screen = memo(move || Screen::at(&path.read()));
        let [query, hash] = [(), ()].map(|()| Live::new(String::new()));
        let address = Self { path, query, hash, screen };
        address.look();
        provide_context(address);
        // The app itself listens: for as long as the page is there.
        let _ = window_event_listener(ev::popstate, move |_| address.look());
        let _ = window_event_listener(ev::click, move |event| address.follow(&event));
    }

    /// The address of this app.
    ///
    /// # Panics
    /// Outside the app's view tree, which is a mistake of the program.
    pub fn here() -> Self {
        expect_context()
    }

    /// Which screen it is of.
    pub fn screen(self) -> Memo<Screen> {
        self.screen
    }

    /// What the address says of this name.
    pub fn query(self, name: &str) -> Option<String> {
        self.query.with(|query| said_of(name, query))
    }

    /// The part of the screen that it names.
    pub fn part(self) -> Option<String> {
        let part = self.hash.with(|hash| hash.trim_start_matches('#').to_owned());
        Some(part).filter(|part| !part.is_empty())
    }

    /// What tells that a link leads to where the person is, or above it.
    pub fn current(self, href: &'static str) -> impl Fn() -> Option<&'static str> + Send + Sync {
        move || self.path.with(|path| is_at_or_below(path, href)).then_some("page")
    }

    /// Goes to a path of the app.
    pub fn go(self, to: &str) {
        // The same place twice would make the platform's back seem to do nothing.
        let is_here = self.whole() == to;
        self.change(to, is_here);
    }

    /// Goes there and leaves nothing behind for the platform's back.
    pub fn go_instead(self, to: &str) {
        self.change(to, true);
    }

    fn whole(self) -> String {
        [self.path, self.query, self.hash].map(|part| part.get_untracked()).concat()
    }

    fn change(self, to: &str, replace: bool) {
        if let Ok(history) = window().history() {
            // A browser that refuses, as after very many changes, leaves the address as it was.
            let _ = match replace {
                true => history.replace_state_with_url(&JsValue::NULL, "", Some(to)),
                false => history.push_state_with_url(&JsValue::NULL, "", Some(to)),
            };
        }
        self.look();
        // Once the screen is drawn.
        request_animation_frame(move || show(self));
    }

    /// Reads the browser's address; whatever follows a part of it hears only of its changes.
    fn look(self) {
        let location = window().location();
        let parts = [
            (self.query, location.search()),
            (self.hash, location.hash()),
            // Last: a new screen finds the rest as it is now.
            (self.path, location.pathname()),
        ];
        for (signal, now) in parts {
            let now = now.unwrap_or_default();
            if signal.with_untracked(|before| *before != now) {
                signal.set(now);
            }
        }
    }

    /// Follows a link to another screen; the browser does so with all others.
    fn follow(self, event: &MouseEvent) {
        let is_plain = event.button() == 0
            && !(event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key());
        if event.default_prevented() || !is_plain {
            return;
        }
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = target.and_then(|target| target.closest("a[href]").ok().flatten());
        let Some(link) = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok()) else {
            return;
        };
        let location = window().location();
        let leaves = location.origin().is_ok_and(|origin| origin != link.origin())
            || link.rel() == "external"
            || !link.target().is_empty();
        let (path, query) = (link.pathname(), link.search());
        // The browser moves the focus to a part of this very page.
        let stays = !link.hash().is_empty()
            && location.pathname().is_ok_and(|now| now == path)
            && location.search().is_ok_and(|now| now == query);
        if !leaves && !stays {
            event.prevent_default();
            self.go(&format!("{path}{query}{}", link.hash()));
        }
    }
}

/// Brings the part that the address names into sight, or else the top of the screen.
fn show(address: Address) {
    let part = untrack(|| address.part());
    match part.and_then(|part| document().get_element_by_id(&part)) {
        Some(element) => element.scroll_into_view(),
        None => window().scroll_to_with_x_and_y(0.0, 0.0),
    }
}

/// What a query says of a name. The app's own addresses are plain words, which need no escapes.
fn said_of(name: &str, query: &str) -> Option<String> {
    let pairs = query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('='));
    pairs.into_iter().find(|(own, _)| *own == name).map(|(_, said)| said.to_owned())
}

fn is_at_or_below(path: &str, href: &str) -> bool {
    path.strip_prefix(href).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_says_what_was_asked_for() {
        assert_eq!(said_of("for", "?show=mine&for=contact").as_deref(), Some("contact"));
        assert_eq!(said_of("signed", "?signed=14:02").as_deref(), Some("14:02"));
        assert_eq!(said_of("for", "?before=contact"), None);
        assert_eq!(said_of("for", ""), None);
    }

    #[test]
    fn a_link_is_current_on_its_screen_and_below() {
        assert!(is_at_or_below("/people", "/people"));
        assert!(is_at_or_below("/people/", "/people"));
        assert!(!is_at_or_below("/person/7f1d", "/people"));
        assert!(!is_at_or_below("/peoples", "/people"));
    }
}
