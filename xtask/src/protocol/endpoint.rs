//! Where the registries are: a table of names and public addresses, and the settings that put others in their place.

use std::collections::BTreeMap;

use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};

use crate::channel;
use crate::problem::{Problem, nearest};

/// An address that a protocol speaks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The key in `[endpoints]`.
    pub name: &'static str,
    /// The public address without a `/` at the end; `None` where the registry's own client knows it.
    pub public: Option<&'static str>,
    /// What is asked there, in one line without a full stop.
    pub about: &'static str,
}

/// All endpoints, in the order of their names.
pub const ENDPOINTS: &[Endpoint] = &[
    row(
        "aur-git",
        Some("ssh://aur@aur.archlinux.org"),
        "the git repositories of the AUR, over ssh",
    ),
    row(
        "aur-rpc",
        Some("https://aur.archlinux.org"),
        "the AUR's interface for questions (aurweb RPC)",
    ),
    row(
        "cargo",
        None,
        "the index of the registry of crates, as cargo's `registries.<name>.index`",
    ),
    row(
        "chocolatey-feed",
        Some("https://community.chocolatey.org"),
        "the feed that `choco` reads",
    ),
    row(
        "chocolatey-push",
        Some("https://push.chocolatey.org"),
        "where Chocolatey takes packages",
    ),
    row(
        "docker-hub",
        Some("https://registry-1.docker.io"),
        "the registry of images",
    ),
    row(
        "flathub",
        Some("https://flathub.org"),
        "what Flathub shows of its applications",
    ),
    row("ghcr", Some("https://ghcr.io"), "GitHub's registry of images"),
    row("github", Some("https://api.github.com"), "GitHub's REST API"),
    row(
        "github-web",
        Some("https://github.com"),
        "GitHub's pages: downloads, and git over HTTPS",
    ),
    row(
        "homebrew-core",
        Some("https://formulae.brew.sh"),
        "what Homebrew shows of its own formulae",
    ),
    row(
        "npm",
        None,
        "the registry of npm packages, as npm's setting `registry`",
    ),
    row(
        "npm-github",
        Some("https://npm.pkg.github.com"),
        "GitHub's registry of npm packages",
    ),
    row(
        "pypi-simple",
        None,
        "the index of Python packages, as pip's `index-url`",
    ),
    row(
        "pypi-upload",
        None,
        "where the index takes packages, as twine's `repository-url`",
    ),
    row(
        "snap-api",
        Some("https://api.snapcraft.io"),
        "the store that `snap` reads",
    ),
    row(
        "snap-dashboard",
        Some("https://dashboard.snapcraft.io"),
        "the store's side for publishers",
    ),
    row(
        "snap-storage",
        Some("https://storage.snapcraftcontent.com"),
        "where the store takes files",
    ),
];

const fn row(name: &'static str, public: Option<&'static str>, about: &'static str) -> Endpoint {
    Endpoint { name, public, about }
}

/// The addresses of a run: `[endpoints]` of the settings over the public ones, and what holds for one channel over both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Endpoints {
    all: BTreeMap<String, String>,
    #[serde(skip)]
    channels: BTreeMap<String, BTreeMap<String, String>>,
}

impl Endpoints {
    /// The address of an endpoint, without a `/` at the end; `None` where only the registry's own client knows it. A name
    /// that is not in the table is a mistake of ours.
    pub fn get(&self, name: &str) -> Option<&str> {
        let row = ENDPOINTS.iter().find(|it| it.name == name);
        let row = row.unwrap_or_else(|| panic!("no endpoint `{name}`"));
        self.own(name).or(row.public)
    }

    /// The addresses as a channel sees them.
    #[must_use]
    pub fn of(&self, channel: &str) -> Endpoints {
        let mut all = self.all.clone();
        all.extend(self.channels.get(channel).cloned().unwrap_or_default());
        Endpoints {
            all,
            channels: BTreeMap::new(),
        }
    }

    /// The address that stands in the place of the public one, if any does.
    pub fn own(&self, name: &str) -> Option<&str> {
        self.all.get(name).map(String::as_str)
    }

