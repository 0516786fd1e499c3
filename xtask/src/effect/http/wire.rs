//! Watches a connection: keeps the words beside a status, and reads the answer of a server that stopped listening.

use std::cell::RefCell;
use std::io::{self, ErrorKind};

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

thread_local! {
    /// The words of the last status line. `ureq` reads an answer on the thread that asked, and drops them.
    static REASON: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Forgets the words of an answer before.
pub(super) fn forget_reason() {
    REASON.with_borrow_mut(|it| *it = None);
}

/// The words beside the status that this thread has read last.
pub(super) fn reason() -> Option<String> {
    REASON.with_borrow_mut(Option::take)
}

/// Wraps each connection.
#[derive(Debug)]
pub(super) struct Watched;

impl<In: Transport> Connector<In> for Watched {
    type Out = Connection<In>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Connection<In>>, Error> {
        Ok(chained.map(|inner| Connection {
            inner,
            is_deaf: false,
            awaits_head: false,
        }))
    }
}

#[derive(Debug)]
pub(super) struct Connection<T> {
    inner: T,
    /// The server reads no more.
    is_deaf: bool,
    awaits_head: bool,
}

impl<T: Transport> Transport for Connection<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.awaits_head = true;
        if self.is_deaf {
            return Ok(());
        }
        match self.inner.transmit_output(amount, timeout) {
            // A server may answer before it has read the body, 413 or 401, and close. Its answer is worth more than
            // that the rest could not be sent; if there is none, reading tells the same.
            Err(Error::Io(error)) if is_end(&error) => {
                self.is_deaf = true;
                Ok(())
            }
            done => done,
        }
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let progress = match self.inner.await_input(timeout) {
            // `ureq` takes a connection that broke for one that was closed, and an answer without a length for whole.
            Err(Error::Io(error)) if is_end(&error) => {
                return Err(Error::Io(io::Error::new(ErrorKind::BrokenPipe, error)));
            }
            done => done?,
        };
        if self.awaits_head
            && let Some(reason) = reason_of(self.inner.buffers().input())
        {
            self.awaits_head = false;
            REASON.with_borrow_mut(|it| *it = Some(reason));
        }
        Ok(progress)
    }

    fn is_open(&mut self) -> bool {
        !self.is_deaf && self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

fn is_end(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::BrokenPipe
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::UnexpectedEof
    )
}

/// The words of `HTTP/1.1 403 The words`, once the line is whole.
fn reason_of(mut input: &[u8]) -> Option<String> {
    loop {
        let end = memchr::memchr(b'\n', input)?;
        let line = String::from_utf8_lossy(&input[..end]);
        let mut words = line.trim_end().splitn(3, ' ');
        words.next().filter(|it| it.starts_with("HTTP/1."))?;
        let status: u16 = words.next()?.parse().ok()?;
        if status >= 200 {
            return Some(words.next().unwrap_or_default().trim().to_owned());
        }
        // 100 and its like come before the answer.
        let end = memchr::memmem::find(input, b"\r\n\r\n")?;
        input = &input[end + 4..];
    }
}
