//! Reads `packaging/release.toml`: the settings of a release, each with a default, unknown keys refused.

mod channel;
mod ci;
mod clean;
mod publish;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::effect::files;
use crate::problem::{Place, Problem, Problems, nearest};
use crate::protocol::endpoint::Endpoints;
use crate::target::TARGETS;

pub use channel::{Channels, Settings};
pub use ci::{Ci, Label};
pub use clean::{Clean, CleanRule, Deed};
pub use publish::Publish;

/// Where the settings lie, below the workspace's root.
pub const FILE: &str = "packaging/release.toml";

/// All settings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Config {
    /// What is released.
    pub product: Product,
    /// How it is built and packed.
    pub dist: Dist,
    /// Where it is offered.
    pub channel: Channels,
    /// What litters the repository, and where it belongs.
    pub clean: Clean,
    /// Where the registries are, in the place of the public ones.
    pub endpoints: Endpoints,
    /// How patiently it is published.
    pub publish: Publish,
    /// How GitHub Actions spreads a release over machines.
    pub ci: Ci,
}

/// `[product]`: what is released.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Product {
    /// The packages to release; by default every member with a binary that may be published.
    pub packages: Option<Vec<String>>,
    /// How people write the product's name; by default the package's name.
    pub title: Option<String>,
    /// One line about the product; by default the description in `Cargo.toml`.
    pub summary: Option<String>,
    /// Paragraphs about the product, parted by empty lines; by default the summary.
    pub description: Option<String>,
    /// Who offers it: a person, a project or a company; by default the first author in `Cargo.toml`.
    pub publisher: Option<String>,
    /// Who answers for the packages, as `Name <address>`; by default the publisher, without an address.
    pub maintainer: Option<String>,
    /// The line of copyright; by default the publisher's.
    pub copyright: Option<String>,
    /// The folder that the assets are downloaded from, with `{tag}` and `{version}`; by default the release of the
    /// repository on GitHub.
    pub download_url: Option<String>,
}

/// `[dist]`: how the product is built and packed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a key of its own in a settings file"
)]
pub struct Dist {
    /// The targets of `--all`; by default those marked so in the table of targets.
    pub targets: Option<Vec<String>>,
    /// The form of archives for systems other than Windows, which gets `.zip`.
    pub archive: ArchiveForm,
    /// The oldest glibc that the linux-gnu binaries run on.
    pub glibc_floor: Dotted,
    /// The oldest macOS that the binaries run on.
    pub macos_deployment_target: Dotted,
    /// Whether the source of the workspace is packed too.
    pub source: bool,
    /// Glob patterns, from the workspace's root, of further files for every archive.
    pub include: Vec<String>,
    /// Features of the packages to turn on.
    pub features: Vec<String>,
    /// Turn on every feature.
    pub all_features: bool,
    /// Leave the default features off.
    pub no_default_features: bool,
    /// Further flags for rustc.
    pub rustflags: Vec<String>,
    /// Variables of the environment that the build may see besides those every build needs.
    pub pass_env: Vec<String>,
    /// Variables that are set for the build.
    pub env: BTreeMap<String, String>,
    /// Keys of the cargo profile `dist`, winning over the workspace's own.
    pub profile: BTreeMap<String, toml::Value>,
    /// Dynamic libraries that a binary may need besides those of every system.
    pub allow_libraries: Vec<String>,
    /// Whether the binary is asked for its version.
    pub check_version: bool,
    /// Whether a path of the build machine inside a binary is refused.
    pub check_paths: bool,
}

impl Dist {
    /// The targets of `--all`, by their triples.
    pub fn all_targets(&self) -> Vec<String> {
        let defaults = || {
            let on = TARGETS.iter().filter(|it| it.is_default);
            on.map(|it| it.triple.to_owned()).collect()
        };
        self.targets.clone().unwrap_or_else(defaults)
    }
}

