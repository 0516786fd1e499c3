//! What is said in `meta/snap.yaml` and in snapcraft.yaml.

use crate::channel::snap::lint::look::{Look, each, one};
use crate::channel::snap::{BASES, CHANNEL};
use crate::channel::version;
use crate::lint::{Flaw, Subject, licence};
use crate::render::yaml::Yaml;

/// Interfaces whose use people grant (snapd's base declarations deny them).
const GRANTED: &[&str] = &[
    "block-devices",
    "docker-support",
    "kernel-module-control",
    "kubernetes-support",
    "lxd-support",
    "multipass-support",
    "personal-files",
    "snapd-control",
    "system-files",
    "system-files-write",
    "steam-support",
];

/// Whether a text begins and ends with what `is_end` takes and has nothing but what `is_inner` takes.
fn fits(text: &str, is_end: impl Fn(char) -> bool, is_inner: impl Fn(char) -> bool) -> bool {
    text.starts_with(&is_end) && text.ends_with(&is_end) && text.chars().all(|it| is_end(it) || is_inner(it))
}

pub(super) fn required(subject: &Subject) -> Vec<Flaw> {
    each(subject, |look| {
        let is_adopted = look.yaml.get("adopt-info").is_some();
        let always: &[&str] = if look.is_recipe() {
            &["name", "parts", "confinement"]
        } else {
            &["name"]
        };
        let own: &[&str] = if is_adopted {
            &[]
        } else {
            &["version", "summary", "description"]
        };
        let has_base = look.yaml.get("base").is_some() || look.yaml.get("build-base").is_some();
        let base: &[&str] = if has_base || !look.is_recipe() {
            &[]
        } else {
            &["base"]
        };
        let keys = always.iter().chain(own).chain(base);
        let missing = keys.filter(|it| look.yaml.get(it).is_none_or(|it| it.as_str() == Some("")));
        missing
            .map(|it| Flaw::file(look.file, format!("there is no `{it}`")))
            .collect()
    })
}

fn is_name(name: &str) -> bool {
    let is_end = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    (2..=40).contains(&name.len())
        && fits(name, is_end, |it| it == '-')
        && !name.contains("--")
        && name.contains(|it: char| it.is_ascii_lowercase())
}

pub(super) fn name(subject: &Subject) -> Vec<Flaw> {
    one(subject, |look| {
        let name = look.text("name");
        (!is_name(name)).then(|| look.flaw("name", format!("`{}` is no name of a snap", name.escape_debug())))
    })
}

pub(super) fn version_form(subject: &Subject) -> Vec<Flaw> {
    one(subject, |look| {
        let version = look.yaml.get("version")?.as_str()?;
        let is_first = |it: char| it.is_ascii_alphanumeric();
        let is_last = |it: char| is_first(it) || matches!(it, '+' | '~');
        let is_fine = version.len() <= 32
            && version.starts_with(is_first)
            && version.ends_with(is_last)
            && version
                .chars()
                .all(|it| is_last(it) || matches!(it, ':' | '.' | '-'));
        let what = || format!("`{}` is no version of a snap", version.escape_debug());
        (!is_fine).then(|| look.flaw("version", what()))
    })
}

pub(super) fn version_quoted(subject: &Subject) -> Vec<Flaw> {
    one(subject, |look| match look.yaml.get("version")? {
        Yaml::Plain(it) if it.parse::<f64>().is_ok() => {
            Some(look.flaw("version", format!("`{it}` is a number without quotes")))
        }
        _ => None,
    })
}

pub(super) fn version(subject: &Subject) -> Vec<Flaw> {
    let expected = subject
        .edition
        .as_ref()
        .and_then(|it| (CHANNEL.version)(it.version()).ok());
    one(subject, |look| {
        let (expected, version) = (expected.as_ref()?, look.text("version"));
        (expected != version).then(|| look.flaw("version", format!("`{version}` is not `{expected}`")))
    })
}

/// Longer than the store shows.
fn too_long(look: &Look<'_>, key: &str, least: usize, most: usize) -> Option<Flaw> {
    let text = look.yaml.get(key)?.as_str()?;
    let count = text.trim_end_matches('\n').chars().count();
    let what = || format!("the {key} has {count} characters, not {least} to {most}");
    (!(least..=most).contains(&count)).then(|| look.flaw(key, what()))
}

pub(super) fn summary(subject: &Subject) -> Vec<Flaw> {
    one(subject, |look| {
        let is_many = look.text("summary").trim_end().contains('\n');
        let many = is_many.then(|| look.flaw("summary", "the summary has several lines"));
        many.or_else(|| too_long(look, "summary", 1, 78))
    })
}

pub(super) fn title(subject: &Subject) -> Vec<Flaw> {
    one(subject, |look| too_long(look, "title", 2, 40))
}

