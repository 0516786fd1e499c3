//! What Homebrew's loader, its audits and its style cops demand of formulae and casks.

mod cask;
mod core;
mod desc;
mod formula;
mod read;
mod release;
mod ruby;

use self::read::Source;
use crate::lint::{File, Flaw, Rule, Severity, Subject};

/// The rules.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "homebrew/name-form",
        source: "H2",
        severity: Severity::Refused,
        demands: "names are lower case, ASCII, without white space, double hyphens and a second @",
        help: "set another name: `[channel.homebrew] name`",
        check: |subject| each(subject, formula::name),
    },
    Rule {
        id: "homebrew/class-name",
        source: "H2",
        severity: Severity::Refused,
        demands: "the class of a formula is its file name in CamelCase",
        help: "name the class after the file: `foo-bar.rb` is `FooBar`, `foo@1.2.rb` is `FooAT12`",
        check: |subject| each(subject, formula::class),
    },
    Rule {
        id: "homebrew/required",
        source: "H2",
        severity: Severity::Refused,
        demands: "a formula has desc, homepage, url and install",
        help: "add what is missing",
        check: |subject| each(subject, formula::required),
    },
    Rule {
        id: "homebrew/desc-form",
        source: "H3",
        severity: Severity::Warned,
        demands: "desc has 1 to 80 characters, starts with a capital and no article, does not start with the name, ends \
            without a full stop, and has neither emoji nor `command line`",
        help: "write another line for Homebrew: `[channel.homebrew] summary`",
        check: |subject| each(subject, desc::in_tap),
    },
    Rule {
        id: "homebrew/core-desc",
        source: "H3",
        // The same cop: in a tap of one's own nobody runs it, and homebrew-core takes nothing that it minds.
        severity: Severity::Policy,
        demands: "desc has the form that homebrew-core's style asks for",
        help: "write another line for Homebrew: `[channel.homebrew] summary`",
        check: |subject| each(subject, desc::in_core),
    },
    Rule {
        id: "homebrew/order",
        source: "H3",
        severity: Severity::Warned,
        demands: "the parts of a formula or a cask stand in Homebrew's order",
        help: "desc, homepage, url, version, sha256, license, livecheck, depends_on, on_macos, on_linux, conflicts_with, \
            deny_network_access!, fetch, install, caveats, service, test",
        check: |subject| each(subject, formula::order),
    },
    Rule {
        id: "homebrew/sha256-form",
        source: "H3",
        severity: Severity::Refused,
        demands: "each URL is followed by a SHA-256 of 64 lowercase hexadecimal digits",
        help: "compute it from the file: `cargo xtask checksum FILE`",
        check: |subject| each(subject, formula::sums),
    },
    Rule {
        id: "homebrew/url-form",
        source: "H3",
        severity: Severity::Refused,
        demands: "URLs begin with `https://` and are ASCII",
        help: "use the address with `https://`, and write what is not ASCII as `%` and two digits",
        check: |subject| each(subject, formula::urls),
    },
    Rule {
        id: "homebrew/homepage-secure",
        source: "H3",
        severity: Severity::Warned,
        demands: "homepage begins with `https://`",
        help: "use the address with `https://`, if there is one",
        check: |subject| each(subject, formula::homepage),
    },
    Rule {
        id: "homebrew/license-form",
        source: "H1",
        severity: Severity::Warned,
        demands: "license names licences of SPDX, several as `any_of:` or `all_of:`",
        help: "mend `license` in `Cargo.toml`, and render the formula anew",
        check: |subject| each(subject, formula::license),
    },
    Rule {
        id: "homebrew/test-real",
        source: "H3",
        // A cop, too: what generators write for taps has no test, and brew installs it.
        severity: Severity::Warned,
        demands: "`test do` runs the program and looks at what it says",
        help: "assert something: `assert_match version.to_s, shell_output(\"#{bin}/demo --version\")`",
        check: |subject| each(subject, formula::test),
    },
    Rule {
        id: "homebrew/on-system-url",
        source: "H3",
        severity: Severity::Refused,
        demands: "a block of a system or a processor right below the class holds no URL",
        help: "nest two: `on_macos do`, and `on_arm do` in it",
        check: |subject| each(subject, formula::on_system),
    },
    Rule {
        id: "homebrew/version-form",
        source: "H2",
        severity: Severity::Refused,
        demands: "the version has a digit, and no `v` in front",
        help: "write the bare version; the `v` belongs to the tag",
        check: |subject| each(subject, formula::version),
    },
    Rule {
        id: "homebrew/version-redundant",
        source: "H2",
        severity: Severity::Warned,
        demands: "a formula does not repeat the version that its URL on GitHub says",
        help: "remove the line `version`",
        check: |subject| each(subject, formula::repeated_version),
    },
    Rule {
        id: "homebrew/service-path",
        source: "H3",
        severity: Severity::Warned,
        demands: "a service runs from `opt_bin`, not from `bin`, and has `run`",
        help: "write `run [opt_bin/\"demo\", …]`",
        check: |subject| each(subject, formula::service),
    },
    Rule {
        id: "homebrew/core-stable",
        source: "H1",
        severity: Severity::Policy,
        demands: "homebrew-core takes stable versions only",
        help: "leave a pre-release to the tap",
        check: |subject| each(subject, core::stable),
    },
    Rule {
        id: "homebrew/core-from-source",
        source: "H1",
        severity: Severity::Policy,
        demands: "homebrew-core compiles the source: one URL, Rust for the build only, no bottle in a new formula, a license",
        help: "write `depends_on \"rust\" => :build`, and install with `cargo install`",
        check: |subject| each(subject, core::compiles),
    },
    Rule {
        id: "homebrew/core-network",
        source: "H6",
        severity: Severity::Warned,
        demands: "a formula of Rust in homebrew-core fetches first, and is denied the network from then on",
        help: "add `deny_network_access!` and `def fetch` with `cargo fetch`",
        check: |subject| each(subject, core::network),
    },
    Rule {
        id: "homebrew/core-folder",
        source: "H1",
        severity: Severity::Refused,
        demands: "a formula of homebrew-core lies in the folder of its first letter",
        help: "move it to `Formula/‹first letter›/`",
        check: |subject| each(subject, core::folder),
    },
    Rule {
        id: "homebrew/cask-required",
        source: "H2",
        severity: Severity::Refused,
        demands: "a cask has version, sha256, url, name, homepage and something to install",
        help: "add what is missing",
        check: |subject| each(subject, cask::required),
    },
    Rule {
        id: "homebrew/cask-token",
        source: "H2",
        severity: Severity::Refused,
        demands: "the token of a cask is its file name",
        help: "name the file after the token",
        check: |subject| each(subject, cask::token),
    },
    Rule {
        id: "homebrew/cask-version",
        source: "H2",
        severity: Severity::Refused,
        demands: "the version of a cask has no colon and no slash, and is not the word `latest`",
        help: "write the version, or the symbol `:latest` with `sha256 :no_check`",
        check: |subject| each(subject, cask::version),
    },
    Rule {
        id: "homebrew/cask-verified",
        source: "H2",
        severity: Severity::Warned,
        demands: "url has no `verified:`, which is deprecated",
        help: "remove `verified:`",
        check: |subject| each(subject, cask::verified),
    },
    Rule {
        id: "homebrew/cask-system",
        source: "H2",
        severity: Severity::Warned,
        demands: "a cask says by `depends_on` which system it is for",
        help: "add `depends_on macos: :big_sur`, or `depends_on :macos`",
        check: |subject| each(subject, cask::system),
    },
    Rule {
        id: "homebrew/platforms-complete",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "every build for macOS and Linux is offered to its system and processor",
        help: "render it anew: `cargo xtask manifests`; a template needs `{{platforms}}`",
        check: release::platforms,
    },
    Rule {
        id: "homebrew/hash-of-url",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "a SHA-256 is that of the file of the release which its URL names",
        help: "render it anew from `dist/`: `cargo xtask manifests`",
        check: release::sums,
    },
    Rule {
        id: "homebrew/path-in-archive",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "what is installed is in the archive",
        help: "render it anew from `dist/`: `cargo xtask manifests`",
        check: release::paths,
    },
    Rule {
        id: "homebrew/version-of-release",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "the version is that of the release",
        help: "render it anew: `cargo xtask manifests`",
        check: release::version,
    },
];

/// Whether a file is a formula or a cask.
pub(super) fn is_ours(file: &File) -> bool {
    Source::read(file).is_some()
}

fn sources(subject: &Subject) -> Vec<(&File, Source)> {
    let read = |file| Some((file, Source::read(file)?));
    subject.ending(".rb").filter_map(read).collect()
}

fn each(subject: &Subject, check: impl Fn(&File, &Source) -> Vec<Flaw>) -> Vec<Flaw> {
    sources(subject)
        .iter()
        .flat_map(|(file, source)| check(file, source))
        .collect()
}
