//! A language, and what a text is in it.

use std::{collections::BTreeSet, env, fs::File, io::Read, path::PathBuf};

use polib::{catalog::Catalog, po_file};

use crate::{Places, edges};

/// The variable of the environment that chooses the language of the phone that is being built:
/// nothing for English, [`PSEUDO`], or the name of a translation beside this crate.
pub const VARIABLE: &str = "FINGERPOST_LANGUAGE";

/// English in brackets: a screen then shows which of its words are not in the catalogue.
const PSEUDO: &str = "pseudo";

/// What a program of `draw` is made of, and the end of a C string: no text holds them.
const CONTROL: std::ops::RangeInclusive<char> = '\0'..='\u{8}';

/// Languages that tell more numbers apart than "one" and "others", with the numbers that have a form of
/// their own, in the order of their translation's forms. From Unicode's CLDR.
const OWN_FORMS: [(&str, &[u64]); 1] = [("cy", &[0, 1, 2, 3, 6])];

/// What the phone speaks.
#[derive(Debug, Clone)]
pub enum Language {
    /// The texts as they are written.
    English,
    /// The texts in brackets.
    Pseudo,
    /// What the translation has, and English for the rest.
    Translated {
        /// Its name, as a browser knows it.
        tag: String,
        /// Its texts.
        texts: Box<Catalog>,
    },
}

/// What is said of a number of things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The numbers that have a form of their own.
    pub own: Vec<(u64, String)>,
    /// The form of every other number.
    pub other: String,
}

impl Language {
    /// The one that [`VARIABLE`] names.
    ///
    /// # Errors
    /// There is no translation of that name, or it cannot be read.
    pub fn chosen() -> Result<Self, String> {
        Self::named(&env::var(VARIABLE).unwrap_or_default())
    }

    fn named(name: &str) -> Result<Self, String> {
        let language = match name {
            "" | "en" => Self::English,
            PSEUDO => Self::Pseudo,
            tag => return Self::beside(tag),
        };
        Ok(language)
    }

    /// The translation of this name beside this crate.
    fn beside(tag: &str) -> Result<Self, String> {
        let path = file(tag);
        let failed = |reason: String| {
            format!(
                "{VARIABLE} is {tag}, and {} cannot be read ({reason}): begin one from phone.pot",
                path.display()
            )
        };
        if !tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            return Err(failed("no language has this name".to_owned()));
        }
        let opened = File::open(&path).map_err(|error| failed(error.to_string()))?;
        Self::translated(tag, opened).map_err(failed)
    }

    /// A translation as gettext's tools write it, and the name that a browser knows it by.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn translated(tag: &str, po: impl Read) -> Result<Self, String> {
        let texts = po_file::parse_from_reader(po).map_err(|error| error.to_string())?;
        Ok(Self::Translated { tag: tag.to_owned(), texts: Box::new(texts) })
    }

    /// The file that it was read from.
    pub fn file(&self) -> Option<PathBuf> {
        match self {
            Self::Translated { tag, .. } => Some(file(tag)),
            _ => None,
        }
    }

    /// Its name, as a browser knows it.
    pub fn tag(&self) -> &str {
        match self {
            Self::English | Self::Pseudo => "en-GB",
            Self::Translated { tag, .. } => tag,
        }
    }

    /// A text as it is said in this language.
    ///
    /// # Errors
    /// The translation does not fit its text.
    pub fn say(&self, english: &str) -> Result<String, String> {
        let (before, words, after) = edges(english);
        if !words.contains(char::is_alphabetic) {
            return Ok(english.to_owned());
        }
        let said = match self {
            Self::English => return Ok(english.to_owned()),
            Self::Pseudo => format!("⟦{words}⟧"),
            Self::Translated { texts, .. } => {
                let found = texts.find_message(None, words, None);
                let found = found.filter(|text| text.is_translated() && !text.is_fuzzy());
                match found.and_then(|text| text.msgstr().ok()) {
                    Some(said) => fitting(said, words)?,
                    None => words.to_owned(),
                }
            }
        };
        Ok(format!("{before}{said}{after}"))
    }

    /// A text with places, as it is said in this language: a translation has the same places.
    ///
    /// # Errors
    /// The translation does not fit its text, or the text has a place without a name.
    pub fn said(&self, english: &str) -> Result<String, String> {
        let places = Places::of(english)?;
        let said = self.say(english)?;
        same_places(&said, &places, &BTreeSet::new(), english)?;
        Ok(said)
    }

    /// What is said of one thing and of many, in every form of this language. `count` is the name of the
    /// place of the number, which a form may leave out.
    ///
    /// # Errors
    /// The translation does not fit its text, or the text has a place without a name.
    pub fn counted(&self, count: &str, one: &str, many: &str) -> Result<Counted, String> {
        let (places, optional) = (Places::of(many)?, BTreeSet::from([count.to_owned()]));
        same_places(one, &places, &optional, many)?;
        let english = || Ok(Counted { own: vec![(1, self.say(one)?)], other: self.say(many)? });
        let Self::Translated { tag, texts } = self else { return english() };
        let (before, words, after) = edges(many);
        let found = texts.find_message(None, edges(one).1, Some(words));
        let found = found.filter(|text| text.is_translated() && !text.is_fuzzy());
        let Some(forms) = found.and_then(|text| text.msgstr_plural().ok()) else {
            return english();
        };
        let own = OWN_FORMS.iter().find(|(of, _)| of == tag).map_or(&[1][..], |(_, own)| *own);
        let [own_forms @ .., other] = forms.as_slice() else { return english() };
        if own_forms.len() != own.len() {
            let wanted = own.len() + 1;
            return Err(format!("{tag}.po has {} forms of “{many}”, not {wanted}", forms.len()));
        }
        for form in forms {
            same_places(fitting(form, many)?.as_str(), &places, &optional, many)?;
        }
        let whole = |form: &String| format!("{before}{form}{after}");
        let own = own.iter().copied().zip(own_forms.iter().map(whole)).collect();
        Ok(Counted { own, other: whole(other) })
    }
}

