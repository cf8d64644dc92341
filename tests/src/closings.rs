//! A server that is killed while it closes packs and takes receipts in: no half pack, no gap in the
//! numbers, and no receipt that was acknowledged and is not there.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use serde_json::{Value, json};
use server::{pack, store::Store};

use crate::{
    Chance, Scratch, Server, fingerpost, http::Http, invite_to_practice, kills::block_on, must,
    network::Network,
};

/// The one practice.
const PRACTICE: &str = "A99001";
/// People who accept between two kills.
const PEOPLE_BETWEEN: usize = 4;
/// A closing and a receipt take some ten milliseconds each, so a kill falls anywhere in them.
const MOMENT_US_MAX: u64 = 60_000;

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How often the server was killed.
    pub kills: u32,
    /// Packs that were closed, and how many of these were acknowledged.
    pub packs: u32,
    /// As above.
    pub packs_acknowledged: u32,
    /// Rows whose receipt was acknowledged.
    pub receipts_acknowledged: usize,
    /// Packs that are damaged, or whose rows are not those of the ledger.
    pub half_packs: u32,
    /// Numbers that are missing or that do not name the pack before.
    pub gaps: u32,
    /// Packs and receipts that were acknowledged and are not there.
    pub lost: u32,
    /// Entries that are NEW twice, or in no pack at the end.
    pub wrong_rows: u32,
    /// Whether `fingerpost verify` found no difference.
    pub verified: bool,
    /// How long it took, in seconds.
    pub seconds: f64,
}

impl Outcome {
    /// Whether all is as promised.
    pub fn is_good(&self) -> bool {
        let Self { half_packs, gaps, lost, wrong_rows, verified, .. } = self;
        *half_packs + *gaps + *lost + *wrong_rows == 0 && *verified
    }

    /// The figures as one line of JSON.
    pub fn json(&self) -> Value {
        json!({
            "kills": self.kills, "packs": self.packs,
            "packs_acknowledged": self.packs_acknowledged,
            "receipts_acknowledged": self.receipts_acknowledged, "half_packs": self.half_packs,
            "gaps": self.gaps, "lost": self.lost, "wrong_rows": self.wrong_rows,
            "verified": self.verified, "seconds": (self.seconds * 10.0).round() / 10.0,
        })
    }
}

/// What the server acknowledged.
#[derive(Debug, Default)]
struct Acknowledged {
    packs: u32,
    rows: BTreeSet<String>,
}

/// Kills so many times.
pub fn run(kills: u32, seed: u64) -> Outcome {
    let began = Instant::now();
    let scratch = Scratch::new(&format!("closings-{seed}"));
    let data = scratch.path("data");
    let mut chance = Chance::new(seed);
    let store = must(Store::open(&data), "a new store opens");
    let mut network = Network::found(&store, 1);
    store.close();
    drop(store);
    let mut server = Server::serve(&data, &[]);
    let link = invite_to_practice(&data, "Sue Blythe", PRACTICE);
    let mut http = Http::new(&server.origin());
    must(block_on(http.sign_in(&link)), "the link signs in");
    let acknowledged = Arc::new(Mutex::new(Acknowledged::default()));
    for _ in 0..kills {
        let store = must(Store::open(&data), "the store opens beside the server");
        network.refer(&store, PEOPLE_BETWEEN, 1);
        drop(store);
        let worker = {
            let (http, data, acknowledged) = (http.clone(), data.clone(), acknowledged.clone());
            thread::spawn(move || block_on(work(&http, &data, &acknowledged)))
        };
        thread::sleep(Duration::from_micros(chance.below_u64(MOMENT_US_MAX)));
        server.kill();
        let _ = worker.join();
        server.start_again();
    }
    // Whatever is left goes out now.
    block_on(work(&http, &data, &acknowledged));
    server.stop();
    let verified = fingerpost(&["verify", "--data", &data.display().to_string()]);
    let acknowledged = acknowledged.lock().unwrap_or_else(PoisonError::into_inner);
    let mut outcome = Outcome {
        kills,
        packs_acknowledged: acknowledged.packs,
        receipts_acknowledged: acknowledged.rows.len(),
        verified: verified.status.success(),
        ..Outcome::default()
    };
    look(&data, &acknowledged, &mut outcome);
    outcome.seconds = began.elapsed().as_secs_f64();
    outcome
}

