//! `[ci]`: how GitHub Actions spreads a release over machines, and what the workflow may use.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::channel;
use crate::target::Target;

/// `[ci]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Ci {
    /// The machine that builds every target without one of its own, that plans, merges and publishes.
    pub runner: Label,
    /// The machines of single targets.
    #[serde(deserialize_with = "runners")]
    pub runners: BTreeMap<String, Label>,
    /// How many machines of the same kind build at the same time.
    pub groups: NonZeroUsize,
    /// GitHub's environment that guards publishing and holds the secrets.
    pub environment: Label,
    /// How long GitHub keeps what the jobs hand to each other.
    pub retention_days: NonZeroU32,
    /// The channels that take their token although they offer trusted publishing.
    #[serde(deserialize_with = "trusted")]
    pub tokens: Vec<String>,
}

impl Default for Ci {
    fn default() -> Ci {
        Ci {
            // A label that names a system stays that system; `-latest` is another one some day.
            runner: Label("ubuntu-24.04".to_owned()),
            runners: BTreeMap::new(),
            groups: NonZeroUsize::new(3).expect("three is not zero"),
            environment: Label("release".to_owned()),
            retention_days: NonZeroU32::new(7).expect("seven is not zero"),
            tokens: Vec::new(),
        }
    }
}

impl Ci {
    /// The machine that builds a target.
    pub fn runner_of(&self, target: &Target) -> &Label {
        self.runners.get(target.triple).unwrap_or(&self.runner)
    }
}

/// A label of a runner or another name of GitHub Actions, made of letters that mean nothing in a workflow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Label(String);

impl Label {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Label, D::Error> {
        let text = String::deserialize(deserializer)?;
        let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
        // YAML reads a name of digits and dots as a number.
        let is_name = text.starts_with(|it: char| it.is_ascii_alphabetic()) && text.chars().all(is_plain);
        if is_name {
            Ok(Label(text))
        } else {
            Err(D::Error::custom(format!(
                "`{text}` is no name for GitHub Actions: it starts with a letter, and letters, digits, `-`, `_` and `.` follow"
            )))
        }
    }
}

/// The table of runners, whose keys are targets.
fn runners<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Label>, D::Error> {
    let table = BTreeMap::<String, Label>::deserialize(deserializer)?;
    for triple in table.keys() {
        Target::parse(triple).map_err(D::Error::custom)?;
    }
    Ok(table)
}

/// A list of channels that offer trusted publishing.
fn trusted<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    for name in &names {
        let channel = channel::parse(name).map_err(D::Error::custom)?;
        if channel.workflow.trusted.is_none() {
            return Err(D::Error::custom(format!(
                "`{name}` always takes its credentials: it has no trusted publishing"
            )));
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::target::Target;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = match Config::parse(text) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.0.into_iter().map(|it| it.what).collect(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn targets_have_the_runner_of_the_table_or_the_common_one() {
        let text = "[ci]\nrunner = \"debian\"\n[ci.runners]\naarch64-apple-darwin = \"macos-15\"\n";
        let ci = Config::parse(text).unwrap().ci;
        let of = |triple| ci.runner_of(Target::parse(triple).unwrap()).as_str();
        assert_eq!(of("aarch64-apple-darwin"), "macos-15");
        assert_eq!(of("x86_64-unknown-linux-gnu"), "debian");
    }

    #[test]
    fn what_would_mean_something_in_a_workflow_is_refused() {
        check(
            "[ci]\nrunner = \"${{ github.actor }}\"\n",
            &[
                "packaging/release.toml:2: `${{ github.actor }}` is no name for GitHub Actions: it starts with a letter, \
                 and letters, digits, `-`, `_` and `.` follow",
            ],
        );
        check(
            "[ci]\ngroups = 0\n",
            &["packaging/release.toml:2: invalid value: integer `0`, expected a nonzero usize"],
        );
        check(
            "[ci.runners]\nx86_64-pc-windows-mscv = \"windows-2025\"\n",
            &[
                "packaging/release.toml:1: no target `x86_64-pc-windows-mscv`; did you mean `x86_64-pc-windows-msvc`?",
            ],
        );
        check(
            "[ci]\ntokens = [\"snap\"]\n",
            &["packaging/release.toml:2: `snap` always takes its credentials: it has no trusted publishing"],
        );
    }
}
