//! What is sent and what comes back.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Kind, Trouble};
use crate::effect::report::mask;

/// How long a request may take with its body, its answer and its redirects, in seconds, unless it says otherwise.
const WAIT_S: f64 = 120.0;

/// How many redirects are followed, unless a request says otherwise.
const REDIRECTS: u32 = 5;

/// What is to be done with what the URL names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Read it.
    Get,
    /// Ask whether it is there.
    Head,
    /// Give it something.
    Post,
    /// Put something in its place.
    Put,
    /// Change a part of it.
    Patch,
    /// Remove it.
    Delete,
}

impl Method {
    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }

    /// Whether it only reads.
    pub fn is_reading(self) -> bool {
        matches!(self, Method::Get | Method::Head)
    }
}

/// The value of a header. One that was made of a secret shows as the secret's name.
#[derive(Clone, PartialEq, Eq)]
pub struct HeaderValue {
    text: String,
    secret: Option<&'static str>,
}

impl HeaderValue {
    /// A value that must not be seen, and the name that is shown in its place.
    pub fn secret(text: String, name: &'static str) -> HeaderValue {
        HeaderValue {
            text,
            secret: Some(name),
        }
    }

    /// Whether it goes to no other host than the one it is meant for.
    pub fn is_secret(&self) -> bool {
        self.secret.is_some()
    }

    /// The value itself, for the wire.
    pub fn reveal(&self) -> &str {
        &self.text
    }
}

impl<T: Into<String>> From<T> for HeaderValue {
    fn from(text: T) -> HeaderValue {
        HeaderValue {
            text: text.into(),
            secret: None,
        }
    }
}

impl fmt::Debug for HeaderValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.secret {
            Some(name) => write!(f, "${name}"),
            None => write!(f, "{:?}", self.text),
        }
    }
}

/// What goes along with a request.
#[derive(Clone, Debug)]
pub enum Body {
    /// Nothing.
    Empty,
    /// Bytes at hand.
    Bytes(Vec<u8>),
    /// A file, read while it is sent.
    File(PathBuf),
    /// A form with files (RFC 7578), read while it is sent.
    Multipart(Vec<Part>),
}

/// A field of a form.
#[derive(Clone, Debug)]
pub struct Part {
    /// The name of the field.
    pub name: String,
    /// The name of the file, if the field is one.
    pub file_name: Option<String>,
    /// The media type, if it is not plain text.
    pub content_type: Option<String>,
    /// The value.
    pub content: PartContent,
}

impl Part {
    /// A field with a text.
    pub fn text(name: impl Into<String>, value: impl Into<String>) -> Part {
        Part {
            name: name.into(),
            file_name: None,
            content_type: None,
            content: PartContent::Bytes(value.into().into_bytes()),
        }
    }

    /// A field with a file under a name.
    pub fn file(
        name: impl Into<String>,
        file_name: impl Into<String>,
        content_type: impl Into<String>,
        path: impl Into<PathBuf>,
    ) -> Part {
        Part {
            name: name.into(),
            file_name: Some(file_name.into()),
            content_type: Some(content_type.into()),
            content: PartContent::File(path.into()),
        }
    }
}

/// The value of a field.
#[derive(Clone, Debug)]
pub enum PartContent {
    /// Bytes at hand.
    Bytes(Vec<u8>),
    /// A file, read while it is sent.
    File(PathBuf),
}

/// What is told of the bytes of a body that have gone out since the last call. Threads may share it.
pub type Progress = Arc<dyn Fn(u64) + Send + Sync>;

