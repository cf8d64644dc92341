//! Holds the catalogue against the sources: it lists what they say, and they say nothing past it.

mod markup;
mod unsaid;
mod walk;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    io::BufWriter,
    path::{Path, PathBuf},
};

use polib::{catalog::Catalog, message::Message, metadata::CatalogMetadata, po_file};
use proc_macro2::TokenStream;

use self::walk::{Found, Text};

/// The variable that has the catalogue written anew.
const WRITE: &str = "FINGERPOST_CATALOGUE";

/// What a template begins with; a translation has its language's own plural forms.
const HEADER: &str = "Project-Id-Version: Fingerpost\n\
    MIME-Version: 1.0\n\
    Content-Type: text/plain; charset=UTF-8\n\
    Content-Transfer-Encoding: 8bit\n\
    Plural-Forms: nplurals=2; plural=(n != 1);";

const PHONE: &str = "client/src";
const SHARED: &str = "shared/src";
const SHELL: [&str; 2] = ["client/index.html", "client/manifest.webmanifest"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).expect("a file of the project")
}

/// The Rust files of a folder that ship, by their paths from the root.
fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).expect("a folder of the project") {
        let entry = entry.expect("an entry");
        let path = format!("{folder}/{}", entry.file_name().to_str().expect("a name"));
        if entry.path().is_dir() {
            found.append(&mut files(&path));
        } else if path.ends_with(".rs") && !path.ends_with("/tests.rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn found_in(file: &str) -> Found {
    let tokens: TokenStream = read(file).parse().expect("a file that compiles");
    let mut found = Found::default();
    found.walk(tokens);
    found
}

/// Every text, with the files that say it.
fn texts() -> BTreeMap<Text, BTreeSet<String>> {
    let mut texts: BTreeMap<Text, BTreeSet<String>> = BTreeMap::new();
    for file in [PHONE, SHARED].into_iter().flat_map(files) {
        for text in found_in(&file).said {
            texts.entry(text).or_default().insert(file.clone());
        }
    }
    for file in SHELL {
        for text in crate::shell::texts(&read(file)) {
            texts.entry(Text { text, many: None }).or_default().insert(file.to_owned());
        }
    }
    texts
}

/// The catalogue as the sources would have it.
fn template() -> String {
    let mut catalog = Catalog::new(CatalogMetadata::parse(HEADER).expect("a header"));
    for (Text { text, many }, files) in texts() {
        let files = Vec::from_iter(files).join("\n");
        let message = match many {
            None => Message::build_singular().with_msgid(text).with_source(files).done(),
            Some(many) => {
                let mut message = Message::build_plural();
                let message = message.with_msgid(text).with_msgid_plural(many);
                message.with_msgstr_plural(vec![String::new(); 2]).with_source(files).done()
            }
        };
        catalog.append_or_update(message);
    }
    let mut writer = BufWriter::new(Vec::new());
    po_file::write(&catalog, &mut writer).expect("memory takes everything");
    String::from_utf8(writer.into_inner().expect("it was flushed")).expect("what was written")
}

#[test]
fn the_catalogue_lists_what_the_phone_says() {
    const FILE: &str = "shared/catalogue/phone.pot";
    let template = template();
    if env::var_os(WRITE).is_some() {
        fs::write(root().join(FILE), &template).expect("the catalogue");
    }
    // Not `assert_eq`: nobody wants to read both.
    let kept = fs::read_to_string(root().join(FILE)).unwrap_or_default();
    assert!(
        kept == template,
        "{FILE} is not what the sources say. Write it anew: {WRITE}=write cargo test -p catalogue"
    );
}

#[test]
fn a_text_stands_alone_or_counts_things_and_never_both() {
    let texts = texts();
    let counting: BTreeSet<_> =
        texts.keys().filter(|text| text.many.is_some()).map(|text| &text.text).collect();
    for text in texts.keys().filter(|text| text.many.is_none()) {
        assert!(!counting.contains(&text.text), "{text:?} is both: translators' tools refuse that");
    }
}

#[test]
fn the_phone_says_nothing_past_the_catalogue() {
    let literals = files(PHONE).into_iter().flat_map(|file| {
        let unsaid = found_in(&file).unsaid.into_iter();
        unsaid.map(move |literal| (file.clone(), literal.value()))
    });
    let words: Vec<_> = literals.filter(|(_, text)| unsaid::reads_as_words(text)).collect();
    let past = words.iter().filter(|(file, text)| !unsaid::is_for_no_one(file, text));
    let past: Vec<String> = past.map(|(file, text)| format!("{file}: {text:?}")).collect();
    assert!(
        past.is_empty(),
        "Nobody can translate these. Wrap them in say!, said! or counted!, or give the reason not \
         to in shared/catalogue/src/sources/unsaid.rs:\n{}",
        past.join("\n")
    );
    let left_over = unsaid::left_over(&words);
    assert!(left_over.is_empty(), "no longer there, so no exceptions: {left_over:?}");
}

#[test]
fn what_is_compiled_for_tests_or_read_by_menders_is_passed_over() {
    let mut found = Found::default();
    let source = r##"
        /// A comment.
        #[expect(unused, reason = "not for people")]
        #[error("{}", say!("It broke."))]
        fn one() { other.expect("it is there"); said!("Sent {when}", when = say!("today")); "Left over" }
        #[cfg(test)]
        fn two() { "In a test" }
        fn three() {
            view! {
                <p class="a b" title="Hover" data-of="Not said">" Text " {move || "Inside" }</p>
                <Card label="A property" hint=say!("Said") />
            }
        }
        fn four() { counted!(n, "{n} thing", "{n} things") }
    "##;
    found.walk(source.parse().expect("Rust"));
    let said: Vec<&str> = found.said.iter().map(|text| text.text.as_str()).collect();
    let expected = ["It broke.", "Sent {when}", "today", "Hover", "Text", "Said", "{n} thing"];
    assert_eq!(said, expected);
    assert_eq!(found.said[6].many.as_deref(), Some("{n} things"));
    let unsaid: Vec<String> = found.unsaid.iter().map(syn::LitStr::value).collect();
    assert_eq!(unsaid, ["{}", "Left over", "a b", "Not said", "Inside", "A property"]);
}
