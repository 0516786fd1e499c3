//! The places of a README that state our version: badges, installation lines, links. Nobody else's version is one.

mod token;

use std::ops::Range;

use semver::Version;

use super::form::Form;
use token::{number, requirement, words};

/// A line with this text keeps its versions, as in a note on how to leave an old release.
pub const KEEP: &str = "version: keep";

/// What may lie between the address of a repository and a tag.
const TAG_FOLDERS: &[&str] = &[
    "/releases/download/",
    "/releases/tag/",
    "/archive/refs/tags/",
    "/archive/",
    "/refs/tags/",
    "/raw/",
    "/tree/",
    "/blob/",
    "/",
    "@",
    ":",
];

/// Whose mentions are ours.
#[derive(Clone, Debug, Default)]
pub struct Ours {
    /// The names of our packages.
    pub names: Vec<String>,
    /// `owner/name` of our repositories.
    pub repositories: Vec<String>,
}

/// A place that states a version of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Its bytes.
    pub span: Range<usize>,
    /// How it states the version.
    pub form: Form,
}

/// Finds the mentions in a text, in order, each once.
pub fn find(text: &str, ours: &Ours) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if !line.contains(KEEP) {
            let mut in_line = Vec::new();
            for name in &ours.names {
                after_name(line, name, ours.repositories.is_empty(), &mut in_line);
                after_flag(line, name, &mut in_line);
            }
            for repository in &ours.repositories {
                after_repository(line, repository, &mut in_line);
            }
            badges(line, ours, &mut in_line);
            in_line.sort_by_key(|it| (it.span.start, it.span.end));
            in_line.dedup_by(|b, a| b.span.start < a.span.end);
            found.extend(in_line.into_iter().map(|it| Mention {
                span: at + it.span.start..at + it.span.end,
                form: it.form,
            }));
        }
        at += line.len();
    }
    found
}

/// `name@1.2.3`, `name:1.2.3`, `name==1.2.3`, `name-1.2.3-x86_64.tar.gz`, `name = "1.2"`, `docs.rs/name/1.2.3`.
fn after_name(line: &str, name: &str, is_any_owner: bool, found: &mut Vec<Mention>) {
    for start in words(line, name) {
        let end = start + name.len();
        let before = &line[..start];
        let rest = &line[end..];
        let is_path = before.ends_with('/');
        let mut push = |offset: usize, least: usize| {
            found.extend(number(line, end + offset, least));
        };
        if let Some(offset) = ["-v", "_v", "-", "_"]
            .iter()
            .find(|it| rest.starts_with(**it))
            .map(|it| it.len())
        {
            push(offset, 3);
        } else if rest.starts_with("==") && !is_path {
            push(2, 2);
        } else if rest.starts_with(['@', ':']) && !is_path {
            push(1, 2);
        } else if rest.starts_with('/') && ["docs.rs/", "crates/"].iter().any(|it| before.ends_with(it)) {
            push(1, 3);
        } else if is_path && is_any_owner && rest.starts_with('/') {
            found.extend(tag(line, end));
        } else if !is_path {
            found.extend(dependency(line, end));
        }
    }
}

/// `owner/name/releases/download/v1.2.3/…`, `owner/name@v1.2.3` and the like.
fn after_repository(line: &str, repository: &str, found: &mut Vec<Mention>) {
    for start in words(line, repository) {
        let end = start + repository.len();
        let end = if line[end..].starts_with(".git/") {
            end + 4
        } else {
            end
        };
        found.extend(tag(line, end));
    }
}

/// A tag after the address of a repository: `v1.2.3`, `1.2.3` or either after a name.
fn tag(line: &str, at: usize) -> Option<Mention> {
    let folder = TAG_FOLDERS.iter().find(|it| line[at..].starts_with(**it))?;
    let least = if matches!(*folder, "@" | ":") { 2 } else { 3 };
    number(line, at + folder.len(), least)
}

