//! Between the case document and the domain: the only file that names automerge types for reading
//! and writing a case.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::{
    case::{Case, ContactDraft, Defect, Event, Field, Person, Register, Side, event::KINDS},
    few::Few,
    ids::{CaseId, DeviceId, EventId, UserId},
    intake::{self, Flaw, IncomingChange},
    limits, ordered,
    stored::{self, Stored as _, Tree},
};
use automerge::{
    ActorId, Author as AutomergeAuthor, Automerge, Change, ChangeHash as AutomergeHash, ObjId,
    ObjType, ROOT, ReadDoc, ScalarValue, Value,
    transaction::{CommitOptions, Transactable, Transaction},
};
use jiff::Timestamp;

/// The version of the document's layout.
pub const FORMAT: i64 = 1;

/// The hash of a change: its name everywhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangeHash(pub [u8; 32]);

/// Who writes: every change carries all three, and the server refuses what is not the sender's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Author {
    /// The person.
    pub user: UserId,
    /// The phone.
    pub device: DeviceId,
    /// Random, one for each opening of the store: a phone that forgot its last change in a crash
    /// must not use the same sequence number twice.
    pub session: [u8; 8],
}

/// A document that could not be read or written at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// The bytes are not a document, or a change does not fit it.
    #[error("{}", say!(
        "the record could not be read: it is kept as it is; tell your service's administrator"
    ))]
    Unreadable,
    /// The document is larger than anything a person writes.
    #[error("{}", said!("the record is over {most} MB: tell your service's administrator",
        most = limits::DOCUMENT_BYTES_MAX / 1024 / 1024))]
    TooLarge,
    /// Everything was there already.
    #[error("{}", say!("there was nothing to write: it is in the record already"))]
    NothingToWrite,
    /// A value cannot be stored in a document.
    #[error("{}", said!("the entry could not be written: {why}", why = .0))]
    Unwritable(&'static str),
}

/// Up to this size a document is sent as it is: many of these fit into one answer.
const PLAIN_BYTES_MAX: usize = 64 * 1024;

/// One case document.
#[derive(Clone)]
pub struct Document(Automerge);

/// What is written, in one change.
pub struct Writer<'a, 'd>(&'a mut Transaction<'d>);

impl From<Flaw> for DocumentError {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::TooMany => Self::TooLarge,
            Flaw::Damaged | Flaw::Foreign => Self::Unreadable,
        }
    }
}

impl fmt::Debug for ChangeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Author {
    /// The actor: device, then session.
    fn actor(&self) -> ActorId {
        ActorId::from([self.device.as_bytes().as_slice(), self.session.as_slice()].concat())
    }

    fn author(&self) -> AutomergeAuthor<'static> {
        AutomergeAuthor::from(self.user.as_bytes().to_vec())
    }
}

impl Document {
    /// Begins a document; its first change holds the layout and whatever `write` adds.
    ///
    /// # Errors
    /// When a value cannot be stored.
    pub fn create(
        case: CaseId,
        author: &Author,
        unix_ms: i64,
        write: impl FnOnce(&mut Writer<'_, '_>) -> Result<(), DocumentError>,
    ) -> Result<(Self, Vec<u8>), DocumentError> {
        let mut document = Self(Automerge::new());
        let change = document.commit(author, unix_ms, |writer| {
            writer.put_scalar(&ROOT, "format", ScalarValue::Int(FORMAT))?;
            writer.put_scalar(&ROOT, "case", ScalarValue::Str(case.to_string().into()))?;
            for part in ["person", "events", "drafts"] {
                writer.0.put_object(ROOT, part, ObjType::Map).map_err(unwritable)?;
            }
            write(writer)
        })?;
        Ok((document, change))
    }

    /// Reads a saved document.
    ///
    /// # Errors
    /// When the bytes are too many, or not a document.
    pub fn load(saved: &[u8]) -> Result<Self, DocumentError> {
        Self::load_within(saved, limits::DOCUMENT_BYTES_MAX)
    }

