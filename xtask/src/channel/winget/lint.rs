//! What WinGet's schemas, its client and its community repository demand of manifests.

mod field;
mod form;
mod keys;
mod release;
mod together;

use crate::lint::{File, Flaw, Rule, Severity, Subject};
use crate::render::yaml::Yaml;

/// The rules.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "winget/yaml",
        source: "W2",
        severity: Severity::Refused,
        demands: "a manifest is a YAML mapping, and no key is there twice",
        help: "mend the YAML where the reader stopped",
        check: |subject| yaml_files(subject).filter_map(form::unreadable).collect(),
    },
    Rule {
        id: "winget/header",
        source: "W2",
        severity: Severity::Refused,
        demands: "a line before the first key names the schema, of the type and the version that the manifest says",
        help: "write `# yaml-language-server: $schema=https://aka.ms/winget-manifest.‹type›.‹version›.schema.json`",
        check: |subject| each(subject, form::header),
    },
    Rule {
        id: "winget/keys",
        source: "W2",
        severity: Severity::Refused,
        demands: "every key is one that the client knows, in PascalCase",
        help: "remove the key, or mend its name",
        check: |subject| each(subject, keys::check),
    },
    Rule {
        id: "winget/required",
        source: "W1",
        severity: Severity::Refused,
        demands: "what the schema of the type requires is there",
        help: "add the key",
        check: |subject| each(subject, form::required),
    },
    Rule {
        id: "winget/lengths",
        source: "W1",
        severity: Severity::Refused,
        demands: "texts are neither shorter nor longer than the schema allows",
        help: "write another text for WinGet: `[channel.winget] summary`, `description`, `moniker`, `tags`, `publisher`",
        check: |subject| each(subject, field::lengths),
    },
    Rule {
        id: "winget/identifier-form",
        source: "W1",
        severity: Severity::Refused,
        demands: "PackageIdentifier has 2 to 8 parts of at most 32 characters, without white space and `\\/:*?\"<>|`",
        help: "set it: `[channel.winget] identifier`",
        check: |subject| each(subject, field::identifier),
    },
    Rule {
        id: "winget/version-form",
        source: "W1",
        severity: Severity::Refused,
        demands: "PackageVersion has at most 128 characters and none of `\\/:*?\"<>|`",
        help: "write the version as the product says it",
        check: |subject| each(subject, field::version),
    },
    Rule {
        id: "winget/version-bare",
        source: "W4",
        severity: Severity::Warned,
        demands: "PackageVersion has no `v` in front",
        help: "write the bare version; the `v` belongs to the tag",
        check: |subject| each(subject, field::bare_version),
    },
    Rule {
        id: "winget/url-form",
        source: "W1",
        severity: Severity::Refused,
        demands: "a URL begins with `http://` or `https://`, has at most 2048 characters and no white space",
        help: "write the whole address",
        check: |subject| each(subject, field::urls),
    },
    Rule {
        id: "winget/url-secure",
        source: "W4",
        severity: Severity::Warned,
        demands: "URLs begin with `https`",
        help: "use the address with `https://`",
        check: |subject| each(subject, field::secure),
    },
    Rule {
        id: "winget/hash-form",
        source: "W1",
        severity: Severity::Refused,
        demands: "InstallerSha256 has 64 hexadecimal digits",
        help: "compute it from the file: `cargo xtask checksum FILE`",
        check: |subject| each(subject, field::hashes),
    },
    Rule {
        id: "winget/hash-case",
        source: "W4",
        severity: Severity::Warned,
        demands: "InstallerSha256 is upper case",
        help: "write its letters in upper case, as all of the repository's are",
        check: |subject| each(subject, field::hash_case),
    },
    Rule {
        id: "winget/values",
        source: "W1",
        severity: Severity::Refused,
        demands: "a value of a list that the schema gives is one of that list",
        help: "write one of the values of the schema",
        check: |subject| each(subject, field::values),
    },
    Rule {
        id: "winget/date-form",
        source: "W1",
        severity: Severity::Refused,
        demands: "ReleaseDate is a day, as `2026-01-02`",
        help: "write the day of the release",
        check: |subject| each(subject, field::date),
    },
    Rule {
        id: "winget/locale-form",
        source: "W1",
        severity: Severity::Refused,
        demands: "a locale is a language tag of at most 20 characters",
        help: "write one such as `en-US`",
        check: |subject| each(subject, field::locales),
    },
    Rule {
        id: "winget/tags",
        source: "W1",
        severity: Severity::Refused,
        demands: "Tags and Commands have at most 16 entries, each once",
        help: "choose the best: `[channel.winget] tags`",
        check: |subject| each(subject, field::tags),
    },
    Rule {
        id: "winget/manifest-version",
        source: "W4",
        severity: Severity::Warned,
        demands: "ManifestVersion is three numbers, and newer than 1.6.0",
        help: "set it: `[channel.winget] manifest-version`",
        check: |subject| each(subject, field::manifest_version),
    },
    Rule {
        id: "winget/nested",
        source: "W3",
        severity: Severity::Refused,
        demands: "a zip names its NestedInstallerType and files, by relative paths without `..`; portable ones end with \
            `.exe` and have aliases of their own",
        help: "write `RelativeFilePath: ‹folder›\\‹program›.exe` and an alias for each",
        check: |subject| each(subject, form::nested),
    },
    Rule {
        id: "winget/installers-unique",
        source: "W3",
        severity: Severity::Refused,
        demands: "no two installers are for the same type, architecture, locale and scope, and a URL has one hash",
        help: "keep one of them",
        check: |subject| each(subject, form::unique),
    },
    Rule {
        id: "winget/scope-portable",
        source: "W3",
        severity: Severity::Warned,
        demands: "a portable program has no Scope",
        help: "remove `Scope`",
        check: |subject| each(subject, form::scope),
    },
    Rule {
        id: "winget/community",
        source: "W4",
        severity: Severity::Policy,
        demands: "the community repository takes no singleton, no msstore, and neither Authentication, Channel, Icons nor \
            PowerShell DSC",
        help: "remove it; a singleton becomes three files",
        check: |subject| each(subject, form::community),
    },
    Rule {
        id: "winget/complete",
        source: "W3",
        severity: Severity::Refused,
        demands: "a version has one file of each type: version, installer, defaultLocale",
        help: "add the file that is missing",
        check: together::complete,
    },
    Rule {
        id: "winget/agree",
        source: "W3",
        severity: Severity::Refused,
        demands: "the files of a version have the same identifier, version and manifest version, and DefaultLocale is the \
            PackageLocale",
        help: "render them anew: `cargo xtask manifests`",
        check: together::agree,
    },
    Rule {
        id: "winget/path",
        source: "W4",
        severity: Severity::Refused,
        demands: "files are named after the identifier and lie in the folder of the identifier and the version, case for case",
        help: "`manifests/‹first letter›/‹each part of the identifier›/‹version›/‹identifier›.installer.yaml`",
        check: |subject| each(subject, together::path),
    },
    Rule {
        id: "winget/platforms-complete",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "every build for Windows is offered",
        help: "render it anew: `cargo xtask manifests`",
        check: release::platforms,
    },
    Rule {
        id: "winget/hash-of-url",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "a hash is that of the file of the release which its URL names",
        help: "render it anew from `dist/`: `cargo xtask manifests`",
        check: release::hashes,
    },
    Rule {
        id: "winget/path-in-archive",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "RelativeFilePath is in the archive",
        help: "render it anew from `dist/`: `cargo xtask manifests`",
        check: release::paths,
    },
    Rule {
        id: "winget/runtime-declared",
        source: "W4",
        severity: Severity::Refused,
        demands: "a program that needs Microsoft's runtime declares it, and no other does",
        help: "add `Dependencies` with `Microsoft.VCRedist.2015+.‹architecture›`, or link it in: `+crt-static`",
        check: release::runtime,
    },
    Rule {
        id: "winget/version-of-release",
        source: "HOUSE",
        severity: Severity::Refused,
        demands: "the version is that of the release",
        help: "render it anew: `cargo xtask manifests`",
        check: release::version,
    },
];

