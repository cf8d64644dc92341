//! What stands between the parts of a view that stay the same.

use std::borrow::Cow;

use leptos::{
    prelude::*,
    reactive::effect::RenderEffect,
    tachys::{
        renderer::types,
        view::{Mountable, any_view::AnyViewState},
    },
};
use web_sys::{Node, Text};

use super::{
    append, insert_before,
    lines::{Lines, LinesState},
    remove, replace,
};

/// What stands somewhere.
pub enum Content {
    Nothing,
    Text(Cow<'static, str>),
    View(AnyView),
    Several(Vec<Self>),
    Lines(Lines),
    Followed(Box<dyn FnMut() -> Self>),
}

/// What can stand in a view.
pub trait IntoContent {
    /// As content.
    fn into_content(self) -> Content;
}

impl IntoContent for () {
    fn into_content(self) -> Content {
        Content::Nothing
    }
}

impl IntoContent for &'static str {
    fn into_content(self) -> Content {
        Content::Text(Cow::Borrowed(self))
    }
}

impl IntoContent for String {
    fn into_content(self) -> Content {
        Content::Text(Cow::Owned(self))
    }
}

impl IntoContent for AnyView {
    fn into_content(self) -> Content {
        Content::View(self)
    }
}

impl<T: IntoContent> IntoContent for Option<T> {
    fn into_content(self) -> Content {
        self.map_or(Content::Nothing, T::into_content)
    }
}

impl<T: IntoContent> IntoContent for Vec<T> {
    fn into_content(self) -> Content {
        Content::Several(self.into_iter().map(T::into_content).collect())
    }
}

impl<F: FnMut() -> T + 'static, T: IntoContent> IntoContent for F {
    fn into_content(mut self) -> Content {
        Content::Followed(Box::new(move || self().into_content()))
    }
}

/// Content that is on the screen, or may be. Each has a node, so that what comes instead finds its
/// place.
pub enum ContentState {
    Nothing(Node),
    Text(Text, Cow<'static, str>),
    View(AnyViewState),
    Several(Vec<Self>, Node),
    Lines(LinesState),
    Followed(Following),
}

/// Content that is drawn again whenever what it reads has changed.
pub struct Following(RenderEffect<ContentState>);

/// What it drew goes with it. The framework lets go of it only when it looks after its effects next, and
/// until then what is followed inside would be drawn again, from values that are gone.
impl Drop for Following {
    fn drop(&mut self) {
        drop(self.0.take_value());
    }
}

fn mark() -> Node {
    document().create_comment("").into()
}

fn follow(mut content: Box<dyn FnMut() -> Content>, before: Option<ContentState>) -> ContentState {
    let draw = move |before: Option<ContentState>| match before {
        Some(mut state) => {
            content().rebuild(&mut state);
            state
        }
        None => content().build(),
    };
    ContentState::Followed(Following(RenderEffect::new_with_value(draw, before)))
}

impl Content {
    pub fn build(self) -> ContentState {
        match self {
            Self::Nothing => ContentState::Nothing(mark()),
            Self::Text(text) => ContentState::Text(document().create_text_node(&text), text),
            Self::View(view) => ContentState::View(view.build()),
            Self::Several(all) => {
                ContentState::Several(all.into_iter().map(Self::build).collect(), mark())
            }
            Self::Lines(lines) => ContentState::Lines(lines.build()),
            Self::Followed(content) => follow(content, None),
        }
    }

    /// Changes what is on the screen to this, and leaves alone what is the same.
    pub fn rebuild(self, state: &mut ContentState) {
        match (self, &mut *state) {
            (Self::Nothing, ContentState::Nothing(_)) => {}
            (Self::Text(text), ContentState::Text(node, before)) => {
                if text != *before {
                    node.set_data(&text);
                    *before = text;
                }
            }
            (Self::View(view), ContentState::View(state)) => view.rebuild(state),
            (Self::Several(all), ContentState::Several(states, end)) => {
                rebuild_several(all, states, end);
            }
            (Self::Lines(lines), ContentState::Lines(state)) => lines.rebuild(state),
            (Self::Followed(content), ContentState::Followed(effect)) => {
                *state = follow(content, effect.0.take_value());
            }
            (other, state) => replace(state, other.build()),
        }
    }
}

fn rebuild_several(all: Vec<Content>, states: &mut Vec<ContentState>, end: &Node) {
    for state in states.iter_mut().skip(all.len()) {
        state.unmount();
    }
    states.truncate(all.len());
    for (at, content) in all.into_iter().enumerate() {
        match states.get_mut(at) {
            Some(state) => content.rebuild(state),
            None => {
                let mut state = content.build();
                insert_before(end, &mut state);
                states.push(state);
            }
        }
    }
}

impl Mountable for ContentState {
    fn unmount(&mut self) {
        match self {
            Self::Nothing(node) => remove(node),
            Self::Text(node, _) => remove(node),
            Self::View(view) => view.unmount(),
            Self::Lines(lines) => lines.unmount(),
            Self::Several(states, end) => {
                states.iter_mut().for_each(Self::unmount);
                remove(end);
            }
            Self::Followed(effect) => _ = effect.0.with_value_mut(Self::unmount),
        }
    }

    fn mount(&mut self, parent: &types::Element, marker: Option<&types::Node>) {
        match self {
            Self::Nothing(node) => append(parent, node, marker),
            Self::Text(node, _) => append(parent, node, marker),
            Self::View(view) => view.mount(parent, marker),
            Self::Lines(lines) => lines.mount(parent, marker),
            Self::Several(states, end) => {
                states.iter_mut().for_each(|state| state.mount(parent, marker));
                append(parent, end, marker);
            }
            Self::Followed(effect) => {
                _ = effect.0.with_value_mut(|state| state.mount(parent, marker));
            }
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        match self {
            Self::Nothing(node) => insert_before(node, child),
            Self::Text(node, _) => insert_before(node, child),
            Self::View(view) => view.insert_before_this(child),
            Self::Lines(lines) => lines.insert_before_this(child),
            Self::Several(states, end) => match states.first() {
                Some(first) => first.insert_before_this(child),
                None => insert_before(end, child),
            },
            Self::Followed(effect) => {
                effect.0.with_value_mut(|state| state.insert_before_this(child)).unwrap_or(false)
            }
        }
    }

    fn elements(&self) -> Vec<types::Element> {
        Vec::new()
    }
}