    /// Reads what [`Self::keep`] wrote.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_kept(kept: &[u8]) -> Result<Self, DocumentError> {
        Self::load_within(kept, limits::DOCUMENT_INFLATED_BYTES_MAX)
    }

    fn load_within(saved: &[u8], bytes_max: usize) -> Result<Self, DocumentError> {
        intake::check_saved(saved, bytes_max)?;
        contained(|| Automerge::load(saved).map(Self).map_err(|_| DocumentError::Unreadable))
    }

    /// An empty document, to which received changes are applied.
    pub fn empty() -> Self {
        Self(Automerge::new())
    }

    /// The bytes that a server keeps.
    pub fn save(&self) -> Vec<u8> {
        self.0.save()
    }

    /// The bytes that a phone keeps: not deflated, since its disk is roomier than its network is quick,
    /// and what deflates would be a hundredth of the app that it fetches.
    pub fn keep(&self) -> Vec<u8> {
        self.0.save_nocompress()
    }

    /// The same, once they were read back: whoever wrote the changes, what is kept can be loaded again.
    ///
    /// # Errors
    /// When the document is too large to be loaded, or would not be the same.
    pub fn keep_and_verify(&self) -> Result<Vec<u8>, DocumentError> {
        self.verified(self.keep(), Self::load_kept)
    }

    /// Adds changes from elsewhere. Those that are known already make no difference.
    ///
    /// # Errors
    /// When a change contradicts the document, or follows one that is not there. The document stays
    /// as it was then.
    pub fn apply(&mut self, changes: &[IncomingChange]) -> Result<(), DocumentError> {
        let is_new = |change: &&IncomingChange| !fits::has(&self.0, &change.parsed().hash());
        let new: Vec<&IncomingChange> = changes.iter().filter(is_new).collect();
        if new.is_empty() {
            return Ok(());
        }
        let operations: u64 = new.iter().map(|change| change.operations()).sum();
        if self.0.stats().num_ops.saturating_add(operations) > limits::DOCUMENT_OPERATIONS_MAX {
            return Err(DocumentError::TooLarge);
        }
        let parsed: Vec<&Change> = new.into_iter().map(IncomingChange::parsed).collect();
        let mut next = self.0.clone();
        contained(|| fits::apply(&mut next, &parsed))?;
        self.0 = next;
        Ok(())
    }

    /// Changes that do not fit, each with why: the first `max` of them, since each is looked for. The
    /// document is of no use then.
    pub fn misfits(
        mut self,
        changes: &[IncomingChange],
        max: usize,
    ) -> Vec<(ChangeHash, DocumentError)> {
        let mut found = Vec::new();
        self.sift(changes, max, &mut found);
        found
    }

    fn sift(
        &mut self,
        changes: &[IncomingChange],
        max: usize,
        found: &mut Vec<(ChangeHash, DocumentError)>,
    ) {
        if found.len() >= max {
            return;
        }
        let Err(why) = self.apply(changes) else { return };
        match changes {
            [] => {}
            [only] => found.push((only.hash(), why)),
            _ => {
                let (first, second) = changes.split_at(changes.len() / 2);
                self.sift(first, max, found);
                self.sift(second, max, found);
            }
        }
    }

    /// Adds everything of a saved document, and gives the heads of what was added.
    ///
    /// # Errors
    /// As [`Self::load`]. The document stays as it was then.
    pub fn merge_saved(&mut self, saved: &[u8]) -> Result<Vec<ChangeHash>, DocumentError> {
        let mut other = Self::load(saved)?;
        let heads = other.heads();
        if self.0.get_heads().is_empty() {
            *self = other;
            return Ok(heads);
        }
        let mut next = self.0.clone();
        contained(|| next.merge(&mut other.0).map_err(|_| DocumentError::Unreadable))?;
        self.0 = next;
        Ok(heads)
    }

    /// The bytes to send, once they were read back: whoever wrote the changes, what is sent can be
    /// loaded. A small document is left plain: documents resemble each other, so that an answer full
    /// of them is half as long when it is compressed as a whole as when each of them is.
    ///
    /// # Errors
    /// When the document is too large to be loaded, or would not be the same.
    pub fn save_to_send(&self) -> Result<Vec<u8>, DocumentError> {
        let plain = self.0.save_nocompress();
        let is_small = plain.len() <= PLAIN_BYTES_MAX;
        self.verified(if is_small { plain } else { self.save() }, Self::load)
    }

    fn verified(
        &self,
        saved: Vec<u8>,
        load: fn(&[u8]) -> Result<Self, DocumentError>,
    ) -> Result<Vec<u8>, DocumentError> {
        if load(&saved)?.heads() == self.heads() {
            Ok(saved)
        } else {
            Err(DocumentError::Unreadable)
        }
    }

    /// The changes that nothing follows yet: they name the document's state.
    pub fn heads(&self) -> Vec<ChangeHash> {
        let mut heads: Vec<_> =
            self.0.get_heads().into_iter().map(|hash| ChangeHash(hash.0)).collect();
        ordered::sort(&mut heads);
        heads
    }

    /// Whether the document holds this change.
    pub fn has(&self, hash: &ChangeHash) -> bool {
        fits::has(&self.0, &AutomergeHash(hash.0))
    }

    /// The changes that somebody with these heads lacks, each after those it depends on. Heads
    /// that this document does not hold are set aside.
    pub fn changes_since(&self, heads: &[ChangeHash]) -> Vec<IncomingChange> {
        let known: Vec<AutomergeHash> =
            heads.iter().filter(|hash| self.has(hash)).map(|hash| AutomergeHash(hash.0)).collect();
        self.0.get_changes(&known).into_iter().filter_map(intake::own_change).collect()
    }

    /// Writes one change and returns its raw bytes.
    ///
    /// # Errors
    /// When `write` refuses, or a value cannot be stored; nothing is written then.
    pub fn commit(
        &mut self,
        author: &Author,
        unix_ms: i64,
        write: impl FnOnce(&mut Writer<'_, '_>) -> Result<(), DocumentError>,
    ) -> Result<Vec<u8>, DocumentError> {
        // The author is set first, since automerge draws a random actor whenever it changes.
        self.0.set_author(Some(author.author()));
        self.0.set_actor(author.actor());
        let mut transaction = self.0.transaction();
        if let Err(error) = write(&mut Writer(&mut transaction)) {
            transaction.rollback();
            return Err(error);
        }
        let options = CommitOptions::default().with_time(unix_ms / 1_000);
        let (hash, _) = transaction.commit_with(options);
        let hash = hash.ok_or(DocumentError::NothingToWrite)?;
        let change = self.0.get_change_by_hash(&hash);
        Ok(change.expect("the change was just committed").raw_bytes().to_vec())
    }

    /// Reads the case. Never fails as a whole: what cannot be read is listed, and stays.
    pub fn read(&self, id: CaseId) -> (Case, Vec<Defect>) {
        let mut defects = Vec::new();
        self.check_root(id, &mut defects);
        let person = self.read_person(&mut defects);
        let events = self.read_events(&mut defects);
        let drafts = self.read_drafts(&mut defects);
        let case = Case::fold(id, person, events, drafts, &mut defects);
        ordered::sort(&mut defects);
        defects.dedup();
        (case, defects)
    }

    fn check_root(&self, id: CaseId, defects: &mut Vec<Defect>) {
        let format = self.value(&ROOT, "format");
        if format != Some(Tree::Number(FORMAT)) {
            let shown = match format {
                Some(Tree::Number(number)) => number.to_string(),
                _ => "none".to_owned(),
            };
            defects.push(Defect::Format(shown));
        }
        if self.value(&ROOT, "case") != Some(Tree::Text(id.to_string())) {
            defects.push(Defect::WrongCase);
        }
    }

    fn read_person(&self, defects: &mut Vec<Defect>) -> Person {
        let mut person = Person::default();
        let Some(registers) = self.part("person", defects) else { return person };
        for field in Field::ALL {
            let values = self.0.get_all(&registers, field.stored_name()).unwrap_or_default();
            // Who wrote it is asked only where a person has to choose.
            let is_one = values.len() < 2;
            let values = values.into_iter().filter_map(|(value, object)| {
                let side = if is_one { Side::default() } else { self.side_of(&object) };
                let text = match value {
                    Value::Scalar(scalar) => scalar.as_str().map(str::to_owned),
                    // Another client's way with texts, unless it is told otherwise.
                    Value::Object(ObjType::Text) => self.0.text(&object).ok(),
                    Value::Object(_) => None,
                };
                Some((text?, side))
            });
            person.set(field, Register::written(values.collect()));
        }
        person
    }

    /// Who wrote a value, where and when, by the change that holds it.
    fn side_of(&self, object: &ObjId) -> Side {
        let change = self.0.hash_for_opid(object);
        let change = change.and_then(|hash| self.0.get_change_by_hash(&hash));
        let author = match object {
            ObjId::Id(_, actor, _) => self.0.get_author_for_actor(actor),
            ObjId::Root => None,
        };
        Side {
            by: author.and_then(|author| UserId::from_slice(author.as_bytes()).ok()),
            device: device_of(object),
            at: change.and_then(|change| Timestamp::from_second(change.timestamp()).ok()),
        }
    }

    fn read_events(&self, defects: &mut Vec<Defect>) -> Vec<Event> {
        let Some(events) = self.part("events", defects) else { return Vec::new() };
        let mut read = Vec::new();
        for key in self.0.keys(&events) {
            let Ok(id) = key.parse::<EventId>() else {
                defects.push(Defect::Key);
                continue;
            };
            let all = self.0.get_all(&events, key.as_str()).unwrap_or_default();
            if all.len() > 1 {
                defects.push(Defect::WrittenTwice(id));
            }
            // The first of several by automerge's own order is the same for everybody.
            let Some((Value::Object(ObjType::Map), object)) = all.into_iter().next() else {
                defects.push(Defect::Unreadable(id));
                continue;
            };
            match self.read_event(id, &object) {
                Ok(event) => read.push(event),
                Err(defect) => defects.push(defect),
            }
        }
        read
    }

    fn read_event(&self, id: EventId, object: &ObjId) -> Result<Event, Defect> {
        let value = tree(&self.0, object, 0).ok_or(Defect::Unreadable(id))?;
        let kind = value.get("kind").and_then(Tree::as_str);
        if kind.is_some_and(|kind| !KINDS.contains(&kind)) {
            return Err(Defect::UnknownKind(id));
        }
        let event = Event::from_tree(&value).ok_or(Defect::Unreadable(id))?;
        Ok(Event { id, device: device_of(object), ..event })
    }

    fn read_drafts(&self, defects: &mut Vec<Defect>) -> Few<EventId, ContactDraft> {
        let mut drafts = Few::new();
        let Some(part) = self.part("drafts", defects) else { return drafts };
        for key in self.0.keys(&part) {
            let draft = key.parse::<EventId>().ok().and_then(|id| {
                let (_, object) = self.0.get(&part, key.as_str()).ok()??;
                let tree = tree(&self.0, &object, 0)?;
                let note = tree.get("note").and_then(Tree::as_str).unwrap_or("").to_owned();
                let mut draft = ContactDraft::from_tree(&tree)?;
                draft.note = crate::personal::Personal::new(note);
                Some((id, draft))
            });
            match draft {
                Some((id, draft)) => drafts.insert(id, draft),
                None => defects.push(Defect::Draft),
            }
        }
        drafts
    }

    /// One of the three maps that the first change lays out.
    fn part(&self, name: &'static str, defects: &mut Vec<Defect>) -> Option<ObjId> {
        match self.0.get(ROOT, name) {
            Ok(Some((Value::Object(ObjType::Map), object))) => Some(object),
            _ => {
                defects.push(Defect::Part(name));
                None
            }
        }
    }

    fn value(&self, object: &ObjId, key: &str) -> Option<Tree> {
        match self.0.get(object, key).ok()?? {
            (Value::Scalar(scalar), _) => scalar_tree(&scalar),
            (Value::Object(_), _) => None,
        }
    }
}

