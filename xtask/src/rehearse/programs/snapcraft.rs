//! Stands in for snapcraft: the words, the requests and the texts of snapcraft 8, as far as publishing uses them.
//!
//! The requests are those of snapcraft/store/client.py and craft-store's base_client.py, in their order.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::effect::environment;
use crate::effect::files;
use crate::effect::http::{Answer, HeaderValue, Http, Part, Request, Trouble};
use crate::effect::report::Report;
use crate::effect::secret::Secret;
use crate::pack::squashfs::read::Image;
use crate::protocol::snapcraft::store::{CREDENTIALS, header, words};
use crate::render::yaml::Yaml;

/// How often the status is asked; snapcraft asks once a second.
const POLL: Duration = Duration::from_millis(20);

/// What snapcraft prints to standard error before it ends with 1.
struct Said(String);

type Told<T> = Result<T, Said>;

/// Runs the words.
pub(super) fn run(arguments: &[String], report: Report) -> u8 {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = Store::open().and_then(|store| match words.as_slice() {
        ["upload", words @ ..] => upload(&store, words, report),
        ["release", name, revision, channels] => release(&store, name, revision, channels),
        ["close", name, channel] => close(&store, name, channel),
        ["revisions", name] => revisions(&store, name),
        ["register", "--yes", name] => register(&store, name),
        ["whoami"] => whoami(&store),
        _ => Err(Said(format!("this stand-in does not know `{}`", words.join(" ")))),
    });
    match result {
        Ok(text) => {
            report.data(text);
            0
        }
        Err(Said(text)) => {
            report.say(text);
            1
        }
    }
}

/// The store as the variables name it.
struct Store {
    http: Http,
    dashboard: String,
    storage: String,
    authorization: HeaderValue,
}

impl Store {
    fn open() -> Told<Store> {
        let Some(credentials) = Secret::from_env(CREDENTIALS) else {
            return Err(Said("You are required to login before continuing".to_owned()));
        };
        let authorization =
            header(&credentials).map_err(|why| Said(format!("The credentials cannot be parsed: {why}")))?;
        let address = |name| {
            environment::var(name)
                .ok_or_else(|| Said(format!("this stand-in needs `{name}`, and talks to a twin alone")))
        };
        Ok(Store {
            http: Http::new(),
            dashboard: address("STORE_DASHBOARD_URL")?,
            storage: address("STORE_UPLOAD_URL")?,
            authorization,
        })
    }

    /// A request with the login.
    fn send(&self, request: Request) -> Told<Value> {
        let request = request
            .accept("application/json")
            .secret("Authorization", self.authorization.clone());
        let answer = self.http.send(&request).map_err(|it| broken(&it))?;
        if answer.status == 401 {
            return Err(Said(
                "Exported credentials are no longer valid for the Snap Store.\nRecommended resolution: Run export-login \
                 and update SNAPCRAFT_STORE_CREDENTIALS."
                    .to_owned(),
            ));
        }
        value(&answer)
    }

    fn post(&self, path: &str, body: &Value) -> Told<Value> {
        self.send(Request::post(format!("{}{path}", self.dashboard)).json(body))
    }

    fn get(&self, path: &str) -> Told<Value> {
        self.send(Request::get(format!("{}{path}", self.dashboard)))
    }
}

/// As requests and urllib3 word it.
fn broken(trouble: &Trouble) -> Said {
    if trouble.is_transient() {
        Said(format!("('Connection aborted.', {trouble})"))
    } else {
        Said(trouble.to_string())
    }
}

/// The body of an answer, or the error as craft-store words it.
fn value(answer: &Answer) -> Told<Value> {
    if answer.is_success() {
        return answer.json().map_err(|it| Said(it.to_string()));
    }
    let is_listed = answer
        .json::<Value>()
        .is_ok_and(|it| it.get("error_list").is_some());
    Err(Said(if is_listed {
        let lines = words(answer).replace("; ", "\n- ");
        format!("Store operation failed:\n- {lines}")
    } else {
        format!(
            "Issue encountered while processing your request: [{}] {}.",
            answer.status, answer.reason
        )
    }))
}

