//! Whether the index takes a file: the form, the file, and what is there already (warehouse, `forklift/legacy.py`).

use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest};
use serde_json::json;

use super::form::{self, Field};
use crate::channel::pypi;
use crate::digest::{Sha256, hex};
use crate::lint::{self, File, Severity, Subject};
use crate::pack::wheel::{Member, members, normalised};
use crate::twin::server::{Incoming, Reply};

/// How long a release takes new files.
const OPEN_S: i64 = 14 * 24 * 3600;

/// The largest file, in bytes.
const MOST_BYTES: usize = 100 << 20;

/// A file that is taken.
pub(super) struct Stored {
    /// The project's name, normalised.
    pub(super) project: String,
    /// The project's name as its maker writes it.
    pub(super) title: String,
    pub(super) version: String,
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) sha256: String,
    pub(super) blake2: String,
    pub(super) kind: String,
    pub(super) python: String,
    pub(super) summary: String,
    pub(super) requires_python: Option<String>,
    pub(super) since_s: i64,
}

/// Why not, as the index words it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    why: String,
}

impl Refusal {
    pub(super) fn new(status: u16, why: impl Into<String>) -> Refusal {
        Refusal { status, why: why.into() }
    }

    /// The words stand in the reason phrase, where old clients look for them, and in the body.
    pub(super) fn reply(&self, request: &Incoming) -> Reply {
        let why = self.why.replace(['\r', '\n'], " ");
        let wants_json = request.header("accept").is_some_and(|it| it.contains("application/json"));
        let title = if self.status == 403 { "Forbidden" } else { "Bad Request" };
        let reply = if wants_json {
            let code = format!("{} {why}", self.status);
            Reply::json(self.status, &json!({"message": why, "code": code, "title": title}))
        } else {
            let page = format!(
                "<html>\n <head>\n  <title>{0} {why}</title>\n </head>\n <body>\n  <h1>{0} {why}</h1>\n  {title}\n </body>\n\
                 </html>",
                self.status
            );
            Reply::bytes(self.status, Some("text/html; charset=UTF-8"), page.into_bytes())
        };
        reply.because(why)
    }
}

fn bad(why: impl Into<String>) -> Refusal {
    Refusal::new(400, why)
}

/// The fields of a form, by name.
struct Form(Vec<Field>);

impl Form {
    fn get(&self, name: &str) -> Option<&Field> {
        self.0.iter().find(|it| it.name == name)
    }

    fn text(&self, name: &str) -> &str {
        let value = self.get(name).map(|it| it.value.as_slice()).unwrap_or_default();
        std::str::from_utf8(value).unwrap_or_default()
    }
}

/// Reads the form and checks what can be told without a look at what is there.
pub(super) fn read(request: &Incoming) -> Result<Stored, Refusal> {
    let kind = request.header("content-type").unwrap_or_default();
    let fields = form::read(kind, &request.body).ok_or_else(|| bad("the body is no multipart/form-data"))?;
    let form = Form(fields);
    if form.text(":action") != "file_upload" {
        return Err(bad("Unknown action."));
    }
    if form.text("protocol_version") != "1" {
        return Err(bad("Unknown protocol version."));
    }
    let content = form.get("content").filter(|it| it.file_name.is_some());
    let content = content.ok_or_else(|| bad("Upload payload does not have a file."))?;
    let name = content.file_name.clone().unwrap_or_default();
    let media = content.content_type.as_deref().unwrap_or_default();
    if media.is_empty() || media.starts_with("image/") {
        return Err(bad("Invalid distribution file."));
    }
    if content.value.len() > MOST_BYTES {
        return Err(bad("File too large. Limit for project is 100 MB."));
    }
    let stored = Stored {
        project: normalised(form.text("name")),
        title: form.text("name").to_owned(),
        version: form.text("version").to_owned(),
        sha256: Sha256::of(&content.value).to_string(),
        blake2: hex(&Blake2b::<U32>::digest(&content.value)),
        kind: form.text("filetype").to_owned(),
        python: form.text("pyversion").to_owned(),
        summary: form.text("summary").to_owned(),
        requires_python: Some(form.text("requires_python").to_owned()).filter(|it| !it.is_empty()),
        since_s: crate::time::now_s().unwrap_or_default(),
        bytes: content.value.clone(),
        name,
    };
    digests(&form, &stored)?;
    named(&form, &stored)?;
    if stored.kind == "bdist_wheel" {
        wheel(&form, &stored)?;
    }
    Ok(stored)
}

/// At least one digest, and all that are there are those of the file.
fn digests(form: &Form, stored: &Stored) -> Result<(), Refusal> {
    let rows = [("sha256_digest", &stored.sha256), ("blake2_256_digest", &stored.blake2)];
    let has_any = rows.iter().any(|it| !form.text(it.0).is_empty()) || !form.text("md5_digest").is_empty();
    if !has_any {
        return Err(bad("Include at least one message digest."));
    }
    let differs = |(field, found): &(&str, &String)| {
        let said = form.text(field);
        !said.is_empty() && !said.eq_ignore_ascii_case(found)
    };
    if rows.iter().any(differs) {
        return Err(bad("The digest supplied does not match a digest calculated from the uploaded file."));
    }
    Ok(())
}

