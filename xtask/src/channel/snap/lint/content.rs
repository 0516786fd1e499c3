//! What is in a snap, and what snapcraft.yaml makes one of.

use crate::channel::snap::lint::look::{Look, each, is_snap, looks, sum};
use crate::channel::snap::{MACHINES, builds};
use crate::edition::Edition;
use crate::inspect;
use crate::lint::{Flaw, Subject, release};
use crate::pack::squashfs::read::{Kind, Superblock};
use crate::render::yaml::Yaml;

pub(super) fn squashfs(subject: &Subject) -> Vec<Flaw> {
    const XZ: u16 = 4;
    const LZO: u16 = 3;
    let snaps = subject.files.iter().filter(|it| is_snap(it));
    let mut flaws = Vec::new();
    for file in snaps {
        let Ok(block) = Superblock::read(&file.bytes) else {
            continue;
        };
        let what = match () {
            () if ![XZ, LZO].contains(&block.compressor) => "it is compressed by neither xz nor lzo",
            () if block.block_bytes != 128 << 10 => "its blocks are not of 128 KiB",
            () if block.fragments != 0 => "it has fragments",
            () => continue,
        };
        flaws.push(Flaw::file(file, what));
    }
    flaws
}

pub(super) fn files(subject: &Subject) -> Vec<Flaw> {
    each(subject, |look| {
        let Some(image) = &look.image else {
            return Vec::new();
        };
        let mut flaws = Vec::new();
        for entry in &image.entries {
            let needed = if entry.kind == Kind::Folder { 0o555 } else { 0o444 };
            let what = match entry.kind {
                Kind::Special => "is a device, a pipe or a socket".to_owned(),
                _ if (entry.owner, entry.group) != (0, 0) => {
                    format!("belongs to {}:{}, not to root", entry.owner, entry.group)
                }
                Kind::Link => continue,
                _ if entry.mode & 0o6000 != 0 => "changes its user when it is run".to_owned(),
                _ if entry.mode & needed != needed => {
                    format!("has the mode {:04o}: not all can read it", entry.mode)
                }
                _ => continue,
            };
            flaws.push(Flaw::file(
                look.file,
                format!("`/{}` {what}", entry.path.escape_debug()),
            ));
        }
        flaws
    })
}

pub(super) fn commands(subject: &Subject) -> Vec<Flaw> {
    each(subject, |look| {
        let Some(image) = &look.image else {
            return Vec::new();
        };
        let mut flaws = Vec::new();
        for (name, app) in look.apps() {
            let words = app.get("command").and_then(Yaml::as_str).unwrap_or_default();
            let path = words.split(' ').next().unwrap_or_default();
            let what = match image.entry(path) {
                _ if path.is_empty() => continue,
                None => "is not in the snap",
                Some(it) if it.kind == Kind::File && it.mode & 0o111 == 0 => "cannot be run",
                Some(it) if it.kind == Kind::Folder => "is a folder",
                Some(_) => "",
            };
            if !what.is_empty() {
                flaws.push(Flaw::file(
                    look.file,
                    format!("the program `{path}` of `{name}` {what}"),
                ));
            }
            let completer = app.get("completer").and_then(Yaml::as_str);
            if let Some(completer) = completer.filter(|it| image.entry(it).is_none()) {
                flaws.push(Flaw::file(
                    look.file,
                    format!("the completer `{completer}` is not in the snap"),
                ));
            }
        }
        flaws
    })
}

/// What the last part of `name_version_arch.snap` says.
fn architecture_of_name(look: &Look<'_>) -> Option<String> {
    let stem = look.file.name().strip_suffix(".snap")?;
    let (rest, architecture) = stem.rsplit_once('_')?;
    let expected = format!("{}_{}", look.text("name"), look.text("version"));
    (rest == expected).then(|| architecture.to_owned())
}

