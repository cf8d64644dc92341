//! Changes with any operations: each byte string is read as a list of them, with references that
//! mostly point at something.

use std::{num::NonZeroU64, sync::LazyLock};

use automerge::{
    ActorId, Change, ChangeHash, ExpandedChange, ObjType, ScalarValue,
    legacy::{ElementId, Key, ObjectId, Op, OpId, OpType},
};
use shared::{document::Document, intake::IncomingChange};

use super::{Outcome, case_id, use_case};

/// What the changes are applied to: golden changes of version 1, in their order. Two small ones, with
/// maps, lists and texts in drafts, since the fuzzer is as fast as the ground is small.
const GROUND: [&[u8]; 2] = [
    include_bytes!("../../../shared/tests/golden/1/change-begins.bin"),
    include_bytes!("../../../shared/tests/golden/1/change-elsewhere.bin"),
];
/// Changes made of one byte string.
const CHANGES_MAX: usize = 6;
/// Operations of one such change.
const OPERATIONS_MAX: usize = 24;

/// The bytes that decide, one after the other; zeros at the end.
struct Dice<'b>(&'b [u8]);

impl Dice<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// One of several; mostly the first few.
    fn below(&mut self, count: usize) -> usize {
        usize::from(self.byte()) % count.max(1)
    }

    fn pick<'v, T>(&mut self, values: &'v [T]) -> &'v T {
        let high = if values.len() > 256 { self.below(values.len().div_ceil(256)) } else { 0 };
        &values[(high * 256 + usize::from(self.byte())) % values.len()]
    }

    /// Rarely so.
    fn seldom(&mut self) -> bool {
        self.byte() >= 0xf0
    }
}

/// What is there to refer to.
#[derive(Clone, Default)]
struct Known {
    changes: Vec<Change>,
    operations: Vec<(OpId, Op)>,
}

impl Known {
    fn add(&mut self, change: Change) {
        let expanded = change.decode();
        for (counter, operation) in (change.start_op().get()..).zip(expanded.operations) {
            self.operations.push((OpId(counter, change.actor_id().clone()), operation));
        }
        self.changes.push(change);
    }

    fn max_operation(&self, heads: &[ChangeHash]) -> u64 {
        let heads = self.changes.iter().filter(|change| heads.contains(&change.hash()));
        heads.map(Change::max_op).max().unwrap_or(0)
    }
}

/// The ground, once for all byte strings.
static READY: LazyLock<(Document, Known)> = LazyLock::new(|| {
    let (mut document, mut known) = (Document::empty(), Known::default());
    for bytes in GROUND {
        document.apply(&[IncomingChange::parse(bytes).expect("it is golden")]).expect("it fits");
        known.add(Change::try_from(bytes).expect("it is golden"));
    }
    (document, known)
});

pub(super) fn apply(bytes: &[u8]) -> Outcome {
    let mut dice = Dice(bytes);
    let (mut document, mut known) = READY.clone();
    let mut together = Vec::new();
    let mut made = 0;
    while made < CHANGES_MAX && !dice.0.is_empty() {
        made += 1;
        let before = known.operations.len();
        let change = Change::from(expanded(&mut dice, &mut known));
        match IncomingChange::parse(change.raw_bytes()) {
            Ok(parsed) => {
                known.changes.push(change);
                together.push(parsed);
            }
            Err(_) => known.operations.truncate(before),
        }
    }
    // In one go and one by one, what is taken is the same.
    let mut at_once = document.clone();
    let all_taken = at_once.apply(&together).is_ok();
    let mut taken = 0;
    for change in &together {
        taken += usize::from(document.apply(std::slice::from_ref(change)).is_ok());
    }
    if all_taken {
        assert_eq!((taken, document.heads()), (together.len(), at_once.heads()));
        assert_eq!(document.read(case_id()), at_once.read(case_id()));
    }
    document.keep_and_verify().expect("what was applied can be kept");
    let saved = document.save_to_send().expect("what was applied can be sent");
    let loaded = Document::load(&saved).expect("it was verified");
    assert_eq!(loaded.read(case_id()), document.read(case_id()), "what is kept is what was read");
    use_case(document.read(case_id()));
    if taken > 0 { Outcome::Taken } else { Outcome::Refused }
}