impl Writer<'_, '_> {
    /// Writes an event under its identifier.
    ///
    /// # Errors
    /// When the identifier is taken, or a value cannot be stored.
    pub fn put_event(&mut self, event: &Event) -> Result<(), DocumentError> {
        let events = self.part("events")?;
        let key = event.id.to_string();
        if self.0.get(&events, key.as_str()).map_err(unwritable)?.is_some() {
            return Err(DocumentError::Unwritable(say!("the entry is signed already")));
        }
        self.put_tree(&events, &key, &stored::tree(event))
    }

    /// Writes a field of the person: it replaces every value that this document shows.
    ///
    /// # Errors
    /// When the document has no place for it.
    pub fn put_field(&mut self, field: Field, value: &str) -> Result<(), DocumentError> {
        let person = self.part("person")?;
        self.put_scalar(&person, field.stored_name(), ScalarValue::Str(value.into()))
    }

    /// Writes a draft: only the fields that differ, and of the note only the words that do.
    ///
    /// # Errors
    /// When the document has no place for it.
    pub fn put_draft(&mut self, id: EventId, draft: &ContactDraft) -> Result<(), DocumentError> {
        let drafts = self.part("drafts")?;
        let key = id.to_string();
        let object = match self.0.get(&drafts, key.as_str()).map_err(unwritable)? {
            Some((Value::Object(ObjType::Map), object)) => object,
            _ => {
                let object = self.0.put_object(&drafts, key, ObjType::Map).map_err(unwritable)?;
                self.0.put_object(&object, "note", ObjType::Text).map_err(unwritable)?;
                object
            }
        };
        if let Tree::Record(fields) = stored::tree(draft) {
            for (name, value) in &fields {
                if self.tree_of(&object, name).as_ref() != Some(value) {
                    self.put_tree(&object, name, value)?;
                }
            }
        }
        if let Some((Value::Object(ObjType::Text), note)) =
            self.0.get(&object, "note").map_err(unwritable)?
        {
            self.0.update_text(&note, draft.note.reveal()).map_err(unwritable)?;
        }
        Ok(())
    }