fn file(tag: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(tag).with_extension("po")
}

fn fitting(said: &str, english: &str) -> Result<String, String> {
    if said.contains(|c| CONTROL.contains(&c)) {
        return Err(format!("the translation of “{english}” has a control character"));
    }
    Ok(said.to_owned())
}

/// What `said` leaves open is what the text leaves open; of `optional` it may leave out some.
fn same_places(
    said: &str,
    places: &Places,
    optional: &BTreeSet<String>,
    english: &str,
) -> Result<(), String> {
    let found = Places::of(said)?;
    let missing = places.0.difference(&found.0).find(|name| !optional.contains(*name));
    let unknown = found.0.difference(&places.0).find(|name| !optional.contains(*name));
    match (missing, unknown) {
        (None, None) => Ok(()),
        (Some(name), _) => Err(format!("“{said}” lacks the place {{{name}}} of “{english}”")),
        (_, Some(name)) => Err(format!("“{said}” has a place {{{name}}}, “{english}” has none")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CY: &str = r#"
msgid ""
msgstr ""
"Language: cy\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=6; plural=(n==0) ? 0 : (n==1) ? 1 : (n==2) ? 2 : (n==3) ? 3 : (n==6) ? 4 : 5;\n"

msgid "Undo"
msgstr "Dadwneud"

#, fuzzy
msgid "Phone"
msgstr "Ffoniwch?"

msgid "Recorded at {time}: {what}."
msgstr "{what}, cofnodwyd am {time}."

msgid "Sent {when}"
msgstr "Anfonwyd"

msgid "{n} contact"
msgid_plural "{n} contacts"
msgstr[0] "dim cysylltiadau"
msgstr[1] "un cyswllt"
msgstr[2] "{n} gyswllt"
msgstr[3] "{n} chyswllt"
msgstr[4] "{n} chyswllt"
msgstr[5] "{n} cyswllt"

msgid "{n} person"
msgid_plural "{n} people"
msgstr[0] "{n} person"
msgstr[1] "{n} o bobl"
"#;

    fn welsh() -> Language {
        Language::translated("cy", CY.as_bytes()).unwrap()
    }

    #[test]
    fn a_text_is_said_as_its_translation_says_it_between_the_same_spaces() {
        assert_eq!(welsh().say(" Undo ").unwrap(), " Dadwneud ");
        let said = welsh().said("Recorded at {time}: {what}.").unwrap();
        assert_eq!(said, "{what}, cofnodwyd am {time}.");
    }

    #[test]
    fn what_nobody_translated_or_was_sure_of_stays_english() {
        assert_eq!(welsh().say("Not translated").unwrap(), "Not translated");
        assert_eq!(welsh().say("Phone").unwrap(), "Phone");
        let counted = welsh().counted("n", "{n} entry", "{n} entries").unwrap();
        assert_eq!(counted.own, [(1, "{n} entry".to_owned())]);
        assert_eq!(counted.other, "{n} entries");
    }

    #[test]
    fn welsh_has_a_form_for_each_number_that_it_tells_apart() {
        let Counted { own, other } = welsh().counted("n", "{n} contact ", "{n} contacts ").unwrap();
        let own: Vec<_> = own.iter().map(|(number, form)| (*number, form.as_str())).collect();
        let expected = [
            (0, "dim cysylltiadau "),
            (1, "un cyswllt "),
            (2, "{n} gyswllt "),
            (3, "{n} chyswllt "),
            (6, "{n} chyswllt "),
        ];
        assert_eq!((own.as_slice(), other.as_str()), (&expected[..], "{n} cyswllt "));
    }

    #[test]
    fn a_translation_that_does_not_fit_its_text_stops_the_build() {
        assert!(welsh().said("Sent {when}").unwrap_err().contains("{when}"));
        assert!(welsh().counted("n", "{n} person", "{n} people").unwrap_err().contains("not 6"));
        assert!(welsh().said("{} waiting").is_err());
    }

    #[test]
    fn brackets_show_what_comes_from_the_catalogue_and_leave_signs_alone() {
        let pseudo = Language::named("pseudo").unwrap();
        assert_eq!(pseudo.say(" Undo ").unwrap(), " ⟦Undo⟧ ");
        assert_eq!(pseudo.say(" · ").unwrap(), " · ");
        assert_eq!(pseudo.said("{count} waiting").unwrap(), "⟦{count} waiting⟧");
    }

    #[test]
    fn a_language_without_a_translation_is_refused_with_what_to_do() {
        for name in ["xx", "../cy"] {
            assert!(Language::named(name).unwrap_err().contains("phone.pot"), "{name}");
        }
    }
}
