//! Why there is no answer, and whether it may go by.

use std::fmt;
use std::io::{self, ErrorKind};

use super::Request;
use super::body::OwnFault;
use crate::effect::files;
use crate::effect::report::mask;

/// What kind of trouble it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No connection came about.
    Connect,
    /// The name of the host was not found.
    Dns,
    /// It took too long.
    Timeout,
    /// The connection ended or broke in the middle: the server may have done what was asked, or not.
    Reset,
    /// The server's certificate or its TLS is not to be trusted, or a redirect leads away from TLS.
    Tls,
    /// Redirects lead to redirects.
    TooManyRedirects,
    /// What came is no HTTP, or not the document that it should be.
    BadAnswer,
    /// The answer is larger than what is kept in memory.
    TooLarge,
    /// The fault is on this side: a file that cannot be read, a request that cannot be sent.
    Local,
}

/// Why there is no answer. It shows as what was tried and what was found, without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The kind.
    pub kind: Kind,
    /// What was tried and found.
    pub what: String,
}

impl Trouble {
    /// Whether the same request may get an answer later. Whether it may be sent again is the caller's to know: after
    /// [`Kind::Reset`] and [`Kind::Timeout`] the server may have done what was asked.
    pub fn is_transient(&self) -> bool {
        matches!(self.kind, Kind::Connect | Kind::Dns | Kind::Timeout | Kind::Reset)
    }

    pub(super) fn found(request: &Request, kind: Kind, found: impl fmt::Display) -> Trouble {
        let what = format!("cannot {} `{}`: {found}", request.method.word(), request.url);
        Trouble {
            kind,
            what: mask::clean(&what),
        }
    }

    pub(super) fn of(request: &Request, error: ureq::Error) -> Trouble {
        let (kind, found) = sort(request, error);
        Trouble::found(request, kind, found)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Trouble {}

fn sort(request: &Request, error: ureq::Error) -> (Kind, String) {
    use ureq::Error;
    let words = |it: &str| it.to_owned();
    match error {
        Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
            (Kind::Timeout, words("no connection in time"))
        }
        Error::Timeout(_) => (
            Kind::Timeout,
            format!("no whole answer within {} s", request.wait_s),
        ),
        Error::HostNotFound => (Kind::Dns, words("the host was not found")),
        Error::ConnectionFailed => (Kind::Connect, words("no connection")),
        Error::ConnectProxyFailed(why) => (Kind::Connect, format!("the proxy refused: {why}")),
        Error::BodyStalled => (Kind::Reset, words("the answer stopped")),
        Error::Tls(why) => (Kind::Tls, words(why)),
        error @ (Error::TlsRequired | Error::Pem(_) | Error::Rustls(_)) => (Kind::Tls, tls(&error)),
        Error::Io(error) => sort_io(&error),
        Error::Http(_) | Error::BadUri(_) | Error::InvalidProxyUrl => (Kind::Local, error.to_string()),
        other => (Kind::BadAnswer, format!("what came is no proper answer: {other}")),
    }
}

fn sort_io(error: &io::Error) -> (Kind, String) {
    if let Some(own) = error.get_ref().and_then(|it| it.downcast_ref::<OwnFault>()) {
        return (Kind::Local, own.0.clone());
    }
    let said = files::reason(error);
    match error.kind() {
        ErrorKind::TimedOut | ErrorKind::WouldBlock => (Kind::Timeout, said),
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::UnexpectedEof => (
            Kind::Reset,
            "the connection ended before the answer was whole".to_owned(),
        ),
        ErrorKind::ConnectionRefused
        | ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::NetworkDown
        | ErrorKind::AddrNotAvailable
        | ErrorKind::NotConnected => (Kind::Connect, said),
        // The one error of `getaddrinfo` has no kind of its own.
        _ if said.starts_with("failed to lookup address") => (Kind::Dns, said),
        // What rustls finds while it reads is an error of reading with its own inside.
        ErrorKind::InvalidData if error.get_ref().is_some() => (Kind::Tls, tls(&error)),
        _ => (Kind::Local, said),
    }
}

fn tls(error: &dyn fmt::Display) -> String {
    format!("no trusted connection: {error}")
}
