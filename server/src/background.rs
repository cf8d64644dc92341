//! Work that goes on beside the requests, on a thread of its own, in turns with rests between.

use std::{
    sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel},
    thread::JoinHandle,
    time::Duration,
};

/// A thread that works in turns. Ends, after the turn that it is at, when it is dropped.
pub struct Background {
    stop: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    /// Starts the thread, which rests for as long as `rest` says, takes a turn, and rests for as long
    /// as that returns.
    ///
    /// # Errors
    /// When the operating system has no thread left.
    pub fn start(
        name: &str,
        mut rest: Duration,
        mut turn: impl FnMut() -> Duration + Send + 'static,
    ) -> std::io::Result<Self> {
        let (stop, stopped) = sync_channel(1);
        let work = move || {
            while stopped.recv_timeout(rest) == Err(RecvTimeoutError::Timeout) {
                rest = turn();
            }
        };
        let thread = std::thread::Builder::new().name(name.into()).spawn(work)?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
