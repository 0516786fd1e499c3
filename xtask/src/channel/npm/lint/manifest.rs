//! Rules of `package.json`.

use semver::Version;
use serde_json::Value;

use crate::channel::npm::name;
use crate::lint::{Flaw, Rule, Severity};
use crate::pack::npm;

use super::{each, one};

pub(in crate::channel) const JSON: Rule = Rule {
    id: "npm/json",
    source: "M2",
    severity: Severity::Refused,
    demands: "package.json is a JSON object with a name and a version",
    help: "mend the JSON where the reader stopped",
    check: |subject| {
        let wrong = |file: &crate::lint::File| {
            let text = npm::manifest(&file.bytes).ok()?;
            match serde_json::from_slice::<Value>(&text) {
                Err(error) => Some(Flaw::file(file, format!("package.json is no JSON: {error}"))),
                Ok(json) => (!json["name"].is_string() || !json["version"].is_string())
                    .then(|| Flaw::file(file, "package.json has no name or no version")),
            }
        };
        subject.ending(".tgz").filter_map(wrong).collect()
    },
};

pub(in crate::channel) const NAME: Rule = Rule {
    id: "npm/name",
    source: "M2",
    severity: Severity::Refused,
    demands: "a name is lower case, of what a URL need not escape, at most 214 characters, and none of Node's own",
    help: "choose another with `[channel.npm] name`",
    check: |subject| each(subject, |it| name::flaw(it.text("name")).into_iter().collect()),
};

pub(in crate::channel) const VERSION: Rule = Rule {
    id: "npm/version",
    source: "M2",
    severity: Severity::Refused,
    demands: "a version is SemVer without a `v` and without build metadata, which npm drops",
    help: "write the bare version",
    check: |subject| {
        each(subject, |it| {
            let text = it.text("version");
            let is_fine = Version::parse(text).is_ok_and(|it| it.build.is_empty());
            one(!is_fine, || format!("`{text}` is no version of npm's form"))
        })
    },
};

pub(in crate::channel) const PRIVATE: Rule = Rule {
    id: "npm/private",
    source: "M2",
    severity: Severity::Refused,
    demands: "a package to be published is not private",
    help: "take `private` out of package.json",
    check: |subject| {
        each(subject, |it| {
            one(it.json["private"] == true, || "`private` is true".to_owned())
        })
    },
};

pub(in crate::channel) const TAG: Rule = Rule {
    id: "npm/tag",
    source: "M3",
    severity: Severity::Refused,
    demands: "no dist-tag reads as a range of versions",
    help: "set `publishConfig.tag`, such as `next` or `rc`",
    check: |subject| {
        each(subject, |it| {
            let tag = it.json["publishConfig"]["tag"].as_str();
            tag.and_then(name::tag_flaw).into_iter().collect()
        })
    },
};

pub(in crate::channel) const LATEST: Rule = Rule {
    id: "npm/latest",
    source: "M3",
    // Whoever publishes can name a tag on the command line, too.
    severity: Severity::Warned,
    demands: "a pre-release names a dist-tag other than `latest`",
    help: "set `publishConfig.tag`, such as `next` or `rc`",
    check: |subject| {
        each(subject, |it| {
            let tag = it.json["publishConfig"]["tag"].as_str();
            let is_pre = Version::parse(it.text("version")).is_ok_and(|it| !it.pre.is_empty());
            one(is_pre && tag.is_none_or(|it| it == "latest"), || {
                format!("the pre-release `{}` would become `latest`", it.text("version"))
            })
        })
    },
};

/// What npm compares with `process.platform` and `process.arch`.
const OS: &[&str] = &[
    "aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "sunos", "win32",
];
const CPU: &[&str] = &[
    "arm", "arm64", "ia32", "loong64", "mips", "mipsel", "ppc64", "riscv64", "s390x", "x64",
];
const LIBC: &[&str] = &["glibc", "musl"];

