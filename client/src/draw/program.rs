//! The text of what stays the same of a view, as client/macros writes it.

use leptos::prelude::document;
use web_sys::{Element, Node};

// What begins each step of a program; client/macros/src/program.rs writes them.
const ELEMENT: u8 = 1;
const SVG_ELEMENT: u8 = 2;
const ATTRIBUTE: u8 = 3;
const TEXT: u8 = 4;
const CONTENT: u8 = 5;
const ON_ELEMENT: u8 = 6;
const CLOSE: u8 = 7;

const HTML: &str = "http://www.w3.org/1999/xhtml";
const SVG: &str = "http://www.w3.org/2000/svg";

/// One step of drawing.
pub enum Step {
    /// Opens an element, which was made.
    Element(Element),
    /// Sets an attribute of the innermost open element.
    Attribute(&'static str, &'static str),
    /// A text, which was made.
    Text(Node),
    /// The next content stands here.
    Content,
    /// What is next is on the innermost open element, by this name.
    OnElement(&'static str),
    /// Closes the innermost open element.
    Close,
}

/// The steps of a program, in order.
pub struct Steps(&'static str);

/// Begins a program.
pub fn steps(program: &'static str) -> Steps {
    Steps(program)
}

impl Iterator for Steps {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let (kind, rest) = self.0.split_at_checked(1)?;
        let end = rest.bytes().position(|byte| byte <= CLOSE).unwrap_or(rest.len());
        let (words, rest) = rest.split_at_checked(end)?;
        self.0 = rest;
        match kind.as_bytes().first().copied()? {
            ELEMENT => element(HTML, words),
            SVG_ELEMENT => element(SVG, words),
            ATTRIBUTE => words.split_once('=').map(|(name, value)| Step::Attribute(name, value)),
            TEXT => Some(Step::Text(document().create_text_node(words).into())),
            CONTENT => Some(Step::Content),
            ON_ELEMENT => Some(Step::OnElement(words)),
            CLOSE => Some(Step::Close),
            _ => None,
        }
    }
}

fn element(namespace: &str, tag: &str) -> Option<Step> {
    document().create_element_ns(Some(namespace), tag).ok().map(Step::Element)
}
