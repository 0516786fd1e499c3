//! The workflow that releases: made from the settings and the rows of the channels that are on.

use std::collections::{BTreeMap, BTreeSet};

use crate::channel::workflow::{IDENTITY, Permission};
use crate::channel::{CHANNELS, Channel};
use crate::config::{self, Config};
use crate::problem::Problem;
use crate::render::language::Language;
use crate::render::template::{self, Value, Values};

/// Where it lies, from the root of the repository.
pub const FILE: &str = ".github/workflows/release.yml";

/// The credential that GitHub makes for every job. Nobody sets it.
const OWN_TOKEN: &str = "GITHUB_TOKEN";

const TEMPLATE: &str = include_str!("workflow/release.yml");

/// An action that the workflow uses, pinned by the commit of its version. As few as can be: the rest is `cargo xtask`.
struct Action {
    /// Its name in the template.
    name: &'static str,
    repository: &'static str,
    commit: &'static str,
    version: &'static str,
}

/// The commits are those that the tags named in the repositories of the actions.
const ACTIONS: [Action; 3] = [
    Action {
        name: "checkout",
        repository: "actions/checkout",
        commit: "3d3c42e5aac5ba805825da76410c181273ba90b1",
        version: "v7.0.1",
    },
    Action {
        name: "download",
        repository: "actions/download-artifact",
        commit: "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c",
        version: "v8.0.1",
    },
    Action {
        name: "upload",
        repository: "actions/upload-artifact",
        commit: "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f",
        version: "v7.0.0",
    },
];

/// What the job that publishes is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The credentials, which are secrets of the environment, each with the channels that take it.
    pub secrets: BTreeMap<&'static str, Vec<&'static str>>,
    /// The rights of the job's own token.
    pub permissions: BTreeSet<Permission>,
    /// The channels with trusted publishing, each with how it is set up.
    pub trusted: Vec<(&'static str, &'static str)>,
}

impl Grant {
    /// What the channels need that are on: of each the credentials that its row names first, unless it offers trusted
    /// publishing and the settings leave it at that.
    pub fn of(config: &Config) -> Grant {
        let mut grant = Grant {
            secrets: BTreeMap::new(),
            permissions: BTreeSet::new(),
            trusted: Vec::new(),
        };
        for channel in CHANNELS.iter().filter(|it| config.channel.is_on(it)) {
            grant.add(channel, config);
        }
        grant
    }

    fn add(&mut self, channel: &'static Channel, config: &Config) {
        self.permissions.extend(channel.workflow.permissions);
        let takes_token = config.ci.tokens.iter().any(|it| it == channel.name);
        if let Some(set_up) = channel.workflow.trusted.filter(|_| !takes_token) {
            self.permissions.insert(IDENTITY);
            self.trusted.push((channel.name, set_up));
            return;
        }
        for name in channel.credentials.first().into_iter().copied().flatten() {
            self.secrets.entry(name).or_default().push(channel.name);
        }
    }

    /// The secrets that somebody must set: all but the one that GitHub makes.
    pub fn to_set(&self) -> impl Iterator<Item = (&'static str, &[&'static str])> {
        let all = self
            .secrets
            .iter()
            .map(|(name, channels)| (*name, channels.as_slice()));
        all.filter(|(name, _)| *name != OWN_TOKEN)
    }

    /// The lines below `permissions:`, each right once with all that it is for.
    fn permission_lines(&self) -> String {
        let mut rights: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for it in &self.permissions {
            rights.entry(it.scope).or_default().push(it.why);
        }
        let mut lines = vec![];
        if !rights.contains_key("contents") {
            lines.push("contents: read # The checkout.".to_owned());
        }
        lines.extend(
            rights
                .iter()
                .map(|(scope, why)| format!("{scope}: write # {}", why.join(" "))),
        );
        lines.sort();
        lines.join("\n")
    }

    /// A word to zizmor, which takes the line for a `cargo publish` that could do without a token.
    fn remark(&self) -> &'static str {
        if self.trusted.is_empty() {
            " # zizmor: ignore[use-trusted-publishing] No channel that is on uses it."
        } else {
            ""
        }
    }

    /// The `env:` of the step that publishes; nothing where no channel takes a secret.
    fn env_lines(&self) -> String {
        let mut lines: Vec<String> = self
            .secrets
            .keys()
            .map(|name| format!("  {name}: ${{{{ secrets.{name} }}}}"))
            .collect();
        if !lines.is_empty() {
            lines.insert(0, "env:".to_owned());
        }
        lines.join("\n")
    }
}