/// Gives in what is to be answered, closes the next pack, and gives that in, until the server is gone.
async fn work(http: &Http, data: &Path, acknowledged: &Mutex<Acknowledged>) {
    let note = || acknowledged.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let rows = outstanding(data);
        if !rows.is_empty() {
            let file = rows.iter().map(|row| format!("{row},filed\r\n")).collect::<String>();
            let path = format!("/practice/{PRACTICE}/receipts");
            match http.post_file(&path, &format!("row_id,outcome\r\n{file}")).await {
                Ok(answer) if answer.status == 200 => note().rows.extend(rows),
                _ => return,
            }
        }
        match http.post(&format!("/practice/{PRACTICE}/packs"), Vec::new()).await {
            Ok(answer) if answer.status == 303 => {}
            _ => return,
        }
        let closed = packs(data);
        note().packs = closed;
        if outstanding(data).is_empty() {
            return;
        }
    }
}

fn open(data: &Path) -> Connection {
    let connection = must(Connection::open(data.join("fingerpost.db")), "the file opens");
    let _ = connection.busy_timeout(Duration::from_secs(10));
    connection
}

fn outstanding(data: &Path) -> Vec<String> {
    let connection = open(data);
    let sql = "SELECT row_id FROM settlement WHERE outcome = ''";
    let mut statement = must(connection.prepare(sql), "the rows can be read");
    let rows = must(statement.query_map([], |row| row.get(0)), "the rows can be read");
    rows.filter_map(Result::ok).collect()
}

fn packs(data: &Path) -> u32 {
    let count = open(data).query_row("SELECT count(*) FROM pack", [], |row| row.get(0));
    must(count, "the packs can be counted")
}

/// Compares the file with what was promised.
fn look(data: &Path, acknowledged: &Acknowledged, outcome: &mut Outcome) {
    let connection = open(data);
    let sql = "SELECT number, pack_id, new_rows, zip,
            (SELECT count(*) FROM packed_row WHERE packed_row.number = pack.number
                AND action = 'NEW')
         FROM pack ORDER BY number";
    let mut statement = must(connection.prepare(sql), "the packs can be read");
    let mut rows = must(statement.query([]), "the packs can be read");
    let mut before = Value::Null;
    while let Some(row) = must(rows.next(), "the packs can be read") {
        outcome.packs += 1;
        let number: u32 = row.get(0).unwrap_or(0);
        let pack_id: String = row.get(1).unwrap_or_default();
        let zip: Vec<u8> = row.get(3).unwrap_or_default();
        let (listed, kept): (u32, u32) = (row.get(2).unwrap_or(0), row.get(4).unwrap_or(1));
        match pack::check(&zip, None) {
            Ok(checked) if listed == kept && checked.pack["rows"]["NEW"] == listed => {
                let is_next = number == outcome.packs && checked.pack["previous_pack_id"] == before;
                outcome.gaps += u32::from(!is_next);
            }
            _ => outcome.half_packs += 1,
        }
        before = pack_id.into();
    }
    let count = |sql: &str| -> u32 {
        must(connection.query_row(sql, [], |row| row.get(0)), "rows can be counted")
    };
    let answered = |row: &&String| {
        let sql = "SELECT count(*) FROM settlement WHERE row_id = ?1 AND outcome = 'filed'";
        connection.query_row(sql, [row], |row| row.get::<_, u32>(0)) != Ok(1)
    };
    let lost = acknowledged.rows.iter().filter(answered).count();
    outcome.lost =
        u32::try_from(lost).unwrap_or(u32::MAX) + acknowledged.packs.saturating_sub(outcome.packs);
    let entries = count("SELECT count(*) FROM coded_entry");
    let new = count("SELECT count(*) FROM packed_row WHERE action = 'NEW'");
    let other = count("SELECT count(*) FROM packed_row WHERE action NOT IN ('NEW', 'REMINDER')");
    outcome.wrong_rows = entries.abs_diff(new) + other;
}