pub(super) fn architecture(subject: &Subject) -> Vec<Flaw> {
    each(subject, |look| {
        if look.image.is_none() {
            return Vec::new();
        }
        let mut flaws = Vec::new();
        let says: Vec<&str> = look
            .yaml
            .get("architectures")
            .map_or(&[] as &[Yaml], Yaml::items)
            .iter()
            .filter_map(Yaml::as_str)
            .collect();
        match architecture_of_name(look) {
            Some(it) if says == [it.as_str()] => {}
            Some(it) => flaws.push(Flaw::file(
                look.file,
                format!("its name says {it}, the snap {}", says.join(", ")),
            )),
            None => {
                let (name, version) = (look.text("name"), look.text("version"));
                let what = format!("its name is not `{name}_{version}_{}.snap`", says.join("-"));
                flaws.push(Flaw::file(look.file, what));
            }
        }
        let code = MACHINES.iter().find(|it| says == [it.name]).map(|it| it.code);
        for (entry, bytes) in look.programs() {
            if let (Some(code), Ok(facts)) = (code, inspect::facts(&bytes))
                && facts.machines != [code]
            {
                let what = format!(
                    "`{}` is for {}, the snap for {}",
                    entry.path,
                    facts.machines.join(", "),
                    says[0]
                );
                flaws.push(Flaw::file(look.file, what));
            }
        }
        flaws
    })
}

pub(super) fn programs(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    each(subject, |look| {
        let says = look
            .yaml
            .get("architectures")
            .and_then(|it| it.items().first()?.as_str());
        let code = MACHINES.iter().find(|it| Some(it.name) == says).map(|it| it.code);
        let mut flaws = Vec::new();
        for (entry, bytes) in look.programs() {
            let sum = sum(&bytes);
            if !release::is_program(edition, sum, code) {
                let what = format!(
                    "`{}` is none of the programs that were built for its machine",
                    entry.path
                );
                flaws.push(Flaw::file(look.file, what));
            }
        }
        flaws
    })
}

/// The values of a key, for all machines.
fn values<'y>(part: &'y Yaml, key: &str) -> Vec<(&'y str, &'y str)> {
    match part.get(key) {
        Some(Yaml::List(items)) => items
            .iter()
            .flat_map(Yaml::entries)
            .filter_map(|(on, it)| Some((on.as_str(), it.as_str()?)))
            .collect(),
        Some(one) => one.as_str().map(|it| ("", it)).into_iter().collect(),
        None => Vec::new(),
    }
}

/// Only with a release: others may compile what they like.
pub(super) fn prebuilt(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    each(subject, |look| {
        let parts = look.yaml.get("parts").map_or(&[] as &[_], Yaml::entries);
        let mut flaws = Vec::new();
        for (name, part) in parts {
            let plugin = part.get("plugin").and_then(Yaml::as_str).unwrap_or("none");
            if plugin != "dump" {
                flaws.push(look.flaw(
                    "plugin",
                    format!("the plugin `{plugin}` of `{name}` builds a second time"),
                ));
                continue;
            }
            for key in [
                "override-build",
                "override-pull",
                "override-prime",
                "override-stage",
            ] {
                if part.get(key).is_some() {
                    flaws.push(look.flaw(key, format!("`{key}` of `{name}` can make other bytes")));
                }
            }
            flaws.extend(sources(edition, look, part));
        }
        flaws
    })
}

fn sources(edition: &Edition, look: &Look<'_>, part: &Yaml) -> Vec<Flaw> {
    let (sources, sums) = (values(part, "source"), values(part, "source-checksum"));
    let mut flaws = Vec::new();
    for (on, url) in sources {
        let sum = sums.iter().find(|it| it.0 == on).map_or("", |it| it.1);
        let Some(digits) = sum.strip_prefix("sha256/") else {
            flaws.push(look.flaw("source-checksum", format!("`{url}` has no `sha256/` and digits")));
            continue;
        };
        flaws.extend(release::wrong_pair(edition, url, digits).map(|it| look.flaw("source", it)));
        let machine = MACHINES.iter().find(|it| on.ends_with(it.name));
        let target = release::artifact_of(edition, url).and_then(|it| it.target.as_deref());
        if let (Some(machine), Some(target)) = (machine, target)
            && !machine.triples.contains(&target)
        {
            flaws.push(look.flaw("source", format!("`{target}` is not for {}", machine.name)));
        }
    }
    flaws
}

pub(super) fn complete(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = subject.edition.as_ref().filter(|_| subject.is_whole) else {
        return Vec::new();
    };
    let looks = looks(subject);
    let has = |name: &str| {
        looks.iter().filter(|it| it.image.is_some()).any(|it| {
            let says = it.yaml.get("architectures").map_or(&[] as &[Yaml], Yaml::items);
            says.iter().any(|it| it.as_str() == Some(name))
        })
    };
    let lacks = builds(edition).into_iter().filter(|it| !has(it.0.name));
    let what = |name: &str, target: &str| format!("there is no snap for {name}, but `{target}` was built");
    lacks
        .map(|(machine, build)| Flaw::all(what(machine.name, build.target.triple)))
        .collect()
}
