//! An upload: its form, and what the registry refuses in it. The order and the words are those of its `publish.rs`.

mod manifest;

use serde::Deserialize;
use serde_json::{Value, json};

use super::elsewhere::Elsewhere;
use super::shelf::{Release, Shelf};
use super::{USER, Who, refused};
use crate::digest::Sha256;
use crate::protocol::cargo::index;
use crate::twin::server::Reply;

/// The most bytes of the description in front of a crate.
const MOST_METADATA: usize = 1 << 20;

/// The most bytes of a crate, and the same unpacked.
const MOST_CRATE: usize = 10 << 20;
const MOST_UNPACKED: usize = 512 << 20;

/// The most characters of a version.
const MOST_VERSION: usize = 150;

/// Names that belong to Rust and Windows; a choice of the registry's list.
const RESERVED: &[&str] = &[
    "alloc",
    "arena",
    "ast",
    "builtins",
    "collections",
    "compiler-builtins",
    "con",
    "core",
    "nul",
    "prn",
    "proc-macro",
    "rustc",
    "rustdoc",
    "std",
    "test",
];

/// What cargo sends in front of the crate (The Cargo Book, registry web API).
#[derive(Debug, Deserialize)]
struct Metadata {
    name: String,
    vers: String,
    #[serde(default)]
    deps: Vec<Dependency>,
    #[serde(default)]
    features: Value,
    links: Option<String>,
    rust_version: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    version_req: String,
    #[serde(default)]
    features: Vec<String>,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    default_features: bool,
    target: Option<String>,
    kind: Option<String>,
    registry: Option<String>,
    explicit_name_in_toml: Option<String>,
}

/// Takes a crate, or refuses it.
pub(super) fn publish(shelf: &mut Shelf, elsewhere: &Elsewhere, who: &Who, body: &[u8], base: &str) -> Reply {
    match take(shelf, elsewhere, who, body) {
        Ok((name, release)) => {
            let row = shelf.add(&name, USER, release).row();
            let warnings = json!({ "invalid_categories": [], "invalid_badges": [], "other": [] });
            Reply::json(200, &json!({ "crate": row, "warnings": warnings }))
        }
        // The registry names itself in some of its words.
        Err(Refusal(status, detail)) => refused(status, detail.replace("{registry}", base)),
    }
}

/// A status with its words.
struct Refusal(u16, String);

/// A bad request.
fn bad(detail: impl Into<String>) -> Refusal {
    Refusal(400, detail.into())
}

fn take(shelf: &Shelf, elsewhere: &Elsewhere, who: &Who, body: &[u8]) -> Result<(String, Release), Refusal> {
    let (document, rest) = piece(body, MOST_METADATA, "metadata", "JSON metadata blob too large")?;
    let metadata: Metadata =
        serde_json::from_slice(document).map_err(|error| bad(format!("invalid upload request: {error}")))?;
    manifest::name("crate", &metadata.name)?;
    let invalid = |_| bad(format!("\"{}\" is an invalid semver version", metadata.vers));
    let version = semver::Version::parse(&metadata.vers)
        .map_err(invalid)?
        .to_string();
    if version.chars().count() > MOST_VERSION {
        return Err(bad(format!(
            "the version number is too long (max {MOST_VERSION} characters)"
        )));
    }
    let existing = shelf.find(&metadata.name).ok();
    if existing.is_none() && *who == Who::Workflow {
        return Err(Refusal(
            403,
            "Trusted Publishing tokens do not support creating new crates. Publish the crate manually, first"
                .to_owned(),
        ));
    }
    let too_large = format!("max upload size is: {MOST_CRATE}");
    let (bytes, _) = piece(rest, MOST_CRATE, "tarball", &too_large)?;
    let about = manifest::check(bytes, &metadata.name, &version, MOST_UNPACKED)?;
    let canonical = metadata.name.to_lowercase().replace('_', "-");
    if RESERVED.contains(&canonical.as_str()) {
        return Err(bad("cannot upload a crate with a reserved name"));
    }
    if let Some(existing) = existing {
        if !existing.owners.iter().any(|it| it == USER) {
            return Err(Refusal(
                403,
                "this crate exists but you don't seem to be an owner. If you believe this is a mistake, perhaps you need to \
                 accept an invitation to be an owner before publishing."
                    .to_owned(),
            ));
        }
        if existing.name != metadata.name {
            return Err(bad(format!("crate was previously named `{}`", existing.name)));
        }
        let plain = index::plain(&version);
        if existing
            .versions
            .iter()
            .any(|it| index::plain(&it.number) == plain)
        {
            return Err(bad(format!("crate version `{plain}` is already uploaded")));
        }
    }
    for dependency in &metadata.deps {
        if shelf.find(&dependency.name).is_err() && !elsewhere.has(&dependency.name) {
            return Err(bad(format!("no known crate named `{}`", dependency.name)));
        }
    }
    let cksum = Sha256::of(bytes).to_string();
    let time_s = crate::time::now_s().unwrap_or_default();
    let line = json!({
        "name": metadata.name,
        "vers": version,
        "deps": metadata.deps.iter().map(Dependency::line).collect::<Vec<_>>(),
        "cksum": cksum,
        "features": {},
        "features2": metadata.features,
        "yanked": false,
        "links": metadata.links,
        "rust_version": metadata.rust_version,
        "pubtime": crate::time::rfc3339(time_s),
        "v": 2,
    });
    let release = Release {
        number: version,
        line,
        about,
        bytes: bytes.to_vec(),
        is_yanked: false,
        time_s,
    };
    Ok((metadata.name, release))
}

/// A length in four bytes, the lowest first, and what it counts.
fn piece<'a>(
    bytes: &'a [u8],
    most: usize,
    what: &str,
    too_large: &str,
) -> Result<(&'a [u8], &'a [u8]), Refusal> {
    let (len, rest) = bytes
        .split_first_chunk::<4>()
        .ok_or_else(|| bad(format!("invalid {what} length")))?;
    let len = u32::from_le_bytes(*len) as usize;
    if len > most {
        return Err(Refusal(413, too_large.to_owned()));
    }
    rest.split_at_checked(len)
        .ok_or_else(|| bad(format!("invalid {what} length for remaining payload: {len}")))
}

impl Dependency {
    /// As the index has it: the name in the manifest, and beside it the name of the package where they differ. A crate that
    /// cargo looks for in the public registry stays one.
    fn line(&self) -> Value {
        json!({
            "name": self.explicit_name_in_toml.as_ref().unwrap_or(&self.name),
            "req": self.version_req,
            "features": self.features,
            "optional": self.optional,
            "default_features": self.default_features,
            "target": self.target,
            "kind": self.kind.as_deref().unwrap_or("normal"),
            "registry": self.registry,
            "package": self.explicit_name_in_toml.as_ref().map(|_| &self.name),
        })
    }
}
