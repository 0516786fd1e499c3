//! npm: packages go to a registry by npm itself.

mod client;
mod packument;
mod registry;

use std::fmt;
use std::time::Duration;

use semver::Version;
use serde::Serialize;

use crate::outside::{Act, Look};
use crate::plan::{self, Item};
use crate::size::size;
use crate::standing::{Failure, Standing};

pub use packument::{Detail, Maintainer, Packument};
pub use registry::Registry;

/// The tag that users get without asking for one.
pub const LATEST: &str = "latest";

/// How long a registry may take to show a version: what npm reads is cached in front of it.
const PATIENCE: Duration = Duration::from_mins(10);

/// A change by this protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verb", rename_all = "kebab-case")]
pub enum Verb {
    /// Publishes a package.
    Publish(Publish),
}

/// What `npm publish` is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Publish {
    /// The tarball.
    pub item: Item,
    /// The name of the package, with its scope.
    pub name: String,
    /// The version.
    pub version: String,
    /// The tarball's digest as registries say it: `sha512-` and base64.
    pub integrity: String,
    /// The dist-tag.
    pub tag: String,
    /// The dist-tag in the place of `latest`, where a newer version has that one.
    pub older_tag: Option<String>,
    /// Who may install it, `public` or `restricted`; `None` where the registry decides.
    pub access: Option<String>,
    /// Whether a signed statement of where it was built goes with it.
    pub provenance: bool,
    /// The packages that must be there at the same version before.
    pub needs: Vec<String>,
    /// Where it goes.
    pub registry: Registry,
}

impl plan::Verb for Verb {
    fn probe(&self, look: &Look<'_>) -> Result<Standing, Failure> {
        match self {
            Verb::Publish(it) => it.probe(look),
        }
    }

    fn perform(&self, act: &Act<'_>) -> Result<(), Failure> {
        match self {
            Verb::Publish(it) => it.perform(act),
        }
    }

    fn item(&self) -> Option<&Item> {
        match self {
            Verb::Publish(it) => Some(&it.item),
        }
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verb::Publish(it) => it.fmt(f),
        }
    }
}

impl fmt::Display for Publish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digest = self.item.sha256.to_string();
        write!(
            f,
            "publish {} ({}, sha256 {}…) as {}@{} to {} under the tag {}",
            self.item.name(),
            size(self.item.size_bytes),
            &digest[..8],
            self.name,
            self.version,
            self.registry,
            self.tag
        )?;
        if let Some(older) = &self.older_tag {
            write!(f, ", or {older} where {} is newer", self.tag)?;
        }
        if self.provenance {
            write!(f, ", with provenance")?;
        }
        match self.needs.len() {
            0 => Ok(()),
            1 => write!(f, ", once the package that it depends on is there"),
            count => write!(f, ", once the {count} packages that it depends on are there"),
        }
    }
}

impl Publish {
    fn probe(&self, look: &Look<'_>) -> Result<Standing, Failure> {
        let Some(found) = self.registry.packument(look, &self.name, Detail::Install)? else {
            return Ok(Standing::Absent);
        };
        let Some(there) = found.versions.get(&self.version) else {
            return Ok(Standing::Absent);
        };
        let differs = |there: &str, ours: &str| Standing::Differs {
            why: format!(
                "{}@{} is there with {there}, ours is {ours}",
                self.name, self.version
            ),
        };
        if let Some(sha512) = there.dist.sha512() {
            let is_ours = sha512 == self.integrity;
            return Ok(if is_ours {
                Standing::Same
            } else {
                differs(sha512, &self.integrity)
            });
        }
        // Registries of before 2017 knew no `integrity`.
        let request = self.registry.get(look, &there.dist.tarball)?;
        Ok(match look.digest_of(&request)? {
            Some((_, digest)) if digest == self.item.sha256 => Standing::Same,
            Some((_, digest)) => differs(
                &format!("sha256 {digest}"),
                &format!("sha256 {}", self.item.sha256),
            ),
            None => Standing::Unknown {
                why: format!(
                    "{}@{} is listed, and its tarball is not there",
                    self.name, self.version
                ),
            },
        })
    }

    fn perform(&self, act: &Act<'_>) -> Result<(), Failure> {
        self.needs_are_there(act)?;
        let there = self.registry.packument(act, &self.name, Detail::Install)?;
        let tag = self.tag_beside(there.as_ref());
        client::publish(self, tag, act)
    }

    /// A root whose packages are missing installs, and does not run: it waits until each of them can be installed.
    fn needs_are_there(&self, look: &Look<'_>) -> Result<(), Failure> {
        let mut missing = Vec::new();
        for name in &self.needs {
            let there = self.registry.packument(look, name, Detail::Install)?;
            if !there.is_some_and(|it| it.versions.contains_key(&self.version)) {
                missing.push(format!("{name}@{}", self.version));
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        Err(Failure::transient(format!(
            "{} depends on what the registry does not serve yet: {}",
            self.name,
            missing.join(", ")
        )))
    }

    /// The tag, or that of an older line: `latest` never moves backwards.
    fn tag_beside(&self, there: Option<&Packument>) -> &str {
        let latest = there.and_then(|it| it.dist_tags.get(LATEST));
        match (&self.older_tag, latest) {
            (Some(older), Some(latest)) if is_newer(latest, &self.version) => older,
            _ => &self.tag,
        }
    }
}

/// Whether a version is newer than another; what is no version is not.
fn is_newer(one: &str, than: &str) -> bool {
    match (Version::parse(one), Version::parse(than)) {
        (Ok(one), Ok(than)) => one > than,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publish(version: &str) -> Publish {
        Publish {
            item: Item {
                path: "manifests/npm/demo-1.2.3.tgz".to_owned(),
                size_bytes: 1536,
                sha256: crate::digest::Sha256::of(b"x"),
            },
            name: "demo".to_owned(),
            version: version.to_owned(),
            integrity: "sha512-x".to_owned(),
            tag: LATEST.to_owned(),
            older_tag: Some("release-1.x".to_owned()),
            access: None,
            provenance: false,
            needs: vec!["demo-linux-x64".to_owned(), "demo-win32-x64".to_owned()],
            registry: Registry::npm(None),
        }
    }

    #[test]
    fn the_line_says_what_goes_where() {
        assert_eq!(
            Verb::Publish(publish("1.2.3")).to_string(),
            "publish demo-1.2.3.tgz (1.5 KiB, sha256 2d711642…) as demo@1.2.3 to npm under the tag latest, or release-1.x \
             where latest is newer, once the 2 packages that it depends on are there"
        );
    }

    #[test]
    fn latest_never_moves_backwards() {
        let check = |latest: Option<&str>, expected: &str| {
            let mut there = Packument::default();
            if let Some(latest) = latest {
                there.dist_tags.insert(LATEST.to_owned(), latest.to_owned());
            }
            assert_eq!(publish("1.9.0").tag_beside(Some(&there)), expected);
        };
        check(None, "latest");
        check(Some("1.8.9"), "latest");
        check(Some("1.10.0"), "release-1.x");
        check(Some("2.0.0-rc.1"), "release-1.x");
        check(Some("none"), "latest");
        assert_eq!(publish("1.9.0").tag_beside(None), "latest");
    }
}
