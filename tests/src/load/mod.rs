//! The load: many phones as real HTTP clients against the server program, and what that costs it.

mod caseload;
mod drive;
mod fixture;
mod ledger;
mod pen;
mod usage;
mod wire;

use std::{path::Path, thread, time::Duration};

use minicbor::bytes::ByteVec;
use serde_json::{Value, json};
use shared::{
    cbor, limits,
    nhs_number::NhsNumber,
    sync::wire::{CasePush, Cursor, PROTOCOL, SyncRequest},
};

use self::{
    caseload::Cost,
    drive::Pushed,
    fixture::Enrolled,
    ledger::Ledger,
    pen::{Pen, Written},
    usage::Cpu,
    wire::Request,
};
use crate::{Scratch, Server};

pub use drive::Arrival;

/// Where the service's first NHS number is looked for: the range that is for testing only.
const NHS_NUMBERS_FROM: u64 = 9_990_000_000;
/// Threads that write what is pushed, before the clock starts.
const WRITING_THREADS: usize = 2;

/// What to do.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Phones, each with a person of its own.
    pub phones: usize,
    /// Cases that each of them writes.
    pub cases: usize,
    /// Changes in each.
    pub changes: usize,
    /// How they come.
    pub arrival: Arrival,
    /// Cases of the caseload that a new phone reads.
    pub caseload_cases: usize,
    /// Changes in each of those.
    pub caseload_changes: usize,
}

/// Runs the plan against a server of its own. One object of figures, and whether nothing was lost
/// or stored twice.
pub fn run(plan: Plan) -> (Value, bool) {
    let scratch = Scratch::new("load");
    let data = scratch.path("data");
    let phones = fixture::enrol(&data, plan.phones + 1);
    let carrier = &phones[plan.phones];
    let reader = fixture::enrol_another(&data, carrier.author.user);

    let (pushes, written) = write_all(&phones[..plan.phones], plan.cases, plan.changes);
    let caseload = Pen::new(carrier.author, u64::MAX);
    let caseload = write(caseload, plan.caseload_cases, plan.caseload_changes, usize::MAX / 2);
    let parts: Vec<Request> =
        caseload.chunks(CASES_IN_PART).map(|part| pushing(carrier, part)).collect();

    let mut server = Server::serve(&data, &[]);
    let (address, pid) = (server.address().to_owned(), server.id());
    let one = Arrival::AsFastAsPossible { connections: 1 };
    let carried = drive::push(&address, parts, one);

    let before = Cpu::of(pid);
    let push_body_bytes = pushes.iter().map(Request::wire_bytes).sum::<usize>();
    let pushed = drive::push(&address, pushes, plan.arrival);
    let cpu = Cpu::of(pid).since(before);
    let behind = caseload::wait_for_caches(&data);
    let projected = Cpu::of(pid).since(before).projector;
    let (first, idle) = caseload::measure(&address, pid, &reader);
    let memory_bytes = usage::memory_high_water_bytes(pid);
    server.stop();

    let mut ledger = Ledger::default();
    note(&mut ledger, &written, &pushed, |phone| phone);
    let whole = carried.failures.is_empty();
    for case in &caseload {
        case.changes.iter().for_each(|change| ledger.note(case.case, change, whole));
    }
    let durable = ledger.acknowledged() - plan.caseload_cases * plan.caseload_changes;
    let found = ledger.compare(&data);
    let figures = json!({
        "phones": plan.phones,
        "cases": plan.cases,
        "changes": plan.changes,
        "seconds": seconds(pushed.took),
        "durable_changes": durable,
        "changes_per_s": per(durable, pushed.took),
        "p50_ms": milliseconds(pushed.wait(500)),
        "p99_ms": milliseconds(pushed.wait(990)),
        "server_cpu_us_per_change": micros(cpu.serving) / count(durable),
        "projector_cpu_us_per_change_meanwhile": micros(cpu.projector) / count(durable),
        "projector_cpu_us_per_change": micros(projected) / count(durable),
        "caches_behind_seconds": seconds(behind),
        "server_memory_bytes": memory_bytes,
        "push_wire_bytes_per_phone": pushed.wire_bytes / plan.phones.max(1),
        "push_sent_bytes_per_phone": push_body_bytes / plan.phones.max(1),
        "first_sync": cost(&first),
        "idle_sync": cost(&idle),
        "failures": pushed.failures.len() + carried.failures.len(),
        "first_failure": pushed.failures.first().or(carried.failures.first()),
        "lost": found.lost,
        "duplicated": found.duplicated,
    });
    let good = found.lost == 0 && found.duplicated == 0 && pushed.failures.is_empty() && whole;
    (figures, good)
}

