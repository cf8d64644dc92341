//! A document that says what some JSON says, whatever that is: what readers make of it.

use automerge::{
    ActorId, Author, Automerge, ObjId, ObjType, ROOT, ScalarValue,
    transaction::{Transactable, Transaction},
};
use serde_json::Value;
use shared::{document::Document, intake::IncomingChange};

use super::{Outcome, case_id, use_case};

/// How deep the JSON is followed: beyond what a record may have.
const DEPTH_MAX: usize = 12;

pub(super) fn reading(bytes: &[u8]) -> Outcome {
    let Ok(Value::Object(root)) = serde_json::from_slice(bytes) else { return Outcome::Refused };
    let mut written = Automerge::new();
    written.set_author(Some(Author::from(vec![1; 16])));
    written.set_actor(ActorId::from([1; 24].as_slice()));
    let mut transaction = written.transaction();
    for (key, value) in &root {
        put(&mut transaction, &ROOT, key, value, 0);
    }
    transaction.commit();
    let mut document = Document::empty();
    for change in written.get_changes(&[]) {
        let Ok(change) = IncomingChange::parse(change.raw_bytes()) else { return Outcome::Refused };
        document.apply(&[change]).expect("automerge wrote it");
    }
    use_case(document.read(case_id()));
    document.save_to_send().expect("what was applied can be sent");
    document.keep_and_verify().expect("what was applied can be kept");
    Outcome::Taken
}

fn put(into: &mut Transaction<'_>, at: &ObjId, key: &str, value: &Value, depth: usize) {
    if depth > DEPTH_MAX || key.is_empty() {
        return;
    }
    match value {
        Value::Object(fields) => {
            let map = into.put_object(at, key, ObjType::Map).expect("a map takes any key");
            for (key, value) in fields {
                // A note is a text in drafts, and words elsewhere.
                put(into, &map, key, value, depth + 1);
            }
        }
        Value::Array(values) => {
            let list = into.put_object(at, key, ObjType::List).expect("a map takes any key");
            for (index, value) in values.iter().enumerate() {
                insert(into, &list, index, value, depth + 1);
            }
        }
        Value::String(text) if key == "note" && depth == 3 => {
            let note = into.put_object(at, key, ObjType::Text).expect("a map takes any key");
            into.splice_text(&note, 0, 0, text).expect("a text takes any words");
        }
        scalar => into.put(at, key, scalar_of(scalar)).expect("a map takes any key"),
    }
}

fn insert(into: &mut Transaction<'_>, list: &ObjId, index: usize, value: &Value, depth: usize) {
    match value {
        Value::Object(fields) if depth <= DEPTH_MAX => {
            let map = into.insert_object(list, index, ObjType::Map).expect("it is the end");
            for (key, value) in fields {
                put(into, &map, key, value, depth + 1);
            }
        }
        other => into.insert(list, index, scalar_of(other)).expect("it is the end"),
    }
}

fn scalar_of(value: &Value) -> ScalarValue {
    match value {
        Value::String(text) => ScalarValue::Str(text.as_str().into()),
        Value::Bool(value) => ScalarValue::Boolean(*value),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => ScalarValue::Int(whole),
            (None, Some(whole)) => ScalarValue::Uint(whole),
            (None, None) => ScalarValue::F64(number.as_f64().unwrap_or_default()),
        },
        _ => ScalarValue::Null,
    }
}
