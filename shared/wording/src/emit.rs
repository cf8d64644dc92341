//! What the macros read, and what they write instead.

use catalogue::{Counted, Language, VARIABLE};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    Expr, Ident, LitStr, Token,
    parse::{Parse, ParseStream},
};

/// What `say!` reads.
pub struct Text(LitStr);

/// What `said!` reads: a text, and the arguments of `format!`.
pub struct Filled {
    text: LitStr,
    arguments: TokenStream,
}

/// What `counted!` reads.
pub struct Several {
    count: Ident,
    value: Option<Expr>,
    one: LitStr,
    many: LitStr,
    arguments: TokenStream,
}

impl Text {
    pub fn span(&self) -> Span {
        self.0.span()
    }
}

impl Filled {
    pub fn span(&self) -> Span {
        self.text.span()
    }
}

impl Several {
    pub fn span(&self) -> Span {
        self.many.span()
    }
}

impl Parse for Text {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let text = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        Ok(Self(text))
    }
}

impl Parse for Filled {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self { text: input.parse()?, arguments: input.parse()? })
    }
}

impl Parse for Several {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let count = input.parse()?;
        let value = match input.parse::<Option<Token![=]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        input.parse::<Token![,]>()?;
        let one = input.parse()?;
        input.parse::<Token![,]>()?;
        Ok(Self { count, value, one, many: input.parse()?, arguments: input.parse()? })
    }
}

pub fn say(language: &Language, Text(text): &Text) -> Result<TokenStream, String> {
    let said = like(text, &language.say(&text.value())?);
    Ok(on_phones(said.to_token_stream(), text.to_token_stream()))
}

pub fn said(language: &Language, filled: &Filled) -> Result<TokenStream, String> {
    let Filled { text, arguments } = filled;
    let said = like(text, &language.said(&text.value())?);
    let write = |text: &LitStr| quote!(::std::format!(#text #arguments));
    Ok(on_phones(write(&said), write(text)))
}

pub fn counted(language: &Language, several: &Several) -> Result<TokenStream, String> {
    let Several { count, value, one, many, arguments } = several;
    let name = count.to_string();
    let here = language.counted(&name, &one.value(), &many.value())?;
    let english = Language::English.counted(&name, &one.value(), &many.value())?;
    let choose = |Counted { own, other }: Counted| {
        let own = own.into_iter().map(|(number, form)| {
            let (number, form) = (Literal::u64_unsuffixed(number), like(one, &form));
            quote!(#number => ::std::format!(#form #arguments),)
        });
        let other = like(many, &other);
        quote!(match #count { #(#own)* _ => ::std::format!(#other #arguments), })
    };
    let chosen = on_phones(choose(here), choose(english));
    let value = value.as_ref().map(|value| quote!(let #count = #value;));
    Ok(quote!({ #value #chosen }))
}

/// The variable, which cargo then watches, and the file.
pub fn tracked(language: &Language) -> TokenStream {
    let file = language.file().map(|path| {
        let path = path.display().to_string();
        quote!(
            const _: &[u8] = ::core::include_bytes!(#path);
        )
    });
    quote!(
        const _: ::core::option::Option<&str> = ::core::option_env!(#VARIABLE);
        #file
    )
}

/// Another text in the place of this one: what it names is looked up where this one stands.
fn like(text: &LitStr, said: &str) -> LitStr {
    if text.value() == said { text.clone() } else { LitStr::new(said, text.span()) }
}

/// What differs is chosen by what it is compiled for: a phone, or a server and the tests.
fn on_phones(said: TokenStream, english: TokenStream) -> TokenStream {
    if said.to_string() == english.to_string() {
        return english;
    }
    quote!(::core::cfg_select! {
        target_arch = "wasm32" => { #said }
        _ => { #english }
    })
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn english_costs_nothing_the_text_is_itself() {
        let text: Text = parse_quote!("Undo");
        assert_eq!(say(&Language::English, &text).unwrap().to_string(), "\"Undo\"");
        let filled: Filled = parse_quote!("Sent {when}", when = now());
        let expected = quote!(::std::format!("Sent {when}", when = now()));
        assert_eq!(said(&Language::English, &filled).unwrap().to_string(), expected.to_string());
    }

    #[test]
    fn another_language_is_for_phones_alone() {
        let text: Text = parse_quote!(" Undo ");
        let expected = quote!(::core::cfg_select! {
            target_arch = "wasm32" => { " ⟦Undo⟧ " }
            _ => { " Undo " }
        });
        assert_eq!(say(&Language::Pseudo, &text).unwrap().to_string(), expected.to_string());
    }

    #[test]
    fn a_number_chooses_its_form() {
        let several: Several = parse_quote!(n = all.len(), "{n} entry", "{n} entries");
        let expected = quote!({
            let n = all.len();
            match n {
                1 => ::std::format!("{n} entry"),
                _ => ::std::format!("{n} entries"),
            }
        });
        let emitted = counted(&Language::English, &several).unwrap().to_string();
        assert_eq!(emitted, expected.to_string());
    }

    #[test]
    fn each_form_of_a_language_is_chosen_by_its_number() {
        let po = r#"
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\n"

msgid "{n} contact"
msgid_plural "{n} contacts"
msgstr[0] "dim"
msgstr[1] "un"
msgstr[2] "{n} gyswllt"
msgstr[3] "{n} chyswllt"
msgstr[4] "{n} chyswllt"
msgstr[5] "{n} cyswllt"
"#;
        let welsh = Language::translated("cy", po.as_bytes()).unwrap();
        let several: Several = parse_quote!(n, "{n} contact", "{n} contacts");
        let expected = quote!({
            ::core::cfg_select! {
                target_arch = "wasm32" => {
                    match n {
                        0 => ::std::format!("dim"),
                        1 => ::std::format!("un"),
                        2 => ::std::format!("{n} gyswllt"),
                        3 => ::std::format!("{n} chyswllt"),
                        6 => ::std::format!("{n} chyswllt"),
                        _ => ::std::format!("{n} cyswllt"),
                    }
                }
                _ => {
                    match n {
                        1 => ::std::format!("{n} contact"),
                        _ => ::std::format!("{n} contacts"),
                    }
                }
            }
        });
        assert_eq!(counted(&welsh, &several).unwrap().to_string(), expected.to_string());
    }

    #[test]
    fn a_place_without_a_name_is_refused() {
        let filled: Filled = parse_quote!("{} of {}", found, all);
        assert!(said(&Language::English, &filled).unwrap_err().contains("name each place"));
    }
}
