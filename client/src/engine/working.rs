//! Working copies: what is being typed, as of the last pause, in a record of its own. It is small
//! and replaced whole, so that a pause in typing costs one quick write.

use std::iter;

use jiff::Timestamp;
use minicbor::Encode;
use shared::{
    case::ContactDraft,
    cbor,
    few::Few,
    ids::{CaseId, EventId},
    ordered,
    personal::Personal,
};

use crate::vault::{Name, Write};

/// A contact on this phone that is not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkingDraft {
    /// Whose record it is in.
    pub case: CaseId,
    /// Which draft.
    pub draft: EventId,
    /// When it was last saved here; for a draft that lies in the record only, when it was begun.
    pub at: Timestamp,
}

/// The record of one working copy. The note is beside the draft, whose own stored form leaves it
/// out, since it is merging text in a document.
#[derive(Debug, Clone, PartialEq, Encode)]
struct Stored {
    #[n(0)]
    #[cbor(with = "cbor::json")]
    at: Timestamp,
    #[n(1)]
    #[cbor(with = "cbor::json")]
    draft: ContactDraft,
    #[n(2)]
    #[cbor(with = "cbor::json")]
    note: Personal<String>,
}

shared::decoded!(Stored { at: json, draft: json, note: json });

/// The record of what is typed in a form.
#[derive(Debug, Clone, PartialEq, Encode)]
struct StoredTyped {
    #[n(0)]
    #[cbor(with = "cbor::json")]
    fields: Vec<Personal<String>>,
    /// Of each field what stood in it before; null for what is chosen.
    #[n(1)]
    #[cbor(with = "cbor::json")]
    before: Vec<Option<Personal<String>>>,
}

shared::decoded!(StoredTyped { fields: json, before: later json });

/// One field of a form in which something is typed.
#[derive(Debug, Clone, PartialEq)]
pub struct TypedField {
    /// What stands in it.
    pub now: Personal<String>,
    /// What stood in it when the form was opened; none for what is chosen and not typed.
    pub before: Option<Personal<String>>,
}

impl TypedField {
    fn has_words(&self) -> bool {
        self.before.as_ref().is_some_and(|before| *before != self.now)
    }
}

/// Every working copy on this phone.
#[derive(Debug, Default)]
pub struct WorkingCopies {
    copies: Few<(CaseId, EventId), (Timestamp, ContactDraft)>,
    /// What is typed in small forms, by form.
    typed: Few<String, Typed>,
}

/// The fields of a form, in its order.
type Typed = Vec<TypedField>;

impl WorkingCopies {
    /// Takes in a stored working copy. One that cannot be read stays in the store.
    pub fn take_in(&mut self, case: CaseId, draft: EventId, record: &[u8]) {
        if let Ok(stored) = cbor::decode::<Stored>(record) {
            let mut copy = stored.draft;
            copy.note = stored.note;
            self.copies.insert((case, draft), (stored.at, copy));
        }
    }

    /// Takes in what was typed in a form. What cannot be read stays in the store.
    pub fn take_in_typed(&mut self, form: String, record: &[u8]) {
        if let Ok(StoredTyped { fields, before }) = cbor::decode(record) {
            // Earlier versions had no field that began with anything.
            let before = before.into_iter().chain(iter::repeat(Some(Personal::default())));
            let fields = fields.into_iter().zip(before);
            let fields = fields.map(|(now, before)| TypedField { now, before });
            self.typed.insert(form, fields.collect());
        }
    }

    /// What is typed and chosen in a form.
    pub fn typed(&self, form: &str) -> Vec<TypedField> {
        self.typed.get(&form.to_owned()).cloned().unwrap_or_default()
    }

    /// Every form in which words are typed: a choice alone is one press, and nobody's work.
    pub fn forms(&self) -> Vec<String> {
        let typed = self.typed.iter();
        let typed = typed.filter(|(_, fields)| fields.iter().any(TypedField::has_words));
        typed.map(|(form, _)| form.clone()).collect()
    }

    /// What is chosen and was typed in a form, as one text.
    pub fn typed_words(&self, form: &str) -> String {
        let mut fields = self.typed(form);
        fields.retain(|field| field.before.is_none() || field.has_words());
        let words: Vec<String> = fields.into_iter().map(|field| field.now.into_inner()).collect();
        words.join("\n").trim().to_owned()
    }

    /// Replaces what is typed in a form. One without fields is none.
    pub fn put_typed(&mut self, form: &str, fields: Vec<TypedField>) {
        match fields.is_empty() {
            true => drop(self.typed.remove(&form.to_owned())),
            false => self.typed.insert(form.to_owned(), fields),
        }
    }

