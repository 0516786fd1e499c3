//! The store's review of an upload by program, as far as it concerns what a release can get wrong.

use std::path::Path;

use anyhow::Context;

use crate::effect::environment::find_program;
use crate::effect::files::{self, Scratch};
use crate::effect::process::Program;
use crate::pack::squashfs::read::Image;
use crate::protocol::snapcraft::repack::{PROGRAM, WORDS};
use crate::render::yaml::Yaml;

/// What a snap says of itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) version: String,
    pub(super) architectures: Vec<String>,
    pub(super) grade: String,
    pub(super) confinement: String,
    pub(super) base: String,
    pub(super) title: String,
    pub(super) summary: String,
}

/// What the review has found.
#[derive(Clone, Debug, Default)]
pub(super) struct Reviewed {
    pub(super) facts: Facts,
    /// What it is refused for.
    pub(super) errors: Vec<String>,
    /// What people have to look at.
    pub(super) held: Vec<String>,
}

/// Reviews an upload for the snap of a name. The review unpacks below `dir`.
pub(super) fn review(name: &str, bytes: &[u8], dir: &Path) -> Reviewed {
    let mut reviewed = Reviewed::default();
    let meta = match meta(bytes) {
        Ok(meta) => meta,
        Err(error) => {
            reviewed.errors.push(format!("{error:#}"));
            return reviewed;
        }
    };
    let text = |key: &str| {
        meta.get(key)
            .and_then(Yaml::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let facts = Facts {
        version: text("version"),
        architectures: meta
            .get("architectures")
            .map(Yaml::items)
            .unwrap_or_default()
            .iter()
            .filter_map(|it| Some(it.as_str()?.to_owned()))
            .collect(),
        grade: text("grade"),
        confinement: text("confinement"),
        base: text("base"),
        title: text("title"),
        summary: text("summary"),
    };
    let mut refuse = |is_wrong: bool, why: String| {
        if is_wrong {
            reviewed.errors.push(why);
        }
    };
    refuse(
        text("name") != name,
        format!("name: the snap is called '{}', not '{name}'", text("name")),
    );
    refuse(
        !is_version(&facts.version),
        format!("malformed 'version': '{}'", facts.version),
    );
    refuse(
        facts.summary.is_empty() || facts.summary.chars().count() > 128,
        "malformed 'summary'".to_owned(),
    );
    refuse(
        !["stable", "devel"].contains(&facts.grade.as_str()),
        format!("malformed 'grade': '{}'", facts.grade),
    );
    refuse(
        !["strict", "classic", "devmode"].contains(&facts.confinement.as_str()),
        format!("malformed 'confinement': '{}'", facts.confinement),
    );
    refuse(
        facts.architectures.is_empty(),
        "malformed 'architectures': it is empty".to_owned(),
    );
    match is_as_packed(bytes, dir) {
        Ok(true) => {}
        Ok(false) => refuse(
            true,
            format!(
                "checksums do not match. Please ensure the snap is created with either 'snapcraft pack <DIR>' (using \
                 snapcraft >= 2.38) or '{PROGRAM} <dir> <snap> {}'",
                WORDS.join(" ")
            ),
        ),
        Err(error) => refuse(true, format!("unsquashfs failed: {error:#}")),
    }
    if facts.confinement == "classic" {
        let why = "(NEEDS REVIEW) confinement 'classic' not allowed. If your snap needs classic confinement to function, \
                   please make a request for this snap to use classic by creating a new topic in the forum";
        reviewed.held.push(why.to_owned());
    }
    reviewed.facts = facts;
    reviewed
}

/// `^[a-zA-Z0-9](?:[a-zA-Z0-9:.+~-]{0,30}[a-zA-Z0-9+~])?$` (snapd, snap/validate.go).
fn is_version(text: &str) -> bool {
    let is_plain = |it: char| it.is_ascii_alphanumeric();
    let is_inner = |it: char| is_plain(it) || ":.+~-".contains(it);
    text.len() <= 32
        && text.starts_with(is_plain)
        && text.chars().all(is_inner)
        && text.ends_with(|it| is_plain(it) || "+~".contains(it))
}

fn meta(bytes: &[u8]) -> anyhow::Result<Yaml> {
    let image = Image::read(bytes).context("not a valid squashfs file")?;
    let entry = image.entry("meta/snap.yaml").context("missing meta/snap.yaml")?;
    let text = String::from_utf8(image.content(entry)?).context("meta/snap.yaml is not UTF-8")?;
    Yaml::parse(&text, "meta/snap.yaml")
}

/// Whether unpacking and packing again gives the same bytes; on a machine without the tools whether the form is that of
/// mksquashfs with the wanted words.
fn is_as_packed(bytes: &[u8], dir: &Path) -> anyhow::Result<bool> {
    const NO_FRAGMENTS: u16 = 0x10;
    const XZ: u16 = 4;
    let superblock = Image::read(bytes)?.superblock;
    if superblock.compressor != XZ || superblock.flags & NO_FRAGMENTS == 0 {
        return Ok(false);
    }
    if find_program(PROGRAM).is_none() || find_program("unsquashfs").is_none() {
        return Ok(true);
    }
    files::create_dir(dir)?;
    let scratch = Scratch::new(dir)?;
    let (sent, tree, again) = (
        scratch.path().join("sent.snap"),
        scratch.path().join("tree"),
        scratch.path().join("again.snap"),
    );
    files::write_unsynced(&sent, bytes)?;
    Program::new("unsquashfs")
        .args(["-no-progress", "-d"])
        .arg(&tree)
        .arg(&sent)
        .read()?;
    Program::new(PROGRAM)
        .arg(&tree)
        .arg(&again)
        .args(WORDS)
        .args(["-fstime", &superblock.time_s.to_string()])
        .env_remove("SOURCE_DATE_EPOCH")
        .read()?;
    Ok(files::read(&again)? == bytes)
}
