//! `GET /api/poke`: tells exactly the phones that have something new that they have, and no more.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
    routing::get,
};
use futures_util::{Stream, stream};
use rusqlite::Transaction;
use shared::ids::{DeviceId, UserId};
use tokio::{
    sync::{Notify, watch},
    time::Instant,
};

use crate::{
    app::App,
    error::Error,
    session::SignedIn,
    store::{Store, StoreError, column, log},
};

/// Streams that one person may hold open: a few devices with a few tabs each.
const STREAMS_PER_USER_MAX: usize = 32;
/// A stream ends after this and the phone opens another, so that a session that is over is noticed.
const STREAM_LIFE: Duration = Duration::from_secs(15 * 60);
/// Keeps mobile networks from closing a quiet connection.
const KEEP_ALIVE_EVERY: Duration = Duration::from_secs(25);
/// How often to look without being told to: another program may have written to the same file.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The routes of this room.
pub fn router() -> Router<App> {
    Router::new().route("/api/poke", get(poke))
}

async fn poke(
    State(app): State<App>,
    signed_in: SignedIn,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Error> {
    let listener = app.pokes.listen(&signed_in).ok_or(Error::TooMany)?;
    let until = Instant::now() + STREAM_LIFE;
    let waiting = (listener, app.stopping.clone());
    let pokes = stream::unfold(waiting, move |(listener, mut stopping)| async move {
        let poked = tokio::select! {
            // What was to be told is told before the stream ends.
            biased;
            () = listener.notify.notified() => true,
            _ = stopping.wait_for(|stopping| *stopping) => false,
            () = tokio::time::sleep_until(until) => false,
        };
        poked.then(|| (Ok(Event::default().data("poke")), (listener, stopping)))
    });
    Ok(Sse::new(pokes).keep_alive(KeepAlive::new().interval(KEEP_ALIVE_EVERY)))
}

type Listeners = BTreeMap<UserId, BTreeMap<u64, (DeviceId, Arc<Notify>)>>;

/// The phones that wait to be told of something new.
#[derive(Clone, Default)]
pub struct Pokes {
    listeners: Arc<Mutex<Listeners>>,
}

struct Listener {
    pokes: Pokes,
    user: UserId,
    number: u64,
    notify: Arc<Notify>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut listeners = self.pokes.lock();
        if let Some(streams) = listeners.get_mut(&self.user) {
            streams.remove(&self.number);
            if streams.is_empty() {
                listeners.remove(&self.user);
            }
        }
    }
}

impl Pokes {
    fn lock(&self) -> MutexGuard<'_, Listeners> {
        // Nothing under this lock can panic half-way.
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen(&self, signed_in: &SignedIn) -> Option<Listener> {
        let user = signed_in.actor.user;
        let mut listeners = self.lock();
        let streams = listeners.entry(user).or_default();
        if streams.len() >= STREAMS_PER_USER_MAX {
            return None;
        }
        let number = streams.last_key_value().map_or(0, |(last, _)| last + 1);
        let notify = Arc::new(Notify::new());
        streams.insert(number, (signed_in.device, notify.clone()));
        drop(listeners);
        Some(Listener { pokes: self.clone(), user, number, notify })
    }

    fn wake(&self, news: &News) {
        let listeners = self.lock();
        for (user, streams) in listeners.iter() {
            let own = match (news.everybody, news.users.get(user)) {
                (true, _) | (false, Some(WrittenBy::Several)) => None,
                (false, Some(WrittenBy::One(device))) => *device,
                (false, None) => continue,
            };
            for (device, notify) in streams.values() {
                if own != Some(*device) {
                    notify.notify_one();
                }
            }
        }
    }
}

/// Wakes phones after commits, those of other programs on the same file included, until the
/// server stops.
pub async fn announce(store: Store, pokes: Pokes, mut stopping: watch::Receiver<bool>) {
    let mut commits = store.commits();
    let mut seen = None;
    loop {
        match store.read(move |tx| News::since(tx, seen)).await {
            Ok(news) => {
                seen = Some(news.seen);
                pokes.wake(&news);
            }
            Err(error) => tracing::error!(%error, "phones could not be told of something new"),
        }
        tokio::select! {
            changed = commits.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
    }
}

/// How far the announcer has looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    position: u64,
    versions: (u64, u64),
    /// When a device was last taken off the service.
    revoked_at: i64,
}

/// Who wrote what is new to somebody: a phone need not be told of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WrittenBy {
    /// One device, or the service itself.
    One(Option<DeviceId>),
    Several,
}

struct News {
    seen: Seen,
    everybody: bool,
    users: BTreeMap<UserId, WrittenBy>,
}

impl News {
    fn since(tx: &Transaction<'_>, before: Option<Seen>) -> Result<Self, StoreError> {
        let head = log::head(tx)?;
        let versions = (head.profile_version, head.directory_version);
        let revoked =
            "SELECT coalesce(max(revoked_at), 0) FROM device WHERE revoked_at IS NOT NULL";
        let revoked_at = tx.prepare_cached(revoked)?.query_row([], |row| row.get(0))?;
        let seen = Seen { position: head.end, versions, revoked_at };
        let mut news = Self { seen, everybody: false, users: BTreeMap::new() };
        let Some(before) = before else { return Ok(news) };
        news.everybody = before.versions != versions;
        if news.everybody {
            return Ok(news);
        }
        if before.revoked_at < revoked_at {
            news.add_revoked(tx, before.revoked_at)?;
        }
        if before.position == head.end {
            return Ok(news);
        }
        let sql = "SELECT DISTINCT access.user, change.device FROM change
             JOIN access ON access.case_id = change.case_id AND access.revoked_position IS NULL
             WHERE change.position > ?1
             UNION SELECT user, device FROM access_log WHERE position > ?1";
        let mut statement = tx.prepare_cached(sql)?;
        let rows = statement.query_map([before.position], |row| {
            let device = match row.get_ref(1)? {
                rusqlite::types::ValueRef::Null => None,
                _ => Some(column::device(row, 1)?),
            };
            Ok((column::user(row, 0)?, device))
        })?;
        for row in rows {
            let (user, device) = row?;
            let one = WrittenBy::One(device);
            news.users
                .entry(user)
                .and_modify(|by| *by = if *by == one { one } else { WrittenBy::Several })
                .or_insert(one);
        }
        Ok(news)
    }

    /// Whoever's device was taken off the service is told: the sync that follows says so.
    fn add_revoked(&mut self, tx: &Transaction<'_>, since_ms: i64) -> Result<(), StoreError> {
        let sql = "SELECT user FROM device WHERE revoked_at > ?1";
        let mut statement = tx.prepare_cached(sql)?;
        for user in statement.query_map([since_ms], |row| column::user(row, 0))? {
            self.users.insert(user?, WrittenBy::One(None));
        }
        Ok(())
    }
}