    /// Puts an address in the place of the public one.
    pub fn set(&mut self, name: &str, url: &str) {
        assert!(ENDPOINTS.iter().any(|it| it.name == name), "no endpoint `{name}`");
        self.all
            .insert(name.to_owned(), url.trim_end_matches('/').to_owned());
    }

    /// Does so for one channel alone.
    pub fn set_for(&mut self, channel: &str, name: &str, url: &str) {
        assert!(ENDPOINTS.iter().any(|it| it.name == name), "no endpoint `{name}`");
        let own = self.channels.entry(channel.to_owned()).or_default();
        own.insert(name.to_owned(), url.trim_end_matches('/').to_owned());
    }

    /// Takes `NAME=URL`, or `CHANNEL.NAME=URL` for one channel alone.
    pub fn take(&mut self, text: &str) -> Result<(), Problem> {
        let form = || {
            Problem::usage(format!("`{text}` is no endpoint"))
                .help("it is written `NAME=URL`, such as `npm=https://npm.registry.example`")
        };
        let (name, url) = text.split_once('=').ok_or_else(form)?;
        if !url.contains("://") {
            return Err(form());
        }
        let (channel, name) = match name.split_once('.') {
            Some((channel, name)) => (Some(channel::parse(channel)?), name),
            None => (None, name),
        };
        if !ENDPOINTS.iter().any(|it| it.name == name) {
            let names = || ENDPOINTS.iter().map(|it| it.name);
            let guess = nearest(name, names()).map(|it| format!("; did you mean `{it}`?"));
            return Err(
                Problem::usage(format!("no endpoint `{name}`{}", guess.unwrap_or_default())).help(format!(
                    "the endpoints are {}",
                    names().collect::<Vec<_>>().join(", ")
                )),
            );
        }
        match channel {
            Some(channel) => self.set_for(channel.name, name, url),
            None => self.set(name, url),
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Endpoints {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Endpoints, D::Error> {
        let table: BTreeMap<String, String> = BTreeMap::deserialize(deserializer)?;
        let mut endpoints = Endpoints::default();
        for (name, url) in table {
            if !ENDPOINTS.iter().any(|it| it.name == name) {
                let names: Vec<String> = ENDPOINTS.iter().map(|it| format!("`{}`", it.name)).collect();
                return Err(D::Error::custom(format!(
                    "unknown field `{name}`, expected one of {}",
                    names.join(", ")
                )));
            }
            if !url.contains("://") {
                return Err(D::Error::custom(format!(
                    "`{url}` is no address such as \"https://registry.example\""
                )));
            }
            endpoints.set(&name, &url);
        }
        Ok(endpoints)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_and_settings_win() {
        assert!(ENDPOINTS.is_sorted_by(|a, b| a.name < b.name));
        let mut endpoints = Endpoints::default();
        assert_eq!(endpoints.get("ghcr"), Some("https://ghcr.io"));
        assert_eq!(endpoints.get("npm"), None);
        endpoints.set("npm", "http://127.0.0.1:4873/");
        assert_eq!(endpoints.get("npm"), Some("http://127.0.0.1:4873"));
        let mut own = endpoints.clone();
        own.take("npm.npm=http://127.0.0.1:1/").unwrap();
        assert_eq!(own.of("npm").get("npm"), Some("http://127.0.0.1:1"));
        assert_eq!(own.of("pypi").get("npm"), Some("http://127.0.0.1:4873"));
    }

    #[test]
    fn a_mistyped_endpoint_gets_the_nearest_name() {
        let check = |text: &str, expected: &str| {
            let problem = Endpoints::default().take(text).unwrap_err();
            assert_eq!((problem.what.as_str(), problem.is_usage), (expected, true));
        };
        check("nmp=http://h", "no endpoint `nmp`; did you mean `npm`?");
        check("snpa.npm=http://h", "no channel `snpa`; did you mean `snap`?");
        check("npm", "`npm` is no endpoint");
        check("npm=h", "`npm=h` is no endpoint");
    }
}
