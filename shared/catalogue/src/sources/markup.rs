//! The texts of a screen's markup.

use proc_macro2::TokenStream;
use quote::ToTokens;
use rstml::{
    Parser, ParserConfig,
    node::{KeyedAttribute, Node, NodeAttribute, NodeElement},
};
use syn::{Expr, ExprLit, Lit};

use super::walk::Found;

/// Goes through the markup of a `view!`.
pub fn walk(found: &mut Found, markup: TokenStream) {
    let parser = Parser::new(ParserConfig::default().recover_block(true));
    let (nodes, problems) = parser.parse_recoverable(markup).split_vec();
    assert!(problems.is_empty(), "markup that does not compile");
    nodes.iter().for_each(|node| of_node(found, node));
}

fn of_node(found: &mut Found, node: &Node) {
    match node {
        Node::Text(text) => found.say(text.value_string(), None),
        Node::Element(element) => of_element(found, element),
        Node::Fragment(fragment) => {
            fragment.children().iter().for_each(|child| of_node(found, child));
        }
        other => found.walk(other.to_token_stream()),
    }
}

fn of_element(found: &mut Found, element: &NodeElement<rstml::Infallible>) {
    // A component's properties are code: it says them itself.
    let is_component = element.name().to_string().starts_with(char::is_uppercase);
    for attribute in element.attributes() {
        match attribute {
            NodeAttribute::Attribute(attribute) => of_attribute(found, attribute, is_component),
            NodeAttribute::Block(block) => found.walk(block.to_token_stream()),
        }
    }
    element.children().iter().for_each(|child| of_node(found, child));
}

fn of_attribute(found: &mut Found, attribute: &KeyedAttribute, is_component: bool) {
    let name = attribute.key.to_string();
    match attribute.value() {
        Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. }))
            if !is_component && crate::ATTRIBUTES.contains(&name.as_str()) =>
        {
            found.say(text.value(), None);
        }
        Some(value) => found.walk(value.to_token_stream()),
        None => {}
    }
}
