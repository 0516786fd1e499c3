//! What `choco pack`, the community repository's server and its moderation demand.

mod nuspec;
mod package;
mod script;
mod view;

use crate::lint::Rule;

/// What mends most of what is rendered.
const ANEW: &str = "render it anew: `cargo xtask manifests --channel chocolatey`";

/// The rules.
pub(super) const RULES: &[Rule] = &[
    Rule::refused(
        "chocolatey/nuspec",
        "K1",
        "the nuspec is XML with the metadata of a package",
        "mend it where the reader stopped",
        nuspec::form,
    ),
    Rule::refused(
        "chocolatey/required",
        "K2",
        "id, version, authors, description, projectUrl and tags are there",
        "add what is missing to `Cargo.toml` or to `packaging/release.toml`",
        |subject| view::each(subject, nuspec::required),
    ),
    Rule::refused(
        "chocolatey/id",
        "K1",
        "the id has letters, digits and `-`, at most 100, and says nothing of a pre-release",
        "set `[channel.chocolatey] name`",
        |subject| view::each(subject, nuspec::id),
    ),
    Rule::warned(
        "chocolatey/id-style",
        "K2",
        "the id is in lower case with `-` between its words, and the title is another",
        "set `[channel.chocolatey] name`, or `[product] title`",
        |subject| view::each(subject, nuspec::id_style),
    ),
    Rule::refused(
        "chocolatey/version",
        "K3",
        "the version has two to four numbers, and a pre-release of letters and digits; in a package three at least",
        "render it anew: the version is put into this form by itself",
        |subject| view::each(subject, nuspec::version),
    ),
    Rule::warned(
        "chocolatey/version-normal",
        "K3",
        "the version of a nuspec has three numbers, or four of which the last is not 0, without leading zeros",
        "write it so: `choco pack` before 2.0 does not",
        |subject| view::each(subject, nuspec::version_normal),
    ),
    Rule::refused(
        "chocolatey/elements",
        "K1",
        "no link is empty, and no element is there twice or unknown to Chocolatey",
        "leave it out",
        |subject| view::each(subject, nuspec::elements),
    ),
    Rule::refused(
        "chocolatey/links",
        "K1",
        "links are whole, and a picture comes from a delivery network",
        "mend the link in `Cargo.toml` or in `[channel.chocolatey]`",
        |subject| view::each(subject, nuspec::links),
    ),
    Rule::refused(
        "chocolatey/description",
        "K2",
        "the description has 30 to 4000 characters, and a space after the `#` of a heading",
        "set `[channel.chocolatey] description`",
        |subject| view::each(subject, nuspec::description),
    ),
    Rule::refused(
        "chocolatey/tags",
        "K2",
        "tags are parted by spaces, and none is `chocolatey`",
        "set `[channel.chocolatey] tags`",
        |subject| view::each(subject, nuspec::tags),
    ),
    Rule::warned(
        "chocolatey/tags-once",
        "HOUSE",
        "each tag is there once",
        "set `[channel.chocolatey] tags`",
        |subject| view::each(subject, nuspec::tags_once),
    ),
    Rule::refused(
        "chocolatey/people",
        "K2",
        "no address of anybody, and a copyright of four characters at least",
        "mend `authors` in `Cargo.toml`, or `[product] copyright`",
        |subject| view::each(subject, nuspec::people),
    ),
    Rule::warned(
        "chocolatey/guidelines",
        "K2",
        "title, summary, release notes, and links to licence and package source are there",
        "add what is missing to `Cargo.toml` or to `[channel.chocolatey]`",
        |subject| view::each(subject, nuspec::guidelines),
    ),
    Rule::refused(
        "chocolatey/release-version",
        "HOUSE",
        "the version is that of what was built",
        ANEW,
        nuspec::release,
    ),
    Rule::refused(
        "chocolatey/package",
        "K3",
        "the package is a zip with one nuspec at its root, relationships and types",
        ANEW,
        package::form,
    ),
    Rule::refused(
        "chocolatey/name",
        "K1",
        "the package is named after its id and version, the nuspec after its id",
        "rename it",
        package::name,
    ),
    Rule::refused(
        "chocolatey/twins",
        "HOUSE",
        "the nuspec beside a package is the one in it",
        ANEW,
        package::twins,
    ),
    Rule::refused(
        "chocolatey/litter",
        "K2",
        "nothing of a system or of source control is in the package",
        "leave the file out",
        package::litter,
    ),
    Rule::refused(
        "chocolatey/legal",
        "K2",
        "a package with programs has LICENSE.txt and VERIFICATION.txt",
        "add them to `tools/`, or download with `[channel.chocolatey] embed = false`",
        package::legal,
    ),
    Rule::refused(
        "chocolatey/programs",
        "HOUSE",
        "the programs are those that were built, for every machine, each with one shim",
        ANEW,
        package::programs,
    ),
    Rule::refused(
        "chocolatey/downloads",
        "HOUSE",
        "what a script downloads has the digest that was built",
        ANEW,
        package::downloads,
    ),
    Rule::refused(
        "chocolatey/checksum",
        "K2",
        "every download has a checksum of the type sha256",
        "add `-Checksum64` and `-ChecksumType64 sha256`",
        |subject| script::each(subject, script::checksums),
    ),
    Rule::warned(
        "chocolatey/https",
        "K2",
        "downloads use https",
        "write `https://`",
        |subject| script::each(subject, script::links),
    ),
    Rule::refused(
        "chocolatey/own",
        "K2",
        "a script calls no `choco` and uses nothing that is Chocolatey's own",
        "use the functions of Chocolatey for packages",
        |subject| script::each(subject, script::own),
    ),
    Rule::warned(
        "chocolatey/powershell",
        "K2",
        "PowerShell 2 understands the script, and commands are written in full",
        "write what PowerShell 2 knows, without short names",
        |subject| script::each(subject, script::language),
    ),
    Rule::warned(
        "chocolatey/stop",
        "K2",
        "a failure ends the script",
        "begin with `$ErrorActionPreference = 'Stop'`",
        |subject| script::each(subject, script::stops),
    ),
    Rule::refused(
        "chocolatey/encoding",
        "K2",
        "a script is UTF-8, with a byte order mark if it is not ASCII",
        "save it as UTF-8 with a byte order mark",
        script::encoding,
    ),
    Rule::warned(
        "chocolatey/uninstall",
        "K2",
        "what the installation makes by hand, removing takes away",
        "add `tools/chocolateyuninstall.ps1`",
        script::pairs,
    ),
    Rule::refused(
        "chocolatey/left-over",
        "K2",
        "nothing of the template of `choco new` is left over",
        "remove it",
        script::left_over,
    ),
];