    /// What brings the store up to date with this form, as it is now.
    pub fn write_typed(&self, form: String) -> Write {
        match self.typed.get(&form) {
            Some(typed) => {
                let (fields, before) =
                    typed.iter().cloned().map(|field| (field.now, field.before)).unzip();
                Write::Put(Name::Typed(form), cbor::encode(&StoredTyped { fields, before }))
            }
            None => Write::Delete(Name::Typed(form)),
        }
    }

    /// Replaces a working copy.
    pub fn put(&mut self, now: Timestamp, case: CaseId, draft: EventId, copy: &ContactDraft) {
        self.copies.insert((case, draft), (now, copy.clone()));
    }

    /// One working copy.
    pub fn get(&self, case: CaseId, draft: EventId) -> Option<&ContactDraft> {
        self.copies.get(&(case, draft)).map(|(_, copy)| copy)
    }

    /// Which there are.
    pub fn keys(&self) -> Vec<(CaseId, EventId)> {
        self.copies.iter().map(|(key, _)| *key).collect()
    }

    /// Drops a working copy: what it held was signed, folded into the record, or thrown away.
    pub fn remove(&mut self, case: CaseId, draft: EventId) {
        self.copies.remove(&(case, draft));
    }

    /// What brings the store up to date with this working copy, as it is now.
    pub fn write(&self, case: CaseId, draft: EventId) -> Write {
        match self.copies.get(&(case, draft)) {
            Some((at, copy)) => write_of(case, draft, *at, copy),
            None => Write::Delete(Name::Working(case, draft)),
        }
    }

    /// A write that was meant for an earlier transaction, as it should be by now: the working copy
    /// that it names may have been typed in since, or be gone.
    pub fn up_to_date(&self, write: Write) -> Write {
        match write {
            Write::Put(Name::Working(case, draft), _)
            | Write::Delete(Name::Working(case, draft)) => self.write(case, draft),
            Write::Put(Name::Typed(form), _) | Write::Delete(Name::Typed(form)) => {
                self.write_typed(form)
            }
            other => other,
        }
    }

    /// Everything, to be stored anew.
    pub fn writes(&self) -> Vec<Write> {
        let copies = self.copies.iter().map(|((case, draft), _)| self.write(*case, *draft));
        let typed = self.typed.iter().map(|(form, _)| self.write_typed(form.clone()));
        copies.chain(typed).collect()
    }

    /// Whether anything is unfinished.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// How many are unfinished.
    pub fn count(&self) -> usize {
        self.copies.len() + self.forms().len()
    }

    /// What is unfinished, with the drafts that lie in records: latest first.
    pub fn list(&self, in_records: impl Iterator<Item = (CaseId, EventId)>) -> Vec<WorkingDraft> {
        let begun = in_records.filter(|key| !self.copies.contains_key(key)).map(|(case, draft)| {
            let unix_ms = i64::try_from(draft.unix_ms()).unwrap_or(i64::MAX);
            let at = Timestamp::from_millisecond(unix_ms).unwrap_or(Timestamp::UNIX_EPOCH);
            WorkingDraft { case, draft, at }
        });
        let here = self.copies.iter().map(|((case, draft), (at, _))| WorkingDraft {
            case: *case,
            draft: *draft,
            at: *at,
        });
        let mut all: Vec<_> = here.chain(begun).collect();
        ordered::sort_by_key(&mut all, |draft| {
            (std::cmp::Reverse(draft.at), draft.case, draft.draft)
        });
        all
    }
}

fn write_of(case: CaseId, draft: EventId, at: Timestamp, copy: &ContactDraft) -> Write {
    let stored = Stored { at, draft: copy.clone(), note: copy.note.clone() };
    Write::Put(Name::Working(case, draft), cbor::encode(&stored))
}

#[cfg(test)]
mod tests {
    use shared::ids::UserId;

    use super::*;

    fn draft_with(note: &str) -> ContactDraft {
        let at = jiff::civil::date(2026, 11, 23).at(14, 5, 0, 0);
        let user = UserId::from_random([1; 16]);
        let mut draft = ContactDraft::new(user, EventId::new(5, 5), at, "Church hall".into());
        draft.note = Personal::new(note.to_owned());
        draft
    }

    #[test]
    fn a_working_copy_comes_back_from_the_store_with_its_note() {
        let (case, draft) = (CaseId::from_random([2; 16]), EventId::new(1_000, 1));
        let copy = draft_with("Siân talked about the allotment 🌱");
        let mut written = WorkingCopies::default();
        written.put(Timestamp::UNIX_EPOCH, case, draft, &copy);
        let Write::Put(_, record) = written.write(case, draft) else {
            panic!("a working copy is put");
        };
        let mut read = WorkingCopies::default();
        read.take_in(case, draft, &record);
        assert_eq!(read.get(case, draft), Some(&copy));
        written.remove(case, draft);
        assert!(matches!(written.write(case, draft), Write::Delete(_)));
    }

