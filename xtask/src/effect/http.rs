//! Sends HTTP requests: the only home of what goes out to registries.
//!
//! Any status is an answer. What stands in the way of an answer is a [`Trouble`], which says whether it may go by.

mod body;
mod message;
mod redirect;
mod trouble;
mod wire;

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::config::Config;
use ureq::tls::{PemItem, RootCerts, TlsConfig};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{ConnectProxyConnector, Connector, RustlsConnector, TcpConnector};

use crate::effect::environment;
use crate::effect::files;

pub use message::{Answer, Body, HeaderValue, Method, Part, PartContent, Progress, Request};
pub use trouble::{Kind, Trouble};

/// What an answer that is kept in memory may have, in bytes. Downloads go through [`Http::fetch`].
const ANSWER_LIMIT_BYTES: u64 = 64 << 20;

/// How long a connection may take to come about, in seconds: a server that is there takes one.
const CONNECT_WAIT_S: u64 = 20;

/// The variable with which OpenSSL, curl and many clients are told of other root certificates, such as a company's.
const ROOTS: &str = "SSL_CERT_FILE";

/// Sends requests, over connections that are kept and used again. Cheap to clone, safe to share between threads.
#[derive(Clone, Debug)]
pub struct Http {
    agent: Agent,
    /// Why the root certificates that were asked for cannot be had.
    roots: Result<(), Arc<str>>,
}

impl Default for Http {
    fn default() -> Http {
        Http::new()
    }
}

impl Http {
    /// Goes through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY` name, unless `NO_PROXY` or the loopback
    /// says otherwise, and trusts Mozilla's root certificates or those in the file that `SSL_CERT_FILE` names.
    pub fn new() -> Http {
        let found = roots();
        let tls = match &found {
            Ok(Some(roots)) => TlsConfig::builder().root_certs(roots.clone()).build(),
            _ => TlsConfig::default(),
        };
        let config = Config::builder()
            .tls_config(tls)
            .user_agent(concat!("cargo-xtask/", env!("CARGO_PKG_VERSION")))
            // Nothing here reads compressed answers, and a digest is one of the bytes as they are served.
            .accept_encoding("identity")
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(Duration::from_secs(CONNECT_WAIT_S)))
            .build();
        // The usual chain of `ureq`, watched below TLS, where a server stops listening, and above, where it speaks.
        let connector =
            ().chain(ConnectProxyConnector::default())
                .chain(TcpConnector::default())
                .chain(wire::Watched)
                .chain(RustlsConnector::default())
                .chain(wire::Watched);
        Http {
            agent: Agent::with_parts(config, connector, DefaultResolver::default()),
            roots: found.map(drop),
        }
    }

    /// Sends a request and reads the answer whole, of at most 64 MiB.
    pub fn send(&self, request: &Request) -> Result<Answer, Trouble> {
        self.follow(request, None)
    }

    /// Sends a request and writes the body of a successful answer to `sink`, however long it is. The body of any
    /// other answer is in the answer: an error's page belongs in no file.
    ///
    /// After an error the sink may hold a part of the body.
    pub fn fetch(&self, request: &Request, sink: &mut dyn Write) -> Result<Answer, Trouble> {
        self.follow(request, Some(sink))
    }

    /// The request, and those that redirects lead to, within the time for all of them.
    fn follow(&self, request: &Request, mut sink: Option<&mut dyn Write>) -> Result<Answer, Trouble> {
        let until = Instant::now() + Duration::from_secs_f64(request.wait_s);
        let mut current = request.clone();
        for turn in 0..=request.redirects {
            let (answer, reader) = self.once(&current, until)?;
            if let Some(next) = redirect::next(&current, &answer)? {
                if turn < request.redirects {
                    current = next;
                    continue;
                }
                if request.redirects > 0 {
                    let found = format!("more than {} redirects, the last to `{}`", turn, next.url);
                    return Err(Trouble::found(request, Kind::TooManyRedirects, found));
                }
            }
            return read(&current, answer, reader, &mut sink);
        }
        unreachable!("the last turn of the loop returns")
    }

    /// One request as it is: the head of the answer, and the body that is still to be read.
    fn once(&self, request: &Request, until: Instant) -> Result<(Answer, ureq::Body), Trouble> {
        if let (Err(why), true) = (&self.roots, request.url.starts_with("https:")) {
            return Err(Trouble::found(request, Kind::Local, why));
        }
        let opened = body::open(request)?;
        let mut builder = ureq::http::Request::builder()
            .method(request.method.word())
            .uri(&request.url);
        if let Some(kind) = &opened.content_type {
            builder = builder.header("content-type", kind);
        }
        for (name, value) in &request.headers {
            // A line end in a value would begin a header of its own: the library refuses it, and so do its names.
            let mut checked = ureq::http::HeaderValue::from_str(value.reveal()).map_err(|_| {
                let found =
                    format!("the value of the header `{name}` holds a line end or another control character");
                Trouble::found(request, Kind::Local, found)
            })?;
            checked.set_sensitive(value.is_secret());
            builder = builder.header(name, checked);
        }
        let body = match opened.reader {
            None => ureq::SendBody::none(),
            Some(reader) => {
                builder = builder.header("content-length", opened.len_bytes);
                ureq::SendBody::from_owned_reader(reader)
            }
        };
        let ready = builder
            .body(body)
            .map_err(|error| Trouble::found(request, Kind::Local, error))?;
        let left = until.saturating_duration_since(Instant::now());
        let mut ready = self.agent.configure_request(ready).timeout_global(Some(left));
        if redirect::is_loopback(&request.url) {
            ready = ready.proxy(None);
        }
        wire::forget_reason();
        let answer = self
            .agent
            .run(ready.build())
            .map_err(|error| Trouble::of(request, error))?;
        let (head, body) = answer.into_parts();
        let text = |it: &ureq::http::HeaderValue| String::from_utf8_lossy(it.as_bytes()).into_owned();
        let answer = Answer {
            status: head.status.as_u16(),
            reason: wire::reason()
                .unwrap_or_else(|| head.status.canonical_reason().unwrap_or_default().to_owned()),
            headers: (head.headers.iter())
                .map(|(name, value)| (name.as_str().to_owned(), text(value)))
                .collect(),
            body: Vec::new(),
            url: request.url.clone(),
        };
        Ok((answer, body))
    }
}

