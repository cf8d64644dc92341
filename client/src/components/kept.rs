//! What is typed in a form, kept on this phone until it is recorded or cleared: whoever comes back
//! after a lock, a call or a look at another screen finds the form as they left it.

use std::sync::Arc;

use jiff::civil::Date;
use leptos::{ev::MouseEvent, prelude::*};
use shared::{personal::Personal, written::Written};

use super::{disclose::focus_within, show::Show};
use crate::{
    draw::view,
    engine::{Engine, TypedField},
    memo::{Live, follow},
};

/// A field of such a form as a text, whatever it holds.
pub struct Field {
    read: Box<dyn Fn() -> String + Send + Sync>,
    write: Box<dyn Fn(&str) + Send + Sync>,
    /// Whether it is chosen, and not typed.
    is_chosen: bool,
}

impl Field {
    /// A field that holds what is written as a text by `name` and read again by `named`.
    pub fn of<T>(
        field: Live<T>,
        name: impl Fn(T) -> String + Send + Sync + 'static,
        named: impl Fn(&str) -> T + Send + Sync + 'static,
    ) -> Self
    where
        T: Clone + PartialEq + Send + Sync + 'static,
    {
        Self {
            read: Box::new(move || name(field.get())),
            write: Box::new(move |text| field.set(named(text))),
            is_chosen: false,
        }
    }

    /// A field in which one of these is chosen.
    pub fn one_of<T>(field: Live<Option<T>>, all: Vec<T>, name: fn(T) -> &'static str) -> Self
    where
        T: Copy + PartialEq + Send + Sync + 'static,
    {
        let named = move |text: &str| all.iter().copied().find(|one| name(*one) == text);
        Self::of(field, move |one| one.map_or("", name).to_owned(), named).chosen()
    }

    /// The same where a choice alone is nobody's work.
    pub fn chosen(self) -> Self {
        Self { is_chosen: true, ..self }
    }
}

impl From<Live<String>> for Field {
    fn from(field: Live<String>) -> Self {
        Self::of(field, |text| text, str::to_owned)
    }
}

/// A field in which a day is chosen.
pub fn date(field: Live<Option<Date>>) -> Field {
    let name = |on: Option<Date>| on.map(|on| on.to_string()).unwrap_or_default();
    Field::of(field, name, Date::read).chosen()
}

/// A form whose words are kept.
#[derive(Clone, Copy)]
pub struct Kept {
    fields: StoredValue<Arc<Vec<Field>>>,
    /// What stood in each field when it was opened.
    before: StoredValue<Vec<String>>,
    /// What stands in each while nobody has typed.
    fresh: StoredValue<Vec<String>>,
    is_any: Live<bool>,
}

/// Whether anything is kept of a form, so that it is to be open when its screen is.
pub fn is_kept(form: &str) -> bool {
    !Engine::here().typed(form).is_empty()
}

/// Fills in what was kept of a form, and keeps what is typed for as long as the screen is there. What
/// nobody had touched stands as it is in the record by now.
pub fn keep(form: String, fields: Vec<Field>) -> Kept {
    let engine = Engine::here();
    let fresh: Vec<String> = untrack(|| fields.iter().map(|field| (field.read)()).collect());
    let (before, now): (Vec<_>, Vec<_>) = taken_up(&fresh, engine.typed(&form)).into_iter().unzip();
    for ((field, fresh), now) in fields.iter().zip(&fresh).zip(&now) {
        if fresh != now {
            (field.write)(now);
        }
    }
    let kept = Kept {
        fields: StoredValue::new(Arc::new(fields)),
        before: StoredValue::new(before),
        fresh: StoredValue::new(fresh),
        is_any: Live::new(false),
    };
    follow(move || {
        let typed = kept.typed();
        kept.is_any.set(!typed.is_empty());
        engine.keep_typed(&form, typed);
    });
    kept
}

/// Of each field what stood in it and what is to stand in it now, from what stands in the record and
/// what was kept.
fn taken_up(fresh: &[String], kept: Vec<TypedField>) -> Vec<(String, String)> {
    let mut kept = kept.into_iter();
    let field = |fresh: &String| match kept.next() {
        Some(TypedField { now, before: None }) => (fresh.clone(), now.into_inner()),
        Some(TypedField { now, before: Some(before) }) if before != now => {
            (before.into_inner(), now.into_inner())
        }
        Some(_) | None => (fresh.clone(), fresh.clone()),
    };
    fresh.iter().map(field).collect()
}

impl Kept {
    /// What is to be kept: nothing while everything stands as it stood.
    fn typed(self) -> Vec<TypedField> {
        let fields = self.fields.get_value();
        let now: Vec<String> = fields.iter().map(|field| (field.read)()).collect();
        let before = self.before.get_value();
        if now == before {
            return Vec::new();
        }
        let fields = fields.iter().zip(now).zip(before);
        let typed = fields.map(|((field, now), before)| TypedField {
            now: Personal::new(now),
            before: (!field.is_chosen).then(|| Personal::new(before)),
        });
        typed.collect()
    }

