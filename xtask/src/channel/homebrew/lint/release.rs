//! What formulae and casks must share with the release that they were rendered from.

use super::read::{Call, Download, Kind, Source};
use super::sources;
use crate::channel::homebrew::{CHANNEL, formula_name, prebuilt};
use crate::edition::Edition;
use crate::lint::release::{artifact_of, wrong_pair};
use crate::lint::{File, Flaw, Subject};

fn each(subject: &Subject, check: impl Fn(&Edition, &File, &Source) -> Vec<Flaw>) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    let all = sources(subject);
    all.iter()
        .flat_map(|(file, source)| check(edition, file, source))
        .collect()
}

/// What is downloaded, with the variables of a cask in their places.
fn downloads(source: &Source) -> Vec<Download> {
    if source.is_formula() {
        return source.downloads();
    }
    let mut found = Vec::new();
    for download in source.downloads() {
        for (key, values) in variants(source) {
            let sum = source
                .first("sha256")
                .and_then(|it| it.keyed(key).or_else(|| it.text()));
            found.push(Download {
                url: filled(&download.url, &values),
                sha256: sum,
                ..download.clone()
            });
        }
    }
    found
}

/// The values of `version` and `arch`.
type Variables = (String, String);

/// The processors that a cask tells apart; one without a name where it does not.
fn variants(source: &Source) -> Vec<(&'static str, Variables)> {
    let version = source.first("version").and_then(Call::text).unwrap_or_default();
    match source.first("arch") {
        Some(arch) => ["arm:", "intel:"]
            .into_iter()
            .map(|key| (key, (version.clone(), arch.keyed(key).unwrap_or_default())))
            .collect(),
        None => vec![("", (version, String::new()))],
    }
}

fn filled(text: &str, (version, arch): &Variables) -> String {
    text.replace("#{version}", version).replace("#{arch}", arch)
}

pub(super) fn platforms(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    // The edition is that of the main package, and so the formula of its name is looked at.
    let listing = edition.listing_for(&CHANNEL);
    let name = format!("{}.rb", formula_name(edition, &listing));
    let mut flaws = Vec::new();
    for (file, source) in sources(subject) {
        if file.name() != name || !source.is_formula() || source.is_core(file) {
            continue;
        }
        let downloads = source.downloads();
        for (platform, _) in prebuilt::offered(edition) {
            // A file of another tool may ask for the system in another way; ours has the two blocks.
            let has = downloads
                .iter()
                .any(|it| it.blocks == [platform.system, platform.machine]);
            if !has {
                flaws.push(Flaw::file(
                    file,
                    format!("no URL is for `{}`, `{}`", platform.system, platform.machine),
                ));
            }
        }
    }
    flaws
}

pub(super) fn sums(subject: &Subject) -> Vec<Flaw> {
    each(subject, |edition, file, source| {
        let downloads = downloads(source);
        let wrong = downloads.iter().filter_map(|it| {
            let what = wrong_pair(edition, &it.url, it.sha256.as_deref().unwrap_or_default())?;
            Some(Flaw::line(file, it.line, what))
        });
        wrong.collect()
    })
}

pub(super) fn paths(subject: &Subject) -> Vec<Flaw> {
    each(subject, |edition, file, source| {
        let mut flaws = Vec::new();
        let installed = installed(source);
        for download in downloads(source) {
            let Some(artifact) = artifact_of(edition, &download.url) else {
                continue;
            };
            for (line, path) in &installed {
                let is_cask = !source.is_formula();
                let values = variants(source);
                let is_there = artifact.entries.iter().any(|it| {
                    if is_cask {
                        values.iter().any(|(_, values)| it.path == filled(path, values))
                    } else {
                        // Homebrew enters the one folder of an archive.
                        it.path.split_once('/').is_some_and(|it| it.1 == path)
                    }
                });
                if !is_there {
                    flaws.push(Flaw::line(
                        file,
                        *line,
                        format!("`{}` holds no `{path}`", artifact.name),
                    ));
                }
            }
        }
        flaws
    })
}

/// The files that are taken from the archive, with their lines.
fn installed(source: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for call in &source.calls {
        match source.kind {
            Kind::Formula(_) => {
                // What `cargo install` has built does not come from the archive.
                let is_install = call.blocks.first().is_some_and(|it| it == "def install")
                    && call.rest.starts_with(".install");
                let list = call.texts();
                // `install "from" => "to"`
                let count = if call.rest.contains("=>") { 1 } else { list.len() };
                if is_install {
                    found.extend(list.into_iter().take(count).map(|it| (call.line, it)));
                }
            }
            Kind::Cask(_) => {
                let is_file =
                    ["binary", "manpage"].contains(&call.word.as_str()) || call.word.ends_with("_completion");
                if is_file {
                    found.extend(call.text().map(|it| (call.line, it)));
                }
            }
        }
    }
    found
}

pub(super) fn version(subject: &Subject) -> Vec<Flaw> {
    each(subject, |edition, file, source| {
        let expected = edition.version().to_string();
        let Some((call, found)) = source.first("version").and_then(|it| Some((it, it.text()?))) else {
            return Vec::new();
        };
        if found == expected {
            return Vec::new();
        }
        vec![Flaw::line(
            file,
            call.line,
            format!("`{found}` is not the version of the release, `{expected}`"),
        )]
    })
}
