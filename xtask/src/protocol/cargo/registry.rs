//! A registry of crates as cargo sees it: the public one, or one by its index.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::index::{self, Line};
use super::words;
use crate::digest::{Algorithm, Checksum};
use crate::effect::files;
use crate::effect::process::Program;
use crate::outside::Look;
use crate::protocol::oidc;
use crate::standing::{Failure, Standing};
use crate::workspace::clean_program;

/// A registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Registry {
    /// Its index, as cargo's `registries.<name>.index`; `None` for the public one, which cargo knows by itself.
    pub index: Option<String>,
    /// Whether crates that belong to the public registry are looked for in it too: those of one release that depend on each
    /// other are there alone.
    pub stands_in: bool,
}

/// What a registry has of a crate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shelf {
    /// Its versions, in the order of the index.
    pub lines: Vec<Line>,
    /// What cargo tells people of the version that was asked for, else of the newest; empty when there is none to be had.
    pub text: String,
    /// SHA-256 of the `.crate` that cargo got, in lower hex.
    pub served: Option<String>,
}

/// The part of an index's `config.json` that matters here.
#[derive(Deserialize)]
struct Settings {
    api: Option<String>,
}

impl Registry {
    /// The registry at an endpoint.
    pub fn at(index: Option<&str>) -> Registry {
        Registry {
            // Cargo asks below the address, so the slash that the table of endpoints drops is needed.
            index: index.map(|it| {
                if it.starts_with("sparse+") {
                    format!("{}/", it.trim_end_matches('/'))
                } else {
                    it.to_owned()
                }
            }),
            stands_in: false,
        }
    }

    /// What it is called in the words for cargo.
    pub fn name(&self) -> &'static str {
        if self.index.is_some() {
            "xtask"
        } else {
            "crates-io"
        }
    }

    /// The variable that cargo takes the token from.
    pub fn token_variable(&self) -> &'static str {
        if self.index.is_some() {
            "CARGO_REGISTRIES_XTASK_TOKEN"
        } else {
            "CARGO_REGISTRY_TOKEN"
        }
    }

    /// The setting by which it stands in for the public one.
    pub fn replacement(&self) -> String {
        format!("source.crates-io.replace-with=\"{}\"", self.name())
    }

    /// Cargo in a folder, told where the registry is. It goes out whatever the user's settings say of the network, and
    /// tries once: how often something is tried is decided here.
    pub fn client(&self, dir: &Path) -> Program {
        let program = clean_program("cargo", dir)
            .env("CARGO_NET_OFFLINE", "false")
            .env("CARGO_NET_RETRY", "0")
            .env("CARGO_TERM_PROGRESS_WHEN", "never");
        match &self.index {
            Some(index) => program.env("CARGO_REGISTRIES_XTASK_INDEX", index),
            None => program,
        }
    }

    /// Asks cargo for a crate, and for one version of it. What may pass is asked again.
    pub fn ask(&self, look: &Look<'_>, name: &str, version: Option<&str>) -> Result<Shelf, Failure> {
        let home = home(look, name);
        files::create_dir(&home)?;
        let spec = version.map_or(name.to_owned(), |it| format!("{name}@{it}"));
        let mut program = self.client(&home).env("CARGO_HOME", &home);
        if self.index.is_some()
            && let Ok(credential) = look.credential()
            && !oidc::is_offered(&credential)
        {
            // A company's registry may let nobody look who has no token.
            program = program.env(self.token_variable(), credential.token().reveal().trim());
        }
        let program = program.args(["info", "--color", "never", "--registry", self.name(), &spec]);
        let mut turn = 1;
        loop {
            forget(&home, name)?;
            let outcome = look.read(&program)?;
            let said = String::from_utf8_lossy(&outcome.stderr);
            // What was yanked is not found either; the lines of the index tell.
            let is_absent = said.contains("error: could not find `");
            if outcome.is_success() || is_absent {
                let text = if is_absent { &[][..] } else { &outcome.stdout };
                return shelf(&home, name, version, String::from_utf8_lossy(text).into_owned());
            }
            // What the index says stands, though the crate itself could not be had.
            let known = shelf(&home, name, None, String::new())?;
            if version.is_some_and(|version| known.line(version).is_some()) {
                return Ok(known);
            }
            let failure = words::failure(&format!("cannot ask {self} for `{spec}`"), &said);
            let Some(wait) = look.tempo().wait_before(turn, failure.again) else {
                return Err(failure);
            };
            look.report()
                .detail(format_args!("{}: asked again in {wait:.1?}", look.channel));
            std::thread::sleep(wait);
            turn += 1;
        }
    }

    /// The address of its interface, as its index says to those who have asked for a crate.
    pub fn api(&self, look: &Look<'_>, name: &str) -> Result<String, Failure> {
        let found = indices(&home(look, name)).find_map(|it| {
            let text = files::read_text(&it.join("config.json")).ok()?;
            let settings: Settings = serde_json::from_str(&text).ok()?;
            settings.api
        });
        found
            .map(|it| it.trim_end_matches('/').to_owned())
            .ok_or_else(|| Failure::new(format!("the index of {self} names no `api` in its `config.json`")))
    }
}