impl Default for Dist {
    fn default() -> Dist {
        Dist {
            targets: None,
            archive: ArchiveForm::TarGz,
            // The floor of manylinux2014, and the oldest that Rust's own std supports.
            glibc_floor: Dotted(vec![2, 17]),
            // The first macOS on arm64.
            macos_deployment_target: Dotted(vec![11, 0]),
            source: true,
            include: Vec::new(),
            features: Vec::new(),
            all_features: false,
            no_default_features: false,
            rustflags: Vec::new(),
            pass_env: Vec::new(),
            env: BTreeMap::new(),
            profile: BTreeMap::new(),
            allow_libraries: Vec::new(),
            check_version: true,
            check_paths: true,
        }
    }
}

/// The form of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArchiveForm {
    /// gzip.
    #[serde(rename = "tar.gz")]
    TarGz,
    /// xz.
    #[serde(rename = "tar.xz")]
    TarXz,
    /// Zstandard.
    #[serde(rename = "tar.zst")]
    TarZst,
    /// Zip with deflate.
    #[serde(rename = "zip")]
    Zip,
}

impl ArchiveForm {
    /// What the file name ends with.
    pub fn suffix(self) -> &'static str {
        match self {
            ArchiveForm::TarGz => ".tar.gz",
            ArchiveForm::TarXz => ".tar.xz",
            ArchiveForm::TarZst => ".tar.zst",
            ArchiveForm::Zip => ".zip",
        }
    }

    /// The form that a file name stands for.
    pub fn of_name(name: &str) -> Option<ArchiveForm> {
        let forms = [
            ArchiveForm::TarGz,
            ArchiveForm::TarXz,
            ArchiveForm::TarZst,
            ArchiveForm::Zip,
        ];
        forms.into_iter().find(|it| name.ends_with(it.suffix()))
    }
}

/// A version of numbers and dots, compared number by number: `2.9` is older than `2.17`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dotted(pub Vec<u32>);

impl Dotted {
    /// Parses `2.17` or `11.0`.
    pub fn parse(text: &str) -> Option<Dotted> {
        let numbers: Option<Vec<u32>> = text.split('.').map(|it| it.parse().ok()).collect();
        numbers.map(Dotted)
    }
}

impl fmt::Display for Dotted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(u32::to_string).collect();
        f.write_str(&numbers.join("."))
    }
}

impl Serialize for Dotted {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Dotted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Dotted, D::Error> {
        let text = String::deserialize(deserializer)?;
        Dotted::parse(&text)
            .ok_or_else(|| D::Error::custom(format!("`{text}` is not a version such as \"2.17\"")))
    }
}

impl Config {
    /// Reads the settings of a workspace; a workspace without the file has the defaults.
    pub fn load(root: &Path) -> anyhow::Result<Config> {
        match files::read_text_if_present(&root.join(FILE))? {
            Some(text) => Config::parse(&text).map_err(Into::into),
            None => Ok(Config::default()),
        }
    }

    /// Parses the text of a settings file; all unknown keys and wrong values are found at once.
    pub fn parse(text: &str) -> Result<Config, Problems> {
        let mut text = text.to_owned();
        let mut found: Vec<(usize, Problem)> = Vec::new();
        loop {
            match toml::from_str::<Config>(&text) {
                Ok(config) if found.is_empty() => return Ok(config),
                Ok(_) => return Err(in_order(found)),
                Err(error) => {
                    found.push(problem_of(&text, &error));
                    // The faulty entry is blanked, line for line, so that the next pass finds what else is wrong.
                    match error.span().and_then(|it| blank(&text, it.start)) {
                        Some(rest) => text = rest,
                        None => return Err(in_order(found)),
                    }
                }
            }
        }
    }
}

fn in_order(mut found: Vec<(usize, Problem)>) -> Problems {
    found.sort_by_key(|(line, _)| *line);
    Problems(found.into_iter().map(|(_, problem)| problem).collect())
}

