//! A request as a site sees it, and its reply.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use serde::Serialize;

/// A request that has come in whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Incoming {
    /// The method, such as `GET`.
    pub method: String,
    /// The path as it came, without the query.
    pub path: String,
    /// The query, decoded, in its order.
    pub query: Vec<(String, String)>,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Incoming {
    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(it, _)| it.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The first value of this name in the query.
    pub fn argument(&self, name: &str) -> Option<&str> {
        let mut query = self.query.iter();
        query.find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// The segments of the path, decoded; one slash at the end makes no segment.
    pub fn segments(&self) -> Vec<String> {
        let path = self.path.strip_prefix('/').unwrap_or(&self.path);
        let path = path.strip_suffix('/').unwrap_or(path);
        if path.is_empty() {
            return Vec::new();
        }
        path.split('/').map(decode).collect()
    }

    /// User and password of `Authorization: Basic` (RFC 7617).
    pub fn basic(&self) -> Option<(String, String)> {
        let bytes = BASE64_STANDARD.decode(self.credentials("basic")?).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (user, password) = text.split_once(':')?;
        Some((user.to_owned(), password.to_owned()))
    }

    /// The token of `Authorization: Bearer` (RFC 6750).
    pub fn bearer(&self) -> Option<&str> {
        self.credentials("bearer")
    }

    fn credentials(&self, scheme: &str) -> Option<&str> {
        let (found, credentials) = self.header("authorization")?.split_once(' ')?;
        found.eq_ignore_ascii_case(scheme).then(|| credentials.trim())
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The pairs of `a=1&b=2`, with `+` for a space.
pub(super) fn read_query(text: &str) -> Vec<(String, String)> {
    let decode = |it: &str| decode(&it.replace('+', " "));
    text.split('&')
        .filter(|it| !it.is_empty())
        .map(|it| it.split_once('=').unwrap_or((it, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// What a site answers. The server adds `content-length`, `date` and `connection`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The words beside it; `None` for the usual ones.
    pub reason: Option<String>,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body. It stays here for `HEAD`, whose answer has its length only.
    pub body: Vec<u8>,
}

impl Reply {
    /// A status alone.
    pub fn empty(status: u16) -> Reply {
        Reply::bytes(status, None, Vec::new())
    }

    /// A plain text.
    pub fn text(status: u16, text: impl Into<String>) -> Reply {
        let bytes = text.into().into_bytes();
        Reply::bytes(status, Some("text/plain; charset=utf-8"), bytes)
    }

    /// A JSON document.
    pub fn json(status: u16, document: &impl Serialize) -> Reply {
        let bytes = serde_json::to_vec(document).expect("a document with text as its keys");
        Reply::bytes(status, Some("application/json"), bytes)
    }

    /// Bytes of a media type.
    pub fn bytes(status: u16, content_type: Option<&str>, body: Vec<u8>) -> Reply {
        Reply {
            status,
            reason: None,
            headers: (content_type.into_iter())
                .map(|it| ("content-type".to_owned(), it.to_owned()))
                .collect(),
            body,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Reply {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the words beside the status.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Reply {
        self.reason = Some(reason.into());
        self
    }

    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(it, _)| it.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_queries_and_credentials_are_read() {
        let incoming = |path: &str, authorization: &str| Incoming {
            path: path.to_owned(),
            query: read_query("a=1+2&b&c=%2F%3D&&a=3"),
            headers: vec![("authorization".to_owned(), authorization.to_owned())],
            ..Incoming::default()
        };
        let check = |path, expected: &[&str]| assert_eq!(incoming(path, "").segments(), expected);
        check("/", &[]);
        check("/simple/x/", &["simple", "x"]);
        check("/@scope%2fname/a%20b", &["@scope/name", "a b"]);
        check("/a//b", &["a", "", "b"]);
        let request = incoming("/", "basic dTpwOnE=");
        assert_eq!(request.argument("a"), Some("1 2"));
        assert_eq!(request.argument("c"), Some("/="));
        assert_eq!(request.argument("b"), Some(""));
        assert_eq!(request.basic(), Some(("u".to_owned(), "p:q".to_owned())));
        assert_eq!(request.bearer(), None);
        assert_eq!(incoming("/", "Bearer t").bearer(), Some("t"));
        assert_eq!(incoming("/", "Basic ?").basic(), None);
    }
}
