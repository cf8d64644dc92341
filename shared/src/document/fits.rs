//! Whether a change fits the document that it is applied to.
//!
//! Automerge takes a change whose hash is right, and panics, or keeps a document that it cannot
//! load again, where the change refers to objects, elements or values that are not there, where it
//! numbers its operations as no writer does, or where its bytes are not the ones that automerge
//! would write for it. A panic ends the app on a phone, so that such a change is found here first.

use std::{
    cell::OnceCell,
    collections::{HashMap, HashSet},
};

use automerge::{
    ActorId, Automerge, Change, ChangeHash, ExpandedChange, ObjId, ObjType, ReadDoc, ScalarValue,
    legacy::{ElementId, Key, ObjectId, Op, OpId, OpType},
};

use super::DocumentError;

/// Applies changes, in an order in which each comes after those that it follows.
///
/// # Errors
/// When one does not fit, or follows something that is not there. The document is of no use then.
pub(super) fn apply(document: &mut Automerge, changes: &[&Change]) -> Result<(), DocumentError> {
    for run in runs(document, changes)? {
        let mut past = Past::of(document);
        for change in &run {
            past.check(change).ok_or(DocumentError::Unreadable)?;
        }
        let run: Vec<Change> = run.into_iter().cloned().collect();
        document.apply_changes(run).map_err(|_| DocumentError::Unreadable)?;
    }
    Ok(())
}

/// A saved document keeps what a change means and writes its bytes anew: were they not the same, the
/// document could not be loaded.
#[cfg(not(target_arch = "wasm32"))]
fn is_written_as_usual(expanded: ExpandedChange, change: &Change) -> bool {
    Change::from(expanded).raw_bytes() == change.raw_bytes()
}

/// A phone loads what it saved before it keeps it, which finds the same; the writer of changes as
/// they were once would be a hundredth of what it fetches.
#[cfg(target_arch = "wasm32")]
fn is_written_as_usual(_: ExpandedChange, _: &Change) -> bool {
    true
}

/// The changes that are new, in runs in which each follows the one before it: within a run,
/// automerge has no choice of order.
fn runs<'c>(
    document: &Automerge,
    changes: &[&'c Change],
) -> Result<Vec<Vec<&'c Change>>, DocumentError> {
    let mut here: HashSet<ChangeHash> = HashSet::new();
    let mut waiting: Vec<&Change> =
        changes.iter().copied().filter(|change| !has(document, &change.hash())).collect();
    let mut runs: Vec<Vec<&Change>> = Vec::new();
    while !waiting.is_empty() {
        let before = waiting.len();
        waiting.retain(|change| {
            let is_here = |hash: &ChangeHash| here.contains(hash) || has(document, hash);
            if here.contains(&change.hash()) {
                return false;
            }
            if !change.deps().iter().all(is_here) {
                return true;
            }
            here.insert(change.hash());
            match runs.last_mut() {
                Some(run)
                    if run.last().is_some_and(|last| change.deps().contains(&last.hash())) =>
                {
                    run.push(change);
                }
                _ => runs.push(vec![change]),
            }
            false
        });
        if waiting.len() == before {
            return Err(DocumentError::Unreadable);
        }
    }
    Ok(runs)
}

/// Whether the document holds a change, without unpacking it.
pub(super) fn has(document: &Automerge, hash: &ChangeHash) -> bool {
    document.get_change_meta_by_hash(hash).is_some()
}

/// An operation, as far as others may refer to it.
struct Made {
    object: ObjectId,
    /// Where in the object it lies: under a name, or at the element that it or another inserted.
    place: Key,
    makes: Option<ObjType>,
    inserts: bool,
    deletes: bool,
}

/// What a change may refer to: the document, and the changes of the same run before it.
struct Past<'d> {
    document: &'d Automerge,
    run: HashMap<OpId, Made>,
    /// The last operation of each change of the run.
    ends: HashMap<ChangeHash, u64>,
    /// The latest change of each actor in the run: its sequence number and its last operation.
    latest: HashMap<ActorId, (u64, u64)>,
    /// The changes of the document that the run follows so far.
    follows: Vec<ChangeHash>,
    /// From which operation of an actor on the document holds what the change does not follow. There
    /// it is for the change as little as where it arrives later: else whether a change fits would
    /// depend on what came first.
    unseen: HashMap<ActorId, u64>,
    /// Every operation of the document. Unpacked only where the document's present state does not
    /// answer the question, since most changes add something new.
    history: OnceCell<HashMap<OpId, Made>>,
}

impl<'d> Past<'d> {
    fn of(document: &'d Automerge) -> Self {
        Self {
            document,
            run: HashMap::new(),
            ends: HashMap::new(),
            latest: HashMap::new(),
            follows: Vec::new(),
            unseen: HashMap::new(),
            history: OnceCell::new(),
        }
    }

    /// Checks a change and adds it to the past; nothing where it does not fit.
    fn check(&mut self, change: &Change) -> Option<()> {
        self.check_numbers(change)?;
        self.look_aside(change);
        let expanded = change.decode();
        let first = change.start_op().get();
        for (counter, operation) in (first..).zip(&expanded.operations) {
            let id = OpId(counter, expanded.actor_id.clone());
            self.check_operation(&id, operation)?;
            self.run.insert(id.clone(), Made::of(&id, operation));
        }
        self.ends.insert(change.hash(), change.max_op());
        self.latest.insert(change.actor_id().clone(), (change.seq(), change.max_op()));
        is_written_as_usual(expanded, change).then_some(())
    }

