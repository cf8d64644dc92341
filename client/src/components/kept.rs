//! What is typed in a form, kept on this phone until it is recorded or cleared: whoever comes back
//! after a lock, a call or a look at another screen finds the form as they left it.

use jiff::civil::Date;
use leptos::prelude::*;
use shared::{personal::Personal, written::Written};

use super::show::Show;
use crate::{
    draw::view,
    engine::{Engine, TypedField},
    memo::{Live, follow},
};

/// A field of such a form as a text, whatever it holds.
pub struct Field {
    holds: Holds,
    /// Whether it is chosen, and not typed.
    is_chosen: bool,
}

/// What a field holds. Texts are most of them, and need no code of their own.
enum Holds {
    Text(Live<String>),
    Other(Box<dyn Fn() -> String + Send + Sync>, Box<dyn Fn(&str) + Send + Sync>),
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
        let write = move |text: &str| field.set(named(text));
        let holds = Holds::Other(Box::new(move || name(field.get())), Box::new(write));
        Self { holds, is_chosen: false }
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

    fn read(&self) -> String {
        match &self.holds {
            Holds::Text(text) => text.get(),
            Holds::Other(read, _) => read(),
        }
    }

    fn write(&self, text: &str) {
        match &self.holds {
            Holds::Text(field) => field.set(text.to_owned()),
            Holds::Other(_, write) => write(text),
        }
    }
}

impl From<Live<String>> for Field {
    fn from(field: Live<String>) -> Self {
        Self { holds: Holds::Text(field), is_chosen: false }
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
    form: StoredValue<Form>,
    is_any: Live<bool>,
    /// Whether it was cleared and nothing was typed since.
    is_cleared: Live<bool>,
}

struct Form {
    fields: Vec<Field>,
    /// What stood in each when it was opened.
    before: Vec<String>,
    /// What stands in each while nobody has typed.
    fresh: Vec<String>,
    /// What stood in each when it was cleared.
    cleared: Vec<String>,
}

/// Whether anything is kept of a form, so that it is to be open when its screen is.
pub fn is_kept(form: &str) -> bool {
    !Engine::here().typed(form).is_empty()
}

/// Fills in what was kept of a form, and keeps what is typed for as long as the screen is there.
/// What nobody had touched stands as it is in the record by now.
pub fn keep(name: String, fields: Vec<Field>) -> Kept {
    let engine = Engine::here();
    let form = Form::new(fields, engine.typed(&name));
    let [is_any, is_cleared] = [(); 2].map(|()| Live::new(false));
    let kept = Kept { form: StoredValue::new(form), is_any, is_cleared };
    follow(move || {
        let typed = kept.form.with_value(Form::typed);
        is_any.set(!typed.is_empty());
        if !typed.is_empty() {
            is_cleared.set(false);
        }
        engine.keep_typed(&name, typed);
    });
    kept
}

impl Form {
    /// Takes up what was kept.
    fn new(fields: Vec<Field>, kept: Vec<TypedField>) -> Self {
        let fresh: Vec<String> = untrack(|| fields.iter().map(Field::read).collect());
        let mut before = fresh.clone();
        for ((field, before), TypedField { now, before: stood }) in
            fields.iter().zip(&mut before).zip(kept)
        {
            if let Some(stood) = stood {
                if stood == now {
                    continue;
                }
                *before = stood.into_inner();
            }
            field.write(now.reveal());
        }
        Self { fields, before, fresh, cleared: Vec::new() }
    }

    /// What is to be kept: nothing while everything stands as it stood.
    fn typed(&self) -> Vec<TypedField> {
        let mut is_any = false;
        let field = |(field, before): (&Field, &String)| {
            let now = field.read();
            is_any |= now != *before;
            let before = (!field.is_chosen).then(|| Personal::new(before.clone()));
            TypedField { now: Personal::new(now), before }
        };
        let typed = self.fields.iter().zip(&self.before).map(field).collect();
        if is_any { typed } else { Vec::new() }
    }

    /// Takes up what stands in the record by now, without touching what is typed.
    fn catch_up(&mut self, stands: Vec<String>) {
        for ((field, before), stands) in self.fields.iter().zip(&mut self.before).zip(stands) {
            let is_untouched = untrack(|| field.read()) == *before;
            if is_untouched && *before != stands {
                field.write(&stands);
                // A choice that knows no such value stays as it was: nobody made that of it.
                *before = untrack(|| field.read());
            } else {
                *before = stands;
            }
        }
    }

