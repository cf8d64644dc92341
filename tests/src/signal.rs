//! The phone's signal: the one way from a browser to the network, which a test can cut.
//!
//! It is a SOCKS5 proxy on this machine through which a browser sends everything. The browser's own
//! offline switch covers only the page, not its service worker or another worker; this covers all
//! of them. It carries connections to this machine only and remembers what else was asked for, so
//! that a request to a stranger is seen whoever made it, and never leaves.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::net::{Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// A signal that starts out good. Clones are the same signal.
#[derive(Debug, Clone)]
pub struct Signal {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    lost: bool,
    asked: BTreeSet<String>,
    carried: BTreeMap<u64, [TcpStream; 2]>,
    next: u64,
}

impl Signal {
    /// Starts to carry connections.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on this machine");
        let address = listener.local_addr().expect("a bound socket has an address");
        let signal = Self { address, state: Arc::default() };
        let serving = signal.clone();
        // Ends with the test's process: it holds a port and nothing else.
        thread::spawn(move || {
            for browser in listener.incoming().flatten() {
                let signal = serving.clone();
                // A connection that fails is a bad signal, which is what this is.
                thread::spawn(move || signal.carry(browser).ok());
            }
        });
        signal
    }

    /// What a browser's `--proxy-server` wants.
    pub fn address(&self) -> String {
        format!("socks5://{}", self.address)
    }

    /// Cuts every connection in the middle of whatever it carries and refuses new ones.
    pub fn lose(&self) {
        let mut state = self.state();
        state.lost = true;
        for end in state.carried.values().flatten() {
            end.shutdown(Shutdown::Both).ok();
        }
    }

    /// Carries connections again.
    pub fn regain(&self) {
        self.state().lost = false;
    }

    /// Every `host:port` that a connection was asked for since this was last asked, made or not.
    pub fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state().asked).into_iter().collect()
    }

    fn carry(&self, mut browser: TcpStream) -> io::Result<()> {
        let (host, port) = read_request(&mut browser)?;
        let here = host == "127.0.0.1" || host == "localhost";
        let lost = {
            let mut state = self.state();
            state.asked.insert(format!("{host}:{port}"));
            state.lost
        };
        let server =
            if !here || lost { None } else { TcpStream::connect(("127.0.0.1", port)).ok() };
        let Some(server) = server else {
            return browser.write_all(&answer(HOST_UNREACHABLE));
        };
        browser.write_all(&answer(SUCCEEDED))?;
        let ends = [browser.try_clone()?, server.try_clone()?];
        let Some(ticket) = self.admit(ends) else {
            return browser.shutdown(Shutdown::Both);
        };
        let back = pump(server.try_clone()?, browser.try_clone()?);
        let forth = pump(browser, server);
        forth.join().ok();
        back.join().ok();
        self.state().carried.remove(&ticket);
        Ok(())
    }

    /// Notes a connection so that it can be cut; `None` if the signal went while it was made.
    fn admit(&self, ends: [TcpStream; 2]) -> Option<u64> {
        let mut state = self.state();
        if state.lost {
            return None;
        }
        let ticket = state.next;
        state.next += 1;
        state.carried.insert(ticket, ends);
        Some(ticket)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const SUCCEEDED: u8 = 0;
const HOST_UNREACHABLE: u8 = 4;

/// The answer to a request, with the bound address that nobody reads.
fn answer(outcome: u8) -> [u8; 10] {
    [5, outcome, 0, 1, 0, 0, 0, 0, 0, 0]
}

/// Reads the greeting and the request of RFC 1928, as far as a browser uses them.
fn read_request(browser: &mut TcpStream) -> io::Result<(String, u16)> {
    let [_version, methods] = read(browser)?;
    io::copy(&mut browser.take(methods.into()), &mut io::sink())?;
    browser.write_all(&[5, 0])?;
    let [_version, _connect, _reserved, kind] = read(browser)?;
    let host = match kind {
        1 => read::<4>(browser)?.map(|byte| byte.to_string()).join("."),
        4 => Ipv6Addr::from(read::<16>(browser)?).to_string(),
        _ => {
            let [length] = read(browser)?;
            let mut name = vec![0; length.into()];
            browser.read_exact(&mut name)?;
            String::from_utf8_lossy(&name).into_owned()
        }
    };
    Ok((host, u16::from_be_bytes(read(browser)?)))
}

fn read<const N: usize>(from: &mut TcpStream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Moves bytes one way until either end is done.
fn pump(mut from: TcpStream, mut to: TcpStream) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        // A connection that was cut ends this direction, as it should.
        io::copy(&mut from, &mut to).ok();
        to.shutdown(Shutdown::Write).ok();
    })
}
