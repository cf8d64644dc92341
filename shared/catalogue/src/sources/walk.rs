//! Every text that a source file says, and every literal that it does not say.

use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};
use syn::{LitStr, parse::Parser};

use super::markup;

/// What stands in the sources.
#[derive(Default)]
pub struct Found {
    /// Texts that pass through the macros.
    pub said: Vec<Text>,
    /// Literals that do not.
    pub unsaid: Vec<LitStr>,
}

/// One text, or what is said of one thing and of many.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text {
    pub text: String,
    pub many: Option<String>,
}

/// What these macros are given is for whoever mends the program.
const FOR_MENDERS: [&str; 7] =
    ["assert", "assert_eq", "assert_ne", "debug_assert", "panic", "unreachable", "cfg_select"];

impl Found {
    /// Goes through the tokens of a file, or of a part of one. What is compiled for tests alone is
    /// passed over.
    pub fn walk(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            at += self.step(&tokens[at..]);
        }
    }

    /// Looks at what begins here, and says how many tokens that was.
    fn step(&mut self, rest: &[TokenTree]) -> usize {
        match rest {
            [TokenTree::Punct(hash), TokenTree::Group(attribute), after @ ..]
                if hash.as_char() == '#' =>
            {
                self.attribute(attribute, after)
            }
            [TokenTree::Punct(hash), TokenTree::Punct(_), TokenTree::Group(_), ..]
                if hash.as_char() == '#' =>
            {
                3
            }
            [TokenTree::Ident(name), TokenTree::Punct(bang), TokenTree::Group(given), ..]
                if bang.as_char() == '!' =>
            {
                self.call(&name.to_string(), given.stream());
                3
            }
            [TokenTree::Ident(name), TokenTree::Group(_), ..]
                if name == "expect" || name == "expect_err" =>
            {
                2
            }
            [TokenTree::Group(group), ..] => {
                self.walk(group.stream());
                1
            }
            [TokenTree::Literal(literal), ..] => {
                self.unsaid.extend(text(literal));
                1
            }
            _ => 1,
        }
    }

    /// An attribute, and with one that is for tests, what it stands on.
    fn attribute(&mut self, attribute: &Group, after: &[TokenTree]) -> usize {
        let words = attribute.stream().to_string();
        if words == "cfg (test)" || words == "cfg(test)" || words == "test" {
            let is_end = |token: &TokenTree| match token {
                TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                TokenTree::Punct(punct) => punct.as_char() == ';',
                _ => false,
            };
            return 2 + after.iter().position(is_end).map_or(after.len(), |end| end + 1);
        }
        // What an error says when it is shown.
        if words.starts_with("error") {
            self.walk(attribute.stream());
        }
        2
    }

    /// A macro, by its name.
    fn call(&mut self, name: &str, given: TokenStream) {
        match name {
            "say" | "said" => self.texts(given, 1),
            "counted" => self.texts(given, 2),
            "view" => markup::walk(self, given),
            name if FOR_MENDERS.contains(&name) => {}
            _ => self.walk(given),
        }
    }

    /// The first literals of a macro are its texts.
    fn texts(&mut self, given: TokenStream, count: usize) {
        let mut inside = Self::default();
        inside.walk(given);
        let mut literals = inside.unsaid.drain(..);
        let mut texts = literals.by_ref().take(count).map(|literal| literal.value());
        if let Some(text) = texts.next() {
            let many = texts.next();
            self.say(text, many);
        }
        self.unsaid.extend(literals);
        self.said.append(&mut inside.said);
    }

    /// A text, where it has words.
    pub fn say(&mut self, text: String, many: Option<String>) {
        let words = |text: String| crate::edges(&text).1.to_owned();
        let text = words(text);
        if text.contains(char::is_alphabetic) {
            self.said.push(Text { text, many: many.map(words) });
        }
    }
}

fn text(literal: &Literal) -> Option<LitStr> {
    let tokens = TokenTree::Literal(literal.clone()).into();
    (|input: syn::parse::ParseStream<'_>| input.parse()).parse2(tokens).ok()
}
