//! Runs the server from the first accepted connection to a clean end.

use std::{
    net::SocketAddr,
    panic,
    time::{Duration, Instant},
};

use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};
use tracing::Level;
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{
    app::App,
    commands::Failure,
    cut_off,
    poke::{self, Pokes},
    projector, router,
    store::{Store, StoreError},
    tell,
};

/// How long requests may take to finish once the server is asked to stop.
const GRACE: Duration = Duration::from_secs(5);

/// "File size limit exceeded", by its number on Linux and macOS.
const SIGXFSZ: i32 = 25;

/// Serves until it is asked to stop. `on_bound` is told the address once connections are taken.
///
/// # Errors
/// When the address cannot be used, or the database refuses.
pub fn serve(
    store: &Store,
    listen: SocketAddr,
    public_url: Option<String>,
    on_bound: impl FnOnce(&Store, SocketAddr) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // Whoever reads the address may stop the server at once, and the first write may be one too
    // many for the disk: the signals are heard before that.
    let signals = {
        let _inside = runtime.enter();
        Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            _file_too_large: signal(SignalKind::from_raw(SIGXFSZ))?,
        }
    };
    let listener = runtime.block_on(TcpListener::bind(listen)).map_err(|error| {
        format!("{listen} cannot be listened on ({error}): choose another with --listen.")
    })?;
    let address = listener.local_addr()?;
    let public_url = public_url.unwrap_or_else(|| format!("http://{address}"));
    let public_url = public_url.trim_end_matches('/').to_owned();
    remember(store, public_url.clone())?;
    let projector = projector::start(store.clone())?;
    let cut_off = cut_off::start(store.clone())?;
    let teller = tell::start(store.clone())?;
    on_bound(store, address)?;
    let served = runtime.block_on(run(store.clone(), listener, public_url, signals));
    tracing::info!("stopping");
    // What is still running has had its grace.
    runtime.shutdown_timeout(Duration::from_millis(200));
    drop(teller);
    drop(cut_off);
    drop(projector);
    store.close();
    served
}

/// Links are printed by other commands too. Without room for it, the server serves what it has.
fn remember(store: &Store, public_url: String) -> Result<(), StoreError> {
    let remembered = store.write_now(move |tx| {
        tx.execute("UPDATE meta SET public_url = ?1 WHERE public_url <> ?1", [public_url])?;
        Ok::<_, StoreError>(())
    });
    match remembered {
        Err(error) if error.is_lack_of_room() => {
            tracing::error!(%error, "links will name the address that was used before");
            Ok(())
        }
        other => other,
    }
}

/// What asks the server to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    /// Heard so that it does not end the server: a file that may not grow is like a full disk.
    _file_too_large: Signal,
}

async fn run(
    store: Store,
    listener: TcpListener,
    public_url: String,
    mut signals: Signals,
) -> Result<(), Failure> {
    let (stop, stopping) = watch::channel(false);
    let app = App {
        store: store.clone(),
        pokes: Pokes::default(),
        public_url: public_url.into(),
        stopping: stopping.clone(),
    };
    tokio::spawn(poke::announce(store, app.pokes.clone(), stopping.clone()));
    let mut stopped = stopping.clone();
    let server = axum::serve(listener, router::router(app))
        .with_graceful_shutdown(async move { drop(stopped.wait_for(|stop| *stop).await) });
    let mut server = std::pin::pin!(server.into_future());
    tokio::select! {
        served = &mut server => return Ok(served?),
        _ = signals.terminate.recv() => {}
        _ = signals.interrupt.recv() => {}
    }
    // Ends the streams of server-sent events too, which would never end by themselves.
    stop.send_replace(true);
    let asked = Instant::now();
    if tokio::time::timeout(GRACE, server).await.is_err() {
        let waited_ms = u64::try_from(asked.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::warn!(waited_ms, "requests were cut off");
    }
    Ok(())
}

/// Log lines as JSON on standard error. A server says what it does, a command only what is amiss.
pub fn log_to_stderr(serves: bool) {
    let level = if serves { Level::INFO } else { Level::WARN };
    // Nothing of what libraries say: they name what they work on, which is somebody's data, and
    // writing down every change that is parsed would take longer than storing it.
    let own = Targets::new().with_target(env!("CARGO_PKG_NAME"), level);
    let lines = tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines).with(own).init();
    // The usual message of a panic may quote what was being worked on: somebody's data.
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panicked");
    }));
}
