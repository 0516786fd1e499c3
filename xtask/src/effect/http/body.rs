//! Opens the body of a request: how long it is, and a reader that reads files while they are sent.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Cursor, Read};
use std::path::Path;

use super::{Body, Kind, Method, Part, PartContent, Progress, Request, Trouble};
use crate::effect::files;

/// A body that is ready to be sent.
pub(super) struct Opened {
    pub(super) reader: Option<Counted>,
    pub(super) len_bytes: u64,
    pub(super) content_type: Option<String>,
}

/// What went wrong on this side while a body was read, so that it is not taken for the server's doing.
#[derive(Debug)]
pub(super) struct OwnFault(pub(super) String);

impl fmt::Display for OwnFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for OwnFault {}

type Piece = (Box<dyn Read>, u64);

/// Opens what is to be sent. Files are opened now and read later.
pub(super) fn open(request: &Request) -> Result<Opened, Trouble> {
    let mut content_type = request.content_type.clone();
    let pieces = match &request.body {
        // A server waits for the length of these, be it 0 (RFC 9110, section 8.6).
        Body::Empty if matches!(request.method, Method::Post | Method::Put | Method::Patch) => Vec::new(),
        Body::Empty => {
            return Ok(Opened {
                reader: None,
                len_bytes: 0,
                content_type: None,
            });
        }
        Body::Bytes(bytes) => vec![of_bytes(bytes.clone())],
        Body::File(path) => vec![of_file(path).map_err(|it| Trouble::found(request, Kind::Local, it))?],
        Body::Multipart(parts) => {
            let boundary = boundary();
            content_type = Some(format!("multipart/form-data; boundary={boundary}"));
            form(parts, &boundary).map_err(|it| Trouble::found(request, Kind::Local, it))?
        }
    };
    let len_bytes = pieces.iter().map(|(_, len)| len).sum();
    let start: Box<dyn Read> = Box::new(io::empty());
    let reader = (pieces.into_iter()).fold(start, |whole, (piece, _)| Box::new(whole.chain(piece)));
    Ok(Opened {
        reader: Some(Counted {
            inner: reader,
            left: len_bytes,
            progress: request.progress.clone(),
        }),
        len_bytes,
        content_type,
    })
}

fn of_bytes(bytes: Vec<u8>) -> Piece {
    let len = bytes.len() as u64;
    (Box::new(Cursor::new(bytes)), len)
}

fn of_file(path: &Path) -> anyhow::Result<Piece> {
    let file = files::open(path)?;
    let len = file
        .metadata()
        .map_err(|it| files::said("read", path, &it))?
        .len();
    let name = path.display().to_string();
    let exact = Exact {
        inner: file.take(len),
        left: len,
        name,
    };
    Ok((Box::new(exact), len))
}

/// The pieces of a form: a head before each value, and the end (RFC 7578, RFC 2046 section 5.1.1).
fn form(parts: &[Part], boundary: &str) -> anyhow::Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    for part in parts {
        let mut head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"",
            escape(&part.name)
        );
        if let Some(name) = &part.file_name {
            head += "; filename=\"";
            head += &escape(name);
            head.push('"');
        }
        if let Some(kind) = &part.content_type {
            head += "\r\nContent-Type: ";
            head += &escape(kind);
        }
        head += "\r\n\r\n";
        pieces.push(of_bytes(head.into_bytes()));
        pieces.push(match &part.content {
            PartContent::Bytes(bytes) => of_bytes(bytes.clone()),
            PartContent::File(path) => of_file(path)?,
        });
        pieces.push(of_bytes(b"\r\n".to_vec()));
    }
    pieces.push(of_bytes(format!("--{boundary}--\r\n").into_bytes()));
    Ok(pieces)
}

/// No text can leave its place in the head of a part: escaped as browsers do it (the standard HTML, 4.10.21.8).
fn escape(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// A line that no file holds, since nobody can know it before: the keys of the standard library's hash are random.
fn boundary() -> String {
    let random = |seed: u8| RandomState::new().hash_one(seed);
    format!("xtask-{:016x}{:016x}", random(0), random(1))
}

/// A file that must have as many bytes as it had when it was opened: the length has been said to the server.
struct Exact<R> {
    inner: R,
    left: u64,
    name: String,
}

impl<R: Read> Read for Exact<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let fault = |why: &str| io::Error::other(OwnFault(format!("cannot read `{}`: {why}", self.name)));
        let len = (self.inner.read(buffer)).map_err(|error| fault(&files::reason(&error)))?;
        if len == 0 && self.left > 0 && !buffer.is_empty() {
            return Err(fault("it became shorter while it was sent"));
        }
        self.left -= len as u64;
        Ok(len)
    }
}

/// A body that says how far it is.
pub(super) struct Counted {
    inner: Box<dyn Read>,
    left: u64,
    progress: Option<Progress>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.inner.read(buffer)?;
        self.left -= len as u64;
        if let Some(progress) = self.progress.as_ref().filter(|_| len > 0) {
            progress(len as u64);
        }
        Ok(len)
    }
}