/// A request. Nothing happens until [`super::Http`] sends it, and the same may be sent again.
#[derive(Clone)]
pub struct Request {
    /// What is to be done.
    pub method: Method,
    /// The whole URL.
    pub url: String,
    /// The headers, without those that the body brings.
    pub headers: Vec<(String, HeaderValue)>,
    /// The body.
    pub body: Body,
    /// The media type of the body; a form has its own.
    pub content_type: Option<String>,
    /// How long all of it may take, redirects and the answer's body included, in seconds.
    pub wait_s: f64,
    /// How many redirects are followed. With 0 a redirect is the answer.
    pub redirects: u32,
    /// Whom to tell how far the body is.
    pub progress: Option<Progress>,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: Method, url: impl Into<String>) -> Request {
        Request {
            method,
            url: url.into(),
            headers: Vec::new(),
            body: Body::Empty,
            content_type: None,
            wait_s: WAIT_S,
            redirects: REDIRECTS,
            progress: None,
        }
    }

    /// `GET`.
    pub fn get(url: impl Into<String>) -> Request {
        Request::new(Method::Get, url)
    }

    /// `HEAD`.
    pub fn head(url: impl Into<String>) -> Request {
        Request::new(Method::Head, url)
    }

    /// `POST`.
    pub fn post(url: impl Into<String>) -> Request {
        Request::new(Method::Post, url)
    }

    /// `PUT`.
    pub fn put(url: impl Into<String>) -> Request {
        Request::new(Method::Put, url)
    }

    /// `PATCH`.
    pub fn patch(url: impl Into<String>) -> Request {
        Request::new(Method::Patch, url)
    }

    /// `DELETE`.
    pub fn delete(url: impl Into<String>) -> Request {
        Request::new(Method::Delete, url)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<HeaderValue>) -> Request {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds a header that was made of a secret: [`crate::effect::secret::Secret::header`] or `basic`.
    #[must_use]
    pub fn secret(self, name: impl Into<String>, value: HeaderValue) -> Request {
        assert!(value.is_secret(), "a plain header is added by `header`");
        self.header(name, value)
    }

    /// Says which media types are wanted.
    #[must_use]
    pub fn accept(self, types: impl Into<String>) -> Request {
        self.header("accept", types.into())
    }

    /// Sends a JSON document.
    #[must_use]
    pub fn json(self, document: &impl Serialize) -> Request {
        let bytes = serde_json::to_vec(document).expect("a document with text as its keys");
        self.bytes("application/json", bytes)
    }

    /// Sends bytes.
    #[must_use]
    pub fn bytes(mut self, content_type: impl Into<String>, bytes: Vec<u8>) -> Request {
        self.content_type = Some(content_type.into());
        self.body = Body::Bytes(bytes);
        self
    }

    /// Sends a file.
    #[must_use]
    pub fn file(mut self, content_type: impl Into<String>, path: impl Into<PathBuf>) -> Request {
        self.content_type = Some(content_type.into());
        self.body = Body::File(path.into());
        self
    }

    /// Sends a form with files.
    #[must_use]
    pub fn multipart(mut self, parts: Vec<Part>) -> Request {
        self.content_type = None;
        self.body = Body::Multipart(parts);
        self
    }

    /// Sets how long all of it may take.
    #[must_use]
    pub fn wait_s(mut self, wait_s: f64) -> Request {
        self.wait_s = wait_s;
        self
    }

    /// Sets how many redirects are followed.
    #[must_use]
    pub fn redirects(mut self, redirects: u32) -> Request {
        self.redirects = redirects;
        self
    }

    /// Has somebody told how far the body is.
    #[must_use]
    pub fn progress(mut self, progress: Progress) -> Request {
        self.progress = Some(progress);
        self
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = mask::clean(&self.url);
        write!(f, "{} {url} {:?}", self.method.word(), self.headers)
    }
}

/// What a server has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status, such as 201.
    pub status: u16,
    /// The words beside the status; Chocolatey's registry puts its reason there.
    pub reason: String,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, unless it went elsewhere.
    pub body: Vec<u8>,
    /// The URL that answered, after redirects.
    pub url: String,
}

impl Answer {
    /// Whether the status is one of success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(it, _)| it.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The body as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as a JSON document.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Trouble> {
        serde_json::from_slice(&self.body).map_err(|error| Trouble {
            kind: Kind::BadAnswer,
            what: mask::clean(&format!(
                "`{}` answered no JSON of the known form: {error}",
                self.url
            )),
        })
    }
}
