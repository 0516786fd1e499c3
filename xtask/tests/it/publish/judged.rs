//! The local GitHub behind GitHub's own description: prism refuses every request and every answer that it forbids.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::Value;
use xtask::effect::files::{self, Scratch};
use xtask::effect::http::{Http, Method, Request};
use xtask::twin::fault::Faults;
use xtask::twin::server::{Incoming, Reply, Server, Site};
use xtask::twin::{SITES, World};

use crate::channels::fixture::{house, judge};
use crate::publish::foreign::{Foreign, free_port};
use crate::support::scratch;

/// The description, as far as a release tool asks, where it was put beside the official schemas.
const PART: &str = "schemas/github/rest-subset.openapi.json";

/// The whole of it, which takes prism half a minute to read: these paths are cut out.
const WHOLE: &str = "generated/api.github.com.json";

/// What the paths that are cut out begin with.
const STARTS: &[&str] = &[
    "/repos/{owner}/{repo}/branches/{branch}",
    "/repos/{owner}/{repo}/contents",
    "/repos/{owner}/{repo}/forks",
    "/repos/{owner}/{repo}/git/",
    "/repos/{owner}/{repo}/immutable-releases",
    "/repos/{owner}/{repo}/merge-upstream",
    "/repos/{owner}/{repo}/pulls",
    "/repos/{owner}/{repo}/releases",
    "/user",
];

/// Paths that GitHub has and that part of its description has not.
const BEYOND: &[&str] = &["/git/tags/", "/search/issues"];

/// The local GitHub, prism around it, and what prism has found.
pub(crate) struct Judged {
    front: Server,
    inner: Arc<Inner>,
    // These two run until the value goes.
    _back: Server,
    _prism: Foreign,
    _scratch: Scratch,
}

/// What both sides of prism share.
struct Inner {
    site: Arc<dyn Site>,
    http: Http,
    /// Where prism is, and where clients ask.
    prism: String,
    base: OnceLock<String>,
    complaints: Mutex<Vec<String>>,
    /// How many requests have passed through prism.
    passed: Mutex<usize>,
    /// Bodies of uploads, which prism would take for text: only a word goes through it in their place.
    bodies: Mutex<BTreeMap<String, Incoming>>,
}

impl Judged {
    /// Opens it; `None` where prism or the description is missing, which is said.
    #[track_caller]
    pub(crate) fn open(world: &World, test: &str) -> Option<Judged> {
        let scratch = scratch();
        let schema = description(test, scratch.path())?;
        judge("prism", test, scratch.path())?;
        let program = xtask::judges::Judge::find("prism")
            .unwrap()
            .path(house())
            .unwrap();
        let row = SITES.iter().find(|it| it.name == "github").unwrap();
        let port = free_port();
        let inner = Arc::new(Inner {
            site: (row.open)(world).unwrap(),
            http: Http::new(),
            prism: format!("http://127.0.0.1:{port}"),
            base: OnceLock::new(),
            complaints: Mutex::default(),
            passed: Mutex::default(),
            bodies: Mutex::default(),
        });
        let front = Server::start(Arc::new(Front(Arc::clone(&inner))), 0, Faults::none()).unwrap();
        let back = Server::start(Arc::new(Back(Arc::clone(&inner))), 0, Faults::none()).unwrap();
        inner.base.set(front.base()).unwrap();
        let (listen, upstream) = (port.to_string(), back.base());
        let words = [
            "proxy",
            "--host",
            "127.0.0.1",
            "--port",
            &listen,
            "--errors",
            "--verboseLevel",
            "silent",
            schema.to_str().unwrap(),
            &upstream,
        ];
        let prism = Foreign::start(&program, &words, scratch.path(), port);
        Some(Judged {
            front,
            inner,
            _back: back,
            _prism: prism,
            _scratch: scratch,
        })
    }

    /// Where it is: the API at `/api`, the pages at the root.
    pub(crate) fn base(&self) -> String {
        self.front.base()
    }

    /// What GitHub's description forbids of what was asked and answered.
    pub(crate) fn complaints(&self) -> Vec<String> {
        self.inner.complaints.lock().unwrap().clone()
    }

    /// How many requests were looked at.
    pub(crate) fn passed(&self) -> usize {
        *self.inner.passed.lock().unwrap()
    }
}