    fn clear(&mut self) {
        self.cleared = self.now();
        self.before.clone_from(&self.fresh);
        self.write(&self.fresh);
    }

    fn now(&self) -> Vec<String> {
        untrack(|| self.fields.iter().map(Field::read).collect())
    }

    fn put_back(&mut self) {
        self.write(&self.cleared);
    }

    fn write(&self, texts: &[String]) {
        self.fields.iter().zip(texts).for_each(|(field, text)| field.write(text));
    }
}

impl Kept {
    /// What stood in each field when the form was opened.
    pub fn before(self) -> Vec<String> {
        self.form.with_value(|form| form.before.clone())
    }

    /// What stands in each field now.
    pub fn now(self) -> Vec<String> {
        self.form.with_value(Form::now)
    }

    /// Takes up what stands in the record by now: nobody's typing is touched, and whoever saves
    /// once more was told of what they put aside.
    pub fn catch_up(self, stands: Vec<String>) {
        self.form.update_value(|form| form.catch_up(stands));
    }
}

/// That what is typed is kept, the way to be rid of it, and the way back.
#[component]
pub fn Keeping(kept: Kept) -> impl IntoView {
    let Kept { form, is_any, is_cleared } = kept;
    // The button stays for as long as it has the focus.
    let press = move |_| match is_cleared.get_untracked() {
        true => form.update_value(Form::put_back),
        false => {
            is_cleared.set(true);
            form.update_value(Form::clear);
        }
    };
    let button = move || match is_cleared.get() {
        true => say!("Put it back"),
        false => say!("Clear what I typed"),
    };
    view! {
        <Show when=move || is_any.get() || is_cleared.get()>
            <p class="nhsuk-hint">
                "What you type is kept on this phone until you save it. "
                <button type="button" class="fp-link-button" on:click=press>{button}</button>
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
        Owner::new().with(|| {
            let in_record = ["Adeyemi", "01632 960300", "", "Female"].map(str::to_owned);
            let fields = in_record.map(Live::new);
            let kept = vec![
                field("Okafor", Some("Okafor")),
                field("01632 960201", Some("01632 960200")),
                field("gp", None),
            ];
            let form = Form::new(fields.map(Into::into).into(), kept);
            let stands = fields.map(|field| field.get_untracked());
            assert_eq!(stands, ["Adeyemi", "01632 960201", "gp", "Female"]);
            assert_eq!(form.before, ["Adeyemi", "01632 960200", "", "Female"]);
        });
    }

    #[test]
    fn a_choice_that_does_not_know_what_stands_in_the_record_is_nobodys_answer() {
        Owner::new().with(|| {
            let choice = Live::new(None::<u8>);
            let named = |text: &str| (text == "two").then_some(2);
            let name = |one: Option<u8>| one.map_or("", |_| "two").to_owned();
            let mut form = Form::new(vec![Field::of(choice, name, named)], Vec::new());
            form.catch_up(vec!["something else".to_owned()]);
            assert_eq!(form.typed(), []);
        });
    }

    #[test]
    fn a_form_is_kept_only_while_something_in_it_is_another_than_at_first() {
        Owner::new().with(|| {
            let (words, choice) = (Live::new("From the record".to_owned()), Live::new(None));
            let fields = vec![words.into(), Field::one_of(choice, vec![1, 2], |_| "two")];
            let mut form = Form::new(fields, Vec::new());
            assert_eq!(form.typed(), []);
            words.set("Typed over it".into());
            choice.set(Some(1));
            let typed = [field("Typed over it", Some("From the record")), field("two", None)];
            assert_eq!(form.typed(), typed);
            // What a colleague wrote meanwhile leaves what is typed as it is.
            form.catch_up(vec!["Theirs".to_owned(), String::new()]);
            assert_eq!(form.typed()[0], field("Typed over it", Some("Theirs")));
            form.clear();
            assert_eq!(form.typed(), []);
            form.put_back();
            assert_eq!(form.typed()[0], field("Typed over it", Some("From the record")));
            form.clear();
            form.catch_up(vec!["Theirs".to_owned(), String::new()]);
            assert_eq!(words.get_untracked(), "Theirs");
            assert_eq!(choice.get_untracked(), None);
        });
    }
}
