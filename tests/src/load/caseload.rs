//! One caseload on one more phone: the first sync and the idle one, with the phone's own code.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{Connection as Database, OpenFlags};
use server::store::Store;
use shared::sync::{Effect, Input, Replica};
use tokio::runtime::{Builder, Runtime};

use super::{
    fixture::Enrolled,
    usage::Cpu,
    wire::{Connection, Request},
};
use crate::must;

/// Far more than a first sync needs: more means that it does not end.
const STEPS_MAX: usize = 1_000;
/// A first sync is done so often, since the kernel counts in hundredths of a second.
const FIRST_TIMES: u32 = 50;
/// And an idle one so often.
const IDLE_TIMES: u32 = 2_000;
/// How often to look whether the caches are up to date, and for how long.
const LOOK_EVERY: Duration = Duration::from_millis(200);
const LOOK_FOR: Duration = Duration::from_secs(900);

/// What syncs of one kind cost.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// Exchanges of one sync.
    pub exchanges: usize,
    /// Bytes on the wire of one sync, both ways.
    pub wire_bytes: usize,
    /// The largest body that was sent, in bytes.
    pub body_sent_bytes: usize,
    /// The largest body that was received, in bytes.
    pub body_received_bytes: usize,
    /// Server CPU of one sync.
    pub cpu: Duration,
    /// How long one took.
    pub took: Duration,
    /// Cases that the phone has after it.
    pub cases: usize,
}

/// Waits until the caches are up to date, and says how long that took.
#[track_caller]
pub fn wait_for_caches(data: &std::path::Path) -> Duration {
    let began = Instant::now();
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let file = must(Database::open_with_flags(Store::file(data), flags), "no database");
    let sql = "SELECT count(*) FROM case_log WHERE projected_position < latest_position";
    while began.elapsed() < LOOK_FOR {
        let behind: u32 = must(file.query_row(sql, [], |row| row.get(0)), "no case log");
        if behind == 0 {
            return began.elapsed();
        }
        std::thread::sleep(LOOK_EVERY);
    }
    panic!("the caches were not up to date within {LOOK_FOR:?}");
}

/// A phone that is new, then idle.
#[track_caller]
pub fn measure(address: &str, pid: i32, phone: &Enrolled) -> (Cost, Cost) {
    let runtime = must(Builder::new_current_thread().enable_all().build(), "no runtime");
    let mut line = Line { runtime, connection: None, address };
    let (mut first, requests, mut replica) = first_sync(&mut line, phone);
    let (cpu, took) = repeat(&mut line, pid, &requests, FIRST_TIMES);
    (first.cpu, first.took) = (cpu, took);

    let asked = replica.handle(now(), Input::Poked);
    let body = asked.into_iter().find_map(|effect| match effect {
        Effect::Send(body) => Some(body),
        _ => None,
    });
    let request = Request::sync(phone, &body.expect("a phone that was poked asks"));
    let answer = line.exchange(&request);
    let (cpu, took) = repeat(&mut line, pid, std::slice::from_ref(&request), IDLE_TIMES);
    let idle = Cost {
        exchanges: 1,
        wire_bytes: request.wire_bytes() + answer.wire_bytes,
        body_sent_bytes: request.body_bytes(),
        body_received_bytes: answer.body_bytes,
        cpu,
        took,
        cases: replica.rows().count(),
    };
    (first, idle)
}

/// The phone's own code, until it has nothing left to do.
fn first_sync(line: &mut Line<'_>, phone: &Enrolled) -> (Cost, Vec<Request>, Replica) {
    let mut replica = Replica::open(phone.author, None, []);
    let (mut cost, mut requests) = (Cost::default(), Vec::new());
    let mut waiting = replica.handle(now(), Input::Tick);
    for _ in 0..STEPS_MAX {
        if waiting.is_empty() {
            cost.cases = replica.rows().count();
            return (cost, requests, replica);
        }
        for effect in std::mem::take(&mut waiting) {
            let input = match effect {
                Effect::Store { ticket, .. } => Input::Stored(ticket),
                Effect::Send(body) => {
                    let request = Request::sync(phone, &body);
                    let answer = line.exchange(&request);
                    cost.exchanges += 1;
                    cost.wire_bytes += request.wire_bytes() + answer.wire_bytes;
                    cost.body_sent_bytes = cost.body_sent_bytes.max(request.body_bytes());
                    cost.body_received_bytes = cost.body_received_bytes.max(answer.body_bytes);
                    requests.push(request);
                    Input::Answered(must(answer.body(), "the answer is damaged"))
                }
                _ => continue,
            };
            waiting.extend(replica.handle(now(), input));
        }
    }
    panic!("a first sync does not come to an end");
}

/// Sends the same requests again and again, and says what one round costs.
fn repeat(line: &mut Line<'_>, pid: i32, requests: &[Request], times: u32) -> (Duration, Duration) {
    let (before, began) = (Cpu::of(pid), Instant::now());
    for _ in 0..times {
        for request in requests {
            line.exchange(request);
        }
    }
    (Cpu::of(pid).since(before).serving / times, began.elapsed() / times)
}

/// One connection, used from a plain thread.
struct Line<'a> {
    runtime: Runtime,
    connection: Option<Connection>,
    address: &'a str,
}

impl Line<'_> {
    fn exchange(&mut self, request: &Request) -> super::wire::Answer {
        let Self { runtime, connection, address } = self;
        let outcome = runtime.block_on(async {
            if connection.is_none() {
                *connection = Some(Connection::open(address).await?);
            }
            let connection = connection.as_mut().expect("it was just opened");
            connection.exchange(request).await
        });
        let answer = must(outcome, "the exchange came to nothing");
        assert_eq!(answer.status, 200, "the server refused a sync");
        answer
    }
}

fn now() -> Timestamp {
    Timestamp::now()
}