/// The file with the description; `None` where it is missing, which is said.
#[track_caller]
fn description(test: &str, dir: &Path) -> Option<PathBuf> {
    let part = house().tools_dir().join(PART);
    if part.is_file() {
        return Some(part);
    }
    judge(WHOLE, test, dir)?;
    let whole = xtask::judges::Judge::find(WHOLE).unwrap().path(house()).unwrap();
    let mut document: Value = serde_json::from_slice(&files::read(&whole).unwrap()).unwrap();
    let paths = document["paths"].as_object_mut().unwrap();
    let is_wanted =
        |it: &str| it == "/repos/{owner}/{repo}" || STARTS.iter().any(|start| it.starts_with(start));
    paths.retain(|path, _| is_wanted(path));
    let cut = dir.join("description.json");
    files::write(&cut, &serde_json::to_vec(&document).unwrap()).unwrap();
    Some(cut)
}

/// What clients speak to.
struct Front(Arc<Inner>);

/// What prism speaks to.
struct Back(Arc<Inner>);

impl Site for Front {
    fn answer(&self, request: &Incoming, base: &str) -> Reply {
        let path = ["/api", "/uploads"]
            .iter()
            .find_map(|it| request.path.strip_prefix(it));
        let is_download = request.header("accept") == Some("application/octet-stream");
        match path {
            Some(path) if !is_download && !BEYOND.iter().any(|it| path.contains(it)) => {
                self.0.through(path, request)
            }
            _ => self.0.site.answer(request, base),
        }
    }
}

impl Site for Back {
    fn answer(&self, request: &Incoming, _: &str) -> Reply {
        let mut request = request.clone();
        let name = request.header("x-body").map(str::to_owned);
        let upload = name.and_then(|it| self.0.bodies.lock().unwrap().remove(&it));
        request.path = match upload {
            Some(upload) => {
                request.body = upload.body;
                request.headers = upload.headers;
                format!("/uploads{}", request.path)
            }
            None => format!("/api{}", request.path),
        };
        self.0.site.answer(&request, self.0.base.get().unwrap())
    }
}

impl Inner {
    fn through(&self, path: &str, incoming: &Incoming) -> Reply {
        let query: Vec<String> = incoming
            .query
            .iter()
            .map(|(name, value)| {
                let escaped = |it: &str| xtask::protocol::github::client::segment(it);
                format!("{}={}", escaped(name), escaped(value))
            })
            .collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let url = format!("{}{path}{mark}{}", self.prism, query.join("&"));
        let methods = [
            Method::Get,
            Method::Head,
            Method::Post,
            Method::Put,
            Method::Patch,
            Method::Delete,
        ];
        let method = methods
            .into_iter()
            .find(|it| it.word() == incoming.method)
            .unwrap();
        let mut request = Request::new(method, url).redirects(0);
        for (name, value) in &incoming.headers {
            if !["connection", "content-length", "content-type", "expect", "host"].contains(&name.as_str()) {
                request = request.header(name.as_str(), value.as_str());
            }
        }
        let is_upload = incoming.path.starts_with("/uploads");
        if is_upload {
            let mut passed = self.passed.lock().unwrap();
            *passed += 1;
            let name = format!("upload-{passed}");
            self.bodies.lock().unwrap().insert(name.clone(), incoming.clone());
            // The description knows no other type of an upload, GitHub's documentation has every type.
            request = request
                .header("x-body", name.as_str())
                .bytes("application/octet-stream", name.clone().into_bytes());
        } else {
            *self.passed.lock().unwrap() += 1;
            if let Some(kind) = incoming.header("content-type") {
                request = request.bytes(kind, incoming.body.clone());
            }
        }
        let answer = self.http.send(&request).unwrap();
        let is_problem = answer.header("content-type") == Some("application/problem+json");
        let words = is_problem.then(|| answer.text());
        if let Some(words) = words.or_else(|| answer.header("sl-violations").map(str::to_owned)) {
            let line = format!("{} {}: {words}", incoming.method, incoming.path);
            self.complaints.lock().unwrap().push(line);
        }
        let own = [
            "connection",
            "content-length",
            "date",
            "keep-alive",
            "transfer-encoding",
        ];
        let kept = answer
            .headers
            .into_iter()
            .filter(|(name, _)| !own.contains(&name.as_str()));
        Reply {
            status: answer.status,
            reason: None,
            headers: kept.collect(),
            body: answer.body,
        }
    }
}
