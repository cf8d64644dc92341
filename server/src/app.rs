//! What every handler may reach.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use crate::{poke::Pokes, store::Store};

/// How long a request may take, uploads over a bad connection included.
pub const REQUEST_TIME_MAX: Duration = Duration::from_secs(120);

/// What every handler may reach.
#[derive(Clone)]
pub struct App {
    /// The disk.
    pub store: Store,
    /// The phones that wait to be told of something new.
    pub pokes: Pokes,
    /// Where people reach the server, without a slash at the end: `https://example.org`.
    pub public_url: Arc<str>,
    /// Turns true when the server stops.
    pub stopping: watch::Receiver<bool>,
}

impl App {
    /// Whether people reach the server over TLS.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
