//! Rules of what lies beside the manifest: desktop entry, Flathub's own settings, the sources of the crates.

use serde_json::Value;

use crate::channel::flathub::{MACHINES, crates};
use crate::edition::registry::locked;
use crate::lint::{File, Flaw, Subject};

/// Desktop entries (Desktop Entry Specification 1.5; F3, `desktop-file-*`).
pub(super) fn desktop(subject: &Subject) -> Vec<Flaw> {
    subject.ending(".desktop").flat_map(entry).collect()
}

/// Categories that no software centre shows (F3, `desktop-file-low-quality-category`).
const LOW: &[&str] = &[
    "GTK",
    "Qt",
    "KDE",
    "GNOME",
    "Motif",
    "Java",
    "Application",
    "XFCE",
    "DDE",
];

fn entry(file: &File) -> Vec<Flaw> {
    let lines = || {
        file.lines()
            .map(|(at, it)| (at, it.trim_end()))
            .filter(|(_, it)| !it.is_empty() && !it.starts_with('#'))
    };
    if lines().next().map(|it| it.1) != Some("[Desktop Entry]") {
        return vec![Flaw::file(file, "it does not begin with `[Desktop Entry]`")];
    }
    // Further groups describe actions.
    let group = lines().skip(1).take_while(|(_, it)| !it.starts_with('['));
    let pairs: Vec<(usize, &str, Option<&str>)> = group
        .map(|(at, it)| match it.split_once('=') {
            Some((key, value)) => (at, key.trim(), Some(value.trim())),
            None => (at, it, None),
        })
        .collect();
    let value = |key: &str| pairs.iter().find(|it| it.1 == key).and_then(|it| it.2);
    let mut flaws = Vec::new();
    for (at, key, value) in &pairs {
        if value.is_none() {
            flaws.push(Flaw::line(file, *at, format!("`{key}` has no `=`")));
        }
    }
    if value("Type") != Some("Application") {
        flaws.push(Flaw::file(file, "`Type` is not `Application`"));
    }
    for key in ["Name", "Exec"] {
        if value(key).unwrap_or_default().is_empty() {
            flaws.push(Flaw::file(file, format!("there is no `{key}`")));
        }
    }
    if value("Exec").is_some_and(|it| it.contains("flatpak run")) {
        flaws.push(Flaw::at(
            file,
            "Exec=",
            "flatpak writes `flatpak run` itself when it installs the entry",
        ));
    }
    if value("Hidden") == Some("true") {
        flaws.push(Flaw::at(
            file,
            "Hidden=",
            "a hidden entry is a deleted one: write `NoDisplay=true`",
        ));
    }
    for key in ["Terminal", "NoDisplay", "Hidden"] {
        if value(key).is_some_and(|it| !matches!(it, "true" | "false")) {
            flaws.push(Flaw::at(
                file,
                key,
                format!("`{key}` is neither `true` nor `false`"),
            ));
        }
    }
    let categories: Vec<&str> = value("Categories")
        .unwrap_or_default()
        .split(';')
        .filter(|it| !it.is_empty())
        .collect();
    if !categories.is_empty() && categories.iter().all(|it| LOW.contains(it)) {
        flaws.push(Flaw::at(
            file,
            "Categories=",
            "no category says what the application is for",
        ));
    }
    flaws
}

/// A program of the console that is shown in menus needs a terminal (F3, `desktop-file-terminal-key-not-true`).
pub(super) fn terminal(subject: &Subject) -> Vec<Flaw> {
    let is_console = super::is_console(subject);
    let has = |file: &File, line: &str| file.lines().any(|(_, it)| it.trim() == line);
    let bad = |it: &&File| is_console && !has(it, "Terminal=true") && !has(it, "NoDisplay=true");
    let flaw = |file| Flaw::file(file, "a program of the console has no `Terminal=true`");
    subject.ending(".desktop").filter(bad).map(flaw).collect()
}