/// `name = "1.2"`, and `version` and `tag` of `name = { … }`.
fn dependency(line: &str, at: usize) -> Vec<Mention> {
    let Some(rest) = line[at..].trim_start().strip_prefix('=') else {
        return Vec::new();
    };
    let rest = rest.trim_start();
    let at = line.len() - rest.len();
    if !rest.starts_with('{') {
        return requirement(line, at).into_iter().collect();
    }
    let table = &rest[..rest.find('}').unwrap_or(rest.len())];
    let value = |key: &str| {
        let start = words(table, key).into_iter().next()? + key.len();
        let value = table[start..].trim_start().strip_prefix('=')?.trim_start();
        Some(at + table.len() - value.len())
    };
    let version = value("version").and_then(|it| requirement(line, it));
    let tag = value("tag").filter(|it| line[*it..].starts_with('"'));
    let tag = tag.and_then(|it| number(line, it + 1, 3));
    version.into_iter().chain(tag).collect()
}

/// `cargo install name --version 1.2.3`: the flag and the name stand in the same command.
fn after_flag(line: &str, name: &str, found: &mut Vec<Mention>) {
    let mut at = 0;
    for command in line.split_inclusive(['&', '|', ';', '`', '#']) {
        let start = at;
        at += command.len();
        // A winget package is `Publisher.Name`, and its letters have either case.
        let is_name = |it: &str| {
            it.rsplit('.')
                .next()
                .is_some_and(|it| it.eq_ignore_ascii_case(name))
        };
        let is_ours = command
            .split_whitespace()
            .any(|it| is_name(it.trim_matches(['"', '\'', '`'])));
        if !is_ours {
            continue;
        }
        for flag in ["--version", "--tag", "--vers"] {
            for offset in words(command, flag) {
                let end = start + offset + flag.len();
                let skipped = line[end..].bytes().take_while(|it| b" =\"'".contains(it)).count();
                if skipped > 0 {
                    found.extend(number(line, end + skipped, 3));
                }
            }
        }
    }
}