    /// Removes a draft: it was signed, or the person who wrote it threw it away.
    ///
    /// # Errors
    /// When the document has no drafts.
    pub fn remove_draft(&mut self, id: EventId) -> Result<(), DocumentError> {
        let drafts = self.part("drafts")?;
        let key = id.to_string();
        if self.0.get(&drafts, key.as_str()).map_err(unwritable)?.is_some() {
            self.0.delete(&drafts, key).map_err(unwritable)?;
        }
        Ok(())
    }

    fn part(&self, name: &str) -> Result<ObjId, DocumentError> {
        match self.0.get(ROOT, name) {
            Ok(Some((Value::Object(ObjType::Map), object))) => Ok(object),
            _ => Err(DocumentError::Unwritable(say!("the record has no place for it"))),
        }
    }

    fn put_scalar(
        &mut self,
        object: &ObjId,
        key: &str,
        value: ScalarValue,
    ) -> Result<(), DocumentError> {
        self.0.put(object, key, value).map_err(unwritable)
    }

    fn put_tree(&mut self, at: &ObjId, key: &str, value: &Tree) -> Result<(), DocumentError> {
        match value {
            Tree::Record(map) => {
                let object = self.0.put_object(at, key, ObjType::Map).map_err(unwritable)?;
                for (key, value) in map {
                    self.put_tree(&object, key, value)?;
                }
            }
            Tree::List(values) => {
                let list = self.0.put_object(at, key, ObjType::List).map_err(unwritable)?;
                for (index, value) in values.iter().enumerate() {
                    self.insert_tree(&list, index, value)?;
                }
            }
            scalar => self.put_scalar(at, key, tree_scalar(scalar))?,
        }
        Ok(())
    }

