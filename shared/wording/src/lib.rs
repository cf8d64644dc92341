//! How code writes what a person reads on the phone, so that it can be said in Welsh as well.
//!
//! Each text is looked up in the catalogue (`shared/catalogue`) while the code is compiled: what a
//! phone fetches holds one language, and no code that chooses. Only what is compiled for a phone is
//! translated; the desks of the server say the same texts in English.

mod emit;

use std::sync::OnceLock;

use catalogue::Language;
use proc_macro::TokenStream;
use syn::parse_macro_input;

/// A text: `say!("Undo")` is a `&'static str`, and a literal wherever one is needed.
#[proc_macro]
pub fn say(text: TokenStream) -> TokenStream {
    let text = parse_macro_input!(text as emit::Text);
    or_error(language().and_then(|language| emit::say(language, &text)), text.span())
}

/// A text with places that are filled, as `format!` fills them: `said!("Sent {when}")`. Each place has a
/// name, so that a translation can move it.
#[proc_macro]
pub fn said(text: TokenStream) -> TokenStream {
    let text = parse_macro_input!(text as emit::Filled);
    or_error(language().and_then(|language| emit::said(language, &text)), text.span())
}

/// What is said of a number of things: `counted!(n, "{n} contact", "{n} contacts")`, or with
/// `n = number` for the first. The number is an integer.
#[proc_macro]
pub fn counted(text: TokenStream) -> TokenStream {
    let text = parse_macro_input!(text as emit::Several);
    or_error(language().and_then(|language| emit::counted(language, &text)), text.span())
}

/// Tells cargo that a crate depends on which language was chosen, and on its translation. Stands once
/// in the root of each crate that says something.
#[proc_macro]
pub fn tracked(_: TokenStream) -> TokenStream {
    let tracked = language().map(emit::tracked);
    or_error(tracked, proc_macro2::Span::call_site())
}

/// Read once for each crate that is compiled.
fn language() -> Result<&'static Language, String> {
    static LANGUAGE: OnceLock<Result<Language, String>> = OnceLock::new();
    LANGUAGE.get_or_init(Language::chosen).as_ref().map_err(Clone::clone)
}

fn or_error(
    emitted: Result<proc_macro2::TokenStream, String>,
    at: proc_macro2::Span,
) -> TokenStream {
    emitted.unwrap_or_else(|reason| syn::Error::new(at, reason).to_compile_error()).into()
}