    /// Operations are numbered on from those before, and changes of an actor from one to the next.
    fn check_numbers(&self, change: &Change) -> Option<()> {
        let mut before = 0;
        for hash in change.deps() {
            let max_operation = match self.ends.get(hash) {
                Some(max_operation) => *max_operation,
                None => self.document.get_change_meta_by_hash(hash)?.max_op,
            };
            before = before.max(max_operation);
        }
        let first = change.start_op().get();
        // Whoever does not follow what they wrote last would use its numbers a second time.
        let (sequence, own_last) = self.latest(change.actor_id());
        let fits = first == before + 1 && own_last < first && sequence + 1 == change.seq();
        fits.then_some(())
    }

    /// The sequence number of an actor's latest change, and its last operation.
    fn latest(&self, actor: &ActorId) -> (u64, u64) {
        self.latest.get(actor).copied().unwrap_or_else(|| {
            let all = self.document.get_changes_meta(&[]);
            let own = all.iter().filter(|meta| *meta.actor == *actor);
            own.map(|meta| (meta.seq, meta.max_op)).max().unwrap_or_default()
        })
    }

    /// Works out what the document holds beside what the change follows.
    fn look_aside(&mut self, change: &Change) {
        let in_document = change.deps().iter().filter(|hash| has(self.document, hash));
        self.follows.extend(in_document);
        self.unseen.clear();
        if self.document.get_heads().iter().all(|head| self.follows.contains(head)) {
            return;
        }
        for meta in self.document.get_changes_meta(&self.follows) {
            let from = self.unseen.entry(meta.actor.into_owned()).or_insert(meta.start_op);
            *from = meta.start_op.min(*from);
        }
    }

    /// Whether the change follows what made this operation.
    fn is_seen(&self, id: &OpId) -> bool {
        self.run.contains_key(id)
            || self.unseen.get(id.actor()).is_none_or(|from| id.counter() < *from)
    }

    fn check_operation(&self, id: &OpId, operation: &Op) -> Option<()> {
        let object_type = self.object_type(&operation.obj)?;
        let is_insert = operation.insert;
        let fits = match (&operation.key, object_type) {
            (Key::Map(_), ObjType::Map) => !is_insert,
            (Key::Seq(ElementId::Head), ObjType::List | ObjType::Text) => is_insert,
            (Key::Seq(ElementId::Id(element)), ObjType::List | ObjType::Text) => {
                element.counter() < id.counter() && self.is_element(&operation.obj, element)
            }
            _ => false,
        };
        let fits =
            fits && match &operation.action {
                // A deletion is kept with what it deletes, and nowhere else.
                OpType::Delete => !is_insert && !operation.pred.is_empty(),
                OpType::Put(value) => {
                    object_type != ObjType::Text || matches!(value, ScalarValue::Str(_))
                }
                OpType::Make(_) => object_type != ObjType::Text,
                _ => false,
            } && (!is_insert || operation.pred.is_empty());
        let mut last = None;
        let replaces = operation.pred.iter().all(|replaced| {
            let rises = last.is_none_or(|last| last < replaced);
            last = Some(replaced);
            rises && replaced.counter() < id.counter() && self.lies_at(replaced, operation)
        });
        (fits && replaces).then_some(())
    }

    fn object_type(&self, object: &ObjectId) -> Option<ObjType> {
        let ObjectId::Id(id) = object else { return Some(ObjType::Map) };
        if !self.is_seen(id) {
            return None;
        }
        match self.run.get(id) {
            Some(made) => made.makes,
            None => self.document.object_type(object_id(object)).ok(),
        }
    }

    fn is_element(&self, object: &ObjectId, element: &OpId) -> bool {
        self.is_seen(element)
            && self.find(element).is_some_and(|made| made.inserts && made.object == *object)
    }

    /// Whether the replaced operation lies where the new one goes.
    fn lies_at(&self, replaced: &OpId, new: &Op) -> bool {
        if !self.is_seen(replaced) {
            return false;
        }
        if let Key::Map(name) = &new.key
            && let Ok(present) = self.document.get_all(object_id(&new.obj), name.as_str())
            && present.iter().any(|(_, id)| is(id, replaced))
        {
            return true;
        }
        let lies_at =
            |made: &Made| made.object == new.obj && made.place == new.key && !made.deletes;
        self.find(replaced).is_some_and(lies_at)
    }

    fn find(&self, id: &OpId) -> Option<&Made> {
        self.run.get(id).or_else(|| self.history().get(id))
    }

    fn history(&self) -> &HashMap<OpId, Made> {
        self.history.get_or_init(|| {
            let mut history = HashMap::new();
            for change in self.document.get_changes(&[]) {
                let first = change.start_op().get();
                let expanded = change.decode();
                for (counter, operation) in (first..).zip(&expanded.operations) {
                    let id = OpId(counter, expanded.actor_id.clone());
                    history.insert(id.clone(), Made::of(&id, operation));
                }
            }
            history
        })
    }
}

impl Made {
    fn of(id: &OpId, operation: &Op) -> Self {
        let place = if operation.insert {
            Key::Seq(ElementId::Id(id.clone()))
        } else {
            operation.key.clone()
        };
        let makes = match operation.action {
            OpType::Make(object_type) => Some(object_type),
            _ => None,
        };
        Self {
            object: operation.obj.clone(),
            place,
            makes,
            inserts: operation.insert,
            deletes: operation.action == OpType::Delete,
        }
    }
}

/// The name under which the document's present state knows an object.
fn object_id(object: &ObjectId) -> ObjId {
    match object {
        ObjectId::Root => ObjId::Root,
        ObjectId::Id(OpId(counter, actor)) => ObjId::Id(*counter, actor.clone(), 0),
    }
}

fn is(id: &ObjId, operation: &OpId) -> bool {
    matches!(id, ObjId::Id(counter, actor, _)
        if *counter == operation.counter() && actor == operation.actor())
}

#[cfg(test)]
mod tests;