/// `flathub.json` (F3, `flathub-json-*`).
pub(super) fn settings(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for file in subject.files.iter().filter(|it| it.name() == "flathub.json") {
        let Ok(Value::Object(json)) = file.json() else {
            flaws.push(Flaw::file(file, "it is no JSON object"));
            continue;
        };
        for key in ["only-arches", "skip-arches"] {
            let Some(value) = json.get(key) else { continue };
            let machines: Vec<&str> = value
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            if machines.is_empty() {
                flaws.push(Flaw::at(file, key, format!("`{key}` names no machine")));
            }
            for machine in machines.iter().filter(|it| !MACHINES.contains(it)) {
                flaws.push(Flaw::at(
                    file,
                    machine,
                    format!("Flathub builds for no machine `{machine}`"),
                ));
            }
            if key == "skip-arches" && MACHINES.iter().all(|it| machines.contains(it)) {
                flaws.push(Flaw::at(file, key, "no machine is left"));
            }
        }
        for key in ["automerge-flathubbot-prs", "skip-appstream-check"] {
            if json.get(key).and_then(Value::as_bool) == Some(true) {
                flaws.push(Flaw::at(file, key, format!("`{key}` needs an exception")));
            }
        }
        if json.contains_key("end-of-life-rebase") && !json.contains_key("end-of-life") {
            flaws.push(Flaw::at(
                file,
                "end-of-life-rebase",
                "there is no `end-of-life` that says why",
            ));
        }
    }
    flaws
}

/// Each crate is pinned, has the sums that cargo asks for, and cargo is told to look there.
pub(super) fn crate_sources(subject: &Subject) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for file in subject.files.iter().filter(|it| it.name() == crates::FILE) {
        let Ok(Value::Array(sources)) = file.json() else {
            flaws.push(Flaw::file(file, "it is no JSON array"));
            continue;
        };
        let text = |source: &Value, key: &str| source[key].as_str().unwrap_or_default().to_owned();
        let of = |kind: &str| sources.iter().filter(|it| it["type"] == kind).collect::<Vec<_>>();
        let inline = of("inline");
        let mut sums = std::collections::BTreeMap::new();
        for source in inline
            .iter()
            .filter(|it| it["dest-filename"] == ".cargo-checksum.json")
        {
            let sum: Value = serde_json::from_str(&text(source, "contents")).unwrap_or_default();
            if !sum["files"].is_object() {
                flaws.push(Flaw::at(
                    file,
                    &text(source, "dest"),
                    "a `.cargo-checksum.json` has no `files`",
                ));
            }
            sums.insert(text(source, "dest"), sum["package"].as_str().map(str::to_owned));
        }
        for source in of("archive") {
            let (dest, sum) = (text(source, "dest"), text(source, "sha256"));
            if sum.len() != 64 || !text(source, "url").starts_with("https://") {
                flaws.push(Flaw::at(
                    file,
                    &dest,
                    format!("`{dest}` has no link with https and a SHA-256"),
                ));
            }
            if sums.get(&dest).and_then(|it| it.as_deref()) != Some(sum.as_str()) {
                flaws.push(Flaw::at(
                    file,
                    &dest,
                    format!("`{dest}` has no `.cargo-checksum.json` of the same sum"),
                ));
            }
        }
        for source in of("git") {
            let dest = text(source, "dest");
            // A repository of several crates lies elsewhere, and each is copied from there.
            let is_crate = dest.starts_with("cargo/vendor/");
            if text(source, "commit").len() != 40 || (is_crate && !sums.contains_key(&dest)) {
                flaws.push(Flaw::at(
                    file,
                    &dest,
                    format!("`{dest}` has no commit and `.cargo-checksum.json`"),
                ));
            }
        }
        let is_config = |it: &&&Value| text(it, "dest-filename").starts_with("config");
        if !inline
            .iter()
            .any(|it| is_config(&it) && text(it, "contents").contains("replace-with"))
        {
            flaws.push(Flaw::file(
                file,
                "cargo is not told to take the crates from their folder",
            ));
        }
    }
    flaws
}

/// No crate of the lock file is missing, and each has its sum.
pub(super) fn lock(subject: &Subject) -> Vec<Flaw> {
    let lock = subject.edition.as_ref().and_then(|it| it.lock.as_deref());
    let mut flaws = Vec::new();
    for file in subject.files.iter().filter(|it| it.name() == crates::FILE) {
        let Ok(Value::Array(sources)) = file.json() else {
            continue;
        };
        for package in locked(lock.unwrap_or_default()) {
            let Some(sum) = package.checksum else { continue };
            let end = format!("/{}-{}", package.name, package.version);
            let has = sources.iter().any(|it| {
                it["sha256"] == sum.as_str() && it["dest"].as_str().is_some_and(|it| it.ends_with(&end))
            });
            if !has {
                let what = format!(
                    "`{} {}` of the lock file is not there",
                    package.name, package.version
                );
                flaws.push(Flaw::file(file, what));
            }
        }
    }
    flaws
}