    #[test]
    fn a_write_that_comes_late_neither_removes_nor_brings_back_what_was_typed() {
        let (case, draft) = (CaseId::from_random([2; 16]), EventId::new(1_000, 1));
        let mut copies = WorkingCopies::default();
        let removal = Write::Delete(Name::Working(case, draft));
        copies.put(Timestamp::UNIX_EPOCH, case, draft, &draft_with("typed since"));
        let typed = copies.write(case, draft);
        assert_eq!(copies.up_to_date(removal.clone()), typed);
        copies.remove(case, draft);
        assert_eq!(copies.up_to_date(typed), removal);
    }

    #[test]
    fn a_record_that_cannot_be_read_stops_nothing() {
        let mut copies = WorkingCopies::default();
        copies.take_in(CaseId::from_random([2; 16]), EventId::new(1, 1), b"\xff");
        assert!(copies.is_empty());
    }

    #[test]
    fn unfinished_contacts_are_listed_once_and_latest_first() {
        let case = CaseId::from_random([2; 16]);
        let (old, both, new) =
            (EventId::new(1_000, 1), EventId::new(2_000, 1), EventId::new(3_000, 1));
        let mut copies = WorkingCopies::default();
        let saved_at = Timestamp::from_millisecond(9_000).expect("an instant");
        copies.put(saved_at, case, both, &draft_with(""));
        let in_records = [old, both, new].map(|draft| (case, draft));
        let listed = copies.list(in_records.into_iter());
        assert_eq!(listed.iter().map(|draft| draft.draft).collect::<Vec<_>>(), [both, new, old]);
        assert_eq!(listed[0].at, saved_at);
    }

    /// Fields in which something was typed over what stood there, or chosen.
    fn fields_of(fields: &[(&str, Option<&str>)]) -> Vec<TypedField> {
        let words = |text: &str| Personal::new(text.to_owned());
        let field = |(now, before): &(&str, Option<&str>)| TypedField {
            now: words(now),
            before: before.map(words),
        };
        fields.iter().map(field).collect()
    }

    #[test]
    fn what_is_typed_in_a_form_outlives_the_app_and_an_empty_form_is_none() {
        let mut copies = WorkingCopies::default();
        let fields = fields_of(&[("safeguarding", None), ("No point in waking up", Some(""))]);
        copies.put_typed("7/0", fields.clone());
        let Write::Put(name, record) = copies.write_typed("7/0".into()) else {
            panic!("it is to be stored")
        };
        assert_eq!(name, Name::Typed("7/0".into()));
        let mut opened = WorkingCopies::default();
        opened.take_in_typed("7/0".into(), &record);
        assert_eq!(opened.typed("7/0"), fields);
        assert_eq!((opened.count(), opened.writes().len()), (1, 1));
        // A write that was put off is brought up to date with what is typed by then.
        let late = Write::Put(name.clone(), record);
        opened.put_typed("7/0", Vec::new());
        assert_eq!(opened.up_to_date(late), Write::Delete(name));
        assert!(opened.is_empty());
    }

    #[test]
    fn a_choice_alone_is_kept_and_is_no_unfinished_work() {
        let mut copies = WorkingCopies::default();
        copies.put_typed("7/0", fields_of(&[("safeguarding", None), ("", Some(""))]));
        assert_eq!((copies.count(), copies.writes().len()), (0, 1));
        copies.put_typed("7/0", fields_of(&[("safeguarding", None), ("Scared", Some(""))]));
        assert_eq!((copies.count(), copies.forms()), (1, vec!["7/0".to_owned()]));
    }

    #[test]
    fn only_what_somebody_typed_or_chose_is_carried_off() {
        let mut copies = WorkingCopies::default();
        let phone = ("01632 960201", Some("01632 960200"));
        copies.put_typed("7/details", fields_of(&[("Okafor", Some("Okafor")), phone]));
        assert_eq!(copies.typed_words("7/details"), "01632 960201");
    }

    #[test]
    fn what_an_earlier_version_kept_is_read() {
        #[derive(Encode)]
        struct Earlier {
            #[n(0)]
            #[cbor(with = "cbor::json")]
            fields: Vec<Personal<String>>,
        }
        let fields = vec![Personal::new("The walking group".to_owned())];
        let mut copies = WorkingCopies::default();
        copies.take_in_typed("study".into(), &cbor::encode(&Earlier { fields }));
        assert_eq!(copies.forms(), ["study"]);
        assert_eq!(copies.typed_words("study"), "The walking group");
    }
}
