//! Rules of what is in a tarball.

use crate::lint::{Flaw, Rule, Severity};
use crate::pack::npm::{self, MANIFEST};
use crate::pack::read::Packed;

use super::{each, one};

/// What Node loads instead of starting it.
const ADDON: &str = ".node";

pub(in crate::channel) const TARBALL: Rule = Rule {
    id: "npm/tarball",
    source: "M2",
    severity: Severity::Refused,
    demands: "a tarball has one top folder with package.json, no links, and no path that leaves it",
    help: "pack it anew: `cargo xtask manifests`",
    check: |subject| {
        let mut flaws = Vec::new();
        for file in subject.ending(".tgz") {
            let read = npm::files(&file.bytes).and_then(|it| Ok((it, npm::odd_entries(&file.bytes)?)));
            let (files, odd) = match read {
                Ok(found) => found,
                Err(error) => {
                    flaws.push(Flaw::file(file, format!("it is no tarball: {error:#}")));
                    continue;
                }
            };
            let mut add = |what: String| flaws.push(Flaw::file(file, what));
            for path in odd {
                add(format!("`{path}` is a link or a device, which npm leaves out"));
            }
            let mut tops: Vec<&str> = files.iter().filter_map(|it| it.path.split('/').next()).collect();
            tops.dedup();
            tops.sort_unstable();
            tops.dedup();
            if tops.len() > 1 {
                add(format!("there are several top folders: {}", tops.join(", ")));
            }
            let is_manifest = |path: &str| path.split_once('/').is_some_and(|it| it.1 == MANIFEST);
            if !files.iter().any(|it| is_manifest(&it.path)) {
                add(format!("there is no `{MANIFEST}` below the top folder"));
            }
            for it in &files {
                let leaves = it.path.split('/').any(|it| matches!(it, "" | "." | ".."));
                if leaves || it.path.contains(['\\', ':']) {
                    add(format!("the path `{}` leaves the package", it.path));
                }
            }
        }
        flaws
    },
};

pub(in crate::channel) const BIN: Rule = Rule {
    id: "npm/bin",
    source: "M2",
    severity: Severity::Refused,
    demands: "what `bin` names is packed, and begins with `#!/usr/bin/env node`",
    help: "without that line it is started by a shell",
    check: |subject| {
        each(subject, |it| {
            let bin = it.bin();
            if bin.is_empty() {
                return Vec::new();
            }
            let files = it.files();
            let mut found = Vec::new();
            for (name, path) in bin {
                let path = path.trim_start_matches("./");
                match files.iter().find(|it| it.path == path) {
                    None => found.push(format!("`{name}` is `{path}`, which is not packed")),
                    Some(file) => {
                        let is_node = file.bytes.starts_with(b"#!/usr/bin/env node\n");
                        found.extend(one(!is_node, || {
                            format!("`{path}` does not begin with `#!/usr/bin/env node`")
                        }));
                    }
                }
                let is_bad = name.is_empty() || name.contains(['\\', ':']) || name.starts_with('.');
                found.extend(one(is_bad, || format!("`{name}` is no name of a program")));
            }
            found
        })
    },
};

pub(in crate::channel) const BIN_MODE: Rule = Rule {
    id: "npm/bin-mode",
    source: "M2",
    severity: Severity::Warned,
    demands: "what `bin` names may be executed",
    help: "pack it with mode 0755: npm mends it when it installs, and others do not",
    check: |subject| {
        each(subject, |it| {
            let bin = it.bin();
            let is_named = |path: &str| bin.iter().any(|it| it.1.trim_start_matches("./") == path);
            let files = it.files();
            let closed = files
                .iter()
                .filter(|it| is_named(&it.path) && it.mode & 0o111 != 0o111);
            closed
                .map(|it| format!("`{}` has mode {:04o}", it.path, it.mode))
                .collect()
        })
    },
};

pub(in crate::channel) const EXECUTABLE: Rule = Rule {
    id: "npm/executable",
    source: "M2",
    severity: Severity::Refused,
    demands: "a package of a platform has a program that everyone may execute, or a library that Node loads",
    help: "pack the program with mode 0755, which it keeps",
    check: |subject| {
        each(subject, |it| {
            if !it.is_platform() {
                return Vec::new();
            }
            let files = it.files();
            let programs = || files.iter().filter(|it| it.path.starts_with("bin/"));
            let is_addon = files.iter().any(|it| it.path.ends_with(ADDON));
            // Some lay it beside package.json, or into a folder of another name.
            let is_program =
                |it: &Packed| it.mode & 0o111 == 0o111 || it.path.to_lowercase().ends_with(".exe");
            let mut found = one(!files.iter().any(is_program) && !is_addon, || {
                "there is no program in it".to_owned()
            });
            // A wrapper of Windows, and what programs read, is started by nobody.
            let is_read = |it: &Packed| it.path.contains('.');
            let closed = programs().filter(|it| it.mode & 0o111 != 0o111 && !is_read(it));
            found.extend(closed.map(|it| format!("`{}` has mode {:04o}", it.path, it.mode)));
            found
        })
    },
};

pub(in crate::channel) const BOUND: Rule = Rule {
    id: "npm/files",
    source: "M2",
    severity: Severity::Warned,
    demands: "`files` names everything that is packed, so that whoever packs the folder anew packs the same",
    help: "add it to `files`",
    check: |subject| {
        each(subject, |it| {
            if it.json["files"].is_null() {
                return Vec::new();
            }
            let bounds = it.list("files");
            let bounds: Vec<&str> = bounds
                .iter()
                .map(|it| {
                    it.trim_start_matches("./")
                        .trim_end_matches("/*")
                        .trim_end_matches("/**")
                })
                .map(|it| it.trim_end_matches('/'))
                .collect();
            let is_bound = |path: &str| {
                let is_in =
                    |it: &&str| path == *it || path.strip_prefix(*it).is_some_and(|it| it.starts_with('/'));
                let lower = path.to_lowercase();
                // npm takes these along always.
                let always = ["readme", "license", "licence", "copying"];
                let stem = lower.split('.').next().unwrap_or_default();
                path == MANIFEST || always.contains(&stem) || bounds.iter().any(is_in)
            };
            // A pattern is not worked out here.
            if bounds
                .iter()
                .any(|it| it.contains('*') || it.is_empty() || *it == ".")
            {
                return Vec::new();
            }
            let files = it.files();
            let loose = files.iter().filter(|it| !is_bound(&it.path));
            loose
                .map(|it| format!("`files` does not name `{}`", it.path))
                .collect()
        })
    },
};

pub(in crate::channel) const README: Rule = Rule {
    id: "npm/readme",
    source: "M2",
    severity: Severity::Warned,
    demands: "a package has a readme, which is its page",
    help: "add `README.md`",
    check: |subject| {
        each(subject, |it| {
            let is_readme = |path: &str| path.to_lowercase().starts_with("readme");
            let has = it.files().iter().any(|it| is_readme(&it.path));
            one(!has, || "there is no readme".to_owned())
        })
    },
};
