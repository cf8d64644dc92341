//! Carrying what is unsent off this phone, in files that only the service can open: where the network,
//! the sign-in or the disk fails for long. It works from memory, with no signal and no room.

use std::rc::Rc;

use shared::{
    case::{ContactDraft, Fact, event::CaseStudy},
    cbor,
    ids::CaseId,
    limits,
    personal::Personal,
    sync::{
        Effect, Ticket,
        carried::{self, CarriedBy},
        wire::{CasePush, PROTOCOL, Unsent},
    },
};

use super::{core::Core, state::State, write};
use crate::{
    clock,
    vault::{Name, Write, seal_file},
};

/// Room in a file for what frames its changes.
const FRAME_BYTES: usize = 1024 * 1024;

/// A file to be given to the person.
#[derive(Clone, PartialEq)]
pub struct CarriedFile {
    /// Its name, which says when.
    pub name: String,
    /// What is in it, sealed.
    pub bytes: Vec<u8>,
}

/// What was put into files.
#[derive(Clone, PartialEq)]
pub struct Carried {
    /// The files; several only where it is very much.
    pub files: Vec<CarriedFile>,
    /// How many entries are in them.
    pub entries: usize,
}

impl Core {
    /// Puts everything that the service lacks into files.
    ///
    /// # Errors
    /// In words, when there is nothing, or nothing to lock it with.
    pub async fn carry_off(self: &Rc<Self>) -> Result<Carried, String> {
        self.fold_all();
        let found = self.with_state(|state| (state.profile.clone(), state.replica.unsent_parts()));
        let (profile, parts) = found.ok_or(say!("Nothing on this phone is open."))?;
        if parts.is_empty() {
            return Err(
                say!("There is nothing on this phone that your service does not have.").into()
            );
        }
        let key = profile.carry_key.as_ref().ok_or(say!(
            "This phone was not given a key for such a file yet. It gets one the next time that it \
             reaches your service."
        ))?;
        let by = CarriedBy { user: profile.user, device: profile.device };
        let entries = parts.iter().flatten().map(|push| push.changes.len()).sum();
        let name = carried::file_name(clock::in_london(clock::now()).date());
        let mut files = Vec::new();
        for (number, push) in filled(parts).into_iter().enumerate() {
            let body = cbor::encode(&Unsent { protocol: PROTOCOL, push });
            let sealed = seal_file(key.reveal(), &by.header(), &body).await;
            let bytes = sealed.map_err(|error| error.to_string())?;
            let name = match number {
                0 => name.clone(),
                more => name.replace(".fpw", &format!("-{}.fpw", more + 1)),
            };
            files.push(CarriedFile { name, bytes });
        }
        Ok(Carried { files, entries })
    }

    /// Folds every working copy into its record, so that it goes wherever the record goes. Where the
    /// disk fails it is in memory alone, as it was.
    pub fn fold_all(self: &Rc<Self>) {
        self.fold(|_| true);
    }

    /// The same of the cases that leave this phone with an answer, before it is taken in.
    pub fn fold_leaving(self: &Rc<Self>, answer: &[u8]) {
        let leaving = self.with_state(|state| match state.working.is_empty() {
            true => Vec::new(),
            false => state.replica.leaving(answer),
        });
        let leaving = leaving.unwrap_or_default();
        self.fold(|case| case.is_some_and(|case| leaving.contains(&case)));
    }

    /// The same of what is unfinished in these cases, or about nobody.
    fn fold(self: &Rc<Self>, is_meant: impl Fn(Option<CaseId>) -> bool) {
        let copies = self.with_state(|state| state.working.keys()).unwrap_or_default();
        for (case, draft) in copies.into_iter().filter(|(case, _)| is_meant(Some(*case))) {
            let folded = self.with_state(|state| write::fold(state, case, draft));
            if let Some(Some(Ok((ticket, effects)))) = folded {
                let rider = write::removal(case, draft);
                self.with_state(|state| state.pending.board(ticket, None, vec![rider]));
                self.perform(effects);
            }
        }
        self.fold_typed(is_meant);
    }

