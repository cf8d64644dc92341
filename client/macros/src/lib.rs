//! How the phone's screens are written: leptos's markup, compiled for size.
//!
//! Leptos's own macro makes a type of each piece of markup, and code for each type. This one makes a
//! text of what stays the same, which `client::draw` reads, and a list of what does not: half the
//! code, and text compresses better than code. It knows the part of leptos's language that the
//! app uses and refuses the rest, with where it stands and what to write instead.

mod program;

use proc_macro::TokenStream;
use rstml::{Parser, ParserConfig};

/// Markup as a view. Elements with texts, `{expressions}`, attributes, `class:name`, `prop:name`,
/// `bind:value` and `on:event`; components with their properties and children.
#[proc_macro]
pub fn view(markup: TokenStream) -> TokenStream {
    let parser = Parser::new(ParserConfig::default().recover_block(true));
    let (nodes, problems) = parser.parse_recoverable(markup).split_vec();
    let problems = problems.into_iter().map(|problem| problem.emit_as_expr_tokens());
    let view = program::view(&nodes);
    quote::quote!({ #(#problems;)* #view }).into()
}
