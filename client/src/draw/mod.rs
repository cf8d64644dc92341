//! Views that cost a phone little to fetch: what stays the same of each is a text, and what does not
//! fills it. Written with [`view!`], which is leptos's markup; components, signals and effects are
//! leptos's own.

mod content;
mod element;
mod lines;
mod program;

use std::future::Future;

pub use client_macros::view;
use leptos::{
    attr::{Attribute, any_attribute::AnyAttribute},
    prelude::*,
    tachys::{
        hydration::Cursor,
        renderer::types,
        view::{Mountable, Position, PositionState, add_attr::AddAnyAttr},
    },
};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Node};

pub use self::{
    content::IntoContent,
    lines::{Line, lines},
};
use self::{
    content::{Content, ContentState},
    element::{IntoValue, Kept, OnElement, listener},
    program::{Step, steps},
};
use crate::memo::Live;

/// What `view!` makes: a program and what fills it, in the program's order.
pub struct Drawing(SendWrapper<Filled>);

struct Filled {
    program: &'static str,
    fillings: Vec<Filling>,
}

/// What stands where a program leaves a place.
enum Filling {
    Content(Content),
    OnElement(OnElement),
}

/// A drawing that is on the screen, or may be.
pub struct Drawn {
    program: &'static str,
    roots: Vec<Root>,
    kept: Vec<KeptFilling>,
}

/// What stands beside the drawing's neighbours.
enum Root {
    Node(Node),
    /// The content at this place of the fillings.
    Content(usize),
}

enum KeptFilling {
    Content(ContentState),
    OnElement { element: Element, name: &'static str, kept: Kept },
}

impl Drawing {
    /// A drawing of which nothing is filled yet.
    pub fn new(program: &'static str) -> Self {
        Self(SendWrapper::new(Filled { program, fillings: Vec::new() }))
    }

    fn push(&mut self, filling: Filling) {
        self.0.fillings.push(filling);
    }

    fn put(&mut self, on_element: OnElement) {
        self.push(Filling::OnElement(on_element));
    }

    /// Texts, views, nothing, several of them, or a function that gives them and is followed.
    pub fn content(&mut self, content: impl IntoContent) {
        self.push(Filling::Content(content.into_content()));
    }

    /// An attribute: a text, whether it is there, or a function that gives them and is followed.
    pub fn attribute(&mut self, value: impl IntoValue) {
        self.put(OnElement::Attribute(value.into_value()));
    }

    /// Whether the element is of a class.
    pub fn class(&mut self, is_of_it: impl Fn() -> bool + 'static) {
        self.put(OnElement::Class(Box::new(is_of_it)));
    }

    /// A property of the element, as JavaScript sets it.
    pub fn property<T: Into<JsValue>>(&mut self, value: impl Fn() -> T + 'static) {
        self.put(OnElement::Property(Box::new(move || value().into())));
    }

    /// A text that the element shows and that is typed in it.
    pub fn bound(&mut self, text: Live<String>) {
        self.put(OnElement::Bound(text));
    }

    /// What hears an event.
    pub fn on<E>(&mut self, _: E, mut heard: impl FnMut(E::EventType) + 'static)
    where
        E: leptos::ev::EventDescriptor,
        E::EventType: JsCast,
    {
        self.put(OnElement::Event(listener(Box::new(move |event| heard(event.unchecked_into())))));
    }

    /// The view.
    pub fn done(self) -> AnyView {
        self.into_any()
    }
}

impl Render for Drawing {
    type State = Drawn;

    fn build(self) -> Drawn {
        let Filled { program, fillings } = self.0.take();
        let mut drawn = Drawn { program, roots: Vec::new(), kept: Vec::new() };
        let mut fillings = fillings.into_iter();
        let mut open: Vec<Element> = Vec::new();
        for step in steps(program) {
            match step {
                Step::Element(element) => {
                    drawn.place(&open, element.clone().into());
                    open.push(element);
                }
                Step::Close => drop(open.pop()),
                Step::Text(node) => drawn.place(&open, node),
                Step::Attribute(name, value) => {
                    if let Some(element) = open.last() {
                        element::set(element, name, Some(value));
                    }
                }
                Step::Content => {
                    let Some(Filling::Content(content)) = fillings.next() else { continue };
                    let mut state = content.build();
                    match open.last() {
                        Some(parent) => state.mount(parent, None),
                        None => drawn.roots.push(Root::Content(drawn.kept.len())),
                    }
                    drawn.kept.push(KeptFilling::Content(state));
                }
                Step::OnElement(name) => {
                    let filling = fillings.next();
                    if let (Some(Filling::OnElement(filling)), Some(element)) =
                        (filling, open.last())
                    {
                        let (element, kept) = (element.clone(), filling.keep(element, name));
                        drawn.kept.push(KeptFilling::OnElement { element, name, kept });
                    }
                }
            }
        }
        drawn
    }

