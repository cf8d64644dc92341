//! The server as phones and browsers meet it: requests to the router, over a real database file.

mod carry;
mod caseloads;
mod description;
mod desks;
mod duplicates;
mod ledger;
mod logbook;
mod phone;
mod poke;
mod practice;
mod projector;
mod put_right;
mod reports;
mod restored;
mod sign_in;
mod store;
mod sync;
mod team;
mod urgent;
mod verify;

use std::path::{Path, PathBuf};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Request, StatusCode, header::COOKIE, header::SET_COOKIE},
    response::Response,
};
use shared::{case::Role, ids::UserId};
use tokio::sync::watch;
use tower::ServiceExt;

use crate::{
    app::App,
    clock,
    poke::Pokes,
    random, router,
    store::{
        Store, StoreError,
        people::{self, NewUser},
    },
};

/// A directory of this test's own, removed with it.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Self {
        let name = u64::from_le_bytes(random::bytes());
        Self(std::env::temp_dir().join(format!("fingerpost-test-{name:016x}")))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A server without a socket.
pub struct Server {
    pub store: Store,
    pub pokes: Pokes,
    router: Router,
    // Dropped after the store that lies in it.
    scratch: Scratch,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Server {
    pub fn new() -> Self {
        Self::on(Scratch::new())
    }

    /// A server on data that may be there already.
    pub fn on(scratch: Scratch) -> Self {
        Self::with(scratch, watch::channel(false).1)
    }

    /// A server whose streams end when this turns true.
    pub fn stopping_with(stopping: watch::Receiver<bool>) -> Self {
        Self::with(Scratch::new(), stopping)
    }

    fn with(scratch: Scratch, stopping: watch::Receiver<bool>) -> Self {
        let store = Store::open(scratch.path()).unwrap();
        let pokes = Pokes::default();
        let app = App {
            store: store.clone(),
            pokes: pokes.clone(),
            public_url: "http://fingerpost.test".into(),
            stopping,
        };
        Self { store, pokes, router: router::router(app), scratch }
    }

    pub fn directory(&self) -> &Path {
        self.scratch.path()
    }

    pub async fn open(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.open(request).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.store.write(work).await.unwrap().0
    }

    pub async fn add_user(&self, name: &str, role: Role) -> UserId {
        let new = NewUser { name: name.to_owned(), role, practice: None, gp_username: None };
        self.write(move |tx| people::add_user(tx, &new)).await
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> u32 {
        let sql = format!("SELECT count(*) FROM {table}");
        self.write(move |tx| Ok(tx.query_row(&sql, [], |row| row.get::<_, u32>(0))?)).await
    }

    /// A fresh sign-in link's path.
    pub async fn invite(&self, user: UserId) -> String {
        let invited = self.write(move |tx| people::invite(tx, user, clock::now_ms(), 60_000));
        format!("/join/{}", invited.await.reveal())
    }

    /// Signs in on a new device and gives the cookie.
    pub async fn sign_in(&self, user: UserId) -> String {
        let link = self.invite(user).await;
        let answer = self.send(Request::post(link).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let cookie = answer.headers[SET_COOKIE].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    pub async fn get(&self, path: &str, cookie: &str) -> Answer {
        let request = Request::get(path).header(COOKIE, cookie);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub async fn post_sync(&self, cookie: &str, body: Vec<u8>) -> Answer {
        let request = Request::post("/api/sync").header(COOKIE, cookie);
        self.send(request.body(body.into()).unwrap()).await
    }
}