fn yaml_files(subject: &Subject) -> impl Iterator<Item = &File> {
    let is_yaml = |it: &&File| it.is_a("yaml") || it.is_a("yml");
    subject.files.iter().filter(is_yaml)
}

/// The manifests that can be read.
fn manifests(subject: &Subject) -> Vec<(&File, Yaml)> {
    let with = |file| Some((file, File::yaml(file).ok().filter(|it| !it.entries().is_empty())?));
    yaml_files(subject).filter_map(with).collect()
}

fn each(subject: &Subject, check: impl Fn(&File, &Yaml) -> Vec<Flaw>) -> Vec<Flaw> {
    manifests(subject)
        .iter()
        .flat_map(|(file, yaml)| check(file, yaml))
        .collect()
}

/// The text of a key, or nothing.
fn text<'a>(yaml: &'a Yaml, key: &str) -> &'a str {
    yaml.get(key).and_then(Yaml::as_str).unwrap_or_default()
}

/// The installers of a manifest: none but in one of that type.
fn installers(yaml: &Yaml) -> &[Yaml] {
    yaml.get("Installers").map(Yaml::items).unwrap_or_default()
}

/// A key of an installer, or of the manifest for all of its installers.
fn inherited<'a>(yaml: &'a Yaml, installer: &'a Yaml, key: &str) -> Option<&'a Yaml> {
    installer.get(key).or_else(|| yaml.get(key))
}

/// Every scalar with its key, at any depth; the items of a sequence have the key of the sequence.
fn scalars(yaml: &Yaml) -> Vec<(&str, &str)> {
    fn walk<'a>(found: &mut Vec<(&'a str, &'a str)>, key: &'a str, node: &'a Yaml) {
        match node {
            Yaml::Map(entries) => entries.iter().for_each(|(key, it)| walk(found, key, it)),
            Yaml::List(items) => items.iter().for_each(|it| walk(found, key, it)),
            scalar => found.extend(scalar.as_str().map(|it| (key, it))),
        }
    }
    let mut found = Vec::new();
    walk(&mut found, "", yaml);
    found
}

/// About the first line with a key that holds a text.
fn at(file: &File, key: &str, text: &str, what: impl Into<String>) -> Flaw {
    let first = text.lines().next().unwrap_or_default();
    let line = file
        .lines()
        .find(|(_, it)| {
            let it = it.trim_start_matches([' ', '-']);
            it.strip_prefix(key).is_some_and(|it| it.starts_with(':')) && it.contains(first)
        })
        .map(|it| it.0);
    match line {
        Some(line) => Flaw::line(file, line, what),
        None => Flaw::at(file, &format!("{key}:"), what),
    }
}
