//! The parts of a text: what stands around its words, and the places in it that are filled later.

use std::collections::BTreeSet;

/// A text without the spaces around it, and those. They are the markup's and not a translator's.
pub fn edges(text: &str) -> (&str, &str, &str) {
    let from = text.len() - text.trim_start().len();
    let words = text.trim();
    let (before, rest) = text.split_at(from);
    (before, words, &rest[words.len()..])
}

/// The names of the places of a text, as `format!` reads them: `time` of `"Recorded at {time}."`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places(pub BTreeSet<String>);

impl Places {
    /// Reads them.
    ///
    /// # Errors
    /// A place without a name, which a translator could neither understand nor move.
    pub fn of(text: &str) -> Result<Self, String> {
        let mut names = BTreeSet::new();
        let mut rest = text;
        while let Some(opens) = rest.find('{') {
            rest = &rest[opens + 1..];
            if let Some(after) = rest.strip_prefix('{') {
                rest = after;
                continue;
            }
            let (place, after) = rest.split_once('}').ok_or("a place of this text does not end")?;
            let name = place.split(':').next().unwrap_or_default();
            if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
                return Err("name each place, as in {count}: a translation may move it".to_owned());
            }
            names.insert(name.to_owned());
            rest = after;
        }
        Ok(Self(names))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_around_a_text_are_not_a_translators() {
        for (text, parts) in [
            (" Saved here. ", (" ", "Saved here.", " ")),
            ("Undo", ("", "Undo", "")),
            ("  ", ("  ", "", "")),
        ] {
            assert_eq!(edges(text), parts);
        }
    }

    #[test]
    fn places_are_known_by_their_names() {
        let names = |text| Places::of(text).map(|places| Vec::from_iter(places.0));
        assert_eq!(names("{{x}} {b:>2} of {a}"), Ok(vec!["a".into(), "b".into()]));
        for text in ["{} entries", "{0}", "{n", "{:>2}"] {
            assert!(names(text).is_err(), "{text}");
        }
    }
}
