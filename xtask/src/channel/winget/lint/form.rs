//! The shape of one manifest: the file, what is required, and its installers.

use std::collections::{BTreeMap, BTreeSet};

use super::{at, inherited, installers, text};
use crate::lint::{File, Flaw};
use crate::render::yaml::Yaml;

pub(super) fn unreadable(file: &File) -> Option<Flaw> {
    match file.yaml() {
        Ok(yaml) if !yaml.entries().is_empty() => None,
        Ok(_) => Some(Flaw::file(file, "it is no mapping")),
        Err(error) => Some(Flaw::file(file, format!("{error:#}"))),
    }
}

pub(super) fn header(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    const START: &str = "yaml-language-server:";
    let mut remarks = file.lines().take_while(|(_, it)| {
        let it = it.trim_start_matches('\u{feff}').trim();
        it.is_empty() || it.starts_with('#')
    });
    let found = remarks.find_map(|(line, it)| {
        let rest = it
            .trim_start_matches(['\u{feff}', '#', ' '])
            .strip_prefix(START)?;
        Some((line, rest.trim()))
    });
    let Some((line, found)) = found else {
        return vec![Flaw::line(file, 1, "no line names the schema")];
    };
    let (kind, version) = (text(yaml, "ManifestType"), text(yaml, "ManifestVersion"));
    let expected = super::super::manifest::header(kind, version);
    let expected = expected.split_once(START).map_or("", |it| it.1.trim());
    // The client compares without case.
    if found.eq_ignore_ascii_case(expected) {
        return Vec::new();
    }
    vec![Flaw::line(
        file,
        line,
        format!("the schema is `{found}`, and should be `{expected}`"),
    )]
}

pub(super) fn required(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    const ALL: &[&str] = &[
        "PackageIdentifier",
        "PackageVersion",
        "ManifestType",
        "ManifestVersion",
    ];
    const LOCALE: &[&str] = &[
        "PackageLocale",
        "Publisher",
        "PackageName",
        "License",
        "ShortDescription",
    ];
    let own: &[&str] = match text(yaml, "ManifestType") {
        "version" => &["DefaultLocale"],
        "installer" => &["Installers"],
        "defaultLocale" => LOCALE,
        "locale" => &["PackageLocale"],
        _ => &[],
    };
    let has = |yaml: &Yaml, key: &str| {
        yaml.get(key)
            .is_some_and(|it| it.as_str().is_none_or(|it| !it.trim().is_empty()))
    };
    let mut flaws: Vec<Flaw> = ALL
        .iter()
        .chain(own)
        .filter(|it| !has(yaml, it))
        .map(|it| Flaw::file(file, format!("there is no `{it}`")))
        .collect();
    if own.contains(&"Installers") && has(yaml, "Installers") && installers(yaml).is_empty() {
        flaws.push(Flaw::at(file, "Installers:", "there is no installer"));
    }
    for (number, installer) in installers(yaml).iter().enumerate() {
        let kind = inherited(yaml, installer, "InstallerType");
        if kind.is_none() {
            flaws.push(Flaw::file(
                file,
                format!("installer {} has no `InstallerType`", number + 1),
            ));
        }
        for key in ["Architecture", "InstallerUrl", "InstallerSha256"] {
            if !has(installer, key) {
                flaws.push(Flaw::file(
                    file,
                    format!("installer {} has no `{key}`", number + 1),
                ));
            }
        }
    }
    flaws
}

