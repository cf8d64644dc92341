//! A pack's entries as a FHIR R4 bundle with the profiles of UK Core, for practices and networks
//! whose systems can read one. No known GP system files it by itself.
//!
//! It holds what the worklist holds and nothing besides: no words of anybody, no summary. The same
//! entries give the same bytes, and a resource keeps its identifier from pack to pack.

mod resources;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uuid::Uuid;

use self::resources::{Identity, Resources, identity};
use super::about::About;
use crate::store::asks::{Action, Ask};

/// The namespace of the resources' identifiers: fixed for ever, so that they stay the same.
const NAMESPACE: Uuid = Uuid::from_u128(0x2d7d_8a0c_5b11_4f6e_9c3a_e0b4_71c6_5d92);

/// The system of identifiers that are UUIDs.
const URI: &str = "urn:ietf:rfc:3986";

/// Writes the bundle, as JSON with one resource on each line. A reminder says nothing new, so that
/// it is left out.
pub fn bundle<'a>(about: &About<'_>, asks: impl IntoIterator<Item = &'a Ask>) -> Vec<u8> {
    let mut bundle = Bundle::begin(about);
    let asks = asks.into_iter().filter(|ask| ask.action != Action::Reminder);
    let asks: Vec<&Ask> = asks.collect();
    let resources = Resources { about, people: people(&asks) };
    bundle.put(&resources.practice());
    bundle.put(&resources.service());
    for ask in asks {
        let row = &ask.row;
        bundle.put_once(&resources.author_id(row), || resources.author(row));
        bundle.put_once(&resources.role_id(row), || resources.role(row));
        bundle.put_once(&resources.patient_id(row), || resources.patient(row));
        let encounter = resources.encounter(ask);
        if let Some(encounter) = &encounter {
            bundle.put(encounter);
        }
        bundle.put(&resources.entry(ask, encounter.is_some()));
        bundle.put(&resources.provenance(ask));
    }
    bundle.finish()
}

/// The person of each case as its record says now. What is taken back may read as the practice has it:
/// for another patient's number, until the record was put right.
fn people<'a>(asks: &[&'a Ask]) -> BTreeMap<&'a [u8], Identity<'a>> {
    let (taken_back, stand): (Vec<&Ask>, Vec<&Ask>) =
        asks.iter().partition(|ask| ask.action == Action::Retract);
    let each = taken_back.into_iter().chain(stand);
    each.map(|ask| (ask.row.case.as_slice(), identity(&ask.row))).collect()
}

/// An identifier that follows from what the resource is and whose.
fn id(kind: &str, of: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("{kind}|{of}").as_bytes())
}

/// A bundle on its way out, so that a pack of thousands is never in memory as a tree.
struct Bundle {
    bytes: Vec<u8>,
    separator: &'static [u8],
    put: BTreeSet<Uuid>,
}

impl Bundle {
    fn begin(about: &About<'_>) -> Self {
        let own = Uuid::parse_str(about.pack_id);
        let own = own.unwrap_or_else(|_| id("Bundle", about.pack_id));
        let mut head = json!({
            "resourceType": "Bundle",
            "id": own.to_string(),
            "identifier": { "system": URI, "value": urn(own) },
            "type": "collection",
        });
        if about.cut_off.parse::<jiff::Timestamp>().is_ok() {
            head["timestamp"] = about.cut_off.into();
        }
        if about.facts.demonstration {
            let system = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
            let label = json!({ "system": system, "code": "HTEST", "display": "test health data" });
            head["meta"] = json!({ "security": [label] });
        }
        let mut bytes = head.to_string().into_bytes();
        bytes.pop();
        bytes.extend(b",\"entry\":[\n");
        Self { bytes, separator: b"", put: BTreeSet::new() }
    }

    fn put_once(&mut self, id: &Uuid, resource: impl FnOnce() -> Value) {
        if self.put.insert(*id) {
            self.put(&resource());
        }
    }

    fn put(&mut self, resource: &Value) {
        self.bytes.extend(self.separator);
        self.separator = b",\n";
        let id = resource["id"].as_str().unwrap_or_default();
        self.bytes.extend(format!("{{\"fullUrl\":\"urn:uuid:{id}\",\"resource\":").into_bytes());
        serde_json::to_writer(&mut self.bytes, resource)
            .expect("writing plain JSON into memory does not fail");
        self.bytes.push(b'}');
    }

    fn finish(mut self) -> Vec<u8> {
        self.bytes.extend(b"\n]}\n");
        self.bytes
    }
}

fn urn(id: Uuid) -> String {
    format!("urn:uuid:{id}")
}