impl Shelf {
    /// The line of a version, or of one that differs from it in build metadata alone.
    fn line(&self, version: &str) -> Option<&Line> {
        let plain = index::plain(version);
        self.lines.iter().find(|it| index::plain(&it.vers) == plain)
    }

    /// What stands in the place of a version with a digest.
    pub fn standing(&self, name: &str, version: &str, ours: &str) -> Standing {
        let what = format!("`{name}` {version}");
        match self.line(version) {
            Some(line) if line.vers != version => Standing::Differs {
                why: format!(
                    "`{name}` {} is there with {}, which takes the place of {version}: versions that differ in build \
                     metadata alone are one; ours is {ours}",
                    line.vers, line.cksum
                ),
            },
            Some(line) if line.yanked && line.cksum.eq_ignore_ascii_case(ours) => Standing::Unknown {
                why: format!(
                    "{what} is there with our digest, and yanked: `cargo yank --undo {name}@{version}` offers it again"
                ),
            },
            Some(line) => Standing::of_digest(Some(&line.cksum), ours, &what),
            None => Standing::of_digest(self.served.as_deref(), ours, &what),
        }
    }
}

/// The home of cargo for questions about a crate: the user's own may hold settings that lead elsewhere, and what it keeps
/// may be old.
fn home(look: &Look<'_>, name: &str) -> PathBuf {
    look.scratch().join("cargo").join(name)
}

fn indices(home: &Path) -> impl Iterator<Item = PathBuf> {
    let dirs = files::list(&home.join("registry/index")).unwrap_or_default();
    dirs.into_iter().filter(|it| it.is_dir())
}

/// Where cargo keeps the lines of a crate.
fn kept(home: &Path, name: &str) -> impl Iterator<Item = PathBuf> {
    let path = index::path(name);
    indices(home).map(move |it| it.join(".cache").join(&path))
}

/// Lets nothing that was found before be taken for an answer.
fn forget(home: &Path, name: &str) -> anyhow::Result<()> {
    for path in kept(home, name) {
        files::remove(&path)?;
    }
    files::remove_dir(&home.join("registry/cache"))
}

fn shelf(home: &Path, name: &str, version: Option<&str>, text: String) -> Result<Shelf, Failure> {
    let mut lines = Vec::new();
    for path in kept(home, name).filter(|it| it.is_file()) {
        let bytes = files::read(&path)?;
        let read = |it: &str| serde_json::from_str(it).ok();
        lines.extend(index::kept(&bytes).into_iter().filter_map(read));
    }
    let mut served = None;
    if let Some(version) = version {
        let file = format!("{name}-{version}.crate");
        let dirs = files::list(&home.join("registry/cache")).unwrap_or_default();
        if let Some(path) = dirs.iter().map(|it| it.join(&file)).find(|it| it.is_file())
            && let Checksum::Sha256(digest) = crate::digest::file(&path, Algorithm::Sha256)?
        {
            served = Some(digest.to_string());
        }
    }
    Ok(Shelf { lines, text, served })
}

impl fmt::Display for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.index {
            Some(index) => write!(f, "the registry {index}"),
            None => f.write_str("the public registry of crates"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(vers: &str, cksum: &str, yanked: bool) -> Line {
        Line {
            vers: vers.to_owned(),
            cksum: cksum.to_owned(),
            yanked,
            pubtime: None,
        }
    }

    #[test]
    fn a_version_is_told_from_others() {
        let shelf = Shelf {
            lines: vec![
                line("1.0.0", "aa", false),
                line("1.1.0+x", "bb", false),
                line("1.2.0", "cc", true),
            ],
            ..Shelf::default()
        };
        let check = |version: &str, ours: &str, expected: &str| {
            assert_eq!(shelf.standing("a", version, ours).word(), expected, "{version}");
        };
        check("1.0.0", "AA", "same");
        check("1.0.0", "ab", "differs");
        check("1.1.0+x", "bb", "same");
        check("1.1.0", "bb", "differs");
        check("1.1.0+y", "bb", "differs");
        check("1.2.0", "cc", "unknown");
        check("1.2.0", "cd", "differs");
        check("1.3.0", "aa", "absent");
    }

    #[test]
    fn sparse_indices_end_in_a_slash() {
        let index = |it| Registry::at(Some(it)).index.unwrap();
        assert_eq!(index("sparse+http://x/index"), "sparse+http://x/index/");
        assert_eq!(index("file:///x/index"), "file:///x/index");
        assert_eq!(Registry::at(None).name(), "crates-io");
    }
}