/// A server whose one link worker, "Link worker 0", carries so many cases, each of so many changes.
pub fn stocked(data: &Path, cases: usize, changes: usize) -> Server {
    let carrier = &fixture::enrol(data, 1)[0];
    let caseload = write(Pen::new(carrier.author, u64::MAX), cases, changes, usize::MAX / 2);
    let parts = caseload.chunks(CASES_IN_PART).map(|part| pushing(carrier, part)).collect();
    let server = Server::serve(data, &[]);
    let one = Arrival::AsFastAsPossible { connections: 1 };
    let pushed = drive::push(server.address(), parts, one);
    assert!(pushed.failures.is_empty(), "the caseload did not arrive: {:?}", pushed.failures);
    caseload::wait_for_caches(data);
    server
}

/// Cases of the caseload in one push, as a phone sends them in parts.
const CASES_IN_PART: usize = 20;

fn write_all(
    phones: &[Enrolled],
    cases: usize,
    changes: usize,
) -> (Vec<Request>, Vec<Vec<Written>>) {
    let share = phones.len().div_ceil(WRITING_THREADS).max(1);
    thread::scope(|scope| {
        let writing: Vec<_> = phones
            .chunks(share)
            .enumerate()
            .map(|(thread, part)| {
                let first = thread * share;
                scope.spawn(move || {
                    let one = |(index, phone): (usize, &Enrolled)| {
                        let number = first + index;
                        let seed = u64::try_from(number).unwrap_or(u64::MAX);
                        let pen = Pen::new(phone.author, seed);
                        let written = write(pen, cases, changes, number * cases);
                        (pushing(phone, &written), written)
                    };
                    part.iter().enumerate().map(one).collect::<Vec<_>>()
                })
            })
            .collect();
        let done = writing.into_iter().map(|thread| thread.join().expect("writing cannot fail"));
        done.flatten().unzip()
    })
}

/// Writes cases for people with the NHS numbers from the `first` one on.
fn write(mut pen: Pen, cases: usize, changes: usize, first: usize) -> Vec<Written> {
    (0..cases).map(|number| pen.case(&nhs_number(first.wrapping_add(number)), changes)).collect()
}

/// A valid number of the range for testing, different for each index below a million.
fn nhs_number(index: usize) -> String {
    let ten = NHS_NUMBERS_FROM + u64::try_from(index % 999_999).unwrap_or_default() * 10;
    let valid = (ten..ten + 10).find(|number| NhsNumber::parse(&number.to_string()).is_ok());
    // One in eleven has no check digit; such a person is simply not known by a number.
    valid.map(|number| number.to_string()).unwrap_or_default()
}

fn pushing(phone: &Enrolled, written: &[Written]) -> Request {
    let push = |written: &Written| CasePush {
        case: written.case,
        changes: written.changes.iter().cloned().map(ByteVec::from).collect(),
        seal: None,
    };
    let body = cbor::encode(&SyncRequest {
        protocol: PROTOCOL,
        epoch: None,
        cursor: Cursor::default(),
        push: written.iter().map(push).collect(),
        room_bytes: limits::ROOM_BYTES_DEFAULT,
        again: Vec::new(),
    });
    Request::sync(phone, &body)
}

fn note(
    ledger: &mut Ledger,
    written: &[Vec<Written>],
    pushed: &Pushed,
    phone: impl Fn(usize) -> usize,
) {
    let mut acknowledged = vec![false; written.len()];
    pushed.acknowledged.iter().for_each(|number| acknowledged[phone(*number)] = true);
    for (cases, acknowledged) in written.iter().zip(acknowledged) {
        for case in cases {
            case.changes.iter().for_each(|change| ledger.note(case.case, change, acknowledged));
        }
    }
}

fn cost(cost: &Cost) -> Value {
    json!({
        "cases": cost.cases,
        "exchanges": cost.exchanges,
        "wire_bytes": cost.wire_bytes,
        "body_sent_bytes": cost.body_sent_bytes,
        "body_received_bytes": cost.body_received_bytes,
        "server_cpu_us": cost.cpu.as_micros(),
        "took_ms": milliseconds(cost.took),
    })
}

fn count(changes: usize) -> f64 {
    f64::from(u32::try_from(changes.max(1)).unwrap_or(u32::MAX))
}

fn per(changes: usize, time: Duration) -> f64 {
    (count(changes) / time.as_secs_f64().max(f64::EPSILON)).round()
}

fn seconds(time: Duration) -> f64 {
    milliseconds(time) / 1_000.0
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}

fn micros(time: Duration) -> f64 {
    (time.as_secs_f64() * 1_000_000.0).round()
}
