//! The client against servers on the loopback: the twin with its faults, and crooked ones written out byte by byte.

mod crooked;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::*;
use crate::effect::files::Scratch;
use crate::effect::report::mask;
use crate::effect::secret::Secret;
use crate::twin::fault::Faults;
use crate::twin::server::{Incoming, Reply, Server, Site};

/// Echoes what came, and keeps it.
#[derive(Default)]
struct Echo(Mutex<Vec<Incoming>>);

impl Site for Echo {
    fn answer(&self, request: &Incoming, _: &str) -> Reply {
        self.0.lock().unwrap().push(request.clone());
        let away = request.argument("to").map(str::to_owned);
        match (request.segments().first().map(String::as_str), away) {
            (Some("go"), Some(to)) => {
                let status = request.argument("status").unwrap_or("302").parse().unwrap();
                Reply::empty(status).with("location", to)
            }
            (Some("missing"), _) => Reply::text(404, "nothing here"),
            (Some("why"), _) => Reply::empty(403).because("The key is not valid"),
            (Some("file"), _) => Reply::bytes(200, None, vec![b'x'; 1 << 20]),
            (Some("digest"), _) => {
                let digest = format!("sha256:{}", "a".repeat(64));
                Reply::json(200, &[&digest]).with("docker-content-digest", &digest)
            }
            _ => Reply::bytes(200, None, request.body.clone()).with("x-method", &request.method),
        }
    }
}

fn serve(faults: &str) -> (Server, Arc<Echo>) {
    let echo = Arc::new(Echo::default());
    let site: Arc<dyn Site> = echo.clone();
    (
        Server::start(site, 0, Faults::parse(faults).unwrap()).unwrap(),
        echo,
    )
}

/// What a send gives, in a word.
fn word(sent: Result<Answer, Trouble>) -> String {
    match sent {
        Ok(answer) => answer.status.to_string(),
        Err(trouble) => format!("{:?}", trouble.kind),
    }
}

#[test]
fn every_fault_is_told_for_what_it_is_and_hits_once() {
    // The fault of the second request; what it looks like; how often the site was asked; is it transient.
    let check = |fault: &str, expected: &str, asked: usize| {
        for method in [Method::Get, Method::Head, Method::Put] {
            let (server, echo) = serve(&format!("{fault}@2"));
            let http = Http::new();
            let mut request = Request::new(method, server.base() + "/digest");
            if method == Method::Put {
                request = request.bytes("text/plain", vec![b'x'; 300_000]);
            }
            // Only the one that is never answered is waited for briefly: a busy machine must not make others late.
            let hit_wait_s = if fault == "timeout" { 0.2 } else { 120.0 };
            let words =
                [120.0, hit_wait_s, 120.0].map(|wait_s| word(http.send(&request.clone().wait_s(wait_s))));
            assert_eq!(words, ["200", expected, "200"], "{fault}, {method:?}");
            // A connection that breaks inside the body never comes to the site.
            let asked = if fault == "reset" && method == Method::Put {
                0
            } else {
                asked
            };
            assert_eq!(echo.0.lock().unwrap().len(), asked + 2, "{fault}, {method:?}");
            let log = server.log();
            assert_eq!((log[0].status, log[0].fault.as_str()), (200, ""));
            assert_eq!(log[1].fault, format!("{fault}@2"));
        }
    };
    for status in ["401", "403", "404", "409", "422", "429", "500", "503"] {
        check(status, status, 0);
    }
    check("after503", "503", 1);
    check("stored502", "502", 1);
    check("early413", "413", 0);
    check("timeout", "Timeout", 0);
    check("reset", "Reset", 1);
    check("truncate", "Reset", 1);
    check("redirect", "TooManyRedirects", 0);
    check("slow=1", "200", 1);
    check("digest", "200", 1);
}

#[test]
fn transient_trouble_is_told_from_final() {
    let transient = [Kind::Connect, Kind::Dns, Kind::Timeout, Kind::Reset];
    let last = [
        Kind::Tls,
        Kind::TooManyRedirects,
        Kind::BadAnswer,
        Kind::TooLarge,
        Kind::Local,
    ];
    let is_transient = |kind| {
        Trouble {
            kind,
            what: String::new(),
        }
        .is_transient()
    };
    assert!(transient.into_iter().all(is_transient));
    assert!(!last.into_iter().any(is_transient));
}

#[test]
fn a_wrong_digest_is_a_digest_and_wrong_in_header_and_body() {
    let (server, _) = serve("digest@1");
    let ask = || {
        Http::new()
            .send(&Request::get(server.base() + "/digest"))
            .unwrap()
    };
    let (wrong, right) = (ask(), ask());
    let digests = |it: &Answer| {
        let body: Vec<String> = it.json().unwrap();
        (
            body[0].clone(),
            it.header("Docker-Content-Digest").unwrap().to_owned(),
        )
    };
    let (wrong, right) = (digests(&wrong), digests(&right));
    assert_eq!(wrong.0, wrong.1);
    assert_eq!(wrong.0.len(), right.0.len());
    assert_ne!(wrong.0, right.0);
}

