//! Markup to a program and what fills it.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use rstml::node::{KeyedAttribute, Node, NodeAttribute, NodeBlock, NodeElement, NodeName};
use syn::{Expr, ExprLit, Ident, Lit, LitStr, Stmt, spanned::Spanned};

// What begins each step of a program; client/src/draw/program.rs reads them.
const ELEMENT: char = '\u{1}';
const SVG_ELEMENT: char = '\u{2}';
const ATTRIBUTE: char = '\u{3}';
const TEXT: char = '\u{4}';
const CONTENT: char = '\u{5}';
const ON_ELEMENT: char = '\u{6}';
const CLOSE: char = '\u{7}';

/// The view of some markup, as an expression.
pub fn view(nodes: &[Node]) -> TokenStream {
    if let [Node::Element(element)] = nodes
        && is_component(element.name())
    {
        return component(element);
    }
    let mut drawing = Drawing::default();
    for node in nodes {
        drawing.node(node, false);
    }
    let Drawing { program, fillings } = drawing;
    let (name, program) = (name(), program.written());
    quote!({
        let mut #name = crate::draw::Drawing::new(#program);
        #(#fillings)*
        #name.done()
    })
}

/// What the expression calls the drawing: a name that no expression of the markup can see.
fn name() -> Ident {
    Ident::new("drawing", Span::mixed_site())
}

/// What stays the same, in order.
#[derive(Default)]
struct Program(Vec<Piece>);

enum Piece {
    /// As it is in every language.
    Still(String),
    /// What a person reads.
    Text(LitStr),
}

impl Program {
    fn push(&mut self, words: &str) {
        match self.0.last_mut() {
            Some(Piece::Still(still)) => still.push_str(words),
            _ => self.0.push(Piece::Still(words.to_owned())),
        }
    }

