//! Rules of packages that belong together, and of the release that they were rendered from.

use std::collections::BTreeMap;

use crate::channel::{github_packages, npm};
use crate::digest::Sha256;
use crate::lint::{Flaw, Rule, Severity, Subject};
use crate::pack::npm::file_name;

use super::{Package, each, one};

pub(in crate::channel) const FILE_NAME: Rule = Rule {
    id: "npm/file-name",
    source: "M3",
    severity: Severity::Warned,
    demands: "a tarball is called as `npm pack` calls it",
    help: "rename it to `‹scope›-‹name›-‹version›.tgz`",
    check: |subject| {
        each(subject, |it| {
            let expected = file_name(it.text("name"), it.text("version"));
            one(it.file.name() != expected, || {
                format!("it is called `{}`, not `{expected}`", it.file.name())
            })
        })
    },
};

pub(in crate::channel) const SKEW: Rule = Rule {
    id: "npm/version-skew",
    source: "M2",
    severity: Severity::Refused,
    demands: "the root depends on its platforms' packages at its own exact version, and they have it",
    help: "render them together: `cargo xtask manifests`",
    check: |subject| {
        let packages = Package::all(subject);
        let versions: BTreeMap<&str, &str> = packages
            .iter()
            .map(|it| (it.text("name"), it.text("version")))
            .collect();
        each(subject, |it| {
            let own = it.text("version");
            let mut found = Vec::new();
            for (name, version) in it.table("optionalDependencies") {
                found.extend(one(version != own, || {
                    format!("it is {own} and depends on `{name}` {version}")
                }));
                if let Some(there) = versions.get(name) {
                    found.extend(one(*there != own, || {
                        format!("it is {own}, and `{name}` is {there}")
                    }));
                }
            }
            found
        })
    },
};

pub(in crate::channel) const LAUNCHER: Rule = Rule {
    id: "npm/launcher",
    source: "HOUSE",
    severity: Severity::Refused,
    demands: "the root's code names every package that it may find a program in",
    help: "name them in `packaging/npm/launch.js`: `{{platforms}}` lists them",
    check: |subject| {
        each(subject, |it| {
            let dependencies = it.table("optionalDependencies");
            if dependencies.is_empty() || it.json["bin"].is_null() {
                return Vec::new();
            }
            let files = it.files();
            let code: Vec<String> = files
                .iter()
                .filter(|it| [".js", ".cjs", ".mjs"].iter().any(|end| it.path.ends_with(end)))
                .map(|it| String::from_utf8_lossy(&it.bytes).into_owned())
                .collect();
            let is_named = |name: &str| {
                let quoted = ['"', '\'', '`'].map(|it| format!("{it}{name}{it}"));
                code.iter().any(|text| quoted.iter().any(|it| text.contains(it)))
            };
            // Launchers of other tools put names together from parts, which cannot be seen here.
            let (known, unknown): (Vec<&str>, Vec<&str>) =
                dependencies.iter().map(|it| it.0).partition(|it| is_named(it));
            if known.is_empty() && subject.edition.is_none() {
                return Vec::new();
            }
            unknown
                .iter()
                .map(|name| format!("no code names `{name}`, on which it depends"))
                .collect()
        })
    },
};

pub(in crate::channel) const COMPLETE: Rule = Rule {
    id: "npm/complete",
    source: "HOUSE",
    severity: Severity::Refused,
    demands: "every package that the root depends on is there, and no platform's package is without a root",
    help: "render them together: `cargo xtask manifests`",
    check: complete,
};

pub(in crate::channel) const BUILT: Rule = Rule {
    id: "npm/built",
    source: "HOUSE",
    severity: Severity::Refused,
    demands: "every build of the release is packed, and each program is the one that was built",
    help: "render them anew from `dist/`: `cargo xtask manifests`",
    check: built,
};

fn complete(subject: &Subject) -> Vec<Flaw> {
    let packages = Package::all(subject);
    let has_root = packages
        .iter()
        .any(|it| !it.table("optionalDependencies").is_empty());
    if !subject.is_whole || !has_root {
        return Vec::new();
    }
    let mut flaws = Vec::new();
    for root in &packages {
        for (name, _) in root.table("optionalDependencies") {
            if !packages.iter().any(|it| it.text("name") == name) {
                flaws.push(Flaw::file(
                    root.file,
                    format!("`{name}`, on which it depends, is not there"),
                ));
            }
        }
    }
    let is_known = |name: &str| {
        let mut tables = packages.iter().flat_map(|it| it.table("optionalDependencies"));
        tables.any(|it| it.0 == name)
    };
    let lost = packages
        .iter()
        .filter(|it| it.is_platform() && !is_known(it.text("name")));
    flaws.extend(lost.map(|it| Flaw::file(it.file, "no root depends on it")));
    flaws
}

fn built(subject: &Subject) -> Vec<Flaw> {
    let Some(edition) = &subject.edition else {
        return Vec::new();
    };
    let scheme = match subject.channel.name {
        "npm" => npm::scheme(edition).ok(),
        _ => github_packages::scheme(edition),
    };
    let Some(scheme) = scheme else {
        return Vec::new();
    };
    let mut flaws = Vec::new();
    for (path, triple) in scheme.tarballs(edition) {
        let Some(file) = subject.file(&path) else {
            if subject.is_whole {
                flaws.push(Flaw::all(format!("there is no `{path}`")));
            }
            continue;
        };
        let (Some(build), Ok(files)) = (
            triple.and_then(|it| edition.build(it)),
            crate::pack::npm::files(&file.bytes),
        ) else {
            continue;
        };
        for binary in build.binaries() {
            let end = format!("/bin/{}", build.file_name(binary));
            let packed = files.iter().find(|it| it.path.ends_with(&end));
            let entry = build.archive.entries.iter().find(|it| it.path == binary.path);
            let is_same = packed.map(|it| Sha256::of(&it.bytes)) == entry.map(|it| it.sha256);
            if !is_same {
                flaws.push(Flaw::file(
                    file,
                    format!("its program `{}` is not the one that was built", binary.name),
                ));
            }
        }
    }
    flaws
}