/// The name of the file is that of the project and the version, and of the kind that the form says.
fn named(form: &Form, stored: &Stored) -> Result<(), Refusal> {
    let name = &stored.name;
    if name.contains(['/', '\\']) {
        return Err(bad("Cannot upload a file with '/' or '\\' in the name."));
    }
    if stored.title.is_empty() || stored.version.is_empty() || form.text("metadata_version").is_empty() {
        return Err(bad("'' is an invalid value for Metadata-Version, Name or Version. Error: This field is required."));
    }
    if stored.version.contains('+') {
        return Err(bad(format!(
            "The use of local versions in <Version('{}')> is not allowed.",
            stored.version
        )));
    }
    let (kind, end, python) = if name.ends_with(".whl") {
        ("bdist_wheel", ".whl", None)
    } else if name.ends_with(".tar.gz") {
        ("sdist", ".tar.gz", Some("source"))
    } else {
        return Err(bad("Invalid file extension: Use .tar.gz, .whl or .zip extension."));
    };
    if stored.kind != kind {
        return Err(bad(format!("Invalid value for filetype: '{}' for a file ending in '{end}'.", stored.kind)));
    }
    if stored.python.is_empty() || python.is_some_and(|it| it != stored.python) {
        return Err(bad("Invalid value for pyversion."));
    }
    let stem = name.strip_suffix(end).unwrap_or(name);
    let (own, rest) = match kind {
        "sdist" => stem.rsplit_once('-').unwrap_or((stem, "")),
        _ => stem.split_once('-').unwrap_or((stem, "")),
    };
    let wanted = stored.project.replace('-', "_");
    if own != wanted {
        return Err(bad(format!(
            "Filename '{name}' should contain the normalized project name '{wanted}', not '{own}'."
        )));
    }
    let version = rest.split('-').next().unwrap_or_default();
    if version != stored.version {
        return Err(bad(format!("Version in filename should be '{}' not '{version}'.", stored.version)));
    }
    Ok(())
}

/// What is in a wheel, by the rules that `lint` has for the index, and whether the form says the same.
fn wheel(form: &Form, stored: &Stored) -> Result<(), Refusal> {
    let name = &stored.name;
    let all = members(&stored.bytes).map_err(|_| bad("Invalid distribution file. File is not a zipfile"))?;
    let folder = format!("{}-{}.dist-info", stored.project.replace('-', "_"), stored.version);
    let find = |file: &str| -> Result<&Member, Refusal> {
        let path = format!("{folder}/{file}");
        let found = all.iter().find(|it| it.path == path);
        found.ok_or_else(|| bad(format!("Wheel '{name}' does not contain the required {file} file: {path}")))
    };
    find("RECORD")?;
    find("WHEEL")?;
    let metadata = find("METADATA")?.read(&stored.bytes).unwrap_or_default();
    let metadata = String::from_utf8_lossy(&metadata).into_owned();
    let findings = lint::check(&Subject {
        channel: &pypi::CHANNEL,
        files: vec![File::new(name.clone(), stored.bytes.clone())],
        edition: None,
        is_whole: false,
        rendered: None,
    });
    for found in findings.iter().filter(|it| it.rule.severity == Severity::Refused) {
        let what = &found.flaw.what;
        return Err(bad(match what.split_once("does not take the platform `") {
            Some((_, tag)) => format!(
                "Binary wheel '{name}' has an unsupported platform tag '{}'.",
                tag.trim_end_matches('`')
            ),
            None => format!("Invalid distribution file. {what}"),
        }));
    }
    for (field, header) in [
        ("metadata_version", "Metadata-Version"),
        ("name", "Name"),
        ("version", "Version"),
        ("summary", "Summary"),
        ("requires_python", "Requires-Python"),
    ] {
        let start = format!("{header}: ");
        let head = metadata.lines().take_while(|it| !it.trim().is_empty());
        let inside = head.filter_map(|it| it.strip_prefix(&start)).next().unwrap_or_default();
        if form.text(field) != inside {
            return Err(bad(format!(
                "'{}' is an invalid value for {header}. Error: the file says '{inside}'",
                form.text(field)
            )));
        }
    }
    Ok(())
}

/// Whether it may stand beside what is there, and is not there itself: `false` is for the very same file again.
pub(super) fn fits(stored: &Stored, there: &[Stored], now_s: i64) -> Result<bool, Refusal> {
    let exists = |it: &Stored| {
        bad(format!("File already exists ('{}', with blake2_256 hash '{}').", it.name, it.blake2))
    };
    if let Some(same) = there.iter().find(|it| it.name == stored.name) {
        return if same.sha256 == stored.sha256 { Ok(false) } else { Err(exists(stored)) };
    }
    if let Some(other) = there.iter().find(|it| it.sha256 == stored.sha256) {
        return Err(exists(other));
    }
    let mut release = there.iter().filter(|it| it.version == stored.version);
    if release.clone().any(|it| it.since_s < now_s - OPEN_S) {
        return Err(bad("Uploading new files to releases older than 14 days is not allowed."));
    }
    if stored.kind == "sdist" && release.any(|it| it.kind == "sdist") {
        return Err(bad("Only one sdist may be uploaded per release."));
    }
    Ok(true)
}
