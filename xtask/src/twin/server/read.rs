//! Reads requests of HTTP/1.1 from a connection (RFC 9112).

use std::io::{self, ErrorKind, Read, Write};

use super::message::{Incoming, read_query};

/// What the lines before the body may have, in bytes.
const HEAD_LIMIT_BYTES: usize = 64 << 10;

/// How many headers a request may have.
const HEADERS_LIMIT: usize = 128;

/// What a body may have, in bytes. It is kept in memory: what a registry would store, the twin keeps anyway.
pub(super) const BODY_LIMIT_BYTES: u64 = 512 << 20;

/// What is read at once, in bytes.
const STEP_BYTES: usize = 64 << 10;

/// The head of a request, and how long the body is.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) incoming: Incoming,
    /// The query as it came.
    pub(super) query: String,
    pub(super) length: Length,
    /// Whether the client waits for a word before it sends the body.
    pub(super) expects_100: bool,
    /// Whether the client wants the connection closed after this.
    pub(super) wants_close: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    Bytes(u64),
    Chunked,
}

/// Why there is no request.
#[derive(Debug)]
pub(super) enum Unread {
    /// The connection ended, between requests or in one.
    Ended,
    /// The client sent something that is no request: a status and why.
    Refused(u16, &'static str),
}

impl From<io::Error> for Unread {
    fn from(_: io::Error) -> Unread {
        Unread::Ended
    }
}

/// A connection, with what has been read ahead.
#[derive(Debug)]
pub(super) struct Source<S> {
    pub(super) stream: S,
    ahead: Vec<u8>,
}

impl<S: Read + Write> Source<S> {
    pub(super) fn new(stream: S) -> Source<S> {
        let ahead = Vec::new();
        Source { stream, ahead }
    }

    /// Reads more; the number of bytes, 0 at the end.
    fn more(&mut self) -> io::Result<usize> {
        let len = self.ahead.len();
        self.ahead.resize(len + STEP_BYTES, 0);
        let read = loop {
            match self.stream.read(&mut self.ahead[len..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                done => break done,
            }
        };
        self.ahead.truncate(len + read.as_ref().copied().unwrap_or(0));
        read
    }

    /// The next head.
    pub(super) fn head(&mut self) -> Result<Head, Unread> {
        loop {
            if let Some((head, len)) = read_head(&self.ahead)? {
                self.ahead.drain(..len);
                return Ok(head);
            }
            if self.ahead.len() > HEAD_LIMIT_BYTES {
                return Err(Unread::Refused(431, "the headers are too long"));
            }
            if self.more()? == 0 {
                return Err(Unread::Ended);
            }
        }
    }

    /// The body, as the head says.
    pub(super) fn body(&mut self, head: &Head) -> Result<Vec<u8>, Unread> {
        self.invite(head)?;
        match head.length {
            Length::Bytes(len) => self.exactly(len),
            Length::Chunked => self.chunks(),
        }
    }

    /// Half of the body, for a connection that breaks then; `false` if there is none.
    pub(super) fn half_a_body(&mut self, head: &Head) -> Result<bool, Unread> {
        let half = match head.length {
            Length::Bytes(0) => return Ok(false),
            Length::Bytes(len) => len / 2,
            // As long as the first chunk is.
            Length::Chunked => 1,
        };
        self.invite(head)?;
        self.exactly(half).map(|_| true)
    }

    /// Says that the body may come.
    fn invite(&mut self, head: &Head) -> io::Result<()> {
        if head.expects_100 {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        Ok(())
    }

    fn exactly(&mut self, len: u64) -> Result<Vec<u8>, Unread> {
        if len > BODY_LIMIT_BYTES {
            return Err(Unread::Refused(413, "the body is too large"));
        }
        let len = usize::try_from(len).map_err(|_| Unread::Refused(413, "the body is too large"))?;
        let ready = self.ahead.len().min(len);
        let mut body: Vec<u8> = self.ahead.drain(..ready).collect();
        let rest = (len - ready) as u64;
        let read = Read::by_ref(&mut self.stream).take(rest).read_to_end(&mut body)?;
        if (read as u64) < rest {
            return Err(Unread::Ended);
        }
        Ok(body)
    }

    /// Reads up to a line end, which is left out.
    fn line(&mut self) -> Result<Vec<u8>, Unread> {
        loop {
            if let Some(end) = memchr::memmem::find(&self.ahead, b"\r\n") {
                let line = self.ahead.drain(..end + 2).take(end).collect();
                return Ok(line);
            }
            if self.ahead.len() > HEAD_LIMIT_BYTES + STEP_BYTES {
                return Err(Unread::Refused(400, "a line of the body is too long"));
            }
            if self.more()? == 0 {
                return Err(Unread::Ended);
            }
        }
    }

    /// A body in chunks (RFC 9112, section 7.1).
    fn chunks(&mut self) -> Result<Vec<u8>, Unread> {
        let refused = || Unread::Refused(400, "the chunks of the body are broken");
        let mut body = Vec::new();
        loop {
            let line = String::from_utf8(self.line()?).map_err(|_| refused())?;
            let digits = line.split(';').next().unwrap_or_default().trim();
            let len = u64::from_str_radix(digits, 16).map_err(|_| refused())?;
            if len == 0 {
                // Trailers, up to an empty line.
                while !self.line()?.is_empty() {}
                return Ok(body);
            }
            if body.len() as u64 + len > BODY_LIMIT_BYTES {
                return Err(Unread::Refused(413, "the body is too large"));
            }
            body.extend(self.exactly(len)?);
            if !self.line()?.is_empty() {
                return Err(refused());
            }
        }
    }
}

/// The head and its length, once it is whole.
fn read_head(bytes: &[u8]) -> Result<Option<(Head, usize)>, Unread> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_LIMIT];
    let mut request = httparse::Request::new(&mut headers);
    let len = match request.parse(bytes) {
        Ok(httparse::Status::Complete(len)) => len,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => {
            return Err(Unread::Refused(431, "there are too many headers"));
        }
        Err(_) => return Err(Unread::Refused(400, "this is no request of HTTP/1.1")),
    };
    let target = request.path.unwrap_or_default();
    // A client that takes this for a proxy sends the whole URL.
    let target = match target.split_once("://") {
        Some((_, rest)) if !target.starts_with('/') => rest.find('/').map_or("/", |at| &rest[at..]),
        _ => target,
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let incoming = Incoming {
        method: request.method.unwrap_or_default().to_owned(),
        path: path.to_owned(),
        query: read_query(query),
        headers: (request.headers.iter())
            .map(|it| {
                let value = String::from_utf8_lossy(it.value).into_owned();
                (it.name.to_ascii_lowercase(), value)
            })
            .collect(),
        body: Vec::new(),
    };
    let has = |name: &str, word: &str| {
        let value = incoming.header(name).unwrap_or_default();
        value.split(',').any(|it| it.trim().eq_ignore_ascii_case(word))
    };
    let is_old = request.version == Some(0);
    let length = if has("transfer-encoding", "chunked") {
        Length::Chunked
    } else {
        let text = incoming.header("content-length").unwrap_or("0");
        let bytes = text.trim().parse();
        Length::Bytes(bytes.map_err(|_| Unread::Refused(400, "the length of the body is no number"))?)
    };
    let head = Head {
        query: query.to_owned(),
        length,
        expects_100: has("expect", "100-continue"),
        wants_close: has("connection", "close") || (is_old && !has("connection", "keep-alive")),
        incoming,
    };
    Ok(Some((head, len)))
}
