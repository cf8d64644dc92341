//! Lines that stay on the screen, with what is open or typed in them, while others come and go.

use leptos::{
    prelude::*,
    tachys::{
        renderer::types,
        view::{Mountable, any_view::AnyViewState},
    },
};
use web_sys::Node;

use super::{
    append,
    content::{Content, IntoContent},
    insert_before, remove,
};

/// One line: what tells it from the others, and how it is drawn.
pub struct Line {
    key: String,
    draw: Box<dyn FnOnce() -> AnyView>,
}

/// Lines in their order, and what owns them: not the function that gave them, which runs again.
pub struct Lines {
    lines: Vec<Line>,
    owner: Owner,
}

/// Lines that belong to an owner for as long as they are there.
pub fn lines(lines: Vec<Line>, owner: Owner) -> Lines {
    Lines { lines, owner }
}

impl Line {
    /// A line with this key, which no other line of the list has.
    pub fn new(key: impl ToString, draw: impl FnOnce() -> AnyView + 'static) -> Self {
        Self { key: key.to_string(), draw: Box::new(draw) }
    }
}

impl IntoContent for Lines {
    fn into_content(self) -> Content {
        Content::Lines(self)
    }
}

/// Lines that are on the screen, or may be.
pub struct LinesState {
    lines: Vec<DrawnLine>,
    end: Node,
}

struct DrawnLine {
    key: String,
    view: AnyViewState,
    /// Cleans up after the line once it is gone.
    _owner: Owner,
}

impl Lines {
    pub fn build(self) -> LinesState {
        let Self { lines, owner } = self;
        let lines = lines.into_iter().map(|line| line.draw(&owner)).collect();
        LinesState { lines, end: document().create_comment("").into() }
    }

    /// Draws what is new, takes away what is gone, and moves what stays only where its order changed.
    pub fn rebuild(self, state: &mut LinesState) {
        let Self { lines, owner } = self;
        state.lines.retain_mut(|drawn| {
            let stays = lines.iter().any(|line| line.key == drawn.key);
            if !stays {
                drawn.view.unmount();
            }
            stays
        });
        for (at, line) in lines.into_iter().enumerate() {
            let found = state.lines.iter().skip(at).position(|drawn| drawn.key == line.key);
            let mut drawn = match found {
                Some(0) => continue,
                Some(later) => state.lines.remove(at + later),
                None => line.draw(&owner),
            };
            match state.lines.get(at) {
                Some(next) => next.view.insert_before_this(&mut drawn.view),
                None => insert_before(&state.end, &mut drawn.view),
            };
            state.lines.insert(at, drawn);
        }
    }
}

impl Line {
    fn draw(self, owner: &Owner) -> DrawnLine {
        let owner = owner.with(Owner::new);
        let view = owner.with(|| (self.draw)().build());
        DrawnLine { key: self.key, view, _owner: owner }
    }
}

impl Mountable for LinesState {
    fn unmount(&mut self) {
        self.lines.iter_mut().for_each(|line| line.view.unmount());
        remove(&self.end);
    }

    fn mount(&mut self, parent: &types::Element, marker: Option<&types::Node>) {
        self.lines.iter_mut().for_each(|line| line.view.mount(parent, marker));
        append(parent, &self.end, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        match self.lines.first() {
            Some(first) => first.view.insert_before_this(child),
            None => insert_before(&self.end, child),
        }
    }

    fn elements(&self) -> Vec<types::Element> {
        Vec::new()
    }
}