/// The text of the workflow.
pub fn text(config: &Config) -> anyhow::Result<String> {
    if !CHANNELS.iter().any(|it| config.channel.is_on(it)) {
        return Err(Problem::new(format!(
            "cannot make `{FILE}`: no channel is on, `{}` has no `[channel.…]` table",
            config::FILE
        ))
        .help("run `cargo xtask init`, which writes one for each channel")
        .into());
    }
    let grant = Grant::of(config);
    let mut values = Values::from([
        ("runner", Value::word(config.ci.runner.as_str())?),
        ("environment", Value::word(config.ci.environment.as_str())?),
        ("retention", Value::word(&config.ci.retention_days.to_string())?),
        ("permissions", Value::code(grant.permission_lines())),
        ("env", Value::code(grant.env_lines())),
        ("trust", Value::code(grant.remark())),
    ]);
    for it in &ACTIONS {
        let pinned = format!("{}@{} # {}", it.repository, it.commit, it.version);
        values.insert(it.name, Value::code(pinned));
    }
    template::fill(TEMPLATE, Language::Yaml, "the built-in workflow", &values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(settings: &str) -> Grant {
        Grant::of(&Config::parse(settings).unwrap())
    }

    #[test]
    fn only_channels_that_are_on_get_secrets() {
        let grant = grant("[channel.snap]\n[channel.aur]\nenabled = false\n[channel.docker-hub]\n");
        let secrets: Vec<&str> = grant.secrets.keys().copied().collect();
        assert_eq!(
            secrets,
            [
                "DOCKERHUB_TOKEN",
                "DOCKERHUB_USERNAME",
                "SNAPCRAFT_STORE_CREDENTIALS"
            ]
        );
        assert_eq!(grant.permission_lines(), "contents: read # The checkout.");
    }

    #[test]
    fn trusted_publishing_takes_an_identity_instead_of_a_token() {
        let trusted = grant("[channel.pypi]\n");
        assert!(trusted.secrets.is_empty());
        assert_eq!(trusted.env_lines(), "");
        assert_eq!(
            trusted.permission_lines(),
            "contents: read # The checkout.\nid-token: write # Trusted publishing."
        );
        let token = grant("[channel.pypi]\n[ci]\ntokens = [\"pypi\"]\n");
        assert_eq!(
            token.env_lines(),
            "env:\n  UV_PUBLISH_TOKEN: ${{ secrets.UV_PUBLISH_TOKEN }}"
        );
        assert_eq!(token.permission_lines(), "contents: read # The checkout.");
    }

    #[test]
    fn a_right_is_said_once_with_all_that_it_is_for() {
        let lines =
            grant("[channel.github-releases]\n[channel.nix]\n[channel.github-packages]\n").permission_lines();
        assert_eq!(
            lines,
            "contents: write # The flake in this repository. The release and its assets.\n\
             packages: write # Images and npm packages."
        );
    }

    #[test]
    fn the_token_that_github_makes_is_nobodys_to_set() {
        let grant = grant("[channel.github-releases]\n[channel.scoop]\n");
        let set: Vec<_> = grant.to_set().collect();
        assert_eq!(set, [("SCOOP_BUCKET_TOKEN", ["scoop"].as_slice())]);
        assert!(grant.secrets.contains_key(OWN_TOKEN));
    }

    #[test]
    fn scopes_and_credentials_are_words_of_github() {
        for channel in CHANNELS {
            for it in channel.workflow.permissions {
                assert!(
                    ["contents", "packages", "attestations"].contains(&it.scope),
                    "{channel}"
                );
                assert!(it.why.ends_with('.') && !it.why.contains('\n'), "{channel}");
            }
            for name in channel.credentials.concat() {
                let is_plain = |it: char| it.is_ascii_uppercase() || it.is_ascii_digit() || it == '_';
                assert!(name.chars().all(is_plain), "{channel}: {name}");
            }
        }
    }

    #[test]
    fn without_a_channel_there_is_nothing_to_publish() {
        let error = text(&Config::default()).unwrap_err();
        assert!(error.to_string().contains("no channel is on"), "{error}");
    }
}