/// What is wrong, and in which line.
fn problem_of(text: &str, error: &toml::de::Error) -> (usize, Problem) {
    let start = error.span().map_or(0, |it| it.start);
    let line = text[..start.min(text.len())].matches('\n').count() + 1;
    let place = Place::line(FILE, line);
    let message = error.message();
    let mut quoted = message.split('`').skip(1).step_by(2);
    if message.starts_with("unknown ") {
        let unknown = quoted.next().unwrap_or_default();
        let known: Vec<&str> = quoted.collect();
        let guess = nearest(unknown, known.iter().copied()).map(|it| format!("; did you mean `{it}`?"));
        let kind = if message.starts_with("unknown field") {
            "key"
        } else {
            "value"
        };
        let guess = guess.unwrap_or_default();
        let problem = Problem::at(place, format_args!("no {kind} `{unknown}` here{guess}"))
            .help(format!("known here: {}", known.join(", ")));
        return (line, problem);
    }
    (line, Problem::at(place, message.replace('\n', ", ")))
}

/// The text without the entry that holds the byte at `start`: a line of `key = value` with the lines that its
/// value goes on to, or a whole table under its `[header]`. `None` when it cannot be told apart.
fn blank(text: &str, start: usize) -> Option<String> {
    let first = text.get(..start)?.rfind('\n').map_or(0, |it| it + 1);
    let is_header = text[first..].trim_start().starts_with('[') && !text[first..start].contains('=');
    let mut end = first;
    for line in text[first..].split_inclusive('\n') {
        if end > first {
            let is_next_header = line.trim_start().starts_with('[');
            let entry = &text[first..end];
            // An entry goes on while it does not parse on its own.
            if if is_header {
                is_next_header
            } else {
                entry.parse::<toml::Table>().is_ok()
            } {
                break;
            }
        }
        end += line.len();
    }
    let blanked: String = text[first..end]
        .chars()
        .map(|it| if it == '\n' { '\n' } else { ' ' })
        .collect();
    let rest = format!("{}{blanked}{}", &text[..first], &text[end..]);
    (rest != text).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = match Config::parse(text) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.0.into_iter().map(|it| it.what).collect(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn defaults_and_settings() {
        assert_eq!(Config::parse("").unwrap(), Config::default());
        let config =
            Config::parse("[dist]\narchive = \"tar.xz\"\nglibc-floor = \"2.28\"\nprofile.lto = \"thin\"\n")
                .unwrap();
        assert_eq!(config.dist.archive, ArchiveForm::TarXz);
        assert_eq!(config.dist.glibc_floor, Dotted(vec![2, 28]));
    }

    #[test]
    fn everything_wrong_is_found_at_once_with_its_line() {
        check(
            "[dist]\nglibc-flor = \"2.17\"\ninclude = [\n  \"a\",\n]\narchive = \"rar\"\n\n[prodct]\npackages = []\n",
            &[
                "packaging/release.toml:2: no key `glibc-flor` here; did you mean `glibc-floor`?",
                "packaging/release.toml:6: no value `rar` here",
                "packaging/release.toml:8: no key `prodct` here; did you mean `product`?",
            ],
        );
        check(
            "[dist]\nmacos-deployment-target = \"eleven\"\n",
            &["packaging/release.toml:2: `eleven` is not a version such as \"2.17\""],
        );
        check(
            "[dist\n",
            &["packaging/release.toml:1: unclosed table, expected `]`"],
        );
    }

    #[test]
    fn endpoints_are_known_by_name() {
        let config = Config::parse("[endpoints]\nnpm = \"https://npm.registry.example/\"\n").unwrap();
        assert_eq!(config.endpoints.get("npm"), Some("https://npm.registry.example"));
        check(
            "[endpoints]\nnmp = \"https://npm.registry.example\"\n",
            &["packaging/release.toml:1: no key `nmp` here; did you mean `npm`?"],
        );
    }

    #[test]
    fn dotted_versions_compare_by_number() {
        assert!(Dotted::parse("2.9") < Dotted::parse("2.17"));
        assert_eq!(Dotted::parse("2.x"), None);
    }
}
