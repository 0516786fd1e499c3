//! The sources of all crates of a lock file, so that flatpak-builder fetches them and cargo builds without a network.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::edition::registry::{Locked, locked};
use crate::edition::{Edition, Registries};

/// The name of the file.
pub(super) const FILE: &str = "cargo-sources.json";

/// Where the crates lie in the folder of the build.
const VENDOR: &str = "cargo/vendor";

/// What flatpak-builder fetches or writes.
#[derive(Serialize)]
#[serde(untagged)]
enum Source {
    Archive {
        r#type: &'static str,
        #[serde(rename = "archive-type")]
        form: &'static str,
        url: String,
        sha256: String,
        dest: String,
    },
    Git {
        r#type: &'static str,
        url: String,
        commit: String,
        dest: String,
    },
    Inline {
        r#type: &'static str,
        contents: String,
        dest: String,
        #[serde(rename = "dest-filename")]
        name: &'static str,
    },
}

/// The file, or what it lacks.
#[derive(Debug, Default)]
pub(super) struct Crates {
    /// The text; `None` where the package has no dependencies, or something is missing.
    pub text: Option<String>,
    /// Whether there is anything to fetch.
    pub is_needed: bool,
    /// Registries whose links are unknown.
    pub unknown: BTreeSet<String>,
    /// Repositories that several packages come from, so that none can lie at the top.
    pub shared: BTreeSet<String>,
}

/// The sources of all crates that do not lie in the workspace.
pub(super) fn of(edition: &Edition, dl: Option<&str>) -> anyhow::Result<Crates> {
    let packages = locked(edition.lock.as_deref().unwrap_or_default());
    let foreign: Vec<Locked> = packages.into_iter().filter(|it| it.source.is_some()).collect();
    let mut crates = Crates {
        is_needed: !foreign.is_empty(),
        ..Crates::default()
    };
    let mut sources = Vec::new();
    let mut repositories = BTreeSet::new();
    for package in &foreign {
        let dest = format!("{VENDOR}/{}-{}", package.name, package.version);
        let from = package.source.as_deref().unwrap_or_default();
        if let Some(git) = Git::parse(from) {
            if !repositories.insert(git.url.clone()) {
                crates.shared.insert(git.url.clone());
            }
            sources.push(Source::Git {
                r#type: "git",
                url: git.url,
                commit: git.commit,
                dest: dest.clone(),
            });
            sources.push(checksum(None, dest));
            continue;
        }
        let url = url(&edition.registries, dl, package);
        let (Some(url), Some(sum)) = (url, &package.checksum) else {
            crates.unknown.insert(from.to_owned());
            continue;
        };
        sources.push(Source::Archive {
            r#type: "archive",
            form: "tar-gzip",
            url,
            sha256: sum.clone(),
            dest: dest.clone(),
        });
        sources.push(checksum(Some(sum), dest));
    }
    if crates.is_needed && crates.unknown.is_empty() {
        sources.push(Source::Inline {
            r#type: "inline",
            contents: config(&foreign),
            dest: "cargo".to_owned(),
            name: "config.toml",
        });
        crates.text = Some(serde_json::to_string_pretty(&sources)? + "\n");
    }
    Ok(crates)
}

fn url(registries: &Registries, dl: Option<&str>, package: &Locked) -> Option<String> {
    match dl {
        Some(template) => Some(crate::edition::registry::link(template, package)),
        None => registries.url(package),
    }
}

/// Cargo takes a folder for a crate only with its sums; those of single files may be left out.
fn checksum(package: Option<&str>, dest: String) -> Source {
    Source::Inline {
        r#type: "inline",
        contents: serde_json::json!({ "package": package, "files": {} }).to_string(),
        dest,
        name: ".cargo-checksum.json",
    }
}

/// A source of the lock file that is a repository: `git+‹url›?‹branch, tag or rev›#‹commit›`.
struct Git {
    url: String,
    pin: Option<(String, String)>,
    commit: String,
}

impl Git {
    fn parse(source: &str) -> Option<Git> {
        let (whole, commit) = source.strip_prefix("git+")?.split_once('#')?;
        let (url, query) = whole
            .split_once('?')
            .map_or((whole, None), |it| (it.0, Some(it.1)));
        let pin = query.and_then(|it| it.split_once('='));
        Some(Git {
            url: url.to_owned(),
            pin: pin.map(|(key, value)| (key.to_owned(), value.to_owned())),
            commit: commit.to_owned(),
        })
    }
}

/// Cargo's settings, which replace every source by the folder. The default registry goes by a word of cargo's own;
/// another one by its link. A relative path counts from the folder above that of the settings.
fn config(packages: &[Locked]) -> String {
    let quoted = |text: &str| toml_edit::Value::from(text).to_string();
    let sources: BTreeSet<&str> = packages.iter().filter_map(|it| it.source.as_deref()).collect();
    let mut lines = Vec::new();
    for source in sources {
        if let Some(git) = Git::parse(source) {
            let name = source.split('#').next().unwrap_or(source);
            lines.push(format!("[source.{}]", quoted(name)));
            lines.push(format!("git = {}", quoted(&git.url)));
            if let Some((key, value)) = git
                .pin
                .filter(|it| ["branch", "tag", "rev"].contains(&it.0.as_str()))
            {
                lines.push(format!("{key} = {}", quoted(&value)));
            }
        } else if source.ends_with(".io-index") {
            lines.push("[source.crates-io]".to_owned());
        } else {
            let url = source.strip_prefix("registry+").unwrap_or(source);
            lines.push(format!("[source.{}]", quoted(source)));
            lines.push(format!("registry = {}", quoted(url)));
        }
        lines.push("replace-with = \"vendored-sources\"\n".to_owned());
    }
    lines.push("[source.vendored-sources]".to_owned());
    lines.push(format!("directory = \"{VENDOR}\"\n"));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_replace_each_source_once() {
        let of = |name: &str, source: &str| Locked {
            name: name.to_owned(),
            source: Some(source.to_owned()),
            ..Locked::default()
        };
        let text = config(&[
            of("a", "registry+https://git.example/any.io-index"),
            of("b", "registry+https://git.example/any.io-index"),
            of("c", "sparse+https://registry.example/"),
            of("d", "git+https://git.example/o/d?branch=main#0123"),
        ]);
        assert_eq!(
            text,
            "[source.\"git+https://git.example/o/d?branch=main\"]\ngit = \"https://git.example/o/d\"\n\
             branch = \"main\"\nreplace-with = \"vendored-sources\"\n\n[source.crates-io]\n\
             replace-with = \"vendored-sources\"\n\n[source.\"sparse+https://registry.example/\"]\n\
             registry = \"sparse+https://registry.example/\"\nreplace-with = \"vendored-sources\"\n\n\
             [source.vendored-sources]\ndirectory = \"cargo/vendor\"\n"
        );
        assert!(text.parse::<toml::Table>().is_ok());
    }
}
