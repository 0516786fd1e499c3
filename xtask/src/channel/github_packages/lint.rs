//! What GitHub's registry demands of npm packages, besides what npm does.

use crate::channel::npm::lint::{self, each, one};
use crate::lint::{Rule, Severity};

/// The rules: those of npm that hold here, and the registry's own.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "github-packages/scope",
        source: "G3",
        severity: Severity::Refused,
        demands: "a package has the scope of its owner, in lower case",
        help: "set `[channel.github-packages] owner`",
        check: |subject| {
            each(subject, |it| {
                let name = it.text("name");
                let has_scope = name.starts_with('@') && name.contains('/');
                let mut found = one(!has_scope, || format!("`{name}` has no scope"));
                found.extend(one(name != name.to_lowercase(), || {
                    format!("`{name}` has capital letters")
                }));
                found
            })
        },
    },
    Rule {
        id: "github-packages/registry",
        source: "G3",
        severity: Severity::Refused,
        demands: "`publishConfig.registry` names the registry: npm would send the package to its own",
        help: "render it anew: `cargo xtask manifests`",
        check: |subject| {
            each(subject, |it| {
                let registry = it.json["publishConfig"]["registry"].as_str().unwrap_or_default();
                let is_web = ["https://", "http://"].iter().any(|it| registry.starts_with(it));
                one(!is_web, || "nothing says to which registry it goes".to_owned())
            })
        },
    },
    Rule {
        id: "github-packages/size",
        source: "G3",
        severity: Severity::Refused,
        demands: "a tarball has less than 256 MB",
        help: "strip the program",
        check: |subject| {
            each(subject, |it| {
                let size = it.file.bytes.len();
                one(size >= 256_000_000, || format!("it has {} MB", size / 1_000_000))
            })
        },
    },
    Rule {
        id: "github-packages/repository",
        source: "G3",
        severity: Severity::Warned,
        demands: "`repository` names a repository of the owner on GitHub, whose rights the package then has",
        help: "write `repository` into `Cargo.toml`, or set `[channel.github-packages] owner`",
        check: |subject| {
            each(subject, |it| {
                let url = it.json["repository"]["url"].as_str();
                let url = url.or(it.json["repository"].as_str()).unwrap_or_default();
                let owner = url
                    .split_once("github.com/")
                    .and_then(|it| it.1.split('/').next());
                let name = it.text("name").strip_prefix('@');
                let scope = name.and_then(|it| it.split_once('/')).map_or("", |it| it.0);
                let is_tied = owner.is_some_and(|it| it.eq_ignore_ascii_case(scope));
                one(!is_tied, || {
                    format!("the scope is `{scope}`, and the repository is `{url}`")
                })
            })
        },
    },
    Rule {
        id: "github-packages/tarball",
        ..lint::TARBALL
    },
    Rule {
        id: "github-packages/json",
        ..lint::JSON
    },
    Rule {
        id: "github-packages/name",
        help: "choose another with `[channel.github-packages] name`",
        ..lint::NAME
    },
    Rule {
        id: "github-packages/version",
        ..lint::VERSION
    },
    Rule {
        id: "github-packages/private",
        ..lint::PRIVATE
    },
    Rule {
        id: "github-packages/tag",
        ..lint::TAG
    },
    Rule {
        id: "github-packages/platform",
        ..lint::PLATFORM
    },
    Rule {
        id: "github-packages/license",
        ..lint::LICENSE
    },
    Rule {
        id: "github-packages/remote",
        ..lint::REMOTE
    },
    Rule {
        id: "github-packages/scripts",
        ..lint::SCRIPTS
    },
    Rule {
        id: "github-packages/bin",
        ..lint::BIN
    },
    Rule {
        id: "github-packages/executable",
        ..lint::EXECUTABLE
    },
    Rule {
        id: "github-packages/files",
        ..lint::BOUND
    },
    Rule {
        id: "github-packages/readme",
        ..lint::README
    },
    Rule {
        id: "github-packages/file-name",
        ..lint::FILE_NAME
    },
    Rule {
        id: "github-packages/version-skew",
        ..lint::SKEW
    },
    Rule {
        id: "github-packages/launcher",
        ..lint::LAUNCHER
    },
    Rule {
        id: "github-packages/complete",
        ..lint::COMPLETE
    },
    Rule {
        id: "github-packages/built",
        ..lint::BUILT
    },
];
