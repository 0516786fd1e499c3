//! What GitHub's registries demand of npm packages and images, besides what npm and Docker Hub do.

use crate::channel::docker_hub::lint as image;
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
        id: "github-packages/latest",
        ..lint::LATEST
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
        id: "github-packages/bin-mode",
        ..lint::BIN_MODE
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
    Rule {
        id: "github-packages/image-layout",
        help: "render the layout anew: `cargo xtask manifests --channel github-packages`",
        ..image::LAYOUT
    },
    Rule {
        id: "github-packages/image-descriptor",
        ..image::DESCRIPTOR
    },
    Rule {
        id: "github-packages/image-blob",
        ..image::BLOB
    },
    Rule {
        id: "github-packages/image-left-over",
        ..image::LEFT_OVER
    },
    Rule {
        id: "github-packages/image-media-type",
        ..image::MEDIA_TYPE
    },
    Rule {
        id: "github-packages/image-platform",
        ..image::PLATFORM
    },
    Rule {
        id: "github-packages/image-diff-id",
        ..image::DIFF_ID
    },
    Rule {
        id: "github-packages/image-repository",
        help: "set `[channel.github-packages] owner` and `name`",
        ..image::REPOSITORY
    },
    Rule {
        id: "github-packages/image-tag",
        ..image::TAG
    },
    Rule {
        id: "github-packages/image-tags",
        ..image::TAGS
    },
    Rule {
        id: "github-packages/image-platforms-built",
        help: "render the layout anew: `cargo xtask manifests --channel github-packages`",
        ..image::PLATFORMS_BUILT
    },
    Rule {
        id: "github-packages/image-program",
        ..image::PROGRAM
    },
    Rule {
        id: "github-packages/image-machine",
        ..image::MACHINE
    },
    Rule {
        id: "github-packages/image-entrypoint",
        ..image::ENTRYPOINT
    },
    Rule {
        id: "github-packages/image-paths",
        ..image::PATHS
    },
    Rule {
        id: "github-packages/image-ports",
        ..image::PORTS
    },
    Rule {
        id: "github-packages/image-non-root",
        ..image::NON_ROOT
    },
    Rule {
        id: "github-packages/image-user-number",
        ..image::USER_NUMBER
    },
    Rule {
        id: "github-packages/image-labels",
        ..image::LABELS
    },
    Rule {
        id: "github-packages/image-version-label",
        help: "render the layout anew: `cargo xtask manifests --channel github-packages`",
        ..image::VERSION_LABEL
    },
    Rule {
        id: "github-packages/image-created",
        ..image::CREATED
    },
    Rule {
        id: "github-packages/image-licenses",
        ..image::LICENSES
    },
];