    fn insert_tree(
        &mut self,
        list: &ObjId,
        index: usize,
        value: &Tree,
    ) -> Result<(), DocumentError> {
        match value {
            Tree::Record(map) => {
                let object = self.0.insert_object(list, index, ObjType::Map).map_err(unwritable)?;
                for (key, value) in map {
                    self.put_tree(&object, key, value)?;
                }
                Ok(())
            }
            Tree::List(_) => Err(DocumentError::Unwritable("lists of lists are not stored")),
            scalar => self.0.insert(list, index, tree_scalar(scalar)).map_err(unwritable),
        }
    }

    /// The value that lies there now, for comparison with what is to be written.
    fn tree_of(&self, object: &ObjId, key: &str) -> Option<Tree> {
        let (value, id) = self.0.get(object, key).ok()??;
        branch(&*self.0, value, &id, 0)
    }
}

/// The one boundary around automerge's own reading: what panics there is a document that cannot be
/// read, and stops nobody else. (In the browser a panic ends the app, so nothing relies on this.)
fn contained<T>(work: impl FnOnce() -> Result<T, DocumentError>) -> Result<T, DocumentError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(DocumentError::Unreadable))
}

fn unwritable(_: automerge::AutomergeError) -> DocumentError {
    DocumentError::Unwritable("the record refused it")
}