pub(in crate::channel) const PLATFORM: Rule = Rule {
    id: "npm/platform",
    source: "M2",
    severity: Severity::Refused,
    demands: "`os`, `cpu` and `libc` have Node's words, and `libc` stands with `linux` alone",
    help: "write `linux`, `darwin` or `win32`; `x64`, `arm64`, `arm` or `ia32`; `glibc` or `musl`",
    check: |subject| {
        each(subject, |it| {
            let mut found = Vec::new();
            for (key, known) in [("os", OS), ("cpu", CPU), ("libc", LIBC)] {
                let odd = it.list(key).into_iter().map(|it| it.trim_start_matches('!'));
                let odd = odd.filter(|it| !known.contains(it));
                found.extend(odd.map(|it| format!("Node has no `{it}` for `{key}`")));
                let value = &it.json[key];
                let is_odd = !value.is_null() && !value.is_array() && !value.is_string();
                found.extend(one(is_odd, || format!("`{key}` is no list")));
            }
            let has_libc = !it.json["libc"].is_null();
            found.extend(one(has_libc && it.list("os") != ["linux"], || {
                "`libc` counts for `linux` only".to_owned()
            }));
            found
        })
    },
};

pub(in crate::channel) const LICENSE: Rule = Rule {
    id: "npm/license",
    source: "M2",
    severity: Severity::Warned,
    demands: "`license` is an SPDX expression, `SEE LICENSE IN` a file that is packed, or `UNLICENSED`",
    help: "write `license` into `Cargo.toml`",
    check: |subject| {
        each(subject, |it| {
            let text = it.text("license");
            let is_fine = match text.strip_prefix("SEE LICENSE IN ") {
                Some(path) => it.files().iter().any(|it| it.path == path),
                None => text == "UNLICENSED" || spdx::Expression::parse(text).is_ok(),
            };
            one(!is_fine, || format!("`{text}` is no licence that npm knows"))
        })
    },
};

pub(in crate::channel) const REPOSITORY: Rule = Rule {
    id: "npm/repository",
    source: "M2",
    severity: Severity::Warned,
    demands: "`repository.url` names the repository, which provenance is held against",
    help: "write `repository` into `Cargo.toml`",
    check: |subject| {
        each(subject, |it| {
            let url = it.json["repository"]["url"].as_str();
            let url = url.or(it.json["repository"].as_str()).unwrap_or_default();
            one(!url.contains("://") && !url.contains(':'), || {
                format!("`repository` is `{url}`, no URL")
            })
        })
    },
};

pub(in crate::channel) const REMOTE: Rule = Rule {
    id: "npm/remote",
    source: "M1",
    severity: Severity::Refused,
    demands: "a dependency is a version or a tag of a package of the registry: no URL, no git, no file",
    help: "depend on a version; npm 12 fetches nothing else unless it is told to",
    check: |subject| {
        each(subject, |it| {
            let mut found = Vec::new();
            for key in ["dependencies", "optionalDependencies", "peerDependencies"] {
                let odd = it.table(key).into_iter().filter(|(_, version)| {
                    let is_alias = version.starts_with("npm:");
                    !is_alias && version.contains([':', '/'])
                });
                found.extend(odd.map(|(name, version)| {
                    format!("`{name}` of `{key}` is `{version}`, which is not in the registry")
                }));
            }
            found
        })
    },
};

pub(in crate::channel) const SCRIPTS: Rule = Rule {
    id: "npm/scripts",
    source: "M1",
    severity: Severity::Warned,
    demands: "a package needs nothing to be run when it is installed: npm 12 does not run it",
    help: "pack the program instead of downloading it",
    check: |subject| {
        each(subject, |it| {
            let mut found: Vec<String> = ["preinstall", "install", "postinstall"]
                .iter()
                .filter(|key| !it.json["scripts"][**key].is_null())
                .map(|key| format!("it has a script `{key}`"))
                .collect();
            // npm compiles what has this file, without a script that says so.
            found.extend(one(it.files().iter().any(|it| it.path == "binding.gyp"), || {
                "`binding.gyp` makes npm compile something".to_owned()
            }));
            found
        })
    },
};

pub(in crate::channel) const ACCESS: Rule = Rule {
    id: "npm/access",
    source: "M2",
    severity: Severity::Warned,
    demands: "a package with a scope says in `publishConfig.access` who may install it",
    help: "write `\"access\": \"public\"`; without it the first version would be private",
    check: |subject| {
        each(subject, |it| {
            let access = it.json["publishConfig"]["access"].as_str();
            let mut found = one(it.text("name").starts_with('@') && access.is_none(), || {
                "nothing says who may install it".to_owned()
            });
            let is_odd = access.is_some_and(|it| !matches!(it, "public" | "restricted"));
            found.extend(one(is_odd, || {
                format!("`{}` is no access that npm knows", access.unwrap_or_default())
            }));
            found
        })
    },
};