/// `badge/version-1.2.3-blue`, `badge/release-v1.2.3-blue`, `badge/name-1.2.3-blue` (shields.io's static badges).
fn badges(line: &str, ours: &Ours, found: &mut Vec<Mention>) {
    let labels = ["version", "release", "latest"].map(str::to_owned).into_iter();
    let names = ours
        .names
        .iter()
        .map(|it| it.replace('-', "--").replace('_', "__"));
    let labels: Vec<String> = labels.chain(names).collect();
    for (start, _) in line.match_indices("badge/") {
        let start = start + "badge/".len();
        let end = line[start..]
            .find(|it: char| it.is_whitespace() || ")>?\"'".contains(it))
            .map_or(line.len(), |it| start + it);
        let path = &line[start..end];
        let Some(label) = labels.iter().find(|it| {
            path.get(..it.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(it))
                && path[it.len()..].starts_with('-')
                && !path[it.len()..].starts_with("--")
        }) else {
            continue;
        };
        let message = &path[label.len() + 1..];
        let Some(colour) = message.rfind('-') else {
            continue;
        };
        let message = message[..colour].trim_start_matches('v');
        if Version::parse(&message.replace("--", "-")).is_ok() {
            let start = start + path[..label.len() + 1 + colour].len() - message.len();
            found.push(Mention {
                span: start..start + message.len(),
                form: Form::Badge,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_as(ours: &Ours, line: &str, expected: &[&str]) {
        let found: Vec<&str> = find(line, ours).into_iter().map(|it| &line[it.span]).collect();
        assert_eq!(found, expected, "{line}");
    }

    fn check(line: &str, expected: &[&str]) {
        let ours = Ours {
            names: vec!["tool".to_owned(), "tool-core".to_owned()],
            repositories: vec!["maker/tool".to_owned()],
        };
        check_as(&ours, line, expected);
    }

    #[test]
    fn our_installation_lines_are_found() {
        check("npm install tool@1.2.3", &["1.2.3"]);
        check(
            "npm install tool@1.2.3-rc.1 and tool@v1.2.4.",
            &["1.2.3-rc.1", "1.2.4"],
        );
        check("pip install tool==1.2.3", &["1.2.3"]);
        check("brew install tool@1.2", &["1.2"]);
        check("cargo install tool --version 1.2.3 --locked", &["1.2.3"]);
        check("`cargo install --version=1.2.3 tool`", &["1.2.3"]);
        check("cargo install tool --version \"=1.2.3\"", &["1.2.3"]);
        check("winget install --id Maker.Tool --version 1.2.3", &["1.2.3"]);
        check(
            "cargo install --git https://git.example/maker/tool --tag v1.2.3 tool",
            &["1.2.3"],
        );
        check("docker run registry.example/maker/tool:1.2.3 --help", &["1.2.3"]);
        check("docker run tool:1.2", &["1.2"]);
        check("uses: maker/tool@v1.2.3", &["1.2.3"]);
        check("tool = \"1.2\"", &["1.2"]);
        check(
            "tool-core = { version = \"^1.2.3\", features = [\"x\"] }",
            &["^1.2.3"],
        );
        check(
            "tool = { git = \"https://x.example\", tag = \"v1.2.3\" }",
            &["1.2.3"],
        );
        check("https://docs.rs/tool/1.2.3/tool/", &["1.2.3"]);
        check(
            "curl -L https://github.com/maker/tool/releases/download/v1.2.3/tool-1.2.3-x86_64-unknown-linux-musl.tar.gz",
            &["1.2.3", "1.2.3"],
        );
        check("tool_1.2.3_amd64.deb tool-v1.2.3.zip", &["1.2.3", "1.2.3"]);
        check("https://raw.example/maker/tool/v1.2.3/install.sh", &["1.2.3"]);
    }

    #[test]
    fn our_badges_are_found() {
        check(
            "![v](https://img.example/badge/version-1.2.3-blue.svg)",
            &["1.2.3"],
        );
        check(
            "<img src=\"https://img.example/badge/Release-v1.2.3--rc.1-blue?x=1\">",
            &["1.2.3--rc.1"],
        );
        check("badge/tool--core-1.2.3-green", &["1.2.3"]);
        check(
            "badge/rust-1.95.0-orange badge/license-MIT-blue badge/version-soon-red",
            &[],
        );
    }

    #[test]
    fn other_peoples_versions_are_left_alone() {
        check("cargo install ripgrep --version 14.0.0", &[]);
        check(
            "cargo install ripgrep --version 14.0.0 && cargo install tool",
            &[],
        );
        check("cargo install other --version 1.0.0 # needed by tool", &[]);
        check(
            "npm install @other/tool@2.0.0 mytool@2.0.0 tool.js@2.0.0 tool-extra@3.0.0",
            &[],
        );
        check(
            "serde = \"1.0\"\nmytool = \"1.0\"\ntool-extra = { version = \"1.0\" }",
            &[],
        );
        check("https://github.com/other/thing/releases/download/v9.9.9/x", &[]);
        check("https://docs.rs/other/1.2.3 and tool needs Rust 1.95.0", &[]);
        check(
            "tool:8080 tool-2 tool@latest tool 1.2.3 tool = \"latest\" tool@1.2.3.4",
            &[],
        );
        check(
            "tool@0.9.0 was the last without an index <!-- version: keep -->",
            &[],
        );
    }

    #[test]
    fn without_a_repository_the_name_of_one_is_enough() {
        let ours = Ours {
            names: vec!["tool".to_owned()],
            repositories: Vec::new(),
        };
        check_as(
            &ours,
            "https://git.example/me/tool/releases/download/v1.2.3/x.zip",
            &["1.2.3"],
        );
        check_as(
            &ours,
            "https://git.example/me/other/releases/download/v1.2.3/x.zip",
            &[],
        );
    }
}