    fn rebuild(self, drawn: &mut Drawn) {
        let Filled { program, fillings } = self.0.take();
        // The same text may stand for two places of the app: what fills it is of the same kinds then.
        if program != drawn.program {
            let fresh = Self(SendWrapper::new(Filled { program, fillings }));
            return replace(drawn, fresh.build());
        }
        for (filling, kept) in fillings.into_iter().zip(&mut drawn.kept) {
            match (filling, kept) {
                (Filling::Content(content), KeptFilling::Content(state)) => content.rebuild(state),
                (Filling::OnElement(filling), KeptFilling::OnElement { element, name, kept }) => {
                    // What was heard before is let go of first.
                    *kept = Kept::Still;
                    *kept = filling.keep(element, name);
                }
                _ => {}
            }
        }
    }
}

/// Puts one state where another is.
fn replace<S: Mountable>(state: &mut S, mut fresh: S) {
    state.insert_before_this(&mut fresh);
    state.unmount();
    *state = fresh;
}

impl Drawn {
    /// Puts a node into the innermost open element.
    fn place(&mut self, open: &[Element], node: Node) {
        match open.last() {
            Some(parent) => append(parent, &node, None),
            None => self.roots.push(Root::Node(node)),
        }
    }
}

impl Mountable for Drawn {
    fn unmount(&mut self) {
        for root in &self.roots {
            match root {
                Root::Node(node) => remove(node),
                Root::Content(at) => {
                    if let Some(KeptFilling::Content(content)) = self.kept.get_mut(*at) {
                        content.unmount();
                    }
                }
            }
        }
    }

    fn mount(&mut self, parent: &types::Element, marker: Option<&types::Node>) {
        for root in &self.roots {
            match root {
                Root::Node(node) => append(parent, node, marker),
                Root::Content(at) => {
                    if let Some(KeptFilling::Content(content)) = self.kept.get_mut(*at) {
                        content.mount(parent, marker);
                    }
                }
            }
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        match self.roots.first() {
            Some(Root::Node(node)) => insert_before(node, child),
            Some(Root::Content(at)) => match self.kept.get(*at) {
                Some(KeptFilling::Content(content)) => content.insert_before_this(child),
                _ => false,
            },
            None => false,
        }
    }

    fn elements(&self) -> Vec<types::Element> {
        Vec::new()
    }
}

fn append(parent: &Node, node: &Node, marker: Option<&Node>) {
    // A parent that is an element takes every node that is none of its own parents.
    let _ = parent.insert_before(node, marker);
}

fn remove(node: &Node) {
    if let Some(parent) = node.parent_node() {
        let _ = parent.remove_child(node);
    }
}

fn insert_before(node: &Node, child: &mut dyn Mountable) -> bool {
    let parent = node.parent_element();
    if let Some(parent) = &parent {
        child.mount(parent, Some(node));
    }
    parent.is_some()
}

/// What the framework asks of views that a server sends as well; these are drawn in the browser only.
mod framework {
    use super::{
        AddAnyAttr, AnyAttribute, Attribute, Cursor, Drawing, Drawn, Future, Position,
        PositionState, Render, RenderHtml,
    };

    impl RenderHtml for Drawing {
        type AsyncOutput = Self;
        type Owned = Self;

        const MIN_LENGTH: usize = 0;

        fn dry_resolve(&mut self) {}

        fn resolve(self) -> impl Future<Output = Self> + Send {
            std::future::ready(self)
        }

        fn to_html_with_buf(
            self,
            _: &mut String,
            _: &mut Position,
            _: bool,
            _: bool,
            _: Vec<AnyAttribute>,
        ) {
        }

        fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> Drawn {
            self.build()
        }

        fn into_owned(self) -> Self {
            self
        }
    }

    impl AddAnyAttr for Drawing {
        type Output<A: Attribute> = Self;

        fn add_any_attr<A: Attribute>(self, _: A) -> Self {
            self
        }
    }
}
