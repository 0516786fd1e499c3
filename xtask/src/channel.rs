//! The table of the fourteen channels: what is known of each, and the functions that render and check for it.

pub mod aur;
pub mod chocolatey;
mod companion;
pub mod crates_io;
pub mod docker_hub;
pub mod document;
pub mod flathub;
pub mod github_packages;
pub mod github_releases;
pub mod homebrew;
pub mod key;
pub mod nix;
pub mod npm;
mod own_repository;
pub mod parser;
pub mod pypi;
pub mod scoop;
pub mod shipped;
pub mod snap;
pub(crate) mod value;
pub mod version;
pub mod winget;
pub mod workflow;

use std::fmt;

use semver::Version;

use crate::edition::Edition;
use crate::lint::{File as LintFile, Rule};
use crate::outside::Look;
use crate::plan::Plan;
use crate::problem::{Problem, nearest};
use crate::publish::{Finding, Guide, Live, Stock};
use crate::render::language::Language;
use crate::render::{Files, Made, Output};
use crate::standing::Failure;
use crate::target::Os;

pub use key::{COMMON, Key, Kind};
pub use workflow::Workflow;

/// One of the places that users install from. No defaults: a new question is asked of each channel, by the compiler.
#[derive(Debug)]
pub struct Channel {
    /// The word for `--channel`, for `[channel.<name>]`, and for the folders.
    pub name: &'static str,
    /// How its makers write it.
    pub title: &'static str,
    /// What is rendered for it, in one line without a full stop.
    pub holds: &'static str,
    /// The systems of the builds that it carries; empty when it carries none.
    pub systems: &'static [Os],
    /// The programs that publishing needs.
    pub programs: &'static [&'static str],
    /// The variables that hold its credentials: each row is one way, the best first.
    pub credentials: &'static [&'static [&'static str]],
    /// The channels that must be served before it, since it points to what is there.
    pub after: &'static [&'static str],
    /// Whether people look at what is sent before it is public.
    pub is_reviewed: bool,
    /// Whether a version that it has taken can never be taken back, nor used again.
    pub is_final: bool,
    /// What it takes of GitHub Actions beside its credentials.
    pub workflow: &'static Workflow,
    /// Rules of the place that no tool may walk past.
    pub policy: &'static [&'static str],
    /// The keys of its own in `[channel.<name>]`.
    pub keys: &'static [Key],
    /// The texts that people may edit in `packaging/<name>/`.
    pub templates: &'static [Template],
    /// The version in the channel's form, or why it cannot take this one.
    pub version: fn(&Version) -> Result<String, String>,
    /// Renders a package of the release: pure, reads nothing but the edition.
    pub render: fn(&Edition, &mut Output) -> anyhow::Result<()>,
    /// What is made from all files of the channel once they are there, such as a list of their sums.
    pub finish: fn(&[Edition], &Files) -> anyhow::Result<Made>,
    /// The command by which a user installs the package, for the release notes; `None` where there is none.
    pub install: fn(&Edition) -> Option<String>,
    /// Whether a file that somebody hands to `lint` is for this channel.
    pub recognises: fn(&LintFile) -> bool,
    /// What the store checks, as far as it can be checked here.
    pub rules: &'static [Rule],
    /// The steps that publish the release: pure, reads nothing but the release.
    pub plan: fn(&Stock<'_>, &mut Plan) -> anyhow::Result<()>,
    /// What the channel serves of a package now.
    pub live: fn(&Look<'_>, &Edition) -> Result<Live, Failure>,
    /// What is right and wrong with the access to it, the name there and its settings: reads only.
    pub examine: fn(&Look<'_>, &Edition) -> Vec<Finding>,
    /// What people need to know.
    pub guide: &'static Guide,
}

/// A text that people may edit.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// Its file name in `packaging/<channel>/`.
    pub name: &'static str,
    /// What it is written in.
    pub language: Language,
    /// What it becomes, in one line.
    pub about: &'static str,
    /// The built-in text.
    pub text: &'static str,
}

/// The channels, in the order of their names.
pub const CHANNELS: [&Channel; 14] = [
    &aur::CHANNEL,
    &chocolatey::CHANNEL,
    &crates_io::CHANNEL,
    &docker_hub::CHANNEL,
    &flathub::CHANNEL,
    &github_packages::CHANNEL,
    &github_releases::CHANNEL,
    &homebrew::CHANNEL,
    &nix::CHANNEL,
    &npm::CHANNEL,
    &pypi::CHANNEL,
    &scoop::CHANNEL,
    &snap::CHANNEL,
    &winget::CHANNEL,
];

/// The channel of a name.
pub fn find(name: &str) -> Option<&'static Channel> {
    CHANNELS.iter().copied().find(|it| it.name == name)
}

/// The channel of a name that a user typed; an unknown one gets the nearest name and the list.
pub fn parse(name: &str) -> Result<&'static Channel, Problem> {
    find(name).ok_or_else(|| {
        let names = || CHANNELS.iter().map(|it| it.name);
        let guess = nearest(name, names())
            .map(|it| format!("; did you mean `{it}`?"))
            .unwrap_or_default();
        Problem::usage(format!("no channel `{name}`{guess}")).help(format!(
            "the channels are {}",
            names().collect::<Vec<_>>().join(", ")
        ))
    })
}

/// The repositories of one's own that channels are served from, as owner and name, besides the product's.
pub fn repositories(edition: &Edition) -> Vec<(String, String)> {
    let named = [
        flathub::repository(edition),
        homebrew::repository(edition),
        nix::collection(edition),
        scoop::repository(edition),
    ];
    let parted = named.into_iter().flatten();
    parted
        .filter_map(|it| {
            it.split_once('/')
                .map(|(owner, name)| (owner.to_owned(), name.to_owned()))
        })
        .collect()
}

/// Nothing is made from the files of a channel.
pub fn finish_nothing(_: &[Edition], _: &Files) -> anyhow::Result<Made> {
    Ok(Vec::new())
}

impl Channel {
    /// The keys of `[channel.<name>]`, those that all have first.
    pub fn keys(&self) -> impl Iterator<Item = &'static Key> {
        COMMON.iter().chain(self.keys)
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn rows_are_sorted_and_unique() {
        assert!(CHANNELS.is_sorted_by(|a, b| a.name < b.name));
    }

    #[test]
    fn what_comes_before_is_a_channel_and_there_is_no_circle() {
        let mut done: BTreeSet<&str> = BTreeSet::new();
        for _ in CHANNELS {
            for channel in CHANNELS {
                if channel.after.iter().all(|it| done.contains(it)) {
                    done.insert(channel.name);
                }
            }
        }
        assert_eq!(done.len(), CHANNELS.len());
    }

    #[test]
    fn keys_are_unique_and_their_examples_are_what_they_take() {
        for channel in CHANNELS {
            let names: BTreeSet<&str> = channel.keys().map(|it| it.name).collect();
            assert_eq!(names.len(), channel.keys().count(), "{channel}");
            for key in channel.keys() {
                let table: toml::Table = format!("key = {}", key.example).parse().unwrap();
                assert!(key.kind.takes(&table["key"]), "{channel}: {}", key.name);
            }
        }
    }

    #[test]
    fn a_mistyped_channel_gets_the_nearest_name() {
        let problem = parse("snpa").unwrap_err();
        assert_eq!(problem.what, "no channel `snpa`; did you mean `snap`?");
        assert!(problem.help[0].starts_with("the channels are aur, chocolatey, crates-io, "));
        assert!(problem.is_usage);
    }
}