#[test]
fn answers_keep_their_details() {
    let (server, _) = serve("429@2:retry-after=7");
    let http = Http::new();
    let why = http.send(&Request::get(server.base() + "/why")).unwrap();
    assert_eq!((why.status, why.reason.as_str()), (403, "The key is not valid"));
    let later = http.send(&Request::get(server.base() + "/")).unwrap();
    assert_eq!((later.status, later.header("Retry-After")), (429, Some("7")));
    assert_eq!(later.reason, "Too Many Requests");
    assert_eq!(later.text(), "a fault of the twin: 429@2:retry-after=7");
    let trouble = later.json::<Vec<String>>().unwrap_err();
    assert_eq!(trouble.kind, Kind::BadAnswer);
}

#[test]
fn requests_arrive_as_they_were_meant() {
    let (server, echo) = serve("");
    let http = Http::new();
    let url = |it: &str| server.base() + it;
    http.send(&Request::get(url("/a?b=c%20d")).accept("x/y")).unwrap();
    http.send(&Request::post(url("/")).json(&["é"])).unwrap();
    http.send(&Request::post(url("/"))).unwrap();
    http.send(&Request::delete(url("/"))).unwrap();
    let seen = echo.0.lock().unwrap();
    let header = |at: usize, name| seen[at].header(name);
    assert_eq!(seen[0].argument("b"), Some("c d"));
    assert_eq!(header(0, "accept"), Some("x/y"));
    assert_eq!(header(0, "accept-encoding"), Some("identity"));
    assert!(header(0, "user-agent").unwrap().starts_with("cargo-xtask/"));
    assert_eq!(
        (header(0, "content-length"), header(0, "transfer-encoding")),
        (None, None)
    );
    assert_eq!(header(1, "content-type"), Some("application/json"));
    assert_eq!(seen[1].body, "[\"é\"]".as_bytes());
    assert_eq!(header(2, "content-length"), Some("0"));
    assert_eq!(seen[3].method, "DELETE");
}

#[test]
fn a_large_file_is_sent_with_its_length_and_its_progress() {
    let scratch = Scratch::new(&environment::temp_dir()).unwrap();
    let path = scratch.path().join("large");
    let bytes: Vec<u8> = (0..64_u32 << 18).flat_map(u32::to_le_bytes).collect();
    files::write_unsynced(&path, &bytes).unwrap();
    let (server, echo) = serve("");
    let (told, steps) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let (sum, count) = (Arc::clone(&told), Arc::clone(&steps));
    let request = Request::put(server.base() + "/missing")
        .file("application/octet-stream", &path)
        .progress(Arc::new(move |len| {
            sum.fetch_add(len, Ordering::SeqCst);
            count.fetch_add(1, Ordering::SeqCst);
        }));
    assert_eq!(Http::new().send(&request).unwrap().status, 404);
    let seen = echo.0.lock().unwrap();
    assert_eq!(seen[0].header("content-length"), Some("67108864"));
    assert!(seen[0].body == bytes);
    assert_eq!(told.load(Ordering::SeqCst), 64 << 20);
    // Read in small steps while it is sent, never as a whole.
    assert!(steps.load(Ordering::SeqCst) > 64);
}

#[test]
fn a_form_holds_its_fields_and_files_and_nothing_breaks_out() {
    let scratch = Scratch::new(&environment::temp_dir()).unwrap();
    let path = scratch.path().join("wheel");
    files::write_unsynced(&path, b"\x00\r\nwheel").unwrap();
    let (server, echo) = serve("");
    let odd = Part::text("a\"\r\nX: y", "one\r\ntwo");
    let file = Part::file("content", "w.whl", "application/zip", &path);
    let request = Request::post(server.base() + "/").multipart(vec![odd, file]);
    Http::new().send(&request).unwrap();
    let seen = echo.0.lock().unwrap();
    let kind = seen[0].header("content-type").unwrap();
    let mark = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let expected = format!(
        "--{mark}\r\nContent-Disposition: form-data; name=\"a%22%0D%0AX: y\"\r\n\r\none\r\ntwo\r\n\
         --{mark}\r\nContent-Disposition: form-data; name=\"content\"; filename=\"w.whl\"\r\n\
         Content-Type: application/zip\r\n\r\n\0\r\nwheel\r\n--{mark}--\r\n"
    );
    assert_eq!(String::from_utf8(seen[0].body.clone()).unwrap(), expected);
}

#[test]
fn downloads_go_to_the_sink_and_errors_do_not() {
    let (server, _) = serve("");
    let fetch = |path: &str| {
        let mut sink = Vec::new();
        let request = Request::get(server.base() + path);
        let answer = Http::new().fetch(&request, &mut sink).unwrap();
        (answer.status, answer.body.len(), sink.len())
    };
    assert_eq!(fetch("/file"), (200, 0, 1 << 20));
    assert_eq!(fetch("/missing"), (404, 12, 0));
    let away = fetch("/go?to=/file");
    assert_eq!(away, (200, 0, 1 << 20));
    let (cut, _) = serve("truncate@1");
    let mut sink = Vec::new();
    let trouble = Http::new()
        .fetch(&Request::get(cut.base() + "/file"), &mut sink)
        .unwrap_err();
    assert_eq!(trouble.kind, Kind::Reset);
}