    /// One literal, of which the texts are said in the language of the phone.
    fn written(&self) -> TokenStream {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Still(still) => still.to_token_stream(),
            Piece::Text(text) => quote!(::wording::say!(#text)),
        });
        quote!(::core::concat!(#(#pieces),*))
    }
}

#[derive(Default)]
struct Drawing {
    program: Program,
    fillings: Vec<TokenStream>,
}

impl Drawing {
    fn step(&mut self, kind: char, words: &str) {
        self.program.push(kind.encode_utf8(&mut [0; 4]));
        self.program.push(words);
    }

    /// A step that ends in what a person reads.
    fn say(&mut self, kind: char, words: &str, text: &LitStr) {
        self.step(kind, words);
        self.program.0.push(Piece::Text(text.clone()));
    }

    fn fill(&mut self, method: &str, value: &TokenStream) {
        let (drawing, method) = (name(), Ident::new(method, Span::call_site()));
        self.fillings.push(quote!(#drawing.#method(#value);));
    }

    fn content(&mut self, value: &TokenStream) {
        self.step(CONTENT, "");
        self.fill("content", value);
    }

    fn refuse(&mut self, at: Span, words: &str) {
        let error = syn::Error::new(at, words).to_compile_error();
        self.fillings.push(quote!(#error;));
    }

    fn node(&mut self, node: &Node, in_svg: bool) {
        match node {
            Node::Element(element) if is_component(element.name()) => {
                self.content(&component(element));
            }
            Node::Element(element) => self.element(element, in_svg),
            Node::Text(text) => self.say(TEXT, "", &text.value),
            Node::Block(block) => self.content(&plain(block)),
            Node::Fragment(fragment) => {
                for child in fragment.children() {
                    self.node(child, in_svg);
                }
            }
            other => self.refuse(other.span(), "write elements, \"texts\" and {expressions}"),
        }
    }

    fn element(&mut self, element: &NodeElement<rstml::Infallible>, in_svg: bool) {
        let tag = element.name().to_string();
        let in_svg = in_svg || tag == "svg";
        self.step(if in_svg { SVG_ELEMENT } else { ELEMENT }, &tag);
        let mut after_children = Vec::new();
        for attribute in element.attributes() {
            match attribute {
                // A choice can be made once there are choices.
                NodeAttribute::Attribute(attribute) if is_of_value(attribute) => {
                    after_children.push(attribute);
                }
                NodeAttribute::Attribute(attribute) => self.attribute(attribute),
                NodeAttribute::Block(block) => self.refuse(block.span(), "name each attribute"),
            }
        }
        for child in element.children() {
            self.node(child, in_svg);
        }
        for attribute in after_children {
            self.attribute(attribute);
        }
        self.step(CLOSE, "");
    }

    fn attribute(&mut self, attribute: &KeyedAttribute) {
        let key = attribute.key.to_string();
        let Some(value) = attribute.value() else {
            return self.step(ATTRIBUTE, &format!("{key}="));
        };
        let value = value.to_token_stream();
        match key.split_once(':') {
            Some(("on", event)) => {
                let event = Ident::new(event, attribute.key.span());
                self.step(ON_ELEMENT, &key);
                self.fill("on", &quote!(::leptos::ev::#event, #value));
            }
            Some(("class", _)) => {
                self.step(ON_ELEMENT, &key);
                self.fill("class", &value);
            }
            Some(("prop", _)) => {
                self.step(ON_ELEMENT, &key);
                self.fill("property", &value);
            }
            Some(("bind", "value")) => {
                self.step(ON_ELEMENT, "prop:value");
                self.fill("bound", &value);
            }
            Some(_) => {
                let words = "only on:event, class:name, prop:name and bind:value are known here";
                self.refuse(attribute.key.span(), words);
            }
            None => match (literal(attribute), attribute.value_literal_string()) {
                (Some(text), _) if catalogue::ATTRIBUTES.contains(&key.as_str()) => {
                    self.say(ATTRIBUTE, &format!("{key}="), text);
                }
                (_, Some(text)) => self.step(ATTRIBUTE, &format!("{key}={text}")),
                (_, None) => {
                    self.step(ON_ELEMENT, &key);
                    self.fill("attribute", &value);
                }
            },
        }
    }
}

fn literal(attribute: &KeyedAttribute) -> Option<&LitStr> {
    match attribute.value()? {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
        _ => None,
    }
}

fn is_of_value(attribute: &KeyedAttribute) -> bool {
    let key = attribute.key.to_string();
    key.starts_with("prop:") || key.starts_with("bind:")
}

fn is_component(name: &NodeName) -> bool {
    let NodeName::Path(name) = name else { return false };
    let last = name.path.segments.last().map(|last| last.ident.to_string());
    last.is_some_and(|last| last.starts_with(char::is_uppercase))
}

/// A block's expression, without braces that mean nothing.
fn plain(block: &NodeBlock) -> TokenStream {
    match block {
        NodeBlock::ValidBlock(block) => match block.stmts.as_slice() {
            [Stmt::Expr(expression, None)] => expression.to_token_stream(),
            _ => block.to_token_stream(),
        },
        NodeBlock::Invalid(block) => block.to_token_stream(),
    }
}

/// A component with its properties, as leptos makes one.
fn component(element: &NodeElement<rstml::Infallible>) -> TokenStream {
    let name = element.name();
    let properties = element.attributes().iter().map(|attribute| match attribute {
        NodeAttribute::Attribute(attribute) => {
            let key = &attribute.key;
            let value = attribute.value().map_or_else(|| key.to_token_stream(), property_value);
            quote!(.#key(#value))
        }
        NodeAttribute::Block(block) => {
            let error = syn::Error::new(block.span(), "name each property").to_compile_error();
            quote!(.children(#error))
        }
    });
    let children = (!element.children().is_empty()).then(|| {
        let view = view(element.children());
        quote!(.children(::leptos::children::ToChildren::to_children(move || #view)))
    });
    quote!(
        ::leptos::prelude::IntoAny::into_any(::leptos::component::component_view(
            &#name,
            ::leptos::component::component_props_builder(&#name) #(#properties)* #children .build(),
        ))
    )
}

fn property_value(value: &Expr) -> TokenStream {
    match value {
        Expr::Block(block) => match block.block.stmts.as_slice() {
            [Stmt::Expr(expression, None)] => expression.to_token_stream(),
            _ => value.to_token_stream(),
        },
        _ => value.to_token_stream(),
    }
}

#[cfg(test)]
mod tests {
    use rstml::{Parser, ParserConfig};

    use super::*;

    fn drawn(markup: TokenStream) -> Drawing {
        let parser = Parser::new(ParserConfig::default().recover_block(true));
        let (nodes, problems) = parser.parse_recoverable(markup).split_vec();
        assert!(problems.is_empty());
        let mut drawing = Drawing::default();
        for node in &nodes {
            drawing.node(node, false);
        }
        drawing
    }

    /// The program in English, and how many texts are said in it.
    fn read(program: &Program) -> (String, usize) {
        let pieces = program.0.iter().map(|piece| match piece {
            Piece::Still(still) => (still.clone(), 0),
            Piece::Text(text) => (text.value(), 1),
        });
        pieces.fold((String::new(), 0), |(all, texts), (piece, said)| (all + &piece, texts + said))
    }

    #[test]
    fn what_stays_the_same_is_text_and_the_rest_fills_it_in_order() {
        let Drawing { program, fillings } = drawn(quote!(
            <p class="a" novalidate id=id class:nhsuk-x--y=is on:click=go>"Hi " {name}</p>
            <Card of=name />
        ));
        let text = "\u{1}p\u{3}class=a\u{3}novalidate=\u{6}id\u{6}class:nhsuk-x--y\u{6}on:click\u{4}Hi \
                    \u{5}\u{7}\u{5}";
        assert_eq!(read(&program), (text.to_owned(), 1));
        assert_eq!(fillings.len(), 5);
    }

    #[test]
    fn a_value_is_set_once_there_are_choices_and_drawings_are_of_their_own_kind() {
        let select = drawn(quote!(<select bind:value=chosen><option>"One"</option></select>));
        let (program, _) = read(&select.program);
        assert_eq!(program, "\u{1}select\u{1}option\u{4}One\u{7}\u{6}prop:value\u{7}");
        let svg = drawn(quote!(<svg><path d="M0 0" /></svg>));
        assert_eq!(read(&svg.program).0, "\u{2}svg\u{2}path\u{3}d=M0 0\u{7}\u{7}");
    }

    #[test]
    fn what_a_person_reads_goes_through_the_catalogue_and_names_do_not() {
        let drawing = drawn(quote!(<p id="Names" title="Read">"Text"</p>));
        let written = drawing.program.written().to_string();
        let expected = quote!(::core::concat!(
            "\u{1}p\u{3}id=Names\u{3}title=",
            ::wording::say!("Read"),
            "\u{4}",
            ::wording::say!("Text"),
            "\u{7}"
        ));
        assert_eq!(written, expected.to_string());
    }

    #[test]
    fn what_it_does_not_know_is_refused_with_what_to_write() {
        for markup in [quote!(<p style:color=red />), quote!(<p {..all} />)] {
            let fillings = drawn(markup).fillings;
            assert!(fillings.iter().any(|filling| filling.to_string().contains("compile_error")));
        }
    }
}
