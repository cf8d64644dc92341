//! The fields of a suggestion for the directory, and what of them can be saved.

use jiff::civil::Date;
use shared::{case::event::ServiceSuggested, directory::Service};

use crate::{
    components::{checks::Checks, error_summary::FormProblem},
    memo::Live,
};

/// The identifiers of the fields, in the order of the form.
pub const FIELDS: [&str; 8] =
    ["name", "phone", "address", "postcode", "url", "email", "fees", "eligibility"];
/// The identifier of the last field.
pub const WORDS: &str = "words";

/// The texts of an entry that can be suggested, in the order of [`FIELDS`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts([String; 8]);

impl Texts {
    /// An entry as it is.
    pub fn of(service: &Service) -> Self {
        let Service { name, phone, address, postcode, url, email, fees, eligibility, .. } = service;
        let texts = [name, phone, address, postcode, url, email, fees, eligibility];
        Self(texts.map(|text| text.trim().to_owned()))
    }

    /// As a suggestion.
    pub fn suggest(self, service: Option<String>, words: String) -> ServiceSuggested {
        let [name, phone, address, postcode, url, email, fees, eligibility] = self.0;
        ServiceSuggested {
            service,
            name,
            phone,
            address,
            postcode,
            url,
            email,
            fees,
            eligibility,
            words,
        }
    }
}

/// A suggestion that is being written.
#[derive(Clone, Copy)]
pub struct Form {
    /// The fields of the entry.
    pub fields: [Live<String>; 8],
    /// How the worker knows, and what else should change.
    pub words: Live<String>,
}

impl Form {
    /// A form that begins with these texts.
    pub fn new(texts: &Texts) -> Self {
        let field = |at: usize| Live::new(texts.0[at].clone());
        Self { fields: [0, 1, 2, 3, 4, 5, 6, 7].map(field), words: Live::new(String::new()) }
    }

    /// What can be saved, or everything that is to be put right first.
    pub fn check(
        self,
        corrects: Option<&Service>,
        today: Date,
    ) -> Result<ServiceSuggested, Vec<FormProblem>> {
        let trimmed = |text: Live<String>| text.with_untracked(|text| text.trim().to_owned());
        let texts = self.fields.map(trimmed);
        let words = trimmed(self.words);
        let mut checks = Checks::new(today);
        if texts[0].is_empty() {
            checks.refuse(FIELDS[0], say!("Write what the service is called"));
        }
        let before = corrects.map(Texts::of).unwrap_or_default();
        for ((field, text), before) in FIELDS.into_iter().zip(&texts).zip(&before.0) {
            // A feed may say more than a line. It is kept whole: an accepted correction of the
            // number is not to shorten the address.
            if text.chars().count() > before.chars().count() {
                checks.line(field, text.clone());
            }
        }
        let [.., email, _, _] = &texts;
        if !email.is_empty() && !email.contains('@') {
            checks.refuse("email", say!("An email address has an @ in it, like hello@example.org"));
        }
        let texts = Texts(texts);
        match corrects {
            Some(_) if words.is_empty() && texts == before => {
                let asked = say!("Change what is wrong above, or write here what should change");
                checks.refuse(WORDS, asked);
            }
            None if words.is_empty() => {
                checks.refuse(WORDS, say!("Write how you know of it, so that it can be checked"));
            }
            _ => {}
        }
        let words = checks.paragraph(WORDS, words);
        let problems = checks.problems();
        if problems.is_empty() {
            Ok(texts.suggest(corrects.map(|service| service.id.clone()), words))
        } else {
            Err(problems)
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use leptos::prelude::Owner;
    use shared::limits;

    use super::*;

    const TODAY: Date = date(2026, 11, 23);

    fn walks() -> Service {
        Service {
            id: "7".into(),
            name: "Walks".into(),
            phone: "01632 960201".into(),
            fees: "free".into(),
            ..Service::default()
        }
    }

    fn refused(form: Form, corrects: Option<&Service>) -> Vec<&'static str> {
        let problems = form.check(corrects, TODAY).expect_err("it cannot be saved");
        problems.into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn a_correction_holds_the_whole_entry_as_it_should_read() {
        Owner::new().with(|| {
            let form = Form::new(&Texts::of(&walks()));
            form.fields[1].set(" 01632 960299 ".into());
            let suggested = form.check(Some(&walks()), TODAY).expect("it can be saved");
            assert_eq!(suggested.service.as_deref(), Some("7"));
            assert_eq!(suggested.phone, "01632 960299");
            assert_eq!((suggested.name.as_str(), suggested.fees.as_str()), ("Walks", "free"));
        });
    }

    #[test]
    fn a_correction_changes_something() {
        Owner::new().with(|| {
            let form = Form::new(&Texts::of(&walks()));
            assert_eq!(refused(form, Some(&walks())), [WORDS]);
            form.words.set("It moved. They told me.".into());
            assert!(form.check(Some(&walks()), TODAY).is_ok());
        });
    }

    #[test]
    fn everything_to_put_right_is_named_at_once() {
        Owner::new().with(|| {
            let form = Form::new(&Texts::default());
            form.fields[2].set("x".repeat(limits::LINE_CHARACTERS_MAX + 1));
            form.fields[5].set("example.org".into());
            assert_eq!(refused(form, None), ["name", "address", "email", WORDS]);
        });
    }

    #[test]
    fn a_long_entry_can_be_corrected_and_is_kept_whole() {
        Owner::new().with(|| {
            let long = Service { address: "x".repeat(5_000), ..walks() };
            let form = Form::new(&Texts::of(&long));
            form.fields[1].set("01632 960299".into());
            let suggested = form.check(Some(&long), TODAY).expect("it can be saved");
            assert_eq!(suggested.address, long.address);
            form.fields[2].set("x".repeat(5_001));
            assert_eq!(refused(form, Some(&long)), ["address"]);
        });
    }
}