    /// What stood in each field when the form was opened.
    pub fn before(self) -> Vec<String> {
        self.before.get_value()
    }

    /// Takes up what stands in the record by now: nobody's typing is touched, and whoever saves once
    /// more was told of what they put aside.
    pub fn catch_up(self, stands: Vec<String>) {
        let before = self.before.get_value();
        for ((field, before), stands) in self.fields.get_value().iter().zip(&before).zip(&stands) {
            if before != stands && untrack(&field.read) == *before {
                (field.write)(stands);
            }
        }
        self.before.set_value(stands);
    }

    fn clear(self) {
        let fresh = self.fresh.get_value();
        self.before.set_value(fresh.clone());
        for (field, fresh) in self.fields.get_value().iter().zip(fresh) {
            (field.write)(&fresh);
        }
    }
}

/// That what is typed is kept, and the way to be rid of it.
#[component]
pub fn Keeping(kept: Kept) -> impl IntoView {
    let clear = move |event: MouseEvent| {
        kept.clear();
        focus_within(&event, "input,textarea,select");
    };
    view! {
        <Show when=move || kept.is_any.get()>
            <p class="nhsuk-hint">
                "What you type is kept on this phone until you save it. "
                <button type="button" class="fp-link-button" on:click=clear>
                    "Clear what I typed"
                </button>
            </p>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use leptos::prelude::Owner;

    use super::*;

    fn field(now: &str, before: Option<&str>) -> TypedField {
        let words = |text: &str| Personal::new(text.to_owned());
        TypedField { now: words(now), before: before.map(words) }
    }

    #[test]
    fn what_nobody_touched_stands_as_it_is_in_the_record_by_now() {
        let fresh = ["Adeyemi", "01632 960300", "", "Female"].map(str::to_owned);
        let kept = vec![
            field("Okafor", Some("Okafor")),
            field("01632 960201", Some("01632 960200")),
            field("gp", None),
        ];
        let taken_up = taken_up(&fresh, kept);
        let taken_up: Vec<_> =
            taken_up.iter().map(|(before, now)| (before.as_str(), now.as_str())).collect();
        let phone = ("01632 960200", "01632 960201");
        let source = ("", "gp");
        assert_eq!(taken_up, [("Adeyemi", "Adeyemi"), phone, source, ("Female", "Female")]);
    }

    #[test]
    fn a_form_is_kept_only_while_something_in_it_is_another_than_at_first() {
        Owner::new().with(|| {
            let (words, choice) = (Live::new("From the record".to_owned()), Live::new(None));
            let fields = vec![words.into(), Field::one_of(choice, vec![1, 2], |_| "two")];
            let begun = vec!["From the record".to_owned(), String::new()];
            let kept = Kept {
                fields: StoredValue::new(Arc::new(fields)),
                before: StoredValue::new(begun.clone()),
                fresh: StoredValue::new(begun),
                is_any: Live::new(false),
            };
            assert_eq!(kept.typed(), []);
            words.set("Typed over it".into());
            choice.set(Some(1));
            let typed = [field("Typed over it", Some("From the record")), field("two", None)];
            assert_eq!(kept.typed(), typed);
            // What a colleague wrote meanwhile leaves what is typed as it is.
            kept.catch_up(vec!["Theirs".to_owned(), String::new()]);
            assert_eq!(kept.typed()[0], field("Typed over it", Some("Theirs")));
            kept.clear();
            assert_eq!(kept.typed(), []);
            kept.catch_up(vec!["Theirs".to_owned(), String::new()]);
            assert_eq!(words.get_untracked(), "Theirs");
            assert_eq!(choice.get_untracked(), None);
        });
    }
}
