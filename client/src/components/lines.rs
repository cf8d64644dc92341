//! Lists whose lines stay on the screen, with what is open or typed in them, while others come and
//! go.

use leptos::prelude::*;

/// One line of a list: what tells it from the others, and how it is drawn.
pub struct Line {
    key: String,
    draw: Box<dyn FnOnce() -> AnyView + Send>,
}

impl Line {
    /// A line with this key, which no other line of the list has.
    pub fn new<V: IntoView + 'static>(
        key: impl ToString,
        draw: impl FnOnce() -> V + Send + 'static,
    ) -> Self {
        Self { key: key.to_string(), draw: Box::new(move || draw().into_any()) }
    }
}

/// Where the lines come from.
pub struct Source(Box<dyn Fn() -> Vec<Line> + Send>);

impl<F: Fn() -> Vec<Line> + Send + 'static> From<F> for Source {
    fn from(lines: F) -> Self {
        Self(Box::new(lines))
    }
}

/// The lines, as they are now. The framework's own component is compiled anew for each type of
/// line, which is ten kilobytes of the app each: here they are all of one type.
#[component]
pub fn Lines(#[prop(into)] of: Source) -> impl IntoView {
    view! { <For each=move || of.0() key=|line| line.key.clone() children=|line| (line.draw)() /> }
}
