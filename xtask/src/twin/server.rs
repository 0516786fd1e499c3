//! An HTTP server on the loopback: what all local registries of the twin are built on.

mod connection;
mod message;
mod read;

use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::twin::fault::Faults;

pub use message::{Incoming, Reply};

/// How many connections are served at once. Others wait until one ends.
const CONNECTIONS_LIMIT: usize = 64;

/// How long a connection may lie idle: clients keep them, and then go away without a word.
const IDLE: Duration = Duration::from_secs(30);

/// How long the rest of what a client sends is read after the last answer.
const LINGER: Duration = Duration::from_secs(2);

/// What a server is about: a registry, or a part of one. It is asked from several threads.
pub trait Site: Send + Sync {
    /// Answers a request. `base` is where this server is, such as `http://127.0.0.1:4711`.
    fn answer(&self, request: &Incoming, base: &str) -> Reply;

    /// Is told of a request whose body broke off, for what a registry keeps of such a one. It has no body.
    fn cut(&self, _: &Incoming, _: &str) {}
}

/// A request that came, and what became of it. It is noted before the answer goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// The method.
    pub method: String,
    /// The path, as it came.
    pub path: String,
    /// The query, as it came.
    pub query: String,
    /// The status of the answer, 0 where none was sent.
    pub status: u16,
    /// When, counted from the start of the server.
    pub at: Duration,
    /// The faults that hit it, as they were written.
    pub fault: String,
}

/// A server that runs until the value goes.
pub struct Server {
    state: Arc<State>,
    accepting: Option<JoinHandle<()>>,
}

/// What the threads of a server share.
struct State {
    site: Arc<dyn Site>,
    base: String,
    faults: Faults,
    started: Instant,
    log: Mutex<Vec<Logged>>,
    open: Mutex<Open>,
    /// Told when a connection ends and when the server stops.
    changed: Condvar,
}

/// The connections that are open.
#[derive(Default)]
struct Open {
    is_stopped: bool,
    next: u64,
    connections: Vec<(u64, TcpStream)>,
}

impl Server {
    /// Listens on a port of 127.0.0.1, or on a free one for 0.
    pub fn start(site: Arc<dyn Site>, port: u16, faults: Faults) -> anyhow::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .with_context(|| format!("cannot listen on port {port} of this machine"))?;
        let address = listener.local_addr().context("cannot tell the port")?;
        let state = Arc::new(State {
            site,
            base: format!("http://{address}"),
            faults,
            started: Instant::now(),
            log: Mutex::default(),
            open: Mutex::default(),
            changed: Condvar::new(),
        });
        let shared = Arc::clone(&state);
        let accepting = std::thread::spawn(move || accept(&shared, &listener));
        Ok(Server {
            state,
            accepting: Some(accepting),
        })
    }

    /// Where it is, such as `http://127.0.0.1:4711`, without a slash at the end.
    pub fn base(&self) -> String {
        self.state.base.clone()
    }

    /// The requests that came, in their order.
    pub fn log(&self) -> Vec<Logged> {
        let log = self.state.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.clone()
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Server({})", self.state.base)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state.stop();
        // The thread waits in `accept`: a connection wakes it.
        let _ = TcpStream::connect(self.state.base.trim_start_matches("http://"));
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

/// Takes connections until the server stops, then waits until the last has ended.
fn accept(state: &Arc<State>, listener: &TcpListener) {
    std::thread::scope(|scope| {
        for stream in listener.incoming() {
            // An error is one of a connection that went before it was taken.
            let copied = stream.and_then(|it| Ok((it.try_clone()?, it)));
            let Ok((copy, stream)) = copied else { continue };
            let Some(ticket) = state.admit(copy) else { return };
            scope.spawn(move || {
                let _place = Place { state, ticket };
                // Requests come in several writes, and answers go out in one: nothing is gained by waiting for more.
                let _ = stream.set_nodelay(true);
                let _ = stream.set_read_timeout(Some(IDLE));
                connection::serve(state, &stream);
            });
        }
    });
}

/// The place of a connection. It is given back also when the thread panics, and the copy of the stream with it, which
/// would keep the connection open.
struct Place<'a> {
    state: &'a State,
    ticket: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut open = self.state.open();
        open.connections.retain(|(it, _)| *it != self.ticket);
        self.state.changed.notify_all();
    }
}

impl State {
    /// Waits for a place and takes it; `None` once the server has stopped.
    fn admit(&self, stream: TcpStream) -> Option<u64> {
        let mut open = self.open();
        while !open.is_stopped && open.connections.len() >= CONNECTIONS_LIMIT {
            open = self.changed.wait(open).unwrap_or_else(PoisonError::into_inner);
        }
        if open.is_stopped {
            return None;
        }
        let ticket = open.next;
        open.next += 1;
        open.connections.push((ticket, stream));
        Some(ticket)
    }

    fn stop(&self) {
        let mut open = self.open();
        open.is_stopped = true;
        for (_, stream) in &open.connections {
            let _ = stream.shutdown(Shutdown::Both);
        }
        self.changed.notify_all();
    }

    fn count(&self) -> usize {
        self.open().connections.len()
    }

    /// Delays an answer, unless the server stops meanwhile.
    fn wait(&self, delay: Duration) {
        if !delay.is_zero() {
            let open = self.open();
            let _ = self.changed.wait_timeout_while(open, delay, |it| !it.is_stopped);
        }
    }

    /// Waits until the server stops.
    fn wait_for_the_end(&self) {
        let open = self.open();
        drop(self.changed.wait_while(open, |it| !it.is_stopped));
    }

    fn push(&self, logged: Logged) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.push(logged);
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