fn upload(store: &Store, words: &[&str], report: Report) -> Told<String> {
    let option = words.iter().find_map(|it| it.strip_prefix("--release="));
    let channels: Vec<&str> = option.into_iter().flat_map(|it| it.split(',')).collect();
    let files: Vec<&&str> = words.iter().filter(|it| !it.starts_with("--")).collect();
    let [file] = files.as_slice() else {
        return Err(Said("the following arguments are required: snap-file".to_owned()));
    };
    let path = Path::new(file);
    let bytes = files::read(path).map_err(|_| Said(format!("'{file}' is not a valid file")))?;
    let name = name(&bytes).map_err(|it| Said(format!("{it:#}")))?;
    store.post("/dev/api/snap-push/", &json!({"name": name, "dry_run": true}))?;
    let file_name = path.file_name().unwrap_or_default().to_string_lossy();
    let part = Part::file("binary", file_name, "application/octet-stream", path);
    let request = Request::post(format!("{}/unscanned-upload/", store.storage)).multipart(vec![part]);
    let request = request.accept("application/json");
    let answer = store.http.send(&request).map_err(|it| broken(&it))?;
    let taken = value(&answer)?;
    if taken["successful"] != true {
        return Err(Said(format!("Server error while pushing file: {taken}")));
    }
    let mut body = json!({
        "name": name,
        "series": "16",
        "updown_id": taken["upload_id"],
        "binary_filesize": bytes.len(),
        "source_uploaded": false,
    });
    if !channels.is_empty() {
        body["channels"] = json!(channels);
    }
    let pushed = store.post("/dev/api/snap-push/", &body)?;
    let url = pushed["status_details_url"].as_str().unwrap_or_default();
    let status = loop {
        let status = store.send(Request::get(url))?;
        report.say(format_args!("Status: {}", human(&status["code"])));
        if status["processed"] == true {
            break status;
        }
        std::thread::sleep(POLL);
    };
    let errors: Vec<&str> = status["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|it| it["message"].as_str())
        .collect();
    if !errors.is_empty() {
        return Err(Said(format!(
            "Issues while processing snap:\n- {}",
            errors.join("\n- ")
        )));
    }
    let tail = match channels.as_slice() {
        [] => String::new(),
        channels => format!(" and released to {}", quoted(channels)),
    };
    Ok(format!(
        "Revision {} created for '{name}'{tail}",
        status["revision"]
    ))
}

/// The name that a snap says.
fn name(bytes: &[u8]) -> anyhow::Result<String> {
    let image = Image::read(bytes)?;
    let entry = image.entry("meta/snap.yaml");
    let text = entry.map(|it| image.content(it)).transpose()?.unwrap_or_default();
    let meta = Yaml::parse(&String::from_utf8_lossy(&text), "meta/snap.yaml")?;
    let name = meta.get("name").and_then(Yaml::as_str);
    Ok(name.unwrap_or_default().to_owned())
}

/// The status for people.
fn human(code: &Value) -> &str {
    const WORDS: &[(&str, &str)] = &[
        ("being_processed", "processing"),
        ("need_manual_review", "will need manual review"),
        ("processing_error", "error while processing"),
        ("ready_to_release", "ready to release!"),
    ];
    let code = code.as_str().unwrap_or_default();
    WORDS.iter().find(|it| it.0 == code).map_or(code, |it| it.1)
}

fn quoted(list: &[&str]) -> String {
    let list: Vec<String> = list.iter().map(|it| format!("'{it}'")).collect();
    list.join(" and ")
}

fn release(store: &Store, name: &str, revision: &str, channels: &str) -> Told<String> {
    let channels: Vec<&str> = channels.split(',').collect();
    let body = json!({"name": name, "revision": revision, "channels": channels});
    store.post("/dev/api/snap-release/", &body)?;
    Ok(format!(
        "Released '{name}' revision {revision} to channels: {}",
        quoted(&channels)
    ))
}

fn close(store: &Store, name: &str, channel: &str) -> Told<String> {
    let account = store.get("/dev/api/account")?;
    let Some(id) = account["snaps"]["16"][name]["snap-id"].as_str() else {
        return Err(Said(format!("'{name}' not found or not owned by this account")));
    };
    store.post(
        &format!("/dev/api/snaps/{id}/close"),
        &json!({"channels": [channel]}),
    )?;
    Ok(format!("Channel '{channel}' for '{name}' is now closed"))
}

fn revisions(store: &Store, name: &str) -> Told<String> {
    let releases = store.get(&format!("/api/v2/snaps/{name}/releases"))?;
    let mut lines = vec!["Rev.    Uploaded              Arches    Version".to_owned()];
    for it in releases["revisions"].as_array().into_iter().flatten() {
        let text = |key: &str| it[key].as_str().unwrap_or_default().to_owned();
        let machines = it["architectures"].as_array().into_iter().flatten();
        let machines: Vec<&str> = machines.filter_map(Value::as_str).collect();
        lines.push(format!(
            "{:<8}{}  {:<10}{}",
            it["revision"],
            text("created_at"),
            machines.join(","),
            text("version")
        ));
    }
    Ok(lines.join("\n"))
}

fn register(store: &Store, name: &str) -> Told<String> {
    let body = json!({"snap_name": name, "is_private": false, "series": "16"});
    store.post("/dev/api/register-name/", &body)?;
    Ok(format!("Registered '{name}'"))
}

fn whoami(store: &Store) -> Told<String> {
    let login = store.get("/api/v2/tokens/whoami")?;
    let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    Ok(format!(
        "email: {}\nusername: {}\nid: {}\nexpires: {}Z",
        text(&login["account"]["email"]),
        text(&login["account"]["username"]),
        text(&login["account"]["id"]),
        text(&login["expires"])
    ))
}