pub(super) fn nested(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for installer in installers(yaml) {
        let of = |key| inherited(yaml, installer, key);
        if of("InstallerType").and_then(Yaml::as_str) != Some("zip") {
            continue;
        }
        let kind = of("NestedInstallerType").and_then(Yaml::as_str);
        let files = of("NestedInstallerFiles").map(Yaml::items).unwrap_or_default();
        if kind.is_none() {
            flaws.push(Flaw::file(file, "a zip has no `NestedInstallerType`"));
        }
        if files.is_empty() {
            flaws.push(Flaw::file(file, "a zip has no `NestedInstallerFiles`"));
        }
        let is_portable = kind == Some("portable");
        if !is_portable && kind != Some("font") && files.len() > 1 {
            flaws.push(Flaw::file(file, "a zip has one installer, or portable programs"));
        }
        let (mut paths, mut aliases) = (BTreeSet::new(), BTreeSet::new());
        for one in files {
            let path = text(one, "RelativeFilePath");
            let mut mind = |what: String| flaws.push(at(file, "RelativeFilePath", path, what));
            if path.is_empty() {
                mind("a nested file has no `RelativeFilePath`".to_owned());
                continue;
            }
            if escapes(path) {
                mind(format!("the path `{path}` leaves the archive"));
            }
            if is_portable && !path.to_lowercase().ends_with(".exe") {
                mind(format!("`{path}` is no `.exe`"));
            }
            if !paths.insert(path.to_lowercase()) {
                mind(format!("`{path}` is there twice"));
            }
            let alias = text(one, "PortableCommandAlias");
            if escapes(alias) || alias.contains(['/', '\\']) {
                mind(format!("the alias `{alias}` is no name"));
            }
            if !alias.is_empty() && !aliases.insert(alias.to_lowercase()) {
                mind(format!("the alias `{alias}` is there twice"));
            }
        }
    }
    flaws
}

fn escapes(path: &str) -> bool {
    path.starts_with(['/', '\\']) || path.contains(':') || path.split(['/', '\\']).any(|it| it == "..")
}

pub(super) fn unique(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let mut seen = BTreeSet::new();
    let mut hashes: BTreeMap<&str, &str> = BTreeMap::new();
    for installer in installers(yaml) {
        let of = |key| {
            inherited(yaml, installer, key)
                .and_then(Yaml::as_str)
                .unwrap_or_default()
        };
        let machine = text(installer, "Architecture");
        let key = [
            of("InstallerType"),
            of("NestedInstallerType"),
            machine,
            of("InstallerLocale"),
            of("Scope"),
        ];
        if !seen.insert(key) {
            flaws.push(Flaw::file(
                file,
                format!("two installers are for `{machine}` alike"),
            ));
        }
        let (url, hash) = (
            text(installer, "InstallerUrl"),
            text(installer, "InstallerSha256"),
        );
        let before = hashes.insert(url, hash);
        if before.is_some_and(|it| !it.eq_ignore_ascii_case(hash)) {
            flaws.push(at(file, "InstallerUrl", url, format!("`{url}` has two hashes")));
        }
    }
    flaws
}

pub(super) fn scope(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    let is_flawed = |installer: &&Yaml| {
        let of = |key| inherited(yaml, installer, key).and_then(Yaml::as_str);
        let kind = if of("InstallerType") == Some("zip") {
            of("NestedInstallerType")
        } else {
            of("InstallerType")
        };
        kind == Some("portable") && of("Scope").is_some()
    };
    let found = installers(yaml).iter().find(is_flawed);
    found
        .map(|_| Flaw::at(file, "Scope:", "a portable program has a `Scope`"))
        .into_iter()
        .collect()
}

pub(super) fn community(file: &File, yaml: &Yaml) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let mut mind = |key: &str, what: String| flaws.push(Flaw::at(file, &format!("{key}:"), what));
    if text(yaml, "ManifestType") == "singleton" {
        mind("ManifestType", "it is a singleton".to_owned());
    }
    for part in std::iter::once(yaml).chain(installers(yaml)) {
        for key in ["Authentication", "Channel", "Icons"] {
            if part.get(key).is_some() {
                mind(key, format!("`{key}` is not taken"));
            }
        }
        if text(part, "InstallerType") == "msstore" {
            mind("InstallerType", "`msstore` is not taken".to_owned());
        }
        let dsc = part.get("DesiredStateConfiguration");
        if dsc.is_some_and(|it| it.get("PowerShell").is_some()) {
            mind("PowerShell", "PowerShell DSC is not taken".to_owned());
        }
    }
    flaws
}
