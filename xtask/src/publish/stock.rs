//! The stock of a channel: the files that were rendered for it, with their digests, and all that is known of the release.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context;

use crate::channel::Channel;
use crate::config::{Config, Settings};
use crate::digest::{Algorithm, Checksum, Sha256};
use crate::edition::Edition;
use crate::effect::files;
use crate::manifests::folder;
use crate::plan::Item;
use crate::problem::{Problem, Problems};
use crate::protocol::endpoint::Endpoints;

/// What a person asked for beyond the usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Open pull requests at repositories that want a person to answer for each.
    pub open_pr: bool,
}

/// What `plan` is given. It reads nothing but the release.
pub struct Stock<'a> {
    /// The channel.
    pub channel: &'static Channel,
    /// The packages of the release, the first one first.
    pub editions: &'a [Edition],
    /// Where the registries are for this channel.
    pub endpoints: Endpoints,
    /// What a person asked for.
    pub wish: &'a Wish,
    /// The settings.
    pub config: &'a Config,
    files: BTreeMap<String, Item>,
}

impl<'a> Stock<'a> {
    /// The files that `manifests` has written for a channel. One that was changed since, or is gone, is a problem.
    pub fn load(
        editions: &'a [Edition],
        config: &'a Config,
        endpoints: &Endpoints,
        channel: &'static Channel,
        wish: &'a Wish,
    ) -> anyhow::Result<Stock<'a>> {
        let dist = editions[0].dist();
        let dir = folder::of(&dist, channel);
        if !dir.join(folder::LIST).is_file() {
            return Err(Problem::new("nothing was rendered for it")
                .help("run `cargo xtask manifests` first")
                .into());
        }
        let mut problems = Problems::default();
        let mut items = BTreeMap::new();
        for (path, written) in folder::list(&dir)?.files {
            let whole = dir.join(&path);
            let found = whole.is_file().then(|| sha256_of(&whole)).transpose()?;
            if found != Some(written) {
                let what = if found.is_none() { "is gone" } else { "was changed" };
                problems.push(
                    Problem::new(format!("`{path}` {what} since it was rendered"))
                        .help("run `cargo xtask manifests --force` to write it anew; texts are edited in `packaging/`, where they stay"),
                );
                continue;
            }
            let size_bytes = whole.metadata().context("cannot read its size")?.len();
            let item = Item {
                path: format!("{}/{}/{path}", folder::FOLDER, channel.name),
                size_bytes,
                sha256: written,
            };
            items.insert(path, item);
        }
        problems.into_result()?;
        Ok(Stock {
            channel,
            editions,
            endpoints: endpoints.of(channel.name),
            wish,
            config,
            files: items,
        })
    }

    /// The first package, which speaks for all.
    pub fn main(&self) -> &'a Edition {
        &self.editions[0]
    }

    /// The settings of the channel.
    pub fn settings(&self) -> Settings<'a> {
        self.config.channel.of(self.channel)
    }

    /// The address of an endpoint.
    pub fn endpoint(&self, name: &str) -> Option<&str> {
        self.endpoints.get(name)
    }

    /// The rendered files, by path below the channel's folder.
    pub fn files(&self) -> &BTreeMap<String, Item> {
        &self.files
    }

    /// A rendered file.
    pub fn file(&self, path: &str) -> Option<&Item> {
        self.files.get(path)
    }

    /// The rendered files whose paths end so.
    pub fn ending(&self, suffix: &str) -> impl Iterator<Item = (&str, &Item)> {
        let files = self.files.iter().map(|(path, item)| (path.as_str(), item));
        files.filter(move |(path, _)| path.ends_with(suffix))
    }

    /// The rendered files below a folder of the channel's, with their paths from there.
    pub fn below(&self, folder: &str) -> impl Iterator<Item = (&str, &Item)> {
        let files = self.files.iter();
        files.filter_map(move |(path, item)| Some((path.strip_prefix(folder)?.strip_prefix('/')?, item)))
    }

    /// An artifact of `dist/` itself, or another file there, as an item.
    pub fn artifact(&self, name: &str) -> Option<Item> {
        let artifacts = &self.main().release.artifacts;
        let artifact = artifacts.iter().find(|it| it.name == name)?;
        Some(Item {
            path: artifact.name.clone(),
            size_bytes: artifact.size_bytes,
            sha256: artifact.digests.sha256,
        })
    }

    /// Where a file lies.
    pub fn path(&self, item: &Item) -> PathBuf {
        self.main().dist().join(&item.path)
    }

    /// The text of a file.
    pub fn text(&self, item: &Item) -> anyhow::Result<String> {
        files::read_text(&self.path(item))
    }

    /// The owner and name of the product's repository on GitHub.
    pub fn repository(&self) -> anyhow::Result<(String, String)> {
        let repository = self.main().listing.repository.as_ref();
        repository.and_then(|it| it.github.clone()).ok_or_else(|| {
            Problem::new("the product has no repository on GitHub")
                .help("write `repository` into `Cargo.toml`")
                .into()
        })
    }
}

fn sha256_of(path: &std::path::Path) -> anyhow::Result<Sha256> {
    match crate::digest::file(path, Algorithm::Sha256)? {
        Checksum::Sha256(digest) => Ok(digest),
        other => unreachable!("asked for SHA-256, got {other}"),
    }
}