fn expanded(dice: &mut Dice<'_>, known: &mut Known) -> ExpandedChange {
    let last = known.changes.last().expect("the ground is there");
    let actor_id = match dice.below(4) {
        0 => ActorId::from([7 + dice.byte() % 3; 24].as_slice()),
        _ => dice.pick(&known.changes).actor_id().clone(),
    };
    let mut deps = vec![last.hash()];
    if dice.seldom() {
        deps = vec![dice.pick(&known.changes).hash(), dice.pick(&known.changes).hash()];
        deps.dedup();
    }
    let own = known.changes.iter().filter(|change| *change.actor_id() == actor_id);
    let seq = own.map(Change::seq).max().unwrap_or(0) + 1;
    let seq = if dice.seldom() { u64::from(dice.byte()) } else { seq };
    let start = known.max_operation(&deps) + 1;
    let start = if dice.seldom() { u64::from(dice.byte()) << dice.below(24) } else { start };
    let mut operations: Vec<Op> = Vec::new();
    for index in 0..=dice.below(OPERATIONS_MAX) as u64 {
        let id = OpId(start + index, actor_id.clone());
        let made = operation(dice, &known.operations, id.clone());
        known.operations.push((id, made.clone()));
        operations.push(made);
    }
    let author = if seq == 1 { [&[1, 16], [3; 16].as_slice()].concat() } else { Vec::new() };
    ExpandedChange {
        operations,
        actor_id,
        hash: None,
        seq,
        start_op: NonZeroU64::new(start).unwrap_or(NonZeroU64::MIN),
        time: i64::from(dice.byte()),
        message: None,
        deps,
        extra_bytes: author,
        author: None,
    }
}

/// Any operation: mostly one that could be, since what is refused early teaches little.
fn operation(dice: &mut Dice<'_>, all: &[(OpId, Op)], own: OpId) -> Op {
    let any_id = |dice: &mut Dice<'_>| match dice.below(8) {
        0 => own.clone(),
        1 => OpId(u64::from(dice.byte()), own.actor().clone()),
        _ => dice.pick(all).0.clone(),
    };
    let objects: Vec<&(OpId, Op)> =
        all.iter().filter(|(_, op)| matches!(op.action, OpType::Make(_))).collect();
    let (object_id, object) = dice.pick(&objects);
    let is_sequence = matches!(object.action, OpType::Make(ObjType::List | ObjType::Text));
    let obj = match dice.below(16) {
        0 => ObjectId::Root,
        1 => ObjectId::Id(any_id(dice)),
        _ => ObjectId::Id(object_id.clone()),
    };
    let inside: Vec<&(OpId, Op)> = all.iter().filter(|(_, op)| op.obj == obj).collect();
    let near = |dice: &mut Dice<'_>| {
        if inside.is_empty() || dice.seldom() { any_id(dice) } else { dice.pick(&inside).0.clone() }
    };
    let key = match (is_sequence != dice.seldom(), dice.below(4)) {
        (true, 0) => Key::Seq(ElementId::Head),
        (true, _) => Key::Seq(ElementId::Id(near(dice))),
        (false, 0) => Key::Map(["note", "kind", "phone", "events"][dice.below(4)].into()),
        (false, _) => inside
            .get(dice.below(inside.len()))
            .map_or_else(|| Key::Map("at".into()), |(_, op)| op.key.clone()),
    };
    let insert = matches!(key, Key::Seq(_)) && dice.below(3) > 0;
    let mut pred = Vec::new();
    if !insert {
        let same_place = inside.iter().filter(|(_, op)| op.key == key);
        let same_place: Vec<OpId> = same_place.map(|(id, _)| id.clone()).collect();
        for _ in 0..dice.below(4) {
            let named = match (&key, same_place.is_empty() || dice.seldom()) {
                (Key::Seq(ElementId::Id(element)), true) => element.clone(),
                (_, true) => near(dice),
                (_, false) => dice.pick(&same_place).clone(),
            };
            if !pred.contains(&named) || dice.seldom() {
                pred.push(named);
            }
        }
    }
    let action = match dice.below(8) {
        0 => OpType::Delete,
        1 => OpType::Make([ObjType::Map, ObjType::List, ObjType::Text][dice.below(3)]),
        2 => OpType::Put(ScalarValue::Int(i64::from(dice.byte()) << dice.below(63))),
        3 => OpType::Put([ScalarValue::Null, ScalarValue::F64(0.5)][dice.below(2)].clone()),
        _ => OpType::Put(ScalarValue::Str(["a", "", "é🌱", "seen"][dice.below(4)].into())),
    };
    Op { action, obj, key, pred: pred.into(), insert }
}
