//! What the lock file, the tags and the changelog say.

use std::cmp::Ordering;
use std::path::Path;

use semver::Version;

use super::{Carrier, IsOurs, Kind, Standing, Survey};
use crate::effect::files;
use crate::effect::process::Program;
use crate::git::Git;
use crate::version::changelog::{self, Changelog};
use crate::version::lock::Lock;
use crate::version::source::Source;
use crate::version::tag;

impl Survey {
    pub(super) fn read_lock(&mut self) -> anyhow::Result<()> {
        let path = self.root.join("Cargo.lock");
        let Some(text) = files::read_text_if_present(&path)? else {
            self.absent.push("lock file");
            return Ok(());
        };
        let lock = Lock::parse(&text)?;
        self.texts.insert(path.clone(), text);
        for (name, version, is_ours) in self.members.clone() {
            let Some(entry) = lock.member(&name, &version) else {
                self.push_missing(Kind::Lock, &name, "Cargo.lock", "none");
                self.found(
                    format!("package `{name}` is missing"),
                    &["run `cargo update --workspace --offline`, which leaves other packages as they are"],
                );
                continue;
            };
            let standing = match (entry.version == version, is_ours) {
                (false, _) => Standing::Differs,
                (true, IsOurs::Ours) => Standing::Agrees,
                (true, IsOurs::Independent) => Standing::Independent,
            };
            let text = entry.version.to_string();
            self.push(
                Kind::Lock,
                Some(&name),
                &path,
                entry.span.start,
                "package.version",
                &text,
                standing,
            );
            if standing == Standing::Differs {
                self.found_settable(format!(
                    "package `{name}` is locked at `{text}`, but it is at `{version}`"
                ));
            }
        }
        self.lock = Some(path);
        Ok(())
    }

    /// The tag of this release. A manifest that was changed since the commit is on its way to another release.
    pub(super) fn read_tags(&mut self, source: &Source) -> anyhow::Result<Option<String>> {
        let Some(git) = Git::find(&self.root)? else {
            self.absent.push("git");
            return Ok(None);
        };
        if git.head()?.is_none() {
            return Ok(None);
        }
        let names: Vec<String> = self.names.clone();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let tags = git.tags_at_head()?;
        let checked = tag::check_tags(&self.version, &tags, &names);
        let is_changed = is_changed(&self.root, &source.path)?;
        let mut problem = checked.as_ref().err().filter(|_| !is_changed).cloned();
        for tag in tags {
            let Some(version) = tag::tagged(&tag, &names) else {
                continue;
            };
            let standing = match (version == self.version, &checked) {
                (true, _) => Standing::Agrees,
                (false, Ok(_)) => Standing::Independent,
                (false, Err(_)) if is_changed => Standing::LastRelease,
                (false, Err(_)) => Standing::Differs,
            };
            self.carriers.push(Carrier {
                kind: Kind::Tag,
                package: None,
                file: ".git".to_owned(),
                line: None,
                key: "tag".to_owned(),
                text: tag,
                standing,
                problem: problem.take(),
            });
        }
        Ok(checked.unwrap_or(None).filter(|_| !is_changed))
    }

    /// The newest release that the changelog knows.
    pub(super) fn read_changelog(&mut self, tag: Option<&str>) -> anyhow::Result<Option<Version>> {
        let Some(path) = self.find_file(|it| changelog::FILES.iter().position(|name| *name == it)) else {
            self.absent.push("changelog");
            return Ok(None);
        };
        let text = files::read_text(&path)?;
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let Changelog {
            unreleased,
            planned,
            releases,
        } = changelog::read(&text, &names);
        self.texts.insert(path.clone(), text);
        self.changelog = Some(path.clone());
        let version = self.version.clone();
        let fix = format!("run `cargo xtask version set {version} --changelog`");
        let unreleased_fix = "or start a section `## [Unreleased]` for what comes next";
        let Some(newest) = releases.first() else {
            let file = self.shown(&path);
            self.push_missing(Kind::Changelog, "", &file, "no release yet");
            match tag {
                Some(tag) => self.found(
                    format!("there is no release yet, but the commit is tagged `{tag}`"),
                    &[&fix],
                ),
                None => self.carriers.last_mut().expect("just pushed").standing = Standing::LastRelease,
            }
            return Ok(None);
        };
        let order = newest.version.cmp_precedence(&version);
        let standing = match (newest.version == version, tag, order) {
            (true, ..) => Standing::Agrees,
            (false, None, Ordering::Less) if unreleased.is_some() || !planned.is_empty() => {
                Standing::LastRelease
            }
            _ => Standing::Differs,
        };
        let text = newest.version.to_string();
        self.push(
            Kind::Changelog,
            None,
            &path,
            newest.span.start,
            "newest release",
            &text,
            standing,
        );
        if standing == Standing::Differs {
            let what = format!("the newest release is `{text}`, but the version is `{version}`");
            match (tag, order) {
                (_, Ordering::Greater) => {
                    self.found(
                        what,
                        &[
                            &format!("run `cargo xtask version set {text}`"),
                            "or take the heading away",
                        ],
                    );
                }
                (Some(tag), _) => self.found(format!("{what} and the commit is tagged `{tag}`"), &[&fix]),
                (None, _) => self.found(what, &[&fix, unreleased_fix]),
            }
        }
        Ok(Some(newest.version.clone()))
    }
}

/// Whether a file differs from the commit.
fn is_changed(root: &Path, path: &Path) -> anyhow::Result<bool> {
    let outcome = Program::new("git")
        .args(["--no-optional-locks", "diff", "--quiet", "HEAD", "--"])
        .arg(path)
        .dir(root)
        .output(None)?;
    Ok(!outcome.is_success())
}