/// The device in the actor of the change that made an object.
fn device_of(object: &ObjId) -> Option<DeviceId> {
    match object {
        ObjId::Id(_, actor, _) => intake::device_of(actor.to_bytes()),
        ObjId::Root => None,
    }
}

/// A stored value as a tree; `None` where it nests too deep or has no such form.
fn tree<D: ReadDoc>(document: &D, object: &ObjId, depth: usize) -> Option<Tree> {
    if depth > limits::DOCUMENT_DEPTH_MAX {
        return None;
    }
    match document.object_type(object).ok()? {
        ObjType::Text => document.text(object).ok().map(Tree::Text),
        ObjType::Map | ObjType::Table => {
            let mut map = Few::new();
            for key in document.keys(object) {
                let (value, id) = document.get(object, key.as_str()).ok()??;
                map.insert(key, branch(document, value, &id, depth)?);
            }
            Some(Tree::Record(map))
        }
        ObjType::List => (0..document.length(object))
            .map(|index| {
                let (value, id) = document.get(object, index).ok()??;
                branch(document, value, &id, depth)
            })
            .collect::<Option<Vec<_>>>()
            .map(Tree::List),
    }
}

fn branch<D: ReadDoc>(document: &D, value: Value<'_>, id: &ObjId, depth: usize) -> Option<Tree> {
    match value {
        Value::Object(_) => tree(document, id, depth + 1),
        Value::Scalar(scalar) => scalar_tree(&scalar),
    }
}

fn scalar_tree(scalar: &ScalarValue) -> Option<Tree> {
    match scalar {
        ScalarValue::Str(text) => Some(Tree::Text(text.to_string())),
        ScalarValue::Int(number) | ScalarValue::Timestamp(number) => Some(Tree::Number(*number)),
        ScalarValue::Uint(number) => {
            Some(i64::try_from(*number).map_or(Tree::OtherNumber, Tree::Number))
        }
        ScalarValue::F64(number) => whole(*number),
        ScalarValue::Boolean(value) => Some(Tree::Bool(*value)),
        ScalarValue::Null => Some(Tree::Null),
        _ => None,
    }
}

/// A whole number that a client in JavaScript wrote: its one type of number is the float, and its
/// automerge stores a nought of it as such.
fn whole(number: f64) -> Option<Tree> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() < EXACT).then_some(Tree::Number(number as i64))
}

fn tree_scalar(value: &Tree) -> ScalarValue {
    match value {
        Tree::Text(text) => ScalarValue::Str(text.as_str().into()),
        Tree::Bool(value) => ScalarValue::Boolean(*value),
        Tree::Number(number) => ScalarValue::Int(*number),
        _ => ScalarValue::Null,
    }
}

mod fits;
#[cfg(test)]
mod tests;