#[test]
fn credentials_stay_with_the_host_that_they_are_for() {
    let (first, seen_by_first) = serve("");
    let (second, seen_by_second) = serve("");
    let token = Secret::new("HTTP_TEST_TOKEN", "canary-http-token");
    let send = |to: &str| {
        let request = Request::get(format!("{}/go?to={to}", first.base()))
            .secret("authorization", token.header("Bearer"))
            .secret("x-key", token.header(""))
            .header("x-plain", "kept");
        let answer = Http::new().send(&request).unwrap();
        assert!(answer.url.ends_with("/end"), "{}", answer.url);
    };
    send("/end");
    send(&(second.base() + "/end"));
    let last = |echo: &Echo| echo.0.lock().unwrap().last().unwrap().clone();
    let near = seen_by_first.0.lock().unwrap()[1].clone();
    assert_eq!(near.bearer(), Some("canary-http-token"));
    let far = last(&seen_by_second);
    assert_eq!(
        (far.bearer(), far.header("x-key"), far.header("x-plain")),
        (None, None, Some("kept"))
    );
}

#[test]
fn uploads_are_not_sent_again_where_they_were_not_meant() {
    let (server, echo) = serve("");
    let (other, _) = serve("");
    let send = |status: u16, to: &str| {
        let url = format!("{}/go?status={status}&to={to}", server.base());
        Http::new()
            .send(&Request::post(url).bytes("x/y", b"body".to_vec()))
            .unwrap()
    };
    assert_eq!(send(307, &(other.base() + "/end")).status, 307);
    assert_eq!(send(301, "/end").status, 301);
    assert_eq!(send(308, "/end").body, b"body");
    assert_eq!(
        echo.0.lock().unwrap().last().unwrap().header("content-type"),
        Some("x/y")
    );
    assert_eq!(send(303, "/end").header("x-method"), Some("GET"));
    assert!(other.log().is_empty());
    let none = Request::get(server.base() + "/go?to=/end").redirects(0);
    assert_eq!(Http::new().send(&none).unwrap().status, 302);
}

#[test]
fn a_header_cannot_begin_another() {
    let (server, _) = serve("");
    for (name, value) in [
        ("x", "a\r\nevil: 1"),
        ("x", "a\nb"),
        ("x\r\nevil", "1"),
        ("x y", "1"),
    ] {
        let request = Request::get(server.base()).header(name, value);
        assert_eq!(word(Http::new().send(&request)), "Local", "{name:?}: {value:?}");
    }
    let secret = Secret::new("HTTP_TEST_LINES", "canary-line-one\r\ncanary-line-two");
    let request = Request::get(server.base()).secret("x", secret.header("Bearer"));
    let trouble = Http::new().send(&request).unwrap_err();
    assert!(
        trouble.kind == Kind::Local && !trouble.what.contains("canary"),
        "{trouble}"
    );
    let split = Request::get(server.base() + "/ HTTP/1.1\r\nevil: 1");
    assert_eq!(word(Http::new().send(&split)), "Local");
    assert!(server.log().is_empty());
}

#[test]
fn trouble_tells_no_secret() {
    let secret = Secret::new("HTTP_TEST_KEY", "canary in a url");
    let (server, _) = serve("reset@1");
    let url = server.base() + "/?key=canary%20in%20a%20url";
    let request = Request::get(&url).secret("authorization", secret.basic("me"));
    assert!(!format!("{request:?}").contains("canary"), "{request:?}");
    assert!(format!("{request:?}").contains("$HTTP_TEST_KEY"), "{request:?}");
    let trouble = Http::new().send(&request).unwrap_err();
    let place = mask::clean(&url);
    let expected = format!("cannot GET `{place}`: the connection ended before the answer was whole");
    assert_eq!(trouble.to_string(), expected);
    assert!(place.ends_with("/?key=***"), "{place}");
}

#[test]
fn a_file_that_is_not_there_or_shrinks_is_our_own_fault() {
    let scratch = Scratch::new(&environment::temp_dir()).unwrap();
    let (server, echo) = serve("");
    let path = scratch.path().join("file");
    let send = |request: Request| Http::new().send(&request).unwrap_err();
    let request = Request::put(server.base() + "/").file("x/y", &path);
    let missing = send(request.clone());
    assert_eq!(missing.kind, Kind::Local);
    assert!(missing.what.contains("no such file"), "{missing}");
    files::write_unsynced(&path, &vec![0; 4 << 20]).unwrap();
    let shrunk = path.clone();
    let once = std::sync::Once::new();
    let shrinking = send(request.progress(Arc::new(move |_| {
        once.call_once(|| files::write_unsynced(&shrunk, b"").unwrap());
    })));
    assert_eq!(shrinking.kind, Kind::Local);
    assert!(
        shrinking.what.contains("became shorter while it was sent"),
        "{shrinking}"
    );
    assert!(echo.0.lock().unwrap().is_empty());
}
