//! Everything that the server lacks, in parts of which each is a request: for a file that is carried
//! to the service, and for handing over before a phone is given up.

use minicbor::bytes::ByteVec;

use super::{CasePush, CaseRecord, Document, Replica, to_send, under_one_seal};
use crate::{ids::CaseId, intake::IncomingChange, limits, ordered};

/// Parts under way.
#[derive(Default)]
struct Parts {
    parts: Vec<Vec<CasePush>>,
    /// What the last of them weighs.
    used_bytes: usize,
}

impl Replica {
    /// All that is unsent, what the server refuses included: urgent concerns first.
    pub fn unsent_parts(&self) -> Vec<Vec<CasePush>> {
        let mut order: Vec<_> = self.cases.iter().filter(|(_, record)| record.unsent > 0).collect();
        ordered::sort_by_key(&mut order, |(case, record)| (record.row.urgent == 0, *case));
        let mut parts = Parts::default();
        for (case, record) in order {
            // What cannot be read here is counted as unreadable, and stays where it is.
            let Ok(document) = Document::load_kept(&record.saved) else { continue };
            let changes = to_send(&document, record, &self.meta);
            parts.add_case(*case, record, changes, self);
        }
        parts.parts
    }
}

impl Parts {
    fn add_case(
        &mut self,
        case: CaseId,
        record: &CaseRecord,
        mut rest: Vec<IncomingChange>,
        replica: &Replica,
    ) {
        while !rest.is_empty() {
            let mut piece = rest.clone();
            let seal = under_one_seal(&mut piece, record, &replica.meta);
            if seal.is_none() {
                piece.truncate(fitting(&piece));
            }
            let is_done =
                |change: &IncomingChange| piece.iter().any(|done| done.hash() == change.hash());
            rest.retain(|change| !is_done(change));
            let weight = piece.iter().map(IncomingChange::weight_bytes).sum();
            let bytes = piece.iter().map(|change| ByteVec::from(change.bytes().to_vec()));
            self.add(CasePush { case, changes: bytes.collect(), seal }, weight);
        }
    }

    fn add(&mut self, push: CasePush, weight_bytes: usize) {
        let is_full = |part: &Vec<CasePush>, used: usize| {
            used + weight_bytes > limits::PUSH_BYTES_TARGET || part.len() >= limits::PUSH_CASES_MAX
        };
        match self.parts.last_mut() {
            Some(part) if !is_full(part, self.used_bytes) => {
                part.push(push);
                self.used_bytes += weight_bytes;
            }
            _ => {
                self.parts.push(vec![push]);
                self.used_bytes = weight_bytes;
            }
        }
    }
}

/// How many changes, from the first, go into one request.
fn fitting(changes: &[IncomingChange]) -> usize {
    let mut used_bytes = 0;
    let fits = |change: &&IncomingChange| {
        let fits = used_bytes < limits::PUSH_BYTES_TARGET;
        used_bytes += change.weight_bytes();
        fits
    };
    changes.iter().take(limits::CASE_CHANGES_MAX).take_while(fits).count()
}
