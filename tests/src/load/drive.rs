//! Many phones that push: as fast as the server takes it, or spread over a time.

use std::{
    cell::RefCell,
    rc::Rc,
    time::{Duration, Instant},
};

use shared::{
    cbor,
    sync::wire::{SyncResponse, Verdict},
};
use tokio::{runtime::Builder, sync::Semaphore, task::LocalSet};

use super::wire::{Connection, Request};
use crate::must;

/// Connections open at once while phones come and go. More would run into the system's limit of
/// open files, and a phone that waits here is counted as waiting for the server.
const OPEN_CONNECTIONS_MAX: usize = 8_000;

/// How phones come.
#[derive(Debug, Clone, Copy)]
pub enum Arrival {
    /// The next one as soon as one of so many connections is free.
    AsFastAsPossible {
        /// Connections, each kept open and used by one phone after another.
        connections: usize,
    },
    /// Evenly spread over this time, each over a connection of its own.
    Within(Duration),
}

/// What became of the pushes.
#[derive(Debug, Default)]
pub struct Pushed {
    /// From the first phone's arrival to the last answer.
    pub took: Duration,
    /// How long each phone waited, from when it was to begin.
    pub waits: Vec<Duration>,
    /// What went over the wire both ways, in bytes.
    pub wire_bytes: usize,
    /// Which phones were told that everything is stored.
    pub acknowledged: Vec<usize>,
    /// What the others were told.
    pub failures: Vec<String>,
}

impl Pushed {
    /// How long this share of the phones waited at most.
    pub fn wait(&self, per_thousand: usize) -> Duration {
        let mut waits = self.waits.clone();
        waits.sort_unstable();
        let last = waits.len().saturating_sub(1);
        waits.get(last * per_thousand / 1_000).copied().unwrap_or_default()
    }
}

/// Has every phone push its request once.
pub fn push(address: &str, requests: Vec<Request>, arrival: Arrival) -> Pushed {
    let runtime = must(Builder::new_current_thread().enable_all().build(), "no runtime");
    let phones = Rc::new(Phones {
        address: address.to_owned(),
        requests,
        pushed: RefCell::new(Pushed::default()),
    });
    let began = Instant::now();
    LocalSet::new().block_on(&runtime, async {
        match arrival {
            Arrival::AsFastAsPossible { connections } => phones.clone().saturate(connections).await,
            Arrival::Within(time) => phones.clone().spread(time).await,
        }
    });
    let mut pushed = phones.pushed.take();
    pushed.took = began.elapsed();
    pushed
}

struct Phones {
    address: String,
    requests: Vec<Request>,
    pushed: RefCell<Pushed>,
}

impl Phones {
    async fn saturate(self: Rc<Self>, connections: usize) {
        let next = Rc::new(RefCell::new(0..self.requests.len()));
        let mut working = Vec::new();
        for _ in 0..connections {
            let (phones, next) = (self.clone(), next.clone());
            working.push(tokio::task::spawn_local(async move {
                let mut connection = None;
                loop {
                    let Some(phone) = next.borrow_mut().next() else { return };
                    let began = Instant::now();
                    connection = phones.one(phone, connection, began).await;
                }
            }));
        }
        for work in working {
            must(work.await, "a connection's task failed");
        }
    }

    async fn spread(self: Rc<Self>, time: Duration) {
        let open = Rc::new(Semaphore::new(OPEN_CONNECTIONS_MAX));
        let began = Instant::now();
        let count = self.requests.len();
        let mut working = Vec::new();
        for phone in 0..count {
            let share = u32::try_from(phone).expect("phones are counted in thousands");
            let all = u32::try_from(count).expect("phones are counted in thousands");
            // From when it was to begin, since a server that is slow must not slow its measure.
            let begins = began + time * share / all;
            let (phones, open) = (self.clone(), open.clone());
            tokio::time::sleep_until(begins.into()).await;
            working.push(tokio::task::spawn_local(async move {
                let _open = open.acquire().await;
                phones.one(phone, None, begins).await;
            }));
        }
        for work in working {
            must(work.await, "a phone's task failed");
        }
    }

    /// One phone's exchange. Gives the connection back where it still stands.
    async fn one(
        &self,
        phone: usize,
        connection: Option<Connection>,
        began: Instant,
    ) -> Option<Connection> {
        let request = &self.requests[phone];
        let outcome = async {
            let mut connection = match connection {
                Some(connection) => connection,
                None => Connection::open(&self.address).await?,
            };
            let answer = connection.exchange(request).await?;
            Ok::<_, std::io::Error>((connection, answer))
        };
        let outcome = outcome.await;
        let waited = began.elapsed();
        let mut pushed = self.pushed.borrow_mut();
        pushed.waits.push(waited);
        match outcome {
            Ok((connection, answer)) => {
                pushed.wire_bytes += request.wire_bytes() + answer.wire_bytes;
                match refused(&answer) {
                    None => pushed.acknowledged.push(phone),
                    Some(why) => pushed.failures.push(why),
                }
                Some(connection)
            }
            Err(error) => {
                pushed.failures.push(error.to_string());
                None
            }
        }
    }
}

/// Why an answer is not the receipt of everything.
fn refused(answer: &super::wire::Answer) -> Option<String> {
    if answer.status != 200 {
        return Some(format!("status {}", answer.status));
    }
    let Ok(body) = answer.body() else { return Some("a damaged body".into()) };
    let Ok(response) = cbor::decode::<SyncResponse>(&body) else {
        return Some("not a sync answer".into());
    };
    let verdicts = response.receipts.iter().flat_map(|receipt| &receipt.verdicts);
    verdicts
        .copied()
        .find(|verdict| *verdict != Verdict::Stored)
        .map(|verdict| format!("a change was answered with {verdict:?}"))
}
