//! What the registry demands of a crate, as far as its own file says it.

mod crates;
mod opened;

use crate::lint::{Rule, Severity};

/// The rules.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "crates-io/form",
        source: "C1",
        severity: Severity::Refused,
        demands: "a .crate is a tar archive with gzip, and all of it lies in the folder `‹name›-‹version›`",
        help: "pack it with `cargo package`",
        check: crates::form,
    },
    Rule {
        id: "crates-io/name",
        source: "C1",
        severity: Severity::Refused,
        demands: "the name begins with a letter, has letters, digits, `-` and `_`, at most 64, and is not reserved",
        help: "rename the package",
        check: crates::name,
    },
    Rule {
        id: "crates-io/version",
        source: "C1",
        severity: Severity::Refused,
        demands: "the version is one of SemVer with at most 150 characters, and the release's own",
        help: "set `version.workspace = true`",
        check: crates::version,
    },
    Rule {
        id: "crates-io/build-metadata",
        source: "C1",
        severity: Severity::Warned,
        demands: "the version has no `+build`: it would take the place of the version without",
        help: "remove what follows the `+`",
        check: crates::build_metadata,
    },
    Rule {
        id: "crates-io/description",
        source: "C1",
        severity: Severity::Refused,
        demands: "there is a description of at most 1000 characters",
        help: "write `description` into `Cargo.toml`",
        check: crates::description,
    },
    Rule {
        id: "crates-io/license",
        source: "C1",
        severity: Severity::Refused,
        demands: "there is a licence: an SPDX expression, or a file that is packed",
        help: "write `license = \"MIT OR Apache-2.0\"` or the like into `Cargo.toml`",
        check: crates::license,
    },
    Rule {
        id: "crates-io/keywords",
        source: "C1",
        severity: Severity::Refused,
        demands: "at most 5 keywords of at most 20 letters, digits, `_`, `-` and `+`, the first a letter or digit",
        help: "shorten the list or the word",
        check: crates::keywords,
    },
    Rule {
        id: "crates-io/categories",
        source: "C1",
        severity: Severity::Refused,
        demands: "at most 5 categories, each once, in lower case with `-` and `::`",
        help: "take slugs from the registry's list of categories",
        check: crates::categories,
    },
    Rule {
        id: "crates-io/urls",
        source: "C1",
        severity: Severity::Refused,
        demands: "homepage, documentation and repository begin with `http://` or `https://`",
        help: "mend the URL in `Cargo.toml`",
        check: crates::urls,
    },
    Rule {
        id: "crates-io/dependencies",
        source: "C1",
        severity: Severity::Refused,
        demands: "each dependency has a version of its own, no `*`, and comes from the registry; at most 500",
        help: "write `version = \"…\"` beside `path` or `git`",
        check: crates::dependencies,
    },
    Rule {
        id: "crates-io/features",
        source: "C1",
        severity: Severity::Refused,
        demands: "at most 300 features",
        help: "remove some, or join them",
        check: crates::features,
    },
    Rule {
        id: "crates-io/size",
        source: "C2",
        severity: Severity::Refused,
        demands: "a .crate has at most 10 MiB, and 512 MiB unpacked",
        help: "leave files out: `exclude = […]` in `Cargo.toml`",
        check: crates::size,
    },
    Rule {
        id: "crates-io/files",
        source: "C4",
        severity: Severity::Warned,
        demands: "the readme that `Cargo.toml` names is packed, and no file that holds a secret or was built",
        help: "see what is packed: `cargo package --list`",
        check: crates::files,
    },
    Rule {
        id: "crates-io/order",
        source: "C4",
        severity: Severity::Refused,
        demands: "`order.json` names every crate once, each after those that it depends on",
        help: "render it anew: `cargo xtask manifests`",
        check: crates::order,
    },
];
