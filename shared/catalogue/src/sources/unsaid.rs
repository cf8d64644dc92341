//! Which literals read as words for people, and which of those no person reads.

/// Whether a literal looks like what a person reads: words with a space between, or one with a capital.
pub fn reads_as_words(text: &str) -> bool {
    let text = without_places(text);
    let is_word = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-' && c != '_');
        word.chars().count() > 1 && word.chars().all(char::is_alphabetic)
    };
    let has_words = text.split(' ').count() > 1 && text.split(' ').any(is_word);
    has_words || (is_word(&text) && text.starts_with(char::is_uppercase))
}

/// What a text says whatever fills it.
fn without_places(text: &str) -> String {
    let mut parts = text.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + part.split_once('}').map_or(part, |(_, rest)| rest))
}

/// Literals that read as words and that no person reads: the file, what they say, and why.
const FOR_NO_ONE: [(&str, &[&str], &str); 4] = [
    ("client/src/engine/network.rs", &["POST", "CompressionStream"], "HTTP's and the browser's"),
    ("client/src/vault/crypto.rs", &["HMAC"], "the browser's name of an algorithm"),
    ("client/src/vault/indexed_db.rs", &["QuotaExceededError"], "the browser's name of an error"),
    (
        "client/src/vault/passkey.rs",
        &["NotAllowedError", "AbortError"],
        "the browser's names of errors",
    ),
];

/// Whether this one is in the list.
pub fn is_for_no_one(file: &str, text: &str) -> bool {
    FOR_NO_ONE.iter().any(|(of, texts, _)| *of == file && texts.contains(&text))
}

/// What the list has and the sources do not, so that it ends where its reasons end.
pub fn left_over(found: &[(String, String)]) -> Vec<&'static str> {
    let is_gone =
        |of: &str, text: &str| !found.iter().any(|(file, literal)| file == of && literal == text);
    let listed =
        FOR_NO_ONE.iter().flat_map(|(of, texts, _)| texts.iter().map(move |text| (*of, *text)));
    listed.filter(|(of, text)| is_gone(of, text)).map(|(_, text)| text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_names() {
        for text in ["Undo", "no name", "{count} waiting", "Saved, {when}", "Écrit"] {
            assert!(reads_as_words(text), "{text}");
        }
        for text in [
            "attempt-undo",
            "fp-chip fp-chip--on",
            "nhsuk-input {width}",
            "{day}, {time}",
            "M4 6h16v14H4z",
            "0 0 24 24",
            "/person/{case}",
            "text/html",
            "SHA-256",
            "undo",
        ] {
            assert!(!reads_as_words(text), "{text}");
        }
    }
}
