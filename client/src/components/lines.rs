//! Lists whose lines stay on the screen, with what is open or typed in them, while others come and
//! go.

use leptos::prelude::*;

pub use crate::draw::Line;
use crate::draw::{lines, view};

/// Where the lines come from.
pub struct Source(Box<dyn Fn() -> Vec<Line>>);

impl<F: Fn() -> Vec<Line> + 'static> From<F> for Source {
    fn from(lines: F) -> Self {
        Self(Box::new(lines))
    }
}

/// The lines, as they are now.
#[component]
pub fn Lines(#[prop(into)] of: Source) -> impl IntoView {
    let owner = Owner::current().unwrap_or_default();
    view! { {move || lines(of.0(), owner.clone())} }
}