/// Reads the body: into the sink if there is one and the answer is a success, else into the answer.
fn read(
    request: &Request,
    mut answer: Answer,
    mut body: ureq::Body,
    sink: &mut Option<&mut dyn Write>,
) -> Result<Answer, Trouble> {
    let mut reader = body.as_reader();
    let Some(sink) = sink.as_mut().filter(|_| answer.is_success()) else {
        let read = reader
            .by_ref()
            .take(ANSWER_LIMIT_BYTES + 1)
            .read_to_end(&mut answer.body);
        let len = read.map_err(|error| Trouble::of(request, error.into()))?;
        if len as u64 > ANSWER_LIMIT_BYTES {
            let found = format!("the answer has more than {} MiB", ANSWER_LIMIT_BYTES >> 20);
            return Err(Trouble::found(request, Kind::TooLarge, found));
        }
        return Ok(answer);
    };
    let mut buffer = vec![0; 64 << 10];
    loop {
        let len = reader
            .read(&mut buffer)
            .map_err(|error| Trouble::of(request, error.into()))?;
        if len == 0 {
            return Ok(answer);
        }
        sink.write_all(&buffer[..len]).map_err(|error| {
            let found = format!("the answer cannot be kept: {}", files::reason(&error));
            Trouble::found(request, Kind::Local, found)
        })?;
    }
}

/// The root certificates that the environment asks for.
fn roots() -> Result<Option<RootCerts>, Arc<str>> {
    let Some(path) = environment::whole_path_var(ROOTS) else {
        return Ok(None);
    };
    let bytes = files::read(&path).map_err(|error| format!("`{ROOTS}`: {error:#}"))?;
    let certificates: Vec<_> = ureq::tls::parse_pem(&bytes)
        .filter_map(|it| match it {
            Ok(PemItem::Certificate(it)) => Some(it),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(format!("`{ROOTS}`: no certificate in `{}`", path.display()).into());
    }
    Ok(Some(RootCerts::new_with_certs(&certificates)))
}

#[cfg(test)]
mod tests;
