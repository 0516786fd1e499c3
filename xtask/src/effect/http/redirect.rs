//! Decides what a redirect leads to, and what does not go there.

use std::net::IpAddr;

use ureq::http::Uri;

use super::{Answer, Body, Kind, Method, Request, Trouble};

/// Headers that are secret by their name, whoever made the value.
const SECRET_HEADERS: &[&str] = &["authorization", "cookie", "proxy-authorization", "x-nuget-apikey"];

/// The request that follows, or `None` when this answer is the last.
///
/// A request that changes something is sent again only where a redirect says so (307, 308) and to the same host. 301
/// and 302 would have it done as a `GET` of something else, which looks like a success: they are the answer.
pub(super) fn next(request: &Request, answer: &Answer) -> Result<Option<Request>, Trouble> {
    let Some(location) = answer.header("location") else {
        return Ok(None);
    };
    let keeps = match answer.status {
        303 => false,
        301 | 302 if request.method.is_reading() => true,
        307 | 308 => true,
        _ => return Ok(None),
    };
    let bad = |kind, why: &str| Trouble::found(request, kind, format!("it leads to `{location}`: {why}"));
    let from: Uri = (request.url.parse()).map_err(|_| bad(Kind::Local, "the request has no URL"))?;
    let url = join(&from, location).ok_or_else(|| bad(Kind::BadAnswer, "that is no URL"))?;
    let to: Uri = url.parse().map_err(|_| bad(Kind::BadAnswer, "that is no URL"))?;
    if !matches!(to.scheme_str(), Some("http" | "https")) || to.host().is_none() {
        return Err(bad(Kind::BadAnswer, "that is no URL of HTTP"));
    }
    if from.scheme_str() == Some("https") && to.scheme_str() == Some("http") {
        return Err(bad(Kind::Tls, "what was asked for safely would come unsafely"));
    }
    let is_same_host = place(&from) == place(&to);
    if keeps && !request.method.is_reading() && !is_same_host {
        return Ok(None);
    }
    let mut next = request.clone();
    next.url = url;
    if !keeps {
        next.body = Body::Empty;
        next.content_type = None;
        if next.method != Method::Head {
            next.method = Method::Get;
        }
    }
    if !is_same_host {
        next.headers.retain(|(name, value)| {
            !value.is_secret() && !SECRET_HEADERS.iter().any(|it| name.eq_ignore_ascii_case(it))
        });
    }
    Ok(Some(next))
}

/// Whether a URL leads to this machine, where no proxy stands between.
pub(super) fn is_loopback(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else {
        return false;
    };
    let host = uri.host().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}

/// Host and port.
fn place(uri: &Uri) -> (String, u16) {
    let usual = if uri.scheme_str() == Some("https") {
        443
    } else {
        80
    };
    let host = uri.host().unwrap_or_default().to_ascii_lowercase();
    (host, uri.port_u16().unwrap_or(usual))
}

/// The URL that a reference leads to from another (RFC 3986, section 5.2), without its fragment.
fn join(from: &Uri, reference: &str) -> Option<String> {
    let reference = reference.split('#').next().unwrap_or_default();
    let scheme = from.scheme_str()?;
    let root = format!("{scheme}://{}", from.authority()?);
    let is_absolute = reference.split_once(':').is_some_and(|(it, _)| {
        !it.is_empty()
            && it
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || b"+-.".contains(&it))
    });
    if is_absolute {
        return Some(reference.to_owned());
    }
    if reference.starts_with("//") {
        return Some(format!("{scheme}:{reference}"));
    }
    let (path, query) = match reference.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (reference, String::new()),
    };
    let base = from.path();
    let whole = match path {
        "" => return Some(format!("{root}{base}{query}")),
        path if path.starts_with('/') => path.to_owned(),
        path => format!("{}/{path}", base.rsplit_once('/').map_or("", |(it, _)| it)),
    };
    let mut segments: Vec<&str> = Vec::new();
    for segment in whole.split('/').skip(1) {
        match segment {
            "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    let is_folder = whole.ends_with("/.") || whole.ends_with("/..");
    let end = if is_folder { "/" } else { "" };
    Some(format!("{root}/{}{end}{query}", segments.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, location: &str) -> Answer {
        Answer {
            status,
            reason: String::new(),
            headers: vec![("location".to_owned(), location.to_owned())],
            body: Vec::new(),
            url: String::new(),
        }
    }

    #[test]
    fn references_are_joined() {
        let check = |reference, expected: &str| {
            let from = "http://a.example:81/b/c/d?e".parse().unwrap();
            assert_eq!(join(&from, reference).as_deref(), Some(expected), "{reference}");
        };
        check("https://x.example/y#z", "https://x.example/y");
        check("//x.example/y", "http://x.example/y");
        check("/y?u=http://z", "http://a.example:81/y?u=http://z");
        check("y", "http://a.example:81/b/c/y");
        check("../y", "http://a.example:81/b/y");
        check("../../../y", "http://a.example:81/y");
        check("..", "http://a.example:81/b/");
        check("?y", "http://a.example:81/b/c/d?y");
    }

    #[test]
    fn what_changes_something_is_done_once_and_where_it_was_meant() {
        let check = |request: &Request, status, location, expected: Option<&str>| {
            let next = next(request, &answer(status, location)).unwrap();
            let found = next.map(|it| format!("{} {}", it.method.word(), it.url));
            assert_eq!(found.as_deref(), expected);
        };
        let post = Request::post("http://a.example/x").json(&1);
        check(&post, 301, "/y", None);
        check(&post, 302, "/y", None);
        check(&post, 303, "/y", Some("GET http://a.example/y"));
        check(&post, 307, "/y", Some("POST http://a.example/y"));
        check(&post, 308, "http://b.example/y", None);
        check(&post, 307, "http://a.example:8080/y", None);
        let get = Request::get("http://a.example/x");
        check(&get, 301, "http://b.example/y", Some("GET http://b.example/y"));
        check(&get, 304, "/y", None);
        check(
            &Request::head("http://a.example/x"),
            303,
            "/y",
            Some("HEAD http://a.example/y"),
        );
    }

    #[test]
    fn nothing_secret_goes_to_another_host() {
        let request = Request::get("https://a.example/x")
            .secret("X-Api-Key", HeaderValue::secret("k".to_owned(), "KEY"))
            .header("AUTHORIZATION", "Bearer x")
            .header("accept", "text/plain");
        let kept = |location| {
            next(&request, &answer(302, location))
                .unwrap()
                .unwrap()
                .headers
                .len()
        };
        assert_eq!(kept("/y"), 3);
        assert_eq!(kept("https://a.example:443/y"), 3);
        assert_eq!(kept("https://a.example:444/y"), 1);
        assert_eq!(kept("https://b.example/y"), 1);
        let refused = next(&request, &answer(302, "http://a.example/y")).unwrap_err();
        assert_eq!(refused.kind, Kind::Tls);
        let odd = next(&request, &answer(302, "file:///etc/passwd")).unwrap_err();
        assert_eq!(odd.kind, Kind::BadAnswer);
    }

    use super::super::HeaderValue;
}