    /// The same of what is typed in a form about a person and not recorded: as the note of a contact
    /// that is not signed, since nobody has said that it is the record.
    fn fold_typed(self: &Rc<Self>, is_meant: impl Fn(Option<CaseId>) -> bool) {
        let forms = self.with_state(|state| state.working.forms()).unwrap_or_default();
        let is_meant = |form: &String| goes_along(form) && is_meant(case_of(form));
        for form in forms.into_iter().filter(is_meant) {
            let folded = self.with_state(|state| fold_words(state, &form));
            if let Some(Some((ticket, effects))) = folded {
                let rider = Write::Delete(Name::Typed(form));
                self.with_state(|state| state.pending.board(ticket, None, vec![rider]));
                self.perform(effects);
            }
        }
    }
}

/// The form of a case study, as the vault names what is typed in it.
pub const STUDY: &str = "study";

/// Whether what is typed in a form goes along: what is about a person has a record to go with, and a
/// case study names nobody. A new referral does name somebody, and has no record yet.
pub fn goes_along(form: &str) -> bool {
    form == STUDY || case_of(form).is_some()
}

/// The case that a form is about, by its name.
fn case_of(form: &str) -> Option<CaseId> {
    form.split('/').next()?.parse().ok()
}

fn fold_words(state: &mut State, form: &str) -> Option<(Ticket, Vec<Effect>)> {
    let words = Personal::new(state.working.typed_words(form));
    let now = clock::now();
    let changed = match case_of(form) {
        Some(case) => {
            let episode = state.view(case)?.ok()?.case.current_episode()?.id;
            let at = clock::in_london(now);
            let mut draft = ContactDraft::new(state.profile.user, episode, at, String::new());
            draft.note = words;
            let id = write::new_event_id();
            state.replica.edit(now, case, move |writer| writer.put_draft(id, &draft))
        }
        // It goes into a logbook.
        None => {
            let title = Personal::new(say!("Not finished on a phone that is gone").to_owned());
            state.log(now, clock::in_london(now), Fact::CaseStudy(CaseStudy { title, words }))
        }
    };
    let changed = changed.ok()?;
    state.working.put_typed(form, Vec::new());
    Some(changed)
}

/// Fills files with parts, in their order.
fn filled(parts: Vec<Vec<CasePush>>) -> Vec<Vec<CasePush>> {
    let mut files: Vec<Vec<CasePush>> = Vec::new();
    let mut used_bytes = 0;
    for part in parts {
        let bytes = part.iter().flat_map(|push| &push.changes).map(|change| change.len()).sum();
        let room = limits::CARRIED_FILE_BYTES_MAX - FRAME_BYTES;
        match files.last_mut() {
            Some(file)
                if used_bytes + bytes <= room
                    && file.len() + part.len() <= limits::PUSH_CASES_MAX =>
            {
                file.extend(part);
                used_bytes += bytes;
            }
            _ => {
                files.push(part);
                used_bytes = bytes;
            }
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use shared::ids::CaseId;

    use super::*;

    fn part(pushes: u8, bytes: usize) -> Vec<CasePush> {
        let push = |number| CasePush {
            case: CaseId::from_random([number; 16]),
            changes: vec![vec![0; bytes].into()],
            seal: None,
        };
        (0..pushes).map(push).collect()
    }

    #[test]
    fn only_what_has_a_record_or_names_nobody_goes_along() {
        let case = CaseId::from_random([7; 16]);
        assert!(goes_along(&format!("{case}/0")) && goes_along(STUDY));
        for form in ["refer", "activity", "suggest/7"] {
            assert!(!goes_along(form), "{form}");
        }
    }

    #[test]
    fn what_is_too_much_for_one_file_goes_into_the_next() {
        let sizes = |parts| filled(parts).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes(vec![part(3, 10), part(2, 10)]), [5]);
        let large = limits::CARRIED_FILE_BYTES_MAX / 3;
        assert_eq!(sizes(vec![part(1, large), part(1, large), part(1, large)]), [2, 1]);
        let many = std::iter::repeat_with(|| part(250, 1)).take(5).collect();
        assert_eq!(sizes(many), [1_000, 250]);
        assert!(sizes(Vec::new()).is_empty());
    }
}
