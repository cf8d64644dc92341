//! Small forms whose words outlive a lock, a killed browser and a flat battery until they are
//! recorded.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use leptos::task::spawn_local;
use shared::{
    document::{DocumentError, Writer},
    ids::CaseId,
};

use super::{
    Engine, SaveError, TypedField,
    core::Core,
    state::State,
    write::{Changed, Writing},
};
use crate::{
    clock,
    memo::Memo,
    vault::{Name, VaultError, Write},
};

/// Forms that were typed in since they were last stored. One write is under way at a time, so that
/// whoever types quickly costs no more than the disk can take.
#[derive(Default)]
pub struct Typing {
    writing: Cell<bool>,
    forms: RefCell<Vec<String>>,
}

impl Engine {
    /// What is typed in a form and not recorded yet, field by field; empty for nothing.
    pub fn typed(&self, form: &str) -> Vec<TypedField> {
        self.core().with_state(|state| state.working.typed(form)).unwrap_or_default()
    }

    /// Every form in which words are typed that are not recorded yet.
    pub fn typed_forms(&self) -> Memo<Vec<String>> {
        self.shown.typed_forms.followed()
    }

    /// Keeps what is typed in a form; without fields, nothing.
    pub fn keep_typed(&self, form: &str, fields: Vec<TypedField>) {
        let core = self.core();
        let has_changed = core.with_state(|state| {
            let before = state.working.typed(form);
            state.working.put_typed(form, fields);
            state.working.typed(form) != before
        });
        if has_changed == Some(true) {
            core.show_drafts();
            core.typing.forms.borrow_mut().push(form.to_owned());
            if !core.typing.writing.replace(true) {
                spawn_local(core.write_typed());
            }
        }
    }

    /// Writes one change to a case, and lets go of the form that it was typed in, in one
    /// transaction.
    ///
    /// # Errors
    /// As [`Engine::edit`]; the form stays then.
    pub fn edit_typed(
        &self,
        case: CaseId,
        form: String,
        write: impl FnOnce(&mut Writer<'_, '_>) -> Result<(), DocumentError> + 'static,
    ) -> Writing {
        self.core().edit_typed(case, form, Box::new(write))
    }

    /// The same of a case that begins.
    ///
    /// # Errors
    /// As [`Engine::edit`]; the form stays then.
    pub fn begin(
        &self,
        case: CaseId,
        form: String,
        write: impl FnOnce(&mut Writer<'_, '_>) -> Result<(), DocumentError> + 'static,
    ) -> Writing {
        let write: Change = Box::new(write);
        let begin = move |state: &mut State| state.replica.begin(clock::now(), case, write);
        Box::pin(self.core().change_typed(form, Box::new(begin)))
    }
}

/// What is written in a case.
type Change = Box<dyn FnOnce(&mut Writer<'_, '_>) -> Result<(), DocumentError>>;

impl Core {
    fn edit_typed(self: Rc<Self>, case: CaseId, form: String, write: Change) -> Writing {
        let edit = move |state: &mut State| state.replica.edit(clock::now(), case, write);
        Box::pin(self.change_typed(form, Box::new(edit)))
    }

    /// Has the replica write a change, and lets go of the form that it was typed in; no form has no
    /// name.
    pub(super) async fn change_typed(
        self: Rc<Self>,
        form: String,
        act: Box<dyn FnOnce(&mut State) -> Changed>,
    ) -> Result<(), SaveError> {
        let riders = match form.as_str() {
            "" => Vec::new(),
            _ => vec![Write::Delete(Name::Typed(form.clone()))],
        };
        let act = move |state: &mut State| {
            let changed = act(state)?;
            state.working.put_typed(&form, Vec::new());
            Ok(changed)
        };
        self.change(Box::new(act), riders).await
    }

    async fn write_typed(self: Rc<Self>) {
        while let Some(written) = self.begin_typed() {
            let outcome = written.await;
            self.working_written(outcome);
        }
        self.typing.writing.set(false);
    }

    /// The page is out of sight, where phones stop an app without a word: what was typed does not wait
    /// for the write that is under way, behind which the vault keeps it in its order.
    pub fn write_typed_now(self: &Rc<Self>) {
        if let Some(written) = self.begin_typed() {
            let core = self.clone();
            spawn_local(async move { core.working_written(written.await) });
        }
    }

    /// Gives the vault what was typed since the last time; none where nothing was.
    fn begin_typed(&self) -> Option<impl Future<Output = Result<(), VaultError>> + use<>> {
        let forms = self.typing.forms.take();
        let written = self.with_state(|state| {
            let mut writes: Vec<Write> =
                forms.into_iter().map(|form| state.working.write_typed(form)).collect();
            if writes.is_empty() {
                return None;
            }
            writes.push(state.note_waiting());
            Some(state.vault.write(writes))
        });
        written.flatten()
    }
}