pub(super) fn description(subject: &Subject) -> Vec<Flaw> {
    one(subject, |look| too_long(look, "description", 1, 4096))
}

pub(super) fn license(subject: &Subject) -> Vec<Flaw> {
    one(subject, |look| {
        let licence = look.yaml.get("license")?.as_str()?;
        // SPDX 3 lets the words be lower-case, snapd does not.
        let lower = licence.split(' ').find(|it| matches!(*it, "or" | "and" | "with"));
        let why = match (lower, licence::mistake(licence)) {
            (Some(word), _) => format!("`{word}` is not in upper case"),
            (None, Some(why)) if licence != "Proprietary" => why,
            _ => return None,
        };
        Some(look.flaw(
            "license",
            format!("`{}` is no SPDX expression: {why}", licence.escape_debug()),
        ))
    })
}

/// The value of a key is one of a list.
fn one_of(look: &Look<'_>, key: &str, known: &[&str]) -> Option<Flaw> {
    let found = look.yaml.get(key)?.as_str().unwrap_or_default();
    let what = || format!("`{}` is none of {}", found.escape_debug(), known.join(", "));
    (!known.contains(&found)).then(|| look.flaw(key, what()))
}

pub(super) fn base(subject: &Subject) -> Vec<Flaw> {
    let known: Vec<&str> = BASES.iter().map(|it| it.0).chain(["bare"]).collect();
    one(subject, |look| one_of(look, "base", &known))
}

pub(super) fn confinement(subject: &Subject) -> Vec<Flaw> {
    one(subject, |look| {
        one_of(look, "confinement", &["strict", "classic", "devmode"])
    })
}

pub(super) fn grade(subject: &Subject) -> Vec<Flaw> {
    one(subject, |look| one_of(look, "grade", &["stable", "devel"]))
}

pub(super) fn risk(subject: &Subject) -> Vec<Flaw> {
    one(subject, |look| {
        let version = semver::Version::parse(look.text("version")).ok()?;
        let risk = version::snap_risk(&version);
        let (grade, confinement) = (look.text("grade"), look.text("confinement"));
        let is_open =
            !matches!(risk, "stable" | "candidate") || (grade != "devel" && confinement != "devmode");
        let what = || format!("`{version}` goes to {risk}, which takes no grade devel and no devmode");
        (!is_open).then(|| look.flaw("grade", what()))
    })
}

pub(super) fn review(subject: &Subject) -> Vec<Flaw> {
    each(subject, |look| {
        let mut flaws = Vec::new();
        if look.text("confinement") == "classic" {
            flaws.push(look.flaw("confinement", "classic confinement is granted by people"));
        }
        let mut used: Vec<&str> = look
            .apps()
            .iter()
            .flat_map(|it| it.1.get("plugs").map_or(&[] as &[Yaml], Yaml::items))
            .filter_map(Yaml::as_str)
            .collect();
        used.sort_unstable();
        used.dedup();
        let granted = used.into_iter().filter(|it| GRANTED.contains(it));
        flaws.extend(
            granted.map(|it| look.flaw("plugs", format!("the interface `{it}` is granted by people"))),
        );
        flaws
    })
}

pub(super) fn apps(subject: &Subject) -> Vec<Flaw> {
    each(subject, |look| {
        let mut flaws = Vec::new();
        for (name, app) in look.apps() {
            let is_fine = fits(name, |it| it.is_ascii_alphanumeric(), |it| it == '-') && !name.contains("--");
            if !is_fine {
                flaws.push(look.flaw(name, format!("`{}` is no name of an app", name.escape_debug())));
            }
            let command = app.get("command").and_then(Yaml::as_str).unwrap_or_default();
            let is_odd = |it: char| !it.is_ascii_alphanumeric() && !"/. _#:$-".contains(it);
            if command.is_empty() {
                flaws.push(look.flaw(name, format!("the app `{name}` has no command")));
            } else if command.contains(is_odd) {
                flaws.push(look.flaw("command", format!("`{}` is no command", command.escape_debug())));
            }
        }
        flaws
    })
}

pub(super) fn daemon(subject: &Subject) -> Vec<Flaw> {
    const KNOWN: &[&str] = &["simple", "forking", "oneshot", "notify", "dbus"];
    each(subject, |look| {
        let daemons = look.apps().iter().filter_map(|it| it.1.get("daemon")?.as_str());
        let wrong = daemons.filter(|it| !KNOWN.contains(it));
        wrong
            .map(|it| look.flaw("daemon", format!("`{}` is no daemon", it.escape_debug())))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["demo", "a1", "0ad", "a-b-c", &"a".repeat(40)] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "",
            "a",
            "Demo",
            "-a",
            "a-",
            "a--b",
            "00",
            "a_b",
            "ä1",
            &"a".repeat(41),
        ] {
            assert!(!is_name(name), "{name}");
        }
    }
}
