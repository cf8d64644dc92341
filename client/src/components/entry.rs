//! An entry of whoever is signed in, made now, and how a small form writes one.

use std::{future::ready, pin::Pin};

use leptos::{prelude::window, task::spawn_local};

use shared::{
    case::{Event, Fact},
    document::Writer,
    ids::CaseId,
};

use crate::{
    engine::{Engine, SaveError, Writing},
    memo::Live,
};

/// A new entry that says this, now, by whoever is signed in; none when nobody is.
pub fn event_of(engine: Engine, fact: Fact) -> Option<Event> {
    let profile = engine.profile().get_untracked()?;
    Some(Event {
        id: engine.new_event_id(),
        device: None,
        at: engine.wall_clock(),
        recorded_at: engine.now(),
        by: profile.user,
        role: profile.role,
        fact,
    })
}

/// Writes one entry of a case.
pub fn write_entry(engine: Engine, case: CaseId, fact: Fact) -> Writing {
    write_entries(engine, case, String::new(), vec![fact])
}

/// Writes entries of a case in one change, so that no other phone sees one without the others, and lets
/// go of the form that they were typed in, if it has a name.
pub fn write_entries(engine: Engine, case: CaseId, form: String, facts: Vec<Fact>) -> Writing {
    let events = facts.into_iter().map(|fact| event_of(engine, fact)).collect();
    write_events(engine, case, form, events)
}

/// The same of entries that say when they were; nobody signed in makes none.
pub fn write_events(
    engine: Engine,
    case: CaseId,
    form: String,
    events: Option<Vec<Event>>,
) -> Writing {
    let Some(events) = events else { return signed_out() };
    let put = move |writer: &mut Writer<'_, '_>| {
        events.iter().try_for_each(|event| writer.put_event(event))
    };
    engine.edit_typed(case, form, put)
}

/// What comes of a save while nobody is signed in.
pub fn signed_out() -> Writing {
    Box::pin(ready(Err(SaveError::SignedOut)))
}

/// The first field of a form that is to be put right, where the focus goes.
pub const WRONG: &str = "[aria-invalid=true],.nhsuk-form-group--error :is(input,select,textarea)";

/// Where a small form is: what went wrong, whether it is being saved.
#[derive(Clone, Copy)]
pub struct Saving {
    /// Why the last attempt came to nothing.
    pub problem: Live<Option<String>>,
    /// Whether it is on its way to the disk: a second press must not write it twice.
    pub busy: Live<bool>,
}

impl Saving {
    /// A form that nobody has sent yet.
    pub fn new() -> Self {
        Self { problem: Live::new(None), busy: Live::new(false) }
    }

    /// Runs a save, once at a time, and then what follows from its success, unless the person has
    /// gone to another screen meanwhile: that is not to be taken from them.
    ///
    /// Both are boxed, so that what surrounds them is compiled once for all forms.
    pub fn run(
        self,
        save: impl Future<Output = Result<(), SaveError>> + 'static,
        then: impl FnOnce() + 'static,
    ) {
        self.run_boxed(Box::pin(save), Box::new(then));
    }

    fn run_boxed(
        self,
        save: Pin<Box<dyn Future<Output = Result<(), SaveError>>>>,
        then: Box<dyn FnOnce()>,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.problem.set(None);
        let here = where_now();
        spawn_local(async move {
            let outcome = save.await;
            // The screen may have gone meanwhile, and its signals with it.
            self.busy.set(false);
            match outcome {
                Ok(()) if where_now() != here => {}
                Ok(()) => then(),
                Err(error) => {
                    self.problem.set(Some(error.to_string()));
                }
            }
        });
    }
}

/// The screen, and what or whom it is about; a part of it is the same screen.
fn where_now() -> [Option<String>; 2] {
    let location = window().location();
    [location.pathname(), location.search()].map(Result::ok)
}
